"""What files said at each base commit, also under another name, together with what they say now."""

from __future__ import annotations

import os

from ..errors import WITHOUT_BEFORE, CannotCheck, plain
from ..named import NamedTuple
from . import plumbing
from .plumbing import LINK, SUBMODULE, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Protocol, TypeGuard

    from .base import Base, Before
    from .now import Now

    class Reader(Protocol):
        """What this wing asks about files; `declarations.reading.Reader` knows the answers."""

        def is_dockerfile(self, path: str) -> bool:
            """Whether a file is a Dockerfile by its path."""

        def is_place(self, path: str) -> bool:
            """Whether a file names versions under a key."""

        def is_listed(self, path: str) -> bool:
            """Whether a file is checked when no file is named."""

        def leads(self, path: str) -> bool:
            """Whether a file can stand for the Dockerfile of its folder, or name one."""

        def read_if_possible(self, path: str, source: bytes) -> object:
            """What a file declares; nothing where it cannot be read. Each text is read only once."""

        def dockerfile_named(self, path: str, source: bytes) -> str:
            """The path, from its folder, of the Dockerfile that a file names; empty for none."""

        def kind(self, path: str) -> object:
            """Equal for two paths if one can be the other renamed."""

        def blanked(self, path: str, source: bytes) -> bytes:
            """The text without its versions, equal before and after an upgrade; `source` itself if it names none."""

        def read_before(self, path: str, source: bytes, named: str) -> object:
            """Raises CannotCheck where a file of the commit `named` may have a version that is not read."""


class Old(NamedTuple):
    """What a file said at one base commit; `path` differs from the file's own after a rename."""

    path: str
    source: bytes
    before: Before


class File(NamedTuple):
    """A file as it is now, and what it said at each base commit that has it; `path` is as it was given.

    `key` is its path from the top of the work tree; empty outside any. `beside` marks a file that nobody asked for: it
    was read because it stands beside another; if it vanished, its `source` is empty.
    """

    path: str
    source: bytes
    old: tuple[Old, ...]
    key: str = ""
    beside: bool = False


class Snapshot(NamedTuple):
    """Everything that is checked in one run.

    `prefix` is the current folder below the top of the work tree, "" or "a/b/". `skipped` are the paths of files that
    did not change and that a partial clone lacks.
    """

    files: tuple[File, ...]
    base: Base
    prefix: str = ""
    skipped: tuple[str, ...] = ()


class Side(NamedTuple):
    """One base commit: what it held at the keys, which are new since, what vanished, and what else is new."""

    before: Before
    held: dict[bytes, Entry]
    fresh: list[bytes]
    gone: dict[bytes, Entry]
    rivals: dict[bytes, Entry]


def read_side(now: Now, before: Before, keys: Collection[bytes], reader: Reader, only_staged: bool) -> Side:
    """What a base commit held at each of `keys`; for `only_staged` just where the index differs from it."""
    held = read_held(now, before, keys, only_staged)
    fresh = [key for key in keys if key not in held and now.before(before.commit, key) is None]
    return Side(before, held, fresh, *_others(now, before, keys, fresh, reader))


def read_held(now: Now, before: Before, keys: Iterable[bytes], only_staged: bool) -> dict[bytes, Entry]:
    """What a base commit held at each of `keys` where it held a file."""
    differences = now.since(before.commit)
    held: dict[bytes, Entry] = {}
    for key in keys:
        if key not in differences and only_staged:
            continue
        entry = now.before(before.commit, key)
        if entry is None or entry.mode == LINK:
            entry = _followed(now, before, key)
        if entry and entry.mode != SUBMODULE:
            held[key] = entry
    return held


def _followed(now: Now, before: Before, key: bytes) -> Entry | None:
    """What a base commit held where a key leads through links; nothing where it leads out of the repository."""
    try:
        end = plumbing.follow(key, lambda path: now.link_text(path, now.before(before.commit, path)))
    except plumbing.LeadsOutError:
        return None
    return now.before(before.commit, end) if end else None


def _others(
    now: Now, before: Before, keys: Collection[bytes], fresh: Sequence[bytes], reader: Reader
) -> tuple[dict[bytes, Entry], dict[bytes, Entry]]:
    """What vanished since a base commit, and may be a new file of today; and what is new besides `keys`.

    A file that became a link or a submodule has vanished too. If a new file was named that has no usual name, its old
    name may be unusual too.
    """
    if not fresh:
        return {}, {}
    unusual = not all(reader.is_listed(now.path(key)) for key in fresh)
    others = {
        key: difference
        for key, difference in now.since(before.commit).items()
        if key not in keys and not difference.unmerged and (unusual or reader.is_listed(now.path(key)))
    }
    for key, difference in others.items():
        now.refuse_held_twice(key, difference)
    gone = {key: it.old for key, it in others.items() if _is_file(it.old) and not _is_file(it.new)}
    return gone, {key: it.new for key, it in others.items() if _is_file(it.new) and not _is_file(it.old)}


