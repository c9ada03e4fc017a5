"""Reads folders of YAML files into images, places and rules, and lists every mistake in them."""

from __future__ import annotations

import re
from pathlib import Path

from ..yamlfile import MOST_BYTES, Mistake, Value, read_yaml
from .branchfile import BRANCHES, read_branch_file
from .imagefile import read_image
from .placefile import read_place_file
from .rulefile import read_rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..model import Branches, Image, Place, Rule


def read_folders(
    folders: Iterable[str],
    images: dict[str, Image],
    rules: dict[str, Rule],
    places: dict[str, Place],
    branches: list[Branches],
) -> Iterator[str]:
    """Put what the files say into the four collections; the mistakes, each `path:line:column: ...`."""
    paths = [Path(folder) for folder in folders]
    yield from _refuse_strays(paths)
    for path in _files(paths):
        try:
            value = read_yaml(_source(path), _shown(path))
            if path.parent.name == "images":
                image = read_image(value, path.stem, images)
                images[image.name] = image
            elif path.parent.name == "places":
                places[path.stem] = read_place_file(value, path.stem, images)
            elif path.stem == BRANCHES:
                branches.append(read_branch_file(value))
            else:
                rules[path.stem] = read_rule(value, path.stem, images)
        except Mistake as mistake:
            yield str(mistake)
        except OSError as error:
            yield f"{_shown(path)}: {error.strerror}"


def _refuse_strays(folders: list[Path]) -> Iterator[str]:
    """A mistake for each YAML file that would be left unread: one with another ending or in another folder."""
    for folder in folders:
        for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
            place = path.relative_to(folder).parent.as_posix()
            if path.suffix != ".yaml" or place not in {".", "images", "places"}:
                yield (
                    f"{_shown(path)}:1:1: is not read: rules are NAME.yaml, images are images/NAME.yaml, "
                    "places are places/NAME.yaml, branches are branches.yaml"
                )
            elif not re.fullmatch(r"[\w.-]+", path.stem):
                yield f"{_shown(path)}:1:1: NAME.yaml: a name has only letters, digits, dots, dashes and underscores"


def _files(folders: list[Path]) -> Iterator[Path]:
    """Image files first, because a rule or a place names its image."""
    for pattern in ("images/*.yaml", "places/*.yaml", "*.yaml"):
        for folder in folders:
            # Short names first: a file that extends `images/a.yaml` has a longer name or is in a later folder.
            yield from sorted(folder.glob(pattern), key=lambda path: (len(path.stem), path.stem))


def _source(path: Path) -> bytes:
    """The bytes of a file, at most one more than a file may have. Only a regular file is read: a pipe may never end."""
    if not path.is_file():
        raise Mistake(Value("", _shown(path)), "is no regular file")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _shown(path: Path) -> str:
    return path.as_posix().replace("\n", "\\n")
