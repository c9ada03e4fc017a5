"""What a repository's own rule files change of the rules that come with the program."""

from __future__ import annotations

import os

from .load import load_rulebook
from .where import USER_FOLDER, shipped_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model import Image, Rule, Rulebook


def is_shipped(rule: Rule) -> bool:
    """Whether a rule comes with the program."""
    return not rule.origin or os.path.dirname(rule.origin) == shipped_folder().replace(os.sep, "/")


def overrides(rulebook: Rulebook) -> Iterator[str]:
    """A text for each rule or place that is replaced or switched off, and for each image that is narrowed."""
    shipped = load_rulebook([shipped_folder()], rulebook.today)
    rules = {rule.name: rule for rule in rulebook.rules}
    for rule in shipped.rules:
        own = rules[rule.name]
        if not is_shipped(own):
            yield f"{rule.name} is {'replaced' if own.enabled else 'switched off'} by {_shown(own.origin)}"
    images = {image.name: image for image in rulebook.images}
    for image in shipped.images:
        if _is_narrowed(image, images[image.name]):
            yield f"the image {image.name} is narrowed by {USER_FOLDER}/images/{image.name}.yaml"
    places = {place.name: place for place in rulebook.places}
    for place in shipped.places:
        if places[place.name] != place:
            yield f"the place {place.name} is replaced by {USER_FOLDER}/places/{place.name}.yaml"


def _is_narrowed(shipped: Image, own: Image) -> bool:
    """Whether something that we know of an image is missing in what the repository says of it, on whatever day."""
    values = zip(shipped, own._replace(as_of=shipped.as_of), strict=True)
    return any(set(ours) - set(theirs) if isinstance(ours, tuple) else ours != theirs for ours, theirs in values)


def _shown(path: str) -> str:
    """The end of a path from the repository's folder of rules on."""
    return path[path.rfind(USER_FOLDER) :] if USER_FOLDER in path else path
