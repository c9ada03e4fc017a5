"""A project with a remote, for tests: a bare repository, a clone to work in, clones as CI services make them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from conftest import run_here
from repository import Repository, make_repository, prepare_filter

ALL = "+refs/heads/*:refs/remotes/origin/*"
ZEROS = "0" * 40


def dockerfile(version: str, *acks: str) -> str:
    """A Dockerfile of one stage with these acknowledgements above it."""
    return "".join(f"# astro-runtime: {ack}\n" for ack in acks) + f"FROM quay.io/astronomer/astro-runtime:{version}\n"


class Found(NamedTuple):
    """A finding that nothing answers."""

    path: str
    line: int
    rule: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """What one run of the program said: the exit code, what nothing answers, and what that was compared with."""

    code: int
    findings: frozenset[Found]
    bases: frozenset[str]
    error: str

    @property
    def rules(self) -> frozenset[str]:
        """The rules of the findings."""
        return frozenset(finding.rule for finding in self.findings)

    @property
    def brief(self) -> str:
        """ "silent", the rules that were found, or "cannot check"."""
        return "cannot check" if self.code == 2 else " ".join(sorted(self.rules)) or "silent"


class Project:
    """`origin` is a bare repository, `dev` a clone whose main holds one Dockerfile."""

    def __init__(self, folder: Path, version: str = "4.2.6", branch: str = "main") -> None:
        self.folder = folder
        self.origin = make_repository(folder / "origin.git")
        self.origin.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
        self.origin.git("config", "core.bare", "true")
        self.origin.git("config", "uploadpack.allowFilter", "true")
        self.origin.git("config", "uploadpack.allowAnySHA1InWant", "true")  # up to git 2.25 a lazy fetch needs it
        self.url = (folder / "origin.git" / ".git").as_uri()
        self.dev = make_repository(folder / "dev")
        self.dev.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
        self.dev.git("remote", "add", "origin", self.url)
        self.write(version)
        self.commit("first")
        self.push(branch)
        self.dev.git("remote", "set-head", "origin", "--auto")

    def write(self, version: str, *acks: str, path: str = "Dockerfile") -> None:
        """Write and stage the Dockerfile."""
        self.dev.write(path, dockerfile(version, *acks))
        self.dev.git("add", "--", path)

    def commit(self, message: str = "change", version: str = "", *acks: str) -> str:
        """Commit what is staged, with the Dockerfile at a version if one is given."""
        if version:
            self.write(version, *acks)
        return self.dev.commit(None, message)

    def other(self) -> str:
        """Commit something that is no Dockerfile."""
        return self.dev.commit({"other": os.urandom(8).hex()})

    def switch(self, branch: str, start: str = "") -> None:
        """Go to a branch, a new one where a start is given."""
        self.dev.git("switch", "--quiet", *(["--create", branch, start] if start else [branch]))

    def push(self, branch: str, *options: str, remote: str = "origin") -> None:
        """Push without any hook."""
        self.dev.git("push", "--quiet", "--no-verify", *options, remote, branch)

    def land(self, branch: str, version: str, *acks: str) -> str:
        """Change a branch on the remote from elsewhere, and fetch it."""
        here = self.dev.git("rev-parse", "--abbrev-ref", "HEAD")
        self.dev.git("switch", "--quiet", "--detach", f"origin/{branch}")
        made = self.commit(f"land {version}", version, *acks)
        self.dev.git("push", "--quiet", "--no-verify", "origin", f"HEAD:refs/heads/{branch}")
        self.dev.git("switch", "--quiet", here)
        self.dev.git("fetch", "--quiet", "origin")
        return made

    def before_push(self, branch: str, remote: str = "origin", ref: str = "") -> dict[str, str]:
        """The environment of pre-commit's pre-push hook, made as pre-commit makes it."""
        ref = ref or f"refs/heads/{branch}"
        tip = self.dev.git("rev-parse", branch)
        environ = {
            "PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": remote, "PRE_COMMIT_REMOTE_URL": self.url,
            "PRE_COMMIT_REMOTE_BRANCH": ref, "PRE_COMMIT_LOCAL_BRANCH": f"refs/heads/{branch}",
        }  # fmt: skip
        listed = self.dev.git("ls-remote", remote, ref)
        there = listed.split()[0] if listed else ""
        if there and self.dev.run("git", "cat-file", "-e", there, check=False).returncode == 0:
            return {**environ, "PRE_COMMIT_FROM_REF": there, "PRE_COMMIT_TO_REF": tip}
        new = self.dev.git("rev-list", tip, "--topo-order", "--reverse", "--not", f"--remotes={remote}").split()
        if new and self.dev.run("git", "rev-parse", f"{new[0]}^", check=False).returncode == 0:
            return {**environ, "PRE_COMMIT_FROM_REF": self.dev.git("rev-parse", f"{new[0]}^"), "PRE_COMMIT_TO_REF": tip}
        return environ

    def clone(self, ref: str, *options: str, branches: str = ALL, detached: bool = True) -> Repository:
        """A clone as a CI service makes it: some options of `git fetch`, and the head checked out."""
        number = sum(1 for _ in self.folder.glob("clone*"))
        clone = make_repository(self.folder / f"clone{number}")
        clone.git("remote", "add", "origin", self.url)
        if any(option.startswith("--filter") for option in options):
            prepare_filter(clone)
        clone.git(
            "fetch", "--quiet", "--no-tags", *options, "origin", f"+refs/{ref}:refs/ci/head", *filter(None, [branches])
        )
        clone.git(
            "checkout", "--quiet", *(["--detach"] if detached else ["-B", ref.removeprefix("heads/")]), "refs/ci/head"
        )
        clone.git("update-ref", "-d", "refs/ci/head")
        return clone


def run(repository: Repository, *words: str, at: Path | None = None, **environ: str) -> Outcome:
    """Run the command in a repository, with a clean environment."""
    code, out, err = run_here(repository, "--format", "json", *words, at=at, **environ)
    findings = [it for it in json.loads(out)["findings"] if not it["acknowledged"]] if out else []
    bases = frozenset(str(it["before"]["base"]).partition(" at ")[0] for it in findings if it["before"])
    found = frozenset(Found(it["path"], it["line"], it["rule"], it["message"]) for it in findings)
    return Outcome(code, found, bases, err)
