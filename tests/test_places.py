"""Places beside the Dockerfile: what is read in them and where, hostile files, and the files that describe places."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from astro_runtime_guard.api import check
from astro_runtime_guard.declarations.declaration import Declaration
from astro_runtime_guard.declarations.glance import FORMATS
from astro_runtime_guard.declarations.reading import Reader
from astro_runtime_guard.dockerfile.stages import source_lines
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.rulebook import expressions
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from shipped import BOOK

TOML, YAML, JSON = "pyproject.toml", "deployment.yaml", "deployment.json"
LEGACY = "quay.io/astronomer/astro-runtime"
NESTED = "deployment: {{configuration: {{runtime_version: {}}}}}\n"
INLINE = '{{"deployment": {{"configuration": {{"runtime_version": {}}}}}}}'


def described(declaration: Declaration) -> tuple[str, int, int, str]:
    tag = declaration.runtime.tag
    return f"{tag.kind} {tag.version}".rstrip(), declaration.line, declaration.column, declaration.written


# path, text, and of each declaration: what it is, line, column, how it is written
READ = {
    "a text": (TOML, '[tool.astro]\nruntime = "3.3-8"\n', [("build 3.3-8", 2, 12, "3.3-8")]),
    "a text in other quotes": (TOML, "[tool.astro]\nruntime = '3.3-8'\n", [("build 3.3-8", 2, 12, "3.3-8")]),
    "a text of three quotes": (TOML, '[tool.astro]\nruntime = """3.3-8"""\n', [("build 3.3-8", 2, 14, "3.3-8")]),
    "a text of three single quotes elsewhere": (TOML, "[tool.black]\nexclude = '''\n\"it's\n'''\n[tool.astro]\nruntime = \"3.3-8\"\n", [("build 3.3-8", 6, 12, "3.3-8")]),
    "an escaped text": (TOML, '[tool.astro]\nruntime = "\\u0033.3-8"\n', [("build 3.3-8", 2, 12, "\\u0033.3-8")]),
    "an inline table": (TOML, '[tool]\nastro = {x = "3.3-8", runtime = "3.3-8"}\n', [("build 3.3-8", 2, 34, "3.3-8")]),
    "dotted keys": (TOML, 'tool.astro.runtime="3.3-8"', [("build 3.3-8", 1, 21, "3.3-8")]),
    "keys in quotes": (TOML, '["tool".astro]\n"runtime" = "3.3-8"', [("build 3.3-8", 2, 14, "3.3-8")]),
    "rows of dots": (TOML, f'# {"." * 200}\n[tool.astro]\nx = "{"." * 200}"\nruntime = "3.3-8"\n', [("build 3.3-8", 4, 12, "3.3-8")]),
    "quotes in texts": (TOML, 'x = "a\\" "\ny = """a\\""" b"""\n[tool.astro]\nruntime = "3.3-8"\n', [("build 3.3-8", 4, 12, "3.3-8")]),
    "the same text elsewhere": (
        TOML,
        'x = ["3.3-8", \'3.3-8\'] # "3.3-8"\n"3.3-8" = 1\n[tool.astro]\nruntime = "3.3-8"\ny = "3.3-8"\n',
        [("build 3.3-8", 4, 12, "3.3-8")],
    ),
    "quotes in comments": (TOML, "# it's\n[tool.astro] # \"\"\"\nruntime = '3.3-8' # '\n", [("build 3.3-8", 3, 12, "3.3-8")]),
    "a float": (TOML, "[tool.astro]\nother = 3.10\nruntime = 3.10 # no text\n", [("series 3.10", 3, 11, "3.10")]),
    "a float without blanks": (TOML, "[tool.astro]\nx = [\n1,\n2]\nruntime=3.10\n", [("series 3.10", 5, 9, "3.10")]),
    "a float behind a tab": (TOML, "[tool.astro]\nruntime =\t3.10\n", [("series 3.10", 2, 11, "3.10")]),
    "a date": (TOML, "[tool.astro]\nruntime = 2026-11-22 07:30:00\n", [("no-version", 2, 11, "2026-11-22 07:30:00")]),
    "a flag in an inline table": (TOML, "[tool]\nastro = {runtime = true, x = 1}\n", [("no-version", 2, 20, "true")]),
    "a list": (TOML, '[tool.astro]\nruntime = ["3.3-8"]\n', [("no-version", 2, 11, '["3.3-8"]')]),
    "a version with a colon": (TOML, '[tool.astro]\nruntime = "3.3:8"\n', [("no-version", 2, 12, "3.3:8")]),
    "a table": (TOML, '[tool.astro]\nruntime = {version = "3.3-8"}\n', [("no-version", 2, 11, '{version = "3.3-8"}')]),
    "latest": (TOML, '[tool.astro]\nruntime = "latest"\n', [("latest", 2, 12, "latest")]),
    "an image without a tag": (TOML, f'[tool.astro]\nruntime = "{LEGACY}"\n', [("reference", 2, 12, LEGACY)]),
    "a slash and no image": (TOML, '[tool.astro]\nruntime = "N/A"\n', [("no-version", 2, 12, "N/A")]),
    "a flavour": (TOML, '[tool.astro]\nruntime = "3.3-8-slim"\n', [("no-version 3.3-8", 2, 12, "3.3-8-slim")]),
    "a variable": (TOML, '[tool.astro]\nruntime = "${R}"\n', [("no-version", 2, 12, "${R}")]),
    "nothing in it": (TOML, '[tool.astro]\nruntime = ""\n', [("no-version", 2, 12, "")]),
    "a byte order mark and Windows line ends": (TOML, '\ufeff[tool.astro]\r\nruntime = "3.3-8"\r\n', [("build 3.3-8", 2, 12, "3.3-8")]),
    "a requirement": (TOML, '[tool.astro]\n[project]\ndependencies = ["pandas==3.3.*", "apache-airflow==3.3.*"]\n', [("series 3.3", 3, 35, "apache-airflow==3.3.*")]),
    "a requirement of one Airflow": (TOML, '[tool.astro]\n[project]\ndependencies = ["Apache.Airflow[celery] == 2.10.4 ; x"]\n', [("series 12", 3, 18, "Apache.Airflow[celery] == 2.10.4 ; x")]),
    "a requirement without a series": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow>=3.3"]\n', []),
    "a requirement of a whole major": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow~=3.3"]\n', []),
    "a requirement of two clauses": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow==3.3.*,!=3.3.1"]\n', []),
    "a requirement of compatible releases": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow~=3.3.0"]\n', [("series 3.3", 3, 18, "apache-airflow~=3.3.0")]),
    "a requirement in parentheses": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow (==3.3.*)"]\n', [("series 3.3", 3, 18, "apache-airflow (==3.3.*)")]),
    "a requirement in wide parentheses": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow ( ==3.3.* )"]\n', [("series 3.3", 3, 18, "apache-airflow ( ==3.3.* )")]),
    "a requirement whose parenthesis is not closed": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow (==3.3.10"]\n', []),
    "a requirement whose parenthesis is not opened": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow <==3.3.10)"]\n', []),
    "a requirement with blanks around its extras": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow [celery] ==3.3.*"]\n', [("series 3.3", 3, 18, "apache-airflow [celery] ==3.3.*")]),
    "a requirement behind a space": (TOML, '[tool.astro]\n[project]\ndependencies = [" apache-airflow==3.3.*"]\n', [("series 3.3", 3, 18, " apache-airflow==3.3.*")]),
    "a requirement of the core": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow-core==3.3.*"]\n', [("series 3.3", 3, 18, "apache-airflow-core==3.3.*")]),
    "a requirement of the core beside the package": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow", "apache_airflow_core==3.3.1"]\n', [("series 3.3", 3, 36, "apache_airflow_core==3.3.1")]),
    "two requirements": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow>=3.3", "apache-airflow-core==3.3.*"]\n', [("ambiguous", 3, 41, "apache-airflow-core==3.3.*")]),
    "two requirements beside a version": (TOML, '[tool.astro]\nruntime = "3.3-8"\n[project]\ndependencies = ["apache-airflow-core==3.3.*", "apache-airflow==3.3.*"]\n', [("build 3.3-8", 2, 12, "3.3-8"), ("ambiguous", 4, 48, "apache-airflow==3.3.*")]),
    "a table in another spelling": (TOML, '[tool."\\u0061stro"]\nruntime = "3.3-8"\n', [("build 3.3-8", 2, 12, "3.3-8")]),
    "a table in a longer spelling": (TOML, '[tool."astr\\U0000006F"]\nruntime = "3.3-8"\n', [("build 3.3-8", 2, 12, "3.3-8")]),
    "a key in another spelling": (YAML, 'deployment: {configuration: {"runtime_\\x76ersion": 9.10.0}}\n', [("build 9.10.0", 1, 52, "9.10.0")]),
    "a key over two lines": (YAML, 'deployment:\n  configuration:\n    ? "runtime_\\\n      version"\n    : 9.10.0\n', [("build 9.10.0", 5, 7, "9.10.0")]),
    "a key in another spelling in JSON": (JSON, '{"deployment": {"configuration": {"runtime_\\u0076ersion": "9.10.0"}}}', [("build 9.10.0", 1, 60, "9.10.0")]),
    "a backslash and no such key": (JSON, '{"runtime_\\u0077ersion": not JSON', []),
    "an image reference": (YAML, NESTED.format("quay.io/astronomer/astro-runtime:9.10.0"), [("reference", 1, 47, "quay.io/astronomer/astro-runtime:9.10.0")]),
    "an image and a tag": (YAML, NESTED.format("'postgres:15'"), [("reference", 1, 48, "postgres:15")]),
    "a requirement of an Airflow that no Runtime has": (TOML, '[tool.astro]\n[project]\ndependencies = ["apache-airflow==2.0.*"]\n', []),
    "a requirement without the table": (TOML, '[astro]\n[project]\ndependencies = ["apache-airflow==3.3.*"]\n', []),
    "a requirement beside a Dockerfile": (TOML, '[tool.astro]\ndockerfile = "a/b"\n[project]\ndependencies = ["apache-airflow==3.3.*"]\n', []),
    "no table": (TOML, '[project]\nname = "astro"\n', []),
    "a plain scalar": (YAML, "deployment:\n  configuration:\n    runtime_version: 9.10.0 # pinned\n", [("build 9.10.0", 3, 22, "9.10.0")]),
    "what YAML takes for a number": (YAML, NESTED.format("9.10"), [("series 9.10", 1, 47, "9.10")]),
    "a quoted scalar": (YAML, NESTED.format("'9.10.0'"), [("build 9.10.0", 1, 48, "9.10.0")]),
    "properties of a scalar": (YAML, NESTED.format('&v !!str "9.10.0"'), [("build 9.10.0", 1, 57, "9.10.0")]),
    "a wide space between properties": (YAML, NESTED.format("&v  ! 9.10.0"), [("build 9.10.0", 1, 53, "9.10.0")]),
    "two words": (YAML, NESTED.format("9.10.0 beta"), [("no-version", 1, 47, "9.10.0 beta")]),
    "the next line": (YAML, "deployment:\n  configuration:\n    runtime_version:\n      9.10.0\n", [("build 9.10.0", 4, 7, "9.10.0")]),
    "characters of four bytes": (YAML, "{'\U0001f600': 1, deployment: {configuration: {runtime_version: 9.10.0}}}", [("build 9.10.0", 1, 56, "9.10.0")]),
    "a line separator is no line end": (YAML, "x: '\u2028\x85'\n" + NESTED.format("9.10.0"), [("build 9.10.0", 2, 47, "9.10.0")]),
    "several documents": (YAML, f"{NESTED.format('9.1.0')}---\nx: 1\n---\n{NESTED.format('9.2.0')}", [("build 9.1.0", 1, 47, "9.1.0"), ("build 9.2.0", 5, 47, "9.2.0")]),
    "an alias": (YAML, "v: &v 9.10.0\n" + NESTED.format("*v"), [("build 9.10.0", 1, 7, "9.10.0")]),
    "an alias of a table": (YAML, "c: &c {runtime_version: 9.10.0}\ndeployment: {configuration: *c}\n", [("build 9.10.0", 1, 25, "9.10.0")]),
    "a merge key": (YAML, "c: &c {runtime_version: 9.10.0}\ndeployment: {configuration: {<<: *c}}\n", [("build 9.10.0", 1, 25, "9.10.0")]),
    "one's own key before one merged in": (YAML, "c: &c {runtime_version: 9.1.0}\ndeployment: {configuration: {<<: [*c], runtime_version: 9.2.0}}\n", [("build 9.2.0", 2, 57, "9.2.0")]),
    "the first of several tables that are merged in": (YAML, "a: &a {runtime_version: 9.1.0}\nb: &b {runtime_version: 9.2.0}\ndeployment: {configuration: {<<: [*a, *b]}}\n", [("build 9.1.0", 1, 25, "9.1.0")]),
    "tables that merge the same one": (YAML, "z: &z {x: 1}\na: &a {<<: *z}\nb: &b {<<: *z}\nc: &c {runtime_version: 9.1.0}\ndeployment: {configuration: {<<: [*a, *b, *c]}}\n", [("build 9.1.0", 4, 25, "9.1.0")]),
    "a table merged into the first one": (YAML, "c: &c {runtime_version: 9.1.0}\na: &a {<<: *c}\nb: &b {runtime_version: 9.2.0}\ndeployment: {configuration: {<<: [*a, *b]}}\n", [("build 9.1.0", 1, 25, "9.1.0")]),
    "a table inside one that is merged in": (YAML, "c: &c {x: {runtime_version: 9.1.0}}\ndeployment: {configuration: {<<: *c}}\n", []),
    "the first of several merge keys": (YAML, "a: &a {runtime_version: 9.1.0}\nb: &b {runtime_version: 9.2.0}\ndeployment: {configuration: {<<: *a, <<: *b}}\n", [("build 9.1.0", 1, 25, "9.1.0")]),
    "a table that is its own": (YAML, "deployment: &d {configuration: *d, <<: *d, runtime_version: 9.1.0}", [("build 9.1.0", 1, 61, "9.1.0")]),
    "a table that merges itself": (YAML, "deployment: &d {<<: [*d, {<<: *d}], x: runtime_version}", []),
    "a key given twice": (YAML, "deployment:\n  configuration: {runtime_version: 9.1.0, runtime_version: 9.2.0}\n", [("build 9.2.0", 2, 60, "9.2.0")]),
    "nothing at all": (YAML, NESTED.format("''"), [("no-version", 1, 48, "")]),
    "a list in YAML": (YAML, "deployment:\n  configuration:\n    runtime_version: [9.1.0]\n", [("no-version", 3, 22, "[9.1.0]")]),
    "a list in YAML with Windows line ends": (YAML, "deployment:\r\n  configuration:\r\n    runtime_version: [9.1.0] \r\n", [("no-version", 3, 22, "[9.1.0]")]),
    "a list that is its own": (YAML, NESTED.format("&v [*v, 9.1.0]"), [("no-version", 1, 47, "&v [*v, 9.1.0]}}")]),
    "a quoted scalar with an escape": (YAML, NESTED.format('"9\\x2e1.0"'), [("build 9.1.0", 1, 48, "9\\x2e1.0")]),
    "a key one level deeper": (YAML, "deployment: {configuration: {x: {runtime_version: 9.1.0}}}\n", []),
    "a list of shapes in YAML": (YAML, "- deployment: {configuration: {runtime_version: 9.1.0}}\n", []),
    "another shape": (YAML, "- deployment\n- configuration: {runtime_version: 9.1}\n", []),
    "an empty file": (YAML, "# runtime_version\n", []),
    "JSON": (JSON, INLINE.format('"9.10.0"'), [("build 9.10.0", 1, 55, "9.10.0")]),
    "the same text below it in JSON": (JSON, INLINE.format('"9.1.0", "x": "9.1.0"}, "y": {"z": 1'), [("build 9.1.0", 1, 55, "9.1.0")]),
    "a number in JSON": (JSON, INLINE.format("9.10"), [("series 9.10", 1, 54, "9.10")]),
    "a number of many digits in JSON": (JSON, INLINE.format("9" * 5_000), [("no-version", 1, 54, "9" * 5_000)]),
    "nothing in JSON": (JSON, INLINE.format('""'), [("no-version", 1, 55, "")]),
    "null": (JSON, INLINE.format("null"), [("no-version", 1, 54, "null")]),
    "an escaped text in JSON": (JSON, INLINE.format('"9\\u002e10.0"'), [("build 9.10.0", 1, 55, "9\\u002e10.0")]),
    "a quote in a text of JSON": (JSON, '{"x": "a\\" ", "y": "\\\\", "deployment": {"configuration": {"runtime_version": "9.1.0"}}}', [("build 9.1.0", 1, 79, "9.1.0")]),
    "a number beside other numbers in JSON": (JSON, '{"x": [1,[2],{"y":3}],"deployment": {"configuration": {"runtime_version":9.10}},"z":4}', [("series 9.10", 1, 74, "9.10")]),
    "a blank behind a key of JSON": (JSON, '{"deployment": {"configuration": {"runtime_version" : "runtime_version"}}}', [("no-version", 1, 56, "runtime_version")]),
    "the key as its value": (JSON, INLINE.format('"runtime_version"'), [("no-version", 1, 55, "runtime_version")]),
    "a key given twice in JSON": (JSON, INLINE.format('"9.1.0", "runtime_version": "9.2.0"'), [("build 9.2.0", 1, 83, "9.2.0")]),
    "a list under a key in another spelling in JSON": (JSON, '{"deployment": {"configuration": {"runtime_\\u0076ersion": ["9.10.0"]}}}', [("no-version", 1, 1, "")]),
    "a list of shapes": (JSON, f'[{INLINE.format(9)}]', []),
}  # fmt: skip


