"""Finds the positions of the values in a file whose parser gives none.

Each text that may be the value is replaced by a mark of its own, and the file is parsed again. The mark that is then
the value under the key tells which of the texts it was.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import islice

from ..dockerfile.lines import MOST_COMMENTS, MOST_INDENT, Comment
from ..named import NamedTuple
from ..yamlfile import TooMuch, Value
from .declaration import MOST_VALUES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

MARK = "\ue000"
NOTHING = object()


class Located(NamedTuple):
    """A value: its text, how it is written, its 1-based line and column, and the comments directly above it."""

    text: str
    written: str
    line: int
    column: int
    comments: tuple[Comment, ...]


class Found(NamedTuple):
    """The values under a key: of a `list` its texts, of a `table` nothing, else the value itself.

    A file of several documents may have several values.
    """

    kind: str
    values: tuple[Located, ...] = ()


class Token(NamedTuple):
    """A value as it is written from `start` to `end`, the text in it from `first` to `last`.

    `says` is the text that it stands for, or None for a value that is no text.
    """

    start: int
    end: int
    first: int
    last: int
    says: str | None


def lookup(document: Any, key: str) -> Any:
    """The value under a dotted key; NOTHING if there is none, because null is a value."""
    for part in key.split("."):
        document = document.get(part, NOTHING) if isinstance(document, dict) else NOTHING
    return document


def locate(
    text: str, keys: Sequence[str], path: str, tokens: Iterable[Token], parse: Callable[[str, str], Any]
) -> dict[str, Found]:
    """The values under each of the keys that the document has; `tokens` are all values in `text`, in order.

    Raises Mistake.
    """
    document = parse(text, path)
    found = {key: value for key in keys if (value := lookup(document, key)) is not NOTHING}
    values = [each for value in found.values() for each in (value if isinstance(value, list) else [value])]
    wanted = {each if isinstance(each, str) else None for each in values if not isinstance(each, (dict, list))}
    every = list(tokens) if wanted else []
    marked = [token for token in every if token.says in wanted]
    again = parse(_with_marks(text, marked), path) if marked else document
    lines = Lines(text, [(token.start, token.end) for token in every])
    located: dict[str, Found] = {}
    for key, value in found.items():
        under = list(islice(_marks(lookup(again, key), marked), MOST_VALUES + 1))
        refuse_many(len(under), key, path)
        located[key] = _found(value, [_at(lines, token) for token in under])
    return located


def refuse_many(count: int, key: str, path: str) -> None:
    """Raises TooMuch where more than MOST_VALUES values stand under a key."""
    if count > MOST_VALUES:
        raise TooMuch(Value("", path), f"more than {MOST_VALUES} values under {key}, the most that is read")


def _with_marks(text: str, marked: Sequence[Token]) -> str:
    ends = [0, *(token.end for token in marked)]
    starts = [*(token.start for token in marked), len(text)]
    kept = (text[end:start] for end, start in zip(ends, starts, strict=True))
    return "".join(
        part + (f'"{MARK}{number}{MARK}"' if number < len(marked) else "") for number, part in enumerate(kept)
    )


def _marks(value: Any, marked: Sequence[Token]) -> Iterator[Token]:
    for each in value if isinstance(value, list) else [value]:
        match = re.fullmatch(f"{MARK}([0-9]{{1,9}}){MARK}", each) if isinstance(each, str) else None
        if match and int(match[1]) < len(marked):
            yield marked[int(match[1])]


def _found(value: Any, located: Sequence[Located]) -> Found:
    if isinstance(value, (dict, list)):
        return Found("table" if isinstance(value, dict) else "list", tuple(located))
    return Found("value", tuple(located) or (Located(str(value), str(value), 1, 1, ()),))


def _at(lines: Lines, token: Token) -> Located:
    written = lines.text[token.first : token.last]
    comments = lines.comments_above(token.start)
    return Located(written if token.says is None else token.says, written, *lines.position(token.first), comments)


class Lines:
    """The lines of a text: positions in it, and the comments above them, each comment read once.

    `spans` are texts, which have no comments in them.
    """

    def __init__(self, text: str, spans: Sequence[tuple[int, int]] = ()) -> None:
        self.text, self._spans = text, spans
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._above: dict[frozenset[int], tuple[Comment, ...]] = {}

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def comments_above(self, *offsets: int) -> tuple[Comment, ...]:
        """The comments directly above the line of each offset, at most MOST_COMMENTS of each line."""
        lines = frozenset(bisect_right(self._starts, offset) for offset in offsets)
        if lines not in self._above:
            comments = {comment.line: comment for line in lines for comment in self._above_line(line)}
            self._above[lines] = tuple(comments[line] for line in sorted(comments))
        return self._above[lines]

    def _above_line(self, line: int) -> Iterator[Comment]:
        for above in range(line - 1, max(line - 1 - MOST_COMMENTS, 0), -1):
            start = self._starts[above - 1]
            written = self.text[start : self._starts[above]]
            span = bisect_left(self._spans, (start, 0)) - 1
            if not written.lstrip().startswith("#") or (span >= 0 and self._spans[span][1] > start):
                return
            if written.expandtabs().find("#") < MOST_INDENT:
                yield Comment(above, written.strip())


def end_of(text: str, start: int, closes: re.Pattern[str]) -> int:
    """The end of a text that begins at `start`; `closes` matches an escape, or the end."""
    return next((match.end() for match in closes.finditer(text, start) if match[0][0] != "\\"), len(text))
