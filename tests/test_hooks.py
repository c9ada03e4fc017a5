"""The hooks in real commits, through the real pre-commit and prek."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pages
import pytest
from conftest import Published
from repository import Repository

FIRST = next(pages.blocks("README.md")).text
(BLOCK,) = (block.text for block in pages.blocks("docs/comparing.md") if "default_install_hook_types" in block.text)
RUNTIME = "FROM quay.io/astronomer/astro-runtime"
NEWER = "FROM astrocrpublic.azurecr.io/runtime"


RUNNERS = ("pre_commit", "prek")


@pytest.fixture(scope="session", params=RUNNERS)
def first_project(
    published: Published, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Repository:
    """A repository with that block installed, and a Dockerfile with Runtime 4.2.6 committed through the hooks."""
    made = published.installed_in(tmp_path_factory.mktemp("first") / "project", BLOCK, runner=request.param)
    assert try_commit(made, f"{RUNTIME}:4.2.6\n") == ""
    return made


@pytest.fixture
def project(first_project: Repository, tmp_path: Path) -> Repository:
    """A copy of it for each test."""
    return first_project.copied_to(tmp_path / "project")


def refusal(repository: Repository, *command: str, **environment: str) -> str:
    """Run a command that hooks may refuse: what was said if it failed, else nothing."""
    done = repository.run(*command, check=False, **environment)
    return done.stdout + done.stderr if done.returncode else ""


def try_commit(repository: Repository, dockerfile: str, *options: str) -> str:
    """Stage a Dockerfile and commit; what was said if it was refused, else nothing. A refused change is taken back."""
    repository.write("Dockerfile", dockerfile)
    repository.git("add", "Dockerfile")
    said = refusal(repository, "git", "commit", "-m", "change", *options)
    if said:
        repository.git("restore", "--staged", "--worktree", "Dockerfile", check=False)
    return said


def test_each_refusal_and_its_quiet_twin(project: Repository) -> None:
    assert "pinned-runtime" in try_commit(project, f"{RUNTIME}:latest\n")
    assert try_commit(project, f"{RUNTIME}:4.2.7\n") == ""
    assert "no-runtime-downgrade: downgrade from 4.2.7 to 4.2.6" in try_commit(project, f"{RUNTIME}:4.2.6\n")
    assert try_commit(project, f"# astro-runtime: downgraded 4.2.6: rolled back in the UI\n{RUNTIME}:4.2.6\n") == ""
    assert "10 to 30 minutes" in try_commit(project, f"{RUNTIME}:5.0.1\n")
    assert try_commit(project, f"# astro-runtime: reviewed 5.0.1\n{RUNTIME}:5.0.1\n") == ""
    assert try_commit(project, f"# astro-runtime: reviewed 5.0.1\n{RUNTIME}:5.0.2\n") == ""
    assert try_commit(project, "FROM python:3.12\n") == ""


def test_commit_all_and_commit_of_a_path(project: Repository) -> None:
    project.write("Dockerfile", f"{RUNTIME}:4.2.5\n")
    assert "downgrade" in refusal(project, "git", "commit", "-a", "-m", "all")
    project.write("other", "x")
    project.git("add", "other")
    assert "downgrade" in refusal(project, "git", "commit", "-m", "path", "Dockerfile")
    project.write("Dockerfile", f"{RUNTIME}:4.2.7\n")
    assert refusal(project, "git", "commit", "-m", "path", "Dockerfile") == ""


def test_what_is_staged_counts_and_not_what_lies_beside_it(project: Repository) -> None:
    project.write("Dockerfile", f"{RUNTIME}:4.2.7\n")
    project.git("add", "Dockerfile")
    project.write("Dockerfile", f"{RUNTIME}:latest\n")
    assert refusal(project, "git", "commit", "-m", "good is staged") == ""
    project.git("add", "Dockerfile")
    project.write("Dockerfile", f"{RUNTIME}:4.2.8\n")
    assert "pinned-runtime" in refusal(project, "git", "commit", "-m", "bad is staged")


def upgraded(project: Repository) -> Repository:
    """The project with an upgrade and then something else committed."""
    assert try_commit(project, f"{RUNTIME}:4.2.7\n") == ""
    project.commit({"dags/a.py": "a = 1\n"})
    return project


def test_a_clean_revert_of_an_upgrade_is_refused(project: Repository) -> None:
    report = refusal(upgraded(project), "git", "revert", "--no-edit", "HEAD^")
    assert "no-runtime-downgrade: downgrade from 4.2.7 to 4.2.6" in report
    assert "4.2.7" in project.git("show", "HEAD:Dockerfile")


def test_a_clean_revert_of_something_else_passes(project: Repository) -> None:
    assert refusal(upgraded(project), "git", "revert", "--no-edit", "HEAD") == ""


def test_merges(project: Repository) -> None:
    project.git("branch", "side")
    upgraded(project)
    project.git("checkout", "--quiet", "side")
    project.commit({"dags/b.py": "b = 1\n"})
    assert refusal(project, "git", "merge", "--no-edit", "main") == ""
    project.git("reset", "--quiet", "--hard", "HEAD^")
    assert "no-runtime-downgrade" in refusal(project, "git", "merge", "--no-edit", "-s", "ours", "main")


COUNTING = """\
  - repo: local
    hooks:
      - {id: plain, name: plain, language: system, entry: sh -c 'echo plain >> .git/count' --, files: ''}
      - id: staged
        name: staged
        language: system
        entry: sh -c 'echo staged >> .git/count' --
        always_run: true
        pass_filenames: false
        stages: [pre-commit, pre-push, manual]
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the counting hooks are shell commands")
@pytest.mark.parametrize("block", [FIRST, BLOCK], ids=["first", "second"])
@pytest.mark.parametrize("runner", RUNNERS)
def test_other_hooks_run_as_often_as_without_ours(
    published: Published, tmp_path: Path, runner: str, block: str
) -> None:
    made = published.installed_in(tmp_path / "counting", block.rstrip() + "\n" + COUNTING, runner=runner)

    def counted(*command: str) -> list[str]:
        (made.path / ".git" / "count").write_text("")
        assert refusal(made, *command) == ""
        return sorted((made.path / ".git" / "count").read_text().split())

    made.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    made.git("add", ".")
    assert counted("git", "commit", "-m", "one") == ["plain", "staged"]
    made.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    assert counted("git", "push", str(tmp_path / "remote.git"), "main") == []
    made.git("checkout", "--quiet", "-b", "side")
    made.commit({"b.py": "b = 1\n"})
    made.git("checkout", "--quiet", "main")
    made.commit({"c.py": "c = 1\n"})
    assert counted("git", "merge", "--no-edit", "side") == []
    assert counted("git", "revert", "--no-edit", "HEAD^") == []


