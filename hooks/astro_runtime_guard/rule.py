"""A rule, as a rule file declares it.

Knows: the shape of a rule. Must not know: any particular rule (those are YAML), how one is read, what its check does.
"""

from __future__ import annotations

from .named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDER = r"\{([^{}]*)\}"
"""Where a rule's words have a value put in, as a regular expression."""


class Example(NamedTuple):
    """The text of a file before (None: a new file) and after a change; `line` of the rule file is where it stands.

    `path` is the file's path, `beside` has the paths and texts of others, which do not change.
    """

    before: str | None
    after: str
    line: int
    path: str = "Dockerfile"
    beside: tuple[tuple[str, str], ...] = ()


class Rule(NamedTuple):
    """One rule file, read.

    `messages` has a text for each reason of the check (`""` stands for all of them). `version` and `from_below` are
    what a crossing asks for. `today` (ISO 8601) is the day for which maintenance is judged. `origin` is the file.
    """

    name: str
    images: tuple[str, ...]
    check: str
    messages: Mapping[str, str]
    consider: tuple[str, ...] = ()
    acknowledge: str = ""
    link: str = ""
    version: str = ""
    from_below: str = ""
    enabled: bool = True
    origin: str = ""
    today: str = ""
    finds: tuple[Example, ...] = ()
    passes: tuple[Example, ...] = ()
