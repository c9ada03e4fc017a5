"""Decides what a CI run is compared with: what its service says and answers from git in, a `Base` out."""

from __future__ import annotations

from ..errors import plain
from .comparison import Base, named, promoted, topic
from .targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .runs import NamedCommit, Run
    from .targets import History, Targets

LAST_ONLY = "the parent of HEAD (only the last commit was compared)"


def decide_build(run: Run, git: History, targets: Targets) -> Base:
    """The base of a run in CI: of a proposal, of a merge queue, or of the build of a branch."""
    if run.quiet:
        return Base((), why=f"nothing is proposed: {run.quiet}")
    if run.target or run.tips or run.forks:
        return _proposal(run, git, targets)
    if run.queue:
        commit = _in_clone(run.queue, git)
        return Base((named("the base of the merge queue", commit),)) if commit else _absent([run.queue], run, git)
    branch = run.branch or git.branch
    tips = [commit for _, commit in targets.default_tips()]
    if run.unbased and (not tips or git.head in tips):
        return Base((), why=f"nothing is compared: {run.unbased} names no commit to compare with", silent=False)
    if not run.unbased and (targets.receives(branch) or (not branch and git.head in tips)):
        return _itself(run, git, targets, branch)
    return _topic(run, git, targets)


def _proposal(run: Run, git: History, targets: Targets) -> Base:
    """A pull or merge request."""
    if run.checked_out == git.head:
        problem = "the target branch is checked out, not the proposal: check out the head of the pull request"
        return Base((), problem=problem)
    name = plain(f"origin/{run.target}") if run.target else "the target branch"
    tried = []
    if side := _merged_side(run, git):
        [commit] = git.commits([side])
        if commit:
            return Base((named(name, commit),), target=f"{name} (a parent of the service's merge)")
        tried.append("the merged target branch")
    target = targets.named(run.target, git.head)
    tip = next((commit for it in run.tips if (commit := _in_clone(it, git))), "")
    if target is None and tip:
        target = Target(name, tip, "named as the target")
    if target:
        return topic(target, git, git.head)
    for fork in run.forks:
        if commit := _in_clone(fork, git):
            return Base((named(f"the merge base with {name}", commit),), target=f"{name} (its merge base is named)")
    return _absent([*tried, *run.tips, *run.forks, *([name] if run.target else [])], run, git, run.target)


def _merged_side(run: Run, git: History) -> str:
    """Where HEAD is the service's own merge of target and proposal: the parent that was not proposed."""
    if run.merge != git.head:
        return ""
    parents = git.parents(git.head)
    return parents[parents[0] == run.proposal] if len(parents) == 2 and run.proposal in parents else ""


def _itself(run: Run, git: History, targets: Targets, branch: str) -> Base:
    """The build of a target or a deployed branch: against exactly what it was."""
    if run.manual:
        return Base((), why=f"nothing is proposed: {run.manual}")
    tips = promoted(branch, targets)
    if run.before:
        commit = _in_clone(run.before, git)
        if commit != git.head:
            known = (named("the commit before the push", commit),)
            return Base(known, promoted=tips) if commit else _absent([run.before], run, git)
    parents = git.parents(git.head)
    if not parents:
        return Base((), why="first commit")
    [first] = git.commits(parents[:1])
    return Base((named(LAST_ONLY, first),), promoted=tips) if first else _absent(["the parent of HEAD"], run, git)


def _topic(run: Run, git: History, targets: Targets) -> Base:
    """The build of any other branch: a proposal to the nearest target."""
    target = targets.nearest(git.head)
    if target:
        return topic(target, git, git.head)
    names = targets.defaults
    commit = _in_clone(run.before, git) if run.before and not names else ""
    if commit and commit != git.head:
        return Base((named("the commit built before", commit),))
    tried = [plain(f"origin/{name}") for name in names] or ["the default branch"]
    return _absent(tried, run, git, names[0] if names else "")


def _in_clone(name: NamedCommit, git: History) -> str:
    """The commit that a service named; a branch that somebody called like it is none."""
    [commit] = git.commits([name.commit])
    return commit if commit.startswith(name.commit) else ""


def _absent(tried: Sequence[str | NamedCommit], run: Run, git: History, branch: str = "") -> Base:
    """What was tried, and what helps in this clone: a fetch of what is missing, or a deeper clone."""
    words = ", ".join(dict.fromkeys(it if isinstance(it, str) else it.words for it in tried))
    commits = [it.commit for it in tried if not isinstance(it, str) and len(it.commit) in (40, 64)]
    fetch = ""
    if branch and not git.is_shallow and _is_plain(branch):
        fetch = f"run git fetch origin {branch}:refs/remotes/origin/{branch}"
    elif commits and not branch:
        fetch = f"run git fetch origin {commits[-1]}"
    fixes = " or ".join(filter(None, (fetch, run.fix if git.is_shallow or not fetch else "")))
    problem = f"the base to compare with is not in this clone (tried {words}): {fixes}, or name one with --base"
    return Base((), problem=problem)


def _is_plain(branch: str) -> bool:
    """Whether the name of a branch can be typed into a shell as it is."""
    return branch.isascii() and branch[0].isalnum() and all(c.isalnum() or c in "/._-" for c in branch)
