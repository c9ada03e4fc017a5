"""Reads everything that one run checks: what files say now, and what they said at the commits to compare with."""

from __future__ import annotations

import os
from functools import cache

from ..errors import CannotCheck, plain
from ..model import Branches
from ..named import NamedTuple
from . import before, ci, plumbing
from .base import Base, decide, decide_landing
from .before import File as File
from .before import Old as Old
from .before import Snapshot as Snapshot
from .now import Now, key_of, on_disk
from .repository import Repository as Repository  # noqa: TC001 -- for those who import this face

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .before import Reader

_NO_NAMES = {b"", b".", b".."}
_DEEP = 100  # folders in a path; far fewer than functions that may call themselves


class Request(NamedTuple):
    """What is asked for.

    paths: the files to check; None stands for all tracked files below the current folder that the reader lists.
    base, no_base: the values of --base and --no-base. with_beside: the files beside those are read too. branches: which
    branches the repository says are more than proposals.
    """

    paths: Sequence[str] | None
    reader: Reader
    base: str | None = None
    no_base: bool = False
    with_beside: bool = False
    branches: Branches = Branches()


def read(repository: Repository, request: Request) -> Snapshot:
    """What files say now, and what they said before.

    Raises CannotCheck for a path that is not there, and whenever git cannot say.
    """
    if repository.where is None:
        return _outside(repository, request)
    given = _given(repository, request)
    return _read(repository, request, given, _base(repository, request, given))


def read_landing(repository: Repository, request: Request) -> Snapshot | None:
    """The same files, compared with the branch that will receive the commit; None where HEAD alone counts."""
    base = decide_landing(repository, request.branches)
    return _read(repository, request, _given(repository, request), base) if base else None


def find_base(repository: Repository, asked: str | None, no_base: bool) -> Base:
    """What is judged against with these values of --base and --no-base, whatever is staged; no file is read."""
    if repository.where is None:
        return Base(())
    return decide(repository, _event(repository.environ), asked, no_base, committing=False)


def _base(repository: Repository, request: Request, given: Mapping[bytes, str] | None) -> Base:
    committing = _is_committing(repository, given, request.reader)
    event = _event(repository.environ)
    return decide(repository, event, request.base, request.no_base, committing, request.branches)


def _read(repository: Repository, request: Request, given: Mapping[bytes, str] | None, base: Base) -> Snapshot:
    now, reader = Now(repository, base.after), request.reader
    names = _listed(now, reader) if given is None else _named(now, given)
    always = {it.commit for it in base._replace(staged=()).commits}
    befores = {it: it.commit not in always for it in base.commits}
    sides = [before.read_side(now, it, names, reader, only_staged) for it, only_staged in befores.items()]
    if request.with_beside:
        from .beside import read_with_beside

        files = read_with_beside(now, sides, befores, names, reader, listed=given is None)
    else:
        files, _ = before.read_files(now, sides, names, reader, all_needed=given is not None, more={})
    return Snapshot(files, base, os.fsdecode(now.prefix), tuple(map(now.path, now.skipped)))


def _is_committing(repository: Repository, given: Mapping[bytes, str] | None, reader: Reader) -> bool:
    """Whether the index differs from HEAD in a file that is checked."""
    if repository.environ.get("PRE_COMMIT_TO_REF"):
        return False
    if given is not None:
        return any(key in given for key in repository.staged)
    now = Now(repository, "")
    return any(reader.is_listed(now.path(key)) for key in repository.staged)


def _event(environ: Mapping[str, str]) -> str:
    """The text of GitHub's event; "" where there is none, or none that can be read."""
    if not environ.get("GITHUB_ACTIONS") or not environ.get("GITHUB_EVENT_PATH"):
        return ""
    try:
        with open(environ["GITHUB_EVENT_PATH"], encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _given(repository: Repository, request: Request) -> dict[bytes, str] | None:
    """Key -> path as it was given first; None where all files are meant."""
    if request.paths is None:
        return None
    resolve = _resolver()
    prefix = repository.work_tree.prefix
    keys: dict[bytes, str] = {}
    for path in request.paths:
        keys.setdefault(key_of(prefix, path, resolve), path.replace(os.sep, "/"))
    return keys


def _resolver() -> Callable[[bytes], bytes]:
    """`os.path.realpath` for many folders: where it can, it looks only at what is new in a path."""

    @cache
    def resolve(folder: bytes) -> bytes:
        above, name = os.path.split(folder)
        if os.name == "nt" or name in _NO_NAMES or folder.count(b"/") > _DEEP or os.path.islink(folder):
            return os.path.realpath(folder)
        return os.path.join(resolve(above), name)

    return resolve


def _named(now: Now, given: Mapping[bytes, str]) -> dict[bytes, str]:
    """The files that were named, by the keys under which git knows them."""
    names = {now.tracked_key(key): path for key, path in given.items()}
    now.refuse_foreign(names)
    return names


def _listed(now: Now, reader: Reader) -> dict[bytes, str]:
    below = (key for key, it in now.tracked.items() if key.startswith(now.prefix) and it.mode != plumbing.SUBMODULE)
    return {key: path for key in below if reader.is_listed(path := now.path(key))}


def _outside(repository: Repository, request: Request) -> Snapshot:
    """Outside any repository: the files as they are on disk."""
    if not request.no_base and ci.run(repository.environ, ""):
        raise CannotCheck(
            "not in a git repository, so there is no base to compare with: check the repository out with its .git "
            "folder, or give --no-base"
        )
    if not request.no_base and (request.base or repository.environ.get("ASTRO_RUNTIME_BASE")):
        raise CannotCheck(
            "not in a git repository, so there is no base to compare with: leave out --base, or go into one"
        )
    if request.paths is None:
        raise CannotCheck("not in a git repository, so there are no tracked files: name the files to check")
    files: dict[str, File] = {}
    for path in request.paths:
        source = on_disk(path)
        if source is None:
            raise CannotCheck(f"{plain(path)}: no such file")
        files.setdefault(os.path.realpath(path), File(path.replace(os.sep, "/"), source, ()))
    base = Base((), why="not in a git repository, so nothing is compared", silent=False)
    return Snapshot(tuple(files.values()), base)
