"""Reads build arguments above the first FROM, and puts their values into words.

Source: "Understand how ARG and FROM interact" and "Automatic platform ARGs in the global scope" in the Dockerfile
reference. The platform is the one of an ordinary Linux machine, because no other is known.
"""

from __future__ import annotations

import re
from itertools import chain, groupby, islice

from ..named import NamedTuple
from .lines import MOST_COMMENTS
from .words import SPACE, Expanded, WordError, is_plain, valid_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .lines import Comment, LogicalLine

_NO_MARKS = str.maketrans("", "", "'\"\\`{}$")
_BUDGET = 1 << 25  # how many characters the substitutions of one file may make
PREDEFINED = {
    "BUILDPLATFORM": "linux/amd64",
    "BUILDOS": "linux",
    "BUILDOSVERSION": "",
    "BUILDARCH": "amd64",
    "BUILDVARIANT": "",
    "TARGETPLATFORM": "linux/amd64",
    "TARGETOS": "linux",
    "TARGETOSVERSION": "",
    "TARGETARCH": "amd64",
    "TARGETVARIANT": "",
}


MOST_ARGUMENTS = 100
"""The most ARGs behind one word that are named."""


class Argument(NamedTuple):
    """A build argument, and the line (1-based) of the ARG that gives its value."""

    name: str
    line: int


class _Value(NamedTuple):
    """The value of an ARG: `text` as docker has it, `partial` with `${NAME}` for unknown names, and their sources."""

    text: str
    partial: str
    argument: Argument | None = None
    comments: tuple[Comment, ...] = ()
    sources: tuple[_Value, ...] = ()
    unknown: tuple[str, ...] = ()


class Origin(NamedTuple):
    """The ARGs that a value comes from, the names without a value in them, and the comments above those ARGs."""

    arguments: tuple[Argument, ...]
    unknown: tuple[str, ...]
    comments: tuple[Comment, ...]


class Resolved(NamedTuple):
    """A word after substitution.

    In `bare`, as docker has it, a name without a value is empty. `partial` has `${NAME}` in its place, also where such
    a name stands in the default of an ARG. `absent` are the names in the word itself that have no value. `broken` is
    true if the substitution itself is wrong; then `bare` is empty, and `partial` is the word as written.
    """

    bare: str
    partial: str
    absent: tuple[str, ...]
    origin: Origin
    broken: bool


class Scope(NamedTuple):
    """The names that are visible in FROM, with None for a name without a value.

    `broken` has each ARG whose default docker refuses, with that default.
    """

    escape: str
    values: dict[str, _Value | None]
    budget: list[int]
    origins: dict[tuple[str, ...], Origin]
    broken: dict[str, tuple[Argument, str]]


def new_scope(escape: str, target: str) -> Scope:
    """The scope before the first ARG; `target` is the name of the last stage."""
    predefined = {**PREDEFINED, "TARGETSTAGE": target or "default"}
    return Scope(escape, {name: _Value(text, text) for name, text in predefined.items()}, [_BUDGET], {}, {})


def as_meant(scope: Scope, late: Sequence[tuple[LogicalLine, str]]) -> Scope:
    """The scope as its author meant it: `late` ARGs stand above the first FROM, and broken defaults are repaired.

    Values that docker knows stay.
    """
    known = {name: value for name, value in scope.values.items() if value is not None}
    meant = Scope(scope.escape, dict(scope.values), [_BUDGET], {}, {})
    for name, (argument, text) in scope.broken.items():
        repaired = text.translate(_NO_MARKS)
        meant.values[name] = _Value(repaired, repaired, argument)
    for line, value in late:
        declare(meant, line, value)
    meant.values.update(known)
    return meant


def declare(scope: Scope, line: LogicalLine, value: str) -> None:
    """Add an ARG to the scope. One without a name, which docker refuses, is ignored; a broken default is no value."""
    words = _split(valid_text(value), scope.escape)
    if any(word.startswith("=") for word in words):
        return
    for word in words:
        name, equals, text = word.partition("=")
        if equals:
            argument = Argument(name, line.line)
            scope.values[name] = _default(scope, text, argument, line.comments)
            if scope.values[name] is None:
                scope.broken[name] = argument, text
        else:
            scope.values.setdefault(name, None)


