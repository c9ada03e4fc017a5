"""Build arguments that stand before the first FROM, and words in which their values are put.

Source: "Understand how ARG and FROM interact" and "Automatic platform ARGs in the global scope" in the
Dockerfile reference. The platform is what docker takes on an ordinary Linux machine, since no other is known
here.
"""

from __future__ import annotations

import re

from ..named import NamedTuple
from .flags import cut_flags
from .words import SPACE, Expanded, WordError, expand, is_plain, valid_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .lines import Comment, LogicalLine

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


class Argument(NamedTuple):
    """A build argument whose value was used, and the line (1-based) of the ARG that gave it."""

    name: str
    line: int


class _Value(NamedTuple):
    """What an ARG gives: docker's text, the text with `${NAME}` for what is unknown, and where both come
    from.
    """

    text: str
    partial: str
    argument: Argument | None = None
    comments: tuple[Comment, ...] = ()
    sources: tuple[_Value, ...] = ()
    unknown: tuple[str, ...] = ()


class Origin(NamedTuple):
    """The ARGs that values come from, the names without a value in them, the comments above those ARGs."""

    arguments: tuple[Argument, ...]
    unknown: tuple[str, ...]
    comments: tuple[Comment, ...]


class Resolved(NamedTuple):
    """A word after substitution.

    `bare` is docker's text, in which a name without a value leaves nothing; `partial` has `${NAME}` in its
    place, also where such a name stands in the default of an ARG. `absent` are the names in the word itself
    that have no value. `broken` tells that the substitution itself is wrong: then `bare` is empty and
    `partial` the word as typed.
    """

    bare: str
    partial: str
    absent: tuple[str, ...]
    origin: Origin
    broken: bool


class Scope(NamedTuple):
    """Names that are visible in FROM; None stands for one that was declared without a default."""

    escape: str
    values: dict[str, _Value | None]
    budget: list[int]
    origins: dict[tuple[str, ...], Origin]


def new_scope(escape: str, target: str) -> Scope:
    """The scope before the first ARG; `target` is the name of the last stage."""
    predefined = {**PREDEFINED, "TARGETSTAGE": target or "default"}
    return Scope(escape, {name: _Value(text, text) for name, text in predefined.items()}, [1 << 25], {})


def declare(scope: Scope, line: LogicalLine, value: str) -> None:
    """Take in an ARG. One that docker refuses (a blank name) is left out; a default that it refuses is no
    value.
    """
    rest = value[cut_flags(value, scope.escape)[1] :].strip(SPACE)
    words = _split(valid_text(rest), scope.escape)
    if any(word.startswith("=") for word in words):
        return
    for word in words:
        name, equals, text = word.partition("=")
        if equals:
            scope.values[name] = _default(scope, text, Argument(name, line.line), line.comments)
        else:
            scope.values.setdefault(name, None)


def resolve(scope: Scope, word: str) -> Resolved:
    """`word` with the values of the scope. Where docker refuses it, as much of it as can be had."""
    try:
        plain = _expand(scope, word, partial=False)
    except WordError as error:
        partial = _partial(scope, word)
        names = (partial.names or (error.name,)) if error.name else ()
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
    # A name that no ARG above declares has no value whatever is given with --build-arg: it is empty, not
    # unknown.
    unknown = tuple(name for name in _absent(scope, plain.names) if name in scope.values)
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
    """With `partial`, names without a value stay; with `declared`, those alone that an ARG declares."""
    if is_plain(word):
        return Expanded(word, ())

    def value(name: str) -> str | None:
        found = scope.values.get(name)
        return None if found is None else found.partial if partial else found.text

    def missing(name: str) -> str:
        return f"${{{name}}}" if partial and (not declared or name in scope.values) else ""

    return expand(word, scope.escape, value, missing, scope.budget)


def _origin(scope: Scope, names: tuple[str, ...]) -> Origin:
    """All that the values of `names` come from, nearest first."""
    if names in scope.origins:
        return scope.origins[names]
    waiting = [value for name in reversed(names) if (value := scope.values.get(name)) is not None]
    found: dict[int, _Value] = {}
    while waiting:
        value = waiting.pop()
        if id(value) not in found:
            found[id(value)] = value
            waiting.extend(reversed(value.sources))
    arguments = dict.fromkeys(value.argument for value in found.values() if value.argument)
    unknown = dict.fromkeys(name for value in found.values() for name in value.unknown)
    comments = {comment.line: comment for value in found.values() for comment in value.comments}
    origin = Origin(tuple(arguments), tuple(unknown), tuple(comments[line] for line in sorted(comments)))
    scope.origins[names] = origin
    return origin


def _split(text: str, escape: str) -> list[str]:
    """The words of an ARG, with their quotes and escapes."""
    chunk = re.compile(
        rf"""(?s)[^{SPACE}'"{re.escape(escape)}]+|{re.escape(escape)}.|'[^']*'?"""
        rf"""|"(?:[^"{re.escape(escape)}]+|{re.escape(escape)}.)*"?"""
    )
    words: list[str] = []
    parts: list[str] = []
    position = 0
    while position < len(text):
        if match := chunk.match(text, position):
            parts.append(match[0])
            position = match.end()
            continue
        if text[position] != escape and parts:
            words.append("".join(parts))
            parts = []
        position += 1
    return [*words, "".join(parts)] if parts else words
