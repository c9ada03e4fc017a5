"""Reads a place file into a place."""

from __future__ import annotations

import re

from ..declarations.glance import FORMATS
from ..errors import unknown
from ..model import Place
from ..yamlfile import Mistake, Value
from .expressions import expression
from .fields import Key, date, flag, read_fields, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..model import Image

_DECIDES = ("runs", "creates")
_FORMATS = tuple(dict.fromkeys(FORMATS.values()))


def _dotted(value: Value) -> str:
    """A key with the keys above it, joined by dots."""
    if not re.fullmatch(r"[^.\s]+(?:\.[^.\s]+)*", text(value)):
        raise Mistake(value, f"{value.content} is no key such as a.b.c")
    return text(value)


def _decides(value: Value) -> str:
    """What the version of a place decides."""
    if text(value) not in _DECIDES:
        raise Mistake(value, f"decides: {text(value)} is none of {', '.join(_DECIDES)}")
    return text(value)


PLACE_KEYS = {
    "files": Key(expression, "a regular expression that is searched in the path of a file", required=True),
    "format": Key(
        texts,
        f"one or a list of {', '.join(_FORMATS)}; the ending of a file's name tells which",
        required=True,
    ),
    "image": Key(text, "the image whose versions the files name", required=True),
    "version": Key(_dotted, "the key of the version, with the keys above it: a.b.c", required=True),
    "decides": Key(
        _decides,
        "runs: the version decides what a project runs, and is compared with the version before (this is the default); "
        "creates: it decides only what a Deployment is created with; it is compared with nothing before, and the only "
        "contradiction is a version that is higher than the project's",
    ),
    "exact": Key(flag, "true: only a version without a suffix is valid there"),
    "dockerfile": Key(_dotted, "the key that may name the project's Dockerfile; without it the version stands for one"),
    "requirement": Key(_dotted, "the key of a list of requirements, one of which implies a series"),
    "package": Key(texts, "the package in that list, or the packages, whose pin names an Airflow version"),
    "as-of": Key(date, "the day for which all of this holds"),
    "source": Key(texts, "where this is known from"),
}


def read_place_file(value: Value, name: str, images: Mapping[str, Image]) -> Place:
    """The place that one file describes. Raises Mistake."""
    fields = read_fields(value, PLACE_KEYS)
    if fields["image"] not in images:
        raise Mistake(value, f"image: {unknown('image', fields['image'], images)}")
    for written in fields["format"]:
        if written not in _FORMATS:
            raise Mistake(value, f"format: {unknown('format', written, _FORMATS)}")
    for one, other in (("requirement", "package"), ("package", "requirement")):
        if one in fields and other not in fields:
            raise Mistake(value, f"{other}: this key is missing beside {one}")
    if fields.get("decides") == "creates" and "dockerfile" in fields:
        raise Mistake(value, "dockerfile: a file with this key decides what runs, so it cannot say decides: creates")
    return Place(
        name, fields["files"], fields["format"], fields["image"], fields["version"], fields.get("exact", False),
        fields.get("dockerfile", ""), fields.get("requirement", ""), fields.get("package", ()),
        fields.get("decides", "runs"),
    )  # fmt: skip
