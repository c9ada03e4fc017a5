"""Finds the folders of rule files: the one that comes with the program, and the repository's own.

On the fast path: imports only `os`.
"""

from __future__ import annotations

import os

from ..errors import CannotCheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

USER_FOLDER = ".astro-runtime"
"""Where a repository keeps rules of its own, at its top."""

_PRIME = (1 << 30) - 35
"""The largest below 2**30: Python divides by such a number in a fifth of the time that a larger one takes."""


def shipped_folder() -> str:
    """Where the rule files that come with the program are: in a wheel and in an editable install alike."""
    from .. import rules  # setup.cfg maps this package to the folder of YAML files

    return str(next(iter(rules.__path__)))  # type: ignore[attr-defined]


def rule_folders(given: str | None) -> list[str]:
    """Our rules, then the user's: the folder given, or the nearest one from here up to the repository's top."""
    if given:
        if not os.path.isdir(given):
            raise CannotCheck(f"--rules {given}: no such folder")
        return [shipped_folder(), given]
    try:
        folder, below = os.getcwd(), ""
    except OSError as error:
        raise CannotCheck(f"the current folder cannot be read ({error.strerror}): go into one that is there") from None
    while folder != below:
        if os.path.isdir(os.path.join(folder, USER_FOLDER)):
            return [shipped_folder(), os.path.join(folder, USER_FOLDER)]
        if os.path.exists(os.path.join(folder, ".git")):
            break
        folder, below = os.path.dirname(folder), folder
    return [shipped_folder()]


def leads_out(path: str) -> bool:
    """Whether a path of the repository around the current folder leads out of it, through a link or a junction.

    A path that lies elsewhere was given by who runs the program, and is trusted.
    """
    top = _top()
    below = bool(top) and _is_below(os.path.abspath(path), top)
    return below and not _is_below(os.path.realpath(path), os.path.realpath(top))


def _top() -> str:
    """The top of the repository; without one, the nearest folder that has rules of its own.

    On Windows the current folder may be named through a link or a drive of its own, so this is not resolved.
    """
    folder, below, rules = os.getcwd(), "", ""
    while folder != below:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        if not rules and os.path.lexists(os.path.join(folder, USER_FOLDER)):
            rules = folder
        folder, below = os.path.dirname(folder), folder
    return rules


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def checksum(folder: str) -> int:
    """A checksum over the names and the bytes of all rule files of a folder; arithmetic, because it needs no import."""
    texts = []
    for path in _rule_files(folder):
        with open(path, "rb", buffering=0) as file:
            texts += [os.path.basename(path).encode(), file.read()]
    # A checkout on Windows may have other line ends.
    return int.from_bytes(b"\0".join(texts).replace(b"\r\n", b"\n"), "big") % _PRIME


def _rule_files(folder: str) -> Iterator[str]:
    for place in (folder, os.path.join(folder, "images"), os.path.join(folder, "places")):
        names = sorted(os.listdir(place)) if os.path.isdir(place) else ()
        yield from (os.path.join(place, name) for name in names if name.endswith(".yaml"))
