"""Any bytes as a Dockerfile: reading it never raises, and what is read fits the text."""

from __future__ import annotations

from astro_runtime_guard.dockerfile.stages import REFUSALS, Stage, read_stages, source_lines
from astro_runtime_guard.dockerfile.uses import ImageUse

SEEDS = (
    b"# syntax=docker/dockerfile:1\n# escape=`\nARG T=5.0.1 \xc3\xa9=1\nFROM --platform=$TARGETPLATFORM a:${T:-1} AS b `\n\n# c\n",
    b"ARG A=aa\nARG B=$A/$A\n# above\nFROM x/${B#*a}:${B//a/b} as s\nCOPY --from=b:1 --chown=x /a /b\nFROM s\n",
    b"FROM a\nRUN --mount=type=bind,from=b:2,target=/x <<-EOF cat <<'E F' && \\\n  x\n\tEOF\nFROM no\nE F\nFROM b@sha256:0\n",
    b'FROM a AS b\nONBUILD RUN ["x", "<<EOF"]\nEOF\nFROM "a:1" # c\nFROM {{ t }}\nPYENV 3.8 x\nfrom\tb\r\n',
    b"\xef\xbb\xbfFROM \\\n# in between\n  a:1\xff\n\nARG \\\n X=1 \\\nY='2' Z=\"3 ${X+$Y}\"\nFROM $UNKNOWN/a:${Y%%?*}\n",
)
WORDS = (
    "FROM ", "ARG ", "COPY --from=", "RUN --mount=from=", "ONBUILD ", "ADD ", " AS ", "--platform=", "# escape=`\n", "# syntax=x\n",
    "f\"rom\"=", "--mount=", "<<EOF", "<<-EOF", "<<'E'", "\nEOF\n", "\\\n", "`\n", "\r\n", "\xa0", "\ufeff", "${A", ":-", ":+", ":?", "//", "##", "%%", "}",
    "scratch", "TARGETARCH", "linux/amd64", "@sha256:", "[\"", "\"]", "\u2028", "\x85", "\u0130", "\u017f", "ENV ", "LABEL ",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """Read `data`, and the same with what does not matter written in another way."""
    stages = read_stages(data)
    assert read_stages(data.replace(b"\n", b"\r\n")) == stages, "CRLF"
    if not data.startswith(b"\xef\xbb\xbf"):
        assert read_stages(b"\xef\xbb\xbf" + data) == stages, "BOM"
    if not data.endswith(b"\n"):
        assert read_stages(data + b"\n") == stages, "the end of the last line"
    lines = source_lines(data)
    for stage, following in zip(stages, [*stages[1:], None], strict=False):
        check_stage(stage, lines)
        for image in stage.images:
            check_image(image, lines)
            assert stage.end_line < image.line, "place"
            assert following is None or image.line < following.line, "place"
        assert following is None or stage.end_line < following.line, "order"


def check_stage(stage: Stage, lines: list[str]) -> None:
    """Everything about one stage that holds for all."""
    assert 1 <= stage.line <= stage.image_line <= stage.end_line <= len(lines), "lines"
    assert stands(stage.written, stage.image_line, stage.column, lines), "column"
    assert stage.kind in {"image", "scratch", "stage", "invalid"}, "kind"
    assert (stage.kind == "invalid") == bool(stage.refusal), "refusal"
    assert stage.refusal in {"", *REFUSALS}, "refusal"
    assert stage.kind != "image" or stage.image or stage.unknown, "image"
    assert stage.unknown or stage.partial == stage.image or stage.refusal, "partial"
    assert all(argument.line < stage.line for argument in stage.arguments), "argument"
    assert all(lines[c.line - 1].strip().startswith("#") and c.line < stage.line for c in stage.comments), "comment"
    assert stage.name == stage.name.lower(), "name"
    assert bool(stage.meant) <= bool(stage.late or stage.broken), "meant"
    assert not (stage.late or stage.broken) or stage.unknown, "unknown"


def check_image(image: ImageUse, lines: list[str]) -> None:
    """Everything about an image inside a stage that holds for all."""
    assert stands(image.written, image.line, image.column, lines), "column"
    assert image.instruction in {"COPY", "RUN", "ONBUILD"}, "instruction"
    assert image.image, "image"
    assert ("$" in image.image) == (image.refusal == "expansion"), "image"


def stands(written: str, line: int, column: int, lines: list[str]) -> bool:
    """Whether a word stands there; one that is continued on the next line does so in part."""
    rest = lines[line - 1][column - 1 :]
    return rest.startswith(written) or rest.rstrip("\t ")[-1:] in {"\\", "`"}
