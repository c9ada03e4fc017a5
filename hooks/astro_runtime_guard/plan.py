"""An upgrade from one build to another as a checklist in Markdown: a sequence of stops that the checks accept."""

from __future__ import annotations

from .api import check
from .errors import CannotCheck
from .findings.checks import CHECKS
from .findings.finding import fill
from .named import NamedTuple
from .versions.order import newest_between, rank_of
from .versions.tags import line_of, read_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .findings.finding import Finding
    from .model import Image, Rulebook, Withdrawal


class Stop(NamedTuple):
    """One deploy on the way: the version before it and after it, and the boundaries that it crosses."""

    before: str
    after: str
    crossed: tuple[Finding, ...]


class Route:
    """Finds the stops between two builds of one image by the rules of a rulebook."""

    def __init__(self, image: Image, rulebook: Rulebook) -> None:
        self.image, self.rulebook = image, rulebook
        self.builds = {
            rule.name: newest_between(rule.from_below, rule.version, image)
            for rule in rulebook.rules
            if CHECKS[rule.check].stops and image.name in rule.images
        }

    def stops(self, before: str, after: str) -> Iterator[Stop]:
        """The deploys that lead from one version to another. Raises CannotCheck for a version that cannot be used."""
        if before == after:
            return
        old, new = (f"FROM {self.reference(version)}\n".encode() for version in (before, after))
        findings = check(old, new, rulebook=self.rulebook)
        missing = [self.builds[finding.rule] for finding in findings if CHECKS[finding.check].stops]
        if missing:
            yield from self.stops(before, missing[0])
            yield from self.stops(missing[0], after)
            return
        for finding in findings:
            if not CHECKS[finding.check].boundary:
                raise CannotCheck(f"there is no plan for {after}: {finding.message}")
        yield Stop(before, after, tuple(findings))

    def reference(self, version: str) -> str:
        """A version with the repository that publishes it."""
        numbering = self.image.numberings[read_tag(version, self.image).numberings[0]]
        return f"{(*numbering.published_in, *self.image.repositories)[0]}:{version}"


def make_plan(before: str, after: str, rulebook: Rulebook) -> str:
    """The checklist for an upgrade between two builds. Raises CannotCheck for what is no version, or a lower one."""
    image = _image(before, after, rulebook)
    target, withdrawal = _usable(after, image) if before != after else (after, None)
    for version in (after, target):
        if rank_of(before, image) > rank_of(version, image):
            raise CannotCheck(f"{version} is lower than {before}; there is no plan for a downgrade")
    route = Route(image, rulebook)
    stops = list(route.stops(before, target))
    lines = [f"# Upgrade from {before} to {target}", ""]
    if withdrawal:
        lines += [f"{after} was withdrawn: {withdrawal.reason}. This plan goes to {target} instead.", ""]
    if not stops:
        lines += ["Nothing to do: both versions are the same."]
    elif read_tag(before, image).version == read_tag(target, image).version:
        lines += [f"Only the suffix changes. Write `FROM {route.reference(target)}`; there is nothing to review."]
    else:
        lines += [*_table([before, *(stop.after for stop in stops)], image), ""]
        for stop in stops:
            lines += _section(stop, route)
        lines += _withdrawn(before, target, image)
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


def _usable(version: str, image: Image) -> tuple[str, Withdrawal | None]:
    """The version itself, or the one to use instead if it was withdrawn, with its suffixes."""
    instead = {build: withdrawal for withdrawal in image.withdrawn for build in withdrawal.builds}
    tag = read_tag(version, image)
    withdrawal, build = instead.get(tag.version), tag.version
    while build in instead:
        build = instead.pop(build).instead
    return build + version[len(tag.version) :], withdrawal


def _table(versions: Sequence[str], image: Image) -> Iterator[str]:
    yield f"| | {' | '.join(['before', *['stop'] * (len(versions) - 2), 'after'])} |"
    yield f"| {' | '.join(['---'] * (len(versions) + 1))} |"
    yield f"| version | {' | '.join(versions)} |"
    known = [_known(version, image) for version in versions]
    for label, values in zip(("Airflow", "default Python", "maintained until"), zip(*known, strict=True), strict=True):
        yield f"| {label} | {' | '.join(values)} |"


def _known(version: str, image: Image) -> tuple[str, str, str]:
    tag = read_tag(version, image)
    line = line_of(tag, image)
    exact = dict(image.builds).get(tag.version, "?").split()[0]
    if line is None:
        return exact, "?", "?"
    return (line.airflow or "?") if exact == "?" else exact, line.python or "?", line.maintained_until or "?"


def _section(stop: Stop, route: Route) -> Iterator[str]:
    yield f"## From {stop.before} to {stop.after}"
    yield ""
    if not stop.crossed:
        yield from ("No boundary is crossed.", "")
    for finding in stop.crossed:
        yield f"### {finding.rule}"
        yield ""
        yield f"{finding.message[:1].upper()}{finding.message[1:]}."
        yield ""
        yield from (f"- [ ] {text}" for text in finding.consider)
        yield from (["", finding.link] if finding.link else [])
        yield ""
    yield from ("### What to do", "")
    write = f"`FROM {route.reference(stop.after)}`"
    if stop.crossed:  # one comment reviews them all
        write += f", and above it, once everything above is reviewed, `{stop.crossed[0].comment}`"
    for step in route.image.steps:
        after = read_tag(stop.after, route.image).version
        yield f"- [ ] {fill(step, {'before': stop.before, 'after': after, 'write': write})}"
    yield ""


def _withdrawn(before: str, after: str, image: Image) -> Iterator[str]:
    low, high = rank_of(before, image), rank_of(after, image)
    between = [
        (", ".join(builds), withdrawal)
        for withdrawal in image.withdrawn
        if (builds := [build for build in withdrawal.builds if low <= rank_of(build, image) < high])
    ]
    if between:
        yield from ("## Withdrawn builds between the two", "")
        yield from (f"- {builds}: {each.reason}; use {each.instead} or later" for builds, each in between)