def test_each_format_has_texts() -> None:
    tried = {path.rpartition(".")[2] for path, *_ in READ.values()}
    assert {FORMATS[ending] for ending in tried} == set(FORMATS.values()), "a format needs texts in READ"


@pytest.mark.parametrize(("path", "text", "expected"), READ.values(), ids=READ)
def test_read(path: str, text: str, expected: list[tuple[str, int, int, str]]) -> None:
    source = text.encode()
    declarations = [described(each) for each in Reader(BOOK).read(path, source).declarations]
    assert declarations == expected
    for _, line, column, written in declarations:
        assert source_lines(source)[line - 1][column - 1 :].startswith(written)


EXACT = {
    "==3.3.*": "apache-airflow==3.3.* stands for Runtime 3.3; ",
    "==3.3": "apache-airflow==3.3 is exactly Airflow 3.3.0, a version of Runtime 3.3 (3.3-2 has it); ",
    "==3.3.0": "apache-airflow==3.3.0 is exactly Airflow 3.3.0, a version of Runtime 3.3 (3.3-2 has it); ",
    "==2.4.3": "apache-airflow==2.4.3 is exactly Airflow 2.4.3, a version of Runtime 6 (6.10.0 has it); ",
    "==3.3.0 ": "apache-airflow==3.3.0 is exactly Airflow 3.3.0, a version of Runtime 3.3 (3.3-2 has it); ",
    "==3.1.4": "apache-airflow==3.1.4 is exactly Airflow 3.1.4, a version of Runtime 3.1; ",  # the build was withdrawn
    "===3.3.99": "apache-airflow===3.3.99 is exactly Airflow 3.3.99, a version of Runtime 3.3; ",
}


