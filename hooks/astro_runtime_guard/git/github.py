"""What GitHub Actions says of a run: its variables, and the event that it describes in a file.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables and the payloads of the events. Gitea and
Forgejo speak the same language.
"""

from __future__ import annotations

from .runs import NamedCommit, Run, branch_of, named_commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FIX = "GitHub Actions: set fetch-depth: 0 on actions/checkout"


def read_run(environ: Mapping[str, str], text: str) -> Run:
    """What GitHub says of this run; `text` is the JSON text of the event, "" where it cannot be read."""
    name, event = environ.get("GITHUB_EVENT_NAME", ""), _parsed(text)
    if environ.get("GITHUB_REF_TYPE") == "tag":
        return Run(quiet="a tag")
    if name in ("schedule", "release"):
        return Run(quiet=name)
    run = Run(FIX, branch=branch_of(environ.get("GITHUB_REF", "")), default=_at(event, "repository", "default_branch"))
    target = branch_of(environ.get("GITHUB_BASE_REF", "") or _at(event, "pull_request", "base", "ref"))
    if target or _at(event, "pull_request", "base", "sha"):
        return _pull_request(environ, event, run._replace(target=target))
    if name == "merge_group":
        commit = named_commit("merge_group.base_sha", _at(event, "merge_group", "base_sha"))
        return run._replace(queue=commit or NamedCommit("merge_group.base_sha", ""))
    if name == "workflow_dispatch":
        return run._replace(manual=name)
    if name != "push":
        return run._replace(unbased=f"the event {name}")
    if not event:
        fix = f"{FIX}, and hand on GITHUB_EVENT_PATH and a file that can be read"
        return run._replace(fix=fix, before=NamedCommit("the event in GITHUB_EVENT_PATH", ""))
    return run._replace(before=named_commit("before of the push event", _at(event, "before")))


def _pull_request(environ: Mapping[str, str], event: object, run: Run) -> Run:
    commit = environ.get("GITHUB_SHA", "")
    tip = named_commit("pull_request.base.sha", _at(event, "pull_request", "base", "sha"))
    run = run._replace(tips=(tip,) if tip else ())
    if environ.get("GITHUB_EVENT_NAME") == "pull_request_target":
        return run._replace(checked_out=commit)
    return run._replace(merge=commit, proposal=_at(event, "pull_request", "head", "sha"))


def _parsed(text: str) -> object:
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _at(value: object, *keys: str) -> str:
    """The text at a place in the event, "" when it has none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
