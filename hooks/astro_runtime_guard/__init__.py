"""astro-runtime-guard: catches unpinned, lowered and unreviewed Astro Runtime versions in Dockerfiles.

The Python API: `check(before, after)` returns findings, and `read_stages(source)` returns build stages.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import check as check
    from .dockerfile.stages import Stage as Stage
    from .dockerfile.stages import read_stages as read_stages
    from .errors import CannotCheck as CannotCheck
    from .findings.finding import Finding as Finding

_HOME = {
    "CannotCheck": "errors",
    "Finding": "findings.finding",
    "Stage": "dockerfile.stages",
    "check": "api",
    "read_stages": "dockerfile.stages",
}


def __getattr__(name: str) -> object:
    """Imports the API when it is first asked for; a hook never needs most of it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
