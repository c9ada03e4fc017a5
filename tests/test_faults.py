"""Faults around the program: git is killed, the disk is full, standard output is closed, a file vanishes.

Each fault is real, happens to the installed command in a process of its own, and is a row of the table in SECURITY.md.
"""

from __future__ import annotations

import ntpath
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.git import ask as process
from astro_runtime_guard.git import now as present
from astro_runtime_guard.reports import deliver
from astro_runtime_guard.rulebook import where
from conftest import PROJECT
from repository import Repository, make_repository

GUARD = str(Path(sys.executable).parent / "astro-runtime-guard")
NAME = "astro-runtime-guard: "
RUNTIME = "FROM quay.io/astronomer/astro-runtime"
# Python's warnings are errors here: a file left open, an encoding that is not given.
STRICT = {"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "error", "PYTHONWARNDEFAULTENCODING": "1"}
Outcome = tuple[int, str, str]
Fault = Callable[[Repository], list[Outcome]]

posix = pytest.mark.skipif(os.name == "nt", reason="the fault is made with a POSIX shell")
full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the fault is made with what Linux alone has")


@pytest.fixture
def downgraded(repo: Repository) -> Repository:
    """A repository in which a downgrade is staged: without a fault the exit code is 1."""
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    repo.git("add", ".")
    return repo


def guard(repo: Repository, *words: str, at: str = "", **variables: str) -> Outcome:
    done = subprocess.run(
        (GUARD, *words),
        cwd=repo.path / at, env=repo.environment | variables, capture_output=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def shell(repo: Repository, script: str) -> Outcome:
    """Run a shell script in which `guard` is the command."""
    done = repo.run("bash", "-c", f'guard() {{ "{GUARD}" "$@"; }}; {script}', check=False, **STRICT)
    return done.returncode, done.stdout, done.stderr


def fake_git(repo: Repository, command: str, fault: str) -> dict[str, str]:
    """Environment variables with which one of git's commands is replaced by the shell command `fault`."""
    real, folder = shutil.which("git"), repo.path.parent / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(
        f'#!/bin/sh\ngit="{real}"\ncase " $* " in *" {command} "*) {fault};; esac\nexec "$git" "$@"\n'
    )
    (folder / "git").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


# --- the faults, each with its exit code and message; SECURITY.md has the same table in words


def unstaged(repo: Repository) -> Repository:
    """A second Dockerfile, which git does not know."""
    repo.write("app/Dockerfile", f"{RUNTIME}:4.2.6\n")
    return repo


COMMANDS = ("rev-parse", "diff-index", "ls-files", "cat-file")


def without_git(repo: Repository) -> list[Outcome]:
    return [guard(repo, PATH="")]


def git_killed(repo: Repository) -> list[Outcome]:
    # nohup ignores SIGHUP, for all that is started below it too.
    other = "TERM" if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else "HUP"
    ends = ("kill -KILL $$", "kill -KILL $$", f"kill -{other} $$", "exit 1")
    return [guard(repo, **fake_git(repo, command, end)) for command, end in zip(COMMANDS, ends, strict=True)]


def git_breaks_off(repo: Repository) -> list[Outcome]:
    fault = '"$git" "$@" | head -c -3; exit 0'
    outcomes = [guard(repo, **fake_git(repo, command, fault)) for command in COMMANDS]
    outcomes.append(guard(repo, **fake_git(repo, "rev-parse", '"$git" "$@" | head -n 2; exit 0')))
    # The file on disk, which is not what is staged, must not take the place of an answer that is cut.
    repo.write("Dockerfile", "FROM python\n")
    return [*outcomes, guard(repo, "Dockerfile", **fake_git(repo, "cat-file", '"$git" "$@" | head -c 60; exit 0'))]


def disk_full(repo: Repository) -> list[Outcome]:
    return [shell(repo, f"guard {words} >/dev/full") for words in ("", "rules list")]


def stdout_closed(repo: Repository) -> list[Outcome]:
    return [shell(repo, f"guard {words} >&-") for words in ("", "explain runtime-5")]


def reader_gone(repo: Repository) -> list[Outcome]:
    return [shell(repo, "guard | exec true; exit ${PIPESTATUS[0]}")]


def stderr_closed(repo: Repository) -> list[Outcome]:
    ends = ("2>&-", "2>/dev/full", ">&- 2>&- <&-")
    return [shell(repo, f"guard --base nowhere {end}") for end in ends]


def stdin_closed(repo: Repository) -> list[Outcome]:
    return [shell(repo, "guard <&-")]


def no_room_for_report(repo: Repository) -> list[Outcome]:
    (repo.path / "out").mkdir()
    repo.write("out/report.json", "the report before")
    outcome = shell(repo, "ulimit -f 0; guard --format json --output out/report.json")
    assert (os.listdir(repo.path / "out"), (repo.path / "out/report.json").read_text()) == (
        ["report.json"],
        "the report before",
    )
    return [outcome]


def report_not_writable(repo: Repository) -> list[Outcome]:
    return [guard(repo, "--output", path) for path in (".git", "Dockerfile/x")]


def file_not_readable(repo: Repository) -> list[Outcome]:
    return [guard(repo, "/proc/self/mem", at="..")]


def file_vanishes(repo: Repository) -> list[Outcome]:
    fault = fake_git(repo, "ls-files", '"$git" "$@"; rm app/Dockerfile; exit 0')
    return [guard(unstaged(repo), "app/Dockerfile", **fault)]


def large_dockerfile(repo: Repository) -> list[Outcome]:
    repo.write("app/Dockerfile", f"{RUNTIME}:5.0.1\n" + "#" * (1 << 24))
    outcome = guard(repo, "app/Dockerfile")
    repo.git("add", ".")
    return [outcome, guard(repo)]


def utf16_dockerfile(repo: Repository) -> list[Outcome]:
    repo.write("app/Dockerfile", f"{RUNTIME}:5.0.1\n".encode("utf-16"))
    return [guard(repo, "app/Dockerfile")]


def index_locked(repo: Repository) -> list[Outcome]:
    (repo.path / ".git/index.lock").touch()
    index = (repo.path / ".git/index").read_bytes()
    outcome = guard(repo)
    assert (repo.path / ".git/index").read_bytes() == index
    return [outcome]


def folder_gone(repo: Repository) -> list[Outcome]:
    script = 'mkdir gone && cd gone && rmdir "$PWD" && guard'
    return [shell(repo, f"{script} {words}") for words in ("Dockerfile", "rules list")]


def option_like_names(repo: Repository) -> list[Outcome]:
    names = ("--output=x.dockerfile", "--exit-zero", "--no-base")
    for name in names:
        repo.write(name, f"{RUNTIME}:latest\n")
    outcomes = [guard(repo, name) for name in names]
    assert not (repo.path / "x.dockerfile").exists()
    return outcomes


def send_signal(repo: Repository, number: int) -> Outcome:
    """Send a signal while git runs. The report of an earlier run must stay as it was.

    Python's warnings are off here, because a signal during an import leaves the file of a module open.
    """
    repo.write("report.json", "the report before")
    began = repo.path.parent / "began"
    with subprocess.Popen(
        (GUARD, "--format", "json", "--output", "report.json"),
        cwd=repo.path, env=repo.environment | fake_git(repo, "diff-index", f'touch "{began}"; exec sleep 60'),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # a shell lets what it starts with & ignore SIGINT
    ) as process:  # fmt: skip
        while not began.exists():
            assert process.poll() is None
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=60)
    assert (repo.path / "report.json").read_text() == "the report before"
    assert list(repo.path.glob(".*.part")) == []
    # A shell gives 128 + N as the exit code of a process that signal N ended.
    return process.returncode if process.returncode >= 0 else 128 - process.returncode, out, err


def sigint(repo: Repository) -> list[Outcome]:
    return [send_signal(repo, signal.SIGINT)]


def sigterm(repo: Repository) -> list[Outcome]:
    return [send_signal(repo, signal.SIGTERM)]


def internal_error(repo: Repository) -> list[Outcome]:
    repo.write(
        "../broken/sitecustomize.py",
        "import astro_runtime_guard.findings.judge as guard\nguard.judge = lambda *_, **__: 1 // 0\n",
    )
    return [guard(repo, PYTHONPATH=str(repo.path.parent / "broken"))]


def rule_not_a_file(repo: Repository) -> list[Outcome]:
    outcomes = []
    rule = repo.path / ".astro-runtime" / "rule.yaml"
    for make in (os.mkfifo, lambda it: it.symlink_to("/dev/zero"), lambda it: it.symlink_to(it)):
        shutil.rmtree(rule.parent, ignore_errors=True)
        rule.parent.mkdir()
        make(rule)
        outcomes.append(guard(repo))
    return outcomes


TOO_LARGE = r"app/Dockerfile: is larger than 16777216 bytes, the most that is read: leave it out"
GIT_KILLED = (
    r"git (rev-parse|diff-index|ls-files|cat-file) failed "
    r"\((it was ended by signal (1|9|15)|exit code 1 without a word)\): try git fsck, .*"
)
GIT_BROKE_OFF = (
    r"git (rev-parse|diff-index|ls-files) broke off in the middle of its answer: .*|object \w{7} of \S+ is not in .*"
)
NOT_WRITTEN = r"the report could not be written: "
FAULTS = [
    pytest.param(without_git, 2, r"git cannot be run \(No such file or directory\): .*", id="git is not on PATH"),
    pytest.param(git_killed, 2, GIT_KILLED, id="git is killed", marks=posix),
    pytest.param(git_breaks_off, 2, GIT_BROKE_OFF, id="git's answer breaks off", marks=linux),
    pytest.param(
        disk_full, 2, NOT_WRITTEN + "No space left on device", id="the disk is full", marks=[posix, full_device]
    ),
    pytest.param(stdout_closed, 2, NOT_WRITTEN + "it is closed", id="standard output is closed", marks=posix),
    pytest.param(reader_gone, 2, NOT_WRITTEN + "Broken pipe", id="the reader of a pipe is gone", marks=posix),
    pytest.param(stderr_closed, 2, None, id="standard error is closed or full", marks=[posix, full_device]),
    pytest.param(stdin_closed, 1, None, id="standard input is closed", marks=posix),
    pytest.param(
        no_room_for_report, 2, "--output out/report.json: File too large", id="no room for --output", marks=linux
    ),
    pytest.param(report_not_writable, 2, r"--output \S+: .*directory", id="--output cannot be written", marks=posix),
    pytest.param(file_not_readable, 2, "/proc/self/mem: cannot be read: .*", id="a file cannot be read", marks=linux),
    pytest.param(file_vanishes, 2, "app/Dockerfile: no such file", id="a file that was named goes away", marks=posix),
    pytest.param(large_dockerfile, 2, TOO_LARGE, id="a Dockerfile of more than 16 MiB"),
    pytest.param(
        utf16_dockerfile,
        2,
        r"app/Dockerfile: is UTF-16 .*: save it as UTF-8",
        id="a Dockerfile in UTF-16 or UTF-32, or a pointer of git-lfs",
    ),
    pytest.param(
        rule_not_a_file,
        2,
        r"\S+rule.yaml:1:1: (is not a regular file|leads out of this repository through .*)",
        id="a rule file that is none",
        marks=posix,
    ),
    pytest.param(index_locked, 1, None, id="the index is locked"),
    pytest.param(
        folder_gone,
        2,
        r"the current folder cannot be read \(.+\): go into one that is there",
        id="the current folder is gone",
        marks=linux,
    ),
    pytest.param(
        option_like_names, 2, r"--\S+ is an option and a file here too: .*", id="a file is named like an option"
    ),
    pytest.param(sigint, 130, "interrupted", id="SIGINT", marks=posix),
    pytest.param(sigterm, 143, None, id="SIGTERM", marks=posix),
    pytest.param(
        internal_error, 2, r"nothing was checked, because the program failed .*", id="a mistake of the program itself"
    ),
]


@pytest.mark.parametrize(("fault", "code", "message"), FAULTS)
def test_a_fault(downgraded: Repository, fault: Fault, code: int, message: str | None) -> None:
    for got, out, err in fault(downgraded):
        assert got == code, err
        assert re.fullmatch(f"{NAME}(?:{message})\n" if message else "", err)
        assert out.startswith("Dockerfile:1:6: no-runtime-downgrade: ") if code == 1 else out == ""


def test_security_names_tests_that_exist() -> None:
    named = re.findall(r"`(?:(test_\w+\.py)::)?(test_\w+)`", (PROJECT / "SECURITY.md").read_text(encoding="utf-8"))
    file = ""
    for path, name in named:
        file = path or file  # without a path it is in the file that was named before
        assert f"\ndef {name}(" in (PROJECT / "tests" / file).read_text(encoding="utf-8"), (file, name)
    assert len(named) > 20


def test_the_page_has_a_row_for_each_fault() -> None:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([0-9]+)[^|]*\|$", (PROJECT / "SECURITY.md").read_text(), re.MULTILINE)
    assert rows == [(str(fault.id), str(fault.values[1])) for fault in FAULTS]


# --- the same without a fault


def test_without_a_fault(downgraded: Repository) -> None:
    code, out, err = guard(downgraded)
    assert (code, err) == (1, "")
    assert out.startswith("Dockerfile:1:6: no-runtime-downgrade: ")


@posix
@pytest.mark.parametrize("script", ["guard --only runtime-5 >&-", "guard --only runtime-5 >&- 2>&- <&-"])
def test_closed_output_does_not_matter_without_findings(downgraded: Repository, script: str) -> None:
    assert shell(downgraded, script) == (0, "", "")


@posix
def test_a_listed_file_that_vanishes_is_skipped(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    assert guard(repo)[0] == 1
    assert guard(repo, **fake_git(repo, "ls-files", '"$git" "$@"; rm Dockerfile; exit 0')) == (0, "", "")


@posix
def test_a_git_failure_that_only_concerns_advice_is_ignored(downgraded: Repository) -> None:
    whole = guard(downgraded)
    assert guard(downgraded, **fake_git(downgraded, "diff-files", "kill -KILL $$")) == whole


@posix
def test_a_report_can_go_to_a_pipe(downgraded: Repository) -> None:
    code, out, err = shell(
        downgraded,
        "mkfifo pipe; cat pipe > read & guard --format json --output pipe; code=$?; wait; echo $code $(wc -c < read); test -p pipe",
    )
    assert (code, err) == (0, "")
    assert re.search(r"^1 [1-9]\d{3,}\n\Z", out, re.MULTILINE)


def test_a_name_behind_two_dashes_is_a_file(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write("--exit-zero", f"{RUNTIME}:latest\n")
    assert guard(repo, "--", "--exit-zero")[1].startswith("--exit-zero:1:6: pinned-runtime: ")
    assert guard(repo, "./--exit-zero")[1].startswith("./--exit-zero:1:6: pinned-runtime: ")
    assert guard(repo, "--no-base") == (0, "", "")


def test_an_interrupt_during_the_import(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if name.endswith('.cli'): raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt)\n"
        "import astro_runtime_guard.entrypoints\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


# --- environments that change nothing

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "locale C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "locale POSIX": {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "console of Windows in the west": {"PYTHONIOENCODING": "cp1252"},
    "console of Windows in America": {"PYTHONIOENCODING": "cp437"},
    "optimised": {"PYTHONOPTIMIZE": "1"},
    "without docstrings": {"PYTHONOPTIMIZE": "2"},
    "without bytecode": {"PYTHONDONTWRITEBYTECODE": "1"},
    "no home": {"HOME": "", "XDG_CONFIG_HOME": "", "USERPROFILE": ""},
    "every warning an error": STRICT,
    "paths are literal for git": {"GIT_LITERAL_PATHSPECS": "1"},
    "paths are patterns for git, and none": {"GIT_GLOB_PATHSPECS": "1", "GIT_NOGLOB_PATHSPECS": "1"},
    "no temporary folder": {"TMPDIR": "/nowhere", "TEMP": "/nowhere", "TMP": "/nowhere"},
}


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, Outcome]:
    """A repository with a finding, and the outcome in an ordinary environment."""
    repo = make_repository(tmp_path_factory.mktemp("ordinary") / "repo")
    repo.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    return repo, guard(repo)


@pytest.mark.parametrize("variables", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_the_environment_changes_nothing(ordinary: tuple[Repository, Outcome], variables: dict[str, str]) -> None:
    repo, outcome = ordinary
    assert outcome[0] == 1
    assert outcome[1].isascii()
    assert guard(repo, **variables) == outcome


@posix
def test_an_empty_environment(ordinary: tuple[Repository, Outcome]) -> None:
    repo, outcome = ordinary
    done = subprocess.run((GUARD,), cwd=repo.path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == outcome


@linux
@pytest.mark.parametrize(
    "variables", [ENVIRONMENTS["locale C"], ENVIRONMENTS["ascii"], {}], ids=["C", "ascii", "utf-8"]
)
def test_a_path_that_the_locale_cannot_encode(repo: Repository, variables: dict[str, str]) -> None:
    repo.write("caf\u00e9/Dockerfile", f"# caf\u00e9\n{RUNTIME}:latest\n")
    repo.git("add", ".")
    done = subprocess.run((GUARD,), cwd=repo.path, env=repo.environment | variables, capture_output=True)
    assert (done.returncode, done.stderr) == (1, b"")
    shown = {"C": rb"caf\xc3\xa9", "ascii": rb"caf\xe9", "utf-8": "caf\u00e9".encode()}
    assert done.stdout.startswith(tuple(name + b"/Dockerfile:2:6: pinned-runtime: " for name in shown.values()))


# --- the program starts only git, opens no connection, and writes only its report

AUDIT_HOOK = """
import os, sys
log = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
NEVER = ("socket.", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "os.link", "os.symlink",
         "os.system", "os.exec", "os.fork", "shutil.", "ftplib.", "urllib.", "http.", "ctypes.", "tempfile.")
def watch(event, args):
    if event in ("subprocess.Popen", "os.posix_spawn"):
        os.write(log, f"starts {os.path.basename(str(args[1][0]))}\\n".encode())
    elif event == "open" and isinstance(args[0], str) and isinstance(args[2], int) and args[2] & WRITES:
        os.write(log, f"writes {args[0]}\\n".encode())
    elif event.startswith(NEVER):
        os.write(log, f"{event} {args[0]}\\n".encode())
sys.addaudithook(watch)
"""
RUNS: list[tuple[Sequence[str], set[str]]] = [
    ((), {"starts git"}),
    (("--format", "json", "--base", "HEAD"), {"starts git"}),
    (("--format", "sarif"), {"starts git"}),
    (("rules", "test"), set()),
    (("rules", "schema"), set()),
    (("plan", "4.2.6", "12.1.0"), set()),
    (("--version",), set()),
]


@pytest.mark.parametrize(("words", "expected"), RUNS, ids=[" ".join(words) or "check" for words, _ in RUNS])
def test_only_git_is_started_and_nothing_else_is_written_or_connected(
    downgraded: Repository, words: Sequence[str], expected: set[str]
) -> None:
    downgraded.write("../watch/sitecustomize.py", AUDIT_HOOK)
    log = downgraded.path.parent / "log"
    variables = {
        "PYTHONPATH": str(downgraded.path.parent / "watch"),
        "WATCHED": str(log),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    assert guard(downgraded, *words, **variables)[0] in (0, 1)
    assert set(log.read_text().splitlines()) == expected
    if not words:
        guard(downgraded, "--format", "json", "--output", "report.json", **variables)
        part = re.compile(r"(?:writes|os\.rename) \S*/?\.report\.json\.[0-9a-f]{16}\.part")
        assert {line for line in log.read_text().splitlines() if not part.fullmatch(line)} == expected


@linux
def test_without_any_network(ordinary: tuple[Repository, Outcome]) -> None:
    repo, outcome = ordinary
    if repo.run("unshare", "--net", "--map-root-user", "true", check=False).returncode:
        pytest.skip("this system lets nobody take the network away")
    done = repo.run("unshare", "--net", "--map-root-user", GUARD, check=False)
    assert (done.returncode, done.stdout, done.stderr) == outcome


# --- Windows, as far as other systems can test it

FOLDERS = {r"C:\Program Files\Git\cmd", r"\\server\share\bin"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"C:\Windows;C:\Program Files\Git\cmd", r"C:\Program Files\Git\cmd\git.exe"),
        (r'"C:\Program Files\Git\cmd"', r"C:\Program Files\Git\cmd\git.exe"),
        (r"\\server\share\bin;C:\Program Files\Git\cmd", r"\\server\share\bin\git.exe"),
        (r".;;bin;\rooted;C:relative;C:\Program Files\Git\cmd", r"C:\Program Files\Git\cmd\git.exe"),
        (r".;;bin;\rooted;C:relative", ""),
        ("", ""),
    ],
)
def test_a_repository_cannot_bring_its_own_git(path: str, expected: str) -> None:
    planted = {r".\git.exe", "git.exe", r"bin\git.exe", r"\rooted\git.exe", r"C:relative\git.exe", "C:git.exe"}
    files = planted | {rf"{folder}\git.exe" for folder in FOLDERS}
    if expected:
        assert process._program(path, windows=True, is_file=files.__contains__) == expected
        return
    with pytest.raises(CannotCheck, match=r"^git cannot be run \(there is no git\.exe on PATH\): install it, or put"):
        process._program(path, windows=True, is_file=files.__contains__)


def test_outside_windows_git_comes_from_path() -> None:
    assert process._program("", windows=False) == "git"


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("Dockerfile", b"app/Dockerfile"),
        (r"sub\Dockerfile", b"app/sub/Dockerfile"),
        ("sub/Dockerfile", b"app/sub/Dockerfile"),
        (r"..\Dockerfile", b"Dockerfile"),
        (r"C:\repo\Dockerfile", b"Dockerfile"),
        (r"..\..\Dockerfile", None),
        (r"C:\Dockerfile", None),
        (r"D:\repo\app\Dockerfile", None),
    ],
)
def test_windows_paths(monkeypatch: pytest.MonkeyPatch, path: str, key: bytes | None) -> None:
    windows = SimpleNamespace(path=ntpath, sep="\\", fsencode=os.fsencode, fsdecode=os.fsdecode)
    monkeypatch.setattr(present, "os", windows)

    def resolve(folder: bytes) -> bytes:
        return ntpath.normpath(ntpath.join(rb"C:\repo\app", folder))

    if key is not None:
        assert present.key_of(b"app/", path, resolve) == key
        return
    with pytest.raises(CannotCheck, match=r"is outside this repository: check it from within its own$"):
        present.key_of(b"app/", path, resolve)


