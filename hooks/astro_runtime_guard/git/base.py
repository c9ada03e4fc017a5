"""Decides what is compared with what: the environment and answers from git in, a `Base` out.

No process is started and no file is read here, so each way of starting a run is one row of a table in the tests.
`decide` asks its questions in a fixed order, and the first answer counts.
"""

from __future__ import annotations

from ..errors import CannotCheck, plain
from ..model import Branches
from . import ci
from .comparison import Base as Base
from .comparison import Before as Before
from .comparison import Merge, from_merge_base, named, promoted, topic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .runs import Run
    from .targets import History, Targets


# pre-commit sets the first, second and fourth in stages that run after a change, prek the third and fifth.
LATE = (
    "PRE_COMMIT_CHECKOUT_TYPE",
    "PRE_COMMIT_IS_SQUASH_MERGE",
    "PRE_COMMIT_SQUASH_MERGE",
    "PRE_COMMIT_REWRITE_COMMAND",
    "PRE_COMMIT_PRE_REBASE_UPSTREAM",
)
NO_BRANCHES = Branches()
BRANCH = "refs/heads/"
REVIEW = "refs/for/"
"""Where Gerrit takes proposals: `refs/for/main`."""


def decide(
    git: History, event: str, asked: str | None, no_base: bool, committing: bool, branches: Branches = NO_BRANCHES
) -> Base:
    """The base of this run.

    `event` is the JSON text of GitHub's event, `asked` the value of --base; `committing` is true where the index
    differs from HEAD in a file that is checked. Raises CannotCheck when what was named explicitly (--base,
    ASTRO_RUNTIME_BASE, the end of a range) is not in the clone.
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
    if environ.get("PRE_COMMIT_REMOTE_NAME"):
        return _push(after, git, branches)
    if after:
        return _range(after, git)
    if not git.head:
        return Base((), why="first commit")
    return _present(git, ci.run(environ, event), committing, branches)


def decide_landing(git: History, branches: Branches) -> Base | None:
    """What a commit in progress is judged against where it will land; None where HEAD alone counts.

    HEAD alone counts on a target, and where no target is known.
    """
    from .targets import Targets

    targets = Targets(git, branches)
    if targets.receives(git.branch):
        tips = promoted(git.branch, targets)
        return Base((named("HEAD", git.head),), promoted=tips) if tips else None
    target = targets.nearest(git.head)
    return topic(target, git, git.head) if target else None


def _end_of_range(environ: Mapping[str, str], git: History) -> str:
    """The commit that PRE_COMMIT_TO_REF names; "" when this run has no range."""
    start, end = environ.get("PRE_COMMIT_FROM_REF", ""), environ.get("PRE_COMMIT_TO_REF", "")
    if environ.get("PRE_COMMIT_REMOTE_NAME") and not start:
        # A first push: pre-commit names the local branch alone, prek the commit.
        end = end or environ.get("PRE_COMMIT_LOCAL_BRANCH", "")
        return git.commits([end])[0]
    if not start and not end:
        return ""
    if not start or not end:
        given, missing = ("FROM", "TO") if start else ("TO", "FROM")
        raise CannotCheck(f"PRE_COMMIT_{given}_REF is set without PRE_COMMIT_{missing}_REF: set both or none")
    [commit] = git.commits([end])
    if not commit:
        raise CannotCheck(
            f"PRE_COMMIT_TO_REF is {plain(end)}, which is not a commit of this clone: fetch it, or name another"
        )
    return commit


def _asked(wish: str, source: str, after: str, git: History) -> Base:
    """Against the merge base with what was named."""
    [commit] = git.commits([wish])
    if not commit:
        remote, found = f"origin/{wish}", git.commits([f"refs/remotes/origin/{wish}"])[0]
        fix = f"name {plain(remote)}, which is" if found else "fetch it, or name another"
        raise CannotCheck(f"{source} {plain(wish)}: no such commit in this clone: {fix}")
    now = after or git.head
    return (
        from_merge_base(plain(wish), commit, now, git)._replace(after=after)
        if now
        else Base((named(plain(wish), commit),))
    )


def _range(after: str, git: History) -> Base:
    """`pre-commit run --from-ref A --to-ref B`: against the merge base of the two."""
    start = git.environ["PRE_COMMIT_FROM_REF"]
    [commit] = git.commits([start])
    if not commit:
        return Base((), after, problem=_no_start(start))
    return from_merge_base(plain(start), commit, after, git)._replace(after=after)


def _no_start(start: str) -> str:
    return f"PRE_COMMIT_FROM_REF is {plain(start)}, which is not a commit of this clone: fetch it"


def _push(after: str, git: History, branches: Branches) -> Base:
    """A target is judged against what the remote has, any other branch against the target that it is for."""
    from .targets import Targets

    environ = git.environ
    remote, start = environ["PRE_COMMIT_REMOTE_NAME"], environ.get("PRE_COMMIT_FROM_REF", "")
    ref = environ.get("PRE_COMMIT_REMOTE_BRANCH", "")
    review = ref.removeprefix(REVIEW).partition("%")[0] if ref.startswith(REVIEW) else ""
    if ref and not review and not ref.startswith(BRANCH):
        return Base((), after, why=f"nothing is proposed: {plain(ref)} is not a branch")
    targets, branch, now = Targets(git, branches, remote=remote), ref.removeprefix(BRANCH), after or git.head
    if now and (review or (branch and not targets.receives(branch))):
        target = targets.named(review, now) if review else targets.nearest(now)
        if target:
            return topic(target, git, now)._replace(after=after)
    if not start:
        return Base((), after, why="first push")
    [commit] = git.commits([start])
    if not commit:
        return Base((), after, problem=_no_start(start))
    return Base((named(plain(remote), commit),), after, promoted=promoted(branch, targets))


def _present(git: History, run: Run | None, committing: bool, branches: Branches) -> Base:
    """The base of a commit in progress, of the working tree, or of what a CI service has checked out."""
    head = named("HEAD", git.head)
    if run is None and not git.merging:
        return Base((head,), open=True)
    from .builds import decide_build
    from .targets import Targets

    targets = Targets(git, branches, default=run.default if run else "")
    if run is None or git.merging:
        return _merge(git, targets, (run.branch if run else "") or git.branch)
    base = decide_build(run, git, targets)
    # What a job stages lands on HEAD; a topic is judged against its target all the same.
    return base._replace(staged=(head,), why="") if committing and not base.forks else base


def _merge(git: History, targets: Targets, branch: str) -> Base:
    """A target is judged against its own side; on a topic only what neither side did alone is judged."""
    head = named("HEAD", git.head)
    parents = (head, *(named("the merged commit", commit) for commit in git.merging))
    if targets.receives(branch):
        upstream = targets.tip(branch)
        pulled = (
            upstream and not git.contains(git.head, upstream) and any(git.contains(it, upstream) for it in git.merging)
        )
        own = named(f"the upstream of {plain(branch)}", upstream) if pulled else head
        return Base((own,), promoted=promoted(branch, targets))
    target = targets.merged(git.merging) or targets.nearest(git.head, *git.merging, local=True)
    if target is None:
        return Base(parents)
    forks: tuple[Before, ...] = ()
    if len(parents) == 2:
        commits, sure = git.merge_bases(git.head, git.merging[0])
        forks = tuple(named("the merge base of both sides", commit) for commit in commits if sure)
    return topic(target, git, git.head, *git.merging)._replace(merge=Merge(parents, forks))
