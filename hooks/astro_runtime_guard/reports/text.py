"""Writes findings for a person at a terminal: `path:line:column: rule: message`, the line itself, and what to do."""

from __future__ import annotations

from itertools import groupby

from ..findings.checks import CHECKS
from .shared import at_line_start, compared, how_to_answer, omissions, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..findings.finding import Finding
    from .report import Report

_BOLD, _RED, _CYAN = "1", "1;31", "36"
_WIDEST = 200


def render(findings: Sequence[Finding], color: bool = False) -> str:
    """The report on the findings that are not acknowledged, in their order; empty when there is none.

    What is to be considered is written once; where it is the same again, the report says where it stands.
    """
    lines: list[str] = []
    shown: dict[tuple[str, ...], str] = {}
    for _, group in groupby((f for f in findings if not f.acknowledged), key=_answered_together):
        lines += _block(list(group), shown, color)
    return "".join(f"{line}\n" for line in lines)


def count_omitted(report: Report) -> str:
    """A line for each file of which findings are left out."""
    return "".join(f"{_path(path)}: {count}\n" for path, count in omissions(report))


def _answered_together(finding: Finding) -> tuple[object, ...]:
    """Boundaries that one upgrade crosses, one `reviewed` line answers; every other finding stands for itself."""
    together = finding.path, finding.line, finding.column, finding.comment
    return together if CHECKS[finding.check].boundary else (*together, finding.rule, finding.message)


def _block(group: list[Finding], shown: dict[tuple[str, ...], str], color: bool) -> Iterator[str]:
    first = group[0]
    place = f"{_path(first.path)}:{first.line}:{first.column}"
    rules = _paint(", ".join(each.rule for each in group), _RED, color)
    message = first.message if len(group) == 1 else f"{_upgrade(first)} crosses {len(group)} boundaries"
    yield f"{_paint(f'{place}:', _BOLD, color)} {rules}: {printable(message)}"
    yield from _excerpt(first, color)
    considered = tuple(_considered(group))
    again = len(considered) > 1 and shown.setdefault(considered, place) != place
    yield from (f"  consider: as at {shown[considered]}",) if again else considered
    yield from (f"  note: {printable(text)}" for text in first.notes)
    if first.base:
        yield f"  {compared(first)}"
    if first.comment:
        words = ", and ".join(dict.fromkeys(each.acknowledge for each in group if each.acknowledge))
        yield f"  {how_to_answer(first._replace(acknowledge=words))}:  {_paint(printable(first.comment), _CYAN, color)}"
    if len(group) == 1 and first.link:
        yield f"  see: {printable(first.link)}"


def _path(path: str) -> str:
    """The path; `./` in front of it keeps it a path where CI services take the start of a line for a command."""
    path = printable(path)
    return path if path == at_line_start(path) else f"./{path}"


def _considered(group: list[Finding]) -> Iterator[str]:
    for each in group if len(group) > 1 else ():
        yield f"  {each.rule}: {printable(each.message.removeprefix(_upgrade(each) + ' '))}"
        yield from (f"    consider: {printable(text)}" for text in each.consider)
        yield from ([f"    see: {printable(each.link)}"] if each.link else [])
    if len(group) == 1:
        yield from (f"  consider: {printable(text)}" for text in group[0].consider)


def _upgrade(finding: Finding) -> str:
    return f"upgrade from {finding.before} to {finding.after}"


def _excerpt(finding: Finding, color: bool) -> Iterator[str]:
    """The line and a mark under the reference; of a very long line the part around it."""
    cut = max(0, finding.column - _WIDEST // 4) if len(finding.source) > _WIDEST else 0
    line = finding.source[cut : cut + _WIDEST].replace("\t", " ").rstrip()
    before = printable(line[: finding.column - 1 - cut])
    marked = printable(line[finding.column - 1 - cut : finding.end_column - 1 - cut])
    rest = printable(line[finding.end_column - 1 - cut :])
    number = str(finding.line)
    yield f"  {number} | {before}{marked}{rest}"
    yield f"  {' ' * len(number)} | {' ' * len(before)}{_paint('^' * max(1, len(marked)), _RED, color)}"


def _paint(text: str, code: str, color: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if color else text


def summarize(report: Report, files: int) -> str:
    """`2 findings in 2 of 14 files, compared with HEAD at 1a2b3c4`; acknowledged findings do not count."""
    findings = [finding for finding in report.findings if not finding.acknowledged]
    bad = len({finding.path for finding in findings})
    number = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
    of = "1 file" if files == 1 else f"{files} files"
    compared = f", compared with {printable(' and '.join(report.bases))}" if report.bases else ""
    return f"{number} in {bad} of {of}{compared}"
