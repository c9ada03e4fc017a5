"""What a file declares, and how the declarations of a Dockerfile are read from its stages."""

from __future__ import annotations

from functools import lru_cache

from ..named import NamedTuple
from ..versions.recognition import Runtime, recognise
from ..versions.tags import Tag
from .glance import may_name, needles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..dockerfile.stages import Argument, Comment, Stage
    from ..model import Image


MOST_VALUES = 500
"""The most places of one file that name a version, and the most values under one key, that are read."""


class Declaration(NamedTuple):
    """One place that names a declared image.

    `line` and `column` (1-based, characters) are of the reference as `written`. `reference` is the reference after
    substitution, with `${NAME}` for each of the `unknown` build arguments. `refusal` tells why docker would refuse the
    instruction. `name` is the name of the build stage, `final` marks the stage that is deployed, and `route` has
    sentences on how the final stage leads to it. `ordered` is false where the version does not decide what runs: in a
    `COPY --from=`, and in a file that creates a Deployment.

    `spelling` is how a version is written there. `notes` are sentences that each report on it adds. `answerable` tells
    whether comments can stand above it. `late` and `broken` are those of the build stage.
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
    route: tuple[str, ...] = ()
    late: tuple[Argument, ...] = ()
    broken: tuple[Argument, ...] = ()


class Reading(NamedTuple):
    """What a file declares, in file order.

    A file that stands for a Dockerfile can have two more: `requirement` is the series that it requires, with which the
    declarations must agree; `dockerfile` is the path, from its folder, of the Dockerfile that it names.
    """

    declarations: tuple[Declaration, ...] = ()
    requirement: Declaration | None = None
    dockerfile: str = ""


def read_declarations(source: bytes, images: Sequence[Image]) -> tuple[Declaration, ...]:
    """Each place in a Dockerfile that names a declared image, in file order. Stages of the file are no images."""
    if not may_name(source, _needles(tuple(images))):
        return ()
    from ..dockerfile.stages import read_stages

    stages = read_stages(source)
    chain = _chain(stages)
    declarations: list[Declaration] = []
    for stage in stages:
        if stage.kind in {"image", "invalid"} and (runtime := _runtime(stage, images)):
            declarations.append(
                Declaration(
                    runtime, "FROM", stage.image_line, stage.column, stage.written, stage.partial, stage.comments,
                    stage.arguments, stage.unknown, stage.refusal, stage.name,
                    final=stage is chain[-1], route=_route(chain) if stage is chain[-1] else (),
                    late=stage.late, broken=stage.broken,
                )
            )  # fmt: skip
        for use in stage.images:
            if runtime := recognise(use.image, images):
                declarations.append(
                    Declaration(
                        runtime, use.instruction, use.line, use.column, use.written, use.image, use.comments,
                        refusal=use.refusal, ordered=False,
                    )
                )  # fmt: skip
    return tuple(declarations)


def _runtime(stage: Stage, images: Sequence[Image]) -> Runtime | None:
    """The Runtime that the FROM names; without a version where only a value that does not count names it."""
    if runtime := recognise(stage.partial, images):
        return runtime
    meant = recognise(stage.meant, images)
    return meant and meant._replace(tag=Tag("", "no-value"), digest="")


@lru_cache
def _needles(images: tuple[Image, ...]) -> tuple[str, ...]:
    return needles(name for image in images for name in image.repositories)


def _chain(stages: Sequence[Stage]) -> list[Stage]:
    """The final stage, and the stages that it is built on through one another; the last of them names the image."""
    position = len(stages) - 1
    chain = list(stages[position:])
    while chain and chain[-1].kind == "stage":
        # The last of several equal names wins, and only earlier stages can be named.
        position = next(i for i in reversed(range(position)) if stages[i].name == chain[-1].image)
        chain.append(stages[position])
    return chain


def _route(chain: Sequence[Stage]) -> tuple[str, ...]:
    """Sentences on how the final stage leads to the stage that names the image; none if it is that stage."""
    *through, _ = chain
    arguments = dict.fromkeys(argument for stage in through for argument in stage.arguments)
    return (
        *(f"the final stage, in line {stage.image_line}, is built on this image" for stage in through[:1]),
        *(f"build argument {argument.name} is given in line {argument.line}" for argument in arguments),
    )


def blank_versions(source: bytes, reading: Reading, *, is_place: bool) -> bytes:
    """A file with `*` for each version, and without acknowledgements.

    It is the same before and after an upgrade, so a renamed file is matched by its content.
    """
    from ..dockerfile.stages import source_lines

    lines = source_lines(source)
    for declaration in (*reading.declarations, *([reading.requirement] if reading.requirement else ())):
        at = declaration.line - 1
        blank = "*" if is_place else f"{declaration.runtime.declared}:*"
        lines[at] = lines[at].replace(declaration.written or "\n", blank)
        for argument in declaration.arguments:
            lines[argument.line - 1] = f"ARG {argument.name}"
    others = (line for line in lines if not line.lstrip().startswith("# astro-runtime:"))
    return "\n".join(others).encode("utf-8", "surrogateescape")
