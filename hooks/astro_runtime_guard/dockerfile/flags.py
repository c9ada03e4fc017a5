"""Flags at the start of an instruction's value: `--platform=linux/amd64`, `--from=IMAGE`.

Source: BuildKit's behaviour, where the Dockerfile reference is silent. Must not know: which flags an instruction has.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from ..named import NamedTuple

_BYTE_SPACE = "\t\n\v\f\r \x85\xa0"


class Flag(NamedTuple):
    """A `--flag` without its quotes and escapes, and where it begins and ends in the value of its
    instruction.
    """

    word: str
    start: int
    end: int


def cut_flags(value: str, escape: str) -> tuple[list[Flag], int]:
    """The flags at the start of an instruction's value, and where the rest of it begins. A `--` ends them."""
    if value.isascii():
        return _cut_flags(value, escape)
    # BuildKit reads flags byte by byte: \x85 and \xa0 are white space there, also inside a character.
    if not may_have_flags(value):
        return [], 0
    flags, end = _cut_flags(value.encode("utf-8", "surrogateescape").decode("latin-1"), escape)
    starts = list(accumulate((len(char.encode("utf-8", "surrogateescape")) for char in value), initial=0))
    flags = [Flag(flag.word, bisect_left(starts, flag.start), bisect_left(starts, flag.end)) for flag in flags]
    return flags, bisect_left(starts, end)


def may_have_flags(value: str) -> bool:
    """Whether there can be a flag at the start of an instruction's value."""
    return value[:1] in {"-", "\udc85"}


def _cut_flags(value: str, escape: str) -> tuple[list[Flag], int]:
    flags: list[Flag] = []
    position = 0
    while True:
        while value[position : position + 1] and value[position] in _BYTE_SPACE:
            position += 1
        if not value.startswith("--", position):
            return flags, position
        flag = _read_flag(value, position, escape)
        position = flag.end
        if flag.word == "--":
            return flags, position
        flags.append(flag)


def _read_flag(value: str, start: int, escape: str) -> Flag:
    chars: list[str] = []
    quote, position = "", start
    while position < len(value) and (quote or value[position] not in _BYTE_SPACE):
        char = value[position]
        if char == escape:
            position += 1
            chars.append(value[position : position + 1])
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        else:
            chars.append(char)
        position += 1
    return Flag("".join(chars), start, min(position, len(value)))
