"""What git is asked.

Knows: git's commands, how it refuses. Must not know: what the answers are good for, CI services, Dockerfiles.

"Could not look" is never "nothing there": whatever git refuses becomes CannotCheck, and only "not a git repository"
means that there is none. Nothing is written, not even the index.
"""

from __future__ import annotations

import os
from functools import cache, partial

from ..errors import CannotCheck, plain
from ..named import NamedTuple
from . import base as bases
from . import before as snapshot
from . import now as present
from . import plumbing
from .ask import start_git
from .before import File as File
from .before import Old as Old
from .before import Snapshot as Snapshot
from .plumbing import Change, Entry
from .refusals import broken_off, refusal, refuse_broken, refuse_broken_branch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .ask import Done
    from .beside import Together

    Ask = Callable[..., bytes]

AND = "--and"
# rev-parse repeats an option that it does not know: a mark between answers that may hold line ends themselves.
NEXT = b"\n--and\n"
WHERE = (
    *("rev-parse", "--is-inside-work-tree", "--show-prefix", AND),
    *("--git-path", "MERGE_HEAD", AND, "--git-path", "shallow", AND, "--revs-only", "HEAD"),
)


class Begun(NamedTuple):
    """What nearly every run asks, under way while the program is still being imported; each is read at most once."""

    where: Callable[[], Done]
    staged: Callable[[], Done]


class Place(NamedTuple):
    """Where we are: the current folder below the top of the work tree, HEAD, and two of git's own files."""

    prefix: bytes
    head: str
    merge_head: bytes
    shallow: bytes


def begin(environ: Mapping[str, str]) -> Begun:
    """Start asking. Raises CannotCheck where git cannot be run."""
    staged = snapshot.changes_from("HEAD", "")
    later = bool(environ.get("PRE_COMMIT_TO_REF"))  # a range is looked at, and what is staged hardly matters
    return Begun(
        start_git(WHERE, environ), (lambda: start_git(staged, environ)()) if later else start_git(staged, environ)
    )


def read(
    begun: Begun,
    paths: Sequence[str] | None,
    *,
    wanted: Callable[[str], bool],
    base: str | None,
    no_base: bool,
    environ: Mapping[str, str],
    renamed: Callable[[bytes], bytes],
    together: Together | None = None,
) -> Snapshot:
    """What `paths` say now and what they said before.

    None for `paths` stands for all tracked files below the current folder that are `wanted`. `renamed` blanks
    out of a text what a rename may change with it. `together` asks for the files that stand beside those too. Raises
    CannotCheck for a path that is not there, and whenever git cannot say.
    """
    ask = _asker(environ)
    place = _place(begun, environ)
    if place is None:
        return _outside(paths, "" if no_base else base or environ.get("ASTRO_RUNTIME_BASE", ""))
    given = None if paths is None else _keys(place, paths)
    index = cache(lambda: plumbing.read_index(ask("ls-files", "--stage", "-t", "-z", "--full-name", "--", ":/")))
    staged = cache(lambda: _staged(begun, place, index))
    answers = _answers(ask, place, environ, lambda: any(_looked_at(place, key, given, wanted) for key in staged()))
    found = bases.decide(environ, _event(environ), base, no_base, answers)
    now = _now(ask, place, found.after, index, staged)
    names = _listed(now, wanted) if given is None else _own(now, given)
    # In CI, HEAD is a base of what is being committed on top of it and of nothing else: it would hide the branch.
    in_ci_too = len(found.commits) > 1 and not answers.merging and not found.after
    befores = {it: in_ci_too and it.commit == place.head for it in found.commits}
    sides = [snapshot.read_side(now, it, names, wanted, only_staged) for it, only_staged in befores.items()]
    read = partial(snapshot.read_files, now, sides, names, all_needed=given is not None)
    if together:
        from .beside import read_together

        files = read_together(read, now, befores, names, together, listed=given is None)
    else:
        files = read(lambda path: renamed, more={})[0]
    return Snapshot(files, found, repository=True, prefix=os.fsdecode(place.prefix))