@pytest.mark.parametrize(("clause", "note"), EXACT.items())
def test_a_requirement_says_what_it_stands_for(clause: str, note: str) -> None:
    source = f'[tool.astro]\n[project]\ndependencies = ["apache-airflow{clause}"]\n'.encode()
    (declaration,) = Reader(BOOK).read(TOML, source).declarations
    assert declaration.notes == (f"{note}write the version under [tool.astro]",)


CLAUSES = (
    "==3.3.*", "== 3.3.*", "==3.3.1.*", "==3.3.10.*", "==10.10.*", "~=3.3.0", "~= 3.3.10", "~=3.3.0.1", "===3.3.0", "==3.3.10",
    "==3.3", "==3.3..*", "==3.3.", "==3..3", "~=3.3.", "~=3.3..0", "~=3.3", "====3.3", "==3.*", ">=3.3.0", "3.3.0",
)  # fmt: skip
MINORS = ("3.2", "3.3", "3.4", "10.1", "10.10")


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_requirement_stands_for_a_series_where_it_allows_that_alone(clause: str) -> None:
    """What it allows is as `packaging` reads it, the library of pip."""
    try:
        allows = SpecifierSet(str(Specifier(clause)))  # until packaging 22, a set takes more than PEP 440 allows
    except InvalidSpecifier:
        allows = SpecifierSet("<0")
    patches = ("", ".0", ".0.1", ".1", ".10")
    minors = {minor for minor in MINORS if any(allows.contains(minor + patch) for patch in patches)}
    source = f'[tool.astro]\n[project]\ndependencies = ["apache-airflow{clause}"]\n'.encode()
    read = [described(each)[0] for each in Reader(BOOK).read(TOML, source).declarations]
    assert read == ([f"series {minor}" for minor in minors] if len(minors) == 1 else [])


