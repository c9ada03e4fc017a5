"""The shortcut: sure only where the whole line would be silent, and not taken where that is not certain."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from astro_runtime_guard import entrypoints, rules
from astro_runtime_guard.arguments import Options
from astro_runtime_guard.cli import Hook
from astro_runtime_guard.git import snapshot
from astro_runtime_guard.rules import compiled
from astro_runtime_guard.run import check_files
from astro_runtime_guard.shortcut import MOST_BYTES, MOST_FILES, names_nothing
from repository import Repository

OTHER, RUNTIME = "FROM python:3.12\n", "FROM quay.io/astronomer/astro-runtime:5.0.1\n"
HOOK = Hook("astro-runtime", entrypoints._ALL)


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


def tracked(name: str, text: str, on_disk: str | None = None) -> Callable[[Repository], None]:
    """A file that is staged, with the same text on disk or another."""

    def prepare(repo: Repository) -> None:
        repo.write(name, text)
        repo.git("add", name)
        repo.write(name, text if on_disk is None else on_disk)

    return prepare


SITUATIONS: dict[str, tuple[Callable[[Repository], None], list[str], dict[str, str], bool]] = {
    "nothing changed": (nothing, ["Dockerfile"], {}, True),
    "changed on disk": (below("Dockerfile", "FROM python:3.13\n"), ["Dockerfile"], {}, True),
    "two files": (nothing, ["Dockerfile", "./Dockerfile"], {}, True),
    "a place": (below("a.yaml", ""), ["a.yaml"], {}, False),
    "a place beside a Dockerfile": (tracked("a.yaml", ""), ["Dockerfile", "a.yaml"], {}, False),
    "a Runtime on disk in one of two": (tracked("other", OTHER, RUNTIME), ["Dockerfile", "other"], {}, False),
    "a Runtime in the index alone in one of two": (tracked("other", RUNTIME, OTHER), ["Dockerfile", "other"], {}, False),
    "as long as it takes": (below("Dockerfile", OTHER.ljust(MOST_BYTES, "#")), ["Dockerfile"], {}, True),
    "very long": (below("Dockerfile", OTHER.ljust(MOST_BYTES + 1, "#")), ["Dockerfile"], {}, False),
    "a Runtime in the index alone, in a very long text": (
        tracked("Dockerfile", "#" * MOST_BYTES + "\n" + RUNTIME, OTHER), ["Dockerfile"], {}, False,
    ),
    "very long in the index alone": (tracked("Dockerfile", OTHER.ljust(MOST_BYTES + 1, "#"), OTHER), ["Dockerfile"], {}, False),
    "named with a dot": (nothing, ["./Dockerfile"], {}, True),
    "a Runtime on disk": (below("Dockerfile", RUNTIME), ["Dockerfile"], {}, False),
    "a Runtime in the index alone": (tracked("Dockerfile", RUNTIME, OTHER), ["Dockerfile"], {}, False),
    "a conflict": (conflict, ["Dockerfile"], {}, False),
    "not tracked": (below("new", OTHER), ["new"], {}, False),
    "not tracked, and a blank in its name": (below("a new", OTHER), ["a new"], {}, False),
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
    "half a range": (nothing, ["Dockerfile"], {"PRE_COMMIT_FROM_REF": "HEAD"}, False),
    "the other half of a range": (nothing, ["Dockerfile"], {"PRE_COMMIT_TO_REF": "HEAD"}, False),
    "nothing named": (nothing, [], {}, False),
    "as many as it takes": (nothing, ["Dockerfile"] * MOST_FILES, {}, True),
    "very many": (nothing, ["Dockerfile"] * (MOST_FILES + 1), {}, False),
}  # fmt: skip
if sys.platform != "win32":
    SITUATIONS |= {
        "a line end in the name of a Runtime": (tracked("Dockerfile\nx", RUNTIME, OTHER), ["Dockerfile\nx"], {}, False),
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
        assert check_files(HOOK, Options(files), snapshot.Repository(os.environ)) == 0


def test_an_absolute_path_is_read_by_the_whole_line(inside: Repository) -> None:
    path = inside.path / "Dockerfile"
    inside.commit({"Dockerfile": OTHER, str(path.relative_to(path.anchor)): OTHER})
    assert not names_nothing([str(path)], os.environ)


def test_outside_any_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text(OTHER)
    monkeypatch.chdir(tmp_path)
    assert not names_nothing(["Dockerfile"], os.environ)


def test_rule_files_that_have_changed(inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    inside.commit({"Dockerfile": OTHER})
    monkeypatch.setattr(compiled, "CHECKSUM", compiled.CHECKSUM + 1)
    assert not names_nothing(["Dockerfile"], os.environ)


def test_rules_that_were_not_written_down(inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    inside.commit({"Dockerfile": OTHER})
    monkeypatch.delattr(rules, "compiled")
    monkeypatch.setitem(sys.modules, compiled.__name__, None)
    assert not names_nothing(["Dockerfile"], os.environ)
