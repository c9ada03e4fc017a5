"""Tests that every page is complete and up to date, and that links lead somewhere."""

from __future__ import annotations

import json
import re

import pages
import pytest
import yaml
from astro_runtime_guard.reports import json_report
from astro_runtime_guard.reports.deliver import FORMATS
from draw_picture import PICTURE, drawn
from pages import LATEST, PAGES, PROJECT, RAW
from test_cases import BOOK
from test_reports import SAMPLE
from write_pages import COMPILED, rewritten, written_down

STALE = "run python .ci/write_pages.py"
README = pages.read("README.md")
HOOKS = [hook["id"] for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))]

# --- generated parts


@pytest.mark.parametrize("page", PAGES)
def test_generated_parts_are_up_to_date(page: str) -> None:
    assert pages.read(page) == rewritten(page), STALE


def test_compiled_rules_are_up_to_date() -> None:
    assert COMPILED.read_text(encoding="utf-8") == written_down(), STALE


def test_picture_is_up_to_date() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawn(), STALE


# --- what a page must have


def test_readme_and_contributing_are_short() -> None:
    assert len(README.splitlines()) <= 200
    assert len(pages.read("CONTRIBUTING.md").splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_ascii(page: str) -> None:
    assert pages.read(page).isascii()


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_in_the_table_of_readme(hook: str) -> None:
    assert f"\n| `{hook}` | " in README


@pytest.mark.parametrize("rule", [rule.name for rule in BOOK.rules])
def test_every_rule_has_a_section(rule: str) -> None:
    assert rule.replace(".", "") in pages.anchors("docs/rules.md")


def test_examples_of_rules_are_real_builds() -> None:
    known = [build for image in BOOK.images for build, _ in image.builds]
    pattern = r"(?:astro-runtime|azurecr[.]io/runtime):(\d[\w.-]*)|runtime = \"(.*?)\""
    tags = {one or other for one, other in re.findall(pattern, pages.read("docs/rules.md"))}
    tags.discard("99.0-1")
    assert len(tags) > 20
    assert [
        tag for tag in tags if not any(f"{tag}.".startswith((f"{b}.", f"{b}-")) or b.startswith(tag) for b in known)
    ] == []


def test_every_format_is_in_the_table_of_formats() -> None:
    assert [name for name in FORMATS if f"\n| `{name}` | " not in pages.read("docs/reports.md")] == []


def test_every_key_of_the_json_report_is_described() -> None:
    document = json.loads(json_report.render(SAMPLE))
    page = pages.read("docs/reports.md")
    assert [key for part in (document, document["findings"][0]) for key in part if f"`{key}`" not in page] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "README.md"])
def test_readme_leads_to_every_page(page: str) -> None:
    assert f"{LATEST}{page}" in pages.links("README.md")


@pytest.mark.parametrize(
    "row", re.findall(r"^\| \[(.*?)\]\(#(.*?)\) \| (.*?) \|", pages.read("docs/ci.md"), re.MULTILINE)
)
def test_each_service_s_section_has_the_setting_that_the_table_names(row: tuple[str, str, str]) -> None:
    service, _, settings = row
    section = (pages.read("docs/ci.md") + README).split(f"## {service}\n", 1)[1].split("\n## ")[0]
    for setting in re.findall("`(.*?)`", settings):
        assert setting in section or setting in README.split("## GitHub Actions")[1]


# --- links


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    for link in pages.links(page):
        inside = link.removeprefix(LATEST).removeprefix(RAW)
        if inside.startswith(("http://", "https://")):
            continue
        name, _, anchor = inside.partition("#")
        folder = PROJECT if inside != link else PAGES[page].parent
        target = (folder / name).resolve() if name else PAGES[page]
        assert target.exists(), link
        if anchor:
            assert anchor in pages.anchors(target.relative_to(PROJECT).as_posix()), link


def test_links_of_readme_work_outside_the_repository() -> None:
    assert [link for link in pages.links("README.md") if not link.startswith(("https://", "#"))] == []


@pytest.mark.parametrize("page", PAGES)
def test_names_of_links_are_defined_and_used(page: str) -> None:
    text = pages.prose(page)
    assert set(re.findall(r"\]\[([\w-]+)\]", text)) == set(re.findall(r"^\[([\w-]+)\]: ", text, re.MULTILINE))


def test_links_of_rules_to_our_pages_lead_somewhere() -> None:
    links = [rule.link for rule in BOOK.rules if rule.link.startswith(pages.PUBLIC)]
    assert links
    for link in links:
        name, _, anchor = link.removeprefix(LATEST).removeprefix(pages.PUBLIC).partition("#")
        assert anchor in pages.anchors(name or "README.md")
