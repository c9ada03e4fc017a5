"""Reads the pages of the project: their code blocks, headings and links."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from astro_runtime_guard.model import Rulebook
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder

PROJECT = Path(__file__).resolve().parent.parent
PUBLIC = "https://github.com/astro-runtime-guard/astro-runtime-guard"
"""The project's public address."""
LATEST = f"{PUBLIC}/blob/main/"
"""What comes before the path of a file in a link that also works outside the repository, as on PyPI."""
RAW = "https://raw.githubusercontent.com/astro-runtime-guard/astro-runtime-guard/main/"
"""The same for a picture."""
DAY = "2026-11-22"
"""The day on which examples are judged."""
PAGES = {
    path.relative_to(PROJECT).as_posix(): path
    for path in (*sorted((PROJECT / "docs").glob("*.md")), *sorted(PROJECT.glob("*.md")))
}
"""Every page by its path in the project."""

_BLOCK = re.compile(r"(?P<marks>(?:^<!-- .*? -->\n)*)^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
_LINK = re.compile(r"\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$|<(https?://[^>\s]+)>", re.M)
_MARK = re.compile(r"<!-- ([\w-]+)(?:: (.*?))? -->")


class Block(NamedTuple):
    """A code block; `marks` are the comments directly above it, `<!-- NAME: VALUE -->`."""

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def read(page: str) -> str:
    return PAGES[page].read_text(encoding="utf-8")


def blocks(page: str) -> Iterator[Block]:
    """The code blocks of a page, in order."""
    text = read(page)
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("language")) + 1
        yield Block(page, line, match["language"], match["text"], dict(_MARK.findall(match["marks"])))


def all_blocks() -> list[Block]:
    return [block for page in PAGES for block in blocks(page)]


def files(page: str) -> dict[str, str]:
    """The files that a page shows, by path: blocks marked `<!-- file: PATH -->`."""
    return {block.marks["file"]: block.text for block in blocks(page) if "file" in block.marks}


@cache
def rulebook(page: str) -> Rulebook:
    """The rules that come with the program and those that a page shows."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files(page).items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        own = Path(folder, ".astro-runtime")
        return load_rulebook([shipped_folder(), *([str(own)] if own.is_dir() else [])], DAY, examples=True)


def prose(page: str) -> str:
    """A page without its code blocks."""
    return _BLOCK.sub("", read(page))


def title(page: str) -> str:
    return read(page).partition("\n")[0].removeprefix("# ")


def anchors(page: str) -> set[str]:
    """The anchors that GitHub makes of the headings of a page."""
    made: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", prose(page), re.M):
        words = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        same = [words, *(f"{words}-{count}" for count in range(1, 100))]
        made.add(next(name for name in same if name not in made))
    return made


def links(page: str) -> list[str]:
    """Where the links and pictures of a page lead."""
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    return ["".join(groups) for groups in _LINK.findall(text)]
