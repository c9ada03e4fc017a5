"""A file that cannot be read is exit code 2, and the findings of the other files are reported all the same."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from conftest import Said, run_script
from repository import Repository

UNPINNED = "FROM quay.io/astronomer/astro-runtime:latest\n"
WITH_TAB = "deployment:\n\tconfiguration: {runtime_version: 9.1.0}\n"
UTF_16 = "FROM quay.io/astronomer/astro-runtime:latest\n".encode("utf-16")
TAB = "dev.yaml:2:1: not YAML: a tab stands here; YAML is indented with spaces"


def run(*words: str) -> tuple[int, str, list[str]]:
    code, report, problems = run_script("astro_runtime_guard", *words)
    return code, report, problems.splitlines()


@pytest.mark.parametrize("words", [(), ("Dockerfile", "dev.yaml"), ("dev.yaml", "Dockerfile"), ("--exit-zero",)])
def test_others_are_reported(inside: Repository, words: tuple[str, ...]) -> None:
    inside.commit({"Dockerfile": UNPINNED, "dev.yaml": WITH_TAB})
    code, report, problems = run(*words)
    assert code == 2
    assert report.startswith("Dockerfile:1:6: pinned-runtime: ")
    assert [line for line in problems if TAB in line] == [
        f"astro-runtime-guard: {TAB} (fix it, or exclude this file if it names no version)"
    ]


def test_each_such_file_is_named(inside: Repository) -> None:
    inside.write("b.Dockerfile", UTF_16)
    inside.git("add", "b.Dockerfile")
    inside.commit({"Dockerfile": "FROM quay.io/astronomer/astro-runtime:5.0.1\n", "dev.yaml": WITH_TAB})
    code, report, problems = run()
    assert (code, report) == (2, "")
    assert [line.split(": ")[1].partition(":")[0] for line in problems] == ["b.Dockerfile", "dev.yaml"]


def test_a_report_in_json_is_whole(inside: Repository) -> None:
    inside.commit({"Dockerfile": UNPINNED, "dev.yaml": WITH_TAB})
    code, report, _ = run("--format", "json")
    assert code == 2
    assert json.loads(report)


def test_a_readable_file_is_no_problem(inside: Repository) -> None:
    inside.commit({"Dockerfile": UNPINNED, "dev.yaml": WITH_TAB.replace("\t", "  ").replace("9.1.0", "9.10.0")})
    code, _, problems = run()
    assert (code, problems) == (1, [])


PLACE = "files: '^k8s/.*\\.yaml$'\nformat: yaml\nimage: astro-runtime\nversion: spec.image\n"


def test_a_place_that_is_pointed_at_an_image_says_that_it_takes_versions(inside: Repository) -> None:
    image = "spec:\n  image: quay.io/astronomer/astro-runtime:5.0.1\n"
    inside.commit({".astro-runtime/places/airflow.yaml": PLACE, "k8s/airflow.yaml": image})
    code, report, _ = run()
    assert code == 1
    assert "is an image reference, but this key is declared as a place for a version alone" in report
    inside.commit({"k8s/airflow.yaml": "spec:\n  image: 5.0.1\n"})
    assert run()[:2] == (0, "")


STAGES = "{more}FROM quay.io/astronomer/astro-runtime:{version}\n"
TABLE = '[tool.astro]\nruntime = "{version}"\n{more}\n'
OLD = {
    "a Dockerfile over a limit": ("Dockerfile", STAGES, "FROM a\n" * 10_001, 2),
    "a Dockerfile below it": ("Dockerfile", STAGES, "FROM a\n" * 9_000, 1),
    "a pyproject.toml over a limit": ("pyproject.toml", TABLE, "#" * 1_000_000, 2),
    "a pyproject.toml below it": ("pyproject.toml", TABLE, "#" * 900_000, 1),
    "a pyproject.toml that is deep": ("pyproject.toml", TABLE, "x = " + "[" * 10_000 + "]" * 10_000, 2),
    "a pyproject.toml that is not": ("pyproject.toml", TABLE, "x = " + "[" * 50 + "]" * 50, 1),
    "no TOML": ("pyproject.toml", TABLE, "x = [", 0),
}


@pytest.mark.parametrize("folder", ["", "elsewhere/"], ids=["in place", "moved"])
@pytest.mark.parametrize(("name", "text", "more", "expected"), OLD.values(), ids=OLD)
def test_an_old_file_over_a_limit_is_no_reason_to_pass(
    inside: Repository,
    name: str,
    text: str,
    more: str,
    expected: int,
    folder: str,
) -> None:
    """What no program can read is no version before; what is only too much for this one may be a version."""
    inside.commit({name: text.format(version="5.0.1", more=more)})
    inside.git("rm", "--quiet", name)
    inside.write(folder + name, text.format(version="4.2.6", more=""))
    inside.git("add", ".")
    code, report, problems = run()
    assert (code, "no-runtime-downgrade" in report) == (expected, expected == 1)
    why = f" (in HEAD at {inside.git('rev-parse', '--short=7', 'HEAD')}), so the version before is not known: check it"
    assert [f"{why} with --no-base" in line for line in problems] == [True] * (expected // 2)
    assert run("--no-base") == (0, "", [])


MOVED = {"moved.Dockerfile": STAGES.format(version="5.0.2", more="")}
LOWER = {"new.Dockerfile": STAGES.format(version="4.2.6", more="FROM b\nRUN b\n")}
OTHER = {"deployment.yaml": "deployment: {configuration: {runtime_version: 3.2-9}}\n"}
# The new files, those of them that are not named, and whether one may be the file over the limit that vanished.
NEW: dict[str, tuple[dict[str, str], dict[str, str], bool]] = {
    "one that was another": (MOVED, {}, False),
    "two that name no version": (MOVED | {"a.Dockerfile": "FROM a\n", "b.Dockerfile": "FROM b\n"}, {}, False),
    "one of another kind": (MOVED | OTHER, {}, False),
    "one that may be it": (LOWER, {}, True),
    "one of each": (MOVED | LOWER, {}, True),
    "one that is not named": (MOVED, LOWER, False),
}


@pytest.mark.parametrize(("named", "others", "refused"), NEW.values(), ids=NEW)
def test_an_old_file_over_a_limit_matters_to_a_new_one_that_may_be_it(
    guard: Callable[..., Said], inside: Repository, named: dict[str, str], others: dict[str, str], refused: bool
) -> None:
    large = STAGES.format(version="5.0.1", more="FROM a\n" * 10_001)
    inside.commit({"Dockerfile": large, "small.Dockerfile": STAGES.format(version="5.0.1", more="")})
    inside.git("rm", "--quiet", "Dockerfile", *(["small.Dockerfile"] if "moved.Dockerfile" in named else []))
    for name, text in (named | others).items():
        inside.write(name, text)
    inside.git("add", ".")
    code, report, err = guard(*named, script="astro_runtime")
    assert (code, report) == (2 if refused else 0, "")
    assert ("so the version before is not known: check it with --no-base" in err) is refused
