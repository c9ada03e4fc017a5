"""What --verbose says: which files were checked, and what each was compared with."""

from __future__ import annotations

from .shared import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..git.snapshot import File, Snapshot


def describe(snapshot: Snapshot, files: Mapping[File, bool]) -> Iterator[str]:
    """One line for each file that was checked, then one for what was not compared.

    `files` tells of each whether it names a version of a known image.
    """
    for file, declares in files.items():
        yield f"{printable(file.path)}: {_compared(file) if declares else 'names no known image'}"
    if not files:
        yield "no file to check"
    if snapshot.base.why:
        yield f"nothing is compared: {printable(snapshot.base.why)}"


def _compared(file: File) -> str:
    if not file.old:
        return "not compared with anything"
    names = (
        printable(old.before.named) + (f", where it was {printable(old.path)}" if old.path != file.path else "")
        for old in file.old
    )
    return f"compared with {' and '.join(names)}"
