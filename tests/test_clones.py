"""Clones that lack something, and files that are not what they seem: partial, sparse, moved, links, git-lfs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from conftest import Published
from landing import Project, dockerfile, run
from repository import Repository, git_version, make_repository, needs_git, prepare_filter
from test_hooks import FIRST

DOWN = "no-runtime-downgrade"
posix = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
MOVED = (
    "astro-runtime-guard: GIT_DIR is set and this folder is not the top of the work tree, so git compares the wrong"
    " files: do not change the folder in a hook, or unset GIT_DIR and GIT_INDEX_FILE there\n"
)
LAB = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """main with a Dockerfile at the top, and one in a/ that nobody changes."""
    made = Project(tmp_path)
    made.commit("more", "4.2.7")
    made.dev.commit({"a/Dockerfile": dockerfile("5.0.1")})
    made.push("main")
    return made


# --- partial and sparse clones

# Before git 2.27, diff-index wants the contents of all files that differ, so it fails before one of them is asked for.
NAMES_FILE = git_version() >= (2, 27)


@pytest.mark.parametrize("partial", ["blob:none", "tree:0"])
def test_a_commit_in_a_partial_clone(project: Project, partial: str) -> None:
    clone = project.clone("heads/main", f"--filter={partial}", detached=False)
    clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    clone.write("other", "x")
    clone.git("add", "other")
    assert run(clone).brief == "silent"
    clone.write("Dockerfile", dockerfile("4.2.6"))
    clone.git("add", "Dockerfile")
    assert run(clone).brief == DOWN


def test_a_commit_of_which_a_partial_clone_has_no_tree(project: Project) -> None:
    clone = project.clone("heads/main", "--filter=tree:0", detached=False)
    clone.git("reset", "--quiet", "--soft", "HEAD^")
    left_out = "objects that are needed were left out of this partial clone: "
    found = run(clone)
    assert (found.code, found.error) == (2, f"astro-runtime-guard: {left_out}clone without --filter\n")
    found = run(clone, GITHUB_ACTIONS="true")
    assert f"{left_out}GitHub Actions: leave out filter and sparse-checkout of actions/checkout\n" in found.error


def test_a_request_in_a_partial_clone(project: Project) -> None:
    project.switch("topic", "main")
    project.other()
    project.push("topic")
    assert run(project.clone("heads/topic", "--filter=blob:none"), **LAB).brief == "silent"
    project.commit("down", "4.2.6")
    project.push("topic")
    clone = project.clone("heads/topic", "--filter=blob:none")
    for environ, fix in (
        ({}, "clone without --filter"),
        ({"CIRCLECI": "true"}, "CircleCI: write the checkout step as checkout: {method: full}"),
    ):
        found = run(clone, **(environ or LAB))
        assert (found.code, fix in found.error, "Dockerfile: differs from" in found.error) == (2, True, NAMES_FILE)
    assert run(project.clone("heads/topic"), **LAB).brief == DOWN


def test_a_request_without_trees(project: Project) -> None:
    project.switch("topic", "main")
    project.other()
    project.push("topic")
    found = run(project.clone("heads/topic", "--filter=tree:0"), **LAB)
    assert (found.code, "clone without --filter" in found.error) == (2, True)


def sparse(project: Project, branch: str) -> Repository:
    """What actions/checkout makes with `sparse-checkout: dags`: no blob outside of it."""
    number = sum(1 for _ in project.folder.glob("sparse*"))
    clone = make_repository(project.folder / f"sparse{number}")
    clone.git("remote", "add", "origin", project.url)
    prepare_filter(clone)
    clone.git("fetch", "--quiet", "--filter=blob:none", "origin")
    clone.git("config", "core.sparseCheckout", "true")
    clone.write(".git/info/sparse-checkout", "/dags/\n")
    clone.git("checkout", "--quiet", "--detach", f"origin/{branch}")
    return clone


@needs_git(2, 27, "a diff that fetches no contents")
def test_a_sparse_clone(project: Project) -> None:
    project.switch("topic", "main")
    project.dev.commit({"dags/dag.py": ""})
    project.other()
    project.push("topic")
    clone = sparse(project, "topic")
    assert not (clone.path / "Dockerfile").exists()
    assert run(clone, **LAB).brief == "silent"
    clone.write("new/Dockerfile", dockerfile("latest"))
    clone.git("update-index", "--add", "new/Dockerfile")
    assert run(clone, **LAB).brief == "pinned-runtime"
    found = run(clone, "--verbose", **LAB)
    assert "2 files did not change and are not in this partial clone: skipped" in found.error
    done = clone.run(str(Path(sys.executable).parent / "astro-runtime-guard"), check=False, **LAB)
    assert "1 finding in 1 of 1 file, compared with origin/main at " in done.stdout
    assert "2 files did not change and are not in this partial clone: skipped" in done.stdout
    project.dev.commit({"\xe9/Dockerfile": dockerfile("4.2.6")})
    project.push("topic")
    pushed = {"PRE_COMMIT_FROM_REF": "origin/main", "PRE_COMMIT_TO_REF": "origin/topic"}
    for branch, environ in (("topic", LAB), ("main", pushed)):
        found = run(sparse(project, branch), **environ)
        assert (found.code, r": \xe9/Dockerfile: differs from " in found.error) == (2, True)
    project.commit("down", "4.2.6")
    project.push("topic")
    clone = sparse(project, "topic")
    found = run(clone, **LAB)
    assert (found.code, ": Dockerfile: differs from" in found.error) == (2, True)
    for service, fix in {
        "GITHUB_ACTIONS": "GitHub Actions: leave out filter and sparse-checkout of actions/checkout",
        "CIRCLECI": "CircleCI: write the checkout step as checkout: {method: full}",
        "CI": "clone without --filter",
    }.items():
        found = run(clone, "--base", "origin/main", **{service: "true"})
        assert f"left out of this partial clone: {fix}\n" in found.error


# --- linked work trees


def test_a_hook_that_changes_into_a_folder_of_a_linked_work_tree(project: Project, tmp_path: Path) -> None:
    project.dev.git("worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "topic")
    tree = Repository(tmp_path / "tree", project.dev.environment)
    tree.write("a/Dockerfile", dockerfile("4.2.6"))
    tree.git("add", ".")
    folder = tree.git("rev-parse", "--absolute-git-dir")
    hook = {"GIT_DIR": folder, "GIT_INDEX_FILE": f"{folder}/index"}
    assert run(tree, "a/Dockerfile", **hook).brief == DOWN
    for words in ((), ("Dockerfile",)):
        found = run(tree, *words, at=tree.path / "a", **hook)
        assert (found.code, MOVED in found.error) == (2, True)
    assert run(tree, "Dockerfile", at=tree.path / "a", **hook, GIT_WORK_TREE=str(tree.path)).brief == DOWN
    assert run(tree, "Dockerfile", at=tree.path / "a").brief == DOWN


@pytest.mark.parametrize("top", ["{top}", "../dev"], ids=["absolute", "relative"])
def test_a_work_tree_that_the_configuration_names(project: Project, tmp_path: Path, top: str) -> None:
    """In a hook, git sets GIT_DIR alone, and the work tree holds no .git: files in a home folder are kept like this."""
    repo, apart = project.dev, tmp_path / "apart"
    repo.write("a/Dockerfile", dockerfile("4.2.6"))
    repo.git("add", ".")
    (repo.path / ".git").rename(apart)
    hook = {"GIT_DIR": str(apart), "GIT_INDEX_FILE": str(apart / "index")}
    assert run(repo, "a/Dockerfile", **hook, GIT_WORK_TREE=str(repo.path)).brief == DOWN
    repo.run("git", f"--git-dir={apart}", "config", "core.worktree", top.format(top=repo.path))
    assert run(repo, "a/Dockerfile", **hook).brief == DOWN
    assert run(repo, "Dockerfile", at=repo.path / "a", **hook).brief == DOWN
    repo.run("git", f"--git-dir={apart}", "worktree", "add", "--quiet", str(tmp_path / "tree"), "-b", "topic")
    tree = Repository(tmp_path / "tree", repo.environment)
    tree.write("a/Dockerfile", dockerfile("4.2.6"))
    linked = {"GIT_DIR": tree.git("rev-parse", "--absolute-git-dir")}
    assert MOVED in run(tree, "Dockerfile", at=tree.path / "a", **linked).error


# --- links


@posix
def test_a_dockerfile_that_becomes_a_link_to_an_older_file(published: Published, tmp_path: Path) -> None:
    made = published.installed_in(tmp_path / "project", FIRST)
    made.commit({"Dockerfile": dockerfile("5.0.1"), "old/runtime.txt": dockerfile("4.2.6")})
    (made.path / "Dockerfile").unlink()
    (made.path / "Dockerfile").symlink_to("old/runtime.txt")
    made.git("add", "Dockerfile")
    for command in (
        ["git", "commit", "-m", "link"],
        [sys.executable, "-m", "pre_commit", "run", "--files", "Dockerfile"],
    ):
        done = made.run(*command, check=False)
        assert (done.returncode, f"{DOWN}: downgrade from 5.0.1 to 4.2.6" in done.stdout + done.stderr) == (1, True)


@posix
@pytest.mark.parametrize("staged", [False, True])
def test_a_checkout_without_links(project: Project, staged: bool) -> None:
    project.dev.commit({"old/runtime.txt": dockerfile("4.2.6")})
    (project.dev.path / "Dockerfile").unlink()
    (project.dev.path / "Dockerfile").symlink_to("old/runtime.txt")
    if staged:
        project.dev.git("add", "Dockerfile")
    assert run(project.dev).brief == DOWN
    project.dev.git("config", "core.symlinks", "no")
    project.dev.git("add", "Dockerfile")
    project.dev.commit(None, "link")
    project.dev.git("checkout", "--quiet", "HEAD~1")
    project.dev.git("checkout", "--quiet", "main")
    (project.dev.path / "Dockerfile").unlink()
    project.dev.git("checkout", "--quiet", "--", "Dockerfile")
    assert not (project.dev.path / "Dockerfile").is_symlink()
    assert run(project.dev).brief == "silent"
    assert run(project.dev, "Dockerfile").brief == "silent"
    assert run(project.dev, "--base", "HEAD~1", "Dockerfile").brief == DOWN


@posix
@pytest.mark.parametrize("words", [(), ("Dockerfile",)])
@pytest.mark.parametrize("kind", ["nowhere", "Dockerfile", "folder", "pipe"])
def test_what_cannot_be_read_is_refused(project: Project, kind: str, words: tuple[str, ...]) -> None:
    path = project.dev.path / "Dockerfile"
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(kind)
    assert run(project.dev, *words).code == 2


def test_a_dockerfile_that_was_deleted_is_not_refused(project: Project) -> None:
    (project.dev.path / "Dockerfile").unlink()
    assert run(project.dev).brief == "silent"


# --- git-lfs


POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'1' * 64}\nsize 60\n"


def test_a_pointer_of_git_lfs(project: Project) -> None:
    project.dev.write("Dockerfile", POINTER)
    project.dev.git("add", "Dockerfile")
    for words in ((), ("Dockerfile",)):
        found = run(project.dev, *words)
        assert (found.code, "Dockerfile: is a pointer of git-lfs" in found.error) == (2, True)
    project.dev.commit()
    project.write("4.2.6")
    found = run(project.dev)
    assert (found.code, "Dockerfile: was a pointer of git-lfs in HEAD at" in found.error) == (2, True)
    assert ", so the version before is not known: check it with --no-base" in found.error
    assert run(project.dev, "--no-base").code == 0
    project.dev.commit({"pyproject.toml": POINTER})
    project.dev.write("pyproject.toml", "[project]\n")
    assert "pyproject.toml: was a pointer of git-lfs in HEAD at" in run(project.dev).error
    project.dev.commit({"pyproject.toml": "[project]\n"})
    assert run(project.dev).brief == "silent"


def test_data_in_git_lfs_is_left_alone(project: Project) -> None:
    project.dev.write("data/fixtures.json", POINTER)
    project.dev.git("add", "data/fixtures.json")
    project.dev.commit()
    project.dev.write("data/fixtures.json", POINTER.replace("1", "2"))
    project.dev.git("add", "data/fixtures.json")
    assert run(project.dev).brief == "silent"
