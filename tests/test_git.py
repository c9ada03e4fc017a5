"""What files said before and say now, in real repositories: real commits, merges, clones, odd names, failures."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.git import now
from astro_runtime_guard.git import snapshot as git
from astro_runtime_guard.rulebook import where
from repository import Repository, git_version, make_repository, needs_git, prepare_filter

HOOKS = str(Path(__file__).parent.parent / "hooks")
Texts = dict[str, tuple[str, list[tuple[str, str, str]]]]
Read = Callable[..., Texts]


class Runtimes:
    """A reader of files whose Runtime is called `runtime`."""

    def is_dockerfile(self, path: str) -> bool:
        return "dockerfile" in path.lower()

    def is_place(self, path: str) -> bool:
        return False

    def is_listed(self, path: str) -> bool:
        return self.is_dockerfile(path) and "skipped" not in path

    def leads(self, path: str) -> bool:
        return False

    def dockerfile_named(self, path: str, source: bytes) -> str:
        return ""

    def kind(self, path: str) -> str:
        return ""

    def blanked(self, path: str, source: bytes) -> bytes:
        return re.sub(rb"(?m)^(FROM runtime:)\S+", rb"\1", source)

    def read_if_possible(self, path: str, source: bytes) -> None:
        """Nothing is read in these tests."""

    def read_before(self, path: str, source: bytes, named: str) -> None:
        """No file of these tests is over a limit."""


def snapshot(
    repository: Repository, paths: Sequence[str] | None, environ: Mapping[str, str], **more: str
) -> git.Snapshot:
    base, no_base = more.pop("base", None), bool(more.pop("no_base", ""))
    environ = {**repository.environment, **environ, **more}
    return git.read(git.Repository(environ), git.Request(paths, Runtimes(), base, no_base))


def told(found: git.Snapshot) -> Texts:
    """path -> (now, [(path before, before, compared with)]); object names are left out."""
    return {
        file.path: (
            file.source.decode(),
            [(old.path, old.source.decode(), re.sub(r" at [0-9a-f]{7}$", "", old.before.named)) for old in file.old],
        )
        for file in found.files
    }


@pytest.fixture
def read(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read `repo` from its top, or from the folder `at`; more words are environment variables, `base` and `no_base`."""

    def look(paths: Sequence[str] | None = None, at: Path | None = None, **more: str) -> Texts:
        monkeypatch.chdir(at or repo.path)
        return told(snapshot(repo, paths, {}, **more))

    return look


def runtime(tag: str, *lines: str) -> str:
    return "\n".join((f"FROM runtime:{tag}", *lines, ""))


# --- commits


def test_staged(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1"), "HEAD": "a file of this name too"})
    repo.write("Dockerfile", runtime("2"))
    repo.git("add", ".")
    expected = {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}
    assert read(["Dockerfile"]) == expected
    assert read() == expected


def test_partly_staged_says_what_will_be_committed(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    repo.write("Dockerfile", runtime("2"))
    repo.git("add", ".")
    repo.write("Dockerfile", runtime("3"))
    assert read() == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}
    (repo.path / "Dockerfile").unlink()
    assert read(["Dockerfile"]) == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}


def test_not_staged_says_what_is_on_disk(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    assert read() == {"Dockerfile": (runtime("1"), [("Dockerfile", runtime("1"), "HEAD")])}
    repo.write("Dockerfile", runtime("2"))
    assert read() == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}
    repo.git("rm", "--cached", "--quiet", "Dockerfile")
    assert read(["Dockerfile"]) == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}
    assert read() == {}


