"""argv -> exit code: 0 nothing found, 1 something found, 2 could not check.

Knows: the arguments, which rules run, exit codes. Must not know: Dockerfiles, versions, git, formats.
"""

from __future__ import annotations

import os
import re
import sys
from time import strftime
from typing import TYPE_CHECKING, NamedTuple

from . import git, output
from .declarations import blank_versions
from .errors import CannotCheck
from .guard import judge
from .reports import Report
from .rulebook import load_rulebook, rule_folders

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from .checks import Rule
    from .findings import Finding
    from .rulebook import Rulebook
    from .snapshot import Snapshot

DOCKERFILES = (
    r"(?i)(?:^|/)(?:[^/]*[._-])?(?:docker|container)file(?:[._-][^/]+)?"
    r"(?<!ignore)(?<!\.j2)(?<!\.tmpl)(?<!\.tpl)(?<!\.orig)(?<!\.bak)(?<!\.rej)(?<!\.md)$"
)
"""Paths that are Dockerfiles by their name; the same pattern as `files:` in `.pre-commit-hooks.yaml`."""


class Hook(NamedTuple):
    """What one console script does: its name, the checks that it runs, and what else it can do.

    `stands_for_stages` marks the hook that lists files itself, for the stages that hand it none; `commands` the one
    that has the commands beside the check.
    """

    name: str
    checks: tuple[str, ...]
    stands_for_stages: bool = False
    commands: bool = False


