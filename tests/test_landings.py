"""Random small histories in real git, and every event of them, against an obvious and slow oracle.

The oracle asks what would run on the receiver if this landed now, compared with what runs there. It lets git merge, and
knows nothing of the program. LANDINGS=500 tries that many histories.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from landing import dockerfile, run
from repository import make_repository, needs_git

VERSIONS = ("4.2.6", "4.9.0", "5.0.2", "6.0.0")
BOUNDARIES = {"runtime-5": 2, "runtime-6": 3}
TARGETS = ("main", "release/1")
BRANCHES = ("main", "release/1", "prod", "topic", "other")
CONFIG = "targets: [release/*]\ndeployed: [prod]\n"
HISTORIES = int(os.environ.get("LANDINGS", "6"))


def verdict(before: int, now: int) -> set[str]:
    """The rules that object to a version, by positions in VERSIONS."""
    crossed = {name for name, boundary in BOUNDARIES.items() if before < boundary <= now}
    return crossed | ({"no-runtime-downgrade"} if now < before else set())


class History:
    """Commits with one version each; `local` and `origin` are branches."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.repo = make_repository(folder / "repo")
        self.git = self.repo.path / ".git"
        self.trees = []
        for version in VERSIONS:
            self.repo.write("Dockerfile", dockerfile(version))
            self.repo.git("add", "Dockerfile")
            self.trees.append(self.repo.git("write-tree"))
        self.repo.write(".astro-runtime/branches.yaml", CONFIG)
        self.parents: dict[str, tuple[str, ...]] = {}
        self.version: dict[str, int] = {}
        self.log: list[str] = []
        first = self.commit(0)
        self.local, self.origin = dict.fromkeys(BRANCHES, first), dict.fromkeys(BRANCHES, first)
        for _ in range(self.random.randint(3, 10)):
            self.step()

    def commit(self, version: int, *parents: str) -> str:
        words = [word for parent in parents for word in ("-p", parent)]
        name = self.repo.git("commit-tree", self.trees[version], *words, "-m", str(len(self.version)))
        self.parents[name], self.version[name] = parents, version
        return name

    def step(self) -> None:
        """Something that people do: a commit, a revert, a merge, a squash, a rebase, a push, a fresh start."""
        branch, other = self.random.sample(BRANCHES, 2)
        here, there = self.local[branch], self.random.choice((self.local, self.origin))[other]
        event = self.random.choice(("commit", "commit", "revert", "merge", "merge", "squash", "push", "push", "reset"))
        if event == "commit":
            self.local[branch] = self.commit(self.random.randrange(len(VERSIONS)), here)
        elif event == "revert" and self.parents[here]:
            self.local[branch] = self.commit(self.version[self.parents[here][0]], here)
        elif event == "merge" and there not in self.reach(here):
            version = self.random.choice(
                (self.version[here], self.version[there], self.random.randrange(len(VERSIONS)))
            )
            self.local[branch] = self.commit(version, here, there)
        elif event == "squash":
            self.local[branch] = self.commit(self.version[there], here)
        elif event == "push":
            self.origin[branch] = here
        elif event == "reset":
            self.local[branch] = self.origin[other]
        self.log.append(f"{event} {branch} {other}: {VERSIONS[self.version[self.local[branch]]]}")

    def reach(self, commit: str) -> set[str]:
        return {commit}.union(*(self.reach(parent) for parent in self.parents[commit]))

    def newest(self, commits: set[str]) -> set[str]:
        return {it for it in commits if not any(it != more and it in self.reach(more) for more in commits)}

    def merge_bases(self, one: str, other: str) -> set[str]:
        return self.newest(self.reach(one) & self.reach(other))

    def target(self, commit: str) -> str:
        """The target that was left last; main among equals."""
        bases = {name: self.merge_bases(self.origin[name], commit) for name in TARGETS}
        newest = self.newest(set().union(*bases.values()))
        return next(name for name in TARGETS if bases[name] & newest)

    def lands(self, commit: str, target: str) -> set[str]:
        """Merge a commit into a target. Where that conflicts, a person takes what the commit says."""
        tip = self.origin[target]
        merged = self.repo.run("git", "merge-tree", "--write-tree", tip, commit, check=False)
        tree = merged.stdout.split("\n")[0]
        now = self.trees.index(tree) if merged.returncode == 0 else self.version[commit]
        return verdict(self.version[tip], now)

    def is_ambiguous(self, commit: str, target: str) -> bool:
        """Whether git merges with a base of its own making, from several that say different things."""
        return len({self.version[base] for base in self.merge_bases(self.origin[target], commit)}) > 1

    # --- events

    def place(self, head: str, branch: str, version: int, merging: str = "") -> None:
        """HEAD, the index and the work tree."""
        (self.git / "HEAD").write_text(f"ref: refs/heads/{branch}\n" if branch else f"{head}\n")
        for folder, branches in (("heads", self.local), ("remotes/origin", self.origin)):
            for name, commit in branches.items():
                path = self.git / "refs" / folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{commit}\n")
        (self.git / "MERGE_HEAD").write_text(f"{merging}\n") if merging else (self.git / "MERGE_HEAD").unlink(
            missing_ok=True
        )
        self.repo.git("read-tree", self.trees[version])
        self.repo.write("Dockerfile", dockerfile(VERSIONS[version]))

    def promoted(self, branch: str, rules: set[str]) -> set[str]:
        """On a deployed branch, a boundary that main has crossed is not asked again."""
        main = self.version[self.origin["main"]]
        return {rule for rule in rules if branch != "prod" or BOUNDARIES.get(rule, len(VERSIONS)) > main}

    def is_topic(self, branch: str) -> bool:
        return branch in ("topic", "other")

    def proposal(self, branch: str, commit: str) -> set[str] | None:
        target = self.target(commit)
        return None if self.is_ambiguous(commit, target) else self.lands(commit, target)

    def committed(self, branch: str, version: int) -> set[str] | None:
        head = self.local[branch]
        found = verdict(self.version[head], version)
        if not self.is_topic(branch):
            return self.promoted(branch, found)
        made = self.commit(version, head)
        landing = self.proposal(branch, made) if found else set()
        return None if landing is None else found & landing

    def merged(self, branch: str, other: str, version: int) -> set[str] | None:
        head = self.local[branch]
        if not self.is_topic(branch):
            upstream = self.origin[branch]
            pulled = upstream not in self.reach(head) and upstream in self.reach(other)
            return self.promoted(branch, verdict(self.version[upstream if pulled else head], version))
        bases = {self.version[base] for base in self.merge_bases(head, other)}
        one, two = self.version[head], self.version[other]
        if (version == one and bases == {two}) or (version == two and bases == {one}):
            return set()
        made = self.commit(version, head, other)
        return self.proposal(branch, made)

    def events(self) -> Iterator[tuple[str, set[str] | None, frozenset[str]]]:
        """The name of each event, the rules that must be found (None: not decided), and those that the program found."""
        for branch in BRANCHES:
            local, origin = self.local[branch], self.origin[branch]
            self.place(local, branch, self.version[local])
            push = {
                "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_REMOTE_BRANCH": f"refs/heads/{branch}",
                "PRE_COMMIT_FROM_REF": origin, "PRE_COMMIT_TO_REF": local,
            }  # fmt: skip
            was = self.promoted(branch, verdict(self.version[origin], self.version[local]))
            expected = self.proposal(branch, local) if self.is_topic(branch) else was
            yield f"push {branch}", expected, run(self.repo, **push).rules
            self.place(local, "", self.version[local])
            build = {
                "GITLAB_CI": "true", "CI_COMMIT_BRANCH": branch, "CI_DEFAULT_BRANCH": "main",
                "CI_COMMIT_BEFORE_SHA": origin if origin != local else "0" * 40,
            }  # fmt: skip
            if self.is_topic(branch) or origin != local:
                yield f"build {branch}", expected, run(self.repo, **build).rules
            version = self.random.randrange(len(VERSIONS))
            self.place(local, branch, version)
            yield f"commit {VERSIONS[version]} on {branch}", self.committed(branch, version), run(self.repo).rules
            other = self.random.choice([*self.local.values(), *self.origin.values()])
            if other not in self.reach(local):
                # A local main that is ahead of the remote's is a target of its own; the oracle has the remote's alone.
                known = {commit for name in TARGETS if (commit := self.local[name]) != self.origin[name]}
                if other not in known:
                    version = self.random.choice((self.version[local], self.version[other], version))
                    self.place(local, branch, version, other)
                    name = f"merge {other[:7]} into {branch}: {VERSIONS[version]}"
                    yield name, self.merged(branch, other, version), run(self.repo).rules
        request = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release/1"}
        topic = self.local["topic"]
        self.place(topic, "", self.version[topic])
        ambiguous = self.is_ambiguous(topic, "release/1")
        yield "request", None if ambiguous else self.lands(topic, "release/1"), run(self.repo, **request).rules


@needs_git(2, 38, "git merge-tree --write-tree")
@pytest.mark.parametrize("seed", range(HISTORIES))
def test_what_would_run_if_this_landed_now(tmp_path: Path, seed: int) -> None:
    history = History(tmp_path, seed)
    wrong = [
        (name, sorted(expected), sorted(found))
        for name, expected, found in history.events()
        if expected is not None and expected != found
    ]
    assert wrong == [], history.log
