"""`python -m astro_runtime_guard` is the command astro-runtime-guard."""

from __future__ import annotations

from .entrypoints import astro_runtime_guard

if __name__ == "__main__":
    astro_runtime_guard()
