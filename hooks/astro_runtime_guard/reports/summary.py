"""The line after the last finding: how much was found, in how many files, and what they were compared with."""

from __future__ import annotations

from .shared import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .report import Report


def summarize(report: Report, files: int) -> str:
    """`2 findings in 2 of 14 files, compared with HEAD at 1a2b3c4`; acknowledged findings do not count."""
    findings = [finding for finding in report.findings if not finding.acknowledged]
    bad = len({finding.path for finding in findings})
    number = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
    of = "1 file" if files == 1 else f"{files} files"
    compared = f", compared with {printable(' and '.join(report.bases))}" if report.bases else ""
    return f"{number} in {bad} of {of}{compared}"
