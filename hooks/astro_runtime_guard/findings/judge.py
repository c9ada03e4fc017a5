"""Judges a snapshot: from what files said before and say now to findings."""

from __future__ import annotations

from ..dockerfile.stages import source_lines
from ..errors import CannotCheck, plain
from .changes import Past, View, pair_declarations
from .checks import CHECKS
from .finding import Finding, JudgedFile, find
from .projects import find_projects, moved, with_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..declarations.reading import Reader
    from ..git.base import Base
    from ..git.snapshot import File, Snapshot
    from ..model import Rule
    from .changes import Change
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

    With `dockerfiles_apart` another hook judges each Dockerfile by what it says alone, and this one only by what takes
    other files to see. A file that cannot be read raises CannotCheck too; with a list of `problems` it is added there,
    and the other files are judged.
    """
    findings: list[Finding] = []
    compares = [rule for rule in rules if CHECKS[rule.check].compares]
    together = any(file.beside for file in snapshot.files) or any(CHECKS[rule.check].across for rule in rules)
    files = sorted(snapshot.files, key=lambda file: file.path)
    views = list(_views(files, reader, problems, together=together))
    projects = find_projects(views) if together else None
    for view in (view for view in views if view.now.declarations):
        tags = [declaration.runtime.tag for declaration in view.now.declarations]
        if compares and not view.file.beside and snapshot.base.problem and any(tag.numbers for tag in tags):
            raise CannotCheck(snapshot.base.problem)
        partly = view.file.beside or (dockerfiles_apart and reader.is_dockerfile(view.file.path))
        for judging, changes in _changes(view, projects, rules, snapshot.base, partly=partly):
            file = JudgedFile(view.file.path, source_lines(view.file.source), judging, reader.rulebook)
            findings += find(file, changes)
    if snapshot.base.doubt:
        _refuse_doubtful(findings, snapshot.base.doubt)
    return findings


def in_both(first: Sequence[Finding], second: Sequence[Finding]) -> list[Finding]:
    """The findings of `first`; of those that compare versions only what `second` finds too, in its words.

    `first` compares with HEAD, `second` with the branch that will receive the commit.
    """
    places = {(it.path, it.line, it.column, it.rule) for it in first if it.base}
    landing = {key: it for it in second if (key := (it.path, it.line, it.column, it.rule)) in places}
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
    """A file with what it declares. What cannot be read was no declaration before, and is none beside another."""
    read = reader.read_if_possible if file.beside else reader.read
    now = read(file.path, file.source)
    old = file.old if now.declarations or together else ()
    readings = tuple((it, reader.read_if_possible(it.path, it.source)) for it in old)
    return View(file, now, readings, is_place=reader.is_place(file.path), leads=reader.leads(file.path))


def _changes(
    view: View, projects: Projects | None, rules: Sequence[Rule], base: Base, *, partly: bool
) -> Iterator[tuple[list[Rule], Sequence[Change]]]:
    """What is to be judged in a file, and by which rules: wholly, or partly by what takes other files to see."""
    pasts = [[Past(it, old.path, old.before) for it in reading.declarations] for old, reading in view.old]
    if projects is None:
        yield list(rules), pair_declarations(view.now.declarations, pasts, base)
        return
    taken = [] if view.file.beside and view.is_place else moved(view, projects)
    if partly:
        compares = [rule for rule in rules if CHECKS[rule.check].compares]
        across = [rule for rule in rules if CHECKS[rule.check].across]
        told = [] if view.file.beside else [rule for rule in rules if CHECKS[rule.check].judge is None]
        yield compares, pair_declarations(view.now.declarations, taken, base)
        yield [*across, *told], with_beside(view, projects)
        return
    paired = pair_declarations(view.now.declarations, [*pasts, *taken], base)
    beside = with_beside(view, projects)
    yield list(rules), [a._replace(beside=b.beside) for a, b in zip(paired, beside, strict=True)]


def _refuse_doubtful(findings: Sequence[Finding], doubt: str) -> None:
    """Against a tip whose merge base is not known, a finding can be a branch that is only behind."""
    for finding in findings:
        if finding.base and not finding.acknowledged:
            place = f"{plain(finding.path)}:{finding.line}"
            raise CannotCheck(
                f"{place}: {finding.rule}: {finding.before} on {finding.base}, {finding.after} here, but {doubt}"
            )
