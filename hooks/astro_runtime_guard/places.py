"""What a rulebook declares of a place: a kind of file, beside the Dockerfile, that names a version under a key.

Knows: the shape of that knowledge, and which paths are such files. Must not know: any particular place (those are
YAML), how a file is read.
"""

from __future__ import annotations

from .declarations.glance import format_of
from .named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Place(NamedTuple):
    """A kind of file that names a version of `image` under the key `version`; keys are dotted (`tool.name.key`).

    `files` is a regular expression that is searched in the path, `formats` those of the files. `exact` tells that the
    version is to stand alone, without a suffix. Where there is a key `dockerfile`, the file stands for the Dockerfile
    of its folder, or names it under that key. `package` is the one whose pin in the list under `requirement` implies
    a series.
    """

    name: str
    files: str
    formats: tuple[str, ...]
    image: str
    version: str
    exact: bool = False
    dockerfile: str = ""
    requirement: str = ""
    package: str = ""


def places_of(path: str, places: Iterable[Place]) -> tuple[Place, ...]:
    """The places that the file at a path can be, by its path alone."""
    written = format_of(path)
    if not written:
        return ()
    import re

    return tuple(it for it in places if written in it.formats and re.search(it.files, path))
