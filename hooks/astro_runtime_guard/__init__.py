"""astro-runtime-guard: catches unpinned, lowered and unreviewed Astro Runtime versions in Dockerfiles.

The Python API: `check(before, after)` -> findings, and `read_stages(source)` -> build stages.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .dockerfile.stages import Stage as Stage
    from .dockerfile.stages import read_stages as read_stages
    from .errors import CannotCheck as CannotCheck
    from .findings.finding import Finding as Finding
    from .findings.judge import check as check

_HOME = {
    "check": "findings.judge",
    "read_stages": "dockerfile.stages",
    "Stage": "dockerfile.stages",
    "Finding": "findings.finding",
    "CannotCheck": "errors",
}


def __getattr__(name: str) -> object:
    """Imported when first asked for: a hook that finds nothing to read never needs most of it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
