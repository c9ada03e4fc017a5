"""Which declarations belong to one project: what each has to agree with, and what it took the place of.

A project is a folder with a Dockerfile, or with a file that stands for one; that file may name a Dockerfile elsewhere.
Knows: which file of a project decides what runs, now and at each base commit.
Must not know: git, any rule, any particular place (those are YAML).
"""

from __future__ import annotations

import posixpath

from ..declarations.declaration import Reading
from ..named import NamedTuple
from .changes import Beside, Change, Past

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..declarations.declaration import Declaration
    from ..git.base import Before
    from .changes import View

    State = Mapping[str, Reading]

USUAL = "dockerfile"
"""The name, in any case, of the file that docker builds when none is named."""


class Projects(NamedTuple):
    """All files that a run reads, by their keys: what they say now, and what they said at each base commit.

    `leaders` are the keys of files that lead a project, `usual` those of Dockerfiles with the usual name, by folder.
    """

    views: Mapping[str, View]
    now: State
    once: Mapping[Before, State]
    leaders: Mapping[str, str]
    usual: Mapping[str, str]


def find_projects(views: Sequence[View]) -> Projects:
    """The projects that these files belong to."""
    once: dict[Before, dict[str, Reading]] = {}
    for view in views:
        for old, reading in view.old:
            once.setdefault(old.before, {})[view.key] = reading
    return Projects(
        {view.key: view for view in views},
        {view.key: view.now for view in views},
        once,
        {posixpath.dirname(view.key): view.key for view in views if view.leads},
        {posixpath.dirname(it.key): it.key for it in views if posixpath.basename(it.key).lower() == USUAL},
    )


def with_beside(view: View, projects: Projects) -> tuple[Change, ...]:
    """The declarations of a file, each with what it has to agree with."""
    return tuple(Change(each, None, tuple(_beside(view, each, projects))) for each in view.now.declarations)


def _beside(view: View, declaration: Declaration, projects: Projects) -> Iterator[Beside]:
    """One direction for each pair, so that two places that contradict each other are one finding."""
    folder = _home(view.key, projects)
    leader = projects.leaders.get(folder, "")
    lead = projects.now.get(leader, Reading())
    dockerfile = _named(leader, lead) or projects.usual.get(folder, "")
    if not declaration.ordered:
        return
    if view.key == leader:
        yield from _said(dockerfile, projects)
    elif view.is_place or declaration.runtime.image.carries:
        yield from _said(leader if lead.declarations else dockerfile, projects)
    led = view.key == leader or (view.key == _named(leader, lead) and declaration.final)
    if led and lead.requirement:
        yield Beside(lead.requirement, projects.views[leader].file.path, "requirement")


def _said(key: str, projects: Projects) -> Iterator[Beside]:
    view = projects.views.get(key)
    if view:
        yield from (Beside(it, view.file.path, "different") for it in view.now.declarations if it.final and it.ordered)


def moved(view: View, projects: Projects) -> list[list[Past]]:
    """For each base commit what the file took the place of: it declared nothing there itself, or was not in use."""
    folder = _home(view.key, projects)
    used = _used(projects.now, folder, projects)
    if view.key != used and not view.leads:
        return []
    found = []
    for before, state in projects.once.items():
        once = _used(state, folder, projects)
        if not _declares(state, view.key) or (view.key == used != once):
            left = (once, projects.leaders.get(folder, ""))
            stopped = [key for key in left if _declares(state, key) and not _goes_on(key, used, projects)]
            found.append([past for key in stopped[:1] for past in _pasts(projects.views[key], before)])
    return found


def _goes_on(key: str, used: str, projects: Projects) -> bool:
    return _declares(projects.now, key) and (key == used or projects.views[key].leads)


def _declares(state: State, key: str) -> bool:
    return any(each.ordered for each in state.get(key, Reading()).declarations)


def _pasts(view: View, before: Before) -> list[Past]:
    return [
        Past(each, old.path, before)
        for old, reading in view.old
        if old.before == before
        for each in reading.declarations
    ]


def _home(key: str, projects: Projects) -> str:
    """The folder of the project that a file belongs to: of the one that names it, else its own."""
    for folder, leader in projects.leaders.items():
        if _named(leader, projects.now[leader]) == key:
            return folder
    return posixpath.dirname(key)


def _named(leader: str, reading: Reading) -> str:
    folder = posixpath.dirname(leader)
    return posixpath.normpath(posixpath.join(folder, reading.dockerfile)) if reading.dockerfile else ""


def _used(state: State, folder: str, projects: Projects) -> str:
    """The file that decides what runs in a project: the Dockerfile that its leader names, the leader, or the usual."""
    leader = projects.leaders.get(folder, "")
    reading = state.get(leader, Reading())
    if reading.dockerfile:
        return _named(leader, reading)
    return leader if reading.declarations else projects.usual.get(folder, "")
