"""The rulebook: what is known of images, and the rules that speak of them.

Knows: that what comes with the program need not be read again. Must not know: what a file says, what a rule does.
"""

from __future__ import annotations

from ..errors import CannotCheck
from ..named import NamedTuple
from .compiled import read_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model import Image
    from ..places import Place
    from ..rule import Rule


class Rulebook(NamedTuple):
    """Images, rules and places by name order of their files; a rule that is off is in it too."""

    images: tuple[Image, ...]
    rules: tuple[Rule, ...]
    places: tuple[Place, ...] = ()


def load_rulebook(folders: Iterable[str], today: str, *, examples: bool = False) -> Rulebook:
    """The rulebook of these folders; a file replaces the one of the same name in an earlier folder.

    `today` (ISO 8601) is the day for which maintenance is judged. Without `examples` the rules that come with the
    program have none, and are not read from YAML where what is written down of them still holds. Raises CannotCheck
    with a line `path:line:column: ...` for each mistake.
    """
    first, *others = folders
    known = None if examples else read_back(first, today)
    images = {image.name: image for image in known[0]} if known else {}
    rules = {rule.name: rule for rule in known[1]} if known else {}
    places = {place.name: place for place in known[2]} if known else {}
    if others or not known:
        from .load import read_folders

        mistakes = list(read_folders(others if known else [first, *others], today, images, rules, places))
        if mistakes:
            raise CannotCheck("\n".join(mistakes))
    return Rulebook(
        tuple(images.values()), tuple(rules[name] for name in sorted(rules)), tuple(places[it] for it in sorted(places))
    )
