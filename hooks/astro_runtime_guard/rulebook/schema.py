"""What a rule file, an image file and a place file may hold, as a JSON Schema for editors.

It is made from the same tables that the files are read with.
"""

from __future__ import annotations

from ..findings.checks import CHECKS
from . import fields
from .branchfile import BRANCH_KEYS, branch_names
from .imagefile import IMAGE_KEYS, repositories
from .placefile import PLACE_KEYS
from .rulefile import RULE_KEYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# An editor reads 5.0 as a number and 2024-04-30 as a text; the program reads both as they stand.
_SCALAR: dict[str, Any] = {"type": ["string", "number"]}
_SHAPES: dict[Any, dict[str, Any]] = {
    fields.texts: {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]},
    branch_names: {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
    repositories: {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]},
    fields.flag: {"type": "boolean"},
    fields.date: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    fields.pairs: {"type": "object", "additionalProperties": _SCALAR},
    fields.sources: {"type": "object", "additionalProperties": {"type": "string"}},
}


def make_schema() -> dict[str, Any]:
    """A schema (draft 7) that accepts every kind of file in `.astro-runtime/`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "astro-runtime-guard: a rule file, an image file, a place file or branches.yaml",
        "oneOf": [
            {"title": "a rule: .astro-runtime/NAME.yaml", **_rule()},
            {"title": "an image: .astro-runtime/images/NAME.yaml", **_mapping(IMAGE_KEYS)},
            {"title": "a place: .astro-runtime/places/NAME.yaml", **_mapping(PLACE_KEYS)},
            {"title": "branches: .astro-runtime/branches.yaml", **_mapping(BRANCH_KEYS), "minProperties": 1},
        ],
    }


def _rule() -> dict[str, Any]:
    shape = _mapping(RULE_KEYS)
    shape["properties"]["check"]["enum"] = list(CHECKS)
    shape["properties"]["message"]["type"] = ["string", "object"]
    return shape


def _mapping(keys: Mapping[str, fields.Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, key in keys.items() if key.required],
        "properties": {name: {"description": key.meaning, **_shape(key)} for name, key in keys.items()},
    }


def _shape(key: fields.Key) -> dict[str, Any]:
    if key.keys is None:
        return dict(_SHAPES.get(key.read, _SCALAR))
    inside = _mapping(key.keys)
    return {"type": "array", "items": inside} if key.read is fields.records else inside
