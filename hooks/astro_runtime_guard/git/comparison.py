"""What a run compares with what, as one value, and how its usual kinds are made."""

from __future__ import annotations

from ..named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .targets import History, Target, Targets


class Before(NamedTuple):
    """A commit to compare with: its full object name, and the words for "compared with ..."."""

    commit: str
    named: str


class Merge(NamedTuple):
    """A merge commit in progress on a topic: HEAD and the merged commits, and the merge bases of two of them."""

    parents: tuple[Before, ...]
    forks: tuple[Before, ...] = ()


class Base(NamedTuple):
    """What a version is judged against, and when it is not judged.

    judged: the commits to judge against; the highest version counts. Empty when nothing is compared, and then `why` or
        `problem` says the reason.
    after: "" when the index and the working tree are judged; else the commit whose tree is judged.
    forks: the merge bases with the target. A version that equals the version in all of them is not proposed.
    merge: a merge on a topic is not judged where it only takes over what one of its sides did.
    promoted: for a deployed branch, the default branch's tip: boundaries that it has crossed are not asked again.
    staged: for files that the index changes, the commits that they are judged against instead of `judged`.
    doubt: not "" when the merge base is not sure: why, and what to do. Whatever is found then is a CannotCheck.
    problem: not "" when a base is needed and is not in the clone: what was tried, and what helps.
    why: not "" when it is right to compare nothing.
    silent: False when `why` has to be said on standard error.
    open: whether a finding has to be judged a second time, against the branch that will receive the commit.
    target: the branch that receives the proposal and how it was found; "" where that does not matter.
    """

    judged: tuple[Before, ...]
    after: str = ""
    forks: tuple[Before, ...] = ()
    merge: Merge | None = None
    promoted: tuple[Before, ...] = ()
    staged: tuple[Before, ...] = ()
    doubt: str = ""
    problem: str = ""
    why: str = ""
    silent: bool = True
    open: bool = False
    target: str = ""

    @property
    def commits(self) -> tuple[Before, ...]:
        """Every commit whose files are needed, once each."""
        unique: dict[str, Before] = {}
        merge = (*self.merge.parents, *self.merge.forks) if self.merge else ()
        for before in (*self.judged, *self.staged, *self.forks, *merge, *self.promoted):
            unique.setdefault(before.commit, before)
        return tuple(unique.values())


def topic(target: Target, git: History, *commits: str) -> Base:
    """A proposal to `target` by a commit, or by the merge of several: proposed versions are judged against its tip."""
    tip = named(target.name, target.commit)
    words = f"{target.name} ({target.how})"
    meets, sure = git.merge_bases(target.commit, *commits)
    if not meets or not sure:
        return Base((tip,), doubt=_doubt(target.name, git), target=words)
    return Base((tip,), forks=tuple(named(f"the merge base with {target.name}", it) for it in meets), target=words)


def from_merge_base(name: str, tip: str, now: str, git: History) -> Base:
    """Against the commit where `now` left the branch that ends in `tip`."""
    meets, sure = git.merge_bases(tip, now)
    if tip in meets:
        return Base((named(name, tip),))
    if not meets or not sure:
        return Base((named(name, tip),), doubt=_doubt(name, git))
    return Base(tuple(named(f"the merge base with {name}", commit) for commit in meets))


def _doubt(name: str, git: History) -> str:
    if git.is_shallow:
        return f"the history is too shallow to find the merge base with {name}: fetch the full history"
    return f"HEAD and {name} have unrelated histories: name the commit to compare with by --base"


def promoted(branch: str, targets: Targets) -> tuple[Before, ...]:
    """The default branch's tip, where `branch` is a deployed branch beside it."""
    if not targets.is_deployed(branch) or branch in targets.defaults:
        return ()
    return tuple(named(name, commit) for name, commit in targets.default_tips())


def named(name: str, commit: str) -> Before:
    """A commit with the words for it."""
    return Before(commit, f"{name} at {commit[:7]}")
