"""Reads the comments that answer a finding, such as `# astro-runtime: reviewed 5.0.1`, and says which are wrong."""

from __future__ import annotations

import re
from functools import lru_cache

from ..errors import is_invisible
from ..named import NamedTuple
from ..versions.order import build_in, span
from ..versions.tags import read_tag
from .checks import CHECKS, Why
from .proposals import sample

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..declarations.declaration import Declaration
    from ..dockerfile.stages import Comment
    from ..model import Rule
    from ..versions.tags import Tag

REASON = "<the reason>"
"""What stands in a printed line where a person writes the reason."""

_MARK = "# astro-runtime:"
_COMMENT = r"#[ \t]*astro-runtime:[ \t]*(?P<verb>[a-z]+)(?![^ \t])[ \t]*(?P<rest>.*)"
_NEAR_MISS = (
    r"(?i)#+[ \t]*astro[-_ ]?runtime\b[ \t]*:?[ \t]*(?P<verb>(?P<stem>review|downgrad|ignor)?[a-z]*)"
    r"(?P<colon>[ \t]*:)?[ \t]*(?P<rest>.*)"
)
_DIRECTIVE = r"(?i)#[ \t]*(syntax|escape|check)[ \t]*="
# A run of blanks moves what follows out of sight, and these controls show a text in another order.
_HIDES = r"\s{20}|[\u202a-\u202e\u2066-\u2069]"
MOST_ANSWERS = 20
"""The most acknowledgements above one declaration that are read, the nearest ones."""
MOST_STRAYS = 10
"""The most comments of which a report says why they acknowledge nothing."""
_CHECK_OF_VERB = {
    check.verb: name for name, check in reversed(list(CHECKS.items())) if check.verb not in {"ignore", "never"}
}
"""The check whose hook reports a wrong comment with this verb: the first that is answered by it."""
_VERBS = (*_CHECK_OF_VERB, "ignore")
_OF_STEM = {"review": "reviewed", "downgrad": "downgraded", "ignor": "ignore"}

_ABOVE_DIRECTIVE = "it stands above a parser directive, which docker reads only at the top; move it down to the FROM"
_ABOVE_OTHERS = "other lines stand below it; move it directly above"
_ABOVE_EMPTY = "an empty line stands below it; remove the empty line"


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


@lru_cache(1024)
def read_acknowledgements(comments: tuple[Comment, ...]) -> tuple[Acknowledgement, ...]:
    """The comments whose first word after `astro-runtime:` is a verb; any other comment is an ordinary one.

    A comment that a reviewer cannot see as it is read is an ordinary one too.
    """
    acknowledgements: list[Acknowledgement] = []
    for comment in comments:
        match = re.fullmatch(_COMMENT, comment.text)
        if match and match["verb"] in _VERBS and not re.search(_HIDES, comment.text.expandtabs()):
            first, _, rest = match["rest"].partition(" ")
            subject, _, beginning = first.partition(":")
            reason = f"{beginning} {rest}".strip(" :\t")
            acknowledgements.append(Acknowledgement(comment, match["verb"], subject, reason))
    return tuple(acknowledgements[-MOST_ANSWERS:])


def line_to_write(rule: Rule, version: str) -> str:
    """The comment that acknowledges a finding of `rule` at `version`; empty where none does."""
    verb = CHECKS[rule.check].verb
    return _line(verb, rule.name if verb == "ignore" else version) if verb in _VERBS else ""


def _line(verb: str, subject: str) -> str:
    reason = "" if verb == "reviewed" else f": {REASON}"
    return f"{_MARK} {verb} {subject}{reason}"


def near_misses(declaration: Declaration, rules: Sequence[Rule]) -> tuple[str, ...]:
    """A sentence for each comment above a declaration that looks like an acknowledgement and is none."""
    lines = {acknowledgement.comment.line for acknowledgement in read_acknowledgements(declaration.comments)}
    others = [comment for comment in declaration.comments if comment.line not in lines]
    misses = [(comment, match) for comment in others if (match := re.fullmatch(_NEAR_MISS, comment.text))]
    return tuple(_near_miss(comment, match, declaration, rules) for comment, match in misses[-MOST_STRAYS:])