def test_new_deleted_and_announced(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1"), "gone/Dockerfile": runtime("1", "RUN x", "RUN y", "RUN z")})
    repo.git("rm", "--quiet", "gone/Dockerfile")
    (repo.path / "Dockerfile").unlink()
    repo.write("new/Dockerfile", runtime("2"))
    repo.write("announced/Dockerfile", runtime("3"))
    repo.git("add", "-N", "announced/Dockerfile")
    repo.write("untracked/Dockerfile", runtime("4"))
    repo.git("add", "new/Dockerfile")
    gone = ("gone/Dockerfile", runtime("1", "RUN x", "RUN y", "RUN z"), "HEAD")
    assert read() == {"announced/Dockerfile": (runtime("3"), []), "new/Dockerfile": (runtime("2"), [gone])}
    assert read(["untracked/Dockerfile"]) == {"untracked/Dockerfile": (runtime("4"), [])}


def test_first_commit(repo: Repository, read: Read) -> None:
    repo.write("Dockerfile", runtime("1"))
    repo.git("add", ".")
    repo.write("Dockerfile", runtime("2"))
    assert read() == {"Dockerfile": (runtime("1"), [])}
    assert read(["Dockerfile"], CI="true") == {"Dockerfile": (runtime("1"), [])}


def test_listing_leaves_out_what_is_not_wanted(repo: Repository, read: Read) -> None:
    repo.commit({"a/Dockerfile": "1", "skipped/Dockerfile": "2", "base.image": "3", "b/app.Dockerfile": "4"})
    assert list(read()) == ["a/Dockerfile", "b/app.Dockerfile"]
    assert list(read(at=repo.path / "b")) == ["app.Dockerfile"]
    assert read(["base.image", "skipped/Dockerfile"]) == {
        "base.image": ("3", [("base.image", "3", "HEAD")]),
        "skipped/Dockerfile": ("2", [("skipped/Dockerfile", "2", "HEAD")]),
    }


def test_below_the_top(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1"), "sub/Dockerfile": runtime("2"), "sub/deep/Dockerfile": runtime("3")})
    for folder in ("", "sub/", "sub/deep/"):
        repo.write(f"{folder}Dockerfile", runtime("9"))
    repo.git("add", "sub")
    expected = {
        "Dockerfile": (runtime("9"), [("Dockerfile", runtime("2"), "HEAD")]),
        "deep/Dockerfile": (runtime("9"), [("deep/Dockerfile", runtime("3"), "HEAD")]),
    }
    assert read(at=repo.path / "sub") == expected
    up = {"../Dockerfile": (runtime("9"), [("../Dockerfile", runtime("1"), "HEAD")])}
    assert read(["Dockerfile", "deep/Dockerfile", "../Dockerfile"], at=repo.path / "sub") == expected | up


def test_ways_to_write_one_name(repo: Repository, read: Read, tmp_path: Path) -> None:
    repo.commit({"sub/Dockerfile": runtime("1")})
    repo.write("sub/Dockerfile", runtime("2"))
    (tmp_path / "link").symlink_to(repo.path)
    (repo.path / "linked").symlink_to("sub")
    (repo.path / "sub" / "up").symlink_to("..")
    absolute = str(repo.path / "sub" / "Dockerfile")
    names = ["./sub/Dockerfile", "sub/Dockerfile", "sub//../sub/Dockerfile", absolute, "linked/Dockerfile"]
    names += [
        "sub/up/sub/Dockerfile",
        "linked/up/linked/../sub/Dockerfile",
        "sub/up/" * 5 + "./" * 150 + "linked/Dockerfile",
        f"../{repo.path.name}/sub/Dockerfile",
    ]
    for name in (*names, str(tmp_path / "link" / "sub" / "Dockerfile")):
        assert read([name]) == {name: (runtime("2"), [(name, runtime("1"), "HEAD")])}
    assert list(read(names)) == ["./sub/Dockerfile"]


def test_another_name_for_a_tracked_file(repo: Repository, read: Read) -> None:
    """As a file system that ignores case would have it, by hand."""
    repo.commit({"Dockerfile": runtime("1")})
    repo.write("Dockerfile", runtime("2"))
    if not (repo.path / "dockerfile").exists():
        os.link(repo.path / "Dockerfile", repo.path / "dockerfile")
    expected = {"dockerfile": (runtime("2"), [("dockerfile", runtime("1"), "HEAD")])}
    assert read(["dockerfile"]) == expected
    with pytest.raises(CannotCheck, match=r"^dockerfile: no such file in [0-9a-f]{7}, the end of the range$"):
        read(["dockerfile"], PRE_COMMIT_FROM_REF="HEAD", PRE_COMMIT_TO_REF="HEAD")
    (repo.path / "dockerfile").unlink()
    repo.write("dockerfile", runtime("3"))
    if not (repo.path / "dockerfile").samefile(repo.path / "Dockerfile"):
        assert read(["dockerfile"]) == {"dockerfile": (runtime("3"), [])}
        (repo.path / "Dockerfile").unlink()
        assert read(["dockerfile"]) == {"dockerfile": (runtime("3"), [])}


def test_a_tracked_file_beside_which_a_repository_began(repo: Repository, read: Read) -> None:
    repo.commit({"sub/Dockerfile": runtime("1")})
    (repo.path / "sub/.git").mkdir()
    assert read(["sub/Dockerfile"]) == {
        "sub/Dockerfile": (runtime("1"), [("sub/Dockerfile", runtime("1"), "HEAD")]),
    }


def test_a_hard_link_of_another_name_is_another_file(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    os.link(repo.path / "Dockerfile", repo.path / "other.Dockerfile")
    assert read(["other.Dockerfile"]) == {"other.Dockerfile": (runtime("1"), [])}


ODD = [
    "a b",
    "quote'\"",
    "line\nend",
    "--dash",
    "-x",
    "tab\t",
    ":(top)x",
    "*",
    "back\\slash",
    "\u00e9",
    os.fsdecode(b"\xff\xfe"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_odd_names(repo: Repository, read: Read) -> None:
    names = [f"{name}.Dockerfile" for name in ODD] + [f"{name}/Dockerfile" for name in ODD]
    for name in names:
        repo.write(os.fsencode(name), runtime("1"))
    repo.git("add", ".")
    repo.commit()
    expected = {name: (runtime("2"), [(name, runtime("1"), "HEAD")]) for name in names}
    for name in names:
        repo.write(os.fsencode(name), runtime("2"))
    assert read(names) == expected
    repo.git("add", ".")
    assert read(names) == expected
    assert read() == expected
    first = repo.git("rev-parse", "HEAD")
    assert read(base=first) == {
        name: (now, [(path, old, first) for path, old, _ in olds]) for name, (now, olds) in expected.items()
    }
    found = read(PRE_COMMIT_FROM_REF=first, PRE_COMMIT_TO_REF=repo.commit())
    assert {name: now for name, (now, _) in found.items()} == {name: now for name, (now, _) in expected.items()}
    assert read(["Dockerfile"], at=repo.path / "line\nend") == {
        "Dockerfile": (runtime("2"), [("Dockerfile", runtime("2"), "HEAD")])
    }


# --- inside real hooks

HOOK = """#!{python}
import json, os, re, subprocess, sys
sys.path.insert(0, {hooks!r}); sys.path.insert(0, {tests!r})
from test_git import told, snapshot
from repository import Repository
from astro_runtime_guard.git import snapshot as git
try:
    said = told(snapshot(Repository(None, {{}}), None, os.environ)), git.Repository(os.environ).is_rebasing()
except git.CannotCheck as problem:
    said = str(problem), False
with open({log!r}, "a") as log:
    log.write(json.dumps([os.path.basename(sys.argv[0]), *said]) + "\\n")
"""


@pytest.fixture
def hooks(repo: Repository, tmp_path: Path) -> Callable[..., list[tuple[str, object]]]:
    """Run a git command in `repo`; what each hook that it ran saw."""
    log = tmp_path / "log"
    folder = tmp_path / "hooks"
    folder.mkdir()
    for name in ("pre-commit", "pre-merge-commit", "prepare-commit-msg"):
        text = HOOK.format(python=sys.executable, hooks=HOOKS, tests=str(Path(__file__).parent), log=str(log))
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    def run(*words: str, check: bool = True, **more: str) -> list[tuple[str, object]]:
        log.write_text("")
        repo.git("-c", f"core.hooksPath={folder}", *words, check=check, **more)
        return [tuple(json.loads(line)) for line in log.read_text().splitlines()]

    return run


def as_json(seen: Texts) -> object:
    return json.loads(json.dumps(seen))


def test_commit_all_and_commit_of_a_path(repo: Repository, hooks: Callable[..., list[tuple[str, object]]]) -> None:
    repo.commit({"a/Dockerfile": runtime("1"), "b/Dockerfile": runtime("1")})
    repo.write("a/Dockerfile", runtime("2"))
    repo.write("b/Dockerfile", runtime("2"))
    repo.git("add", "b/Dockerfile")
    a, b = ({f"{x}/Dockerfile": (runtime("2"), [(f"{x}/Dockerfile", runtime("1"), "HEAD")])} for x in "ab")
    [(_, only_a, _), _] = hooks("commit", "-m", "a", "-o", "a/Dockerfile")
    # With -o, git commits a alone: b is as it is on disk, beside an index that does not have the change.
    assert only_a == as_json(a | b)
    [(_, rest, _), _] = hooks("commit", "-a", "-m", "b")
    assert rest == as_json({"a/Dockerfile": (runtime("2"), [("a/Dockerfile", runtime("2"), "HEAD")])} | b)


def test_amend_compares_with_the_commit_that_is_amended(
    repo: Repository, hooks: Callable[..., list[tuple[str, object]]]
) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    repo.commit({"Dockerfile": runtime("2")})
    repo.write("Dockerfile", runtime("3"))
    repo.git("add", ".")
    [(_, seen, _), _] = hooks("commit", "--amend", "--no-edit", "--allow-empty")
    assert seen == as_json({"Dockerfile": (runtime("3"), [("Dockerfile", runtime("2"), "HEAD")])})
    [(_, seen, _), _] = hooks("commit", "--amend", "--no-edit", ASTRO_RUNTIME_BASE="HEAD^")
    assert seen == as_json({"Dockerfile": (runtime("3"), [("Dockerfile", runtime("1"), "HEAD^")])})


def branches(repo: Repository, ours: str, theirs: str, more: str = "") -> None:
    """main with `ours`, topic with `theirs`, forked from runtime 1; their middle lines keep a merge clean."""
    repo.commit({"Dockerfile": runtime("1"), "other": "1"})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"Dockerfile": runtime(theirs)} if theirs else {"theirs": "1"})
    repo.git("switch", "--quiet", "main")
    repo.commit({"Dockerfile": runtime(ours)} if ours else {"ours": "1"})


def test_a_merge_into_main_compares_with_main(repo: Repository, hooks: Callable[..., list[tuple[str, object]]]) -> None:
    branches(repo, "", "2")
    expected = [("Dockerfile", runtime("1"), "HEAD")]
    assert hooks("merge", "--no-edit", "topic") == [
        (stage, as_json({"Dockerfile": (runtime("2"), expected)}), False)
        for stage in ("pre-merge-commit", "prepare-commit-msg")
    ]


def test_a_merge_of_main_compares_with_main_both_sides_and_their_fork(
    repo: Repository, hooks: Callable[..., list[tuple[str, object]]]
) -> None:
    branches(repo, "2", "3")
    repo.git("switch", "--quiet", "topic")
    expected = [
        ("Dockerfile", runtime("2"), "main"), ("Dockerfile", runtime("3"), "HEAD"),
        ("Dockerfile", runtime("1"), "the merge base of both sides"),
    ]  # fmt: skip
    [(_, seen, _), _] = hooks("merge", "--no-edit", "-s", "ours", "main")
    assert seen == as_json({"Dockerfile": (runtime("3"), expected)})


def test_a_conflict_in_main(repo: Repository, read: Read) -> None:
    branches(repo, "2", "3")
    repo.git("merge", "topic", check=False)
    conflicted = read()["Dockerfile"]
    assert "<<<<<<<" in conflicted[0]
    expected = [("Dockerfile", runtime("2"), "HEAD")]
    assert conflicted[1] == expected
    repo.write("new.Dockerfile", runtime("1"))
    assert read(["new.Dockerfile"]) == {"new.Dockerfile": (runtime("1"), [])}
    (repo.path / "new.Dockerfile").unlink()
    repo.write("Dockerfile", runtime("2"))
    repo.git("add", ".")
    assert read() == {"Dockerfile": (runtime("2"), expected)}
    assert read(["Dockerfile"]) == {"Dockerfile": (runtime("2"), expected)}


def test_octopus(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    for name, tag in (("a", "2"), ("b", "3")):
        repo.git("switch", "--quiet", "--create", name, "main")
        repo.commit({f"{name}/Dockerfile": runtime(tag)})
    repo.git("switch", "--quiet", "--create", "topic", "main")
    repo.git("merge", "--no-commit", "--no-ff", "a", "b")
    root = [("Dockerfile", runtime("1"), name) for name in ("main", "the merged commit", "the merged commit")]
    assert read() == {
        "Dockerfile": (runtime("1"), root),
        "a/Dockerfile": (runtime("2"), [("a/Dockerfile", runtime("2"), "the merged commit")]),
        "b/Dockerfile": (runtime("3"), [("b/Dockerfile", runtime("3"), "the merged commit")]),
    }


def test_revert_and_cherry_pick(repo: Repository, hooks: Callable[..., list[tuple[str, object]]]) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    repo.commit({"Dockerfile": runtime("2")})
    [(stage, seen, rebasing)] = hooks("revert", "--no-edit", "HEAD")
    assert (stage, rebasing) == ("prepare-commit-msg", False)
    assert seen == as_json({"Dockerfile": (runtime("1"), [("Dockerfile", runtime("2"), "HEAD")])})
    [(_, seen, _)] = hooks("cherry-pick", "HEAD^")
    assert seen == as_json({"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])})


def test_rebase_is_told_in_prepare_commit_msg(repo: Repository, hooks: Callable[..., list[tuple[str, object]]]) -> None:
    branches(repo, "", "2")
    repo.git("switch", "--quiet", "topic")
    assert [it[2] for it in hooks("rebase", "--merge", "main", PRE_COMMIT_COMMIT_MSG_SOURCE="message")] == [True]
    repo.commit()
    assert [
        it[2] for it in hooks("commit", "--amend", "--no-edit", "--allow-empty", PRE_COMMIT_COMMIT_MSG_SOURCE="commit")
    ] == [False, False]


# --- ranges and pushes


def test_a_range_is_read_from_its_end(repo: Repository, read: Read) -> None:
    first = repo.commit({"Dockerfile": runtime("1"), "gone/Dockerfile": "x"})
    repo.git("rm", "--quiet", "gone/Dockerfile")
    second = repo.commit({"Dockerfile": runtime("2"), "new/Dockerfile": runtime("7")})
    repo.git("switch", "--quiet", "--create", "topic", first)
    repo.commit({"Dockerfile": runtime("3")})
    repo.write("Dockerfile", runtime("4"))
    span = {"PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": "main"}
    expected = {
        "Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), first)]),
        "new/Dockerfile": (runtime("7"), []),
    }
    assert read(**span) == expected
    assert read(["Dockerfile"], **span) == {"Dockerfile": expected["Dockerfile"]}
    fork = {"PRE_COMMIT_FROM_REF": "topic", "PRE_COMMIT_TO_REF": "main"}
    assert read(["Dockerfile"], **fork) == {
        "Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "the merge base with topic")])
    }
    backwards = {"PRE_COMMIT_FROM_REF": second, "PRE_COMMIT_TO_REF": first, "PRE_COMMIT_REMOTE_NAME": "origin"}
    assert read(["Dockerfile"], **backwards) == {"Dockerfile": (runtime("1"), [("Dockerfile", runtime("2"), "origin")])}
    with pytest.raises(CannotCheck, match=f"^gone/Dockerfile: no such file in {second[:7]}, the end of the range$"):
        read(["gone/Dockerfile"], **span)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_what_is_on_disk_is_no_part_of_a_range_or_of_the_index(repo: Repository, read: Read) -> None:
    first = repo.commit({"app/Dockerfile": runtime("1"), "b.Dockerfile": runtime("5")})
    (repo.path / "Dockerfile").symlink_to("build/Dockerfile")
    repo.git("add", "Dockerfile")
    second = repo.commit({"app/Dockerfile": runtime("2")})
    (repo.path / "build").symlink_to("app")
    with pytest.raises(CannotCheck, match=r"^Dockerfile: is a symbolic link that leads to no file of this repository"):
        read(PRE_COMMIT_FROM_REF=first, PRE_COMMIT_TO_REF=second)
    repo.git("rm", "--quiet", "Dockerfile")
    repo.write("app/Dockerfile", runtime("3"))
    repo.git("add", "app")
    (repo.path / "app").rename(repo.path / "moved")
    repo.write("moved/Dockerfile", runtime("4"))
    (repo.path / "app").symlink_to("moved")
    now = {
        "app/Dockerfile": (runtime("3"), [("app/Dockerfile", runtime("2"), "HEAD")]),
        "b.Dockerfile": (runtime("5"), [("b.Dockerfile", runtime("5"), "HEAD")]),
    }
    assert read() == now
    third = repo.git("commit-tree", "-p", second, "-m", "third", repo.git("write-tree"))
    repo.write("b.Dockerfile", runtime("6"))
    repo.git("add", "b.Dockerfile")
    found = read(PRE_COMMIT_FROM_REF="HEAD", PRE_COMMIT_TO_REF=third)
    assert found == now


def test_after_a_checkout_there_is_no_range(repo: Repository, read: Read) -> None:
    """pre-commit names both commits in its post-checkout stage too."""
    first = repo.commit({"Dockerfile": runtime("1")})
    refs = {"PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": repo.commit({"Dockerfile": runtime("2")})}
    repo.write("Dockerfile", runtime("3"))
    repo.git("add", ".")
    assert read(**refs, PRE_COMMIT_CHECKOUT_TYPE="1") == {"Dockerfile": (runtime("3"), [])}
    assert read(**refs, PRE_COMMIT_CHECKOUT_TYPE="1", base="HEAD") == {
        "Dockerfile": (runtime("3"), [("Dockerfile", runtime("2"), "HEAD")])
    }
    assert read(**refs) == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), first)])}


def test_a_range_from_the_commit_that_is_checked_out(repo: Repository, read: Read) -> None:
    """A push of a topic while main is checked out."""
    repo.commit({"Dockerfile": runtime("1")})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"Dockerfile": runtime("2")})
    repo.git("switch", "--quiet", "main")
    expected = {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}
    assert read(PRE_COMMIT_FROM_REF="HEAD", PRE_COMMIT_TO_REF="topic") == expected


