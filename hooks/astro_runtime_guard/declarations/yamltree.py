"""Reads the values under some keys of a YAML text, with their positions.

Several documents, anchors, aliases and merge keys are followed without copies; tags are ignored. `yamlfile.py` gives
the events of PyYAML.
"""

from __future__ import annotations

import re
from itertools import islice

from ..named import NamedTuple
from ..yamlfile import Mistake, place_of, read_events
from .declaration import MOST_VALUES
from .located import Found, Lines, Located, refuse_many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

MOST_LEVELS = 100
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_QUOTED = {"'", '"'}


class Node(NamedTuple):
    """A scalar, or a `list` or `table` with its nodes; a table has key, value, key, value, ..."""

    kind: str
    start: int
    end: int
    text: str = ""
    quoted: bool = False
    inside: list[Node] = []  # noqa: RUF012 -- each list and table gets a list of its own


def read_values(text: str, keys: Sequence[str], path: str) -> Mapping[str, Found]:
    """The values under those of the dotted keys that a document of the file has. Raises Mistake if it is not YAML."""
    found: dict[str, Found] = {}
    documents, spans = _documents(text, path)
    lines = Lines(text, spans)
    for key in keys:
        ends = [end for document in documents if (end := _lookup(document, key.split(".")))]
        every = (located for at, node in ends for located in _located(lines, at, node))
        located = tuple(islice(every, MOST_VALUES + 1))
        refuse_many(len(located), key, path)
        if ends:
            found[key] = Found(next((node.kind for _, node in ends if node.kind != "value"), "value"), located)
    return found


def spelling(key: str) -> str:
    """How a version is written under a key, with a slot for it."""
    return f"{key.rpartition('.')[2]}: {{version}}"


def _documents(text: str, path: str) -> tuple[list[Node], list[tuple[int, int]]]:
    """The documents, and the start and end of each scalar."""
    documents: list[Node] = []
    open_nodes: list[Node] = []
    anchors: dict[str, Node] = {}
    spans: list[tuple[int, int]] = []
    for event in read_events(text, path, MOST_LEVELS):
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            anchors = {}
        elif kind in {"SequenceEndEvent", "MappingEndEvent"}:
            open_nodes.pop()
        elif node := _node(event, kind, anchors, path):
            (open_nodes[-1].inside if open_nodes else documents).append(node)
            if kind == "ScalarEvent":
                spans.append((node.start, node.end))
            if kind in {"SequenceStartEvent", "MappingStartEvent"}:
                open_nodes.append(node)
    return documents, spans


def _node(event: Any, kind: str, anchors: dict[str, Node], path: str) -> Node | None:
    start, end = event.start_mark.index, event.end_mark.index
    if kind == "AliasEvent":
        if event.anchor not in anchors:
            raise Mistake(place_of(event, path), f"not YAML: the alias *{event.anchor} names no anchor")
        return anchors[event.anchor]
    if kind == "ScalarEvent":
        node = Node("value", start, end, event.value, event.style in _QUOTED)
    elif kind in {"SequenceStartEvent", "MappingStartEvent"}:
        node = Node("list" if kind == "SequenceStartEvent" else "table", start, end, inside=[])
    else:
        return None
    anchors[event.anchor] = node
    return node


def _lookup(document: Node, parts: Sequence[str]) -> tuple[int, Node] | None:
    """The position of the last key, and its value."""
    at, node = document.start, document
    for part in parts:
        found = _get(node, part)
        if not found:
            return None
        at, node = found
    return at, node


def _get(table: Node, key: str) -> tuple[int, Node] | None:
    """The position of a key of a table, and its value. The last of several counts, and a merged key only if alone.

    Of several merged tables the first one counts that has the key, itself or merged into it.
    """
    seen: set[int] = set()
    tables = [table]
    while tables:
        table = tables.pop()
        if id(table) in seen:
            continue
        seen.add(id(table))
        pairs = [] if table.kind == "list" else list(zip(table.inside[::2], table.inside[1::2], strict=False))
        mine = [(at.start, node) for at, node in pairs if at.text == key]
        if mine:
            return mine[-1]
        # Only a merge key can have a list of tables.
        tables += [node for at, node in reversed(pairs) if at.text == "<<"]
        tables += reversed(table.inside) if table.kind == "list" and len(seen) > 1 else []
    return None


def _located(lines: Lines, at: int, node: Node) -> Iterator[Located]:
    if node.kind == "list":
        for each in node.inside:
            if each.kind == "value":
                yield from _located(lines, each.start, each)
    elif node.kind == "value":
        properties = _PROPERTIES.match(lines.text, node.start, node.end)
        start = (properties.end() if properties else node.start) + node.quoted
        written = lines.text[start : node.end - node.quoted]
        # One copy of a long text is enough, however many aliases stand for it.
        written = node.text if written == node.text else written
        yield Located(node.text, written, *lines.position(start), lines.comments_above(at, node.start, start))
