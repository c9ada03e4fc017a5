"""What several reports share: positions, fingerprints, advice, and text made safe to show."""

from __future__ import annotations

import os
import re

from ..errors import is_invisible
from .report import MOST_FINDINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..findings.finding import Finding
    from .report import Report

PROGRAM = "astro-runtime-guard"
_HEADINGS = ("--- ", "+++ ", "~~~ ", "^^^ ")
_LONGEST = 1000
_SURROGATE = re.compile("[\ud800-\udfff]")
# Every ASCII mark that can be markup, also the dot of a list's number and of www. (but not of a version).
_MARKUP = re.compile(r"[!-'*+:<-@[-`{-~]|\.(?!\d)|(?<!\d)\.")


def printable(text: str) -> str:
    """`text` without anything that a terminal or a log acts on, and without anything that nobody can see.

    Control characters, stray bytes and invisible characters are escaped; letters of every script stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() and not is_invisible(c) else _escaped(c) for c in text)


def at_line_start(text: str) -> str:
    """`text` for the start of a line, where GitHub takes `::` for a command and Buildkite `--- ` for a heading."""
    if not text.lstrip().startswith("::") and not text.startswith(_HEADINGS):
        return text
    start = len(text) - len(text.lstrip())
    return f"{text[:start]}\\x{ord(text[start]):02x}{text[start + 1 :]}"


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, as surrogateescape holds it
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()


def brief(text: str) -> str:
    """A text of the repository for a program, without the end of one that is longer than a line of code ever is."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def omissions(report: Report) -> Iterator[tuple[str, str]]:
    """For each file with findings that are left out, and that no comment answers: its path, and how many they are."""
    for path, _, unanswered in report.omitted:
        if unanswered:
            yield path, f"{unanswered} more findings are not shown, at most {MOST_FINDINGS} of one file are"


def from_top(path: str, report: Report) -> str:
    """A finding's path from the top of the repository, with slashes; an absolute path stays one."""
    import posixpath

    slashed = path.replace(os.sep, "/")
    return slashed if os.path.isabs(path) else posixpath.normpath(posixpath.join(report.prefix, slashed))


def uri(path: str, report: Report) -> str:
    """The same as a URI (RFC 3986) of the very bytes of the name: a relative reference, or a file URI."""
    from urllib.parse import quote

    place = from_top(path, report)
    if os.path.isabs(path):
        return "file:///" + quote(os.fsencode(place.lstrip("/")))
    return quote(os.fsencode(place))


def to_json(value: object) -> str:
    """A document in ASCII, in which each byte that was not UTF-8 is one U+FFFD, so that columns stay true.

    A lone surrogate, which Python would write, makes other readers refuse all of it (RFC 8259, section 8.2).
    """
    from json import dumps, loads

    return dumps(loads(_SURROGATE.sub("\ufffd", dumps(value, ensure_ascii=False))), indent=2) + "\n"


def markdown(text: str) -> str:
    """`text` on one line of GitHub's Markdown, as nothing but itself.

    A numeric character reference never begins a construct (CommonMark 0.31, section 2.5).
    """
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", printable(text))


def advice(finding: Finding) -> Iterator[str]:
    """What a finding adds to its message, in printable lines: considerations, the base, how to answer it."""
    yield from (f"consider: {printable(text)}" for text in finding.consider)
    yield from (f"note: {printable(text)}" for text in finding.notes)
    if finding.base:
        yield compared(finding)
    if finding.comment:
        yield f"{how_to_answer(finding)}: {printable(finding.comment)}"
    if finding.link:
        yield f"see: {printable(finding.link)}"


def compared(finding: Finding) -> str:
    """What the finding was compared with."""
    old = f", where the file was {printable(finding.old_path)}" if finding.old_path else ""
    return f"compared with {printable(finding.base)}{old}"


def how_to_answer(finding: Finding) -> str:
    """When and where the comment that acknowledges a finding is to be written."""
    when = f"{printable(finding.acknowledge)}, write" if finding.acknowledge else "write"
    return f"{when} above the {finding.instruction}"


def fingerprints(report: Report) -> list[str]:
    """For each finding 64 hex digits, unique in the report, that outlive moved lines and another base."""
    from hashlib import sha256

    seen: dict[str, int] = {}
    names: list[str] = []
    for finding in report.findings:
        line = " ".join(finding.source.split())
        key = "\0".join((from_top(finding.path, report), finding.rule, finding.reference, line))
        seen[key] = seen.get(key, 0) + 1
        names.append(sha256(f"{key}\0{seen[key]}".encode(errors="surrogatepass")).hexdigest())
    return names