def test_branches_that_merged_each_other_have_two_merge_bases(repo: Repository, read: Read) -> None:
    first = repo.commit({"Dockerfile": runtime("1")})
    here = repo.commit({"Dockerfile": runtime("2")})
    repo.git("switch", "--quiet", "--create", "topic", first)
    there = repo.commit({"Dockerfile": runtime("3")})
    repo.git("merge", "--quiet", "--strategy=ours", "-m", "merge", here)
    repo.git("switch", "--quiet", "main")
    repo.git("merge", "--quiet", "--strategy=ours", "-m", "merge", there)
    now, old = read(base="topic")["Dockerfile"]
    named = "the merge base with topic"
    assert (now, sorted(old)) == (runtime("2"), [("Dockerfile", runtime(v), named) for v in ("2", "3")])


def test_a_base_without_a_common_commit(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    other = repo.git("commit-tree", "-m", "other", "HEAD^{tree}")
    repo.commit({"Dockerfile": runtime("2")})
    assert read(base=other) == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), other)])}


# --- links, submodules, work trees


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_links(repo: Repository, read: Read, tmp_path: Path) -> None:
    first = repo.commit({"Dockerfile": runtime("2"), "real/app.Dockerfile": runtime("1")})
    (repo.path / "Dockerfile").unlink()
    (repo.path / "Dockerfile").symlink_to("linked/app.Dockerfile")
    (repo.path / "linked").symlink_to("./real")
    expected = {
        "Dockerfile": (runtime("1"), [("Dockerfile", runtime("2"), "HEAD")]),
        "real/app.Dockerfile": (runtime("1"), [("real/app.Dockerfile", runtime("1"), "HEAD")]),
    }
    assert read() == expected
    repo.git("add", ".")
    assert read() == expected
    repo.commit()
    repo.write("real/app.Dockerfile", runtime("3"))
    assert read(["Dockerfile"]) == {"Dockerfile": (runtime("3"), [("Dockerfile", runtime("1"), "HEAD")])}
    assert read(["Dockerfile"], PRE_COMMIT_FROM_REF=first, PRE_COMMIT_TO_REF="HEAD") == {
        "Dockerfile": (runtime("1"), [("Dockerfile", runtime("2"), first)])
    }
    (repo.path / "Dockerfile").unlink()
    repo.write("Dockerfile", runtime("4"))
    assert read(["Dockerfile"]) == {"Dockerfile": (runtime("4"), [("Dockerfile", runtime("1"), "HEAD")])}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
