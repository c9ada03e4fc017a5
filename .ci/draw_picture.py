"""Draws the picture docs/report.svg: an upgrade in a real repository, refused, reviewed and committed."""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from functools import cache
from html import escape
from itertools import groupby
from operator import itemgetter
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests"))

import yaml
from repository import Repository, make_repository

PICTURE = PROJECT / "docs" / "report.svg"
COLUMNS, WIDTH, HEIGHT, MARGIN = 84, 8.43, 20, 16  # of the picture, of a character, of a line, around it
CONSIDERATIONS = 2
CLASSES = {
    "0": "",
    "1": "bold",
    "1;31": "red",
    "36": "cyan",
    "31": "minus",
    "32": "plus",
    "41": "failed",
    "42": "passed",
}
STYLE = (
    "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#e6edf3;white-space:pre}"
    ".bold{font-weight:bold}.red{font-weight:bold;fill:#ff7b72}.cyan{fill:#79c0ff}.minus{fill:#ff7b72}"
    ".plus{fill:#7ee787}.failed{font-weight:bold;fill:#ff7b72}.passed{font-weight:bold;fill:#7ee787}"
)
IMAGE = "FROM quay.io/astronomer/astro-runtime"
REVIEWED = "# astro-runtime: reviewed 5.0.1\n"
ENTRY = "from astro_runtime_guard.entrypoints import astro_runtime; astro_runtime()"
FIXED = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z", "FORCE_COLOR": "1"}
Cell = tuple[str, str]  # a character, and the code that paints it
PAINT = re.compile("\x1b\\[([0-9;]*)m")


def drawn() -> str:
    """The picture, as SVG."""
    lines = [part for line in story() for part in cut(cells(line))]
    width, height = round(COLUMNS * WIDTH) + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    rows = [
        f'<text xml:space="preserve" x="{MARGIN}" y="{MARGIN + 14 + HEIGHT * row}">{spans(line)}</text>'
        for row, line in enumerate(lines)
        if line
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    frame = f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" rx="8" fill="#161b22" stroke="#6e7681"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", frame, *rows, "</svg>\n"])


def story() -> list[str]:
    """What a terminal shows, line by line: two changes of a Dockerfile, and what pre-commit says to each, shortened."""
    lines: list[str] = []
    for diff, answer in commits():
        lines += ["\x1b[1m$ git diff", *diff, "\x1b[1m$ git commit -a", *shortened(answer), ""]
    return lines[:-1]


def refusal() -> str:
    """The whole report of the hook on the first change, without paint."""
    (_, answer), _ = commits()
    lines = [PAINT.sub("", line) for line in answer]
    return "".join(f"{line}\n" for line in lines[lines.index("- exit code: 1") + 2 :] if line)


@cache
def commits() -> list[tuple[list[str], list[str]]]:
    """An upgrade, and the same reviewed: the changed lines, and what pre-commit says, each line by line."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        repository = make_repository(Path(folder, "project"), PRE_COMMIT_HOME=str(Path(folder, "cache")), **FIXED)
        config = Path(folder, "config.yaml")
        config.write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook()]}]}), encoding="utf-8")
        repository.commit({"Dockerfile": f"{IMAGE}:4.2.6\n"})
        return [change(repository, config, text) for text in (f"{IMAGE}:5.0.1\n", f"{REVIEWED}{IMAGE}:5.0.1\n")]


def hook() -> dict[str, object]:
    """The hook of the manifest, run from this environment."""
    hooks = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    shared = {key: value for key, value in hooks[0].items() if key != "minimum_pre_commit_version"}
    return shared | {"language": "system", "entry": shlex.join([Path(sys.executable).as_posix(), "-c", ENTRY])}


def change(repository: Repository, config: Path, dockerfile: str) -> tuple[list[str], list[str]]:
    """The lines of a diff that add or remove something, and what pre-commit prints when the change is committed."""
    repository.write("Dockerfile", dockerfile)
    diff = repository.git("diff", "--color=always", "--unified=0").splitlines()[5:]
    repository.git("add", "Dockerfile")
    ran = repository.run(
        sys.executable, "-m", "pre_commit", "run", "--config", str(config), "--color", "always", check=False
    )
    return diff, ran.stdout.splitlines()


def shortened(lines: list[str]) -> list[str]:
    """The report without what follows its first considerations, except the line to write."""
    begin = next((row for row, line in enumerate(lines) if "Dockerfile:" in line), len(lines))
    considered = [row for row, line in enumerate(lines) if line.startswith("  consider: ")][:CONSIDERATIONS]
    write = [line for line in lines if "write above the FROM:" in line]
    shown = lines[begin : considered[-1] + 1] if considered else []
    return [lines[0].replace("\x1b[m", "\x1b[0m"), *shown, *(["  ...", *write] if write else [])]


def cells(line: str) -> list[Cell]:
    """The characters of a line, each with its paint."""
    pieces = PAINT.split(f"\x1b[0m{line}")[1:]
    return [(char, code or "0") for code, text in zip(pieces[::2], pieces[1::2], strict=True) for char in text]


def cut(line: list[Cell]) -> list[list[Cell]]:
    """A line as a terminal of that many columns wraps it, but between words and with its indentation."""
    indent = next((at for at, (char, _) in enumerate(line) if char != " "), 0) + 2
    lines = []
    while len(line) > COLUMNS:
        at = max(at for at in range(indent, COLUMNS + 1) if line[at][0] == " ")
        lines.append(line[:at])
        line = [(" ", "0")] * indent + line[at + 1 :]
    return [*lines, line]


def spans(line: list[Cell]) -> str:
    """A line with its paint as classes."""
    groups = ((CLASSES[code], escape("".join(char for char, _ in some))) for code, some in groupby(line, itemgetter(1)))
    return "".join(f'<tspan class="{name}">{text}</tspan>' if name else text for name, text in groups)
