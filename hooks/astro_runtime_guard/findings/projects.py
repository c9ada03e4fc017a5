"""Groups files into projects: what each declaration has to agree with, and which file took the place of which.

A project is a folder with a Dockerfile, or with a file that stands for one. That file may name a Dockerfile elsewhere.
"""

from __future__ import annotations

import posixpath

from ..declarations.declaration import Reading
from .changes import Beside, Past

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..declarations.declaration import Declaration
    from ..git.base import Before
    from .changes import View

    State = Mapping[str, Reading]

USUAL = "dockerfile"
"""The name, in any case, of the file that docker builds when none is named."""


class Projects:
    """All files of a run by their keys: what they say now, and what they said at each base commit."""

    def __init__(self, views: Sequence[View]) -> None:
        """Group these files; the leader of a folder is the file that can stand for a Dockerfile there."""
        self._views = {view.key: view for view in views}
        self._now = {view.key: view.now for view in views}
        self._before: dict[Before, dict[str, Reading]] = {}
        for view in views:
            for old, reading in view.old:
                self._before.setdefault(old.before, {})[view.key] = reading
        self._leaders = {posixpath.dirname(key): key for key, view in self._views.items() if view.leads}
        self._usual = {posixpath.dirname(key): key for key in self._views if posixpath.basename(key).lower() == USUAL}
        self._homes = {_named(leader, self._now[leader]): folder for folder, leader in reversed(self._leaders.items())}

    def beside(self, view: View, declaration: Declaration) -> tuple[Beside, ...]:
        """What a declaration has to agree with; one direction for each pair, so that a contradiction is one finding."""
        if not declaration.ordered and not view.is_place:
            return ()
        folder = self._home(view.key)
        used = self._used(self._now, folder)
        leader = self._leaders.get(folder, "")
        lead = self._now.get(leader, Reading())
        others: list[Beside] = []
        if not declaration.ordered or declaration.runtime.image.carries:
            others += self._deployed(used, "higher")
        elif view.key == leader and lead.dockerfile:
            others += [Beside(declaration, view.file.path, "both")]
        elif view.key == leader:
            others += self._deployed(self._usual.get(folder, ""), "different")
        elif view.is_place:
            others += self._deployed(used, "different")
        if view.key == used and declaration.final and lead.requirement:
            others += [Beside(lead.requirement, self._views[leader].file.path, "requirement")]
        return tuple(others)

    def _deployed(self, key: str, kind: str) -> Iterator[Beside]:
        """The declarations of a file that decide what is deployed."""
        for declaration in self._now.get(key, Reading()).declarations:
            if declaration.final:
                yield Beside(declaration, self._views[key].file.path, kind)

    def replaced(self, view: View) -> list[list[Past]]:
        """For each base commit, the declarations that the file took the place of.

        A file takes the place of another if it declared nothing in that commit itself, or was not in use there.
        """
        folder = self._home(view.key)
        used = self._used(self._now, folder)
        if view.key != used and not view.leads:
            return []
        replaced = []
        for before, state in self._before.items():
            used_before = self._used(state, folder)
            if not _declares(state, view.key) or (view.key == used != used_before):
                candidates = (used_before, self._leaders.get(folder, ""))
                stopped = [key for key in candidates if _declares(state, key) and not self._continues(key, used)]
                replaced.append([past for key in stopped[:1] for past in self._views[key].pasts(before)])
        return replaced

    def _continues(self, key: str, used: str) -> bool:
        return _declares(self._now, key) and (key == used or self._views[key].leads)

    def _home(self, key: str) -> str:
        """The folder of the project that a file belongs to: of the file that names it, else its own."""
        return self._homes.get(key, posixpath.dirname(key))

    def _used(self, state: State, folder: str) -> str:
        """The file that decides what runs: the Dockerfile that the leader names, else the leader, else the usual."""
        leader = self._leaders.get(folder, "")
        reading = state.get(leader, Reading())
        if reading.dockerfile:
            return _named(leader, reading)
        return leader if reading.declarations else self._usual.get(folder, "")


def _declares(state: State, key: str) -> bool:
    return any(declaration.ordered for declaration in state.get(key, Reading()).declarations)


def _named(leader: str, reading: Reading) -> str:
    folder = posixpath.dirname(leader)
    return posixpath.normpath(posixpath.join(folder, reading.dockerfile)) if reading.dockerfile else ""
