"""Generated Dockerfiles: lines, flags and words are those of BuildKit's parser (PyPI: dockerfile)."""

from __future__ import annotations

import pytest
from astro_runtime_guard.dockerfile.flags import cut_flags
from astro_runtime_guard.dockerfile.lines import logical_lines, source_lines, split_instruction
from astro_runtime_guard.dockerfile.words import WORD
from hypothesis import given, settings
from hypothesis import strategies as st

dockerfile = pytest.importorskip("dockerfile", reason="the wheel of PyPI's dockerfile exists for linux x86_64 alone")

HEADS = ("", "", "", "# escape=`", "# syntax=x", "# escape=\\", "# ESCAPE = `", "#", "# c", "")
# No white space behind `<<`: the BuildKit in that wheel is older than its reading of it as a heredoc.
STARTS = (
    "FROM a:1", "FROM a:1 AS b", "from a", "ARG V=1", "RUN x", "RUN cat <<EOF", "RUN cat <<-EOF", "USER x",
    "COPY <<A <<B /x", "RUN echo '<<EOF'", 'RUN echo "a <<EOF', "ONBUILD RUN <<EOF", "CMD <<EOF", "ENV A=b",
    "LABEL a=<<EOF", "RUN <<'E F'", "RUN 3<<E\"O\"F", "RUN a<<EOF",
    "RUN cat <<<EOF", "WORKDIR /x", "RUN x${A:-a <<EOF}", "RUN ${A+b}<<EOF", "RUN <<$A",
)  # fmt: skip
TAILS = ("", "", "", "", " \\", "\\", " \\\\", " `", " \\ ", "\\\t", " # c", "\\\r", " \u2003", "\\\\\\")
BODIES = (
    # Without a tail: behind a continued exec form, which is none, the older BuildKit in that wheel sees no heredoc.
    'RUN ["a", "<<EOF"]',
    "EOF",
    "EOF",
    "\tEOF",
    "E F",
    "A",
    "B",
    "EOF ",
    "EOF}",
    "$A",
    "  x",
    "# c",
    "",
    " ",
    "FROM b",
    "x \\",
    "\\",
    "`",
    "x `",
)

lines = st.one_of(
    st.builds("{}{}".format, st.sampled_from(STARTS), st.sampled_from(TAILS)),
    st.sampled_from(BODIES),
)
files = st.builds(
    lambda head, body, end, close: end.join([*head, *body]) + close,
    st.lists(st.sampled_from(HEADS), max_size=3),
    st.lists(lines, min_size=1, max_size=12),
    st.sampled_from(["\n", "\n", "\r\n"]),
    st.sampled_from(["", "\n", "\\", "\n\n"]),
)


@settings(max_examples=300)
@given(files)
def test_instructions_are_where_buildkit_sees_them(text: str) -> None:
    try:
        theirs = dockerfile.parse_string(text)
    except dockerfile.GoParseError:
        return
    _, ours = logical_lines(source_lines(text.encode()))
    assert [(line.keyword, line.line, line.end_line) for line in ours] == [
        ((command.cmd or "").lower(), command.start_line, command.end_line) for command in theirs
    ]


SPACES = (
    " ", " ", "\t", "\v", "\f", "\r", "\u2003", "\xa0", "\x85", "\x1c", " \u2003", "\u3000 ", "  ", "\u200b", "\ufeff",
)  # fmt: skip
KEYWORDS = ("FROM", "from", "COPY", "RUN", "ONBUILD COPY", "ONBUILD\u2003COPY", "ONBUILD \u2003COPY", "FROM\\", 'F"ROM')
# The last bytes of \u2800 and \u0145 are those that BuildKit takes for white space.
WORDS = (
    "--platform=linux/amd64", "--from=a:1", "--x", "--", "-", '--a="b c"', "--a='b", "--a=''", "--a=b\\ c", "--a=\\",
    "--p=\u2800", "--p=\u0145", "--p=\u00e9", '--"a b"', '"--x"', "--x=`a`", "a:1", "AS", "b", "a\u2003b", "#", "# c", "\\a",
)  # fmt: skip
instructions = st.builds(
    lambda start, keyword, words, end: start + keyword + "".join(map("".join, words)) + end,
    st.sampled_from(["", "", " ", "\u2003"]),
    st.sampled_from(KEYWORDS),
    st.lists(st.tuples(st.sampled_from(SPACES), st.sampled_from(WORDS)), max_size=5),
    st.sampled_from(["", "", " ", "\u2003"]),
)


@settings(max_examples=300)
@given(instructions)
def test_flags_and_words_are_those_of_buildkit(text: str) -> None:
    try:
        theirs = dockerfile.parse_string(text)
    except (dockerfile.GoParseError, UnicodeDecodeError):  # it cannot show a word that begins inside a character
        return
    escape, ours = logical_lines(source_lines(text.encode()))
    assert len(ours) == len(theirs)
    for line, command in zip(ours, theirs, strict=True):
        flags, rest = cut_flags(line.value, escape)
        if line.keyword == "onbuild" and not flags:  # docker refuses one with flags, and theirs shows none behind it
            assert split_instruction(line.value)[0] == (command.sub_cmd or "").lower()
        elif line.keyword != "onbuild":
            assert [flag.word for flag in flags] == list(command.flags)
        if line.keyword == "from":
            assert WORD.findall(line.value[rest:]) == list(command.value)
