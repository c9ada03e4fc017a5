"""An upgrade from one build to another, as a checklist in Markdown for a pull request.

Knows: what a plan holds. Must not know: arguments, streams, what any rule says.
"""

from __future__ import annotations

from .api import check
from .errors import CannotCheck
from .versions.order import rank_of
from .versions.tags import line_of, read_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .findings.finding import Finding
    from .model import Image, Rulebook


def make_plan(before: str, after: str, rulebook: Rulebook) -> str:
    """The checklist for an upgrade between two builds. Raises CannotCheck for what is no version, or a lower one."""
    image = _image(before, after, rulebook)
    if rank_of(before, image) > rank_of(after, image):
        raise CannotCheck(f"{after} is lower than {before}; there is no plan for a downgrade")
    rules = [rule for rule in rulebook.rules if rule.enabled and rule.check == "crossing"]
    crossed = check(_dockerfile(before, image), _dockerfile(after, image), rulebook=rulebook, rules=rules)
    lines = [f"# Upgrade from {before} to {after}", "", *_table(before, after, image), ""]
    lines += ["## Boundaries", "", *(_boundaries(crossed) if crossed else ["None is crossed.", ""])]
    lines += [*_withdrawn(before, after, image), "## Steps", ""]
    lines += [f"- [ ] {step.replace('{after}', after)}" for step in image.steps]
    return "\n".join(lines).rstrip() + "\n"


def _image(before: str, after: str, rulebook: Rulebook) -> Image:
    images = [image for image in rulebook.images if not image.succeeded_by and not image.carries]
    for version in (before, after):
        if not any(read_tag(version, image).kind == "build" for image in images):
            known = " or ".join(
                numbering.example or numbering.tag for image in images for numbering in image.numberings
            )
            raise CannotCheck(f"{version} is no full version; expected one such as {known}")
    for image in images:
        if all(read_tag(version, image).kind == "build" for version in (before, after)):
            return image
    raise CannotCheck(f"{before} and {after} are versions of different images")


def _dockerfile(version: str, image: Image) -> bytes:
    numbering = image.numberings[read_tag(version, image).numberings[0]]
    repository = next(iter((*numbering.published_in, *image.repositories)))
    return f"FROM {repository}:{version}\n".encode()


def _table(before: str, after: str, image: Image) -> Iterator[str]:
    yield "| | before | after |"
    yield "| --- | --- | --- |"
    yield f"| version | {before} | {after} |"
    known = [_known(version, image) for version in (before, after)]
    for label, values in zip(("Airflow", "default Python", "maintained until"), zip(*known, strict=True), strict=True):
        yield f"| {label} | {' | '.join(values)} |"


def _known(version: str, image: Image) -> tuple[str, str, str]:
    tag = read_tag(version, image)
    line = line_of(tag, image)
    exact = dict(image.builds).get(tag.version, "?").split()[0]
    if line is None:
        return exact, "?", "?"
    return line.airflow if exact == "?" else exact, line.python or "?", line.maintained_until or "?"


def _boundaries(crossed: list[Finding]) -> Iterator[str]:
    for finding in crossed:
        yield f"### {finding.rule}"
        yield ""
        yield f"{finding.message[:1].upper()}{finding.message[1:]}."
        yield ""
        yield from (f"- [ ] {text}" for text in finding.consider)
        yield from (["", finding.link] if finding.link else [])
        yield ""


def _withdrawn(before: str, after: str, image: Image) -> Iterator[str]:
    low, high = rank_of(before, image), rank_of(after, image)
    passed = [
        (", ".join(builds), withdrawal)
        for withdrawal in image.withdrawn
        if (builds := [build for build in withdrawal.builds if low <= rank_of(build, image) <= high])
    ]
    if passed:
        yield "## Withdrawn builds on the way"
        yield ""
        yield from (f"- {builds}: {each.reason}; use {each.instead} or later" for builds, each in passed)
        yield ""
