"""Reads what a file declares. By its path it is a Dockerfile, or one of the places of the rulebook."""

from __future__ import annotations

import re
from functools import cache

from ..errors import WITHOUT_BEFORE, CannotCheck, OverLimit, plain
from .declaration import MOST_VALUES, Reading, blank_versions, read_declarations
from .glance import format_of, is_lfs_pointer, places_of, why_unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model import Place, Rulebook

DOCKERFILES = (
    r"(?i)(?:^|/)(?:[^/]*[._-])?(?:docker|container)file[0-9]*(?:[._-][^/]+)?"
    r"(?<!ignore)(?<!\.j2)(?<!\.tmpl)(?<!\.tpl)(?<!\.orig)(?<!\.bak)(?<!\.rej)(?<!\.md)"
    r"(?<!\.yaml)(?<!\.yml)(?<!\.json)(?<!\.toml)"
    r"(?<!\.in)(?<!\.erb)(?<!\.jinja2)(?<!\.jinja)(?<!\.template)(?<!\.mustache)$"
)
"""Paths that are Dockerfiles by their name; the same pattern as `files:` in `.pre-commit-hooks.yaml`."""

_NAMED_DOCKERFILE = r"(?i)(?:docker|container)file[^/]*$"


class Reader:
    """What files declare, by a rulebook. Each text is read only once."""

    def __init__(self, rulebook: Rulebook, *, places: bool = True, exclude: re.Pattern[str] | None = None) -> None:
        """Without `places` only Dockerfiles are listed. A path that `exclude` matches anywhere is not listed."""
        self.rulebook = rulebook
        self._listed_places = rulebook.places if places else ()
        self._places_of = cache(lambda path: places_of(path, rulebook.places))
        self._exclude = exclude
        self._readings: dict[tuple[str, bytes], Reading | CannotCheck] = {}

    def prepare(self, paths: Iterable[str]) -> None:
        """Import what reads files like these, and try it, so that this is done while something else is waited for."""
        for path in {format_of(path): path for path in paths}.values():
            if self.is_place(path):
                from .keyed import read_nothing

                read_nothing(path)
            else:
                from ..dockerfile.stages import read_stages

                read_stages(b"FROM scratch")

    def is_dockerfile(self, path: str) -> bool:
        """Whether a file is a Dockerfile by its path."""
        return bool(re.search(DOCKERFILES, path))

    def is_listed(self, path: str) -> bool:
        """Whether a file is checked when no file is named."""
        if self._exclude and self._exclude.search(path):
            return False
        return self.is_dockerfile(path) or bool(places_of(path, self._listed_places))

    def is_place(self, path: str) -> bool:
        """Whether a file names versions under a key."""
        return bool(self._places_of(path))

    def leads(self, path: str) -> bool:
        """Whether a file can stand for the Dockerfile of its folder, or name one."""
        return any(place.dockerfile for place in self._places_of(path))

    def kind(self, path: str) -> tuple[tuple[Place, ...], str]:
        """What the file at a path is. It is equal for two paths if one can be the other one renamed."""
        return self._places_of(path), format_of(path)

    def read(self, path: str, source: bytes) -> Reading:
        """What a file declares. Raises CannotCheck where it seems to name a version and cannot be read."""
        reading = self._reading(path, source)
        if isinstance(reading, CannotCheck) and self.is_place(path) and not is_lfs_pointer(source):
            raise CannotCheck(f"{reading} (fix it, or exclude this file if it names no version)")
        if isinstance(reading, CannotCheck):
            raise reading
        return reading

    def _reading(self, path: str, source: bytes) -> Reading | CannotCheck:
        key = path, source
        if key not in self._readings:
            try:
                self._readings[key] = self._read(path, source)
            except CannotCheck as problem:
                self._readings[key] = problem
        return self._readings[key]

    def _read(self, path: str, source: bytes) -> Reading:
        places = self._places_of(path)
        if places:
            from .keyed import read_places

            if is_lfs_pointer(source) and any(place.dockerfile for place in places):
                raise CannotCheck(f"{plain(path)}: {why_unreadable(source)}")
            reading = read_places(source, path, places, self.rulebook.images)
            if reading != Reading() or not re.search(_NAMED_DOCKERFILE, path):
                return reading
        if why := why_unreadable(source):
            raise CannotCheck(f"{plain(path)}: {why}")
        try:
            declarations = read_declarations(source, self.rulebook.images)
        except OverLimit as problem:
            raise OverLimit(f"{plain(path)}: {problem}") from None
        if len(declarations) > MOST_VALUES:
            raise OverLimit(f"{plain(path)}: names more than {MOST_VALUES} images, the most that is checked")
        return Reading(declarations)

    def read_if_possible(self, path: str, source: bytes) -> Reading:
        """What a file declares; nothing where it cannot be read."""
        reading = self._reading(path, source)
        return Reading() if isinstance(reading, CannotCheck) else reading

    def read_before(self, path: str, source: bytes, named: str) -> Reading:
        """What a file declared in the commit that is called `named`; nothing if no program could read it.

        Raises CannotCheck for a file over a limit: docker and the Astro CLI read it, so it may have had a version.
        """
        reading = self._reading(path, source)
        if not isinstance(reading, CannotCheck):
            return reading
        if not isinstance(reading, OverLimit) or not self._is_compared(path):
            return Reading()
        raise CannotCheck(f"{reading} (in {named}), so the version before is not known: {WITHOUT_BEFORE}")

    def _is_compared(self, path: str) -> bool:
        """Whether the version before counts in a file."""
        places = self._places_of(path)
        decides = any(place.decides == "runs" for place in places)
        return decides or not places or bool(re.search(_NAMED_DOCKERFILE, path))

    def dockerfile_named(self, path: str, source: bytes) -> str:
        """The path, from its folder, of the Dockerfile that a file names; empty for none, and if it cannot be read."""
        return self.read_if_possible(path, source).dockerfile

    def blanked(self, path: str, source: bytes) -> bytes:
        """The text without its versions, equal before and after an upgrade; `source` itself if it names none."""
        reading = self.read_if_possible(path, source)
        if not reading.declarations:
            return source
        return blank_versions(source, reading, is_place=self.is_place(path))
