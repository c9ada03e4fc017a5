"""Twice as much of anything takes about twice as long to read: a repeated part between a beginning and an end."""

from __future__ import annotations

import time

from astro_runtime_guard.dockerfile.stages import read_stages

SIZE = 30_000
PATIENCE = 0.5  # seconds for SIZE bytes; what is read in less time is not looked at more closely
SEEDS = (
    b"FROM a:1\nRUN x\x00 \\\n  y\x00\n",
    b"ARG A=1\n\x00ARG A=$A\n\x00FROM a:$A\n",
    b"FROM a:\x00${V:-\x00}\n",
    b"FROM a\nRUN \x00<<E \x00\nE\n",
    b"FROM a\n\x00COPY --from=b:1 --from=\xc3\xa9 \x00x y\nFROM a\n",
    b"ARG A=aaaa\nFROM a:${A//\x00*a?\x00/b}\n",
    b"\x00#c\n\n\x00FROM a AS b\nFROM b",
)
WORDS = (
    "\x00", "FROM ", "ARG ", "RUN ", "COPY ", "--from=", "--mount=", "from=", "${A", "$A", ":-", "}", "//", "<<", "<<E", "\nE\n", "\\\n", "'", '"',
    "\\", "#", " AS ", "\t", "ONBUILD ", "[", "\xa0", "{{", "<%", "*", "?", "%", "@",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """`data` is beginning, part and end with a zero byte between them."""
    head, _, rest = data.partition(b"\0")
    part, _, tail = rest.partition(b"\0")
    if not part or len(data) > 300:
        return
    if seconds(head, part, tail, SIZE) < PATIENCE:
        return
    half, full = (min(seconds(head, part, tail, size) for _ in range(3)) for size in (SIZE, 2 * SIZE))
    assert full < PATIENCE or full / half < 3, f"{half:.2f} s for {SIZE} bytes, {full:.2f} s for twice as much"


def seconds(head: bytes, part: bytes, tail: bytes, size: int) -> float:
    """How long it takes to read a file in which `part` is repeated up to `size` bytes."""
    source = head + part * (size // len(part)) + tail
    start = time.process_time()
    read_stages(source)
    return time.process_time() - start
