"""Comments that answer a finding: `# astro-runtime: reviewed 5.0.1`.

Knows: how such a comment is written, which finding it answers, and when it is wrong.
Must not know: where comments come from, how a finding is shown.
"""

from __future__ import annotations

import re

from ..named import NamedTuple
from ..versions.order import span
from ..versions.tags import read_tag
from .checks import CHECKS, Why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..declarations.declaration import Declaration
    from ..dockerfile.stages import Comment
    from ..model import Rule

_COMMENT = r"(?s)#[ \t]*astro-runtime:[ \t]*(?P<verb>[a-z]+)(?![^ \t])[ \t]*(?P<rest>.*)"
_NEAR_MISS = r"(?i)#+[ \t]*astro[-_ ]?runtime\b"
_CHECK_OF_VERB = {
    check.verb: name for name, check in reversed(list(CHECKS.items())) if check.verb not in {"ignore", "never"}
}
"""The check whose hook reports a wrong comment with this verb: the first that is answered by it."""
_VERBS = (*_CHECK_OF_VERB, "ignore")


class Acknowledgement(NamedTuple):
    """One such comment: `subject` is a version (reviewed, downgraded) or a rule (ignore), `reason` the rest."""

    comment: Comment
    verb: str
    subject: str
    reason: str


class Fault(NamedTuple):
    """What is wrong with an acknowledgement, and the check whose hook reports it."""

    acknowledgement: Acknowledgement
    why: Why
    check: str


def read_acknowledgements(comments: Sequence[Comment]) -> tuple[Acknowledgement, ...]:
    """The comments whose first word after `astro-runtime:` is a verb; any other comment is an ordinary one."""
    found: list[Acknowledgement] = []
    for comment in comments:
        match = re.fullmatch(_COMMENT, comment.text)
        if match and match["verb"] in _VERBS:
            first, _, rest = match["rest"].strip().partition(" ")
            subject, _, begun = first.partition(":")
            found.append(Acknowledgement(comment, match["verb"], subject, f"{begun} {rest}".strip(" :\t")))
    return tuple(found)


def line_to_write(rule: Rule, version: str) -> str:
    """The comment that acknowledges a finding of `rule` at `version`; empty where nothing does."""
    verb = CHECKS[rule.check].verb
    subjects = {"reviewed": version, "downgraded": f"{version}: <the reason>", "ignore": f"{rule.name}: <the reason>"}
    return f"# astro-runtime: {verb} {subjects[verb]}" if verb in subjects else ""


def near_misses(comments: Sequence[Comment]) -> tuple[int, ...]:
    """The lines of comments that look like an acknowledgement and are none."""
    lines = {acknowledgement.comment.line for acknowledgement in read_acknowledgements(comments)}
    return tuple(c.line for c in comments if c.line not in lines and re.match(_NEAR_MISS, c.text))


def answer(rule: Rule, declaration: Declaration, boundary: str = "") -> Acknowledgement | None:
    """The acknowledgement that answers a finding of `rule` at `declaration`; one that is wrong answers nothing.

    `boundary` is the one of the finding; without it the rule's own version counts.
    """
    for acknowledgement in read_acknowledgements(declaration.comments):
        fits = acknowledgement.verb == CHECKS[rule.check].verb
        if acknowledgement.verb == "ignore":
            fits = acknowledgement.subject == rule.name
        elif acknowledgement.verb == "reviewed":
            fits = fits and _reaches(acknowledgement.subject, boundary or rule.version, declaration)
        if fits and not _fault(acknowledgement, declaration, [rule]):
            return acknowledgement
    return None


def _reaches(reviewed: str, boundary: str, declaration: Declaration) -> bool:
    """Whether a review of the version `reviewed` covers a boundary: it must not be above that version."""
    image = declaration.runtime.image
    mine, needed = span(read_tag(reviewed, image), image), span(read_tag(boundary, image), image)
    return bool(mine and needed and mine.first.release >= needed.first.release)


def faults(declaration: Declaration, rules: Sequence[Rule]) -> tuple[Fault, ...]:
    """What is wrong with the acknowledgements above a declaration; `rules` is the whole rulebook."""
    checks = {rule.name: rule.check for rule in rules}
    found: list[Fault] = []
    for acknowledgement in read_acknowledgements(declaration.comments):
        reason = _fault(acknowledgement, declaration, rules)
        if reason:
            # Only one hook reports a name that no rule has: the one that runs the first check.
            check = _CHECK_OF_VERB.get(acknowledgement.verb) or checks.get(acknowledgement.subject, next(iter(CHECKS)))
            found.append(Fault(acknowledgement, Why(reason, _values(acknowledgement, declaration, rules)), check))
    return tuple(found)


def _fault(acknowledgement: Acknowledgement, declaration: Declaration, rules: Sequence[Rule]) -> str:
    """The reason why an acknowledgement is wrong (a reason of the check `acknowledgement`), or nothing."""
    if acknowledgement.verb == "ignore":
        return _fault_of_ignore(acknowledgement, rules)
    image, tag = declaration.runtime.image, declaration.runtime.tag
    stated = read_tag(acknowledgement.subject, image)
    if stated.kind != "build":
        return "no-version"
    mine, written = span(stated, image), span(tag, image)
    if acknowledgement.verb == "reviewed":
        return "above" if mine and written and mine.first.release > written.last.release else ""
    if tag.kind != "no-value" and mine != written:
        return "stale"
    return "" if acknowledgement.reason else "no-reason"


def _fault_of_ignore(acknowledgement: Acknowledgement, rules: Sequence[Rule]) -> str:
    check = next((rule.check for rule in rules if rule.name == acknowledgement.subject), None)
    if check is None:
        return "unknown-rule"
    if CHECKS[check].verb != "ignore":
        return CHECKS[check].verb
    return "" if acknowledgement.reason else "no-reason"


def _values(acknowledgement: Acknowledgement, declaration: Declaration, rules: Sequence[Rule]) -> dict[str, str]:
    tag = declaration.runtime.tag
    after = tag.version if tag.kind == "build" else "VERSION"
    reason = ": <the reason>" if acknowledgement.verb == "downgraded" else ""
    return {
        "verb": acknowledgement.verb,
        "subject": acknowledgement.subject,
        "after": after,
        "write": f"# astro-runtime: {acknowledgement.verb} {after}{reason}",
        "rules": ", ".join(rule.name for rule in rules if CHECKS[rule.check].verb == "ignore"),
    }