def test_an_old_finding_blocks_no_other_commit(project: Repository) -> None:
    unchecked = replace(project, environment=project.environment | {"SKIP": "astro-runtime-repo"})
    unchecked.commit({"legacy/Dockerfile": f"{RUNTIME}:latest\n"})
    assert try_staged(project, README_md="read me\n") == ""
    assert try_staged(project, Dockerfile=f"{RUNTIME}:4.2.7\n") == ""
    report = refusal(project, "git", "revert", "--no-edit", "HEAD")
    assert "Dockerfile:1:6: no-runtime-downgrade" in report
    assert "legacy" not in report
    assert "args: [--exclude, REGEX]" in report


def test_a_crossing_that_main_has_reviewed_is_not_asked_again_by_a_merge(project: Repository) -> None:
    project.git("branch", "side")
    assert try_commit(project, f"# astro-runtime: reviewed 5.0.1\n{RUNTIME}:5.0.1\n") == ""
    project.git("checkout", "--quiet", "side")
    project.commit({"dags/b.py": "b = 1\n"})
    assert refusal(project, "git", "merge", "--no-edit", "main") == ""


def test_a_conflict_that_is_resolved_downwards_is_refused(project: Repository) -> None:
    project.git("branch", "side")
    assert try_commit(project, f"{RUNTIME}:4.2.8\n") == ""
    project.git("checkout", "--quiet", "side")
    assert try_commit(project, f"{RUNTIME}:4.2.7\n") == ""
    project.run("git", "merge", "--no-edit", "main", check=False)
    project.write("Dockerfile", f"{RUNTIME}:4.2.7\n")
    project.git("add", "Dockerfile")
    assert "downgrade from 4.2.8 to 4.2.7" in refusal(project, "git", "commit", "--no-edit")
    project.write("Dockerfile", f"{RUNTIME}:4.2.8\n")
    project.git("add", "Dockerfile")
    assert refusal(project, "git", "commit", "--no-edit") == ""


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_rebase_is_not_wedged_and_the_push_is_refused(published: Published, tmp_path: Path, runner: str) -> None:
    config = BLOCK.replace("prepare-commit-msg]", "prepare-commit-msg, pre-push]")
    project = published.installed_in(tmp_path / "project", config, runner=runner)
    assert try_commit(project, f"{RUNTIME}:4.2.6\n") == ""
    project.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    project.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    assert refusal(project, "git", "push", "origin", "main") == ""
    project.git("checkout", "--quiet", "-b", "side")
    project.write("Dockerfile", f"{RUNTIME}:4.2.5\n")
    assert (
        refusal(project, "git", "commit", "--quiet", "--no-verify", "-a", "-m", "lower", SKIP="astro-runtime-repo")
        == ""
    )
    project.git("checkout", "--quiet", "main")
    project.commit({"dags/b.py": "b = 1\n"})
    assert refusal(project, "git", "rebase", "main", "side") == ""
    report = refusal(project, "git", "push", "origin", "side:main")
    assert "downgrade from 4.2.6 to 4.2.5" in report
    assert "to go on: write the line, commit it, and push again" in report
    skip = {"pre_commit": "SKIP=astro-runtime-repo git push", "prek": "git -c core.hooksPath=/dev/null push"}
    assert f"{skip[runner]} origin refs/heads/side:refs/heads/main" in report
    assert "git commit" not in report
    project.commit({"Dockerfile": f"{RUNTIME}:4.2.7\n"})
    assert refusal(project, "git", "push", "origin", "side:main") == ""


