"""Any two texts as a Dockerfile before and after: findings stand in the text, and what is unchanged is no change."""

from __future__ import annotations

from astro_runtime_guard.api import check
from astro_runtime_guard.declarations.glance import may_name, needles, why_unreadable
from astro_runtime_guard.declarations.reading import Reader
from astro_runtime_guard.dockerfile.stages import read_stages, source_lines
from astro_runtime_guard.findings.finding import Finding
from astro_runtime_guard.reports import github, json_report, text
from astro_runtime_guard.reports.report import Report
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
from astro_runtime_guard.versions.recognition import recognise

BOOK = load_rulebook([shipped_folder()], "2026-11-22")
NEEDLES = needles(name for image in BOOK.images for name in image.repositories)

SEEDS = (
    b"FROM quay.io/astronomer/astro-runtime:4.2.6\n\0# astro-runtime: reviewed 5.0.1\nFROM quay.io/astronomer/astro-runtime:5.0.1-base AS a\n",
    b"ARG T=5.0.1\nFROM quay.io/astronomer/astro-runtime:$T\n\0# astro-runtime: downgraded 4.2.6: x\nARG T=4.2.6\nFROM quay.io/astronomer/astro-runtime:${T}\n",
    b"FROM quay.io/astronomer/astro-runtime:5 AS a\nFROM quay.io/astronomer/ap-airflow:2.2.4 AS b\nFROM a\n\0FROM \\\n astrocrpublic.azurecr.io/runtime:3.1-2 # x\n",
    b"FROM python:3\nCOPY --from=quay.io/astronomer/astro-runtime:latest /a /b\nRUN --mount=from=astronomer/astro-runtime-5.0.6 x\n",
    b'FROM a\nCOPY --from=quay.io/astro\\\nnomer/astro-run"time":4 /a /b\nRUN --mount=type=bind,from=quay.io/astro\\\nnomer/ap-airflow x\n',
    b"FROM ${R}/astronomer/astro-runtime:{{ tag }}\n\0FROM ${R:-q}/astronomer/Astro-Runtime:\xff\x1b[31m",
)
WORDS = (
    "FROM ", "ARG T=", "COPY --from=", "RUN --mount=from=", "ONBUILD ", "f\"rom\"=", " AS ", "--platform=", "\\\n", "\0", "$T", "${T}", "${T:-5.0.1}",
    "quay.io/astronomer/astro-runtime:", "quay.io/astronomer/ap-airflow:", "astrocrpublic.azurecr.io/runtime:", "astronomer/astro-runtime",
    "4.2.6", "5.0.1", "13.7.0", "3.1-2", "2.2.4", "latest", "-base", "@sha256:", "# astro-runtime: ", "reviewed ", "downgraded ", "ignore ",
    "pinned-runtime", "\x1b[31m", "\u202e", "<<EOF\n", "\nEOF\n", "{{", "\r\n", "\t",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """What stands in front of a zero byte is before, what stands behind it after; without one, nothing is changed."""
    before, _, after = data.partition(b"\0")
    after = after or before
    if why_unreadable(after):
        return
    found = findings(before, after)
    for finding in found:
        check_place(finding, source_lines(after))
    unchanged = findings(after, after)
    assert not {finding.check for finding in unchanged} & {"ordered", "crossing"}, "unchanged"
    assert [said(each) for each in unchanged if each.check != "acknowledgement"] == [
        said(each) for each in findings(None, after) if each.check != "acknowledgement"
    ], "new"
    assert list(map(said, findings(before, after.replace(b"\n", b"\r\n")))) == list(map(said, found)), "CRLF"
    Reader(BOOK).blanked("Dockerfile", after)
    assert may_name(after, NEEDLES) or not names_one(after), "glance"
    report = Report(tuple(found), (), "1", ("HEAD",))
    for rendered in (text.render(found), github.render(report), github.summary(report), json_report.render(report)):
        assert rendered.replace("\n", "").isprintable(), "control character"


def names_one(source: bytes) -> bool:
    """Whether the reader finds a declared image, without a glance before."""
    stages = read_stages(source)
    written = [text for stage in stages if stage.kind in {"image", "invalid"} for text in (stage.partial, stage.meant)]
    written += [image.image for stage in stages for image in stage.images]
    return any(recognise(reference, BOOK.images) for reference in written)


def findings(before: bytes | None, after: bytes) -> list[Finding]:
    """All that is found, by every rule."""
    return check(before, after, rulebook=BOOK, rules=BOOK.rules)


def said(finding: Finding) -> tuple[int, int, str, str, bool]:
    """What a finding says and where, without the line itself."""
    return finding.line, finding.column, finding.rule, finding.message, bool(finding.acknowledged)


def check_place(finding: Finding, lines: list[str]) -> None:
    """A finding stands in the text."""
    assert 1 <= finding.line <= len(lines), "line"
    assert finding.source == lines[finding.line - 1], "source"
    assert 1 <= finding.column <= finding.end_column <= len(finding.source) + 1, "column"
    assert "\n" not in finding.message, "message"
