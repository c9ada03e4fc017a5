"""Reads shell words as BuildKit does, to put build arguments into a word and to find heredocs.

Source: "Environment replacement" in the Dockerfile reference. In single quotes every character is ordinary, in double
quotes all but `$` and the escape character. `$NAME` and `${NAME}` stand for a value. These forms choose or change it:

    ${N:-word} ${N-word}        word where N has no value (with the colon: or an empty one)
    ${N:+word} ${N+word}        word where N has a value, else nothing
    ${N:?word} ${N?word}        docker refuses the file where N has no value
    ${N#pattern} ${N##pattern}  without the shortest, the longest match at the start; % and %% at the end
    ${N/pattern/word}           with the first match replaced; // with every match replaced

A word may contain further substitutions. The reader has a stack of its own, so deep nesting needs no recursion.
"""

from __future__ import annotations

import re

from .words import SPACE, Expanded, WordError, valid_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Value = Callable[[str], str | None]
    Missing = Callable[[str], str]

_SHORT_NAME = re.compile(r"\d+|[@*#?\-$!]")
_PLAIN = re.compile(r"[^$'\"\\`}/<]+")
_ARROWS = re.compile(r"<<[\t\r ]*")
_OPERATOR = re.compile(r"\}|:?[-+?]|[#%]|//?")
_RAW_OPERATOR = re.compile(r"\}|:[^#%]|[-+?]|[#%]|//?")  # BuildKit refuses `${N:0:3}` only where it has to compute it
_SPACES = re.compile(f"[{SPACE}]")


