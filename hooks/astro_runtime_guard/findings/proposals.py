"""Proposes versions: what a report says to write."""

from __future__ import annotations

import re

from ..versions.order import newest_known, rank_of, span
from ..versions.tags import line_of, orders_builds, read_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..declarations.declaration import Declaration
    from ..model import Image, Numbering
    from ..versions.recognition import Runtime
    from ..versions.tags import Tag


def placeholders(image: Image) -> str:
    """The suffix that fixes a build, with its numbers as placeholders: `-<build>`."""
    return re.sub(r"\{([a-z-]+)\}", r"<\1>", image.fixed_by)


def as_written(declaration: Declaration, version: str, repository: str) -> str:
    """A version as it would be written in the declaration's place."""
    return declaration.spelling.replace("{version}", version).replace("{repository}", repository)


def example(runtime: Runtime) -> str:
    """A full version to write: of the series that is written, else one that the repository holds."""
    image, tag = runtime.image, _plain_tag(runtime)
    if tag.kind == "build" or (tag.kind == "no-version" and tag.numbers):
        return tag.text if runtime.repository else tag.version
    if tag.kind == "moves" and orders_builds(image):
        return f"{tag.version}{placeholders(image)}{tag.text[len(tag.version) :]}"
    line = line_of(tag, image)
    if tag.kind == "series" and not (line and line.last_build and is_above(tag, line.last_build, image)):
        known = newest_known(tag, image) or _shape(image.numberings[tag.numberings[-1]], tag.numbers)
        fixed = placeholders(image) if orders_builds(image) else ""
        return known + fixed + tag.text[len(tag.version) :]
    path = runtime.declared.lstrip("*")  # a mirror keeps the path of the repository that it mirrors
    held = [n for n in image.numberings if any(holder.endswith(path) for holder in n.published_in)]
    return sample((held or image.numberings)[-1])


def sample(numbering: Numbering) -> str:
    """A build to show: the one that the image file names, or its shape (`<major>.<minor>.<patch>`)."""
    return numbering.example or _shape(numbering)


def _plain_tag(runtime: Runtime) -> Tag:
    """The tag. If it is no version, the tag without a word in front (`v12.1.0`) and without leading zeros."""
    tag = runtime.tag
    if tag.numbers:
        return tag
    text = re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(r"^[A-Za-z]+[-_.]?", "", tag.text))
    return read_tag(text, runtime.image, runtime.declared)


def _shape(numbering: Numbering, series: Sequence[str] = ()) -> str:
    """What a build, of a series with these numbers, looks like where none is known: `14.<minor>.<patch>`."""
    numbers = iter(series)
    return re.sub(r"\{([a-z-]+)\}", lambda name: next(numbers, f"<{name[1]}>"), numbering.tag)


def is_above(tag: Tag, build: str, image: Image) -> bool:
    """Whether everything that a tag can name is above a build."""
    place = span(tag, image)
    return place is not None and place.first > rank_of(build, image)


def meant_build(runtime: Runtime) -> str:
    """What a build or a series is in the newest numbering, suffixes included: `3.3-9` for `3.3.9`."""
    image, tag = runtime.image, runtime.tag
    newest = len(image.numberings) - 1
    meant = newest_known(tag._replace(numberings=(newest,)), image) or _shape(image.numberings[newest], tag.numbers)
    return meant + tag.text[len(tag.version) :]
