"""The house: which wing may import which, what a run may load, and that no module has a word of Astro in it."""

from __future__ import annotations

import ast
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from repository import Repository

PACKAGE = Path(__file__).parent.parent / "hooks" / "astro_runtime_guard"
MODULES = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in PACKAGE.rglob("*.py")}
# From the ground up. A wing may import itself, the wings before it, and the modules at the top that import no wing.
WINGS = (("git", "dockerfile"), ("versions",), ("declarations",), ("findings",), ("rulebook",), ("reports",))
FLOORS = {wing: floor for floor, wings in enumerate(WINGS, 1) for wing in wings}
TOP = len(WINGS) + 1
# What is imported in one module alone, so that one module can be read to know what it does for us.
OUTSIDE = ({"dockerfile_parse"}, {"packaging"}, {"yaml"}, {"tomllib", "tomli"}, {"subprocess"})


@cache
def imports(module: str, *, types: bool) -> set[str]:
    """The modules that one imports: ours by their path in the package, others by the first part of their name."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not types
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in (node for node in ast.walk(tree) if id(node) not in skipped):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            folder = module.split("/")[: -node.level]
            base = "/".join([*folder, *(node.module or "").split(".")]).strip("/")
            named = {f"{base}/{alias.name}".strip("/") for alias in node.names}
            found |= (named & MODULES.keys()) or {base}
    return found


def floor(module: str) -> int:
    """The floor of a module's wing; 0 for the ground, which imports no wing, and TOP for what may import all."""
    wing, _, inside = module.partition("/")
    if inside:
        return FLOORS[wing]
    return TOP if any(floor(other) for other in imports(module, types=True) & MODULES.keys()) else 0


@pytest.mark.parametrize("module", [name for name in MODULES if name != "__init__"])
def test_imports_go_down(module: str) -> None:
    wing = module.partition("/")[0]
    up = {
        other
        for other in imports(module, types=True) & MODULES.keys()
        if floor(other) > floor(module) or (0 < floor(other) == floor(module) < TOP and other.partition("/")[0] != wing)
    }
    assert up == set()


def test_no_module_needs_itself() -> None:
    TopologicalSorter({name: imports(name, types=False) & MODULES.keys() for name in MODULES}).prepare()


@pytest.mark.parametrize("wing", FLOORS)
def test_a_wing_says_what_it_does_and_imports_nothing(wing: str) -> None:
    tree = ast.parse(MODULES[f"{wing}/__init__"].read_text(encoding="utf-8"))
    assert [type(node) for node in tree.body] == [ast.Expr]
    assert len((ast.get_docstring(tree) or "").splitlines()) in range(3, 7)


@pytest.mark.parametrize("package", OUTSIDE, ids=lambda package: "-".join(sorted(package)))
def test_one_module_imports_each_outside_thing(package: set[str]) -> None:
    assert len([name for name in MODULES if imports(name, types=False) & package]) == 1


@pytest.mark.parametrize("module", MODULES)
def test_no_word_of_astro_outside_the_program_s_own_names(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]
    own = (
        "astro-runtime",
        "astro_runtime",
        "ASTRO_RUNTIME",
        "astro[-_ ]?runtime",
        "Astro Runtime versions in Dockerfiles",
        "astroRuntimeGuard",
    )
    for text in texts:
        for name in own:
            text = text.replace(name, "")
        assert "astro" not in text.lower()
        assert not any(word in text for word in ("quay.io", "azurecr", "5.0.0"))


