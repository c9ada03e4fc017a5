"""Matches the patterns of `${NAME#pattern}`, `${NAME%pattern}` and `${NAME/pattern/text}`.

Source: "Environment replacement" in the Dockerfile reference. `?` is one character, `*` any number of characters. A
backslash in front of `?`, `*`, `\\`, `}` or `/` makes it an ordinary character; any other backslash is an error.
"""

from __future__ import annotations

import re
from itertools import pairwise

Segment = tuple[str, ...]  # characters in a row; "" stands for any one character
WORK_LIMIT = 100_000_000  # characters of a value times characters of a pattern

_PART = re.compile(r"\\.|.", re.DOTALL)
_GROUP = re.compile(r"\$(?:(\$)|\w+|\{\w+\})")


class PatternError(Exception):
    """Docker refuses this pattern."""


def without_prefix(value: str, pattern: str, *, longest: bool) -> str:
    """`value` without the part at its start that `pattern` matches. Raises PatternError."""
    return value[_end(value, _segments(pattern, value), 0, longest=longest) :]


def without_suffix(value: str, pattern: str, *, longest: bool) -> str:
    """`value` without the part at its end that `pattern` matches. Raises PatternError."""
    backwards = "".join(reversed(_PART.findall(pattern)))
    return without_prefix(value[::-1], backwards, longest=longest)[::-1]


def replaced(value: str, pattern: str, text: str, *, every: bool) -> str:
    """`value` with its first longest match of `pattern`, or all of them, replaced by `text`.

    With `every`, BuildKit reads `$name` in the text as a group of a Go expression. No such group exists, so it is
    empty. Raises PatternError.
    """
    segments = _segments(pattern, value)
    text = _GROUP.sub(r"\1", text) if every else text
    parts: list[str] = []
    done = position = 0
    # If the rest of a pattern does not match behind the first match of its first segment, it does not match behind a
    # later one.
    while (start := _find(segments[0], value, position)) >= 0:
        end = _end(value, segments, start, longest=True)
        if end is None:
            break
        # An empty match directly behind another match does not count.
        parts += [value[done:start], text if end > done or start == 0 else ""]
        done, position = end, max(end, position + 1)
        if not every:
            break
    return "".join(parts) + value[done:]


def _end(value: str, segments: list[Segment], start: int, *, longest: bool) -> int | None:
    """The end of the match that begins at `start`. For each segment but the last the nearest place is right."""
    end = start + len(segments[0])
    if _find(segments[0], value[start:end], 0) != 0:
        return None
    for number, segment in enumerate(segments[1:], 2):
        find = _find_last if longest and number == len(segments) else _find
        start = find(segment, value, end)
        if start < 0:
            return None
        end = start + len(segment)
    return end


def _find(segment: Segment, value: str, start: int) -> int:
    if "" not in segment:
        return value.find("".join(segment), start)
    match = _expression(segment).search(value, start)
    return match.start() if match else -1


def _find_last(segment: Segment, value: str, start: int) -> int:
    if "" not in segment:
        return value.rfind("".join(segment), start)
    return max((match.start() for match in _expression(segment).finditer(value, start)), default=-1)


def _expression(segment: Segment) -> re.Pattern[str]:
    return re.compile(f"(?s)(?={''.join(re.escape(char) if char else '.' for char in segment)})")


def _segments(pattern: str, value: str) -> list[Segment]:
    """The segments of a pattern, which stars separate."""
    # BuildKit skips a byte order mark in front of a pattern; of one for the end of a value, behind it.
    parts = _PART.findall(pattern.removeprefix("\ufeff"))
    if len(parts) * len(value) > WORK_LIMIT or parts[-1:] == ["\\"]:
        raise PatternError
    if any(len(part) == 2 and part[1] not in r"*?\}/" for part in parts):
        raise PatternError
    stars = [-1, *(at for at, part in enumerate(parts) if part == "*"), len(parts)]
    chars = ["" if part == "?" else part[-1] for part in parts]
    return [tuple(chars[start + 1 : end]) for start, end in pairwise(stars)]
