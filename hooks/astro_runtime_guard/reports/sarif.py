"""Writes findings as SARIF 2.1.0, for code scanning and other readers of SARIF.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0. Comments name the section where it decides.
"""

from __future__ import annotations

import re

from ..findings.acknowledgements import line_to_write
from ..findings.checks import CHECKS
from ..model import PLACEHOLDER
from .shared import PROGRAM, advice, brief, fingerprints, markdown, omissions, printable, to_json, uri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..findings.finding import Finding
    from ..model import Rule
    from .report import Report

_HOME = "https://github.com/astro-runtime-guard/astro-runtime-guard"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_TOP = "%SRCROOT%"
_LINK = re.compile(r"https?://[\w./#?=&%~:@!$'()*+,;-]+", re.ASCII)


def render(report: Report) -> str:
    """A whole log in ASCII with one run, also where nothing was found."""
    return to_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]})


def _run(report: Report) -> dict[str, Any]:
    positions = {rule.name: position for position, rule in enumerate(report.rules)}
    driver = {
        "name": PROGRAM,
        "fullName": f"{PROGRAM} {report.version}",
        "version": report.version,
        "semanticVersion": report.version,
        "informationUri": _HOME,
        "rules": [_rule(rule) for rule in report.rules],
    }
    return {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": not report.problems, **_notifications(report)}],
        "originalUriBaseIds": {_TOP: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, name, positions.get(finding.rule), report)
            for finding, name in zip(report.findings, fingerprints(report), strict=True)
        ],
        "properties": {"bases": [printable(base) for base in report.bases], **_omitted(report)},
    }


def _notifications(report: Report) -> dict[str, Any]:
    """What readers of the log show about the run itself (section 3.20.21): what is left out, and own rules."""
    remarks = [("error", printable(text)) for text in report.problems]
    remarks += [("warning", f"{printable(path)}: {count}") for path, count in omissions(report)]
    remarks += [("note", printable(text)) for text in report.own_rules]
    notifications = [{"level": level, "message": {"text": _message(text)}} for level, text in remarks]
    return {"toolExecutionNotifications": notifications} if notifications else {}


def _omitted(report: Report) -> dict[str, Any]:
    omitted = [{"path": printable(path), "findings": count} for path, count, _ in report.omitted]
    return {"omitted": omitted} if omitted else {}


def _rule(rule: Rule) -> dict[str, Any]:
    text, marked = _help(rule)
    return {
        "id": rule.name,
        "shortDescription": {"text": _braced(_title(rule))},
        "fullDescription": {"text": _braced(" ".join(_sentence(words) for words in _said(rule)))},
        "help": {"text": _braced(text), "markdown": _braced(marked)},
        "helpUri": rule.link if _LINK.fullmatch(rule.link) else _HOME,
        "defaultConfiguration": {"level": "error"},
        "properties": {"check": rule.check, **({"boundary": rule.version} if rule.version else {})},
    }


def _said(rule: Rule) -> list[str]:
    """The rule's messages for a reader: `{before}` becomes `<before>`."""
    return [re.sub(PLACEHOLDER, r"<\1>", words) for words in rule.messages.values()]


def _title(rule: Rule) -> str:
    """A rule's one message; the title of its check if it has several."""
    messages = _said(rule)
    return _sentence(messages[0]) if len(messages) == 1 else CHECKS[rule.check].title


def _help(rule: Rule) -> tuple[str, str]:
    """The help, plain and as Markdown: what the rule says, what to consider, how to acknowledge it."""
    lines = [*_said(rule), *rule.consider]
    if line := line_to_write(rule, "<the version>"):
        when = f"{rule.acknowledge}, write" if rule.acknowledge else "write"
        lines.append(f"{when} above the instruction: {line}")
    lines += [f"see: {rule.link}"] if rule.link else []
    return "\n".join(lines), "\n".join(f"- {markdown(line)}" for line in lines)


def _result(finding: Finding, fingerprint: str, position: int | None, report: Report) -> dict[str, Any]:
    text = "\n".join([_sentence(finding.message), *advice(finding)])
    return {
        "ruleId": finding.rule,
        **({} if position is None else {"ruleIndex": position}),
        # Readers that know nothing of suppressions, GitHub's among them, fail on an error and not on a note.
        "level": "note" if finding.acknowledged else "error",
        "message": {"text": _message(text)},
        "locations": [{"physicalLocation": _place(finding, report)}],
        **({"relatedLocations": [_old_place(finding, report)]} if finding.old_path else {}),
        "partialFingerprints": {"astroRuntimeGuard/v1": fingerprint},
        **_suppressions(finding, report),
        "properties": _properties(finding),
    }


def _place(finding: Finding, report: Report) -> dict[str, Any]:
    column = max(1, finding.column)
    end = max(column, finding.end_column)
    region: dict[str, Any] = {"startLine": max(1, finding.line), "startColumn": column, "endColumn": end}
    if marked := brief(finding.source[column - 1 : end - 1]):
        region["snippet"] = {"text": marked}
    line = {"startLine": region["startLine"], "snippet": {"text": brief(finding.source)}}
    return {
        "artifactLocation": _artifact(finding.path, report),
        "region": region,
        "contextRegion": line,
    }


def _artifact(path: str, report: Report) -> dict[str, str]:
    """A file from the top of the repository; one outside it has an absolute URI and then no base (section 3.4.4)."""
    place = uri(path, report)
    return {"uri": place} if place.startswith("file:") else {"uri": place, "uriBaseId": _TOP}


def _old_place(finding: Finding, report: Report) -> dict[str, Any]:
    return {
        "id": 1,
        "physicalLocation": {"artifactLocation": _artifact(finding.old_path, report)},
        "message": {"text": _message(f"Where the file was, {printable(finding.base)}.")},
    }


def _suppressions(finding: Finding, report: Report) -> dict[str, Any]:
    """Every result of a run has them or none has (section 3.27.23); an empty list says that nobody answered.

    None has where there is nothing to say, for some readers take an empty list for a suppression.
    """
    if not any(other.acknowledged for other in report.findings):
        return {}
    answer = {"kind": "inSource", "status": "accepted", "justification": printable(finding.acknowledged)}
    return {"suppressions": [answer] if finding.acknowledged else []}


def _properties(finding: Finding) -> dict[str, str]:
    properties = {
        "check": finding.check,
        "reference": finding.reference,
        "version": finding.after,
        "beforeReference": finding.before_reference,
        "beforeVersion": finding.before,
        "base": finding.base,
        "boundary": finding.boundary,
    }
    return {name: brief(value) for name, value in properties.items() if value}


def _sentence(text: str) -> str:
    text = printable(text)
    first = text[:1].upper() if text[:1].isascii() else text[:1]
    return first + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _message(text: str) -> str:
    """`text`, in which nothing is a placeholder (section 3.11.5) or a link (section 3.11.6)."""
    return _braced(text).replace("](", "]\\(")


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
