"""The hook manifest: what pre-commit makes of it, which files it takes, and that each hook is a console script."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from astro_runtime_guard import entrypoints
from astro_runtime_guard.declarations.glance import places_of
from astro_runtime_guard.declarations.reading import DOCKERFILES
from identify import identify
from pre_commit.clientlib import load_manifest
from shipped import BOOK

PROJECT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in load_manifest(PROJECT / ".pre-commit-hooks.yaml")}
TAKES_FILES = [hook for hook in HOOKS.values() if hook["pass_filenames"]]
DECLARATIONS = HOOKS["astro-runtime-declarations"]
TAKES_DOCKERFILES = [hook for hook in TAKES_FILES if hook is not DECLARATIONS]
PLACES = BOOK.places

GOOD = (
    "Dockerfile", "dockerfile", "DOCKERFILE", "Dockerfile.dev", "Dockerfile.client", "dev.Dockerfile", "app.dockerfile",
    "Dockerfile-foo", "Dockerfile_foo", "my-Dockerfile", "my_Dockerfile", "Containerfile", "containerfile.dev", "a/b c/Dockerfile",
    "Dockerfile.py311", "dags/.Dockerfile", "Dockerfile2", "dev.dockerfile10", "Dockerfile2.dev", "Dockerfile.inside",
)  # fmt: skip
BAD = (
    "Dockerfile.md", "Dockerfile.dockerignore", "Dockerfile.j2", "Dockerfile.tmpl", "Dockerfile.orig", "Dockerfile.bak",
    "Dockerfile.rej", "Dockerfile.in", "Dockerfile.erb", "Dockerfile.jinja2", "Dockerfile.jinja", "Dockerfile.template",
    "Dockerfile.mustache", "Dockerfile2.in", "Dockerfile2x", "Dockerfile.", ".dockerignore", "docker-compose.yml", "Dockerfiles", "Dockerfile/README", "dockerfile.d/x.txt",
    "notaDockerfile", "requirements.txt",
    "prod-dockerfile.yaml", "dockerfile-prod.yml", "Dockerfile.json", "Dockerfile.TOML",
)  # fmt: skip


@pytest.mark.parametrize("hook", TAKES_FILES, ids=lambda hook: hook["id"])
@pytest.mark.parametrize("name", GOOD)
def test_takes(hook: dict[str, str], name: str) -> None:
    assert re.search(hook["files"], name)


@pytest.mark.parametrize("hook", TAKES_DOCKERFILES, ids=lambda hook: hook["id"])
@pytest.mark.parametrize("name", BAD)
def test_leaves_out(hook: dict[str, str], name: str) -> None:
    assert not re.search(hook["files"], name)


ENDINGS = "md j2 tmpl tpl orig bak rej yaml yml json toml in erb jinja2 jinja template mustache"


@pytest.mark.parametrize("ending", ENDINGS.split())
def test_a_name_is_left_out_by_its_ending_alone(ending: str) -> None:
    taken = [bool(re.search(DOCKERFILES, f"Dockerfile.{name}")) for name in (ending, f"for-{ending}", f"{ending}.dev")]
    assert taken == [False, True, True]


def test_takes_regular_files_and_links_whatever_identify_calls_them(tmp_path: Path) -> None:
    for name in ("Dockerfile", "dockerfile", "Dockerfile-foo"):
        (tmp_path / name).write_text("FROM scratch\n")
        assert "file" in identify.tags_from_path(str(tmp_path / name))
    # Without `types: []` hook runners put `types: [file]` in its place, and a link is no file to them.
    assert all((hook["types"], hook["types_or"]) == ([], ["file", "symlink"]) for hook in TAKES_FILES)


def test_the_program_lists_the_same_files() -> None:
    assert {hook["files"] for hook in TAKES_DOCKERFILES} == {DOCKERFILES}
    assert DECLARATIONS["files"].startswith(f"{DOCKERFILES}|")


PLACED = {
    "pyproject.toml": "pyproject", "a/b c/pyproject.toml": "pyproject", "dev.yaml": "deployment-file",
    "a/prod.YML": "deployment-file", "deployments/prod.json": "deployment-file", ".x.yaml": "deployment-file",
    "my-pyproject.toml": "", "pyproject.toml.bak": "", "Dockerfile.yaml": "deployment-file", "dev.Dockerfile.json": "deployment-file",
    "prod-dockerfile.yaml": "deployment-file", "a/dockerfile-prod.yml": "deployment-file", "Dockerfile.toml": "", "yaml": "",
    "values.yaml.j2": "", "setup.cfg": "", "Dockerfile": "", "pyproject.yaml": "deployment-file",
}  # fmt: skip


def test_every_place_is_tried_here() -> None:
    tried = set(filter(None, PLACED.values()))
    assert tried == {place.name for place in PLACES}, "a place goes into PLACED with a file name that it takes"


@pytest.mark.parametrize(("name", "place"), PLACED.items(), ids=PLACED)
def test_places(name: str, place: str) -> None:
    assert [found.name for found in places_of(name, PLACES)] == ([place] if place else [])
    assert bool(re.search(DECLARATIONS["files"], name)) is bool(place or re.search(DOCKERFILES, name)), (
        "the places and `files:` of the hook astro-runtime-declarations in .pre-commit-hooks.yaml differ"
    )


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_each_hook_is_a_console_script_of_its_name(hook: dict[str, object]) -> None:
    config = ConfigParser()
    config.read(PROJECT / "setup.cfg")
    scripts = dict(
        re.split(r"\s*=\s*", line) for line in config["options.entry_points"]["console_scripts"].strip().splitlines()
    )
    name = str(hook["id"])
    assert hook["entry"] == name
    assert scripts[name] == f"astro_runtime_guard.entrypoints:{name.replace('-', '_')}"
    assert callable(getattr(entrypoints, name.replace("-", "_")))


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_each_hook_names_its_stages(hook: dict[str, object]) -> None:
    without_files = ["prepare-commit-msg", "pre-push", "manual"]
    with_files = ["pre-commit", "pre-merge-commit", "manual"]
    assert hook["stages"] == (without_files if hook["always_run"] else with_files)
    assert hook["minimum_pre_commit_version"] == "3.2.0"
    assert hook["require_serial"] or hook["always_run"]
    assert hook["args"] == []
