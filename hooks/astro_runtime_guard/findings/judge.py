"""From what files said before and say now to findings.

Knows: the order of the steps, and when an answer would be a guess. Must not know: arguments, streams, formats.
"""

from __future__ import annotations

from ..declarations.declaration import Reading
from ..declarations.reading import View, read_file
from ..dockerfile.stages import source_lines
from ..errors import CannotCheck, plain
from ..places import places_of
from ..rulebook.rulebook import Rulebook, load_rulebook
from ..rulebook.where import shipped_folder
from .changes import Change, Past, pair_declarations
from .checks import CHECKS
from .finding import Finding, Place, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..git.snapshot import File, Snapshot
    from ..rule import Rule
    from .projects import Projects


def check(
    before: bytes | None,
    after: bytes,
    *,
    path: str = "Dockerfile",
    named: str = "the version before",
    beside: Mapping[str, bytes] | None = None,
    rulebook: Rulebook | None = None,
    rules: Sequence[Rule] | None = None,
) -> list[Finding]:
    """What the rules find in one file that said `before` (None: it is new) and says `after`.

    `path` and `named` are the words for the file and for what it is compared with; the path tells what the file is, a
    Dockerfile unless the rulebook knows a place of that name. `beside` has the paths and texts of other files of the
    project, which did not change. Without a `rulebook` the rules that come with the program are used, without `rules`
    all that are on in the rulebook and judge without a calendar. Findings that a comment answers are in the list too;
    their `acknowledged` is that comment. Raises CannotCheck for a file of a place that cannot be read.
    """
    from ..git.base import Base, Before
    from ..git.snapshot import File, Old, Snapshot

    if rulebook is None:
        from time import strftime

        rulebook = load_rulebook([shipped_folder()], strftime("%Y-%m-%d"))
    if rules is None:
        rules = [rule for rule in rulebook.rules if rule.enabled and rule.check != "maintained"]
    base = Before("", named)
    files = [File(path, after, () if before is None else (Old(path, before, base),))]
    files += [File(name, text, (Old(name, text, base),), beside=True) for name, text in (beside or {}).items()]
    return judge(Snapshot(tuple(files), Base((base,)), repository=True), rulebook, rules)


def judge(
    snapshot: Snapshot, rulebook: Rulebook, rules: Sequence[Rule], apart: Callable[[str], bool] = lambda path: False
) -> list[Finding]:
    """What `rules` find in the files of a snapshot, sorted by path. Raises CannotCheck where the base is not known.

    Files that are `apart` are judged elsewhere by what they say alone, here only by what takes other files to see.
    """
    findings: list[Finding] = []
    compares = [rule for rule in rules if CHECKS[rule.check].compares]
    together = any(file.beside for file in snapshot.files) or any(CHECKS[rule.check].across for rule in rules)
    files = sorted(snapshot.files, key=lambda file: file.path)
    views = [_view(file, rulebook, together=together) for file in files]
    projects = _projects(views) if together else None
    for view in (view for view in views if view.now.declarations):
        tags = [each.runtime.tag for each in view.now.declarations]
        if compares and not view.file.beside and snapshot.base.problem and any(tag.numbers for tag in tags):
            raise CannotCheck(snapshot.base.problem)
        for judging, changes in _changes(view, projects, rules, partly=view.file.beside or apart(view.file.path)):
            place = Place(view.file.path, source_lines(view.file.source), judging, rulebook)
            findings += find(place, changes)
    if not snapshot.base.exact:
        _refuse_ambiguity(findings)
    return findings


def _view(file: File, rulebook: Rulebook, *, together: bool) -> View:
    """A file with what it declares. What cannot be read was no declaration before, and is none beside another."""
    places = places_of(file.path, rulebook.places)
    now = _leniently(file.path, file.source, rulebook) if file.beside else read_file(file.path, file.source, rulebook)
    asked = file.old if now.declarations or together else ()
    old = tuple((it, _leniently(it.path, it.source, rulebook)) for it in asked)
    return View(file, now, old, is_place=bool(places), leads=any(it.dockerfile for it in places))


def _leniently(path: str, source: bytes, rulebook: Rulebook) -> Reading:
    try:
        return read_file(path, source, rulebook)
    except CannotCheck:
        return Reading()


def _projects(views: Sequence[View]) -> Projects:
    from .projects import find_projects

    return find_projects(views)


def _changes(
    view: View, projects: Projects | None, rules: Sequence[Rule], *, partly: bool
) -> Iterator[tuple[list[Rule], Sequence[Change]]]:
    """What is to be judged in a file, and by which rules: wholly, or partly by what takes other files to see."""
    pasts = [[Past(it, old.path, old.before.named) for it in reading.declarations] for old, reading in view.old]
    if projects is None:
        yield list(rules), pair_declarations(view.now.declarations, pasts)
        return
    from .projects import moved, with_beside

    taken = [] if view.file.beside and view.is_place else moved(view, projects)
    if partly:
        compares = [rule for rule in rules if CHECKS[rule.check].compares]
        across = [rule for rule in rules if CHECKS[rule.check].across]
        told = [] if view.file.beside else [rule for rule in rules if rule.check == "acknowledgement"]
        yield compares, pair_declarations(view.now.declarations, taken)
        yield [*across, *told], with_beside(view, projects)
        return
    paired = pair_declarations(view.now.declarations, [*pasts, *taken])
    beside = with_beside(view, projects)
    yield list(rules), [Change(a.after, a.before, b.beside) for a, b in zip(paired, beside, strict=True)]


def _refuse_ambiguity(findings: Sequence[Finding]) -> None:
    """Against a tip whose merge base is cut off, lower can mean a downgrade or a branch that is only behind."""
    for finding in findings:
        if finding.check == "ordered" and not finding.acknowledged:
            place = f"{plain(finding.path)}:{finding.line}"
            raise CannotCheck(
                f"{place}: {finding.after} is lower than {finding.before} on {finding.base}, but "
                "the history is too shallow to tell a downgrade from a branch that is behind: fetch the full history"
            )
