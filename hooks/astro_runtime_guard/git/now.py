"""What files say now: in the index over the working tree, or in the tree of a commit.

Inside the git wing a file is known by its *key*: its path from the top of the work tree, as bytes with slashes. Only
what leaves the wing has a path: relative to the current folder, as text.
"""

from __future__ import annotations

import os
import posixpath
import stat
from functools import cached_property

from ..errors import CannotCheck, plain
from . import plumbing
from .plumbing import LINK, SUBMODULE, Difference, Entry
from .repository import Repository, refuse_large

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Now:
    """The state that is checked: the tree of the commit `after`, or for "" the index over the working tree."""

    def __init__(self, repository: Repository, after: str) -> None:
        self.repository, self.after = repository, after
        self.prefix = repository.work_tree.prefix
        self._since: dict[str, Mapping[bytes, Difference]] = {}
        self._links: dict[bytes, bytes | None] = {}
        self._inside: dict[str, bool] = {}
        self.skipped: set[bytes] = set()

    @cached_property
    def staged(self) -> Mapping[bytes, Difference]:
        """What the index changes from HEAD; nothing for a tree."""
        return {} if self.after else self.repository.staged

    @cached_property
    def tracked(self) -> Mapping[bytes, Entry]:
        """All that the tree or the index holds."""
        return self.repository.tree(self.after) if self.after else self.repository.index

    def since(self, commit: str) -> Mapping[bytes, Difference]:
        """What is changed from a commit."""
        if commit == self.repository.head and not self.after:
            return self.staged
        if commit not in self._since:
            self._since[commit] = self.repository.differences(commit, self.after)
        return self._since[commit]

    def before(self, commit: str, key: bytes) -> Entry | None:
        """What a commit held at a key."""
        differences = self.since(commit)
        if key in differences:
            self.refuse_held_twice(key, differences[key])
            return differences[key].old
        return self.staged[key].new if key in self.staged else self.tracked.get(key)

    def refuse_held_twice(self, key: bytes, difference: Difference) -> None:
        """Raises CannotCheck for a path that is there and is said to be gone: the other state holds it twice."""
        if difference.new is None and not difference.unmerged:
            kept = self.tracked.get(key)
            if kept and kept.name not in plumbing.EMPTY:
                raise plumbing.held_twice(key)

    def blobs(
        self, names: Mapping[bytes, bytes], commits: Sequence[str], use: Callable[[bytes, bytes], object] | None = None
    ) -> dict[bytes, bytes]:
        """Object name -> content, as `Repository.blobs`; what a partial clone lacks is empty, if nobody changed it.

        Raises CannotCheck for an object that is missing where the state that is checked and one of `commits` differ.
        """
        try:
            return self.repository.blobs(names, use)
        except CannotCheck:
            here = self.after or self.repository.head
            lacking = self.repository.lacking(dict.fromkeys((here, *commits))) & names.keys()
            if not lacking:
                raise  # asked once more, git would say the same, and what was read would count twice
        for commit in commits:
            for key, change in self.since(commit).items():
                if any(entry and entry.name in lacking for entry in (change.old, change.new)):
                    what = f"{plain(self.path(key))}: differs from {commit[:7]}"
                    raise CannotCheck(f"{what}, but {self.repository.partial_fix}")
        self.skipped |= {names[name] for name in lacking}
        present = {name: key for name, key in names.items() if name not in lacking}
        return self.repository.blobs(present) | dict.fromkeys(lacking, b"")

    def stands(self, key: bytes) -> bool:
        """Whether anything is at a key now, be it a file or not."""
        return self.is_link(key) or os.path.lexists(self.path(key))

    def path(self, key: bytes) -> str:
        """A key as a path relative to the current folder, with forward slashes."""
        if key.startswith(self.prefix):
            return os.fsdecode(key[len(self.prefix) :])
        return os.fsdecode(posixpath.relpath(b"/" + key, b"/" + self.prefix))

    def tracked_key(self, key: bytes) -> bytes:
        """The key under which git knows a file; some file systems open it under other names (case, Unicode form)."""
        if self.after or key in self.staged or key in self.tracked:
            return key
        path, folded = self.path(key), _folded(key)
        same = (it for it in self.tracked if _folded(it) == folded and _is_same_file(self.path(it), path))
        return next(same, key)

    def content(self, key: bytes) -> Entry | bytes | None:
        """What a file says now: a blob to be read, or the text of a file on disk; None for nothing.

        Raises CannotCheck for a path that leads out of the repository; nothing outside is read.
        """
        end = self.end_of(key)
        if end is None:
            return None
        entry = self._settled(end)
        if entry is None and not self.after:
            text = self._on_disk(end)
            kept = self.tracked.get(end) if text is None else None  # which may take a process
            return kept if kept and kept.sparse else text
        return None if entry and entry.mode == SUBMODULE else entry

    def end_of(self, key: bytes) -> bytes | None:
        """Where a key leads when links are followed, None where they form a circle."""
        entry = self._settled(key)
        if entry and entry.mode != LINK:
            return key
        try:
            return plumbing.follow(key, self._link)
        except plumbing.LeadsOutError as error:
            raise self._leads_out(key, error.link) from None

    def _leads_out(self, key: bytes, link: bytes) -> CannotCheck:
        """A path of the repository that leads out of it: the repository's word alone opens no file outside."""
        through = "" if link == key else f" through {plain(self.path(link))}"
        what = f"{plain(self.path(key))}: is a symbolic link that leads out of this repository{through}"
        return CannotCheck(f"{what}, so it is not read: put the file itself there, or leave it out")

    def _on_disk(self, key: bytes) -> bytes | None:
        """A file of the work tree. `follow` knows no junctions and drives of Windows, so the folder is resolved too."""
        path = self.path(key)
        folder = os.path.dirname(path)
        if folder not in self._inside:
            top = os.path.realpath(self.path(b"."))
            self._inside[folder] = is_below(os.path.realpath(folder), top)
        if not self._inside[folder]:
            raise self._leads_out(key, key)
        text = on_disk(path)
        self.repository.count(path, len(text or b""))
        return text

    def _settled(self, key: bytes) -> Entry | None:
        """What the tree, or the index where it differs from HEAD, holds at a key; None: ask the disk."""
        if self.after:
            return self.tracked.get(key)
        return self.staged[key].new if key in self.staged else None

    def _link(self, key: bytes) -> bytes | None:
        """Where the link at a key points now, None for no link."""
        if key not in self._links:
            entry = self._settled(key)
            self._links[key] = self.link_text(key, entry) if entry or self.after else self._link_on_disk(key)
        return self._links[key]

    def _link_on_disk(self, key: bytes) -> bytes | None:
        try:
            return os.readlink(os.fsencode(self.path(key))).replace(os.fsencode(os.sep), b"/")
        except (OSError, ValueError):  # ValueError on Windows, for a placeholder of OneDrive and its like
            return self._written_link(key)

    def _written_link(self, key: bytes) -> bytes | None:
        """Where core.symlinks is false, a file holds the path that a link would lead to."""
        entry = self.tracked.get(key)
        if entry is None or entry.mode != LINK or self.repository.has_links:
            return None
        return on_disk(self.path(key))

    def is_link(self, key: bytes) -> bool:
        """Whether there is a symbolic link at a key now."""
        return self._link(key) is not None

    def link_text(self, key: bytes, entry: Entry | None) -> bytes | None:
        """Where an entry that is a link points, None for any other."""
        return self.repository.blobs({entry.name: key})[entry.name] if entry and entry.mode == LINK else None

    def refuse_foreign(self, names: Mapping[bytes, str]) -> None:
        """Raises CannotCheck for a file that was named and belongs to another repository inside this one."""
        for key in (key for key in names if self._settled(key) is None and key not in self.tracked):
            for at in (at for at in range(len(key)) if key[at : at + 1] == b"/"):
                folder = self.path(key[:at])
                if os.path.lexists(folder + "/.git"):
                    what = f"{plain(names[key])}: belongs to the repository in {plain(folder)}"
                    raise CannotCheck(f"{what}: check it from there")

    def missing(self, key: bytes, path: str) -> CannotCheck:
        """Why there is no file at a path, and what to do."""
        if self.is_link(key):
            why = "is a symbolic link that leads to no file of this repository: name the file itself"
        elif self.after:
            why = f"no such file in {self.after[:7]}, the end of the range"
        elif os.path.isdir(path):
            why = "is a folder: name the files in it"
        else:
            why = "is not a regular file" if os.path.lexists(path) else "no such file"
        return CannotCheck(f"{plain(path)}: {why}")


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies below it; both are resolved."""
    return path == folder or path.startswith(os.path.join(folder, ""))


def key_of(prefix: bytes, path: str, resolve: Callable[[bytes], bytes]) -> bytes:
    """A path as a key. `resolve` is os.path.realpath: git knows files only by their paths without linked folders."""
    folder, name = os.path.split(os.fsencode(path))
    here, there = resolve(b"."), os.path.join(resolve(folder), name)
    below = here + os.fsencode(os.sep)
    try:
        away = there[len(below) :] if there.startswith(below) else os.path.relpath(there, here)
    except ValueError:  # another drive
        away = b"/"
    key = posixpath.normpath(posixpath.join(prefix, away.replace(os.fsencode(os.sep), b"/")))
    if key == b".." or key.startswith((b"../", b"/")):
        raise CannotCheck(f"{plain(path)}: is outside this repository: check it from within its own")
    return key


def _folded(key: bytes) -> str:
    from unicodedata import normalize

    return normalize("NFC", os.fsdecode(key)).casefold()


def _is_same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def on_disk(path: str) -> bytes | None:
    """A regular file's content, None where there is none."""
    try:
        about = os.stat(path)
        if not stat.S_ISREG(about.st_mode):
            return None
        refuse_large(path, about.st_size)
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CannotCheck(f"{plain(path)}: cannot be read: {error.strerror}") from None
