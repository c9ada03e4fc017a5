"""One run of a CI service, in the words that all services share."""

from __future__ import annotations

from ..named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class NamedCommit(NamedTuple):
    """A commit that a service names: the words for a message, and the object name ("" where it is not one)."""

    words: str
    commit: str


class Run(NamedTuple):
    """One run of a service.

    fix: what to change in the service's configuration when the history is cut off.
    quiet: not "" when the run proposes no change, and why; manual: the same, where a target is built.
    unbased: not "" for an event that may or may not be about a proposal, and names no commit to compare with.
    branch: the branch that is built, "" when not named; default: the default branch.
    target: the branch that a proposal is for; tips and forks: its tip and the merge base with it.
    before: what the branch was before. queue: the commit that a merge queue builds on.
    merge: the commit that the service may have made of target and proposal; proposal: the proposed commit.
    checked_out: a commit of the target, which is not the proposal.
    """

    fix: str = "clone the full history"
    quiet: str = ""
    manual: str = ""
    unbased: str = ""
    branch: str = ""
    default: str = ""
    target: str = ""
    tips: tuple[NamedCommit, ...] = ()
    forks: tuple[NamedCommit, ...] = ()
    before: NamedCommit | None = None
    queue: NamedCommit | None = None
    merge: str = ""
    proposal: str = ""
    checked_out: str = ""


def value_of(environ: Mapping[str, str], *names: str) -> str:
    """The value of the first variable that is set, "" where it says no in one of the usual ways."""
    value = next((value for name in names if (value := environ.get(name, "").strip())), "")
    return "" if value.lower() in ("false", "0", "no") else value


def named_commit(words: str, value: str) -> NamedCommit | None:
    """A commit by its object name; None for "" and for the zeros that stand for "no commit"."""
    import re

    if not value.strip("0"):
        return None
    known = re.fullmatch(r"[0-9a-f]{7,64}", value)
    return NamedCommit(f"{words} {value[:12]}" if known else words, value if known else "")


def branch_of(value: str) -> str:
    """A branch by its name alone."""
    return value.strip().removeprefix("refs/heads/")
