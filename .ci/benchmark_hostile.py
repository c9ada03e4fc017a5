#!/usr/bin/env python3
"""Time and peak memory of hostile inputs at n, 2n and 4n: `.ci/benchmark_hostile.py [NAME ...]`.

Each input is checked, and reported in every format, in a process of its own. A cost that grows in proportion doubles
from line to line; one that grows with the square is four times as large. An input may be refused instead, in one line
that names the limit.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping

RUNTIME = "FROM quay.io/astronomer/astro-runtime:"
KEY = "deployment: {configuration: {runtime_version: "
LIST = "deployment:\n  configuration:\n    runtime_version:\n"
WRONG = "# astro-runtime: reviewed x\n"
SIZES = (100, 200, 400)

# Name -> the path of the file, and its text for a size. At 400 most are just below their limit.
INPUTS: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "yaml, comments above a list": ("d.yaml", lambda n: LIST + "# x\n" * n + f"     [{'a,' * n}]\n"),
    "yaml, documents": ("d.yaml", lambda n: f"---\n{KEY}5.0}}}}\n" * n),
    "yaml, one alias": ("d.yaml", lambda n: f"a: &a {'x' * 100 * n}\n{KEY}[{'*a,' * n}]}}}}\n"),
    "yaml, merge keys": ("d.yaml", lambda n: f"deployment: {{configuration: {{<<: [{'{a: 1},' * n * 10}], runtime_version: 5}}}}\n"),
    "yaml, events": ("d.yaml", lambda n: f"runtime_version: [{'a,' * n * 100}]\n"),
    "json, numbers": ("d.json", lambda n: f'{{"x": [{"1," * n * 1000}1], "runtime_version": 5}}'),
    "toml, blanks": ("pyproject.toml", lambda n: f'[project]\ndependencies = ["apache-airflow{" " * n * 100}x"]\n[tool.astro]\n'),
    "toml, requirements": ("pyproject.toml", lambda n: "[project]\ndependencies = [\n" + "# x\n" * n + '"apache-airflow==3.0",' * n + "]\n[tool.astro]\n"),
    "dockerfile, chained arguments": ("Dockerfile", lambda n: "ARG A0=5\n" + "".join(f"ARG A{i}=$A{i - 1}\n" for i in range(1, n)) + f"{RUNTIME}$A{n - 1}\n" * n),
    "dockerfile, comments above an argument": ("Dockerfile", lambda n: "# x\n" * n + "ARG A=5\n" + f"{RUNTIME}$A\n" * n),
    "dockerfile, wrong acknowledgements": ("Dockerfile", lambda n: WRONG * n + "ARG A=5\n" + f"{RUNTIME}$A\n" * n),
    "dockerfile, stray acknowledgements": ("Dockerfile", lambda n: "# astro-runtime: ignore x: y\n\n" * n * 10 + f"{RUNTIME}5\n" * n),
    "dockerfile, other stages": ("Dockerfile", lambda n: "FROM a\n" * n * 24 + f"{RUNTIME}5\n"),
    "dockerfile, instructions": ("Dockerfile", lambda n: f"{RUNTIME}5\n" + "RUN a\n" * n * 240),
    "dockerfile, long argument": ("Dockerfile", lambda n: f"ARG A={'$B' * n * 600}\n{RUNTIME}$A\n"),
    "dockerfile, flags": ("Dockerfile", lambda n: f"{RUNTIME}5\nRUN {'--mount=from=a,from=b ' * n * 50}x\n"),
    "dockerfile, long tags": ("Dockerfile", lambda n: f"{RUNTIME}{'5' * 1000}\n" * n),
}  # fmt: skip


def measure(name: str, size: int) -> str:
    """One line: seconds of this process, its largest memory, and what came out."""
    import resource

    from astro_runtime_guard.api import check
    from astro_runtime_guard.errors import CannotCheck
    from astro_runtime_guard.reports import github, gitlab, json_report, sarif, text
    from astro_runtime_guard.reports.report import Report, bounded

    path, make = INPUTS[name]
    source = make(size).encode()
    start = time.process_time()
    try:
        findings = check(None, source, path=path)
        report = bounded(Report(tuple(findings), (), "1"))
        shown = [module.render(report) for module in (json_report, gitlab, sarif, github)]
        result = f"{len(findings)} findings, report of {max(map(len, [*shown, text.render(report.findings)])):,} bytes"
    except CannotCheck as problem:
        result = f"refused: {problem}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return f"{len(source) // 1000:7} kB {time.process_time() - start:7.2f} s {peak:5} MB  {result[:100]}"


def main(words: list[str]) -> int:
    if words[:1] == ["--one"]:
        print(measure(words[1], int(words[2])))
        return 0
    for name in words or INPUTS:
        print(name)
        for size in SIZES:
            done = subprocess.run(
                (sys.executable, __file__, "--one", name, str(size)), capture_output=True, text=True, check=False
            )
            print(f"  {size:4} {done.stdout.rstrip() or done.stderr.strip().splitlines()[-1]}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
