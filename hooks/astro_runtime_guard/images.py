"""The images that a rulebook declares, and what a reference to one of them says.

Knows: how a declared repository is recognised in an image reference, and how a numbering reads a tag.
Must not know: which Runtime is newer, where a reference was written, any rule, any particular image (those are YAML).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = "(0|[1-9][0-9]{0,17})"
_PLACE = re.compile(r"\{[a-z-]+\}")
_UNKNOWN = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Numbering:
    """One way in which an image numbers its builds; `tag` is a template such as `{major}.{minor}.{patch}`.

    `published_in` are the repositories that hold these builds and no others, `example` is a build to show, `first` is
    the last number of a series' first build.
    """

    name: str
    tag: str
    published_in: tuple[str, ...] = ()
    example: str = ""
    first: str = "0"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of builds (Runtime 5, Runtime 3.1); dates are ISO 8601, an empty text means not established.

    `last_build` is given only where it is certain that the line has no later one.
    """

    name: str
    numbering: str
    airflow: str
    python: str = ""
    maintained_until: str = ""
    long_term_support: bool = False
    last_build: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Builds that must not be used, why, and the build to use instead."""

    builds: tuple[str, ...]
    reason: str
    instead: str


@dataclass(frozen=True, slots=True)
class Image:
    """What is known of one image. Numberings and lines are in upgrade order, oldest first.

    A repository is an exact name, or `*/PATH` for that path at the end of any registry and path. `pre_releases` pairs
    the word in a tag with packaging's (PEP 440) word; `builds` pairs a known build with its Airflow version and day of
    release (or `?`), oldest first; `steps` say what to do for an upgrade. `succeeded_by` names the image whose lines
    continue this one, by Airflow version; the numbers of this image's tags are then Airflow versions.
    """

    name: str
    repositories: tuple[str, ...]
    numberings: tuple[Numbering, ...]
    suffixes: tuple[str, ...] = ()
    pre_releases: tuple[tuple[str, str], ...] = ()
    lines: tuple[Line, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    builds: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    succeeded_by: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """What a tag says.

    `kind` is one of `build` (exact), `series` (floats within a line), `latest`, `none` (no tag is written),
    `no-value` (a build argument in it has no value), `no-colon` (it hangs on the repository by a dash) and
    `no-version`. `numberings` are the positions of the numberings that it can belong to, `numbers` its numbers,
    `pre_release` how packaging spells its pre-release; they are empty where the tag has no order. `version` is the
    text without suffixes.
    """

    text: str
    kind: str
    version: str = ""
    numberings: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    pre_release: str = ""


@dataclass(frozen=True, slots=True)
class Runtime:
    """An image reference in which a repository was recognised: as it is written there, and as it is declared."""

    image: Image
    repository: str
    declared: str
    tag: Tag
    digest: str

    @property
    def pinned(self) -> bool:
        """Whether it always names the same image: a digest does, an exact build by convention does."""
        return bool(self.digest) or self.tag.kind == "build"


def recognise(reference: str, images: Iterable[Image]) -> Runtime | None:
    """The declared image that an image reference names, or None.

    `reference` may hold `${NAME}` where a build argument has no value: before the declared part of the repository it
    can be anything, behind it the version is open.
    """
    repository, tag, digest = _split(reference)
    for image in images:
        declared = _declared(repository, image) or _declared(_UNKNOWN.sub("", repository), image)
        if declared:
            return Runtime(image, repository, declared, read_tag(tag, image, declared), digest)
        if tag is None and (lost := _lost_colon(repository, image)):
            return lost
    return None


def _lost_colon(repository: str, image: Image) -> Runtime | None:
    """A build that hangs on a declared repository by a dash; docker reads it as another repository at `latest`."""
    last_part = repository.rfind("/") + 1
    for dash in (at for at in range(last_part, len(repository)) if repository[at] == "-"):
        build = _read_build(repository[dash + 1 :], image)
        if build and (declared := _declared(repository[:dash], image)):
            return Runtime(image, repository[:dash], declared, Tag(build.text, "no-colon", build.version), "")
    return None


def _split(reference: str) -> tuple[str, str | None, str]:
    """Repository, tag (None: there is none), digest. Behind the first slash a colon is never that of a port."""
    name, _, digest = reference.partition("@")
    colon = name.find(":", name.find("/") + 1)
    unknown = name.find("${", name.rfind("/", 0, colon if colon >= 0 else len(name)) + 1)
    ends = [at for at in (colon, unknown) if at >= 0]
    if not ends:
        return name, None, digest
    return name[: min(ends)], name[min(ends) :].removeprefix(":"), digest


def _declared(repository: str, image: Image) -> str:
    """The name under which the image declares this repository; empty when it does not."""
    wanted = _normal(repository)
    for declared in image.repositories:
        if declared.startswith("*/"):
            if wanted.endswith(declared[1:]):
                return declared
        elif wanted == _normal(declared):
            return declared
    return ""


def _normal(repository: str) -> str:
    """A repository with its registry spelled out; the first part is one only if it looks so (distribution grammar)."""
    head, slash, _ = repository.partition("/")
    is_domain = bool(slash) and (any(c in head for c in ".:$") or head == "localhost" or head != head.lower())
    return (repository if is_domain else f"docker.io/{repository}").lower()


def read_tag(tag: str | None, image: Image, declared: str = "") -> Tag:
    """What `tag` says by the image's numberings; a series is read by those that the declared repository publishes."""
    if tag is None:
        return Tag("", "none")
    build = _read_build(tag, image)
    if "${" in tag:
        return replace(build, kind="no-value") if build else Tag(tag, "no-value")
    if build:
        return build
    if tag.startswith("latest") and _only_suffixes(tag, len("latest"), image):
        return Tag(tag, "latest")
    return _read_series(tag, image, declared) or Tag(tag, "no-version")


