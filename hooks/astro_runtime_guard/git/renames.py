"""Pairs files that appeared with files that vanished: renamed and changed in one commit, still the same file.

git's own detection does not help with files of one or two lines: a new tag makes them wholly different. Names do not
help either: in a repository of many projects every file is called Dockerfile.
"""

from __future__ import annotations

import posixpath
from collections import Counter

from ..errors import CannotCheck, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

    Scores = dict[tuple[str, str], tuple[float, ...]]

MOST_COMPARISONS = 100_000
"""The most lines that are looked at to compare texts of which none is equal to another."""


def pair_renamed(
    new: Mapping[str, bytes], gone: Mapping[str, bytes], blanked: Callable[[str, bytes], bytes]
) -> dict[str, str]:
    """New path -> the vanished path it had before; `blanked(path, text)` takes out what a rename may change.

    If one file appeared and one vanished, they are a pair. Else equal blanked texts come first, then texts that have
    at least half of their lines in common, then the same folder. In each step a pair counts only where each is the
    other's one best, and the nearer path decides between equal texts. A file that stays ambiguous is new. Texts in
    which `blanked` finds nothing are ignored. Raises CannotCheck where too many files moved
    and changed at once.
    """
    texts = {path: blanked(path, source) for path, source in (*new.items(), *gone.items())}
    fresh = {path for path, source in new.items() if texts[path] != source}
    lost = {path for path, source in gone.items() if texts[path] != source}
    if len(fresh) == 1 == len(lost):
        return dict(zip(fresh, lost, strict=True))
    pairs: dict[str, str] = {}
    for new_paths, old_paths in _groups(fresh, lost, texts.__getitem__):
        pairs |= _pair_equal(new_paths, old_paths, gone)
    fresh, lost = fresh - pairs.keys(), lost - set(pairs.values())
    pairs |= _pair_alike(fresh, lost, {path: _lines(texts[path]) for path in fresh | lost})
    fresh, lost = fresh - pairs.keys(), lost - set(pairs.values())
    for new_paths, old_paths in _groups(fresh, lost, posixpath.dirname):
        if len(new_paths) == len(old_paths) == 1:
            pairs[new_paths[0]] = old_paths[0]
    return pairs


def _groups(
    fresh: Iterable[str], lost: Iterable[str], key: Callable[[str], Hashable]
) -> list[tuple[list[str], list[str]]]:
    """The new and the vanished paths with equal keys, where both exist."""
    groups: dict[Hashable, tuple[list[str], list[str]]] = {}
    for side, paths in enumerate((fresh, lost)):
        for path in paths:
            groups.setdefault(key(path), ([], []))[side].append(path)
    return [group for group in groups.values() if all(group)]


def _pair_equal(fresh: Sequence[str], lost: Sequence[str], gone: Mapping[str, bytes]) -> dict[str, str]:
    """Pairs of equal texts: by the nearness of their paths, and where all said the same before, any pairs."""
    pairs = _pair_nearest(fresh, lost)
    new, old = _without(fresh, lost, pairs)
    if len(new) * len(old) <= MOST_COMPARISONS:
        pairs |= _best_pairs(new, old, lambda _, __: 1.0)
        new, old = _without(fresh, lost, pairs)
    if len(new) <= len(old) and len({gone[path] for path in old}) == 1:
        pairs |= dict(zip(new, old, strict=False))
    return pairs


def _without(fresh: Iterable[str], lost: Iterable[str], pairs: Mapping[str, str]) -> tuple[list[str], list[str]]:
    return sorted(set(fresh) - pairs.keys()), sorted(set(lost) - set(pairs.values()))


def _pair_nearest(fresh: Sequence[str], lost: Sequence[str]) -> dict[str, str]:
    """Pairs of which each path is the other's one nearest, as far as they are found without a comparison of all.

    The groups of paths that are equally near are made from the nearest to the furthest. A group of one and one is a
    pair. Of a larger group nothing can be said before all pairs in it are compared.
    """
    pairs: dict[str, str] = {}
    stuck: set[str] = set()
    depth = max(path.count("/") for path in lost)
    keys: list[Callable[[str], Hashable]] = [posixpath.dirname]
    keys += [lambda path, count=count: tuple(path.split("/")[-count:]) for count in range(depth, 0, -1)]  # type: ignore[misc]
    for key in keys:
        for new, old in _groups(*_without(fresh, lost, pairs), key):
            if len(new) == len(old) == 1 and not stuck & {*new, *old}:
                pairs[new[0]] = old[0]
            else:
                stuck |= {*new, *old}
    return pairs


def _pair_alike(fresh: set[str], lost: set[str], lines: Mapping[str, Counter[bytes]]) -> dict[str, str]:
    work = sum(len(lines[path]) for path in fresh) * len(lost)
    if work > MOST_COMPARISONS:
        raise _too_many(fresh, lost)
    return _best_pairs(fresh, lost, lambda a, b: _share(lines[a], lines[b]))


def _best_pairs(fresh: Iterable[str], lost: Collection[str], measure: Callable[[str, str], float]) -> dict[str, str]:
    """The pairs in which each is the other's one best; a pair may settle what was ambiguous before it."""
    pairs: dict[str, str] = {}
    scores = {(a, b): (score, *_nearness(a, b)) for a in fresh for b in lost if (score := measure(a, b))}
    while True:
        old = set(pairs.values())
        left = {pair: score for pair, score in scores.items() if pair[0] not in pairs and pair[1] not in old}
        best, reverse = _best(left, 0), _best(left, 1)
        settled = {a: b for a, b in best.items() if b is not None and reverse[b] == a}
        if not settled:
            return pairs
        pairs |= settled
        scores = left


def _too_many(fresh: Iterable[str], lost: Iterable[str]) -> CannotCheck:
    count = len({*fresh}), len({*lost})
    what = f"{count[0]} files are new and {count[1]} are gone, too many to tell which of them were renamed"
    return CannotCheck(f"{plain(min(fresh))}: {what}: move them in one commit and change them in another")


def _best(scores: Scores, side: int) -> dict[str, str | None]:
    """For each path on one side its best partner, None where two are equally good."""
    best: dict[str, str | None] = {}
    top: dict[str, tuple[float, ...]] = {}
    for pair, score in scores.items():
        path, partner = pair[side], pair[1 - side]
        if path not in top or score > top[path]:
            top[path], best[path] = score, partner
        elif score == top[path]:
            best[path] = None
    return best


def _lines(text: bytes) -> Counter[bytes]:
    return Counter(line for line in (line.strip() for line in text.splitlines()) if line)


def _share(one: Counter[bytes], other: Counter[bytes]) -> float:
    """How much of two texts is common, by lines: 0.0 for less than half, 1.0 for equal lines in any order."""
    total = sum(one.values()) + sum(other.values())
    common = sum(min(count, other[line]) for line, count in one.items() if line in other)
    share = 2 * common / total if total else 0.0
    return share if share >= 0.5 else 0.0


def _nearness(one: str, other: str) -> tuple[float, ...]:
    """How near two paths are: the same folder, then how many parts they share at the end and at the start."""
    a, b = one.split("/"), other.split("/")
    return float(a[:-1] == b[:-1]), _common(a[::-1], b[::-1]), _common(a, b)


def _common(one: list[str], other: list[str]) -> int:
    """How many parts two paths have in common from the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
