"""The upgrade order: as laws over any builds, and as tables."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from astro_runtime_guard.model import Image, Line, Numbering
from astro_runtime_guard.versions.order import newest_between, newest_known, rank_of, series_of, spans, unknown_line
from astro_runtime_guard.versions.recognition import Runtime, recognise
from astro_runtime_guard.versions.tags import read_tag
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import BOOK

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "compare-cases.json").read_text("utf-8"))
IMAGES = {image.name: image for image in BOOK.images}
RUNTIME = IMAGES["astro-runtime"]
LEGACY = "quay.io/astronomer/astro-runtime"
AIRFLOW_3 = "astrocrpublic.azurecr.io/runtime"
AGENT = "images.astronomer.cloud/baseimages/astro-remote-execution-agent"
CERTIFIED = "quay.io/astronomer/ap-airflow"


def runtime(tag: str, repository: str = "") -> Runtime:
    """What a reference with this tag says, in the repository that publishes tags of its shape."""
    repository = repository or (LEGACY if tag.count(".") > 1 and "-" not in tag[:4] else AIRFLOW_3)
    found = recognise(f"{repository}:{tag}", IMAGES.values())
    assert found is not None
    return found


def compare(first: Runtime, second: Runtime) -> int | None:
    """-1: the first is older, 1: it is newer, 0: neither, None: there is no order."""
    both = spans(first, second)
    if both is None:
        return None
    return (both[0].first > both[1].last) - (both[0].last < both[1].first)


numbers = st.integers(0, 30)
pre_releases = st.sampled_from(["", "-alpha1", "-alpha2", ".beta1", "-rc1", ".rc2", "-nightly20241216"])
suffixes = st.permutations(["-base", "-slim", "-python-3.12", "-ubi9", "-corp3"]).flatmap(
    lambda order: st.integers(0, len(order)).map(lambda most: "".join(order[:most]))
)
legacy = st.builds("{}.{}.{}{}".format, st.integers(2, 30), numbers, numbers, pre_releases)
airflow_3 = st.builds("{}.{}-{}{}".format, st.integers(3, 30), numbers, numbers, pre_releases)
builds = st.one_of(legacy, airflow_3)


def order(first: str, second: str) -> int:
    result = compare(runtime(first, LEGACY), runtime(second, LEGACY))
    assert result is not None, "every two builds have an order"
    return result


@given(builds, builds)
def test_any_two_builds_have_an_order_and_it_has_one_direction(first: str, second: str) -> None:
    assert order(first, second) == -order(second, first)


@given(builds)
def test_a_build_is_as_new_as_itself(build: str) -> None:
    assert order(build, build) == 0


@given(st.lists(builds, min_size=3, max_size=6))
def test_what_is_below_the_lower_one_is_below_the_higher_one(many: list[str]) -> None:
    many.sort(key=lambda build: rank_of(build, RUNTIME))
    assert all(order(low, high) <= 0 for at, low in enumerate(many) for high in many[at:])


@given(builds, builds)
def test_only_the_same_version_is_neither_up_nor_down(first: str, second: str) -> None:
    same = first.replace(".rc", "-rc").replace(".beta", "-beta") == second.replace(".rc", "-rc").replace(
        ".beta", "-beta"
    )
    assert (order(first, second) == 0) is same


@given(builds, builds, suffixes, suffixes)
def test_suffixes_change_nothing(first: str, second: str, one: str, other: str) -> None:
    assert order(first + one, second + other) == order(first, second)


@given(legacy, airflow_3)
def test_every_airflow_3_build_is_above_every_legacy_one(old: str, new: str) -> None:
    assert order(old, new) == -1


@given(st.integers(3, 30), numbers, numbers, pre_releases.filter(bool))
def test_a_pre_release_is_below_its_release_and_above_what_came_before(
    major: int, minor: int, build: int, pre_release: str
) -> None:
    for shape in (f"{major}.{minor}.{{}}", f"{major}.{minor}-{{}}"):
        early = shape.format(build + 1) + pre_release
        assert (order(shape.format(build), early), order(early, shape.format(build + 1))) == (-1, -1)


@settings(max_examples=50)
@given(st.integers(2, 30), numbers, numbers, legacy)
def test_a_series_is_below_or_above_only_where_all_of_its_builds_are(
    major: int, minor: int, patch: int, other: str
) -> None:
    inside = order(f"{major}.{minor}.{patch}", other)
    for series in (f"{major}", f"{major}.{minor}"):
        known = compare(runtime(series, LEGACY), runtime(other, LEGACY))
        assert known in (0, inside)


UPGRADE_ORDER = """
    3.0.0 3.0.4 4.0.0 4.0.6 4.2.9 5.0.0-alpha1 5.0.0-rc 5.0.0-rc1 5.0.0 5.0.1 5.0.9 5.0.10 5.5.0 6.0.0 9.7.0 9.10.0 9.10.1 9.12.0
    10.0.0 11.0.0 13.7.0 13.11.0 3.0-1-nightly20241216 3.0-1 3.0-2 3.0-10 3.1-1
    3.1-12.rc1 3.1-12 3.2-1 3.3-8 3.10-1 4.0-1