def _read_build(tag: str, image: Image) -> Tag | None:
    for position, numbering in enumerate(image.numberings):
        match = _build_pattern(numbering.tag, image.pre_releases).fullmatch(tag)
        if match:
            *numbers, word, serial, _ = match.groups()
            pre_release = f"{dict(image.pre_releases)[word]}{serial or 0}" if word else ""
            return Tag(tag, "build", tag[: match.start("suffixes")], (position,), tuple(numbers), pre_release)
    return None


def _read_series(tag: str, image: Image, declared: str) -> Tag | None:
    found: dict[int, re.Match[str]] = {}
    for position, numbering in enumerate(image.numberings):
        match = _series_pattern(numbering.tag).match(tag)
        if match and _only_suffixes(tag, match.end(), image):
            found[position] = match
    published = [at for at in found if declared in image.numberings[at].published_in]
    likely = published or [at for at in found if _lines_of(found[at].group(), image, at)] or list(found)
    if not likely:
        return None
    match = found[likely[0]]
    return Tag(tag, "series", match.group(), tuple(likely), tuple(filter(None, match.groups())))


def _only_suffixes(tag: str, start: int, image: Image) -> bool:
    """Whether nothing but known suffixes stands from `start` on; one after the other, so that none backtracks."""
    while start < len(tag):
        match = image.suffixes and _suffix_pattern(image.suffixes).match(tag, start)
        if not match:
            return False
        start = match.end()
    return True


def _lines_of(version: str, image: Image, position: int) -> list[Line]:
    """The lines that a version or series belongs to or holds: `5.0.1` to line 5; `3` holds 3.0 and 3.1."""
    name = image.numberings[position].name
    wanted = _numbers(version)
    return [
        line
        for line in image.lines
        if line.numbering == name and all(a == b for a, b in zip(wanted, _numbers(line.name), strict=False))
    ]


def _numbers(version: str) -> list[str]:
    return re.findall("[0-9]+", version)


def line_of(tag: Tag, image: Image) -> Line | None:
    """The line that a build or a series belongs to; None where it is not known, or where it can be one of several."""
    if tag.kind not in {"build", "series"} or len(tag.numberings) != 1:
        return None
    lines = _lines_of(tag.version, image, tag.numberings[0])
    return lines[0] if len(lines) == 1 else None


@cache
def _build_pattern(template: str, pre_releases: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word, _ in pre_releases) or "(?!)"
    numbers = _NUMBER.join(map(re.escape, _PLACE.split(template)))
    return re.compile(
        rf"{numbers}(?:[-.]({words})[-.]?([0-9]{{0,17}}))?(?P<suffixes>(?:-[A-Za-z0-9_.${{}}]+)*)", re.ASCII
    )


@cache
def _series_pattern(template: str) -> re.Pattern[str]:
    """The numbers of a build but the last, of which all but the first may be missing too."""
    before, *between = map(re.escape, _PLACE.split(template)[:-2])
    more = "".join(f"(?:{literal}{_NUMBER}" for literal in between) + ")?" * len(between)
    return re.compile(f"{before}{_NUMBER}{more}", re.ASCII)


@cache
def _suffix_pattern(suffixes: tuple[str, ...]) -> re.Pattern[str]:
    """Any one suffix, the longest first."""
    longest_first = sorted(suffixes, key=len, reverse=True)
    known = "|".join("[0-9]+".join(map(re.escape, _PLACE.split(suffix))) for suffix in longest_first)
    return re.compile(known, re.ASCII)