@posix
def test_a_current_folder_that_is_named_through_a_link(
    inside: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows keeps the name by which one went into a folder; a POSIX system resolves it."""
    (tmp_path / "elsewhere").mkdir()
    (inside.path / "link").symlink_to(tmp_path / "elsewhere")
    (inside.path / "out").mkdir()
    (tmp_path / "named").symlink_to(inside.path)
    resolve = os.path.realpath
    monkeypatch.setattr(os, "getcwd", lambda: str(tmp_path / "named"))
    monkeypatch.setattr(os.path, "realpath", lambda path: resolve(os.path.abspath(path)))
    for name in ("report.json", "out/report.json"):
        deliver.write_file(name, "{}")
        assert (inside.path / name).read_text() == "{}"
    with pytest.raises(CannotCheck, match=r"the link link leads out of this folder: name the target$"):
        deliver.write_file("link/report.json", "{}")
    assert [where.leads_out(path) for path in (".astro-runtime", "out", "link", "link/x.yaml")] == [
        False, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "code"), [("2026-11-22", 1), ("2026-13-01", 2), ("tomorrow", 2), ("", 2)])
def test_today_must_be_a_date(downgraded: Repository, day: str, code: int) -> None:
    got, out, err = guard(downgraded, "--today", day)
    assert (got, bool(out)) == (code, code == 1)
    assert (f"--today: {day!r} is not a day such as 2024-04-30" in err) == (code == 2)
