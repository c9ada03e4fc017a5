"""Any file -> what it declares: by its path a Dockerfile, or one of the places that a rulebook knows.

Knows: which reader a path asks for. Must not know: git, any rule.
"""

from __future__ import annotations

import posixpath
from functools import cache

from ..errors import CannotCheck, plain
from ..named import NamedTuple
from ..places import Place, places_of
from .declaration import Reading, blank_versions, read_declarations
from .glance import format_of, is_utf16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..git.before import File, Old
    from ..rulebook.rulebook import Rulebook


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


def read_file(path: str, source: bytes, rulebook: Rulebook) -> Reading:
    """What a file declares. Raises CannotCheck where it seems to name a version and cannot be read."""
    places = places_of(path, rulebook.places)
    if not places:
        if is_utf16(source):
            raise CannotCheck(f"{plain(path)}: is UTF-16, which docker cannot read: save it as UTF-8")
        return Reading(read_declarations(source, rulebook.images))
    from .keyed import read_places

    return read_places(source, path, places, rulebook.images)


def named_dockerfile(path: str, source: bytes, rulebook: Rulebook) -> str:
    """The path, from its folder, of the Dockerfile that a file names; empty for none, and where it cannot be read."""
    try:
        return read_file(path, source, rulebook).dockerfile
    except CannotCheck:
        return ""


def blanks(rulebook: Rulebook) -> Callable[[str], Callable[[bytes], bytes]]:
    """For a path what blanks the versions out of its text: one function for all files of one kind."""

    @cache
    def of_kind(places: tuple[Place, ...], form: str) -> Callable[[bytes], bytes]:
        if not places:
            return lambda source: blank_versions(source, rulebook.images)
        from .keyed import blank_places

        return lambda source: blank_places(source, f"it.{form}", places, rulebook.images)

    def of_path(path: str) -> Callable[[bytes], bytes]:
        places = places_of(path, rulebook.places)
        return of_kind(places, format_of(path) if places else "")

    return of_path