class _Frame:
    """A word that is being read up to `stop` (empty: up to the end); in braces with their name and operator."""

    def __init__(
        self, stop: str, keep_escapes: bool, name: str = "", operator: str = "", pattern: str = "",
        names: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self.stop, self.keep_escapes = stop, keep_escapes
        self.name, self.operator, self.pattern = name, operator, pattern
        self.parts: list[str] = []
        self.names = list(names)


class _Reader:
    """The state of the reader. If `value` is None, no name has a value and each `$...` stays as written."""

    def __init__(
        self, escape: str, value: Value | None, missing: Missing, budget: list[int], keep_quotes: bool
    ) -> None:
        self.escape, self.value, self.missing = escape, value, missing
        self.budget, self.keep_quotes = budget, keep_quotes
        self.frames: list[_Frame] = []
        self.pieces: list[tuple[str, bool] | None] = []


def expand(word: str, escape: str, value: Value, missing: Missing, budget: list[int]) -> Expanded:
    """`word` without its quotes and with the values of its names.

    `missing` gives the text for a name without a value. The one number in `budget` is how many more characters may be
    written; without it a few doublings (`ARG B=$A$A`) would fill any memory. Raises WordError.
    """
    reader = _Reader(escape, value, missing, budget, keep_quotes=False)
    top = _read(word, reader, keep_escapes=False)
    return Expanded("".join(top.parts), tuple(dict.fromkeys(top.names)))


def split_words(text: str, *, keep: bool) -> list[str]:
    """The words between white space, with `keep` including quotes and escapes. Empty for a line that is no shell."""
    reader = _Reader("\\", None, str, [1 << 24], keep_quotes=keep)
    try:
        _read(text, reader, keep_escapes=keep)
    except WordError:
        return []
    words: list[str] = []
    current: list[str] = []
    for piece in reader.pieces:
        if piece is None:
            current.clear()
            continue
        first, *others = _SPACES.split(piece[0]) if piece[1] else [piece[0]]
        current.append(first)
        for other in others:
            words.append("".join(current))
            current = [other]
    return [word for word in [*words, "".join(current)] if word]


def _read(text: str, reader: _Reader, *, keep_escapes: bool) -> _Frame:
    # BuildKit skips a byte order mark in front of any word.
    text = valid_text(text).removeprefix("\ufeff")
    reader.frames.append(_Frame("", keep_escapes))
    position = 0
    while position < len(text):
        position = _step(text, position, reader)
    if len(reader.frames) > 1:
        raise WordError
    return reader.frames[0]


def _step(text: str, position: int, reader: _Reader) -> int:
    """Read one element at `position` and return the position of the next."""
    frame, char = reader.frames[-1], text[position]
    if plain := _PLAIN.match(text, position):
        _put(reader, plain[0], breakable=True)
        return plain.end()
    if char == frame.stop:
        _close(reader)
    elif char == "$":
        return _dollar(text, position + 1, reader)
    elif char == reader.escape:
        return _escaped(text, position, reader)
    elif frame.stop != '"' and char == "'":
        return _single_quoted(text, position, reader)
    elif char == '"':
        reader.frames.append(_Frame('"', frame.keep_escapes))
    else:
        # The spaces behind the arrows of a heredoc end no word.
        end = match.end() if (match := _ARROWS.match(text, position)) else position + 1
        _put(reader, text[position:end], breakable=False)
        return end
    return position + 1


def _put(reader: _Reader, text: str, *, breakable: bool) -> None:
    reader.frames[-1].parts.append(text)
    reader.budget[0] -= len(text)
    if reader.budget[0] < 0:
        raise WordError
    if len(reader.frames) == 1:
        reader.pieces.append((text, breakable))


def _single_quoted(text: str, position: int, reader: _Reader) -> int:
    end = text.find("'", position + 1)
    if end < 0:
        raise WordError
    quoted = text[position : end + 1]
    _put(reader, quoted if reader.keep_quotes else quoted[1:-1], breakable=False)
    return end + 1


def _escaped(text: str, position: int, reader: _Reader) -> int:
    """Read the escape character and the next one. In double quotes it escapes only a quote, `$` and itself."""
    frame, following = reader.frames[-1], text[position + 1 : position + 2]
    escape = reader.escape if frame.keep_escapes else ""
    if frame.stop == '"' and following not in {'"', "$", reader.escape}:
        # BuildKit writes this one twice where it leaves quotes and escapes in.
        _put(reader, escape + reader.escape, breakable=False)
        return position + 1
    _put(reader, escape + following, breakable=False)
    return position + 2


def _dollar(text: str, position: int, reader: _Reader) -> int:
    """Read a substitution; its `$` is in front of `position`."""
    if text[position : position + 1] != "{":
        name = _name(text, position)
        _put_value(reader, name, f"${name}")
        return position + len(name)
    if text[position + 1 : position + 2] in {"}", ":"}:
        raise WordError
    name = _name(text, position + 1)
    position += 1 + len(name)
    operator = (_OPERATOR if reader.value else _RAW_OPERATOR).match(text, position)
    if not operator:
        raise WordError
    if operator[0] == "}":
        _put_value(reader, name, f"${{{name}}}")
    else:
        reader.pieces.append(None)  # here BuildKit loses the part of the word that it has read
        replacing = operator[0][0] == "/"
        raw = replacing or operator[0] in {"#", "%"}
        reader.frames.append(_Frame("/" if replacing else "}", raw, name, operator[0]))
    return operator.end()


def _name(text: str, position: int) -> str:
    """The name at `position`: digits, one special parameter, or letters of any script, digits and underscores."""
    if match := _SHORT_NAME.match(text, position):
        return match[0]
    end = position
    while end < len(text) and (text[end].isalpha() or text[end].isdecimal() or text[end] == "_"):
        end += 1
    return text[position:end]


def _put_value(reader: _Reader, name: str, typed: str) -> None:
    if not name or not reader.value:
        _put(reader, typed, breakable=True)
        return
    value = reader.value(name)
    reader.frames[-1].names.append(name)
    _put(reader, reader.missing(name) if value is None else value, breakable=True)


def _close(reader: _Reader) -> None:
    """Put the text of the innermost frame, which is complete, into the frame around it."""
    frame = reader.frames.pop()
    text = "".join(frame.parts)
    if frame.stop == '"':
        reader.frames[-1].names += frame.names
        _put(reader, f'"{text}"' if reader.keep_quotes else text, breakable=False)
    elif frame.stop == "/":
        replacement = _Frame("}", True, frame.name, frame.operator, text, names=frame.names)
        reader.frames.append(replacement)
    elif not reader.value:
        between = f"{frame.pattern}/" if frame.operator[0] == "/" else ""
        operator = "/" if between else frame.operator
        _put(reader, f"${{{frame.name}{operator}{between}{text}}}", breakable=True)
    else:
        _put_choice(reader, frame, text, reader.value(frame.name))


def _put_choice(reader: _Reader, frame: _Frame, word: str, value: str | None) -> None:
    """Put the value of a `${NAME<operator>word}`."""
    names, kind = reader.frames[-1].names, frame.operator[-1]
    absent = value is None or (frame.operator[0] == ":" and not value)
    if kind == "?" and absent and (value is not None or not reader.missing(frame.name)):
        raise WordError(frame.name if value is None else "")
    if kind in "-+" and absent == (kind == "-"):
        names += [*frame.names, frame.name] if kind == "+" else frame.names
        _put(reader, word, breakable=True)
    elif kind != "+":
        names += [frame.name, *frame.names] if kind in "#%/" else [frame.name]
        changed = _changed(frame, word, value or "")
        _put(reader, reader.missing(frame.name) or changed if value is None else changed, breakable=True)


def _changed(frame: _Frame, word: str, value: str) -> str:
    kind = frame.operator[-1]
    if kind not in "/#%":
        return value
    from .globs import PatternError, replaced, without_prefix, without_suffix

    longest = word.startswith(kind)
    trim = without_prefix if kind == "#" else without_suffix
    try:
        if kind == "/":
            return replaced(value, frame.pattern, word, every=frame.operator == "//")
        return trim(value, word[1:] if longest else word, longest=longest)
    except PatternError:
        raise WordError from None
