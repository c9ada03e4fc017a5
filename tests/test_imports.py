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
    "tomllib": {"tomlfile"},
    "tomli": {"tomlfile"},
    "subprocess": {"process"},
    "argparse": {"arguments", "commands"},
}
# The line of the house, one room a row; each may import only rooms above its own.
ORDER = (
    {"errors", "globs", "named", "renames", "catfile", "glance"},
    {"words", "flags"},
    {"process", "folders", "references", "images", "places", "rule", "plumbing"},
    {"shellwords", "ci", "yamlfile", "tags", "compiled", "shortcut"},
    {"heredocs", "refusals", "base", "present", "fields", "recognition", "order"},
    {"dockertext", "snapshot", "imagefile", "placefile"},
    {"buildargs", "companions"},
    {"git"},
    {"froms"},
    {"dockerfile"},
    {"declarations", "located"},
    {"tomlfile", "jsonfile", "yamltree"},
    {"keyed"},
    {"readings"},
    {"changes"},
    {"projects"},
    {"checks"},
    {"rulefile", "acknowledgements"},
    {"rulefolder"},
    {"rulebook", "findings"},
    {"reports/__init__"},
    {"reports/shared"},
    {"reports/text", "reports/github", "reports/gitlab", "reports/json_report", "reports/sarif"},
    {"guard", "output"},
    {"examples", "plan", "schema", "arguments", "runner"},
    {"commands"},
    {"cli"},
    {"entrypoints"},
)
READERS = ("companions", "projects", "keyed", "located", "tomlfile", "jsonfile", "yamltree")
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


def test_a_dockerfile_hook_loads_no_reader_of_other_places(repo: Repository) -> None:
    repo.commit({"Dockerfile": "FROM quay.io/astronomer/astro-runtime:5.0.1\n"})
    repo.write("Dockerfile", "FROM quay.io/astronomer/astro-runtime:5.0.2\n")
    readers = ("tomllib", "tomli", "yaml", *(f"astro_runtime_guard.{name}" for name in READERS))
    program = (
        "import sys; from astro_runtime_guard.entrypoints import {0} as run; sys.argv[1:] = ['{1}'];"
        f"print(run(), *(name for name in {readers} if name in sys.modules))"
    )
    assert repo.run(sys.executable, "-c", program.format("astro_runtime", "Dockerfile")).stdout.split() == ["0"]
    repo.write("pyproject.toml", '[tool.astro]\nruntime = "3.3-8"\n')
    said = repo.run(sys.executable, "-c", program.format("astro_runtime_declarations", "pyproject.toml")).stdout.split()
    assert {"astro_runtime_guard.tomlfile", "astro_runtime_guard.companions"} <= set(said)
    assert not {"yaml", "astro_runtime_guard.jsonfile", "astro_runtime_guard.yamltree"} & set(said)


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
    *("inspect", "json", "logging", "packaging", "pathlib", "re", "shutil", "subprocess", "tempfile", "typing", "yaml"),
)
SHORTCUT = {"arguments", "catfile", "cli", "entrypoints", "errors", "folders", "glance", "output", "process"} | {
    "rules",
    "rules/compiled",
    "shortcut",
}
# The line up to what the files say.
LOOKED = (
    SHORTCUT
    | {
        "base",
        "ci",
        "compiled",
        "git",
        "images",
        "named",
        "plumbing",
        "present",
        "refusals",
        "reports",
        "rule",
        "rulebook",
    }
    | {
        "places",
        "runner",
        "snapshot",
    }
)
# And the reader, the pairs, the checks.
JUDGED = (
    LOOKED
    | {"acknowledgements", "buildargs", "changes", "checks", "declarations", "dockerfile", "dockertext"}
    | {
        *("findings", "flags", "froms", "guard", "order", "readings", "recognition", "references", "tags", "words"),
    }
)
# What logging and packaging import beside them since CPython 3.13.
NEWER = {"dataclasses", "inspect"} if sys.version_info >= (3, 13) else set()
READER = {"collections", "dockerfile_parse", "enum", "functools", "json", "logging", "re", *NEWER}
OWN_RULES = {"fields", "imagefile", "placefile", "rulefile", "rulefolder", "yamlfile"}
RUNTIME = "FROM quay.io/astronomer/astro-runtime"
SITUATIONS: dict[str, tuple[str, str, tuple[str, ...], int, set[str], set[str]]] = {
    # before, after, arguments, exit code, our modules, dear ones
    "no Runtime": ("FROM python:3.12", "FROM python:3.13", ("Dockerfile",), 0, SHORTCUT, set()),
    "no Runtime, listed": ("FROM python:3.12", "FROM python:3.13", (), 0, LOOKED, {"collections", "enum", "functools", "re"}),
    "an upgrade that passes": (f"{RUNTIME}:5.0.1", f"{RUNTIME}:5.0.8", ("Dockerfile",), 0, JUDGED, READER),
    "a heredoc and an argument": (
        f"{RUNTIME}:5.0.1",
        f"ARG V=5.0.8\n{RUNTIME}:$V\nRUN <<E\nE",
        ("Dockerfile",),
        0,
        JUDGED | {"shellwords", "heredocs"},
        READER,
    ),
    "a finding": (
        f"{RUNTIME}:4.2.6",
        f"{RUNTIME}:5.0.1",
        ("Dockerfile",),
        1,
        JUDGED | {"reports/shared", "reports/text"},
        READER | {"pathlib"},
    ),
    "a pre-release": (
        f"{RUNTIME}:5.0.1",
        f"{RUNTIME}:5.0.8-rc1",
        ("Dockerfile",),
        0,
        JUDGED,
        READER | {"packaging", "typing"},
    ),
}  # fmt: skip
PROGRAM = """
import sys
before = set(sys.modules)
from astro_runtime_guard.entrypoints import astro_runtime as run
sys.argv[1:] = {arguments!r}
code = run()
print("loaded", code, *sorted(set(sys.modules) - before), file=sys.stderr)
"""


def loaded(repo: Repository, *arguments: str) -> tuple[int, set[str], set[str]]:
    """The exit code, our modules, and the dear ones of others, in a new interpreter."""
    said = repo.run(sys.executable, "-c", PROGRAM.format(arguments=list(arguments)), check=False).stderr.splitlines()
    code, *names = said[-1].removeprefix("loaded ").split()
    ours = {name.partition(".")[2].replace(".", "/") for name in names if name.startswith("astro_runtime_guard.")}
    return int(code), ours, set(DEAR) & set(names)


@pytest.mark.parametrize(("before", "after", "arguments", "code", "ours", "dear"), SITUATIONS.values(), ids=SITUATIONS)
def test_a_run_loads_no_more_than_it_needs(
    repo: Repository, before: str, after: str, arguments: tuple[str, ...], code: int, ours: set[str], dear: set[str]
) -> None:
    repo.commit({"Dockerfile": f"{before}\n"})
    repo.write("Dockerfile", f"{after}\n")
    repo.git("add", ".")
    found = loaded(repo, *arguments)
    assert found[:2] == (code, ours)
    assert found[2] <= dear  # other versions of Python import less


def test_rules_of_one_s_own_load_yaml(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write(".astro-runtime/images/mirror.yaml", "extends: astro-runtime\nrepositories: [example.com/airflow]\n")
    code, ours, dear = loaded(repo, "Dockerfile")
    assert (code, ours, "yaml" in dear) == (0, JUDGED | OWN_RULES, True)
