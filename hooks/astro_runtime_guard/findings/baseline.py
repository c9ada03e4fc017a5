"""What a declaration is judged against: the decision of the git wing, taken for one declared version."""

from __future__ import annotations

from ..named import NamedTuple
from ..versions.order import spans

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..declarations.declaration import Declaration
    from ..git.base import Base, Before

    Pasts = Mapping[str, "Past"]  # by the full name of the commit


class Past(NamedTuple):
    """A declaration in a base commit, and the path of its file there."""

    declaration: Declaration
    path: str
    before: Before


class Baseline(NamedTuple):
    """What a declaration is judged against, None for nothing; and what the default branch says already."""

    before: Past | None
    promoted: Past | None = None


def choose(now: Declaration, matched: Sequence[Past], base: Base) -> Baseline:
    """What a declaration is judged against; `matched` are the declarations that it continues, in each base commit."""
    pasts: dict[str, Past] = {}
    for commit in dict.fromkeys(past.before.commit for past in matched):
        if past := highest(now, [past for past in matched if past.before.commit == commit]):
            pasts[commit] = past
    staged = _at(base.staged, pasts)
    if staged:
        return Baseline(highest(now, staged))
    if _is_kept(now, pasts, base.forks) or _is_merged(now, pasts, base):
        return Baseline(None)
    return Baseline(highest(now, _at(base.judged, pasts)), highest(now, _at(base.promoted, pasts)))


def _at(commits: Iterable[Before], pasts: Pasts) -> list[Past]:
    return [pasts[before.commit] for before in commits if before.commit in pasts]


def _is_kept(now: Declaration, pasts: Pasts, forks: Sequence[Before]) -> bool:
    """Whether nothing is proposed: the version is that of every merge base with the target."""
    return bool(forks) and all(_is_same(now, pasts.get(fork.commit)) for fork in forks)


def _is_merged(now: Declaration, pasts: Pasts, base: Base) -> bool:
    """Whether a merge only takes over what one side did while the other did nothing.

    Of a merge of more than two, whether it has the version of any of them.
    """
    if base.merge is None:
        return False
    parents = [pasts.get(parent.commit) for parent in base.merge.parents]
    if len(parents) > 2:
        return any(_is_same(now, parent) for parent in parents)
    forks = [pasts.get(fork.commit) for fork in base.merge.forks]
    for one, other in (parents, reversed(parents)):
        if forks and _is_same(now, one) and all(_are_same(other, fork) for fork in forks):
            return True
    return False


def _are_same(one: Past | None, other: Past | None) -> bool:
    return one is other if one is None else _is_same(one.declaration, other)


def _is_same(now: Declaration, past: Past | None) -> bool:
    """Whether both name the same version; beside a digest the whole reference has to be the same."""
    if past is None:
        return False
    if now.runtime.digest or past.declaration.runtime.digest:
        return past.declaration.reference == now.reference
    both = spans(past.declaration.runtime, now.runtime)
    return both[0] == both[1] if both else past.declaration.reference == now.reference


def highest(now: Declaration, pasts: Sequence[Past]) -> Past | None:
    """The newest Runtime among several commits; one without an order counts only where all are without."""
    placed = [
        (order[0], -position, past)
        for position, past in enumerate(pasts)
        if (order := spans(past.declaration.runtime, now.runtime))
    ]
    return max(placed)[2] if placed else next(iter(pasts), None)
