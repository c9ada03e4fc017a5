"""`plan`: a sequence of stops, each of which the checks accept when it is written after the one before."""

from __future__ import annotations

import re

import pytest
from astro_runtime_guard.api import check
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.model import Image, Line, Numbering, Rule, Withdrawal
from astro_runtime_guard.plan import make_plan
from astro_runtime_guard.versions.order import rank_of
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import BOOK

RUNTIME = next(image for image in BOOK.images if image.name == "astro-runtime")
BUILDS = [build for build, _ in RUNTIME.builds]
WITHDRAWN = {build for withdrawal in RUNTIME.withdrawn for build in withdrawal.builds}


def steps(plan: str) -> list[tuple[str, list[str]]]:
    """What a plan says to write, in order: each FROM, and the comments above it."""
    written = [line for line in plan.splitlines() if re.search("`FROM ", line)]
    return [(re.findall("`(FROM .+?)`", line)[0], re.findall("`(# .+?)`", line)) for line in written]


def versions(before: str, after: str) -> list[str]:
    return [instruction.rpartition(":")[2] for instruction, _ in steps(make_plan(before, after, BOOK))]


def rejected(before: str, after: str) -> list[str]:
    """The rules that reject a step of the plan when its steps are written one after the other."""
    repository = "astrocrpublic.azurecr.io/runtime" if "-" in before[:6] else "quay.io/astronomer/astro-runtime"
    text, rules = f"FROM {repository}:{before}\n", []
    for instruction, comments in steps(make_plan(before, after, BOOK)):
        new = "".join(f"{line}\n" for line in [*comments, instruction])
        rules += [f.rule for f in check(text.encode(), new.encode(), rulebook=BOOK) if not f.acknowledged]
        text = new
    return rules


number = st.integers(0, 15)
legacy = st.builds("{}.{}.{}".format, st.integers(4, 15), number, number)
newer = st.builds("{}.{}-{}".format, st.integers(3, 4), number, st.integers(1, 30))
build = st.one_of(legacy, newer, st.sampled_from(BUILDS))
suffix = st.sampled_from(["", "", "-base", "-slim-base", "-python-3.12", "-rc1"])


@settings(max_examples=300)
@given(build, build, suffix)
def test_every_step_is_accepted_and_none_is_withdrawn(one: str, other: str, suffix: str) -> None:
    before, after = sorted((one, other), key=lambda version: rank_of(version, RUNTIME))
    if before == after:
        assert versions(before, after) == []
        return
    after += suffix
    if rank_of(after, RUNTIME) < rank_of(before, RUNTIME):
        return
    assert rejected(before, after) == []
    written = versions(before, after)
    assert not WITHDRAWN & {version.split("-base")[0] for version in written}
    assert written[-1] == after or after.removesuffix(suffix) in WITHDRAWN


# Versions before and after, and the versions that the plan says to write, one after the other.
ROUTES = [
    ("4.2.6", "5.0.1", ["5.0.1"]),
    ("4.2.6", "3.3-8", ["13.11.0", "3.3-8"]),
    ("13.6.0", "3.0-1", ["13.11.0", "3.0-1"]),
    ("13.7.0", "3.3-8", ["3.3-8"]),
    ("13.6.0", "4.0-1", ["13.11.0", "4.0-1"]),
    ("12.1.1", "13.5.0", ["13.7.0"]),
    ("12.1.1", "13.5.0-slim-base", ["13.7.0-slim-base"]),
    ("3.3-8", "3.4-1", ["3.4-1"]),
    ("5.0.1", "5.0.1", []),
    ("13.5.0", "13.5.0", []),
    ("5.0.1", "5.0.1-base", ["5.0.1-base"]),
    ("13.7.0", "3.0-1-rc1", ["3.0-1-rc1"]),
]


@pytest.mark.parametrize(("before", "after", "expected"), ROUTES)
def test_route(before: str, after: str, expected: list[str]) -> None:
    assert versions(before, after) == expected
    assert rejected(before, after) == []


def test_the_same_version_twice_needs_nothing() -> None:
    assert make_plan("5.0.1", "5.0.1", BOOK) == (
        "# Upgrade from 5.0.1 to 5.0.1\n\nNothing to do: both versions are the same.\n"
    )


WHOLE = """\
# Upgrade from 4.2.6 to 5.0.1

| | before | after |
| --- | --- | --- |
| version | 4.2.6 | 5.0.1 |
| Airflow | 2.2.5 | 2.3.0 |
| default Python | 3.9 | 3.9 |
| maintained until | 2023-09-30 | 2024-04-30 |

## From 4.2.6 to 5.0.1

### runtime-5

Upgrade from 4.2.6 to 5.0.1 crosses into Runtime 5 (Airflow 2.3), which migrates the metadata database.

- [ ] ...

https://www.astronomer.io/docs/runtime/version-upgrade-considerations

### What to do

- [ ] ...
"""


def test_a_whole_plan() -> None:
    plan = make_plan("4.2.6", "5.0.1", BOOK)
    assert re.sub(r"(- \[ \] .+\n)+", "- [ ] ...\n", plan) == WHOLE
    review = "once everything above is reviewed, `# astro-runtime: reviewed 5.0.1`."
    assert f"write `FROM quay.io/astronomer/astro-runtime:5.0.1`, and above it, {review}\n" in plan
    assert "to their versions in 4.2.6, so that" in plan
    assert "`astro dev upgrade-test --runtime-version 5.0.1`" in plan


TABLE = """\
| | before | stop | after |
| --- | --- | --- | --- |
| version | 12.1.1 | 13.11.0 | 3.0-1 |
| Airflow | 2.10 | 2.11.2 | 3.0 |
| default Python | 3.12 | 3.12 | 3.12 |
| maintained until | 2026-02-28 | 2027-04-30 | 2027-04-30 |
"""


