"""A repository: what git says about it. Each question is asked at most once.

Whatever git refuses becomes CannotCheck; only "not a git repository" means that there is none. Nothing is written, not
even the index.
"""

from __future__ import annotations

import os
from functools import cached_property

from ..errors import CannotCheck, plain
from ..named import NamedTuple
from . import plumbing
from .ask import Objects, broken_off, refusal, refuse_broken, refuse_broken_branch, start_git
from .plumbing import Difference, Entry, Ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

MOST_BYTES = 1 << 24
"""The largest file that is read: as much as BuildKit takes in one message, so a larger Dockerfile cannot be built."""

MOST_TOGETHER = 1 << 27
"""The most bytes that one run reads: all files, as they are now and as they were before."""

AND = "--and"
# rev-parse repeats an option that it does not know: a mark between answers, which may hold line ends themselves.
NEXT = b"\n--and\n"
_WHERE = (
    *("rev-parse", "--is-inside-work-tree", "--show-prefix", AND),
    *("--git-path", "MERGE_HEAD", AND, "--git-path", "shallow", AND, "--revs-only", "HEAD"),
)


class WorkTree(NamedTuple):
    """Where the program was started.

    prefix: the current folder below the top of the work tree, b"" or b"a/b/". head: full name of the commit that is
    checked out, "" on a branch without commits. merge_head and shallow: paths of two of git's own files.
    """

    prefix: bytes
    head: str
    merge_head: bytes
    shallow: bytes


