"""The rule files that ship with astro-runtime-guard: data, no code (editable installs find it by this file)."""
