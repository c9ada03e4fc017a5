"""Dockerfiles: bytes in, build stages out, as BuildKit reads them.

Source: the Dockerfile reference (https://docs.docker.com/reference/dockerfile/), and where it is silent BuildKit's
behaviour. Any bytes are accepted. What docker refuses is still read as far as possible, so that a broken line hides no
FROM; a FROM that docker would refuse says why in `refusal`.
"""

from __future__ import annotations

import re

from ..named import NamedTuple
from .buildargs import Argument, declare, new_scope, resolve
from .flags import cut_flags
from .froms import REFUSALS, is_platform, lower, read_from, refused_reference, refused_word
from .instructions import parse_instructions
from .lines import Comment, logical_lines, source_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .buildargs import Scope
    from .flags import Flag
    from .froms import From
    from .lines import LogicalLine

__all__ = ["REFUSALS", "Argument", "Comment", "ImageUse", "Stage", "read_stages", "source_lines"]

_NUMBER = r"[+-]?[0-9]+"
_MOUNT_FROM = re.compile(r"""[=,"']from=""", re.IGNORECASE)


class ImageUse(NamedTuple):
    """An image that an instruction inside a stage names: `COPY --from=IMAGE`, `RUN --mount=...,from=IMAGE`.

    `line` and `column` (1-based, in characters) are of the reference itself; `instruction` is `COPY` or
    `RUN`. A stage of the file, a stage number and a word with `$` are no images.
    """

    line: int
    column: int
    written: str
    image: str | None
    comments: tuple[Comment, ...]
    instruction: str


class Stage(NamedTuple):
    """A build stage: a FROM, and the images named below it.

    `line` and `end_line` (1-based) are of the FROM, `image_line` and `column` (1-based, in characters) of its
    image word, which is `written` (`""` if there is none). `image` is what docker makes of that word when no
    --build-arg is given, None when a name in it has no value, `""` when its substitution is broken. `partial`
    is the same with `${NAME}` for what has no value, also where the name stands in the default of an ARG that
    the word uses; `unknown` are those names. `name` is lower-cased. `kind` is `image`, `scratch`, `stage` (an
    earlier stage is meant) or `invalid`, and then `refusal` is one of REFUSALS. `arguments` are the build
    arguments that went into the image, also through one another. `comments` are those directly above the FROM
    and above the ARGs of `arguments`.
    """

    line: int
    end_line: int
    image_line: int
    column: int
    written: str
    image: str | None
    partial: str
    unknown: tuple[str, ...]
    name: str
    platform: str
    kind: str
    refusal: str
    arguments: tuple[Argument, ...]
    comments: tuple[Comment, ...]
    images: tuple[ImageUse, ...]


def read_stages(source: bytes) -> tuple[Stage, ...]:
    """The build stages of a Dockerfile, in file order. Any bytes will do."""
    escape, lines = logical_lines(source_lines(source))
    heads: list[From] = []
    arguments: list[tuple[LogicalLine, str]] = []
    inside: list[list[tuple[LogicalLine, str]]] = []
    for line, value in parse_instructions(lines):
        if line.keyword == "from":
            heads.append(read_from(line, value, escape))
            inside.append([])
        elif line.keyword == "arg" and not heads:
            arguments.append((line, value))
        elif line.keyword in {"copy", "run"} and inside:
            inside[-1].append((line, value))
    scope = new_scope(escape, heads[-1].name if heads else "")
    for line, value in arguments:
        declare(scope, line, value)
    names = {head.name for head in heads}
    earlier: set[str] = set()
    stages = []
    for head, instructions in zip(heads, inside, strict=True):
        images = tuple(image for line, value in instructions for image in _images(line, value, escape, names))
        stages.append(_stage(head, scope, earlier, images))
        earlier.add(head.name)
    return tuple(stages)


def _stage(head: From, scope: Scope, earlier: set[str], images: tuple[ImageUse, ...]) -> Stage:
    word, platform = resolve(scope, head.word), resolve(scope, head.platform)
    refusal = head.refusal or refused_word(word)
    if not refusal and head.platform and not is_platform(platform.bare):
        refusal = "platform"
    kind = "stage" if word.bare in earlier else "scratch" if word.bare == "scratch" else "image"
    if not refusal and kind == "image":
        refusal = refused_reference(word)
    line, column = head.line.place(head.position)
    return Stage(
        line=head.line.line,
        end_line=head.line.end_line,
        image_line=line,
        column=column,
        written=head.word,
        image=None if word.absent else word.bare,
        partial=word.partial,
        unknown=tuple(dict.fromkeys(word.absent + word.origin.unknown)),
        name=head.name,
        platform=platform.bare,
        kind="invalid" if refusal else kind,
        refusal="template" if refusal and head.template else refusal,
        arguments=word.origin.arguments,
        comments=word.origin.comments + head.line.comments,
        images=images,
    )


def _images(line: LogicalLine, value: str, escape: str, names: set[str]) -> Iterator[ImageUse]:
    for flag in cut_flags(value, escape)[0]:
        found = _mounted(flag, value) if line.keyword == "run" else _copied(flag)
        if not found:
            continue
        text, position, end = found
        if text in {"", "scratch"} or "$" in text or re.fullmatch(_NUMBER, text) or lower(text) in names:
            continue
        place = line.place(position)
        yield ImageUse(*place, value[position:end], text, line.comments, line.keyword.upper())


def _copied(flag: Flag) -> tuple[str, int, int] | None:
    """The image of `--from=`, and where it begins and ends."""
    name, _, text = flag.word.partition("=")
    return (text, flag.start + len("--from="), flag.end) if name == "--from" else None


def _mounted(flag: Flag, value: str) -> tuple[str, int, int] | None:
    """The image of the last `from=` in a `--mount=`, and where it begins and ends."""
    name, _, options = flag.word.partition("=")
    texts = [
        text for key, _, text in (o.strip('"').partition("=") for o in options.split(",")) if key.lower() == "from"
    ]
    places = [match.end() for match in _MOUNT_FROM.finditer(value, flag.start, flag.end)]
    if name != "--mount" or not texts or not places:
        return None
    end = value.find(",", places[-1], flag.end)
    return texts[-1], places[-1], flag.end if end < 0 else end
