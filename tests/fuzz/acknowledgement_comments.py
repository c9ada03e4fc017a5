"""Any comments above a FROM: they take findings of the change away and never add one, and reports show them safely."""

from __future__ import annotations

import json
import re

from astro_runtime_guard.api import check
from astro_runtime_guard.findings.finding import Finding
from astro_runtime_guard.reports import github, gitlab, json_report, sarif, text
from astro_runtime_guard.reports.report import Report
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder

BOOK = load_rulebook([shipped_folder()], "2026-11-22")
RULES = [rule for rule in BOOK.rules if rule.enabled]
UNSAFE = re.compile(rb"[\r\n\x00]")

SEEDS = (
    b"4.2.6\n5.0.1\n astro-runtime: reviewed 5.0.1 see the plan\n",
    b"5.0.1\n4.2.6-base\n astro-runtime: downgraded 4.2.6: rolled back\n astro-runtime: reviewed 3.1-2\n a",
    b"4\nlatest\n\tastro-runtime:ignore pinned-runtime: because\n astro-runtime: ignore runtime-5: x\n Astro-Runtime: reviewd 5\n",
    b"11.0.0\n13.5.0\n astro-runtime: ignore withdrawn-runtime : \xff\x1b[31m ::error:: %0A <b>\n#astro-runtime: reviewed 12.0.0\n",
    b"4.2.6\n5.0.1\x1b[31m\n astro-runtime: reviewed 5\x1b[31m\n",
    b"2.2.4\n${T}-base\n astro-runtime: downgraded 2.2.4\n",
)
WORDS = (
    " astro-runtime: ", "reviewed ", "downgraded ", "ignore ", "pinned-runtime", "no-runtime-downgrade", "runtime-5", "acknowledgement",
    "5.0.1", "4.2.6", "13.7.0", "3.1-2", "-base", ": because", "latest", "\n", "\t", "\x1b[31m", "\u202e", "\u2028", "\x85", "](", "::error::",
    "withdrawn-runtime", "13.5.0", "5", "3.1", "@sha256:", "${T}", "# escape=`", " AS ", "\u00e9", "%0A", "airflow-3", "airflow-3-floor",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """The first two lines are the tags before and after, each further line is a comment."""
    before, _, rest = data.partition(b"\n")
    after, *comments = [UNSAFE.sub(b"", line) for line in rest.split(b"\n")]
    old, new = from_line(UNSAFE.sub(b"", before)), from_line(after)
    above = b"ARG UNUSED\n" + b"".join(b"#" + comment + b"\n" for comment in comments)
    plain, found = unanswered(old, new), check(old, above + new, rulebook=BOOK, rules=RULES)
    rest_of = [finding for finding in found if not finding.acknowledged]
    assert rules_of(rest_of) - {"acknowledgement"} <= rules_of(plain), "a comment adds a finding"
    assert rules_of(found) - {"acknowledgement"} == rules_of(plain), "a comment hides a finding without a word"
    assert rules_of(unanswered(old, above + b"\n" + new)) == rules_of(plain), "a comment answers over a blank line"
    backwards = b"ARG UNUSED\n" + b"".join(b"#" + comment + b"\n" for comment in reversed(comments))
    assert rules_of(unanswered(old, backwards + new)) == rules_of(rest_of), "the order of comments matters"
    check_reports(found)


def from_line(tag: bytes) -> bytes:
    """A FROM with this tag, in the repository that holds tags of its shape."""
    if re.match(rb"3\.\d+-\d", tag):
        return b"FROM astrocrpublic.azurecr.io/runtime:" + tag + b"\n"
    certified = tag.startswith(b"2.")
    return b"FROM quay.io/astronomer/" + (b"ap-airflow:" if certified else b"astro-runtime:") + tag + b"\n"


def unanswered(before: bytes, after: bytes) -> list[Finding]:
    """The findings that no comment answers."""
    return [finding for finding in check(before, after, rulebook=BOOK, rules=RULES) if not finding.acknowledged]


def rules_of(findings: list[Finding]) -> set[str]:
    """The names of the rules."""
    return {finding.rule for finding in findings}


def check_reports(findings: list[Finding]) -> None:
    """No report holds a control character; those in JSON are JSON, and each line of text is of the report's own making."""
    report = Report(tuple(findings), (), "1", ("HEAD at 1a2b3c4",))
    for render in (json_report.render, gitlab.render, sarif.render):
        rendered = render(report)
        assert rendered.isascii(), "ASCII"
        assert rendered.replace("\n", "").isprintable(), "control character"
        assert json.loads(rendered) is not None, "JSON"
    for rendered in (text.render(findings), github.render(report), github.summary(report)):
        assert rendered.replace("\n", "").isprintable(), "control character"
    assert all(line.startswith(("Dockerfile:", "  ")) for line in text.render(findings).splitlines()), "line"
    assert all(line.startswith("::error file=Dockerfile,") for line in github.render(report).splitlines()), "command"
