"""A tiny main for each console script: its name and the checks that it runs."""

from __future__ import annotations

try:
    from .arguments import Hook
    from .cli import main
except KeyboardInterrupt:  # nothing is loaded yet that could report it
    raise SystemExit(130) from None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_FILE = ("pinned", "readable", "published")
_REVIEW = ("crossing", "unknown", "stop", "digest")
_CHANGE = ("ordered", *_REVIEW)
_ALL = (*_FILE, "withdrawn", *_CHANGE)
# Off unless a rule is named, because it depends on today's date.
_DATED = ("maintained",)
_ACROSS = ("consistent", "carried")


def astro_runtime_guard() -> NoReturn:
    """The command."""
    main(Hook("astro-runtime-guard", (*_ALL, *_ACROSS), optional=_DATED, commands=True, together=True))


def astro_runtime() -> NoReturn:
    """The hook that runs every rule on Dockerfiles."""
    main(Hook("astro-runtime", _ALL, optional=_DATED))


def astro_runtime_pinned() -> NoReturn:
    """The hook that judges files as they are."""
    main(Hook("astro-runtime-pinned", _FILE))


def astro_runtime_no_downgrade() -> NoReturn:
    """The hook that refuses a lower Runtime."""
    main(Hook("astro-runtime-no-downgrade", ("ordered",)))


def astro_runtime_upgrade_review() -> NoReturn:
    """The hook that asks for a review of an upgrade across a boundary."""
    main(Hook("astro-runtime-upgrade-review", _REVIEW))


def astro_runtime_supported() -> NoReturn:
    """The hook that refuses withdrawn builds and lines out of maintenance."""
    main(Hook("astro-runtime-supported", ("withdrawn", *_DATED)))


def astro_runtime_declarations() -> NoReturn:
    """The hook that checks the other places where a Runtime is declared, and that they agree."""
    checks = (*_ALL, *_ACROSS)
    main(Hook("astro-runtime-declarations", checks, optional=_DATED, together=True, leaves_dockerfiles=True))


def astro_runtime_repo() -> NoReturn:
    """The hook that lists the repository's files itself."""
    checks = (*_ALL, *_ACROSS)
    main(Hook("astro-runtime-repo", checks, optional=_DATED, stands_for_stages=True, together=True))


def astro_runtime_rules() -> NoReturn:
    """The hook that reads and tests a repository's own rule files."""
    main(Hook("astro-runtime-rules", (), command=("rules", "test"), commands=True))
