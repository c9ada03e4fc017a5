"""Golden cases: each file of cases/loud and cases/quiet is a Dockerfile before and after, and the exact report.

`python -m pytest tests/test_cases.py --rewrite-reports` writes the reports anew, for a person to read in the diff.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from astro_runtime_guard.base import Base, Before
from astro_runtime_guard.checks import CHECKS
from astro_runtime_guard.folders import shipped_folder
from astro_runtime_guard.git import File, Old, Snapshot
from astro_runtime_guard.guard import judge
from astro_runtime_guard.reports import text
from astro_runtime_guard.rulebook import load_rulebook
from astro_runtime_guard.runner import select_rules

CASES = Path(__file__).parent / "cases"
HEAD = Before("1a2b3c4" + "0" * 33, "HEAD at 1a2b3c4")
BOOK = load_rulebook([shipped_folder()], today="2026-11-22", examples=True)
RULES = select_rules(BOOK, [name for name in CHECKS if name != "maintained"])


def parts(case: Path) -> dict[str, str]:
    """The sections of a case by name; each begins with `--- NAME`."""
    pieces = re.split(r"^--- (\w+)\n", case.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def report(before: str | None, after: str) -> str:
    """What a person sees when `after` is about to follow `before` in a file called Dockerfile."""
    old = () if before is None else (Old("Dockerfile", before.encode(), HEAD),)
    snapshot = Snapshot((File("Dockerfile", after.encode(), old),), Base((HEAD,)), repository=True)
    return text.render(judge(snapshot, BOOK, RULES))


def cases(kind: str) -> list[object]:
    return [pytest.param(path, id=path.stem) for path in sorted((CASES / kind).glob("*.txt"))]


@pytest.mark.parametrize("case", cases("loud"))
def test_loud(case: Path, request: pytest.FixtureRequest) -> None:
    found = parts(case)
    said = report(found.get("before"), found["after"])
    if request.config.getoption("--rewrite-reports"):
        kept = "".join(f"--- {name}\n{found[name]}" for name in ("before", "after") if name in found)
        case.write_text(f"{kept}--- report\n{said}", encoding="utf-8")
    else:
        assert said == found["report"]
    assert said


@pytest.mark.parametrize("case", cases("quiet"))
def test_quiet(case: Path) -> None:
    found = parts(case)
    assert report(found.get("before"), found["after"]) == ""


def test_there_are_at_least_as_many_quiet_cases_as_loud_ones() -> None:
    assert len(cases("quiet")) >= len(cases("loud"))
