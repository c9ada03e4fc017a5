"""Runs rules over changes and returns findings, with everything that a report may show."""

from __future__ import annotations

import re

from ..model import PLACEHOLDER
from ..named import NamedTuple
from ..versions.order import build_in, rank_of
from .acknowledgements import answer, faults, line_to_write, near_misses, strays
from .checks import CHECKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..declarations.declaration import Declaration
    from ..model import Rule, Rulebook
    from .changes import Change
    from .checks import Why


MOST_IN_MESSAGE = 1000
"""The most characters of one value that a message shows."""


class Finding(NamedTuple):
    """What one rule objects to in one file.

    `line`, `column` and `end_column` (1-based, characters, the end behind the last one) are in the file at `path`;
    `source` is that line. `message` stands alone on one line; `consider` and `notes` add to it, a sentence each.
    `acknowledge` says when the finding may be acknowledged, `comment` is the line to write for that, and
    `instruction` the instruction below it. `reference` and `before_reference` are what was written, after substitution;
    `before` and `after` are their versions, `base` names the commit, `old_path` is where the file stood in it.
    `acknowledged` is the comment that answers the finding; such a finding does not fail the run.
    """

    path: str
    line: int
    column: int
    end_column: int
    rule: str
    check: str
    message: str
    source: str
    consider: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    acknowledge: str = ""
    comment: str = ""
    instruction: str = ""
    link: str = ""
    reference: str = ""
    before: str = ""
    after: str = ""
    boundary: str = ""
    before_reference: str = ""
    base: str = ""
    old_path: str = ""
    acknowledged: str = ""


class JudgedFile(NamedTuple):
    """The file that is judged: its path, its lines, the rules that run, all that are known, and comments that miss."""

    path: str
    lines: Sequence[str]
    rules: Sequence[Rule]
    rulebook: Rulebook
    strays: Mapping[int, Sequence[tuple[str, str]]] = {}


def find(file: JudgedFile, changes: Iterable[Change]) -> list[Finding]:
    """What the rules find in one file, acknowledged or not: by line, then by rule, boundaries in upgrade order."""
    found: dict[Finding, None] = {}
    changes = tuple(changes)
    file = file._replace(strays=strays(file.lines, [change.after for change in changes]))
    for change in changes:
        rules = [rule for rule in file.rules if change.after.runtime.image.name in rule.images]
        objections = [
            (rule, why)
            for rule in rules
            if (judge := CHECKS[rule.check].judge) and (why := judge(change, rule, file.rulebook.today))
        ]
        found.update((_of_change(file, change, rule, why), None) for rule, why in _in_order(objections, change))
        found.update((finding, None) for finding in _of_comments(file, change.after, rules))
    return sorted(found, key=lambda finding: (finding.line, finding.column))


def _in_order(objections: list[tuple[Rule, Why]], change: Change) -> list[tuple[Rule, Why]]:
    """Missing stops first, because they say what to write now; then by rule, with the boundaries in upgrade order."""
    crossed = [each for each in objections if CHECKS[each[0].check].boundary]
    crossed.sort(key=lambda each: rank_of(each[1].boundary, change.after.runtime.image))
    others = [each for each in objections if not CHECKS[each[0].check].boundary]
    others.sort(key=lambda each: not CHECKS[each[0].check].stops)
    before = [rule for rule, _ in others if CHECKS[rule.check].stops or (crossed and rule.name < crossed[0][0].name)]
    position = len(before)
    return [*others[:position], *crossed, *others[position:]]


def _of_change(file: JudgedFile, change: Change, rule: Rule, why: Why) -> Finding:
    after, before = change.after, change.before
    answered = answer(rule, after, why.boundary)
    compared = before if CHECKS[rule.check].compares else None
    source = file.lines[after.line - 1] if after.line <= len(file.lines) else ""
    return Finding(
        file.path,
        after.line,
        after.column,
        min(after.column + len(after.written), len(source) + 1),
        rule.name,
        rule.check,
        fill(rule.messages.get(why.reason) or rule.messages[""], why.values),
        source,
        consider=rule.consider,
        notes=(*_notes(file, after, rule), *(after.route if compared else ())),
        acknowledge=rule.acknowledge,
        comment=line_to_write(rule, build_in(after.runtime.tag, after.runtime.image)) if after.answerable else "",
        instruction=after.instruction,
        link=rule.link,
        reference=after.reference,
        before=why.values["before"] if compared else "",
        after=why.values["after"],
        boundary=why.boundary,
        before_reference=compared.declaration.reference if compared else "",
        base=compared.before.named if compared else "",
        old_path=compared.path if compared and compared.path != file.path else "",
        acknowledged=answered.comment.text if answered else "",
    )


def _notes(file: JudgedFile, after: Declaration, rule: Rule) -> tuple[str, ...]:
    verb = CHECKS[rule.check].verb
    return (
        *after.notes,
        *(f"build argument {argument.name} is given in line {argument.line}" for argument in after.arguments),
        *near_misses(after, file.rulebook.rules),
        *(note for its_verb, note in file.strays.get(after.line, ()) if its_verb == verb),
    )


def _of_comments(file: JudgedFile, after: Declaration, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Findings at the comments above a declaration, for the checks that run.

    Where nothing is compared, a comment about an upgrade or a downgrade answers nothing and cannot be out of date.
    """
    checks = {rule.check for rule in rules}
    for rule in (rule for rule in rules if CHECKS[rule.check].judge is None):
        for fault in faults(after, file.rulebook.rules):
            compared = after.ordered or fault.acknowledgement.verb == "ignore"
            if compared and fault.check in checks:
                comment = fault.acknowledgement.comment
                source = file.lines[comment.line - 1]
                column = source.find("#") + 1
                message = fill(rule.messages.get(fault.why.reason) or rule.messages[""], fault.why.values)
                yield Finding(
                    file.path, comment.line, column, len(source.rstrip()) + 1, rule.name, rule.check, message, source,
                    consider=rule.consider, link=rule.link, reference=after.reference, after=after.runtime.tag.text,
                )  # fmt: skip


def fill(words: str, values: Mapping[str, str]) -> str:
    """A rule's words with the check's values filled in; a value that the check does not give is left out.

    Placeholders inside a value are not filled in.
    """
    return re.sub(PLACEHOLDER, lambda match: _brief(values.get(match[1], "")), words)


def _brief(text: str) -> str:
    """A value for a message; what a file writes may have any length."""
    return text if len(text) <= MOST_IN_MESSAGE else text[:MOST_IN_MESSAGE] + "..."
