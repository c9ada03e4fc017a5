"""What files say now, and what they said at each base commit.

Knows: what a commit held, and which files are the same ones renamed. Must not know: how git is started, which commits
are a base, Dockerfiles. Paths are keys in here, as `present.py` has them.
"""

from __future__ import annotations

import os

from ..named import NamedTuple
from . import plumbing
from .now import is_link, link_text, missing, path_of, read_blobs, what_is_at
from .plumbing import LINK, SUBMODULE, Change, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeGuard

    from .base import Base, Before
    from .now import Now

    Wanted = Callable[[str], bool]
    Blank = Callable[[bytes], bytes]


class Old(NamedTuple):
    """What a file said at one base commit; `path` differs from the file's own after a rename."""

    path: str
    source: bytes
    before: Before


class File(NamedTuple):
    """A file as it is now, and what it said at each base commit that has it; `path` is as it was given.

    `key` is its path from the top of the work tree; empty where that is the same, or not known. `beside` marks one that
    nobody asked for: it was read because it stands beside another, and says nothing now (`source` is empty) if it
    vanished.
    """

    path: str
    source: bytes
    old: tuple[Old, ...]
    key: str = ""
    beside: bool = False


class Snapshot(NamedTuple):
    """Everything a run looks at.

    `repository` is False outside any, where nothing can be compared; `prefix` is the current folder below the top of
    the work tree, "" or "a/b/".
    """

    files: tuple[File, ...]
    base: Base
    repository: bool
    prefix: str = ""


class Side(NamedTuple):
    """One base commit: what it held at the keys, which are new since, what vanished, and what else is new."""

    before: Before
    held: dict[bytes, Entry]
    fresh: list[bytes]
    gone: dict[bytes, Entry]
    rivals: dict[bytes, Entry]


def read_files(
    now: Now,
    sides: Sequence[Side],
    names: Mapping[bytes, str],
    blank: Callable[[str], Blank],
    *,
    all_needed: bool,
    more: Mapping[bytes, bytes],
) -> tuple[tuple[File, ...], dict[bytes, bytes]]:
    """Read everything in one process, and put before and now together; and the content of the objects of `more`.

    A path that holds nothing now is left out, or refused if `all_needed`; so is a link that came in a
    Dockerfile's place and leads nowhere, for nobody could say what it says. `blank` tells for a path what blanks its
    text out.
    """
    said = {key: what_is_at(now, key) for key in names}
    for key in (key for key in names if all_needed and said[key] is None):
        raise missing(now, key, names[key])
    needed = {it.name: key for key, it in said.items() if isinstance(it, Entry)} | {**more}
    for side in sides:
        needed |= {it.name: key for group in (side.held, side.gone, side.rivals) for key, it in group.items()}
    texts = read_blobs(now.ask, needed)
    sources = {key: texts[it.name] if isinstance(it, Entry) else it for key, it in said.items() if it is not None}
    old: dict[bytes, list[Old]] = {key: [] for key in names}
    for side in sides:
        for key, (path, source) in _said_before(now, side, names, sources, texts, blank).items():
            old[key].append(Old(path, source, side.before))
    for key in names.keys() - sources.keys():
        if is_link(now, key) and any(blank(it.path)(it.source) != it.source for it in old[key]):
            raise missing(now, key, names[key])
    # An old file without a byte has nothing to compare; `git add -N` announces a path with just such a file.
    files = (
        File(names[key], sources[key], tuple(it for it in old[key] if it.source), os.fsdecode(key))
        for key in names
        if key in sources
    )
    return tuple(files), texts


def _said_before(
    now: Now, side: Side, names: Mapping[bytes, str], sources: Mapping[bytes, bytes], texts: Mapping[bytes, bytes],
    blank: Callable[[str], Blank],
) -> dict[bytes, tuple[str, bytes]]:  # fmt: skip
    """Key -> the path that it had in a base commit and what it said there, also under another name."""
    held = {key: (names[key], texts[entry.name]) for key, entry in side.held.items()}
    renamed = _renamed(side, sources, texts, blank)
    return held | {key: (path_of(now.prefix, it), texts[side.gone[it].name]) for key, it in renamed.items()}


