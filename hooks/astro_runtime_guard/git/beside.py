"""The files that stand beside those that are looked at: of the same project, in the same state.

Knows: which paths those are, in the index, a tree and at each base commit.
Must not know: how git is started, what a file says (it asks for the one path that a file may name).
"""

from __future__ import annotations

import os
import posixpath

from ..named import NamedTuple
from . import before as snapshot
from . import now as present
from .before import File, Old
from .plumbing import LINK, SUBMODULE, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .base import Before
    from .before import Blank
    from .now import Now

    Befores = Mapping[Before, bool]
    Read = Callable[..., tuple[tuple[File, ...], dict[bytes, bytes]]]


class Together(NamedTuple):
    """What a run asks of paths: whether one is of interest beside another in its folder; whether it speaks for a
    project, and then also for the folders below; the path from its folder that its text names (empty for none);
    whether such a file is to be judged although nobody asked for it; and what blanks its text out.
    """

    beside: Callable[[str], bool]
    leads: Callable[[str], bool]
    named: Callable[[str, bytes], str]
    judged: Callable[[str], bool]
    blank: Callable[[str], Blank]


class Said(NamedTuple):
    """What one file says now, and at each base commit: an object to be read, or its text."""

    now: Entry | bytes | None
    old: dict[Before, Entry]


def read_together(
    read: Read, now: Now, befores: Befores, names: Mapping[bytes, str], together: Together, *, listed: bool
) -> tuple[File, ...]:
    """The files that are looked at, and those beside them; two processes, the second only for files that are named."""
    keys = _keys_beside(now, befores, names, together, listed=listed)
    staged = any(key in now.staged for key in names)
    said = {key: _said(now, befores, key, staged=staged) for key in keys}
    files, texts = read(together.blank, more=_objects(said))
    beside = _files(now, said, texts)
    named = {key: judged for key, judged in _named(files, beside, together).items() if key not in {*names, *keys}}
    more = {key: _said(now, befores, key, staged=staged) for key in named}
    texts = present.read_blobs(now.ask, _objects(more)) if more else {}
    return (*files, *beside, *_files(now, more, texts, named))


def _keys_beside(
    now: Now, befores: Befores, names: Mapping[bytes, str], together: Together, *, listed: bool
) -> list[bytes]:
    """All that is or was in the folders of `names`, and of what speaks for them from the folders above."""
    folders = {posixpath.dirname(key) for key in names}
    above = {parent for folder in folders for parent in _parents(folder)}
    there: dict[bytes, list[bytes]] = {}
    # Where all files are listed, those of interest below this folder are among `names`; of the others none is asked.
    tracked = (key for key in now.tracked() if not (listed and key.startswith(now.prefix)))
    for key in {*tracked, *(key for before in befores for key in snapshot.changes_since(now, before))}:
        if (folder := posixpath.dirname(key)) in folders or folder in above:
            there.setdefault(folder, []).append(key)
    paths = {key: present.path_of(now.prefix, key) for keys in there.values() for key in keys}
    led = {
        folder for folder, keys in there.items() if folder in folders or any(together.leads(paths[it]) for it in keys)
    }
    return sorted(key for folder in led for key in there[folder] if key not in names and together.beside(paths[key]))


def _parents(folder: bytes) -> Iterator[bytes]:
    while folder:
        folder = posixpath.dirname(folder)
        yield folder


def _said(now: Now, befores: Befores, key: bytes, *, staged: bool) -> Said:
    """What a file says on the same side as those that it stands beside: in the index, if one of them is staged."""
    held = {it: snapshot.read_held(now, it, [key], only_staged) for it, only_staged in befores.items()}
    old = {before: entries[key] for before, entries in held.items() if key in entries}
    kept = now.tracked().get(key)
    if staged and (kept is None or kept.mode not in (LINK, SUBMODULE)):
        return Said(kept, old)
    return Said(present.what_is_at(now, key), old)


def _objects(said: Mapping[bytes, Said]) -> dict[bytes, bytes]:
    """Object name -> path."""
    return {
        entry.name: key for key, it in said.items() for entry in (it.now, *it.old.values()) if isinstance(entry, Entry)
    }


def _files(
    now: Now, said: Mapping[bytes, Said], texts: Mapping[bytes, bytes], judged: Mapping[bytes, bool] | None = None
) -> tuple[File, ...]:
    found = []
    for key, it in said.items():
        path = present.path_of(now.prefix, key)
        source = texts[it.now.name] if isinstance(it.now, Entry) else it.now or b""
        old = tuple(Old(path, texts[entry.name], before) for before, entry in it.old.items())
        asked = it.now is not None and judged is not None and judged[key]
        found.append(File(path, source, old, os.fsdecode(key), beside=not asked))
    return tuple(found)


def _named(files: Iterable[File], beside: Iterable[File], together: Together) -> dict[bytes, bool]:
    """The files that others name, now or before: key -> whether one that is looked at names it now, to be judged."""
    found: dict[bytes, bool] = {}
    for file in (*beside, *files):
        for path, source in ((file.path, file.source), *((old.path, old.source) for old in file.old)):
            name = together.named(path, source) if together.leads(path) else ""
            key = posixpath.normpath(posixpath.join(posixpath.dirname(file.key), name))
            if name and not key.startswith(("../", "/")):
                judged = not file.beside and source is file.source and together.judged(key)
                found[os.fsencode(key)] = found.get(os.fsencode(key), False) or judged
    return found