SERIES = {"3": ["legacy", "airflow-3"], "3.0": ["legacy", "airflow-3"], "3.1": ["airflow-3"], "4.2": ["legacy"]}


@pytest.mark.parametrize(("series", "expected"), SERIES.items())
def test_a_series_is_of_no_line_that_ended_before_it(series: str, expected: list[str]) -> None:
    """The last build of Runtime 3 is 3.0.4, so 3.1 is Airflow 3 here, where no repository says which one it is."""
    (declaration,) = Reader(BOOK).read(TOML, f'[tool.astro]\nruntime = "{series}"\n'.encode()).declarations
    numberings = declaration.runtime.image.numberings
    assert [numberings[at].name for at in declaration.runtime.tag.numberings] == expected


def test_a_dockerfile_with_the_ending_of_a_place_is_read_as_what_it_is() -> None:
    reader = Reader(BOOK)
    (declaration,) = reader.read("prod-dockerfile.yaml", NESTED.format("9.1.0").encode()).declarations
    assert declaration.instruction == "key runtime_version"
    (declaration,) = reader.read("app/Dockerfile.yaml", b"FROM quay.io/astronomer/astro-runtime:9.1.0\n").declarations
    assert declaration.instruction == "FROM"
    for path in ("dockerfile.YML", "a/Containerfile.json", "container/my.dockerfile-2.toml"):
        assert len(reader.read(path, b"FROM quay.io/astronomer/astro-runtime:9.1.0\n").declarations) == 1
    for path in ("prod.yaml", "docker.yaml", "container.json", "my-file.yaml", "Dockerfile/prod.yaml"):
        assert reader.read(path, b"FROM quay.io/astronomer/astro-runtime:9.1.0\n").declarations == ()


def test_where_a_text_begins_on_the_next_line() -> None:
    (declaration,) = Reader(BOOK).read(TOML, b'[tool.astro]\nruntime = """\n3.3-8"""\n').declarations
    assert described(declaration) == ("build 3.3-8", 2, 14, "\n3.3-8")


def test_a_value_whose_place_is_not_found_is_no_reason_to_pass() -> None:
    (declaration,) = Reader(BOOK).read(TOML, b'[tool.astro]\n"runtime" = "runtime"\n').declarations
    assert described(declaration) == ("no-version", 1, 1, "runtime")


COMMENTS = {
    "TOML": (TOML, '# 1\n\n[tool.astro] # 2\n# 3\n  # 4\nruntime = "3.3-8" # 5\n', ["# 3", "# 4"]),
    "TOML, a text of several lines": (TOML, '[tool.astro]\nx = """\n# 1\n# 2"""\n# 3\nruntime = "3.3-8"\n', ["# 3"]),
    "TOML, above a text of several lines": (TOML, '[tool.astro]\n# 1\nruntime = "3.3-8"\nx = """\n# 2"""\n', ["# 1"]),
    "TOML, more than are read": (TOML, "".join(f"# {n}\n" for n in range(101)) + 'tool.astro.runtime = "3"\n', [f"# {n}" for n in range(1, 101)]),
    "TOML, far to the right": (TOML, f'{" " * 99}# 1\n{" " * 100}# 2\n{chr(9) * 13}# 3\n# {"4" * 100}#\ntool.astro.runtime = "3"\n', ["# 1", f"# {'4' * 100}#"]),
    "TOML, a requirement": (TOML, '[tool.astro]\n[project]\n# 1\ndependencies = [\n# 2\n"apache-airflow==3.3.*"]\n', ["# 2"]),
    "YAML": (YAML, "# 1\ndeployment:\n  configuration:\n    # 2\n    runtime_version: 9.1.0\n", ["# 2"]),
    "YAML, a block": (YAML, "deployment:\n  x: |\n    # 1\n    # 2\n  # 3\n  configuration: {runtime_version: 9.1.0}\n", ["# 3"]),
    "YAML, a block alone": (YAML, "deployment:\n  x: |\n    # 1\n  configuration: {runtime_version: 9.1.0}\n", []),
    "YAML, an anchor in front of a table": (YAML, "deployment:\n  configuration: &c\n    # 1\n    runtime_version: 9.1.0\n", ["# 1"]),
    "YAML, key and value": (YAML, "deployment:\n  configuration:\n    # 1\n    runtime_version:\n      # 2\n      9.1.0\n", ["# 1", "# 2"]),
    "YAML, an alias and its anchor": (YAML, "# 1\nv: &v 9.1.0\ndeployment:\n  configuration:\n    # 2\n    runtime_version: *v\n", ["# 1", "# 2"]),
    "JSON": (JSON, INLINE.format('\n"9.1.0"'), []),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), COMMENTS.values(), ids=COMMENTS)