@pytest.mark.parametrize(("text", "version"), [("deep/../app", "2"), ("plain/../app", "1"), ("./plain//../app", "1")])
def test_the_folder_above_a_linked_folder(repo: Repository, read: Read, text: str, version: str) -> None:
    """It is the folder above the one to which the link leads, as for the system and for docker."""
    repo.write("app", runtime("1"))
    repo.write("far/app", runtime("2"))
    repo.write("far/away/x", "")
    repo.write("plain/x", "")
    (repo.path / "deep").symlink_to("far/away")
    (repo.path / "Dockerfile").symlink_to(text)
    assert (repo.path / "Dockerfile").read_text() == runtime(version)
    expected = {"Dockerfile": (runtime(version), [])}
    assert read(["Dockerfile"]) == expected
    repo.git("add", ".")
    assert read() == expected
    repo.commit()
    assert read() == {"Dockerfile": (runtime(version), [("Dockerfile", runtime(version), "HEAD")])}


@pytest.mark.parametrize(("length", "is_read"), [(4_096, True), (4_097, False)])
def test_a_link_that_no_system_can_make_leads_nowhere(repo: Repository, read: Read, length: int, is_read: bool) -> None:
    """Git can hold one of any length. It takes one question for each folder to follow a link, so its length counts."""
    repo.write("real", runtime("1"))
    text = "./" * ((length - 4) // 2) + "/" * (length % 2) + "real"
    assert len(text) == length
    repo.write("text", text)
    name = repo.git("hash-object", "-w", "text")
    repo.git("add", ".")
    repo.git("update-index", "--add", "--cacheinfo", f"120000,{name},Dockerfile")
    if is_read:
        assert read()["Dockerfile"][0] == runtime("1")
    else:
        with pytest.raises(CannotCheck, match="leads to no file of this repository"):
            read()


@pytest.mark.parametrize("text", ["real\0", "real\0/x", "\0"])
def test_a_link_whose_text_is_no_path_leads_nowhere(repo: Repository, read: Read, text: str) -> None:
    repo.write("real", runtime("1"))
    repo.write("text", text)
    repo.git("update-index", "--add", "--cacheinfo", f"120000,{repo.git('hash-object', '-w', 'text')},Dockerfile")
    with pytest.raises(CannotCheck, match=r"^Dockerfile: is a symbolic link that leads to no file of this repository"):
        read()


@pytest.mark.skipif(sys.platform != "linux", reason="each system has its own limit")
@pytest.mark.parametrize(("links", "is_read"), [(40, True), (41, False)])
def test_as_many_links_are_followed_as_linux_follows(repo: Repository, read: Read, links: int, is_read: bool) -> None:
    repo.write("link0", runtime("1"))
    for number in range(1, links):
        (repo.path / f"link{number}").symlink_to(f"link{number - 1}")
    (repo.path / "Dockerfile").symlink_to(f"link{links - 1}")
    assert os.path.exists(repo.path / "Dockerfile") == is_read
    for stage in (False, True):
        if stage:
            repo.git("add", ".")
        if is_read:
            assert read(["Dockerfile"]) == {"Dockerfile": (runtime("1"), [])}
        else:
            with pytest.raises(CannotCheck, match=r"^Dockerfile: "):
                read(["Dockerfile"])


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
@pytest.mark.parametrize("target", ["{outside}", "../outside", "nowhere", "Dockerfile"])
def test_a_dockerfile_that_became_a_link_to_nowhere(repo: Repository, read: Read, tmp_path: Path, target: str) -> None:
    (tmp_path / "outside").write_text(runtime("1"))
    repo.commit({"Dockerfile": runtime("2"), "Dockerfile.plain": "FROM python:3\n"})
    for name in ("Dockerfile", "Dockerfile.plain"):
        (repo.path / name).unlink()
        (repo.path / name).symlink_to(target.format(outside=tmp_path / "outside"))
    leaves = "outside" in target
    said = "leads out of this repository, so it is not read" if leaves else "leads to no file of this repository: name"
    for stage in (False, True):
        if stage:
            repo.git("add", ".")
        with pytest.raises(CannotCheck, match=f"^Dockerfile: is a symbolic link that {said}"):
            read()
        with pytest.raises(CannotCheck, match=f"^Dockerfile: is a symbolic link that {said}"):
            read(["Dockerfile"])
    repo.commit()
    with pytest.raises(CannotCheck, match=said):
        read()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege, and Windows has no such names")
def test_nothing_outside_is_read_however_the_way_out_is_hidden(repo: Repository, read: Read, tmp_path: Path) -> None:
    """Behind another link, or in a folder on disk where the index holds a file."""
    (tmp_path / "Dockerfile").write_text(runtime("1"))
    (repo.path / "Dockerfile").symlink_to("out\n/Dockerfile")
    (repo.path / "out\n").symlink_to("..")
    repo.git("add", "Dockerfile")
    end = "so it is not read: put the file itself there, or leave it out"
    with pytest.raises(CannotCheck) as problem:
        read(["Dockerfile"])
    said = rf"Dockerfile: is a symbolic link that leads out of this repository through out\n, {end}"
    assert str(problem.value) == said
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{repo.git('rev-parse', ':Dockerfile')},out\n")
    with pytest.raises(CannotCheck) as problem:
        read(["Dockerfile"])
    assert str(problem.value) == rf"out\n/Dockerfile: is a symbolic link that leads out of this repository, {end}"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_a_dockerfile_moved_behind_a_link_is_renamed(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("2")})
    (repo.path / "prod").mkdir()
    repo.git("mv", "Dockerfile", "prod/Dockerfile")
    repo.write("prod/Dockerfile", runtime("1"))
    (repo.path / "Dockerfile").symlink_to("prod/Dockerfile")
    repo.git("add", ".")
    assert read(["prod/Dockerfile"]) == {"prod/Dockerfile": (runtime("1"), [("Dockerfile", runtime("2"), "HEAD")])}
    link = (runtime("1"), [("Dockerfile", runtime("2"), "HEAD")])
    assert read() == {"Dockerfile": link, "prod/Dockerfile": (runtime("1"), [])}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_what_was_behind_a_link_counts_before_what_vanished(repo: Repository, read: Read) -> None:
    (repo.path / "app").symlink_to("old")
    repo.git("add", "app")
    repo.commit({"old/Dockerfile": runtime("2"), "gone/Dockerfile": runtime("1")})
    (repo.path / "app").unlink()
    repo.git("rm", "--quiet", "gone/Dockerfile")
    repo.write("app/Dockerfile", runtime("1"))
    repo.git("add", ".")
    assert read(["app/Dockerfile"]) == {
        "app/Dockerfile": (runtime("1"), [("app/Dockerfile", runtime("2"), "HEAD")]),
    }


def test_linked_work_tree(repo: Repository, read: Read, tmp_path: Path) -> None:
    repo.commit({"Dockerfile": runtime("1"), "sub/x": "1"})
    repo.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    tree = Repository(tmp_path / "tree", repo.environment)
    tree.write("Dockerfile", runtime("2"))
    tree.git("add", ".")
    expected = {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}
    assert read(at=tree.path) == expected
    folder = tree.git("rev-parse", "--absolute-git-dir")
    assert read(at=tree.path, GIT_DIR=folder, GIT_INDEX_FILE=f"{folder}/index") == expected
    assert read() == {"Dockerfile": (runtime("1"), [("Dockerfile", runtime("1"), "HEAD")])}
    tree.commit()
    tree.git("merge", "--no-commit", "--no-ff", repo.commit({"sub/x": "2"}))
    names = {"main": "1", "HEAD": "2", "the merge base of both sides": "1"}
    merged = [("Dockerfile", runtime(version), name) for name, version in names.items()]
    assert read(at=tree.path) == {"Dockerfile": (runtime("2"), merged)}


