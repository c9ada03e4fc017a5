"""Reads the keys of a YAML mapping into Python values, and reports every mistake with its position."""

from __future__ import annotations

from ..errors import unknown
from ..named import NamedTuple
from ..yamlfile import Mistake, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


class Key(NamedTuple):
    """One key of a file: how its value is read, what it means, whether it must be there, and the keys inside it."""

    read: Callable[..., Any]
    meaning: str
    required: bool = False
    keys: Mapping[str, Key] | None = None


def read_fields(value: Value, keys: Mapping[str, Key]) -> dict[str, Any]:
    """The values of a mapping by key. Raises Mistake with every mistake in the mapping, one a line."""
    if not isinstance(value.content, dict):
        raise Mistake(value, f"expected a mapping with the keys {_names(keys)}")
    values: dict[str, Any] = {}
    mistakes = [
        str(Mistake(value, f"{name}: this key is missing"))
        for name, key in keys.items()
        if key.required and name not in value.content
    ]
    for name, (place, item) in value.content.items():
        try:
            if name not in keys:
                raise Mistake(place, unknown("key", name, keys))
            inside = (keys[name].keys,) if keys[name].keys else ()
            values[name] = keys[name].read(item, *inside)
        except Mistake as mistake:
            mistakes.append(str(mistake))
    if mistakes:
        raise Mistake.joined(mistakes)
    return values


def _names(keys: Mapping[str, Key]) -> str:
    return ", ".join(keys)


def text(value: Value) -> str:
    """A text that is not empty, on one line."""
    if isinstance(value.content, dict):
        raise Mistake(value, "expected a text (one with a colon and a space in it needs quotes)")
    content = value.content.strip() if isinstance(value.content, str) else ""
    if not content:
        raise Mistake(value, "expected a text")
    if "\n" in content:
        raise Mistake(value, "expected one line (fold a long one with `>-`)")
    if not content.isprintable():
        raise Mistake(value, "expected a text without control characters, tabs or unusual spaces")
    return content


def source(value: Value) -> str:
    """A text of any number of lines, as it stands."""
    if not isinstance(value.content, str):
        raise Mistake(value, "expected a text")
    return value.content


def texts(value: Value) -> tuple[str, ...]:
    """A list of texts, at least one; a single text is a list of one."""
    items = value.content if isinstance(value.content, tuple) and value.content else (value,)
    return tuple(text(item) for item in items)


def flag(value: Value) -> bool:
    """`true` or `false`."""
    if value.content not in ("true", "false"):  # no set: a mapping has no hash
        raise Mistake(value, "expected true or false")
    return value.content == "true"


def number(value: Value) -> str:
    """A number of at most nine digits, as text."""
    if not (
        isinstance(value.content, str)
        and value.content.isascii()
        and value.content.isdigit()
        and len(value.content) < 10
    ):
        raise Mistake(value, f"{text(value)}: expected a number")
    return value.content


def date(value: Value) -> str:
    """A day as `YYYY-MM-DD`."""
    from datetime import date as day

    try:
        return day.fromisoformat(text(value)).isoformat()
    except ValueError:
        raise Mistake(value, f"{value.content}: expected a day such as 2024-04-30") from None


def pairs(value: Value) -> tuple[tuple[str, str], ...]:
    """A mapping from text to text, in the order of the file."""
    if not isinstance(value.content, dict):
        raise Mistake(value, "expected a mapping")
    return tuple((name, text(item)) for name, (_, item) in value.content.items())


def sources(value: Value) -> tuple[tuple[str, str], ...]:
    """A mapping from text to text of any number of lines, in the order of the file."""
    if not isinstance(value.content, dict):
        raise Mistake(value, "expected a mapping")
    return tuple((name, source(item)) for name, (_, item) in value.content.items())


Record = tuple[Value, "dict[str, Any]"]


def record(value: Value, keys: Mapping[str, Key]) -> dict[str, Any]:
    """A mapping with these keys."""
    return read_fields(value, keys)


def records(value: Value, keys: Mapping[str, Key]) -> tuple[Record, ...]:
    """A list of mappings with these keys: the place of each, and its values."""
    if not isinstance(value.content, tuple):
        raise Mistake(value, "expected a list")
    return tuple((item, read_fields(item, keys)) for item in value.content)
