"""A real git repository in a temporary folder, for tests: no mocked git anywhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

CONFIG = Path(__file__).parent / "data" / "gitconfig"

CI_VARIABLES = (
    "CI",
    "GITHUB_",
    "GITLAB_",
    "TF_BUILD",
    "SYSTEM_",
    "BITBUCKET_",
    "BUILDKITE",
    "CHANGE_",
    "JENKINS_",
    "TRAVIS",
    "DRONE",
    "APPVEYOR",
    "CIRCLE",
    "PRE_COMMIT",
    "PREK_",
    "GIT_",
    "GITHEAD_",
    "ASTRO_RUNTIME_",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
)


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that a CI service, a hook runner or git put there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(CI_VARIABLES)}
    return kept | {
        "GIT_CONFIG_GLOBAL": str(CONFIG),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A Person",
        "GIT_AUTHOR_EMAIL": "person@example.com",
        "GIT_COMMITTER_NAME": "A Person",
        "GIT_COMMITTER_EMAIL": "person@example.com",
        "GIT_EDITOR": "true",
    }


@dataclass(frozen=True)
class Repository:
    """A work tree at `path`; `environment` is what every process started in it sees."""

    path: Path
    environment: dict[str, str]

    def run(self, *command: str | bytes, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the work tree; `more` adds environment variables. Output is text, undecodable bytes escaped."""
        return subprocess.run(
            command,
            cwd=self.path,
            env=self.environment | more,
            check=check,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
        )

    def git(self, *words: str | bytes, check: bool = True, **more: str) -> str:
        """What `git WORDS` printed, without the last line end."""
        return self.run("git", *words, check=check, **more).stdout.rstrip("\n")

    def write(self, name: str | bytes, content: str | bytes) -> None:
        """Put a file into the work tree, with its folders."""
        target = self.path / os.fsdecode(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str] | None = None, message: str = "change", *options: str) -> str:
        """Write and stage `files`, commit what is staged (no hooks), and return the new commit's name."""
        for name, content in (files or {}).items():
            self.write(name, content)
        if files:
            self.git("add", "--", *files)
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message, *options)
        return self.git("rev-parse", "HEAD")

    def copied_to(self, path: Path) -> Repository:
        """A copy with everything in it: the work tree, the index, all commits and hooks."""
        shutil.copytree(self.path, path, symlinks=True)
        copy = replace(self, path=path)
        copy.git("update-index", "--refresh", check=False)  # a copied file is another one to git until it has looked
        return copy


def git_version() -> tuple[int, ...]:
    """The version of git, such as (2, 39, 5)."""
    words = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True).stdout
    return tuple(map(int, re.findall(r"\d+", words)[:3]))


def needs_git(major: int, minor: int, feature: str) -> pytest.MarkDecorator:
    """For a test that uses a feature of git which the oldest supported version does not have."""
    return pytest.mark.skipif(git_version() < (major, minor), reason=f"{feature} needs git {major}.{minor}")


def make_repository(path: Path, **more: str) -> Repository:
    """`git init` on branch main at `path`."""
    path.mkdir(parents=True, exist_ok=True)
    made = Repository(path, clean_environment() | more)
    made.git("init", "--quiet")
    (path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")  # --initial-branch needs git 2.28
    return made


def prepare_filter(clone: Repository) -> None:
    """Let `git fetch --filter` work in a repository that is no partial clone yet; git 2.26 and newer do it themselves."""
    clone.git("config", "core.repositoryFormatVersion", "1")
    clone.git("config", "extensions.partialClone", "origin")
