"""Golden cases: each file of cases/loud and cases/quiet is files before and after, and the exact report.

`python -m pytest tests/test_cases.py --rewrite-reports` writes the reports anew, for a person to read in the diff.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from astro_runtime_guard.declarations.reading import Reader
from astro_runtime_guard.findings.checks import CHECKS
from astro_runtime_guard.findings.judge import judge
from astro_runtime_guard.git.base import Base, Before
from astro_runtime_guard.git.snapshot import File, Old, Snapshot
from astro_runtime_guard.reports import text
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
from astro_runtime_guard.run import select_rules

CASES = Path(__file__).parent / "cases"
REWRITE = "tests/test_cases.py tests/test_reports.py --rewrite-reports"
HEAD = Before("1a2b3c4" + "0" * 33, "HEAD at 1a2b3c4")
BOOK = load_rulebook([shipped_folder()], today="2026-11-22", examples=True)
RULES = select_rules(BOOK, [name for name in CHECKS if name != "maintained"])


def parts(case: Path) -> dict[str, str]:
    """The sections of a case by name; each begins with `--- NAME`."""
    pieces = re.split(r"^--- (.+)\n", case.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def files(sections: dict[str, str]) -> tuple[File, ...]:
    """`--- before PATH` and `--- after PATH` (Dockerfile if there is none), and `--- beside PATH`: changed by nobody."""
    texts: dict[str, dict[str, bytes]] = {}
    for name, content in sections.items():
        kind, _, path = name.partition(" ")
        if kind != "report":
            texts.setdefault(path or "Dockerfile", {})[kind] = content.encode()
    return tuple(
        File(
            path,
            said.get("after", said.get("beside", b"")),
            tuple(Old(path, said[kind], HEAD) for kind in ("before", "beside") if kind in said),
            beside="after" not in said,
        )
        for path, said in texts.items()
    )


def report(sections: dict[str, str], color: bool = False) -> str:
    """What a person sees when these changes are about to be committed."""
    snapshot = Snapshot(files(sections), Base((HEAD,)))
    return text.render(judge(snapshot, Reader(BOOK), RULES), color)


def cases(kind: str) -> list[object]:
    return [pytest.param(path, id=path.stem) for path in sorted((CASES / kind).glob("*.txt"))]


@pytest.mark.parametrize("case", cases("loud"))
def test_loud(case: Path, request: pytest.FixtureRequest) -> None:
    found = parts(case)
    said = report(found)
    if request.config.getoption("--rewrite-reports"):
        kept = "".join(f"--- {name}\n{content}" for name, content in found.items() if name != "report")
        case.write_text(f"{kept}--- report\n{said}", encoding="utf-8")
    else:
        assert said == found["report"], f"if this is meant, run pytest {REWRITE} and read what changed"
    assert said


@pytest.mark.parametrize("case", cases("quiet"))
def test_quiet(case: Path) -> None:
    assert report(parts(case)) == ""


def test_there_are_at_least_as_many_quiet_cases_as_loud_ones() -> None:
    assert len(cases("quiet")) >= len(cases("loud"))
