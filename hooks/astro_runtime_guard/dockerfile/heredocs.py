"""What a RUN, COPY or ADD line says about heredocs.

Source: "Here-documents" in the Dockerfile reference. Finding them takes the shell's rules for words: `<<`
inside quotes or in the middle of a word announces nothing.
"""

from __future__ import annotations

import re

from ..named import NamedTuple
from .words import split_words

_HEREDOC = re.compile(r"[0-9]*<<(-?)[\t\n\f\r ]*([^<]*)")


class Heredoc(NamedTuple):
    """`name` ends the body as a line of its own; with `tabs` there may be tabs in front of it."""

    name: str
    tabs: bool


def read_heredocs(line: str) -> list[Heredoc]:
    """The heredocs that a RUN, COPY or ADD line announces. The escape character is `\\` whatever the
    directive says.
    """
    found = []
    for word in split_words(line, keep=True):
        if match := _HEREDOC.fullmatch(word):
            names = split_words(match[2], keep=False)
            if len(names) == 1:
                found.append(Heredoc(names[0], bool(match[1])))
    return found
