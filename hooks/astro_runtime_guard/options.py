"""The options of a check, read by argparse, and what is said about wrong ones."""

from __future__ import annotations

import re
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import CannotCheck, nearest, plain, unknown
from .reports.deliver import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arguments import Options


class Parser(ArgumentParser):
    """A parser that takes whole options alone and answers a mistake in one line."""

    def __init__(self, prog: str = "", **settings: Any) -> None:
        super().__init__(prog, allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raises CannotCheck."""
        raise CannotCheck(f"{message}: {self._help()}")

    def refuse(self, word: str) -> NoReturn:
        """Raises CannotCheck for a word that is no option and cannot be a file."""
        known = self._option_string_actions
        head, _, rest = word.partition(" ")
        if rest and head in known:
            raise CannotCheck(f'"{plain(word)}" is one word: write two, as in args: [{head}, {plain(rest)}]')
        near = nearest(word.partition("=")[0], known)
        hint = f"did you mean {near}? " if near else ""
        what = "no option is called" if word.startswith("-") else "no argument is expected after the others:"
        raise CannotCheck(f"{what} {plain(word)}; {hint}{self._help()}")

    def _help(self) -> str:
        return f"see {self.prog} --help"


def read_options(program: str, words: Sequence[str], after: str | None, options: Options) -> Options:
    """Put what the words ask for into `options`. Raises CannotCheck for wrong arguments."""
    parser = _parser(program, after)
    end = words.index("--") if "--" in words else len(words)
    read, rest = parser.parse_known_intermixed_args(words[:end])
    for word in (*rest, *(file for file in getattr(read, "files", ()) if file.startswith("-") and " " in file)):
        parser.refuse(word)
    vars(options).update(vars(read))
    options.files = [*options.files, *words[end + 1 :]]
    if options.rules and options.rules_from:
        raise CannotCheck("--rules and --rules-from exclude each other: leave one of them out")
    return options


def _parser(program: str, after: str | None) -> Parser:
    about = "Refuses Astro Runtime versions in Dockerfiles that are not pinned, are lowered, or need a review."
    parser = Parser(program, description=about, epilog=after, argument_default=SUPPRESS)
    add = parser.add_argument
    add("files", nargs="*", metavar="FILE", help="files to check; without any, all tracked ones below this folder")
    add("--base", metavar="REF", help="compare with this commit or branch (also: ASTRO_RUNTIME_BASE)")
    add("--no-base", action="store_true", help="compare with nothing; check the files as they are")
    add("--changed", action="store_true", help="check only the files that differ from before")
    add("--exclude", metavar="REGEX", type=_regex, help="skip paths that match, where no FILE is given")
    add("--rules", metavar="DIR", help="a folder of rules, read instead of .astro-runtime/")
    add("--rules-from", choices=("base",), help="read .astro-runtime/ as it is in the commit to compare with")
    add("--enable", metavar="RULE", action="append", help="run this rule too; can be repeated")
    add("--disable", metavar="RULE", action="append", help="do not run this rule; can be repeated")
    add("--only", metavar="RULE", action="append", help="run only this rule; can be repeated")
    add("--today", metavar="DAY", type=_day, help="judge maintenance as of this day (YYYY-MM-DD)")
    add("--format", type=_format, help=f"{', '.join(FORMATS)}: the format of the report")
    add("--output", metavar="FILE", help="write the report there, and the text to the terminal")
    add("--exit-zero", action="store_true", help="exit with 0 also when something is found")
    add("--color", choices=("auto", "always", "never"), help="colour in the text report")
    add("--verbose", action="store_true", help="say on standard error what was checked and compared with")
    add("--version", action="store_true", help="print the version and stop")
    return parser


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ArgumentTypeError(f"{text!r} is not a regular expression ({error})") from None


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ArgumentTypeError(unknown("format", text, FORMATS))
    return text


def _day(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:  # Python 3.11 also takes 20240430 and weeks
            return text
    except ValueError:
        pass
    raise ArgumentTypeError(f"{text!r} is not a day such as 2024-04-30")
