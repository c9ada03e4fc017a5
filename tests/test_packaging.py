"""Every way to install the project carries the rule files, the types and the commands."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from build_release import repacked
from conftest import Published
from repository import make_repository

PROJECT = Path(__file__).parent.parent
RULES = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "rules").rglob("*.yaml")}
COUNT = """
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
print(len(load_rulebook([shipped_folder()], "2026-11-22").rules))
"""
# A type checker knows the type of the result only if the package says that it is typed.
TYPED = "from astro_runtime_guard import check\nfindings: int = check(None, b'')\n"


def pip(python: Path, *words: str) -> None:
    """Run our pip in another environment, which needs none of its own."""
    ours = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*ours, *words], check=True)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The interpreter of an environment of its own, that sees no package of this one."""
    venv.create(tmp_path / "environment", with_pip=False)
    return tmp_path / "environment" / ("Scripts" if os.name == "nt" else "bin") / "python"


@pytest.fixture
def source(published: Published, tmp_path: Path) -> Path:
    """A clone, because a build writes into the folder that it builds."""
    make_repository(tmp_path).git("clone", "--quiet", str(published.repository.path), "source")
    return tmp_path / "source"


def rules_seen(python: Path, folder: Path) -> int:
    """How many rules the installed program loads, run in a folder that holds no source of it."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([python, "-c", COUNT], check=True, capture_output=True, text=True, cwd=folder, env=clean)
    return int(done.stdout)


def test_wheel_and_sdist(source: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
    )
    (wheel,), (sdist,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {f"astro_runtime_guard/{rule}" for rule in RULES} <= names
    others = ("py.typed", "rules/__init__.py", "rules/compiled.py")
    assert {f"astro_runtime_guard/{name}" for name in others} <= names
    assert not any(name.startswith(("tests/", "rules/")) for name in names)
    with tarfile.open(sdist) as packed_source:
        inside = {name.partition("/")[2] for name in packed_source.getnames()}
    assert inside >= RULES


@pytest.mark.parametrize("how", [[], ["--editable"]], ids=["plain", "editable"])
def test_pip_install(published: Published, source: Path, python: Path, tmp_path: Path, how: list[str]) -> None:
    pip(python, "install", *how, str(source))
    expected = len([rule for rule in RULES if rule.count("/") == 1])
    assert rules_seen(python, tmp_path) == expected
    command = python.parent / "astro-runtime-guard"
    done = subprocess.run([command, "--version"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == f"astro-runtime-guard {published.tag.removeprefix('v')}\n"
    if not how:
        (tmp_path / "typed.py").write_text(TYPED)
        words = [sys.executable, "-m", "mypy", "--cache-dir", "cache", "--python-executable", str(python), "typed.py"]
        checked = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path)
        assert 'expression has type "list[Finding]", variable has type "int"' in checked.stdout


def test_an_sdist_holds_nothing_of_the_machine_that_built_it() -> None:
    def packed(time: int, user: str, names: tuple[str, ...]) -> bytes:
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w:gz") as archive:
            for name in names:
                member = tarfile.TarInfo(name)
                member.size, member.mtime, member.uname, member.uid, member.mode = 1, time, user, time, 0o640
                archive.addfile(member, io.BytesIO(b"x"))
        return content.getvalue()

    one, other = packed(1, "a", ("p/b", "p/a")), packed(2, "b", ("p/a", "p/b"))
    assert one != other
    assert repacked(one, 7) == repacked(other, 7)
    with tarfile.open(fileobj=io.BytesIO(repacked(one, 7))) as archive:
        assert [(each.name, each.mtime, each.uname) for each in archive] == [("p/a", 7, ""), ("p/b", 7, "")]
