"""Reads folders of YAML files into images, places and rules, and lists every mistake in them."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import CannotCheck, plain
from ..yamlfile import MOST_BYTES, Mistake, Value, read_yaml
from .branchfile import BRANCHES, read_branch_file
from .imagefile import check_build, read_image
from .placefile import read_place_file
from .rulefile import read_rule
from .where import leads_out, shipped_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    refused = list(_refuse_leading_out(paths))
    yield from refused
    if refused:
        return
    yield from _refuse_strays(paths)
    replaced: dict[str, Value] = {}
    for path, value in _values(paths):
        try:
            if isinstance(value, CannotCheck):
                raise value
            if path.parent.name == "images":
                image = read_image(value, path.stem, images)
                images[image.name] = image
                replaced[image.name] = value
            elif path.parent.name == "places":
                places[path.stem] = read_place_file(value, path.stem, images)
            elif path.stem == BRANCHES:
                branches.append(read_branch_file(value))
            else:
                rules[path.stem] = read_rule(value, path.stem, images)
        except CannotCheck as mistake:
            yield str(mistake)
    yield from _refuse_other_versions(replaced, images, rules)


def _refuse_other_versions(
    replaced: Mapping[str, Value], images: Mapping[str, Image], rules: Mapping[str, Rule]
) -> Iterator[str]:
    """A mistake for each rule whose versions are none of an image that was replaced after the rule had been read."""
    for rule in rules.values():
        for name in (name for name in rule.images if name in replaced):
            try:
                for version in filter(None, (rule.version, rule.from_below)):
                    check_build(version, images[name], replaced[name])
            except Mistake as mistake:
                yield f"{mistake}; the rule {rule.name} names it, so replace that rule too"


def _refuse_leading_out(folders: list[Path]) -> Iterator[str]:
    """A mistake for each folder or file of the repository's own rules that leads out of it: nothing there is read."""
    for folder in (it for it in folders if str(it) != shipped_folder()):
        parts = [folder, folder / "images", folder / "places"]
        refused = [part for part in parts if leads_out(str(part))]
        if not refused:
            refused = [file for part in parts for file in sorted(part.glob("*.yaml")) if leads_out(str(file))]
        for path in refused:
            yield f"{_shown(path)}:1:1: leads out of this repository through a symbolic link, so it is not read"


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


def _values(folders: list[Path]) -> Iterator[tuple[Path, Value | CannotCheck]]:
    """What each file says, or why it cannot be read. Image files first, because a rule or a place names its image."""
    for pattern in ("images/*.yaml", "places/*.yaml", "*.yaml"):
        for folder in folders:
            files = {path: _value(path) for path in sorted(folder.glob(pattern))}
            yield from _in_order(files)


def _in_order(files: dict[Path, Value | CannotCheck]) -> Iterator[tuple[Path, Value | CannotCheck]]:
    """Each file after the images of the same folder that it extends or carries."""
    left = dict(files)
    while left:
        names = {path.stem for path in left}
        ready = [path for path, value in left.items() if not (_needs(value) & names - {path.stem})]
        # In a circle none is ready, and each is refused.
        yield from ((path, left.pop(path)) for path in ready or list(left))


def _needs(value: Value | CannotCheck) -> set[object]:
    """The images that a file names as known."""
    content = value.content if isinstance(value, Value) and isinstance(value.content, dict) else {}
    named = (content[key][1].content for key in ("extends", "carries") if key in content)
    return {name for name in named if isinstance(name, str)}


def _value(path: Path) -> Value | CannotCheck:
    try:
        return read_yaml(_source(path), _shown(path))
    except Mistake as mistake:
        return mistake
    except OSError as error:
        return CannotCheck(f"{_shown(path)}: {error.strerror}")


def _source(path: Path) -> bytes:
    """The bytes of a file, at most one more than a file may have. Only a regular file is read: a pipe may never end."""
    if not path.is_file():
        raise Mistake(Value("", _shown(path)), "is not a regular file")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _shown(path: Path) -> str:
    """A path for a message, on one line."""
    shown = path.as_posix()
    return shown if shown.isprintable() else plain(shown)
