"""A glance at a Dockerfile: can it name a declared image at all?

Knows: what must be written somewhere in a file that names one. Must not know: instructions, stages, tags.
It may say yes for nothing; it never says no where the reader finds an image (tests/test_glance.py), so that most files
need no reader at all.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..model import Place

# What docker fills in where it is not written; a reference need not hold it.
_IMPLIED = ("index.docker.io/", "docker.io/", "library/")
_MARKS = "$'\"\\`"  # a substitution, quotes, and the two escape characters
_BEGUN = ("f", "fr", "fro")
_WORDS = tuple(begun + escape for begun in _BEGUN for escape in "\\`")  # the word FROM, broken by a line's end
_FLAGS = ("-\\", "-`", *(f"--{begun}{mark}" for begun in ("", *_BEGUN) for mark in "'\"\\`"))


FORMATS = {"toml": "toml", "yaml": "yaml", "yml": "yaml", "json": "json"}
"""The format of a file, by the ending of its name; any other is read as a Dockerfile."""


def format_of(path: str) -> str:
    """The format that the ending of a path stands for; empty where it stands for none."""
    return FORMATS.get(path.rpartition(".")[2].lower(), "")


def places_of(path: str, places: Iterable[Place]) -> tuple[Place, ...]:
    """The places that the file at a path can be, by its path alone."""
    written = format_of(path)
    if not written:
        return ()
    import re

    return tuple(it for it in places if written in it.formats and re.search(it.files, path))


def needles(repositories: Iterable[str]) -> tuple[str, ...]:
    """Texts of which one stands, in any case, in every reference in one piece to one of these declared repositories."""
    return tuple({_written(name.removeprefix("*/").lower()) for name in repositories})


def _written(repository: str) -> str:
    for implied in _IMPLIED:
        repository = repository.removeprefix(implied)
    return repository


def may_name(source: bytes, wanted: Sequence[str]) -> bool:
    """Whether a Dockerfile can name an image of which `wanted` are the needles; in UTF-16 nobody can tell."""
    if is_utf16(source):
        return True
    text = source.decode("utf-8", "surrogateescape").lower()
    return any(needle in text for needle in wanted) or _is_put_together(text)


def is_utf16(source: bytes) -> bool:
    """Whether a text is UTF-16, as the older shell of Windows writes it; docker reads UTF-8 alone."""
    return source[:2] in (b"\xff\xfe", b"\xfe\xff") and b"\0" in source[2:4]


def _is_put_together(text: str) -> bool:
    """Whether a reference may be written in pieces, which docker joins: `FROM $A/$B`, `--from=a"b"c`, a line's end.

    That takes one of the marks in a line of the instruction that has the word FROM (or `from=`) in it; or the word
    itself is in pieces.
    """
    start = text.find("from")
    while start >= 0:
        end = text.find("\n", start) % (len(text) + 1)
        line = text[text.rfind("\n", 0, start) + 1 : end]
        if any(mark in line for mark in _MARKS) and not line.lstrip("\t ").startswith("#"):
            return True
        start = text.find("from", end)
    if "-" in text and any(flag in text for flag in _FLAGS):
        return True
    return any(word in text for word in _WORDS) and any(line.rstrip().endswith(_WORDS) for line in text.split("\n"))
