"""Writes findings for GitHub Actions: annotations by workflow commands, and a summary of the step in Markdown.

Source: GitHub's documentation, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import re

from .shared import PROGRAM, advice, from_top, how_to_answer, markdown, omissions, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..findings.finding import Finding
    from .report import Report

# GitHub drops a summary of more than 1 MiB as a whole.
_ROOM = 900_000
_PLAIN_LINK = re.compile(r"https?://[\w./#?=&%~-]+", re.ASCII)


def render(report: Report) -> str:
    """An `::error` command for each problem and each finding that is not acknowledged; empty when there is none."""
    commands = [_command(finding, report) for finding in report.findings if not finding.acknowledged]
    for path, count in omissions(report):
        place = _property(printable(from_top(path, report)))
        commands.append(f"::error file={place},title={PROGRAM}::{_data(count)}\n")
    commands += [f"::error title={PROGRAM}::{_data(printable(text))}\n" for text in report.problems]
    commands += [f"::notice title={PROGRAM}::{_data(printable(text))}\n" for text in report.own_rules]
    return "".join(commands)


def _command(finding: Finding, report: Report) -> str:
    properties = {
        "file": printable(from_top(finding.path, report)),
        "line": str(finding.line),
        "endLine": str(finding.line),
        "col": str(finding.column),
        "endColumn": str(finding.end_column),
        "title": printable(finding.rule),
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::error {written}::{_data(chr(10).join([printable(finding.message), *advice(finding)]))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(report: Report) -> str:
    """Everything, acknowledged findings too, for the file that GITHUB_STEP_SUMMARY names.

    Nothing that a finding quotes can act as markup.
    """
    unanswered = [finding for finding in report.findings if not finding.acknowledged]
    answered = [finding for finding in report.findings if finding.acknowledged]
    omitted = sum(each.unanswered for each in report.omitted)
    blocks = [f"### {PROGRAM}: {_counted(len(unanswered) + omitted)}\n\n"]
    blocks += [f"Compared with {markdown(base)}.\n\n" for base in report.bases]
    blocks += ["".join(_item(finding, report)) for finding in unanswered]
    blocks += [f"- {_code(from_top(path, report))}: {count}\n" for path, count in omissions(report)]
    blocks += [f"- could not check {markdown(text)}\n" for text in report.problems]
    blocks += [f"- {markdown(text)}\n" for text in report.own_rules]
    blocks += [f"\n#### Acknowledged: {_counted(len(answered))}\n\n"] if answered else []
    blocks += [f"{_head(finding, report)}\n  - {_code(finding.acknowledged)}\n" for finding in answered]
    return "".join(_fitting(blocks))


def _counted(number: int) -> str:
    return f"{number or 'no'} finding{'' if number == 1 else 's'}"


def _item(finding: Finding, report: Report) -> Iterator[str]:
    yield f"{_head(finding, report)}\n"
    yield from (f"  - {markdown(text)}\n" for text in finding.consider)
    yield from (f"  - note: {markdown(text)}\n" for text in finding.notes)
    if finding.old_path:
        yield f"  - the file was {_code(finding.old_path)}\n"
    if finding.comment:
        yield f"  - {markdown(how_to_answer(finding))}: {_code(finding.comment)}\n"
    if finding.link:
        plain = _PLAIN_LINK.fullmatch(finding.link)
        yield f"  - see <{finding.link}>\n" if plain else f"  - see {markdown(finding.link)}\n"


def _head(finding: Finding, report: Report) -> str:
    place = f"{from_top(finding.path, report)}:{finding.line}:{finding.column}"
    return f"- {_code(place)} **{markdown(finding.rule)}**: {markdown(finding.message)}"


def _code(text: str) -> str:
    return f"<code>{markdown(text)}</code>"


def _fitting(blocks: Iterable[str]) -> Iterator[str]:
    room = _ROOM
    for block in blocks:
        room -= len(block.encode())
        if room < 0:
            yield "\nThere are more; the log of this step has all of them.\n"
            return
        yield block
