"""The rulebook that comes with the program, written down as Python values so that an ordinary run reads no YAML.

Knows: how images and rules are written down and read back, and when that is stale.
Must not know: what they mean. It is derived from the rule files and never the source: where one of them has changed
since, nothing is read back and the files themselves count. Examples are left out, for only `rules test` asks for them.
"""

from __future__ import annotations

import os

from ..model import Image, Line, Numbering, Withdrawal
from ..places import Place
from ..rule import Rule
from .where import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

NAME = "compiled.py"
_PARTS = {"numberings": Numbering, "lines": Line, "withdrawn": Withdrawal}
_LEFT_OUT = ("finds", "passes", "origin", "today")


def write_down(folder: str, images: Iterable[Image], rules: Iterable[Rule], places: Iterable[Place]) -> str:
    """The module's text for the rule files of `folder`, from which `images`, `rules` and `places` were read."""
    from pprint import pformat

    about = '"""The rule files beside this, read: made by .ci/write_readme.py, never edited."""'
    parts = {"STATE": state(folder), "IMAGES": list(map(_plain, images)), "RULES": list(map(_plain, rules))}
    parts["PLACES"] = list(map(_plain, places))
    return f"{about}\n\n" + "".join(
        f"{name} = {pformat(part, width=118, sort_dicts=False)}\n" for name, part in parts.items()
    )


def read_back(folder: str, today: str) -> tuple[list[Image], list[Rule], list[Place]] | None:
    """The images, rules and places of `folder` as they are written down, or None where one of its files has changed."""
    try:
        from ..rules import compiled as written  # type: ignore[import-not-found]
    except ImportError:
        return None
    if state(folder) != written.STATE:
        return None
    where = folder.replace(os.sep, "/")
    rules = [Rule(**known, origin=f"{where}/{known['name']}.yaml", today=today) for known in written.RULES]
    return [_image(known) for known in written.IMAGES], rules, [Place(**known) for known in written.PLACES]


def _plain(value: Image | Rule | Place) -> dict[str, Any]:
    """A value as a mapping without what is left out, and the values in it as tuples."""
    found = {name: part for name, part in value._asdict().items() if name not in _LEFT_OUT}
    return {name: tuple(map(tuple, part)) if name in _PARTS else part for name, part in found.items()}


def _image(known: Mapping[str, Any]) -> Image:
    parts = {name: tuple(part(*values) for values in known[name]) for name, part in _PARTS.items()}
    return Image(**{**known, **parts})
