"""Pairs each declaration with the one that it continues, in each base commit."""

from __future__ import annotations

import posixpath

from ..named import NamedTuple
from .baseline import Past as Past
from .baseline import choose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..declarations.declaration import Declaration, Reading
    from ..git.base import Base, Before
    from ..git.snapshot import File, Old


class View(NamedTuple):
    """A file with what it declares now, and what it declared at each base commit.

    `is_place` is true where the version stands under a key, `leads` where the file can stand for a Dockerfile or name
    one.
    """

    file: File
    now: Reading
    old: tuple[tuple[Old, Reading], ...]
    is_place: bool
    leads: bool

    @property
    def key(self) -> str:
        """The path from the top of the work tree."""
        return self.file.key or posixpath.normpath(self.file.path)

    def pasts(self, before: Before) -> list[Past]:
        """What the file declared in one base commit."""
        return [
            Past(declaration, old.path, before)
            for old, reading in self.old
            if old.before == before
            for declaration in reading.declarations
        ]


class Beside(NamedTuple):
    """A declaration of the same project in the same state, and the path of its file.

    `kind` says what would contradict it: `different`, no build in common; `requirement`, the same for a series that the
    project requires; `higher`, a newer build; `both`, that the declaration and a Dockerfile's name stand in one file.
    """

    declaration: Declaration
    path: str
    kind: str


class Change(NamedTuple):
    """A declaration now, and the one it is judged against; `before` is None where it is new or nothing is compared.

    `beside` holds the declarations of other files that it has to agree with. `promoted` is what the default branch
    says, for a deployed branch.
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
    """Which past declaration each position of `after` continues.

    The deployed image continues the image that was deployed, whatever the stages are called. The other stages pair by
    their names, then by their references, also with the stage that was deployed. The rest pairs in file order.

    A file whose final stage is built on no declared image deploys no Runtime, so nothing is compared for that stage. If
    only one side deploys a Runtime, that one pairs like any other stage: a final stage for tests, added or removed,
    hides no downgrade.
    """
    new = {position: now for position, now in enumerate(after) if now.ordered}
    old = {number: past for number, past in enumerate(pasts) if past.declaration.ordered}
    finals = [number for number, past in old.items() if past.declaration.final]
    deployed = dict(zip((position for position, now in new.items() if now.final), finals, strict=False))
    matched = {position: old[number] for position, number in deployed.items()}
    others = {position: now for position, now in new.items() if position not in deployed}
    for fields in (("name", "reference"), ("name",), ("reference",)):
        free: dict[tuple[str, ...], list[int]] = {}
        for number in reversed(old):
            free.setdefault(_key(old[number].declaration, fields), []).append(number)
        for position, now in list(others.items()):
            key = _key(now, fields)
            if all(key) and (numbers := free.get(key)):
                matched[position] = old.pop(numbers.pop())
                del others[position]
    rest = (past for number, past in old.items() if number not in deployed.values())
    matched.update(zip(others, rest, strict=False))
    return matched


def _key(declaration: Declaration, fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(getattr(declaration, field) for field in fields)
