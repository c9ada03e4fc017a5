"""Reads the values under some keys of a TOML text, with their positions. No other module imports `tomllib`."""

from __future__ import annotations

import re
import sys

from ..yamlfile import Mistake, TooMuch, Value
from .located import Found, Lines, Token, end_of, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

_OPENS = re.compile(r"#[^\n]*|\"\"\"|'''|[\"']")
_CLOSES = {
    '"': re.compile(r'\\.|"'),
    '"""': re.compile(r'\\.|"{3,5}'),
    "'": re.compile("'"),
    "'''": re.compile("'{3,5}"),
}
# Time and memory of tomllib grow with the square of the parts of a key.
_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){100}""", re.ASCII)
_BARE = re.compile(r"=[ \t]*([^\s\[{][^\n,}]*)")


def read_values(text: str, keys: Sequence[str], path: str) -> Mapping[str, Found]:
    """The values under those of the dotted keys that the file has. Raises Mistake if it is not TOML."""
    return locate(text, keys, path, _tokens(text, path), _parse)


def spelling(key: str) -> str:
    """How a version is written under a key, with a slot for it."""
    return f'{key.rpartition(".")[2]} = "{{version}}"'


def _parse(text: str, path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    if deep := _DEEP_KEY.search(text):
        raise TooMuch(
            Value("", path, *Lines(text).position(deep.start())), "not TOML that can be read: nested too deeply"
        )
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TooMuch(Value("", path), "not TOML that can be read: nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, and a number or a date that is none
        what, _, where = str(error).partition(" (at ")
        place = re.match(r"line ([0-9]+), column ([0-9]+)", where)
        value = Value("", path, int(place[1]), int(place[2])) if place else Value("", path, text.count("\n") + 1)
        raise Mistake(value, f"not TOML: {what}") from None


def _tokens(text: str, path: str) -> Iterator[Token]:
    """The texts and the bare values of the file, including keys in quotes."""
    at = 0
    while opened := _OPENS.search(text, at):
        yield from _bare(text, at, opened.start())
        start, quote = opened.span()[0], opened[0]
        at = opened.end()
        if quote[0] != "#":
            at = end_of(text, at, _CLOSES[quote])
            yield Token(start, at, start + len(quote), at - len(quote), _says(text[start:at], quote, path))
    yield from _bare(text, at, len(text))


def _says(literal: str, quote: str, path: str) -> str:
    inside = literal[len(quote) : len(literal) - len(quote)]
    if "\\" in inside or "\n" in inside:
        return str(_parse(f"x = {literal}", path)["x"])
    return inside


def _bare(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _BARE.finditer(text, start, end):
        first, last = match.start(1), match.start(1) + len(match[1].rstrip())
        yield Token(first, last, first, last, None)
