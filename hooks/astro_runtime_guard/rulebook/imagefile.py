"""Turns an image file into an image."""

from __future__ import annotations

import re

from ..errors import unknown
from ..model import Image, Line, Numbering, Withdrawal
from ..versions.tags import read_tag
from ..yamlfile import Mistake, Value
from .fields import Key, date, number, pairs, read_fields, records, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Two numbers need a mark between them, or one text could be read in several ways.
_TEMPLATE = re.compile(r"[^{}]*\{[a-z-]+\}(?:[^{}]*[^{}0-9]\{[a-z-]+\}){1,5}[^{}]*")
_PRE_RELEASES = ("dev", "a", "b", "rc")


def _minor(value: Value) -> str:
    minor = text(value)
    if not re.fullmatch("[0-9]{1,9}[.][0-9]{1,9}", minor):
        raise Mistake(value, f"{minor}: expected a version such as 2.3")
    return minor


_REPOSITORY = re.compile(r"(?:\*/)?(?:[\w.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?(?:/[\w.-]+)*", re.ASCII)


def repositories(value: Value) -> tuple[str, ...]:
    """A list of repositories: exact names, or */PATH."""
    names = texts(value)
    for item, name in zip(value.content if isinstance(value.content, tuple) else (value,), names, strict=True):
        if fault := _fault(name):
            raise Mistake(item, f"{name} can match no image: write it {fault}")
    return names


def _fault(repository: str) -> str:
    """What keeps a repository from matching an image, as the end of a sentence; "" for nothing."""
    faults = {
        "without https://": "://" in repository,
        "without the slash at its end": repository.endswith("/"),
        "without the digest": "@" in repository,
        "without the tag": ":" in repository.rpartition("/")[2],
        "without the *, which may only be the start of */PATH": "*" in repository.removeprefix("*/"),
        "as in registry.example.com/team/base": not _REPOSITORY.fullmatch(repository),
    }
    return next((fault for fault, is_there in faults.items() if is_there), "")


NUMBERING_KEYS = {
    "name": Key(text, "what the lines call this numbering", required=True),
    "tag": Key(text, "the shape of a build's tag, such as {major}.{minor}.{patch}", required=True),
    "published-in": Key(texts, "repositories that hold builds of this numbering and of no other"),
    "example": Key(text, "a build to show when one has to be written"),
    "first": Key(number, "the last number of a series' first build; 0 if it is not given"),
}
LINE_KEYS = {
    "line": Key(text, "the numbers that all builds of the line begin with", required=True),
    "numbering": Key(text, "the numbering that its builds follow", required=True),
    "airflow": Key(_minor, "the Airflow version, as major.minor, for images that have one"),
    "python": Key(text, "the Python of an image without a Python suffix"),
    "maintained-until": Key(date, "the last day of maintenance"),
    "last-build": Key(text, "the last build, where no later one can come"),
    "source": Key(texts, "where this is known from"),
}
WITHDRAWN_KEYS = {
    "builds": Key(texts, "the builds that must not be used", required=True),
    "reason": Key(text, "why, as the end of a sentence", required=True),
    "instead": Key(text, "the nearest good build", required=True),
    "source": Key(texts, "where this is known from", required=True),
}
IMAGE_KEYS = {
    "extends": Key(text, "an image to which this file adds repositories or builds, and nothing else"),
    "repositories": Key(repositories, "exact names, or */PATH for that path in any registry"),
    "numberings": Key(records, "how builds are numbered, oldest numbering first", keys=NUMBERING_KEYS),
    "suffixes": Key(texts, "what may follow a version without changing it, such as -python-{major}.{minor}"),
    "pre-releases": Key(pairs, "words of pre-releases and how they rank: dev, a, b or rc"),
    "lines": Key(records, "lines of builds, in upgrade order", keys=LINE_KEYS),
    "withdrawn": Key(records, "builds that must not be used", keys=WITHDRAWN_KEYS),
    "builds": Key(pairs, "known builds: build to Airflow version and day of release (or ?), oldest first"),
    "steps": Key(texts, "what to do for an upgrade, a sentence each, with {before}, {after} and {write}, the new FROM"),
    "succeeded-by": Key(text, "the image that continues this one; this one's versions are Airflow versions"),
    "carries": Key(
        text, "the image inside this one, with a version of which each tag begins, by numberings of one name"
    ),
    "fixed-by": Key(text, "the suffix without which a tag moves; one number alone, -{build}, is part of the version"),
    "as-of": Key(date, "the day for which all of this holds"),
    "source": Key(texts, "where this is known from"),
}


