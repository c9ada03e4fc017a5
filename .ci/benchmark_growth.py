"""Prints how time and memory grow with the size of the input, at n, 2n, 4n and 8n: run by hand, never by the test suite.

    python .ci/benchmark_growth.py [PART-OF-A-NAME ...]

Each row is one dimension. Every run is a whole process in a repository made for it; the best of three counts. Where the
cost grows in proportion, each time is at most about twice the one before it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmark import BIN, Command, Run, git, run, write

RUNTIME = "FROM quay.io/astronomer/astro-runtime"
RULE = """\
image: astro-runtime
check: crossing
version: 5.0.0
message: upgrade from {{before}} to {{after}} crosses into line {number}
examples: {{finds: [{{before: "{old}", after: "{new}"}}], passes: [{{after: "{new}"}}]}}
"""


class Dimension(NamedTuple):
    """What grows, its first size, and how to make a repository of a size; returns the words of the command."""

    name: str
    size: int
    make: Callable[[Path, int], list[str]]


def staged(folder: Path, before: dict[str, str], after: dict[str, str], *words: str) -> list[str]:
    """Commit some texts and stage others."""
    write(folder, before)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=before")
    write(folder, after)
    git(folder, "add", ".")
    return [str(BIN / "astro-runtime"), *(words or after)]


def in_one_file(lines: Callable[[int], str]) -> Callable[[Path, int], list[str]]:
    """An upgrade in a Dockerfile that grows by `lines`."""
    return lambda folder, n: staged(
        folder, {"Dockerfile": f"{RUNTIME}:5.0.1\n{lines(n)}"}, {"Dockerfile": f"{RUNTIME}:5.0.8\n{lines(n)}"}
    )


def files(folder: Path, n: int) -> list[str]:
    """An upgrade in each of n Dockerfiles."""
    before, after = ({f"{i}/Dockerfile": f"{RUNTIME}:{tag}\n" for i in range(n)} for tag in ("5.0.1", "5.0.8"))
    return staged(folder, before, after)


def arguments(folder: Path, n: int) -> list[str]:
    """An upgrade of an ARG beside n others."""
    others = "".join(f"ARG A{i}=1\n" for i in range(n))
    before, after = ({"Dockerfile": f"{others}ARG V={tag}\n{RUNTIME}:$V\n"} for tag in ("5.0.1", "5.0.8"))
    return staged(folder, before, after)


def comments(folder: Path, n: int) -> list[str]:
    """An upgrade below n comments."""
    before, after = ({"Dockerfile": "# c\n" * n + f"{RUNTIME}:{tag}\n"} for tag in ("5.0.1", "5.0.8"))
    return staged(folder, before, after)


def rules(folder: Path, n: int) -> list[str]:
    """An upgrade judged by n rules of the repository."""
    own = {
        f".astro-runtime/mine-{i}.yaml": RULE.format(number=i, old=f"{RUNTIME}:4.2.6", new=f"{RUNTIME}:5.0.8")
        for i in range(n)
    }
    write(folder, own)
    return staged(folder, {"Dockerfile": f"{RUNTIME}:5.0.1\n"}, {"Dockerfile": f"{RUNTIME}:5.0.8\n"})


def commits(folder: Path, n: int) -> list[str]:
    """A branch of n commits compared with the branch that it left."""
    staged(folder, {"Dockerfile": f"{RUNTIME}:5.0.1\n"}, {})
    git(folder, "branch", "start")
    tip = git(folder, "rev-parse", "HEAD").strip()
    tree = git(folder, "rev-parse", "HEAD^{tree}").strip()
    for _ in range(n):
        tip = git(folder, "commit-tree", "-p", tip, "-m", "more", tree).strip()
    git(folder, "reset", "--quiet", "--hard", tip)
    git(folder, "update-ref", "refs/heads/start", git(folder, "rev-parse", "start").strip())
    return staged(folder, {}, {"Dockerfile": f"{RUNTIME}:5.0.8\n"}, "--base", "start", "Dockerfile")


def parents(folder: Path, n: int) -> list[str]:
    """A merge of n branches under way."""
    staged(folder, {"Dockerfile": f"{RUNTIME}:5.0.1\n"}, {})
    tree = git(folder, "rev-parse", "HEAD^{tree}").strip()
    heads = [git(folder, "commit-tree", "-p", "HEAD", "-m", str(i), tree).strip() for i in range(n)]
    (folder / ".git" / "MERGE_HEAD").write_text("".join(f"{head}\n" for head in heads))
    return staged_only(folder)


def staged_only(folder: Path) -> list[str]:
    """Stage an upgrade without a commit."""
    write(folder, {"Dockerfile": f"{RUNTIME}:5.0.8\n"})
    git(folder, "add", ".")
    return [str(BIN / "astro-runtime"), "Dockerfile"]


DIMENSIONS = (
    Dimension("Dockerfiles", 250, files),
    Dimension("stages", 1000, in_one_file(lambda n: "".join(f"FROM python:3.12 AS s{i}\n" for i in range(n)))),
    Dimension("stages with a Runtime", 60, in_one_file(lambda n: f"{RUNTIME}:5.0.8\n" * n)),
    Dimension("build arguments", 1000, arguments),
    Dimension("lines", 5000, in_one_file(lambda n: "RUN echo x\n" * n)),
    Dimension("comments", 5000, comments),
    Dimension("rules", 50, rules),
    Dimension("commits since the base", 250, commits),
    Dimension("parents of a merge", 4, parents),
)


def measured(dimension: Dimension, size: int) -> Run:
    """The best of three runs at one size."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repository"
        folder.mkdir()
        git(folder, "init", "--quiet")
        git(folder, "symbolic-ref", "HEAD", "refs/heads/main")  # --initial-branch needs git 2.28
        words = dimension.make(folder, size)
        runs = [run(Command(words, code=None), folder) for _ in range(3)]
        return Run(min(each.seconds for each in runs), min(each.memory for each in runs))


def main() -> None:
    """One row for each dimension."""
    print(f"{'dimension':24} {'n':>6} {'n':>16} {'2n':>16} {'4n':>16} {'8n':>16}")
    for dimension in DIMENSIONS:
        if not sys.argv[1:] or any(part in dimension.name for part in sys.argv[1:]):
            runs = [measured(dimension, dimension.size * factor) for factor in (1, 2, 4, 8)]
            cells = " ".join(f"{each.seconds * 1000:7.0f} ms {each.memory:3.0f} MB" for each in runs)
            print(f"{dimension.name:24} {dimension.size:6} {cells}")


if __name__ == "__main__":
    main()
