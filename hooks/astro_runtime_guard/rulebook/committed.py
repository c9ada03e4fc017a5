"""Reads a repository's own rules from a commit, so that a proposed change of them does not count."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import CannotCheck, plain
from ..git.plumbing import LINK, SUBMODULE
from .load import load_rulebook
from .where import USER_FOLDER, shipped_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..git.repository import Repository
    from ..model import Rulebook


def load_committed(repository: Repository, commit: str, today: str) -> Rulebook:
    """The rulebook with the rules that are at the top of the repository in `commit`. Raises CannotCheck."""
    top = os.fsencode(USER_FOLDER) + b"/"
    entries = {key: entry for key, entry in repository.tree(commit).items() if key.startswith(top)}
    for key, entry in entries.items():
        if entry.mode in (LINK, SUBMODULE):
            raise CannotCheck(f"{plain(os.fsdecode(key))} is not a regular file in {commit[:7]}")
        # A tree that somebody made by hand can hold such names, and a file of it would be written anywhere.
        if {"", ".", ".."} & set(os.fsdecode(key).replace(os.sep, "/").split("/")):
            raise CannotCheck(f"{plain(os.fsdecode(key))} in {commit[:7]} leads out of its folder: try git fsck")
    if not entries:
        return load_rulebook([shipped_folder()], today)
    texts = repository.blobs({entry.name: key for key, entry in entries.items()})
    with TemporaryDirectory() as folder:
        for key, entry in entries.items():
            path = Path(folder, os.fsdecode(key))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(texts[entry.name])
            except OSError as error:
                raise CannotCheck(f"{plain(os.fsdecode(key))} in {commit[:7]}: {error.strerror}") from None
        shown = Path(folder).as_posix() + "/"
        try:
            return load_rulebook([shipped_folder(), f"{folder}/{USER_FOLDER}"], today)
        except CannotCheck as problem:
            raise CannotCheck(str(problem).replace(shown, f"{commit[:7]}:")) from None
