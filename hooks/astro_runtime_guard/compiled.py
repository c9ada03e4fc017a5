"""The rulebook that comes with the program, written down as JSON so that an ordinary run reads no YAML.

Knows: how images and rules are written down and read back, and when that is stale.
Must not know: what they mean. It is derived from the rule files and never the source: where one of them has changed
since, nothing is read back and the files themselves count. Examples are left out, for only `rules test` asks for them.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from .checks import Rule
from .images import Image, Line, Numbering, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME = "compiled.json"
_PARTS = {"numberings": Numbering, "lines": Line, "withdrawn": Withdrawal}
_LEFT_OUT = ("finds", "passes", "origin", "today")


def write_down(folder: Path, images: Iterable[Image], rules: Iterable[Rule]) -> str:
    """The JSON text for the rule files of `folder`, which are what `images` and `rules` were read from."""
    from json import dumps

    document = {
        "about": "made from the YAML files beside it by tests/write_readme.py; never edited",
        "state": _state(folder),
        "images": [_plain(image) for image in images],
        "rules": [_plain(rule) for rule in rules],
    }
    return dumps(document, indent=0) + "\n"


def read_back(folder: Path, today: str) -> tuple[list[Image], list[Rule]] | None:
    """The images and rules of `folder` as written down there, or None where a rule file has changed since."""
    from json import loads

    try:
        document = loads((folder / NAME).read_bytes())
        if document["state"] != _state(folder):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    rules = [
        Rule(**_tuples(known), origin=(folder / f"{known['name']}.yaml").as_posix(), today=today)
        for known in document["rules"]
    ]
    return [_image(known) for known in document["images"]], rules


def _state(folder: Path) -> str:
    """A sum over the names and the bytes of all rule files."""
    from zlib import crc32

    state = 0
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("images/*.yaml"))):
        # A checkout on Windows may end lines in another way.
        state = crc32(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"), state)
    return f"{state:08x}"


def _plain(value: Any) -> dict[str, Any]:
    """A dataclass as a mapping, dataclasses inside it as lists of their values."""
    found = {each.name: getattr(value, each.name) for each in fields(value) if each.name not in _LEFT_OUT}
    for name in _PARTS.keys() & found.keys():
        found[name] = [[getattr(part, each.name) for each in fields(part)] for part in found[name]]
    return found


def _image(known: Mapping[str, Any]) -> Image:
    found = _tuples(known)
    for name, part in _PARTS.items():
        found[name] = tuple(part(*values) for values in found[name])
    return Image(**found)


def _tuples(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in known.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
