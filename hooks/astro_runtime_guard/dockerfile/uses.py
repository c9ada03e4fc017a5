"""Reads the images that instructions inside a stage name: `COPY --from=IMAGE`, `RUN --mount=...,from=IMAGE`."""

from __future__ import annotations

import re

from ..named import NamedTuple
from .flags import cut_flags
from .froms import lower
from .lines import split_instruction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .flags import Flag
    from .lines import Comment, LogicalLine

_NUMBER = r"[+-]?[0-9]+"
_VARIABLE = r"(?a)\$(\w+)"


class ImageUse(NamedTuple):
    """An image that an instruction inside a stage names.

    `line` and `column` (1-based, in characters) are of the reference as `written`. `instruction` is `COPY`, `RUN` or
    `ONBUILD`. A stage of the file, a stage number and `scratch` are no images. Docker puts no build argument into such
    a reference: where one stands in it, `refusal` is `expansion`, and `image` has `${NAME}` in its place.
    """

    line: int
    column: int
    written: str
    image: str
    comments: tuple[Comment, ...]
    instruction: str
    refusal: str = ""


class _ImageWord(NamedTuple):
    """The image in a flag, and its start and end in the value of the instruction."""

    text: str
    start: int
    end: int


def read_uses(line: LogicalLine, value: str, escape: str, names: set[str]) -> Iterator[ImageUse]:
    """The images that a COPY, a RUN or an ONBUILD with one of them names. `names` are the stages of the file."""
    keyword, rest, offset = line.keyword, value, 0
    if keyword == "onbuild":
        keyword, rest, offset = split_instruction(value)
        escape = "\\"  # docker reads it in the build of another file, which has no directive of this one
    for flag in cut_flags(rest, escape)[0]:
        image = _mounted(flag) if keyword == "run" else _copied(flag)
        if image is None or image.text in {"", "scratch"}:
            continue
        if re.fullmatch(_NUMBER, image.text) or lower(image.text) in names:
            continue
        place = line.place(image.start + offset)
        written, text = rest[image.start : image.end], re.sub(_VARIABLE, r"${\1}", image.text)
        refusal = "expansion" if "$" in text else ""
        yield ImageUse(*place, written, text, line.comments, line.keyword.upper(), refusal)


def _copied(flag: Flag) -> _ImageWord | None:
    """The image of `--from=`."""
    name, equals, text = flag.word.partition("=")
    if name != "--from" or not equals:
        return None
    return _ImageWord(text, flag.written_from(len("--from=")), flag.end)


def _mounted(flag: Flag) -> _ImageWord | None:
    """The image of the last `from=` in a `--mount=`."""
    name, _, options = flag.word.partition("=")
    if name != "--mount":
        return None
    image = None
    index = len("--mount=")
    for option in options.split(","):
        key, equals, text = option.strip('"').partition("=")
        if key.lower() == "from" and equals:
            start = index + option.index(key) + len("from=")
            end = start + len(text)
            image = _ImageWord(text, flag.written_from(start), flag.places[end] if end < len(flag.word) else flag.end)
        index += len(option) + 1
    return image
