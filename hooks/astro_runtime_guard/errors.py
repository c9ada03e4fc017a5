"""The one exception of the program, and the words that several messages share."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class CannotCheck(Exception):
    """The question could not be answered; exit code 2.

    The message is one line for a person: what could not be done, and what to do about it.
    """


class OverLimit(CannotCheck):
    """A file has more in it than is read; docker, or whoever it is for, may well read it."""


WITHOUT_BEFORE = "check it with --no-base, and skip the hook for this one commit (SKIP)"
"""What to do where the version before cannot be known."""


def is_invisible(character: str) -> bool:
    """Whether a character shows nothing, though Python calls it printable.

    These are the default-ignorable characters of Unicode's DerivedCoreProperties.txt that are letters or marks, the
    empty Braille pattern and two fillers. All others have categories that are not printable.
    """
    return character in _INVISIBLE or "\U000e0100" <= character <= "\U000e01ef"


_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U00016fe4\U0001d159"
    "\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f"
)


def plain(text: str) -> str:
    """Somebody else's text as one line of ASCII, for a message."""
    return ascii(text)[1:-1]


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """The words for a name that does not exist: the nearest one that does, then all of them."""
    names = list(known)
    near = nearest(name, names)
    hint = f"did you mean {near}? expected" if near else "expected"
    return f"no {kind} is called {plain(name)}; {hint} one of {', '.join(names)}"


def nearest(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant; "" where none is near."""
    from difflib import get_close_matches

    folded = {each.lower().replace("_", "-"): each for each in names}
    return next((folded[near] for near in get_close_matches(name.lower().replace("_", "-"), folded, 1)), "")
