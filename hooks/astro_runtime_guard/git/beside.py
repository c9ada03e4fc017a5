"""The files beside those that are checked: of the same project, in the same state."""

from __future__ import annotations

import os
import posixpath

from ..errors import CannotCheck, plain
from ..named import NamedTuple
from . import before
from .before import File, Old
from .plumbing import LINK, SUBMODULE, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .base import Before
    from .before import Reader, Side
    from .now import Now

    Befores = Mapping[Before, bool]


class Contents(NamedTuple):
    """What one file says now, and at each base commit: an object to be read, or its text."""

    now: Entry | bytes | None
    old: dict[Before, Entry]


def read_with_beside(
    now: Now, sides: Sequence[Side], befores: Befores, names: Mapping[bytes, str], reader: Reader, *, listed: bool
) -> tuple[File, ...]:
    """The files that are checked, and those beside them; a second process reads only files that others name."""
    keys = _keys_beside(now, befores, names, reader, listed=listed)
    staged = any(key in now.staged for key in names)
    contents = {key: _contents(now, befores, key, staged=staged) for key in keys}
    files, texts = before.read_files(now, sides, names, reader, all_needed=not listed, more=_objects(contents))
    beside = _files(now, contents, texts)
    named = {key: judged for key, judged in _named(files, beside, reader).items() if key not in {*names, *keys}}
    more = {key: _contents(now, befores, key, staged=staged) for key in named}
    texts = now.blobs(_objects(more), [side.before.commit for side in sides])
    return (*files, *beside, *_files(now, more, texts, named))


def _keys_beside(
    now: Now, befores: Befores, names: Mapping[bytes, str], reader: Reader, *, listed: bool
) -> list[bytes]:
    """All that is or was in the folders of `names`, and what leads them from the folders above."""
    folders = {posixpath.dirname(key) for key in names}
    above = {parent for folder in folders for parent in _parents(folder)}
    inside: dict[bytes, list[bytes]] = {}
    # When all files are listed, those below this folder that matter are among `names` already.
    tracked = (key for key in now.tracked if not (listed and key.startswith(now.prefix)))
    for key in {*tracked, *(key for it in befores for key in now.since(it.commit))}:
        if (folder := posixpath.dirname(key)) in folders or folder in above:
            inside.setdefault(folder, []).append(key)
    paths = {key: now.path(key) for keys in inside.values() for key in keys}
    led = {
        folder for folder, keys in inside.items() if folder in folders or any(_leads(reader, paths[it]) for it in keys)
    }
    return sorted(key for folder in led for key in inside[folder] if key not in names and reader.is_listed(paths[key]))


def _leads(reader: Reader, path: str) -> bool:
    return reader.is_listed(path) and reader.leads(path)


def _parents(folder: bytes) -> Iterator[bytes]:
    while folder:
        folder = posixpath.dirname(folder)
        yield folder


def _contents(now: Now, befores: Befores, key: bytes, *, staged: bool) -> Contents:
    """What a file says on the same side as those that it stands beside: in the index, if one of them is staged."""
    held = {it: before.read_held(now, it, [key], only_staged) for it, only_staged in befores.items()}
    old = {it: entries[key] for it, entries in held.items() if key in entries}
    kept = now.tracked.get(key)
    if staged and (kept is None or kept.mode == LINK) and (end := now.end_of(key)):
        kept = now.tracked.get(end)
    if staged and (kept is None or kept.mode not in (LINK, SUBMODULE)):
        return Contents(kept, old)
    return Contents(now.content(key), old)


def _objects(contents: Mapping[bytes, Contents]) -> dict[bytes, bytes]:
    """Object name -> path."""
    return {
        entry.name: key
        for key, it in contents.items()
        for entry in (it.now, *it.old.values())
        if isinstance(entry, Entry)
    }


def _files(
    now: Now,
    contents: Mapping[bytes, Contents],
    texts: Mapping[bytes, bytes],
    judged: Mapping[bytes, bool] | None = None,
) -> tuple[File, ...]:
    files = []
    for key, it in contents.items():
        path = now.path(key)
        source = texts[it.now.name] if isinstance(it.now, Entry) else it.now or b""
        old = tuple(Old(path, texts[entry.name], base) for base, entry in it.old.items())
        asked = it.now is not None and judged is not None and judged[key]
        files.append(File(path, source, old, os.fsdecode(key), beside=not asked))
    return tuple(files)


def _named(files: Iterable[File], beside: Iterable[File], reader: Reader) -> dict[bytes, bool]:
    """The files that others name, now or before: key -> whether one that is checked names it now, so it is judged."""
    named: dict[bytes, bool] = {}
    for file in (*beside, *files):
        for path, source in ((file.path, file.source), *((old.path, old.source) for old in file.old)):
            name = reader.dockerfile_named(path, source) if reader.leads(path) else ""
            key = _key_of_name(file, name)
            if key is None and source is file.source:
                what = f"{plain(path)}: names the Dockerfile {plain(name)}, which is no path in this repository"
                raise CannotCheck(f"{what}: name a file of the repository, from the folder of this file")
            if key:
                judged = not file.beside and source is file.source and not reader.is_dockerfile(os.fsdecode(key))
                named[key] = named.get(key, False) or judged
    return named


def _key_of_name(file: File, name: str) -> bytes | None:
    """The key of the Dockerfile that a file names; None for a path that the repository cannot hold."""
    if not name:
        return b""
    key = posixpath.normpath(posixpath.join(posixpath.dirname(file.key), name))
    if key == ".." or key.startswith(("../", "/")) or "\0" in key:
        return None
    try:
        return os.fsencode(key)
    except UnicodeEncodeError:
        return None
