"""What a CI service says of the run: which commit the proposal starts from, in that service's own names.

Environment in, a value out. The variables are those the services document; `tests/test_base.py` has one
environment of each kind of run. A service that is not listed here is still CI and stays loud: see `base.py`
for what is compared then.
"""

from __future__ import annotations

from ..errors import plain
from ..named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Candidate(NamedTuple):
    """A commit that may be the base.

    named: the words for "compared with ...". told: where the service says so, for a message that it cannot be had.
    revs: what to ask git for, the first in the clone counts; none where what was told is no name at all.
    tip: True for the tip of the target branch, which may have moved on; False for the base commit itself.
    """

    named: str
    told: str
    revs: tuple[str, ...]
    tip: bool = True


class Run(NamedTuple):
    """One run of a service.

    candidates: in the order in which they are believed. fix: what to change in the service's configuration
    when none of them is in the clone. quiet: not "" when the run proposes no change, and why. merge: the
    commit that the service made of target and proposal for this run, "" when it makes none; proposal: the
    proposed commit, "" when not told;
    target: the name of the target branch. target_itself: a commit that is the target and not the proposal.
    """

    candidates: tuple[Candidate, ...] = ()
    fix: str = "clone the whole history"
    quiet: str = ""
    merge: str = ""
    proposal: str = ""
    target: str = ""
    target_itself: str = ""


class Service(NamedTuple):
    """How one of the simpler services speaks, as names of variables.

    marks: any of them tells the service. commits and branches: the target of the proposal, believed only where
    `only_if` is set and where `never_if` has another value. before: the commit that was built last on this branch,
    for runs that propose nothing to another one. merge: the commit that the service made of target and proposal,
    and the proposed one. quiet: variable and the values with which no change is proposed (no values: any).
    """

    marks: tuple[str, ...]
    fix: str
    commits: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    only_if: str = ""
    never_if: tuple[str, str] = ("", "")
    before: str = ""
    quiet: tuple[tuple[str, str], ...] = ()
    merge: tuple[str, str] = ("", "")


PUSHED = "the commit before the push"
WHOLE = "clone the whole history and fetch the target branch"
JENKINS = "Jenkins: clone without a depth and fetch the target branch (refspec +refs/heads/*:refs/remotes/origin/*)"
SERVICES = (
    Service(
        ("BITBUCKET_BUILD_NUMBER", "BITBUCKET_COMMIT"),
        "Bitbucket: set clone: depth: full",
        commits=("BITBUCKET_PR_DESTINATION_COMMIT",),
        branches=("BITBUCKET_PR_DESTINATION_BRANCH",),
        quiet=(("BITBUCKET_TAG", ""),),
    ),
    Service(
        ("TF_BUILD", "SYSTEM_PULLREQUEST_TARGETBRANCH"),
        "Azure Pipelines: set fetchDepth: 0 on the checkout step",
        branches=("SYSTEM_PULLREQUEST_TARGETBRANCH",),
        merge=("BUILD_SOURCEVERSION", "SYSTEM_PULLREQUEST_SOURCECOMMITID"),
        quiet=(("BUILD_REASON", "Manual Schedule"), ("BUILD_SOURCEBRANCH", "refs/tags/")),
    ),
    Service(
        ("JENKINS_URL", "CHANGE_TARGET", "gitlabTargetBranch", "ghprbTargetBranch"),
        JENKINS,
        branches=("CHANGE_TARGET", "gitlabTargetBranch", "ghprbTargetBranch"),
        never_if=("gitlabActionType", "PUSH"),
        before="GIT_PREVIOUS_SUCCESSFUL_COMMIT",
        quiet=(("TAG_NAME", ""),),
    ),
    Service(
        ("BUILDKITE",),
        "Buildkite: " + WHOLE,
        branches=("BUILDKITE_PULL_REQUEST_BASE_BRANCH",),
        quiet=(("BUILDKITE_TAG", ""), ("BUILDKITE_SOURCE", "schedule")),
    ),
    Service(
        ("TRAVIS",),
        "Travis CI: set git: depth: false",
        branches=("TRAVIS_BRANCH",),
        only_if="TRAVIS_PULL_REQUEST",
        before="TRAVIS_COMMIT_RANGE",
        quiet=(("TRAVIS_TAG", ""), ("TRAVIS_EVENT_TYPE", "cron api")),
    ),
    Service(
        ("DRONE",),
        "Drone: leave out clone: depth",
        branches=("DRONE_TARGET_BRANCH",),
        never_if=("DRONE_BUILD_EVENT", "push"),
        before="DRONE_COMMIT_BEFORE",
        quiet=(("DRONE_BUILD_EVENT", "tag cron custom promote rollback"),),
    ),
    Service(
        ("CI_COMMIT_TARGET_BRANCH", "CI_PIPELINE_EVENT"),
        "Woodpecker: set depth: 0 and partial: false on the clone step",
        branches=("CI_COMMIT_TARGET_BRANCH",),
        quiet=(("CI_PIPELINE_EVENT", "tag cron manual deployment release"),),
    ),
    Service(
        ("APPVEYOR",),
        "AppVeyor: leave out clone_depth",
        branches=("APPVEYOR_REPO_BRANCH",),
        only_if="APPVEYOR_PULL_REQUEST_NUMBER",
        quiet=(("APPVEYOR_REPO_TAG", ""), ("APPVEYOR_SCHEDULED_BUILD", "")),
    ),
    Service(
        ("CIRCLECI",),
        "CircleCI: set ASTRO_RUNTIME_BASE to << pipeline.git.base_revision >> or to the target branch",
        quiet=(("CIRCLE_TAG", ""),),
    ),
    Service(("BITRISE_IO",), "Bitrise: " + WHOLE, branches=("BITRISEIO_GIT_BRANCH_DEST",)),
    Service(
        ("CIRRUS_CI",),
        "Cirrus CI: leave out CIRRUS_CLONE_DEPTH",
        commits=("CIRRUS_BASE_SHA",),
        branches=("CIRRUS_BASE_BRANCH",),
        quiet=(("CIRRUS_TAG", ""), ("CIRRUS_CRON", "")),
    ),
    Service(("CF_BUILD_ID",), "Codefresh: " + WHOLE, branches=("CF_PULL_REQUEST_TARGET",)),
    Service(("VELA",), "Vela: " + WHOLE, branches=("VELA_PULL_REQUEST_TARGET",)),
    Service(("SCREWDRIVER",), "Screwdriver: set GIT_SHALLOW_CLONE: false", branches=("PR_BASE_BRANCH_NAME",)),
    Service(
        ("CODEBUILD_BUILD_ID",),
        "CodeBuild: set git-clone-depth to 0",
        branches=("CODEBUILD_WEBHOOK_BASE_REF",),
    ),
    Service(
        ("SEMAPHORE",),
        "Semaphore: git fetch --unshallow, after checkout",
        branches=("SEMAPHORE_GIT_BRANCH",),
        only_if="SEMAPHORE_GIT_PR_NUMBER",
    ),
)
OTHER = Service(("CI", "CONTINUOUS_INTEGRATION", "TEAMCITY_VERSION", "BUILD_NUMBER"), WHOLE)


