"""Draws README's picture, tests/report.svg: the program's own coloured output, as a terminal shows it."""

from __future__ import annotations

import re
import sys
from html import escape
from itertools import groupby
from operator import itemgetter
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT / "tests"))

from test_cases import CASES, parts, report

PICTURE = PROJECT / "tests" / "report.svg"
COLUMNS, WIDTH, HEIGHT, MARGIN = 100, 8.43, 20, 16  # of the picture, of a character, of a line, around it
CLASSES = {"0": "", "1": "bold", "1;31": "red", "36": "cyan"}
STYLE = (
    "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d8dee9;white-space:pre}"
    ".bold{font-weight:bold}.red{font-weight:bold;fill:#ff7b72}.cyan{fill:#79c0ff}"
)
Cell = tuple[str, str]  # a character, and the code that paints it
PAINT = re.compile("\x1b\\[([0-9;]*)m")


def drawn(case: str) -> str:
    """The report of one of the cases, as SVG."""
    said = report(parts(CASES / "loud" / f"{case}.txt"), color=True).splitlines()
    lines = [part for line in said for part in cut(cells(line))]
    width, height = round(COLUMNS * WIDTH) + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    rows = [
        f'<text xml:space="preserve" x="{MARGIN}" y="{MARGIN + 14 + HEIGHT * row}">{spans(line)}</text>'
        for row, line in enumerate(lines)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    frame = f'<rect width="{width}" height="{height}" rx="8" fill="#161b22"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", frame, *rows, "</svg>\n"])


def cells(line: str) -> list[Cell]:
    """The characters of a line, each with its paint."""
    pieces = PAINT.split(f"\x1b[0m{line}")[1:]
    return [(char, code) for code, text in zip(pieces[::2], pieces[1::2], strict=True) for char in text]


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
