"""The declarations in a file that names a version under a key.

Knows: what a place says of its files, and which reader each format has. Must not know: git, what the file said before,
any rule, any particular place (those are YAML).
"""

from __future__ import annotations

import re

from ..errors import CannotCheck
from ..versions.order import rank_of, series_of, span
from ..versions.recognition import Runtime
from ..versions.tags import line_of, read_tag
from ..yamlfile import decode
from .declaration import Declaration, Reading
from .glance import format_of
from .located import Found, Located, comments_above, position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..model import Image, Place
    from ..versions.tags import Tag

    Read = Callable[[str, Sequence[str], str], Mapping[str, Found]]

_NO_COMMENTS = (
    "JSON has no comments, so nothing here can acknowledge a finding; to pass all the same, leave out the rule "
    "(--disable) or for one commit the hook (SKIP), and say why in the commit's message"
)


def read_places(source: bytes, path: str, places: Sequence[Place], images: Sequence[Image]) -> Reading:
    """What the file declares as any of the places that it can be. Raises CannotCheck where it cannot be told."""
    readings = [_read_place(source, path, place, images) for place in places]
    return Reading(
        tuple(each for reading in readings for each in reading.declarations),
        next((reading.requirement for reading in readings if reading.requirement), None),
        next((reading.dockerfile for reading in readings if reading.dockerfile), ""),
    )


def _read_place(source: bytes, path: str, place: Place, images: Sequence[Image]) -> Reading:
    """Nothing where it is no such file."""
    table, _, last = place.version.rpartition(".")
    sign = table.rpartition(".")[2] if place.requirement else last
    if not any(sign.encode(encoding) in source for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
        return Reading()
    keys = [key for key in (place.version, place.dockerfile, place.requirement, table) if key]
    try:
        text = decode(source, path)
        found = _reader(path)[0](text, keys, path)
    except CannotCheck as problem:
        raise CannotCheck(f"{problem} (mend it, or exclude this file if it names no version)") from None
    image = next(image for image in images if image.name == place.image)
    versions = _versions(text, found.get(place.version), last)
    pins = tuple(_pin(it, path, place, image, final=len(versions) == 1) for it in versions)
    dockerfile = next((it.text for it in found.get(place.dockerfile, Found("")).values), "")
    implied = _implied(found, path, place, image) if table in found else None
    if implied and not pins and not dockerfile:
        pins = (implied,)
    return Reading(pins, None if pins == (implied,) else implied, dockerfile)


def _reader(path: str) -> tuple[Read, Callable[[str], str]]:
    if format_of(path) == "toml":
        from . import tomlfile

        return tomlfile.read_values, tomlfile.spelling
    if format_of(path) == "json":
        from . import jsonfile

        return jsonfile.read_values, jsonfile.spelling
    if format_of(path) == "yaml":
        from . import yamltree

        return yamltree.read_values, yamltree.spelling
    raise NotImplementedError(f"no reader of {format_of(path)}")


def _versions(text: str, found: Found | None, last: str) -> tuple[Located, ...]:
    """The versions under the key; a list or a table there is none, and is shown where the key seems to be."""
    if found is None or found.kind == "value":
        return found.values if found else ()
    match = re.search(rf"(?m)^[^#\n]*?\b{re.escape(last)}[\"']?\s*[=:][ \t]*([^\n]*)", text)
    start, written = (match.start(1), match[1].strip()) if match else (0, "")
    return (Located(written, written, *position(text, start), comments_above(text, [start], ())),)


def _pin(at: Located, path: str, place: Place, image: Image, *, final: bool) -> Declaration:
    tag = _possible(read_tag(at.text, image), image)
    if "$" in at.text or (place.exact and tag.kind == "build" and tag.text != tag.version):
        tag = tag._replace(kind="no-version")
    key = place.version.rpartition(".")[2]
    return _declaration(at, path, place, image, tag, f"key {key}", final=final)


def _possible(tag: Tag, image: Image) -> Tag:
    """Where no repository tells by which numbering a series goes: not by one in which its line has ended below it."""
    kept = [tag]
    if tag.kind == "series" and len(tag.numberings) > 1:
        kept = [one for at in tag.numberings if not _ended(one := tag._replace(numberings=(at,)), image)]
    return tag._replace(numberings=tuple(at for one in kept for at in one.numberings)) if kept else tag


def _ended(series: Tag, image: Image) -> bool:
    line, place = line_of(series, image), span(series, image)
    return bool(line and line.last_build and place and place.first > rank_of(line.last_build, image))


def _declaration(
    at: Located, path: str, place: Place, image: Image, tag: Tag, instruction: str, *, final: bool
) -> Declaration:
    answerable = format_of(path) != "json"
    return Declaration(
        Runtime(image, "", "", tag, ""), instruction, at.line, at.column, at.written, at.text, at.comments,
        final=final, spelling=_reader(path)[1](place.version), notes=() if answerable else (_NO_COMMENTS,),
        answerable=answerable,
    )  # fmt: skip


def _implied(found: Mapping[str, Found], path: str, place: Place, image: Image) -> Declaration | None:
    """The requirement that implies a series, as the declaration of that series."""
    wanted = _plain(place.package)
    for at in found.get(place.requirement, Found("")).values:
        match = re.fullmatch(
            r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*(?:===?|~=)\s*([0-9]+\.[0-9]+)((?:\.(?:[0-9]+|\*))*)\s*(?:;.*)?",
            at.text,
            re.ASCII,
        )
        tag = series_of(match[2], image) if match and _plain(match[1]) == wanted else None
        if tag:
            made = _declaration(at, path, place, image, tag, "requirement", final=True)
            table = place.version.rpartition(".")[0]
            note = f"{at.text.strip()} stands for Runtime {tag.version}; the version goes under [{table}]"
            return made._replace(notes=(*made.notes, note))
    return None


def _plain(package: str) -> str:
    """A package's name as indexes compare them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()