def resolve(scope: Scope, word: str) -> Resolved:
    """`word` with the values of the scope. If docker refuses it, the result has as much of it as possible."""
    try:
        plain = _expand(scope, word, partial=False)
    except WordError as error:
        partial = _partial(scope, word)
        names = tuple(dict.fromkeys((*partial.names, error.name))) if error.name else ()
        return Resolved("", partial.text, _absent(scope, names), _origin(scope, names), not error.name)
    absent, origin = _absent(scope, plain.names), _origin(scope, plain.names)
    known = not absent and not origin.unknown
    return Resolved(plain.text, plain.text if known else _partial(scope, word).text, absent, origin, False)


def _default(scope: Scope, text: str, argument: Argument, comments: tuple[Comment, ...]) -> _Value | None:
    try:
        plain = _expand(scope, text, partial=False)
    except WordError:
        return None
    sources = tuple(value for name in plain.names if (value := scope.values.get(name)) is not None)
    # A name that no ARG above declares is not unknown but empty, because --build-arg cannot give it a value.
    absent = [name for name in _absent(scope, plain.names) if name in scope.values]
    behind = (name for source in sources for name in source.unknown)
    unknown = tuple(islice(dict.fromkeys(chain(absent, behind)), MOST_ARGUMENTS))
    known = not unknown and all(source.partial == source.text for source in sources)
    partial = plain.text if known else _partial(scope, text, declared=True).text
    return _Value(plain.text, partial, argument, comments, sources, unknown)


def _absent(scope: Scope, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if scope.values.get(name) is None)


def _partial(scope: Scope, word: str, *, declared: bool = False) -> Expanded:
    try:
        return _expand(scope, word, partial=True, declared=declared)
    except WordError:
        return Expanded(word, ())


def _expand(scope: Scope, word: str, *, partial: bool, declared: bool = False) -> Expanded:
    """With `partial`, names without a value stay; with `declared`, only those that an ARG declares."""
    if is_plain(word):
        return Expanded(word, ())
    from .expansion import expand

    def value(name: str) -> str | None:
        known = scope.values.get(name)
        return None if known is None else known.partial if partial else known.text

    def missing(name: str) -> str:
        return f"${{{name}}}" if partial and (not declared or name in scope.values) else ""

    return expand(word, scope.escape, value, missing, scope.budget)


def _origin(scope: Scope, names: tuple[str, ...]) -> Origin:
    """The origin of the values of `names`, the nearest ARG first, at most MOST_ARGUMENTS of them."""
    if names in scope.origins:
        return scope.origins[names]
    waiting = [value for name in reversed(names) if (value := scope.values.get(name)) is not None]
    found: dict[int, _Value] = {}
    while waiting and len(found) < MOST_ARGUMENTS:
        value = waiting.pop()
        if id(value) not in found:
            found[id(value)] = value
            waiting.extend(reversed(value.sources))
    arguments = dict.fromkeys(value.argument for value in found.values() if value.argument)
    unknown = dict.fromkeys(name for value in found.values() for name in value.unknown)
    comments = {comment.line: comment for value in found.values() for comment in value.comments}
    origin = Origin(
        tuple(arguments), tuple(unknown), tuple(comments[line] for line in sorted(comments)[-MOST_COMMENTS:])
    )
    scope.origins[names] = origin
    return origin


def _split(text: str, escape: str) -> list[str]:
    """The words of an ARG, with their quotes and escapes."""
    chunk = (
        rf"""[^{SPACE}'"{re.escape(escape)}]+|{re.escape(escape)}.|'[^']*'?"""
        rf"""|"(?:[^"{re.escape(escape)}]+|{re.escape(escape)}.)*"?"""
    )
    pieces = re.findall(f"(?s){chunk}|[{SPACE}]", text)
    return ["".join(word) for blank, word in groupby(pieces, SPACE.__contains__) if not blank]
