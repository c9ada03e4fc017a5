"""Build stages, as BuildKit sees them.

`data/buildkit.jsonl` has files with the stages that BuildKit reads in them. `data/hard-dockerfiles.jsonl` has more files,
one corner case each: LINE[-END] KIND IMAGE [AS NAME] [ON PLATFORM] for each stage, `?` where a name has no value.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from astro_runtime_guard.dockerfile.instructions import names_no_image, parse_instructions
from astro_runtime_guard.dockerfile.lines import logical_lines
from astro_runtime_guard.dockerfile.stages import (
    REFUSALS,
    Argument,
    Comment,
    Stage,
    read_stages,
    source_lines,
)
from astro_runtime_guard.dockerfile.uses import ImageUse
from astro_runtime_guard.errors import OverLimit
from hypothesis import given
from hypothesis import strategies as st

DATA = Path(__file__).parent / "data"


def read_cases(name: str) -> list[dict[str, Any]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


BUILDKIT = [case for case in read_cases("buildkit.jsonl") if not case.get("build_args")]
HARD = read_cases("hard-dockerfiles.jsonl")


def source_of(case: dict[str, Any]) -> bytes:
    if "dockerfile" in case:
        return str(case["dockerfile"]).encode()
    return base64.b64decode(case["dockerfile_b64"])


def comparable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def comparable_stage(stage: Stage, expected: dict[str, Any]) -> dict[str, Any]:
    """A stage in the words of the table. An image in which a name has no value is compared by that name."""
    unset = stage.image is None and set(stage.unknown) <= set(expected.get("unset", ()))
    skipped = unset or expected["kind"] == "malformed"
    return {
        "line": stage.line,
        "end_line": stage.end_line,
        "raw": comparable(stage.written),
        "image": expected["image"] if skipped else stage.image,
        "stage": stage.name,
        "platform": stage.platform,
        "kind": "malformed" if stage.kind == "invalid" and expected["kind"] == "malformed" else stage.kind,
    }


@pytest.mark.parametrize("case", BUILDKIT, ids=lambda case: case["id"])
def test_buildkit(case: dict[str, Any]) -> None:
    stages = read_stages(source_of(case))
    phase = (case["expected"]["error"] or {"phase": "from"})["phase"]
    if phase == "parse":  # docker does not read such a file; reading it must only not fail
        return
    expected = case["expected"]["froms"] if phase == "from" else case["expected"].get("lenient_froms", [])
    assert len(stages) == len(expected)
    for stage, other in zip(stages, expected, strict=True):
        read = comparable_stage(stage, other)
        assert read == {key: other[key] for key in read}


def shown(stage: Stage) -> str:
    lines = f"{stage.line}" if stage.line == stage.end_line else f"{stage.line}-{stage.end_line}"
    kind = f"invalid: {stage.refusal}" if stage.refusal else stage.kind
    image = f"?{stage.partial}" if stage.image is None else stage.image
    name, platform = stage.name and f" AS {stage.name}", stage.platform and f" ON {stage.platform}"
    return f"{lines} {kind} {image}{name}{platform}"


@pytest.mark.parametrize("case", HARD, ids=lambda case: f"{case['about']}-{case['dockerfile'][:40]!a}")
def test_hard(case: dict[str, Any]) -> None:
    assert [shown(stage) for stage in read_stages(source_of(case))] == case["stages"]


def test_every_refusal_occurs() -> None:
    refusals = {stage.refusal for case in HARD for stage in read_stages(source_of(case))}
    assert refusals - {""} == set(REFUSALS) - {"expansion"}


@pytest.mark.parametrize(("doublings", "is_refused"), [(20, False), (26, True)])
def test_doubled_arguments_fill_no_memory(doublings: int, is_refused: bool) -> None:
    lines = [f"ARG A{number}=$A{number - 1}$A{number - 1}" for number in range(1, doublings + 1)]
    source = "\n".join(["ARG A0=x", *lines, f"FROM a:$A{doublings}"])
    (stage,) = read_stages(source.encode())
    assert (stage.refusal == "substitution") is is_refused
    assert len(stage.partial) < 1 << 21


MANY = "10000 instructions that can name an image, or 500000 characters in them"
MOST = {
    "lines": (b"\n" * 99_999 + b"FROM a\n", b"\n", "100000 lines"),
    "instructions": (b"ARG A\n" * 9_999 + b"FROM a\n", b"ARG A\n", MANY),
    "characters": (b"FROM " + b"a" * 499_999 + b"\nFROM a\n", b"ARG A\n", MANY),
}


@pytest.mark.parametrize(("most", "more", "limit"), MOST.values(), ids=MOST)
def test_as_much_as_is_read(most: bytes, more: bytes, limit: str) -> None:
    assert read_stages(most)[-1].image == "a"
    with pytest.raises(OverLimit) as problem:
        read_stages(most + more)
    assert str(problem.value) == f"more than {limit}, the most that is read"


def test_arguments_behind_arguments_are_named_up_to_a_limit() -> None:
    pairs = [f"ARG A{n}=$A{n - 1}$B{n - 1}\nARG B{n}=$A{n - 1}$B{n - 1}" for n in range(1, 46)]
    (stage,) = read_stages("\n".join(["ARG A0=\nARG B0=", *pairs, "FROM a$A45"]).encode())
    assert (stage.image, len(stage.arguments)) == ("a", 91)
    chain = [f"ARG A{n}=$A{n - 1}" for n in range(1, 102)]
    (stage,) = read_stages("\n".join(["ARG A0=a", *chain, "FROM $A101"]).encode())
    assert (stage.image, len(stage.arguments)) == ("a", 100)


def test_a_stage() -> None:
    source = b"""\
