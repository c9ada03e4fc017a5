"""Tells quickly whether a Dockerfile can name a declared image, and which places a path can be.

A yes may be wrong: then the reader finds nothing. A no is never wrong (tests/test_glance.py), so most files need no
reader. Every run loads this module, so it imports `re` only where it needs it.
"""

from __future__ import annotations

from ..errors import CannotCheck, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..model import Place

MOST_PATH = 512
"""The most characters of a path in which the expressions of places are searched. Most systems have 260 at most."""

_DOCKER_HUB = ("index.docker.io", "registry-1.docker.io", "docker.io")
_PORT = ":443"
_MARKS = "$'\"\\`"  # a substitution, quotes, and the two escape characters
_CUT_WORDS = ("f", "fr", "fro")


FORMATS = {"toml": "toml", "yaml": "yaml", "yml": "yaml", "json": "json"}
"""The format of a file by the ending of its name. A file with any other ending is read as a Dockerfile."""


def format_of(path: str) -> str:
    """The format by the ending of a path; empty for any other ending."""
    return FORMATS.get(path.rpartition(".")[2].lower(), "")


def places_of(path: str, places: Iterable[Place]) -> tuple[Place, ...]:
    """The places that the file at a path can be, by its path alone. Raises CannotCheck for a path that is too long."""
    format_name = format_of(path)
    possible = [place for place in places if format_name in place.formats]
    if not possible:
        return ()
    if len(path) > MOST_PATH:
        what = f"{plain(path[:80])}...: this path has more than {MOST_PATH} characters, the most that is looked at"
        raise CannotCheck(f"{what}: give it a shorter one, or leave it out (--exclude)")
    import re

    return tuple(place for place in possible if re.search(place.files, path))


def needles(repositories: Iterable[str]) -> tuple[str, ...]:
    """Texts of which each reference in one piece to a declared repository contains one, in any case of letters."""
    return tuple({needle for name in repositories for needle in _spellings(name.removeprefix("*/").lower())})


def _spellings(repository: str) -> tuple[str, ...]:
    """A repository without what docker adds by itself, and the same with the port that need not be written."""
    host, slash, path = repository.partition("/")
    host = host.removesuffix(_PORT)
    if host in _DOCKER_HUB or not slash:
        return ((path or repository).removeprefix("library/"),)
    if "." not in host and host != "localhost":
        return (repository.removeprefix("library/"),)
    return f"{host}/{path}", f"{host}{_PORT}/{path}"


def may_name(source: bytes, wanted: Sequence[str]) -> bool:
    """Whether a Dockerfile can name an image of which `wanted` are the needles; true where nobody can tell."""
    if why_unreadable(source):
        return True
    text = source.decode("utf-8", "surrogateescape").lower()
    return any(needle in text for needle in wanted) or _is_put_together(text)


def why_unreadable(source: bytes) -> str:
    """Why nobody can tell what a Dockerfile says; empty for any other text."""
    if is_lfs_pointer(source):
        return "is a pointer of git-lfs, not the file itself: run git lfs pull, or keep the file out of git-lfs"
    if is_wide(source):
        return "is UTF-16 or UTF-32, which docker cannot read: save it as UTF-8"
    return ""


def is_lfs_pointer(source: bytes) -> bool:
    """Whether a text stands for a file that git-lfs keeps elsewhere.

    https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
    """
    return source.startswith(b"version https://git-lfs.github.com/spec/")


def is_wide(source: bytes) -> bool:
    """Whether a text has the word FROM in UTF-16 or UTF-32, in any byte order."""
    if b"\0" not in source:
        return False
    text = source.lower()
    return any(nothing.join((b"f", b"r", b"o", b"m")) in text for nothing in (b"\0", b"\0\0\0"))


def _is_put_together(text: str) -> bool:
    """Whether a reference may be in pieces that docker joins: `FROM $A/$B`, `--from=a"b"c`, a continued line.

    Then one of the marks is in the line that has the word FROM (or `from=`), or the word itself is in pieces: it has
    quotes or escapes in it, or a line ends in it.
    """
    start = text.find("from")
    while start >= 0:
        end = text.find("\n", start) % (len(text) + 1)
        line = text[text.rfind("\n", 0, start) + 1 : end]
        if any(mark in line for mark in _MARKS) and not line.lstrip("\t ").startswith("#"):
            return True
        start = text.find("from", end)
    unquoted = text.replace("'", "").replace('"', "")
    whole = unquoted.replace("\\", "").replace("`", "")
    if whole.count("from=") > text.count("from="):
        return True
    may_be_cut = any(word + escape in unquoted for word in _CUT_WORDS for escape in "\\`")
    return may_be_cut and any(_is_cut(line.rstrip()) for line in text.split("\n"))


def _is_cut(line: str) -> bool:
    """Whether a line ends within the word, and goes on in the next one."""
    return line.endswith(("\\", "`")) and line.rstrip(_MARKS).endswith(_CUT_WORDS)