# What takes longest to import of what could be imported, here or by what we import.
DEAR = (
    *(
        "argparse",
        "collections",
        "dataclasses",
        "dockerfile_parse",
        "enum",
        "functools",
        "hashlib",
        "importlib.metadata",
    ),
    *(
        "inspect",
        "json",
        "logging",
        "packaging",
        "pathlib",
        "re",
        "shutil",
        "subprocess",
        "tempfile",
        "tomli",
        "tomllib",
    ),
    *("typing", "yaml"),
)
# What logging and packaging import beside them since CPython 3.13.
NEWER = {"dataclasses", "inspect"} if sys.version_info >= (3, 13) else set()
READER = {"collections", "dockerfile_parse", "enum", "functools", "json", "logging", "re", *NEWER}
RUNTIME = "FROM quay.io/astronomer/astro-runtime"
SITUATIONS: dict[str, tuple[str, str, tuple[str, ...], int, int, set[str]]] = {
    # before, after, arguments, exit code, the most modules of ours, dear modules of others
    "no Runtime": ("FROM python:3.12", "FROM python:3.13", ("Dockerfile",), 0, 16, set()),
    "no Runtime, listed": ("FROM python:3.12", "FROM python:3.13", (), 0, 39, {"collections", "enum", "functools", "re"}),
    "an upgrade that passes": (f"{RUNTIME}:5.0.1", f"{RUNTIME}:5.0.8", ("Dockerfile",), 0, 55, READER),
    "a heredoc and an argument": (
        f"{RUNTIME}:5.0.1",
        f"ARG V=5.0.8\n{RUNTIME}:$V\nRUN <<E\nE",
        ("Dockerfile",),
        0,
        56,
        READER,
    ),
    "a finding": (f"{RUNTIME}:4.2.6", f"{RUNTIME}:5.0.1", ("Dockerfile",), 1, 60, READER),
    "a pre-release": (
        f"{RUNTIME}:5.0.1",
        f"{RUNTIME}:5.0.8-rc1",
        ("Dockerfile",),
        0,
        55,
        READER | {"packaging", "typing"},
    ),
}  # fmt: skip
PROGRAM = """
import os, sys
before = set(sys.modules)
def leave(code):
    print("loaded", code, *sorted(set(sys.modules) - before), file=sys.stderr, flush=True)
    leave_at_once(code)
leave_at_once, os._exit = os._exit, leave
from astro_runtime_guard.entrypoints import {script} as run
sys.argv[1:] = {arguments!r}
run()
"""


def loaded(repo: Repository, *arguments: str, script: str = "astro_runtime") -> tuple[int, list[str], set[str]]:
    """The exit code, our modules, and the dear ones of others, in a new interpreter."""
    program = PROGRAM.format(script=script, arguments=list(arguments))
    said = repo.run(sys.executable, "-c", program, check=False).stderr.splitlines()
    code, *names = said[-1].removeprefix("loaded ").split()
    ours = [name for name in names if name.startswith("astro_runtime_guard.")]
    return int(code), ours, set(DEAR) & set(names)


@pytest.mark.parametrize(("before", "after", "arguments", "code", "most", "dear"), SITUATIONS.values(), ids=SITUATIONS)
def test_a_run_loads_no_more_than_it_needs(
    repo: Repository, before: str, after: str, arguments: tuple[str, ...], code: int, most: int, dear: set[str]
) -> None:
    repo.commit({"Dockerfile": f"{before}\n"})
    repo.write("Dockerfile", f"{after}\n")
    repo.git("add", ".")
    found = loaded(repo, *arguments)
    assert found[0] == code
    assert len(found[1]) <= most, found[1]
    assert found[2] <= dear  # other versions of Python import less


def test_rules_of_one_s_own_load_yaml(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write(".astro-runtime/images/mirror.yaml", "extends: astro-runtime\nrepositories: [example.com/airflow]\n")
    code, ours, dear = loaded(repo, "Dockerfile")
    assert (code, "yaml" in dear) == (0, True)
    assert len(ours) <= 63, ours


def test_a_place_loads_its_own_reader_alone(repo: Repository) -> None:
    repo.commit({"pyproject.toml": '[tool.astro]\nruntime = "3.3-8"\n'})
    dear = loaded(repo, "pyproject.toml", script="astro_runtime_declarations")[2]
    assert dear & {"tomllib", "tomli", "yaml"} == {"tomllib" if sys.version_info >= (3, 11) else "tomli"}
