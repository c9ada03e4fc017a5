"""Writes reports where they were asked for: standard output, a file, the summary of a GitHub job."""

from __future__ import annotations

import os
import stat
import sys
from errno import EBADF

from ..errors import CannotCheck, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .report import Report

# The module of each format for machines.
MODULES = {"json": "json_report", "github": "github", "gitlab": "gitlab", "sarif": "sarif"}
FORMATS = ("text", *MODULES)
# What CI services obey in the middle of a line: ##[add-mask], ##vso[task...], ##teamcity[...].
_COMMAND = r"(?i)##(?=[a-z]*\[)"


def deliver(report: Report, form: str, file: str | None, color: str, advice: tuple[str, ...] = ()) -> None:
    """Write the report: to standard output, or to `file` with the text to standard output. Raises CannotCheck."""
    if len(report.findings) > 1:
        from .report import bounded

        report = bounded(report)
    if form != "text":
        rendered = _render(report, form)
        if file is None:
            write(rendered)
            return
        write_file(file, rendered)
    if form == "text" and file:
        write_file(file, _text(report, color=False))
    write(_text(report, _wants_color(color)) + "".join(f"{line}\n" for line in advice))


def _text(report: Report, color: bool) -> str:
    if not report.findings:
        return ""
    from . import text

    return text.render(report.findings, color) + text.count_omitted(report)


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
        return


def printable_lines(text: str) -> str:
    """`text` with its line ends and nothing else that acts, neither on a terminal nor in the log of a CI service."""
    from .shared import at_line_start, printable

    return "\n".join(at_line_start(printable(line)) for line in text.split("\n"))


def write(text: str) -> None:
    """To standard output, whatever its encoding. Raises CannotCheck: a report that cannot be written is no answer."""
    try:
        _put(sys.stdout, text)
    except OSError as error:
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


def write_file(name: str, text: str) -> None:
    """To a regular file whole or not at all; a pipe or a device is written to, never replaced.

    A symbolic link is replaced, and what it leads to is left as it is: the link may come from the repository. So may a
    linked folder, and one below the current folder must not lead out of it.
    """
    content = text.encode("utf-8", "backslashreplace")
    folder = os.path.dirname(name)
    try:
        if name == "/dev/stdout":
            write(text)  # opened once more, it would overwrite what is written to it
        elif _is_device(name):
            with open(name, "wb") as file:
                file.write(content)
        elif _leads_out(folder):
            raise CannotCheck(
                f"--output {plain(name)}: the link {plain(folder)} leads out of this folder: name the target"
            )
        else:
            _replace(name, content)
    except OSError as error:
        raise CannotCheck(f"--output {plain(name)}: {error.strerror}") from None


def _is_device(name: str) -> bool:
    """Whether a name stands for a pipe or a device, as /dev/stdout does by a link of the system."""
    path = os.path.abspath(name)
    if path.startswith(("/dev/", "/proc/")) and not path.startswith("/dev/shm/"):  # noqa: S108 -- only a name
        return True
    try:
        mode = os.lstat(name).st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode))


def _leads_out(folder: str) -> bool:
    """Whether a folder below the current one leads out of it.

    On Windows the current folder may itself be named through a link, a drive of its own, or in other case.
    """
    here = os.getcwd()
    below = _is_below(os.path.abspath(folder), here)
    return below and not _is_below(os.path.realpath(folder), os.path.realpath(here))


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _replace(name: str, content: bytes) -> None:
    """Write a new file in the same folder, then rename it: readers never see half a report.

    Nobody can have put anything in the place of the new file: its name is random, and it must not exist.
    """
    part = os.path.join(os.path.dirname(name), f".{os.path.basename(name)}.{os.urandom(8).hex()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(part, flags, 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(part, name)
    except BaseException:
        os.unlink(part)
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