def test_a_stop_is_a_column() -> None:
    assert make_plan("12.1.1", "3.0-1", BOOK).split("\n\n")[1] + "\n" == TABLE


OWN = Image("own", ("example.com/own",), (Numbering("own", "{major}.{minor}"),), lines=(Line("Own 1", "own", ""),))
OWN_RULE = Rule("own-2", ("own",), "crossing", {"": "crosses from {before} to {after}"}, version="2.0")


def test_an_image_of_which_little_is_known() -> None:
    book = BOOK._replace(images=(*BOOK.images, OWN), rules=(*BOOK.rules, OWN_RULE))
    plan = make_plan("1.0", "2.1", book)
    assert [line for line in plan.splitlines() if line.startswith(("| Airflow", "| default", "| maintained"))] == [
        "| Airflow | ? | ? |",
        "| default Python | ? | ? |",
        "| maintained until | ? | ? |",
    ]
    assert "### own-2\n\nCrosses from 1.0 to 2.1.\n\n\n### What to do\n" in plan
    for before, after in (("1.0", "5.0.1"), ("5.0.1", "1.0")):
        with pytest.raises(CannotCheck, match=f"^{before} and {after} are versions of different images$"):
            make_plan(before, after, book)
    with pytest.raises(CannotCheck, match=r" or 3.3-8 or \{major\}\.\{minor\}$"):
        make_plan("latest", "2.1", book)


def test_withdrawn_builds_and_what_stands_in_for_them() -> None:
    withdrawn = (Withdrawal(("5.0.2", "5.0.3"), "broken", "5.0.4"), Withdrawal(("5.0.6",), "bad", "5.0.4"))
    book = BOOK._replace(images=(RUNTIME._replace(withdrawn=withdrawn),))
    assert make_plan("5.0.1", "5.0.4", book).endswith("\n- 5.0.2, 5.0.3: broken; use 5.0.4 or later\n")
    assert make_plan("5.0.3", "5.0.4", book).endswith("\n- 5.0.3: broken; use 5.0.4 or later\n")
    with pytest.raises(CannotCheck, match=r"^5\.0\.4 is lower than 5\.0\.5; "):
        make_plan("5.0.5", "5.0.6", book)


def test_a_new_suffix_alone_needs_no_review() -> None:
    assert make_plan("5.0.1", "5.0.1-base", BOOK) == (
        "# Upgrade from 5.0.1 to 5.0.1-base\n\nOnly the suffix changes. "
        "Write `FROM quay.io/astronomer/astro-runtime:5.0.1-base`; there is nothing to review.\n"
    )


def test_withdrawn_builds_on_the_way_are_listed() -> None:
    assert make_plan("13.4.0", "13.8.0", BOOK).endswith(
        "\n\n## Withdrawn builds between the two\n\n- 13.5.0: after an upgrade to it the webserver answers existing "
        "sessions with error 500; use 13.7.0 or later\n"
    )
    assert "Withdrawn" not in make_plan("13.6.0", "13.8.0", BOOK)


def test_a_step_without_a_boundary_says_so_and_asks_for_no_review() -> None:
    plan = make_plan("5.0.1", "5.0.2", BOOK)
    assert "## From 5.0.1 to 5.0.2\n\nNo boundary is crossed.\n\n### What to do\n\n" in plan
    assert "reviewed" not in plan


def test_an_unknown_line_is_listed() -> None:
    plan = make_plan("3.3-8", "3.4-1", BOOK)
    assert "### unknown-line" in plan
    assert "No boundary is crossed." not in plan
    assert re.search(r"\| Airflow \| 3.3.2 \| \? \|\n\| default Python \| \S+ \| \? \|\n\|.+\| \? \|\n", plan)


def test_a_withdrawn_target_is_replaced_and_the_plan_says_why() -> None:
    plan = make_plan("12.1.1", "13.5.0", BOOK)
    assert "\n13.5.0 was withdrawn: after an upgrade to it" in plan
    assert " This plan goes to 13.7.0 instead.\n\n| | before |" in plan


REFUSED = [
    ("13.6.0", "13.5.0", "13.5.0 is lower than 13.6.0; there is no plan for a downgrade"),
    ("5.0.1", "4.2.6", "4.2.6 is lower than 5.0.1; there is no plan for a downgrade"),
    ("3.0.4", "3.0.8", 'there is no plan for 3.0.8: "3.0.8" was never built: '),
    ("4.2.6", "5.0", "5.0 is no full version; expected one such as 13.11.0 or 3.3-8"),
    ("latest", "5.0.1", "latest is no full version; expected one such as 13.11.0 or 3.3-8"),
]


@pytest.mark.parametrize(("before", "after", "problem"), REFUSED)
def test_refused(before: str, after: str, problem: str) -> None:
    with pytest.raises(CannotCheck) as raised:
        make_plan(before, after, BOOK)
    assert str(raised.value).startswith(problem)


def test_a_repository_s_own_stop_comes_first_too() -> None:
    own = Rule("own-stop", ("astro-runtime",), "stop", {"": "stop"}, version="9.0.0", from_below="7.0.0")
    book = BOOK._replace(rules=(*BOOK.rules, own))
    plan = make_plan("6.0.1", "3.3-8", book)
    assert [instruction.rpartition(":")[2] for instruction, _ in steps(plan)] == ["8.10.0", "13.11.0", "3.3-8"]
    off = BOOK._replace(rules=(*BOOK.rules, own._replace(enabled=False)))
    assert make_plan("6.0.1", "3.3-8", off) == make_plan("6.0.1", "3.3-8", BOOK)
