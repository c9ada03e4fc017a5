"""The house: which module may import which, which package each may know, and that it has no word of Astro in it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from repository import Repository

PACKAGE = Path(__file__).parent.parent / "hooks" / "astro_runtime_guard"
MODULES = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in PACKAGE.rglob("*.py")}
OUTSIDE = {
    "dockerfile_parse": {"dockerfile"},
    "packaging": {"order"},
    "yaml": {"yamlfile"},
    "subprocess": {"git"},
    "argparse": {"cli", "commands"},
}
# The line of the house, one room a row; each may import only rooms above its own.
ORDER = (
    {"errors", "globs", "references", "plumbing", "renames"},
    {"shellwords", "ci", "yamlfile", "images", "tags"},
    {"heredocs", "base", "snapshot", "fields", "recognition", "order"},
    {"dockertext", "git", "imagefile"},
    {"buildargs"},
    {"froms"},
    {"dockerfile"},
    {"declarations"},
    {"changes"},
    {"checks"},
    {"rulefile", "acknowledgements"},
    {"compiled"},
    {"rulebook", "findings"},
    {"reports/__init__"},
    {"reports/shared"},
    {"reports/text", "reports/github", "reports/gitlab", "reports/json_report", "reports/sarif"},
    {"guard", "output"},
    {"examples", "plan", "schema"},
    {"commands"},
    {"cli"},
    {"entrypoints"},
)
RANK = {module: rank for rank, modules in enumerate(ORDER) for module in modules}


def imported(path: Path, typing_too: bool) -> set[str]:
    """The modules that a file imports: ours by their name in the package, others by their first part."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing_too
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or alias.name).replace(".", "/") for alias in node.names}
    return found


@pytest.mark.parametrize("module", [name for name in MODULES if name != "__init__"])
def test_imports_go_one_way(module: str) -> None:
    assert module in RANK, "a new module needs its place in ORDER"
    ours = {name for name in imported(MODULES[module], typing_too=False) if name in MODULES and name != "__init__"}
    assert {name for name in ours if RANK[name] >= RANK[module]} == set()


@pytest.mark.parametrize("package", OUTSIDE)
def test_each_outside_thing_has_one_room(package: str) -> None:
    assert {name for name, path in MODULES.items() if package in imported(path, typing_too=False)} == OUTSIDE[package]


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


@pytest.mark.parametrize(
    ("rule_of_one_s_own", "loaded"), [(False, set()), (True, {"yaml"})], ids=["ours alone", "with rules of one's own"]
)
def test_an_ordinary_run_loads_no_more_than_it_needs(
    repo: Repository, rule_of_one_s_own: bool, loaded: set[str]
) -> None:
    repo.commit({"Dockerfile": "FROM quay.io/astronomer/astro-runtime:5.0.1\n"})
    if rule_of_one_s_own:
        repo.write(".astro-runtime/images/mirror.yaml", "extends: astro-runtime\nrepositories: [example.com/airflow]\n")
    program = (
        "import sys; from astro_runtime_guard.entrypoints import astro_runtime as run; sys.argv[1:] = ['Dockerfile'];"
        "print(run(), *({'yaml', 'packaging', 'importlib.metadata', 'hashlib'} & set(sys.modules)))"
    )
    assert repo.run(sys.executable, "-c", program).stdout.split() == ["0", *loaded]
