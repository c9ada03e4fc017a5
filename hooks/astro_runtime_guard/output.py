"""Where reports go: standard output, a file, the summary of a GitHub job.

Knows: streams, their encodings, colour, and the formats by name. Must not know: what a report says.
"""

from __future__ import annotations

import os
import sys

from .errors import CannotCheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .reports import Report

FORMATS = ("text", "json", "github", "gitlab", "sarif")


def deliver(report: Report, form: str, file: str | None, color: str, advice: tuple[str, ...] = ()) -> None:
    """Write the report: to standard output, or to `file` with the text to standard output. Raises CannotCheck."""
    if form != "text":
        rendered = _render(report, form)
        if file is None:
            write(rendered)
            return
        _write_file(file, rendered)
    if form == "text" and file:
        _write_file(file, _text(report, color=False))
    write(_text(report, _wants_color(color)) + "".join(f"{line}\n" for line in advice))


def _text(report: Report, color: bool) -> str:
    if not report.findings:
        return ""
    from .reports import text

    return text.render(report.findings, color)


def _render(report: Report, form: str) -> str:
    if form == "json":
        from .reports import json_report

        return json_report.render(report)
    if form == "gitlab":
        from .reports import gitlab

        return gitlab.render(report)
    if form == "sarif":
        from .reports import sarif

        return sarif.render(report)
    from .reports import github

    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(summary, github.summary(report))
    return github.render(report)


def version() -> str:
    """The program's version."""
    from importlib.metadata import version as installed

    return installed("astro-runtime-guard")


def internal_error(error: Exception) -> str:
    """The words for an exception that nobody expected, with the place in our own files that a report needs."""
    from traceback import extract_tb

    place = extract_tb(error.__traceback__)[-1]
    where = f"{place.filename.replace(os.sep, '/').rpartition('/')[2]}:{place.lineno}"
    return f"nothing was checked, for the program itself failed ({type(error).__name__} at {where}); please report this"


def complain(message: str) -> None:
    """One message to standard error, whatever its encoding."""
    _put(sys.stderr, f"{message}\n")


def write(text: str) -> None:
    """To standard output, whatever its encoding. Raises CannotCheck: a report that cannot be written is no answer."""
    try:
        _put(sys.stdout, text)
    except OSError as error:
        # Nothing more may be written there, not even by the interpreter when it ends.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        raise CannotCheck(f"the report could not be written: {error.strerror}") from None


def _put(stream: object, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "ascii"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]


def _write_file(name: str, text: str) -> None:
    """Whole or not at all: readers never see half a report."""
    from pathlib import Path

    path = Path(name)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(text.encode("utf-8", "backslashreplace"))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotCheck(f"--output {path}: {error.strerror}") from None


def _append(path: str, text: str) -> None:
    try:
        with open(path, "ab") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise CannotCheck(f"GITHUB_STEP_SUMMARY {path}: {error.strerror}") from None


def _wants_color(choice: str) -> bool:
    """--color, then NO_COLOR, then FORCE_COLOR, then whether a terminal reads."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
