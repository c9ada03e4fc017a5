"""A proposal is judged against the branch that will receive it: histories in real repositories, and every event of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from landing import ZEROS, Outcome, Project, run

DOWN, FIVE, SIX = "no-runtime-downgrade", "runtime-5", "runtime-6"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """main at Runtime 4.2.6."""
    return Project(tmp_path)


def commit(project: Project, **environ: str) -> str:
    return run(project.dev, PRE_COMMIT="1", GIT_INDEX_FILE=str(project.dev.path / ".git" / "index"), **environ).brief


def push(project: Project, branch: str, **more: str) -> str:
    return run(project.dev, **project.before_push(branch, **more)).brief


def build(project: Project, branch: str, *options: str, **environ: str) -> Outcome:
    """The build of a branch by a service that tells nothing but that it is CI."""
    return run(project.clone(f"heads/{branch}", *options), CI="true", **environ)


# --- topics


def test_an_upgrade_that_was_pushed_and_never_merged_is_taken_back(project: Project) -> None:
    project.switch("topic", "main")
    project.write("5.0.1")
    assert commit(project) == FIVE
    project.commit()
    project.push("topic")
    project.write("4.2.6")
    assert commit(project) == "silent"
    project.commit()
    assert push(project, "topic") == "silent"
    project.push("topic")
    assert build(project, "topic").brief == "silent"
    project.write("4.2.5")
    assert commit(project) == DOWN


def test_a_named_file_of_any_name_is_judged_against_the_target_too(project: Project) -> None:
    project.write("4.2.6", path="images/base")
    project.commit()
    project.push("main")
    project.switch("topic", "main")
    project.write("4.2.5", path="images/base")
    assert run(project.dev, PRE_COMMIT="1").brief == "silent"
    assert run(project.dev, "images/base", PRE_COMMIT="1").brief == DOWN


def test_a_reverted_upgrade_that_was_never_merged(project: Project) -> None:
    project.switch("topic", "main")
    project.commit("up", "5.0.1", "reviewed 5.0.1")
    project.dev.git("revert", "--no-edit", "HEAD")
    assert push(project, "topic") == "silent"
    project.push("topic")
    assert build(project, "topic").brief == "silent"


def test_main_crossed_with_a_review_and_removed_the_line_later(project: Project) -> None:
    project.switch("topic", "main")
    project.other()
    project.push("topic")
    project.land("main", "5.0.1", "reviewed 5.0.1")
    project.land("main", "5.0.2")
    for way in (["merge", "--no-edit", "origin/main"], ["rebase", "origin/main"]):
        project.dev.git("switch", "--quiet", "--force-create", "topic", "origin/topic")
        project.dev.git(*way)
        assert push(project, "topic") == "silent"
        project.dev.git("push", "--quiet", "--force", "origin", "topic:again")
        assert build(project, "again").brief == "silent"
    project.dev.git("switch", "--quiet", "--force-create", "topic", "origin/topic")
    project.dev.git("merge", "--squash", "origin/main")
    assert commit(project) == "silent"
    project.commit()
    assert push(project, "topic") == "silent"


def test_a_branch_rebased_onto_an_acknowledged_roll_back(project: Project) -> None:
    project.land("main", "5.0.2", "reviewed 5.0.2")
    project.switch("topic", "origin/main")
    project.other()
    project.push("topic")
    project.land("main", "5.0.1", "downgraded 5.0.1: broken")
    project.land("main", "5.0.1")
    project.dev.git("rebase", "origin/main")
    assert push(project, "topic") == "silent"
    project.push("topic", "--force")
    assert build(project, "topic").brief == "silent"


def test_an_unchanged_topic_does_not_turn_red_because_main_moved(project: Project) -> None:
    project.switch("topic", "main")
    project.other()
    project.push("topic")
    project.land("main", "6.0.0", "reviewed 6.0.0")
    assert push(project, "topic") == "silent"
    assert build(project, "topic").brief == "silent"
    project.other()
    assert push(project, "topic") == "silent"


def test_a_second_push_of_another_file_stays_red(project: Project) -> None:
    project.switch("topic", "main")
    project.commit("down", "4.2.5")
    assert push(project, "topic") == DOWN
    project.push("topic")
    project.other()
    assert push(project, "topic") == DOWN
    project.push("topic")
    found = build(project, "topic")
    assert (found.brief, found.bases) == (DOWN, {"origin/main"})


# --- merges on a topic


def test_main_was_rolled_back_with_a_reason_and_merged(project: Project) -> None:
    project.land("main", "4.9.0")
    project.switch("topic", "origin/main")
    project.other()
    project.land("main", "4.5.0", "downgraded 4.5.0: broken")
    project.land("main", "4.6.0")
    project.dev.git("merge", "--no-commit", "--no-ff", "origin/main")
    assert commit(project) == "silent"
    project.commit("merge")
    assert push(project, "topic") == "silent"


@pytest.mark.parametrize(
    ("main", "topic", "result", "expected"),
    [
        ("5.0.1", "6.0.0", "5.0.1", "silent"),
        ("4.9.0", "5.0.1", "4.9.0", "silent"),
        ("4.9.0", "4.8.0", "4.8.0", DOWN),
        ("4.9.0", "4.8.0", "4.3.0", DOWN),
        ("4.9.0", "4.8.0", "5.0.1", FIVE),
        ("4.9.0", "", "4.2.6", DOWN),  # an evil merge: main's upgrade is thrown away
        ("", "4.9.0", "4.2.6", "silent"),
        ("", "4.9.0", "4.2.5", DOWN),
    ],
)
def test_a_merge_of_main_into_a_topic(project: Project, main: str, topic: str, result: str, expected: str) -> None:
    project.switch("topic", "main")
    project.commit("topic", topic) if topic else project.other()
    if main:
        project.land("main", main)
    else:
        project.dev.git("switch", "--quiet", "--detach", "origin/main")
        project.dev.commit({"unrelated": "x"})
        project.dev.git("push", "--quiet", "origin", "HEAD:main")
        project.switch("topic")
    project.dev.git("merge", "--no-commit", "--no-ff", "origin/main", check=False)
    project.write(result)
    assert commit(project) == expected
    project.commit("merge")
    assert push(project, "topic") == expected


def test_main_rolled_back_and_resolved_above(project: Project) -> None:
    project.land("main", "5.0.1", "reviewed 5.0.1")
    project.switch("topic", "origin/main")
    project.commit("up", "5.0.2")
    project.land("main", "4.2.6", "downgraded 4.2.6: broken")
    project.dev.git("merge", "--no-commit", "origin/main", check=False)
    project.write("6.0.0")
    assert commit(project) == f"{FIVE} {SIX}"


def test_a_clean_merge_that_equals_neither_parent_while_its_version_does(project: Project) -> None:
    lines = "".join(f"RUN echo {number}\n" for number in range(9))
    project.dev.git("fetch", "--quiet", "origin")
    project.dev.commit({"Dockerfile": "FROM quay.io/astronomer/astro-runtime:5.0.1\n" + lines})
    project.push("main")
    project.switch("topic", "main")
    project.dev.commit({"Dockerfile": "FROM quay.io/astronomer/astro-runtime:5.0.1\n" + lines + "RUN topic\n"})
    project.switch("main")
    project.dev.commit({"Dockerfile": "FROM quay.io/astronomer/astro-runtime:4.2.6\n" + lines})
    project.push("main")
    project.switch("topic")
    project.dev.git("merge", "--no-commit", "--no-ff", "main")
    assert commit(project) == "silent"
    project.commit("merge")
    assert push(project, "topic") == "silent"


# --- merges on a target


def test_a_merge_into_main_of_a_topic_with_a_clean_revert(project: Project) -> None:
    project.land("main", "5.0.1", "reviewed 5.0.1")
    project.dev.git("merge", "--quiet", "--ff-only", "origin/main")
    project.switch("topic", "main")
    project.dev.git("revert", "--no-edit", "HEAD")
    project.switch("main")
    project.dev.git("merge", "--no-commit", "--no-ff", "topic")
    assert commit(project) == DOWN
    project.commit("merge")
    assert push(project, "main") == DOWN


def test_the_same_where_main_was_behind_and_the_topic_holds_its_upstream(project: Project) -> None:
    project.land("main", "5.0.1", "reviewed 5.0.1")
    project.switch("topic", "origin/main")
    project.dev.git("revert", "--no-edit", "HEAD")
    project.switch("main")
    project.dev.git("merge", "--no-commit", "--no-ff", "topic")
    assert commit(project) == DOWN


def test_a_pull_on_main_takes_over_a_roll_back(project: Project) -> None:
    project.land("main", "5.0.1", "reviewed 5.0.1")
    project.dev.git("merge", "--quiet", "--ff-only", "origin/main")
    project.other()
    project.land("main", "4.2.6", "downgraded 4.2.6: broken")
    project.land("main", "4.2.6")
    project.dev.git("merge", "--no-commit", "--no-ff", "origin/main")
    assert commit(project) == "silent"


def test_octopus_on_a_topic_and_on_main(project: Project) -> None:
    for name, version in (("one", "4.9.0"), ("two", "")):
        project.switch(name, "main")
        project.commit(name, version) if version else project.other()
    project.dev.git("switch", "--quiet", "--create", "topic", "main")
    project.dev.commit({"third": "x"})
    project.dev.git("merge", "--no-commit", "--no-ff", "one", "two")
    assert commit(project) == "silent"
    project.write("4.2.5")
    assert commit(project) == DOWN
    project.dev.git("reset", "--quiet", "--hard")
    project.switch("main")
    project.dev.git("merge", "--no-commit", "--no-ff", "one", "two")
    project.write("4.2.5")
    assert commit(project) == DOWN


def test_merge_with_ours_throws_away_an_upgrade_of_main(project: Project) -> None:
    project.switch("topic", "main")
    project.other()
    project.land("main", "4.9.0")
    project.dev.git("merge", "--quiet", "--no-edit", "-s", "ours", "origin/main")
    assert push(project, "topic") == DOWN


# --- targets and deployed branches

BRANCHES = "targets: [main, release/*]\ndeployed: [dev, prod]\n"


@pytest.fixture
def deployed(project: Project) -> Project:
    """dev, prod and release/1 beside main, all at Runtime 4.2.6."""
    project.dev.commit({".astro-runtime/branches.yaml": BRANCHES})
    for branch in ("dev", "prod", "release/1"):
        project.dev.git("branch", branch)
        project.push(branch)
    project.push("main")
    return project


@pytest.mark.parametrize("branch", ["dev", "prod", "release/1", "main"])
def test_a_target_that_lowers_what_runs_there(deployed: Project, branch: str) -> None:
    deployed.switch(branch)
    deployed.commit("up", "5.0.1", "reviewed 5.0.1")
    deployed.push(branch)
    before = deployed.dev.git("rev-parse", "HEAD")
    deployed.write("4.2.6")
    assert commit(deployed) == DOWN
    deployed.commit("down")
    assert push(deployed, branch) == DOWN
    deployed.dev.git("reset", "--quiet", "--hard", "HEAD~2")
    assert push(deployed, branch) == DOWN
    deployed.push(branch, "--force")
    ref = {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": branch, "CI_DEFAULT_BRANCH": "main"}
    found = run(deployed.clone(f"heads/{branch}"), **ref, CI_COMMIT_BEFORE_SHA=before)
    assert (found.code, f"run git fetch origin {before}" in found.error) == (2, True)
    clone = deployed.clone(f"heads/{branch}")
    clone.git("fetch", "--quiet", "origin", before)
    assert run(clone, **ref, CI_COMMIT_BEFORE_SHA=before).brief == DOWN


def test_a_topic_for_a_release_branch(deployed: Project) -> None:
    deployed.land("release/1", "5.0.2", "reviewed 5.0.2")
    deployed.switch("topic", "origin/release/1")
    deployed.commit("down", "5.0.1", "reviewed 5.0.1")
    assert push(deployed, "topic") == DOWN
    deployed.push("topic")
    found = build(deployed, "topic")
    assert (found.brief, found.bases) == (DOWN, {"origin/release/1"})
    deployed.commit("up", "5.0.3")
    assert push(deployed, "topic") == "silent"
    deployed.push("topic")
    assert build(deployed, "topic").brief == "silent"


def test_promotion_does_not_ask_again(deployed: Project) -> None:
    deployed.land("main", "5.0.1", "reviewed 5.0.1")
    deployed.land("main", "5.0.2")
    deployed.switch("prod")
    before = deployed.dev.git("rev-parse", "HEAD")
    deployed.write("5.0.2")
    assert commit(deployed) == "silent"
    assert "judged again" not in run(deployed.dev, "--verbose").error
    deployed.dev.git("reset", "--quiet", "--hard")
    deployed.dev.git("merge", "--quiet", "--no-edit", "origin/main")
    assert push(deployed, "prod") == "silent"
    deployed.push("prod")
    ref = {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "prod", "CI_DEFAULT_BRANCH": "main"}
    assert run(deployed.clone("heads/prod"), **ref, CI_COMMIT_BEFORE_SHA=before).brief == "silent"
    deployed.commit("beyond", "6.0.0")
    assert push(deployed, "prod") == SIX


# --- default branch


def test_a_renamed_default_branch(tmp_path: Path) -> None:
    project = Project(tmp_path, branch="master")
    project.dev.git("branch", "--move", "main")
    project.commit("up", "5.0.1", "reviewed 5.0.1")
    project.push("main")
    project.switch("topic", "main")
    project.write("4.2.6")
    assert commit(project) == DOWN
    project.commit("down")
    assert push(project, "topic") == DOWN
    project.dev.git("update-ref", "-d", "refs/remotes/origin/master")
    assert push(project, "topic") == DOWN


def test_a_fork_with_a_stale_main(project: Project) -> None:
    project.dev.git("remote", "add", "upstream", project.url)
    project.land("main", "5.0.1", "reviewed 5.0.1")
    project.dev.git("fetch", "--quiet", "upstream")
    project.dev.git("update-ref", "refs/remotes/origin/main", "main")
    project.switch("topic", "upstream/main")
    project.write("4.2.6")
    assert commit(project) == DOWN
    assert run(project.dev).bases == {"upstream/main"}
    project.commit("down")
    assert push(project, "topic") == DOWN


def test_two_usual_names_and_no_head_are_no_default(project: Project) -> None:
    project.dev.git("push", "--quiet", "origin", "main:master")
    project.dev.git("fetch", "--quiet", "origin")
    project.dev.git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    project.switch("topic", "main")
    project.commit("up", "5.0.1")
    project.write("4.2.6")
    assert run(project.dev).bases == {"HEAD"}
    project.commit("down")
    project.push("topic")
    found = build(project, "topic")
    assert (found.code, "the default branch" in found.error) == (2, True)


# --- pushes


def test_pushes_elsewhere(project: Project, tmp_path: Path) -> None:
    project.dev.git("init", "--quiet", "--bare", str(tmp_path / "fork.git"))
    project.dev.git("remote", "add", "fork", (tmp_path / "fork.git").as_uri())
    project.switch("topic", "main")
    project.commit("down", "4.2.5")
    assert push(project, "topic", remote="fork") == DOWN
    assert push(project, "topic", remote=(tmp_path / "fork.git").as_uri()) == DOWN
    assert push(project, "topic", ref="refs/tags/v1") == "silent"
    assert push(project, "topic", ref="refs/for/main%topic=x") == DOWN
    project.dev.git("push", "--quiet", "origin", "main:release-1")
    project.land("release-1", "5.0.1")
    assert push(project, "topic", ref="refs/for/release-1") == DOWN
    project.commit("up", "4.2.7")
    assert push(project, "topic", ref="refs/for/main") == "silent"
    assert push(project, "topic", ref="refs/for/release-1") == DOWN
    project.switch("main")
    assert push(project, "main", remote="fork") == "silent"


# --- builds

SERVICES: dict[str, dict[str, str]] = {
    "CodeBuild": {"CODEBUILD_BUILD_ID": "x", "CODEBUILD_WEBHOOK_EVENT": "PUSH", "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/topic", "CODEBUILD_WEBHOOK_PREV_COMMIT": ZEROS},
    "Semaphore": {"SEMAPHORE": "true", "SEMAPHORE_GIT_BRANCH": "topic", "SEMAPHORE_GIT_COMMIT_RANGE": "{parent}...{head}"},
    "Woodpecker": {"CI": "woodpecker", "CI_PIPELINE_EVENT": "push", "CI_COMMIT_BRANCH": "topic", "CI_PREV_COMMIT_SHA": "{parent}"},
    "Drone": {"DRONE": "true", "DRONE_BUILD_EVENT": "push", "DRONE_BRANCH": "topic", "DRONE_TARGET_BRANCH": "topic", "DRONE_COMMIT_BEFORE": ZEROS},
    "Azure": {"TF_BUILD": "True", "BUILD_REASON": "IndividualCI", "BUILD_SOURCEBRANCH": "refs/heads/topic"},
    "Jenkins": {"JENKINS_URL": "x", "GIT_BRANCH": "origin/topic"},
    "Jenkins, a successful build before": {"JENKINS_URL": "x", "BRANCH_NAME": "topic", "GIT_PREVIOUS_SUCCESSFUL_COMMIT": "9" * 40},
    "Travis": {"TRAVIS": "true", "TRAVIS_BRANCH": "topic", "TRAVIS_PULL_REQUEST": "false", "TRAVIS_COMMIT_RANGE": ""},
    "Travis, a rebased branch": {"TRAVIS": "true", "TRAVIS_BRANCH": "topic", "TRAVIS_PULL_REQUEST": "false", "TRAVIS_COMMIT_RANGE": "9" * 12 + "...{head}"},
    "Bitbucket": {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_BRANCH": "topic"},
    "TeamCity": {"TEAMCITY_VERSION": "2024"},
    "CircleCI": {"CIRCLECI": "true", "CIRCLE_BRANCH": "topic"},
    "an unknown service": {"CI": "true"},
    "GitHub": {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/topic", "GITHUB_REF_TYPE": "branch"},
    "GitHub by hand": {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_REF": "refs/heads/topic", "GITHUB_REF_TYPE": "branch"},
    "GitLab": {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "topic", "CI_COMMIT_BEFORE_SHA": "{parent}", "CI_DEFAULT_BRANCH": "main"},
}  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_the_first_of_two_commits_of_a_topic_lowers(project: Project, service: str) -> None:
    project.switch("topic", "main")
    names = {"parent": project.commit("down", "4.2.5"), "head": project.other()}
    project.push("topic")
    environ = {name: value.format(**names) for name, value in SERVICES[service].items()}
    found = run(project.clone("heads/topic"), **environ)
    assert (found.brief, found.bases) == (DOWN, {"origin/main"})
    # Without the target, a commit "before" that a service names is all that is left.
    named = any(names["parent"] in value for value in environ.values())
    left = {"cannot check", "silent"} if named else {"cannot check"}
    for options in (["--depth=1"], []):
        assert run(project.clone("heads/topic", *options, branches=""), **environ).brief in left
    project.switch("other", "main")
    project.other()
    project.push("other")
    assert run(project.clone("heads/other"), **environ).brief == "silent"


@pytest.mark.parametrize("depth", [[], ["--depth=2"]])
def test_the_first_of_two_commits_pushed_to_main_lowers(project: Project, depth: list[str]) -> None:
    before = project.dev.git("rev-parse", "HEAD")
    project.commit("down", "4.2.5")
    project.other()
    project.push("main")
    environ = {
        "GITLAB_CI": "true",
        "CI_COMMIT_BRANCH": "main",
        "CI_DEFAULT_BRANCH": "main",
        "CI_COMMIT_BEFORE_SHA": before,
    }
    found = run(project.clone("heads/main", *depth), **environ)
    assert found.brief == ("cannot check" if depth else DOWN)
    assert not depth or f"run git fetch origin {before}" in found.error


def test_a_build_of_main_that_names_nothing_before_says_so(project: Project) -> None:
    project.commit("down", "4.2.5")
    project.push("main")
    for environ in ({"CI": "true"}, {"CIRCLECI": "true", "CIRCLE_BRANCH": "main"}, {"CIRCLECI": "true"}):
        found = run(project.clone("heads/main"), **environ)
        assert (found.brief, found.bases) == (DOWN, {"the parent of HEAD (only the last commit was compared)"})
    assert run(project.clone("heads/main", "--depth=1"), CI="true").code == 2


EVENTS = ("issue_comment", "workflow_run", "repository_dispatch", "deployment", "check_suite")


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_without_a_base(project: Project, tmp_path: Path, event: str) -> None:
    (tmp_path / "event.json").write_text(json.dumps({"repository": {"default_branch": "main"}}))
    environ = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_REF": "refs/heads/main", "GITHUB_REF_TYPE": "branch",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
    }  # fmt: skip
    project.switch("topic", "main")
    project.commit("down", "4.2.5")
    project.push("topic")
    assert run(project.clone("heads/topic"), **environ).brief == DOWN
    for clone in (project.clone("heads/main", "--depth=1"), project.clone("heads/topic", "--depth=1", branches="")):
        found = run(clone, **environ)
        assert (found.brief, "nothing is compared" in found.error) == ("silent", True)


@pytest.mark.parametrize("depth", [[], ["--depth=1"]])
def test_runs_that_propose_nothing(project: Project, depth: list[str]) -> None:
    project.commit("down", "4.2.5")
    project.push("main")
    github = {"GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/heads/main", "GITHUB_REF_TYPE": "branch"}
    for environ in (
        {**github, "GITHUB_EVENT_NAME": "schedule"},
        {**github, "GITHUB_EVENT_NAME": "workflow_dispatch"},
        {**github, "GITHUB_REF_TYPE": "tag", "GITHUB_EVENT_NAME": "push"},
        {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "web", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"},
        {"TF_BUILD": "True", "BUILD_REASON": "Manual", "BUILD_SOURCEBRANCH": "refs/heads/main"},
    ):
        assert run(project.clone("heads/main", *depth), **environ).brief == "silent"


def test_no_repository_in_ci(project: Project, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "Dockerfile").write_text("FROM quay.io/astronomer/astro-runtime:4.2.6\n")
    for words, code in ((["Dockerfile"], 2), (["--no-base", "Dockerfile"], 0)):
        assert run(project.dev, *words, at=tmp_path / "plain", CI="true").code == code
    assert run(project.dev, "Dockerfile", at=tmp_path / "plain").code == 0


def test_verbose_names_the_target_and_how_it_was_found(project: Project) -> None:
    project.write("4.2.5")
    found = run(project.dev, "--verbose")
    assert (found.brief, "judged again" in found.error) == (DOWN, False)
    project.write("4.2.6")
    project.switch("topic", "main")
    project.commit("up", "5.0.1")
    project.write("4.2.6")
    said = run(project.dev, "--verbose").error
    assert "Dockerfile: compared with HEAD at " in said
    assert "judged again, for where the commit will land: origin/main (the default branch)" in said
    project.push("topic")
    said = run(project.clone("heads/topic"), "--verbose", CI="true").error
    assert "Dockerfile: compared with origin/main at " in said
    assert " if it differs from the merge base with origin/main at " in said
    assert "target: origin/main (the default branch)" in said
