"""Our NamedTuple is the library's: the same values, words and errors, for the first values of a class and for many."""

from __future__ import annotations

import copy
import types
import typing
from collections.abc import Callable
from typing import Any

import pytest
from astro_runtime_guard import named

BODY = {
    "__module__": __name__,
    "__doc__": "A line of a file.",
    "__annotations__": {"path": "str", "line": "int", "text": "str"},
    "line": 1,
    "text": "",
    "place": property(lambda self: f"{self.path}:{self.line}"),
}
OURS, THEIRS = named.NamedTuple, typing.NamedTuple


USES: dict[str, Callable[[Any], object]] = {
    "one value": lambda cls: cls("a"),
    "all values": lambda cls: cls("a", 2, "b"),
    "by name": lambda cls: cls(text="b", path="a"),
    "in both ways": lambda cls: cls("a", text="b"),
    "a field": lambda cls: cls("a", 2).line,
    "a property": lambda cls: cls("a", 2).place,
    "fields": lambda cls: (cls._fields, cls._field_defaults, cls.__match_args__),
    "as a mapping": lambda cls: cls("a")._asdict(),
    "replaced": lambda cls: cls("a", 2)._replace(line=3),
    "a wrong name to replace": lambda cls: cls("a")._replace(lines=3),
    "equal": lambda cls: (cls("a") == cls("a", 1), cls("a") == ("a", 1, ""), cls("a") == cls("b")),
    "hashed": lambda cls: hash(cls("a")),
    "copied": lambda cls: (copy.copy(cls("a", 2)), copy.deepcopy(cls("a", 2))),
    "written": lambda cls: repr(cls("a", 2)),
    "a value too few": lambda cls: cls(),
    "a value too many": lambda cls: cls("a", 2, "b", 4),
    "a wrong name": lambda cls: cls("a", lines=2),
    "a wrong name beside all values": lambda cls: cls("a", 2, "b", lines=2),
    "a value twice": lambda cls: cls("a", path="a"),
    "a field is not set": lambda cls: setattr(cls("a"), "line", 2),
    "another attribute is not set": lambda cls: setattr(cls("a"), "lines", 2),
    "what it is": lambda cls: (cls.__doc__, cls.__module__, issubclass(cls, tuple)),
}


@pytest.mark.parametrize("made_before", [0, 1000])
@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_it_does_what_the_one_of_the_library_does(use: Callable[[Any], object], made_before: int) -> None:
    """Values are equal as tuples, and what is refused is refused."""
    ours, theirs = (types.new_class("Line", (base,), {}, lambda body: body.update(BODY)) for base in (OURS, THEIRS))
    for number in range(made_before):
        ours("a", number)
    assert outcome(use, ours) == outcome(use, theirs)


def outcome(use: Callable[[Any], object], cls: type) -> object:
    """What comes of a use. Releases of Python differ in the class of an error."""
    try:
        return use(cls)
    except (TypeError, ValueError, AttributeError) as error:
        return "refused" if str(error) else "refused without a word"