def rebasing(environ: Mapping[str, str]) -> bool:
    """Whether this is the prepare-commit-msg hook during a rebase, where git tries a refused commit for ever.

    The hook runners hand on in PRE_COMMIT_COMMIT_MSG_SOURCE what git tells that hook alone, and in a rebase
    always.
    """
    if not environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE"):
        return False
    out = _asker(environ)("rev-parse", "--git-path", "rebase-merge", AND, "--git-path", "rebase-apply")
    return any(os.path.isdir(folder) for folder in out.removesuffix(b"\n").split(NEXT))


def default_branch(environ: Mapping[str, str]) -> str:
    """The default branch of origin as this clone knows it, "origin/main"; "" when it does not."""
    code, out, _ = start_git(("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"), environ)()
    name = os.fsdecode(out.removesuffix(b"\n"))
    # It is shown to be typed into a shell, and origin may call its branch `x;reboot`.
    return name if not code and all(c.isalnum() or c in "/._-" for c in name) else ""


def _answers(ask: Ask, place: Place, environ: Mapping[str, str], staged: Callable[[], bool]) -> bases.Answers:
    return bases.Answers(
        head=place.head,
        merging=_merging(place, environ),
        staged=staged,
        commits=lambda names: _commits(ask, names),
        parents=lambda commit: _parents(ask, commit),
        meet=lambda tip, commit: _meet(ask, place, tip, commit),
    )


def _looked_at(place: Place, key: bytes, given: Mapping[bytes, str] | None, wanted: Callable[[str], bool]) -> bool:
    return wanted(present.path_of(place.prefix, key)) if given is None else key in given


def _asker(environ: Mapping[str, str]) -> Ask:
    """A function that runs git and gives what it printed; other exit codes than 0 and `also` are refusals."""

    def ask(*words: str, stdin: bytes = b"", also: int = 0) -> bytes:
        code, out, err = start_git(words, environ, stdin)()
        if code not in (0, also):
            raise refusal(words[0], code, err)
        if "-z" in words and out and not out.endswith(b"\0"):
            raise broken_off(words[0])
        return out

    return ask


def _place(begun: Begun, environ: Mapping[str, str]) -> Place | None:
    """Where we are; None outside any repository."""
    code, out, err = begun.where()
    if code and b"fatal: not a git repository" in err:
        refuse_broken(environ)
        return None
    if code:
        raise refusal("rev-parse", code, err)
    if out.count(NEXT) != 3 or not out.endswith(b"\n"):
        raise broken_off("rev-parse")
    inside, rest = out.split(b"\n", 1)
    if inside != b"true":
        raise CannotCheck("only git's own files are here (a bare repository?): run this in a work tree")
    prefix, merge_head, shallow, head = rest.split(NEXT)
    if not head:
        refuse_broken_branch(environ)
    return Place(prefix, head.decode("ascii").strip(), merge_head, shallow)


