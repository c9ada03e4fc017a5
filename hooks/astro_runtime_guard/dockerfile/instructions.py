"""Splits logical lines into instructions with dockerfile-parse. No other module imports it.

dockerfile-parse does not get the Dockerfile as it is, because it reads some files differently from BuildKit: it joins
lines that BuildKit keeps apart, reads bodies of heredocs and some comments as instructions, splits lines at any Unicode
white space, and stops at bytes that are not UTF-8. On a long continuation its time also grows with the square.

It gets logical lines made safe instead, a text that it reads exactly as BuildKit does: each instruction in one piece on
the line on which it begins, its value in brackets so that nothing at its ends is stripped or joined, its bytes as
Latin-1 characters. All other lines are empty. Only `structure` is used.
"""

from __future__ import annotations

from io import BytesIO

from ..errors import OverLimit
from .flags import may_have_flags
from .lines import split_instruction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .lines import LogicalLine

MOST_INSTRUCTIONS = 10_000
MOST_CHARACTERS = 500_000


def parse_instructions(lines: Sequence[LogicalLine]) -> Iterator[tuple[LogicalLine, str]]:
    """The instructions that can name an image, in file order: each logical line and the instruction's value."""
    # Takes half as long as a bare interpreter, which a run over other files saves.
    from dockerfile_parse import DockerfileParser

    starts = {line.line: line for line in lines if _can_name_an_image(line)}
    if len(starts) > MOST_INSTRUCTIONS or sum(len(line.value) for line in starts.values()) > MOST_CHARACTERS:
        most = f"{MOST_INSTRUCTIONS} instructions that can name an image, or {MOST_CHARACTERS} characters in them"
        raise OverLimit(f"more than {most}, the most that is read")
    physical = [b""] * (max(starts, default=0) + 1)
    for number, line in starts.items():
        value = line.value.encode("utf-8", "surrogateescape").decode("latin-1")
        physical[number] = f"{line.keyword} [{value}]".encode()
    for entry in DockerfileParser(fileobj=BytesIO(b"\n".join(physical))).structure:
        value = entry["value"][1:-1].encode("latin-1").decode("utf-8", "surrogateescape")
        yield starts[entry["startline"]], value


def names_no_image(text: str) -> bool:
    """Whether it is plain that an instruction in one line can name no image: it has no flag, and is no FROM or ARG."""
    return "--" not in text and text[0] not in "FfAa" and text.isascii()


def _can_name_an_image(line: LogicalLine) -> bool:
    """A FROM or an ARG can; a COPY or a RUN can if it begins with a flag, also behind ONBUILD."""
    keyword, value = line.keyword, line.value
    if keyword == "onbuild":
        keyword, value, _ = split_instruction(value)
    if keyword in {"copy", "run"}:
        return may_have_flags(value)
    return line.keyword in {"from", "arg"}
