"""Fixtures for every test."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from astro_runtime_guard import entrypoints
from astro_runtime_guard.rulebook.load import read_compiled
from astro_runtime_guard.rulebook.where import shipped_folder
from filelock import FileLock
from hypothesis import settings
from repository import Repository, clean_environment, git_version, make_repository

PROJECT = Path(__file__).parent.parent

# How long an example takes says something about the machine, not about the law.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """An empty git repository on branch main."""
    return make_repository(tmp_path / "repo")


def enter(patch: pytest.MonkeyPatch, repository: Repository, at: Path | None = None, **more: str) -> None:
    """Puts this process into a folder of a repository and into its environment, in which is nothing of CI."""
    for name in set(os.environ) - set(repository.environment):
        patch.delenv(name)
    for name, value in {**repository.environment, **more}.items():
        patch.setenv(name, value)
    patch.chdir(at or repository.path)


@pytest.fixture
def inside(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The same repository, with this process in it."""
    enter(monkeypatch, repo)
    return repo


Said = tuple[int, str, str]


def run_script(script: str, *words: str | bytes, terminal: bool = False) -> Said:
    """Runs a console script in this process: its exit code, standard output and standard error.

    The process goes on where a script's own would end.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr("sys.argv", [script, *map(os.fsdecode, words)])
        patch.setattr("os._exit", sys.exit)
        patch.setattr(out, "isatty", lambda: terminal)
        with pytest.raises(SystemExit) as stop:
            getattr(entrypoints, script)()
    assert isinstance(stop.value.code, int)  # os._exit takes nothing else
    for stream in (out, err):
        stream.seek(0)
    return stop.value.code, out.read(), err.read()


def run_here(
    repository: Repository,
    *words: str | bytes,
    script: str = "astro_runtime_guard",
    at: Path | None = None,
    **more: str,
) -> Said:
    """The same as it runs in a repository."""
    with pytest.MonkeyPatch.context() as patch:
        enter(patch, repository, at, **more)
        return run_script(script, *words)


@pytest.fixture
def guard(inside: Repository) -> Callable[..., Said]:
    """Runs a console script by its name in this process, which is in the repository."""

    def run(*words: str, script: str = "astro_runtime_guard", terminal: bool = False) -> Said:
        return run_script(script, *words, terminal=terminal)

    return run


@dataclass(frozen=True)
class Published:
    """This project as users get it: a repository whose tag is the version, and a place for hook runners' environments."""

    repository: Repository
    tag: str
    home: Path

    def used_in(self, path: Path) -> Repository:
        """A new repository whose hook runners keep their environments here, and whose git finds us at our public address."""
        if git_version() < (2, 31):
            pytest.skip("GIT_CONFIG_COUNT needs git 2.31")
        # By variables, for pre-commit hides most of git's environment from its own clone, but not these.
        return make_repository(
            path,
            PRE_COMMIT_HOME=str(self.home / "pre-commit"),
            PREK_HOME=str(self.home / "prek"),
            GIT_CONFIG_COUNT="1",
            GIT_CONFIG_KEY_0=f"url.{self.repository.path.as_posix()}.insteadOf",
            GIT_CONFIG_VALUE_0="https://github.com/astro-runtime-guard/astro-runtime-guard",
        )

    def installed_in(self, path: Path, config: str, runner: str = "pre_commit") -> Repository:
        """The same with a `.pre-commit-config.yaml` and its hooks installed, which is done once for all workers."""
        first = self.home / hashlib.sha256(f"{runner} {config}".encode()).hexdigest()
        prek = (str(Path(sys.executable).parent / "prek"),)
        program = prek if runner == "prek" else (sys.executable, "-m", "pre_commit")
        with FileLock(self.home / "lock"):
            made = self.used_in(first)
            if not (first / ".git" / "hooks" / "pre-commit").exists():
                made.commit({".pre-commit-config.yaml": config})
                made.run(*program, "install", "--install-hooks")
        return made.copied_to(path)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The files of this work tree, committed and tagged in a repository of their own, once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    home = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "published"
    home.mkdir(exist_ok=True)
    tag = "v" + version()
    with FileLock(home / "lock"):
        copy = Repository(home / "astro-runtime-guard", clean_environment())
        if not copy.path.exists():
            publish(copy.path, tag)
    return Published(copy, tag, home)


def publish(path: Path, tag: str) -> None:
    """Put the files of this work tree into a new repository, in one commit with a tag."""
    copy = make_repository(path)
    listed = copy.git("-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (PROJECT / name).is_file():
            (copy.path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, copy.path / name)
    copy.git("add", "--all")
    copy.commit()
    copy.git("tag", tag)


def version() -> str:
    """The project's version, as setup.cfg has it."""
    lines = (PROJECT / "setup.cfg").read_text(encoding="utf-8").splitlines()
    return next(line.partition("=")[2].strip() for line in lines if line.startswith("version"))


def pytest_configure() -> None:
    # As on a user's machine, Python keeps what it compiled; else each process of a test compiles everything anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if read_compiled(shipped_folder()) is None:
        raise pytest.UsageError("rules/compiled.py is not what the rule files say; run python .ci/write_pages.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-reports", action="store_true", help="write the reports of tests/cases anew")
