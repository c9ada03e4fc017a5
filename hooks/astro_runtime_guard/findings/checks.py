"""The closed set of checks: what a rule can ask of a change, and the values that its words may use."""

from __future__ import annotations

from ..dockerfile.stages import REFUSALS
from ..named import NamedTuple
from ..versions.order import Rank, Span, newest_between, rank_of, spans, unknown_line
from ..versions.tags import line_of
from .proposals import as_written, example, is_above, meant_build, placeholders, sample

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..declarations.declaration import Declaration
    from ..dockerfile.stages import Argument
    from ..model import Image, Numbering, Rule
    from ..versions.recognition import Runtime
    from .changes import Beside, Change


class Why(NamedTuple):
    """Why a check objects: one of its reasons, and values for the placeholders of the rule's words.

    `boundary` is the build that a review has to reach to answer the finding, where the check has one.
    """

    reason: str
    values: dict[str, str]
    boundary: str = ""


class Check(NamedTuple):
    """A check, what a rule that uses it may say, and what other modules ask about it.

    `judge(change, rule, today)` returns None if the check has nothing to say. It is None for the entry that gives the
    words about wrong acknowledgements: acknowledgements.py judges those, because that takes the whole rulebook.
    `title` is one sentence for reports that list rules. `verb` is the verb of the comment that answers a finding.
    `keys` are the rule keys that the check requires beside those of every rule, `may` those that it allows.
    """

    judge: Callable[[Change, Rule, str], Why | None] | None
    title: str
    placeholders: tuple[str, ...]
    reasons: tuple[str, ...] = ("",)
    verb: str = "ignore"
    keys: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    compares: bool = False
    """It needs the version before."""
    across: bool = False
    """It needs the other files of the project."""
    boundary: bool = False
    """Its findings are boundaries: they stand in upgrade order, and one comment can answer several of them."""
    lowers: bool = False
    """Its findings are downgrades."""
    stops: bool = False
    """Its findings ask for another build to be deployed first."""
    dated: bool = False
    """Its answer depends on today's date."""


def _pinned(change: Change, rule: Rule, today: str) -> Why | None:
    after = change.after
    if after.runtime.pinned or after.runtime.tag.kind == "no-colon" or after.refusal in _UNREADABLE:
        return None
    names, build = " and ".join(after.unknown), example(after.runtime)
    write = as_written(after, build, after.runtime.repository)
    why = {"late": _lines(after.late), "broken": _lines(after.broken), "fixed": placeholders(after.runtime.image)}
    return Why(_why_unpinned(after), _values(change, example=build, names=names, write=write, **why))


def _why_unpinned(after: Declaration) -> str:
    kind = after.runtime.tag.kind
    if kind != "no-value":
        return kind
    return "late" if after.late else "broken-default" if after.broken else kind


def _lines(arguments: tuple[Argument, ...]) -> str:
    return " and ".join(f"ARG {argument.name} in line {argument.line}" for argument in arguments)


def _readable(change: Change, rule: Rule, today: str) -> Why | None:
    refusal = change.after.refusal
    return Why(refusal, _values(change)) if refusal in _READABLE_REASONS else None


def _ordered(change: Change, rule: Rule, today: str) -> Why | None:
    both = _compared(change)
    if both and both[0].first > both[1].last and not _never_built(change):
        return Why("", _values(change))
    return None


def _crossing(change: Change, rule: Rule, today: str) -> Why | None:
    if not _crosses(change, rule) or _is_promoted(change, rank_of(rule.version, change.after.runtime.image).release):
        return None
    return Why("", _values(change, version=rule.version), rule.version)


def _crosses(change: Change, rule: Rule) -> bool:
    """Whether the version before is below the boundary and the version now is not. A pre-release counts as release."""
    both = _compared(change)
    if not both:
        return False
    image = change.after.runtime.image
    boundary = rank_of(rule.version, image).release
    floor = rank_of(rule.from_below, image).release if rule.from_below else boundary
    return both[0].last.release < min(boundary, floor) and boundary <= both[1].first.release


def _is_promoted(change: Change, boundary: Rank) -> bool:
    """Whether the default branch has crossed the boundary already; a deployed branch is not asked again."""
    both = spans(change.promoted.declaration.runtime, change.after.runtime) if change.promoted else None
    return both is not None and boundary <= both[0].first.release


def _unknown(change: Change, rule: Rule, today: str) -> Why | None:
    """An upgrade into a line that the image's file does not list, or from one such line to another."""
    both, runtime = _compared(change), change.after.runtime
    line = unknown_line(runtime.tag, runtime.image)
    if both and line and both[0].last.release <= line.start and not _is_promoted(change, line.start):
        values = {"line": line.name, "as-of": runtime.image.as_of or "an unknown day"}
        return Why("", _values(change, **values), line.first_build)
    return None


