"""Judges a snapshot: compares what files say now with what they said before, and returns findings."""

from __future__ import annotations

import posixpath

from ..dockerfile.stages import source_lines
from ..errors import CannotCheck, plain
from .changes import Change, View, pair_declarations
from .checks import CHECKS
from .finding import Finding, JudgedFile, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..declarations.declaration import Reading
    from ..declarations.reading import Reader
    from ..git.base import Base
    from ..git.snapshot import File, Old, Snapshot
    from ..model import Rule
    from .projects import Projects


def judge(
    snapshot: Snapshot,
    reader: Reader,
    rules: Sequence[Rule],
    *,
    dockerfiles_apart: bool = False,
    problems: list[CannotCheck] | None = None,
) -> list[Finding]:
    """What `rules` find in the files of a snapshot, sorted by path. Raises CannotCheck where the base is not known.

    With `dockerfiles_apart`, Dockerfiles are only compared with other files, because another hook judges the rest. A
    file that cannot be read raises CannotCheck too; with a list of `problems` it is added there, and the other files
    are judged.
    """
    findings: list[Finding] = []
    compares = [rule for rule in rules if CHECKS[rule.check].compares]
    together = any(file.beside for file in snapshot.files) or any(CHECKS[rule.check].across for rule in rules)
    files = sorted(snapshot.files, key=lambda file: file.path)
    views = list(_views(files, reader, problems, together=together))
    projects = _projects(views) if together else None
    for view in (view for view in views if view.now.declarations):
        if compares and not view.file.beside and snapshot.base.problem and _can_be_compared(view):
            raise CannotCheck(snapshot.base.problem)
        partly = view.file.beside or (dockerfiles_apart and reader.is_dockerfile(view.file.path))
        for judging, changes in _changes(view, projects, rules, snapshot.base, partly=partly):
            file = JudgedFile(view.file.path, source_lines(view.file.source), judging, reader.rulebook)
            findings += find(file, changes)
    findings = _answered_together(findings)
    if snapshot.base.doubt:
        _refuse_doubtful(findings, snapshot.base.doubt)
    return findings


def _answered_together(findings: Sequence[Finding]) -> list[Finding]:
    """One review answers the same boundary at all places of a folder that go to the same version."""
    boundaries = {finding: _upgrade(finding) for finding in findings if CHECKS[finding.check].boundary}
    comments = {upgrade: finding.acknowledged for finding, upgrade in boundaries.items() if finding.acknowledged}
    return [
        finding._replace(acknowledged=finding.acknowledged or comments.get(boundaries.get(finding, ()), ""))
        for finding in findings
    ]


def _upgrade(finding: Finding) -> tuple[str, ...]:
    return posixpath.dirname(finding.path), finding.rule, finding.after


def _projects(views: Sequence[View]) -> Projects:
    """The projects of the files; imported here, because a hook that looks at each Dockerfile alone needs none."""
    from .projects import Projects

    return Projects(views)


def _can_be_compared(view: View) -> bool:
    """Whether the version before could make a finding of anything in the file."""
    runtimes = [declaration.runtime for declaration in view.now.declarations if declaration.ordered]
    return any(runtime.tag.numbers or (runtime.digest and runtime.tag.kind == "no-version") for runtime in runtimes)


def in_both(first: Sequence[Finding], second: Sequence[Finding]) -> list[Finding]:
    """The findings of `first`; of those that compare versions only what `second` finds too, in its words.

    `first` compares with HEAD, `second` with the branch that will receive the commit.
    """
    landing = {(it.path, it.line, it.column, it.rule): it for it in second}
    kept = [it if not it.base else landing.get((it.path, it.line, it.column, it.rule)) for it in first]
    return [it for it in kept if it]


def _views(
    files: Sequence[File], reader: Reader, problems: list[CannotCheck] | None, *, together: bool
) -> Iterator[View]:
    for file in files:
        try:
            yield _view(file, reader, together=together)
        except CannotCheck as problem:
            if problems is None:
                raise
            problems.append(problem)


def _view(file: File, reader: Reader, *, together: bool) -> View:
    """A file with what it declares. A file that cannot be read declared nothing before, and nothing beside another."""
    read = reader.read_if_possible if file.beside else reader.read
    now = read(file.path, file.source)
    olds = file.old if now.declarations or together else ()
    readings = tuple((old, _read_before(old, file, reader)) for old in olds)
    return View(file, now, readings, is_place=reader.is_place(file.path), leads=reader.leads(file.path))


def _read_before(old: Old, file: File, reader: Reader) -> Reading:
    """What a file declared in a base commit. Raises CannotCheck where it may have had a version that was not read."""
    if old.source == file.source:
        return reader.read_if_possible(old.path, old.source)
    return reader.read_before(old.path, old.source, old.before.named)


def _changes(
    view: View, projects: Projects | None, rules: Sequence[Rule], base: Base, *, partly: bool
) -> Iterator[tuple[list[Rule], Sequence[Change]]]:
    """The changes to judge in a file, and the rules for them; `partly`, only those that take other files to see."""
    declarations = view.now.declarations
    pasts = [view.pasts(old.before) for old, _ in view.old]
    if projects is None:
        yield list(rules), pair_declarations(declarations, pasts, base)
        return
    replaced = [] if view.file.beside and view.is_place else projects.replaced(view)
    if partly:
        comments = not view.file.beside
        yield [rule for rule in rules if CHECKS[rule.check].compares], pair_declarations(declarations, replaced, base)
        across = [r for r in rules if CHECKS[r.check].across or (comments and CHECKS[r.check].judge is None)]
        yield across, [Change(each, None, projects.beside(view, each)) for each in declarations]
        return
    # What was deployed is compared, so not what this file said in a commit in which another one was in use.
    elsewhere = {past.before for others in replaced for past in others}
    own = ([it for it in past if not (it.declaration.final and it.before in elsewhere)] for past in pasts)
    changes = pair_declarations(declarations, [*own, *replaced], base)
    yield list(rules), [change._replace(beside=projects.beside(view, change.after)) for change in changes]


def _refuse_doubtful(findings: Sequence[Finding], doubt: str) -> None:
    """Against a tip whose merge base is not known, a finding can be a branch that is only behind."""
    for finding in findings:
        if finding.base and not finding.acknowledged:
            place = f"{plain(finding.path)}:{finding.line}"
            raise CannotCheck(
                f"{place}: {finding.rule}: {finding.before} on {finding.base}, {finding.after} here, but {doubt}"
            )
