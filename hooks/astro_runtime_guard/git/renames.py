"""Pairs Dockerfiles that appeared with some that vanished: renamed and changed in one commit, still the same.

Knows: texts and paths. Must not know: git, what is blanked out of a text before it is compared.

git's own detection is of no use for files of one or two lines: a new tag makes them wholly different. Names
are of no use either: in a repository of many projects every file is called Dockerfile.
"""

from __future__ import annotations

import posixpath
from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Scores = dict[tuple[str, str], tuple[float, ...]]


def pair_renamed(
    new: Mapping[str, bytes], gone: Mapping[str, bytes], blanked: Callable[[str, bytes], bytes]
) -> dict[str, str]:
    """New path -> the vanished path it had before; `blanked(path, text)` takes out what a rename may change.

    If one file appeared and one vanished, they are a pair. Else equal blanked texts come first, then texts that have
    at least half of their lines in common, then the same folder. In each step a pair counts only where each is the
    other's one best, and the nearer path decides between equal texts. A file that stays ambiguous is new. Texts in
    which `blanked` finds nothing are ignored.
    """
    texts = {path: blanked(path, source) for path, source in (*new.items(), *gone.items())}
    fresh = {path for path, source in new.items() if texts[path] != source}
    lost = {path for path, source in gone.items() if texts[path] != source}
    if len(fresh) == 1 == len(lost):
        return dict(zip(fresh, lost, strict=True))
    lines = {path: _lines(texts[path]) for path in fresh | lost}
    found = _pairs(fresh, lost, lambda a, b: float(texts[a] == texts[b]))
    found |= _alike(fresh - found.keys(), lost - set(found.values()), texts, gone)
    for measure in (lambda a, b: _share(lines[a], lines[b]), _same_folder):
        found |= _pairs(fresh - found.keys(), lost - set(found.values()), measure)
    return found


def _pairs(fresh: set[str], lost: set[str], measure: Callable[[str, str], float]) -> dict[str, str]:
    """The pairs in which each is the other's one best; a pair found may settle what was ambiguous before."""
    found: dict[str, str] = {}
    scores = {(a, b): (score, *_nearness(a, b)) for a in fresh for b in lost if (score := measure(a, b))}
    while True:
        left = {pair: score for pair, score in scores.items() if pair[0] not in found and pair[1] not in found.values()}
        best, reverse = _best(left, 0), _best(left, 1)
        settled = {a: b for a, b in best.items() if b is not None and reverse[b] == a}
        if not settled:
            return found
        found |= settled
        scores = left


def _best(scores: Scores, side: int) -> dict[str, str | None]:
    """For each path on one side its best partner, None where two are equally good."""
    found: dict[str, str | None] = {}
    top: dict[str, tuple[float, ...]] = {}
    for pair, score in scores.items():
        path, partner = pair[side], pair[1 - side]
        if path not in top or score > top[path]:
            top[path], found[path] = score, partner
        elif score == top[path]:
            found[path] = None
    return found


def _alike(fresh: set[str], lost: set[str], texts: Mapping[str, bytes], gone: Mapping[str, bytes]) -> dict[str, str]:
    """Pairs that are ambiguous without harm: many equal files moved at once, all of which said the same before."""
    found: dict[str, str] = {}
    for text in {texts[path] for path in fresh}:
        new, old = (sorted(path for path in paths if texts[path] == text) for paths in (fresh, lost))
        if len(new) <= len(old) and len({gone[path] for path in old}) == 1:
            found |= dict(zip(new, old, strict=False))
    return found


def _lines(text: bytes) -> Counter[bytes]:
    return Counter(line for line in (line.strip() for line in text.splitlines()) if line)


def _share(one: Counter[bytes], other: Counter[bytes]) -> float:
    """How much of two texts is common, by lines: 0.0 for less than half, 1.0 for equal lines in any order."""
    total = sum(one.values()) + sum(other.values())
    share = 2 * sum((one & other).values()) / total if total else 0.0
    return share if share >= 0.5 else 0.0


def _same_folder(one: str, other: str) -> float:
    return float(posixpath.dirname(one) == posixpath.dirname(other))


def _nearness(one: str, other: str) -> tuple[float, ...]:
    """How near two paths are: the same folder, then how many parts they share at the end and at the start."""
    a, b = one.split("/"), other.split("/")
    return _same_folder(one, other), _common(a[::-1], b[::-1]), _common(a, b)


def _common(one: list[str], other: list[str]) -> int:
    """How many parts two paths have in common from the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
