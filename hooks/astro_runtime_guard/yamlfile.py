"""Reads YAML into values that know their file and position. The only module that imports `yaml`.

Mappings, lists and texts are accepted. Every scalar is a text: `5.0` is not a float, and `no` is not False. Events are
read, not composed nodes, because composing recurses in C, and 50,000 open brackets would end the process.
"""

from __future__ import annotations

import re
from itertools import islice

from .errors import CannotCheck, OverLimit, plain
from .named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

MOST_BYTES = 1_000_000
MOST_LEVELS = 20
MOST_EVENTS = 50_000
"""The most events of PyYAML's parser in one file: each text is one, each list and each mapping two."""

_OPENS = {"SequenceStartEvent": 1, "MappingStartEvent": 1, "SequenceEndEvent": -1, "MappingEndEvent": -1}


class Value(NamedTuple):
    """A text, a tuple of values, or a mapping from key to (key, value), with its file and 1-based position."""

    content: str | tuple[Value, ...] | Mapping[str, tuple[Value, Value]]
    path: str
    line: int = 1
    column: int = 1


class Mistake(CannotCheck):
    """Something in a YAML file that is not as it must be, with its place."""

    def __init__(self, place: Value, message: str) -> None:
        # A name that the file gives may hold line ends and control characters.
        words = message if message.isprintable() else plain(message)
        super().__init__(f"{place.path}:{place.line}:{place.column}: {words}")

    @classmethod
    def joined(cls, mistakes: list[str]) -> Mistake:
        """Several mistakes as one, each on its line."""
        mistake = cls.__new__(cls)
        CannotCheck.__init__(mistake, "\n".join(mistakes))
        return mistake


class TooMuch(OverLimit, Mistake):
    """Where a file has more in it than is read."""


def read_yaml(source: bytes, path: str) -> Value:
    """The one document of a YAML file. Raises Mistake at the first thing that cannot be read."""
    events = read_events(decode(source, path), path, MOST_LEVELS)
    wanted = (e for e in events if type(e).__name__ not in {"StreamStartEvent", "DocumentStartEvent"})
    value = _value(next(wanted), wanted, path)
    if type(next(wanted)).__name__ != "DocumentEndEvent" or type(event := next(wanted)).__name__ != "StreamEndEvent":
        raise Mistake(place_of(event, path), "a second document begins here; one file holds one")
    return value


def read_events(text: str, path: str, most_levels: int) -> Iterator[Any]:
    """The events of PyYAML's parser, one after the other.

    Raises Mistake where the text is not YAML, and where more than `most_levels` lists and mappings are open.
    """
    import yaml

    level, read, too_deep = 0, 0, f"nested more than {most_levels} levels deep"
    try:
        events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        for count, event in enumerate(events):
            if count == MOST_EVENTS:
                raise TooMuch(place_of(event, path), f"more than {MOST_EVENTS} keys and values, the most that is read")
            level += _OPENS.get(type(event).__name__, 0)
            if level > most_levels:
                raise TooMuch(place_of(event, path), too_deep)
            read = event.end_mark.index
            yield event
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark  # which the parser, other than a constructor, always gives
        if deep := _opened(text, path, read, mark.index, most_levels + 1 - level):
            raise TooMuch(deep, too_deep) from None
        tab = text[mark.index : mark.index + 1] == "\t"
        problem = "a tab stands here; YAML is indented with spaces" if tab else error.problem
        raise Mistake(Value("", path, mark.line + 1, mark.column + 1), f"not YAML: {problem}") from None
    except yaml.YAMLError as error:
        raise Mistake(Value("", path), f"not YAML: {str(error).splitlines()[0]}") from None


def _opened(text: str, path: str, start: int, end: int, count: int) -> Value | None:
    """Where bracket number `count` opens in a part of the text that has no event yet; None where it has fewer.

    PyYAML looks ahead for a key before it gives the next event, and some versions refuse 1,000 brackets while they do.
    """
    opened = next(islice(re.compile(r"[\[{]").finditer(text, start, end), count - 1, None), None)
    if opened is None:
        return None
    return Value(
        "", path, text.count("\n", 0, opened.start()) + 1, opened.end() - text.rfind("\n", 0, opened.start()) - 1
    )


def decode(source: bytes, path: str) -> str:
    """The text of a file, without a byte order mark. Raises Mistake where it is not UTF-8, or too large."""
    if len(source) > MOST_BYTES:
        raise TooMuch(Value("", path), f"the file is larger than {MOST_BYTES} bytes")
    try:
        text = source.decode("utf-8-sig")
        if "\0" not in text:
            return text
        raise Mistake(Value("", path), "the file has NUL in it: save it as UTF-8, not as UTF-16 or UTF-32")
    except UnicodeDecodeError as error:
        raise Mistake(Value("", path, source.count(b"\n", 0, error.start) + 1), "the file is not UTF-8") from None


def place_of(event: Any, path: str) -> Value:
    """Where an event begins."""
    return Value("", path, event.start_mark.line + 1, event.start_mark.column + 1)


def _value(event: Any, events: Iterator[Any], path: str) -> Value:
    place = place_of(event, path)
    kind = type(event).__name__
    if kind == "StreamEndEvent":
        raise Mistake(place, "the file is empty")
    if event.anchor:  # an alias has one too
        raise Mistake(place, "anchors and aliases are not accepted; write the value out")
    if event.tag:
        raise Mistake(place, f"tags ({event.tag}) are not accepted")
    if kind == "ScalarEvent":
        return Value(event.value, path, place.line, place.column)
    read = _items if kind == "SequenceStartEvent" else _mapping
    return Value(read(events, path), path, place.line, place.column)


def _items(events: Iterator[Any], path: str) -> tuple[Value, ...]:
    found: list[Value] = []
    while type(event := next(events)).__name__ != "SequenceEndEvent":
        found.append(_value(event, events, path))
    return tuple(found)


def _mapping(events: Iterator[Any], path: str) -> dict[str, tuple[Value, Value]]:
    found: dict[str, tuple[Value, Value]] = {}
    while type(event := next(events)).__name__ != "MappingEndEvent":
        key = _value(event, events, path)
        if not isinstance(key.content, str):
            raise Mistake(key, "a key must be a text")
        if key.content in found:
            raise Mistake(key, f"{key.content}: given twice, first in line {found[key.content][0].line}")
        found[key.content] = (key, _value(next(events), events, path))
    return found
