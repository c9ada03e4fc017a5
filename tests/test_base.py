"""Which commits are "before", for every way a hook is run: one row an environment, and a history in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.git.base import Base, Before, decide
from astro_runtime_guard.git.repository import merged_heads

# 1 - 2 - 3 - 7      main; 3 is where it was when the proposal was made
#      \   \
#       4 - 5 - 6    4 and 5 are proposed; 6 is the merge that a service makes of 3 and 5
ROOT, FORK, MAIN, ONE, TWO, MERGE, LATER, OTHER = (str(digit) * 40 for digit in range(1, 9))
SIDE = "a1" * 10 + "b2" * 10  # its end is not like its beginning
PARENTS = {
    ROOT: (), FORK: (ROOT,), MAIN: (FORK,), ONE: (FORK,), TWO: (ONE,), MERGE: (MAIN, TWO), LATER: (MAIN,), OTHER: (), SIDE: (FORK,),
}  # fmt: skip
ZEROS = "0" * 40
ORIGIN = {"refs/remotes/origin/main": MAIN}


@dataclass(frozen=True)
class Clone:
    """What git answers: `absent` commits are beyond the cut of a shallow clone."""

    head: str
    refs: dict[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    merging: tuple[str, ...] = ()
    staged: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)

    def commits(self, names: Sequence[str]) -> list[str]:
        known = {commit[:size]: commit for commit in PARENTS if commit not in self.absent for size in (12, 40)}
        return [{**known, "HEAD": self.head, **self.refs}.get(name, "") for name in names]

    def reach(self, commit: str) -> set[str]:
        if commit in self.absent:
            return set()
        return {commit}.union(*(self.reach(parent) for parent in PARENTS[commit]))

    def merge_bases(self, tip: str, commit: str) -> tuple[Sequence[str], bool]:
        common = self.reach(tip) & self.reach(commit)
        best = [it for it in common if not any(it != more and it in self.reach(more) for more in common)]
        return sorted(best), tip in best or not self.absent

    def parents(self, commit: str) -> Sequence[str]:
        return PARENTS[commit]

    def decide(
        self, environ: Mapping[str, str], event: str = "", asked: str | None = None, no_base: bool = False
    ) -> Base:
        return decide(replace(self, environ=environ), event, asked, no_base, self.staged)


FULL = Clone(TWO, ORIGIN)
MERGED = Clone(MERGE, ORIGIN)
ON_MAIN = Clone(MAIN, ORIGIN)


def before(commit: str, name: str) -> Base:
    return Base((Before(commit, f"{name} at {commit[:7]}"),))


def absent(tried: str, fix: str) -> Base:
    return Base(
        (), problem=f"the base to compare with is not in this clone (tried {tried}): {fix}, or name one with --base"
    )


GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true"}
PULL = {**GITHUB, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main", "GITHUB_SHA": MERGE}
PUSH = {**GITHUB, "GITHUB_EVENT_NAME": "push", "GITHUB_REF_TYPE": "branch"}
PULLED = {"pull_request": {"base": {"sha": MAIN}, "head": {"sha": TWO}}}
DEPTH = "GitHub Actions: set fetch-depth: 0 on actions/checkout"
GITLAB = {"CI": "true", "GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "main"}
LAB_MERGE = {**GITLAB, "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
LAB_DEPTH = 'GitLab CI: set the variable GIT_DEPTH: "0"'
RANGE = {"PRE_COMMIT_FROM_REF": MAIN, "PRE_COMMIT_TO_REF": TWO}
AZURE = {"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main", "BUILD_SOURCEVERSION": MERGE}
FORKED = before(FORK, "the merge base with origin/main")
PARENT = before(ONE, "the parent of HEAD")
NOTHING = Base(())


def quiet(why: str) -> Base:
    return Base((), why=f"nothing is proposed: {why}")


def pushed(old: str, **more: object) -> dict[str, object]:
    return {"before": old, "repository": {"default_branch": "main"}, **more}


Row = tuple[dict[str, str], object, Clone, Base]
ROWS: dict[str, Row] = {
    # no CI
    "a commit": ({}, None, FULL, before(TWO, "HEAD")),
    "CI says no": ({"CI": "false"}, None, FULL, before(TWO, "HEAD")),
    "the first commit": ({}, None, Clone(""), Base((), why="first commit")),
    "the first commit in CI": ({"CI": "true"}, None, Clone(""), Base((), why="first commit")),
    "a merge": (
        {}, None, Clone(TWO, merging=(MAIN, OTHER)),
        Base(tuple(Before(c, f"{n} at {c[:7]}") for c, n in ((TWO, "HEAD"), (MAIN, "the merged commit"), (OTHER, "the merged commit")))),
    ),
    # explicit
    "ASTRO_RUNTIME_BASE": ({"ASTRO_RUNTIME_BASE": "refs/remotes/origin/main"}, None, FULL, before(FORK, "the merge base with refs/remotes/origin/main")),
    "ASTRO_RUNTIME_BASE, an ancestor": ({"ASTRO_RUNTIME_BASE": ONE}, None, FULL, before(ONE, ONE)),
    "ASTRO_RUNTIME_BASE is empty": ({"ASTRO_RUNTIME_BASE": ""}, None, FULL, before(TWO, "HEAD")),
    "ASTRO_RUNTIME_BASE before the first commit": ({"ASTRO_RUNTIME_BASE": MAIN}, None, Clone(""), before(MAIN, MAIN)),
    "ASTRO_RUNTIME_BASE in CI": ({**PULL, "ASTRO_RUNTIME_BASE": ONE}, None, FULL, before(ONE, ONE)),
    "ASTRO_RUNTIME_BASE and a range": ({**RANGE, "ASTRO_RUNTIME_BASE": ONE}, None, ON_MAIN, before(ONE, ONE)._replace(after=TWO)),
    "ASTRO_RUNTIME_BASE after the fact": ({"PRE_COMMIT_REWRITE_COMMAND": "rebase", **RANGE, "ASTRO_RUNTIME_BASE": ONE}, None, FULL, before(ONE, ONE)),
    # stages after the fact
    **{
        f"stage with {name}": ({name: "1", **RANGE}, None, FULL, Base((), why=f"nothing is proposed in this stage: {name} is set"))
        for name in ("PRE_COMMIT_CHECKOUT_TYPE", "PRE_COMMIT_IS_SQUASH_MERGE", "PRE_COMMIT_SQUASH_MERGE", "PRE_COMMIT_REWRITE_COMMAND", "PRE_COMMIT_PRE_REBASE_UPSTREAM")
    },
    # ranges and pushes
    "a range": (RANGE, None, ON_MAIN, before(FORK, f"the merge base with {MAIN}")._replace(after=TWO)),
    "a range in CI": ({**PULL, **RANGE}, None, FULL, before(FORK, f"the merge base with {MAIN}")._replace(after=TWO)),
    "a range from an ancestor": ({"PRE_COMMIT_FROM_REF": ONE, "PRE_COMMIT_TO_REF": "HEAD"}, None, FULL, before(ONE, ONE)._replace(after=TWO)),
    "a range from nowhere": (
        {"PRE_COMMIT_FROM_REF": "gone", "PRE_COMMIT_TO_REF": TWO}, None, FULL,
        Base((), TWO, problem="PRE_COMMIT_FROM_REF is gone, which is no commit of this clone: fetch it"),
    ),
    "a push": ({**RANGE, "PRE_COMMIT_REMOTE_NAME": "origin"}, None, ON_MAIN, before(MAIN, "origin")._replace(after=TWO)),
    "a push backwards": (
        {"PRE_COMMIT_FROM_REF": TWO, "PRE_COMMIT_TO_REF": FORK, "PRE_COMMIT_REMOTE_NAME": "origin"}, None, ON_MAIN,
        before(TWO, "origin")._replace(after=FORK),
    ),
    "the first push": ({"PRE_COMMIT_REMOTE_NAME": "origin"}, None, FULL, Base((), why="first push")),
    "the first push, prek": ({"PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_TO_REF": TWO}, None, FULL, Base((), why="first push")),
    # GitHub
    "pull request": (PULL, PULLED, MERGED, before(MAIN, "origin/main")),
    "pull request, main went on": (PULL, PULLED, replace(MERGED, refs={"refs/remotes/origin/main": LATER}), before(MAIN, "origin/main")),
    "pull request, depth 2": (PULL, PULLED, Clone(MERGE, {}, (ROOT, FORK, ONE)), before(MAIN, "origin/main")),
    "pull request, depth 1": (
        PULL, PULLED, Clone(MERGE, {}, (ROOT, FORK, ONE, TWO, MAIN)),
        absent(f"the merged target branch, pull_request.base.sha {MAIN[:12]}, origin/main", DEPTH),
    ),
    "pull request, no event": (PULL, None, MERGED, before(MAIN, "origin/main")),
    "pull request, no event, main went on": (PULL, None, replace(MERGED, refs={"refs/remotes/origin/main": LATER}), before(MAIN, "origin/main")),
    "pull request, a merge of something else": (
        PULL, {"pull_request": {"head": {"sha": OTHER}}}, replace(MERGED, refs={"refs/remotes/origin/main": LATER}),
        before(MAIN, "the merge base with origin/main"),
    ),
    "pull request, no merge at all": ({**PULL, "GITHUB_SHA": TWO}, None, FULL, FORKED),
    "pull request, its head checked out, cut below the merge base": (
        PULL, PULLED, Clone(TWO, ORIGIN, (ROOT,)), before(MAIN, "origin/main")._replace(exact=False),
    ),
    "pull request, its head checked out": (PULL, PULLED, FULL, FORKED),
    "pull request, its head checked out, shallow": (
        PULL, PULLED, Clone(TWO, ORIGIN, (ROOT, FORK)), before(MAIN, "origin/main")._replace(exact=False),
    ),
    "pull request, a merge of one's own checked out": (
        {**PULL, "GITHUB_SHA": OTHER}, None, Clone(MERGE, {"refs/remotes/origin/main": LATER}), before(MAIN, "the merge base with origin/main"),
    ),
    "pull request from a fork, upstream": (PULL, None, Clone(TWO, {"refs/remotes/upstream/main": MAIN}), FORKED),
    "pull_request_target, the proposal": ({**PULL, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_SHA": MAIN}, PULLED, FULL, FORKED),
    "pull_request_target, not the proposal": (
        {**PULL, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_SHA": MAIN}, PULLED, ON_MAIN,
        Base((), problem="the target branch is checked out, not the proposal: check out the head of the pull request"),
    ),
    "merge queue": (
        {**GITHUB, "GITHUB_EVENT_NAME": "merge_group"}, {"merge_group": {"base_sha": MAIN}}, MERGED,
        before(MAIN, "the base of the merge queue"),
    ),
    "merge queue, shallow": (
        {**GITHUB, "GITHUB_EVENT_NAME": "merge_group"}, {"merge_group": {"base_sha": MAIN}}, Clone(MERGE, {}, (MAIN, TWO)),
        absent(f"merge_group.base_sha {MAIN[:12]}", DEPTH),
    ),
    "push": (PUSH, pushed(FORK), ON_MAIN, before(FORK, "the commit before the push")),
    "push, shallow": (PUSH, pushed(FORK), replace(ON_MAIN, absent=(ROOT, FORK)), absent(f"before of the push event {FORK[:12]}", DEPTH)),
    "push of a new branch": (PUSH, pushed(ZEROS), FULL, FORKED),
    "push of a new branch at main": (PUSH, pushed(ZEROS), ON_MAIN, before(FORK, "the parent of HEAD")),
    "force-push of a branch": (PUSH, pushed("9" * 40, forced=True), FULL, FORKED),
    "force-push of main": (
        PUSH, pushed("9" * 40, forced=True), ON_MAIN,
        absent(f"before of the push event {'9' * 12}", f"GitHub Actions: run git fetch origin {'9' * 40} after actions/checkout"),
    ),
    "push, the event was not handed on": (
        PUSH, None, FULL,
        absent("the event in GITHUB_EVENT_PATH", "GitHub Actions: hand on GITHUB_EVENT_PATH and a file that can be read"),
    ),
    "push of a tag": ({**PUSH, "GITHUB_REF_TYPE": "tag"}, pushed(ZEROS), FULL, quiet("a tag")),
    **{name: ({**PUSH, "GITHUB_EVENT_NAME": name}, None, FULL, quiet(name)) for name in ("schedule", "workflow_dispatch", "release")},
    "push, staged by the job": (
        PUSH, pushed(FORK), replace(ON_MAIN, staged=True),
        Base((*before(MAIN, "HEAD").commits, *before(FORK, "the commit before the push").commits)),
    ),
    "schedule, staged by the job": ({**PUSH, "GITHUB_EVENT_NAME": "schedule"}, None, replace(ON_MAIN, staged=True), before(MAIN, "HEAD")),
    # GitLab
    "merge request": ({**LAB_MERGE, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK}, None, Clone(TWO), before(FORK, "the merge base with origin/main")),
    "merge request, merged results": (
        {**LAB_MERGE, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": MAIN}, None, MERGED,
        before(MAIN, "origin/main"),
    ),
    "merge request, shallow": (
        {**LAB_MERGE, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK}, None, Clone(TWO, {}, (ROOT, FORK)),
        absent(f"CI_MERGE_REQUEST_DIFF_BASE_SHA {FORK[:12]}, origin/main", LAB_DEPTH),
    ),
    "external pull request": ({**GITLAB, "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA": MAIN}, None, FULL, before(FORK, "the merge base with the target branch")),
    "GitLab branch": (
        {**GITLAB, "CI_COMMIT_BRANCH": "topic", "CI_COMMIT_BEFORE_SHA": ONE}, None, FULL, before(ONE, "the commit before the push"),
    ),
    "GitLab new branch": ({**GITLAB, "CI_COMMIT_BRANCH": "topic", "CI_COMMIT_BEFORE_SHA": ZEROS}, None, FULL, FORKED),
    "GitLab main": ({**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": FORK}, None, ON_MAIN, before(FORK, "the commit before the push")),
    "GitLab main, pushed backwards": (
        {**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": LATER}, None, ON_MAIN, before(LATER, "the commit before the push"),
    ),
    "GitLab main, run again": (
        {**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": MAIN}, None, ON_MAIN, before(FORK, "the parent of HEAD"),
    ),
    "GitLab tag": ({**GITLAB, "CI_COMMIT_TAG": "v1"}, None, FULL, quiet("a tag")),
    **{f"GitLab {it}": ({**GITLAB, "CI_PIPELINE_SOURCE": it}, None, FULL, quiet(f"CI_PIPELINE_SOURCE is {it}")) for it in ("schedule", "web")},
    # the others
    "Azure pull request": ({**AZURE, "SYSTEM_PULLREQUEST_SOURCECOMMITID": TWO}, None, Clone(MERGE, {}, (ROOT, FORK, ONE)), before(MAIN, "origin/main")),
    "Azure pull request, depth 1": (
        {**AZURE, "SYSTEM_PULLREQUEST_SOURCECOMMITID": TWO}, None, Clone(MERGE, {}, (ROOT, FORK, ONE, TWO, MAIN)),
        absent("the merged target branch, origin/main", "Azure Pipelines: set fetchDepth: 0 on the checkout step"),
    ),
    "Azure push": ({"TF_BUILD": "True", "BUILD_REASON": "IndividualCI"}, None, Clone(TWO), PARENT),
    "Azure by hand": ({"TF_BUILD": "True", "BUILD_REASON": "Manual"}, None, Clone(TWO), quiet("BUILD_REASON is Manual")),
    "Azure tag": ({"TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/tags/v1"}, None, Clone(TWO), quiet("BUILD_SOURCEBRANCH is refs/tags/v1")),
    "Bitbucket": (
        {"CI": "true", "BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": MAIN[:12], "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
        None, Clone(MERGE), before(MAIN, "the target branch"),
    ),
    "Bitbucket, another branch": (
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": SIDE[:12]}, None, Clone(TWO), before(FORK, "the merge base with the target branch"),
    ),
    "Bitbucket, shallow": (
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": MAIN[:12], "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
        None, Clone(MERGE, {}, (MAIN,)),
        absent(f"BITBUCKET_PR_DESTINATION_COMMIT {MAIN[:12]}, origin/main", "Bitbucket: set clone: depth: full"),
    ),
    "Jenkins": ({"JENKINS_URL": "x", "CHANGE_TARGET": "main"}, None, FULL, FORKED),
    "Jenkins branch": ({"JENKINS_URL": "x", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": ONE}, None, FULL, before(ONE, "the commit built before")),
    "Jenkins, GitLab plugin": ({"JENKINS_URL": "x", "gitlabTargetBranch": "main"}, None, FULL, FORKED),
    "Jenkins, pull request builder": ({"JENKINS_URL": "x", "ghprbTargetBranch": "main"}, None, FULL, FORKED),
    "Buildkite": ({"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"}, None, FULL, FORKED),
    "Buildkite, no pull request": ({"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}, None, Clone(TWO), PARENT),
    "Travis": ({"TRAVIS": "true", "TRAVIS_BRANCH": "main", "TRAVIS_PULL_REQUEST": "7"}, None, FULL, FORKED),
    "Travis push": (
        {"TRAVIS": "true", "TRAVIS_BRANCH": "main", "TRAVIS_PULL_REQUEST": "false", "TRAVIS_COMMIT_RANGE": f"{ONE}...{TWO}"}, None, FULL,
        before(ONE, "the commit built before"),
    ),
    "Drone": ({"DRONE": "true", "DRONE_TARGET_BRANCH": "main"}, None, FULL, FORKED),
    "Drone push": (
        {"DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_TARGET_BRANCH": "topic", "DRONE_COMMIT_BEFORE": ONE}, None, FULL,
        before(ONE, "the commit built before"),
    ),
    "Drone tag": ({"DRONE": "true", "DRONE_BUILD_EVENT": "tag"}, None, FULL, quiet("DRONE_BUILD_EVENT is tag")),
    "Woodpecker": ({"CI": "woodpecker", "CI_COMMIT_TARGET_BRANCH": "main"}, None, FULL, FORKED),
    "AppVeyor": ({"APPVEYOR": "True", "APPVEYOR_PULL_REQUEST_NUMBER": "7", "APPVEYOR_REPO_BRANCH": "main"}, None, FULL, FORKED),
    "AppVeyor push": ({"APPVEYOR": "True", "APPVEYOR_REPO_BRANCH": "topic", "APPVEYOR_REPO_TAG": "false"}, None, Clone(TWO), PARENT),
    **{
        mark: ({mark: "x", name: "main"}, None, FULL, FORKED)
        for mark, name in {
            "BITRISE_IO": "BITRISEIO_GIT_BRANCH_DEST", "CIRRUS_CI": "CIRRUS_BASE_BRANCH", "CF_BUILD_ID": "CF_PULL_REQUEST_TARGET",
            "VELA": "VELA_PULL_REQUEST_TARGET", "SCREWDRIVER": "PR_BASE_BRANCH_NAME", "CODEBUILD_BUILD_ID": "CODEBUILD_WEBHOOK_BASE_REF",
        }.items()
    },
    "Semaphore": ({"SEMAPHORE": "true", "SEMAPHORE_GIT_BRANCH": "main", "SEMAPHORE_GIT_PR_NUMBER": "7"}, None, FULL, FORKED),
    "CircleCI": (
        {"CIRCLECI": "true"}, None, Clone(TWO, {}, (ONE,)),
        absent("the parent of HEAD", "CircleCI: set ASTRO_RUNTIME_BASE to << pipeline.git.base_revision >> or to the target branch"),
    ),
    "an unknown CI": ({"CI": "true"}, None, Clone(TWO), PARENT),
    "an unknown CI, default branch": ({"CI": "true"}, None, Clone(TWO, {"refs/remotes/origin/HEAD": MAIN}), before(FORK, "the merge base with origin/HEAD")),
    "an unknown CI, behind the default branch": ({"CI": "1"}, None, Clone(MAIN, {"refs/remotes/origin/HEAD": LATER}), before(FORK, "the parent of HEAD")),
    "an unknown CI, a merge": ({"CI": "true"}, None, Clone(MERGE), before(MAIN, "the parent of HEAD")),
    "an unknown CI, shallow": (
        {"CI": "true"}, None, Clone(TWO, {}, (ONE,)), absent("the parent of HEAD", "clone the whole history and fetch the target branch"),
    ),
    "an unknown CI, the first commit": ({"CI": "true"}, None, Clone(ROOT), Base((), why="first commit")),
    "no common history": (PULL, None, Clone(OTHER, ORIGIN), before(MAIN, "origin/main")._replace(exact=False)),
    "a merge in CI": (
        {"CI": "true"}, None, Clone(TWO, merging=(MAIN,)),
        Base((*before(TWO, "HEAD").commits, *before(MAIN, "the merged commit").commits, *PARENT.commits)),
    ),
    # what others may write into a name
    **{
        f"hostile branch {name!r}": ({"BUILDKITE": "1", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": name}, None, FULL, absent(f"origin/{shown}", "Buildkite: clone the whole history and fetch the target branch"))
        for name, shown in {"a\nHEAD": "a\\nHEAD", "main~1": "main~1", "main@{1}": "main@{1}", "a..b": "a..b", "main:x": "main:x", "\u00e9 ": "\\xe9"}.items()
    },
    "hostile target of a pull request": ({**PULL, "GITHUB_BASE_REF": "\u00e9 "}, PULLED, MERGED, before(MAIN, "origin/\\xe9")),
    "empty target of a pull request": ({**PULL, "GITHUB_BASE_REF": " "}, PULLED, MERGED, before(MAIN, "the target branch")),
    "hostile commit before a push": (
        PUSH, pushed("$(x)", forced=True), ON_MAIN, absent("before of the push event", DEPTH),
    ),
    "hostile commit": (
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": "HEAD"}, None, FULL,
        absent("BITBUCKET_PR_DESTINATION_COMMIT", "Bitbucket: set clone: depth: full"),
    ),
    "a branch named like a commit": (
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": "abcdef123456"}, None, replace(FULL, refs={"abcdef123456": MAIN}),
        absent("BITBUCKET_PR_DESTINATION_COMMIT abcdef123456", "Bitbucket: set clone: depth: full"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_base(row: str) -> None:
    environ, event, clone, expected = ROWS[row]
    assert clone.decide(environ, json.dumps(event) if event else "") == expected


@pytest.mark.parametrize(
    "event", ["", "{", "[" * 100_000, "[]", "null", '{"pull_request": 1}', '{"pull_request": {"base": {"sha": 7}}}']
)
def test_an_event_that_cannot_be_read_is_no_answer(event: str) -> None:
    assert FULL.decide(PULL, event) == FORKED


@pytest.mark.parametrize("environ", [{}, PULL, RANGE, {"ASTRO_RUNTIME_BASE": "gone"}])
def test_no_base(environ: dict[str, str]) -> None:
    expected = Base((), TWO if environ is RANGE else "", why="--no-base")
    assert FULL.decide(environ, no_base=True) == expected


def test_a_base_is_exact_and_of_the_index_unless_it_says_otherwise() -> None:
    assert (NOTHING.after, NOTHING.exact, NOTHING.problem, NOTHING.why) == ("", True, "", "")


def test_base_option_comes_before_its_variable() -> None:
    assert FULL.decide({"ASTRO_RUNTIME_BASE": "gone"}, asked=ONE) == before(ONE, ONE)


@pytest.mark.parametrize(
    ("environ", "asked", "message"),
    [
        ({}, "gone", "--base gone: no such commit in this clone: fetch it, or name another"),
        ({}, "", "--base : no such commit in this clone: fetch it, or name another"),
        ({}, "\u00e9\n", "--base \\xe9\\n: no such commit in this clone: fetch it, or name another"),
        (
            {"ASTRO_RUNTIME_BASE": "gone"}, None,
            "ASTRO_RUNTIME_BASE gone: no such commit in this clone: fetch it, or name another",
        ),
        (
            {"PRE_COMMIT_FROM_REF": ONE}, None,
            "PRE_COMMIT_FROM_REF is set without PRE_COMMIT_TO_REF: set both or none",
        ),
        (
            {"PRE_COMMIT_TO_REF": ONE}, None,
            "PRE_COMMIT_TO_REF is set without PRE_COMMIT_FROM_REF: set both or none",
        ),
        (
            {"PRE_COMMIT_FROM_REF": ONE, "PRE_COMMIT_TO_REF": "gone"}, None,
            "PRE_COMMIT_TO_REF is gone, which is no commit of this clone: fetch it, or name another",
        ),
    ],
)  # fmt: skip
def test_what_was_named_has_to_be_there(environ: dict[str, str], asked: str | None, message: str) -> None:
    with pytest.raises(CannotCheck) as problem:
        FULL.decide(environ, asked=asked)
    assert str(problem.value) == message


def test_merged_heads() -> None:
    environ = {
        f"GITHEAD_{TWO}": "topic",
        f"GITHEAD_{ONE}": "other",
        "GITHEAD_x": "",
        "GITHEAD": "",
        f"XGITHEAD_{ONE}": "",
        f"SOME_KEY{MAIN}": "",
        f"GITHEAD_{'a' * 7}": "",
        f"GITHEAD_{'a' * 39}g": "",
        f"GITHEAD_{'a' * 64}": "of a repository with longer names",
    }
    assert merged_heads(environ) == (ONE, TWO, "a" * 64)
