"""Joins the physical lines of a Dockerfile into logical lines, one for each instruction.

Source: "Format", "Parser directives" and "Here-documents" in the Dockerfile reference, and where it is silent
BuildKit's behaviour.
"""

from __future__ import annotations

import re
from collections import deque

from ..named import NamedTuple
from .words import BLANK, SPACE, WORD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

DIRECTIVES = {"syntax", "escape", "check"}
MOST_COMMENTS = 100
"""The most comment lines directly above an instruction or a value that are read, the nearest ones."""
MOST_INDENT = 100
"""A comment further to the right is left out, because a reviewer does not see it."""

_DIRECTIVE = r"([A-Za-z][A-Za-z0-9]*)[\t\f\r ]*=[\t\f\r ]*(.+)"
_HEREDOC = r"[0-9]*<<(-?)[\t\f\r ]*([^<]*)"
_WITH_HEREDOCS = {"add", "copy", "run"}


class Comment(NamedTuple):
    """A comment line: `line` is 1-based, `text` begins at the `#`, without white space around it."""

    line: int
    text: str


class LogicalLine(NamedTuple):
    """An instruction with its continuation lines joined; `end_line` includes the bodies of its heredocs.

    `keyword` is lower-cased. `value` follows it and begins at `offset` of the joined text. `places` has the offset
    and the line (1-based) of each part of the joined text. `comments` are the comment lines directly above.
    """

    keyword: str
    value: str
    offset: int
    line: int
    end_line: int
    places: tuple[tuple[int, int], ...]
    comments: tuple[Comment, ...]

    def place(self, position: int) -> tuple[int, int]:
        """Line and column (1-based) of a position in `value`."""
        position += self.offset
        if len(self.places) == 1:  # most instructions are, and need no import
            return self.line, position + 1
        from bisect import bisect_right

        start, line = self.places[bisect_right(self.places, (position, 1 << 60)) - 1]
        return line, position - start + 1


class Heredoc(NamedTuple):
    """A line with `name` alone ends the body; with `tabs` there may be tabs in front of the name."""

    name: str
    tabs: bool


class _Joined(NamedTuple):
    text: str
    places: tuple[tuple[int, int], ...]
    following: int


def source_lines(source: bytes) -> list[str]:
    """The physical lines without line ends and byte order mark. A byte that is not UTF-8 becomes a surrogate."""
    lines = source.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n")
    return [line.rstrip("\r") for line in (lines if lines[-1] else lines[:-1])]


def logical_lines(lines: Sequence[str], skip: Callable[[str], bool] | None = None) -> tuple[str, list[LogicalLine]]:
    """The escape character, and the instructions in file order.

    Of those in one line without a heredoc, `skip(text)` says which are left out; it gets the line without the white
    space around it.
    """
    escape, directives = _read_directives(lines)
    return escape, list(_logical_lines(lines, directives, escape, skip))


def _read_directives(lines: Sequence[str]) -> tuple[str, int]:
    """The escape character, and how many lines at the top are parser directives.

    Docker refuses a file with a directive twice or with a wrong escape character. Here a wrong character has no effect,
    and of several directives one with the back quote counts.
    """
    escape = "\\"
    for number, line in enumerate(lines):
        text = line.lstrip(SPACE)
        match = re.match(_DIRECTIVE, text[1:].lstrip(SPACE)) if text.startswith("#") else None
        if not match or match[1].lower() not in DIRECTIVES:
            return escape, number
        if match[1].lower() == "escape" and match[2].rstrip("\t\f\r ") == "`":
            escape = "`"
    return escape, len(lines)


def _logical_lines(
    lines: Sequence[str], index: int, escape: str, skip: Callable[[str], bool] | None
) -> Iterator[LogicalLine]:
    comments: deque[Comment] = deque(maxlen=MOST_COMMENTS)
    ends = _Ends(lines)
    while index < len(lines):
        text = lines[index].strip(SPACE)
        if not text or text[0] == "#":
            if not text:
                comments.clear()
            elif lines[index].expandtabs().find("#") < MOST_INDENT:
                comments.append(Comment(index + 1, text))
            index += 1
            continue
        if text[-1] != escape and "<<" not in text:  # most instructions are one line without a heredoc
            if not (skip and skip(text)):
                yield _alone(lines[index], text, index, comments)
            index += 1
        else:
            line = _joined(lines, index, escape, ends, comments)
            yield line
            index = line.end_line
        comments.clear()


