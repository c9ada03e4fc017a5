"""Comments that answer a finding: which comments do, what can be wrong with them, and which findings they answer."""

from __future__ import annotations

import pytest
from astro_runtime_guard.declarations.declaration import Declaration, read_declarations
from astro_runtime_guard.dockerfile.stages import Comment
from astro_runtime_guard.findings.acknowledgements import (
    answer,
    faults,
    line_to_write,
    near_misses,
    read_acknowledgements,
    strays,
)
from astro_runtime_guard.findings.finding import fill
from shipped import BOOK

RULES = {rule.name: rule for rule in BOOK.rules}
LEGACY = "quay.io/astronomer/astro-runtime"


def comments(*texts: str) -> tuple[Comment, ...]:
    return tuple(Comment(line, text) for line, text in enumerate(texts, 1))


def declaration(tag: str, *above: str) -> Declaration:
    """A FROM with this tag below these comments."""
    [read] = read_declarations("\n".join([*above, f"FROM {LEGACY}:{tag}\n"]).encode(), BOOK.images)
    return read


# A comment, and the verb, the subject and the reason in it; none where it is an ordinary one.
READ = [
    ("# astro-runtime: reviewed 5.0.1", ("reviewed", "5.0.1", "")),
    ("#astro-runtime:reviewed 5.0.1", ("reviewed", "5.0.1", "")),
    ("#\t astro-runtime:\t reviewed\t 5.0.1", ("reviewed", "5.0.1", "")),
    ("# astro-runtime: reviewed 5.0.1 by two people", ("reviewed", "5.0.1", "by two people")),
    ("# astro-runtime: reviewed", ("reviewed", "", "")),
    ("# astro-runtime: downgraded 4.2.6: rolled back: twice", ("downgraded", "4.2.6", "rolled back: twice")),
    ("# astro-runtime: downgraded 4.2.6 : rolled back", ("downgraded", "4.2.6", "rolled back")),
    ("# astro-runtime: downgraded 4.2.6:rolled back", ("downgraded", "4.2.6", "rolled back")),
    ("# astro-runtime: ignore pinned-runtime:", ("ignore", "pinned-runtime", "")),
    ("# astro-runtime: review 5.0.1", None),
    ("# astro-runtime: reviewed: 5.0.1", None),
    ("# astro-runtime: Reviewed 5.0.1", None),
    ("# astro-runtime reviewed 5.0.1", None),
    ("# Astro-Runtime: reviewed 5.0.1", None),
    ("## astro-runtime: reviewed 5.0.1", None),
    ("# see astro-runtime: reviewed 5.0.1", None),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_read(text: str, expected: tuple[str, str, str] | None) -> None:
    read = [(each.verb, each.subject, each.reason) for each in read_acknowledgements(comments(text))]
    assert read == ([] if expected is None else [expected])


GENERIC = 'line 2 is no acknowledgement; one begins with "# astro-runtime: reviewed", "downgraded" or "ignore"'
COLON = 'line 2 is no acknowledgement, because a colon stands behind "{}"; write "# astro-runtime: {}"'
WRITE = 'line 2 is no acknowledgement; write "# astro-runtime: {}"'
# A comment above a FROM of 5.0.1, and what a report says of it.
NEAR_MISSES = {
    "# astro-runtime: reviewed: 5.0.1": COLON.format("reviewed", "reviewed 5.0.1"),
    "# astro-runtime: reviewed : 5.0.1": "",
    "# astro-runtime: downgraded: 5.0.1: rolled back": COLON.format("downgraded", "downgraded 5.0.1: rolled back"),
    "# astro-runtime: downgraded: 5.0.1": COLON.format("downgraded", "downgraded 5.0.1: <the reason>"),
    "# astro-runtime: ignore: pinned-runtime": COLON.format("ignore", "ignore pinned-runtime: <the reason>"),
    "# astro-runtime: review 5.0.1": WRITE.format("reviewed 5.0.1"),
    "# astro-runtime: Review: 5.0.1": WRITE.format("reviewed 5.0.1"),
    "# astro-runtime reviewed 5.0.1": WRITE.format("reviewed 5.0.1"),
    "# astro-runtime : reviewed 5.0.1": WRITE.format("reviewed 5.0.1"),
    "#Astro Runtime: reviewed 5.0.1": WRITE.format("reviewed 5.0.1"),
    "##\tASTRO_RUNTIME: reviewed 5.0.1": WRITE.format("reviewed 5.0.1"),
    "# astroruntime: reviewed 5.0.1": WRITE.format("reviewed 5.0.1"),
    "#\tastro-runtime\t:\treviewed\t:\t5.0.1": COLON.format("reviewed", "reviewed 5.0.1"),
    "# astro runtime: reviewed : 5.0.1": COLON.format("reviewed", "reviewed 5.0.1"),
    "# astro-runtime: ignored maintained-runtime: later": WRITE.format("ignore maintained-runtime: later"),
    "# astro-runtime: ignored pinned-runtime:": WRITE.format("ignore pinned-runtime: <the reason>"),
    "# astro-runtime: ignored pinned-runtime: <the reason>": WRITE.format("ignore pinned-runtime: <the reason>"),
    "# astro-runtime: reviewed: 5.0.2": GENERIC,
    "# astro-runtime: reviewed: five": GENERIC,
    "# astro-runtime: reviewed:": GENERIC,
    "# astro-runtime: seen 5.0.1": GENERIC,
    "# astro-runtime: seen reviewed 5.0.1": GENERIC,
    "# astro-runtime: ignored": GENERIC,
    "# astro-runtime: ignore: runtime-5: seen": GENERIC,
    "# astro-runtime": GENERIC,
    "# astro-runtime: reviewed 5.0.1": "",
    "# astro-runtimes are here": "",
    "# astro--runtime: reviewed 5.0.1": "",
    "# the astro-runtime of the team": "",
    "# reviewed 5.0.1": "",
}


@pytest.mark.parametrize(("text", "expected"), NEAR_MISSES.items())
def test_near_misses(text: str, expected: str) -> None:
    notes = near_misses(declaration("5.0.1", "# another", text), BOOK.rules)
    assert notes == ((expected,) if expected else ())


def test_only_the_nearest_near_misses_are_explained() -> None:
    notes = near_misses(declaration("5.0.1", *["# astro-runtime: seen"] * 11), BOOK.rules)
    assert [note.partition(" is")[0] for note in notes] == [f"line {number}" for number in range(2, 12)]


DIRECTIVE = (
    "line 1 acknowledges nothing, because it stands above a parser directive, which docker reads only at the top; "
    "move it down to the FROM"
)
EMPTY = "line {} acknowledges nothing, because an empty line stands below it; remove the empty line"
# A Dockerfile with one FROM, and the notes on acknowledgements that do not stand above it.
STRAYS = {
    "directly above": ("# astro-runtime: reviewed 5.0.1\nFROM {}", []),
    "an empty line": (
        "# astro-runtime: reviewed 5.0.1\n\nFROM {}",
        [EMPTY.format(1)],
    ),
    "an empty line among comments": (
        " \t# astro-runtime: reviewed 5.0.1\n  # a # check=comment\n \n# another\nFROM {}",
        [EMPTY.format(1)],
    ),
    "a directive and an empty line": (
        "# astro-runtime: reviewed 5.0.1\n# syntax=docker/dockerfile:1\n\nFROM {}",
        [DIRECTIVE],
    ),
    "above the argument": ("# astro-runtime: reviewed 5.0.0\nARG SUFFIX=base\nFROM {}-$SUFFIX", []),
    "other lines": (
        "# astro-runtime: reviewed 5.0.1\nARG UNUSED=1\nFROM {}",
        ["line 1 acknowledges nothing, because other lines stand below it; move it directly above"],
    ),
    "several": ("# astro-runtime: reviewed 5.0.1\n\n" * 11 + "FROM {}", [EMPTY.format(n) for n in range(3, 22, 2)]),
    "far to the right": (f"{' ' * 100}# astro-runtime: reviewed 5.0.1\n" * 2 + "FROM {}", []),
    "below": ("FROM {}\n# astro-runtime: reviewed 5.0.1\nUSER x", []),
    "below, at the end": ("ARG UNUSED=1\nFROM {}\n# astro-runtime: reviewed 5.0.1", []),
    "an ordinary comment": ("# see astro-runtime: reviewed 5.0.1\n\nFROM {}", []),
}


@pytest.mark.parametrize(("text", "expected"), STRAYS.values(), ids=STRAYS)
def test_strays(text: str, expected: list[str]) -> None:
    source = text.format(f"{LEGACY}:5.0.1")
    declarations = read_declarations(source.encode(), BOOK.images)
    notes = strays(source.split("\n"), declarations)
    assert [note for line in notes.values() for _, note in line] == expected


# Tag, comment, and the reason and check of its fault; none where it is right.
FAULTS = [
    ("5.0.1", "reviewed 5.0.1", None),
    ("5.0.1", "reviewed 5.0.1-base", None),
    ("5.0.1", "reviewed 5.0.0", None),
    ("5.0.1", "reviewed 5.0.2", ("above", "crossing")),
    ("5.0.1-rc1", "reviewed 5.0.1", None),
    ("5.0.1-rc1", "reviewed 5.0.2-rc1", ("above", "crossing")),
    ("5.0.1", "reviewed 5", ("no-version", "crossing")),
    ("5.0.1", "reviewed pinned-runtime", ("no-version", "crossing")),
    ("5", "reviewed 5.5.0", None),
    ("5", "reviewed 6.0.1", ("above", "crossing")),
    ("latest", "reviewed 5.0.1", None),
    ("5.0.1", "downgraded 5.0.1: rolled back", None),
    ("5.0.1-slim", "downgraded 5.0.1-base: rolled back", None),
    ("5.0.1", "downgraded 5.0.1", ("no-reason", "ordered")),
    ("5.0.1", "downgraded 5.0.0: rolled back", ("stale", "ordered")),
    ("5.0.1", "downgraded 5.0.2", ("stale", "ordered")),
    ("5.0.1", "downgraded latest: rolled back", ("no-version", "ordered")),
    ("latest", "downgraded 5.0.1: rolled back", ("stale", "ordered")),
    ("$V", "downgraded 5.0.1: rolled back", None),
    ("$V", "downgraded 5.0.1", ("no-reason", "ordered")),
    ("5.0.1-$V", "downgraded 5.0.0: rolled back", None),
    ("5", "ignore pinned-runtime: built by CI", None),
    ("5", "ignore pinned-runtime: \u3164 \u3164", ("no-reason", "pinned")),
    ("5", "ignore pinned-runtime: . \u3164", ("no-reason", "pinned")),
    ("5", "ignore pinned-runtime:\t<the reason>:", ("no-reason", "pinned")),
    ("5", "ignore pinned-runtime", ("no-reason", "pinned")),
    ("5.0.1", "ignore maintained-runtime", ("no-reason", "maintained")),
    ("5.0.1", "ignore runtime-5: seen", ("reviewed", "crossing")),
    ("5.0.1", "ignore no-runtime-downgrade: seen", ("downgraded", "ordered")),
    ("$V", "ignore no-runtime-downgrade: seen", ("downgraded", "ordered")),
    ("latest", "ignore no-runtime-downgrade: seen", ("unknown-rule", "ordered")),
    ("5.0.1", "ignore acknowledgement: seen", ("never", "acknowledgement")),
    ("5.0.1", "ignore nothing: seen", ("unknown-rule", "pinned")),
    ("5", "reviewed 5.0.1", None),
    ("5", "downgraded 5.0.1: rolled back", None),
    ("5", "downgraded 4.2.6: rolled back", ("stale", "ordered")),
    ("5", "downgraded 6.0.1: rolled back", ("stale", "ordered")),
    ("5", "downgraded 5: rolled back", ("no-version", "ordered")),
    ("latest", "downgraded latest: rolled back", ("stale", "ordered")),
    ("5.0.1", "downgraded 5.0.1: <the reason>", ("no-reason", "ordered")),
    ("5.0.1", "downgraded 5.0.1: ...", ("no-reason", "ordered")),
    ("5", "ignore pinned-runtime: <the reason>", ("no-reason", "pinned")),
    ("5", "ignore pinned-runtime: \u00fc", None),
]


# Lines above a FROM of 5.0.1, and the reason of each fault.
MISPLACED = {
    "above a directive": (["# astro-runtime: reviewed 5.0.1", "# syntax=docker/dockerfile:1"], ["above-directive"]),
    "two above a directive": (["# astro-runtime: reviewed 5.0.1"] * 2 + ["# escape=`"], ["above-directive"] * 2),
    "below a directive": (["# syntax=docker/dockerfile:1", "# astro-runtime: reviewed 5.0.1"], []),
    "above and below a directive": (
        ["# astro-runtime: reviewed 5.0.1", "# syntax=docker/dockerfile:1", "# astro-runtime: reviewed 5.0.0"],
        ["above-directive"],
    ),
    "below a comment": (["# a", "# astro-runtime: reviewed 5.0.1", "# syntax=docker/dockerfile:1"], []),
    "above a comment": (["# astro-runtime: reviewed 5.0.1", "# syntax is fine"], []),
    "a directive with capitals and blanks": (["# astro-runtime: reviewed 5.0.1", "#\tCheck\t = skip=all"], ["above-directive"]),
    "a directive without blanks": (["# astro-runtime: reviewed 5.0.1", "#escape=`"], ["above-directive"]),
    "a directive behind two blanks": (["# astro-runtime: reviewed 5.0.1", "#  escape=`"], ["above-directive"]),
    "wrong and above a directive": (["# astro-runtime: reviewed 5.0.2", "# escape=`"], ["above-directive"]),
    "not at the top": (["", "# astro-runtime: reviewed 5.0.1", "# astro-runtime: reviewed 5.0.0", "# escape=`"], []),
    "above the name of a directive": (["# astro-runtime: reviewed 5.0.1", "# see # escape=`"], []),
}  # fmt: skip


@pytest.mark.parametrize(("above", "expected"), MISPLACED.values(), ids=MISPLACED)
def test_misplaced(above: list[str], expected: list[str]) -> None:
    assert [fault.why.reason for fault in faults(declaration("5.0.1", *above), BOOK.rules)] == expected


REMOVE = "remove this line, or a later return to 5.0.1 would pass unseen"
# Tag, comment, and the sentence that a report prints.
SENTENCES = [
    ("5", "reviewed 5", '"reviewed 5" does not name a full version; write "# astro-runtime: reviewed 5.5.0"'),
    ("latest", "reviewed 5", '"reviewed 5" does not name a full version; write "# astro-runtime: reviewed 5.5.0"'),
    ("latest", "reviewed x", '"reviewed x" does not name a full version; write "# astro-runtime: reviewed 3.3-8"'),
    ("", "downgraded 5.0.1: x", f'"downgraded 5.0.1" is out of date, because the version here is {LEGACY}:; {REMOVE}'),
    ("5.0.2-base", "downgraded 5.0.1: x", f'"downgraded 5.0.1" is out of date, because the version here is 5.0.2; {REMOVE}'),
    ("99", "reviewed 99", '"reviewed 99" does not name a full version; write "# astro-runtime: reviewed 99.0.0"'),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "comment", "expected"), SENTENCES)