def run(environ: Mapping[str, str], event: str) -> Run | None:
    """What the service says of this run, None outside CI; `event` is the JSON text of GitHub's event or ""."""
    if _says(environ, "GITHUB_ACTIONS"):
        return _github(environ, event)
    if _says(environ, "GITLAB_CI"):
        return _gitlab(environ)
    for service in (*SERVICES, OTHER):
        if any(_says(environ, mark) for mark in service.marks):
            return _plain(environ, service)
    return None


def _says(environ: Mapping[str, str], name: str) -> str:
    """The variable's value, "" where it says no in one of the usual ways."""
    value = environ.get(name, "").strip()
    return "" if value.lower() in ("false", "0", "no") else value


def _plain(environ: Mapping[str, str], service: Service) -> Run:
    target: list[Candidate] = []
    name, value = service.never_if
    if (not service.only_if or _says(environ, service.only_if)) and not (name and environ.get(name) == value):
        target += [
            c for name in service.commits for c in _commit("the target branch", name, environ.get(name, ""), tip=True)
        ]
        target += [c for name in service.branches for c in _branch(environ.get(name, ""))]
    last = environ.get(service.before, "").partition("...")[0]
    before = () if target else _commit("the commit built before", service.before, last)
    found = Run((*target, *before), service.fix)
    if not target:
        return found._replace(quiet=_quiet(environ, service))
    merge, proposal = (environ.get(name, "") for name in service.merge)
    return found._replace(merge=merge if proposal else "", proposal=proposal, target=target[0].named)


def _quiet(environ: Mapping[str, str], service: Service) -> str:
    for name, values in service.quiet:
        value = _says(environ, name)
        if value and (not values or value in values.split() or (values.endswith("/") and value.startswith(values))):
            return f"{name} is {value}"
    return ""


