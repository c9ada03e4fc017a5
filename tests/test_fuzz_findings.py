"""The harnesses of `fuzz/`: they pass their seeds, they notice what is broken, and they pass what they once found."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from astro_runtime_guard.api import check
from astro_runtime_guard.dockerfile.references import Reference, read_reference
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.findings.finding import Finding
from astro_runtime_guard.git.base import Base
from fuzz import (
    acknowledgement_comments,
    dockerfile_reader,
    event_files,
    references_and_tags,
    rule_folders,
    rulebook_files,
    symbolic_links,
    time_taken,
    whole_dockerfiles,
)

FUZZ = Path(__file__).parent / "fuzz"
HARNESSES = [import_module(f"fuzz.{path.stem}") for path in sorted(FUZZ.glob("[a-z]*.py"))]

FINDINGS: dict[str, tuple[ModuleType, bytes]] = {
    "an Airflow version that is none": (
        rulebook_files,
        b"I" + rulebook_files.SEEDS[2][1:].replace(b"airflow: 2.3", b"airflow: 2th.3"),
    ),
    "a flag in quotes": (whole_dockerfiles, b"FROM a\nCOPY --''f''rom=astro''nomer/astro''-runtime /a /b\n"),
    "an escaped flag": (whole_dockerfiles, rb"FROM a" + b"\n" + rb"COPY --\f\rom=astro\nomer/astro-runtime /a /b"),
    "a flag on two lines": (whole_dockerfiles, b"FROM a\nCOPY -\\\n-''f''rom=astro''nomer/astro''-runtime /a /b\n"),
    "a flag in pieces": (whole_dockerfiles, b"FROM a\nCOPY -\\\n-f\\\nrom=astro\\\nnomer/astro-runtime /a /b\n"),
    "a mount in pieces": (
        whole_dockerfiles,
        b"FROM a\nRUN --mount=type=bind,fr\\\nom=astro\\\nnomer/astro-runtime x\n",
    ),
    "a branch whose name is no text": (event_files, rb'0{"repository": {"default_branch": "\ud800"}}'),
    "a mapping for the name of a check": (rulebook_files, b"Rimage: astro-runtime\ncheck: {a: b}\n"),
    "a mapping for true or false": (rulebook_files, b"Renabled: {a: b}\n"),
    "a list for a number": (rulebook_files, b"Inumberings: [{first: [1]}]\n"),
    "a rule for no image": (rulebook_files, rulebook_files.SEEDS[0].replace(b"astro-runtime", b"[]")),
    "a line end in a key": (rulebook_files, b'R"a\\nb": c\n'),
    "a control character in a link": (
        rulebook_files,
        rulebook_files.SEEDS[0]
        .replace(b"12.0.0", b"5.0.0")
        .replace(b"11.0.0", b"5.0.0")
        .replace(b"https://x", rb'"x\e[31m"'),
    ),
    "a control character in a value": (rulebook_files, b'Rcheck: "\\e[31m"\n'),
    "an image and the one that carries it": (
        references_and_tags,
        b"o/astronomer/astro-runtime:0.0.1-base\na/astro-remote-execution-agent:0.0-2",
    ),
    "the folder above a linked folder": (symbolic_links, b"Dockerfile\nDockerfile>b/../c\nb>d/e\nd/e/x\nc\nd/c\n"),
    "a control character in the name of a rule file": (
        symbolic_links,
        b"a\n.astro-runtime/\x01x.yaml>../../out/x.yaml\n",
    ),
    "a circle through a missing folder": (symbolic_links, b"a\na>b\nb>c//c\nc>.>b/../c\n"),
    "an image with other versions than its rules": (rule_folders, rule_folders.folder_of(g=rule_folders.IMAGE)),
}


@pytest.fixture(autouse=True)
def _links(harness: ModuleType) -> None:
    if harness is symbolic_links and os.name == "nt":
        pytest.skip("links need a privilege there")


@pytest.mark.parametrize("harness", HARNESSES, ids=lambda harness: harness.__name__)
def test_seeds_pass(harness: ModuleType) -> None:
    assert harness.WORDS
    for seed in harness.SEEDS:
        harness.one_input(seed)


@pytest.mark.parametrize(("harness", "data"), FINDINGS.values(), ids=FINDINGS)
def test_what_was_found_is_mended(harness: ModuleType, data: bytes) -> None:
    harness.one_input(data)


def fails(*words: object) -> None:
    raise RecursionError


def silenced(before: bytes, after: bytes, **more: Any) -> list[Finding]:
    """A check that passes whatever has a comment above it."""
    return [] if b"\n#" in after else check(before, after, **more)


def lines_of(source: bytes) -> list[str]:
    """Physical lines that keep their CR."""
    return source.decode("utf-8", "surrogateescape").split("\n")


def undigested(text: str) -> Reference | None:
    """A reference whose digest is lost."""
    found = read_reference(text)
    return found._replace(digest="") if found else None


def unplaced(source: bytes, path: str) -> None:
    raise CannotCheck("not YAML")


BROKEN: dict[str, tuple[ModuleType, str, Callable[..., object]]] = {
    "a comment that silences": (acknowledgement_comments, "fuzz.acknowledgement_comments.check", silenced),
    "text as it stands": (acknowledgement_comments, "astro_runtime_guard.reports.text.printable", str),
    "a reader that raises": (dockerfile_reader, "fuzz.dockerfile_reader.read_stages", fails),
    "a reader that minds CR": (dockerfile_reader, "astro_runtime_guard.dockerfile.stages.source_lines", lines_of),
    "a reference without its digest": (references_and_tags, "fuzz.references_and_tags.read_reference", undigested),
    "no order": (references_and_tags, "fuzz.references_and_tags.span", lambda tag, image: None),
    "a rule file that raises": (rulebook_files, "fuzz.rulebook_files.read_yaml", fails),
    "a mistake without a place": (rulebook_files, "fuzz.rulebook_files.read_yaml", unplaced),
    "no base and no word": (event_files, "fuzz.event_files.decide", lambda *words: Base(())),
    "a check that forgets CR": (whole_dockerfiles, "astro_runtime_guard.dockerfile.stages.source_lines", lines_of),
    "links that are not followed": (symbolic_links, "astro_runtime_guard.git.plumbing.follow", lambda path, link: path),
    "a linked rule file": (symbolic_links, "astro_runtime_guard.rulebook.folders.leads_out", lambda path: False),
    "a folder that is not inside": (symbolic_links, "fuzz.symbolic_links.leads_out", lambda path: True),
    "a mistake without a file": (rule_folders, "astro_runtime_guard.rulebook.folders._shown", lambda path: "x.yaml"),
    "a folder of rules that raises": (rule_folders, "fuzz.rule_folders.load_rulebook", fails),
    "quadratic time": (time_taken, "fuzz.time_taken.seconds", lambda head, part, tail, size: (size / 30_000) ** 2),
}


@pytest.mark.parametrize(("harness", "name", "broken"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_noticed(
    monkeypatch: pytest.MonkeyPatch, harness: ModuleType, name: str, broken: Callable[..., object]
) -> None:
    monkeypatch.setattr(name, broken)
    with pytest.raises((AssertionError, RecursionError)):
        test_seeds_pass(harness)
