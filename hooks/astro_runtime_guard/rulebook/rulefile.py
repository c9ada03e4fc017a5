"""Turns a rule file into a rule, and checks that its keys and words fit its check."""

from __future__ import annotations

import re

from ..errors import unknown
from ..findings.checks import CHECKS, Check
from ..model import PLACEHOLDER, Example, Rule
from ..versions.order import rank_of
from ..yamlfile import Mistake, Value
from .fields import Key, flag, read_fields, record, records, source, sources, text, texts
from .imagefile import check_build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..model import Image


def _check_name(value: Value) -> str:
    if text(value) not in CHECKS:
        raise Mistake(value, unknown("check", text(value), CHECKS))
    return text(value)


def _as_is(value: Value) -> Value:
    """The value itself; it is read later, when the check is known."""
    return value


EXAMPLE_KEYS = {
    "before": Key(source, "the file before the change; without it the file is new"),
    "after": Key(source, "the file after the change", required=True),
    "path": Key(text, "the path of the file; Dockerfile if it is not given"),
    "beside": Key(sources, "other files, which do not change: path to text"),
}
EXAMPLES_KEYS = {
    "finds": Key(records, "changes that the rule must find", required=True, keys=EXAMPLE_KEYS),
    "passes": Key(records, "changes that it must pass", required=True, keys=EXAMPLE_KEYS),
}
RULE_KEYS = {
    "image": Key(texts, "the image, or a list of images, that the rule speaks of", required=True),
    "check": Key(_check_name, "what is looked for", required=True),
    "version": Key(_as_is, "the boundary: found if the version was below it and is now at or above it"),
    "from-below": Key(
        _as_is,
        "found only if the version before was below this one too; in a stop, where to stop",
    ),
    "message": Key(_as_is, "one line that stands alone; a mapping if the check has several reasons", required=True),
    "consider": Key(texts, "what to think of before going on, a sentence each"),
    "acknowledge": Key(text, "when to acknowledge it, as the beginning of a sentence: if it must stay as it is"),
    "link": Key(text, "where to read more"),
    "enabled": Key(flag, "false: off until --enable names the rule"),
    "examples": Key(record, "its tests: changes that it must find, and changes that it must pass", True, EXAMPLES_KEYS),
}


def read_rule(value: Value, name: str, images: Mapping[str, Image]) -> Rule:
    """The rule of one file. Raises Mistake."""
    fields = read_fields(value, RULE_KEYS)
    check = CHECKS[fields["check"]]
    for image in fields["image"]:
        if image not in images:
            raise Mistake(value, f"image: {unknown('image', image, images)}")
    _refuse_keys(value, fields, check)
    versions = _versions(fields, check, images)
    return Rule(
        name,
        images=fields["image"],
        check=fields["check"],
        messages=_messages(fields["message"], check),
        consider=fields.get("consider", ()),
        acknowledge=fields.get("acknowledge", ""),
        link=fields.get("link", ""),
        version=versions.get("version", ""),
        from_below=versions.get("from-below", ""),
        enabled=fields.get("enabled", True),
        origin=value.path,
        finds=_examples(fields["examples"]["finds"]),
        passes=_examples(fields["examples"]["passes"]),
    )


def _refuse_keys(value: Value, fields: Mapping[str, Any], check: Check) -> None:
    for key in ("version", "from-below"):
        if key in fields and key not in (*check.keys, *check.may):
            raise Mistake(fields[key], f"{key}: the check {fields['check']} has no use for it")
        if key in check.keys and key not in fields:
            raise Mistake(value, f"{key}: this key is missing")


def _versions(fields: Mapping[str, Any], check: Check, images: Mapping[str, Image]) -> dict[str, str]:
    """The versions of a boundary, each a build of every image of the rule."""
    versions: dict[str, str] = {}
    for image in (images[name] for name in fields["image"]):
        for key in ("version", "from-below"):
            if key in fields:
                versions[key] = check_build(text(fields[key]), image, fields[key])
        if check.stops and rank_of(versions["from-below"], image) >= rank_of(versions["version"], image):
            raise Mistake(fields["from-below"], f"from-below: expected a build below {versions['version']}")
    return versions


def _messages(value: Value, check: Check) -> dict[str, str]:
    """A message for each reason of the check; a single text stands for all of them, under the empty name."""
    if isinstance(value.content, str):
        return {"": _words(value, check)}
    keys = {reason: Key(lambda item: _words(item, check), "", required=True) for reason in check.reasons}
    if keys.keys() == {""}:
        raise Mistake(value, "message: expected a text")
    return read_fields(value, keys)


def _words(value: Value, check: Check) -> str:
    words = text(value)
    for name in re.findall(PLACEHOLDER, words):
        if name not in check.placeholders:
            raise Mistake(value, unknown("placeholder", name, check.placeholders))
    return words


def _examples(read: tuple[tuple[Value, dict[str, Any]], ...]) -> tuple[Example, ...]:
    return tuple(
        Example(
            fields.get("before"),
            fields["after"],
            place.line,
            fields.get("path", "Dockerfile"),
            fields.get("beside", ()),
        )
        for place, fields in read
    )