def _renamed(
    side: Side, sources: Mapping[bytes, bytes], texts: Mapping[bytes, bytes], blank: Callable[[str], Blank]
) -> dict[bytes, bytes]:
    """Key -> the key it had in a base commit, for those that are new since; only files of one kind are the same."""
    if not side.gone:
        return {}
    from . import renames

    new = {os.fsdecode(key): sources[key] for key in side.fresh if key in sources}
    rivals = {os.fsdecode(key): texts[entry.name] for key, entry in side.rivals.items()}
    gone = {os.fsdecode(key): texts[entry.name] for key, entry in side.gone.items()}
    found: dict[str, str] = {}
    for kind in dict.fromkeys(map(blank, (*new, *rivals))):
        now_there, once_there = (
            {path: text for path, text in texts.items() if blank(path) is kind} for texts in (new | rivals, gone)
        )
        found |= renames.pair_renamed(now_there, once_there, kind)
    return {os.fsencode(path): os.fsencode(found[path]) for path in new if path in found}


def read_side(now: Now, before: Before, keys: Iterable[bytes], wanted: Wanted, only_staged: bool) -> Side:
    """What a base commit held at each of `keys`; for `only_staged` just where the index differs from it."""
    changes = changes_since(now, before)
    fresh = [key for key in keys if _at(now, changes, key) is None]
    held = read_held(now, before, keys, only_staged)
    return Side(before, held, fresh, *_others(now, changes, set(keys), fresh, wanted))


def changes_since(now: Now, before: Before) -> Mapping[bytes, Change]:
    """What is changed from a base commit."""
    return now.staged if before.commit == now.head and not now.after else now.since(before.commit)


def _at(now: Now, changes: Mapping[bytes, Change], key: bytes) -> Entry | None:
    if key in changes:
        return changes[key].old
    return now.staged[key].new if key in now.staged else now.tracked().get(key)


def read_held(now: Now, before: Before, keys: Iterable[bytes], only_staged: bool) -> dict[bytes, Entry]:
    """What a base commit held at each of `keys` where it held a file."""
    changes = changes_since(now, before)
    held: dict[bytes, Entry] = {}
    for key in keys:
        entry = _at(now, changes, key) if key in changes or not only_staged else None
        if entry and entry.mode == LINK:
            end = plumbing.follow(key, lambda path: link_text(now.ask, path, _at(now, changes, path)))
            entry = _at(now, changes, end) if end else None
        if entry and entry.mode != SUBMODULE:
            held[key] = entry
    return held


def _others(
    now: Now, changes: Mapping[bytes, Change], keys: set[bytes], fresh: Sequence[bytes], wanted: Wanted
) -> tuple[dict[bytes, Entry], dict[bytes, Entry]]:
    """What vanished since a base commit, which may be a new file of today, and what is new besides `keys`.

    A file that gave way to a link or to a submodule has vanished too. Where a new file was named that has no
    usual name, neither had it before.
    """
    if not fresh:
        return {}, {}
    odd = not all(wanted(path_of(now.prefix, key)) for key in fresh)
    others = {
        key: change
        for key, change in changes.items()
        if key not in keys and not change.unmerged and (odd or wanted(path_of(now.prefix, key)))
    }
    gone = {key: it.old for key, it in others.items() if _is_file(it.old) and not _is_file(it.new)}
    return gone, {key: it.new for key, it in others.items() if _is_file(it.new) and not _is_file(it.old)}


def _is_file(entry: Entry | None) -> TypeGuard[Entry]:
    return entry is not None and entry.mode not in (LINK, SUBMODULE)


def changes_from(before: str, after: str) -> tuple[str, ...]:
    """git's words for what the commit `after`, or the index for "", changes from the commit `before`."""
    command = ("diff-tree", "-r") if after else ("diff-index", "--cached", "--ita-invisible-in-index")
    return (*command, "--raw", "-z", "--no-renames", "--no-abbrev", *((before, after) if after else (before,)), "--")
