"""How git refuses, in one line for a person.

Knows: git's own words for what cannot be looked at. Must not know: what was asked for.
"""

from __future__ import annotations

import os

from ..errors import CannotCheck, plain
from .ask import start_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def refusal(command: str, code: int, err: bytes) -> CannotCheck:
    """git's own words, and what to do where that is known."""
    import re
    from shlex import quote

    text = err.decode("ascii", "backslashreplace")
    if owner := re.search(r"(?:dubious ownership in|unsafe) repository (?:at|\()\s*'?([^'\n)]*)", text):
        trust = f"git config --global --add safe.directory {quote(owner[1])}"
        return CannotCheck(f"git does not trust this repository: run {trust}")
    if "promisor" in text or "lazy fetching disabled" in text:
        return CannotCheck("the base needs objects that this partial clone left out: clone without --filter")
    lines = text.splitlines() or [f"it was ended by signal {-code}" if code < 0 else f"exit code {code} without a word"]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    return CannotCheck(f"git {command} failed ({fatal[-1]}): try git fsck, and the same command by hand")


def broken_off(command: str) -> CannotCheck:
    """An answer that is not whole."""
    return CannotCheck(f"git {command} broke off in the middle of its answer: try the same command by hand")


def refuse_broken(environ: Mapping[str, str]) -> None:
    """A repository that git cannot recognise is not "no repository"."""
    from pathlib import Path

    here = Path.cwd()
    signs = [environ["GIT_DIR"]] if environ.get("GIT_DIR") else [str(it / ".git") for it in (here, *here.parents)]
    for sign in signs:
        if environ.get("GIT_DIR") or os.path.lexists(sign):
            what = f"{plain(sign)} is there, but git does not take it for a repository"
            raise CannotCheck(f"{what}: repair it, or remove it if it is none")


def refuse_broken_branch(environ: Mapping[str, str]) -> None:
    """A branch that cannot be read is not a branch without commits; only `log` tells them apart."""
    code, _, err = start_git(("log", "-1", "--format=", "--no-show-signature"), environ)()
    if code and b"does not have any commits yet" not in err:
        raise refusal("log", code, err)
