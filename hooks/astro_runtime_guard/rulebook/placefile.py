"""Reads a place file into a place."""

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

_DECIDES = ("runs", "creates")
_FORMATS = tuple(dict.fromkeys(FORMATS.values()))


# Two repetitions need at most the cube of a path's length in steps; a group that repeats can need 2 to its power.
_MOST_REPEATS = 2
_ESCAPE_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def _expression(value: Value) -> str:
    """A regular expression that cannot take long: groups do not repeat, and at most two characters do.

    A repository gives it, also in a pull request from a stranger, and `re` has no limit of its own.
    """
    written = text(value)
    try:
        re.compile(written)
    except re.error as error:
        raise Mistake(value, f"{written} is not a regular expression: {error}") from None
    plain = _ESCAPE_OR_CLASS.sub(lambda match: "1" if re.match(r"\\[1-9]", match[0]) else "a", written)
    if re.search(r"\)[*+{]|\(\?P=|\(\?\(", plain) or re.search(r"\\[1-9]", written):
        raise Mistake(value, "a group that repeats, or a reference to a group, can take too long: write it without")
    if len(re.findall(r"[*+]|\{[0-9]*,", plain)) > _MOST_REPEATS:
        raise Mistake(value, f"more than {_MOST_REPEATS} repetitions (*, + or {{n,}}) can take too long: use fewer")
    return written


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
    "files": Key(_expression, "a regular expression that is searched in the path of a file", required=True),
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
