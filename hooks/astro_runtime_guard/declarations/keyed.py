"""Reads the declarations in a file that names a version under a key, as the rulebook's places describe such files."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from ..dockerfile.references import read_reference
from ..errors import CannotCheck
from ..versions.order import rank_of, series_of
from ..versions.recognition import Runtime
from ..versions.tags import Tag, read_tag
from ..yamlfile import decode
from .declaration import Declaration, Reading
from .glance import format_of
from .located import Found, Lines, Located

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..model import Image, Place

    Read = Callable[[str, Sequence[str], str], Mapping[str, Found]]

_NO_COMMENTS = (
    "JSON has no comments, so no line here can acknowledge a finding; to pass without it, leave out the rule "
    "(--disable) or skip the hook for one commit (SKIP), and give the reason in the commit message"
)
_MINOR = r"([0-9]{1,9}\.[0-9]{1,9})"
_EXACT = re.compile(rf"===?\s*{_MINOR}((?:\.[0-9]+)*)", re.ASCII)
_WITHIN = re.compile(rf"==\s*{_MINOR}(?:\.[0-9]+)*\.\*|~=\s*{_MINOR}(?:\.[0-9]+)+", re.ASCII)


def read_places(source: bytes, path: str, places: Sequence[Place], images: Sequence[Image]) -> Reading:
    """What the file declares as any of the places that it can be. Raises Mistake where it cannot be read."""
    readings = [_read_place(source, path, place, images) for place in places]
    return Reading(
        tuple(each for reading in readings for each in reading.declarations),
        next((reading.requirement for reading in readings if reading.requirement), None),
        next((reading.dockerfile for reading in readings if reading.dockerfile), ""),
    )


def read_nothing(path: str) -> None:
    """Read an empty text as the file at this path would be read."""
    with suppress(CannotCheck):
        _reader(path)[0]("", (), path)


def _read_place(source: bytes, path: str, place: Place, images: Sequence[Image]) -> Reading:
    """What the file declares as this place: nothing if it has none of its keys."""
    table, _, last = place.version.rpartition(".")
    signs = (table,) if place.requirement else filter(None, (place.version, place.dockerfile))
    if not any(_may_have(source, sign.rpartition(".")[2]) for sign in signs):
        return Reading()
    keys = [key for key in (place.version, place.dockerfile, place.requirement, table) if key]
    text = decode(source, path)
    found = _reader(path)[0](text, keys, path)
    image = next(image for image in images if image.name == place.image)
    versions = _versions(text, found.get(place.version), last)
    pins = tuple(_pin(at, path, place, image, final=len(versions) == 1) for at in versions)
    dockerfile = next((at.text for at in found.get(place.dockerfile, Found("")).values), "")
    implied = _implied(found, path, place, image) if table in found else None
    if implied and implied.runtime.tag.kind == "ambiguous":
        return Reading((*pins, implied), None, dockerfile)
    if implied and not pins and not dockerfile:
        return Reading((implied,))
    return Reading(pins, implied, dockerfile)


def _may_have(source: bytes, key: str) -> bool:
    """Whether a text can contain a key, in UTF-8, UTF-16 or UTF-32, and with escapes in its spelling."""
    text = source.replace(b"\0", b"")
    if key.encode() in text:
        return True
    return b"\\" in text and (not key.isascii() or bool(_escaped(key).search(text)))


@lru_cache
def _escaped(key: str) -> re.Pattern[bytes]:
    """A key in which any character may be an escape of JSON, TOML or YAML: `runtime_\\u0076ersion`."""
    letters = (
        rf"(?:{re.escape(char)}|\\(?i:x{ord(char):02x}|u{ord(char):04x}|u{ord(char):08x}))".encode() for char in key
    )
    return re.compile(rb"(?:\\\r?\n[ \t]*)?".join(letters))


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
    """The versions under the key. A list or a table is no version, and is shown where the key seems to be."""
    if found is None or found.kind == "value":
        return found.values if found else ()
    match = re.search(rf"(?m)^[^#\n]*?\b{re.escape(last)}[\"']?\s*[=:][ \t]*([^\n]*)", text)
    start, written = (match.start(1), match[1].rstrip()) if match else (0, "")
    lines = Lines(text)
    return (Located(written, written, *lines.position(start), lines.comments_above(start)),)


def _pin(at: Located, path: str, place: Place, image: Image, *, final: bool) -> Declaration:
    tag = read_tag(at.text, image)
    if _is_reference(at.text):
        tag = tag._replace(kind="reference")
    elif "$" in at.text or (place.exact and tag.kind == "build" and tag.text != tag.version):
        tag = tag._replace(kind="no-version")
    key = place.version.rpartition(".")[2]
    return _declaration(at, path, place, image, tag, f"key {key}", final=final)


def _is_reference(text: str) -> bool:
    """Whether a text is an image reference with a registry, a path or a tag."""
    name, colon, _ = text.partition(":")
    return ("/" in text or (bool(colon) and re.search("[a-z]", name) is not None)) and read_reference(text) is not None


def _declaration(
    at: Located, path: str, place: Place, image: Image, tag: Tag, instruction: str, *, final: bool
) -> Declaration:
    answerable = format_of(path) != "json"
    return Declaration(
        Runtime(image, "", "", tag, ""), instruction, at.line, at.column, at.written, at.text, at.comments,
        final=final, ordered=place.decides == "runs",
        spelling=_reader(path)[1](place.version), notes=() if answerable else (_NO_COMMENTS,), answerable=answerable,
    )  # fmt: skip


def _implied(found: Mapping[str, Found], path: str, place: Place, image: Image) -> Declaration | None:
    """The requirement that implies a series, as the declaration of that series.

    Where two of the place's packages have versions, it is the second of them, as a declaration without a version.
    """
    packages = [_plain(package) for package in place.packages]
    pinned: dict[str, tuple[Located, str]] = {}
    for at in found.get(place.requirement, Found("")).values:
        package, clause = _parts(at.text)
        if clause and package in packages:
            pinned.setdefault(package, (at, clause))
    if len(pinned) > 1:
        at, _ = list(pinned.values())[1]
        tag = Tag(at.text, "ambiguous")
        return _declaration(at, path, place, image, tag, "requirement", final=False)._replace(ordered=False)
    for at, clause in pinned.values():
        if match := _EXACT.fullmatch(clause) or _WITHIN.fullmatch(clause):
            return _of_series(at, match, path, place, image)
    return None


def _parts(requirement: str) -> tuple[str, str]:
    """The package of a requirement (PEP 508), and its version clause; the clause is empty if there is none."""
    text = requirement.partition(";")[0].strip()
    clause = re.sub(r"^[A-Za-z0-9._-]*", "", text)
    package = text.removesuffix(clause)
    if clause.lstrip().startswith("["):
        clause = clause.partition("]")[2]
    clause = clause.lstrip()
    if clause.startswith("(") and clause.endswith(")"):
        clause = clause[1:-1].strip()
    return _plain(package), clause


def _of_series(at: Located, match: re.Match[str], path: str, place: Place, image: Image) -> Declaration | None:
    """The series of the Airflow version that a requirement pins; None where no series is known to have it."""
    minor = match[1] or match[2]
    tag = series_of(minor, image)
    if not tag:
        return None
    made = _declaration(at, path, place, image, tag, "requirement", final=True)
    written, table = at.text.strip(), place.version.rpartition(".")[0]
    if match.re is _EXACT:
        airflow = minor + (match[2] or ".0")
        known = _build_with(airflow, image)
        says = f"{written} is exactly Airflow {airflow}, a version of Runtime {tag.version}{known}"
    else:
        says = f"{written} stands for Runtime {tag.version}"
    return made._replace(notes=(*made.notes, f"{says}; write the version under [{table}]"))


def _build_with(airflow: str, image: Image) -> str:
    """The newest known build with an Airflow version, as the end of a sentence; empty where none is known."""
    withdrawn = {build for withdrawal in image.withdrawn for build in withdrawal.builds}
    builds = [build for build, about in image.builds if about.split()[0] == airflow and build not in withdrawn]
    return f" ({max(builds, key=lambda build: rank_of(build, image))} has it)" if builds else ""


def _plain(package: str) -> str:
    """A package's name as indexes compare them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()
