"""The Python API: `check(before, after)` returns findings."""

from __future__ import annotations

from .declarations.reading import Reader
from .findings.checks import CHECKS
from .findings.judge import judge
from .git.base import Base, Before
from .git.snapshot import File, Old, Snapshot
from .rulebook.load import load_rulebook
from .rulebook.where import shipped_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .findings.finding import Finding
    from .model import Rule, Rulebook


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
    all that are on in the rulebook and do not depend on today's date. Findings that a comment answers are in the list
    too; their `acknowledged` is that comment. Raises CannotCheck for a file of a place that cannot be read.
    """
    if rulebook is None:
        from time import strftime

        rulebook = load_rulebook([shipped_folder()], strftime("%Y-%m-%d"))
    if rules is None:
        rules = [rule for rule in rulebook.rules if rule.enabled and not CHECKS[rule.check].dated]
    base = Before("", named)
    files = [File(path, after, () if before is None else (Old(path, before, base),))]
    files += [File(name, text, (Old(name, text, base),), beside=True) for name, text in (beside or {}).items()]
    return judge(Snapshot(tuple(files), Base((base,))), Reader(rulebook), rules)