def test_a_work_tree_below_the_folder_of_git(repo: Repository, read: Read) -> None:
    repo.write("sub/Dockerfile", runtime("1"))
    repo.git("config", "core.worktree", "../sub")
    repo.git("-C", "sub", "add", "Dockerfile")
    assert read(at=repo.path / "sub") == {"Dockerfile": (runtime("1"), [])}


def test_submodule(repo: Repository, read: Read, tmp_path: Path) -> None:
    inner = make_repository(tmp_path / "inner")
    inner.commit({"Dockerfile": runtime("1")})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "Dockerfile")
    repo.commit({"other/Dockerfile": runtime("5")})
    assert list(read()) == ["other/Dockerfile"]
    repo.write("Dockerfile/Dockerfile", runtime("2"))
    with pytest.raises(
        CannotCheck, match=r"^Dockerfile/Dockerfile: belongs to the repository in Dockerfile: check it from there$"
    ):
        read(["Dockerfile/Dockerfile"])
    with pytest.raises(CannotCheck, match=r"^Dockerfile: is a folder: name the files in it$"):
        read(["Dockerfile"])
    expected = {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}
    assert read(at=repo.path / "Dockerfile") == expected


def test_sparse_checkout(repo: Repository, read: Read) -> None:
    repo.commit({"in/Dockerfile": runtime("1"), "out/Dockerfile": runtime("2"), "gone/Dockerfile": runtime("3")})
    repo.git("sparse-checkout", "set", "in", "gone")
    (repo.path / "gone" / "Dockerfile").unlink()
    assert read() == {
        "in/Dockerfile": (runtime("1"), [("in/Dockerfile", runtime("1"), "HEAD")]),
        "out/Dockerfile": (runtime("2"), [("out/Dockerfile", runtime("2"), "HEAD")]),
    }


def test_a_file_that_is_left_out_and_on_disk_all_the_same(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    repo.git("update-index", "--skip-worktree", "Dockerfile")
    repo.write("Dockerfile", runtime("2"))
    assert read() == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}


def test_a_folder_that_became_a_file_holds_none(repo: Repository, read: Read) -> None:
    repo.commit({"a/Dockerfile": runtime("1"), "Dockerfile": runtime("2")})
    (repo.path / "a/Dockerfile").unlink()
    (repo.path / "a").rmdir()
    repo.write("a", "")
    assert read() == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("2"), "HEAD")])}


def test_a_listed_file_that_became_a_folder_is_refused(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    (repo.path / "Dockerfile").unlink()
    assert read() == {}
    (repo.path / "Dockerfile").mkdir()
    with pytest.raises(CannotCheck, match=r"^Dockerfile: is a folder"):
        read()


# --- renames


def test_a_renamed_file_that_is_not_on_disk(repo: Repository, read: Read) -> None:
    repo.commit({"a.Dockerfile": runtime("1")})
    repo.git("branch", "base")
    repo.git("mv", "a.Dockerfile", "b.Dockerfile")
    repo.commit()
    (repo.path / "b.Dockerfile").unlink()
    assert read(base="base") == {}


def test_renamed_and_retagged(repo: Repository, read: Read) -> None:
    repo.commit({"a/Dockerfile": runtime("2"), "keep/Dockerfile": runtime("2")})
    (repo.path / "b").mkdir()
    repo.git("mv", "a/Dockerfile", "b/Dockerfile")
    repo.write("b/Dockerfile", runtime("1"))
    repo.git("add", ".")
    expected = {"b/Dockerfile": (runtime("1"), [("a/Dockerfile", runtime("2"), "HEAD")])}
    assert read(["b/Dockerfile"]) == expected
    assert read() == expected | {"keep/Dockerfile": (runtime("2"), [("keep/Dockerfile", runtime("2"), "HEAD")])}
    assert read(["Dockerfile"], at=repo.path / "b") == {
        "Dockerfile": (runtime("1"), [("../a/Dockerfile", runtime("2"), "HEAD")])
    }


def test_renamed_in_a_range_and_in_ci(repo: Repository, read: Read) -> None:
    first = repo.commit({"a/Dockerfile": runtime("2")})
    repo.git("mv", "a", "b")
    repo.commit({"b/Dockerfile": runtime("1")})
    for more, name in (
        ({"CI": "true"}, "the parent of HEAD (only the last commit was compared)"),
        ({"PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": "HEAD"}, first),
    ):
        assert read(**more) == {"b/Dockerfile": (runtime("1"), [("a/Dockerfile", runtime("2"), name)])}


def test_renamed_by_us_and_upgraded_by_them(repo: Repository, read: Read) -> None:
    """A conflict of a rename with a change, resolved downwards: main knew the file by its old name."""
    repo.commit({"a/Dockerfile": runtime("1")})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.git("mv", "a", "b")
    repo.commit({"b/Dockerfile": runtime("2")})
    repo.git("switch", "--quiet", "main")
    repo.commit({"a/Dockerfile": runtime("3")})
    repo.git("switch", "--quiet", "topic")
    repo.git("merge", "--no-commit", "main", check=False)
    repo.git("rm", "--quiet", "--force", "--cached", "--ignore-unmatch", "a/Dockerfile")
    repo.write("b/Dockerfile", runtime("2"))
    repo.git("add", "b")
    olds = [("a", "3", "main"), ("b", "2", "HEAD"), ("a", "1", "the merge base of both sides")]
    expected = [(f"{folder}/Dockerfile", runtime(version), name) for folder, version, name in olds]
    assert read() == {"b/Dockerfile": (runtime("2"), expected)}


def test_a_file_that_was_not_named_may_be_the_renamed_one(repo: Repository, read: Read) -> None:
    repo.commit({"a/Dockerfile": runtime("2", "RUN one")})
    repo.git("rm", "--quiet", "a/Dockerfile")
    for name, text in {
        "b/Dockerfile": runtime("2", "RUN one"),
        "a/app.Dockerfile": runtime("1", "RUN 2", "RUN 3"),
    }.items():
        repo.write(name, text)
    repo.git("add", ".")
    assert read(["a/app.Dockerfile"]) == {"a/app.Dockerfile": (runtime("1", "RUN 2", "RUN 3"), [])}


def test_a_file_that_was_there_before_is_not_the_renamed_one(repo: Repository, read: Read) -> None:
    old, new = runtime("2", "RUN one"), runtime("1", "RUN one", "RUN more")
    repo.commit({"a/Dockerfile": old, "c/Dockerfile": "FROM scratch\n"})
    repo.git("rm", "--quiet", "a/Dockerfile")
    repo.write("b/Dockerfile", new)
    repo.write("c/Dockerfile", old)
    repo.git("add", ".")
    assert read(["b/Dockerfile"]) == {"b/Dockerfile": (new, [("a/Dockerfile", old, "HEAD")])}


def test_a_file_in_the_place_of_a_submodule_is_new(repo: Repository, read: Read) -> None:
    head = repo.commit({"README.md": "read me"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},Dockerfile")
    repo.commit()
    repo.git("rm", "--quiet", "--cached", "Dockerfile")
    repo.write("Dockerfile", runtime("1"))
    repo.git("add", "Dockerfile")
    assert read() == {"Dockerfile": (runtime("1"), [])}


def test_a_file_that_is_not_listed_is_not_the_old_name_of_one_that_is(repo: Repository, read: Read) -> None:
    repo.commit({"skipped/Dockerfile": runtime("2")})
    repo.git("mv", "skipped/Dockerfile", "Dockerfile")
    repo.write("Dockerfile", runtime("1"))
    repo.git("add", ".")
    assert read(["Dockerfile"]) == {"Dockerfile": (runtime("1"), [])}


def test_a_submodule_is_not_read_beside_a_renamed_file(repo: Repository, read: Read) -> None:
    head = repo.commit({"a/Dockerfile": runtime("2")})
    repo.git("mv", "a", "b")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},images.Dockerfile")
    assert read(["b/Dockerfile"]) == {"b/Dockerfile": (runtime("2"), [("a/Dockerfile", runtime("2"), "HEAD")])}
    repo.commit(None)
    repo.git("mv", "b", "c")
    repo.git("update-index", "--force-remove", "images.Dockerfile")
    assert read(["c/Dockerfile"]) == {"c/Dockerfile": (runtime("2"), [("b/Dockerfile", runtime("2"), "HEAD")])}


def test_odd_name_renamed_to_an_odd_name(repo: Repository, read: Read) -> None:
    repo.commit({"base.image": runtime("2")})
    repo.git("mv", "base.image", "other.image")
    expected = {"other.image": (runtime("2"), [("base.image", runtime("2"), "HEAD")])}
    assert read(["other.image"]) == expected
    repo.write("Dockerfile", "FROM scratch\n")
    repo.git("add", "Dockerfile")
    assert read(["Dockerfile", "other.image"]) == {"Dockerfile": ("FROM scratch\n", []), **expected}


def test_one_moved_and_rewritten_is_renamed(repo: Repository, read: Read) -> None:
    repo.commit({"a/Dockerfile": runtime("2", "RUN a", "RUN b", "RUN c")})
    repo.git("rm", "--quiet", "a/Dockerfile")
    repo.write("b/Dockerfile", runtime("1", "RUN x", "RUN y", "RUN z"))
    repo.git("add", ".")
    old = ("a/Dockerfile", runtime("2", "RUN a", "RUN b", "RUN c"), "HEAD")
    assert read() == {"b/Dockerfile": (runtime("1", "RUN x", "RUN y", "RUN z"), [old])}


def test_copied_is_new(repo: Repository, read: Read) -> None:
    repo.commit({"a/Dockerfile": runtime("2")})
    repo.write("b/Dockerfile", runtime("1"))
    repo.git("add", ".")
    assert read(["b/Dockerfile"]) == {"b/Dockerfile": (runtime("1"), [])}
    repo.write("a/Dockerfile", runtime("3"))
    repo.git("add", ".")
    assert read(["b/Dockerfile"]) == {"b/Dockerfile": (runtime("1"), [])}


# --- clones in CI


@pytest.fixture
def forge(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., git.Snapshot]:
    """A server with a proposal (topic, one behind main) and the merge it makes of it; clone it and read the clone."""
    repo.commit({"Dockerfile": runtime("1"), "x": "1"})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"Dockerfile": runtime("2")})
    repo.commit({"y": "1"})
    repo.git("switch", "--quiet", "main")
    repo.commit({"other/Dockerfile": runtime("7")})
    repo.git("switch", "--quiet", "--detach")
    repo.git("merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    repo.git("update-ref", "refs/pull/1/merge", "HEAD")
    repo.git("switch", "--quiet", "main")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")  # up to git 2.25 a lazy fetch needs it

    pulled = {"pull_request": {"head": {"sha": repo.git("rev-parse", "topic")}}}

    def look(ref: str, *options: str, event: object = pulled, branches: str = "", **environ: str) -> git.Snapshot:
        clone = make_repository(tmp_path / "clone")
        clone.git("remote", "add", "origin", repo.path.as_uri())
        if any(option.startswith("--filter") for option in options):
            prepare_filter(clone)
        wants = [f"+refs/{ref}:refs/remotes/pull"] + ([branches] if branches else [])
        clone.git("fetch", "--quiet", "--no-tags", *options, "origin", *wants)
        clone.git("checkout", "--quiet", "--detach", "refs/remotes/pull")
        (tmp_path / "event.json").write_text(json.dumps(event))
        monkeypatch.chdir(clone.path)
        environ = {name: value.format(head=clone.git("rev-parse", "HEAD")) for name, value in environ.items()}
        return snapshot(clone, None, environ, CI="true", GITHUB_EVENT_PATH=str(tmp_path / "event.json"))

    return look


PULL = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_BASE_REF": "main",
    "GITHUB_SHA": "{head}",
}
ALL = "+refs/heads/*:refs/remotes/origin/*"
OTHER = {"other/Dockerfile": (runtime("7"), [("other/Dockerfile", runtime("7"), "origin/main")])}


