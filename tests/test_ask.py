"""How git is started, on POSIX and elsewhere, with a real git: both ways give the same answers and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.git.ask import refusal, start_git
from conftest import Said
from repository import Repository

posix = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands before git")
RUNTIME = "FROM quay.io/astronomer/astro-runtime"
MANY = 20_000
NAMES = b"".join(b"%040x\n" % number for number in range(MANY))


@pytest.fixture(
    autouse=True,
    params=[
        pytest.param(True, id="posix", marks=pytest.mark.skipif(os.name == "nt", reason="Windows has no posix_spawn")),
        pytest.param(False, id="elsewhere"),
    ],
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no posix_spawn, as on Windows, `subprocess` and threads stand for it."""
    if not request.param:
        monkeypatch.delattr(os, "posix_spawnp", raising=False)


def before_git(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a shell script before git; in it `$git` is the real one."""
    real = shutil.which("git")
    (folder / "bin").mkdir()
    (folder / "bin" / "git").write_text(f'#!/bin/sh\ngit="{real}"\n{script}\n')
    (folder / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")


def test_much_input_and_much_output_at_once(inside: Repository) -> None:
    code, out, err = start_git(("cat-file", "--batch-check"), inside.environment, NAMES)()
    assert (code, err) == (0, b"")
    assert out == NAMES.replace(b"\n", b" missing\n")


def test_the_pieces_of_an_answer(inside: Repository) -> None:
    pieces: list[bytes] = []
    finish = start_git(("cat-file", "--batch-check"), inside.environment, NAMES)
    assert finish(pieces.append) == (0, b"", b"")
    assert b"".join(pieces) == NAMES.replace(b"\n", b" missing\n")
    assert len(pieces) > 1


def test_git_that_fails(inside: Repository) -> None:
    code, out, err = start_git(("cat-file", "-t", "nothing"), inside.environment)()
    assert (code, out) == (128, b"")
    assert err.startswith(b"fatal: ")


def test_git_that_reads_nothing(inside: Repository) -> None:
    assert start_git(("rev-parse", "--is-inside-work-tree"), inside.environment, NAMES)() == (0, b"true\n", b"")


@posix
def test_much_is_said_to_standard_error(inside: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before_git(tmp_path, f'head -c {MANY} /dev/zero >&2; exec $git "$@"', monkeypatch)
    code, out, err = start_git(("cat-file", "--batch-check"), os.environ, NAMES)()
    assert (code, len(out), len(err)) == (0, len(NAMES) + MANY * len(" missing"), MANY)
    pieces: list[bytes] = []
    code, _, err = start_git(("cat-file", "--batch-check"), os.environ, NAMES)(pieces.append)
    assert (code, b"".join(pieces), len(err)) == (0, out, MANY)


@posix
def test_what_is_said_behind_the_answer(inside: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before_git(tmp_path, "echo answer; exec >&-; sleep 0.3; echo late >&2; exit 3", monkeypatch)
    assert start_git(("rev-parse", "HEAD"), os.environ)() == (3, b"answer\n", b"late\n")


def test_git_has_the_environment_that_is_given(inside: Repository) -> None:
    environ = inside.environment | {"GIT_AUTHOR_NAME": "Somebody Else"}
    assert start_git(("var", "GIT_AUTHOR_IDENT"), environ)()[1].startswith(b"Somebody Else <")


REFUSALS = {
    "the last that is fatal": (128, b"error: a\nfatal: b\nhint: c\n", "fatal: b"),
    "an error": (1, b"error: a\nmore\n", "error: a"),
    "neither": (1, b"a\nb\n", "b"),
    "no ASCII": (128, b"fatal: caf\xe9", "fatal: caf\\xe9"),
    "a signal": (-9, b"", "it was ended by signal 9"),
    "nothing": (3, b"", "exit code 3 without a word"),
}


@pytest.mark.parametrize(("code", "err", "words"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_said_of_git_that_fails(code: int, err: bytes, words: str) -> None:
    assert str(refusal("log", code, err)).startswith(f"git log failed ({words}): ")


@posix
def test_git_that_a_signal_ends(inside: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before_git(tmp_path, "kill -KILL $$", monkeypatch)
    assert start_git(("rev-parse", "HEAD"), os.environ, NAMES)() == (-9, b"", b"")


@posix
@pytest.mark.parametrize("stop", [KeyboardInterrupt, CannotCheck, OverflowError])
def test_git_is_ended_where_its_answer_is_not_wanted(
    inside: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    before_git(tmp_path, f'echo $$ > "{tmp_path}/id"; echo answer; exec sleep 60', monkeypatch)
    began = time.monotonic()

    def take(piece: bytes) -> None:
        raise stop

    with pytest.raises(stop):
        start_git(("cat-file", "--batch-check"), os.environ, NAMES)(take)
    assert time.monotonic() - began < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "id").read_text()), 0)


STOPPED = """
import os, sys
from astro_runtime_guard.git.ask import start_git
if sys.argv[1] == "elsewhere":
    del os.posix_spawnp
def take(piece):
    raise KeyboardInterrupt
try:
    start_git(("cat-file", "--batch-check"), os.environ, b"%040x\\n" * 20_000)(take)
except KeyboardInterrupt:
    print("interrupted")
"""


@posix
def test_git_that_another_program_starts_does_not_stop_the_end(
    inside: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Git for Windows, `cmd\\git.exe` starts the real git, and only the former is ended."""
    way = "posix" if hasattr(os, "posix_spawnp") else "elsewhere"
    before_git(tmp_path, '$git "$@"; exit $?', monkeypatch)
    done = subprocess.run([sys.executable, "-c", STOPPED, way], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


def test_no_git(inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotCheck, match=r"^git cannot be run \(.+\): install it, or put it on PATH$"):
        start_git(("rev-parse", "HEAD"), os.environ)


def test_a_whole_run(inside: Repository, guard: Callable[..., Said]) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n", "other/Dockerfile": f"{RUNTIME}:5.0.1\n"})
    assert guard() == (0, "", "")
    inside.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    inside.git("add", ".")
    for words in ((), ("Dockerfile", "other/Dockerfile"), ("--base", "HEAD")):
        code, out, err = guard(*words)
        assert (code, err) == (1, "")
        assert out.startswith("Dockerfile:1:6: no-runtime-downgrade: ")
