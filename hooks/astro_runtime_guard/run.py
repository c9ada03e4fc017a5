"""One check from start to end: from what is asked for to a report that is delivered."""

from __future__ import annotations

import os

from .declarations.glance import format_of, may_name, needles
from .declarations.reading import Reader
from .errors import CannotCheck, unknown
from .git.snapshot import Repository, Request, read
from .reports import deliver
from .reports.report import Report
from .rulebook.load import load_rulebook
from .rulebook.where import rule_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arguments import Hook, Options
    from .findings.finding import Finding
    from .git.snapshot import Snapshot
    from .model import Rule, Rulebook


def check_files(hook: Hook, options: Options) -> int:
    """Check, report, and return the exit code. Raises CannotCheck."""
    repository = Repository(os.environ)
    # In a rebase, git retries a commit that prepare-commit-msg refuses endlessly; the push and CI judge it.
    if hook.stands_for_stages and repository.is_rebasing():
        return 0
    rulebook = load_rulebook(rule_folders(options.rules), options.today)
    rules = select_rules(rulebook, hook.checks, options.enable, options.disable, options.only)
    if options.files:
        # Imported while git works: what the shortcut did not pass is sure to need it.
        from .findings import judge  # noqa: F401
    reader = Reader(rulebook, places=hook.together, exclude=options.exclude)
    request = Request(options.files or None, reader, options.base, options.no_base, with_beside=hook.together)
    snapshot = read(repository, request)
    if not snapshot.repository:
        deliver.complain(f"{hook.name}: not in a git repository, so nothing is compared")
    if options.verbose:
        from .reports.verbose import describe

        deliver.complain("\n".join(describe(snapshot)))
    report = _report(_findings(snapshot, hook, reader, rules), rules, snapshot, options)
    deliver.deliver(report, options.format, options.output, options.color, _advice(hook, report, repository))
    found = any(not finding.acknowledged for finding in report.findings)
    return 1 if found and not options.exit_zero else 0


def _findings(snapshot: Snapshot, hook: Hook, reader: Reader, rules: Sequence[Rule]) -> list[Finding]:
    """Most Dockerfiles name no Runtime, and then nothing more has to be imported."""
    names = needles(name for image in reader.rulebook.images for name in image.repositories)
    if not any(format_of(file.path) or may_name(file.source, names) for file in snapshot.files):
        return []
    from .findings.judge import judge

    return judge(snapshot, reader, rules, dockerfiles_apart=hook.leaves_dockerfiles)


def _report(findings: list[Finding], rules: list[Rule], snapshot: Snapshot, options: Options) -> Report:
    return Report(
        tuple(findings),
        tuple(rules),
        version=deliver.version() if options.format != "text" else "",
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
            raise CannotCheck(unknown("rule", name, names))
    running = (*checks, "acknowledgement")
    return [
        rule
        for rule in rulebook.rules
        if (rule.name in enabled or rule.name in only or (rule.enabled and rule.check in running))
        and rule.name not in disabled
        and (not only or rule.name in only)
    ]


def _advice(hook: Hook, report: Report, repository: Repository) -> tuple[str, ...]:
    """What to do next, where the finding alone does not say it."""
    found = [finding for finding in report.findings if not finding.acknowledged]
    lines: list[str] = []
    if any(finding.check == "ordered" and finding.base.startswith("HEAD ") for finding in found):
        main = repository.default_branch() or "<the branch to merge into>"
        lines.append(f"to take back an upgrade that was never merged:  ASTRO_RUNTIME_BASE={main} git commit")
        if not hook.stands_for_stages:  # a commit that is amended passes the hooks that take files first
            lines.append("to amend the commit that you compare with:  ASTRO_RUNTIME_BASE=HEAD^ git commit --amend")
    if hook.stands_for_stages and found:
        lines.append("to go on: write the line, then git add and git commit")
        lines.append("to go back to before a git revert, cherry-pick or merge: git reset --merge")
        lines.append(f"to pass without this check: SKIP={hook.name}")
    return tuple(lines)
