"""Reads what git's plumbing commands print, and follows symbolic links in a tree."""

from __future__ import annotations

import os
import posixpath

from ..errors import CannotCheck, plain
from ..named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LINK, SUBMODULE = b"120000", b"160000"
EMPTY = (
    b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""The names of the file without a byte, by SHA-1 and SHA-256; `git add -N` announces a path with it."""

MOST_PATH = 4096
"""The longest path, and the longest text of a link, in bytes: Linux can open no longer one, so git checks out none."""

_MOST_LINKS = 40  # as Linux


class Entry(NamedTuple):
    """What a tree or the index holds at a path: mode, object name, and whether the work tree leaves it out."""

    mode: bytes
    name: bytes
    sparse: bool = False


class Difference(NamedTuple):
    """A path in which two states differ: what each holds, None for nothing; whether the newer is not yet merged."""

    old: Entry | None
    new: Entry | None
    unmerged: bool = False


class Ref(NamedTuple):
    """A branch: its commit, the full name of the branch that it stands for, if it does (`origin/HEAD`).

    `is_current` tells whether it is checked out.
    """

    commit: str
    leads_to: str = ""
    is_current: bool = False


def read_differences(output: bytes) -> dict[bytes, Difference]:
    """Path -> difference, from `diff-index` or `diff-tree` with `--raw -z --no-renames --no-abbrev`.

    https://git-scm.com/docs/git-diff-index#_raw_output_format
    """
    words = output.split(b"\0")
    found: dict[bytes, Difference] = {}
    for head, path in zip(words[0:-1:2], words[1::2], strict=True):
        old, new, old_name, new_name, status = head.lstrip(b":").split(b" ")
        if path in found and status != b"U" and not found[path].unmerged:
            raise held_twice(path)
        found[path] = Difference(_entry(old, old_name), _entry(new, new_name), status == b"U")
    return found


def held_twice(path: bytes) -> CannotCheck:
    """Why a tree that somebody made by hand is refused: git shows one of the two files, and checks out one."""
    what = f"{plain(os.fsdecode(path))}: a tree holds this path twice, so nobody can tell what it says"
    return CannotCheck(f"{what}: try git fsck, and make that commit anew")


def _entry(mode: bytes, name: bytes) -> Entry | None:
    return Entry(mode, name) if mode.strip(b"0") else None


def read_index(output: bytes) -> dict[bytes, Entry]:
    """Path -> entry, from `ls-files --stage -t -z`; of an unmerged path the first of its stages."""
    found: dict[bytes, Entry] = {}
    for line in output.split(b"\0")[:-1]:
        head, path = line.split(b"\t", 1)
        tag, mode, name, _ = head.split(b" ")
        found.setdefault(path, Entry(mode, name, tag == b"S"))
    return found


def read_tree(output: bytes) -> dict[bytes, Entry]:
    """Path -> entry, from `ls-tree -r -z`. Raises CannotCheck for a path that is held twice, also as a folder."""
    found: dict[bytes, Entry] = {}
    folders: set[bytes] = set()
    for line in output.split(b"\0")[:-1]:
        head, path = line.split(b"\t", 1)
        mode, _, name = head.split(b" ")
        if path in found:
            raise held_twice(path)
        found[path] = Entry(mode, name)
        folder = posixpath.dirname(path)
        while folder not in folders:
            folders.add(folder)
            folder = posixpath.dirname(folder)
    for path in folders & found.keys():
        raise held_twice(path)
    return found


def read_commits(output: bytes) -> list[str]:
    """Full names, from `cat-file --batch-check=%(objectname) %(objecttype)`; "" where there is no such commit."""
    found = (line.split(b" ", 1) for line in output.split(b"\n")[:-1])
    return [name.decode("ascii") if kind == b"commit" else "" for name, kind in found]


class LeadsOutError(Exception):
    """A path leads out of the tree; `link` is the link through which it does so, or the path itself."""

    def __init__(self, link: bytes) -> None:
        super().__init__(link)
        self.link = link


def follow(path: bytes, link: Callable[[bytes], bytes | None]) -> bytes | None:
    """Where a path leads when links, those of its folders too, are followed; `link(path)` is the text of a link.

    As in the system, `..` is the folder above the one to which a link leads, not above the link. None where the links
    form a circle, or where a path is too long to be checked out or the text is no path. Raises LeadsOutError.
    """
    end, left, followed = b"", [(part, path) for part in reversed(path.split(b"/"))], 0
    while left:
        part, through = left.pop()
        if part == b".." and not end:
            raise LeadsOutError(through)
        if part in (b"", b".", b".."):
            end = posixpath.dirname(end) if part == b".." else end
            continue
        at = end + b"/" + part if end else part
        text = link(at)
        if text is None:
            end = at
        elif text.startswith(b"/"):
            raise LeadsOutError(at)
        elif b"\0" in text:
            return None
        else:
            followed += 1
            left += ((part, at) for part in reversed(text[: MOST_PATH + 1].split(b"/")))
        if followed > _MOST_LINKS or len(text or at) > MOST_PATH:
            return None
    return end or b"."