def _near_miss(comment: Comment, match: re.Match[str], declaration: Declaration, rules: Sequence[Rule]) -> str:
    says = f"line {comment.line} is no acknowledgement"
    corrected = _corrected(match)
    parsed = read_acknowledgements((comment._replace(text=corrected.replace(REASON, "a reason")),))
    if not parsed or _fault(parsed[0], declaration, rules):
        return f'{says}; one begins with "{_MARK} reviewed", "downgraded" or "ignore"'
    if match["colon"] and match["verb"] in _VERBS:
        says += f', because a colon stands behind "{match["verb"]}"'
    return f'{says}; write "{corrected}"'


def _corrected(match: re.Match[str]) -> str:
    """A near miss as the acknowledgement that it was meant to be; empty where that is not clear."""
    verb, rest = _OF_STEM.get((match["stem"] or "").lower()), match["rest"].rstrip(" :")
    if not verb:
        return ""
    return f"{_MARK} {verb} {rest}" if re.search("[ :]", rest) else _line(verb, rest)


def strays(lines: Sequence[str], declarations: Sequence[Declaration]) -> dict[int, list[tuple[str, str]]]:
    """Acknowledgements that stand directly above no declaration, by the line of the next declaration below.

    Each is its verb and a sentence that says why it does not count.
    """
    attached = {comment.line for declaration in declarations for comment in declaration.comments}
    starts = {declaration.line for declaration in declarations}
    notes: dict[int, list[tuple[str, str]]] = {}
    below, why = 0, ""
    may_have = any("astro-runtime:" in line and line.lstrip().startswith("#") for line in lines)
    for number, line in reversed(list(enumerate(lines, 1)) if may_have else []):
        text = line.lstrip()
        if number in starts:
            below, why = number, ""
            continue
        match = re.fullmatch(_COMMENT, text) if number not in attached else None
        if match and below and why and len(notes.get(below, ())) < MOST_STRAYS:
            notes.setdefault(below, []).append((match["verb"], f"line {number} acknowledges nothing, because {why}"))
        why = _why_stray(text, why)
    return {line: notes[line][::-1] for line in notes}


def _why_stray(text: str, below: str) -> str:
    """Why a comment above this line is not attached; `below` is the same for a comment above the next line."""
    if re.match(_DIRECTIVE, text):
        return _ABOVE_DIRECTIVE
    if text and not text.startswith("#"):
        return _ABOVE_OTHERS
    return below or ("" if text else _ABOVE_EMPTY)


def answer(rule: Rule, declaration: Declaration, boundary: str = "") -> Acknowledgement | None:
    """The acknowledgement that answers a finding of `rule` at `declaration`. A wrong one answers nothing.

    `boundary` is the one of the finding; without it the rule's own version counts.
    """
    for acknowledgement in read_acknowledgements(declaration.comments):
        fits = acknowledgement.verb == CHECKS[rule.check].verb
        if acknowledgement.verb == "reviewed":
            fits = fits and _reaches(acknowledgement.subject, boundary or rule.version, declaration)
        if fits and not _fault(acknowledgement, declaration, [rule]):
            return acknowledgement
    return None


def _reaches(reviewed: str, boundary: str, declaration: Declaration) -> bool:
    """Whether a review of version `reviewed` covers the boundary. It never covers a higher one."""
    image = declaration.runtime.image
    mine, needed = span(read_tag(reviewed, image), image), span(read_tag(boundary, image), image)
    return bool(mine and needed and mine.first.release >= needed.first.release)