def test_comments_above(path: str, text: str, expected: list[str]) -> None:
    (declaration,) = Reader(BOOK).read(path, text.encode()).declarations
    assert [comment.text for comment in declaration.comments] == expected
    assert [text.split("\n")[comment.line - 1].strip() for comment in declaration.comments] == expected


def test_json_says_why_no_line_in_it_can_acknowledge() -> None:
    (finding,) = check(None, INLINE.format('"9.10"').encode(), path=JSON, rulebook=BOOK)
    assert (finding.rule, finding.comment, finding.notes[0].partition(",")[0]) == (
        "pinned-runtime",
        "",
        "JSON has no comments",
    )


HINT = "(fix it, or exclude this file if it names no version)"
UNREADABLE = {
    "no TOML": (TOML, b"[tool.astro\n", "1:12: not TOML: "),
    "TOML that ends": (TOML, b'[tool.astro]\nruntime = "3', "2:1: not TOML: "),
    "TOML of another encoding": (TOML, b'[tool.astro]\nx = "\xff"', f"2:1: the file is not UTF-8 {HINT}"),
    **({"a number of many digits": (TOML, b"[tool.astro]\nruntime = " + b"9" * 9_000, "2:1: not TOML: ")} if hasattr(sys, "get_int_max_str_digits") else {}),
    "no YAML": (YAML, b"x: 1\nruntime_version: {{ .Values.runtime }\n", "3:1: not YAML: "),
    "YAML with a tab": (YAML, b"deployment:\n\tconfiguration: {runtime_version: 9.1.0}\n", f"2:1: not YAML: a tab stands here; YAML is indented with spaces {HINT}"),
    "YAML of another encoding": (YAML, b"runtime_version: \xff", f"1:1: the file is not UTF-8 {HINT}"),
    "an alias of nothing": (YAML, b"runtime_version: *v", f"1:18: not YAML: the alias *v names no anchor {HINT}"),
    "an alias of another document": (YAML, b"v: &v 9.1.0\n---\nruntime_version: *v", f"3:18: not YAML: the alias *v names no anchor {HINT}"),
    "no JSON": (JSON, b'{"runtime_version": ', "1:21: not JSON: "),
    "JSON of another encoding": (JSON, '{"runtime_version": "\u20ac"}'.encode("cp1252"), f"1:1: the file is not UTF-8 {HINT}"),
}  # fmt: skip
TOO_MUCH = {
    "deep TOML": (TOML, b"[tool.astro]\nx = " + b"[" * 100_000, f"1:1: not TOML that can be read: nested too deeply {HINT}"),
    "TOML with a deep key": (TOML, b"[tool.astro]\n" + b"a." * 200_000 + b"a = 1", f"2:1: not TOML that can be read: nested too deeply {HINT}"),
    "large TOML": (TOML, b"[tool.astro]\n" + b"#" * 1_000_000, f"1:1: the file is larger than 1000000 bytes {HINT}"),
    "deep YAML": (YAML, b"runtime_version: " + b"[" * 100_000, f"1:117: nested more than 100 levels deep {HINT}"),
    "deep JSON": (JSON, b'{"runtime_version": ' + b"[" * 100_000, f"1:1: not JSON that can be read: nested too deeply {HINT}"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "source", "expected"), (UNREADABLE | TOO_MUCH).values(), ids=UNREADABLE | TOO_MUCH)
def test_what_cannot_be_read_is_refused(path: str, source: bytes, expected: str) -> None:
    with pytest.raises(CannotCheck) as raised:
        check(None, source, path=path, rulebook=BOOK)
    assert str(raised.value).startswith(f"{path}:{expected}")
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("part", ["a", "a-b_1", '"x y"', "'x y'", '""', "''"])
@pytest.mark.parametrize("dot", [".", " .", "\t.", ". ", ".\t", " \t.\t "])
def test_a_key_of_toml_has_at_most_100_parts(part: str, dot: str) -> None:
    text = "{} = 1\n[tool.astro]\nruntime = '3.3-8'\n"
    most, more = (text.format(dot.join([part] * parts)).encode() for parts in (100, 101))
    assert len(Reader(BOOK).read(TOML, most).declarations) == 1
    with pytest.raises(CannotCheck, match="1:1: not TOML that can be read: nested too deeply"):
        Reader(BOOK).read(TOML, more)


GOOD = {TOML: '[tool.astro]\nruntime = "3.3-8"', YAML: NESTED.format("9.1.1"), JSON: INLINE.format('"9.7.0"')}
COMPARED = BOOK._replace(places=tuple(place._replace(decides="runs") for place in BOOK.places))
OVER_LIMIT = {
    **{name: (path, source) for name, (path, source, _) in TOO_MUCH.items()},
    "more values than are read": (YAML, NESTED.format("[" + "9.1.0," * 501 + "]").encode()),
    "more values in JSON than are read": (JSON, INLINE.format("[" + '"9.1.0",' * 500 + '"9.1.0"]').encode()),
    "more values of several documents than are read": (YAML, (NESTED.format("9.1.0") + "---\n").encode() * 501),
    "more keys than are read": (YAML, b"runtime_version: 9.1.0\nx: [" + b"y," * 50_000 + b"]"),
    "a Dockerfile of another name": ("base", b"FROM quay.io/astronomer/astro-runtime:9.1.0\n" * 501),
    "a place that is a Dockerfile": ("app/Dockerfile.yaml", b"FROM quay.io/astronomer/astro-runtime:9.1.0\n" * 501),
}  # fmt: skip


