"""The places in a file that name a Runtime.

Knows: which stages of a Dockerfile, and which images inside them, are declared images.
Must not know: git, what the file said before, any rule.
"""

from __future__ import annotations

from functools import lru_cache

from ..named import NamedTuple
from ..versions.recognition import Runtime, recognise
from .glance import may_name, needles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..dockerfile.stages import Argument, Comment, Stage
    from ..model import Image


class Declaration(NamedTuple):
    """One place that names a declared image.

    `line` and `column` (1-based, characters) are of the reference as `written`; `reference` is what it says after
    substitution, with `${NAME}` for each of the `unknown` build arguments. `refusal` tells why docker would refuse the
    instruction. `name` is the build stage's name; `final` marks the stage that is deployed; only where `ordered` is
    true does the version decide what runs (a `COPY --from=` is read for its pin alone). `spelling` is how a version is
    written there. `notes` are sentences that every report on it adds; `answerable` tells whether comments can stand
    above it.
    """

    runtime: Runtime
    instruction: str
    line: int
    column: int
    written: str
    reference: str
    comments: tuple[Comment, ...]
    arguments: tuple[Argument, ...] = ()
    unknown: tuple[str, ...] = ()
    refusal: str = ""
    name: str = ""
    final: bool = False
    ordered: bool = True
    spelling: str = "{repository}:{version}"
    notes: tuple[str, ...] = ()
    answerable: bool = True


class Reading(NamedTuple):
    """What a file declares: its declarations in file order; for a file that stands for a Dockerfile two things more.

    `requirement` is the series that it asks for beside them, with which they have to agree; `dockerfile` the path,
    from its folder, of the Dockerfile that it names.
    """

    declarations: tuple[Declaration, ...] = ()
    requirement: Declaration | None = None
    dockerfile: str = ""


def read_declarations(source: bytes, images: Sequence[Image]) -> tuple[Declaration, ...]:
    """Every place in a Dockerfile that names a declared image, in file order; stages of the file are none."""
    if not may_name(source, _needles(tuple(images))):
        return ()
    from ..dockerfile.stages import read_stages

    stages = read_stages(source)
    deployed = _deployed(stages)
    found: list[Declaration] = []
    for stage in stages:
        if stage.kind in {"image", "invalid"} and (runtime := recognise(stage.partial, images)):
            found.append(
                Declaration(
                    runtime, "FROM", stage.image_line, stage.column, stage.written, stage.partial, stage.comments,
                    stage.arguments, stage.unknown, stage.refusal, stage.name, final=stage is deployed,
                )
            )  # fmt: skip
        for image in stage.images:
            if runtime := recognise(image.image or "", images):
                found.append(
                    Declaration(
                        runtime, image.instruction, image.line, image.column, image.written, image.image or "",
                        image.comments, ordered=False,
                    )
                )  # fmt: skip
    return tuple(found)


@lru_cache
def _needles(images: tuple[Image, ...]) -> tuple[str, ...]:
    return needles(name for image in images for name in image.repositories)


def _deployed(stages: Sequence[Stage]) -> Stage | None:
    """The stage whose image the last stage is built on, through any number of stages that name one another."""
    if not stages:
        return None
    position = len(stages) - 1
    while stages[position].kind == "stage":
        # The last of several equal names wins, and only earlier stages can be named.
        position = next(i for i in reversed(range(position)) if stages[i].name == stages[position].image)
    return stages[position]


def blank_versions(source: bytes, reading: Reading, *, is_place: bool) -> bytes:
    """A file with its versions blanked out, and without the comments that speak of them.

    It is the same before and after an upgrade, so that a renamed file is recognised.
    """
    from ..dockerfile.stages import source_lines

    lines = source_lines(source)
    for declaration in (*reading.declarations, *([reading.requirement] if reading.requirement else ())):
        at = declaration.line - 1
        blank = "*" if is_place else f"{declaration.runtime.declared}:*"
        lines[at] = lines[at].replace(declaration.written or "\n", blank)
        for argument in declaration.arguments:
            lines[argument.line - 1] = f"ARG {argument.name}"
    kept = (line for line in lines if not line.lstrip().startswith("# astro-runtime:"))
    return "\n".join(kept).encode("utf-8", "surrogateescape")