@pytest.mark.parametrize(("options", "branches"), [((), ALL), (("--depth=2",), "")])
def test_pull_request(forge: Callable[..., git.Snapshot], options: Sequence[str], branches: str) -> None:
    found = forge("pull/1/merge", *options, branches=branches, **PULL)
    assert told(found) == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "origin/main")])} | OTHER
    assert (found.base.doubt, found.base.problem) == ("", "")


def test_pull_request_depth_1(forge: Callable[..., git.Snapshot]) -> None:
    found = forge("pull/1/merge", "--depth=1", **PULL)
    assert told(found) == {"Dockerfile": (runtime("2"), []), "other/Dockerfile": (runtime("7"), [])}
    assert found.base.problem == (
        "the base to compare with is not in this clone (tried the merged target branch, origin/main): "
        "GitHub Actions: set fetch-depth: 0 on actions/checkout, or name one with --base"
    )


@pytest.mark.parametrize("depth", [(), ("--depth=3",), ("--depth=1",)])
def test_merge_base(forge: Callable[..., git.Snapshot], depth: Sequence[str]) -> None:
    found = forge("heads/topic", *depth, branches=ALL, BUILDKITE="true", BUILDKITE_PULL_REQUEST_BASE_BRANCH="main")
    sure = depth != ("--depth=1",)
    names = ["origin/main", *(["the merge base with origin/main"] if sure else [])]
    assert told(found) == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), name) for name in names])}
    assert bool(found.base.doubt) is not sure


def test_blobless_clone(forge: Callable[..., git.Snapshot]) -> None:
    # Before git 2.27, diff-index wants the contents of all files that differ, and fails.
    file = "Dockerfile: differs from [0-9a-f]{7}, but " if git_version() >= (2, 27) else ""
    fix = "objects that are needed were left out of this partial clone: GitHub Actions: leave out filter"
    with pytest.raises(CannotCheck, match=f"^{file}{fix}"):
        forge("pull/1/merge", "--filter=blob:none", branches=ALL, **PULL)


