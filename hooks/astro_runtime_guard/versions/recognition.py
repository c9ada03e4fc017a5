"""Which declared image a reference names.

Knows: how a declared repository is recognised, also in a mirror and where a build argument has no value.
Must not know: where a reference was written, any rule, any particular image (those are YAML).
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..dockerfile.references import cut_domain
from ..named import NamedTuple
from .tags import Tag, read_build, read_tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model import Image

_UNKNOWN = r"\$\{[^}]*\}"


class Runtime(NamedTuple):
    """An image reference in which a repository was recognised: as it is written there, and as it is declared."""

    image: Image
    repository: str
    declared: str
    tag: Tag
    digest: str

    @property
    def pinned(self) -> bool:
        """Whether it always names the same image: a digest does, an exact build by convention does."""
        return bool(self.digest) or self.tag.kind == "build"


def recognise(reference: str, images: Iterable[Image]) -> Runtime | None:
    """The declared image that an image reference names, or None.

    `reference` may hold `${NAME}` where a build argument has no value: before the declared part of the repository it
    can be anything, behind it the version is open.
    """
    repository, tag, digest = _split(reference)
    for image in images:
        declared = _declared(repository, image) or _declared(re.sub(_UNKNOWN, "", repository), image)
        if declared:
            return Runtime(image, repository, declared, read_tag(tag, image, declared), digest)
        if tag is None and (lost := _lost_colon(repository, image)):
            return lost
    return None


def _lost_colon(repository: str, image: Image) -> Runtime | None:
    """A build that hangs on a declared repository by a dash; docker reads it as another repository at `latest`."""
    last_part = repository.rfind("/") + 1
    for dash in (at for at in range(last_part, len(repository)) if repository[at] == "-"):
        build = read_build(repository[dash + 1 :], image)
        if build and (declared := _declared(repository[:dash], image)):
            return Runtime(image, repository[:dash], declared, Tag(build.text, "no-colon", build.version), "")
    return None


def _split(reference: str) -> tuple[str, str | None, str]:
    """Repository, tag (None: there is none), digest. Behind the first slash a colon is never that of a port."""
    name, _, digest = reference.partition("@")
    colon = name.find(":", name.find("/") + 1)
    unknown = name.find("${", name.rfind("/", 0, colon if colon >= 0 else len(name)) + 1)
    ends = [at for at in (colon, unknown) if at >= 0]
    if not ends:
        return name, None, digest
    return name[: min(ends)], name[min(ends) :].removeprefix(":"), digest


def _declared(repository: str, image: Image) -> str:
    """The name under which the image declares this repository; empty when it does not."""
    wanted = _normal(repository)
    for declared in image.repositories:
        if declared.startswith("*/"):
            if wanted.endswith(declared[1:]):
                return declared
        elif wanted == _normal(declared):
            return declared
    return ""


@lru_cache
def _normal(repository: str) -> str:
    """A repository with its registry spelled out, in lower case."""
    return "/".join(cut_domain(repository)).lower()
