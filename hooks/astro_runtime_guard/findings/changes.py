"""What each place that names a Runtime said before.

Knows: how the declarations of two versions of a file belong together, and which of several base commits counts.
Must not know: git, which changes are wrong.
"""

from __future__ import annotations

import posixpath

from ..named import NamedTuple
from .baseline import choose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..declarations.declaration import Declaration, Reading
    from ..git.base import Base, Before
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
    """A declaration as it stood in a base commit, and the path of its file there."""

    declaration: Declaration
    path: str
    before: Before


class Beside(NamedTuple):
    """A declaration of the same project in the same state, with which another has to agree, and its file."""

    declaration: Declaration
    path: str
    kind: str


class Change(NamedTuple):
    """A declaration now, and the one it is judged against: None where it is new or nothing is compared.

    `beside` is what it has to agree with, where a run looks at that. `promoted` is what the default branch says, for a
    deployed branch.
    """

    after: Declaration
    before: Past | None
    beside: tuple[Beside, ...] = ()
    promoted: Past | None = None


def pair_declarations(after: Sequence[Declaration], pasts: Sequence[Sequence[Past]], base: Base) -> tuple[Change, ...]:
    """One change for each declaration of `after`; `pasts` holds the declarations of the file at each base commit."""
    matched = [_match(after, past) for past in pasts]
    changes = []
    for position, now in enumerate(after):
        baseline = choose(now, [past[position] for past in matched if position in past], base)
        changes.append(Change(now, baseline.before, promoted=baseline.promoted))
    return tuple(changes)


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
