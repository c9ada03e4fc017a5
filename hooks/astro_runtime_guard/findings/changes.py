"""What each place that names a Runtime said before.

Knows: how the declarations of two versions of a file belong together, and which of several base commits counts.
Must not know: git, which changes are wrong.
"""

from __future__ import annotations

import posixpath

from ..named import NamedTuple
from ..versions.order import spans

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..declarations.declaration import Declaration, Reading
    from ..git.snapshot import File, Old


class View(NamedTuple):
    """A file with what it declares and declared; `leads` tells that it can stand for a Dockerfile, or name one."""

    file: File
    now: Reading
    old: tuple[tuple[Old, Reading], ...]
    is_place: bool
    leads: bool

    @property
    def key(self) -> str:
        """The path from the top of the work tree."""
        return self.file.key or posixpath.normpath(self.file.path)


class Past(NamedTuple):
    """A declaration as it stood in a base commit: in which file, and the words that name the commit."""

    declaration: Declaration
    path: str
    named: str


class Beside(NamedTuple):
    """A declaration of the same project in the same state, with which another has to agree, and its file."""

    declaration: Declaration
    path: str
    kind: str


class Change(NamedTuple):
    """A declaration now, and the same one before: None where it is new or nothing is compared.

    `beside` is what it has to agree with, where a run looks at that.
    """

    after: Declaration
    before: Past | None
    beside: tuple[Beside, ...] = ()


def pair_declarations(after: Sequence[Declaration], pasts: Sequence[Sequence[Past]]) -> tuple[Change, ...]:
    """One change for each declaration of `after`; `pasts` holds the declarations of the file at each base commit."""
    matched = [_match(after, past) for past in pasts]
    return tuple(
        Change(now, _highest(now, [found for past in matched if (found := past.get(position))]))
        for position, now in enumerate(after)
    )


def _match(after: Sequence[Declaration], pasts: Sequence[Past]) -> dict[int, Past]:
    """Which past declaration each position of `after` continues: by name, as the final one, by reference, by place."""
    new = {position: now for position, now in enumerate(after) if now.ordered}
    old = {number: past for number, past in enumerate(pasts) if past.declaration.ordered}
    matched: dict[int, Past] = {}
    for key in _KEYS:
        free: dict[object, list[int]] = {}
        for number in reversed(old):
            free.setdefault(key(old[number].declaration), []).append(number)
        for position, now in list(new.items()):
            if key(now) is not None and (numbers := free.get(key(now))):
                matched[position] = old.pop(numbers.pop())
                del new[position]
    matched.update(zip(new, old.values(), strict=False))
    return matched


_KEYS: tuple[Callable[[Declaration], object], ...] = (
    lambda declaration: declaration.name or None,
    lambda declaration: declaration.final or None,
    lambda declaration: declaration.reference,
)


def _highest(after: Declaration, pasts: Sequence[Past]) -> Past | None:
    """The newest Runtime among the base commits; one without an order counts only where all are without."""
    if len({past.declaration.reference for past in pasts}) <= 1:
        return next(iter(pasts), None)
    placed = [
        (order[0], -position, past)
        for position, past in enumerate(pasts)
        if (order := spans(past.declaration.runtime, after.runtime))
    ]
    return max(placed)[2] if placed else pasts[0]