def test_sentences(tag: str, comment: str, expected: str) -> None:
    (fault,) = faults(declaration(tag, f"# astro-runtime: {comment}"), BOOK.rules)
    assert fill(RULES["acknowledgement"].messages[fault.why.reason], fault.why.values) == expected


def test_where_no_build_is_known_its_shape_is_shown() -> None:
    runtime = next(image for image in BOOK.images if image.name == "astro-runtime")
    image = runtime._replace(numberings=tuple(known._replace(example="") for known in runtime.numberings))
    source = f"# astro-runtime: reviewed x\nFROM {LEGACY}\n"
    [fault] = faults(read_declarations(source.encode(), [image])[0], BOOK.rules)
    assert fault.why.values["write"] == "# astro-runtime: reviewed <major>.<minor>-<build>"


@pytest.mark.parametrize(("tag", "comment", "expected"), FAULTS)
def test_faults(tag: str, comment: str, expected: tuple[str, str] | None) -> None:
    wrong = faults(declaration(tag, f"# astro-runtime: {comment}"), BOOK.rules)
    assert [(fault.why.reason, fault.check) for fault in wrong] == ([] if expected is None else [expected])


# Tag, comments, and the shipped rules that they answer.
ANSWERED = {
    "a review": ("5.0.1", ["reviewed 5.0.1"], {"runtime-4", "runtime-4.0.6", "runtime-5"}),
    "a review of less": ("6.0.1", ["reviewed 5.0.1"], {"runtime-4", "runtime-4.0.6", "runtime-5"}),
    "a review at a boundary": ("6.0.1", ["reviewed 5.0.0"], {"runtime-4", "runtime-4.0.6", "runtime-5"}),
    "a review of a pre-release of a boundary": ("6.0.1", ["reviewed 5.0.0-rc1"], {"runtime-4", "runtime-4.0.6", "runtime-5"}),
    "a review of no version": ("5.0.1", ["reviewed five"], set()),
    "a review that is above": ("5.0.1", ["reviewed 5.0.2"], set()),
    "a downgrade": ("5.0.1", ["downgraded 5.0.1: rolled back"], {"no-runtime-downgrade"}),
    "a downgrade without a reason": ("5.0.1", ["downgraded 5.0.1"], set()),
    "a rule": ("5", ["ignore pinned-runtime: built by CI"], {"pinned-runtime"}),
    "a rule that cannot be ignored": ("5.0.1", ["ignore runtime-5: seen"], set()),
    "two of which one is wrong": ("5", ["ignore pinned-runtime", "ignore pinned-runtime: x"], {"pinned-runtime"}),
    "one that 19 follow": ("5", ["ignore pinned-runtime: x", *["reviewed 9"] * 19], {"pinned-runtime"}),
    "one that 20 follow": ("5", ["ignore pinned-runtime: x", *["reviewed 9"] * 20], set()),
    "nothing": ("5.0.1", [], set()),
}  # fmt: skip


@pytest.mark.parametrize(("tag", "above", "expected"), ANSWERED.values(), ids=ANSWERED)
def test_answers(tag: str, above: list[str], expected: set[str]) -> None:
    answered = declaration(tag, *(f"# astro-runtime: {text}" for text in above))
    assert {name for name, rule in RULES.items() if answer(rule, answered)} == expected


LINES_TO_WRITE = {
    "runtime-5": "# astro-runtime: reviewed 5.0.1",
    "no-runtime-downgrade": "# astro-runtime: downgraded 5.0.1: <the reason>",
    "pinned-runtime": "# astro-runtime: ignore pinned-runtime: <the reason>",
    "acknowledgement": "",
}


@pytest.mark.parametrize(("rule", "line"), LINES_TO_WRITE.items())
def test_line_to_write(rule: str, line: str) -> None:
    assert line_to_write(RULES[rule], "5.0.1") == line
