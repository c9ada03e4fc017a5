"""Declarations: a file in, out come all the places in it that name a Runtime.

Reads Dockerfiles, and keys in TOML, YAML and JSON. What the file said before, and what is wrong, is left to others.
The face is `reading.py`.
"""
