"""The rulebook: what is known of images, and the rules that speak of them.

Knows: where our rule files are and where a user's are, and which of two files counts.
Must not know: what a file says, what a rule does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .compiled import read_back
from .errors import CannotCheck
from .imagefile import read_image
from .rulefile import read_rule
from .yamlfile import Mistake, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .checks import Rule
    from .images import Image


USER_FOLDER = ".astro-runtime"
"""Where a repository keeps rules of its own, at its top."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Images and rules by name order of their files; a rule that is off is in it too."""

    images: tuple[Image, ...]
    rules: tuple[Rule, ...]


def shipped_folder() -> Path:
    """Where the rule files that come with the program are: in a wheel and in an editable install alike."""
    from . import rules  # setup.cfg maps this package to the folder of YAML files

    return Path(next(iter(rules.__path__)))  # type: ignore[attr-defined]


def rule_folders(given: Path | None) -> list[Path]:
    """Our rules, then the user's: the folder given, or the nearest one from here up to the repository's top."""
    if given:
        if not given.is_dir():
            raise CannotCheck(f"--rules {given}: no such folder")
        return [shipped_folder(), given]
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / USER_FOLDER).is_dir():
            return [shipped_folder(), folder / USER_FOLDER]
        if (folder / ".git").exists():
            break
    return [shipped_folder()]


def load_rulebook(folders: Iterable[Path], today: str, *, examples: bool = False) -> Rulebook:
    """The rulebook of these folders; a file replaces the one of the same name in an earlier folder.

    `today` (ISO 8601) is the day for which maintenance is judged. Without `examples` the rules that come with the
    program have none, and are not read from YAML where what is written down of them still holds. Raises CannotCheck
    with a line `path:line:column: ...` for each mistake.
    """
    images: dict[str, Image] = {}
    rules: dict[str, Rule] = {}
    first, *others = folders
    known = None if examples else read_back(first, today)
    if known:
        images.update((image.name, image) for image in known[0])
        rules.update((rule.name, rule) for rule in known[1])
    mistakes = list(_read(others if known else [first, *others], today, images, rules))
    if mistakes:
        raise CannotCheck("\n".join(mistakes))
    return Rulebook(tuple(images.values()), tuple(rules[name] for name in sorted(rules)))


def _read(folders: list[Path], today: str, images: dict[str, Image], rules: dict[str, Rule]) -> Iterator[str]:
    """Put what the files say into `images` and `rules`; the mistakes in them."""
    yield from _refuse_strays(folders)
    for path in _files(folders):
        try:
            value = read_yaml(path.read_bytes(), _shown(path))
            if path.parent.name == "images":
                image = read_image(value, _shown(path), path.stem, images)
                images[image.name] = image
            else:
                rules[path.stem] = read_rule(value, _shown(path), path.stem, images, today)
        except Mistake as mistake:
            yield str(mistake)
        except OSError as error:
            yield f"{_shown(path)}: {error.strerror}"


def _refuse_strays(folders: list[Path]) -> Iterator[str]:
    """A mistake for each YAML file that would be left unread: one with another ending or in another folder."""
    for folder in folders:
        for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
            place = path.relative_to(folder).parent.as_posix()
            if path.suffix != ".yaml" or place not in {".", "images"}:
                yield f"{_shown(path)}:1:1: is not read: rules are NAME.yaml, images are images/NAME.yaml"


def _files(folders: list[Path]) -> Iterator[Path]:
    """Image files first, for a rule names the image that it speaks of."""
    for pattern in ("images/*.yaml", "*.yaml"):
        for folder in folders:
            # By length first: what extends `images/a.yaml` stands in a file with a longer name or a later folder.
            yield from sorted(folder.glob(pattern), key=lambda path: (len(path.stem), path.stem))


def _shown(path: Path) -> str:
    return path.as_posix()
