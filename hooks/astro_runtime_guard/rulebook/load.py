"""Loads the rulebook: the rules that come with the program, then those of the repository."""

from __future__ import annotations

from ..errors import CannotCheck
from ..model import Branches, Rulebook
from .where import checksum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model import Image, Place, Rule


def load_rulebook(folders: Iterable[str], today: str, *, examples: bool = False) -> Rulebook:
    """The rulebook of these folders; a file replaces the one with the same name in an earlier folder.

    `today` (ISO 8601) is the day on which maintenance is judged. The first folder holds the rules that come with the
    program; they are taken from `rules/compiled.py` if it is in step with the YAML and no `examples` are needed.
    Raises CannotCheck with a line `path:line:column: ...` for each mistake.
    """
    first, *others = folders
    compiled = None if examples else read_compiled(first)
    images, rules, places = compiled or ({}, {}, {})
    branches = [Branches()]
    if others or not compiled:
        from .folders import read_folders

        mistakes = list(read_folders(others if compiled else [first, *others], images, rules, places, branches))
        if mistakes:
            raise CannotCheck("\n".join(mistakes))
    return Rulebook(
        tuple(images.values()),
        tuple(rules[name] for name in sorted(rules)),
        tuple(places[name] for name in sorted(places)),
        today,
        branches[-1],
    )


def read_compiled(folder: str) -> tuple[dict[str, Image], dict[str, Rule], dict[str, Place]] | None:
    """The images, rules and places of `folder` by name, without their examples, as `rules/compiled.py` has them.

    None where that is missing or out of step with the YAML files.
    """
    try:
        from ..rules import compiled  # type: ignore[import-not-found]
    except ImportError:
        return None
    if checksum(folder) != compiled.CHECKSUM:
        return None
    values: tuple[dict[str, Image], dict[str, Rule], dict[str, Place]] = compiled.read()
    return values
