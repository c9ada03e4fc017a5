"""What git is doing while a hook runs, and the command that takes it back without losing anything."""

from __future__ import annotations

import os

from .repository import AND, NEXT, Repository, merged_heads

_FILES = ("sequencer", "CHERRY_PICK_HEAD", "MERGE_HEAD", "REVERT_HEAD", "MERGE_MSG", "COMMIT_EDITMSG")
# git 2.43 calls the revert of a revert "Reapply".
_REVERTS = (b'Revert "', b'Reapply "')


class Event:
    """The commit that git is making: an ordinary one, or that of a merge, a cherry-pick or a revert.

    `sequence` is "cherry-pick" or "revert" while several commits are picked or reverted, else "".
    """

    def __init__(self, repository: Repository) -> None:
        words = [word for name in _FILES for word in (AND, "--git-path", name)][1:]
        paths = repository.ask("rev-parse", *words).removesuffix(b"\n").split(NEXT)
        self._paths = dict(zip(_FILES, paths, strict=True))
        self._environ = repository.environ
        self._rebases = repository.has_rebase()
        self._message = self._read("MERGE_MSG")
        todo = self._read("sequencer", b"todo")
        self.sequence = {b"pick": "cherry-pick", b"revert": "revert"}.get(todo.partition(b" ")[0], "")

    def way_back(self) -> str:
        """The command that leaves the merge, cherry-pick or revert; "" in an ordinary commit and in a rebase.

        `--abort` throws away what a person changed since the event began, so it is the way only while git itself makes
        the commit. A single revert cannot be aborted: it leaves no REVERT_HEAD.
        """
        if merged_heads(self._environ):
            return "git merge --abort"
        picks = self._exists("CHERRY_PICK_HEAD")
        reverts = self._message.startswith(_REVERTS) or self._exists("REVERT_HEAD")
        if self._rebases or not (self.sequence or picks or reverts or self._exists("MERGE_HEAD")):
            return ""
        if self._is_of_git() and (self.sequence or picks):
            return f"git {self.sequence or 'cherry-pick'} --abort"
        return f"git stash && git {self.sequence} --quit" if self.sequence else "git stash"

    def _is_of_git(self) -> bool:
        """Whether git makes the commit, not a person: then its message is exactly the prepared one."""
        by_message = self._environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE") == "message"
        return by_message and self._message == self._read("COMMIT_EDITMSG")

    def _exists(self, name: str) -> bool:
        return os.path.lexists(self._paths[name])

    def _read(self, name: str, *below: bytes) -> bytes:
        try:
            with open(os.path.join(self._paths[name], *below), "rb") as file:
                return file.read()
        except OSError:
            return b""
