"""Writes findings as GitLab's Code Quality report, which a merge request shows beside the lines.

Acknowledged findings are left out, because the format has no way to mark them.
Source: GitLab's documentation, "Code Quality report format".
"""

from __future__ import annotations

from hashlib import sha256

from ..rulebook.where import USER_FOLDER
from .shared import PROGRAM, advice, fingerprints, from_top, omissions, printable, to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..findings.finding import Finding
    from .report import Report


def render(report: Report) -> str:
    """A JSON list in ASCII, empty where nothing was found. GitLab refuses a path that begins with `./`."""
    named = zip(report.findings, fingerprints(report), strict=True)
    issues = [_issue(finding, name, report) for finding, name in named if not finding.acknowledged]
    issues += [_remark(count, from_top(path, report), "omitted", "major") for path, count in omissions(report)]
    issues += [_remark(printable(text), text.partition(":")[0], text, "major") for text in report.problems]
    issues += [_remark(printable(text), USER_FOLDER, text, "info") for text in report.own_rules]
    return to_json(issues)


def _remark(description: str, path: str, kind: str, severity: str) -> dict[str, Any]:
    """An issue about the report itself."""
    return {
        "description": description,
        "check_name": PROGRAM,
        "fingerprint": sha256(f"{path}\0{kind}".encode(errors="surrogatepass")).hexdigest(),
        "severity": severity,
        "location": {"path": path, "lines": {"begin": 1, "end": 1}},
    }


def _issue(finding: Finding, fingerprint: str, report: Report) -> dict[str, Any]:
    return {
        "description": printable(finding.message),
        "content": {"body": "\n".join(advice(finding))},
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": "major",
        "location": {
            "path": from_top(finding.path, report),
            "lines": {"begin": finding.line, "end": finding.line},
        },
    }
