#!/usr/bin/env python3
"""Builds the wheel and the sdist of HEAD so that anybody can build the same bytes again: `python .ci/build_release.py FOLDER`.

The wheel is reproducible by SOURCE_DATE_EPOCH alone. setuptools writes the time and the user of the machine into the
sdist, so it is packed again with the time of the commit, no user, and its members in order.
"""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def build(folder: Path) -> list[Path]:
    """Build a clean clone of HEAD into `folder`; the files that were made."""
    epoch = git("log", "-1", "--format=%ct")
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "clone"
        git("clone", "--quiet", str(PROJECT), str(clone))
        words = [sys.executable, "-m", "build", "--outdir", str(folder), str(clone)]
        subprocess.run(words, check=True, capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": epoch})
    for sdist in folder.glob("*.tar.gz"):
        sdist.write_bytes(repacked(sdist.read_bytes(), int(epoch)))
    return sorted(folder.iterdir())


def repacked(sdist: bytes, epoch: int) -> bytes:
    """The same archive without anything of the machine that made it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(sdist)) as old, tarfile.open(fileobj=packed, mode="w") as new:
        for member in sorted(old.getmembers(), key=lambda each: each.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = epoch, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    return gzip.compress(packed.getvalue(), mtime=epoch)


def git(*words: str) -> str:
    """What git prints in the project."""
    return subprocess.run(["git", *words], cwd=PROJECT, check=True, capture_output=True, text=True).stdout.strip()


def main(words: list[str]) -> int:
    """Build, and print what was made."""
    if len(words) != 1:
        print("usage: .ci/build_release.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(words[0])
    folder.mkdir(parents=True, exist_ok=True)
    for path in build(folder.resolve()):
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
