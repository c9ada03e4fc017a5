"""README says what the program says, and names everything that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from astro_runtime_guard.api import check
from astro_runtime_guard.commands import failures
from astro_runtime_guard.rulebook import compiled
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
from draw_picture import PICTURE, drawn
from test_cases import BOOK
from write_readme import WRITTEN, rewritten, written_down

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^#+ (.*)$", README, flags=re.MULTILINE)


@pytest.mark.parametrize("page", WRITTEN.values(), ids=WRITTEN)
def test_generated_parts_are_the_program_s(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == rewritten(text), "run python .ci/write_readme.py"


def test_the_rules_are_written_down() -> None:
    assert (PROJECT / "rules" / compiled.NAME).read_text(encoding="utf-8") == written_down(), (
        "run python .ci/write_readme.py"
    )


def test_the_picture_is_of_the_program_s_own_output() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawn("crossing"), "run python .ci/write_readme.py"
    assert f"({PICTURE.relative_to(PROJECT).as_posix()})" in README


def test_output_is_shown() -> None:
    assert len(re.findall(r"<!-- case: ([\w-]+) -->\n```text\nDockerfile:", README)) >= 2


def test_the_files_of_one_s_own_are_good_ones(tmp_path: Path) -> None:
    place, mirror, rule = re.findall(r"`\.astro-runtime/([\w/.-]+)`:\n\n```yaml\n(.*?)```", README, flags=re.DOTALL)
    for name, text in (place, mirror, rule):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    book = load_rulebook([shipped_folder(), str(tmp_path)], "2026-11-22", examples=True)
    assert len(book.rules) == len(BOOK.rules) + 1
    assert list(failures(book, book.rules)) == []
    said = check(None, b"team: {airflow: {runtime: 3.3}}", path="infra/platform.yml", rulebook=book)
    assert [(finding.rule, finding.column) for finding in said] == [("pinned-runtime", 27)]


@pytest.mark.parametrize(
    "hook", yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text()), ids=lambda h: h["id"]
)
def test_every_hook_has_a_section(hook: dict[str, str]) -> None:
    assert f"`{hook['id']}`" in HEADINGS


@pytest.mark.parametrize("rule", [rule.name for rule in BOOK.rules])
def test_every_rule_has_a_section(rule: str) -> None:
    assert f"`{rule}`" in HEADINGS


def test_the_version_in_the_block_is_the_project_s() -> None:
    version = re.search(r"^version = (.*)$", (PROJECT / "setup.cfg").read_text(), flags=re.MULTILINE)
    assert version
    assert f"rev: v{version[1]}" in README


def test_everything_is_ascii() -> None:
    assert README.isascii()


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    exec(example, {})


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL))
def test_every_yaml_block_is_yaml(block: str) -> None:
    assert isinstance(yaml.safe_load(block), dict)


@pytest.mark.parametrize(
    ("service", "setting"),
    [
        ("GitHub Actions", "fetch-depth: 0"),
        ("GitLab", 'GIT_DEPTH: "0"'),
        ("Azure Pipelines", 'fetchDepth: "0"'),
        ("Bitbucket Pipelines", "depth: full"),
        ("Jenkins", "+refs/heads/*:refs/remotes/origin/*"),
    ],
)
def test_each_service_s_snippet_has_the_setting_that_a_missing_base_asks_for(service: str, setting: str) -> None:
    section = README.split(f"### {service}\n")[1].split("\n### ")[0]
    assert setting in section
