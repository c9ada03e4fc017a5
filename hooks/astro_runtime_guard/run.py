"""One check from start to end: from what is asked for to a report that is delivered."""

from __future__ import annotations

import os
from contextlib import suppress

from .declarations.glance import format_of, may_name, needles
from .declarations.reading import Reader
from .errors import CannotCheck, unknown
from .git.snapshot import Repository, Request, find_base, read, read_landing
from .reports import deliver
from .reports.report import Report
from .rulebook.load import load_rulebook
from .rulebook.where import rule_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .arguments import Hook, Options
    from .findings.finding import Finding
    from .git.snapshot import File, Snapshot
    from .model import Rule, Rulebook


# One of them is set where git runs a hook, or a hook runner stands for one.
_STAGES = ("GIT_INDEX_FILE", "PRE_COMMIT_REMOTE_NAME", "PRE_COMMIT_COMMIT_MSG_SOURCE")


def check_files(hook: Hook, options: Options, repository: Repository) -> int:
    """Check, report, and return the exit code. Raises CannotCheck."""
    # In a rebase, git retries a commit that prepare-commit-msg refuses endlessly; the push and CI judge it.
    if hook.stands_for_stages and repository.is_rebasing():
        return 0
    run = Run(hook, options, repository)
    snapshot = run.read()
    run.describe(snapshot)
    report = run.report(snapshot)
    refused = any(not finding.acknowledged for finding in report.findings)
    wants_text = options.format == "text" or options.output
    after = tuple(run.last_lines(snapshot, report)) if refused and wants_text else ()
    deliver.deliver(report, options.format, options.output, options.color, after)
    for problem in run.problems:
        deliver.complain(f"{hook.name}: {problem}")
    if run.problems:
        return 2
    return 1 if refused and not options.exit_zero else 0


