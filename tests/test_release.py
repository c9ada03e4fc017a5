"""The checklist of a release, and that hook runners find the tag that it makes."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import Published, version
from repository import Repository, make_repository


@pytest.fixture
def copy(published: Published, tmp_path: Path) -> Repository:
    """A clone of this project as it would be released, with the tag of its version."""
    here = make_repository(tmp_path / "copy")
    here.git("pull", "--quiet", "--tags", str(published.repository.path), "main")
    return here


def checklist(repo: Repository, asked: str) -> tuple[int, list[str]]:
    """The exit code, and the lines of what is not ready; whether the audit could look depends on the network."""
    done = repo.run(sys.executable, ".ci/release", asked, "--quick", check=False)
    lines = [
        line for line in done.stdout.splitlines() if line.startswith("NOT ") and not line.startswith("NOT audit: ")
    ]
    return done.returncode, lines


def test_what_is_not_ready_is_named(copy: Repository) -> None:
    copy.git("tag", "v1")
    copy.git("switch", "--quiet", "--create", "topic")
    refresh(copy)
    copy.commit()
    copy.write("rules/images/astro-runtime-builds.yaml", re.sub("(?m)^as-of: .*", "as-of: 2020-01-01", read(copy)))
    code, lines = checklist(copy, "0.0.1")
    head = next(line for line in (copy.path / "CHANGELOG.md").read_text().splitlines() if line.startswith("## "))
    assert code == 1
    assert lines == [
        f"NOT setup.cfg has version {version()}",
        f"NOT README names {version()}",
        f'NOT CHANGELOG.md begins with "{head}", expected "## 0.0.1 ({date.today()})"',
        "NOT the branch is topic",
        "NOT 1 files are not committed",
        "NOT tags that pre-commit autoupdate could take for a release: v1",
        f"NOT the newest tag is v{version()}",
        "NOT astro-runtime-builds.yaml is as of 2020-01-01 (at most 60 days ago)",
    ]


def read(repo: Repository) -> str:
    return (repo.path / "rules/images/astro-runtime-builds.yaml").read_text(encoding="utf-8")


def refresh(copy: Repository) -> None:
    """Say that everything about images was looked up today."""
    for path in (copy.path / "rules" / "images").glob("*.yaml"):
        text = re.sub("(?m)^as-of: .*", f"as-of: {date.today()}", path.read_text(encoding="utf-8"))
        copy.write(f"rules/images/{path.name}", text)
    copy.run(sys.executable, ".ci/write_pages.py")
    copy.git("add", "--all")


def released(copy: Repository, new: str) -> None:
    """Do what the checklist asks for."""
    config = (copy.path / "setup.cfg").read_text(encoding="utf-8")
    copy.write("setup.cfg", config.replace(f"version = {version()}", f"version = {new}"))
    refresh(copy)
    log = (copy.path / "CHANGELOG.md").read_text(encoding="utf-8")
    copy.write("CHANGELOG.md", log.replace("\n## ", f"\n## {new} ({date.today()})\n\n- More.\n\n## ", 1))
    copy.git("add", "--all")
    copy.commit()


def test_what_is_ready_passes_and_its_tag_is_found(copy: Repository, published: Published, tmp_path: Path) -> None:
    released(copy, "7.8.9")
    assert checklist(copy, "7.8.9")[1] == []
    copy.git("tag", "--annotate", "v7.8.9", "--message", "v7.8.9")
    user = Published(copy, published.tag, published.home).used_in(tmp_path / "user")
    block = "repos:\n- repo: https://github.com/astro-runtime-guard/astro-runtime-guard\n  rev: {}\n  hooks: [{{id: astro-runtime}}]\n"
    user.commit({".pre-commit-config.yaml": block.format(published.tag)})
    user.run(sys.executable, "-m", "pre_commit", "autoupdate")
    assert (user.path / ".pre-commit-config.yaml").read_text(encoding="utf-8") == block.format("v7.8.9")


@pytest.mark.parametrize("words", [[], ["v1.2.3"], ["1.2"], ["1.2.3", "4.5.6"]], ids=" ".join)
def test_it_asks_for_one_version(copy: Repository, words: list[str]) -> None:
    done = copy.run(sys.executable, ".ci/release", *words, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "usage: .ci/release X.Y.Z [--quick]\n")