def read_image(value: Value, name: str, known: Mapping[str, Image]) -> Image:
    """The image of one file: a new one, or the one that it extends with its repositories. Raises Mistake."""
    fields = read_fields(value, IMAGE_KEYS)
    if "extends" in fields:
        return _extended(value, fields, known)
    for key in ("repositories", "numberings"):
        if not fields.get(key):
            raise Mistake(value, f"{key}: this key is missing")
    image = Image(
        name,
        repositories=fields["repositories"],
        numberings=tuple(_numbering(place, each) for place, each in fields["numberings"]),
        suffixes=fields.get("suffixes", ()),
        pre_releases=fields.get("pre-releases", ()),
        steps=fields.get("steps", ()),
        succeeded_by=fields.get("succeeded-by", ""),
        fixed_by=fields.get("fixed-by", ""),
        as_of=fields.get("as-of", ""),
        carries=_carried(value, fields, known),
    )
    for word, rank in image.pre_releases:
        if rank not in _PRE_RELEASES:
            raise Mistake(
                value,
                f"pre-releases: {word}: {unknown('rank', rank, _PRE_RELEASES)}",
            )
    return image._replace(
        lines=tuple(_line(place, each, image) for place, each in fields.get("lines", ())),
        withdrawn=tuple(_withdrawal(place, each, image) for place, each in fields.get("withdrawn", ())),
        builds=_builds(value, fields, image),
    )


def _extended(value: Value, fields: Mapping[str, Any], known: Mapping[str, Image]) -> Image:
    if fields["extends"] not in known:
        raise Mistake(value, f"extends: {unknown('image', fields['extends'], known)}")
    if set(fields) - {"extends", "repositories", "builds", "as-of", "source"}:
        raise Mistake(value, "a file that extends an image gives repositories or builds alone")
    image = known[fields["extends"]]
    return image._replace(
        repositories=(*image.repositories, *fields.get("repositories", ())),
        builds=(*image.builds, *_builds(value, fields, image)),
    )


def _builds(value: Value, fields: Mapping[str, Any], image: Image) -> tuple[tuple[str, str], ...]:
    builds: tuple[tuple[str, str], ...] = fields.get("builds", ())
    for build, _ in builds:
        check_build(build, image, value)
    return builds


def _carried(value: Value, fields: Mapping[str, Any], known: Mapping[str, Image]) -> str:
    carried = str(fields.get("carries", ""))
    if carried and carried not in known:
        raise Mistake(value, f"carries: {unknown('image', carried, known)}")
    theirs = {numbering.name for numbering in known[carried].numberings} if carried else set()
    for place, numbering in fields["numberings"] if carried else ():
        if numbering["name"] not in theirs:
            raise Mistake(place, f"name: {unknown('numbering', numbering['name'], sorted(theirs))}")
    return carried


def _numbering(place: Value, fields: Mapping[str, Any]) -> Numbering:
    if not _TEMPLATE.fullmatch(fields["tag"]):
        raise Mistake(place, f"tag: {fields['tag']} must be two to six names in braces with a mark between them")
    first = fields.get("first", "0")
    return Numbering(fields["name"], fields["tag"], fields.get("published-in", ()), fields.get("example", ""), first)


def _line(place: Value, fields: Mapping[str, Any], image: Image) -> Line:
    names = [numbering.name for numbering in image.numberings]
    if fields["numbering"] not in names:
        raise Mistake(place, f"numbering: {unknown('numbering', fields['numbering'], names)}")
    if "last-build" in fields:
        check_build(fields["last-build"], image, place)
    return Line(
        fields["line"], fields["numbering"], fields.get("airflow", ""), fields.get("python", ""),
        fields.get("maintained-until", ""), fields.get("last-build", ""),
    )  # fmt: skip


def _withdrawal(place: Value, fields: Mapping[str, Any], image: Image) -> Withdrawal:
    for build in (*fields["builds"], fields["instead"]):
        check_build(build, image, place)
    return Withdrawal(fields["builds"], fields["reason"], fields["instead"])


def check_build(version: str, image: Image, place: Value) -> str:
    """The version itself, if it is a build by the image's numberings, without a suffix. Raises Mistake otherwise."""
    tag = read_tag(version, image)
    if tag.kind not in {"build", "moves"} or tag.version != version:
        shapes = " or ".join(numbering.tag for numbering in image.numberings)
        raise Mistake(place, f"{version} is no version of {image.name}, expected {shapes}")
    return version