def _alone(line: str, text: str, index: int, comments: Iterable[Comment]) -> LogicalLine:
    """The instruction on the one line at `index`; `text` is that line without the white space around it."""
    keyword, value, offset = split_instruction(text)
    offset += len(line) - len(line.lstrip(SPACE))
    return LogicalLine(keyword, value, offset, index + 1, index + 1, ((0, index + 1),), tuple(comments))


def _joined(lines: Sequence[str], index: int, escape: str, ends: _Ends, comments: Iterable[Comment]) -> LogicalLine:
    """The instruction that begins at `index`, with its continuation lines and the bodies of its heredocs."""
    joined = _join(lines, index, escape)
    keyword, value, offset = split_instruction(joined.text.strip(SPACE))
    following = joined.following
    for heredoc in _heredocs(keyword, value, joined.text):
        following = ends.after(heredoc, following)
    offset += len(joined.text) - len(joined.text.lstrip(SPACE))
    return LogicalLine(keyword, value, offset, index + 1, following, joined.places, tuple(comments))


def split_instruction(text: str) -> tuple[str, str, int]:
    """An instruction's keyword in lower case, its value, and the position of the value."""
    keyword, _, value = text.partition(" ")
    if not keyword.isalpha():  # another blank may stand behind it, and behind ONBUILD white space in front of it
        rest = text.lstrip(SPACE)
        word = WORD.match(rest)
        keyword = word[0] if word else ""
        value = rest[len(keyword) :]
    value = value.lstrip(BLANK)
    return keyword.lower(), value, len(text) - len(value)


def _join(lines: Sequence[str], index: int, escape: str) -> _Joined:
    """The logical line that begins at `index`, without comments and empty lines between its parts."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    offset = 0
    while True:
        text = lines[index]
        part = _without_continuation(text, escape)
        places.append((offset, index + 1))
        parts.append(part)
        offset += len(part)
        index += 1
        if part == text:
            break
        while index < len(lines) and _is_skipped(lines[index]):
            index += 1
        if index == len(lines):
            break
    return _Joined("".join(parts), tuple(places), index)


def _without_continuation(text: str, escape: str) -> str:
    """`text` without the single escape character at its end; `text` itself if it has none."""
    cut = text.rstrip("\t ")
    if not cut.endswith(escape) or cut.endswith(escape * 2):
        return text
    return cut[:-1]


def _is_skipped(line: str) -> bool:
    text = line.lstrip(SPACE)
    return not text or text.startswith("#")


def _heredocs(keyword: str, value: str, text: str) -> list[Heredoc]:
    """The heredocs whose bodies follow an instruction, also behind ONBUILD.

    The exec form has none, because in JSON `<<` stands between quotes.
    """
    if "<<" not in value:
        return []
    if keyword == "onbuild":
        keyword, _, _ = split_instruction(value)
    return read_heredocs(text) if keyword in _WITH_HEREDOCS else []


def read_heredocs(line: str) -> list[Heredoc]:
    """The heredocs of a RUN, COPY or ADD line. Here the escape character is `\\`, whatever the directive says."""
    from .expansion import split_words

    heredocs = []
    for word in split_words(line, keep=True):
        if match := re.fullmatch(_HEREDOC, word):
            names = split_words(match[2], keep=False)
            if len(names) == 1:
                heredocs.append(Heredoc(names[0], bool(match[1])))
    return heredocs


class _Ends:
    """Finds where heredocs end. It has the last line of each text, so a heredoc without an end takes no search."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.last: dict[bool, dict[str, int]] = {}

    def after(self, heredoc: Heredoc, index: int) -> int:
        """The line after a body that begins at `index`. Docker refuses a body without an end; here it is no body."""
        if heredoc.tabs not in self.last:
            self.last[heredoc.tabs] = {self._text(line, heredoc): number for number, line in enumerate(self.lines)}
        if self.last[heredoc.tabs].get(heredoc.name, -1) < index:
            return index
        while self._text(self.lines[index], heredoc) != heredoc.name:
            index += 1
        return index + 1

    def _text(self, line: str, heredoc: Heredoc) -> str:
        return line.lstrip("\t") if heredoc.tabs else line
