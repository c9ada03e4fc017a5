"""Finds all places in a file that name a Runtime.

This wing reads Dockerfiles, and keys in TOML, YAML and JSON. It does not know what the file said before, nor any rule.
The face is `reading.py`.
"""
