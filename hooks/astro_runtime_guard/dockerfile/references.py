"""Reads image references by the grammar of the distribution project.

Source: https://pkg.go.dev/github.com/distribution/reference (the grammar at its top, and `ParseNormalizedNamed` for the
names of Docker Hub). A reference is ASCII, and it is the whole text.
"""

from __future__ import annotations

import re

from ..named import NamedTuple

DEFAULT_DOMAIN = "docker.io"
OFFICIAL = "library/"
PATH_LIMIT = 255
DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}

# Words and what may stand between two of them, which is the grammar with fewer parts: they are compiled in each run.
_IS_DOMAIN = r"(?:[a-zA-Z0-9]+(?:(?:\.|-+)[a-zA-Z0-9]+)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_IS_PATH = r"[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*"
_IS_TAG = r"(?a)\w[\w.-]{0,127}"
_IS_HEX = r"[a-f0-9]+"


class Reference(NamedTuple):
    """An image reference in its full form.

    `domain` is the registry (`quay.io`, `localhost:5000`; `docker.io` if none is written), `path` the repository in it
    (`astronomer/astro-runtime`, `library/python`). `tag` and `digest` are empty if none is written. In `a_b.c/d` the
    first part looks like a host but is not a valid one: docker reads it as part of the path, and `domain` is empty.
    """

    domain: str
    path: str
    tag: str
    digest: str

    @property
    def repository(self) -> str:
        """Domain and path, without tag and digest."""
        return f"{self.domain}/{self.path}" if self.domain else self.path


def read_reference(text: str) -> Reference | None:
    """`text` as a reference; None if docker refuses it."""
    if len(text) == 64 and re.fullmatch(_IS_HEX, text):  # the name of an image in docker's own store
        return None
    rest, at, digest = text.partition("@")
    name, colon, tag = _cut_tag(rest)
    if (at and not _is_digest(digest)) or (colon and not re.fullmatch(_IS_TAG, tag)):
        return None
    domain, path = cut_domain(name)
    if not re.fullmatch(_IS_DOMAIN, domain):
        domain, path = "", f"{domain}/{path}"
    if not re.fullmatch(_IS_PATH, path) or len(path) > PATH_LIMIT:
        return None
    return Reference(domain, path, tag, digest)


def _cut_tag(text: str) -> tuple[str, str, str]:
    """Name, colon and tag. A colon in front of the last slash belongs to a port."""
    slash = text.rfind("/")
    name, colon, tag = text[slash + 1 :].partition(":")
    return text[: slash + 1] + name, colon, tag


def cut_domain(name: str) -> tuple[str, str]:
    """Domain and path, with the defaults of Docker Hub where the first part does not look like a host."""
    first, slash, rest = name.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost" or first != first.lower())
    domain, path = (first, rest) if is_host else (DEFAULT_DOMAIN, name)
    if domain == "index.docker.io":
        domain = DEFAULT_DOMAIN
    if domain == DEFAULT_DOMAIN and "/" not in path:
        path = OFFICIAL + path
    return domain, path


def _is_digest(text: str) -> bool:
    algorithm, _, encoded = text.partition(":")
    return DIGEST_LENGTHS.get(algorithm) == len(encoded) and bool(re.fullmatch(_IS_HEX, encoded))
