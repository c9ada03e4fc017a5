"""Which of two Runtimes is newer.

Knows: the order of builds, of numberings and of images that succeed one another. The only module that knows
`packaging`, which says which of two pre-releases is newer; numbers are compared as numbers.
Must not know: what is forbidden; it only tells the order, and None where there is none.
"""

from __future__ import annotations

from functools import lru_cache

from ..named import NamedTuple
from .tags import read_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..model import Image, Line
    from .recognition import Runtime
    from .tags import Tag

_RELEASE = (1,)  # above every pre-release, which is (0, packaging's Version of it)


class Rank(NamedTuple):
    """Where a build stands in the upgrade order: by the position of its numbering, its numbers, its stage.

    Builds of one numbering have equally many numbers; fewer stand in front of all builds that begin with them.
    """

    numbering: int
    numbers: tuple[int, ...]
    stage: tuple[Any, ...] = _RELEASE


class Span(NamedTuple):
    """The builds that a tag can name, as the first and last place in the upgrade order; equal for an exact build."""

    first: Rank
    last: Rank


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


def rank_of(version: str, image: Image) -> Rank:
    """Where a build of the image stands; `version` is one that was checked when a rule or image file was read."""
    place = span(read_tag(version, image), image)
    assert place is not None
    return place.first


def newest_known(series: Tag, image: Image) -> str:
    """The newest known build of a series that is not withdrawn; empty where none is known."""
    withdrawn = {build for withdrawal in image.withdrawn for build in withdrawal.builds}
    known = [
        build
        for build, _ in image.builds
        if build not in withdrawn
        and (tag := read_tag(build, image)).numberings[0] in series.numberings
        and tag.numbers[: len(series.numbers)] == series.numbers
    ]
    return max(known, key=lambda build: rank_of(build, image), default="")


def spans(before: Runtime, after: Runtime) -> tuple[Span, Span] | None:
    """Both places in one order, or None where there is none.

    An image that another succeeds is put into its order, and so is, as the one after, an image that carries the one
    before.
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
    return tuple(map(int, airflow.split(".")))


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
