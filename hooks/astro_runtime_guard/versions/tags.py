"""What a tag says, by the numberings, pre-releases and suffixes of an image."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from ..named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Image, Line

_NUMBER = "(0|[1-9][0-9]{0,17})"
NUMBER_NAME = re.compile(r"\{[a-z-]+\}")
"""Where a numbering's template has a number."""


class Tag(NamedTuple):
    """What a tag says.

    `kind` is one of `build` (exact), `series` (floats within a line), `moves` (a build that lacks what fixes it),
    `latest`, `none` (no tag is written), `no-value` (a build argument in it has no value), `no-colon` (a dash stands
    in place of the colon), `reference` (an image reference where a version belongs), `ambiguous` (two requirements
    that each imply a series) and `no-version`. `numberings` are the positions of the numberings that the tag can
    belong to, `numbers` its numbers, `pre_release` its pre-release as packaging spells it; they are empty where the
    tag has no order. `version` is the text without suffixes.
    """

    text: str
    kind: str
    version: str = ""
    numberings: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    pre_release: str = ""


@lru_cache
def read_tag(tag: str | None, image: Image, declared: str = "") -> Tag:
    """What `tag` says by the image's numberings; a series is read by those that the declared repository publishes."""
    if tag is None:
        return Tag("", "none")
    build = read_build(tag, image)
    if build and image.fixed_by:
        build = _fixed(build, image)
    if "${" in tag:
        return build._replace(kind="no-value") if build else Tag(tag, "no-value")
    if build:
        return build
    if tag.startswith("latest") and _only_suffixes(tag, len("latest"), image):
        return Tag(tag, "latest")
    return _read_series(tag, image, declared) or Tag(tag, "no-version")


def read_build(tag: str, image: Image) -> Tag | None:
    """The exact build that `tag` is by one of the image's numberings, with or without suffixes, or None."""
    for position, numbering in enumerate(image.numberings):
        match = _build_pattern(numbering.tag).match(tag)
        if not match:
            continue
        build = Tag(tag, "build", match[0], (position,), match.groups())
        if build.version == tag:
            return build
        rest = _rest_pattern(image.pre_releases).fullmatch(tag, match.end())
        if rest:
            pre_release, word, serial, _ = rest.groups("")
            named = dict(image.pre_releases).get(word, "") + serial
            return build._replace(version=build.version + pre_release, pre_release=named)
    return None


def _fixed(build: Tag, image: Image) -> Tag:
    """The build, with its number where `fixed_by` is a number alone; of the kind `moves` without `fixed_by`."""
    if not orders_builds(image):
        fixed = _suffix_pattern((image.fixed_by,)).search(build.text)
        return build if fixed else build._replace(kind="moves")
    number = _number_pattern(image.fixed_by).match(build.text, len(build.version))
    if not number:
        return build._replace(kind="moves")
    return build._replace(version=build.version + number[0], numbers=(*build.numbers, number[1]))


def orders_builds(image: Image) -> bool:
    """Whether `fixed_by` is one number: then it is the last number of a version, `2.0.0-5`."""
    return len(NUMBER_NAME.findall(image.fixed_by)) == 1


def _read_series(tag: str, image: Image, declared: str) -> Tag | None:
    matches: dict[int, re.Match[str]] = {}
    for position, numbering in enumerate(image.numberings):
        match = _series_pattern(numbering.tag).match(tag)
        if match and _only_suffixes(tag, match.end(), image):
            matches[position] = match
    published = [at for at in matches if declared in image.numberings[at].published_in]
    likely = published or _likely({at: match.group() for at, match in matches.items()}, image)
    if not likely:
        return None
    match = matches[likely[0]]
    return Tag(tag, "series", match.group(), tuple(likely), tuple(filter(None, match.groups())))


def _likely(series: dict[int, str], image: Image) -> list[int]:
    """The numberings, of those that a series can follow, in which it is listed; without lines that ended before it."""
    listed = {at: lines_of(version, image, at) for at, version in series.items()}
    ended = [at for at, lines in listed.items() if any(_is_ended(line, series[at]) for line in lines)]
    possible = [at for at in series if at not in ended] or list(series)
    return [at for at in possible if listed[at]] or possible


def _is_ended(line: Line, series: str) -> bool:
    """Whether a series is above the last build that its line will ever have."""
    numbers, last = ([int(number) for number in numbers_in(text)] for text in (series, line.last_build))
    return bool(last) and numbers > last


def _only_suffixes(tag: str, start: int, image: Image) -> bool:
    """Whether nothing but known suffixes follows from `start` on. They are matched one by one, so none backtracks."""
    while start < len(tag):
        match = image.suffixes and _suffix_pattern(image.suffixes).match(tag, start)
        if not match:
            return False
        start = match.end()
    return True


@lru_cache
def lines_of(version: str, image: Image, position: int) -> tuple[Line, ...]:
    """The lines that a version or series belongs to or holds: `5.0.1` to line 5; `3` holds 3.0 and 3.1."""
    name = image.numberings[position].name
    numbers = numbers_in(version)
    return tuple(
        line
        for line in image.lines
        if line.numbering == name and all(a == b for a, b in zip(numbers, numbers_in(line.name), strict=False))
    )


def numbers_in(version: str) -> list[str]:
    """The numbers of a version or of the name of a line."""
    return re.findall("[0-9]+", version)


def line_of(tag: Tag, image: Image) -> Line | None:
    """The line that a build or a series belongs to; None if it is not known or can be one of several."""
    if tag.kind not in {"build", "series"} or len(tag.numberings) != 1:
        return None
    lines = lines_of(tag.version, image, tag.numberings[0])
    return lines[0] if len(lines) == 1 else None


@cache
def _build_pattern(template: str) -> re.Pattern[str]:
    return re.compile(_NUMBER.join(map(re.escape, NUMBER_NAME.split(template))))


@cache
def _rest_pattern(pre_releases: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """What may stand behind the numbers of a build: a pre-release, then suffixes."""
    words = "|".join(re.escape(word) for word, _ in pre_releases) or "(?!)"
    return re.compile(rf"(?a)([-.]({words})[-.]?([0-9]{{0,17}}))?(-[\w.${{}}]+)*")


@cache
def _number_pattern(template: str) -> re.Pattern[str]:
    """A template with one number, and no more of a word behind it."""
    return re.compile(_NUMBER.join(map(re.escape, NUMBER_NAME.split(template))) + "(?![A-Za-z0-9_.])")


@cache
def _series_pattern(template: str) -> re.Pattern[str]:
    """The numbers of a build but the last, of which all but the first may be missing too."""
    before, *between = map(re.escape, NUMBER_NAME.split(template)[:-2])
    more = "".join(f"(?:{literal}{_NUMBER}" for literal in between) + ")?" * len(between)
    return re.compile(f"{before}{_NUMBER}{more}")


@cache
def _suffix_pattern(suffixes: tuple[str, ...]) -> re.Pattern[str]:
    """Any one suffix, the longest first."""
    longest_first = sorted(suffixes, key=len, reverse=True)
    known = "|".join("[0-9]+(?![0-9])".join(map(re.escape, NUMBER_NAME.split(suffix))) for suffix in longest_first)
    return re.compile(known)
