"""Writes what is made from other files: parts of README, README's picture, and rules/compiled.py.

    python .ci/write_readme.py

tests/test_readme.py fails while they differ from what this writes.
"""

from __future__ import annotations

import re
from pathlib import Path

from astro_runtime_guard.findings.checks import CHECKS
from astro_runtime_guard.model import Rule
from astro_runtime_guard.rulebook import compiled
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
from draw_picture import PICTURE, drawn
from test_cases import BOOK, CASES, parts

PROJECT = Path(__file__).parent.parent
WRITTEN = {name: PROJECT / name for name in ("README.md",)}


def rewritten(text: str) -> str:
    """A page with every generated part made anew."""
    text = re.sub(r"(<!-- case: ([\w-]+) -->\n```text\n).*?```", _case, text, flags=re.DOTALL)
    rules = "| rule | check | acknowledged with |\n| --- | --- | --- |\n" + "".join(map(_row, BOOK.rules))
    rules += "".join(map(_section, BOOK.rules))
    between = re.compile(r"(<!-- rules -->\n).*?(<!-- end of rules -->)", re.DOTALL)
    return between.sub(lambda match: f"{match[1]}\n{rules}\n{match[2]}", text)


def written_down() -> str:
    """rules/compiled.py as it should be."""
    book = load_rulebook([shipped_folder()], "", examples=True)
    return compiled.compile_rulebook(shipped_folder(), book)


def _case(match: re.Match[str]) -> str:
    return match[1] + parts(CASES / "loud" / f"{match[2]}.txt")["report"] + "```"


def _row(rule: Rule) -> str:
    verb = CHECKS[rule.check].verb
    answer = {"reviewed": "`reviewed VERSION`", "downgraded": "`downgraded VERSION: REASON`", "never": "mending it"}
    anchor = rule.name.replace(".", "")
    return f"| [`{rule.name}`](#{anchor}) | {rule.check} | {answer.get(verb, f'`ignore {rule.name}: REASON`')} |\n"


def _section(rule: Rule) -> str:
    """What the rule says, what it asks to consider, and a change that it passes."""
    words = [re.sub(r"\{([a-z-]+)\}", lambda m: m[1].upper(), message) for message in rule.messages.values()]
    example = rule.passes[0]
    change = f"# before: {example.before.strip()}\n" if example.before else ""
    change += f"# {example.path}\n" if example.path != "Dockerfile" else ""
    language = {"toml": "toml", "yaml": "yaml", "json": "json"}.get(example.path.rpartition(".")[2], "dockerfile")
    beside = "".join(f"\n\n# {path}, beside it\n{text.strip()}" for path, text in example.beside)
    lines = [f"\n### `{rule.name}`\n", *(f"> {message}\n>" for message in words)]
    lines[-1] = lines[-1].removesuffix("\n>")
    lines += ["", *(f"- {text}" for text in rule.consider)] if rule.consider else []
    lines += [
        "",
        f"Passes:\n\n```{language}\n{change}{example.after.strip()}{beside}\n```",
        "",
        f"More: <{rule.link}>",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    (PROJECT / "rules" / compiled.NAME).write_text(written_down(), encoding="utf-8")
    for page in WRITTEN.values():
        page.write_text(rewritten(page.read_text(encoding="utf-8")), encoding="utf-8")
    PICTURE.write_text(drawn("crossing"), encoding="utf-8", newline="\n")
