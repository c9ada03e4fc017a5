"""Dockerfiles: bytes in, build stages out, as BuildKit reads them.

Knows instructions, build arguments and image references. Which images matter, and what a tag means, is left to others.
The face is `stages.py`.
"""
