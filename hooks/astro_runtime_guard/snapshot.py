"""What files say now, and what they said at each base commit.

Knows: the index, trees, the working tree. Must not know: how git is started, which commits are a base,
Dockerfiles.

Paths are bytes relative to the top of the work tree in here ("keys"), as git says them, and text relative to
the current folder outside. A symbolic link is followed as far as it stays in the repository, as `docker
build` does.
"""

from __future__ import annotations

import os
import posixpath
import stat

from . import plumbing
from .catfile import read_objects
from .errors import CannotCheck, plain
from .named import NamedTuple
from .plumbing import LINK, SUBMODULE, Change, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeGuard

    from .base import Base, Before

    Ask = Callable[..., bytes]
    Wanted = Callable[[str], bool]
    Blank = Callable[[bytes], bytes]


# As much as BuildKit takes in one message; a Dockerfile beyond it cannot be built.
MOST_BYTES = 1 << 24


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


class Now(NamedTuple):
    """The state that is looked at: the tree of the commit `after`, or else the index over the working tree.

    ask: runs git. prefix: the current folder below the top of the work tree, b"" or b"a/b/". head: full name
    of HEAD, "" before the first commit. staged: what the index changes from HEAD, empty for a tree. tracked:
    all that the tree or the index holds, asked for when needed. since: what is changed from a commit.
    """

    ask: Ask
    prefix: bytes
    head: str
    after: str
    staged: Mapping[bytes, Change]
    tracked: Callable[[], Mapping[bytes, Entry]]
    since: Callable[[str], Mapping[bytes, Change]]


class Side(NamedTuple):
    """One base commit: what it held at the keys, which are new since, what vanished, and what else is new."""

    before: Before
    held: dict[bytes, Entry]
    fresh: list[bytes]
    gone: dict[bytes, Entry]
    rivals: dict[bytes, Entry]


def key_of(prefix: bytes, path: str, resolve: Callable[[bytes], bytes]) -> bytes:
    """A path as a key. `resolve` is os.path.realpath: git knows files only by their paths without linked folders."""
    folder, name = os.path.split(os.fsencode(path))
    try:
        away = os.path.relpath(os.path.join(resolve(folder or b"."), name), resolve(b"."))
    except ValueError:  # another drive
        away = b"/"
    key = posixpath.normpath(posixpath.join(prefix, away.replace(os.fsencode(os.sep), b"/")))
    if key == b".." or key.startswith((b"../", b"/")):
        raise CannotCheck(f"{plain(path)}: is outside this repository: check it from within its own")
    return key


def tracked_key(now: Now, key: bytes) -> bytes:
    """The key under which git knows a file; some file systems open one under other names (case, Unicode form) too."""
    if now.after or key in now.staged or key in now.tracked():
        return key
    path, folded = path_of(now.prefix, key), _folded(key)
    same = (it for it in now.tracked() if _folded(it) == folded and _is_same_file(path_of(now.prefix, it), path))
    return next(same, key)


def _folded(key: bytes) -> str:
    from unicodedata import normalize

    return normalize("NFC", os.fsdecode(key)).casefold()


def _is_same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def path_of(prefix: bytes, key: bytes) -> str:
    """A key as a path relative to the current folder, with forward slashes."""
    if key.startswith(prefix):
        return os.fsdecode(key[len(prefix) :])
    return os.fsdecode(posixpath.relpath(b"/" + key, b"/" + prefix))


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
        for key, entry in side.held.items():
            old[key].append(Old(names[key], texts[entry.name], side.before))
        for key, former in _renamed(side, sources, texts, blank).items():
            old[key].append(Old(path_of(now.prefix, former), texts[side.gone[former].name], side.before))
    for key in names.keys() - sources.keys():
        if _link(now, key) is not None and any(blank(it.path)(it.source) != it.source for it in old[key]):
            raise missing(now, key, names[key])
    # An old file without a byte has nothing to compare; `git add -N` announces a path with just such a file.
    files = (
        File(names[key], sources[key], tuple(it for it in old[key] if it.source), os.fsdecode(key))
        for key in names
        if key in sources
    )
    return tuple(files), texts


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
            end = plumbing.follow(key, lambda path: _link_text(now.ask, path, _at(now, changes, path)))
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