class Repository:
    """The repository of the current folder.

    Two questions that nearly every run asks start at once and are answered while the program is still being imported.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Raises CannotCheck where git cannot be run."""
        self.environ = environ
        self.meanwhile: Callable[[], object] | None = None
        """What is done, once, while git works."""
        self._bytes = 0
        self._where = start_git(_WHERE, environ)
        # Where a range is checked, what is staged hardly matters.
        self._staged = None if environ.get("PRE_COMMIT_TO_REF") else start_git(_difference("HEAD"), environ)

    def ask(self, *words: str, stdin: bytes = b"", also: int = 0, take: Callable[[bytes], None] | None = None) -> bytes:
        """What git prints, if `take` is not given it. Raises CannotCheck for an exit code other than 0 and `also`."""
        finish = start_git(words, self.environ, stdin)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        code, out, err = finish(take)
        if code not in (0, also):
            raise self._refusal(words[0], code, err)
        if "-z" in words and out and not out.endswith(b"\0"):
            raise broken_off(words[0])
        return out

    def _refusal(self, command: str, code: int, err: bytes) -> CannotCheck:
        return CannotCheck(self.partial_fix) if self.is_partial else refusal(command, code, err)

    @cached_property
    def where(self) -> WorkTree | None:
        """Where we are; None outside any repository."""
        code, out, err = self._where()
        if code and b"fatal: not a git repository" in err:
            refuse_broken(self.environ)
            return None
        if code:
            raise refusal("rev-parse", code, err)
        if out.count(NEXT) != 3 or not out.endswith(b"\n"):
            raise broken_off("rev-parse")
        inside, rest = out.split(b"\n", 1)
        if inside != b"true":
            raise CannotCheck("only git's own files are here (a bare repository?): run this in a work tree")
        prefix, merge_head, shallow, head = rest.split(NEXT)
        self._refuse_moved(prefix)
        if not head:
            refuse_broken_branch(self.environ)
        return WorkTree(prefix, head.decode("ascii").strip(), merge_head, shallow)

    def _refuse_moved(self, prefix: bytes) -> None:
        """In the hook of a linked work tree git takes the current folder for the top, whatever it is."""
        moved = self.environ.get("GIT_DIR") and not self.environ.get("GIT_WORK_TREE") and not prefix
        if moved and not os.path.lexists(".git") and not self._is_configured_top():
            what = "GIT_DIR is set and this folder is not the top of the work tree, so git compares the wrong files"
            raise CannotCheck(f"{what}: do not change the folder in a hook, or unset GIT_DIR and GIT_INDEX_FILE there")

    def _is_configured_top(self) -> bool:
        """Whether core.worktree, which is relative to GIT_DIR, names the current folder."""
        named = start_git(("config", "--get", "core.worktree"), self.environ)()[1].removesuffix(b"\n")
        top = os.path.join(os.fsencode(self.environ["GIT_DIR"]), named)
        return bool(named) and os.path.realpath(top) == os.path.realpath(b".")

    @property
    def work_tree(self) -> WorkTree:
        """Where we are, in a repository."""
        assert self.where is not None
        return self.where

    @property
    def head(self) -> str:
        """Full name of the commit that is checked out, "" on a branch without commits."""
        return self.work_tree.head

    @cached_property
    def merging(self) -> tuple[str, ...]:
        """The commits that an unfinished merge adds to HEAD."""
        try:
            with open(self.work_tree.merge_head, "rb") as file:
                lines = file.read().decode("ascii", "replace").split()
        except FileNotFoundError:
            lines = []
        except OSError as error:
            path = os.fsdecode(self.work_tree.merge_head)
            raise CannotCheck(f"{path} cannot be read: {error.strerror}") from None
        return tuple(dict.fromkeys((*lines, *merged_heads(self.environ))))

    @cached_property
    def index(self) -> dict[bytes, Entry]:
        """Path -> what the index holds."""
        return plumbing.read_index(self.ask("ls-files", "--stage", "-t", "-z", "--full-name", "--", ":/"))

    @cached_property
    def staged(self) -> dict[bytes, Difference]:
        """What the index changes from HEAD; before the first commit that is all of it."""
        if not self.head:
            return {path: Difference(None, entry) for path, entry in self.index.items()}
        code, out, err = (self._staged or start_git(_difference("HEAD"), self.environ))()
        if code:
            raise self._refusal("diff-index", code, err)
        if out and not out.endswith(b"\0"):
            raise broken_off("diff-index")
        return plumbing.read_differences(out)

    def tree(self, commit: str) -> dict[bytes, Entry]:
        """Path -> what the tree of a commit holds."""
        return plumbing.read_tree(self.ask("ls-tree", "-r", "-z", "--full-tree", commit))

    def differences(self, before: str, after: str) -> dict[bytes, Difference]:
        """What the commit `after`, or the index for "", changes from the commit `before`."""
        return plumbing.read_differences(self.ask(*_difference(before, after)))

    def changes_below(self, folder: bytes, commit: str, after: str) -> bool:
        """Whether `after`, or the index or the work tree for "", changes a file below a folder of this name."""
        differences = self.staged if commit == self.head and not after else self.differences(commit, after)
        if any(b"/" + folder + b"/" in b"/" + key for key in differences):
            return True
        where = b":(top,glob)**/" + folder + b"/**"
        return not after and bool(self.ask("status", "--porcelain", "-z", "-uall", "--", os.fsdecode(where)))

    def commits(self, names: Sequence[str]) -> list[str]:
        """Full names of commits, as people name them; "" for one that is not in the clone."""
        asked = [os.fsencode(name) + b"^{commit}" if not set(name) & set("\n\0") else b"-" for name in names]
        stdin = b"".join(name + b"\n" for name in asked)
        return plumbing.read_commits(self.ask("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=stdin))

    def parents(self, commit: str) -> tuple[str, ...]:
        """From the commit itself, which still names the parents that a shallow clone cut off."""
        head = self.ask("cat-file", "commit", commit).partition(b"\n\n")[0]
        return tuple(line[7:].decode("ascii") for line in head.split(b"\n") if line.startswith(b"parent "))

    def merge_bases(self, tip: str, *commits: str) -> tuple[tuple[str, ...], bool]:
        """The merge bases of a tip and the merge of `commits`, and whether no cut history makes them unsure."""
        bases = tuple(self.ask("merge-base", "--all", tip, *commits, also=1).decode("ascii").split())
        if tip in bases or not self.is_shallow:
            return bases, True
        with open(self.work_tree.shallow, "rb") as file:
            cut = set(file.read().split())
        between = self.ask("rev-list", tip, *commits, *(f"^{base}" for base in bases)).split()
        return bases, not cut.intersection(between)

    def contains(self, commit: str, other: str) -> bool:
        """Whether `other` is the commit or in its history."""
        return other == commit or other in self.merge_bases(other, commit)[0]

    def independent(self, commits: Sequence[str]) -> tuple[str, ...]:
        """Those of the commits that no other one contains."""
        names = tuple(dict.fromkeys(commits))
        return (
            tuple(self.ask("merge-base", "--independent", *names).decode("ascii").split()) if len(names) > 1 else names
        )

    @property
    def is_shallow(self) -> bool:
        """Whether the history of this clone is cut off."""
        return os.path.exists(self.work_tree.shallow)

    @property
    def branch(self) -> str:
        """The branch that is checked out, "" for none, and for one without commits."""
        current = (name for name, ref in self.refs.items() if ref.is_current)
        return next(current, "").removeprefix("refs/heads/")

    @cached_property
    def refs(self) -> dict[str, Ref]:
        """The branches of this clone and those that it knows of remotes, by their full names."""
        form = "%(refname)%00%(objectname)%00%(symref)%00%(HEAD)"
        lines = self.ask("for-each-ref", f"--format={form}", "refs/heads", "refs/remotes").split(b"\n")[:-1]
        parts = [os.fsdecode(line).split("\0") for line in lines]
        return {name: Ref(commit, leads_to, mark == "*") for name, commit, leads_to, mark in parts}

    def blobs(
        self, names: Mapping[bytes, bytes], use: Callable[[bytes, bytes], object] | None = None
    ) -> dict[bytes, bytes]:
        """Object name -> content, in one process; `names` has the path of each, for the message that it is missing.

        `use(name, content)` is called for each at once, while git prints the next ones.
        """
        if not names:
            return {}
        objects = Objects(names, b"blob", lambda name, size: self.count(os.fsdecode(names[name]), size), use)
        # Of an object above core.bigFileThreshold git says the size before it reads the object, of others with them.
        self.ask("cat-file", "--batch", "--buffer", stdin=b"\n".join(names) + b"\n", take=objects.take)
        contents: dict[bytes, bytes] = {}
        for name, content in objects.contents.items():
            if content is None:
                what = f"object {name[:7].decode('ascii')} of {plain(os.fsdecode(names[name]))}"
                raise CannotCheck(f"{what} is not in this clone: clone without --filter, or try git fsck")
            contents[name] = content
        return contents

    def count(self, path: str, size: int) -> None:
        """Count the bytes of one more content. Raises CannotCheck for a large one, and where all together are large."""
        refuse_large(path, size)
        self._bytes += size
        if self._bytes > MOST_TOGETHER:
            what = f"{plain(path)}: the files before and now have more than {MOST_TOGETHER} bytes together"
            raise CannotCheck(
                f"{what}, the most that is read in one run: name fewer files, or leave some out (--exclude)"
            )

    @cached_property
    def has_links(self) -> bool:
        """Whether git makes symbolic links in this work tree."""
        out = start_git(("config", "--type=bool", "--get", "core.symlinks"), self.environ)()[1]
        return out.strip() != b"false"

    @cached_property
    def is_partial(self) -> bool:
        """Whether this is a partial clone, which may lack objects."""
        words = ("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$")
        return start_git(words, self.environ)()[0] == 0

    @property
    def partial_fix(self) -> str:
        """Why git may fail in a partial clone, and what to do."""
        if self.environ.get("CIRCLECI"):
            fix = "CircleCI: write the checkout step as checkout: {method: full}"
        elif self.environ.get("GITHUB_ACTIONS"):
            fix = "GitHub Actions: leave out filter and sparse-checkout of actions/checkout"
        else:
            fix = "clone without --filter"
        return f"objects that are needed were left out of this partial clone: {fix}"

    def lacking(self, commits: Iterable[str]) -> frozenset[bytes]:
        """The objects in the trees of these commits that this partial clone left out; empty for a full clone."""
        if not self.is_partial:
            return frozenset()
        out = self.ask("rev-list", "--objects", "--no-walk", "--missing=print", *commits)
        return frozenset(line[1:] for line in out.split(b"\n") if line.startswith(b"?"))

    def is_rebasing(self) -> bool:
        """Whether this is the prepare-commit-msg hook during a rebase.

        Hook runners set PRE_COMMIT_COMMIT_MSG_SOURCE in that hook alone.
        """
        return bool(self.environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE")) and self.has_rebase()

    def has_rebase(self) -> bool:
        """Whether a rebase is in progress."""
        out = self.ask("rev-parse", "--git-path", "rebase-merge", AND, "--git-path", "rebase-apply")
        return any(os.path.isdir(folder) for folder in out.removesuffix(b"\n").split(NEXT))

    def default_branch(self) -> str:
        """The default branch of origin as this clone knows it, such as "origin/main"; "" when it does not."""
        head = self.refs.get("refs/remotes/origin/HEAD", Ref(""))
        name = head.leads_to.removeprefix("refs/remotes/")
        # It is shown to be typed into a shell, and a branch may be called `x;reboot`.
        return name if all(c.isalnum() or c in "/._-" for c in name) else ""


def merged_heads(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The commits that `git merge` is merging while its hooks run; it names them in GITHEAD_* variables.

    On Windows, the names in `os.environ` are all in upper case.
    """
    names = sorted(name[8:].lower() for name in environ if name.startswith("GITHEAD_"))
    return tuple(name for name in names if len(name) in (40, 64) and not name.strip("0123456789abcdef"))


def _difference(before: str, after: str = "") -> tuple[str, ...]:
    """The question what the commit `after`, or the index for "", changes from the commit `before`."""
    command = ("diff-tree", "-r") if after else ("diff-index", "--cached", "--ita-invisible-in-index")
    return (*command, "--raw", "-z", "--no-renames", "--no-abbrev", *((before, after) if after else (before,)), "--")


def refuse_large(path: str, size: int) -> None:
    """Raises CannotCheck for a file that is larger than MOST_BYTES."""
    if size > MOST_BYTES:
        raise CannotCheck(f"{plain(path)}: is larger than {MOST_BYTES} bytes, the most that is read: leave it out")