@pytest.mark.parametrize(("depth", "sure"), [("3", False), ("6", True), ("99", True)])
def test_a_merge_base_is_not_sure_where_history_is_cut(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: str, sure: bool
) -> None:
    """The short way back meets main at its first commit; the long one meets it later, beyond the cut."""
    for _ in range(5):
        repo.commit()
    root = repo.commit({"Dockerfile": runtime("1")})
    main = repo.commit({"Dockerfile": runtime("5")})
    repo.git("switch", "--quiet", "--create", "long")
    for number in range(4):
        repo.commit({"long": str(number)})
    repo.git("switch", "--quiet", "--create", "topic", root)
    repo.commit({"topic": "1"})
    repo.git("switch", "--quiet", "main")
    tip = repo.commit({"Dockerfile": runtime("6")})
    repo.git("switch", "--quiet", "topic")
    repo.git("merge", "--quiet", "--no-edit", "long")
    repo.git("clone", "--quiet", f"--depth={depth}", "--no-single-branch", repo.path.as_uri(), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    found = snapshot(repo, None, {}, base="origin/main").base
    named = f"the merge base with origin/main at {main[:7]}" if sure else f"origin/main at {tip[:7]}"
    assert (found.commits[0].named, not found.doubt) == (named, sure)


def test_the_tip_of_the_target_is_surely_the_merge_base_of_what_holds_it(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the history of another branch, which was merged, is cut."""
    for _ in range(4):
        repo.commit()
    repo.git("switch", "--quiet", "--create", "long", "HEAD~3")
    repo.commit({"long": "1"})
    repo.git("switch", "--quiet", "main")
    main = repo.commit({"Dockerfile": runtime("1")})
    repo.git("switch", "--quiet", "--create", "topic")
    repo.git("merge", "--quiet", "--no-edit", "long")
    repo.git("clone", "--quiet", "--depth=2", "--no-single-branch", repo.path.as_uri(), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    base = snapshot(repo, None, {}, GITLAB_CI="true", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main").base
    assert (base.doubt, [it.named for it in base.forks]) == ("", [f"the merge base with origin/main at {main[:7]}"])


@pytest.mark.parametrize("event", [None, b"\xff{", b"{}"], ids=["none", "no text", "empty"])
def test_an_event_that_cannot_be_read_says_nothing(
    repo: Repository, read: Read, tmp_path: Path, event: bytes | None
) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    if event is not None:
        (tmp_path / "event.json").write_bytes(event)
    path = str(tmp_path / "event.json")
    expected = {"Dockerfile": (runtime("1"), [])}
    assert read(GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="schedule", GITHUB_EVENT_PATH=path) == expected
    assert read(GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="schedule") == expected


def test_what_a_job_stages_does_not_hide_what_the_branch_did(repo: Repository, read: Read) -> None:
    repo.commit({"a/Dockerfile": runtime("1"), "b/Dockerfile": runtime("1")})
    repo.commit({"a/Dockerfile": runtime("2"), "b/Dockerfile": runtime("2")})
    repo.write("other", "1")
    repo.git("add", ".")
    last = "the parent of HEAD (only the last commit was compared)"
    a, b = ((f"{it}/Dockerfile", runtime("1"), last) for it in "ab")
    assert read(CI="true") == {"a/Dockerfile": (runtime("2"), [a]), "b/Dockerfile": (runtime("2"), [b])}
    repo.write("a/Dockerfile", runtime("3"))
    repo.git("add", ".")
    staged = (runtime("3"), [a, ("a/Dockerfile", runtime("2"), "HEAD")])
    assert read(CI="true") == {"a/Dockerfile": staged, "b/Dockerfile": (runtime("2"), [b])}
    assert read(["b/Dockerfile"], CI="true") == {"b/Dockerfile": (runtime("2"), [b])}
    assert read(["a/Dockerfile"], CI="true") == {"a/Dockerfile": staged}
    repo.git("rm", "--quiet", "--force", "a/Dockerfile")
    assert read(CI="true") == {"b/Dockerfile": (runtime("2"), [b])}


def test_a_named_file_that_a_job_stages_is_compared_with_head_too(repo: Repository, read: Read) -> None:
    repo.commit({"base.image": runtime("1")})
    repo.commit({"base.image": runtime("2")})
    parent = ("base.image", runtime("1"), "the parent of HEAD (only the last commit was compared)")
    assert read(["base.image"], CI="true") == {"base.image": (runtime("2"), [parent])}
    repo.write("base.image", runtime("3"))
    repo.git("add", "base.image")
    head = ("base.image", runtime("2"), "HEAD")
    assert read(["base.image"], CI="true") == {"base.image": (runtime("3"), [parent, head])}


def test_a_name_of_several_lines_or_words_is_no_commit(inside: Repository) -> None:
    head = inside.commit({"Dockerfile": "1"})
    names = ["HEAD\nHEAD", "", "HEAD\0", "no such", "HEAD commit", "HEAD^{/no such}", "HEAD:Dockerfile", "HEAD"]
    assert git.Repository(os.environ).commits(names) == [*[""] * (len(names) - 1), head]
    assert git.Repository(os.environ).commits(["HEAD^{/a change}", "HEAD^{/change}"]) == ["", head]


def test_an_annotated_tag_is_the_commit_that_it_names(repo: Repository, read: Read) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    repo.git("tag", "--annotate", "--message", "a release", "X1")
    repo.commit({"Dockerfile": runtime("2")})
    assert read(base="X1") == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "X1")])}


@pytest.mark.parametrize(
    "message", [f"a\n\nparent {'1' * 40}\n\nb", f"parent {'1' * 40}", f"a\nparent {'1' * 40}\n\nb"]
)
def test_the_message_of_a_commit_names_no_parent(inside: Repository, message: str) -> None:
    inside.commit({"Dockerfile": runtime("2")})
    first = inside.git("rev-parse", "HEAD")
    inside.git("commit", "--quiet", "--allow-empty", "--message", message)
    head = inside.git("rev-parse", "HEAD")
    assert inside.git("rev-parse", "HEAD^@") == first
    assert git.Repository(os.environ).parents(head) == (first,)
    assert git.Repository(os.environ).parents(first) == ()


# --- git that cannot answer


NOWHERE = "not in a git repository, so nothing is compared"


def test_outside_any_repository(repo: Repository, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text(runtime("1"))
    found = snapshot(repo, ["./Dockerfile", "Dockerfile"], {})
    assert (found.base.why, told(found)) == (NOWHERE, {"./Dockerfile": (runtime("1"), [])})
    for paths, more, message in (
        (None, {}, "not in a git repository, so there are no tracked files: name the files to check"),
        (["nope"], {}, "nope: no such file"),
        (["no\npe"], {}, "no\\npe: no such file"),
        (["Dockerfile"], {"CI": "true"}, "not in a git repository, so there is no base to compare with: check the "),
        (["Dockerfile"], {"base": "main"}, "not in a git repository, so there is no base to compare with"),
        (["Dockerfile"], {"ASTRO_RUNTIME_BASE": "x"}, "not in a git repository, so there is no base to compare with"),
        (["Dockerfile"], {"GIT_DIR": "nowhere"}, "nowhere is there, but git does not take it for a repository"),
        (["Dockerfile"], {"GIT_DIR": "no\nwhere"}, "no\\nwhere is there, but git does not take it for a repository"),
    ):
        with pytest.raises(CannotCheck, match=f"^{re.escape(message)}"):
            snapshot(repo, paths, {}, **more)
    assert snapshot(repo, ["Dockerfile"], {}, ASTRO_RUNTIME_BASE="x", no_base="yes").base.why == NOWHERE


def spoil_head(repo: Repository) -> None:
    (repo.path / ".git" / "HEAD").write_text("garbage")


def spoil_branch(repo: Repository) -> None:
    (repo.path / ".git" / "refs" / "heads" / "main").write_text("")


def lose_commit(repo: Repository) -> None:
    (repo.path / ".git" / "refs" / "heads" / "main").write_text("1" * 40 + "\n")


def lose_tree(repo: Repository) -> None:
    lose(repo, "HEAD^{tree}")


def lose_blob(repo: Repository) -> None:
    lose(repo, "HEAD:Dockerfile")


def confuse_kinds(repo: Repository) -> None:
    tree = repo.git("rev-parse", "HEAD^{tree}")
    repo.git("update-index", "--cacheinfo", f"100644,{tree},Dockerfile")


def spoil_index(repo: Repository) -> None:
    (repo.path / ".git" / "index").write_text("garbage")


def spoil_merge(repo: Repository) -> None:
    (repo.path / ".git" / "MERGE_HEAD").mkdir()


def lose(repo: Repository, what: str) -> None:
    name = repo.git("rev-parse", what)
    (repo.path / ".git" / "objects" / name[:2] / name[2:]).unlink()


@pytest.mark.parametrize("paths", [None, ["Dockerfile"]])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            spoil_head,
            r"\S+\.git is there, but git does not take it for a repository: repair it, or remove it if it is none",
        ),
        (spoil_branch, "git log failed .*appears to be broken.*"),
        (lose_commit, "git diff-index failed .*bad object.*"),
        (lose_tree, "git diff-index failed .*"),
        (lose_blob, "object [0-9a-f]{7} of Dockerfile is not in this clone: clone without --filter, or try git fsck"),
        (confuse_kinds, "object [0-9a-f]{7} of Dockerfile is not in this clone: .*"),
        (spoil_index, "git .* failed .*index.*"),
        (spoil_merge, r"\S*MERGE_HEAD cannot be read: .+"),
    ],
)
def test_spoiled_repositories(
    repo: Repository, read: Read, spoil: Callable[[Repository], None], message: str, paths: Sequence[str] | None
) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    repo.write("Dockerfile", runtime("2"))
    repo.git("add", ".")
    spoil(repo)
    with pytest.raises(CannotCheck) as problem:
        read(paths)
    assert re.fullmatch(message, str(problem.value))
    assert "\n" not in str(problem.value)


def test_a_range_whose_end_has_no_tree(repo: Repository, read: Read) -> None:
    first = repo.commit({"Dockerfile": runtime("1")})
    repo.commit({"Dockerfile": runtime("2")})
    lose(repo, "HEAD^{tree}")
    with pytest.raises(CannotCheck, match=r"^git (ls-tree|diff-tree) failed .*"):
        read(PRE_COMMIT_FROM_REF=first, PRE_COMMIT_TO_REF="HEAD")


def test_a_spoiled_repository_is_seen_from_a_folder_below(repo: Repository, read: Read) -> None:
    repo.write("a/Dockerfile", runtime("1"))
    spoil_head(repo)
    with pytest.raises(CannotCheck, match="is there, but git does not take it for a repository"):
        read(["Dockerfile"], at=repo.path / "a")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_what_cannot_be_read_before_is_one_line_whatever_its_path(repo: Repository, read: Read) -> None:
    repo.commit({"a\nb/Dockerfile": "version https://git-lfs.github.com/spec/v1\n"})
    repo.write("a\nb/Dockerfile", runtime("2"))
    repo.git("add", ".")
    with pytest.raises(
        CannotCheck, match=r"^a\\nb/Dockerfile: was a pointer of git-lfs in HEAD at [0-9a-f]{7}, so the"
    ):
        read()
    lose(repo, "HEAD:a\nb/Dockerfile")
    with pytest.raises(
        CannotCheck, match=r"^object [0-9a-f]{7} of a\\nb/Dockerfile is not in this clone: clone without"
    ):
        read()


@needs_git(2, 36, "safe.directory")
@pytest.mark.parametrize("name", ["repo", "a copy (2)", "somebody's", "Übung"])
def test_a_repository_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    strange = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_CONFIG_GLOBAL": str(tmp_path / "config")}
    repo = make_repository(tmp_path / name)
    repo.commit({"Dockerfile": runtime("1")})
    monkeypatch.chdir(repo.path)
    with pytest.raises(CannotCheck) as problem:
        snapshot(repo, None, strange)
    said, _, command = str(problem.value).partition(": run ")
    assert (said, command[:4]) == ("git does not trust this repository", "git ")
    repo.git(*shlex.split(command)[1:], **strange)
    assert told(snapshot(repo, None, strange)) == {"Dockerfile": (runtime("1"), [("Dockerfile", runtime("1"), "HEAD")])}


def test_no_git(repo: Repository, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(
        CannotCheck, match=r"^git cannot be run \(No such file or directory\): install it, or put it on PATH$"
    ):
        read(PATH="")


@pytest.mark.parametrize("folder", [".git", ".git/objects"])
def test_no_work_tree(repo: Repository, read: Read, folder: str) -> None:
    repo.commit({"Dockerfile": runtime("1")})
    with pytest.raises(
        CannotCheck, match=r"^only git's own files are here \(a bare repository\?\): run this in a work tree$"
    ):
        read(at=repo.path / folder)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nope", "nope: no such file"),
        ("no\npe", r"no\npe: no such file"),
        (".", ".: is a folder: name the files in it"),
        ("sub/", "sub/: is a folder: name the files in it"),
        ("", ": no such file"),
        ("..", "..: is outside this repository: check it from within its own"),
        ("../x\ny", r"../x\ny: is outside this repository: check it from within its own"),
        ("Dockerfile/x", "Dockerfile/x: no such file"),
        pytest.param(
            "\n" + "x" * 300,
            rf"\n{'x' * 300}: cannot be read: File name too long",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has words of its own"),
        ),
    ],
)
def test_a_named_file_has_to_be_there(repo: Repository, read: Read, path: str, message: str) -> None:
    repo.commit({"Dockerfile": runtime("1"), "sub/x": "1"})
    with pytest.raises(CannotCheck) as problem:
        read([path])
    assert str(problem.value) == message


# --- how git is run


@pytest.fixture
def counted(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The git commands that were run since the last call."""
    real, log, folder = shutil.which("git"), tmp_path / "commands", tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\necho "$*" >> "{log}"\nexec "{real}" "$@"\n')
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def since() -> list[str]:
        lines = log.read_text().splitlines() if log.exists() else []
        log.write_text("")
        # Sorted, for the first two run side by side.
        return sorted(re.sub(r"^(?:-c \S+ )*", "", line).split()[0] for line in lines)

    return since


@pytest.mark.parametrize("is_below", [now.is_below, where._is_below])
@pytest.mark.parametrize(
    ("path", "expected"),
    [("a/b", True), ("a/b/c", True), ("a/bc", False), ("a", False), ("a/c/b", False)],
)
def test_what_is_below_a_folder(is_below: Callable[[str, str], bool], path: str, expected: bool) -> None:
    assert is_below(path.replace("/", os.sep), os.path.join("a", "b")) is expected


def test_a_folder_whose_name_begins_like_that_of_a_repository_inside(repo: Repository, read: Read) -> None:
    make_repository(repo.path / "a")
    repo.write("ab/Dockerfile", runtime("1"))
    assert read(["ab/Dockerfile"]) == {"ab/Dockerfile": (runtime("1"), [])}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_the_repository_that_a_file_belongs_to_is_named_in_one_line(repo: Repository, read: Read) -> None:
    make_repository(repo.path / "in\nside")
    repo.write("in\nside/Dockerfile", runtime("1"))
    said = r"in\nside/Dockerfile: belongs to the repository in in\nside: check it from there"
    with pytest.raises(CannotCheck, match=f"^{re.escape(said)}$"):
        read(["in\nside/Dockerfile"])


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands before git")
def test_three_processes_for_any_number_of_files(
    repo: Repository, read: Read, counted: Callable[[], list[str]]
) -> None:
    names = [f"{number}/Dockerfile" for number in range(1500)]
    for name in names:
        repo.write(name, runtime("1", f"RUN {name}", "RUN " + "x" * 200))
    repo.git("add", ".")
    repo.commit()
    for name in names:
        repo.write(name, runtime("2", f"RUN {name}", "RUN " + "x" * 200))
    repo.git("add", ".")
    counted()
    assert len(read(names)) == 1500
    assert counted() == ["cat-file", "diff-index", "rev-parse"]
    assert len(read()) == 1500
    assert counted() == ["cat-file", "diff-index", "ls-files", "rev-parse"]


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands before git")
def test_processes(repo: Repository, read: Read, counted: Callable[[], list[str]]) -> None:
    first = repo.commit({"Dockerfile": runtime("1")})
    repo.write("Dockerfile", runtime("2"))
    counted()
    read(["Dockerfile"])
    assert counted() == ["cat-file", "diff-index", "ls-files", "rev-parse"]
    read(["Dockerfile"], base=first)
    assert counted() == ["cat-file", "cat-file", "diff-index", "ls-files", "merge-base", "rev-parse"]
    read(["Dockerfile"], PRE_COMMIT_FROM_REF=first, PRE_COMMIT_TO_REF="HEAD", PRE_COMMIT_REMOTE_NAME="origin")
    assert counted() == ["cat-file", "cat-file", "cat-file", "diff-tree", "ls-tree", "rev-parse"]
    repo.git("rm", "--quiet", "--force", "Dockerfile")
    counted()
    assert read() == {}
    assert counted() == ["diff-index", "ls-files", "rev-parse"]
    repository = git.Repository(repo.environment)
    counted()
    assert not repository.is_rebasing()
    assert counted() == []


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for each program")
def test_configuration_starts_no_program(repo: Repository, read: Read, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch "{ran}"\n')
    program.chmod(0o755)
    repo.commit({"Dockerfile": runtime("1"), ".gitattributes": "* filter=evil diff=evil\n"})
    keys = "core.fsmonitor core.pager core.sshCommand core.editor diff.external diff.evil.textconv diff.evil.command"
    for key in (*keys.split(), "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "alias.rev-parse"):
        repo.git("config", key, str(program))
    (tmp_path / "hooks").mkdir()
    shutil.copy(program, tmp_path / "hooks" / "post-index-change")
    repo.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    repo.write("Dockerfile", runtime("2"))
    index = (repo.path / ".git" / "index").read_bytes()
    assert read() == {"Dockerfile": (runtime("2"), [("Dockerfile", runtime("1"), "HEAD")])}
    assert read(["Dockerfile"], CI="true", GIT_EXTERNAL_DIFF=str(program), GIT_LITERAL_PATHSPECS="1", base="HEAD")
    assert not ran.exists()
    assert (repo.path / ".git" / "index").read_bytes() == index


def test_default_branch(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    monkeypatch.chdir(repo.path)
    assert git.Repository(repo.environment).default_branch() == ""
    repo.git("clone", "--quiet", str(repo.path), str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    assert git.Repository(repo.environment).default_branch() == "origin/main"
    clone = Repository(tmp_path / "clone", repo.environment)
    clone.git("update-ref", "refs/remotes/origin/x;y", "HEAD")
    clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/x;y")
    assert git.Repository(repo.environment).default_branch() == ""  # it would be typed into a shell
