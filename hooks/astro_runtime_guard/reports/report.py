"""A report: the findings of one run, with what every format needs to show them."""

from __future__ import annotations

from ..named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.finding import Finding
    from ..model import Rule


class Report(NamedTuple):
    """What one run found.

    `findings` in their order, acknowledged ones too; `rules` are those that ran; `version` is the program's.
    `bases` names what the files were compared with ("HEAD at 1a2b3c4"), nothing where they were not compared.
    `prefix` is the current folder below the top of the repository ("" or "a/b/"), where paths begin.
    """

    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    version: str
    bases: tuple[str, ...] = ()
    prefix: str = ""
