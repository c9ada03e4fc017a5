"""Reads the build stages of a Dockerfile as BuildKit does.

Source: the Dockerfile reference (https://docs.docker.com/reference/dockerfile/), and where it is silent BuildKit's
behaviour. Any bytes are accepted. A file that docker refuses is read as far as possible, so that a broken line does not
hide a FROM. A FROM that docker refuses says why in `refusal`.
"""

from __future__ import annotations

from ..errors import OverLimit
from ..named import NamedTuple
from .buildargs import Argument, as_meant, declare, new_scope, resolve
from .froms import REFUSALS, is_platform, is_template, read_from, refused_reference, refused_word
from .instructions import names_no_image, parse_instructions
from .lines import Comment, logical_lines, source_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .buildargs import Scope
    from .froms import From
    from .lines import LogicalLine
    from .uses import ImageUse

__all__ = ["REFUSALS", "Argument", "Comment", "Stage", "read_stages", "source_lines"]


MOST_LINES = 100_000


class Stage(NamedTuple):
    """A build stage: a FROM, and the images named below it.

    `line` and `end_line` (1-based) are of the FROM, `image_line` and `column` (1-based, in characters) of its image
    word as `written` (empty if there is none). `image` is the word after substitution without any --build-arg, and
    empty where the substitution is broken; it is None where a name in the word has no value, unless it names a stage
    even so. `partial` is the same with `${NAME}` for each name without a value, also where the name stands in the
    default of an ARG. `unknown` are those names.

    `name` is lower-cased. `kind` is `image`, `scratch`, `stage` (the FROM names an earlier stage) or `invalid`, and
    then `refusal` is one of REFUSALS. `arguments` are the build arguments whose values are in the image, directly or
    through another. `comments` stand directly above the FROM and above the ARGs of `arguments`.

    Two fields tell why a name is unknown: `late` are ARGs that give a value but stand below the first FROM, where they
    do not count; `broken` are ARGs whose default docker refuses. `meant` is `partial` as it would be with their values.
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
    meant: str = ""
    late: tuple[Argument, ...] = ()
    broken: tuple[Argument, ...] = ()


class _Instructions(NamedTuple):
    """The instructions that can name an image: FROMs, ARGs above and below the first of them, and those in stages."""

    heads: list[From]
    arguments: list[tuple[LogicalLine, str]]
    late: list[tuple[LogicalLine, str]]
    inside: list[list[tuple[LogicalLine, str]]]


def read_stages(source: bytes) -> tuple[Stage, ...]:
    """The build stages of a Dockerfile, in file order. Accepts any bytes.

    Raises OverLimit for a file with more lines, instructions or characters than any Dockerfile has.
    """
    if source.count(b"\n") > MOST_LINES:
        raise OverLimit(f"more than {MOST_LINES} lines, the most that is read")
    escape, lines = logical_lines(source_lines(source), names_no_image)
    instructions = _sorted(lines, escape)
    heads = instructions.heads
    scope = new_scope(escape, heads[-1].name if heads else "")
    for line, value in instructions.arguments:
        declare(scope, line, value)
    names = {head.name for head in heads}
    earlier: set[str] = set()
    stages = []
    for head, inside in zip(heads, instructions.inside, strict=True):
        stages.append(_stage(head, scope, earlier, _images(inside, escape, names) if inside else ()))
        earlier.add(head.name)
    if any(stage.unknown for stage in stages):
        return tuple(_with_meaning(stages, as_meant(scope, instructions.late)))
    return tuple(stages)


def _sorted(lines: Sequence[LogicalLine], escape: str) -> _Instructions:
    instructions = _Instructions([], [], [], [])
    for line, value in parse_instructions(lines):
        if line.keyword == "from":
            instructions.heads.append(read_from(line, value, escape))
            instructions.inside.append([])
        elif line.keyword == "arg":
            (instructions.late if instructions.heads else instructions.arguments).append((line, value))
        elif instructions.inside:
            instructions.inside[-1].append((line, value))
    return instructions


def _images(inside: Sequence[tuple[LogicalLine, str]], escape: str, names: set[str]) -> tuple[ImageUse, ...]:
    """The images that the instructions of one stage name; imported here, because most stages name none."""
    from .uses import read_uses

    return tuple(use for line, value in inside for use in read_uses(line, value, escape, names))


def _with_meaning(stages: Sequence[Stage], scope: Scope) -> Iterator[Stage]:
    """The stages; one with an unknown name says what its author meant, and which late ARGs give the value."""
    given = {name: value.argument for name, value in scope.values.items() if value and value.argument}
    for stage in stages:
        arguments = [given[name] for name in stage.unknown if name in given]
        late = tuple(argument for argument in arguments if argument.line > stages[0].line)
        if late or stage.broken:
            yield stage._replace(meant=resolve(scope, stage.written).partial, late=late)
        else:
            yield stage


def _stage(head: From, scope: Scope, earlier: set[str], images: tuple[ImageUse, ...]) -> Stage:
    word, platform = resolve(scope, head.word), resolve(scope, head.platform)
    refusal = head.refusal or refused_word(word)
    if not refusal and head.platform and not is_platform(platform.bare):
        refusal = "platform"
    kind = "stage" if word.bare in earlier else "scratch" if word.bare == "scratch" else "image"
    if not refusal and kind == "image":
        refusal = refused_reference(word)
    if refusal:
        kind = "invalid"
    line, column = head.line.place(head.position)
    unknown = tuple(dict.fromkeys(word.absent + word.origin.unknown))
    return Stage(
        line=head.line.line,
        end_line=head.line.end_line,
        image_line=line,
        column=column,
        written=head.word,
        image=None if word.absent and kind != "stage" else word.bare,
        partial=word.partial,
        unknown=unknown,
        name=head.name,
        platform=platform.bare,
        kind=kind,
        refusal="template" if refusal and is_template(head.words) else refusal,
        arguments=word.origin.arguments,
        comments=word.origin.comments + head.line.comments,
        images=images,
        broken=tuple(scope.broken[name][0] for name in unknown if name in scope.broken),
    )
