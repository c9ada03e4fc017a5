"""The fast answer of most runs: nothing is found where no file names a known image, in the index or on disk.

On the fast path: imports nothing that takes time. In doubt it says no, and then the files are read in full.
"""

from __future__ import annotations

import os
import stat

from .declarations.glance import format_of, may_name, needles
from .git.ask import Objects, start_git
from .rulebook.where import checksum, rule_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Files that cannot be decided here are read again.
MOST_FILES = 50
MOST_BYTES = 1 << 20
# Where one of these is set, a range is looked at, or a base was named that has to be in the clone.
_OTHER_SIDES = ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF", "ASTRO_RUNTIME_BASE")


def names_nothing(paths: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether it is certain that none of these files names a declared image, in the index or in the working tree."""
    if not 0 < len(paths) <= MOST_FILES or any(environ.get(name) for name in _OTHER_SIDES):
        return False
    if any(map(format_of, paths)):
        return False  # what is no Dockerfile may name a version without an image
    folders = rule_folders(None)
    try:
        from .rules import compiled  # type: ignore[import-not-found]
    except ImportError:
        return False
    names = needles(compiled.REPOSITORIES)
    on_disk = [_regular(path) for path in paths]
    if any(source is None or may_name(source, names) for source in on_disk):
        return False
    # A repository's own rules may name other images, and ours may have changed since they were written down.
    if len(folders) > 1 or checksum(folders[0]) != compiled.CHECKSUM:
        return False
    return not any(source is None or may_name(source, names) for source in _staged(paths, environ))


def _regular(path: str) -> bytes | None:
    """A regular file of this folder or below, that its name alone leads to; None for any other."""
    if os.path.isabs(path) or "\n" in path:
        return None
    try:
        about = os.lstat(path)
        if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_BYTES:
            return None
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def _staged(paths: Sequence[str], environ: Mapping[str, str]) -> list[bytes | None]:
    """What the index holds at each path, None where it does not hold a file there."""
    names = [b":./" + os.fsencode(path.replace(os.sep, "/")) for path in paths]
    objects = Objects(names, b"blob", _refuse_large)
    finish = start_git(("cat-file", "--batch"), environ, b"".join(name + b"\n" for name in objects.contents))
    try:
        finish(objects.take)
    except OverflowError:
        return [None]
    return [objects.contents[name] for name in names]


def _refuse_large(name: bytes, size: int) -> None:
    if size > MOST_BYTES:
        raise OverflowError