@pytest.mark.parametrize(("path", "source", "expected"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_could_not_be_read_before_or_is_beside_is_ignored(path: str, source: bytes, expected: str) -> None:
    """No other program could read it either, so nothing ran by it."""
    assert not [it for it in check(source, GOOD[path].encode(), path=path, rulebook=COMPARED) if it.base]
    dockerfile = b"FROM quay.io/astronomer/astro-runtime:9.7.0\n"
    assert check(None, dockerfile, beside={path: source}, rulebook=BOOK) == []


@pytest.mark.parametrize(("path", "source"), OVER_LIMIT.values(), ids=OVER_LIMIT)
def test_a_file_over_a_limit_may_have_had_a_version_before(path: str, source: bytes) -> None:
    after = GOOD.get(path, "FROM quay.io/astronomer/astro-runtime:9.1.0\n").encode()
    with pytest.raises(CannotCheck) as raised:
        check(source, after, path=path, rulebook=COMPARED)
    assert str(raised.value).startswith(f"{path}:")
    assert "(in the version before), so the version before is not known: check it with --no-base" in str(raised.value)
    assert "fix it" not in str(raised.value)
    dockerfile = b"FROM quay.io/astronomer/astro-runtime:9.7.0\n"
    assert check(None, dockerfile, beside={path: source}, rulebook=BOOK) == []
    if path in {YAML, JSON}:
        # With our own places nothing in these files is compared with what was before.
        assert not [it for it in check(source, after, path=path, rulebook=BOOK) if it.base]
    else:
        with pytest.raises(CannotCheck, match="so the version before is not known"):
            check(source, after, path=path, rulebook=BOOK)


UNPRINTABLE = {
    "over a limit": ("a\nb/Dockerfile", b"FROM quay.io/astronomer/astro-runtime:9.1.0\n" * 501, "names more than 500 images"),
    "too many lines": ("a\nb/Dockerfile", b"FROM quay.io/astronomer/astro-runtime\n" + b"\n" * 100_001, "more than 100000 lines"),
    "in UTF-16": ("a\nb/Dockerfile", "FROM x\n".encode("utf-16"), "is UTF-16"),
    "a pointer": (f"a\nb/{TOML}", b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of git-lfs"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "source", "why"), UNPRINTABLE.values(), ids=UNPRINTABLE)
def test_a_path_in_a_message_stands_on_one_line(path: str, source: bytes, why: str) -> None:
    with pytest.raises(CannotCheck) as problem:
        Reader(BOOK).read(path, source)
    assert str(problem.value).startswith(path.replace("\n", "\\n") + f": {why}")


def test_as_many_values_as_are_read() -> None:
    source = (NESTED.format("9.1.0") + "---\n").encode() * 500
    assert len(Reader(BOOK).read(YAML, source).declarations) == 500
    source = b"FROM quay.io/astronomer/astro-runtime:9.1.0\n" * 500
    assert len(Reader(BOOK).read("Dockerfile", source).declarations) == 500


LONG = {
    "texts": (TOML, '[tool.astro]\nruntime = "3"\nx = [' + '"3",' * 100_000 + "]"),
    "comments": (TOML, "[tool.astro]\n" + "# x\n" * 100_000 + 'runtime = "3"\n'),
    "texts of several lines": (TOML, '[tool.astro]\nruntime = "3"\nx = [' + '"""\n""",' * 50_000 + "]"),
    "texts in JSON": (JSON, '{"x": [' + '"9",' * 100_000 + '"9"],' + INLINE.format('"9"')[1:]),
    "aliases of aliases": (
        YAML,
        "a0: &a0 [1, 1]\n"
        + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 99))
        + "x: *a98\n"
        + NESTED.format("9"),
    ),
    "blocks": (YAML, NESTED.format("9") + "x:\n" + "  - |\n    a\n" * 40_000),
    "merge keys": (
        YAML,
        "x0: &x0 {runtime_version: 9}\n"
        + "".join(f"x{n}: &x{n} {{<<: *x{n - 1}}}\n" for n in range(1, 9_000))
        + "deployment: {configuration: {<<: *x8999}}\n",
    ),
}


@pytest.mark.parametrize(("path", "text"), LONG.values(), ids=LONG)
def test_long_files_are_read_quickly(path: str, text: str) -> None:
    start = time.process_time()
    assert [finding.rule for finding in check(None, text.encode(), path=path, rulebook=BOOK)] == ["pinned-runtime"]
    assert time.process_time() - start < 20  # far more than needed; quadratic time would take minutes


REQUIRED = '[tool.astro]\nruntime = "{}"\n[project]\ndependencies = ["apache-airflow=={}"]\n'


def test_versions_are_blanked_out_in_each_kind_of_file() -> None:
    reader = Reader(BOOK)
    for path, one, other in (
        (TOML, '[tool.astro]\nruntime = "3.3-8"\n', '[tool.astro]\n# astro-runtime: reviewed 3.3-1\nruntime = "3.3-1"\n'),
        (YAML, NESTED.format("9.1.0"), NESTED.format("9.2.0")),
        (JSON, INLINE.format('"9.1.0"'), INLINE.format('"9.2.0"')),
        ("Dockerfile", "FROM quay.io/astronomer/astro-runtime:9.1.0\n", "FROM quay.io/astronomer/astro-runtime:9.2.0\n"),
        ("Dockerfile", "#\udce9\nFROM quay.io/astronomer/astro-runtime:9.1.0\n", "#\udce9\nFROM quay.io/astronomer/astro-runtime:9.2.0\n"),
        (TOML, REQUIRED.format("3.3-7", "3.3.*"), REQUIRED.format("3.2-1", "3.2.*")),
    ):  # fmt: skip
        before, after = (text.encode("utf-8", "surrogateescape") for text in (one, other))
        assert reader.blanked(path, before) == reader.blanked(path, after) != before
        assert reader.blanked(path, b"runtime_version astro {") == b"runtime_version astro {"
        assert reader.kind(path) == reader.kind(f"a/{path}")
    images = (b"FROM quay.io/astronomer/astro-runtime:9.1.0", b"FROM quay.io/astronomer/ap-airflow:2.3.4-1")
    assert len({reader.blanked("Dockerfile", image) for image in images}) == 2
    assert len({reader.kind(path) for path in (TOML, YAML, JSON, "Dockerfile", "other.toml")}) == 5


PLACE = 'files: "x"\nformat: toml\nimage: astro-runtime\nversion: a.b\n'
SLOW = "a group that repeats, or a reference to a group, can take too long: write it without"
MANY = "more than one repetition (*, + or {n,}), or two after ^, can take too long: use fewer"
BRANCHING = "more than 64 ways through its alternatives (| and ?) can take too long: use fewer"
GROUPS = {
    "a group that repeats": "(a+)+$",
    "a group that repeats a number of times": "(?:a|aa){1,99}$",
    "a reference to a group": r"(a)\1$",
    "a condition": "(a)?(?(1)b|c)",
    "a group that repeats behind a bracket in a comment": "(?#[)(a+)+$[]]",
}
REPETITIONS = {
    "two repetitions": ".*x[a-z]{2,}y$",
    "three repetitions": "^.*x.*y.*z$",
    "a line that begins anywhere": "(?m)^.*x.*y$",
    "a repetition in an alternative": "(?:a|b*)c*$",
    "a repetition behind a choice": "a{1,2}.*x.*y$",
    "a long repetition with an end": ".*x[a-z]{2,90}y$",
}
CHOICES = {
    "many characters that may be missing": "a?" * 7 + "$",
    "many alternatives in a row": "(?:a|aa)" * 7 + "$",
    "many alternatives beside a repetition": "(?:a|aa)" * 7 + "x*$",
    "many short repetitions": "a{1,5}b{1,5}c{1,5}$",
}
MISTAKES = {
    "an unknown key": (PLACE + "fles: x\n", "5:1: no key is called fles; did you mean files? expected one of files, format, image, version, decides, exact, dockerfile, requirement, package, as-of, source"),
    "no regular expression": (PLACE.replace('"x"', '"("'), "1:8: ( is not a regular expression: missing ), unterminated subpattern at position 0"),
    **{name: (PLACE.replace('"x"', f"'{written}'"), f"1:8: {SLOW}") for name, written in GROUPS.items()},
    **{name: (PLACE.replace('"x"', f"'{written}'"), f"1:8: {MANY}") for name, written in REPETITIONS.items()},
    **{name: (PLACE.replace('"x"', f"'{written}'"), f"1:8: {BRANCHING}") for name, written in CHOICES.items()},
    "a look-behind of any length": (PLACE.replace('"x"', "'(?<=a|bb)c'"), "1:8: (?<=a|bb)c is not a regular expression: look-behind requires fixed-width pattern"),
    "a number of times that is none": (PLACE.replace('"x"', '"a{99999999999999999999}"'), "1:8: a{99999999999999999999} is not a regular expression: the repetition number is too large"),
    "a tab": (PLACE + "exact:\n\ttrue\n", "6:1: not YAML: a tab stands here; YAML is indented with spaces"),
    "an unknown format": (PLACE.replace("toml", "[toml, xml]"), "1:1: format: no format is called xml; expected one of toml, yaml, json"),
    "an unknown image": (PLACE.replace("astro-runtime", "astro"), "1:1: image: no image is called astro; expected one of astro-runtime, astronomer-certified, astro-remote-execution-agent"),
    "no key": (PLACE.replace("a.b", "a..b"), "4:10: a..b is no key such as a.b.c"),
    "a package alone": (PLACE + "package: x\n", "1:1: requirement: this key is missing beside package"),
    "a requirement alone": (PLACE + "requirement: x\n", "1:1: package: this key is missing beside requirement"),
    "no such decision": (PLACE + "decides: both\n", "5:10: decides: both is none of runs, creates"),
    "a decision that does not fit": (
        PLACE + "decides: creates\ndockerfile: a.c\n",
        "1:1: dockerfile: a file with this key decides what runs, so it cannot say decides: creates",
    ),
    "a missing key": (PLACE.replace("version: a.b\n", ""), "1:1: version: this key is missing"),
}  # fmt: skip


QUICK = (
    "^(?:deploy/)?x[.]toml$", "a+?b$", "a{8,12}b{8,12}$",
    "deployment.*[.]ya?ml$", "^(?:a|b)?/[^/]*/x[.]toml$", "[)+*(]+[(]x[)]", r"\(a\)+\*\+\{1,2\}", "a{3}b{1}", "^.*x.*y$", r"(?i)\A.*x.*",
    "a?" * 6 + "$", "(?:^|/)(?:deploy|ops|infra)/[^/]*[.](?:ya?ml|json)$", "a{1,5}b{1,5}$", "|".join("abcdefgh" * 8), "(?=a)(?!b)(?<=c)d",
)  # fmt: skip


@pytest.mark.parametrize("expression", QUICK)
def test_an_expression_that_is_quick_is_taken(tmp_path: Path, expression: str) -> None:
    (tmp_path / "places").mkdir()
    (tmp_path / "places" / "mine.yaml").write_text(PLACE.replace('"x"', f"'{expression}'"))
    book = load_rulebook([shipped_folder(), str(tmp_path)], "2026-11-22")
    assert [place.files for place in book.places if place.name == "mine"] == [expression]


def ends(parsed: Sequence[tuple[Any, Any]], start: int, length: int) -> Iterator[int]:
    """Where an expression ends, once for each way to match it on a path of which every character fits everywhere."""
    if not parsed:
        yield start
        return
    kind, value = str(parsed[0][0]), parsed[0][1]
    if kind == "AT":
        after: Iterable[int] = [start]
    elif kind in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
        after = [start + 1] if start < length else []
    elif kind == "BRANCH":
        after = (end for branch in value[1] for end in ends(list(branch), start, length))
    elif kind == "SUBPATTERN":
        after = ends(list(value[-1]), start, length)
    elif kind in {"ASSERT", "ASSERT_NOT"}:
        after = (start for _ in ends(list(value[1]), start, length))
    else:
        low, high, inside = value
        after = repeated(list(inside), start, length, low, high)
    for end in after:
        yield from ends(parsed[1:], end, length)


def repeated(inside: Sequence[tuple[Any, Any]], start: int, length: int, low: int, high: int) -> Iterator[int]:
    """Where a repetition ends, once for each way."""
    if low <= 0:
        yield start
    if high > 0:
        for end in ends(inside, start, length):
            yield from repeated(inside, end, length, low - 1, high - 1) if end > start else ()


def ways(expression: str, length: int) -> int:
    """The ways to match an expression on a path, from every start, as far as they are worth counting."""
    parsed = list(expressions.parser.parse(expression))
    anchored = str(parsed[0][1]).startswith("AT_BEGINNING") and "(?m)" not in expression
    found = (end for start in range(1 if anchored else length + 1) for end in ends(parsed, start, length))
    return len(list(islice(found, 100_000)))


@pytest.mark.parametrize("expression", QUICK)
@pytest.mark.parametrize("length", [8, 32])
def test_the_ways_to_match_are_bounded_by_the_square_of_a_path(expression: str, length: int) -> None:
    assert ways(expression, length) <= expressions.MOST_CHOICES * (length + 1) ** 2


SLOWER = {"a group": ("^(?:a+)+$", 18), "repetitions": ("a*" * 4, 30), "choices": ("a?" * 20, 24)}


@pytest.mark.parametrize(("expression", "length"), SLOWER.values(), ids=SLOWER)
def test_without_a_bound_there_are_more_ways(expression: str, length: int) -> None:
    assert ways(expression, length) > expressions.MOST_CHOICES * (length + 1) ** 2


@pytest.mark.parametrize(("length", "is_read"), [(512, True), (513, False)])
def test_a_path_in_which_expressions_are_searched_has_a_length(length: int, is_read: bool) -> None:
    reader = Reader(BOOK, exclude=re.compile("^left-out/"))
    path = "\xe9/" * 250 + "x" * (length - 505) + ".toml"
    assert len(path) == length
    if is_read:
        assert not reader.is_listed(path)
    else:
        with pytest.raises(CannotCheck) as problem:
            reader.is_listed(path)
        assert str(problem.value) == (
            "\\xe9/" * 40 + "...: this path has more than 512 characters, the most that is looked at: "
            "give it a shorter one, or leave it out (--exclude)"
        )
    assert not reader.is_listed(f"{path}.txt")
    assert not reader.is_listed(f"left-out/{path}")
    assert not Reader(BOOK, places=False).is_listed(path)


def test_a_path_is_left_out_by_any_part_of_it() -> None:
    listed = [
        path
        for path in ("old/Dockerfile", "a/Dockerfile.old", "a/Dockerfile")
        if Reader(BOOK, exclude=re.compile("old")).is_listed(path)
    ]
    assert listed == ["a/Dockerfile"]


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_in_a_place_file(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "places" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(CannotCheck) as raised:
        load_rulebook([shipped_folder(), tmp_path], "2026-11-22")
    assert str(raised.value) == f"{path.as_posix()}:{expected}"


def test_an_expression_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    (tmp_path / "places").mkdir()
    (tmp_path / "places" / "mine.yaml").write_text(PLACE.replace('"x"', f"'{'(' * 1000}{')' * 1000}'"))
    with pytest.raises(CannotCheck, match=r"mine\.yaml:1:8: \(+\)+ is not a regular expression: maximum recursion"):
        load_rulebook([shipped_folder(), tmp_path], "2026-11-22")


def test_a_file_can_be_two_places_and_one_of_the_same_name_replaces(tmp_path: Path) -> None:
    (tmp_path / "places").mkdir()
    (tmp_path / "places" / "team.yaml").write_text(PLACE.replace('"x"', "deployment").replace("toml", "yaml"))
    text = (NESTED.format("9.1") + "a: {b: 9.2}\n").encode()
    book = load_rulebook([shipped_folder(), tmp_path], "2026-11-22")
    assert [described(each)[0] for each in Reader(book).read(YAML, text).declarations] == ["series 9.1", "series 9.2"]
    (tmp_path / "places" / "team.yaml").rename(tmp_path / "places" / "deployment-file.yaml")
    book = load_rulebook([shipped_folder(), tmp_path], "2026-11-22")
    assert [described(each)[0] for each in Reader(book).read(YAML, text).declarations] == ["series 9.2"]


def test_a_place_says_of_which_image_its_versions_are_and_whether_they_stand_alone(tmp_path: Path) -> None:
    (tmp_path / "places").mkdir()
    text = PLACE.replace('"x"', "^own").replace("astro-runtime", "astronomer-certified")
    (tmp_path / "places" / "own.yaml").write_text(text)
    reader = Reader(load_rulebook([shipped_folder(), tmp_path], "2026-11-22"))
    (declaration,) = reader.read("own.toml", b'a.b = "2.3.4-1-buster"\n').declarations
    assert (declaration.runtime.image.name, declaration.runtime.tag.kind) == ("astronomer-certified", "build")


def test_a_requirement_of_a_place_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "places").mkdir()
    text = PLACE.replace('"x"', "^own").replace("toml", "[json, yaml]").replace("a.b", "a.b.c.d")
    (tmp_path / "places" / "own.yaml").write_text(text + "requirement: r\npackage: apache-airflow\n")
    reader = Reader(load_rulebook([shipped_folder(), tmp_path], "2026-11-22"))
    (declaration,) = reader.read("own.json", b'{"r": ["apache-airflow==3.3.*"], "a": {"b": {"c": {}}}}').declarations
    assert described(declaration) == ("series 3.3", 1, 9, "apache-airflow==3.3.*")
    assert [note.partition(",")[0] for note in declaration.notes] == [
        "JSON has no comments",
        "apache-airflow==3.3.* stands for Runtime 3.3; write the version under [a.b.c]",
    ]
    assert len(reader.read("own.yaml", b"r: [apache-airflow==3.3.*]\na: {b: {c: {}}}\n").declarations) == 1
    assert reader.read("own.yaml", b"r: [apache-airflow==3.3.*]\na: {b: {e: c}}\n").declarations == ()


def test_a_character_of_a_key_that_is_two_escapes_in_json(tmp_path: Path) -> None:
    """RFC 8259, section 7: a character outside the Basic Multilingual Plane is escaped as a surrogate pair."""
    (tmp_path / "places").mkdir()
    text = PLACE.replace('"x"', "^own").replace("toml", "json").replace("a.b", "a.\U0001d11e")
    (tmp_path / "places" / "own.yaml").write_text(text, encoding="utf-8")
    reader = Reader(load_rulebook([shipped_folder(), tmp_path], "2026-11-22"))
    (declaration,) = reader.read("own.json", b'{"a": {"\\ud834\\udd1e": "9.1.0"}}').declarations
    assert described(declaration) == ("build 9.1.0", 1, 25, "9.1.0")


def test_one_of_two_places_can_name_the_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "places").mkdir()
    (tmp_path / "places" / "a.yaml").write_text(PLACE.replace('"x"', "pyproject"))
    reader = Reader(load_rulebook([shipped_folder(), tmp_path], "2026-11-22"))
    assert reader.dockerfile_named(TOML, b'a.b = "5.0.1"\n[tool.astro]\ndockerfile = "c/d"\n') == "c/d"
    assert reader.read(TOML, REQUIRED.format("3.3-8", "3.3.*").encode()).requirement is not None
    with pytest.raises(CannotCheck, match=r"^pyproject\.toml: is a pointer of git-lfs"):
        reader.read(TOML, b"version https://git-lfs.github.com/spec/v1\n")


def test_a_carried_image_has_to_be_known(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    path = tmp_path / "images" / "mine.yaml"
    numbering = 'repositories: [a/b]\nnumberings: [{name: mine, tag: "{a}.{b}"}]\n'
    for carries, expected in (
        ("nothing", "1:1: carries: no image is called nothing; expected one of astro-runtime, "),
        ("astro-runtime", "2:14: name: no numbering is called mine; expected one of airflow-3, legacy"),
    ):
        path.write_text(f"{numbering}carries: {carries}\n")
        with pytest.raises(CannotCheck) as raised:
            load_rulebook([shipped_folder(), tmp_path], "2026-11-22")
        assert str(raised.value).startswith(f"{path.as_posix()}:{expected}")
