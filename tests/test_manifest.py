"""The hook manifest: what pre-commit makes of it, which files it takes, and that each hook is a console script."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from astro_runtime_guard import entrypoints
from astro_runtime_guard.runner import DOCKERFILES
from identify import identify
from pre_commit.clientlib import load_manifest

PROJECT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in load_manifest(PROJECT / ".pre-commit-hooks.yaml")}
TAKES_FILES = [hook for hook in HOOKS.values() if hook["pass_filenames"]]

GOOD = (
    "Dockerfile", "dockerfile", "DOCKERFILE", "Dockerfile.dev", "Dockerfile.client", "dev.Dockerfile", "app.dockerfile",
    "Dockerfile-foo", "Dockerfile_foo", "my-Dockerfile", "Containerfile", "containerfile.dev", "a/b c/Dockerfile",
    "Dockerfile.py311", "dags/.Dockerfile",
)  # fmt: skip
BAD = (
    "Dockerfile.md", "Dockerfile.dockerignore", "Dockerfile.j2", "Dockerfile.tmpl", "Dockerfile.orig", "Dockerfile.bak",
    "Dockerfile.rej", ".dockerignore", "docker-compose.yml", "Dockerfiles", "Dockerfile/README", "dockerfile.d/x.txt",
    "notaDockerfile", "requirements.txt",
)  # fmt: skip


@pytest.mark.parametrize("hook", TAKES_FILES, ids=lambda hook: hook["id"])
@pytest.mark.parametrize("name", GOOD)
def test_takes(hook: dict[str, str], name: str) -> None:
    assert re.search(hook["files"], name)


@pytest.mark.parametrize("hook", TAKES_FILES, ids=lambda hook: hook["id"])
@pytest.mark.parametrize("name", BAD)
def test_leaves_out(hook: dict[str, str], name: str) -> None:
    assert not re.search(hook["files"], name)


def test_takes_regular_files_whatever_identify_calls_them(tmp_path: Path) -> None:
    for name in ("Dockerfile", "dockerfile", "Dockerfile-foo"):
        (tmp_path / name).write_text("FROM scratch\n")
        assert "file" in identify.tags_from_path(str(tmp_path / name))
    assert all(hook["types"] == ["file"] for hook in TAKES_FILES)


def test_the_program_lists_the_same_files() -> None:
    assert {hook["files"] for hook in TAKES_FILES} == {DOCKERFILES}


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_each_hook_is_a_console_script_of_its_name(hook: dict[str, object]) -> None:
    config = ConfigParser()
    config.read(PROJECT / "setup.cfg")
    scripts = dict(
        re.split(r"\s*=\s*", line) for line in config["options.entry_points"]["console_scripts"].strip().splitlines()
    )
    name = str(hook["id"])
    assert hook["entry"] == name
    assert scripts[name] == f"astro_runtime_guard.entrypoints:{name.replace('-', '_')}"
    assert callable(getattr(entrypoints, name.replace("-", "_")))


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_each_hook_names_its_stages(hook: dict[str, object]) -> None:
    without_files = ["prepare-commit-msg", "pre-push", "manual"]
    with_files = ["pre-commit", "pre-merge-commit", "manual"]
    assert hook["stages"] == (without_files if hook["always_run"] else with_files)
    assert hook["minimum_pre_commit_version"] == "3.2.0"
    assert hook["require_serial"] or hook["always_run"]
    assert hook["args"] == []