def faults(declaration: Declaration, rules: Sequence[Rule]) -> tuple[Fault, ...]:
    """What is wrong with the acknowledgements above a declaration; `rules` is the whole rulebook."""
    checks = {rule.name: rule.check for rule in rules}
    faulty: list[Fault] = []
    acknowledgements = read_acknowledgements(declaration.comments)
    directive = _unread_directive(acknowledgements, declaration)
    for acknowledgement in acknowledgements:
        above = acknowledgement.comment.line < directive
        if reason := "above-directive" if above else _fault(acknowledgement, declaration, rules):
            # Only one hook reports a name that no rule has: the one that runs the first check.
            check = _CHECK_OF_VERB.get(acknowledgement.verb) or checks.get(acknowledgement.subject, next(iter(CHECKS)))
            faulty.append(Fault(acknowledgement, Why(reason, _values(acknowledgement, declaration, rules)), check))
    return tuple(faulty)


def _fault(acknowledgement: Acknowledgement, declaration: Declaration, rules: Sequence[Rule]) -> str:
    """The reason why an acknowledgement is wrong (a reason of the check `acknowledgement`), or nothing."""
    image, tag = declaration.runtime.image, declaration.runtime.tag
    known, written = tag.kind != "no-value", span(tag, image)
    if acknowledgement.verb == "ignore":
        fault = _fault_of_ignore(acknowledgement, rules)
        # Above a version without an order nothing can be a downgrade, so no other comment is right there.
        return "unknown-rule" if fault == "downgraded" and known and not written else fault
    stated = read_tag(acknowledgement.subject, image)
    mine = span(stated, image)
    if acknowledgement.verb == "downgraded" and known and not written:
        return "stale"
    if not mine or stated.kind == "series":
        return "no-version"
    if acknowledgement.verb == "reviewed":
        return "above" if written and mine.first.release > written.last.release else ""
    if known and written and not written.first <= mine.first <= written.last:
        return "stale"
    return "" if _is_reason(acknowledgement.reason) else "no-reason"


def _fault_of_ignore(acknowledgement: Acknowledgement, rules: Sequence[Rule]) -> str:
    check = next((rule.check for rule in rules if rule.name == acknowledgement.subject), None)
    if check is None:
        return "unknown-rule"
    if CHECKS[check].verb != "ignore":
        return CHECKS[check].verb
    return "" if _is_reason(acknowledgement.reason) else "no-reason"


def _is_reason(text: str) -> bool:
    """Whether somebody wrote a reason: it has a visible letter or digit, and it is not the printed placeholder."""
    return text != REASON and any(char.isalnum() and not is_invisible(char) for char in text)


def _unread_directive(acknowledgements: Sequence[Acknowledgement], declaration: Declaration) -> int:
    """The line of a parser directive that docker does not read, because acknowledgements stand above it; 0 for none.

    That takes a file that begins with acknowledgements, and a directive directly below them.
    """
    own = {acknowledgement.comment.line for acknowledgement in acknowledgements}
    for number, comment in enumerate(declaration.comments, 1):
        if declaration.instruction != "FROM" or comment.line != number:
            return 0
        if comment.line not in own:
            return number if re.match(_DIRECTIVE, comment.text) else 0
    return 0


def _values(acknowledgement: Acknowledgement, declaration: Declaration, rules: Sequence[Rule]) -> dict[str, str]:
    image, tag = declaration.runtime.image, declaration.runtime.tag
    stated = read_tag(acknowledgement.subject, image)
    version = build_in(tag, image) or build_in(stated, image) or _example(tag, declaration)
    return {
        "verb": acknowledgement.verb,
        "subject": acknowledgement.subject,
        "after": tag.version or tag.text or declaration.written,
        "version": version,
        "write": _line(acknowledgement.verb, version),
        "rules": ", ".join(rule.name for rule in rules if CHECKS[rule.check].verb == "ignore"),
    }


def _example(tag: Tag, declaration: Declaration) -> str:
    """A build to show where nothing that is written has an order."""
    image = declaration.runtime.image
    shown = sample(image.numberings[-1])
    return build_in(read_tag(shown, image), image) or shown
