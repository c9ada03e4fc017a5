"""Any bytes as a file that names a Runtime under a key: findings at what is written, or CannotCheck in one line."""

from __future__ import annotations

from contextlib import suppress

from astro_runtime_guard.api import check
from astro_runtime_guard.declarations.reading import Reader
from astro_runtime_guard.dockerfile.stages import source_lines
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.reports.text import render
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder

BOOK = load_rulebook([shipped_folder()], "2026-11-22")
PATHS = ("pyproject.toml", "deployment.yaml", "deployment.json")
SEEDS = (
    b'0[project]\ndependencies = ["apache-airflow==3.3.*"]\n[tool.astro]\n# astro-runtime: reviewed 3.3-1\nruntime = "3.3-8"\n',
    b"0tool.astro = {runtime = '3.3', dockerfile = \"x\"}\n",
    b'0[tool.astro]\nruntime = """3\\u002e3-8"""\n',
    b"0[tool.astro]\nruntime = 5.0\n",
    b"1deployment:\n  configuration:\n    # astro-runtime: ignore pinned-runtime: why\n    runtime_version: 5.0\n",
    b'1{deployment: {configuration: &a {runtime_version: "3.1-2"}}}\n---\ndeployment: {configuration: *a}\n',
    b"1deployment:\n  configuration:\n    <<: {runtime_version: !x 4.2.6}\n",
    b'2{"deployment": {"configuration": {"runtime_version": "5.0.1"}}}',
    b'2{"deployment": {"configuration": {"runtime_version": 5.0, "a": "runtime_version"}}}',
)
WORDS = (
    "deployment", "configuration", "runtime_version", "[tool.astro]", "runtime", "dockerfile", "dependencies", "apache-airflow==",
    "5.0.1", "3.3-8", "3.3", "latest", '"""', "'''", "<<: *a", "&a ", "*a", "!x ", "---\n", "# astro-runtime: ", "\\u0000", "\ufeff", "\r\n", "|-\n", ">\n",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """The first byte chooses the path, the rest is the file."""
    path, source = PATHS[data[0] % len(PATHS)] if data else PATHS[0], data[1:]
    refused = ""
    try:
        declarations = Reader(BOOK).read(path, source).declarations
    except CannotCheck as problem:
        declarations, refused = (), str(problem)
    if refused:
        assert refused.startswith(f"{path}:"), "a refusal has its place"
        assert refused.isprintable(), "a refusal is one line"
        return
    lines = source_lines(source)
    for each in declarations:
        first = each.written.split("\n")[0].rstrip("\r")
        assert lines[each.line - 1].startswith(first, each.column - 1), "what is written stands where it is said"
    assert not [it for it in check(source, source, path=path, rulebook=BOOK) if it.base], "nothing has changed"
    with suppress(CannotCheck):
        said = render(check(b"", source, path=path, rulebook=BOOK))
        assert all(line.isprintable() for line in said.split("\n")), "nothing acts"
