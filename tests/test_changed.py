"""--changed, and astro-runtime-repo in a commit or a push: what differs from before is judged, old findings are not."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from conftest import Said
from repository import Repository

RUNTIME = "FROM quay.io/astronomer/astro-runtime"
NEWER = "FROM astrocrpublic.azurecr.io/runtime"
OLD = {
    "legacy/Dockerfile": f"{RUNTIME}:latest\n",
    "app/Dockerfile": f"{NEWER}:3.2-9\n",
    "app/Dockerfile.test": f"{NEWER}:latest\n",
    "app/deployment.yaml": "deployment: {configuration: {runtime_version: 3.2-9}}\n",
    "README.md": "read me\n",
}
RULE = """\
image: astro-runtime
check: pinned
message: ours
examples: {finds: [], passes: []}
"""


@pytest.fixture
def project(inside: Repository) -> Repository:
    """A repository with two old findings that nobody touches."""
    for name, text in OLD.items():
        inside.write(name, text)
    inside.git("add", ".")
    inside.commit()
    return inside


def places(said: Said) -> list[str]:
    """The files of the findings, in their order."""
    return re.findall(r"^(\S+):\d+:\d+: ", said[1], flags=re.MULTILINE)


CHANGES: dict[str, tuple[dict[str, str], list[str]]] = {
    "nothing": ({}, []),
    "another file": ({"README.md": "more\n"}, []),
    "the file itself": ({"legacy/Dockerfile": f"# a comment\n{RUNTIME}:latest\n"}, ["legacy/Dockerfile"]),
    "a file beside an old finding": (
        {"app/Dockerfile": f"# astro-runtime: downgraded 3.2-6: rolled back\n{NEWER}:3.2-6\n"},
        ["app/deployment.yaml"],
    ),
    "only line ends": ({"legacy/Dockerfile": f"{RUNTIME}:latest\r\n"}, []),
    "a new file": ({"new/Dockerfile": f"{RUNTIME}:5.0\n"}, ["new/Dockerfile"]),
    "a rule of the repository": (
        {".astro-runtime/pinned-runtime.yaml": RULE},
        ["app/Dockerfile.test", "legacy/Dockerfile"],
    ),
    "a rule of a folder": (
        {"sub/.astro-runtime/pinned-runtime.yaml": RULE},
        ["app/Dockerfile.test", "legacy/Dockerfile"],
    ),
    "a folder whose name ends so": ({"x.astro-runtime/pinned-runtime.yaml": RULE}, []),
    "a folder whose name begins so": ({".astro-runtime.old/pinned-runtime.yaml": RULE}, []),
}


@pytest.mark.parametrize(("files", "expected"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("staged", [True, False], ids=["staged", "not staged"])
def test_what_differs_is_judged(
    guard: Callable[..., Said], project: Repository, files: dict[str, str], expected: list[str], staged: bool
) -> None:
    for name, text in files.items():
        project.write(name, text)
        if staged or name.startswith("new"):
            project.git("add", name)
    assert places(guard("--changed")) == expected
    assert set(places(guard())) >= {"legacy/Dockerfile", "app/Dockerfile.test"}


@pytest.mark.parametrize("staged", [True, False], ids=["staged", "not staged"])
def test_a_rule_at_the_top_counts_in_a_folder_below(
    guard: Callable[..., Said], project: Repository, monkeypatch: pytest.MonkeyPatch, staged: bool
) -> None:
    project.git("config", "status.showUntrackedFiles", "no")
    monkeypatch.chdir(project.path / "legacy")
    assert places(guard("--changed")) == []
    project.write(".astro-runtime/pinned-runtime.yaml", RULE)
    if staged:
        project.git("add", ".")
    assert places(guard("--changed")) == ["Dockerfile"]
    assert "ours" in guard("--changed")[1]


def test_the_index_is_not_written(guard: Callable[..., Said], project: Repository) -> None:
    project.commit({".astro-runtime/pinned-runtime.yaml": RULE})
    index = (project.path / ".git" / "index").read_bytes()
    os.utime(project.path / ".astro-runtime" / "pinned-runtime.yaml", (1, 1))  # `git status` would note the new time
    assert places(guard("--changed")) == []
    assert (project.path / ".git" / "index").read_bytes() == index
    project.git("status")
    assert (project.path / ".git" / "index").read_bytes() != index


def test_a_renamed_file_differs(guard: Callable[..., Said], project: Repository) -> None:
    project.git("mv", "legacy/Dockerfile", "legacy/old.Dockerfile")
    assert places(guard("--changed")) == ["legacy/old.Dockerfile"]


def test_files_are_narrowed_too(guard: Callable[..., Said], project: Repository) -> None:
    project.write("app/Dockerfile.test", f"{NEWER}:3.2\n")
    files = ("legacy/Dockerfile", "app/Dockerfile.test", "app/Dockerfile")
    for script in ("astro_runtime_guard", "astro_runtime"):
        assert places(guard("--changed", *files, script=script)) == ["app/Dockerfile.test"]
    assert places(guard("--changed", "legacy/Dockerfile")) == []


@pytest.mark.parametrize(("version", "expected"), [("3.2-6", ["app/deployment.yaml"]), ("3.2-10", [])])
def test_a_hook_for_dockerfiles_knows_the_unchanged_file_beside_one(
    guard: Callable[..., Said], project: Repository, version: str, expected: list[str]
) -> None:
    project.write("app/Dockerfile", f"{NEWER}:{version}\n")
    words = ("--changed", "--only", "consistent-runtime", "--enable", "consistent-runtime")
    assert places(guard(*words, "app/Dockerfile", "app/deployment.yaml", script="astro_runtime")) == expected


def test_all_files_where_nothing_is_compared(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.write("Dockerfile", f"{RUNTIME}:latest\n")
    inside.git("add", ".")
    assert places(guard("--changed")) == ["Dockerfile"]  # the first commit
    inside.commit()
    assert places(guard("--changed")) == []
    assert places(guard("--changed", "--no-base")) == ["Dockerfile"]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "schedule")
    assert places(guard("--changed")) == ["Dockerfile"]


def test_a_base_that_is_missing_is_no_reason_to_pass(
    guard: Callable[..., Said], project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    monkeypatch.setenv("GITHUB_BASE_REF", "elsewhere")
    project.commit({"README.md": "more\n"})
    code, out, err = guard("--changed", "--only", "pinned-runtime")
    assert (code, out) == (2, "")
    assert "elsewhere" in err
    for name in OLD:
        project.git("rm", "--quiet", name)
    project.commit({"Dockerfile": "FROM python:3.12\n"})
    assert guard("--changed") == (0, "", "")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ["app/Dockerfile.test", "legacy/Dockerfile"]),
        ({"GIT_INDEX_FILE": ".git/index"}, []),
        ({"PRE_COMMIT_COMMIT_MSG_SOURCE": "message"}, []),
        ({"PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_FROM_REF": "HEAD^", "PRE_COMMIT_TO_REF": "HEAD"}, []),
        ({"PRE_COMMIT_REMOTE_NAME": "origin"}, ["app/Dockerfile.test", "legacy/Dockerfile"]),
    ],
    ids=["by hand", "a commit", "the message of a commit", "a push", "a first push"],
)
def test_the_hook_that_lists_files_itself(
    guard: Callable[..., Said], project: Repository, monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str], expected: list[str],
) -> None:  # fmt: skip
    project.commit({"README.md": "more\n"})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert places(guard(script="astro_runtime_repo")) == expected
    assert places(guard()) == ["app/Dockerfile.test", "legacy/Dockerfile"]


def test_a_rule_that_a_push_brings_counts(
    guard: Callable[..., Said], project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.git("switch", "--quiet", "--create", "topic")
    project.commit({".astro-runtime/pinned-runtime.yaml": RULE})
    project.git("switch", "--quiet", "main")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "main")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "topic")
    assert places(guard("--changed")) == ["app/Dockerfile.test", "legacy/Dockerfile"]


def test_a_rule_that_is_only_on_disk_is_no_part_of_a_push(
    guard: Callable[..., Said], project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.git("switch", "--quiet", "--create", "topic")
    project.commit({"new/Dockerfile": f"{RUNTIME}:latest\n"})
    project.write(".astro-runtime/pinned-runtime.yaml", RULE)
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "main")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "topic")
    assert places(guard("--changed")) == ["new/Dockerfile"]


def test_what_main_did_is_no_change_of_a_topic(
    guard: Callable[..., Said], project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.git("switch", "--quiet", "--create", "topic")
    project.commit({"README.md": "topic\n"})
    project.git("switch", "--quiet", "main")
    project.commit({"legacy/Dockerfile": f"{RUNTIME}:5\n"})
    project.git("update-ref", "refs/remotes/origin/main", "main")
    project.git("switch", "--quiet", "topic")
    monkeypatch.setenv("CI", "true")
    assert places(guard("--changed")) == []
    project.git("merge", "--quiet", "--no-commit", "main")
    assert places(guard("--changed")) == []
    assert places(guard()) == ["app/Dockerfile.test", "legacy/Dockerfile"]


def test_what_a_job_stages_after_a_push_differs(
    guard: Callable[..., Said], project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.git("rev-parse", "HEAD")
    project.commit({"app/Dockerfile": f"{NEWER}:3.2-10\n"})
    project.git("update-ref", "refs/remotes/origin/main", "main")
    for name, value in {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": before}.items():
        monkeypatch.setenv(name, value)
    assert places(guard("--changed")) == []
    project.write("app/Dockerfile", OLD["app/Dockerfile"])
    project.git("add", ".")
    assert places(guard("--changed")) == ["app/Dockerfile"]
    project.git("stash", "--quiet")
    project.commit({".astro-runtime/pinned-runtime.yaml": RULE})
    project.git("update-ref", "refs/remotes/origin/main", "main")
    project.git("stash", "pop", "--quiet", "--index")
    assert places(guard("--changed")) == ["app/Dockerfile", "app/Dockerfile.test", "legacy/Dockerfile"]


def test_another_project_is_left_alone(guard: Callable[..., Said], project: Repository) -> None:
    old = {
        "old/Dockerfile": f"{NEWER}:3.2-9\n",
        "old/deployment.yaml": OLD["app/deployment.yaml"].replace("3.2-9", "3.3-8"),
    }
    for name, text in old.items():
        project.write(name, text)
    project.git("add", ".")
    project.commit()
    project.write("app/Dockerfile", f"{NEWER}:3.2-10\n")
    assert places(guard("--changed")) == []
    assert "old/deployment.yaml" in places(guard())


@pytest.mark.parametrize(("folder", "path"), [("", "app/docker/Base"), ("app", "docker/Base")])
def test_a_named_dockerfile_changes_with_the_file_that_names_it(
    guard: Callable[..., Said], project: Repository, monkeypatch: pytest.MonkeyPatch, folder: str, path: str
) -> None:
    requires = (
        '[project]\nname = "x"\ndependencies = ["apache-airflow==3.2.*"]\n[tool.astro]\ndockerfile = "docker/Base"\n'
    )
    project.commit({"app/pyproject.toml": requires, "app/docker/Base": f"{NEWER}:3.2-9\n"})
    assert places(guard("--changed", "--only", "consistent-runtime")) == []
    project.write("app/docker/Base", f"{NEWER}:3.3-8\n")
    monkeypatch.chdir(project.path / folder)
    assert places(guard("--changed", "--only", "consistent-runtime")) == [path]


def test_a_merge_that_keeps_its_own_lower_version_differs(guard: Callable[..., Said], project: Repository) -> None:
    project.git("switch", "--quiet", "--create", "topic")
    project.commit({"README.md": "topic\n"})
    project.git("switch", "--quiet", "main")
    project.commit({"app/Dockerfile": f"{NEWER}:3.2-10\n"})
    project.git("switch", "--quiet", "topic")
    project.git("merge", "--quiet", "--no-commit", "-s", "ours", "main")
    assert places(guard("--changed")) == ["app/Dockerfile"]
