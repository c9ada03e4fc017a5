"""The rules that ship: their examples, every boundary before, at and after, their words and their facts."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from itertools import pairwise

import pytest
from astro_runtime_guard.api import check
from astro_runtime_guard.declarations.declaration import read_declarations
from astro_runtime_guard.findings.changes import Change, Past
from astro_runtime_guard.findings.checks import CHECKS, Why
from astro_runtime_guard.findings.finding import Finding
from astro_runtime_guard.model import Example, Line, Rule
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
from astro_runtime_guard.versions.order import newest_known, rank_of
from astro_runtime_guard.versions.recognition import recognise
from astro_runtime_guard.versions.tags import line_of, read_tag

TODAY = "2026-11-22"
BOOK = load_rulebook([shipped_folder()], TODAY, examples=True)
RULES = {rule.name: rule for rule in BOOK.rules}
IMAGES = {image.name: image for image in BOOK.images}
RUNTIME = IMAGES["astro-runtime"]
LEGACY = "quay.io/astronomer/astro-runtime"
AIRFLOW_3 = "astrocrpublic.azurecr.io/runtime"
MIRROR = "registry.example.com/astronomer/astro-runtime"
CERTIFIED = "quay.io/astronomer/ap-airflow"
AGENT = "images.astronomer.cloud/baseimages/astro-remote-execution-agent"


def written(version: str) -> str:
    """A FROM of the repository that publishes this build or series."""
    newer = re.match(r"[0-9]+[.][0-9]+-[0-9]", version) or (version.startswith("3.") and version.count(".") == 1)
    return f"FROM {AIRFLOW_3 if newer else LEGACY}:{version}\n"


def found(before: str | None, after: str, today: str = TODAY) -> list[Finding]:
    """What all rules find in a Dockerfile, acknowledged or not."""
    book = BOOK if today == TODAY else load_rulebook([shipped_folder()], today)
    return check(None if before is None else before.encode(), after.encode(), rulebook=book, rules=book.rules)


def found_in(example: Example) -> list[Finding]:
    """What all rules find in an example of a rule."""
    before = None if example.before is None else example.before.encode()
    beside = {path: text.encode() for path, text in example.beside}
    after = example.after.encode()
    return check(before, after, path=example.path, beside=beside, rulebook=BOOK, rules=BOOK.rules)


def crossed(before: str, after: str) -> list[str]:
    """The boundaries that an upgrade crosses, as the names of their rules."""
    return [finding.rule for finding in found(written(before), written(after)) if CHECKS[finding.check].boundary]


def examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.name}-{number}")
        for rule in BOOK.rules
        for number, example in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize(("rule", "example"), examples("finds"))
def test_rule_finds_its_examples(rule: Rule, example: Example) -> None:
    findings = [finding for finding in found_in(example) if finding.rule == rule.name]
    assert [(finding.check, finding.acknowledged) for finding in findings] == [(rule.check, "")]
    assert not re.search(r"\{[a-z-]*\}", findings[0].message.replace("{{ tag }}", ""))


@pytest.mark.parametrize(("rule", "example"), examples("passes"))
def test_rule_passes_its_examples(rule: Rule, example: Example) -> None:
    open_ones = [finding.rule for finding in found_in(example) if not finding.acknowledged]
    assert rule.name not in open_ones


BUILDS = [build for build, _ in RUNTIME.builds]
CROSSING = [rule for rule in BOOK.rules if rule.check == "crossing"]


def boundaries() -> list[tuple[str, str, str, str]]:
    """In upgrade order: rule, the last build below its boundary, the boundary, the build after it if one is known."""
    known = [(BUILDS.index(rule.version), rule) for rule in CROSSING if not rule.from_below and rule.version in BUILDS]
    return [
        (rule.name, BUILDS[at - 1], BUILDS[at], (BUILDS[at : at + 2])[-1])
        for at, rule in sorted(known, key=lambda row: row[0])
    ]


BOUNDARIES = boundaries()


@pytest.mark.parametrize("rule", CROSSING, ids=lambda rule: rule.name)
def test_a_boundary_is_known_and_its_examples_hold_both_sides_of_it(rule: Rule) -> None:
    file = f"rules/{rule.name}.yaml"
    assert rule.version in BUILDS, f"{file}: {rule.version} is no known build; run python .ci/refresh_builds.py"
    assert line_of(read_tag(rule.version, RUNTIME), RUNTIME), (
        f"{file}: its line is not in rules/images/astro-runtime.yaml"
    )
    reached = [example.after for example in rule.finds if example.after.strip().endswith(f":{rule.version}")]
    left = [example.after for example in rule.passes if (example.before or "").strip().endswith(f":{rule.version}")]
    assert reached, f"{file}: no example under finds goes to {rule.version} itself"
    assert left, f"{file}: no example under passes comes from {rule.version} itself"


@pytest.mark.parametrize(("rule", "below", "at", "above"), BOUNDARIES)
def test_boundary(rule: str, below: str, at: str, above: str) -> None:
    assert crossed(below, at) == [rule]
    assert crossed(below, above) == [rule]
    assert crossed(below + "-base", at + "-slim") == [rule]
    assert crossed(at, above) == []
    assert crossed(above, above + "-base") == []
    assert crossed(at, below) == []
    assert crossed(below, at + "-rc1") == [rule], "a pre-release of a boundary crosses it"
    assert crossed(at + "-rc1", at) == crossed(at + "-rc1", above) == [], "its release is not asked about again"
    assert crossed(below + "-rc1", at) == [rule]


SERIES = [
    ("4", "5.0.0", ["runtime-5"]),
    ("4.2", "5.0.0", ["runtime-5"]),
    ("4.2.9", "5", ["runtime-5"]),
    ("4", "4.2.9", []),
    ("5", "5.5.0", []),
    ("8", "8.10.0", []),
    ("8.3", "8.10.0", ["runtime-8.4"]),
    ("3.1", "3.2-10", ["runtime-3.2"]),
    ("3.1-21", "3.3", ["runtime-3.2", "runtime-3.3"]),
    ("3.1-21", "3.1", []),
    ("13", "3.0", ["airflow-3"]),
    ("13", "3.3", ["airflow-3", "runtime-3.1", "runtime-3.2", "runtime-3.3"]),
]


@pytest.mark.parametrize(("before", "after", "rules"), SERIES)
def test_boundary_from_or_to_a_series(before: str, after: str, rules: list[str]) -> None:
    assert crossed(before, after) == rules


def test_a_jump_crosses_every_boundary_on_the_way_in_upgrade_order() -> None:
    assert crossed(BUILDS[0], BUILDS[-1]) == [row[0] for row in BOUNDARIES]


def test_every_line_but_the_first_has_a_boundary_at_its_first_build() -> None:
    firsts = [next(build for build in BUILDS if line(build) == known) for known in RUNTIME.lines[1:]]
    assert set(firsts) <= {rule.version for rule in CROSSING}


# The version before, the version after, and the boundary of the unknown line; empty if the rule is silent.
UNKNOWN_LINES = [
    ("3.3-8", "3.4-1", "3.4-1"),
    ("3.3-8", "3.4-7", "3.4-1"),
    ("3.3-8", "3.4-1-base", "3.4-1"),
    ("3.3-8", "3.4-1-rc1", "3.4-1"),
    ("3.3-8", "3.4-0", "3.4-0"),
    ("3.3-8", "3.4", "3.4-1"),
    ("3.3-8", "4.0-1", "4.0-1"),
    ("3.3-8", "3.10-2", "3.10-1"),
    ("3.3", "3.4-1", "3.4-1"),
    ("3.4-1", "3.5-2", "3.5-1"),
    ("3.4", "3.5-2", "3.5-1"),
    ("13.11.0", "14.0.0", "14.0.0"),
    ("13.11.0", "14.3.2", "14.0.0"),
    ("14.0.0", "15.1.0", "15.0.0"),
    ("13.11.0", "3.4-1", "3.4-1"),
    ("3.3-8", "3.3-99", ""),
    ("3.3-8", "3.3", ""),
    ("3.4-1", "3.4-2", ""),
    ("3.4-1-rc1", "3.4-1", ""),
    ("3.4-0", "3.4-1", ""),
    ("3.4", "3.4-3", ""),
    ("14.0.0", "14.1.0", ""),
    ("14.0.0", "3.3-8", ""),
    ("3.4-2", "3.4-1", ""),
    ("3.5-1", "3.4-1", ""),
    ("latest", "3.4-1", ""),
]


@pytest.mark.parametrize(("before", "after", "boundary"), UNKNOWN_LINES)
def test_unknown_line_is_a_boundary(before: str, after: str, boundary: str) -> None:
    findings = [finding for finding in found(written(before), written(after)) if finding.rule == "unknown-line"]
    assert [finding.boundary for finding in findings] == ([boundary] if boundary else [])
    if boundary:
        reviewed = f"# astro-runtime: reviewed {boundary}\n{written(after)}"
        assert [finding.rule for finding in found(written(before), reviewed) if not finding.acknowledged] in (
            [],
            ["pinned-runtime"],
        )


def test_unknown_line_names_the_line_the_day_and_the_way_to_update() -> None:
    [finding] = found(written("3.3-8"), written("3.4-2"))
    assert finding.message == (
        f"upgrade from 3.3-8 to 3.4-2 enters Runtime 3.4, which this tool's catalogue of {RUNTIME.as_of} does not know; "
        'run "pre-commit autoupdate" (or "pip install -U astro-runtime-guard") to get a newer one'
    )
    assert finding.comment == "# astro-runtime: reviewed 3.4-2"
    assert RUNTIME.as_of == "2026-09-25", "the day of the updates feed"


def test_a_series_of_an_unknown_line_in_a_mirror_is_one_of_the_newest_numbering() -> None:
    findings = found(f"FROM {MIRROR}:3.3-8\n", f"FROM {MIRROR}:3.4\n")
    assert [finding.rule for finding in findings] == ["pinned-runtime", "unknown-line"]


@pytest.mark.parametrize("reviewed", ["3.3-8", "3.4-3"])
def test_review_of_an_unknown_line_must_reach_it_and_not_pass_it(reviewed: str) -> None:
    findings = found(written("3.3-8"), f"# astro-runtime: reviewed {reviewed}\n{written('3.4-2')}")
    assert "unknown-line" in [finding.rule for finding in findings if not finding.acknowledged]


@pytest.mark.parametrize("after", [f"{CERTIFIED}:9.9.9-1-onbuild", f"{AGENT}:3.4-1-python-3.12-astro-agent-1.1.0"])
def test_an_image_without_lines_has_no_unknown_line(after: str) -> None:
    assert [f.rule for f in found(written("3.3-8"), f"FROM {after}\n") if f.check == "unknown"] == []
    repository, tag = after.split(":")
    other = tag.replace("9.9.9", "9.8.0").replace("3.4-1", "3.3-1")
    assert [f.rule for f in found(f"FROM {repository}:{other}\n", f"FROM {after}\n")] == []


# The version before, the version after, and whether a stop is missing; the last two are from astro-cli, whose floor is
# lower.
FLOOR = [
    ("13.6.0", "3.0-1", True),
    ("13.7.0", "3.0-1", False),
    ("13.11.0", "3.3-8", False),
    ("13", "3.3-8", False),
    ("12", "3.3-8", True),
    ("12.12.0", "3.3", True),
    ("3.0-1", "3.3-8", False),
    ("13.6.0", "13.7.0", False),
    ("4.2.5", "3.0-1", True),
    ("11.0.0", "3.3", True),
    ("13.6.0", "3.0-1-rc1", True),
    ("13.7.0-rc1", "3.0-1", False),
]


@pytest.mark.parametrize(("before", "after", "missing"), FLOOR)
def test_floor_of_airflow_3(before: str, after: str, missing: bool) -> None:
    assert ("airflow-3-floor" in [finding.rule for finding in found(written(before), written(after))]) is missing


# The image before, the image after, and what to write now.
STOPS = [
    (f"{LEGACY}:13.6.0", f"{AIRFLOW_3}:3.3-8", f"{LEGACY}:13.11.0"),
    (f"{LEGACY}:4.2.6-base", f"{MIRROR}:3.3-8", f"{LEGACY}:13.11.0"),
    (f"{MIRROR}:13.6.0", f"{AIRFLOW_3}:3.3-8", f"{MIRROR}:13.11.0"),
    (f"{CERTIFIED}:2.2.5-onbuild", f"{AIRFLOW_3}:3.3-8", f"{LEGACY}:13.11.0"),
    (f"{CERTIFIED}:2.2.5-onbuild", f"{MIRROR}:3.3-8", f"{MIRROR}:13.11.0"),
]


@pytest.mark.parametrize(("before", "after", "write"), STOPS)
def test_a_missing_stop_says_what_to_write_now_and_that_is_accepted(before: str, after: str, write: str) -> None:
    old, new = f"FROM {before}\n", f"FROM {after}\n"
    finding = next(finding for finding in found(old, new) if finding.check == "stop")
    assert f"; write {write} now, deploy it, and upgrade to " in finding.message
    assert finding.comment == "# astro-runtime: ignore airflow-3-floor: <the reason>"
    for first, second in ((old, f"FROM {write}\n"), (f"FROM {write}\n", new)):
        version = second.strip().rpartition(":")[2]
        findings = found(first, f"# astro-runtime: reviewed {version}\n{second}")
        assert [finding.rule for finding in findings if not finding.acknowledged] == []


def test_what_a_rule_can_say_of_a_missing_stop() -> None:
    rule = RULES["airflow-3-floor"]._replace(messages={"": "{before} {stop} {from-below} {version} {after}"})
    old, new = (written(version).encode() for version in ("13.6.0", "3.3-8"))
    [finding] = check(old, new, rulebook=BOOK, rules=[rule])
    assert finding.message == "13.6.0 13.11.0 13.7.0 3.0-1 3.3-8"


def test_what_a_rule_can_say_of_a_build_that_was_never_built() -> None:
    rule = RULES["published-runtime"]._replace(messages={"": "{belongs} {example} {line} {last} {meant}"})
    [finding] = check(None, written("3.3.9").encode(), rulebook=BOOK, rules=[rule])
    assert finding.message == f"{AIRFLOW_3} 3.3-8 3 3.0.4 3.3-9"


def test_only_ignore_answers_a_missing_stop() -> None:
    def still_missing(comment: str) -> bool:
        findings = found(written("13.6.0"), f"# astro-runtime: {comment}\n{written('3.3-8')}")
        return any(finding.check == "stop" and not finding.acknowledged for finding in findings)

    assert still_missing("reviewed 3.3-8")
    assert still_missing("ignore airflow-3-floor")
    assert not still_missing("ignore airflow-3-floor: a new Deployment runs this")


def test_the_last_stage_decides() -> None:
    before = f"FROM {AIRFLOW_3}:3.3-8\n"
    after = f"FROM {AIRFLOW_3}:3.3 AS deps\nFROM {AIRFLOW_3}:3.2\n"
    lower = [(finding.rule, finding.line) for finding in found(before, after) if finding.check == "ordered"]
    assert lower == [("no-runtime-downgrade", 2)]


CERTIFIED_MOVES = [
    (f"{CERTIFIED}:2.2.4-1-onbuild", f"{LEGACY}:5.0.4", ["runtime-5"]),
    (f"{CERTIFIED}:2.2.4-1-onbuild", f"{LEGACY}:4.2.5", []),
    (f"{CERTIFIED}:2.3.1-1-onbuild", f"{LEGACY}:5.0.4", []),
    (f"{CERTIFIED}:2.3.1-1-onbuild", f"{LEGACY}:4.2.9", ["no-runtime-downgrade"]),
    (f"{LEGACY}:5.0.4", f"{CERTIFIED}:2.2.5-1-onbuild", ["no-runtime-downgrade"]),
    (f"{LEGACY}:5.0.4", f"{CERTIFIED}:2.3.1-1-onbuild", []),
    (f"{CERTIFIED}:2.3.1-1-onbuild", f"{CERTIFIED}:2.2.5-1-onbuild", ["no-runtime-downgrade"]),
    (f"{CERTIFIED}:2.2.5-1-onbuild", f"{CERTIFIED}:2.3.1-1-onbuild", []),
    (f"{CERTIFIED}:2.2-onbuild", f"{CERTIFIED}:2.2-onbuild", ["pinned-runtime"]),
]


@pytest.mark.parametrize(("before", "after", "rules"), CERTIFIED_MOVES)
def test_astronomer_certified(before: str, after: str, rules: list[str]) -> None:
    assert [f.rule for f in found(f"FROM {before}\n", f"FROM {after}\n") if f.rule != "maintained-runtime"] == rules


def series(tag: str, proposed: str) -> str:
    moves = f'"{tag}" is a series, which moves with every release in it, so the version can change between builds'
    return f"{moves}; write the full version, such as {proposed}"


def no_tag(written: str, proposed: str) -> str:
    moves = f'"{written}" has no tag, so the version can change between builds'
    return f"{moves}; write the full version, such as {proposed}"


def never_built(tag: str, meant: str) -> str:
    never = f'"{tag}" was never built: the last build of Runtime 3 is 3.0.4'
    return f"{never}, and Airflow 3 builds have a dash; did you mean {meant}? write {AIRFLOW_3}:{meant}"


def elsewhere(tag: str, repository: str, belongs: str, proposed: str) -> str:
    wrong = f'"{tag}" is not in {repository}: builds with such a number are in {belongs}'
    return f"{wrong}; write {belongs}:{tag}, or a build of this repository, such as {proposed}"


def ended(line: str, until: str) -> str:
    return f"maintenance of Runtime {line} ended on {until}; maintained lines: 13, 3.0, 3.1, 3.2, 3.3"


# Reference and what is said of its tag; None where nothing is.
SAID = [
    (f"{LEGACY}:5", "pinned-runtime", series("5", f"{LEGACY}:5.5.0")),
    (f"{LEGACY}:5.0-base", "pinned-runtime", series("5.0-base", f"{LEGACY}:5.0.13-base")),
    (f"{LEGACY}:13.5", "pinned-runtime", series("13.5", f"{LEGACY}:13.5.1")),
    (f"{LEGACY}:14", "pinned-runtime", series("14", f"{LEGACY}:14.<minor>.<patch>")),
    (f"{LEGACY}:3.0", "pinned-runtime", series("3.0", f"{LEGACY}:3.0.4")),
    (f"{LEGACY}:3.1", "pinned-runtime", series("3.1", f"{LEGACY}:13.11.0")),
    (f"{LEGACY}:3.1", "published-runtime", never_built("3.1", "3.1-21")),
    (f"{AIRFLOW_3}:3", "pinned-runtime", series("3", f"{AIRFLOW_3}:3.3-8")),
    (
        f"{AIRFLOW_3}:3.1-python-3.12",
        "pinned-runtime",
        series("3.1-python-3.12", f"{AIRFLOW_3}:3.1-21-python-3.12"),
    ),
    (f"{AIRFLOW_3}:3.4", "pinned-runtime", series("3.4", f"{AIRFLOW_3}:3.4-<build>")),
    (f"{MIRROR}:99", "pinned-runtime", series("99", f"{MIRROR}:99.<minor>-<build>")),
    (f"{MIRROR}:9", "pinned-runtime", series("9", f"{MIRROR}:9.21.0")),
    (
        f"{CERTIFIED}:2.2-buster-onbuild",
        "pinned-runtime",
        series("2.2-buster-onbuild", f"{CERTIFIED}:2.2.<patch>-<build>-buster-onbuild"),
    ),
    (
        f"{CERTIFIED}:latest",
        "pinned-runtime",
        (
            '"latest" moves with every release, so the version can change between builds; '
            f"write the full version, such as {CERTIFIED}:2.0.0-3-buster-onbuild"
        ),
    ),
    (MIRROR, "pinned-runtime", no_tag(f"{MIRROR}", f"{MIRROR}:13.11.0")),
    (AIRFLOW_3, "pinned-runtime", no_tag(f"{AIRFLOW_3}", f"{AIRFLOW_3}:3.3-8")),
    (
        f"{LEGACY}:5.0.6xs",
        "pinned-runtime",
        f'"5.0.6xs" is not a valid version; write a full one, such as {LEGACY}:13.11.0',
    ),
    (
        f"{LEGACY}:$V",
        "pinned-runtime",
        (
            f'"{LEGACY}:$V" depends on a build argument without a value (V); '
            "above the FROM, write ARG NAME=VALUE for each; a full version looks like 13.11.0"
        ),
    ),
    (f"{LEGACY}:5.0.1", "pinned-runtime", None),
    (f"{LEGACY}:5.0.1", "published-runtime", None),
    (f"{LEGACY}:3.0.4", "published-runtime", None),
    (f"{LEGACY}:3.0.5", "published-runtime", never_built("3.0.5", "3.0-5")),
    (f"{AIRFLOW_3}:3.1.2", "published-runtime", never_built("3.1.2", "3.1-2")),
    (
        f"{LEGACY}:3.1-12-base",
        "published-runtime",
        elsewhere("3.1-12-base", LEGACY, AIRFLOW_3, f"{LEGACY}:13.11.0"),
    ),
    (
        f"{AIRFLOW_3}:13.7.0",
        "published-runtime",
        elsewhere("13.7.0", AIRFLOW_3, LEGACY, f"{AIRFLOW_3}:3.3-8"),
    ),
    (
        f"{LEGACY}-5.0.6-base",
        "published-runtime",
        (
            f'"{LEGACY}-5.0.6-base" has a dash in place of the colon, so docker looks for a repository '
            f"of that name; write {LEGACY}:5.0.6-base"
        ),
    ),
    (f"{LEGACY}:99.0.0", "published-runtime", None),
    (f"{AIRFLOW_3}:99.0-1", "published-runtime", None),
    (f"{MIRROR}:3.0-1", "published-runtime", None),
    (f"{MIRROR}:3.0.8", "published-runtime", None),
    (f"{LEGACY}-dev:3.0-1-nightly20241216", "published-runtime", None),
    (
        f"{LEGACY}:8.0.0",
        "withdrawn-runtime",
        ("8.0.0 was withdrawn: it does not apply cluster policies that are defined through pluggy; use 8.1.0 or later"),
    ),
    (
        f"{LEGACY}:9.3.0-python-3.10-base",
        "withdrawn-runtime",
        "9.3.0 was withdrawn: it schedules tasks far too slowly; use 9.7.0 or later",
    ),
    (
        f"{MIRROR}:13.5.0",
        "withdrawn-runtime",
        (
            "13.5.0 was withdrawn: after an upgrade to it the webserver answers existing sessions with "
            "error 500; use 13.7.0 or later"
        ),
    ),
    (
        f"{AIRFLOW_3}:3.1-8",
        "withdrawn-runtime",
        "3.1-8 was withdrawn: the Airflow 3.1.4 in it was withdrawn; use 3.1-9 or later",
    ),
    (f"{AIRFLOW_3}:3.0-9", "withdrawn-runtime", None),
    (f"{LEGACY}:8.0.0-alpha1", "withdrawn-runtime", None),
    (f"{LEGACY}:13.5.1", "withdrawn-runtime", None),
    (f"{CERTIFIED}:8.0.0", "withdrawn-runtime", None),
    (f"{LEGACY}:4.2.9", "maintained-runtime", ended("4", "2023-09-30")),
    (f"{LEGACY}:12", "maintained-runtime", ended("12", "2026-02-28")),
    (f"{LEGACY}:12.12.0", "maintained-runtime", ended("12", "2026-02-28")),
    (f"{LEGACY}:13.11.0", "maintained-runtime", None),
    (f"{LEGACY}:14.0.0", "maintained-runtime", None),
    (f"{MIRROR}:3.0", "maintained-runtime", None),
]


@pytest.mark.parametrize(("reference", "rule", "message"), SAID)
def test_what_is_said_of_a_tag(reference: str, rule: str, message: str | None) -> None:
    said = [finding.message for finding in found(None, f"FROM {reference}\n") if finding.rule == rule]
    assert said == ([] if message is None else [message])


COMMON = {"written": f"{LEGACY}:8.0.0", "repository": LEGACY, "tag": "8.0.0", "after": "8.0.0", "before": ""}


def test_what_a_check_hands_to_the_words_of_a_rule() -> None:
    [new] = read_declarations(f"FROM {LEGACY}:8.0.0\n".encode(), BOOK.images)
    [old] = read_declarations(f"FROM {LEGACY}:7.6.0-base\n".encode(), BOOK.images)
    rule = RULES["withdrawn-runtime"]
    reason = "it does not apply cluster policies that are defined through pluggy"
    said = Why("", {**COMMON, "reason": reason, "instead": "8.1.0"})
    assert CHECKS["withdrawn"].judge(Change(new, None), rule, "") == said
    past = Past(old, "Dockerfile", "HEAD")
    assert CHECKS["withdrawn"].judge(Change(new, past), rule, "") == said._replace(
        values={**said.values, "before": "7.6.0"}
    )
    crossing = Why("", {**COMMON, "before": "7.6.0", "version": "8.0.0"}, "8.0.0")
    assert CHECKS["crossing"].judge(Change(new, past), RULES["runtime-8"], "") == crossing
    assert CHECKS["crossing"].judge(Change(new, None), RULES["runtime-8"], "") is None


# The version on a deployed branch, the one that goes there, the one on the default branch, and what is asked.
PROMOTED = [
    ("13.6.0", "3.2-2", "3.2-2", ["airflow-3-floor"]),
    ("13.6.0", "3.2-2", "3.1-2", ["airflow-3-floor", "runtime-3.2"]),
    ("13.6.0", "3.2-2", "3.1-1", ["airflow-3-floor", "runtime-3.2"]),
    ("13.6.0", "3.2-2", "3.0-8", ["airflow-3-floor", "runtime-3.1", "runtime-3.2"]),
    ("13.6.0", "99.0.1", "99.0.0", []),
    ("13.6.0", "99.0.1", "98.0.0", ["unknown-line"]),
]


@pytest.mark.parametrize(("before", "after", "promoted", "asked"), PROMOTED)
def test_a_deployed_branch_is_not_asked_for_a_review_again_but_for_the_stop(
    before: str, after: str, promoted: str, asked: list[str]
) -> None:
    old, new, main = (read_declarations(written(tag).encode(), BOOK.images)[0] for tag in (before, after, promoted))
    change = Change(new, Past(old, "Dockerfile", "HEAD"), promoted=Past(main, "Dockerfile", "origin/main"))
    names = [
        rule.name for rule in BOOK.rules if (judge := CHECKS[rule.check].judge) and judge(change, rule, "2026-11-22")
    ]
    assert names == asked


def test_withdrawn_builds_are_these() -> None:
    assert [withdrawal.builds for withdrawal in RUNTIME.withdrawn] == [
        ("8.0.0",),
        ("9.0.0", "9.1.0", "9.2.0", "9.3.0", "9.4.0", "9.5.0", "9.6.0"),
        ("11.0.0", "11.1.0"),
        ("13.5.0",),
        ("3.1-8",),
        ("3.2-1",),
    ]


def line(version: str) -> Line:
    known = line_of(read_tag(version, RUNTIME), RUNTIME)
    assert known is not None, f"the line of {version} is not in rules/images/astro-runtime.yaml"
    return known


def test_what_to_use_instead_is_a_later_build_of_the_line_that_is_good() -> None:
    builds = [build for build, _ in RUNTIME.builds]
    withdrawn = {build for withdrawal in RUNTIME.withdrawn for build in withdrawal.builds}
    for withdrawal in RUNTIME.withdrawn:
        assert set(withdrawal.builds) <= set(builds)
        assert withdrawal.instead in set(builds) - withdrawn
        for build in withdrawal.builds:
            assert line(build) == line(withdrawal.instead)
            assert rank_of(build, RUNTIME) < rank_of(withdrawal.instead, RUNTIME)


@pytest.mark.parametrize("known", RUNTIME.lines, ids=lambda known: known.name)
def test_maintenance_ends_behind_its_last_day(known: Line) -> None:
    last = date.fromisoformat(known.maintained_until)
    assert last.day == monthrange(last.year, last.month)[1], "the policy ends it with a month"
    version = known.last_build or (f"{known.name}-1" if "." in known.name else f"{known.name}.0.0")

    def ended(today: str) -> list[str]:
        return [finding.rule for finding in found(None, written(version), today) if finding.check == "maintained"]

    assert ended(known.maintained_until) == []
    assert ended(date.fromordinal(last.toordinal() + 1).isoformat()) == ["maintained-runtime"]


def test_a_line_is_maintained_on_its_last_day() -> None:
    said = [f.message for f in found(None, written("5.0.1"), "2028-04-30") if f.check == "maintained"]
    assert said == ["maintenance of Runtime 5 ended on 2024-04-30; maintained lines: 3.2, 3.3"]


def test_a_line_whose_end_is_not_established_is_maintained() -> None:
    lines = tuple(
        known._replace(maintained_until="" if known.name == "4" else known.maintained_until) for known in RUNTIME.lines
    )
    book = BOOK._replace(images=(RUNTIME._replace(lines=lines),))

    def ended(version: str) -> list[str]:
        findings = check(None, written(version).encode(), rulebook=book, rules=book.rules)
        return [finding.rule for finding in findings if finding.check == "maintained"]

    assert (ended("4.2.9"), ended("5.5.0")) == ([], ["maintained-runtime"])


# The version before, the one now, both images, and whether the one now is above the last build of Runtime 4.
CLOSED = [
    (f"{LEGACY}:4.2.8", f"{LEGACY}:4.2.9", False),
    (f"{LEGACY}:4.2.8", f"{LEGACY}:4.2.10", True),
    (f"{LEGACY}:4.2.8", f"{LEGACY}:5.0.1", False),
    (f"{MIRROR}:4.2.8", f"{MIRROR}:4.2.10", False),
    (f"{MIRROR}:3.3-8", f"{MIRROR}:4.2.10", False),
    (f"{MIRROR}:4.1-1", f"{MIRROR}:4.2.10", True),
]


@pytest.mark.parametrize(("before", "after", "refused"), CLOSED)
def test_a_build_above_the_last_one_of_a_line(before: str, after: str, refused: bool) -> None:
    lines = tuple(known._replace(last_build="4.2.9" if known.name == "4" else "") for known in RUNTIME.lines)
    book = BOOK._replace(images=(RUNTIME._replace(lines=lines),))
    findings = check(f"FROM {before}\n".encode(), f"FROM {after}\n".encode(), rulebook=book, rules=book.rules)
    assert ("published-runtime" in [finding.rule for finding in findings]) is refused


def test_a_build_above_the_last_one_of_an_image_with_one_numbering() -> None:
    lines = tuple(known._replace(last_build="4.2.9") for known in RUNTIME.lines if known.name == "4")
    book = BOOK._replace(images=(RUNTIME._replace(numberings=RUNTIME.numberings[:1], lines=lines, builds=()),))
    rule = RULES["published-runtime"]._replace(messages={"": "{last} {meant}"})
    [finding] = check(None, f"FROM {LEGACY}:4.2.10-base\n".encode(), rulebook=book, rules=[rule])
    assert finding.message == "4.2.9 4.2.10-base"


def test_a_tag_without_a_version_is_named_as_it_is() -> None:
    rule = RULES["pinned-runtime"]._replace(messages={"": "{before} {after}"})
    [finding] = check(written("latest-base").encode(), written("latest").encode(), rulebook=BOOK, rules=[rule])
    assert finding.message == "latest-base latest"


def test_a_value_that_does_not_count_gives_no_version() -> None:
    [finding] = found(None, f"FROM python:3.12\nARG A={LEGACY}:5.0.1\nFROM $A\n")
    assert (finding.rule, finding.reference, finding.after) == ("pinned-runtime", "${A}", "")


@pytest.mark.parametrize(("length", "shown"), [(1000, 1000), (1001, 1003)])
def test_a_long_value_is_cut_in_a_message(length: int, shown: int) -> None:
    image = f"{LEGACY}:${{{'A' * (length - len(LEGACY) - 4)}}}"
    rule = RULES["pinned-runtime"]._replace(messages={"": "{written}"})
    [finding] = check(None, f"FROM {image}\n".encode(), rulebook=BOOK, rules=[rule])
    assert (finding.message.removesuffix("...") in image, len(finding.message)) == (True, shown)


def test_a_value_that_a_finding_does_not_have_is_left_out() -> None:
    rule = RULES["published-runtime"]._replace(messages={"": "[{meant}]"})
    [finding] = check(None, f"FROM {AIRFLOW_3}:5.0.1\n".encode(), rulebook=BOOK, rules=[rule])
    assert finding.message == "[]"


@pytest.mark.parametrize("repository", [LEGACY, "example.com/runtime"])
def test_the_example_is_a_build_that_the_repository_holds(repository: str) -> None:
    legacy, *others = RUNTIME.numberings
    numberings = (legacy._replace(published_in=(LEGACY, "example.com/runtime")), *others)
    image = RUNTIME._replace(numberings=numberings, repositories=(*RUNTIME.repositories, "example.com/runtime"))
    rule = RULES["pinned-runtime"]._replace(messages={"": "{example}"})
    book = BOOK._replace(images=(image,))
    [finding] = check(None, f"FROM {repository}\n".encode(), rulebook=book, rules=[rule])
    assert finding.message == legacy.example


@pytest.mark.parametrize(("published_in", "refused"), [((LEGACY,), True), ((), False)])
def test_a_build_of_which_no_repository_is_known_can_be_in_any(published_in: tuple[str, ...], refused: bool) -> None:
    legacy, *others = RUNTIME.numberings
    image = RUNTIME._replace(numberings=(legacy._replace(published_in=published_in), *others))
    book = BOOK._replace(images=(image,))
    findings = check(None, f"FROM {AIRFLOW_3}:5.0.1\n".encode(), rulebook=book, rules=[RULES["published-runtime"]])
    assert bool(findings) is refused


def test_what_compares_nothing_names_no_version_before() -> None:
    [finding] = found(f"FROM {LEGACY}:5.0.1\n", f"FROM {LEGACY}:latest AS a\nFROM a\n")
    assert (finding.rule, finding.before, finding.before_reference, finding.notes) == ("pinned-runtime", "", "", ())
    assert (finding.boundary, finding.base) == ("", "")


def test_a_finding_at_a_comment() -> None:
    source = f"  # astro-runtime: reviewed 5.0.2 # seen \nFROM {LEGACY}:5.0.1-base\n"
    rule = RULES["acknowledgement"]._replace(messages={"": "wrong"}, consider=("Read it again.",))
    rules = [rule, RULES["runtime-5"]]
    [finding] = check(None, source.encode(), rulebook=BOOK._replace(rules=(*BOOK.rules, rule)), rules=rules)
    assert (finding.message, finding.consider) == ("wrong", ("Read it again.",))
    assert (finding.line, finding.column, finding.end_column) == (1, 3, len(source.split("\n")[0]))
    assert (finding.reference, finding.after) == (f"{LEGACY}:5.0.1-base", "5.0.1-base")
    assert (finding.acknowledge, finding.comment, finding.instruction, finding.acknowledged) == ("", "", "", "")
    assert (finding.before, finding.before_reference, finding.base, finding.old_path) == ("", "", "", "")
    assert finding.boundary == ""


def test_a_rule_that_depends_on_the_date_must_be_named_in_python() -> None:
    book = BOOK._replace(rules=tuple(rule._replace(enabled=True) for rule in BOOK.rules))
    assert check(None, written("4.2.9").encode(), rulebook=book) == []
    dated = check(None, written("4.2.9").encode(), rulebook=book, rules=book.rules)
    assert [finding.rule for finding in dated] == ["maintained-runtime"]


def test_the_message_says_if_no_line_is_maintained() -> None:
    said = [f.message for f in found(None, written("13.11.0"), "2099-01-01") if f.check == "maintained"]
    assert said == ["maintenance of Runtime 13 ended on 2027-04-30; maintained lines: none known"]


# Line, Airflow, default Python: as the lifecycle page (to 11) and the updates feed (from 12) have them.
LINES = """
3 2.1 3.9, 4 2.2 3.9, 5 2.3 3.9, 6 2.4 3.9, 7 2.5 3.9, 8 2.6 3.10, 9 2.7 3.11, 10 2.8 3.11, 11 2.9 3.11,
12 2.10 3.12, 13 2.11 3.12, 3.0 3.0 3.12, 3.1 3.1 3.12, 3.2 3.2 3.13, 3.3 3.3 3.14
"""


def test_lines() -> None:
    assert [(known.name, known.airflow, known.python) for known in RUNTIME.lines] == [
        tuple(row.split()) for row in LINES.split(",")
    ], "a new line goes into LINES too, from the pages that it names"


@pytest.mark.parametrize(("build", "known"), RUNTIME.builds)
def test_a_known_build_fits_its_line(build: str, known: str) -> None:
    airflow, day = known.split()
    assert airflow == "?" or airflow.startswith(line(build).airflow + ".")
    assert day == "?" or "2021-08-12" <= date.fromisoformat(day).isoformat() <= TODAY


def test_what_messages_propose_is_the_newest_known_good_build() -> None:
    for image in IMAGES.values():
        for numbering in image.numberings:
            found = recognise(f"{image.repositories[0]}:{numbering.example}", IMAGES.values())
            assert found is not None
            assert found.tag.kind == "build"
    newest = [newest_known(read_tag(series, RUNTIME), RUNTIME) for series in ("13", "3.3")]
    assert newest == [numbering.example for numbering in RUNTIME.numberings]


def test_a_boundary_s_words_agree_with_its_line() -> None:
    """Where a message names its Runtime and Airflow, or a new default Python, those are the line's."""
    for (_, old), (_, new) in pairwise([("", None), *((known.name, known) for known in RUNTIME.lines)]):
        for rule in BOOK.rules:
            if rule.check != "crossing" or rule.from_below or new is None or line(rule.version) != new:
                continue
            words = rule.messages[""]
            for name, airflow in re.findall(r"into Runtime (\S+) \(Airflow (\S+)\)", words):
                assert (name, airflow) == (new.name, new.airflow)
            for python in re.findall(r"Python (3\.\d+)", words):
                assert python == new.python
                assert old is None or python != old.python


