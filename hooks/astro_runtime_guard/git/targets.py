"""Knows which branches receive proposals, and which of them a commit is meant for."""

from __future__ import annotations

from functools import cached_property

from ..errors import plain
from ..named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Protocol

    from ..model import Branches
    from .plumbing import Ref

    class History(Protocol):
        """What is asked about the repository; `repository.Repository` answers."""

        @property
        def environ(self) -> Mapping[str, str]:
            """The environment of the run."""

        @property
        def head(self) -> str:
            """Full name of the commit that is checked out, "" on a branch without commits."""

        @property
        def branch(self) -> str:
            """The branch that is checked out, "" for none."""

        @property
        def merging(self) -> Sequence[str]:
            """The commits that an unfinished merge adds to HEAD."""

        @property
        def refs(self) -> Mapping[str, Ref]:
            """The branches of this clone and those that it knows of remotes, by their full names."""

        @property
        def is_shallow(self) -> bool:
            """Whether the history of this clone is cut off."""

        def commits(self, names: Sequence[str]) -> Sequence[str]:
            """Full names of commits as people name them, "" for one that is not in the clone."""

        def parents(self, commit: str) -> Sequence[str]:
            """Full names of the parents as the commit itself says, in the clone or not."""

        def merge_bases(self, tip: str, *commits: str) -> tuple[Sequence[str], bool]:
            """The merge bases of a tip and the merge of `commits`, and whether the clone holds enough to be sure."""

        def independent(self, commits: Sequence[str]) -> Sequence[str]:
            """Those of the commits that no other one contains."""

        def contains(self, commit: str, other: str) -> bool:
            """Whether `other` is the commit or in its history."""


class Target(NamedTuple):
    """A branch that receives a proposal: its name for a person, the commit at its tip, and how it was found."""

    name: str
    commit: str
    how: str


REMOTES = "refs/remotes/"
LOCAL = "refs/heads/"
USUAL = ("main", "master")


class Targets:
    """The targets of a repository, as far as this clone knows them.

    `default` is the default branch as a service names it; `remote` is the remote that is pushed to.
    """

    def __init__(self, git: History, branches: Branches, default: str = "", remote: str = "") -> None:
        self._git, self._branches, self._default = git, branches, default
        self._remote = remote

    @cached_property
    def _remotes(self) -> tuple[str, ...]:
        """The remotes whose branches count: `upstream` before `origin`, because a fork is often behind."""
        known = dict.fromkeys(name.split("/")[2] for name in self._git.refs if name.startswith(REMOTES))
        wanted = tuple(name for name in dict.fromkeys((self._remote, "upstream", "origin")) if name in known)
        return wanted or (tuple(known) if len(known) == 1 else ())

    @cached_property
    def defaults(self) -> tuple[str, ...]:
        """The names of the default branch; empty where it is not known."""
        if self._default:
            return (self._default,)
        if not any(name.startswith(REMOTES) for name in self._git.refs):
            return self._usual(LOCAL)
        return tuple(dict.fromkeys(name for remote in self._remotes for name in self._default_of(remote)))

    def _default_of(self, remote: str) -> tuple[str, ...]:
        """What the remote's HEAD leads to. Beside a usual name, the other one may be what it was renamed to."""
        folder = f"{REMOTES}{remote}/"
        head = self._git.refs.get(f"{folder}HEAD")
        if head and head.leads_to in self._git.refs:
            name = head.leads_to.removeprefix(folder)
            return (name, *(it for it in USUAL if folder + it in self._git.refs and name in USUAL))
        return self._usual(folder)

    def _usual(self, folder: str) -> tuple[str, ...]:
        """The one usual name that there is; none where there are two."""
        names = tuple(name for name in USUAL if folder + name in self._git.refs)
        return names if len(names) == 1 else ()

    def is_target(self, branch: str) -> bool:
        """Whether other branches are merged into this one."""
        return branch in self.defaults or matches(branch, self._branches.targets)

    def is_deployed(self, branch: str) -> bool:
        """Whether this branch is pushed to directly, and deploys."""
        return matches(branch, self._branches.deployed)

    def receives(self, branch: str) -> bool:
        """Whether this branch is judged against what it was itself."""
        return self.is_target(branch) or self.is_deployed(branch)

    def tip(self, branch: str) -> str:
        """The commit that a remote has at the end of a branch, "" where that is not known."""
        return next((target.commit for target in self._on_remotes(branch)), "")

    def default_tips(self) -> Iterator[tuple[str, str]]:
        """The name and the commit of the default branch on each remote."""
        for name in self.defaults:
            yield from ((target.name, target.commit) for target in self._on_remotes(name))

    def _on_remotes(self, branch: str) -> Iterator[Target]:
        for remote in self._remotes:
            if ref := self._git.refs.get(f"{REMOTES}{remote}/{branch}"):
                how = "the default branch" if branch in self.defaults else "the nearest of the targets"
                yield Target(plain(f"{remote}/{branch}"), ref.commit, how)

    def named(self, branch: str, *commits: str) -> Target | None:
        """A target that a service or the user named."""
        target = self._nearest(list(self._on_remotes(branch.removeprefix(LOCAL))), commits)
        return target and target._replace(how="named as the target")

    def nearest(self, *commits: str, local: bool = False) -> Target | None:
        """The target that a commit, or the merge of several, is meant for.

        Among the default branch and the targets it is the one whose merge base with the commits is newest; among
        equals the default branch. With `local`, the clone's own branches stand in where it knows no remote.
        """
        names = dict.fromkeys((*self.defaults, *self._matching()))
        candidates = [target for name in names for target in self._on_remotes(name)]
        if local and not self._remotes:
            refs = self._git.refs
            candidates = [
                Target(plain(it), refs[LOCAL + it].commit, "by its name") for it in names if LOCAL + it in refs
            ]
        return self._nearest(candidates, commits)

    def merged(self, commits: Iterable[str]) -> Target | None:
        """The target that is being merged, where the clone's own branch of that name is ahead of the remote's."""
        for name in (*self.defaults, *self._matching()):
            ref = self._git.refs.get(LOCAL + name)
            upstream = self.tip(name)
            if ref and ref.commit in commits and (not upstream or self._git.contains(ref.commit, upstream)):
                return Target(plain(name), ref.commit, "the merged branch")
        return None

    def _matching(self) -> Iterator[str]:
        """The branches that `targets` names, in this clone or on a remote."""
        for ref in self._git.refs:
            name = ref.removeprefix(LOCAL) if ref.startswith(LOCAL) else "/".join(ref.split("/")[3:])
            if matches(name, self._branches.targets):
                yield name

    def _nearest(self, candidates: Sequence[Target], commits: Sequence[str]) -> Target | None:
        if len(candidates) < 2:
            return next(iter(candidates), None)
        bases = {it.commit: self._git.merge_bases(it.commit, *commits)[0] for it in candidates}
        newest = set(self._git.independent([commit for found in bases.values() for commit in found]))
        return next((it for it in candidates if newest.intersection(bases[it.commit])), candidates[0])


def matches(branch: str, patterns: Iterable[str]) -> bool:
    """Whether a branch has one of these names, in which `*` stands for any text without a slash; "" is no branch."""
    import re

    return bool(branch) and any(
        re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]*"), branch) for pattern in patterns
    )
