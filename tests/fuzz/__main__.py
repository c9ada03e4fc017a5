"""Runs one harness under atheris until a law breaks: a script, no test.

    .venv/bin/pip install -e '.[fuzz]'
    .venv/bin/python tests/fuzz HARNESS [CORPUS] -max_total_time=600

HARNESS is a module beside this file: `SEEDS` to begin with, `WORDS` to put in, `one_input` that raises where a law does
not hold. CORPUS is a folder in which what was found is kept for the next run; every option is libFuzzer's. An input
that takes a minute is a finding too.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path

import atheris  # type: ignore[import-not-found,unused-ignore]


def main() -> None:
    """Instrument what the harness imports, its seeds first, so that what is imported late is instrumented too."""
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["astro_runtime_guard", "dockerfile_parse"]):
        harness = import_module(name)
        for seed in harness.SEEDS:
            harness.one_input(seed)
    with tempfile.TemporaryDirectory() as folder:
        seeds, words = Path(folder, "seeds"), Path(folder, "words")
        seeds.mkdir()
        for number, seed in enumerate(harness.SEEDS):
            (seeds / str(number)).write_bytes(seed)
        words.write_text("".join(f'"{quoted(word)}"\n' for word in harness.WORDS), encoding="ascii")
        corpus = [option for option in options if not option.startswith("-")]
        flags = [option for option in options if option.startswith("-")]
        atheris.Setup([name, f"-dict={words}", "-timeout=60", *flags, *corpus, str(seeds)], harness.one_input)
        atheris.Fuzz()


def quoted(word: str) -> str:
    """A word as libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