def test_every_placeholder_of_a_check_is_used_by_a_rule() -> None:
    # What a message of one reason names, a message of another may leave to `write`.
    optional = {*CHECKS["readable"].placeholders, "stop", "version"}
    for name, each in CHECKS.items():
        words = " ".join(text for rule in BOOK.rules if rule.check == name for text in rule.messages.values())
        assert set(each.placeholders) - optional <= set(re.findall(r"\{([a-z-]+)\}", words)), name


def test_every_check_has_a_rule_and_every_reason_a_text() -> None:
    assert {rule.check for rule in BOOK.rules} == set(CHECKS)
    for rule in BOOK.rules:
        assert tuple(rule.messages) == CHECKS[rule.check].reasons


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.name)
def test_words_are_ascii_and_a_sentence_ends_as_one(rule: Rule) -> None:
    assert all(text.isascii() and not re.search(r"[^.][.:;]$", text) for text in rule.messages.values())
    assert all(text.isascii() and text.endswith(".") and text[0].isupper() for text in rule.consider)
    assert rule.link.startswith("https://")
    if CHECKS[rule.check].boundary:
        assert rule.messages[""].startswith("upgrade from {before} to {after} ")
        assert rule.acknowledge == "once reviewed"


# Pages that are known to exist: each is named by Astronomer's own pages (https://www.astronomer.io/docs/runtime/llms.txt
# and others), by Docker's, or is in this project.
PAGES = {
    "https://github.com/astro-runtime-guard/astro-runtime-guard#the-three-comments",
    "https://github.com/astronomer/astronomer-docs-resources/tree/main/astro/runtime",
    "https://docs.docker.com/reference/dockerfile/#from",
    "https://www.astronomer.io/docs/astro/airflow3/upgrade-af3",
    "https://www.astronomer.io/docs/astro/deploy-history",
    "https://www.astronomer.io/docs/astro/remote-execution-configure-agents",
    "https://www.astronomer.io/docs/runtime/runtime-image-architecture",
    "https://www.astronomer.io/docs/runtime/runtime-version-lifecycle-policy",
    "https://www.astronomer.io/docs/runtime/upgrade-astro-runtime",
    "https://www.astronomer.io/docs/runtime/version-upgrade-considerations",
}


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.name)
def test_a_link_goes_to_a_page_that_is_known_to_exist(rule: Rule) -> None:
    assert rule.link in PAGES, "check that the page exists, then add it to PAGES"
