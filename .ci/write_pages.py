"""Writes what is made from other files: parts of the pages, the picture docs/report.svg, and rules/compiled.py.

    python .ci/write_pages.py

tests/test_pages.py fails while they differ from what this writes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from configparser import ConfigParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from astro_runtime_guard.api import check
from astro_runtime_guard.findings.checks import CHECKS, Check
from astro_runtime_guard.reports import text as text_report
from astro_runtime_guard.rulebook.fields import Key
from astro_runtime_guard.rulebook.imagefile import IMAGE_KEYS
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.placefile import PLACE_KEYS
from astro_runtime_guard.rulebook.rulefile import RULE_KEYS
from astro_runtime_guard.rulebook.where import shipped_folder
from compile_rules import compile_rulebook
from draw_picture import PICTURE, drawn, refusal
from pages import PAGES, PROJECT, read, rulebook
from rules_page import rules_section
from test_cases import BOOK

PLUGIN = PROJECT / "hooks" / "mega-linter-plugin-astro-runtime" / "astro-runtime.megalinter-descriptor.yml"
COMPILED = PROJECT / "rules" / "compiled.py"
KEYS = {"rule": RULE_KEYS, "image": IMAGE_KEYS, "place": PLACE_KEYS}
_REFUSAL = re.compile(r"(<!-- refusal -->\n```text\n).*?```", re.S)
_REPORT = re.compile(r"(<!-- report: (?:(.*?) -> )?(.*?) -->\n```text\n).*?```", re.S)
_PART = re.compile(r"(<!-- (rules|checks|keys)(?: of an? (\w+))? -->\n).*?(<!-- end -->)", re.S)
_VERSION = re.compile(r"(rev: v|astro-runtime-guard==|astro-runtime-guard@|astro-runtime-guard/v)\d+\.\d+\.\d+")


def rewritten(page: str) -> str:
    """A page with every generated part made anew."""
    text = _REFUSAL.sub(lambda match: f"{match[1]}{refusal()}```", read(page))
    text = _REPORT.sub(lambda match: f"{match[1]}{_report(page, match[2], match[3])}```", text)
    text = _PART.sub(lambda match: f"{match[1]}\n{_part(match[2], match[3])}\n{match[4]}", text)
    return versioned(text)


def versioned(text: str) -> str:
    """A text in which every version of this project is the one of setup.cfg."""
    return _VERSION.sub(lambda match: match[1] + version(), text)


def version() -> str:
    """The project's version."""
    config = ConfigParser()
    config.read(PROJECT / "setup.cfg", encoding="utf-8")
    return config["metadata"]["version"]


def written_down() -> str:
    """rules/compiled.py as it should be."""
    book = load_rulebook([shipped_folder()], "", examples=True)
    return compile_rulebook(shipped_folder(), book)


def _report(page: str, before: str | None, after: str) -> str:
    """The report on a change of one line, by the rules that the page shows."""
    old = f"{before}\n".encode() if before else None
    return text_report.render(check(old, f"{after}\n".encode(), named="HEAD at 1a2b3c4", rulebook=rulebook(page)))


def _part(name: str, about: str) -> str:
    if name == "rules":
        return rules_section(BOOK)
    if name == "checks":
        head = "| check | what it finds | its keys | its values for `message` |\n| --- | --- | --- | --- |\n"
        return head + "".join(_check(*item) for item in CHECKS.items())
    return "| key | meaning |\n| --- | --- |\n" + "".join(_key(*item) for item in KEYS[about].items())


def _check(name: str, entry: Check) -> str:
    keys = ", ".join(f"`{key}`" for key in (*entry.keys, *entry.may))
    shared = CHECKS["ordered"].placeholders
    values = ", ".join(f"`{{{value}}}`" for value in entry.placeholders if value not in shared)
    return f"| `{name}` | {entry.title} | {keys} | {values} |\n"


def _key(name: str, key: Key) -> str:
    inside: Mapping[str, Key] = key.keys or {}
    keys = ", ".join(f"`{inner}`" for inner in inside)
    return (
        f"| `{name}`{' (required)' if key.required else ''} | {key.meaning}{f'; its keys: {keys}' if keys else ''} |\n"
    )


if __name__ == "__main__":
    COMPILED.write_text(written_down(), encoding="utf-8")
    PICTURE.write_text(drawn(), encoding="utf-8", newline="\n")
    for page, path in PAGES.items():
        path.write_text(rewritten(page), encoding="utf-8", newline="\n")
    PLUGIN.write_text(versioned(PLUGIN.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
