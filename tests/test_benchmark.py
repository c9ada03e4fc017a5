"""The benchmark measures right answers: its repositories are what they are called, and a wrong exit code ends it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from benchmark import BIN, WORKS, Command, Work, blobs, run, write_corpus


@pytest.mark.skipif(sys.platform == "win32", reason="the benchmark waits for processes by POSIX means")
@pytest.mark.parametrize("work", [work for work in WORKS if work.runtimes + work.others < 2 and not work.beside])
def test_a_work_ends_as_it_says(work: Work, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    (file,) = write_corpus(folder, work)
    assert work.path or 20 <= len((folder / file).read_text().splitlines()) <= 61
    assert len(blobs(folder).split()) == 2
    words = [str(BIN / work.hook), file]
    assert run(Command(words, code=work.code), folder).memory > 1
    with pytest.raises(SystemExit, match=f"ended with {work.code}, not 3"):
        run(Command(words, code=3), folder)
