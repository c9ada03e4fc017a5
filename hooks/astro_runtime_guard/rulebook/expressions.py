"""Reads the regular expression of a place, and refuses one whose time is not bounded.

A repository gives it, also in a pull request from a stranger, and `re` has no limit of its own: it tries every way in
which an expression can match. So the ways are counted in what Python's own parser makes of it. On a path of n
characters they are at most MOST_CHOICES times the square of n; `declarations/glance.py` bounds n.
"""

from __future__ import annotations

import re
from math import prod

from ..yamlfile import Mistake, Value
from .fields import text

try:
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse as parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

MOST_REPEATS = 1
"""How many repetitions without a small bound an expression may have, and one more where it begins with ^."""

MOST_CHOICES = 64
"""The most ways to choose between alternatives: those in one place are added, those one after another multiplied."""

_CHARACTERS = {"LITERAL", "NOT_LITERAL", "ANY", "IN", "AT"}
_FEW = 10


def expression(value: Value) -> str:
    """A regular expression that cannot take long. Raises Mistake."""
    written = text(value)
    try:
        re.compile(written)
        parsed = parser.parse(written)
    except (re.error, OverflowError, RecursionError) as error:
        raise Mistake(value, f"{written} is not a regular expression: {error}") from None
    choices, repeats = _count(parsed, value)
    anchored = str(next(iter(parsed), ("", ""))[1]) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}
    most = MOST_REPEATS + (anchored and not parsed.state.flags & re.MULTILINE)
    if repeats > most:
        raise Mistake(value, "more than one repetition (*, + or {n,}), or two after ^, can take too long: use fewer")
    if choices > MOST_CHOICES:
        raise Mistake(
            value, f"more than {MOST_CHOICES} ways through its alternatives (| and ?) can take too long: use fewer"
        )
    return written


def _count(parsed: Iterable[tuple[Any, Any]], place: Value) -> tuple[int, int]:
    """The ways through the alternatives of an expression, and how many repetitions one way has at most."""
    counts = [_count_one(str(kind), value, place) for kind, value in parsed]
    return prod(choices for choices, _ in counts), sum(repeats for _, repeats in counts)


def _count_one(kind: str, value: Any, place: Value) -> tuple[int, int]:
    if kind in _CHARACTERS:
        return 1, 0
    if kind == "BRANCH":
        counts = [_count(branch, place) for branch in value[1]]
        return sum(choices for choices, _ in counts), max(repeats for _, repeats in counts)
    if kind == "SUBPATTERN":
        return _count(value[-1], place)
    if kind in {"ASSERT", "ASSERT_NOT"}:
        return _count(value[1], place)
    if kind in {"MAX_REPEAT", "MIN_REPEAT"}:
        low, high, inside = value
        choices, repeats = _count(inside, place)
        if (low, high) == (0, 1):
            return choices + 1, repeats
        if len(inside) == 1 and str(inside[0][0]) in _CHARACTERS:
            return (high - low + 1, 0) if high - low < _FEW else (1, 1)
    raise Mistake(place, "a group that repeats, or a reference to a group, can take too long: write it without")
