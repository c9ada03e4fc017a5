"""What is compared with what, for each way of starting a run: one row has an environment and a history in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.git.base import NO_BRANCHES, Base, Before, decide, decide_landing
from astro_runtime_guard.git.comparison import Merge
from astro_runtime_guard.git.plumbing import Ref
from astro_runtime_guard.git.repository import merged_heads
from astro_runtime_guard.git.targets import matches
from astro_runtime_guard.model import Branches

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
    """What git answers: `absent` commits are beyond the cut of a shallow clone; `names` are branches, by their full names."""

    head: str
    names: dict[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    merging: tuple[str, ...] = ()
    staged: bool = False
    branch: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def refs(self) -> dict[str, Ref]:
        lead = {name: value for name, value in self.names.items() if value.startswith("refs/")}
        named = {
            name: Ref(commit) for name, commit in self.names.items() if name not in lead and name.startswith("refs/")
        }
        return named | {name: Ref(named[value].commit, value) for name, value in lead.items() if value in named}

    @property
    def is_shallow(self) -> bool:
        return bool(self.absent)

    def commits(self, names: Sequence[str]) -> list[str]:
        known = {commit[:size]: commit for commit in PARENTS if commit not in self.absent for size in (12, 40)}
        return [{**known, "HEAD": self.head, **self.names}.get(name, "") for name in names]

    def reach(self, commit: str) -> set[str]:
        if commit in self.absent:
            return set()
        return {commit}.union(*(self.reach(parent) for parent in PARENTS[commit]))

    def contains(self, commit: str, other: str) -> bool:
        return other in self.reach(commit)

    def independent(self, commits: Sequence[str]) -> list[str]:
        return [it for it in commits if not any(it != more and it in self.reach(more) for more in commits)]

    def merge_bases(self, tip: str, *commits: str) -> tuple[Sequence[str], bool]:
        common = self.reach(tip) & set().union(*map(self.reach, commits))
        best = sorted(self.independent(list(common)))
        return best, tip in best or not self.absent

    def parents(self, commit: str) -> Sequence[str]:
        return PARENTS[commit]

    def decide(
        self,
        environ: Mapping[str, str],
        event: str = "",
        asked: str | None = None,
        no_base: bool = False,
        branches: Branches = NO_BRANCHES,
    ) -> Base:
        return decide(replace(self, environ=environ), event, asked, no_base, self.staged, branches)


FULL = Clone(TWO, ORIGIN)
MERGED = Clone(MERGE, ORIGIN)
ON_MAIN = Clone(MAIN, ORIGIN)


def brief(base: Base) -> str:
    """A base in one line; commits are the digits that their names are made of."""
    parts = [", ".join(f"{it.named.rpartition(' at ')[0]} {it.commit[0]}" for it in base.judged)]
    parts += [f"proposed from {digits(base.forks)}"] if base.forks else []
    parts += [f"merge of {digits(base.merge.parents)} from {digits(base.merge.forks)}"] if base.merge else []
    parts += [f"promoted {digits(base.promoted)}"] if base.promoted else []
    parts += [f"staged {digits(base.staged)}"] if base.staged else []
    parts += [f"in {base.after[0]}"] if base.after else []
    parts += ["in doubt"] if base.doubt else []
    parts += ["open"] if base.open else []
    parts += [f"nothing{'' if base.silent else ', aloud'}: {base.why}"] if base.why else []
    parts += [f"problem: {base.problem.replace(ABSENT, 'absent ')}"] if base.problem else []
    return "; ".join(filter(None, parts))


def digits(commits: Sequence[Before]) -> str:
    return "".join(it.commit[0] for it in commits)


ABSENT = "the base to compare with is not in this clone "
GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_REF_TYPE": "branch"}
PULL = {**GITHUB, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main", "GITHUB_SHA": MERGE}
PUSH = {**GITHUB, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}
TOPIC_PUSH = {**PUSH, "GITHUB_REF": "refs/heads/topic"}
PULLED = {"pull_request": {"base": {"sha": MAIN}, "head": {"sha": TWO}}}
REVIEWED = {"pull_request": {"base": {"sha": MAIN, "ref": "main"}, "head": {"sha": TWO}}}
DEPTH = "GitHub Actions: set fetch-depth: 0 on actions/checkout, or name one with --base"
GITLAB = {"CI": "true", "GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "main"}
LAB_MERGE = {**GITLAB, "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
LAB_DEPTH = 'GitLab CI: set the variable GIT_DEPTH: "0", or name one with --base'
RANGE = {"PRE_COMMIT_FROM_REF": MAIN, "PRE_COMMIT_TO_REF": TWO}
TO_TOPIC = {**RANGE, "PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/topic"}
TO_MAIN = {**TO_TOPIC, "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main"}
AZURE = {"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main", "BUILD_SOURCEVERSION": MERGE}
CODEBUILD = {"CODEBUILD_BUILD_ID": "x", "CODEBUILD_WEBHOOK_EVENT": "PUSH"}
FROM_FORK = "the commit before the push 2"
LAST = "the parent of HEAD (only the last commit was compared) 2"
TOPIC = "origin/main 3; proposed from 2"
HERE = "HEAD 5; open"
FETCH_MAIN = "run git fetch origin main:refs/remotes/origin/main, or name one with --base"


def pushed(old: str, **more: object) -> dict[str, object]:
    return {"before": old, "repository": {"default_branch": "main"}, **more}


def both(target: Clone, topic: Clone = FULL) -> Clone:
    return replace(topic, names={**topic.names, **target.names})


Row = tuple[Mapping[str, str], object, Clone, str]
ROWS: dict[str, Row] = {
    # no CI
    "a commit": ({}, None, FULL, HERE),
    **{f"CI says {no!r}": ({"CI": no}, None, FULL, HERE) for no in ("false", "False", "0", "no", " ")},
    "the first commit": ({}, None, Clone(""), "nothing: first commit"),
    "the first commit in CI": ({"CI": "true"}, None, Clone(""), "nothing: first commit"),
    # explicit
    "ASTRO_RUNTIME_BASE": ({"ASTRO_RUNTIME_BASE": "refs/remotes/origin/main"}, None, FULL, "the merge base with refs/remotes/origin/main 2"),
    "ASTRO_RUNTIME_BASE, an ancestor": ({"ASTRO_RUNTIME_BASE": ONE}, None, FULL, f"{ONE} 4"),
    "ASTRO_RUNTIME_BASE is empty": ({"ASTRO_RUNTIME_BASE": ""}, None, FULL, HERE),
    "ASTRO_RUNTIME_BASE before the first commit": ({"ASTRO_RUNTIME_BASE": "refs/remotes/origin/main"}, None, Clone("", ORIGIN), "refs/remotes/origin/main 3"),
    "ASTRO_RUNTIME_BASE in CI": ({**PULL, "ASTRO_RUNTIME_BASE": ONE}, None, FULL, f"{ONE} 4"),
    "ASTRO_RUNTIME_BASE and a range": ({**RANGE, "ASTRO_RUNTIME_BASE": ONE}, None, ON_MAIN, f"{ONE} 4; in 5"),
    "ASTRO_RUNTIME_BASE in a late stage": ({"PRE_COMMIT_REWRITE_COMMAND": "rebase", **RANGE, "ASTRO_RUNTIME_BASE": ONE}, None, FULL, f"{ONE} 4"),
    "ASTRO_RUNTIME_BASE, unrelated": ({"ASTRO_RUNTIME_BASE": OTHER}, None, FULL, f"{OTHER} 8; in doubt"),
    "ASTRO_RUNTIME_BASE, shallow": ({"ASTRO_RUNTIME_BASE": MAIN}, None, replace(FULL, absent=(ROOT, FORK)), f"{MAIN} 3; in doubt"),
    # late stages
    **{
        f"stage with {name}": ({name: "1", **RANGE}, None, FULL, f"nothing: nothing is proposed in this stage: {name} is set")
        for name in ("PRE_COMMIT_CHECKOUT_TYPE", "PRE_COMMIT_IS_SQUASH_MERGE", "PRE_COMMIT_SQUASH_MERGE", "PRE_COMMIT_REWRITE_COMMAND", "PRE_COMMIT_PRE_REBASE_UPSTREAM")
    },
    # ranges
    "a range": (RANGE, None, ON_MAIN, f"the merge base with {MAIN} 2; in 5"),
    "a range in CI": ({**PULL, **RANGE}, None, FULL, f"the merge base with {MAIN} 2; in 5"),
    "a range from an ancestor": ({"PRE_COMMIT_FROM_REF": ONE, "PRE_COMMIT_TO_REF": "HEAD"}, None, FULL, f"{ONE} 4; in 5"),
    "a range from nowhere": (
        {"PRE_COMMIT_FROM_REF": "gone", "PRE_COMMIT_TO_REF": TWO}, None, FULL,
        "in 5; problem: PRE_COMMIT_FROM_REF is gone, which is not a commit of this clone: fetch it",
    ),
    # pushes
    "a push of main": (TO_MAIN, None, ON_MAIN, "origin 3; in 5"),
    "a push of main backwards": ({**TO_MAIN, "PRE_COMMIT_FROM_REF": TWO, "PRE_COMMIT_TO_REF": FORK}, None, ON_MAIN, "origin 5; in 2"),
    "a push of main from nowhere": ({**TO_MAIN, "PRE_COMMIT_FROM_REF": "9" * 40}, None, FULL, f"in 5; problem: PRE_COMMIT_FROM_REF is {'9' * 40}, which is not a commit of this clone: fetch it"),
    "a push that tells no branch": ({**RANGE, "PRE_COMMIT_REMOTE_NAME": "origin"}, None, ON_MAIN, "origin 3; in 5"),
    "a push of a topic": (TO_TOPIC, None, ON_MAIN, f"{TOPIC}; in 5"),
    "a push of a topic, forced": ({**TO_TOPIC, "PRE_COMMIT_FROM_REF": "9" * 40}, None, ON_MAIN, f"{TOPIC}; in 5"),
    "a push of a topic, no target": (TO_TOPIC, None, Clone(TWO), "origin 3; in 5"),
    "a push of a topic, shallow": (TO_TOPIC, None, replace(FULL, absent=(ROOT, FORK)), "origin/main 3; in 5; in doubt"),
    "a push to a URL": ({**TO_TOPIC, "PRE_COMMIT_REMOTE_NAME": "https://example.com/x"}, None, ON_MAIN, f"{TOPIC}; in 5"),
    "a push to a fork, its root included": (
        {"PRE_COMMIT_REMOTE_NAME": "fork", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/topic", "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/topic"}, None,
        both(Clone("", {"refs/heads/topic": TWO})), f"{TOPIC}; in 5",
    ),
    "a push of a tag": ({**TO_TOPIC, "PRE_COMMIT_REMOTE_BRANCH": "refs/tags/v1"}, None, FULL, "in 5; nothing: nothing is proposed: refs/tags/v1 is not a branch"),
    "a push to Gerrit": ({**TO_TOPIC, "PRE_COMMIT_REMOTE_BRANCH": "refs/for/main%topic=x"}, None, FULL, f"{TOPIC}; in 5"),
    "a push to Gerrit, full name": ({**TO_TOPIC, "PRE_COMMIT_REMOTE_BRANCH": "refs/for/refs/heads/main"}, None, FULL, f"{TOPIC}; in 5"),
    "a push to Gerrit, another branch": ({**TO_TOPIC, "PRE_COMMIT_REMOTE_BRANCH": "refs/for/x"}, None, both(Clone("", {"refs/remotes/origin/x": SIDE})), "origin/x a; proposed from 2; in 5"),
    "a push to Gerrit, a mirror is ahead": (
        {**TO_TOPIC, "PRE_COMMIT_REMOTE_NAME": "gerrit", "PRE_COMMIT_REMOTE_BRANCH": "refs/for/main"}, None,
        Clone(TWO, {"refs/remotes/gerrit/main": MAIN, "refs/remotes/origin/main": LATER}), "gerrit/main 3; proposed from 2; in 5",
    ),
    "the first push of a topic, its commit is not named": ({"PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/topic"}, None, FULL, TOPIC),
    "the first push": ({"PRE_COMMIT_REMOTE_NAME": "origin"}, None, FULL, "nothing: first push"),
    "the first push, prek": ({"PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_TO_REF": TWO}, None, FULL, "in 5; nothing: first push"),
    # GitHub
    "pull request": (PULL, PULLED, MERGED, "origin/main 3"),
    "pull request, main went on": (PULL, PULLED, replace(MERGED, names={"refs/remotes/origin/main": LATER}), "origin/main 3"),
    "pull request, depth 2": (PULL, PULLED, Clone(MERGE, {}, (ROOT, FORK, ONE)), "origin/main 3"),
    "pull request, depth 1": (
        PULL, PULLED, Clone(MERGE, {}, (ROOT, FORK, ONE, TWO, MAIN)),
        f"problem: absent (tried the merged target branch, pull_request.base.sha {MAIN[:12]}, origin/main): {DEPTH}",
    ),
    "pull request, no event": (PULL, None, MERGED, "origin/main 3; proposed from 3"),
    "pull request, no event, main went on": (PULL, None, replace(MERGED, names={"refs/remotes/origin/main": LATER}), "origin/main 7; proposed from 3"),
    "pull request, Gitea, the author's own merge": (
        {**PULL, "GITHUB_SHA": MERGE}, {"pull_request": {"head": {"sha": MERGE}}}, replace(MERGED, names={"refs/remotes/origin/main": LATER}), "origin/main 7; proposed from 3",
    ),
    "pull request, no merge at all": ({**PULL, "GITHUB_SHA": TWO}, None, FULL, TOPIC),
    "pull request, its head checked out": (PULL, PULLED, FULL, TOPIC),
    "pull request, its head checked out, main went on": (PULL, PULLED, Clone(TWO, {"refs/remotes/origin/main": LATER}), "origin/main 7; proposed from 2"),
    "pull request, its head was pushed again": ({**PULL, "GITHUB_SHA": TWO}, {"pull_request": {"head": {"sha": ONE}}}, FULL, TOPIC),
    "pull request, merged by the job": ({**PULL, "GITHUB_SHA": SIDE}, PULLED, replace(MERGED, names={"refs/remotes/origin/main": LATER}), "origin/main 7; proposed from 3"),
    "pull request, its head checked out, main not fetched": (PULL, PULLED, Clone(TWO), TOPIC),
    "pull request, its head checked out, shallow": (PULL, PULLED, Clone(TWO, ORIGIN, (ROOT, FORK)), "origin/main 3; in doubt"),
    "pull request, its head checked out, cut below the merge base": (PULL, PULLED, Clone(TWO, ORIGIN, (ROOT,)), "origin/main 3; in doubt"),
    "pull request from a fork, upstream": (PULL, None, Clone(TWO, {"refs/remotes/upstream/main": MAIN}), "upstream/main 3; proposed from 2"),
    "pull request from a fork that is ahead, both fetched": (PULL, None, Clone(TWO, {"refs/remotes/upstream/main": MAIN, "refs/remotes/origin/main": LATER}), "upstream/main 3; proposed from 2"),
    "pull_request_target, the proposal": ({**PULL, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_SHA": MAIN}, PULLED, FULL, TOPIC),
    "pull_request_target, not the proposal": (
        {**PULL, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_SHA": MAIN}, PULLED, ON_MAIN,
        "problem: the target branch is checked out, not the proposal: check out the head of the pull request",
    ),
    "pull_request_review": ({**GITHUB, "GITHUB_EVENT_NAME": "pull_request_review", "GITHUB_SHA": MERGE}, REVIEWED, MERGED, "origin/main 3"),
    "pull_request_review, the head checked out": ({**GITHUB, "GITHUB_EVENT_NAME": "pull_request_review"}, REVIEWED, FULL, TOPIC),
    "merge queue": ({**GITHUB, "GITHUB_EVENT_NAME": "merge_group"}, {"merge_group": {"base_sha": MAIN}}, MERGED, "the base of the merge queue 3"),
    "merge queue, shallow": (
        {**GITHUB, "GITHUB_EVENT_NAME": "merge_group"}, {"merge_group": {"base_sha": MAIN}}, Clone(MERGE, {}, (MAIN, TWO)),
        f"problem: absent (tried merge_group.base_sha {MAIN[:12]}): run git fetch origin {MAIN} or {DEPTH}",
    ),
    "merge queue, the event was not handed on": ({**GITHUB, "GITHUB_EVENT_NAME": "merge_group"}, None, MERGED, f"problem: absent (tried merge_group.base_sha): {DEPTH}"),
    "push": (PUSH, pushed(FORK), ON_MAIN, FROM_FORK),
    "push, shallow": (
        PUSH, pushed(FORK), replace(ON_MAIN, absent=(ROOT, FORK)),
        f"problem: absent (tried before of the push event {FORK[:12]}): run git fetch origin {FORK} or {DEPTH}",
    ),
    "push of a new main": (PUSH, pushed(ZEROS), ON_MAIN, LAST),
    "force-push of main": (
        PUSH, pushed("9" * 40, forced=True), ON_MAIN,
        f"problem: absent (tried before of the push event {'9' * 12}): run git fetch origin {'9' * 40}, or name one with --base",
    ),
    "force-push of main, SHA-256": (
        PUSH, pushed("9" * 64, forced=True), ON_MAIN,
        f"problem: absent (tried before of the push event {'9' * 12}): run git fetch origin {'9' * 64}, or name one with --base",
    ),
    "push, the event was not handed on": (
        PUSH, None, ON_MAIN,
        f"problem: absent (tried the event in GITHUB_EVENT_PATH): {DEPTH.partition(', or')[0]}, and hand on GITHUB_EVENT_PATH and a file that can be read, or name one with --base",
    ),
    "push of a topic": (TOPIC_PUSH, pushed(ONE), FULL, TOPIC),
    "push of a topic, the event was not handed on": (TOPIC_PUSH, None, FULL, TOPIC),
    "push of a new topic": (TOPIC_PUSH, pushed(ZEROS), FULL, TOPIC),
    "push of a new topic at main": (TOPIC_PUSH, pushed(ZEROS), ON_MAIN, "origin/main 3; proposed from 3"),
    "force-push of a topic": (TOPIC_PUSH, pushed("9" * 40, forced=True), FULL, TOPIC),
    "push of a topic, main not fetched": (TOPIC_PUSH, pushed(ONE), Clone(TWO), f"problem: absent (tried origin/main): {FETCH_MAIN}"),
    "push of a tag": ({**PUSH, "GITHUB_REF_TYPE": "tag"}, pushed(ZEROS), FULL, "nothing: nothing is proposed: a tag"),
    **{name: ({**PUSH, "GITHUB_EVENT_NAME": name}, None, FULL, f"nothing: nothing is proposed: {name}") for name in ("schedule", "release")},
    "by hand on main": ({**PUSH, "GITHUB_EVENT_NAME": "workflow_dispatch"}, None, ON_MAIN, "nothing: nothing is proposed: workflow_dispatch"),
    "by hand on a topic": ({**TOPIC_PUSH, "GITHUB_EVENT_NAME": "workflow_dispatch"}, None, FULL, TOPIC),
    "a comment": ({**PUSH, "GITHUB_EVENT_NAME": "issue_comment"}, None, ON_MAIN, "nothing, aloud: nothing is compared: the event issue_comment names no commit to compare with"),
    "a comment, depth 1": ({**PUSH, "GITHUB_EVENT_NAME": "issue_comment"}, None, Clone(TWO), "nothing, aloud: nothing is compared: the event issue_comment names no commit to compare with"),
    "a comment, a proposal checked out": ({**PUSH, "GITHUB_EVENT_NAME": "issue_comment"}, None, FULL, TOPIC),
    "push, staged by the job": (PUSH, pushed(FORK), replace(ON_MAIN, staged=True), f"{FROM_FORK}; staged 3"),
    "push of a topic, staged by the job": (TOPIC_PUSH, pushed(FORK), replace(FULL, staged=True), TOPIC),
    "schedule, staged by the job": ({**PUSH, "GITHUB_EVENT_NAME": "schedule"}, None, replace(ON_MAIN, staged=True), "staged 3"),
    # GitLab
    "merge request": ({**LAB_MERGE, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK}, None, Clone(TWO), "the merge base with origin/main 2"),
    "merge request, main fetched": ({**LAB_MERGE, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK}, None, FULL, TOPIC),
    "merge request, merged results": (
        {**LAB_MERGE, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": MAIN}, None, Clone(MERGE), "origin/main 3; proposed from 3",
    ),
    "merge request, shallow": (
        {**LAB_MERGE, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK}, None, Clone(TWO, {}, (ROOT, FORK)),
        f"problem: absent (tried CI_MERGE_REQUEST_DIFF_BASE_SHA {FORK[:12]}, origin/main): {LAB_DEPTH}",
    ),
    "merge request, its target is not handed on": ({**GITLAB, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK}, None, Clone(TWO), "the merge base with the target branch 2"),
    "merge request, the job merges main": (
        {**LAB_MERGE, "CI_DEFAULT_BRANCH": "develop"}, None, Clone(TWO, {"refs/remotes/origin/develop": MAIN}, merging=(MAIN,)),
        "origin/develop 3; proposed from 3; merge of 53 from 2",
    ),
    "external pull request": ({**GITLAB, "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA": MAIN}, None, FULL, "the target branch 3; proposed from 2"),
    "GitLab topic": ({**GITLAB, "CI_COMMIT_BRANCH": "topic", "CI_COMMIT_BEFORE_SHA": ONE}, None, FULL, TOPIC),
    "GitLab topic, main not fetched": ({**GITLAB, "CI_COMMIT_BRANCH": "topic", "CI_COMMIT_BEFORE_SHA": ONE}, None, Clone(TWO), f"problem: absent (tried origin/main): {FETCH_MAIN}"),
    "GitLab topic, main not fetched, shallow": ({**GITLAB, "CI_COMMIT_BRANCH": "topic"}, None, Clone(TWO, {}, (ROOT,)), f"problem: absent (tried origin/main): {LAB_DEPTH}"),
    "GitLab topic, main of another name not fetched": (
        {**GITLAB, "CI_DEFAULT_BRANCH": "release/1.x_y-z"}, None, Clone(TWO),
        "problem: absent (tried origin/release/1.x_y-z): run git fetch origin release/1.x_y-z:refs/remotes/origin/release/1.x_y-z, or name one with --base",
    ),
    "GitLab topic called origin/main": ({**GITLAB, "CI_COMMIT_BRANCH": "origin/main", "CI_COMMIT_BEFORE_SHA": ONE}, None, FULL, TOPIC),
    "GitLab new topic": ({**GITLAB, "CI_COMMIT_BRANCH": "topic", "CI_COMMIT_BEFORE_SHA": ZEROS}, None, FULL, TOPIC),
    "GitLab main, pushed backwards": ({**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": LATER}, None, ON_MAIN, "the commit before the push 7"),
    "GitLab main, run again": ({**GITLAB, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": MAIN}, None, ON_MAIN, LAST),
    "GitLab main, its web IDE": ({**GITLAB, "CI_PIPELINE_SOURCE": "webide", "CI_COMMIT_BRANCH": "main"}, None, ON_MAIN, LAST),
    "GitLab by hand on a topic": ({**GITLAB, "CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BRANCH": "topic"}, None, FULL, TOPIC),
    # the others
    "Azure pull request": ({**AZURE, "SYSTEM_PULLREQUEST_SOURCECOMMITID": TWO}, None, Clone(MERGE, {}, (ROOT, FORK, ONE)), "origin/main 3"),
    "Azure pull request, depth 1": (
        {**AZURE, "SYSTEM_PULLREQUEST_SOURCECOMMITID": TWO}, None, Clone(MERGE, {}, (ROOT, FORK, ONE, TWO, MAIN)),
        "problem: absent (tried the merged target branch, origin/main): Azure Pipelines: set fetchDepth: 0 on the checkout step, or name one with --base",
    ),
    "Azure main": ({"TF_BUILD": "True", "BUILD_REASON": "IndividualCI", "BUILD_SOURCEBRANCH": "refs/heads/main"}, None, ON_MAIN, LAST),
    "Bitbucket": (
        {"CI": "true", "BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": MAIN[:12], "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
        None, Clone(MERGE), "origin/main 3; proposed from 3",
    ),
    "Bitbucket, another branch": ({"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": SIDE[:12]}, None, Clone(TWO), "the target branch a; proposed from 2"),
    "Bitbucket, shallow": (
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": MAIN[:12], "BITBUCKET_PR_DESTINATION_BRANCH": "main"}, None, Clone(MERGE, {}, (MAIN,)),
        f"problem: absent (tried BITBUCKET_PR_DESTINATION_COMMIT {MAIN[:12]}, origin/main): Bitbucket: set clone: depth: full, or name one with --base",
    ),
    "Jenkins topic": ({"JENKINS_URL": "x", "BRANCH_NAME": "topic", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": ONE}, None, FULL, TOPIC),
    "Jenkins, target unknown": ({"JENKINS_URL": "x", "BRANCH_NAME": "topic", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": ONE}, None, Clone(TWO), "the commit built before 4"),
    "Jenkins, target unknown, built again": (
        {"JENKINS_URL": "x", "BRANCH_NAME": "topic", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": TWO}, None, Clone(TWO),
        "problem: absent (tried the default branch): Jenkins: clone without a depth and fetch the target branch (refspec +refs/heads/*:refs/remotes/origin/*), or name one with --base",
    ),
    "Jenkins, GitLab plugin, a push": ({"JENKINS_URL": "x", "gitlabTargetBranch": "main", "gitlabBranch": "main", "gitlabActionType": "PUSH"}, None, ON_MAIN, LAST),
    "Buildkite, no pull request": ({"BUILDKITE": "true", "BUILDKITE_BRANCH": "topic", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}, None, FULL, TOPIC),
    "Drone topic, zeros": ({"DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_BRANCH": "topic", "DRONE_COMMIT_BEFORE": ZEROS}, None, FULL, TOPIC),
    "Woodpecker, main not fetched": (
        {"CI": "woodpecker", "CI_COMMIT_TARGET_BRANCH": "main"}, None, Clone(TWO, {}, (ROOT,)),
        "problem: absent (tried origin/main): Woodpecker: set depth: 0, partial: false and fetch_target_branch: true on the clone step, or name one with --base",
    ),
    "AppVeyor topic": ({"APPVEYOR": "True", "APPVEYOR_REPO_BRANCH": "topic", "APPVEYOR_REPO_TAG": "false"}, None, FULL, TOPIC),
    "CircleCI main": ({"CIRCLECI": "true", "CIRCLE_BRANCH": "main"}, None, ON_MAIN, LAST),
    "CircleCI, the branch is not told": ({"CIRCLECI": "true"}, None, ON_MAIN, LAST),
    "CircleCI, main not fetched": ({"CIRCLECI": "true"}, None, Clone(TWO), "problem: absent (tried the default branch): CircleCI: write the checkout step as checkout: {method: full}, or name one with --base"),
    "CodeBuild topic": ({**CODEBUILD, "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/topic", "CODEBUILD_WEBHOOK_PREV_COMMIT": ZEROS}, None, FULL, TOPIC),
    "an unknown CI on a topic": ({"CI": "true"}, None, FULL, TOPIC),
    "an unknown CI on main": ({"CI": "true"}, None, ON_MAIN, LAST),
    "an unknown CI on main, a merge": ({"CI": "true"}, None, Clone(MERGE, {"refs/remotes/origin/main": MERGE}), "the parent of HEAD (only the last commit was compared) 3"),
    "an unknown CI on an older main": ({"CI": "true"}, None, replace(FULL, head=FORK), "origin/main 3; proposed from 2"),
    "an unknown CI on main, depth 1": (
        {"CI": "true"}, None, replace(ON_MAIN, absent=(ROOT, FORK)),
        "problem: absent (tried the parent of HEAD): clone the full history and fetch the target branch, or name one with --base",
    ),
    "an unknown CI, no remote": ({"CI": "true"}, None, Clone(TWO), "problem: absent (tried the default branch): clone the full history and fetch the target branch, or name one with --base"),
    "an unknown CI, the first commit": ({"CI": "true"}, None, Clone(ROOT, {"refs/remotes/origin/main": ROOT}), "nothing: first commit"),
    "no common history": (PULL, None, Clone(OTHER, ORIGIN), "origin/main 3; in doubt"),
    # what others may write into a name
    **{
        f"hostile branch {name!r}": ({"BUILDKITE": "1", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": name}, None, FULL, f"problem: absent (tried origin/{shown}): Buildkite: clone the full history and fetch the target branch, or name one with --base")
        for name, shown in {"a\nHEAD": "a\\nHEAD", "main~1": "main~1", "main@{1}": "main@{1}", "a;b": "a;b", "main:x": "main:x", "-x": "-x", "\u00e9 ": "\\xe9"}.items()
    },
    "a hostile default branch": (TOPIC_PUSH, {"before": ZEROS, "repository": {"default_branch": "$(x)"}}, FULL, f"problem: absent (tried origin/$(x)): {DEPTH}"),
    "hostile target of a pull request": ({**PULL, "GITHUB_BASE_REF": "\u00e9 "}, PULLED, MERGED, "origin/\\xe9 3"),
    "empty target of a pull request": ({**PULL, "GITHUB_BASE_REF": " "}, PULLED, MERGED, "the target branch 3"),
    "hostile commit before a push": (PUSH, pushed("$(x)".ljust(40, "#"), forced=True), ON_MAIN, f"problem: absent (tried before of the push event): {DEPTH}"),
    "hostile commit": (
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": "HEAD"}, None, FULL,
        "problem: absent (tried BITBUCKET_PR_DESTINATION_COMMIT): Bitbucket: set clone: depth: full, or name one with --base",
    ),
    "a branch named like a commit": (
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_COMMIT": "abcdef123456"}, None, both(Clone("", {"abcdef123456": MAIN})),
        "problem: absent (tried BITBUCKET_PR_DESTINATION_COMMIT abcdef123456): Bitbucket: set clone: depth: full, or name one with --base",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_base(row: str) -> None:
    environ, event, clone, expected = ROWS[row]
    assert brief(clone.decide(environ, json.dumps(event) if event else "")) == expected


def variables(line: str) -> dict[str, str]:
    return dict(word.split("=") for word in line.split())


SPOKEN: dict[str, tuple[Clone, str, str]] = {
    "a proposal to another branch than the default one": (
        both(Clone("", {"refs/remotes/origin/next": SIDE})), "origin/next a; proposed from 2",
        """
        GITLAB_CI=true CI_MERGE_REQUEST_TARGET_BRANCH_NAME=next
        GITLAB_CI=true CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME=next
        BITBUCKET_BUILD_NUMBER=7 BITBUCKET_PR_DESTINATION_BRANCH=next
        BITBUCKET_COMMIT=7 BITBUCKET_PR_DESTINATION_BRANCH=next
        SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/next
        CHANGE_TARGET=next
        gitlabTargetBranch=next
        ghprbTargetBranch=next
        BUILDKITE=true BUILDKITE_PULL_REQUEST_BASE_BRANCH=next
        TRAVIS=true TRAVIS_PULL_REQUEST=7 TRAVIS_BRANCH=next
        DRONE=true DRONE_BUILD_EVENT=pull_request DRONE_TARGET_BRANCH=next
        CI_COMMIT_TARGET_BRANCH=next
        APPVEYOR=True APPVEYOR_PULL_REQUEST_NUMBER=7 APPVEYOR_REPO_BRANCH=next
        BITRISE_IO=true BITRISEIO_GIT_BRANCH_DEST=next
        CIRRUS_CI=true CIRRUS_BASE_BRANCH=next
        CF_BUILD_ID=7 CF_PULL_REQUEST_TARGET=next
        VELA=true VELA_PULL_REQUEST_TARGET=next
        SCREWDRIVER=true PR_BASE_BRANCH_NAME=next
        CODEBUILD_BUILD_ID=7 CODEBUILD_WEBHOOK_EVENT=PULL_REQUEST_CREATED CODEBUILD_WEBHOOK_BASE_REF=refs/heads/next
        SEMAPHORE=true SEMAPHORE_GIT_PR_NUMBER=7 SEMAPHORE_GIT_BRANCH=next
        """,
    ),
    "a proposal to a branch that only its commit names": (
        both(Clone("", {"refs/remotes/origin/next": SIDE})), "the target branch a; proposed from 2",
        f"""
        GITLAB_CI=true CI_MERGE_REQUEST_TARGET_BRANCH_SHA={SIDE}
        CIRRUS_CI=true CIRRUS_BASE_SHA={SIDE}
        """,
    ),
    "a new topic at the tip of main": (
        ON_MAIN, "origin/main 3; proposed from 3",
        """
        GITLAB_CI=true CI_COMMIT_BRANCH=topic
        BITBUCKET_BUILD_NUMBER=7 BITBUCKET_BRANCH=topic
        TF_BUILD=True BUILD_SOURCEBRANCH=refs/heads/topic
        JENKINS_URL=x BRANCH_NAME=topic
        JENKINS_URL=x gitlabBranch=topic
        JENKINS_URL=x GIT_BRANCH=origin/topic
        BUILDKITE=true BUILDKITE_BRANCH=topic
        TRAVIS=true TRAVIS_PULL_REQUEST=false TRAVIS_BRANCH=topic
        DRONE=true DRONE_BUILD_EVENT=push DRONE_BRANCH=topic
        DRONE=true DRONE_BUILD_EVENT=push DRONE_TARGET_BRANCH=topic
        CI_PIPELINE_EVENT=push CI_COMMIT_BRANCH=topic
        APPVEYOR=True APPVEYOR_REPO_BRANCH=topic
        CIRCLECI=true CIRCLE_BRANCH=topic
        BITRISE_IO=true BITRISE_GIT_BRANCH=topic
        CIRRUS_CI=true CIRRUS_BRANCH=topic
        CF_BUILD_ID=7 CF_BRANCH=topic
        VELA=true VELA_BUILD_BRANCH=topic
        SCREWDRIVER=true GIT_BRANCH=origin/topic
        CODEBUILD_BUILD_ID=7 CODEBUILD_WEBHOOK_EVENT=PUSH CODEBUILD_WEBHOOK_HEAD_REF=refs/heads/topic
        SEMAPHORE=true SEMAPHORE_GIT_BRANCH=topic
        """,
    ),
    "another default branch": (
        both(Clone("", {"refs/remotes/origin/develop": ONE})), "origin/develop 4; proposed from 4",
        """
        GITLAB_CI=true CI_DEFAULT_BRANCH=develop CI_COMMIT_BRANCH=topic
        BUILDKITE=true BUILDKITE_PIPELINE_DEFAULT_BRANCH=develop BUILDKITE_BRANCH=topic
        DRONE=true DRONE_BUILD_EVENT=push DRONE_REPO_BRANCH=develop DRONE_BRANCH=topic
        CI_PIPELINE_EVENT=push CI_REPO_DEFAULT_BRANCH=develop CI_COMMIT_BRANCH=topic
        CIRRUS_CI=true CIRRUS_DEFAULT_BRANCH=develop CIRRUS_BRANCH=topic
        VELA=true VELA_REPO_BRANCH=develop VELA_BUILD_BRANCH=topic
        """,
    ),
    "main, and what it was": (
        ON_MAIN, FROM_FORK,
        f"""
        GITLAB_CI=true CI_COMMIT_BRANCH=main CI_COMMIT_BEFORE_SHA={FORK}
        JENKINS_URL=x BRANCH_NAME=main GIT_PREVIOUS_SUCCESSFUL_COMMIT={FORK}
        TRAVIS=true TRAVIS_PULL_REQUEST=false TRAVIS_BRANCH=main TRAVIS_COMMIT_RANGE={FORK}...{MAIN}
        DRONE=true DRONE_BUILD_EVENT=push DRONE_BRANCH=main DRONE_COMMIT_BEFORE={FORK}
        CI_PIPELINE_EVENT=push CI_COMMIT_BRANCH=main CI_PREV_COMMIT_SHA={FORK}
        CODEBUILD_BUILD_ID=7 CODEBUILD_WEBHOOK_EVENT=PUSH CODEBUILD_WEBHOOK_HEAD_REF=refs/heads/main CODEBUILD_WEBHOOK_PREV_COMMIT={FORK}
        CODEBUILD_BUILD_ID=7 CODEBUILD_WEBHOOK_EVENT=PUSH CODEBUILD_WEBHOOK_HEAD_REF=refs/heads/main CODEBUILD_WEBHOOK_BASE_REF=refs/heads/topic CODEBUILD_WEBHOOK_PREV_COMMIT={FORK}
        SEMAPHORE=true SEMAPHORE_GIT_BRANCH=main SEMAPHORE_GIT_COMMIT_RANGE={FORK}...{MAIN}
        """,
    ),
    "main by hand": (
        ON_MAIN, "nothing: nothing is proposed: ",
        """
        GITLAB_CI=true CI_COMMIT_BRANCH=main CI_PIPELINE_SOURCE=web
        TF_BUILD=True BUILD_SOURCEBRANCH=refs/heads/main BUILD_REASON=Manual
        TRAVIS=true TRAVIS_BRANCH=main TRAVIS_EVENT_TYPE=api
        DRONE=true DRONE_BRANCH=main DRONE_BUILD_EVENT=custom
        CI_COMMIT_BRANCH=main CI_PIPELINE_EVENT=manual
        """,
    ),
    "a tag, a schedule, a deployment": (
        FULL, "nothing: nothing is proposed: ",
        """
        GITLAB_CI=true CI_COMMIT_TAG=v1
        GITLAB_CI=true CI_PIPELINE_SOURCE=schedule
        BITBUCKET_BUILD_NUMBER=7 BITBUCKET_TAG=v1
        TF_BUILD=True BUILD_REASON=Schedule
        TF_BUILD=True BUILD_SOURCEBRANCH=refs/tags/v1
        JENKINS_URL=x TAG_NAME=v1
        BUILDKITE=true BUILDKITE_TAG=v1
        BUILDKITE=true BUILDKITE_SOURCE=schedule
        TRAVIS=true TRAVIS_BRANCH=v1 TRAVIS_TAG=v1
        TRAVIS=true TRAVIS_BRANCH=main TRAVIS_EVENT_TYPE=cron
        DRONE=true DRONE_TARGET_BRANCH=main DRONE_BUILD_EVENT=tag
        DRONE=true DRONE_TARGET_BRANCH=main DRONE_BUILD_EVENT=cron
        DRONE=true DRONE_TARGET_BRANCH=main DRONE_BUILD_EVENT=promote
        DRONE=true DRONE_TARGET_BRANCH=main DRONE_BUILD_EVENT=rollback
        CI_PIPELINE_EVENT=tag
        CI_PIPELINE_EVENT=cron
        CI_PIPELINE_EVENT=deployment
        CI_PIPELINE_EVENT=release
        APPVEYOR=True APPVEYOR_REPO_TAG=true
        APPVEYOR=True APPVEYOR_SCHEDULED_BUILD=True
        CIRCLECI=true CIRCLE_TAG=v1
        BITRISE_IO=true BITRISE_GIT_TAG=v1
        CIRRUS_CI=true CIRRUS_TAG=v1
        CIRRUS_CI=true CIRRUS_CRON=nightly
        VELA=true VELA_BUILD_EVENT=tag
        VELA=true VELA_BUILD_EVENT=schedule
        VELA=true VELA_BUILD_EVENT=deployment
        CODEBUILD_BUILD_ID=7 CODEBUILD_WEBHOOK_HEAD_REF=refs/tags/v1
        SEMAPHORE=true SEMAPHORE_GIT_TAG_NAME=v1
        """,
    ),
    "CI of another kind": (
        ON_MAIN, LAST,
        """
        CI=true
        CONTINUOUS_INTEGRATION=true
        TEAMCITY_VERSION=2024
        BUILD_NUMBER=7
        """,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "line"), [(kind, line) for kind, (_, _, lines) in SPOKEN.items() for line in lines.strip().splitlines()]
)
def test_what_a_service_says(kind: str, line: str) -> None:
    clone, expected, _ = SPOKEN[kind]
    last = line.split()[-1].replace("=", " is ") if expected.endswith(" ") else ""
    assert brief(clone.decide(variables(line))) == expected + last


FIXES = {
    "GITLAB_CI": 'GitLab CI: set the variable GIT_DEPTH: "0"',
    "BITBUCKET_COMMIT": "Bitbucket: set clone: depth: full",
    "TF_BUILD": "Azure Pipelines: set fetchDepth: 0 on the checkout step",
    "BUILDKITE": "Buildkite: clone the full history and fetch the target branch",
    "TRAVIS": "Travis CI: set git: depth: false",
    "DRONE": "Drone: leave out clone: depth",
    "APPVEYOR": "AppVeyor: leave out clone_depth",
    "BITRISE_IO": "Bitrise: clone the full history and fetch the target branch",
    "CIRRUS_CI": "Cirrus CI: leave out CIRRUS_CLONE_DEPTH",
    "CF_BUILD_ID": "Codefresh: clone the full history and fetch the target branch",
    "VELA": "Vela: clone the full history and fetch the target branch",
    "SCREWDRIVER": "Screwdriver: set GIT_SHALLOW_CLONE: false",
    "CODEBUILD_BUILD_ID": "CodeBuild: set git-clone-depth to 0",
    "SEMAPHORE": "Semaphore: git fetch --unshallow, after checkout",
    "BUILD_NUMBER": "clone the full history and fetch the target branch",
}


@pytest.mark.parametrize("mark", FIXES)
def test_what_to_change_in_a_service_that_clones_too_little(mark: str) -> None:
    problem = f"problem: absent (tried the default branch): {FIXES[mark]}, or name one with --base"
    assert brief(Clone(TWO, {}, (ROOT,)).decide({mark: "x"})) == problem


PLAN = Branches(targets=("release/*",), deployed=("prod", "main"))
RELEASES = {**ORIGIN, "refs/remotes/origin/release/1": SIDE, "refs/remotes/origin/HEAD": "refs/remotes/origin/main"}
# 2 - a  release/1; main is at 3
LANDINGS: dict[str, tuple[Clone, str]] = {
    "main": (replace(ON_MAIN, branch="main"), ""),
    "a topic": (replace(FULL, branch="topic"), TOPIC),
    "no branch": (FULL, TOPIC),
    "no remote": (Clone(TWO, {"refs/heads/main": MAIN}, branch="topic"), ""),
    "a release branch": (Clone(SIDE, RELEASES, branch="release/1"), ""),
    "a topic of a release branch": (Clone(SIDE, RELEASES, branch="topic"), "origin/release/1 a; proposed from a"),
    "a topic at the fork of both": (Clone(FORK, RELEASES, branch="topic"), "origin/main 3; proposed from 2"),
    "a deployed branch": (Clone(FORK, RELEASES, branch="prod"), "HEAD 2; promoted 3"),
    "a deployed branch without a default": (Clone(FORK, {}, branch="prod"), ""),
    "main and master": (Clone(TWO, {"refs/remotes/origin/main": MAIN, "refs/remotes/origin/master": FORK}, branch="topic"), ""),
    "master alone": (Clone(TWO, {"refs/remotes/origin/master": MAIN}, branch="topic"), "origin/master 3; proposed from 2"),
    "HEAD leads to nothing": (Clone(TWO, {**ORIGIN, "refs/remotes/origin/HEAD": "refs/remotes/origin/gone"}, branch="topic"), TOPIC),
    "HEAD is a commit": (Clone(TWO, {**ORIGIN, "refs/remotes/origin/HEAD": MAIN}, branch="topic"), TOPIC),
    "a branch called master, which the remote does not have": (Clone(TWO, {**ORIGIN, "refs/remotes/origin/HEAD": "refs/remotes/origin/main"}, branch="master"), TOPIC),
    "another default branch, main is nearer": (
        Clone(TWO, {"refs/remotes/origin/develop": FORK, "refs/remotes/origin/main": ONE, "refs/remotes/origin/HEAD": "refs/remotes/origin/develop"}, branch="topic"),
        "origin/develop 2; proposed from 2",
    ),
    "renamed, the old one is frozen": (
        Clone(TWO, {"refs/remotes/origin/main": MAIN, "refs/remotes/origin/master": ROOT, "refs/remotes/origin/HEAD": "refs/remotes/origin/master"}, branch="topic"), TOPIC,
    ),
    "a fork that is behind": (Clone(TWO, {"refs/remotes/origin/main": ROOT, "refs/remotes/upstream/main": MAIN}), "upstream/main 3; proposed from 2"),
    "a fork that is ahead": (Clone(TWO, {"refs/remotes/origin/main": ONE, "refs/remotes/upstream/main": MAIN}), "origin/main 4; proposed from 4"),
    "one remote of another name": (Clone(TWO, {"refs/remotes/company/main": MAIN, "refs/heads/topic": TWO}), "company/main 3; proposed from 2"),
    "two remotes of other names": (Clone(TWO, {"refs/remotes/a/main": MAIN, "refs/remotes/b/main": MAIN}), ""),
}  # fmt: skip


@pytest.mark.parametrize("row", LANDINGS)
def test_landing(row: str) -> None:
    clone, expected = LANDINGS[row]
    base = decide_landing(clone, PLAN)
    assert (brief(base) if base else "") == expected


def test_a_detached_head_is_a_proposal_where_every_branch_is_deployed() -> None:
    base = decide_landing(FULL, Branches(deployed=("*",)))
    assert base
    assert brief(base) == TOPIC


MERGES: dict[str, tuple[Clone, str]] = {
    "main into a topic": (Clone(TWO, ORIGIN, merging=(MAIN,), branch="topic"), "origin/main 3; proposed from 3; merge of 53 from 2"),
    "an older main into a topic": (
        Clone(TWO, {"refs/remotes/origin/main": LATER}, merging=(MAIN,), branch="topic"), "origin/main 7; proposed from 3; merge of 53 from 2",
    ),
    "a newer local main into a topic": (
        Clone(TWO, {**ORIGIN, "refs/heads/main": LATER}, merging=(LATER,), branch="topic"), "main 7; proposed from 7; merge of 57 from 2",
    ),
    "an older local main into a topic": (
        Clone(TWO, {"refs/remotes/origin/main": LATER, "refs/heads/main": MAIN}, merging=(MAIN,), branch="topic"), "origin/main 7; proposed from 3; merge of 53 from 2",
    ),
    "main into a topic, shallow": (Clone(TWO, ORIGIN, (ROOT,), merging=(MAIN,), branch="topic"), "origin/main 3; proposed from 3; merge of 53 from "),
    "a release branch into a topic, no remote": (
        Clone(TWO, {"refs/heads/release/1": SIDE}, merging=(SIDE,), branch="topic"), "release/1 a; proposed from a; merge of 5a from 2",
    ),
    "another topic into a topic, a newer local main": (
        Clone(TWO, {**ORIGIN, "refs/heads/main": LATER}, merging=(SIDE,), branch="topic"), "origin/main 3; proposed from 2; merge of 5a from 2",
    ),
    "another topic into a topic": (Clone(TWO, ORIGIN, merging=(SIDE,), branch="topic"), "origin/main 3; proposed from 2; merge of 5a from 2"),
    "three into one": (Clone(TWO, ORIGIN, merging=(MAIN, SIDE), branch="topic"), "origin/main 3; proposed from 3; merge of 53a from "),
    "main into a topic, no remote": (
        Clone(TWO, {"refs/heads/main": MAIN}, merging=(MAIN,), branch="topic"), "main 3; proposed from 3; merge of 53 from 2",
    ),
    "no target is known": (Clone(TWO, merging=(MAIN, OTHER), branch="topic"), "HEAD 5, the merged commit 3, the merged commit 8"),
    "a topic into main": (Clone(MAIN, ORIGIN, merging=(TWO,), branch="main"), "HEAD 3"),
    "a topic into a main without a remote": (Clone(MAIN, {"refs/heads/main": MAIN}, merging=(TWO,), branch="main"), "HEAD 3"),
    "a pull on main": (Clone(ONE, ORIGIN, merging=(MAIN,), branch="main"), "the upstream of main 3"),
    "a pull on main that is behind": (Clone(FORK, ORIGIN, merging=(MAIN,), branch="main"), "the upstream of main 3"),
    "a topic with the upstream into main that is behind": (
        Clone(FORK, {"refs/remotes/origin/main": ONE}, merging=(TWO,), branch="main"), "the upstream of main 4",
    ),
    "a topic into main that is ahead": (Clone(MAIN, {"refs/remotes/origin/main": FORK}, merging=(TWO,), branch="main"), "HEAD 3"),
    "a topic into main that is behind": (Clone(FORK, ORIGIN, merging=(TWO,), branch="main"), "HEAD 2"),
    "two topics into main that is behind, one with the upstream": (
        Clone(FORK, {"refs/remotes/origin/main": ONE}, merging=(TWO, SIDE), branch="main"), "the upstream of main 4",
    ),
    "main into a deployed branch": (Clone(FORK, ORIGIN, merging=(MAIN,), branch="prod"), "HEAD 2; promoted 3"),
}  # fmt: skip


@pytest.mark.parametrize("row", MERGES)
def test_merge(row: str) -> None:
    clone, expected = MERGES[row]
    for environ in ({}, {"CI": "true"}):
        assert brief(clone.decide(environ, branches=PLAN)) == expected
    detached, named = replace(clone, branch=""), {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": clone.branch}
    assert brief(detached.decide(named, branches=PLAN)) == expected


DEPLOYED: dict[str, tuple[Mapping[str, str], str]] = {
    "a push of a deployed branch": ({**TO_MAIN, "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/prod"}, "origin 3; promoted 3; in 5"),
    "a push of a release branch": ({**TO_MAIN, "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/release/2"}, "origin 3; in 5"),
    "a build of a deployed branch": ({**GITLAB, "CI_COMMIT_BRANCH": "prod", "CI_COMMIT_BEFORE_SHA": ONE}, "the commit before the push 4; promoted 3"),
    "a build of a deployed branch, not told from what": ({**GITLAB, "CI_COMMIT_BRANCH": "prod"}, "the parent of HEAD (only the last commit was compared) 4; promoted 3"),
    "a build of a release branch": ({**GITLAB, "CI_COMMIT_BRANCH": "release/1", "CI_COMMIT_BEFORE_SHA": ONE}, "the commit before the push 4"),
    "a build of a deployed branch by hand": ({**GITLAB, "CI_COMMIT_BRANCH": "prod", "CI_PIPELINE_SOURCE": "web"}, "nothing: nothing is proposed: CI_PIPELINE_SOURCE is web"),
}  # fmt: skip


@pytest.mark.parametrize("row", DEPLOYED)
def test_deployed_branches_and_targets(row: str) -> None:
    environ, expected = DEPLOYED[row]
    assert brief(replace(FULL, names=RELEASES).decide(environ, branches=PLAN)) == expected


@pytest.mark.parametrize(
    ("branch", "pattern", "expected"),
    [
        ("release/1", "release/*", True), ("release/1/2", "release/*", False), ("release-1", "release-*", True),
        ("main", "main", True), ("mains", "main", False), ("a.b", "a.b", True), ("axb", "a.b", False), ("x", "*", True), ("", "*", False),
    ],
)  # fmt: skip
def test_patterns(branch: str, pattern: str, expected: bool) -> None:
    assert matches(branch, ("other", pattern)) is expected


@pytest.mark.parametrize(
    "event", ["", "{", "[" * 100_000, "[]", "null", '{"pull_request": 1}', '{"pull_request": {"base": {"sha": 7}}}']
)
def test_an_event_that_cannot_be_read_is_no_answer(event: str) -> None:
    assert brief(FULL.decide(PULL, event)) == TOPIC


@pytest.mark.parametrize("environ", [{}, PULL, RANGE, {"ASTRO_RUNTIME_BASE": "gone"}])
def test_no_base(environ: dict[str, str]) -> None:
    expected = Base((), TWO if environ is RANGE else "", why="--no-base")
    assert FULL.decide(environ, no_base=True) == expected


def test_a_base_of_nothing_is_silent_and_sure() -> None:
    assert brief(Base(())) == ""
    assert Base((Before("1", "a"), Before("1", "b"))).commits == (Before("1", "a"),)


def test_a_base_names_each_commit_that_has_to_be_read_once() -> None:
    one, two, three, four, five = (Before(name, name) for name in "12345")
    base = Base((one,), forks=(two,), merge=Merge((one, three), (two,)), promoted=(four,), staged=(five,))
    assert base.commits == (one, five, two, three, four)


def test_base_option_comes_before_its_variable() -> None:
    assert brief(FULL.decide({"ASTRO_RUNTIME_BASE": "gone"}, asked=ONE)) == f"{ONE} 4"


@pytest.mark.parametrize(
    ("clone", "words"),
    [
        (Clone(OTHER, ORIGIN), "HEAD and origin/main have unrelated histories: name the commit to compare with by --base"),
        (Clone(TWO, ORIGIN, (ROOT, FORK)), "the history is too shallow to find the merge base with origin/main: fetch the full history"),
    ],
)  # fmt: skip
def test_why_a_merge_base_is_not_sure(clone: Clone, words: str) -> None:
    base = clone.decide(PULL)
    assert (base.doubt, base.target) == (words, "origin/main (named as the target)")


@pytest.mark.parametrize(
    ("environ", "event", "clone", "words"),
    [
        ({"CI": "true"}, "", FULL, "origin/main (the default branch)"),
        (LAB_MERGE, "", FULL, "origin/main (named as the target)"),
        (TO_TOPIC, "", FULL, "origin/main (the default branch)"),
        (PULL, json.dumps(PULLED), MERGED, "origin/main (a parent of the service's merge)"),
        ({**LAB_MERGE, "CI_MERGE_REQUEST_DIFF_BASE_SHA": FORK}, "", Clone(TWO), "origin/main (its merge base is named)"),
    ],
)  # fmt: skip
def test_how_the_target_was_found(environ: dict[str, str], event: str, clone: Clone, words: str) -> None:
    assert clone.decide(environ, event).target == words


def test_a_target_of_the_repository_was_found_as_the_nearest() -> None:
    base = decide_landing(Clone(SIDE, RELEASES, branch="topic"), PLAN)
    assert base
    assert base.target == "origin/release/1 (the nearest of the targets)"


@pytest.mark.parametrize(
    ("environ", "asked", "message"),
    [
        ({}, "gone", "--base gone: no such commit in this clone: fetch it, or name another"),
        ({}, "main", "--base main: no such commit in this clone: name origin/main, which is"),
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
            "PRE_COMMIT_TO_REF is gone, which is not a commit of this clone: fetch it, or name another",
        ),
        (
            {**TO_TOPIC, "PRE_COMMIT_TO_REF": "gone"}, None,
            "PRE_COMMIT_TO_REF is gone, which is not a commit of this clone: fetch it, or name another",
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
        f"GITHEAD_{'B' * 40}": "as os.environ has it on Windows",
        f"GITHEAD_{'a' * 64}": "of a repository with longer names",
    }
    assert merged_heads(environ) == (ONE, TWO, "a" * 64, "b" * 40)
