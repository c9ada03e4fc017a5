"""Any bytes as a rule file or an image file: CannotCheck with a place on each line, or something that can be used."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache

from astro_runtime_guard.api import check
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.model import Image, Rulebook
from astro_runtime_guard.plan import make_plan
from astro_runtime_guard.reports import github, sarif, text
from astro_runtime_guard.reports.report import Report
from astro_runtime_guard.rulebook.imagefile import read_image
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.rulefile import read_rule
from astro_runtime_guard.rulebook.where import shipped_folder
from astro_runtime_guard.yamlfile import read_yaml

BOOK = load_rulebook([shipped_folder()], "2026-11-22")
IMAGES = {image.name: image for image in BOOK.images}
CERTIFIED = b"FROM quay.io/astronomer/ap-airflow:2.3.0\n"
PLACED = re.compile(r"x\.yaml:([1-9]\d*):[1-9]\d*: [^\n]+")
CHANGES = (
    (None, b"FROM quay.io/astronomer/astro-runtime:5\n"),
    (b"FROM quay.io/astronomer/astro-runtime:4.2.6\n", b"FROM quay.io/astronomer/astro-runtime:13.7.0-base\n"),
    (b"FROM quay.io/astronomer/astro-runtime:4.2.6\n", b"FROM astrocrpublic.azurecr.io/runtime:3.1-2\n"),
    (b"FROM quay.io/astronomer/ap-airflow:2.2.4-onbuild\n", b"FROM example.com/thing:5.0.1-a1-b2\n"),
    (b"FROM example.com/thing:1.2.3\n", b"FROM example.com/thing:1\n"),
    (b"FROM quay.io/astronomer/astro-runtime:5.0.1\n", b"FROM quay.io/astronomer/ap-airflow:2.2.4\n"),
)

SEEDS = (
    rb"""R# Known from: a page.
image: astro-runtime
check: crossing
version: 12.0.0
from-below: 11.0.0
message: into {version} from {before}
consider: [a, 'b']
acknowledge: so
link: https://x
enabled: true
examples:
  finds: [{before: a, after: 'b'}]
  passes:
  - after: |
      FROM x
""",
    rb"""Rimage: [astro-runtime, astronomer-certified]
check: published
message:
  elsewhere: a {tag}
  no-colon: b
  never-built: c {line}
examples: {finds: [], passes: []}
""",
    rb"""Irepositories: [example.com/thing, "*/thing"]
numberings: [{name: only, tag: "{major}.{minor}.{patch}", first: 1, example: 1.0.0}]
suffixes: [-base, '-a{n}']
pre-releases: {alpha: a}
lines:
- {line: 5, numbering: only, airflow: 2.3, maintained-until: 2024-04-30, last-build: 5.9.9}
withdrawn: [{builds: [1.2.3], reason: bad, instead: 1.2.4, source: x}]
builds: {5.0.1: 2.3.2 2022-05-01}
steps: 'to {after}'
as-of: 2026-01-01
""",
    b"Iextends: astro-runtime\nrepositories: mirror.example.com/x\nbuilds: {14.0.0: 2.12.0 ?}\nsource: [a, b]\n",
    b"R&a [*a, !!str b, {c: d}]\n--- \n",
)
WORDS = (
    "image: ", "check: ", "version: ", "from-below: ", "message: ", "consider: ", "acknowledge: ", "link: ", "enabled: ", "examples: ",
    "finds: ", "passes: ", "before: ", "after: ", "extends: ", "repositories: ", "numberings: ", "suffixes: ", "pre-releases: ",
    "lines: ", "withdrawn: ", "builds: ", "steps: ", "succeeded-by: ", "as-of: ", "source: ", "astro-runtime", "astronomer-certified",
    "name: ", "tag: ", "published-in: ", "example: ", "first: ", "line: ", "numbering: ", "airflow: ", "python: ", "last-build: ",
    "pinned", "readable", "published", "ordered", "crossing", "acknowledgement", "maintained", "{major}", "{version}", "\n- ", "\n  ",
    "{}", "[]", "|\n", ">-\n", "&a ", "*a", "!!", "---\n", "...\n", "? ", "%YAML 1.1\n", "\"\\n\"", "\"\\x1b\"", "\"\\ud800\"", "\u2028", "true",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """The first byte says whether the rest is an image file (`I`) or a rule file."""
    try:
        book = read_image_file(data[1:]) if data[:1] == b"I" else read_rule_file(data[1:])
    except CannotCheck as problem:
        for line in str(problem).split("\n"):
            check_line(line, data)
        return
    use(book)


def check_line(line: str, data: bytes) -> None:
    """A line of CannotCheck begins with a place in the file and holds nothing that a terminal acts on."""
    place = PLACED.fullmatch(line)
    assert place, f"no place: {line!r}"
    assert line.isprintable(), "control character"
    # YAML has more line ends than \n, and libyaml puts what is missing at the end on the line below.
    assert int(place[1]) <= len(data.decode("utf-8", "replace").splitlines()) + 2, "line"
    assert "Value(" not in line or b"Value(" in data, "the inside of the program"


def read_rule_file(source: bytes) -> Rulebook:
    """The rulebook with this rule in it."""
    rule = read_rule(read_yaml(source, "x.yaml"), "x", IMAGES)
    return Rulebook(BOOK.images, (*BOOK.rules, rule))


def read_image_file(source: bytes) -> Rulebook:
    """The rulebook with this image in it, as the one that Astronomer Certified is succeeded by."""
    image = read_image(read_yaml(source, "x.yaml"), "x", IMAGES)
    certified = IMAGES["astronomer-certified"]._replace(succeeded_by="x")
    rules = tuple(rule._replace(images=(*rule.images, "x")) for rule in BOOK.rules if not rule.version)
    return Rulebook((image, certified, IMAGES["astro-runtime"]), rules)


@cache
def sample(image: Image) -> bytes:
    """A FROM with a repository of the image."""
    return f"FROM {image.repositories[0].replace('*', 'r.example')}:".encode("utf-8", "surrogateescape")


def use(book: Rulebook) -> None:
    """Whatever was accepted can be used without an exception, and no report of it holds a control character."""
    new = sample(book.images[0])
    pairs = ((new + b"5.0.1", new + b"5-base-a1"), (new + b"1.2.3-4", new + b"5.0.0-rc1"), (CERTIFIED, new + b"9.9.9"))
    for before, after in (*CHANGES, *pairs):
        report = Report(tuple(check(before, after, rulebook=book, rules=book.rules)), book.rules, "1", ("HEAD",))
        rendered = (text.render(report.findings), github.render(report), github.summary(report), sarif.render(report))
        assert "".join(rendered).replace("\n", "").isprintable(), "control character"
    with suppress(CannotCheck):
        make_plan("4.2.6", "13.7.0", book)