# syntax=docker/dockerfile:1

# first
# second
ARG VERSION=5.0.1
ARG OTHER=1
# third
ARG TAG="${VERSION}-base"

# not above

# fourth
  FROM --platform=linux/amd64 \\
  quay.io/a/b:$TAG AS Base
"""
    assert read_stages(source) == (
        Stage(
            line=13,
            end_line=14,
            image_line=14,
            column=3,
            written="quay.io/a/b:$TAG",
            image="quay.io/a/b:5.0.1-base",
            partial="quay.io/a/b:5.0.1-base",
            unknown=(),
            name="base",
            platform="linux/amd64",
            kind="image",
            refusal="",
            arguments=(Argument("TAG", 8), Argument("VERSION", 5)),
            comments=(
                Comment(3, "# first"),
                Comment(4, "# second"),
                Comment(7, "# third"),
                Comment(12, "# fourth"),
            ),
            images=(),
        ),
    )


@pytest.mark.parametrize(
    ("source", "image", "partial", "unknown", "arguments"),
    [
        ("FROM a:1", "a:1", "a:1", (), ()),
        ("FROM a:$V", None, "a:${V}", ("V",), ()),
        ("FROM $R/a:${V}-$V", None, "${R}/a:${V}-${V}", ("R", "V"), ()),
        ("ARG V\nFROM a:$V", None, "a:${V}", ("V",), ()),
        ("ARG V=1\nFROM a:$V$W", None, "a:1${W}", ("W",), (Argument("V", 1),)),
        # An ARG whose value needs another without a value: the text as docker has it, and the unknown name.
        ("ARG R\nARG I=$R/a:1\nFROM $I", "/a:1", "${R}/a:1", ("R",), (Argument("I", 2),)),
        ("ARG R\nARG I=${R:-r.io}/a:1\nFROM $I", "r.io/a:1", "r.io/a:1", (), (Argument("I", 2),)),
        # A name that no ARG declares is empty.
        ("ARG I=a:1$V\nFROM $I", "a:1", "a:1", (), (Argument("I", 1),)),
        ("FROM a:${V:-1}", "a:1", "a:1", (), ()),
        ("FROM a:${V:-$W}", None, "a:${W}", ("W",), ()),
        ("FROM a:${V:?}", None, "a:${V}", ("V",), ()),
        ("FROM a:${V:?}-${W}", None, "a:${V}-${W}", ("V", "W"), ()),
        ("FROM a:${V:?}-${W", None, "a:${V:?}-${W", ("V",), ()),
        ("ARG V=\nFROM a:${V:?}", "", "a:${V:?}", (), ()),
        ("ARG V=1\nFROM a:1${W:+${V:+x}}", "a:1", "a:1", (), ()),
        ("FROM a:${V%-*}", None, "a:${V}", ("V",), ()),
        ("ARG V=2\nFROM a:1${V:+-x}", "a:1-x", "a:1-x", (), (Argument("V", 1),)),
        ("ARG V=2\nFROM a:${V:-$W}", "a:2", "a:2", (), (Argument("V", 1),)),
        ("ARG A=1\nARG B=2\nFROM a:$A$B", "a:12", "a:12", (), (Argument("A", 1), Argument("B", 2))),
        (
            *("ARG A=1\nARG B=2\nARG C=$A$B\nFROM a:$C", "a:12", "a:12", ()),
            (Argument("C", 3), Argument("A", 1), Argument("B", 2)),
        ),
        ("ARG A=1\nARG B=$A\nARG A=2\nFROM a:$B", "a:1", "a:1", (), (Argument("B", 2), Argument("A", 1))),
        ("ARG A=1\nARG A=${A}-x\nFROM a:$A", "a:1-x", "a:1-x", (), (Argument("A", 2), Argument("A", 1))),
        ("ARG A=1\nARG B=2\nFROM a:${B:+$A}", "a:1", "a:1", (), (Argument("A", 1), Argument("B", 2))),
        ("ARG V=12\nARG P=1\nFROM a:${V#$P}", "a:2", "a:2", (), (Argument("V", 1), Argument("P", 2))),
        ("ARG X=1 \\\n V=2\nFROM a:$V", "a:2", "a:2", (), (Argument("V", 1),)),
        ("FROM a:$TARGETARCH", "a:amd64", "a:amd64", (), ()),
        ("FROM a:${1V}", "", "a:${1V}", (), ()),
        ("FROM a:$V # c", None, "a:${V}", ("V",), ()),
    ],
)
def test_values(
    source: str, image: str | None, partial: str, unknown: tuple[str, ...], arguments: tuple[Argument, ...]
) -> None:
    (stage,) = read_stages(source.encode())
    assert (stage.image, stage.partial, stage.unknown, stage.arguments) == (
        image,
        partial,
        unknown,
        arguments,
    )


TEMPLATES = (
    *("{{ t }}", "{%t%}", "<%= t %>", "[[t]]", "$(t)", "#{t}", "%TAG%", "%T%", "@TAG@", "@T@"),
    *("<tag>", "<t>", "<my-tag>"),
)


@pytest.mark.parametrize(
    "tag", [*TEMPLATES, "<", "<t", "t>", "<>", "<-t>", "[t]", "%%", "%t", "@@", "@t", "{t}", "(t)"]
)
def test_a_tag_that_is_a_template(tag: str) -> None:
    (stage,) = read_stages(f"FROM a:{tag}".encode())
    assert (stage.kind, stage.refusal == "template") == ("invalid", tag in TEMPLATES)


PLATFORMS = {
    "aix": True, "linux": True, "LINUX": True, "arm64": True, "linux/arm/v7": True, "my_os-1/x": True, "linux/A_b.c-9": True,
    "amd64": True, "amd64(10.0)": False, "linux()": True, "windows(10.0)": True, "windows()/x": True,
    "windows(A1_.%-+B2_.%-+c)/x": True, "windows(+a)/x": True,
    "": True, "$EMPTY": False, "linuxes": False, "/x": False, "linux/": False, "linux/a/b/c": False, "windows(a+)/x": False,
    "windows(a)(b)/x": False, "windows(a/x": False, "linux/a+b": False, "li.nux/x": False, "x=linux": False,
}  # fmt: skip


@pytest.mark.parametrize(("platform", "is_one"), PLATFORMS.items())
def test_a_platform(platform: str, is_one: bool) -> None:
    (stage,) = read_stages(f"FROM --platform={platform} a".encode())
    assert stage.refusal == ("" if is_one else "platform")


@pytest.mark.parametrize("name", [*"@*#?-$!", "0", "12"])
def test_parameters_of_a_shell_have_no_value(name: str) -> None:
    (stage,) = read_stages(f"FROM a:${name}b".encode())
    assert (stage.image, stage.unknown) == (None, (name,))


# In a RUN the shell puts the values in, so each of these is part of the command that the heredoc belongs to.
@pytest.mark.parametrize(
    "form", ["", "-b", "+b", "?b", ":-b", ":0:3", "#b", "##b", "%b", "%%b", "/a/b", "//a/b", "//a"]
)
def test_a_heredoc_behind_a_substitution(form: str) -> None:
    stages = read_stages(f"FROM a:1\nRUN x ${{V{form}}} <<EOF\nFROM x\nEOF\nFROM a:2\n".encode())
    refused = form == "//a"  # it has no end
    assert [stage.image for stage in stages] == (["a:1", "x", "a:2"] if refused else ["a:1", "a:2"])


@pytest.mark.parametrize("form", [":#b", ":%b"])
def test_what_buildkit_refuses_as_a_substitution_has_no_heredoc(form: str) -> None:
    stages = read_stages(f"FROM a:1\nRUN x ${{V{form}}} <<EOF\nFROM x\nEOF\nFROM a:2\n".encode())
    assert [stage.image for stage in stages] == ["a:1", "x", "a:2"]


# https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope, on an ordinary machine.
PLATFORM = {"PLATFORM": "linux/amd64", "OS": "linux", "OSVERSION": "", "ARCH": "amd64", "VARIANT": ""}


@pytest.mark.parametrize(("name", "value"), PLATFORM.items())
def test_docker_gives_arguments_for_the_platform(name: str, value: str) -> None:
    for side in ("BUILD", "TARGET"):
        (stage,) = read_stages(f"FROM a/${{{side}{name}}}b".encode())
        assert (stage.image, stage.unknown) == (f"a/{value}b", ())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("FROM a", (1, 6)),
        ("  FROM   a  ", (1, 10)),
        ("FROM \u2003a", (1, 7)),
        ("FROM --platform=linux \u2003a", (1, 24)),
        (" \\\n  FROM a  ", (2, 8)),
        ("\ufeffFROM a", (1, 6)),
        ("FROM \\\n\n# c\n a", (4, 2)),
        ("FROM \\\na", (2, 1)),
        ("FROM \\\n  a \\\n AS b", (2, 3)),
        ("FROM --platform=linux \\\n\ta", (2, 2)),
        ("FR\\\nOM a", (2, 4)),
        ("FROM --platform=\u00e9\u00e9 a", (1, 20)),
        ("FROM", (1, 1)),
        ("FROM a \\\n AS b", (1, 6)),
        ("  FROM a \\\n AS b", (1, 8)),
        ("FROM a\\\nb", (1, 6)),
    ],
)
def test_place_of_the_image(source: str, expected: tuple[int, int]) -> None:
    (stage,) = read_stages(source.encode())
    assert (stage.image_line, stage.column) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# a\nFROM x", ["# a"]),
        ("# a\n# b\nFROM x", ["# a", "# b"]),
        ("# a\n\nFROM x", []),
        ("# a\n \nFROM x", []),
        ("# a\nARG V\nFROM x", []),
        ("# a\nARG V=1\nFROM x:$V", ["# a"]),
        ("# a\nARG V=1\n# b\nFROM x:$V", ["# a", "# b"]),
        ("  #a  \nFROM x", ["#a"]),
        ("#\nFROM x", ["#"]),
        ("# syntax=x\nFROM x", []),
        ("# syntax=x\n# a\nFROM x", ["# a"]),
        ("# a\n# syntax=x\nFROM x", ["# a", "# syntax=x"]),
        ("# a\r\nFROM x\r\n", ["# a"]),
        ("FROM x \\\n# a\n AS b", []),
        ("# a\n# a\nARG V=1 W=2\nFROM x:$V$W", ["# a", "# a"]),
        ("# a\n" * 60 + "ARG V=1\n" + "# b\n" * 60 + "ARG W=2\nFROM x:$V$W", ["# a"] * 40 + ["# b"] * 60),
        ("# a\n" + "# b\n" * 100 + "FROM x", ["# b"] * 100),
        (f"{' ' * 99}# a\n{' ' * 100}# b\n{chr(9) * 13}# c\n# {'d' * 100}#\nFROM x", ["# a", f"# {'d' * 100}#"]),
    ],
)
def test_comments(source: str, expected: list[str]) -> None:
    (stage,) = read_stages(source.encode())
    assert [comment.text for comment in stage.comments] == expected


@pytest.mark.parametrize(
    "instruction",
    [
        "COPY a b",
        "COPY --from=s a b",
        "COPY --from=S a b",
        "COPY --from=later a b",
        "COPY --from=0 a b",
        "COPY --from=7 a b",
        "COPY --from=12 a b",
        "COPY --from=+1 a b",
        "COPY --from=-1 a b",
        "COPY --from= a b",
        "COPY --from a b",
        "RUN --mount=type=bind,from y",
        "RUN --security=from=r.io/a:1 y",
        "COPY --from=scratch a b",
        "COPY a --from=r.io/a:1 b",
        "COPY \u2003--from=r.io/a:1 a b",
        "ONBUILD COPY \u2003--from=r.io/a:1 a b",
        "ADD --from=r.io/a:1 a b",
        "RUN --mount=type=cache,target=/x y",
        "RUN --mount=type=bind,from=later,target=/x y",
        "RUN --mount=type=bind,source=from=r.io/a:1 y",
        "RUN cp --from=r.io/a:1",
        "RUN <<EOF\nCOPY --from=r.io/a:1 x y\nEOF",
        "ONBUILD COPY --from=s x y",
        "ONBUILD COPY x y",
        "ONBUILD ADD --from=r.io/a:1 x y",
        "ONBUILD RUN --network=none y",
        "# COPY --from=r.io/a:1 x y",
        'LABEL a="--from=r.io/a:1"',
    ],
)
def test_no_image_inside(instruction: str) -> None:
    stages = read_stages(f"FROM a AS s\n{instruction}\nFROM b AS Later\n".encode())
    assert [stage.images for stage in stages] == [(), ()]


@pytest.mark.parametrize(
    ("instruction", "line", "column", "written", "image"),
    [
        ("COPY --from=r.io/a:1 x y", 3, 13, "r.io/a:1", "r.io/a:1"),
        ("COPY --from=3scale/a:1 x y", 3, 13, "3scale/a:1", "3scale/a:1"),
        ("RUN --mount=from=r.io/from:1 y", 3, 18, "r.io/from:1", "r.io/from:1"),
        ("copy --chown=1 --from=r.io/a:1 x y", 3, 23, "r.io/a:1", "r.io/a:1"),
        ('COPY --from="r.io/a:1" x y', 3, 13, '"r.io/a:1"', "r.io/a:1"),
        ("COPY \\\n --from=r.io/a:1 x y", 4, 9, "r.io/a:1", "r.io/a:1"),
        ("RUN --mount=type=bind,from=r.io/a:1,target=/x y", 3, 28, "r.io/a:1", "r.io/a:1"),
        ("RUN --mount=from=r.io/a:1 y", 3, 18, "r.io/a:1", "r.io/a:1"),
        ("RUN --network=none --mount=FROM=r.io/a:1 y", 3, 33, "r.io/a:1", "r.io/a:1"),
        ('RUN --mount=type=bind,f"rom"=r.io/a:1,target=/x y', 3, 30, "r.io/a:1", "r.io/a:1"),
        ("RUN --mount=type=bind,fr\\om=r.io/a:1 y", 3, 29, "r.io/a:1", "r.io/a:1"),
        ("RUN --mount='type=bind,from=r.io/a:1' y", 3, 29, "r.io/a:1'", "r.io/a:1"),
        ('RUN --mount=type=bind,"from=r.io/a:1",target=/x y', 3, 29, 'r.io/a:1"', "r.io/a:1"),
        ("RUN --mount='type=bind,\"from=r.io/a:1\"' y", 3, 30, "r.io/a:1", "r.io/a:1"),
        ("RUN --mount=from=r.io/b:1,from=r.io/a:1 y", 3, 32, "r.io/a:1", "r.io/a:1"),
        ('COPY --f"rom"=r.io/a:1 x y', 3, 15, "r.io/a:1", "r.io/a:1"),
        ("COPY --chown=\u00e9 --from=r.io/a:1 x y", 3, 23, "r.io/a:1", "r.io/a:1"),
        # The byte A0 inside the last character ends the flag.
        ("COPY --from=r.io/a:1\u2800 x y", 3, 13, "r.io/a:1\u2800", "r.io/a:1\u00e2"),
        ("ONBUILD COPY --from=r.io/a:1 x y", 3, 21, "r.io/a:1", "r.io/a:1"),
        ("ONBUILD \u2003COPY --from=r.io/a:1 x y", 3, 22, "r.io/a:1", "r.io/a:1"),
        ("onbuild  run --mount=from=r.io/a:1 x y", 3, 27, "r.io/a:1", "r.io/a:1"),
        ("ONBUILD COPY \\\n --from=r.io/a:1 x y", 4, 9, "r.io/a:1", "r.io/a:1"),
    ],
)
def test_image_inside(instruction: str, line: int, column: int, written: str, image: str) -> None:
    (stage,) = read_stages(f"FROM a\n# c\n{instruction}\n".encode())
    name = instruction.split()[0].upper()
    assert stage.images == (ImageUse(line, column, written, image, (Comment(2, "# c"),), name),)


def test_an_image_inside_belongs_to_the_stage_above_it() -> None:
    stages = read_stages(b"FROM a\nFROM b\nCOPY --from=r.io/c:1 x y\nFROM d\n")
    assert [len(stage.images) for stage in stages] == [0, 1, 0]


def test_the_lines_that_are_left_out_name_no_image() -> None:
    left_out = 0
    for case in (*BUILDKIT, *HARD):
        lines = source_lines(source_of(case))
        _, every = logical_lines(lines)
        _, some = logical_lines(lines, names_no_image)
        assert list(parse_instructions(some)) == list(parse_instructions(every)), case
        left_out += len(every) - len(some)
    assert left_out


def test_a_directive_does_not_reach_behind_onbuild() -> None:
    (stage,) = read_stages(b"# escape=`\nFROM a\nCOPY --from=r.io/`a:1 x y\nONBUILD COPY --from=r.io/\\a:1 x y\n")
    assert [use.image for use in stage.images] == ["r.io/a:1", "r.io/a:1"]


@pytest.mark.parametrize(
    ("instruction", "written", "image"),
    [
        ("COPY --from=r.io/a:${V} x y", "r.io/a:${V}", "r.io/a:${V}"),
        ("COPY --from=r.io/a:$V x y", "r.io/a:$V", "r.io/a:${V}"),
        ("COPY --from=r.io/a:$TAG-x x y", "r.io/a:$TAG-x", "r.io/a:${TAG}-x"),
        ("RUN --mount=type=bind,from=r.io/a:$V,target=/x y", "r.io/a:$V", "r.io/a:${V}"),
        ("ONBUILD COPY --from=$R/a:1 x y", "$R/a:1", "${R}/a:1"),
    ],
)
def test_docker_puts_no_argument_into_an_image_inside(instruction: str, written: str, image: str) -> None:
    (stage,) = read_stages(f"ARG V=1\nARG R=r.io\nFROM a\n{instruction}\n".encode())
    assert [(use.written, use.image, use.refusal) for use in stage.images] == [(written, image, "expansion")]


# A Dockerfile, and of its last stage: what its author meant, late arguments, and broken ones.
NOT_COUNTED = [
    ("FROM a\nARG V=1\nFROM b:$V", "b:1", ("V", 2), None),
    ("FROM b:${V}\nARG V=1", "b:1", ("V", 2), None),
    ("FROM a\nARG I=b:1\nFROM $I", "b:1", ("I", 2), None),
    ("ARG V\nFROM a\nARG V=1\nFROM b:$V", "b:1", ("V", 3), None),
    ("ARG V=2\nFROM a\nARG V=1\nFROM b:$V", "", None, None),
    ("ARG A=r.io/\nFROM a\nARG A=other/ B=b:1\nFROM $A$B", "r.io/b:1", ("B", 3), None),
    ("ARG A=b\nARG B=$A:1\nFROM a\nARG I=$B\nFROM $I", "b:1", ("I", 4), None),
    ("FROM a\nARG W=1\nFROM b:$V", "", None, None),
    ("FROM a\nARG V\nFROM b:$V", "", None, None),
    ("ARG V=1'\nFROM b:$V", "b:1", None, ("V", 1)),
    ("ARG V=${1\nFROM b:$V", "b:1", None, ("V", 1)),
    ("ARG V=1'\nARG V=2\nFROM b:$V", "", None, None),
    ('ARG I="b:1\nFROM $I', "b:1", None, ("I", 1)),
    ("ARG V='1\\}`{$\"\nFROM b:$V", "b:1", None, ("V", 1)),
]


@pytest.mark.parametrize(("source", "meant", "late", "broken"), NOT_COUNTED)
def test_arguments_that_do_not_count(
    source: str, meant: str, late: tuple[str, int] | None, broken: tuple[str, int] | None
) -> None:
    stage = read_stages(source.encode())[-1]
    expected = tuple(() if each is None else (Argument(*each),) for each in (late, broken))
    assert (stage.meant, stage.late, stage.broken) == (meant, *expected)


def test_bytes_that_are_not_text() -> None:
    stages = read_stages(b"FROM a:1\nRUN \xff\xfe\nFROM b:\xe9\n")
    assert [shown(stage) for stage in stages] == ["1 image a:1", "3 invalid: reference b:\ufffd"]
    assert stages[1].written == "b:\udce9"


@pytest.mark.parametrize("space", [b"\x85", b"\xa0"])
def test_a_flag_behind_a_byte_that_go_takes_for_a_space(space: bytes) -> None:
    (stage,) = read_stages(b"FROM %s--platform=linux/amd64 a:1\nCOPY %s--from=r.io/b:1 x y\n" % (space, space))
    assert (shown(stage), [use.image for use in stage.images]) == ("1 image a:1 ON linux/amd64", ["r.io/b:1"])


def test_source_lines() -> None:
    assert source_lines(b"\xef\xbb\xbfa\r\n\x0cb\xff\n\nc") == ["a", "\x0cb\udcff", "", "c"]
    assert source_lines(b"\ra\r\r\n") == ["\ra"]
    assert source_lines(b"a\n") == ["a"]
    assert source_lines(b"") == []


def test_lines_over_the_limit_are_read_on() -> None:
    assert len(read_stages(b"FROM a\nRUN " + b"x" * 70_000 + b"\nFROM b\n")) == 2


def check(source: bytes) -> None:
    """What holds for any bytes."""
    lines = source_lines(source)
    for stage in read_stages(source):
        assert 1 <= stage.line <= stage.image_line <= stage.end_line <= len(lines)
        assert (stage.kind == "invalid") == (stage.refusal in REFUSALS)
        assert (stage.refusal == "") == (stage.kind in {"image", "scratch", "stage"})
        assert stage.image is not None or stage.unknown
        assert stage.unknown or stage.partial == stage.image or stage.image == ""
        if len(stage.written.splitlines()) == 1 and stage.image_line == stage.end_line:
            assert lines[stage.image_line - 1][stage.column - 1 :].startswith(stage.written)


@given(st.binary())
def test_any_bytes(source: bytes) -> None:
    check(source)


MUTATIONS = (
    "\\", "\\\n", "`", '"', "'", "$", "${", "}", "<<", "<<EOF", "#", "\n", "\r\n", " ", "\t", "\x00", "\xa0",
    "\u2003", "FROM", "ARG ", "--", "=", ":", "# escape=`\n", "\ufeff", "[", "/", "${V:-", "${V%", "${V/",
)  # fmt: skip


@given(st.sampled_from(BUILDKIT + HARD), st.data())
def test_any_mutation(case: dict[str, Any], data: st.DataObject) -> None:
    source = source_of(case)[:2000]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        end = min(len(source), start + data.draw(st.integers(0, 3)))
        new = data.draw(st.sampled_from(MUTATIONS).map(str.encode) | st.binary(max_size=2))
        source = source[:start] + new + source[end:]
    check(source)
