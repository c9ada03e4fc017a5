"""Which of two Runtimes is newer, or None if they have no order.

Numbers are compared as numbers. `packaging`, which only this module imports, orders pre-releases.
"""

from __future__ import annotations

from functools import lru_cache

from ..named import NamedTuple
from .tags import NUMBER_NAME, lines_of, numbers_in, read_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..model import Image, Line, Numbering
    from .recognition import Runtime
    from .tags import Tag

_RELEASE = (1,)  # above every pre-release, which is (0, packaging's Version of it)


class Rank(NamedTuple):
    """Where a build stands in the upgrade order: by the position of its numbering, its numbers, its stage.

    Builds of one numbering have equally many numbers; a rank with fewer is below all builds that begin with them.
    """

    numbering: int
    numbers: tuple[int, ...]
    stage: tuple[Any, ...] = _RELEASE

    @property
    def release(self) -> Rank:
        """The rank of the release that a pre-release becomes. A pre-release of a boundary crosses it."""
        return self if self.stage == _RELEASE else self._replace(stage=_RELEASE)


class Span(NamedTuple):
    """The builds that a tag can name, as the lowest and highest rank; they are equal for an exact build."""

    first: Rank
    last: Rank


class UnknownLine(NamedTuple):
    """A line that the image's file does not list: its name, its first build, and the rank below all its builds."""

    name: str
    first_build: str
    start: Rank


@lru_cache
def span(tag: Tag, image: Image) -> Span | None:
    """Where a tag stands in the upgrade order of its image, or None where that is not known."""
    if not tag.numbers:
        return None
    numbers = tuple(map(int, tag.numbers))
    if tag.kind == "series":
        numbering = image.numberings[tag.numberings[0]]
        missing = numbering.tag.count("{") - len(numbers)
        first = (*numbers, *[0] * (missing - 1), int(numbering.first))
        return Span(Rank(tag.numberings[0], first), Rank(tag.numberings[-1], (*numbers[:-1], numbers[-1] + 1)))
    place = Rank(tag.numberings[0], numbers, _stage(tag.pre_release))
    return Span(place, place)


def _stage(pre_release: str) -> tuple[Any, ...]:
    if not pre_release:
        return _RELEASE
    from packaging.version import Version

    return (0, Version(f"0{pre_release}"))


@lru_cache(1024)
def rank_of(version: str, image: Image) -> Rank:
    """Where a build of the image stands; `version` is one that was checked when a rule or image file was read."""
    place = span(read_tag(version, image), image)
    assert place is not None
    return place.first


@lru_cache
def newest_known(series: Tag, image: Image) -> str:
    """The newest known build of a series that is not withdrawn; empty if none is known."""
    inside = [
        build
        for build in _good_builds(image)
        if (tag := read_tag(build, image)).numberings[0] in series.numberings
        and tag.numbers[: len(series.numbers)] == series.numbers
    ]
    return max(inside, key=lambda build: rank_of(build, image), default="")


def newest_between(low: str, high: str, image: Image) -> str:
    """The newest known build from `low` to below `high` that is not withdrawn; `low` itself if none is known."""
    first, end = rank_of(low, image), rank_of(high, image)
    between = [build for build in _good_builds(image) if first <= rank_of(build, image) < end]
    return max(between, key=lambda build: rank_of(build, image), default=low)


def _good_builds(image: Image) -> list[str]:
    withdrawn = {build for withdrawal in image.withdrawn for build in withdrawal.builds}
    return [build for build, _ in image.builds if build not in withdrawn]


def unknown_line(tag: Tag, image: Image) -> UnknownLine | None:
    """The line of a build or series, if the image's file lists lines but not this one.

    As many numbers name a line as name the lines of its numbering that are listed; one, if none is.
    """
    place = span(tag, image) if image.lines else None
    if not place or any(lines_of(tag.version, image, at) for at in tag.numberings):
        return None
    numbering = image.numberings[tag.numberings[0]]
    listed = [len(numbers_in(line.name)) for line in image.lines if line.numbering == numbering.name]
    line = place.first.numbers[: min(min(listed, default=1), len(tag.numbers))]
    missing = numbering.tag.count("{") - len(line)
    first = (*line, *[0] * (missing - 1), int(numbering.first))
    lowest = min(first, place.first.numbers)
    return UnknownLine(_written(line, numbering), _written(lowest, numbering), Rank(tag.numberings[0], line))


