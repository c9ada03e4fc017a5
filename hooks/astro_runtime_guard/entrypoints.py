"""A tiny main for each console script: its name and the checks that it runs. Must not know anything else."""

from __future__ import annotations

try:
    from .arguments import Hook
    from .cli import run
except KeyboardInterrupt:  # nobody is there yet to say it
    raise SystemExit(130) from None

_FILE = ("pinned", "readable", "published")
_REVIEW = ("crossing", "unknown", "stop")
_CHANGE = ("ordered", *_REVIEW)
# The maintained check is not among them: a calendar must not break a repository that nobody touched.
_ALL = (*_FILE, "withdrawn", *_CHANGE)
_ACROSS = ("consistent", "carried")


def astro_runtime_guard() -> int:
    """The command."""
    return run(Hook("astro-runtime-guard", (*_ALL, *_ACROSS), commands=True, together=True))


def astro_runtime() -> int:
    """The hook that runs everything."""
    return run(Hook("astro-runtime", _ALL))


def astro_runtime_pinned() -> int:
    """The hook that judges files as they are."""
    return run(Hook("astro-runtime-pinned", _FILE))


def astro_runtime_no_downgrade() -> int:
    """The hook that refuses a lower Runtime."""
    return run(Hook("astro-runtime-no-downgrade", ("ordered",)))


def astro_runtime_upgrade_review() -> int:
    """The hook that asks for a review of an upgrade across a boundary."""
    return run(Hook("astro-runtime-upgrade-review", _REVIEW))


def astro_runtime_supported() -> int:
    """The hook that refuses withdrawn builds and lines out of maintenance."""
    return run(Hook("astro-runtime-supported", ("withdrawn", "maintained")))


def astro_runtime_declarations() -> int:
    """The hook that looks wherever else a Runtime is declared, and at what those places say together."""
    return run(Hook("astro-runtime-declarations", (*_ALL, *_ACROSS), together=True, leaves_dockerfiles=True))


def astro_runtime_repo() -> int:
    """The hook that lists the repository's files itself."""
    return run(Hook("astro-runtime-repo", (*_ALL, *_ACROSS), stands_for_stages=True, together=True))


def astro_runtime_rules() -> int:
    """The hook that reads and tests a repository's own rule files."""
    return run(Hook("astro-runtime-rules", (), commands=True), ["rules", "test"])
