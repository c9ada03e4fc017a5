"""Prints how long the reader takes for large Dockerfiles, at half size and at full size: a script, no test.

PYTHONPATH=hooks python .ci/benchmark_reader.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

from astro_runtime_guard.dockerfile.stages import read_stages

CASES: tuple[tuple[str, int, Callable[[int], str]], ...] = (
    ("one line, 1 MB", 1_000_000, lambda n: "FROM a:1\nRUN " + "x" * n + "\n"),
    ("one line of words, 1 MB", 1_000_000, lambda n: "FROM a:1\nRUN " + "x " * (n // 2) + "\n"),
    ("one FROM of words, 1 MB", 1_000_000, lambda n: "FROM a:1 " + "x " * (n // 2) + "\n"),
    (
        "one line with a heredoc sign, 1 MB",
        1_000_000,
        lambda n: "FROM a:1\nRUN cat << " + "x " * (n // 2) + "\n",
    ),
    (
        "one line of quotes and <<, 1 MB",
        1_000_000,
        lambda n: "FROM a:1\nRUN << " + "\"x\" '<<' " * (n // 9) + "\n",
    ),
    ("one line of backslashes, 1 MB", 1_000_000, lambda n: "FROM a:1\nRUN << " + "\\ " * (n // 2) + "x\n"),
    ("one line of blanks, 1 MB", 1_000_000, lambda n: "FROM a:1\nRUN \\" + " " * n + "x\n"),
    ("one flag, 1 MB", 1_000_000, lambda n: "FROM a:1\nCOPY --from=" + "x" * n + " a b\n"),
    ("50,000 flags", 50_000, lambda n: "FROM a:1\nCOPY " + "--from=\u00e9:1 " * n + " a b\n"),
    ("directive, 1 MB", 1_000_000, lambda n: "# escape=x" + " " * n + "x\nFROM a:1\n"),
    ("continuation of 50,000 lines", 50_000, lambda n: "FROM a:1\nRUN x" + " \\\n  y" * n + "\n"),
    (
        "continuation of 50,000 comments",
        50_000,
        lambda n: "FROM a:1\nRUN x \\\n" + "# c\n\n" * (n // 2) + "y\n",
    ),
    ("10,000 stages", 10_000, lambda n: "".join(f"FROM a:{i} AS s{i}\nRUN x\n" for i in range(n))),
    ("10,000 stages, each from the one before", 10_000, lambda n: "FROM a AS s\n" + "FROM s AS s\n" * n),
    ("10,000 copies from images", 10_000, lambda n: "FROM a:1\n" + "COPY --from=b:1 x y\n" * n),
    ("10,000 heredocs", 10_000, lambda n: "FROM a:1\n" + "RUN <<EOF\nx\nEOF\n" * n),
    (
        "10,000 heredocs without an end",
        10_000,
        lambda n: "".join(f"FROM a:{i}\nRUN <<E{i}\n" for i in range(n)),
    ),
    ("an ARG of 100,000 characters", 100_000, lambda n: f"ARG T={'1' * n}\nFROM a:$T\n"),
    (
        "an ARG of 100,000 characters with quotes",
        100_000,
        lambda n: "ARG T=" + "\"1\"'2'\\3" * (n // 8) + "\nFROM a:$T\n",
    ),
    ("an ARG of 20,000 names", 20_000, lambda n: "ARG V=1\nARG T=" + "${V:-x}" * n + "\nFROM a:$T\n"),
    ("20,000 substitutions in one another", 20_000, lambda n: "FROM a:" + "${V:-" * n + "1" + "}" * n + "\n"),
    ("10,000 ARGs", 10_000, lambda n: "".join(f"ARG A{i}=1\n" for i in range(n)) + "FROM a:$A1\n"),
    ("10,000 ARGs in a chain", 10_000, lambda n: "ARG A=1\n" + "ARG A=$A\n" * n + "FROM a:$A\n" * n),
    ("40 ARGs, each twice the one before", 40, lambda n: "ARG A=1\n" + "ARG A=$A$A\n" * n + "FROM a:$A\n"),
    ("a pattern with 1,000 stars", 1_000, lambda n: f"ARG A={'a' * 50 * n}\nFROM a:${{A#{'*a' * n}b}}\n"),
    (
        "replacements in 100,000 characters",
        100_000,
        lambda n: f"ARG A={'ab' * (n // 2)}\nFROM a:${{A//a/b}}\n",
    ),
    ("comments above, 50,000 lines", 50_000, lambda n: "# c\n" * n + "FROM a:1\n"),
)


def seconds(source: bytes) -> float:
    """The best of two runs."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        read_stages(source)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """One line for each case."""
    read_stages(b"FROM a")
    print(f"{'case':45} {'half':>9} {'full':>9} {'ratio':>6}")
    for title, size, make in CASES:
        half, full = seconds(make(size // 2).encode()), seconds(make(size).encode())
        print(f"{title:45} {half:8.3f}s {full:8.3f}s {full / half:6.1f}")


if __name__ == "__main__":
    main()
