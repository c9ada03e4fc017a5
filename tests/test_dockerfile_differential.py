"""Generated Dockerfiles: instructions stand on the same lines as in BuildKit's parser (PyPI: dockerfile)."""

from __future__ import annotations

import pytest
from astro_runtime_guard.dockerfile.lines import logical_lines, source_lines
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
