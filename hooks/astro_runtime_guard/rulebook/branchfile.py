"""Reads `branches.yaml`: which branches of a repository are more than proposals."""

from __future__ import annotations

import re

from ..model import Branches
from ..yamlfile import Mistake, Value
from .fields import Key, read_fields, text, texts

BRANCHES = "branches"
"""The name of the file; no rule can have it."""


def branch_names(value: Value) -> tuple[str, ...]:
    """Names of branches, in which `*` stands for any text without a slash."""
    items = value.content if isinstance(value.content, tuple) else (value,)
    for item in items:
        # https://git-scm.com/docs/git-check-ref-format, without the star
        if re.search(r"[\x00-\x20\x7f~^:?\[\\]|\.\.|@\{|//|^[-/]|/$|\.$", text(item)):
            raise Mistake(item, f"{text(item)}: is not the name of a branch, such as main or release/*")
    return texts(value)


BRANCH_KEYS = {
    "targets": Key(branch_names, "branches that others are merged into, besides the default branch, such as release/*"),
    "deployed": Key(branch_names, "branches that are pushed to directly and deploy; judged against what they were"),
}


def read_branch_file(value: Value) -> Branches:
    """What the file says. Raises Mistake."""
    return Branches(**read_fields(value, BRANCH_KEYS))
