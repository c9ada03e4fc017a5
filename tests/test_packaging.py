"""Every way to install the project carries the rule files, the types and the commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import Published

PROJECT = Path(__file__).parent.parent
RULES = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "rules").rglob("*.yaml")}
COUNT = "import astro_runtime_guard.rulebook as b, astro_runtime_guard.folders as f; print(len(b.load_rulebook([f.shipped_folder()], '2026-11-22').rules))"

pytestmark = pytest.mark.xdist_group("prek")


def pip(python: Path, *words: str) -> None:
    subprocess.run([python, "-m", "pip", "--quiet", "--disable-pip-version-check", *words], check=True)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment of its own, that sees no package of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def rules_seen(python: Path, folder: Path) -> int:
    """How many rules the installed program loads, run in a folder that holds no source of it."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([python, "-c", COUNT], check=True, capture_output=True, text=True, cwd=folder, env=clean)
    return int(done.stdout)


def test_wheel_and_sdist(published: Published, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", tmp_path, published.repository.path],
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
def test_pip_install(published: Published, python: Path, tmp_path: Path, how: list[str]) -> None:
    pip(python, "install", *how, str(published.repository.path))
    expected = len([rule for rule in RULES if rule.count("/") == 1])
    assert rules_seen(python, tmp_path) == expected
    command = python.parent / "astro-runtime-guard"
    done = subprocess.run([command, "--version"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == f"astro-runtime-guard {published.tag.removeprefix('v')}\n"
    pip(python, "uninstall", "--yes", "astro-runtime-guard")
