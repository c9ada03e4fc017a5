"""A place file -> what is known of a place.

Knows: the keys of a place file. Must not know: YAML's syntax, how the files that it speaks of are read.
"""

from __future__ import annotations

import re

from ..declarations.glance import FORMATS
from ..errors import unknown
from ..model import Place
from ..yamlfile import Mistake, Value
from .fields import Key, date, flag, read_fields, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..model import Image


_FORMATS = tuple(dict.fromkeys(FORMATS.values()))


def _regex(value: Value) -> str:
    """A regular expression."""
    try:
        return re.compile(text(value)).pattern
    except re.error as error:
        raise Mistake(value, f"{value.content} is no regular expression: {error}") from None


def _dotted(value: Value) -> str:
    """A key and those above it, with dots between them."""
    if not re.fullmatch(r"[^.\s]+(?:\.[^.\s]+)*", text(value)):
        raise Mistake(value, f"{value.content} is no key such as a.b.c")
    return text(value)


PLACE_KEYS = {
    "files": Key(_regex, "a regular expression that is searched in the path of a file", required=True),
    "format": Key(
        texts,
        f"one or a list of {', '.join(_FORMATS)}; the ending of a file's name tells which",
        required=True,
    ),
    "image": Key(text, "the image whose versions the files name", required=True),
    "version": Key(_dotted, "the key of the version, with those above it: a.b.c", required=True),
    "exact": Key(flag, "true: a version is to stand there alone, without a suffix"),
    "dockerfile": Key(_dotted, "the key that may name the project's Dockerfile; without it the version stands for one"),
    "requirement": Key(_dotted, "the key of a list of requirements, one of which implies a series"),
    "package": Key(texts, "the package in that list, or the packages, whose pin names an Airflow version"),
    "as-of": Key(date, "the day for which all of this holds"),
    "source": Key(texts, "where this is known from"),
}


def read_place_file(value: Value, name: str, images: Mapping[str, Image]) -> Place:
    """The place of one file. Raises Mistake."""
    found = read_fields(value, PLACE_KEYS)
    if found["image"] not in images:
        raise Mistake(value, f"image: {unknown('image', found['image'], images)}")
    for written in found["format"]:
        if written not in _FORMATS:
            raise Mistake(value, f"format: {unknown('format', written, _FORMATS)}")
    for one, other in (("requirement", "package"), ("package", "requirement")):
        if one in found and other not in found:
            raise Mistake(value, f"{other}: this key is missing beside {one}")
    return Place(
        name, found["files"], found["format"], found["image"], found["version"], found.get("exact", False),
        found.get("dockerfile", ""), found.get("requirement", ""), found.get("package", ()),
    )  # fmt: skip