def _merging(place: Place, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The commits that an unfinished merge adds to HEAD, of MERGE_HEAD and of the environment of `git merge`."""
    try:
        with open(place.merge_head, "rb") as file:
            lines = file.read().decode("ascii", "replace").split()
    except FileNotFoundError:
        lines = []
    except OSError as error:
        raise CannotCheck(f"{os.fsdecode(place.merge_head)} cannot be read: {error.strerror}") from None
    return tuple(dict.fromkeys((*lines, *bases.merged_heads(environ))))


def _event(environ: Mapping[str, str]) -> str:
    """The text of GitHub's event; "" where there is none, or none that can be read."""
    if not environ.get("GITHUB_ACTIONS") or not environ.get("GITHUB_EVENT_PATH"):
        return ""
    try:
        with open(environ["GITHUB_EVENT_PATH"], encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _commits(ask: Ask, names: Sequence[str]) -> list[str]:
    asked = [os.fsencode(name) + b"^{commit}" if name and not set(name) & set("\n\0") else b"-" for name in names]
    out = ask(
        "cat-file",
        "--batch-check=%(objectname) %(objecttype)",
        stdin=b"".join(name + b"\n" for name in asked),
    )
    return plumbing.read_commits(out)


def _parents(ask: Ask, commit: str) -> tuple[str, ...]:
    """From the commit itself, which still names the parents that a shallow clone cut off."""
    head = ask("cat-file", "commit", commit).partition(b"\n\n")[0]
    return tuple(line[7:].decode("ascii") for line in head.split(b"\n") if line.startswith(b"parent "))


def _meet(ask: Ask, place: Place, tip: str, commit: str) -> tuple[tuple[str, ...], bool]:
    """The merge bases; sure when no history is cut off between them and the two commits."""
    meets = tuple(ask("merge-base", "--all", tip, commit, also=1).decode("ascii").split())
    if tip in meets or not os.path.exists(place.shallow):
        return meets, True
    with open(place.shallow, "rb") as file:
        cut = set(file.read().split())
    between = ask("rev-list", tip, commit, *(f"^{meet}" for meet in meets)).split()
    return meets, not cut.intersection(between)


def _staged(begun: Begun, place: Place, index: Callable[[], Mapping[bytes, Entry]]) -> Mapping[bytes, Change]:
    """What the index changes from HEAD; before the first commit that is all of it."""
    if not place.head:
        return {path: Change(None, entry) for path, entry in index().items()}
    code, out, err = begun.staged()
    if code:
        raise refusal("diff-index", code, err)
    if out and not out.endswith(b"\0"):
        raise broken_off("diff-index")
    return plumbing.read_changes(out)


def _keys(place: Place, paths: Sequence[str]) -> dict[bytes, str]:
    """Key -> path as it was given first."""
    resolve = cache(os.path.realpath)
    keys = [(present.key_of(place.prefix, path, resolve), path.replace(os.sep, "/")) for path in reversed(paths)]
    return dict(reversed(dict(keys).items()))


def _now(
    ask: Ask, place: Place, after: str, index: Callable[[], Mapping[bytes, Entry]],
    staged: Callable[[], Mapping[bytes, Change]],
) -> present.Now:  # fmt: skip
    """The index over the working tree, or the tree of the commit `after`."""
    tree = cache(lambda: plumbing.read_tree(ask("ls-tree", "-r", "-z", "--full-tree", after)))
    since = cache(lambda commit: plumbing.read_changes(ask(*snapshot.changes_from(commit, after))))
    changed, tracked = ({}, tree) if after else (staged(), index)
    return present.Now(ask, place.prefix, place.head, after, changed, tracked, since)


def _own(now: present.Now, given: Mapping[bytes, str]) -> dict[bytes, str]:
    """The files that were named, by the keys under which git knows them."""
    names = {present.tracked_key(now, key): path for key, path in given.items()}
    present.refuse_foreign(now, names)
    return names


def _listed(now: present.Now, wanted: Callable[[str], bool]) -> dict[bytes, str]:
    below = (key for key, it in now.tracked().items() if key.startswith(now.prefix) and it.mode != plumbing.SUBMODULE)
    return {key: path for key in below if wanted(path := present.path_of(now.prefix, key))}


def _outside(paths: Sequence[str] | None, wish: str) -> Snapshot:
    """Outside any repository: the files as they are on disk."""
    if wish:
        raise CannotCheck(
            "not in a git repository, so there is no base to compare with: leave out --base, or go into one"
        )
    if paths is None:
        raise CannotCheck("not in a git repository, so there are no tracked files: name the files to check")
    files: dict[str, File] = {}
    for path in paths:
        source = present.on_disk(path)
        if source is None:
            raise CannotCheck(f"{plain(path)}: no such file")
        files.setdefault(os.path.realpath(path), File(path.replace(os.sep, "/"), source, ()))
    return Snapshot(tuple(files.values()), bases.Base((), why="not in a git repository"), repository=False)
