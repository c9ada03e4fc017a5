"""What `git cat-file --batch` prints, as values.

Source: "BATCH OUTPUT" in git's documentation of cat-file. Must not know: what the objects are.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def read_objects(output: bytes, names: Sequence[bytes], kind: bytes) -> dict[bytes, bytes | None]:
    """Object name, as git was asked for it -> content; None where there is none of that kind."""
    found: dict[bytes, bytes | None] = {}
    start = 0
    for name in names:
        end = output.find(b"\n", start)
        told = output[start:end].split(b" ") if end >= 0 else []
        size = int(told[2]) if len(told) == 3 and told[2].isdigit() else -1
        content = output[end + 1 : end + 1 + size]
        found[name] = content if size >= 0 and told[1] == kind and len(content) == size else None
        start = end + 1 + size + 1 if end >= 0 else len(output)
    return found
