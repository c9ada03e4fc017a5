"""The quick look at a Dockerfile never misses an image that the reader finds, however it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from astro_runtime_guard.declarations.glance import format_of, may_name, needles
from astro_runtime_guard.dockerfile.stages import read_stages
from astro_runtime_guard.model import Image
from astro_runtime_guard.versions.recognition import recognise
from hypothesis import example, given
from hypothesis import strategies as st
from shipped import BOOK
from test_cases import CASES, parts

DATA = Path(__file__).parent / "data"
IMAGES = BOOK.images
OWN = tuple(
    IMAGES[0]._replace(repositories=names)
    for names in (
        ("docker.io/library/thing",),
        ("thing/runner", "*/library/other"),
        ("index.docker.io/k/kit", "*/x"),
        ("registry.example.com:443/team/run", "library/tool"),
        ("localhost/team/own", "registry-1.docker.io/d/dee"),
        ("Registry.example.com/Team/Mixed", "my.image", "registry:5000/team/dotless"),
    )
)


def named(source: bytes, images: tuple[Image, ...]) -> bool:
    """Whether the reader finds a declared image, without the quick look."""
    return any(
        recognise(reference, images)
        for stage in read_stages(source)
        for reference in (stage.partial, stage.meant, *(image.image for image in stage.images))
    )


def glanced(source: bytes, images: tuple[Image, ...]) -> bool:
    return may_name(source, needles(name for image in images for name in image.repositories))


PIECES = [
    *("FROM ", "from ", "FR", "OM ", "F", "f\\\n", "ROM", "COPY ", "RUN ", "ARG ", "ONBUILD ", "# ", "#"),
    *("--from=", "--fr", "om=", '--f"ro"m=', "--mount=type=bind,", "from=", '"from=', "--platform=linux/amd64 ", "<<E"),
    *('f"rom"=', "f\\\n", '--mou"nt"=', ":443/", "registry-1.docker.io/", "fro'm'="),
    *(
        "quay.io/",
        "astronomer/",
        "astro-",
        "runtime",
        "astro-runtime",
        "/runtime",
        "ap-airflow",
        "thing",
        "thing/runner",
    ),
    *(
        "astrocrpublic.azurecr.io/",
        "docker.io/",
        "library/",
        "other",
        "k/kit",
        "\u212a/\u212aIT",
        "x",
        "RUNTIME",
        ":5.0.1",
    ),
    *(
        "A=",
        "B=astro-",
        "C=runtime",
        "$A",
        "${B}",
        "${C:-runtime}",
        "$B$C",
        "\\",
        "`",
        "'",
        '"',
        "\\\n",
        "`\n",
        "\n",
        "\r\n",
    ),
    *(" AS a", " a", " ", "\t", "# escape=`\n", "E\n", "\ufeff", "@sha256:" + "0" * 64),
]
SOURCES = st.lists(st.sampled_from(PIECES), max_size=12).map(lambda pieces: "".join(pieces).encode())
REFERENCE = "quay.io/astronomer/astro-runtime:5.0.1"


@st.composite
def disguised(draw: st.DrawFn) -> bytes:
    """A reference to a declared image, cut into pieces that docker joins again."""
    cuts = sorted(draw(st.sets(st.integers(1, len(REFERENCE) - 1), min_size=1, max_size=3)))
    pieces = [REFERENCE[start:end] for start, end in zip([0, *cuts], [*cuts, len(REFERENCE)], strict=True)]
    head = ["", draw(st.sampled_from(["FROM ", "fr\\\nom ", "FROM \\\n", "F\\\n# x\n\nROM ", "FROM a\nCOPY --from=", 'FROM a\nCOPY --f"rom"=']))]  # fmt: skip
    for number, piece in enumerate(pieces):
        way = draw(st.sampled_from(["plain", "join", "quote", "escape", "argument", "default"]))
        if "COPY" in head[1] and way in {"argument", "default"}:
            way = "quote"
        if way == "argument":
            head[0] += f"ARG P{number}={piece}\n"
        head.append(
            {
                "plain": piece,
                "join": f"\\\n# a comment\n{piece}",
                "quote": f'"{piece}"',
                "escape": f"\\{piece}",
                "argument": f"${{P{number}}}",
                "default": f"${{NONE:-{piece}}}",
            }[way]
        )
    return "".join([*head, "\n" if "FROM a" not in head[1] else " /a /b\n"]).encode()


@given(SOURCES)
@example(b"FROM docker.io/library/thing")
@example(b"FROM thing")
@example(b"FROM docker.io/k/kit")
@example(b"FROM k/kit")
@example(b"FROM registry.example.com/team/run")
@example(b"FROM tool")
@example(b"FROM d/dee")
@example(b"FROM localhost:443/team/own")
@example(b"FROM registry.example.com/team/mixed")
@example(b"FROM my.image")
@example(b"FROM registry:5000/team/dotless")
@example(b"FR\\\n# x\nOM thi\\\nng")
@example(b"FRO\\\nM thi\\\nng")
@example(b'FROM a\nCOPY --f"rom"=th"ing" a b')
@example(b'FROM a\nCOPY --fro"m"=th"ing" a b')
@example(b"FROM a\nRUN --mount=type=bind,from=th\\\ning true")
@example(b"FROM a\nCOPY --from=th'in'g a b")
@example(b'FROM a\nRUN --mount=type=bind,f"rom"=th"ing" true')
@example(b"FROM a\nRUN --mount=type=bind,fr\\\n# x\n\nom=thi\\\nng true")
@example(b"FROM a\nRUN --mount=type=bind,f'r'o\"m\"=thi\\ng true")
@example("FROM a\nRUN --mount=type=bind,fr\\ \u2003\r\n# x\r\n\u2003\nom=thi\\\nng true".encode())
@example(b"FROM a\nONBUILD COPY --f\\rom=thi\\ng a b")
@example(b"# escape=`\nFR`\nOM thi`\nng")
@example(b'FROM a\nCOPY -\\\n-f"rom"=thi\\ng a b')
@example(b"# escape=`\nFROM a\nCOPY --f`rom=thi`ng a b")
@example(b"FR\\ \nOM thi\\\t\nng")
@example(b"FROM quay.io:443/astronomer/astro-runtime")
@example(b"FROM registry-1.docker.io:443/library/thing")
@example(b"FROM registry-1.docker.io/k/kit")
@example("FROM \u212a/\u212aIT".encode())
def test_the_glance_never_misses_an_image(source: bytes) -> None:
    for images in (IMAGES, *((image,) for image in OWN)):
        assert glanced(source, images) or not named(source, images)


@given(disguised())
def test_the_glance_never_misses_a_reference_in_pieces(source: bytes) -> None:
    assert named(source, IMAGES)
    assert glanced(source, IMAGES)


def corpus() -> list[bytes]:
    """Every Dockerfile that the other tests read."""
    lines = [line for name in ("buildkit", "hard-dockerfiles") for line in (DATA / f"{name}.jsonl").open("rb")]
    texts = [row["dockerfile"] for row in map(json.loads, lines) if "dockerfile" in row]
    cases = [parts(path) for path in sorted(CASES.glob("*/*.txt"))]
    return [text.encode() for text in [*texts, *(case[side] for case in cases for side in case if side != "report")]]


def test_the_glance_never_misses_an_image_of_other_tests() -> None:
    sources = corpus()
    assert len(sources) > 400
    assert [source for source in sources if named(source, IMAGES) and not glanced(source, IMAGES)] == []


QUIET = {
    "another image": "FROM python:3.12\n",
    "a stage of that name": "FROM python:3.12 AS runtime\nFROM runtime\n",
    "somebody else's runtime": "FROM mcr.microsoft.com/dotnet/runtime:8.0\n",
    "a copy from a stage": "FROM python:3.12 AS a\nFROM python:3.12\nCOPY --from=a /x /y\n",
    "marks in other lines": 'FROM python:3.12\nRUN echo "$HOME" \\\n && x\nHEALTHCHECK CMD ["curl", "-f", "http://x"]\n',
    "a comment": "# taken from $HERE\nFROM python:3.12\n",
    "a comment that is indented": " \t# taken from $HERE\nFROM python:3.12\n",
    "a comment below an empty line": "\n# taken from $HERE\nFROM python:3.12\n",
    "marks in lines above": 'ARG A=1\nRUN echo "$HOME"\nFROM python:3.12\n',
    "the end of the word FROM in front of a mark within a line": "FROM python:3.12\nRUN echo f\\n to\n",
    "a line that ends like the beginning of the word from": "FROM python:3.12\nRUN wget rtf\n",
    "a mark behind the beginning of the word from": 'FROM python:3.12\nCMD ["gunicorn", "--conf", "a"]\nRUN printf "x" --y\n',
    "NULs within other words than FROM": "FROM python:3.12\nRUN echo c\0h\0r\0o\0m\0e\0 f\0r\0o\0s\0t\0\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_ordinary_files_need_no_reader(text: str) -> None:
    assert not glanced(text.encode(), IMAGES)


PUT_TOGETHER = {
    "in the first of three": "FROM $A\nFROM b\nFROM c\n",
    "in the second of three": "FROM a\nFROM $B\nFROM c\n",
    "in the last of three": "FROM a\nFROM b\nFROM $C",
}


@pytest.mark.parametrize("text", PUT_TOGETHER.values(), ids=PUT_TOGETHER)
def test_what_may_be_a_reference_in_pieces_needs_the_reader(text: str) -> None:
    assert glanced(text.encode(), IMAGES)


FORMATS = {
    "pyproject.toml": "toml", "a/b.yml": "yaml", "B.YAML": "yaml", "a.b.json": "json", "json": "json",
    "Dockerfile": "", "Dockerfile.dev": "", "a.yaml/Dockerfile": "", "a.yaml.bak": "", "": "",
}  # fmt: skip


@pytest.mark.parametrize(("path", "form"), FORMATS.items())
def test_format_of_a_path(path: str, form: str) -> None:
    assert format_of(path) == form
