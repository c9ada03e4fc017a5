"""The rulebook that comes with the program, loaded once for all tests."""

from __future__ import annotations

from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder

TODAY = "2026-11-22"
BOOK = load_rulebook([shipped_folder()], TODAY)
