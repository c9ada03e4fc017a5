"""Random projects and changes in real git: however a change arrives, the findings are the same; --changed loses none.

CHANGES=500 tries that many.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from landing import ZEROS, Outcome, run
from repository import Repository, make_repository

HISTORIES = int(os.environ.get("CHANGES", "8"))
VERSIONS = ("4.2.6", "5.0.1", "5.0.8", "6.0.0", "5.0", "latest", "13.7.0", "3.1-2", "3.3-8", "3.3")
FOLDERS = ("", "one/", "two/")
NAMES = ("Dockerfile", "Dockerfile.test", "pyproject.toml", "deployment.yaml")


def written(name: str, random: Random) -> str:
    """A file of this name with one or two random versions, some with a comment that answers."""
    version, other = random.choice(VERSIONS), random.choice(VERSIONS)
    above = random.choice(
        ("", "", "", f"# astro-runtime: reviewed {version}\n", f"# astro-runtime: downgraded {version}: back\n")
    )
    if name == "pyproject.toml":
        return f'[tool.astro]\n{above}runtime = "{version}"\n'
    if name == "deployment.yaml":
        return f"deployment:\n  configuration:\n    runtime_version: {version}\n"
    images = [
        f"{'astrocrpublic.azurecr.io/runtime' if '-' in it or it == '3.3' else 'quay.io/astronomer/astro-runtime'}:{it}"
        for it in (version, other)
    ]
    return random.choice(
        (
            f"{above}FROM {images[0]}\n",
            f"FROM python:3.12\n{above}FROM {images[0]}\n",
            f"FROM {images[1]} AS test\n{above}FROM {images[0]}\n",
        )
    )


class Change:
    """A repository whose `main` has some files, and a commit on `topic` that adds, changes, renames or removes some."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.repo = make_repository(folder / "repo")
        self.repo.git("remote", "add", "origin", "https://example.com/project.git")
        paths = [folder + name for folder in FOLDERS for name in NAMES]
        kept = self.random.sample(paths, 6)
        self.main = self.repo.commit({path: written(Path(path).name, self.random) for path in kept})
        self.repo.git("update-ref", "refs/remotes/origin/main", self.main)
        self.repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        self.repo.git("switch", "--quiet", "--create", "topic")
        for path in self.random.sample(kept, 2):
            event = self.random.choice(("write", "write", "write", "move", "remove", "touch"))
            if event == "move":
                self.repo.git("mv", path, f"{path.rpartition('.')[0] or path}.moved{Path(path).suffix}")
            elif event == "remove":
                self.repo.git("rm", "--quiet", path)
            else:
                old = (self.repo.path / path).read_text(encoding="utf-8")
                self.repo.write(
                    path, written(Path(path).name, self.random) if event == "write" else f"{old}# touched\n"
                )
        new = self.random.choice([path for path in paths if path not in kept])
        self.repo.write(new, written(Path(new).name, self.random))
        self.repo.git("add", "--all")
        self.paths = set(self.repo.git("diff", "--cached", "--name-only", "--no-renames").split("\n"))


@pytest.fixture(params=range(HISTORIES))
def change(request: pytest.FixtureRequest, tmp_path: Path) -> Change:
    return Change(tmp_path, request.param)


def test_a_commit_a_range_and_a_request_have_the_same_findings(change: Change) -> None:
    repo = change.repo
    staged = run(repo)
    tip = repo.commit()
    pushed = {"PRE_COMMIT_FROM_REF": change.main, "PRE_COMMIT_TO_REF": tip}
    ways = {
        "--base": run(repo, "--base", "main"),
        "a range": run(repo, **pushed),
        "a push": run(repo, PRE_COMMIT_REMOTE_NAME="origin", PRE_COMMIT_REMOTE_BRANCH="refs/heads/topic", **pushed),
        "a merge request": run(repo, GITLAB_CI="true", CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main"),
        "a branch build": run(
            repo, GITLAB_CI="true", CI_COMMIT_BRANCH="topic", CI_DEFAULT_BRANCH="main", CI_COMMIT_BEFORE_SHA=ZEROS
        ),
    }
    repo.git("switch", "--quiet", "--detach", "main")
    repo.git("merge", "--quiet", "--no-ff", "--no-edit", "topic")
    ways["a pull request"] = run(
        repo, GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="pull_request", GITHUB_BASE_REF="main",
        GITHUB_SHA=repo.git("rev-parse", "HEAD"),
    )  # fmt: skip
    assert {way: (found.code, found.findings) for way, found in ways.items()} == dict.fromkeys(
        ways, (staged.code, staged.findings)
    )


def test_changed_leaves_out_only_what_was_there_before(change: Change) -> None:
    repo = change.repo
    whole, narrowed = run(repo), run(repo, "--changed")
    assert narrowed.findings <= whole.findings
    left_out = whole.findings - narrowed.findings
    assert not {finding for finding in left_out if finding.path in change.paths}
    before = make_before(repo)
    assert left_out <= before.findings


def make_before(repo: Repository) -> Outcome:
    """What a whole run finds without the change."""
    repo.git("stash", "--quiet", "--include-untracked")
    return run(repo)
