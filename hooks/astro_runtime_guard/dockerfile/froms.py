"""Reads FROM instructions, and says why docker refuses one.

Source: "FROM" in the Dockerfile reference, and for platforms containerd's platform specifiers.
"""

from __future__ import annotations

import re

from ..named import NamedTuple
from .flags import cut_flags
from .references import read_reference
from .words import WORD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .buildargs import Resolved
    from .flags import Flag
    from .lines import LogicalLine

# Why docker refuses a FROM. A FROM has one reason, even if several apply.
REFUSALS = (
    "template",  # a placeholder of a template: {{ tag }}, <% tag %>, $(TAG), #{TAG}, %TAG%, @TAG@, <tag> ...
    "no-image",  # no image word, or an empty one after substitution
    "comment",  # a # and more words behind the image, where docker has no comments
    "words",  # neither IMAGE nor IMAGE AS NAME
    "name",  # not a valid name of a build stage
    "expansion",  # a build argument in `COPY --from=` or `RUN --mount=from=`
    "flag",  # an unknown flag, one twice or one without a value
    "substitution",  # a broken ${...}, or a quote without its end
    "value",  # a build argument has no value, and the reference is not valid without it
    "platform",  # --platform= is empty or names no platform
    "tag",  # a colon without a tag
    "upper-case",  # a repository with upper-case letters
    "reference",  # not a valid image reference for any other reason
)

_AS = "[aA][sS\u017f]"  # BuildKit compares by Unicode folding, in which a long s is an s
_STAGE_NAME = r"[a-z][a-z0-9._-]*"
_TEMPLATE = r"\{\{|\{%|<%|\[\[|\$\(|#\{|%\w+%|@\w+@|<\w[\w-]*>"
_OS = r"[A-Za-z0-9_-]+(?:\([A-Za-z0-9_.%-]*(?:\+[A-Za-z0-9_.%-]+)*\))?"
_ARCHITECTURE = r"[A-Za-z0-9_.-]+"
# Operating systems and architectures are platforms by themselves; only a system can have a version in brackets.
_SYSTEMS = (
    " aix android darwin dragonfly freebsd hurd illumos ios js linux macos nacl netbsd openbsd plan9"
    " solaris windows zos "
)
_ARCHITECTURES = (
    " 386 aarch64 amd64 amd64p32 arm arm64 arm64be armbe armel armhf i386 loong64 mips mips64 mips64le mips64p32"
    " mips64p32le mipsle ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm x86-64 x86_64 "
)


class From(NamedTuple):
    """A FROM as written.

    `position` is that of the image word in the value, `refusal` why docker refuses the form. `words` is the value
    without a comment.
    """

    line: LogicalLine
    word: str
    position: int
    name: str
    platform: str
    refusal: str
    words: str


def read_from(line: LogicalLine, value: str, escape: str) -> From:
    """Read a FROM. One of a form that docker refuses has a `refusal`, no name and no platform."""
    flags, start = cut_flags(value, escape)
    words = [(match[0], match.start()) for match in WORD.finditer(value, start)]
    texts = [word for word, _ in words]
    word, position = words[0] if words else ("", -line.offset)
    refusal = _refused_words(texts) or _refused_flags(flags)
    name = lower(texts[2]) if len(texts) == 3 and not refusal else ""
    platform = flags[0].word.partition("=")[2] if flags and not refusal else ""
    return From(line, word, position, name, platform, refusal, value.partition(" #")[0])


def is_template(words: str) -> bool:
    """Whether a placeholder of a template stands among the words of a FROM."""
    return bool(re.search(_TEMPLATE, words))


def _refused_words(words: Sequence[str]) -> str:
    if not words:
        return "no-image"
    if len(words) == 3 and re.fullmatch(_AS, words[1]):
        return "" if re.fullmatch(_STAGE_NAME, lower(words[2])) else "name"
    if len(words) == 1:
        return ""
    return "comment" if any(word.startswith("#") for word in words) else "words"


def _refused_flags(flags: Sequence[Flag]) -> str:
    return "flag" if len(flags) > 1 or any(not flag.word.startswith("--platform=") for flag in flags) else ""


def refused_word(word: Resolved) -> str:
    """Why docker refuses this word before it reads it as a reference; empty if it does not."""
    if word.broken:
        return "substitution"
    if word.bare:
        return ""
    return "value" if word.absent or word.origin.unknown else "no-image"


def refused_reference(word: Resolved) -> str:
    """Why docker refuses this word as an image reference; empty if it does not."""
    if read_reference(word.bare):
        return ""
    if word.absent or word.origin.unknown:
        return "value"
    if word.bare.endswith(":"):
        return "tag"
    name, at, digest = word.bare.partition("@")
    return "upper-case" if read_reference(name.lower() + at + digest) else "reference"


def is_platform(text: str) -> bool:
    """Whether `text` is a platform: OS, ARCHITECTURE, OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT."""
    parts = text.split("/")
    if len(parts) == 1:
        name, version, _ = text.lower().partition("(")
        return bool(re.fullmatch(_OS, text)) and f" {name} " in (_SYSTEMS if version else _SYSTEMS + _ARCHITECTURES)
    return (
        len(parts) < 4
        and bool(re.fullmatch(_OS, parts[0]))
        and all(re.fullmatch(_ARCHITECTURE, part) for part in parts[1:])
    )


def lower(text: str) -> str:
    """`text` in lower case as Go writes it: one character for each character."""
    return text.replace("\u0130", "i").lower()
