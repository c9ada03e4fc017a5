"""Reads the values under some keys of a JSON text, with their positions."""

from __future__ import annotations

import re

from ..yamlfile import Mistake, TooMuch, Value
from .located import Found, Token, end_of, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

_CLOSES = re.compile(r'\\.|"')
_BARE = re.compile(r"[^\s,:\[\]{}]+")
_COLON = re.compile(r"\s*:")


def read_values(text: str, keys: Sequence[str], path: str) -> Mapping[str, Found]:
    """The values under those of the dotted keys that the file has. Raises Mistake if it is not JSON."""
    return locate(text, keys, path, _tokens(text), _parse)


def spelling(key: str) -> str:
    """How a version is written under a key, with a slot for it."""
    return f'"{key.rpartition(".")[2]}": "{{version}}"'


def _parse(text: str, path: str) -> Any:
    from json import JSONDecodeError, loads

    try:
        return loads(text, parse_int=float)  # an int has a limit of digits, and the tokens say how it is written
    except RecursionError:
        raise TooMuch(Value("", path), "not JSON that can be read: nested too deeply") from None
    except JSONDecodeError as error:
        raise Mistake(Value("", path, error.lineno, error.colno), f"not JSON: {error.msg}") from None


def _tokens(text: str) -> Iterator[Token]:
    from json import loads

    at = 0
    while (start := text.find('"', at)) >= 0:
        yield from _bare(text, at, start)
        at = end_of(text, start + 1, _CLOSES)
        inside = text[start + 1 : at - 1]
        if not _COLON.match(text, at):
            yield Token(start, at, start + 1, at - 1, loads(text[start:at]) if "\\" in inside else inside)
    yield from _bare(text, at, len(text))


def _bare(text: str, start: int, end: int) -> Iterator[Token]:
    yield from (Token(*it.span(), *it.span(), None) for it in _BARE.finditer(text, start, end))
