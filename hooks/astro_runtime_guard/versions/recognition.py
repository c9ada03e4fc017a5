"""Tells which declared image a reference names, also in a mirror and where a build argument has no value."""

from __future__ import annotations

import re
from functools import lru_cache

from ..dockerfile.references import DEFAULT_DOMAIN, cut_domain
from ..named import NamedTuple
from .tags import Tag, read_build, read_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model import Image

_DOCKER_HUB = "registry-1.docker.io"  # what docker asks for images of Docker Hub
_PORT = ":443"  # what a registry is asked at where no port is written
_UNKNOWN = r"\$\{[^}]*\}"


class Runtime(NamedTuple):
    """A reference to a declared image. `repository` is as written, `declared` as the image file has it."""

    image: Image
    repository: str
    declared: str
    tag: Tag
    digest: str

    @property
    def pinned(self) -> bool:
        """Whether the reference always names the same image: with a digest, and by convention with an exact build."""
        return bool(self.digest) or self.tag.kind == "build"


def recognise(reference: str, images: Iterable[Image]) -> Runtime | None:
    """The declared image that an image reference names, or None.

    `reference` may hold `${NAME}` for a build argument without a value. In front of the declared part of the
    repository it can be anything; behind that part it leaves the version open.
    """
    repository, tag, digest = _split(reference)
    for image in images:
        declared = _declared(repository, image) or _declared(re.sub(_UNKNOWN, "", repository), image)
        if declared:
            return Runtime(image, repository, declared, read_tag(tag, image, declared), digest)
        without_colon = _without_colon(repository, image) if tag is None else None
        if without_colon:
            return without_colon
    return None


def _without_colon(repository: str, image: Image) -> Runtime | None:
    """A build behind a declared repository and a dash; docker reads it as another repository at `latest`."""
    for dash in (at for at, character in enumerate(repository) if character == "-"):
        build = read_build(repository[dash + 1 :], image)
        if build and (declared := _declared(repository[:dash], image)):
            return Runtime(image, repository[:dash], declared, Tag(build.text, "no-colon", build.version), "")
    return None


def _split(reference: str) -> tuple[str, str | None, str]:
    """Repository, tag (None if there is none) and digest. Behind the first slash no colon begins a port."""
    name, _, digest = reference.partition("@")
    colon = name.find(":", name.find("/") + 1)
    unknown = name.find("${", name.rfind("/", 0, colon if colon >= 0 else len(name)) + 1)
    ends = [at for at in (colon, unknown) if at >= 0]
    if not ends:
        return name, None, digest
    return name[: min(ends)], name[min(ends) :].removeprefix(":"), digest


def _declared(repository: str, image: Image) -> str:
    """The name under which the image declares this repository; empty when it does not."""
    normal = _normal(repository)
    for declared in image.repositories:
        if declared.startswith("*/"):
            if normal.endswith(declared[1:]):
                return declared
        elif normal == _normal(declared):
            return declared
    return ""


@lru_cache
def _normal(repository: str) -> str:
    """A repository with its registry spelled out, in lower case. Other spellings of one registry become the same."""
    host, slash, path = repository.lower().partition("/")
    host = host.removesuffix(_PORT)
    if host == _DOCKER_HUB:
        host = DEFAULT_DOMAIN
    return "/".join(cut_domain(f"{host}{slash}{path}"))
