"""One run: the whole line on one screen, from what is asked for to a report that is delivered.

Knows: the order of the steps, which rules run, what to advise. Must not know: arguments, versions, formats.
"""

from __future__ import annotations

import os

from .declarations.glance import format_of, may_name, needles
from .errors import CannotCheck
from .git import snapshot as git
from .reports import deliver as output
from .reports.report import Report
from .rulebook.rulebook import load_rulebook
from .rulebook.where import rule_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from .arguments import Options
    from .cli import Hook
    from .findings.finding import Finding
    from .git.before import Snapshot
    from .git.beside import Together
    from .places import Place
    from .rule import Rule
    from .rulebook.rulebook import Rulebook

DOCKERFILES = (
    r"(?i)(?:^|/)(?:[^/]*[._-])?(?:docker|container)file(?:[._-][^/]+)?"
    r"(?<!ignore)(?<!\.j2)(?<!\.tmpl)(?<!\.tpl)(?<!\.orig)(?<!\.bak)(?<!\.rej)(?<!\.md)$"
)
"""Paths that are Dockerfiles by their name; the same pattern as `files:` in `.pre-commit-hooks.yaml`."""


def check_files(hook: Hook, options: Options) -> int:
    """Check, report, and give the exit code. Raises CannotCheck."""
    if hook.stands_for_stages and git.rebasing(os.environ):
        return 0  # A pick that is refused in prepare-commit-msg is offered again for ever; the push and CI judge it.
    begun = git.begin(os.environ)
    rulebook = load_rulebook(rule_folders(options.rules), options.today)
    rules = select_rules(rulebook, hook.checks, options.enable, options.disable, options.only)
    if options.files:
        # While git is looking: what the shortcut did not pass is sure to need it.
        from .findings import judge as guard  # noqa: F401
    snapshot = _look(begun, hook, options, rulebook)
    if not snapshot.repository:
        output.complain(f"{hook.name}: not in a git repository, so nothing is compared")
    report = _report(_findings(snapshot, hook, rulebook, rules), rules, snapshot, options)
    output.deliver(report, options.format, options.output, options.color, _advice(hook, report))
    found = any(not finding.acknowledged for finding in report.findings)
    return 1 if found and not options.exit_zero else 0


def _look(begun: git.Begun, hook: Hook, options: Options, rulebook: Rulebook) -> Snapshot:
    wanted = _wanted(options.exclude, rulebook.places if hook.together else ())

    def blank(source: bytes) -> bytes:
        from .declarations.declaration import blank_versions

        return blank_versions(source, rulebook.images)

    return git.read(
        begun,
        options.files or None,
        wanted=wanted,
        base=options.base,
        no_base=options.no_base,
        environ=os.environ,
        renamed=blank,
        together=_together(rulebook, wanted) if hook.together else None,
    )


def _together(rulebook: Rulebook, wanted: Callable[[str], bool]) -> Together:
    from .declarations.reading import blanks, named_dockerfile
    from .git.beside import Together
    from .places import places_of

    return Together(
        beside=wanted,
        leads=lambda path: wanted(path) and any(it.dockerfile for it in places_of(path, rulebook.places)),
        named=lambda path, source: named_dockerfile(path, source, rulebook),
        judged=lambda path: not _is_dockerfile(path),
        blank=blanks(rulebook),
    )


def _findings(snapshot: Snapshot, hook: Hook, rulebook: Rulebook, rules: Sequence[Rule]) -> list[Finding]:
    """Most Dockerfiles name no Runtime, and then nothing more has to be imported."""
    wanted = needles(name for image in rulebook.images for name in image.repositories)
    if not any(format_of(file.path) or may_name(file.source, wanted) for file in snapshot.files):
        return []
    from .findings.judge import judge

    return judge(snapshot, rulebook, rules, _is_dockerfile if hook.leaves_dockerfiles else lambda path: False)


def _report(findings: list[Finding], rules: list[Rule], snapshot: Snapshot, options: Options) -> Report:
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


def _wanted(exclude: re.Pattern[str] | None, places: Sequence[Place]) -> Callable[[str], bool]:
    def wanted(path: str) -> bool:
        return (_is_dockerfile(path) or _is_place(path, places)) and not (exclude and exclude.search(path))

    return wanted


def _is_place(path: str, places: Sequence[Place]) -> bool:
    if not places or not format_of(path):
        return False
    from .places import places_of

    return bool(places_of(path, places))


def _is_dockerfile(path: str) -> bool:
    import re

    return bool(re.search(DOCKERFILES, path))


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
        lines.append("to go on: write the line, then git add and git commit")
        lines.append("to go back to before a git revert, cherry-pick or merge: git reset --merge")
        lines.append(f"to pass without this check: SKIP={hook.name}")
    return tuple(lines)