def test_an_amended_commit_is_compared_with_its_parent_as_the_report_says(project: Repository) -> None:
    upgraded(project)
    project.commit({"Dockerfile": f"{RUNTIME}:4.2.9\n"})
    project.write("Dockerfile", f"{RUNTIME}:4.2.8\n")
    project.git("add", "Dockerfile")
    said = refusal(project, "git", "commit", "--amend", "--no-edit")
    assert "ASTRO_RUNTIME_BASE=HEAD^ git commit --amend" in said
    assert refusal(project, "git", "commit", "--amend", "--no-edit", ASTRO_RUNTIME_BASE="HEAD^") == ""


def test_first_commit_of_a_repository(published: Published, tmp_path: Path) -> None:
    made = published.used_in(tmp_path / "first")
    made.write(".pre-commit-config.yaml", BLOCK)
    made.git("add", ".")
    made.run(sys.executable, "-m", "pre_commit", "install", "--install-hooks")
    assert "pinned-runtime" in try_commit(made, RUNTIME + "\n")
    assert try_commit(made, f"{RUNTIME}:5.0.1\n") == ""


def test_other_files_start_nothing(project: Repository) -> None:
    project.write("docker-compose.yml", f"# {RUNTIME}:latest\n")
    project.git("add", ".")
    done = project.run("git", "commit", "-m", "other", check=False)
    assert done.returncode == 0
    assert re.search(r"astro runtime\.+\(no files to check\)\s*Skipped", done.stdout + done.stderr)


