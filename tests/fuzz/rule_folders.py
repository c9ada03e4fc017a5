"""Any files as a folder of rules: refused with the name of a file on each line, or rules by which files can be checked."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from astro_runtime_guard.api import check
from astro_runtime_guard.declarations.reading import Reader
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.model import Rulebook
from astro_runtime_guard.reports.text import render
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.overrides import overrides
from astro_runtime_guard.rulebook.where import shipped_folder

FILES = {
    "a": "a.yaml", "b": "runtime-5.yaml", "c": "pinned-runtime.yaml", "d": "branches.yaml", "e": "images/a.yaml", "f": "images/b.yaml",
    "g": "images/astro-runtime.yaml", "h": "images/astronomer-certified.yaml", "i": "places/a.yaml", "j": "places/deployment-file.yaml",
    "k": "rules.yml", "l": "places/b c.yaml", "m": "images/\x1b[31m.yaml",
}  # fmt: skip
PLACED = re.compile("|".join(re.escape(name.replace("\x1b", "\\x1b")) for name in FILES.values()))
DOCKERFILES = (
    b"FROM quay.io/astronomer/astro-runtime:4.2.6\n",
    b"# astro-runtime: reviewed 5.0.1\nFROM quay.io/astronomer/astro-runtime:5.0.1-base\n",
    b"FROM astrocrpublic.azurecr.io/runtime:3.1-2\n",
    b"FROM quay.io/astronomer/ap-airflow:2.2.4-onbuild\n",
    b"FROM example.com/thing:5.0.1-a\n",
    b"FROM example.com/other:latest\n",
)
PLACES = {
    "deployment.yaml": b'deployment: {configuration: {runtime_version: 5.0.1}}\na: {b: "5.0.1"}\n',
    "pyproject.toml": b'[tool.astro]\nruntime = "5.0.1"\n[a]\nb = "4"\n',
    "a.json": b'{"a": {"b": "5.0.1"}}',
}

IMAGE = b"""repositories: example.com/thing
numberings: [{name: only, tag: "{major}.{minor}.{patch}", first: 1, example: 1.0.0}]
lines:
- {line: 5, numbering: only, airflow: 2.3, maintained-until: 2024-04-30, last-build: 5.9.9}
builds: {5.0.1: 2.3.2 2022-05-01}
"""
RULE = b"""image: a
check: crossing
version: 5.0.1
message: into {version} from {before}
acknowledge: so
examples: {finds: [{before: a, after: b}], passes: [{after: c}]}
"""
PLACE = b"files: (^|/)(a|pyproject)[.](json|toml)$\nformat: [json, toml]\nimage: a\nversion: a.b\n"


def folder_of(**files: bytes) -> bytes:
    """A seed: each file behind the letter of its name."""
    return b"\0".join(name.encode() + text for name, text in files.items())


SEEDS = (
    folder_of(a=RULE, e=IMAGE, i=PLACE, d=b"targets: release/*\ndeployed: [main]\n"),
    folder_of(a=RULE.replace(b": a\n", b": [b]\n"), f=IMAGE, e=b"extends: b\nrepositories: example.com/other\n"),
    folder_of(e=IMAGE + b"carries: b\n", f=IMAGE + b"carries: a\n", i=PLACE, a=RULE),
    folder_of(e=b"extends: b\n", f=b"extends: a\n", g=b"extends: astro-runtime\nbuilds: {14.0.0: 2.12.0 ?}\n"),
    folder_of(h=IMAGE + b"succeeded-by: a\n", e=IMAGE + b"succeeded-by: a\n"),
    folder_of(b=b"enabled: false\n", c=RULE.replace(b": a\n", b": astro-runtime\n"), j=PLACE, k=b"", l=b"", m=b"\xff"),
    folder_of(
        e=IMAGE + b"succeeded-by: b\n", f=IMAGE + b"succeeded-by: a\nfixed-by: -{build}\nsuffixes: -{build}\n", a=RULE
    ),
)
WORDS = (
    *(f"\0{letter}" for letter in FILES), "image: a", "image: [a, b]", "check: ", "version: 5.0.1", "message: ", "examples: ", "enabled: ",
    "extends: ", "carries: ", "succeeded-by: ", "fixed-by: ", "repositories: ", "numberings: ", "suffixes: ", "lines: ", "builds: ", "withdrawn: ",
    "steps: ", "files: ", "format: ", "decides: creates", "exact: true", "dockerfile: ", "requirement: ", "package: ", "targets: ", "deployed: ",
    "astro-runtime", "astronomer-certified", "example.com/thing", "*/thing", "{major}", "{build}", "5.0.1", "a.b", "[.]", "+", "*", "pinned",
    "ordered", "maintained", "published", "crossing", "{before}", "\n- ", "[]", "{}", "\"\\x1b\"", "&a ", "*a", "\n",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """Files with a zero byte between them; the first letter of each chooses its name."""
    with TemporaryDirectory() as folder:
        for part in data.split(b"\0"):
            name = FILES.get(part[:1].decode("latin-1"))
            if name:
                Path(folder, name).parent.mkdir(exist_ok=True)
                Path(folder, name).write_bytes(part[1:])
        book, refusal = None, ""
        try:
            book = load_rulebook([shipped_folder(), folder], "2026-11-22")
        except CannotCheck as problem:
            refusal = str(problem)
        if book:
            use(book)
            return
        for line in refusal.split("\n"):
            assert line.isprintable(), "control character"
            assert line.startswith(folder), f"no file: {line!r}"
            assert PLACED.match(line, len(folder) + 1), f"no file: {line!r}"


def use(book: Rulebook) -> None:
    """Whatever was accepted can be used on any file, and says nothing of a file that did not change."""
    for before, after in zip((None, *DOCKERFILES), (*DOCKERFILES, DOCKERFILES[0]), strict=True):
        check_text(book, before, after, "Dockerfile")
    for path, text in PLACES.items():
        check_text(book, text.replace(b"5.0.1", b"4.2.6"), text, path)
    reader = Reader(book)
    for path in (*PLACES, "Dockerfile", "x/y.toml"):
        reader.kind(path)
    assert all(line.isprintable() for line in overrides(book)), "control character"


def check_text(book: Rulebook, before: bytes | None, after: bytes, path: str) -> None:
    """One change of one file."""
    found = check(before, after, path=path, rulebook=book, rules=book.rules)
    same = check(after, after, path=path, rulebook=book, rules=book.rules)
    assert render(found).replace("\n", "").isprintable(), "control character"
    assert not {finding.check for finding in same} & {"ordered", "crossing"}, "unchanged"
