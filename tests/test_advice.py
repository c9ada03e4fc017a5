"""Every command that a report prints is run in the situation that printed it, in real git, and loses nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Published, Said
from repository import Repository
from test_hooks import BLOCK, RUNTIME, refusal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell")
Contents = set[tuple[str, str]]


def make_project(published: Published, path: Path, runner: str) -> Repository:
    """A project with both hooks: Runtime 4.2.6, then 4.2.7, then something else; and work in progress."""
    made = published.installed_in(path, BLOCK, runner)
    made.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n", "notes": "one\n"})
    made.git("branch", "older")
    made.commit({"Dockerfile": f"{RUNTIME}:4.2.7\n"})
    made.commit({"dags/a.py": "a = 1\n"})
    made.write("notes", "not staged\n")
    made.write("untracked/file", "untracked\n")
    return made


def ordinary_commit(project: Repository) -> tuple[str, ...]:
    project.write("new/staged", "staged\n")
    project.write("Dockerfile", f"{RUNTIME}:4.2.5\n")
    project.git("add", "new", "Dockerfile")
    return ("git", "commit", "-m", "lower")


def amended_commit(project: Repository) -> tuple[str, ...]:
    project.commit({"Dockerfile": f"{RUNTIME}:4.2.9\n"})
    project.write("Dockerfile", f"{RUNTIME}:4.2.8\n")
    project.git("add", "Dockerfile")
    return ("git", "commit", "--amend", "--no-edit")


def revert(project: Repository) -> tuple[str, ...]:
    return ("git", "revert", "--no-edit", "HEAD^")


def revert_of_the_last_commit(project: Repository) -> tuple[str, ...]:
    project.commit({"Dockerfile": f"{RUNTIME}:4.2.9\n"})
    return ("git", "revert", "--no-edit", "HEAD")


def two_reverts(project: Repository) -> tuple[str, ...]:
    return ("git", "revert", "--no-edit", "HEAD^", "HEAD")


def revert_that_a_person_commits(project: Repository) -> tuple[str, ...]:
    project.git("revert", "--no-commit", "HEAD^")
    project.write("new/staged", "staged\n")
    project.git("add", "new")
    return ("git", "commit", "--no-edit", "--no-verify")


def lowered_beside(project: Repository, message: str = "lower") -> None:
    """A branch `side` that lowers the Runtime, and then changes something else."""
    project.git("stash")
    project.git("switch", "--quiet", "--create", "side")
    unchecked = replace(project, environment=project.environment | {"SKIP": "astro-runtime-repo"})
    unchecked.commit({"Dockerfile": f"{RUNTIME}:4.2.5\n"}, message)
    unchecked.commit({"dags/b.py": "b = 1\n"})
    project.git("switch", "--quiet", "main")
    project.git("stash", "pop")


def cherry_pick(project: Repository) -> tuple[str, ...]:
    lowered_beside(project)
    return ("git", "cherry-pick", "side^")


def two_cherry_picks(project: Repository) -> tuple[str, ...]:
    lowered_beside(project)
    return ("git", "cherry-pick", "side^", "side")


def cherry_pick_that_was_edited(project: Repository) -> tuple[str, ...]:
    lowered_beside(project)
    project.run("git", "cherry-pick", "side^", check=False)
    project.write("Dockerfile", f"# a comment that took an hour\n{RUNTIME}:4.2.5\n")
    project.git("add", "Dockerfile")
    return ("git", "commit", "--no-verify", "-m", "again")


def cherry_pick_that_was_edited_and_keeps_its_message(project: Repository) -> tuple[str, ...]:
    cherry_pick_that_was_edited(project)
    return ("git", "commit", "--no-verify", "--no-edit")


def rebase_of_a_revert(project: Repository) -> tuple[str, ...]:
    lowered_beside(project, 'Revert "raise"')
    project.commit({"Dockerfile": f"{RUNTIME}:4.2.8\n"})
    project.git("stash")
    project.run("git", "rebase", "main", "side", check=False)
    project.write("Dockerfile", f"{RUNTIME}:4.2.5\n")
    project.git("add", "Dockerfile")
    return ("git", "commit", "--no-edit")


def merge(project: Repository) -> tuple[str, ...]:
    lowered_beside(project)
    project.commit({"dags/c.py": "c = 1\n"})
    return ("git", "merge", "--no-edit", "side")


def merge_that_a_person_commits(project: Repository) -> tuple[str, ...]:
    lowered_beside(project)
    project.git("merge", "--no-commit", "--no-ff", "side")
    project.write("resolved", "by hand\n")
    project.git("add", "resolved")
    return ("git", "commit", "--no-verify", "-m", "merged")


SITUATIONS: dict[str, tuple[Callable[[Repository], tuple[str, ...]], str]] = {
    "an ordinary commit": (ordinary_commit, ""),
    "an amended commit": (amended_commit, ""),
    "a revert": (revert, "git stash"),
    "a revert of the last commit": (revert_of_the_last_commit, "git stash"),
    "two reverts": (two_reverts, "git revert --abort"),
    "a revert that a person commits": (revert_that_a_person_commits, "git stash"),
    "a cherry-pick": (cherry_pick, "git cherry-pick --abort"),
    "two cherry-picks": (two_cherry_picks, "git cherry-pick --abort"),
    "a cherry-pick that was edited": (cherry_pick_that_was_edited, "git stash"),
    "a cherry-pick that was edited and keeps its message": (
        cherry_pick_that_was_edited_and_keeps_its_message,
        "git stash",
    ),
    "a rebase of a revert": (rebase_of_a_revert, ""),
    "a merge": (merge, "git merge --abort"),
    "a merge that a person commits": (merge_that_a_person_commits, "git stash"),
}


def printed_commands(report: str) -> dict[str, str]:
    """Command -> the words before it. prek indents what a hook prints."""
    lines = re.findall(r"^ {0,2}(\S.*):  ([^#\n].*)$", report, flags=re.MULTILINE)
    return {command: words for words, command in lines}


def contents(project: Repository) -> Contents:
    """Path and object name of every file of the work tree and of the index."""
    below = (path.relative_to(project.path) for path in project.path.rglob("*") if path.is_file())
    paths = [path.as_posix() for path in below if path.parts[0] != ".git"]
    on_disk = zip(paths, project.git("hash-object", "--no-filters", "--", *paths).split(), strict=True)
    return {*on_disk, *in_commit(project, "")}


def in_commit(project: Repository, name: str) -> Contents:
    """Path and object name of every file of a commit, or of the index for ""."""
    listed = project.git(*(("ls-tree", "-r", "-z", name) if name else ("ls-files", "--stage", "-z")))
    lines = (line.split("\t") for line in listed.split("\0") if line)
    return {(path, head.split()[2 if name else 1]) for head, path in lines}


def kept(project: Repository) -> Contents:
    """All that can be found again: the work tree, the index, and what is committed or stashed."""
    commits = project.git("rev-list", "--all").split()
    return contents(project).union(*(in_commit(project, name) for name in commits))


# pre-commit takes seconds for each commit, so it meets one situation of each kind of way back.
RUNS = [
    *(("prek", name) for name in SITUATIONS),
    *(("pre_commit", name) for name in ("an ordinary commit", "a revert that a person commits", "two cherry-picks")),
]


@pytest.mark.parametrize(("runner", "name"), RUNS, ids=[f"{name} in {runner}" for runner, name in RUNS])
def test_every_printed_command_runs_and_loses_nothing(
    published: Published, tmp_path: Path, runner: str, name: str
) -> None:
    situation, way_back = SITUATIONS[name]
    project = make_project(published, tmp_path / "project", runner)
    event = situation(project)
    before, status = contents(project), project.git("status", "--porcelain")
    report = refusal(project, *event)
    assert "no-runtime-downgrade" in report
    assert "reset --merge" not in report
    commands = printed_commands(report)
    backs = [command for command, words in commands.items() if words.startswith("to go back")]
    assert backs == ([way_back] if way_back else [])
    assert any("--amend" in command for command in commands) is (name == "an amended commit")
    more = f" && {way_back.removesuffix('--abort')}--continue" if name.startswith("two ") else ""
    on = [command.partition("git commit")[2] for command, words in commands.items() if words.startswith("to go on")]
    assert on == ([more] if way_back else [])
    for number, (command, words) in enumerate(sorted(commands.items(), key=lambda each: each[0] in backs)):
        copy = project
        if command not in backs:  # which comes last
            copy = project.copied_to(tmp_path / f"copy{number}")
        replaced: Contents = set()
        if words.startswith("to go on"):
            replaced = {("Dockerfile", copy.git("rev-parse", ":Dockerfile"))}
            copy.write(
                "Dockerfile", f"# astro-runtime: downgraded {lowered(copy)}: rolled back\n{RUNTIME}:{lowered(copy)}\n"
            )
        at_hand = contents(copy)
        done = copy.run("sh", "-c", command, check=False)
        assert done.returncode == 0, (command, done.stdout + done.stderr)
        assert at_hand - kept(copy) <= replaced
        if command.endswith("--abort"):
            assert (contents(copy), copy.git("status", "--porcelain")) == (before, status)


def lowered(project: Repository) -> str:
    """The version that is staged."""
    return re.findall(r"astro-runtime:([0-9.]+)$", project.git("show", ":Dockerfile"), flags=re.MULTILINE)[-1]


COMMIT = {"GIT_INDEX_FILE": ".git/index"}
PUSH = {"PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_FROM_REF": "HEAD^", "PRE_COMMIT_TO_REF": "lower"}
BRANCHES = {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/side", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main"}
MERGE = {f"GITHEAD_{'a' * 40}": "side"}
RUNNER = {"PRE_COMMIT": "1"}
ADD = "the staged text is judged, so after a change:  git add -- Dockerfile"
DIFFERENT = "the staged text is judged, and the file on disk is different:  git add -- Dockerfile"
AGAIN = "to go on: write the line, commit it, and push again"
EXCLUDE = (
    "to leave out files, use args: [--exclude, REGEX] (astro-runtime-repo does not see exclude: of the hook runner)"
)
# Who was called, in which environment, and what stands below the findings.
CALLS: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "by hand": ("astro_runtime_guard", {}, [DIFFERENT]),
    "by hand in a hook runner": ("astro_runtime_guard", RUNNER, [DIFFERENT]),
    "a commit": ("astro_runtime", COMMIT, [ADD]),
    "the message of a commit": ("astro_runtime", {"PRE_COMMIT_COMMIT_MSG_SOURCE": "message"}, [ADD]),
    "a commit in pre-commit": ("astro_runtime", COMMIT | RUNNER, [ADD]),
    "the hook for stages": ("astro_runtime_repo", COMMIT, [ADD]),
    "the hook for stages in pre-commit": (
        "astro_runtime_repo",
        COMMIT | RUNNER,
        [ADD, "to pass without this check:  SKIP=astro-runtime,astro-runtime-repo git commit", EXCLUDE],
    ),
    "the hook for stages in no environment": (
        "astro_runtime_repo",
        COMMIT | RUNNER | {"VIRTUAL_ENV": ""},
        [ADD, "to pass without this check:  SKIP=astro-runtime,astro-runtime-repo git commit", EXCLUDE],
    ),
    "the hook for stages in prek": (
        "astro_runtime_repo",
        COMMIT | RUNNER | {"PREK_HOOK_STAGE": "pre-commit"},
        [ADD, "to pass without any hook:  git -c core.hooksPath=/dev/null commit", EXCLUDE],
    ),
    "the hook for stages in an environment of pre-commit": (
        "astro_runtime_repo",
        COMMIT | RUNNER | {"VIRTUAL_ENV": "../pre-commit"},
        [ADD, "to pass without this check:  SKIP=astro-runtime,astro-runtime-repo git commit", EXCLUDE],
    ),
    "the hook for stages in an environment of prek": (
        "astro_runtime_repo",
        COMMIT | RUNNER | {"VIRTUAL_ENV": "../prek"},
        [ADD, "to pass without any hook:  git -c core.hooksPath=/dev/null commit", EXCLUDE],
    ),
    "a push": ("astro_runtime", PUSH | BRANCHES | RUNNER, []),
    "the hook for stages in a push": ("astro_runtime_repo", PUSH | BRANCHES, [AGAIN]),
    "the hook for stages in a push in pre-commit": (
        "astro_runtime_repo",
        PUSH | BRANCHES | RUNNER,
        [
            AGAIN,
            "to pass without this check:  SKIP=astro-runtime-repo git push origin refs/heads/side:refs/heads/main",
            EXCLUDE,
        ],
    ),
    "a push to a remote with a blank": (
        "astro_runtime_repo",
        PUSH | BRANCHES | RUNNER | {"PRE_COMMIT_REMOTE_NAME": "a b"},
        [
            AGAIN,
            "to pass without this check:  SKIP=astro-runtime-repo git push 'a b' refs/heads/side:refs/heads/main",
            EXCLUDE,
        ],
    ),
    **{
        f"a push, {what}": (
            "astro_runtime_repo",
            PUSH | RUNNER | more,
            [AGAIN, "to pass without this check:  SKIP=astro-runtime-repo git push", EXCLUDE],
        )
        for what, more in {
            "of an unknown branch": {"PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main"},
            "to an unknown branch": {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/side"},
            "to a remote that cannot be shown": BRANCHES | {"PRE_COMMIT_REMOTE_NAME": "\u202e"},
            "of a branch that cannot be shown": BRANCHES | {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/\u202e"},
            "to a branch that cannot be shown": BRANCHES | {"PRE_COMMIT_REMOTE_BRANCH": "refs/heads/\u202e"},
        }.items()
    },
}


@pytest.mark.parametrize(("script", "environment", "expected"), CALLS.values(), ids=CALLS)
def test_advice_by_who_called(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch,
    script: str, environment: dict[str, str], expected: list[str],
) -> None:  # fmt: skip
    inside.write("../pre-commit/pyvenv.cfg", "")
    for folder in ("../prek", "."):
        inside.write(f"{folder}/.prek-hook.json", "{}")
    inside.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n"})
    inside.commit({"Dockerfile": f"{RUNTIME}:4.2.7\n"})
    inside.write("Dockerfile", f"{RUNTIME}:4.2.5\n")
    inside.git("add", ".")
    inside.git("branch", "lower", inside.git("commit-tree", inside.git("write-tree"), "-p", "HEAD", "-m", "lower"))
    inside.write("Dockerfile", f"# more\n{RUNTIME}:4.2.5\n")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    words = ("Dockerfile",) if script == "astro_runtime" else ()
    assert below(guard(*words, script=script)[1]) == expected


def below(report: str) -> list[str]:
    """The lines below the summary."""
    return re.split(r"^\d findings? in .*\n", report, flags=re.MULTILINE)[-1].splitlines()


@pytest.mark.parametrize(
    ("names", "added"),
    [
        ([f"{letter}.Dockerfile" for letter in "edcba"], "a.Dockerfile b.Dockerfile c.Dockerfile d.Dockerfile e.Dockerfile"),
        ([f"{letter}.Dockerfile" for letter in "abcdef"], ""),
        (["a b.Dockerfile"], "'a b.Dockerfile'"),
        (["a.Dockerfile", "\u202e.Dockerfile"], ""),
    ],
    ids=["five", "six", "a blank", "not printable"],
)  # fmt: skip
def test_the_files_to_stage(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch, names: list[str], added: str
) -> None:
    inside.commit(dict.fromkeys([*names, "answered.Dockerfile"], f"{RUNTIME}:4.2.7\n"))
    for name in names:
        inside.write(name, f"{RUNTIME}:4.2.5\n{RUNTIME}:latest\n")
    inside.write("answered.Dockerfile", f"# astro-runtime: downgraded 4.2.5: rolled back\n{RUNTIME}:4.2.5\n")
    inside.git("add", ".")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    line = f"the staged text is judged, so after a change:  git add -- {added}"
    assert below(guard()[1]) == ([line] if added else [])
    monkeypatch.setenv(*next(iter(MERGE.items())))
    on = f"git add -- {added} && git commit" if added else "git commit"
    assert below(guard()[1])[0] == f"to go on, write the line, then:  {on}"
    for name in ("GIT_INDEX_FILE", *MERGE):
        monkeypatch.delenv(name)
    inside.write(names[0], f"# more\n{RUNTIME}:4.2.5\n")
    assert below(guard()[1]) == ([f"{DIFFERENT.partition('  ')[0]}  git add -- {added}"] if added else [])


def revert_without_its_usual_words(project: Repository) -> tuple[str, ...]:
    project.git("revert", "--no-commit", "HEAD^")
    (project.path / ".git" / "MERGE_MSG").write_text("say why\n")  # as revert.reference does
    return ("git", "commit", "--no-edit")


def revert_of_a_revert(project: Repository) -> tuple[str, ...]:
    project.git("revert", "--no-commit", "HEAD^")
    (project.path / ".git" / "MERGE_MSG").write_text('Reapply "raise"\n')  # as git 2.43 calls it
    (project.path / ".git" / "REVERT_HEAD").unlink(missing_ok=True)
    return ("git", "commit", "--no-edit")


def commit_between_two_cherry_picks(project: Repository) -> tuple[str, ...]:
    lowered_beside(project)
    project.commit({"Dockerfile": f"{RUNTIME}:4.2.8\n"})
    project.run("git", "cherry-pick", "side^", "side", check=False)
    project.commit({"Dockerfile": f"{RUNTIME}:4.2.9\n"})
    project.write("Dockerfile", f"{RUNTIME}:4.2.5\n")
    project.git("add", "Dockerfile")
    return ("git", "commit", "-m", "more")


STASH, MESSAGE = "git stash", {"PRE_COMMIT_COMMIT_MSG_SOURCE": "message"}
# The situation, the environment of the hook, the way back, and what follows the commit.
STOPPED: list[tuple[Callable[[Repository], tuple[str, ...]], dict[str, str], str, str]] = [
    (revert, MESSAGE, STASH, ""),
    (revert_of_the_last_commit, MESSAGE, STASH, ""),
    (two_reverts, MESSAGE, "git revert --abort", " && git revert --continue"),
    (two_reverts, COMMIT, "git stash && git revert --quit", " && git revert --continue"),
    (revert_that_a_person_commits, COMMIT, STASH, ""),
    (revert_without_its_usual_words, COMMIT, STASH, ""),
    (revert_of_a_revert, COMMIT, STASH, ""),
    (cherry_pick, MESSAGE, "git cherry-pick --abort", ""),
    (cherry_pick, COMMIT, STASH, ""),
    (two_cherry_picks, MESSAGE, "git cherry-pick --abort", " && git cherry-pick --continue"),
    (two_cherry_picks, COMMIT, "git stash && git cherry-pick --quit", " && git cherry-pick --continue"),
    (
        commit_between_two_cherry_picks,
        MESSAGE,
        "git stash && git cherry-pick --quit",
        " && git cherry-pick --continue",
    ),
    (rebase_of_a_revert, COMMIT, "", ""),
    (merge, MERGE, "git merge --abort", ""),
    (merge, MESSAGE, STASH, ""),
    (merge_that_a_person_commits, COMMIT, STASH, ""),
]


@pytest.mark.parametrize(
    ("situation", "environment", "back", "more"), STOPPED, ids=[f"{it[0].__name__}-{min(it[1])}" for it in STOPPED]
)
def test_the_way_on_and_the_way_back(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch,
    situation: Callable[[Repository], tuple[str, ...]], environment: dict[str, str], back: str, more: str,
) -> None:  # fmt: skip
    inside.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n", "notes": "one\n"})
    inside.commit({"Dockerfile": f"{RUNTIME}:4.2.7\n"})
    inside.commit({"dags/a.py": "a = 1\n"})
    inside.write("notes", "not staged\n")
    words = situation(inside)
    hook = inside.path / ".git" / "hooks" / "prepare-commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    inside.run(*words, check=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    on = f"to go on, write the line, then:  git add -- Dockerfile && git commit{more}"
    expected = [on, f"to go back to before:  {back}"] if back else [ADD]
    assert below(guard("Dockerfile", script="astro_runtime")[1]) == expected
