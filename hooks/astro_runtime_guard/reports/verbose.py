"""What --verbose says: which files were checked, and what each was compared with."""

from __future__ import annotations

from .shared import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..git.base import Base
    from ..git.snapshot import File, Snapshot
    from ..model import Image


def describe(snapshot: Snapshot, files: Mapping[File, bool], images: Sequence[Image]) -> Iterator[str]:
    """One line for each file that was checked, then what was not compared, and the day of what is known of images.

    `files` tells of each whether it names a version of a known image.
    """
    for file, declares in files.items():
        yield f"{printable(file.path)}: {_compared(file, snapshot.base) if declares else 'names no known image'}"
    if not files:
        yield "no file to check"
    yield from (f"target: {printable(snapshot.base.target)}",) if snapshot.base.target else ()
    yield from skipped(snapshot)
    if snapshot.base.why:
        yield f"nothing is compared: {printable(snapshot.base.why)}"
    yield from (f"known of {image.name} as of {image.as_of}" for image in images if image.lines and image.as_of)


def skipped(snapshot: Snapshot) -> Iterator[str]:
    """How many files did not change and are not in a partial clone, if any."""
    if count := len(snapshot.skipped):
        files, are = ("file", "is") if count == 1 else ("files", "are")
        yield f"{count} {files} did not change and {are} not in this partial clone: skipped"


def _compared(file: File, base: Base) -> str:
    judged = {before.commit for before in (*base.judged, *base.staged)}
    olds = [old for old in file.old if old.before.commit in judged]
    if not olds:
        return "not compared with anything"
    names = (
        printable(old.before.named) + (f", where it was {printable(old.path)}" if old.path != file.path else "")
        for old in olds
    )
    proposed = f" if it differs from {base.forks[0].named}" if base.forks else ""
    return f"compared with {' and '.join(names)}{printable(proposed)}"