def _is_file(entry: Entry | None) -> TypeGuard[Entry]:
    return entry is not None and entry.mode not in (LINK, SUBMODULE)


def read_files(
    now: Now, sides: Sequence[Side], names: Mapping[bytes, str], reader: Reader, *, all_needed: bool,
    more: Mapping[bytes, bytes],
) -> tuple[tuple[File, ...], dict[bytes, bytes]]:  # fmt: skip
    """The files before and now, and the contents of the objects of `more`; all are read in one process.

    A path that holds nothing now is left out, or refused if `all_needed`. What cannot be read is always refused: a link
    that leads nowhere, a folder, a pipe.
    """
    contents = {key: now.content(key) for key in names}
    for key in (key for key in names if contents[key] is None and (all_needed or now.stands(key))):
        raise now.missing(key, names[key])
    needed = {it.name: key for key, it in contents.items() if isinstance(it, Entry)} | {**more}
    for side in sides:
        needed |= {it.name: key for group in (side.held, side.gone, side.rivals) for key, it in group.items()}

    def read(name: bytes, content: bytes) -> None:
        """Read what will be judged while git prints the rest: the reader keeps what it read."""
        if (key := needed[name]) in names:
            reader.read_if_possible(names[key], content)

    texts = now.blobs(needed, [side.before.commit for side in sides], read)
    sources = {key: texts[it.name] if isinstance(it, Entry) else it for key, it in contents.items() if it is not None}
    old: dict[bytes, list[Old]] = {key: [] for key in names}
    for side in sides:
        for key, (path, source) in _old_texts(now, side, names, sources, texts, reader).items():
            old[key].append(Old(path, source, side.before))
    for key in sources:
        if reader.leads(names[key]) or not reader.is_place(names[key]):
            _refuse_pointers(names[key], old[key])
    # An old file without a byte has nothing to compare; `git add -N` announces a path with just such a file.
    files = (
        File(names[key], sources[key], tuple(it for it in old[key] if it.source), os.fsdecode(key))
        for key in names
        if key in sources
    )
    return tuple(files), texts


def _refuse_pointers(path: str, olds: Iterable[Old]) -> None:
    """Raises CannotCheck for an old text that git-lfs keeps elsewhere; the reader refuses one of now.

    https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
    """
    for old in olds:
        if old.source.startswith(b"version https://git-lfs.github.com/spec/"):
            what = f"{plain(path)}: was a pointer of git-lfs in {old.before.named}, so the version before is not known"
            raise CannotCheck(f"{what}: {WITHOUT_BEFORE}")


def _old_texts(
    now: Now, side: Side, names: Mapping[bytes, str], sources: Mapping[bytes, bytes], texts: Mapping[bytes, bytes],
    reader: Reader,
) -> dict[bytes, tuple[str, bytes]]:  # fmt: skip
    """Key -> the path that it had in a base commit and what it said there, also under another name."""
    held = {key: (names[key], texts[entry.name]) for key, entry in side.held.items()}
    renamed = _renamed(side, sources, texts, reader)
    return held | {key: (now.path(old), texts[side.gone[old].name]) for key, old in renamed.items()}


def _renamed(
    side: Side, sources: Mapping[bytes, bytes], texts: Mapping[bytes, bytes], reader: Reader
) -> dict[bytes, bytes]:
    """Key -> the key it had in a base commit, for those that are new since; only files of one kind are the same.

    Raises CannotCheck for a new file that names a version where the file that it was before may be one over a limit.
    """
    if not side.gone:
        return {}
    from .renames import pair_renamed

    new = {os.fsdecode(key): sources[key] for key in side.fresh if key in sources}
    rivals = {os.fsdecode(key): texts[entry.name] for key, entry in side.rivals.items()}
    gone = {os.fsdecode(key): texts[entry.name] for key, entry in side.gone.items()}
    pairs: dict[str, str] = {}
    for kind in dict.fromkeys(map(reader.kind, new)):
        appeared, vanished = (
            {path: text for path, text in group.items() if reader.kind(path) == kind} for group in (new | rivals, gone)
        )
        pairs |= pair_renamed(appeared, vanished, reader.blanked)
        if any(path not in pairs and reader.blanked(path, new[path]) != new[path] for path in appeared.keys() & new):
            for path, text in vanished.items():
                reader.read_before(path, text, side.before.named)
    return {os.fsencode(path): os.fsencode(pairs[path]) for path in new if path in pairs}
