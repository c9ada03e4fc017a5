"""From what files said before and say now to findings.

Knows: the order of the steps, and when an answer would be a guess. Must not know: arguments, streams, formats.
"""

from __future__ import annotations

from .changes import Change, Past, pair_declarations
from .checks import CHECKS
from .declarations import read_declarations
from .dockerfile import source_lines
from .errors import CannotCheck, plain
from .findings import Finding, Place, find
from .folders import shipped_folder
from .rulebook import Rulebook, load_rulebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .git import File, Snapshot
    from .rule import Rule


def check(
    before: bytes | None,
    after: bytes,
    *,
    path: str = "Dockerfile",
    named: str = "the version before",
    rulebook: Rulebook | None = None,
    rules: Sequence[Rule] | None = None,
) -> list[Finding]:
    """What the rules find in one Dockerfile that said `before` (None: it is new) and says `after`.

    `path` and `named` are the words for the file and for what it is compared with. Without a `rulebook` the rules that
    come with the program are used, without `rules` all that are on in the rulebook and judge without a calendar.
    Findings that a comment answers are in the list too; their `acknowledged` is that comment.
    """
    if rulebook is None:
        from time import strftime

        rulebook = load_rulebook([shipped_folder()], strftime("%Y-%m-%d"))
    if rules is None:
        rules = [rule for rule in rulebook.rules if rule.enabled and rule.check != "maintained"]
    pasts = [] if before is None else [_pasts(path, before, named, rulebook)]
    changes = pair_declarations(read_declarations(after, rulebook.images), pasts)
    return find(Place(path, source_lines(after), rules, rulebook), changes)


def judge(snapshot: Snapshot, rulebook: Rulebook, rules: Sequence[Rule]) -> list[Finding]:
    """What `rules` find in the files of a snapshot, sorted by path. Raises CannotCheck where the base is not known."""
    findings: list[Finding] = []
    compares = any(CHECKS[rule.check].compares for rule in rules)
    for file in sorted(snapshot.files, key=lambda file: file.path):
        if not (changes := _changes(file, rulebook)):
            continue
        if compares and snapshot.base.problem and any(change.after.runtime.tag.numbers for change in changes):
            raise CannotCheck(snapshot.base.problem)
        findings += find(Place(file.path, source_lines(file.source), rules, rulebook), changes)
    if not snapshot.base.exact:
        _refuse_ambiguity(findings)
    return findings


def _changes(file: File, rulebook: Rulebook) -> tuple[Change, ...]:
    pasts = [_pasts(old.path, old.source, old.before.named, rulebook) for old in file.old]
    return pair_declarations(read_declarations(file.source, rulebook.images), pasts)


def _pasts(path: str, source: bytes, named: str, rulebook: Rulebook) -> list[Past]:
    return [Past(declaration, path, named) for declaration in read_declarations(source, rulebook.images)]


def _refuse_ambiguity(findings: Sequence[Finding]) -> None:
    """Against a tip whose merge base is cut off, lower can mean a downgrade or a branch that is only behind."""
    for finding in findings:
        if finding.check == "ordered" and not finding.acknowledged:
            place = f"{plain(finding.path)}:{finding.line}"
            raise CannotCheck(
                f"{place}: {finding.after} is lower than {finding.before} on {finding.base}, but "
                "the history is too shallow to tell a downgrade from a branch that is behind: fetch the full history"
            )
