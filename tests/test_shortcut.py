"""The shortcut: sure only where the whole line would be silent, and not taken where that is not certain."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from astro_runtime_guard import entrypoints
from astro_runtime_guard.arguments import Options
from astro_runtime_guard.cli import Hook
from astro_runtime_guard.rules import compiled
from astro_runtime_guard.runner import check_files
from astro_runtime_guard.shortcut import MOST_FILES, names_nothing
from repository import Repository

OTHER, RUNTIME = "FROM python:3.12\n", "FROM quay.io/astronomer/astro-runtime:5.0.1\n"
HOOK = Hook("astro-runtime", entrypoints._ALL)


def staged_only(repo: Repository) -> None:
    repo.write("Dockerfile", RUNTIME)
    repo.git("add", "Dockerfile")
    repo.write("Dockerfile", OTHER)


def conflict(repo: Repository) -> None:
    repo.git("switch", "--quiet", "--create", "other")
    repo.commit({"Dockerfile": "FROM a\n"})
    repo.git("switch", "--quiet", "main")
    repo.commit({"Dockerfile": "FROM b\n"})
    repo.git("merge", "other", check=False)


def link(repo: Repository) -> None:
    (repo.path / "Dockerfile").rename(repo.path / "real")
    (repo.path / "Dockerfile").symlink_to("real")


def linked_folder(repo: Repository) -> None:
    repo.commit({"real/Dockerfile": OTHER})
    (repo.path / "folder").symlink_to("real")


def sparse(repo: Repository) -> None:
    repo.git("update-index", "--skip-worktree", "Dockerfile")
    (repo.path / "Dockerfile").unlink()


def nested(repo: Repository) -> None:
    repo.write("inner/Dockerfile", OTHER)
    repo.git("init", "--quiet", "inner")


def nothing(repo: Repository) -> None:
    pass


def below(name: str, text: str) -> Callable[[Repository], None]:
    return lambda repo: repo.write(name, text)


SITUATIONS: dict[str, tuple[Callable[[Repository], None], list[str], dict[str, str], bool]] = {
    "nothing changed": (nothing, ["Dockerfile"], {}, True),
    "changed on disk": (below("Dockerfile", "FROM python:3.13\n"), ["Dockerfile"], {}, True),
    "named with a dot": (nothing, ["./Dockerfile"], {}, True),
    "a Runtime on disk": (below("Dockerfile", RUNTIME), ["Dockerfile"], {}, False),
    "a Runtime in the index alone": (staged_only, ["Dockerfile"], {}, False),
    "a conflict": (conflict, ["Dockerfile"], {}, False),
    "not tracked": (below("new", OTHER), ["new"], {}, False),
    "missing": (nothing, ["nowhere"], {}, False),
    "one of two is missing": (nothing, ["Dockerfile", "nowhere"], {}, False),
    "a folder": (below("folder/x", ""), ["folder"], {}, False),
    "a line end in a name": (below("a\nb", OTHER), ["a\nb"], {}, False),
    "a byte of no text in a name": (nothing, ["a\0b"], {}, False),
    "left out of the work tree": (sparse, ["Dockerfile"], {}, False),
    "in a repository inside": (nested, ["inner/Dockerfile"], {}, False),
    "rules of one's own": (below(".astro-runtime/x.txt", ""), ["Dockerfile"], {}, False),
    "a base is named": (nothing, ["Dockerfile"], {"ASTRO_RUNTIME_BASE": "nowhere"}, False),
    "a range": (nothing, ["Dockerfile"], {"PRE_COMMIT_FROM_REF": "HEAD", "PRE_COMMIT_TO_REF": "HEAD"}, False),
    "nothing named": (nothing, [], {}, False),
    "very many": (nothing, ["Dockerfile"] * (MOST_FILES + 1), {}, False),
}  # fmt: skip
if sys.platform != "win32":
    SITUATIONS |= {
        "a link": (link, ["Dockerfile"], {}, False),
        "below a link": (linked_folder, ["folder/Dockerfile"], {}, False),
    }


@pytest.mark.parametrize(("prepare", "files", "more", "expected"), SITUATIONS.values(), ids=SITUATIONS)
def test_when_it_is_taken(
    inside: Repository, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[Repository], None], files: list[str],
    more: dict[str, str], expected: bool,
) -> None:  # fmt: skip
    inside.commit({"Dockerfile": OTHER})
    prepare(inside)
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    assert names_nothing(files, os.environ) is expected
    if expected:
        assert check_files(HOOK, Options(files)) == 0


def test_an_absolute_path_is_read_by_the_whole_line(inside: Repository) -> None:
    inside.commit({"Dockerfile": OTHER})
    assert not names_nothing([str(inside.path / "Dockerfile")], os.environ)


def test_outside_any_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text(OTHER)
    monkeypatch.chdir(tmp_path)
    assert not names_nothing(["Dockerfile"], os.environ)


def test_rule_files_that_have_changed(inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    inside.commit({"Dockerfile": OTHER})
    monkeypatch.setattr(compiled, "STATE", compiled.STATE + 1)
    assert not names_nothing(["Dockerfile"], os.environ)
