"""What a CI service says of a run, in that service's own variables: the environment in, a `Run` out.

`SERVICES` has one row for each service. A service without a row is still CI: see `builds.py` for what is compared then.
"""

from __future__ import annotations

from ..named import NamedTuple
from .runs import Run, branch_of, named_commit, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Service(NamedTuple):
    """How one service speaks, as names of variables; of several, the first that is set counts.

    marks: any of them tells the service. fix: what to change where the history is cut off.
    target, tips, forks: the target of a proposal, believed only where `only_if` is set and where `never_if` does not
    have that value. branch: the branch that is built, if no target is named. before: what the branch was before; of a
    range `A...B` it is A. default: the default branch. merge: the commit that the service made of target and proposal,
    and the proposed one. quiet: variables and the values with which no change is proposed (no values: any); manual: the
    same, where a target is built.
    """

    marks: tuple[str, ...]
    fix: str
    target: tuple[str, ...] = ()
    tips: tuple[str, ...] = ()
    forks: tuple[str, ...] = ()
    only_if: str = ""
    never_if: tuple[str, str] = ("", "")
    branch: tuple[str, ...] = ()
    before: str = ""
    default: tuple[str, ...] = ()
    merge: tuple[str, str] = ("", "")
    quiet: tuple[tuple[str, str], ...] = ()
    manual: tuple[tuple[str, str], ...] = ()


WHOLE = "clone the full history and fetch the target branch"
SERVICES = (
    Service(
        ("GITLAB_CI",),
        'GitLab CI: set the variable GIT_DEPTH: "0"',
        target=("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"),
        tips=("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA"),
        forks=("CI_MERGE_REQUEST_DIFF_BASE_SHA",),
        branch=("CI_COMMIT_BRANCH",),
        before="CI_COMMIT_BEFORE_SHA",
        default=("CI_DEFAULT_BRANCH",),
        quiet=(("CI_COMMIT_TAG", ""), ("CI_PIPELINE_SOURCE", "schedule")),
        manual=(("CI_PIPELINE_SOURCE", "web"),),
    ),
    Service(
        ("BITBUCKET_BUILD_NUMBER", "BITBUCKET_COMMIT"),
        "Bitbucket: set clone: depth: full",
        target=("BITBUCKET_PR_DESTINATION_BRANCH",),
        tips=("BITBUCKET_PR_DESTINATION_COMMIT",),
        branch=("BITBUCKET_BRANCH",),
        quiet=(("BITBUCKET_TAG", ""),),
    ),
    Service(
        ("TF_BUILD", "SYSTEM_PULLREQUEST_TARGETBRANCH"),
        "Azure Pipelines: set fetchDepth: 0 on the checkout step",
        target=("SYSTEM_PULLREQUEST_TARGETBRANCH",),
        branch=("BUILD_SOURCEBRANCH",),
        merge=("BUILD_SOURCEVERSION", "SYSTEM_PULLREQUEST_SOURCECOMMITID"),
        quiet=(("BUILD_REASON", "Schedule"), ("BUILD_SOURCEBRANCH", "refs/tags/")),
        manual=(("BUILD_REASON", "Manual"),),
    ),
    Service(
        ("JENKINS_URL", "CHANGE_TARGET", "gitlabTargetBranch", "ghprbTargetBranch"),
        "Jenkins: clone without a depth and fetch the target branch (refspec +refs/heads/*:refs/remotes/origin/*)",
        target=("CHANGE_TARGET", "gitlabTargetBranch", "ghprbTargetBranch"),
        never_if=("gitlabActionType", "PUSH"),
        branch=("BRANCH_NAME", "gitlabBranch", "GIT_BRANCH"),
        before="GIT_PREVIOUS_SUCCESSFUL_COMMIT",
        quiet=(("TAG_NAME", ""),),
    ),
    Service(
        ("BUILDKITE",),
        "Buildkite: " + WHOLE,
        target=("BUILDKITE_PULL_REQUEST_BASE_BRANCH",),
        branch=("BUILDKITE_BRANCH",),
        default=("BUILDKITE_PIPELINE_DEFAULT_BRANCH",),
        quiet=(("BUILDKITE_TAG", ""), ("BUILDKITE_SOURCE", "schedule")),
    ),
    Service(
        ("TRAVIS",),
        "Travis CI: set git: depth: false",
        target=("TRAVIS_BRANCH",),
        only_if="TRAVIS_PULL_REQUEST",
        branch=("TRAVIS_BRANCH",),
        before="TRAVIS_COMMIT_RANGE",
        quiet=(("TRAVIS_TAG", ""), ("TRAVIS_EVENT_TYPE", "cron")),
        manual=(("TRAVIS_EVENT_TYPE", "api"),),
    ),
    Service(
        ("DRONE",),
        "Drone: leave out clone: depth",
        target=("DRONE_TARGET_BRANCH",),
        never_if=("DRONE_BUILD_EVENT", "push custom tag cron promote rollback"),
        branch=("DRONE_BRANCH", "DRONE_TARGET_BRANCH"),
        before="DRONE_COMMIT_BEFORE",
        default=("DRONE_REPO_BRANCH",),
        quiet=(("DRONE_BUILD_EVENT", "tag cron promote rollback"),),
        manual=(("DRONE_BUILD_EVENT", "custom"),),
    ),
    Service(
        ("CI_COMMIT_TARGET_BRANCH", "CI_PIPELINE_EVENT"),
        "Woodpecker: set depth: 0, partial: false and fetch_target_branch: true on the clone step",
        target=("CI_COMMIT_TARGET_BRANCH",),
        branch=("CI_COMMIT_BRANCH",),
        before="CI_PREV_COMMIT_SHA",
        default=("CI_REPO_DEFAULT_BRANCH",),
        quiet=(("CI_PIPELINE_EVENT", "tag cron deployment release"),),
        manual=(("CI_PIPELINE_EVENT", "manual"),),
    ),
    Service(
        ("APPVEYOR",),
        "AppVeyor: leave out clone_depth",
        target=("APPVEYOR_REPO_BRANCH",),
        only_if="APPVEYOR_PULL_REQUEST_NUMBER",
        branch=("APPVEYOR_REPO_BRANCH",),
        quiet=(("APPVEYOR_REPO_TAG", ""), ("APPVEYOR_SCHEDULED_BUILD", "")),
    ),
    Service(
        ("CIRCLECI",),
        "CircleCI: write the checkout step as checkout: {method: full}",
        branch=("CIRCLE_BRANCH",),
        quiet=(("CIRCLE_TAG", ""),),
    ),
    Service(
        ("BITRISE_IO",),
        "Bitrise: " + WHOLE,
        target=("BITRISEIO_GIT_BRANCH_DEST",),
        branch=("BITRISE_GIT_BRANCH",),
        quiet=(("BITRISE_GIT_TAG", ""),),
    ),
    Service(
        ("CIRRUS_CI",),
        "Cirrus CI: leave out CIRRUS_CLONE_DEPTH",
        target=("CIRRUS_BASE_BRANCH",),
        tips=("CIRRUS_BASE_SHA",),
        branch=("CIRRUS_BRANCH",),
        default=("CIRRUS_DEFAULT_BRANCH",),
        quiet=(("CIRRUS_TAG", ""), ("CIRRUS_CRON", "")),
    ),
    Service(("CF_BUILD_ID",), "Codefresh: " + WHOLE, target=("CF_PULL_REQUEST_TARGET",), branch=("CF_BRANCH",)),
    Service(
        ("VELA",),
        "Vela: " + WHOLE,
        target=("VELA_PULL_REQUEST_TARGET",),
        branch=("VELA_BUILD_BRANCH",),
        default=("VELA_REPO_BRANCH",),
        quiet=(("VELA_BUILD_EVENT", "tag schedule deployment"),),
    ),
    Service(
        ("SCREWDRIVER",),
        "Screwdriver: set GIT_SHALLOW_CLONE: false",
        target=("PR_BASE_BRANCH_NAME",),
        branch=("GIT_BRANCH",),
    ),
    Service(
        ("CODEBUILD_BUILD_ID",),
        "CodeBuild: set git-clone-depth to 0",
        target=("CODEBUILD_WEBHOOK_BASE_REF",),
        never_if=("CODEBUILD_WEBHOOK_EVENT", "PUSH"),
        branch=("CODEBUILD_WEBHOOK_HEAD_REF",),
        before="CODEBUILD_WEBHOOK_PREV_COMMIT",
        quiet=(("CODEBUILD_WEBHOOK_HEAD_REF", "refs/tags/"),),
    ),
    Service(
        ("SEMAPHORE",),
        "Semaphore: git fetch --unshallow, after checkout",
        target=("SEMAPHORE_GIT_BRANCH",),
        only_if="SEMAPHORE_GIT_PR_NUMBER",
        branch=("SEMAPHORE_GIT_BRANCH",),
        before="SEMAPHORE_GIT_COMMIT_RANGE",
        quiet=(("SEMAPHORE_GIT_TAG_NAME", ""),),
    ),
)
OTHER = Service(("CI", "CONTINUOUS_INTEGRATION", "TEAMCITY_VERSION", "BUILD_NUMBER"), WHOLE)