def _written(numbers: tuple[int, ...], numbering: Numbering) -> str:
    """Numbers in the shape of a numbering. Fewer numbers than it has end early: `3.4` of `{major}.{minor}-{build}`."""
    *marks, end = NUMBER_NAME.split(numbering.tag)
    text = "".join(f"{mark}{number}" for mark, number in zip(marks, numbers, strict=False))
    return text + end if len(numbers) == len(marks) else text


def build_in(tag: Tag, image: Image) -> str:
    """A build that the tag can name: the version, or the newest known build of a series, or the first build in it.

    Empty where the tag has no order.
    """
    place = span(tag, image)
    if not place or tag.kind != "series":
        return tag.version if place else ""
    return newest_known(tag, image) or _written(place.first.numbers, image.numberings[place.first.numbering])


def spans(before: Runtime, after: Runtime) -> tuple[Span, Span] | None:
    """The spans of both in one order, or None if they have no order.

    An image that another one succeeds is put into that one's order. An image that carries the one before is put into
    the order of the image inside.
    """
    if before.image.name == after.image.name:
        pair = span(before.tag, before.image), span(after.tag, after.image)
    elif before.image.succeeded_by == after.image.name:
        pair = _span_by_airflow(before.tag, after.image), span(after.tag, after.image)
    elif after.image.succeeded_by == before.image.name:
        pair = span(before.tag, before.image), _span_by_airflow(after.tag, before.image)
    elif after.image.carries == before.image.name:
        pair = span(before.tag, before.image), span(_carried(after, before.image), before.image)
    else:
        return None
    return (pair[0], pair[1]) if pair[0] and pair[1] else None


def _carried(runtime: Runtime, inside: Image) -> Tag:
    """The version of the image inside, which the tag begins with."""
    theirs = [numbering.name for numbering in inside.numberings]
    mine = [runtime.image.numberings[position].name for position in runtime.tag.numberings]
    return runtime.tag._replace(numberings=tuple(theirs.index(name) for name in mine))


def series_of(airflow: str, image: Image) -> Tag | None:
    """The series of builds that have an Airflow minor ("3.3"); above all that is known it is the newest numbering's."""
    names = [numbering.name for numbering in image.numberings]
    for line in image.lines:
        if _minor(line.airflow) == _minor(airflow):
            return read_tag(line.name, image)._replace(numberings=(names.index(line.numbering),))
    newer = all(_minor(airflow) > _minor(line.airflow) for line in image.lines)
    tag = read_tag(airflow, image)
    return tag._replace(numberings=(len(names) - 1,)) if newer and tag.kind == "series" else None


def _minor(airflow: str) -> tuple[int, ...]:
    return tuple(map(int, airflow.split("."))) if airflow else ()


def _span_by_airflow(tag: Tag, successor: Image) -> Span | None:
    """All builds of the successor that have the Airflow minor which the tag's first two numbers name."""
    if len(tag.numbers) < 2:
        return None
    airflow = tuple(map(int, tag.numbers[:2]))
    known = [(_minor(line.airflow), line) for line in successor.lines]
    places = [place for minor, line in known if minor == airflow and (place := _span_of_line(line, successor))]
    if places:
        return Span(places[0].first, places[-1].last)
    if all(airflow < minor for minor, _ in known):
        return Span(Rank(-1, airflow), Rank(-1, airflow))
    return None


def _span_of_line(line: Line, image: Image) -> Span | None:
    names = [numbering.name for numbering in image.numberings]
    return span(read_tag(line.name, image)._replace(numberings=(names.index(line.numbering),)), image)
