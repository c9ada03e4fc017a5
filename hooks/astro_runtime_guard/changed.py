"""Narrows a run to what differs from before: --changed."""

from __future__ import annotations

import os
import posixpath

from .rulebook.where import USER_FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .declarations.reading import Reader
    from .git.snapshot import File, Repository, Snapshot


def narrow(snapshot: Snapshot, reader: Reader, repository: Repository, *, together: bool) -> Snapshot:
    """The files that differ from a commit to compare with, and those of the same projects as files beside them.

    All files if there is nothing to compare with, or if a rule of the repository differs. Without `together` the run
    looks at each file alone.
    """
    base = snapshot.base
    folder = USER_FOLDER.encode()
    sides = {it.commit for it in base.forks or base.judged}
    # What a job staged is compared with HEAD too, and no other file is.
    staged_sides = sides | {it.commit for it in base.staged}
    staged = repository.staged if base.staged else {}
    if not staged_sides or any(repository.changes_below(folder, commit, base.after) for commit in staged_sides):
        return snapshot
    changed = {
        file.key
        for file in snapshot.files
        if _differs(file, staged_sides if os.fsencode(file.key) in staged else sides)
    }
    if not together:
        return snapshot._replace(files=tuple(file for file in snapshot.files if file.key in changed))
    named = _named_elsewhere(snapshot.files, reader)
    projects = {_project(key, named) for key in changed}
    files = (
        file if file.key in changed else file._replace(beside=True)
        for file in snapshot.files
        if _project(file.key, named) in projects
    )
    return snapshot._replace(files=tuple(files))


def _differs(file: File, sides: Collection[str]) -> bool:
    """Whether a file is not the same in all commits to compare with; a renamed or a vanished file differs too."""
    text = _text(file.source)
    same = {old.before.commit for old in file.old if old.path == file.path and _text(old.source) == text}
    return not same.issuperset(sides)


def _text(source: bytes) -> bytes:
    """A text with the line ends that git keeps: on Windows it checks files out with others (core.autocrlf)."""
    return source.replace(b"\r\n", b"\n")


def _named_elsewhere(files: Iterable[File], reader: Reader) -> dict[str, str]:
    """The key of a Dockerfile -> the folder of the file that names it as its project's."""
    named: dict[str, str] = {}
    for file in files:
        if reader.leads(file.path) and (name := reader.dockerfile_named(file.path, file.source)):
            folder = posixpath.dirname(file.key)
            named[posixpath.normpath(posixpath.join(folder, name))] = folder
    return named


def _project(key: str, named: dict[str, str]) -> str:
    return named.get(key, posixpath.dirname(key))