def run(environ: Mapping[str, str], event: str) -> Run | None:
    """What the service says of this run, None outside CI; `event` is the JSON text of GitHub's event or ""."""
    if value_of(environ, "GITHUB_ACTIONS"):
        from .github import read_run

        return read_run(environ, event)
    for service in (*SERVICES, OTHER):
        if any(value_of(environ, mark) for mark in service.marks):
            return _run(environ, service)
    return None


def _run(environ: Mapping[str, str], service: Service) -> Run:
    name, values = service.never_if
    proposal = environ.get(name, "") not in values.split()
    if service.only_if:
        proposal = bool(value_of(environ, service.only_if))
    default = branch_of(value_of(environ, *service.default))
    if proposal:
        target = branch_of(value_of(environ, *service.target))
        tips, forks = (
            tuple(commit for it in names if (commit := named_commit(it, environ.get(it, ""))))
            for names in (service.tips, service.forks)
        )
        if target or tips or forks:
            merge, proposed = (environ.get(it, "") for it in service.merge)
            return Run(
                service.fix, default=default, target=target, tips=tips, forks=forks, merge=merge, proposal=proposed
            )
    return Run(
        service.fix,
        quiet=_saying(environ, service.quiet),
        manual=_saying(environ, service.manual),
        branch=_branch(environ, service),
        default=default,
        before=named_commit(service.before, environ.get(service.before, "").partition("..")[0]),
    )


def _branch(environ: Mapping[str, str], service: Service) -> str:
    name = next(filter(environ.get, service.branch), "")
    branch = branch_of(environ.get(name, ""))
    return branch.removeprefix("origin/") if name == "GIT_BRANCH" else branch  # as Jenkins writes it


def _saying(environ: Mapping[str, str], variables: tuple[tuple[str, str], ...]) -> str:
    """The first of the variables that has one of its values, with the value."""
    for name, values in variables:
        value = value_of(environ, name)
        if value and (not values or value in values.split() or (values.endswith("/") and value.startswith(values))):
            return f"{name} is {value}"
    return ""