def what_is_at(now: Now, key: bytes) -> Entry | bytes | None:
    """What a path says now: a blob to be read, or the text of a file on disk; None for nothing."""
    end = plumbing.follow(key, lambda path: _link(now, path)) if _link(now, key) is not None else key
    if end is None:
        return None
    entry = _settled(now, end)
    if entry is None and not now.after:
        text = on_disk(path_of(now.prefix, end))
        kept = now.tracked().get(end) if text is None else None
        return kept if kept and kept.sparse else text
    return None if entry and entry.mode == SUBMODULE else entry


def _settled(now: Now, key: bytes) -> Entry | None:
    """What the tree, or the index where it differs from HEAD, holds at a path; None: ask the disk."""
    if now.after:
        return now.tracked().get(key)
    return now.staged[key].new if key in now.staged else None


def _link(now: Now, key: bytes) -> bytes | None:
    """Where the link at a path points now, None for no link."""
    entry = _settled(now, key)
    if entry or now.after:
        return _link_text(now.ask, key, entry)
    try:
        return os.readlink(os.fsencode(path_of(now.prefix, key))).replace(os.fsencode(os.sep), b"/")
    except OSError:
        return None


def _link_text(ask: Ask, key: bytes, entry: Entry | None) -> bytes | None:
    return read_blobs(ask, {entry.name: key})[entry.name] if entry and entry.mode == LINK else None


def on_disk(path: str) -> bytes | None:
    """A regular file's content, None where there is none."""
    try:
        about = os.stat(path)
        if not stat.S_ISREG(about.st_mode):
            return None
        _refuse_large(path, about.st_size)
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CannotCheck(f"{plain(path)}: cannot be read: {error.strerror}") from None


def _refuse_large(path: str, size: int) -> None:
    if size > MOST_BYTES:
        raise CannotCheck(f"{plain(path)}: is larger than {MOST_BYTES} bytes, the most that is read: leave it out")


def refuse_foreign(now: Now, names: Mapping[bytes, str]) -> None:
    """Files that were named have to be this repository's own, not those of a repository inside it."""
    for key in (key for key in names if _settled(now, key) is None and key not in now.tracked()):
        for at in (at for at in range(len(key)) if key[at : at + 1] == b"/"):
            folder = path_of(now.prefix, key[:at])
            if os.path.lexists(folder + "/.git"):
                what = f"{plain(names[key])}: belongs to the repository in {plain(folder)}"
                raise CannotCheck(f"{what}: check it from there")


def missing(now: Now, key: bytes, path: str) -> CannotCheck:
    """Why there is no file at a path, and what to do."""
    if _link(now, key) is not None:
        why = "is a symbolic link that leads to no file of this repository: name the file itself"
    elif now.after:
        why = f"no such file in {now.after[:7]}, the end of the range"
    else:
        why = "is a folder: name the files in it" if os.path.isdir(path) else "no such file"
    return CannotCheck(f"{plain(path)}: {why}")


def changes_from(before: str, after: str) -> tuple[str, ...]:
    """git's words for what the commit `after`, or the index for "", changes from the commit `before`."""
    command = ("diff-tree", "-r") if after else ("diff-index", "--cached", "--ita-invisible-in-index")
    return (*command, "--raw", "-z", "--no-renames", "--no-abbrev", *((before, after) if after else (before,)), "--")


def read_blobs(ask: Ask, wanted: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Object name -> content, all in one process; `wanted` has the path of each, for a message that it is missing."""
    out = ask("cat-file", "--batch", "--buffer", stdin=b"\n".join(wanted) + b"\n") if wanted else b""
    found: dict[bytes, bytes] = {}
    for name, content in read_objects(out, list(wanted), b"blob").items():
        if content is None:
            what = f"object {name[:7].decode('ascii')} of {plain(os.fsdecode(wanted[name]))}"
            raise CannotCheck(f"{what} is not in this clone: clone without --filter, or try git fsck")
        _refuse_large(os.fsdecode(wanted[name]), len(content))
        found[name] = content
    return found
