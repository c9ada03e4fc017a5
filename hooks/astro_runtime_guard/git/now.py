"""What files say now: the index, the tree of a commit, the working tree.

Knows: where a path leads, and which of the three counts.
Must not know: how git is started, what was before, Dockerfiles.

Paths are bytes relative to the top of the work tree in here ("keys"), as git says them, and text relative to
the current folder outside. A symbolic link is followed as far as it stays in the repository, as `docker
build` does.
"""

from __future__ import annotations

import os
import posixpath
import stat

from ..errors import CannotCheck, plain
from ..named import NamedTuple
from . import plumbing
from .catfile import read_objects
from .plumbing import LINK, SUBMODULE, Change, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Ask = Callable[..., bytes]

# As much as BuildKit takes in one message; a Dockerfile beyond it cannot be built.
MOST_BYTES = 1 << 24


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


def key_of(prefix: bytes, path: str, resolve: Callable[[bytes], bytes]) -> bytes:
    """A path as a key. `resolve` is os.path.realpath: git knows files only by their paths without linked folders."""
    folder, name = os.path.split(os.fsencode(path))
    here, there = resolve(b"."), os.path.join(resolve(folder or b"."), name)
    below = here + os.fsencode(os.sep)
    try:
        away = there[len(below) :] if there.startswith(below) else os.path.relpath(there, here)
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


def what_is_at(now: Now, key: bytes) -> Entry | bytes | None:
    """What a path says now: a blob to be read, or the text of a file on disk; None for nothing."""
    end = plumbing.follow(key, lambda path: _link(now, path)) if is_link(now, key) else key
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
        return link_text(now.ask, key, entry)
    try:
        return os.readlink(os.fsencode(path_of(now.prefix, key))).replace(os.fsencode(os.sep), b"/")
    except OSError:
        return None


def is_link(now: Now, key: bytes) -> bool:
    """Whether there is a symbolic link at a path now."""
    return _link(now, key) is not None


def link_text(ask: Ask, key: bytes, entry: Entry | None) -> bytes | None:
    """Where an entry that is a link points, None for any other."""
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
    if is_link(now, key):
        why = "is a symbolic link that leads to no file of this repository: name the file itself"
    elif now.after:
        why = f"no such file in {now.after[:7]}, the end of the range"
    else:
        why = "is a folder: name the files in it" if os.path.isdir(path) else "no such file"
    return CannotCheck(f"{plain(path)}: {why}")


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
