"""Reads Dockerfiles as BuildKit does: bytes in, build stages out.

This wing reads instructions, build arguments and image references. It does not know which images are declared, nor
what a tag means. The face is `stages.py`.
"""