def _stop(change: Change, rule: Rule, today: str) -> Why | None:
    """An upgrade that skips a build which has to be deployed first, by each Deployment: on each deployed branch."""
    if not _crosses(change, rule) or change.before is None:
        return None
    image = change.after.runtime.image
    build = newest_between(rule.from_below, rule.version, image)
    numbering = image.numberings[rank_of(build, image).numbering]
    holder = _holder(numbering, image, (change.before.declaration.runtime, change.after.runtime))
    values = {"version": rule.version, "from-below": rule.from_below, "stop": build}
    return Why("", _values(change, write=as_written(change.after, build, holder), **values), rule.version)


def _holder(numbering: Numbering, image: Image, runtimes: Sequence[Runtime]) -> str:
    """The repository, one of these if possible, that can hold builds of a numbering. A mirror can hold any build."""
    for runtime in runtimes:
        elsewhere = any(runtime.declared in other.published_in for other in image.numberings if other != numbering)
        if runtime.image.name == image.name and runtime.repository and not elsewhere:
            return runtime.repository
    return (*numbering.published_in, *image.repositories)[0]


def _withdrawn(change: Change, rule: Rule, today: str) -> Why | None:
    runtime = change.after.runtime
    for withdrawal in runtime.image.withdrawn:
        if runtime.tag.version in withdrawal.builds:
            return Why("", _values(change, reason=withdrawal.reason, instead=withdrawal.instead))
    return None


def _maintained(change: Change, rule: Rule, today: str) -> Why | None:
    image = change.after.runtime.image
    line = line_of(change.after.runtime.tag, image)
    if line is None or not line.maintained_until or line.maintained_until >= today:
        return None
    maintained = ", ".join(known.name for known in image.lines if known.maintained_until >= today)
    values = _values(change, line=line.name, until=line.maintained_until, maintained=maintained or "none known")
    return Why("", values)


def _published(change: Change, rule: Rule, today: str) -> Why | None:
    """A mirror may hold anything: only repositories that the image lists by exact name are judged."""
    runtime, image = change.after.runtime, change.after.runtime.image
    holders = [n for n in image.numberings if runtime.declared in n.published_in]
    if runtime.tag.kind == "no-colon":
        return Why("no-colon", _values(change))
    # A place without a repository can only be wrong about a build that no repository has.
    if runtime.tag.kind not in {"build", "series"}:
        return None
    line, newest = line_of(runtime.tag, image), image.numberings[-1]
    if line and _never_built(change):
        belongs, meant = _holder(newest, image, (runtime,)), meant_build(runtime)
        proposed = {"belongs": belongs, "example": sample(newest), "meant": meant}
        proposed["write"] = as_written(change.after, meant, belongs)
        return Why("never-built", _values(change, line=line.name, last=line.last_build, **proposed))
    if not holders:
        return None
    own = image.numberings[runtime.tag.numberings[0]]
    if own in holders or not own.published_in:
        return None
    return Why("elsewhere", _values(change, belongs=own.published_in[0], example=sample(holders[0])))


def _never_built(change: Change) -> bool:
    """Whether the version is above the last build of a line that has ended.

    A mirror may hold anything: there it is so only where the version before has a later numbering, `3.3-8` to `3.3.9`.
    """
    runtime, image = change.after.runtime, change.after.runtime.image
    line = line_of(runtime.tag, image)
    if not line or not line.last_build or not is_above(runtime.tag, line.last_build, image):
        return False
    if not runtime.declared or any(runtime.declared in numbering.published_in for numbering in image.numberings):
        return True
    before = change.before.declaration.runtime if change.before else None
    later = before and before.image.name == image.name and before.tag.numberings > runtime.tag.numberings
    return bool(later and before and before.tag.numbers[:1] == runtime.tag.numbers[:1])


def _digest(change: Change, rule: Rule, today: str) -> Why | None:
    """Another tag beside the digest of before. A tag that can name the same image is quiet: latest, or a series."""
    if change.before is None:
        return None
    before, after = change.before.declaration.runtime, change.after.runtime
    if not after.digest or after.digest != before.digest or "$" in after.digest or before.tag.text == after.tag.text:
        return None
    if {before.tag.kind, after.tag.kind} & {"none", "latest", "no-value"}:
        return None
    both, exact = spans(before, after), before.tag.kind == after.tag.kind == "build"
    if both and not exact and not _disjoint(*both):
        return None
    return Why("", _values(change, old=before.tag.text))


