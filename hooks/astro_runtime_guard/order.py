"""Which of two Runtimes is newer.

Knows: the order of builds, of numberings and of images that succeed one another. The only module that knows
`packaging`, and it hands `packaging` nothing but numbers and a pre-release.
Must not know: what is forbidden; it only tells the order, and None where there is none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from .tags import read_tag

if TYPE_CHECKING:
    from packaging.version import Version

    from .images import Image, Line
    from .recognition import Runtime
    from .tags import Tag


class Span(NamedTuple):
    """The builds that a tag can name, as the first and last place in the upgrade order; equal for an exact build."""

    first: tuple[int, Version]
    last: tuple[int, Version]


def span(tag: Tag, image: Image) -> Span | None:
    """Where a tag stands in the upgrade order of its image, or None where that is not known."""
    if not tag.numbers:
        return None
    from packaging.version import Version

    release = ".".join(tag.numbers)
    if tag.kind == "series":
        numbering = image.numberings[tag.numberings[0]]
        open_numbers = numbering.tag.count("{") - len(tag.numbers)
        release = ".".join([*tag.numbers, *["0"] * (open_numbers - 1), numbering.first])
        end = ".".join([*tag.numbers[:-1], str(int(tag.numbers[-1]) + 1)])
        return Span((tag.numberings[0], Version(release)), (tag.numberings[-1], Version(f"{end}.dev0")))
    place = (tag.numberings[0], Version(release + tag.pre_release))
    return Span(place, place)


def place_of(version: str, image: Image) -> tuple[int, Version]:
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
    return max(known, key=lambda build: place_of(build, image), default="")


def spans(before: Runtime, after: Runtime) -> tuple[Span, Span] | None:
    """Both places in one order, or None where there is none; an image that another succeeds is put into its order."""
    if before.image.name == after.image.name:
        pair = span(before.tag, before.image), span(after.tag, after.image)
    elif before.image.succeeded_by == after.image.name:
        pair = _span_by_airflow(before.tag, after.image), span(after.tag, after.image)
    elif after.image.succeeded_by == before.image.name:
        pair = span(before.tag, before.image), _span_by_airflow(after.tag, before.image)
    else:
        return None
    return (pair[0], pair[1]) if pair[0] and pair[1] else None


def _span_by_airflow(tag: Tag, successor: Image) -> Span | None:
    """All builds of the successor that have the Airflow minor which the tag's first two numbers name."""
    from packaging.version import Version

    if len(tag.numbers) < 2:
        return None
    airflow = Version(".".join(tag.numbers[:2]))
    lines = [line for line in successor.lines if Version(line.airflow) == airflow]
    places = [place for line in lines if (place := _span_of_line(line, successor))]
    if places:
        return Span(places[0].first, places[-1].last)
    if all(airflow < Version(line.airflow) for line in successor.lines):
        return Span((-1, airflow), (-1, airflow))
    return None


def _span_of_line(line: Line, image: Image) -> Span | None:
    names = [numbering.name for numbering in image.numberings]
    return span(replace(read_tag(line.name, image), numberings=(names.index(line.numbering),)), image)
