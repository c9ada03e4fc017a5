"""Which commits are "before": the environment and answers from git in, a value out.

No process is started here and no file is read, so that every way a hook is run is one row of a table in the
tests. `decide` asks in a fixed order, and the first answer counts: what the user named, stages in which
nothing is proposed, a range of commits, a commit in progress, and then what the CI service provides.
"""

from __future__ import annotations

from ..errors import CannotCheck, plain
from ..named import NamedTuple
from . import ci

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    class History(Protocol):
        """What is asked about the repository; `repository.Repository` answers."""

        @property
        def environ(self) -> Mapping[str, str]:
            """The environment of the run."""

        @property
        def head(self) -> str:
            """Full name of the commit that is checked out, "" on a branch without commits."""

        @property
        def merging(self) -> Sequence[str]:
            """The commits that an unfinished merge adds to HEAD."""

        def commits(self, names: Sequence[str]) -> Sequence[str]:
            """Full names of commits as people name them, "" for one that is not in the clone."""

        def parents(self, commit: str) -> Sequence[str]:
            """Full names of the parents as the commit itself says, in the clone or not."""

        def merge_bases(self, tip: str, commit: str) -> tuple[Sequence[str], bool]:
            """The merge bases, and whether the clone holds enough history to be sure of them."""


# Set by pre-commit, and the third and fifth by prek, in stages that are told of a change after it was made.
LATE = (
    "PRE_COMMIT_CHECKOUT_TYPE",
    "PRE_COMMIT_IS_SQUASH_MERGE",
    "PRE_COMMIT_SQUASH_MERGE",
    "PRE_COMMIT_REWRITE_COMMAND",
    "PRE_COMMIT_PRE_REBASE_UPSTREAM",
)


class Before(NamedTuple):
    """A commit to compare with: its full object name, and the words for "compared with ..."."""

    commit: str
    named: str


class Base(NamedTuple):
    """What to compare with.

    commits: empty when there is nothing to compare with, and then `why` or `problem` says so.
    after: "" when now is the index and the working tree; else the commit whose tree is now.
    exact: False when the merge base cannot be had (it lies beyond the cut of a shallow clone) and the tip stands in
        for it: what is lower than the tip is then either a downgrade or a branch that is merely behind.
    problem: not "" when a base was called for and cannot be had: what was tried, and what fixes it here.
    why: not "" when nothing is compared, rightly.
    """

    commits: tuple[Before, ...]
    after: str = ""
    exact: bool = True
    problem: str = ""
    why: str = ""


def decide(git: History, event: str, asked: str | None, no_base: bool, committing: bool) -> Base:
    """The base of this run.

    `event` is the JSON text of GitHub's event, `asked` the value of --base; `committing` tells that the index differs
    from HEAD in a file that is checked. Raises CannotCheck when what was named explicitly (--base, ASTRO_RUNTIME_BASE,
    the end of a range) is not in the clone.
    """
    environ = git.environ
    late = next((name for name in LATE if environ.get(name)), "")
    after = "" if late else _end_of_range(environ, git)
    wish = asked if asked is not None else environ.get("ASTRO_RUNTIME_BASE") or None
    if no_base:
        return Base((), after, why="--no-base")
    if wish is not None:
        return _asked(wish, "--base" if asked is not None else "ASTRO_RUNTIME_BASE", after, git)
    if late:
        return Base((), why=f"nothing is proposed in this stage: {late} is set")
    if after:
        return _range(environ, after, git)
    if environ.get("PRE_COMMIT_REMOTE_NAME"):
        return Base((), why="first push")
    if not git.head:
        return Base((), why="first commit")
    return _present(event, git, committing)


def _end_of_range(environ: Mapping[str, str], git: History) -> str:
    """The commit that PRE_COMMIT_TO_REF names; "" when this run has no range."""
    start, end = environ.get("PRE_COMMIT_FROM_REF", ""), environ.get("PRE_COMMIT_TO_REF", "")
    if not start and (not end or environ.get("PRE_COMMIT_REMOTE_NAME")):
        return ""
    if not start or not end:
        set_one, missing = ("FROM", "TO") if start else ("TO", "FROM")
        raise CannotCheck(f"PRE_COMMIT_{set_one}_REF is set without PRE_COMMIT_{missing}_REF: set both or none")
    [found] = git.commits([end])
    if not found:
        raise CannotCheck(
            f"PRE_COMMIT_TO_REF is {plain(end)}, which is no commit of this clone: fetch it, or name another"
        )
    return found


