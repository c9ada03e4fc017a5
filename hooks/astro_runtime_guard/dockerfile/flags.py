"""Reads the flags at the start of an instruction's value: `--platform=linux/amd64`, `--from=IMAGE`.

Source: BuildKit's behaviour, where the Dockerfile reference is silent.
"""

from __future__ import annotations

from ..named import NamedTuple
from .words import SPACE

_BYTE_SPACE = "\t\n\v\f\r \x85\xa0"


class Flag(NamedTuple):
    """A `--flag` without its quotes and escapes.

    `end` is the position behind it in the value of the instruction; `places` has that of each character of `word`.
    """

    word: str
    end: int
    places: tuple[int, ...]

    def written_from(self, index: int) -> int:
        """Where the text behind character `index - 1` of the word begins in the value."""
        return self.places[index - 1] + 1


def cut_flags(value: str, escape: str) -> tuple[list[Flag], int]:
    """The flags at the start of an instruction's value, and the position of the rest. A `--` ends the flags.

    In front of the rest there may be any white space, in front of a flag only bytes that are white space.
    """
    if value.isascii():
        return _cut_flags(value, escape)
    # BuildKit reads flags byte by byte: the bytes \x85 and \xa0 are white space, also inside a longer character.
    if not may_have_flags(value):
        return [], len(value) - len(value.lstrip(SPACE))
    flags, end = _cut_flags(value.encode("utf-8", "surrogateescape").decode("latin-1"), escape)
    # For the position of each byte that of its character; inside a character, of the next one.
    sizes = (len(char.encode("utf-8", "surrogateescape")) for char in value)
    characters = [number + (byte > 0) for number, size in enumerate(sizes) for byte in range(size)] + [len(value)]
    rest = value[characters[end] :].lstrip(SPACE)
    return [_in_characters(flag, characters) for flag in flags], len(value) - len(rest)


def _in_characters(flag: Flag, characters: list[int]) -> Flag:
    """A flag with positions in bytes as the same flag with positions in characters."""
    return Flag(flag.word, characters[flag.end], tuple(characters[place] for place in flag.places))


def may_have_flags(value: str) -> bool:
    """Whether an instruction's value can begin with a flag."""
    # No set: ruff takes the two bytes for the same character, and removes one.
    return value.startswith(("-", "\udc85", "\udca0"))


def _cut_flags(value: str, escape: str) -> tuple[list[Flag], int]:
    flags: list[Flag] = []
    position = 0
    while True:
        while position < len(value) and value[position] in _BYTE_SPACE:
            position += 1
        if not value.startswith("--", position):
            return flags, position
        flag = _read_flag(value, position, escape)
        position = flag.end
        if flag.word == "--":
            return flags, position
        flags.append(flag)


def _read_flag(value: str, position: int, escape: str) -> Flag:
    chars: list[str] = []
    places: list[int] = []
    quote = ""
    while position < len(value) and (quote or value[position] not in _BYTE_SPACE):
        char = value[position]
        if char == escape:
            position += 1
            if position < len(value):
                chars.append(value[position])
                places.append(position)
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        else:
            chars.append(char)
            places.append(position)
        position += 1
    return Flag("".join(chars), min(position, len(value)), tuple(places))
