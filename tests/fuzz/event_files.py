"""Any bytes as the event that GitHub describes in a file: a base or CannotCheck, and only names that git can be asked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.git.base import decide
from astro_runtime_guard.git.plumbing import Ref

HEAD, MAIN, MERGE = "1" * 40, "2" * 40, "3" * 40
GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true"}
ENVIRONMENTS = (
    {**GITHUB, "GITHUB_EVENT_NAME": "push", "GITHUB_REF_TYPE": "branch"},
    {**GITHUB, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main", "GITHUB_SHA": MERGE},
    {**GITHUB, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_BASE_REF": "ma in", "GITHUB_SHA": MAIN},
    {**GITHUB, "GITHUB_EVENT_NAME": "merge_group"},
    {**GITHUB, "GITHUB_EVENT_NAME": "issue_comment"},
    {**GITHUB, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main", "GITHUB_REF_TYPE": "branch"},
)

SEEDS = (
    b'0{"before": "2222222222222222222222222222222222222222", "forced": true, "repository": {"default_branch": "main"}}',
    b'0{"before": "0000000000000000000000000000000000000000", "repository": {"default_branch": "a..b"}}',
    b'1{"pull_request": {"base": {"sha": "2222222222222222222222222222222222222222"}, "head": {"sha": "1111111111111111111111111111111111111111"}}}',
    b'2{"pull_request": {"base": {"sha": "22222222"}}}',
    b'3{"merge_group": {"base_sha": "2222222222222222222222222222222222222222"}}',
    b"3[[[",
)
WORDS = (
    '"before"', '"forced"', '"repository"', '"default_branch"', '"pull_request"', '"base"', '"head"', '"sha"', '"merge_group"',
    '"base_sha"', HEAD, MAIN, MERGE, "0" * 40, "main", "\\ud800", "\\u0000", "\\n", "null", "true", "1e999", "NaN", "[", "{}", "refs/heads/",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """The first byte chooses the kind of run, the rest is the event."""
    environ = ENVIRONMENTS[data[0] % len(ENVIRONMENTS)] if data else ENVIRONMENTS[0]
    event = data[1:].decode("utf-8", "replace")
    for head in (HEAD, MERGE):
        with suppress(CannotCheck):
            base = decide(Clone(head, environ), event, None, False, False)
            assert base.judged or base.problem or base.why, "nothing is compared, and nothing says why"
            words = (base.problem, base.why, base.target, base.doubt, *(before.named for before in base.commits))
            assert all(text.isascii() and text.isprintable() for text in words), "words"


class Clone:
    """A clone whose HEAD has two parents and leaves MAIN at MAIN."""

    merging: Sequence[str] = ()
    branch = ""
    is_shallow = False
    refs: Mapping[str, Ref] = {"refs/remotes/origin/main": Ref(MAIN)}

    def __init__(self, head: str, environ: Mapping[str, str]) -> None:
        self.head, self.environ = head, environ

    def commits(self, names: Sequence[str]) -> list[str]:
        """What git says of names: every one can be handed to it, on a line of its own."""
        for name in names:
            assert name == os.fsdecode(os.fsencode(name)), "name"
            assert not set(name) & set("\0\n "), "name"
        return [name if name in {HEAD, MAIN, MERGE} else "" for name in names]

    def parents(self, commit: str) -> Sequence[str]:
        return (MAIN, HEAD)

    def merge_bases(self, tip: str, *commits: str) -> tuple[Sequence[str], bool]:
        return (MAIN,), True

    def independent(self, commits: Sequence[str]) -> Sequence[str]:
        return commits

    def contains(self, commit: str, other: str) -> bool:
        return commit == other