def _github(environ: Mapping[str, str], event: str) -> Run:
    """https://docs.github.com/en/actions/reference/workflows-and-actions/variables and the events' payloads."""
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name in ("schedule", "workflow_dispatch", "release") or environ.get("GITHUB_REF_TYPE") == "tag":
        return Run(quiet=name if environ.get("GITHUB_REF_TYPE") != "tag" else "a tag")
    told = _parsed(event)
    found = Run(fix="GitHub Actions: set fetch-depth: 0 on actions/checkout")
    if environ.get("GITHUB_BASE_REF"):
        return _pull_request(environ, told, found)
    if name == "merge_group":
        return found._replace(candidates=_merge_group(told))
    before = _at(told, "before")
    candidates = _commit(PUSHED, "before of the push event", before) + _branch(
        _at(told, "repository", "default_branch")
    )
    if told.get("forced") is True and any(before in candidate.revs for candidate in candidates):
        found = found._replace(fix=f"GitHub Actions: run git fetch origin {before} after actions/checkout")
    if not candidates:
        candidates = (Candidate("", "the event in GITHUB_EVENT_PATH", ()),)
        found = found._replace(fix="GitHub Actions: hand on GITHUB_EVENT_PATH and a file that can be read")
    return found._replace(candidates=candidates)


def _merge_group(told: Mapping[str, object]) -> tuple[Candidate, ...]:
    value = _at(told, "merge_group", "base_sha")
    return _commit("the base of the merge queue", "merge_group.base_sha", value) or (
        Candidate("", "merge_group.base_sha", ()),
    )


def _pull_request(environ: Mapping[str, str], told: Mapping[str, object], found: Run) -> Run:
    commit, branch = environ.get("GITHUB_SHA", ""), _branch(environ["GITHUB_BASE_REF"])
    named = branch[0].named if branch else "the target branch"
    value = _at(told, "pull_request", "base", "sha")
    candidates = _commit(named, "pull_request.base.sha", value, tip=True) + branch
    found = found._replace(candidates=candidates, target=named)
    if environ.get("GITHUB_EVENT_NAME") == "pull_request_target":
        return found._replace(target_itself=commit)
    return found._replace(merge=commit, proposal=_at(told, "pull_request", "head", "sha"))


def _gitlab(environ: Mapping[str, str]) -> Run:
    """https://docs.gitlab.com/ci/variables/predefined_variables/."""
    found = Run(fix='GitLab CI: set the variable GIT_DEPTH: "0"')
    source = environ.get("CI_PIPELINE_SOURCE", "")
    candidates: tuple[Candidate, ...] = ()
    for kind in ("CI_MERGE_REQUEST", "CI_EXTERNAL_PULL_REQUEST"):
        branch = _branch(environ.get(f"{kind}_TARGET_BRANCH_NAME", ""))
        named = branch[0].named if branch else "the target branch"
        tip, fork = f"{kind}_TARGET_BRANCH_SHA", f"{kind}_DIFF_BASE_SHA"
        candidates += _commit(named, tip, environ.get(tip, ""), tip=True)
        candidates += _commit(f"the merge base with {named}", fork, environ.get(fork, "")) + branch
    if candidates:
        return found._replace(candidates=candidates)
    if environ.get("CI_COMMIT_TAG") or source in ("schedule", "web"):
        return Run(quiet="a tag" if environ.get("CI_COMMIT_TAG") else f"CI_PIPELINE_SOURCE is {source}")
    default = environ.get("CI_DEFAULT_BRANCH", "")
    candidates = _commit(PUSHED, "CI_COMMIT_BEFORE_SHA", environ.get("CI_COMMIT_BEFORE_SHA", ""))
    return found._replace(
        candidates=candidates + (_branch(default) if environ.get("CI_COMMIT_BRANCH") != default else ()),
    )


def _commit(named: str, told: str, value: str, *, tip: bool = False) -> tuple[Candidate, ...]:
    """A candidate by object name; none for "" and for the zeros that stand for "no commit"."""
    import re

    value = value.strip()
    if not value.strip("0"):
        return ()
    known = re.fullmatch(r"[0-9a-f]{7,64}", value)
    return (Candidate(named, f"{told} {value[:12]}" if known else told, (value,) if known else (), tip),)


def _branch(value: str) -> tuple[Candidate, ...]:
    """A candidate by branch name, as origin or upstream has it; what no branch can be called is not handed on."""
    import re

    name = value.strip().removeprefix("refs/heads/")
    if not name:
        return ()
    bad = re.search(r"[\x00-\x20\x7f~^:?*\[\\\ud800-\udc7f\udd00-\udfff]|\.\.|@\{", name)
    revs = () if bad else tuple(f"refs/remotes/{remote}/{name}" for remote in ("origin", "upstream"))
    words = "origin/" + plain(name)
    return (Candidate(words, words, revs),)


def _parsed(event: str) -> Mapping[str, object]:
    import json

    try:
        told = json.loads(event)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _at(told: object, *keys: str) -> str:
    """The text at a place in the event, "" when it has none."""
    for key in keys:
        told = told.get(key) if isinstance(told, dict) else None
    return told if isinstance(told, str) else ""
