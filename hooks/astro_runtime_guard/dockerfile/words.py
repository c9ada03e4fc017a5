"""Words of a Dockerfile: the white space around them, and the words that are no more than their text.

Source: Go's `unicode.IsSpace`, by which BuildKit cuts lines at their ends, and the narrower set between words.
`expansion.py` is a module of its own, because it takes a millisecond and most Dockerfiles need none.
"""

from __future__ import annotations

import re

from ..named import NamedTuple

# Python's str.isspace also takes \x1c to \x1f.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""White space at the ends of a line."""

BLANK = "\t\v\f\r "
"""White space between words."""

WORD = re.compile(f"[^{BLANK}]+")
"""One word between blanks, with its quotes and escapes."""

_SPECIAL = frozenset("$'\"\\`")


class WordError(Exception):
    """Docker refuses this word. `name` is the build argument without a value, if that is the reason."""

    def __init__(self, name: str = "") -> None:
        self.name = name


class Expanded(NamedTuple):
    """A word after substitution, and the names that it depends on, each once."""

    text: str
    names: tuple[str, ...]


def is_plain(word: str) -> bool:
    """Whether a word has no substitution, no quote, no escape and no broken character."""
    return word.isascii() and _SPECIAL.isdisjoint(word)


def valid_text(text: str) -> str:
    """`text` with U+FFFD for each byte that is not UTF-8, as Go reads it."""
    return text if text.isascii() else re.sub("[\udc80-\udcff]", "\ufffd", text)
