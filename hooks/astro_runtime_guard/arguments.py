"""argv -> what is asked for.

Knows: the arguments and what they stand for when they are not given. Must not know: what is done with them.
"""

from __future__ import annotations

from time import strftime

from .reports.deliver import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from argparse import ArgumentParser
    from collections.abc import Sequence


class Hook:
    """What one console script does: its name, the checks that it runs, and what else it can do.

    `stands_for_stages` marks the hook that lists files itself, for the stages that hand it none; `commands` the one
    that has the commands beside the check. `together` marks what looks at every place, and at the files beside each;
    `leaves_dockerfiles` the one that leaves to others what a Dockerfile says alone.
    """

    def __init__(
        self,
        name: str,
        checks: tuple[str, ...],
        *,
        stands_for_stages: bool = False,
        commands: bool = False,
        together: bool = False,
        leaves_dockerfiles: bool = False,
    ) -> None:
        self.name, self.checks = name, checks
        self.stands_for_stages, self.commands = stands_for_stages, commands
        self.together, self.leaves_dockerfiles = together, leaves_dockerfiles


class Options:
    """What is asked for; `files` empty stands for all tracked ones below this folder that can name a Runtime."""

    def __init__(self, files: Sequence[str] = ()) -> None:
        self.files = list(files)
        self.base: str | None = None
        self.no_base = False
        self.exclude: re.Pattern[str] | None = None
        self.rules: str | None = None
        self.enable: list[str] = []
        self.disable: list[str] = []
        self.only: list[str] = []
        self.today = strftime("%Y-%m-%d")
        self.format = "text"
        self.output: str | None = None
        self.exit_zero = False
        self.color = "auto"
        self.version = False


def read_options(program: str, words: Sequence[str], after: str | None) -> Options:
    """What the words of a command line ask for; `after` stands at the end of --help.

    Hook runners give file names alone, which need no parser. Ends the program for --help and for wrong arguments.
    """
    if not any(word.startswith("-") for word in words):
        return Options(words)
    return _parser(program, after).parse_args(words, Options())


def _parser(program: str, after: str | None) -> ArgumentParser:
    from argparse import SUPPRESS, ArgumentParser

    about = "Refuses Astro Runtime versions in Dockerfiles that are not pinned, are lowered, or need a review."
    parser = ArgumentParser(program, description=about, epilog=after, argument_default=SUPPRESS)
    add = parser.add_argument
    add(
        "files",
        nargs="*",
        metavar="FILE",
        help="files to check; all tracked Dockerfiles and places below this folder if none",
    )
    add("--base", metavar="REF", help="compare with this commit or branch (also: ASTRO_RUNTIME_BASE)")
    add("--no-base", action="store_true", help="compare with nothing; check the files as they are")
    add(
        "--exclude",
        metavar="REGEX",
        type=_regex,
        help="leave out paths in which this is found, where no FILE is given",
    )
    add("--rules", metavar="DIR", help="a folder of rules, read instead of .astro-runtime/")
    for name, meaning in (
        ("enable", "run this rule too"),
        ("disable", "do not run this rule"),
        ("only", "run only this rule"),
    ):
        add(f"--{name}", metavar="RULE", action="append", help=f"{meaning}; can be given again")
    add(
        "--today",
        metavar="DAY",
        type=_day,
        help="judge maintenance as of this day (YYYY-MM-DD)",
    )
    add("--format", choices=FORMATS, help="how the report is written")
    add("--output", metavar="FILE", help="write the report there, and the text to the terminal")
    add("--exit-zero", action="store_true", help="end with 0 also when something is found")
    add("--color", choices=("auto", "always", "never"), help="colour in the text report")
    add("--version", action="store_true", help="print the version and stop")
    return parser


def _regex(text: str) -> re.Pattern[str]:
    import re
    from argparse import ArgumentTypeError

    try:
        return re.compile(text)
    except re.error as error:
        raise ArgumentTypeError(f"{text!r} is no regular expression: {error}") from None


def _day(text: str) -> str:
    from argparse import ArgumentTypeError
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day such as 2024-04-30") from None
