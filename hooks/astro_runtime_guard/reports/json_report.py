"""Writes findings as one JSON document for programs.

The shape has version 1. A new key does not change the version; a key with another meaning makes version 2.
"""

from __future__ import annotations

from .shared import PROGRAM, brief, fingerprints, to_json, uri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..findings.finding import Finding
    from ..model import Rule
    from .report import Report

SCHEMA_VERSION = 1


def render(report: Report) -> str:
    """A whole document in ASCII, also where nothing was found.

    Everything is text but lines and columns (1-based, in characters, `end_column` behind the last one),
    `acknowledged` (true or false) and what does not apply (null, or an empty list). `path` is as the file was
    named, but a byte that is not UTF-8 is U+FFFD in it; `uri` is exact: the percent-encoded bytes of the name
    from the top of the repository.
    """
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": PROGRAM, "version": report.version},
        "bases": list(report.bases),
        "rules": [_rule(rule) for rule in report.rules],
        "findings": [
            _finding(finding, name, report) for finding, name in zip(report.findings, fingerprints(report), strict=True)
        ],
        "omitted": [{"path": path, "findings": count} for path, count, _ in report.omitted],
        "own_rules": list(report.own_rules),
        "problems": list(report.problems),
    }
    return to_json(document)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "check": rule.check,
        "boundary": rule.version or None,
        "link": rule.link or None,
    }


def _finding(finding: Finding, fingerprint: str, report: Report) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "check": finding.check,
        "path": finding.path,
        "uri": uri(finding.path, report),
        "line": finding.line,
        "column": finding.column,
        "end_column": finding.end_column,
        "source": brief(finding.source),
        "message": finding.message,
        "consider": list(finding.consider),
        "notes": list(finding.notes),
        "link": finding.link or None,
        "reference": brief(finding.reference),
        "version": finding.after or None,
        "before": _before(finding, report),
        "boundary": finding.boundary or None,
        "acknowledged": bool(finding.acknowledged),
        "acknowledgement": finding.acknowledged or None,
        "answer": _answer(finding),
        "fingerprint": fingerprint,
    }


def _before(finding: Finding, report: Report) -> dict[str, str] | None:
    if not finding.base:
        return None
    path = finding.old_path or finding.path
    return {
        "base": finding.base,
        "path": path,
        "uri": uri(path, report),
        "reference": brief(finding.before_reference),
        "version": finding.before,
    }


def _answer(finding: Finding) -> dict[str, str | None] | None:
    """The comment that would acknowledge the finding, the instruction below it, when it may be written."""
    if not finding.comment:
        return None
    return {"comment": finding.comment, "above": finding.instruction, "when": finding.acknowledge or None}
