"""Where reports go: standard output, a file, the summary of a GitHub job.

Knows: streams, their encodings, colour, and the formats by name. Must not know: what a report says.
"""

from __future__ import annotations

import os
import sys
from errno import EBADF

from ..errors import CannotCheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from .report import Report

# The module of each format for machines.
MODULES = {"json": "json_report", "github": "github", "gitlab": "gitlab", "sarif": "sarif"}
FORMATS = ("text", *MODULES)
# What CI services obey in the middle of a line: ##[add-mask], ##vso[task...], ##teamcity[...].
_COMMAND = r"(?i)##(?=[a-z]*\[)"


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
    from . import text

    return text.render(report.findings, color)


def _render(report: Report, form: str) -> str:
    from importlib import import_module

    module = import_module(f".{MODULES[form]}", __package__)
    if form == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        _append(summary, module.summary(report))
    return str(module.render(report))


def version() -> str:
    """The program's version."""
    from importlib.metadata import version as installed

    return installed("astro-runtime-guard")


def internal_error(error: Exception) -> str:
    """The words for an exception that nobody expected, with the last line of our own code that it passed."""
    from traceback import extract_tb

    frames = [(frame.filename.replace(os.sep, "/"), frame.lineno) for frame in extract_tb(error.__traceback__)]
    package = f"/{__package__.partition('.')[0]}/"
    path, line = next((frame for frame in reversed(frames) if package in frame[0]), frames[-1])
    where = f"{path.rpartition(package)[2]}:{line}"
    return f"nothing was checked, because the program failed ({type(error).__name__} at {where}); please report this"


def complain(message: str) -> None:
    """One message to standard error, whatever its encoding; where nobody can hear it, the exit code has to do."""
    try:
        _put(sys.stderr, printable_lines(f"{message}\n"))
    except OSError:
        sys.stderr = None


def printable_lines(text: str) -> str:
    """`text` with its line ends and nothing else that acts, neither on a terminal nor in the log of a CI service."""
    from .shared import printable

    shown = (printable(line) for line in text.split("\n"))
    return "\n".join(line.replace(":", "\\x3a", 1) if line.lstrip().startswith("::") else line for line in shown)


def write(text: str) -> None:
    """To standard output, whatever its encoding. Raises CannotCheck: a report that cannot be written is no answer."""
    try:
        _put(sys.stdout, text)
    except OSError as error:
        # Nothing more may be written there, not even by the interpreter when it ends.
        sys.stdout = None
        raise CannotCheck(f"the report could not be written: {error.strerror}") from None


def _put(stream: object, text: str) -> None:
    if stream is None:  # so Python marks one that was closed before it began
        if text:
            raise OSError(EBADF, "it is closed")
        return
    if "##" in text:
        import re

        # Written so, it is the same text again for who reads JSON.
        text = re.sub(_COMMAND, r"#\\u0023", text)
    encoding = getattr(stream, "encoding", None) or "ascii"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]


def _write_file(name: str, text: str) -> None:
    """To a regular file whole or not at all; a pipe or a device is written to, never replaced."""
    from pathlib import Path

    path, content = Path(name), text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _replace(path, content)
    except OSError as error:
        raise CannotCheck(f"--output {path}: {error.strerror}") from None


def _replace(path: Path, content: bytes) -> None:
    """Readers never see half a report, also when the run is interrupted."""
    from contextlib import suppress

    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


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
    if os.environ.get("NO_COLOR") or not sys.stdout:
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