@pytest.fixture(params=RUNNERS)
def declared(published: Published, tmp_path: Path, request: pytest.FixtureRequest) -> Repository:
    """A repository with the hook for declarations beside that for Dockerfiles, and a project with Runtime 3.2-5."""
    config = BLOCK.replace("      - id: astro-runtime-repo\n", "      - id: astro-runtime-declarations\n")
    made = published.installed_in(tmp_path / "declared", config, runner=request.param)
    made.write("Dockerfile", f"{NEWER}:3.2-5\n")
    made.write("deployment.yaml", "deployment: {configuration: {runtime_version: 3.2-5}}\n")
    made.git("add", ".")
    assert refusal(made, "git", "commit", "-m", "first") == ""
    return made


def try_staged(repository: Repository, **files: str) -> str:
    """Commit these files (a dot in a name is written `_`); what was said if it was refused."""
    for name, text in files.items():
        repository.write(name.replace("_", "."), text)
        repository.git("add", name.replace("_", "."))
    return refusal(repository, "git", "commit", "-m", "change")


# One runner is enough for what each version of a place means; the test below is run by both.
@pytest.mark.parametrize("declared", ["prek"], indirect=True)
def test_declarations_and_each_quiet_twin(declared: Repository) -> None:
    deployment, project = "deployment: {{configuration: {{runtime_version: {}}}}}\n", '[tool.astro]\nruntime = "{}"\n'
    assert try_staged(declared, Dockerfile=f"{NEWER}:3.2-6\n") == ""
    assert try_staged(declared, deployment_yaml=deployment.format("3.2-4")) == ""
    said = try_staged(declared, deployment_yaml=deployment.format("3.2-7"))
    assert "deployment.yaml:1:47: consistent-runtime: a Deployment that is created from this file starts with" in said
    declared.git("rm", "--quiet", "Dockerfile")
    said = try_staged(declared, pyproject_toml=project.format("3.2-4"), deployment_yaml=deployment.format("3.2-4"))
    assert "pyproject.toml:2:12: no-runtime-downgrade: downgrade from 3.2-6 to 3.2-4" in said
    assert "where the file was Dockerfile" in said
    said = try_staged(declared, pyproject_toml=project.format("3.3"), deployment_yaml=deployment.format("3.2-6"))
    assert "pyproject.toml:2:12: pinned-runtime" in said
    assert try_staged(declared, pyproject_toml=project.format("3.2-6")) == ""
    assert try_staged(declared, values_yaml="runtime: latest\n", package_json="{") == ""


def test_of_a_dockerfile_nothing_is_reported_twice(declared: Repository) -> None:
    said = try_staged(declared, Dockerfile=f"{NEWER}:3.2\n")
    assert said.count("Dockerfile:1:6: pinned-runtime:") == said.count("Dockerfile:1:6:") == 1
    assert try_staged(declared, Dockerfile=f"{NEWER}:3.2-5-base\n") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="the hook is a shell script")
def test_a_plain_git_hook_as_other_hook_managers_write_it(repo: Repository) -> None:
    repo.commit({"legacy/Dockerfile": f"{RUNTIME}:latest\n", "Dockerfile": f"{RUNTIME}:4.2.7\n"})
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {Path(sys.executable).parent / 'astro-runtime-repo'}\n")
    hook.chmod(0o755)
    assert try_staged(repo, README_md="read me\n") == ""
    report = try_staged(repo, Dockerfile=f"{RUNTIME}:4.2.6\n")
    assert "no-runtime-downgrade" in report
    assert "the staged text is judged, so after a change:  git add -- Dockerfile" in report
    assert "SKIP=" not in report
    assert "args:" not in report


def test_try_repo(published: Published, tmp_path: Path) -> None:
    made = published.used_in(tmp_path / "tried")
    made.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    made.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    made.git("add", ".")
    tried = made.run(
        sys.executable, "-m", "pre_commit", "try-repo", str(published.repository.path), "astro-runtime-no-downgrade",
        "--ref", published.tag, check=False,
    )  # fmt: skip
    assert tried.returncode == 1
    assert "no-runtime-downgrade: downgrade from 5.0.1 to 4.2.6" in tried.stdout
