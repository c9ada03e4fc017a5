"""Finds the positions of the values in a file whose parser gives none.

Each text that may be the value is replaced by a mark of its own, and the file is parsed again. The mark that is then
the value under the key tells which of the texts it was.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from ..dockerfile.stages import Comment
from ..named import NamedTuple

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


class Bare(str):
    """A number as it is written, which is no text."""

    __slots__ = ()


def lookup(document: Any, key: str) -> Any:
    """The value under a dotted key; NOTHING if there is none, because null is a value."""
    for part in key.split("."):
        document = document.get(part, NOTHING) if isinstance(document, dict) else NOTHING
    return document


def locate(
    text: str, keys: Sequence[str], document: Any, tokens: Iterable[Token], parse: Callable[[str], Any]
) -> dict[str, Found]:
    """The values under each of the keys that `document` has; `tokens` are all values in `text`, in order."""
    found = {key: value for key in keys if (value := lookup(document, key)) is not NOTHING}
    values = [each for value in found.values() for each in (value if isinstance(value, list) else [value])]
    wanted = {each if _is_text(each) else None for each in values if not isinstance(each, (dict, list))}
    every = list(tokens) if wanted else []
    marked = [token for token in every if token.says in wanted]
    again = parse(_with_marks(text, marked)) if marked else document
    spans = [(token.start, token.end) for token in every if "\n" in text[token.start : token.end]]
    return {
        key: _found(value, [_at(text, token, spans) for token in _marks(lookup(again, key), marked)])
        for key, value in found.items()
    }


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Bare)


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


def _at(text: str, token: Token, spans: Sequence[tuple[int, int]]) -> Located:
    written = text[token.first : token.last]
    comments = comments_above(text, [token.start], spans)
    return Located(written if token.says is None else token.says, written, *position(text, token.first), comments)


def position(text: str, offset: int) -> tuple[int, int]:
    """The 1-based line and column of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def comments_above(text: str, offsets: Iterable[int], spans: Sequence[tuple[int, int]]) -> tuple[Comment, ...]:
    """The comments directly above the line of each offset. `spans` are texts of several lines, without comments."""
    found: dict[int, Comment] = {}
    for offset in offsets:
        begin, line = text.rfind("\n", 0, offset) + 1, position(text, offset)[0]
        while begin:
            above = text.rfind("\n", 0, begin - 1) + 1
            written = text[above : begin - 1].strip()
            span = bisect_left(spans, (above, 0)) - 1
            if not written.startswith("#") or (span >= 0 and spans[span][1] > above):
                break
            begin, line = above, line - 1
            found[line] = Comment(line, written)
    return tuple(found[line] for line in sorted(found))


def end_of(text: str, start: int, closes: re.Pattern[str]) -> int:
    """The end of a text that begins at `start`; `closes` matches an escape, or the end."""
    return next((match.end() for match in closes.finditer(text, start) if match[0][0] != "\\"), len(text))
