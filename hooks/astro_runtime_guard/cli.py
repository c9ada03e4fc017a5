"""The whole program: argv in, exit code out. 0: nothing found, 1: something found, 2: could not check.

On the fast path: imports nothing that takes time until it is needed.
"""

from __future__ import annotations

import gc
import os
import sys

from .arguments import Hook, Options
from .errors import CannotCheck, plain, unknown
from .reports import deliver
from .shortcut import names_nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(hook: Hook) -> NoReturn:
    """Runs the program and ends the process with its exit code.

    At once: everything is written, and the time to take the interpreter apart would be a tenth of a quick run's.
    """
    os._exit(run(hook))


def run(hook: Hook) -> int:
    """The whole program; prints its report to standard output, and why it could not check to standard error."""
    gc.disable()  # a run is over before a collection of cycles would pay
    words = [*hook.command, *sys.argv[1:]]
    try:
        return _command(hook, words) if hook.commands and words and words[0] in COMMANDS else _check(hook, words)
    except CannotCheck as problem:
        deliver.complain(f"{hook.name}: {problem}")
        return 2
    except KeyboardInterrupt:
        deliver.complain(f"{hook.name}: interrupted")
        return 130
    except Exception as error:
        # A mistake of ours must not end as "something found", which is what Python's own exit code would say.
        deliver.complain(f"{hook.name}: {deliver.internal_error(error)}")
        return 2


COMMANDS = ("rules", "explain", "plan")
_AFTER = "commands: rules list|test|schema, explain RULE, plan OLD NEW (each has --help)"


def _command(hook: Hook, words: Sequence[str]) -> int:
    from time import strftime

    from .commands import run_command

    if "--version" in words:
        return _print_version(hook)
    answer, code = run_command(hook.name, words, strftime("%Y-%m-%d"))
    deliver.write(deliver.printable_lines(answer))
    return code


def _check(hook: Hook, words: Sequence[str]) -> int:
    _refuse_two_meanings(words)
    options = _read_options(hook, words)
    if options.version:
        return _print_version(hook)
    if not hook.together and words == options.files and names_nothing(options.files, os.environ):
        return 0
    if hook.commands and options.files:
        _refuse_command(hook, options.files, words)
    from .git.repository import Repository

    repository = Repository(os.environ)  # git answers while the rest is imported
    from .run import check_files

    return check_files(hook, options, repository)


def _read_options(hook: Hook, words: Sequence[str]) -> Options:
    """What the words ask for. Hook runners give file names alone, which need no parser."""
    if not any(word.startswith("-") for word in words):
        return Options(words)
    from .options import read_options

    return read_options(hook.name, words, _AFTER if hook.commands else None, Options())


def _print_version(hook: Hook) -> int:
    deliver.write(f"{hook.name} {deliver.version()}\n")
    return 0


def _refuse_two_meanings(words: Sequence[str]) -> None:
    """Hook runners hand on the names of files as they are, also one that reads as an option: `--output=Dockerfile`."""
    for word in words[: words.index("--")] if "--" in words else words:
        if word.startswith("-") and word != "-" and os.path.lexists(word):
            raise CannotCheck(f"{plain(word)} is an option and a file here too: rename it, or write ./ before it")


def _refuse_command(hook: Hook, files: Sequence[str], words: Sequence[str]) -> None:
    """Raises CannotCheck where the first of the files is a command that stands behind an option, or none at all."""
    first = files[0]
    if os.path.isfile(first):
        return
    if first in COMMANDS:
        from shlex import join

        order = join([hook.name, *files, *(word for word in words if word not in files)])
        raise CannotCheck(f"options come after the command {first}: {plain(order)}")
    if first.isalpha() and first.islower() and "file" not in first and not os.path.lexists(first):
        raise CannotCheck(f"{unknown('command or file', first, COMMANDS)}, or a file to check")
