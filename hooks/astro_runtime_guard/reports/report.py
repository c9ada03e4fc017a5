"""A report: the findings of one run, with what every format needs to show them."""

from __future__ import annotations

from ..named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.finding import Finding
    from ..model import Rule


MOST_FINDINGS = 100
"""The most findings of one file that a report shows; it counts the others."""


class Omitted(NamedTuple):
    """How many findings of a file a report leaves out, and how many of them no comment answers."""

    path: str
    findings: int
    unanswered: int


class Report(NamedTuple):
    """What one run found.

    `findings` in their order, acknowledged ones too; `rules` are those that ran; `version` is the program's.
    `bases` names what the files were compared with ("HEAD at 1a2b3c4"), nothing where they were not compared.
    `prefix` is the current folder below the top of the repository ("" or "a/b/"), where paths begin. `omitted` counts
    what `bounded` left out. `own_rules` are sentences on what the repository's rules change of those that come with the
    program. `problems` say which files could not be checked, and why; each begins with the file's path and a colon.
    """

    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    version: str
    bases: tuple[str, ...] = ()
    prefix: str = ""
    omitted: tuple[Omitted, ...] = ()
    own_rules: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def bounded(report: Report) -> Report:
    """The report with at most MOST_FINDINGS findings of each file, those first that no comment answers."""
    if len(report.findings) <= MOST_FINDINGS:
        return report
    by_path: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_path.setdefault(finding.path, []).append(finding)
    omitted: list[Omitted] = []
    left_out: set[Finding] = set()
    for path, findings in by_path.items():
        rest = sorted(findings, key=lambda finding: bool(finding.acknowledged))[MOST_FINDINGS:]
        left_out.update(rest)
        if rest:
            omitted.append(Omitted(path, len(rest), sum(not finding.acknowledged for finding in rest)))
    kept = tuple(finding for finding in report.findings if finding not in left_out)
    return report._replace(findings=kept, omitted=tuple(omitted))