class Run:
    """One check: what is asked for, the rules that run, the repository, and the files that cannot be read."""

    def __init__(self, hook: Hook, options: Options, repository: Repository) -> None:
        """Raises CannotCheck."""
        self.hook, self.options, self.repository = hook, options, repository
        self.problems: list[CannotCheck] = []
        rulebook = self._rulebook()
        self.rules = select_rules(
            rulebook, hook.checks, options.enable, options.disable, options.only, optional=hook.optional
        )
        self.reader = Reader(rulebook, places=hook.together, exclude=options.exclude)
        if options.files:
            repository.meanwhile = self._prepare
        self.request = Request(
            options.files or None, self.reader, options.base, options.no_base, hook.together, rulebook.branches
        )

    def _prepare(self) -> None:
        """Import what will be needed: what the shortcut did not pass is sure to need both."""
        from .findings import judge  # noqa: F401

        self.reader.prepare(self.options.files)

    def _rulebook(self) -> Rulebook:
        """The rules that come with the program and those of the repository, as they are here or at the base."""
        folders = rule_folders(self.options.rules)
        if not self.options.rules_from:
            return load_rulebook(folders, self.options.today)
        from .rulebook.committed import load_committed

        base = find_base(self.repository, self.options.base, self.options.no_base)
        if base.problem:
            raise CannotCheck(base.problem)
        head = self.repository.head if self.repository.where else ""
        commit = next((before.commit for before in base.judged), head)
        if not commit:
            return load_rulebook(folders[:1], self.options.today)
        return load_committed(self.repository, commit, self.options.today)

    def describe(self, snapshot: Snapshot) -> None:
        """Say on standard error what is checked, for --verbose, and why nothing is compared where that matters."""
        if not snapshot.base.silent:
            deliver.complain(f"{self.hook.name}: {snapshot.base.why}")
        if self.options.verbose:
            from .reports.verbose import describe

            files = {file: self.declares(file) for file in self.judged(snapshot)}
            images = self.reader.rulebook.images
            deliver.complain("\n".join((*describe(snapshot, files, images), *self.overrides())))

    def last_lines(self, snapshot: Snapshot, report: Report) -> Iterator[str]:
        """What stands below the findings: how many there are, what was not looked at, and what to do next."""
        from .advice import Adviser
        from .reports.text import summarize
        from .reports.verbose import skipped

        yield summarize(report, len(self.judged(snapshot)))
        yield from skipped(snapshot)
        yield from report.own_rules
        with suppress(CannotCheck):  # the report stands without advice
            yield from Adviser(self, snapshot, report).lines()

    def overrides(self) -> Iterator[str]:
        """What the repository's own rules change of ours, for people who rely on ours."""
        rulebook = self.reader.rulebook
        if self.options.rules_from or len(rule_folders(self.options.rules)) > 1:
            from .rulebook.overrides import overrides

            yield from (f"own rules: {text}" for text in overrides(rulebook))

    def read(self) -> Snapshot:
        """The files to check, before and now. Raises CannotCheck."""
        snapshot = read(self.repository, self.request)
        if self.hook.commands and not snapshot.files:
            self._refuse_empty_folder(snapshot.prefix)
        return self._narrowed(snapshot)

    def _narrowed(self, snapshot: Snapshot) -> Snapshot:
        if not self.options.changed and not self._is_in_stage():
            return snapshot
        if snapshot.base.problem and self._names_any(snapshot):
            raise CannotCheck(snapshot.base.problem)
        from .changed import narrow
        from .findings.checks import CHECKS

        together = self.hook.together or any(CHECKS[rule.check].across for rule in self.rules)
        return narrow(snapshot, self.reader, self.repository, together=together)

    def _refuse_empty_folder(self, prefix: str) -> None:
        """Raises CannotCheck if the repository has files to check, but none below this folder."""
        reader = Reader(self.reader.rulebook)
        listed = [path for path in map(os.fsdecode, self.repository.index) if reader.is_listed(path)]
        if listed and not any(path.startswith(prefix) for path in listed):
            top = "/".join([".."] * prefix.count("/"))
            raise CannotCheck(f"no file to check is tracked below this folder: run this at the top (cd {top})")

    def _is_in_stage(self) -> bool:
        """Whether the hook that lists files itself was called for a commit or a push, not by hand."""
        return self.hook.stands_for_stages and any(self.repository.environ.get(name) for name in _STAGES)

    def _names_any(self, snapshot: Snapshot) -> bool:
        """Whether a file can name a version; most Dockerfiles do not, and then nothing more has to be imported."""
        names = needles(name for image in self.reader.rulebook.images for name in image.repositories)
        return any(format_of(file.path) or may_name(file.source, names) for file in snapshot.files)

    def judged(self, snapshot: Snapshot) -> list[File]:
        """The files that were asked for, of those in a format for data only the ones that name a version."""
        asked = (file for file in snapshot.files if not file.beside and file.path not in snapshot.skipped)
        return [file for file in asked if not self.reader.is_place(file.path) or self.declares(file)]

    def declares(self, file: File) -> bool:
        """Whether a file names a version of a known image."""
        return bool(self.reader.read_if_possible(file.path, file.source).declarations)

    def report(self, snapshot: Snapshot) -> Report:
        """What the rules find; files that cannot be read are added to `problems`. Raises CannotCheck."""
        findings, bases = self._findings(snapshot, self.problems), snapshot.base.judged
        landing = self._landing(snapshot, findings)
        if landing:
            from .findings.judge import in_both

            findings, bases = in_both(findings, self._findings(landing, [])), landing.base.judged
        return Report(
            tuple(findings),
            tuple(self.rules),
            version=deliver.version() if self.options.format != "text" else "",
            bases=tuple(before.named for before in bases),
            prefix=snapshot.prefix,
            own_rules=tuple(self.overrides()),
            problems=tuple(map(str, self.problems)),
        )

    def _landing(self, snapshot: Snapshot, findings: Sequence[Finding]) -> Snapshot | None:
        """The same files, compared with the branch that receives the commit, if that can take a finding back."""
        if not snapshot.base.open or not any(finding.base and not finding.acknowledged for finding in findings):
            return None
        self.repository.meanwhile = _prepare_text if self.options.format == "text" else None
        landing = read_landing(self.repository, self.request)
        if landing and self.options.verbose and landing.base.target:
            deliver.complain(f"judged again, for where the commit will land: {landing.base.target}")
        return landing and self._narrowed(landing)

    def _findings(self, snapshot: Snapshot, problems: list[CannotCheck] | None = None) -> list[Finding]:
        if not self._names_any(snapshot):
            return []
        from .findings.judge import judge

        apart = self.hook.leaves_dockerfiles
        return judge(snapshot, self.reader, self.rules, dockerfiles_apart=apart, problems=problems)

    def passes(self, base: str) -> bool:
        """Whether no lower version is found in a comparison with another commit."""
        repository = Repository(self.repository.environ)
        try:
            findings = self._findings(read(repository, self.request._replace(base=base)))
        except CannotCheck:
            return False
        from .findings.checks import CHECKS

        return not any(CHECKS[finding.check].lowers and not finding.acknowledged for finding in findings)


def _prepare_text() -> None:
    """Import what shows a finding."""
    from .advice import Adviser  # noqa: F401
    from .reports.text import summarize  # noqa: F401


def select_rules(
    rulebook: Rulebook,
    checks: Sequence[str],
    enabled: Sequence[str] = (),
    disabled: Sequence[str] = (),
    only: Sequence[str] = (),
    *,
    optional: Sequence[str] = (),
) -> list[Rule]:
    """The rules that run: those of the checks that are not off, and those enabled by name, less those disabled.

    `only` narrows them to the rules that it names, which may have one of the `optional` checks. Raises CannotCheck for
    a name that no such rule has, and where no rule is left.
    """
    names = [rule.name for rule in rulebook.rules]
    running = (*checks, "acknowledgement")
    own = [rule.name for rule in rulebook.rules if rule.check in (*running, *optional) or rule.name in enabled]
    for name in (*enabled, *disabled, *only):
        if name not in names:
            raise CannotCheck(unknown("rule", name, names))
        if name in only and name not in own:
            raise CannotCheck(f"--only {name}: this hook does not run that rule; expected one of {', '.join(own)}")
    selected = [
        rule
        for rule in rulebook.rules
        if (rule.name in enabled or rule.name in only or (rule.enabled and rule.check in running))
        and rule.name not in disabled
        and (not only or rule.name in only)
    ]
    if all(rule.check == "acknowledgement" and rule.name not in only for rule in selected):
        raise CannotCheck("no rule is left to run: remove one of the options --disable and --only, or a rule file")
    return selected
