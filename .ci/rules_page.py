"""Writes the rules of docs/rules.md: what each refuses, examples, why, and how to answer."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from pathlib import Path

from astro_runtime_guard.api import check
from astro_runtime_guard.findings.acknowledgements import line_to_write
from astro_runtime_guard.findings.checks import CHECKS
from astro_runtime_guard.model import Example, Rule, Rulebook
from astro_runtime_guard.versions.order import rank_of

_FAMILIES = (
    "The version as it is written",
    "The version and the one before",
    "Boundaries, in upgrade order",
    "Several files of one project",
    "Comments that answer findings",
)
_ANSWERS = {
    "reviewed": "`reviewed VERSION`",
    "downgraded": "`downgraded VERSION: REASON`",
    "never": "correct the comment",
}


def rules_section(book: Rulebook) -> str:
    """A table of all rules, and a section for each."""
    rules = sorted(book.rules, key=lambda rule: _order(rule, book))
    table = "".join(f"| [`{rule.name}`](#{_anchor(rule)}) | {_subject(rule)} | {_answer(rule)} |\n" for rule in rules)
    parts = [f"| rule | what it refuses | answer |\n| --- | --- | --- |\n{table}"]
    for family, members in groupby(rules, key=_family):
        parts += [f"\n## {_FAMILIES[family]}\n", *(_section(rule, book) for rule in members)]
    return "".join(parts)


def _family(rule: Rule) -> int:
    """The position of a rule's family."""
    check = CHECKS[rule.check]
    if check.verb == "never":
        return 4
    if check.across:
        return 3
    return 2 if check.boundary or rule.version else int(check.compares)


def _order(rule: Rule, book: Rulebook) -> tuple[object, ...]:
    image = next(image for image in book.images if image.name == rule.images[0])
    boundary = (not rule.version, rank_of(rule.version, image) if rule.version else None)
    family = _family(rule)
    return (
        family,
        boundary if CHECKS[rule.check].boundary or rule.version else list(CHECKS).index(rule.check),
        rule.name,
    )


def _anchor(rule: Rule) -> str:
    return rule.name.replace(".", "")


def _answer(rule: Rule) -> str:
    return _ANSWERS.get(CHECKS[rule.check].verb, f"`ignore {rule.name}: REASON`")


def _subject(rule: Rule) -> str:
    """What a rule refuses, in a few words."""
    if CHECKS[rule.check].verb != "reviewed":
        return CHECKS[rule.check].title
    message = _words(next(iter(rule.messages.values())))
    return re.split(r"[;:] ", message.removeprefix("upgrade from BEFORE to AFTER "))[0]


def _words(message: str) -> str:
    return re.sub(r"\{([a-z-]+)\}", lambda name: name[1].upper(), message)


def _section(rule: Rule, book: Rulebook) -> str:
    lines = [f"### `{rule.name}`", *(f"- {_words(message)}" for message in rule.messages.values())]
    bad, good = _bad(rule, book), _good(rule, book)
    lines += [f"Bad:\n\n{_block(bad)}"] if bad else []
    lines += [f"Good:\n\n{_block(good)}"] if good else []
    lines += ["To consider:", "\n".join(f"- {text}" for text in rule.consider)] if rule.consider else []
    lines += [f"To answer it: {_how(rule)}", f"Source: {_source(rule)}"]
    return "\n" + _joined(lines) + "\n"


def _joined(lines: list[str]) -> str:
    """Paragraphs with a blank line between them; the items of one list stay together."""
    text = lines[0]
    for before, after in pairwise(lines):
        text += ("\n" if before.startswith("- ") and after.startswith("- ") else "\n\n") + after
    return text


def _bad(rule: Rule, book: Rulebook) -> Example | None:
    real = (example for example in rule.finds if _real(example, book) is not False)
    return next(real, rule.finds[0] if rule.finds else None)


def _good(rule: Rule, book: Rulebook) -> Example | None:
    """An example that passes with a known build; else the newest known build, if the rule has nothing to say about it."""
    real = [example for example in rule.passes if _real(example, book)]
    newest = _newest(rule, book) if CHECKS[rule.check].verb == "ignore" else None
    return next((example for example in (*real, newest, *rule.passes) if example), None)


def _real(example: Example, book: Rulebook) -> bool | None:
    """Whether every version in an example is a known build or a series of one; None if it has no version."""
    known = [build for image in book.images for build, _ in image.builds]
    repositories = {name for image in book.images if image.builds for name in image.repositories}
    text = "\n".join((example.before or "", example.after, *(text for _, text in example.beside)))
    tags = [tag for name, tag in re.findall(r"FROM (\S+?):(\d[\w.-]*)", text) if name in repositories]
    tags += re.findall(r"runtime(?:_version)?\W+(\d[\w.-]*)", text)
    return all(any(_same(tag, build) for build in known) for tag in tags) if tags else None


def _same(tag: str, build: str) -> bool:
    """Whether a tag is a build, perhaps with suffixes, or a series that has the build."""
    return tag == build or tag.startswith(f"{build}-") or re.match(rf"{re.escape(tag)}[.-]", build) is not None


def _newest(rule: Rule, book: Rulebook) -> Example | None:
    """The newest known build, if the rule has nothing to say about it."""
    image = next(image for image in book.images if image.name == rule.images[0])
    if not image.builds or CHECKS[rule.check].compares:
        return None
    text = f"FROM {image.numberings[-1].published_in[0]}:{image.builds[-1][0]}"
    return None if check(None, text.encode(), rulebook=book, rules=[rule]) else Example(None, text, 0)


def _block(example: Example) -> str:
    """A code block for each file, with its name if there are several or if it is no Dockerfile."""
    before = f"# before: {example.before.strip()}\n" if example.before else ""
    texts = [(example.path, before + example.after.strip()), *((path, text.strip()) for path, text in example.beside)]
    named = [path for path, _ in texts] != ["Dockerfile"]
    return "\n\n".join((f"`{path}`:\n\n" if named else "") + _fenced(path, text) for path, text in texts)


def _fenced(path: str, text: str) -> str:
    language = {"toml": "toml", "yaml": "yaml", "json": "json"}.get(path.rpartition(".")[2], "dockerfile")
    return f"```{language}\n{text}\n```"


def _how(rule: Rule) -> str:
    line = line_to_write(rule, "VERSION")
    return f"{rule.acknowledge}, write `{line}`" if line else "correct or remove the comment."


def _source(rule: Rule) -> str:
    """What the comment at the top of the rule's file says, and the link."""
    text = Path(rule.origin).read_text(encoding="utf-8")
    head = " ".join(line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#"))
    known = re.match(r"(?:Known from|Sources?): (.*?[.])(?= [A-Z]|$)", head)
    return (f"{known[1]} " if known else "") + f"<{rule.link}>"
