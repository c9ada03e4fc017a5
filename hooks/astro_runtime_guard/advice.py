"""What to do next after a refusal, where the finding alone does not say it: only commands that lose nothing."""

from __future__ import annotations

import os
from functools import cached_property
from shlex import quote

from .findings.checks import CHECKS
from .git.event import Event
from .git.now import on_disk
from .git.repository import merged_heads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from .arguments import Hook, Options
    from .git.repository import Repository
    from .git.snapshot import Snapshot
    from .reports.report import Report

    class Run(Protocol):
        """What is asked about the run; `run.Run` answers."""

        hook: Hook
        options: Options
        repository: Repository

        def passes(self, base: str) -> bool:
            """Whether no lower version is found in a comparison with another commit."""


# Most files that are named in one command.
_MOST = 5


class Adviser:
    """Advice on the findings of one run that are not acknowledged, by the event in which the hook was called."""

    def __init__(self, run: Run, snapshot: Snapshot, report: Report) -> None:
        self._run, self._environ = run, run.repository.environ
        self._judged = {file.path: file.source for file in snapshot.files}
        self._findings = [finding for finding in report.findings if not finding.acknowledged]

    def lines(self) -> Iterator[str]:
        """One line for each piece of advice; a command stands behind a colon and two blanks."""
        pushed = self._environ.get("PRE_COMMIT_REMOTE_NAME")
        if pushed and self._run.hook.stands_for_stages:
            yield "to go on: write the line, commit it, and push again"
            yield from self._skip(self._run.hook.name, f"push{self._refspec()}")
        elif not pushed:
            yield from self._of_commit() if self._commits else self._not_added()
            yield from self._other_bases()
        if self._run.hook.stands_for_stages and self._environ.get("PRE_COMMIT"):
            name = self._run.hook.name
            yield f"to leave out files, use args: [--exclude, REGEX] ({name} does not see exclude: of the hook runner)"

    @cached_property
    def _commits(self) -> bool:
        """Whether a hook of git was called for a commit."""
        names = ("GIT_INDEX_FILE", "PRE_COMMIT_COMMIT_MSG_SOURCE")
        return any(self._environ.get(name) for name in names) or bool(merged_heads(self._environ))

    @cached_property
    def _event(self) -> Event:
        return Event(self._run.repository)

    def _of_commit(self) -> Iterator[str]:
        back, sequence = self._event.way_back(), self._event.sequence
        more, add = f" && git {sequence} --continue" if sequence else "", self._add()
        if back:
            yield f"to go on, write the line, then:  {f'{add} && ' if add else ''}git commit{more}"
            yield f"to go back to before:  {back}"
        elif add:
            yield f"the staged text is judged, so after a change:  {add}"
        if self._run.hook.stands_for_stages:
            yield from self._skip(f"astro-runtime,{self._run.hook.name}", f"commit{more}")

    def _not_added(self) -> Iterator[str]:
        """Where a person wrote the line and did not stage it."""
        repository, add = self._run.repository, self._add()
        if repository.where is None or not add or not repository.staged:
            return
        # git alone knows which differences of bytes do not count: line ends, and what filters change.
        different = [path for path in self._paths() if on_disk(path) != self._judged[path]]
        if not different:
            return
        listed = repository.ask("diff-files", "--name-only", "-z", "--relative", "--", *different).split(b"\0")
        prefix = repository.work_tree.prefix
        if any(prefix + path in repository.staged for path in listed):
            yield f"the staged text is judged, and the file on disk is different:  {add}"

    def _paths(self) -> list[str]:
        return list(dict.fromkeys(finding.path for finding in self._findings))

    def _add(self) -> str:
        """The command that stages the files of the findings; "" if there are many, or one cannot be shown."""
        paths = self._paths()
        if len(paths) > _MOST or not all(path.isprintable() for path in paths):
            return ""
        return " ".join(("git add --", *map(quote, paths)))

    def _skip(self, hooks: str, command: str) -> Iterator[str]:
        """SKIP is known to pre-commit and prek alone, and prek refuses one that leaves no hook of a configuration."""
        if self._is_in_prek():
            yield f"to pass without any hook:  git -c core.hooksPath=/dev/null {command}"
        elif self._environ.get("PRE_COMMIT"):
            yield f"to pass without this check:  SKIP={hooks} git {command}"

    def _is_in_prek(self) -> bool:
        """prek says so since 0.5.6. Before, only a file that it keeps in the hook's environment tells."""
        if self._environ.get("PREK_HOOK_STAGE"):
            return True
        environment = self._environ.get("VIRTUAL_ENV", "")
        return environment != "" and os.path.isfile(os.path.join(environment, ".prek-hook.json"))

    def _refspec(self) -> str:
        """What is pushed, as far as the hook runner tells."""
        names = ("PRE_COMMIT_REMOTE_NAME", "PRE_COMMIT_LOCAL_BRANCH", "PRE_COMMIT_REMOTE_BRANCH")
        remote, here, there = (self._environ.get(name, "") for name in names)
        if not (here and there and all(text.isprintable() for text in (remote, here, there))):
            return ""
        return f" {quote(remote)} {quote(f'{here}:{there}')}"

    def _other_bases(self) -> Iterator[str]:
        """Another commit to compare with, where that would pass and the hook cannot know that it is the right one."""
        if self._run.options.base or not any(
            CHECKS[finding.check].lowers and finding.base.startswith("HEAD ") for finding in self._findings
        ):
            return
        if self._commits and not self._event.way_back() and self._run.passes("HEAD^"):
            yield "if you amend the last commit:  ASTRO_RUNTIME_BASE=HEAD^ git commit --amend"
        branch = self._run.repository.default_branch()
        if branch and self._run.passes(branch):
            yield f"to take back an upgrade that was never merged:  ASTRO_RUNTIME_BASE={branch} git commit"
