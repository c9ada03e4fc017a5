"""Random histories in real repositories, judged by the program and by a slow and obvious model beside it.

The model knows four versions by hand and nothing of the program's code. In a commit, and in a merge on main, a stage is
compared with what it said in HEAD, wherever its file was then; in a merge on another branch with what main says, if the
merge proposes it. HISTORIES=200 runs that many examples, and longer ones. `test_landings.py` has pushes and builds.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conftest import enter, run_script
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from repository import make_repository

ORDER = ("4.2.6", "5.0.2", "5.0.10", "6.0.0")
# Each boundary, and the position in ORDER of the lowest version that is not below it.
BOUNDARIES = {"runtime-5": 1, "runtime-6": 3}
FOLDERS = ("a", "b", "c")

EXAMPLES = int(os.environ.get("HISTORIES", "0"))

Acks = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Stage:
    version: str
    acks: Acks = ()


@dataclass(frozen=True)
class File:
    """A Dockerfile: it keeps its number for life, whatever its folder and its text; a `plain` one names no Runtime."""

    number: int
    folder: str
    stages: tuple[Stage, ...]
    more: int = 0
    plain: bool = False

    @property
    def path(self) -> str:
        return f"{self.folder}{self.number}/Dockerfile"

    @property
    def text(self) -> str:
        lines = []
        for position, stage in enumerate(self.stages):
            lines += ["", *(written(*ack) for ack in stage.acks)]
            image = "python:3.12" if self.plain else f"quay.io/astronomer/astro-runtime:{stage.version}"
            lines.append(f"FROM {image} AS stage{position}")
            lines += [f"RUN echo {self.number} {position} {line}" for line in range(6)]
        return "\n".join([*lines, *(f"RUN echo {self.number} more {line}" for line in range(self.more))]) + "\n"

    def is_same_as(self, other: File | None) -> bool:
        """Whether git sees no difference."""
        return other is not None and (self.path, self.text) == (other.path, other.text)


Tree = dict[int, File]


@dataclass(frozen=True)
class Commit:
    name: str
    parents: tuple[int, ...]
    tree: Tree


def written(verb: str, subject: str) -> str:
    return f"# astro-runtime: {verb} {subject}" + ("" if verb == "reviewed" else ": because it must")


def rules_of(stage: Stage, olds: Iterable[str]) -> set[str]:
    """The rules that object to a stage; `olds` is what it said in each parent that has its file."""
    found = set()
    now = ORDER.index(stage.version) if stage.version in ORDER else None
    before = max((ORDER.index(old) for old in olds if old in ORDER), default=None)
    if now is None and ("ignore", "pinned-runtime") not in stage.acks:
        found.add("pinned-runtime")
    if now is not None and before is not None:
        if now < before and ("downgraded", stage.version) not in stage.acks:
            found.add("no-runtime-downgrade")
        reviewed = [ORDER.index(version) for verb, version in stage.acks if verb == "reviewed"]
        for name, boundary in BOUNDARIES.items():
            if before < boundary <= now and not any(boundary <= version <= now for version in reviewed):
                found.add(name)
    if any(is_wrong(verb, subject, stage.version, now) for verb, subject in stage.acks):
        found.add("acknowledgement")
    return found


def is_wrong(verb: str, subject: str, version: str, now: int | None) -> bool:
    if verb == "reviewed":
        return now is not None and ORDER.index(subject) > now
    return subject != ("pinned-runtime" if verb == "ignore" else version)


versions = st.sampled_from((*ORDER, "latest"))
acks = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["reviewed", "downgraded"]), st.sampled_from(ORDER)),
        st.tuples(st.just("ignore"), st.sampled_from(["pinned-runtime", "runtime-5"])),
    ),
    max_size=2,
).map(tuple)
stages = st.builds(Stage, versions, acks)


class Histories(RuleBasedStateMachine):
    """`index` and `disk` are what is staged and what lies in the work tree; `merging` is the commit being merged."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.repo = make_repository(self.folder / "repo")
        self.patch = pytest.MonkeyPatch()
        enter(self.patch, self.repo)
        self.commits: list[Commit] = []
        self.branches: dict[str, int] = {}
        self.branch = "main"
        self.index: Tree = {}
        self.disk: Tree = {}
        self.merging: int | None = None
        self.added = 0

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def head(self) -> Commit:
        return self.commits[self.branches[self.branch]]

    def settle(self) -> None:
        """Leave nothing staged and nothing that is not."""
        if self.index != self.head.tree:
            self.commit()
        if self.disk != self.index:
            self.discard()

    def any_file(self, data: st.DataObject) -> File:
        return self.disk[data.draw(st.sampled_from(sorted(self.disk)))]

    def put(self, file: File, *, staged: bool = True) -> None:
        """Write a file, where it was before nothing is left."""
        old = self.disk.get(file.number)
        self.disk[file.number] = file
        if old and old.path != file.path:
            (self.repo.path / old.path).unlink()
        self.repo.write(file.path, file.text)
        if staged:
            self.index[file.number] = file
            self.repo.git("add", "--all", "--", *{file.path, old.path if old else file.path})

    def record(self, parents: tuple[int, ...]) -> None:
        name = self.repo.commit(message=str(len(self.commits)))
        self.branches[self.branch] = len(self.commits)
        self.commits.append(Commit(name, parents, dict(self.index)))
        self.merging = None

    @initialize(first=st.lists(stages, min_size=1, max_size=2))
    def begin(self, first: list[Stage]) -> None:
        self.add(first)
        self.record(())

    @precondition(lambda self: len(self.index) < 3 and self.index.keys() == self.disk.keys())
    @rule(new=st.lists(stages, min_size=1, max_size=3))
    def add(self, new: list[Stage]) -> None:
        self.added += 1
        self.put(File(self.added, "a", tuple(new)))

    @precondition(lambda self: self.disk)
    @rule(data=st.data(), stage=stages, staged=st.sampled_from([True, True, True, False]))
    def edit(self, data: st.DataObject, stage: Stage, staged: bool) -> None:
        file = self.any_file(data)
        position = data.draw(st.integers(0, len(file.stages) - 1))
        self.put(replace(file, stages=(*file.stages[:position], stage, *file.stages[position + 1 :])), staged=staged)

    @precondition(lambda self: self.disk)
    @rule(data=st.data(), folder=st.sampled_from(FOLDERS), version=versions, more=st.integers(0, 4))
    def rename(self, data: st.DataObject, folder: str, version: str, more: int) -> None:
        file = self.any_file(data)
        self.put(replace(file, folder=folder, stages=(Stage(version), *file.stages[1:]), more=more))

    @precondition(lambda self: self.disk)
    @rule(
        data=st.data(), stage=stages, index_is_plain=st.booleans(), disk_is_plain=st.booleans(), committed=st.booleans()
    )
    def differ(
        self, data: st.DataObject, stage: Stage, index_is_plain: bool, disk_is_plain: bool, committed: bool
    ) -> None:
        """The index and the work tree say different things of a file, which may leave the Runtime or come back to it."""
        file = self.any_file(data)
        self.put(replace(file, plain=index_is_plain))
        if committed:
            self.commit()
        self.put(replace(file, stages=(stage, *file.stages[1:]), plain=disk_is_plain), staged=False)
        self.says_the_same_of(file.path)

    @precondition(lambda self: self.disk)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        file = self.any_file(data)
        del self.disk[file.number], self.index[file.number]
        self.repo.git("rm", "--quiet", "--force", "--", file.path)

    @rule()
    def commit(self) -> None:
        here = self.branches[self.branch]
        self.record((here,) if self.merging is None else (here, self.merging))

    @rule()
    def discard(self) -> None:
        self.repo.git("reset", "--quiet", "--hard")
        self.index, self.disk, self.merging = dict(self.head.tree), dict(self.head.tree), None

    @precondition(lambda self: self.merging is None and self.disk)
    @rule(data=st.data(), there=stages, here=stages)
    def diverge(self, data: st.DataObject, there: Stage, here: Stage) -> None:
        """A commit on a branch of its own, and another one where the branch began."""
        self.settle()
        file = self.any_file(data)
        branch, start = self.branch, self.branches[self.branch]
        self.branch = f"branch{len(self.branches)}"
        self.branches[self.branch] = start
        self.repo.git("switch", "--quiet", "--create", self.branch)
        self.put(replace(file, stages=(there, *file.stages[1:])))
        self.commit()
        self.go_to(branch)
        self.put(replace(file, stages=(here, *file.stages[1:])))
        self.commit()

    @precondition(lambda self: self.merging is None and len(self.branches) > 1)
    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        self.settle()
        self.go_to(data.draw(st.sampled_from(sorted(self.branches.keys() - {self.branch}))))

    def go_to(self, branch: str) -> None:
        self.branch = branch
        self.repo.git("switch", "--quiet", branch)
        self.index, self.disk = dict(self.head.tree), dict(self.head.tree)

    @precondition(lambda self: self.merging is None and self.disk)
    @rule(data=st.data(), there=stages, here=stages)
    def merge(self, data: st.DataObject, there: Stage, here: Stage) -> None:
        """Merge, and settle every file by taking one side, also where git saw no conflict."""
        self.settle()
        if not self.unmerged():
            self.diverge(data, there, here)
        other = data.draw(st.sampled_from(self.unmerged()))
        self.repo.git("merge", "--quiet", "--no-commit", "--no-ff", other, check=False)
        self.merging = self.branches[other]
        sides = (self.head.tree, self.commits[self.merging].tree)
        kept = {number: data.draw(st.sampled_from(sides)).get(number) for number in sorted({**sides[0], **sides[1]})}
        self.index = {number: file for number, file in kept.items() if file}
        self.disk = dict(self.index)
        self.repo.git("rm", "-r", "--quiet", "--cached", "--ignore-unmatch", ".")
        for file in self.index.values():
            self.repo.write(file.path, file.text)
            self.repo.git("add", "--", file.path)
        self.repo.git("clean", "-d", "--quiet", "--force")

    def unmerged(self) -> list[str]:
        """The branches that hold a commit which HEAD does not."""
        mine = self.ancestors(self.branches[self.branch])
        return [name for name, tip in sorted(self.branches.items()) if tip not in mine]

    def ancestors(self, commit: int) -> set[int]:
        """A commit and all that it comes from."""
        return {commit}.union(*(self.ancestors(parent) for parent in self.commits[commit].parents))

    def merge_bases(self, one: int, other: int) -> list[int]:
        """Their common ancestors that no other one comes from."""
        return self.newest(self.ancestors(one) & self.ancestors(other))

    def newest(self, commits: set[int]) -> list[int]:
        """Those that no other one comes from."""
        return [it for it in sorted(commits) if not any(it in self.ancestors(more) for more in commits - {it})]

    def version(self, commit: int, number: int, position: int) -> str | None:
        """What a stage of a file said in a commit."""
        file = self.commits[commit].tree.get(number)
        return None if file is None or file.plain else file.stages[position].version

    def judged(self, number: int, position: int, version: str) -> list[int]:
        """The commits that a stage is compared with where it now has a version."""
        here, main = self.branches[self.branch], self.branches["main"]
        if self.merging is None or self.branch == "main":
            return [here]
        proposal = self.ancestors(here) | self.ancestors(self.merging)
        if all(self.version(it, number, position) == version for it in self.newest(self.ancestors(main) & proposal)):
            return []
        forks = [self.version(it, number, position) for it in self.merge_bases(here, self.merging)]
        for one, other in ((here, self.merging), (self.merging, here)):
            untouched = all(fork == self.version(other, number, position) for fork in forks)
            if self.version(one, number, position) == version and untouched:
                return []
        return [main]

    def is_one_for_one(self, commit: int) -> bool:
        """Whether one file with a Runtime vanished since a commit and one appeared: the program takes them for one file.

        The model knows files by their numbers and cannot say which stages of the two belong together. A file that moves
        as it leaves the Runtime has vanished, and one that moves as it comes to it has appeared.
        """
        then, now = self.commits[commit].tree, {}
        for number, staged in self.index.items():
            now[number] = self.disk[number] if staged.is_same_as(self.head.tree.get(number)) else staged

        def only_in(these: Tree, those: Tree) -> list[int]:
            found = []
            for number, file in these.items():
                other = those.get(number)
                if not file.plain and (other is None or (other.plain and other.path != file.path)):
                    found.append(number)
            return found

        return len(only_in(then, now)) == 1 == len(only_in(now, then))

    def expected(self, bases: Callable[[int, int, str], Iterable[int]]) -> set[tuple[str, str]]:
        """(path, rule) of everything that must be found; `bases` are the commits that a stage is compared with."""
        found = set()
        for number, staged in self.index.items():
            file = self.disk[number] if staged.is_same_as(self.head.tree.get(number)) else staged
            for position, stage in enumerate(() if file.plain else file.stages):
                olds = [self.version(base, number, position) for base in bases(number, position, stage.version)]
                names = rules_of(stage, [old for old in olds if old])
                found |= {(file.path, name) for name in names}
        return found

    def said(self, *words: str) -> tuple[int, set[tuple[str, str]]]:
        """The exit code, and (path, rule) of every finding that no comment answers."""
        code, out = self.run("astro_runtime_guard", "--format", "json", *words)
        return code, {(it["path"], it["rule"]) for it in json.loads(out)["findings"] if not it["acknowledged"]}

    def run(self, script: str, *words: str) -> tuple[int, str]:
        """The exit code and the output of a console script, which has no complaint."""
        code, out, err = run_script(script, *words)
        assert err == ""
        return code, out

    @precondition(lambda self: self.commits)
    @invariant()
    def says_what_the_model_says(self) -> None:
        here = self.branches[self.branch]
        compared = {
            here,
            self.branches["main"],
            *({self.merging} - {None}),
            *self.merge_bases(here, self.branches["main"]),
        }
        if self.merging is not None:
            compared.update(self.merge_bases(here, self.merging), self.merge_bases(self.merging, self.branches["main"]))
        if not any(map(self.is_one_for_one, compared)):
            expected = self.expected(self.judged)
            assert self.said() == (int(bool(expected)), expected)

    @precondition(lambda self: self.index)
    @rule(data=st.data())
    def says_the_same_of_one_file(self, data: st.DataObject) -> None:
        self.says_the_same_of(self.index[data.draw(st.sampled_from(sorted(self.index)))].path)

    def says_the_same_of(self, path: str) -> None:
        """A path that is named alone has the findings that it has among all; the hook says so too."""
        _, everything = self.said()
        expected = {(it, name) for it, name in everything if it == path}
        assert self.said(path) == (int(bool(expected)), expected)
        code, report = self.run("astro_runtime", path)
        assert (code, bool(report)) == (int(bool(expected)), bool(expected))

    @rule(data=st.data())
    def says_what_the_model_says_of_a_base(self, data: st.DataObject) -> None:
        tip = data.draw(st.integers(0, len(self.commits) - 1))
        bases = self.merge_bases(tip, self.branches[self.branch])
        if any(map(self.is_one_for_one, bases)):
            return
        expected = self.expected(lambda *_: bases)
        assert self.said("--base", self.commits[tip].name) == (int(bool(expected)), expected)


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=EXAMPLES or 8,
    stateful_step_count=30 if EXAMPLES else 12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.parametrize("leaves", [True, False], ids=["leaves", "comes"])
def test_one_for_one_where_another_file_moves_too(leaves: bool) -> None:
    """Beside a file that vanishes or appears, another one moves and leaves the Runtime, or comes to it."""
    lower, higher = (Stage("4.2.6"),), (Stage("5.0.2"),)
    state = Histories()
    try:
        state.put(File(1, "a", lower, plain=not leaves))
        if not leaves:
            state.put(File(2, "a", lower))
        state.record(())
        if not leaves:
            del state.disk[2], state.index[2]
            state.repo.git("rm", "--quiet", "a2/Dockerfile")
        state.put(File(1, "b", higher, plain=leaves))
        if leaves:
            state.put(File(2, "a", higher))
        assert state.is_one_for_one(0)
        assert state.said() == (1, {("a2/Dockerfile" if leaves else "b1/Dockerfile", "runtime-5")})
        state.says_what_the_model_says()
    finally:
        state.teardown()