def _consistent(change: Change, rule: Rule, today: str) -> Why | None:
    """Two places of one project that contradict each other."""
    for other in change.beside:
        both = spans(other.declaration.runtime, change.after.runtime)
        higher = both and both[1].first > both[0].last
        if other.kind == "both" or (higher if other.kind == "higher" else both and _disjoint(*both)):
            return Why(other.kind, _beside(change, other))
    return None


def _disjoint(one: Span, other: Span) -> bool:
    return one.first > other.last or other.first > one.last


def _carried(change: Change, rule: Rule, today: str) -> Why | None:
    for other in change.beside:
        both = spans(other.declaration.runtime, change.after.runtime)
        if both and both[1].first > both[0].last:
            return Why("", _beside(change, other))
    return None


def _beside(change: Change, other: Beside) -> dict[str, str]:
    there = other.declaration
    version = _version(there, change.after)
    return _values(change, other=version, there=there.written, place=f"{other.path}:{there.line}")


def _compared(change: Change) -> tuple[Span, Span] | None:
    # Most references are as before: they differ in nothing that a check looks at, so nothing is worked out.
    if change.before is None or change.before.declaration.reference == change.after.reference:
        return None
    return spans(change.before.declaration.runtime, change.after.runtime)


def _values(change: Change, **more: str) -> dict[str, str]:
    after = change.after
    before = change.before.declaration if change.before else None
    return {
        "written": after.written,
        "repository": after.runtime.repository,
        "tag": after.runtime.tag.text,
        "after": after.runtime.tag.version or after.runtime.tag.text,
        "before": _version(before, after) if before else "",
        **more,
    }


def _version(before: Declaration, after: Declaration) -> str:
    """The version before; of another image the whole reference, for its numbers mean something else."""
    if before.runtime.image.name not in {after.runtime.image.name, after.runtime.image.carries}:
        return before.reference
    return before.runtime.tag.version or before.runtime.tag.text


_COMMON = ("written", "repository", "tag", "after", "before")
# A missing value is for the check `pinned` to speak of.
_READABLE_REASONS = tuple(refusal for refusal in REFUSALS if refusal != "value")
_UNREADABLE = frozenset({"template", "substitution", "tag", "reference", "expansion"})

CHECKS: Mapping[str, Check] = {
    "pinned": Check(
        _pinned, "The image has no full version.",
        (*_COMMON, "example", "names", "write", "late", "broken", "fixed"),
        (
            *("none", "latest", "series", "moves", "no-value", "late", "broken-default"),
            *("reference", "ambiguous", "no-version"),
        ),
    ),
    "readable": Check(_readable, "Docker would refuse this instruction.", _COMMON, _READABLE_REASONS),
    "published": Check(
        _published, "This image cannot exist.",
        (*_COMMON, "belongs", "example", "line", "last", "meant", "write"), ("elsewhere", "no-colon", "never-built"),
    ),
    "withdrawn": Check(_withdrawn, "This build was withdrawn.", (*_COMMON, "reason", "instead")),
    "maintained": Check(
        _maintained, "This line is out of maintenance.", (*_COMMON, "line", "until", "maintained"), dated=True
    ),
    "ordered": Check(
        _ordered, "The version is lower than before.", _COMMON, verb="downgraded", compares=True, lowers=True
    ),
    "crossing": Check(
        _crossing, "The upgrade crosses a boundary.", (*_COMMON, "version"),
        verb="reviewed", keys=("version",), may=("from-below",), compares=True, boundary=True,
    ),
    "unknown": Check(
        _unknown, "The upgrade goes to a line that is not known yet.", (*_COMMON, "line", "as-of"),
        verb="reviewed", compares=True, boundary=True,
    ),
    "stop": Check(
        _stop, "The upgrade skips a build that must be deployed first.",
        (*_COMMON, "version", "from-below", "stop", "write"), keys=("version", "from-below"), compares=True, stops=True,
    ),
    "digest": Check(_digest, "The tag changed, but its digest did not.", (*_COMMON, "old"), compares=True),
    "consistent": Check(
        _consistent, "Two places of one project contradict each other.",
        (*_COMMON, "other", "place", "there"), ("different", "both", "higher", "requirement"), across=True,
    ),
    "carried": Check(
        _carried, "The client is newer than the project.", (*_COMMON, "other", "place"), across=True
    ),
    "acknowledgement": Check(
        None, "This acknowledgement does not hold.",
        ("verb", "subject", "after", "version", "write", "rules"),
        (
            *("no-version", "above", "stale", "no-reason", "unknown-rule", "reviewed", "downgraded", "never"),
            "above-directive",
        ),
        verb="never",
    ),
}  # fmt: skip
"""Every check by the name that a rule gives in `check:`."""
