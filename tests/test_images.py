"""Which image references are recognised, and what their tags say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from astro_runtime_guard.declarations.declaration import read_declarations
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.findings.proposals import example, meant_build
from astro_runtime_guard.model import Image, Line, Numbering
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.versions.recognition import recognise
from astro_runtime_guard.versions.tags import line_of, read_tag
from shipped import BOOK

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "compare-cases.json").read_text("utf-8"))
IMAGES = {image.name: image for image in BOOK.images}
LEGACY = "quay.io/astronomer/astro-runtime"
AIRFLOW_3 = "astrocrpublic.azurecr.io/runtime"
MIRROR = "*/astronomer/astro-runtime"
AGENT = "images.astronomer.cloud/baseimages/astro-remote-execution-agent"
SHA = "sha256:" + "0" * 64

# Reference, the repository as declared, what the tag is, its version, whether it is pinned.
OURS = [
    (LEGACY, LEGACY, "none", "", False),
    (f"{LEGACY}:5.0.1", LEGACY, "build", "5.0.1", True),
    (f"{LEGACY}:latest", LEGACY, "latest", "", False),
    (f"{LEGACY}:latest-base", LEGACY, "latest", "", False),
    (f"{LEGACY}@{SHA}", LEGACY, "none", "", True),
    (f"{LEGACY}:5@{SHA}", LEGACY, "series", "5", True),
    (f"{LEGACY}:5.0.1@{SHA}", LEGACY, "build", "5.0.1", True),
    ("Quay.IO/astronomer/astro-runtime:5.0.1", LEGACY, "build", "5.0.1", True),
    (f"{LEGACY}:5.0.1:2", LEGACY, "no-version", "", False),
    (f"{LEGACY}:5.0.1-rc1-rc2", LEGACY, "build", "5.0.1-rc1", True),
    (f"{LEGACY}:5.0.1-rc..1", LEGACY, "build", "5.0.1", True),
    (f"{LEGACY}-dev:6.1.0-alpha3", f"{LEGACY}-dev", "build", "6.1.0-alpha3", True),
    (f"{AIRFLOW_3}:3.1-12", AIRFLOW_3, "build", "3.1-12", True),
    (f"{AIRFLOW_3}-dev:3.1-5", f"{AIRFLOW_3}-dev", "build", "3.1-5", True),
    ("astrocrpublic.azurecr.io/astronomer/astro-runtime:13.4.0-base", MIRROR, "build", "13.4.0", True),
    (
        "012345678910.dkr.ecr.us-east-1.amazonaws.com/myrepo/astronomer/astro-runtime:4.2.4-base",
        MIRROR,
        "build",
        "4.2.4",
        True,
    ),
    ("localhost:5000/astronomer/astro-runtime", MIRROR, "none", "", False),
    ("localhost:5000/astronomer/astro-runtime:5.0.1", MIRROR, "build", "5.0.1", True),
    ("astronomer/astro-runtime:5.0.1", MIRROR, "build", "5.0.1", True),
    ("${REGISTRY}/astronomer/astro-runtime:5.0.1", MIRROR, "build", "5.0.1", True),
    ("registry.example.com/${TEAM}/astronomer/astro-runtime:5.0.1", MIRROR, "build", "5.0.1", True),
    ("${REGISTRY}quay.io/astronomer/astro-runtime:5", MIRROR, "series", "5", False),
    ("${REGISTRY}astrocrpublic.azurecr.io/runtime:3.1-12", AIRFLOW_3, "build", "3.1-12", True),
    (f"{LEGACY}:${{VERSION}}", LEGACY, "no-value", "", False),
    (f"{LEGACY}:5.0.${{PATCH}}", LEGACY, "no-value", "", False),
    (f"{LEGACY}:5.0.1${{SUFFIX}}", LEGACY, "no-value", "", False),
    (f"{LEGACY}:5.0.1-${{SUFFIX}}", LEGACY, "no-value", "5.0.1", False),
    (f"{LEGACY}${{TAG}}", LEGACY, "no-value", "", False),
    (f"{LEGACY}-5.0.6", LEGACY, "no-colon", "5.0.6", False),
    (f"{LEGACY}-5.0.6-base", LEGACY, "no-colon", "5.0.6", False),
    (f"{AIRFLOW_3}-3.1-12", AIRFLOW_3, "no-colon", "3.1-12", False),
    ("quay.io/astronomer/ap-airflow:2.3.1-onbuild", "quay.io/astronomer/ap-airflow", "moves", "2.3.1", False),
    ("quay.io/astronomer/ap-airflow:2.0.0-5x-onbuild", "quay.io/astronomer/ap-airflow", "moves", "2.0.0", False),
    (
        "quay.io/astronomer/ap-airflow:2.2-buster-onbuild",
        "quay.io/astronomer/ap-airflow",
        "series",
        "2.2",
        False,
    ),
    ("quay.io/astronomer/ap-airflow:latest-onbuild", "quay.io/astronomer/ap-airflow", "latest", "", False),
    (
        "astronomerinc/ap-airflow:1.10.10-5-alpine3.10-onbuild",
        "astronomerinc/ap-airflow",
        "build",
        "1.10.10-5",
        True,
    ),
    ("Index.Docker.IO/astronomerinc/ap-airflow:2.0.0-5", "astronomerinc/ap-airflow", "build", "2.0.0-5", True),
    ("quay.io/Astronomer/Astro-Runtime:5.0.1", LEGACY, "build", "5.0.1", True),
    ("docker.io/astronomerinc/ap-airflow:2.0.0", "astronomerinc/ap-airflow", "moves", "2.0.0", False),
    ("registry-1.docker.io/astronomerinc/ap-airflow:2.0.0-5", "astronomerinc/ap-airflow", "build", "2.0.0-5", True),
    ("docker.io:443/astronomerinc/ap-airflow:2.0.0-5", "astronomerinc/ap-airflow", "build", "2.0.0-5", True),
    ("mirror.example.com/hub/astronomerinc/ap-airflow:2.0.0-5", "*/astronomerinc/ap-airflow", "build", "2.0.0-5", True),
    ("quay.io:443/astronomer/astro-runtime:5.0.1", "quay.io/astronomer/astro-runtime", "build", "5.0.1", True),
    ("QUAY.io:443/astronomer/astro-runtime", "quay.io/astronomer/astro-runtime", "none", "", False),
    ("astrocrpublic.azurecr.io:443/runtime:3.3-8", "astrocrpublic.azurecr.io/runtime", "build", "3.3-8", True),
    (
        "registry.example.com/astro-remote-execution-agent:3.1-1-python-3.12-astro-agent-1.1.0",
        "*/astro-remote-execution-agent",
        "build",
        "3.1-1",
        True,
    ),
    (
        "registry.example.com/astronomer/ap-airflow:2.0.0-3-buster-onbuild",
        "*/astronomer/ap-airflow",
        "build",
        "2.0.0-3",
        True,
    ),
    (f"{AGENT}:3.1-1-python-3.12-astro-agent-1.1.0", AGENT, "build", "3.1-1", True),
    (f"{AGENT}:3.1-1-ubi9-python-3.12-astro-agent-1.1.0-rc.1-base", AGENT, "build", "3.1-1", True),
    (f"{AGENT}:3.1-python-3.12-astro-agent-1.1.0-base", AGENT, "series", "3.1", False),
    (f"{AGENT}:3.1-1-python-3.12", AGENT, "moves", "3.1-1", False),
    (f"{AGENT}:latest", AGENT, "latest", "", False),
]

NOT_OURS = [
    *CASES["images"]["not"],
    "mcr.microsoft.com/dotnet/runtime:3.0",
    "astrocrpublic.azurecr.io:8443/runtime:3.3-8",
    "ghcr.io/dxkite/astro-runtime:5.0.1",
    "quay.io/astronomer/astro-runtime-slim:12.8.0",
    "quay.io/astronomer/runtime:5.0.6-base",
    "quay.io/astronomer/astro-runtime/more:5.0.1",
    "quay.io.example.com/astronomers/astro-runtime:5.0.1",
    "quay.io/astronomer-mirror/astro-runtime:5.0.1",
    "example.com/myastronomer/astro-runtime:5.0.1",
    "images.astronomer.cloud/baseimages/astro-remote-execution-agents:3.1-1-python-3.12-astro-agent-1.1.0",
    "images.astronomer.cloud/baseimages/runtime:3.0-1",
    "quay.io/astronomer/airflow-extensions:v1",
    "quay.io/astronomer/astro-runtime-5:1",
    "quay.io/astronomer/astro-runtime-5.0.6:1",
    "quay.io/astronomer/astro-runtime_5.0.6",
    "quay.io/astronomer/astro-runtime-slim",
    "quay.io/astronomer/astro-runtimes5.0.6",
    "runtime-3.1-12",
    "${IMAGE}",
    "${IMAGE}:5.0.1",
    "${REGISTRY}/runtime:3.1-12",
    "quay.io/astronomer/${PREFIX}astro-runtime:5.0.1",
    "scratch",
    "",
]


@pytest.mark.parametrize(("reference", "declared", "kind", "version", "pinned"), OURS)
def test_recognised(reference: str, declared: str, kind: str, version: str, pinned: bool) -> None:
    found = recognise(reference, IMAGES.values())
    assert found is not None
    assert (found.declared, found.tag.kind, found.tag.version, found.pinned) == (
        declared,
        kind,
        version,
        pinned,
    )


# Reference, and its repository, tag and digest as they are written.
WRITTEN = [
    (LEGACY, (LEGACY, "", "")),
    (f"Quay.IO/astronomer/astro-runtime:5.0.1-base@{SHA}", ("Quay.IO/astronomer/astro-runtime", "5.0.1-base", SHA)),
    (f"{LEGACY}:${{A}}.${{B}}", (LEGACY, "${A}.${B}", "")),
    (f"{LEGACY}${{A}}${{B}}", (LEGACY, "${A}${B}", "")),
    (f"{LEGACY}${{A}}:${{B}}", (LEGACY, "${A}:${B}", "")),
    (f"{LEGACY}${{A}}:b/c", (LEGACY, "${A}:b/c", "")),
    (f"{LEGACY}-5.0.6-base", (LEGACY, "5.0.6-base", "")),
    ("${HOST}:5000/astronomer/astro-runtime:5", ("${HOST}:5000/astronomer/astro-runtime", "5", "")),
]


@pytest.mark.parametrize(("reference", "expected"), WRITTEN)
def test_parts_as_they_are_written(reference: str, expected: tuple[str, str, str]) -> None:
    found = recognise(reference, IMAGES.values())
    assert found is not None
    assert (found.repository, found.tag.text, found.digest) == expected


@pytest.mark.parametrize("repository", CASES["images"]["ours"])
def test_what_astro_cli_recognises_is_ours(repository: str) -> None:
    found = recognise(f"{repository}:2.3.1", IMAGES.values())
    assert found is not None
    assert (found.declared, found.repository) == (repository, repository)


@pytest.mark.parametrize("reference", NOT_OURS)
def test_not_ours(reference: str) -> None:
    assert recognise(reference, IMAGES.values()) is None


def read(tag: str, repository: str) -> tuple[str, str, tuple[str, ...]]:
    """Kind, version and the names of the numberings of a tag."""
    found = recognise(f"{repository}:{tag}", IMAGES.values())
    assert found is not None
    return (
        found.tag.kind,
        found.tag.version,
        tuple(found.image.numberings[at].name for at in found.tag.numberings),
    )


@pytest.mark.parametrize(("tag", "version"), CASES["tags"])
def test_suffixes_are_cut_off(tag: str, version: str) -> None:
    assert read(tag, AIRFLOW_3)[:2] == ("build", version)


@pytest.mark.parametrize(("tag", "theirs", "right"), CASES["tags_wrong_in_astro_cli"])
def test_suffixes_that_astro_cli_leaves_on(tag: str, theirs: str, right: str) -> None:
    assert read(tag, AIRFLOW_3)[1] == right != theirs


# Tags that astro-cli 2 refuses and what they are to us; it takes suffixes off before.
REFUSED = {
    "3.0.4": "build",
    "2.1.0": "build",
    "3.3-8-python-3.12": "build",
    "13.7.0-slim": "build",
    "latest": "latest",
    "3.3-": "no-version",
    "": "no-version",
    "v13.11.0": "no-version",
}


@pytest.mark.parametrize(("tag", "kind"), CASES["tags_strict"])
def test_builds_and_series_as_astro_cli_2_tells_them_apart(tag: str, kind: str) -> None:
    repository = LEGACY if tag.startswith("13") else AIRFLOW_3
    assert read(tag, repository)[0] == (kind or REFUSED[tag])


@pytest.mark.parametrize("tag", CASES["tags_by_numbering"]["airflow3"])
def test_shape_of_airflow_3(tag: str) -> None:
    assert read(tag, LEGACY)[::2] == ("build", ("airflow-3",))


@pytest.mark.parametrize("tag", CASES["tags_by_numbering"]["airflow2"])
def test_shape_of_legacy(tag: str) -> None:
    assert read(tag, LEGACY)[::2] == (
        "build" if tag.startswith("9.1.0") or tag.count(".") == 2 else "series",
        ("legacy",),
    )


@pytest.mark.parametrize("tag", CASES["tags_by_numbering"]["neither"])
def test_shape_of_neither(tag: str) -> None:
    assert read(tag, LEGACY)[::2] == ("latest" if tag == "latest" else "no-version", ())


NO_VERSIONS = [
    "5.0.6xs",
    "05.0.1",
    "5.00.1",
    "5.0.1.2",
    "3-0.1",
    "v5.0.1",
    "5.0.1_base",
    "5.0.1+1",
    "slim",
    "5.x",
    "latest1",
]


@pytest.mark.parametrize("tag", [*NO_VERSIONS, "5\u0660.0.1", "5.0.1-", "3.1--12", "stable"])
def test_no_version(tag: str) -> None:
    assert read(tag, LEGACY) == ("no-version", "", ())


# Tag, repository, and the numberings that it can belong to.
SERIES = [
    ("3.1", LEGACY, ("legacy",)),
    ("3.1", AIRFLOW_3, ("airflow-3",)),
    ("3", AIRFLOW_3, ("airflow-3",)),
    ("3.1-slim", AIRFLOW_3, ("airflow-3",)),
    ("5", "registry.example.com/astronomer/astro-runtime", ("legacy",)),
    ("13.1", "registry.example.com/astronomer/astro-runtime", ("legacy",)),
    ("3.0", "registry.example.com/astronomer/astro-runtime", ("legacy", "airflow-3")),
    ("3.1", "registry.example.com/astronomer/astro-runtime", ("airflow-3",)),
    ("3.4", "registry.example.com/astronomer/astro-runtime", ("airflow-3",)),
    ("3", "registry.example.com/astronomer/astro-runtime", ("legacy", "airflow-3")),
    ("99", "registry.example.com/astronomer/astro-runtime", ("legacy", "airflow-3")),
]


@pytest.mark.parametrize(("tag", "repository", "numberings"), SERIES)
def test_a_series_is_read_by_the_numbering_of_its_repository(
    tag: str, repository: str, numberings: tuple[str, ...]
) -> None:
    assert read(tag, repository)[::2] == ("series", numberings)


# An image of four numbers, with a name that has no slash, and a suffix that has no dash.
FOUR = Image(
    "four", ("docker.io/library/four",), (Numbering("only", "{a}.{b}.{c}-{d}"),), ("-slim", "-slimmer", "_corp")
)

# Reference, what its tag is, its version, its numbers; none where it is not recognised.
OF_FOUR = [
    ("four", ("none", "", ())),
    ("four:1.2.3-4", ("build", "1.2.3-4", ("1", "2", "3", "4"))),
    ("four:1.2.3-4-slim", ("build", "1.2.3-4", ("1", "2", "3", "4"))),
    ("four:1.2.3-4_corp", ("no-version", "", ())),
    ("four:1.2.3", ("series", "1.2.3", ("1", "2", "3"))),
    ("four:1.2_corp-slim", ("series", "1.2", ("1", "2"))),
    ("four${TAG}", ("no-value", "", ())),
    ("four:1", ("series", "1", ("1",))),
    ("four:1-slimmer", ("series", "1", ("1",))),
    ("four:1-slimmest", ("no-version", "", ())),
    ("four:1-4", ("no-version", "", ())),
    ("docker.io/four:1", ("series", "1", ("1",))),
    ("library/four:1", ("series", "1", ("1",))),
    ("four-1.2.3-4", ("no-colon", "1.2.3-4", ())),
    ("other/four:1", None),
    ("fours:1", None),
]


@pytest.mark.parametrize(("reference", "expected"), OF_FOUR)
def test_an_image_of_another_shape(reference: str, expected: tuple[str, str, tuple[str, ...]] | None) -> None:
    found = recognise(reference, [FOUR])
    assert (found and (found.tag.kind, found.tag.version, found.tag.numbers)) == expected


def test_a_stage_that_is_called_like_an_image_is_a_stage() -> None:
    declared = read_declarations(b"FROM four:1.2.3-4 AS four\nFROM four\nCOPY --from=four /a /b\n", [FOUR])
    assert [(declaration.line, declaration.final) for declaration in declared] == [(1, True)]


@pytest.mark.parametrize(("tag", "kind"), [("1", "series"), ("1-slim", "no-version"), ("latest-slim", "no-version")])
def test_an_image_without_suffixes(tag: str, kind: str) -> None:
    assert read_tag(tag, FOUR._replace(name="bare", suffixes=())).kind == kind


def test_a_series_of_the_first_of_two_shapes() -> None:
    image = Image("two", ("docker.io/library/two",), (Numbering("old", "v{a}.{b}"), Numbering("new", "{a}.{b}")))
    assert read_tag("v3", image).version == "v3"


def test_a_series_above_a_line_that_ended_is_one_where_no_other_numbering_can_have_it() -> None:
    line = Line("1", "only", "", last_build="1.2.3-4")
    assert read_tag("1.3", FOUR._replace(name="ended", lines=(line,)))[:3] == ("1.3", "series", "1.3")


@pytest.mark.parametrize("first", ["one", "-1", "1.0", "1000000000", "\u0661"])
def test_the_first_build_of_a_series_is_a_number(tmp_path: Path, first: str) -> None:
    (tmp_path / "images").mkdir()
    numbering = f'{{name: only, tag: "{{major}}.{{minor}}", first: "{first}"}}'
    text = f"repositories: [example.com/thing]\nnumberings:\n  - {numbering}\n"
    (tmp_path / "images" / "thing.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CannotCheck, match=f"thing.yaml:3:49: {first}: expected a number$"):
        load_rulebook([tmp_path], "2026-11-22")


# Reference, and the full version that a report says to write.
PROPOSED = [
    (f"{LEGACY}:v12.1.0", "12.1.0"),
    (f"{LEGACY}:v05.0.1-base", "5.0.1-base"),
    (f"{LEGACY}:v5", "5.5.0"),
    (f"{LEGACY}:v3.9", "13.11.0"),
    (f"{LEGACY}:3.9-base", "13.11.0"),
    (f"{LEGACY}:99", "99.<minor>.<patch>"),
    (f"{LEGACY}-dev", "3.3-8"),
    (f"{AIRFLOW_3}:v3.99", "3.99-<build>"),
    (f"{AIRFLOW_3}:3.99-slim", "3.99-<build>-slim"),
    ("registry.example.com/astronomer/astro-runtime", "13.11.0"),
    ("registry.example.com/astronomer/astro-runtime:v3.9", "3.9-<build>"),
    ("quay.io/astronomer/ap-airflow:v2.3.1-onbuild", "2.3.1-<build>-onbuild"),
]


@pytest.mark.parametrize(("reference", "expected"), PROPOSED)
def test_proposed(reference: str, expected: str) -> None:
    found = recognise(reference, IMAGES.values())
    assert found is not None
    assert example(found) == expected


def test_a_proposed_build_keeps_its_suffix() -> None:
    found = recognise("four:1.2.3-ubuntu20.04", [FOUR._replace(name="ubuntu", suffixes=("-ubuntu{major}.{minor}",))])
    assert found is not None
    assert example(found) == "1.2.3-<d>-ubuntu20.04"


@pytest.mark.parametrize(
    ("tag", "meant"),
    [("3.3.9", "3.3-9"), ("3.3.9-slim", "3.3-9-slim"), ("3.99", "3.99-<build>"), ("3.99-slim", "3.99-<build>-slim")],
)
def test_a_build_in_the_wrong_shape_is_meant_in_the_newest_one(tag: str, meant: str) -> None:
    found = recognise(f"{LEGACY}:{tag}", IMAGES.values())
    assert found is not None
    assert meant_build(found) == meant


# Reference and the line of its build or series; none where it is not known or may be one of several.
LINES = [
    (f"{LEGACY}:5.0.1-base", "5"),
    (f"{LEGACY}:5", "5"),
    (f"{LEGACY}:5.0", "5"),
    (f"{LEGACY}:3.0.8", "3"),
    (f"{LEGACY}:3.0", "3"),
    (f"{AIRFLOW_3}:3.0", "3.0"),
    (f"{AIRFLOW_3}:3.1-12-slim", "3.1"),
    (f"{AIRFLOW_3}:3", None),
    (f"{LEGACY}:14.0.0", None),
    (f"{LEGACY}:latest", None),
    (f"{LEGACY}:5.0.1-${{SUFFIX}}", None),
    ("registry.example.com/astronomer/astro-runtime:3.0", None),
]


@pytest.mark.parametrize(("reference", "line"), LINES)
def test_line(reference: str, line: str | None) -> None:
    found = recognise(reference, IMAGES.values())
    assert found is not None
    known = line_of(found.tag, found.image)
    assert (known.name if known else None) == line