def run(hook: Hook, argv: Sequence[str] | None = None) -> int:
    """The whole program; prints its report to standard output, and why it could not check to standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _command(words) if hook.commands and words[:1] and words[0] in COMMANDS else _check(hook, words)
    except CannotCheck as problem:
        output.complain(f"{hook.name}: {problem}")
        return 2
    except KeyboardInterrupt:
        output.complain(f"{hook.name}: interrupted")
        return 130
    except Exception as error:
        # A mistake of ours must not end as "something found", which is what Python's own exit code would say.
        output.complain(f"{hook.name}: {output.internal_error(error)}")
        return 2


COMMANDS = ("rules", "explain", "plan")


def _command(words: Sequence[str]) -> int:
    from .commands import run_command

    answer, code = run_command(words, strftime("%Y-%m-%d"))
    output.write(answer)
    return code


def _check(hook: Hook, words: Sequence[str]) -> int:
    options = _parser(hook).parse_args(words)
    if options.version:
        output.write(f"{hook.name} {output.version()}\n")
        return 0
    if hook.stands_for_stages and git.rebasing(os.environ):
        return 0  # A pick that is refused in prepare-commit-msg is offered again for ever; the push and CI judge it.
    rulebook = load_rulebook(rule_folders(options.rules), options.today)
    rules = select_rules(rulebook, hook.checks, options.enable, options.disable, options.only)
    snapshot = _look(options, rulebook)
    if not snapshot.repository:
        output.complain(f"{hook.name}: not in a git repository, so nothing is compared")
    report = _report(judge(snapshot, rulebook, rules), rules, snapshot, options)
    output.deliver(report, options.format, options.output, options.color, _advice(hook, report))
    found = any(not finding.acknowledged for finding in report.findings)
    return 1 if found and not options.exit_zero else 0


def _look(options: Namespace, rulebook: Rulebook) -> Snapshot:
    return git.read(
        options.files or None,
        wanted=_wanted(options.exclude),
        base=options.base,
        no_base=options.no_base,
        environ=os.environ,
        renamed=lambda source: blank_versions(source, rulebook.images),
    )


def _report(findings: list[Finding], rules: list[Rule], snapshot: Snapshot, options: Namespace) -> Report:
    return Report(
        tuple(findings),
        tuple(rules),
        version=output.version() if options.format != "text" else "",
        bases=tuple(before.named for before in snapshot.base.commits),
        prefix=snapshot.prefix,
    )


def select_rules(
    rulebook: Rulebook,
    checks: Sequence[str],
    enabled: Sequence[str] = (),
    disabled: Sequence[str] = (),
    only: Sequence[str] = (),
) -> list[Rule]:
    """The rules that run: those of the checks that are not off, and those enabled by name, less those disabled.

    `only` narrows them to the rules that it names. Raises CannotCheck for a name that no rule has.
    """
    names = [rule.name for rule in rulebook.rules]
    for name in (*enabled, *disabled, *only):
        if name not in names:
            raise CannotCheck(f"no rule is called {name}; expected one of {', '.join(names)}")
    running = (*checks, "acknowledgement")
    return [
        rule
        for rule in rulebook.rules
        if (rule.name in enabled or rule.name in only or (rule.enabled and rule.check in running))
        and rule.name not in disabled
        and (not only or rule.name in only)
    ]


def _parser(hook: Hook) -> ArgumentParser:
    from argparse import ArgumentParser
    from pathlib import Path

    after = "commands: rules list|test|schema, explain RULE, plan OLD NEW (each has --help)" if hook.commands else None
    about = "Refuses Astro Runtime versions in Dockerfiles that are not pinned, are lowered, or need a review."
    parser = ArgumentParser(hook.name, description=about, epilog=after)
    add = parser.add_argument
    add(
        "files",
        nargs="*",
        metavar="FILE",
        help="Dockerfiles to check; all tracked ones below this folder if none",
    )
    add("--base", metavar="REF", help="compare with this commit or branch (also: ASTRO_RUNTIME_BASE)")
    add("--no-base", action="store_true", help="compare with nothing; check the files as they are")
    add(
        "--exclude",
        metavar="REGEX",
        type=_regex,
        help="leave out paths in which this is found, where no FILE is given",
    )
    add("--rules", metavar="DIR", type=Path, help="a folder of rules, read instead of .astro-runtime/")
    for name, meaning in (
        ("enable", "run this rule too"),
        ("disable", "do not run this rule"),
        ("only", "run only this rule"),
    ):
        add(f"--{name}", metavar="RULE", action="append", default=[], help=f"{meaning}; can be given again")
    add(
        "--today",
        metavar="DAY",
        default=strftime("%Y-%m-%d"),
        help="judge maintenance as of this day (YYYY-MM-DD)",
    )
    add("--format", choices=output.FORMATS, default="text", help="how the report is written")
    add("--output", metavar="FILE", type=Path, help="write the report there, and the text to the terminal")
    add("--exit-zero", action="store_true", help="end with 0 also when something is found")
    add("--color", choices=("auto", "always", "never"), default="auto", help="colour in the text report")
    add("--version", action="store_true", help="print the version and stop")
    return parser


def _regex(text: str) -> re.Pattern[str]:
    from argparse import ArgumentTypeError

    try:
        return re.compile(text)
    except re.error as error:
        raise ArgumentTypeError(f"{text!r} is no regular expression: {error}") from None


def _wanted(exclude: re.Pattern[str] | None) -> Callable[[str], bool]:
    names = re.compile(DOCKERFILES)
    return lambda path: bool(names.search(path)) and not (exclude and exclude.search(path))


def _advice(hook: Hook, report: Report) -> tuple[str, ...]:
    """What to do next, where the finding alone does not say it."""
    found = [finding for finding in report.findings if not finding.acknowledged]
    lines: list[str] = []
    if any(finding.check == "ordered" and finding.base.startswith("HEAD ") for finding in found):
        main = git.default_branch(os.environ) or "<the branch to merge into>"
        lines.append(f"to take back an upgrade that was never merged:  ASTRO_RUNTIME_BASE={main} git commit")
        if not hook.stands_for_stages:  # a commit that is amended passes the hooks that take files first
            lines.append("to amend the commit that you compare with:  ASTRO_RUNTIME_BASE=HEAD^ git commit --amend")
    if hook.stands_for_stages and found:
        lines.append("to go on: write the line, then git add and git commit; to go back: git reset --merge")
        lines.append(f"to pass without this check: SKIP={hook.name}")
    return tuple(lines)