"""


@pytest.mark.parametrize(("low", "high"), list(pairwise(UPGRADE_ORDER.split())))
def test_upgrade_order(low: str, high: str) -> None:
    assert (order(low, high), order(high, low)) == (-1, 1)


def test_known_builds_are_written_in_upgrade_order_though_some_came_out_later() -> None:
    written = [build for build, _ in RUNTIME.builds]
    assert written == sorted(written, key=lambda build: rank_of(build, RUNTIME))
    days = [known.split()[1] for _, known in RUNTIME.builds if not known.endswith("?")]
    assert days != sorted(days)


@pytest.mark.parametrize(("first", "second", "result"), CASES["compare"])
def test_as_astro_cli_compares(first: str, second: str, result: int) -> None:
    assert compare(runtime(first), runtime(second)) == result


@pytest.mark.parametrize(("first", "second", "theirs", "right"), CASES["compare_wrong_in_astro_cli"])
def test_where_astro_cli_compares_wrongly(first: str, second: str, theirs: int, right: int | None) -> None:
    ours = compare(runtime(first), runtime(second))
    assert ours != theirs
    # A series is no build, but all of 3.3 is above all of Airflow 2; `latest` has no order at all.
    assert ours == {"3.3": 1, "latest": None}.get(first, right)


@pytest.mark.parametrize(("running", "target", "refused"), CASES["deploy"])
def test_what_a_deploy_refuses_as_a_downgrade_is_one(running: str, target: str, refused: str) -> None:
    if running:
        assert (compare(runtime(running), runtime(target)) == 1) is (refused == "downgrade")


@pytest.mark.parametrize(("running", "target", "allowed"), CASES["server_messages_seen"])
def test_what_the_server_refused(running: str, target: str, allowed: bool) -> None:
    assert compare(runtime(running, LEGACY), runtime(target)) == 1
    assert not allowed


@pytest.mark.parametrize(("series", "expected"), CASES["newest_of_series"]["cases"])
def test_newest_of_a_series_as_astro_cli_picks_it(series: str, expected: str) -> None:
    found = CASES["newest_of_series"]
    withdrawal = RUNTIME.withdrawn[0]._replace(builds=tuple(found["withdrawn"]))
    image = RUNTIME._replace(builds=tuple((b, "? ?") for b in found["builds"]), withdrawn=(withdrawal,))
    assert newest_known(read_tag(series, image, AIRFLOW_3), image) == expected
    gone = image._replace(withdrawn=(withdrawal._replace(builds=tuple(found["builds"])),))
    assert newest_known(read_tag(series, gone, AIRFLOW_3), gone) == ""


# Repository and tag of both, and what the first is to the second.
BETWEEN = [
    (CERTIFIED, "2.2.4-onbuild", LEGACY, "5.0.4", -1),
    (CERTIFIED, "2.2.4-onbuild", LEGACY, "4.2.5", 0),
    (CERTIFIED, "2.3.0", LEGACY, "5.0.4", 0),
    (CERTIFIED, "2.3.1-onbuild", LEGACY, "4.2.9", 1),
    (CERTIFIED, "2.3", LEGACY, "4.2.9", 1),
    (CERTIFIED, "2.2", LEGACY, "5", -1),
    (CERTIFIED, "2.1.1-2-buster", LEGACY, "3.0.0", 0),
    (CERTIFIED, "2.1.1-2-buster", LEGACY, "4.0.0", -1),
    (CERTIFIED, "2.1", AIRFLOW_3, "3.0-1", -1),
    (CERTIFIED, "2.0.0-3-buster-onbuild", LEGACY, "3.0.0", -1),
    (CERTIFIED, "2.0.0-3-buster-onbuild", LEGACY, "1.0.0", -1),
    (CERTIFIED, "1.10.10-5-alpine3.10-onbuild", LEGACY, "4.0.0", -1),
    (CERTIFIED, "2.3.1", AIRFLOW_3, "3.0-1", -1),
    (CERTIFIED, "2.99.0", LEGACY, "5.0.0", None),
    (CERTIFIED, "latest", LEGACY, "5.0.0", None),
    (CERTIFIED, "2.3.1", LEGACY, "latest", None),
    (CERTIFIED, "2.0.0-3-buster-onbuild", CERTIFIED, "2.0.0-5-buster-onbuild", -1),
    (CERTIFIED, "2.0.0-5-buster-onbuild", CERTIFIED, "2.0.0-5-onbuild", 0),
    (CERTIFIED, "1.10.5", CERTIFIED, "1.10.5-11", -1),
    (CERTIFIED, "1.10.5-9-alpine3.10-onbuild", CERTIFIED, "1.10.5-11-buster-onbuild", -1),
    (CERTIFIED, "1.10.5-11", CERTIFIED, "1.10.6-1", -1),
    (CERTIFIED, "2.2", CERTIFIED, "2.2.4-1", 0),
    (CERTIFIED, "1.10.15", CERTIFIED, "2.3.1-onbuild", -1),
    (LEGACY, "3", AIRFLOW_3, "3", -1),
    (LEGACY, "3.0", AIRFLOW_3, "3.0-1", -1),
    ("registry.example.com/astronomer/astro-runtime", "3.0", LEGACY, "3.0.0", 0),
    ("registry.example.com/astronomer/astro-runtime", "3.0", AIRFLOW_3, "3.0-99", 0),
    (LEGACY, "13", AIRFLOW_3, "3.0", -1),
    (AIRFLOW_3, "3.3-1", AIRFLOW_3, "3.3", 0),
    (AIRFLOW_3, "3.3-1-rc1", AIRFLOW_3, "3.3", -1),
    (LEGACY, "5.0.0", LEGACY, "5", 0),
    (LEGACY, "5.0.0-rc1", LEGACY, "5", -1),
    ("astrocrpublic.azurecr.io/astronomer/astro-runtime", "13.5.1", LEGACY, "13.6.0", -1),
    ("eu.example.com:5000/x/astronomer/astro-runtime", "3.0-1-corp3", LEGACY, "13.6.0", 1),
]


@pytest.mark.parametrize(("from_repository", "from_tag", "to_repository", "to_tag", "result"), BETWEEN)
def test_between_repositories_and_images_and_back(
    from_repository: str, from_tag: str, to_repository: str, to_tag: str, result: int | None
) -> None:
    first, second = runtime(from_tag, from_repository), runtime(to_tag, to_repository)
    assert (compare(first, second), compare(second, first)) == (result, None if result is None else -result)


# Of an image and the one that carries it, only the second is put into the order of the first.
CARRYING = [
    (AIRFLOW_3, "3.1-2", AGENT, "3.1-2-python-3.12-astro-agent-1.1.0", 0),
    (AIRFLOW_3, "3.1-2", AGENT, "3.1-1-python-3.12-astro-agent-1.1.0", 1),
    (AIRFLOW_3, "3.1-2", AGENT, "3.1-3-python-3.12-astro-agent-1.1.0", -1),
    (LEGACY, "13.7.0", AGENT, "3.1-3-python-3.12-astro-agent-1.1.0", -1),
    (AGENT, "3.1-1-python-3.12-astro-agent-1.1.0", AIRFLOW_3, "3.1-2", None),
    (AGENT, "3.1-1-python-3.12-astro-agent-1.1.0", AGENT, "3.1-2-python-3.12-astro-agent-1.1.0", -1),
    (AGENT, "3.1-1-python-3.12-astro-agent-1.1.0", CERTIFIED, "2.2.4", None),
    (CERTIFIED, "2.2.4", AGENT, "3.1-1-python-3.12-astro-agent-1.1.0", None),
]


@pytest.mark.parametrize(("from_repository", "from_tag", "to_repository", "to_tag", "result"), CARRYING)
def test_an_image_inside_another(
    from_repository: str, from_tag: str, to_repository: str, to_tag: str, result: int | None
) -> None:
    assert compare(runtime(from_tag, from_repository), runtime(to_tag, to_repository)) == result


# An Airflow minor, the series of builds that have it, and the numberings of that; none where it is between known ones.
OF_AIRFLOW = [
    ("2.3", ("5", ("legacy",))),
    ("2.11", ("13", ("legacy",))),
    ("3.0", ("3.0", ("airflow-3",))),
    ("3.3", ("3.3", ("airflow-3",))),
    ("3.99", ("3.99", ("airflow-3",))),
    ("4.0", ("4.0", ("airflow-3",))),
    ("2.99", None),
    ("1.10", None),
]


@pytest.mark.parametrize(("airflow", "expected"), OF_AIRFLOW)
def test_series_of_an_airflow_minor(airflow: str, expected: tuple[str, tuple[str, ...]] | None) -> None:
    tag = series_of(airflow, RUNTIME)
    names = [numbering.name for numbering in RUNTIME.numberings]
    assert (tag and (tag.version, tuple(names[at] for at in tag.numberings))) == expected


@pytest.mark.parametrize(("tag", "result"), [("4.2.9", 1), ("5.0.0", 0), ("6.10.0", 0), ("7.0.0", -1)])
def test_an_airflow_minor_of_two_lines_is_all_of_both(tag: str, result: int) -> None:
    lines = tuple(line._replace(airflow="2.3") if line.name == "6" else line for line in RUNTIME.lines)
    images = [RUNTIME._replace(name="of-two-lines", lines=lines), IMAGES["astronomer-certified"]]
    images[1] = images[1]._replace(succeeded_by="of-two-lines")
    first, second = recognise(f"{CERTIFIED}:2.3.1", images), recognise(f"{LEGACY}:{tag}", images)
    assert first is not None
    assert second is not None
    assert compare(first, second) == result


# A tag of the repository that publishes it, and the name and the first build of its line if no line of it is listed.
UNKNOWN = [
    ("3.4-1", AIRFLOW_3, ("3.4", "3.4-1")),
    ("3.4-12-slim", AIRFLOW_3, ("3.4", "3.4-1")),
    ("3.4-0", AIRFLOW_3, ("3.4", "3.4-0")),
    ("3.4", AIRFLOW_3, ("3.4", "3.4-1")),
    ("4", AIRFLOW_3, ("4", "4.0-1")),
    ("14.2.1", LEGACY, ("14", "14.0.0")),
    ("14.2", LEGACY, ("14", "14.0.0")),
    ("2.1.1", LEGACY, ("2", "2.0.0")),
    ("99", "registry.example.com/astronomer/astro-runtime", ("99", "99.0.0")),
    ("3", AIRFLOW_3, None),
    ("3.3-99", AIRFLOW_3, None),
    ("13.99.0", LEGACY, None),
    ("latest", LEGACY, None),
    ("5.0.6xs", LEGACY, None),
]


@pytest.mark.parametrize(("tag", "repository", "expected"), UNKNOWN)
def test_unknown_line(tag: str, repository: str, expected: tuple[str, str] | None) -> None:
    line = unknown_line(runtime(tag, repository).tag, RUNTIME)
    assert (line and (line.name, line.first_build)) == expected


# The shape of a build, the names of the lines that are listed, a build, and the name and first build of its line.
SHAPES = [
    ("v{a}.{b}-end", ("1",), "v2.3-end", ("v2", "v2.0-end")),
    ("{a}.{b}.{c}-{d}", ("1.0", "1.1"), "1.2.3-4", ("1.2", "1.2.0-0")),
    ("{a}.{b}.{c}-{d}", ("1.0", "2"), "3.2.3-4", ("3", "3.0.0-0")),
    ("{a}.{b}", ("1.0",), "1.7", ("1.7", "1.7")),
    ("{a}.{b}", ("1",), "1.7", None),
]


@pytest.mark.parametrize(("shape", "lines", "build", "expected"), SHAPES)
def test_unknown_line_of_another_shape(
    shape: str, lines: tuple[str, ...], build: str, expected: tuple[str, str] | None
) -> None:
    listed = tuple(Line(name, "only", "1.0") for name in lines)
    image = Image(f"{shape} {lines}", ("docker.io/library/x",), (Numbering("only", shape),), lines=listed)
    line = unknown_line(read_tag(build, image), image)
    assert (line and (line.name, line.first_build)) == expected


def test_a_numbering_without_lines_is_unknown_by_its_first_number() -> None:
    numberings = (*RUNTIME.numberings, Numbering("next", "{year}.{month}_{build}"))
    image = RUNTIME._replace(name="with-another-numbering", numberings=numberings)
    line = unknown_line(read_tag("2030.1_4", image), image)
    assert line is not None
    assert (line.name, line.first_build) == ("2030", "2030.0_0")


def test_an_image_without_lines_has_no_unknown_line() -> None:
    certified = IMAGES["astronomer-certified"]
    assert unknown_line(read_tag("99.0.0-1", certified), certified) is None


# The lowest build, the build above, and the newest good one between them.
BETWEEN_BUILDS = [
    ("13.7.0", "3.0-1", "13.11.0"),
    ("13.4.0", "13.5.1", "13.4.0"),
    ("8.0.0", "8.1.0", "8.0.0"),
    ("98.0.0", "99.0.0", "98.0.0"),
]


@pytest.mark.parametrize(("low", "high", "expected"), BETWEEN_BUILDS)
def test_newest_between(low: str, high: str, expected: str) -> None:
    assert newest_between(low, high, RUNTIME) == expected


def test_an_airflow_minor_that_reads_as_a_build_is_no_series() -> None:
    image = Image("two", ("docker.io/library/two",), (Numbering("only", "{major}.{minor}"),))
    assert series_of("9.9", image) is None
    series = series_of("9.9", image._replace(name="three", numberings=(Numbering("only", "{major}.{minor}.{patch}"),)))
    assert series
    assert series.numberings == (0,)
