"""Images, rules and places as plain values, and the rulebook that holds them. The rulebook wing reads them."""

from __future__ import annotations

from .named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDER = r"\{([^{}]*)\}"
"""A place in a rule's words where a value is put in, as a regular expression."""


class Numbering(NamedTuple):
    """One way in which an image numbers its builds; `tag` is a template such as `{major}.{minor}.{patch}`.

    `published_in` are the repositories that hold these builds and no others, `example` is a build to show, `first` is
    the last number of a series' first build.
    """

    name: str
    tag: str
    published_in: tuple[str, ...] = ()
    example: str = ""
    first: str = "0"


class Line(NamedTuple):
    """A line of builds (Runtime 5, Runtime 3.1); dates are ISO 8601, an empty text means not established.

    `last_build` is given only where it is certain that the line has no later one.
    """

    name: str
    numbering: str
    airflow: str
    python: str = ""
    maintained_until: str = ""
    last_build: str = ""


class Withdrawal(NamedTuple):
    """Builds that must not be used, why, and the build to use instead."""

    builds: tuple[str, ...]
    reason: str
    instead: str


class Image(NamedTuple):
    """What is known of one image. Numberings and lines are in upgrade order, oldest first.

    A repository is an exact name, or `*/PATH` for that path at the end of any registry and path. `pre_releases` pairs
    the word in a tag with packaging's (PEP 440) word; `builds` pairs a known build with its Airflow version and day of
    release (or `?`), oldest first; `steps` say what to do for an upgrade. `succeeded_by` names the image whose lines
    continue this one, by Airflow version; the numbers of this image's tags are then Airflow versions. `carries` names
    the image that is inside this one: tags begin with a version of that image, in its numbering of the same name.
    `fixed_by` is the suffix without which a tag moves; one number alone (`-{build}`) is part of the version. `as_of`
    (ISO 8601, or empty) is the day for which the image's own file holds.
    """

    name: str
    repositories: tuple[str, ...]
    numberings: tuple[Numbering, ...]
    suffixes: tuple[str, ...] = ()
    pre_releases: tuple[tuple[str, str], ...] = ()
    lines: tuple[Line, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    builds: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    succeeded_by: str = ""
    carries: str = ""
    fixed_by: str = ""
    as_of: str = ""

    def __hash__(self) -> int:
        return hash(self.name)  # all of it takes too long for a key of a cache


class Example(NamedTuple):
    """The text of a file before (None: a new file) and after a change; `line` of the rule file is where it stands.

    `path` is the file's path, `beside` has the paths and texts of others, which do not change.
    """

    before: str | None
    after: str
    line: int
    path: str = "Dockerfile"
    beside: tuple[tuple[str, str], ...] = ()


class Rule(NamedTuple):
    """One rule file, read.

    `messages` has a text for each reason of the check (`""` stands for all of them). `version` and `from_below` are
    the keys of a boundary. `origin` is the file; it is empty for a rule that comes with the program and was not read
    from YAML.
    """

    name: str
    images: tuple[str, ...]
    check: str
    messages: Mapping[str, str]
    consider: tuple[str, ...] = ()
    acknowledge: str = ""
    link: str = ""
    version: str = ""
    from_below: str = ""
    enabled: bool = True
    origin: str = ""
    finds: tuple[Example, ...] = ()
    passes: tuple[Example, ...] = ()


class Place(NamedTuple):
    """A kind of file that names a version of `image` under the key `version`; keys are dotted (`tool.name.key`).

    `files` is a regular expression that is searched in the path, `formats` those of the files. `exact` tells that the
    version is to stand alone, without a suffix. Where there is a key `dockerfile`, the file stands for the Dockerfile
    of its folder, or names it under that key. `packages` are those of which one, pinned in the list under
    `requirement`, implies a series; two of them with versions contradict each other. `decides` is `runs` where the
    version decides what a project runs, and `creates` where it decides only what a Deployment is created with.
    """

    name: str
    files: str
    formats: tuple[str, ...]
    image: str
    version: str
    exact: bool = False
    dockerfile: str = ""
    requirement: str = ""
    packages: tuple[str, ...] = ()
    decides: str = "runs"


class Branches(NamedTuple):
    """Which branches are more than proposals, as names in which `*` stands for any text without a slash.

    `targets` are those that others are merged into, besides the default branch; `deployed` those that are pushed to
    directly and deploy.
    """

    targets: tuple[str, ...] = ()
    deployed: tuple[str, ...] = ()


class Rulebook(NamedTuple):
    """Images, rules and places by name order of their files; a rule that is off is in it too.

    `today` (ISO 8601) is the day on which maintenance is judged. `branches` is what a repository says of its branches.
    """

    images: tuple[Image, ...]
    rules: tuple[Rule, ...]
    places: tuple[Place, ...] = ()
    today: str = ""
    branches: Branches = Branches()