def _range(environ: Mapping[str, str], after: str, git: History) -> Base:
    """A push is compared with just what the remote has, so that going back is seen; other ranges with their fork."""
    start, remote = environ["PRE_COMMIT_FROM_REF"], environ.get("PRE_COMMIT_REMOTE_NAME", "")
    [found] = git.commits([start])
    if not found:
        return Base(
            (),
            after,
            problem=f"PRE_COMMIT_FROM_REF is {plain(start)}, which is no commit of this clone: fetch it",
        )
    if remote:
        return Base((_before(plain(remote), found),), after)
    return _settled(plain(start), found, after, git)._replace(after=after)


def _asked(wish: str, said_in: str, after: str, git: History) -> Base:
    [found] = git.commits([wish])
    if not found:
        raise CannotCheck(f"{said_in} {plain(wish)}: no such commit in this clone: fetch it, or name another")
    now = after or git.head
    return _settled(plain(wish), found, now, git)._replace(after=after) if now else Base((_before(plain(wish), found),))


def _present(event: str, git: History, committing: bool) -> Base:
    """The base of a commit in progress, of the working tree, or of what a CI service has checked out."""
    here = (_before("HEAD", git.head), *(_before("the merged commit", commit) for commit in git.merging))
    run = ci.run(git.environ, event)
    if run is None:
        return Base(here)
    found = _proposed(run, git)
    return found._replace(commits=here + found.commits, why="") if git.merging or committing else found


def _proposed(run: ci.Run, git: History) -> Base:
    """What the proposal of a CI run is compared with: the first candidate in the clone that is not HEAD itself."""
    if run.quiet:
        return Base((), why=f"nothing is proposed: {run.quiet}")
    if run.target_itself == git.head:
        problem = "the target branch is checked out, not the proposal: check out the head of the pull request"
        return Base((), problem=problem)
    candidates = (*_of_merge(run, git), *run.candidates)
    revs = [rev for candidate in candidates for rev in candidate.revs]
    found = dict(zip(revs, git.commits(revs) if revs else (), strict=True))
    absent = []
    for candidate in candidates:
        commit = next((found[rev] for rev in candidate.revs if found[rev] and _is(rev, found[rev])), "")
        if not commit:
            absent.append(candidate.told)
        elif other := _other_than_head(candidate, commit, git):
            return other
    return _absent(absent, run.fix) if absent else _parent(run, git)


def _is(rev: str, commit: str) -> bool:
    """A commit's name must not be taken for a branch that somebody called like it."""
    return rev.startswith("refs/") or commit.startswith(rev)


def _of_merge(run: ci.Run, git: History) -> tuple[ci.Candidate, ...]:
    """Where HEAD is the service's own merge of target and proposal: the parent that was not proposed."""
    if run.merge != git.head:
        return ()
    parents = git.parents(git.head)
    if len(parents) != 2 or (run.proposal and run.proposal not in parents):
        return ()
    return (ci.Candidate(run.target, "the merged target branch", (parents[parents[0] == run.proposal],), tip=False),)


def _other_than_head(candidate: ci.Candidate, commit: str, git: History) -> Base | None:
    if commit == git.head:
        return None
    if not candidate.tip:
        return Base((_before(candidate.named, commit),))
    base = _settled(candidate.named, commit, git.head, git)
    return None if any(before.commit == git.head for before in base.commits) else base


def _parent(run: ci.Run, git: History) -> Base:
    """No candidate, or each of them is HEAD: the remote's default branch, else the commit before HEAD."""
    [default] = git.commits(["refs/remotes/origin/HEAD"])
    if default and (base := _other_than_head(ci.Candidate("origin/HEAD", "", ()), default, git)):
        return base
    parents = git.parents(git.head)
    if not parents:
        return Base((), why="first commit")
    [first] = git.commits(parents[:1])
    return Base((_before("the parent of HEAD", first),)) if first else _absent(["the parent of HEAD"], run.fix)


def _absent(tried: Sequence[str], fix: str) -> Base:
    words = ", ".join(dict.fromkeys(tried))
    tried_words = f"the base to compare with is not in this clone (tried {words})"
    return Base((), problem=f"{tried_words}: {fix}, or name one with --base")


def _settled(name: str, tip: str, now: str, git: History) -> Base:
    """Where `now` left the branch that ends in `tip`."""
    meets, sure = git.merge_bases(tip, now)
    if tip in meets:
        return Base((_before(name, tip),))
    if not meets or not sure:
        return Base((_before(name, tip),), exact=False)
    return Base(tuple(_before(f"the merge base with {name}", commit) for commit in meets))


def _before(name: str, commit: str) -> Before:
    return Before(commit, f"{name} at {commit[:7]}")
