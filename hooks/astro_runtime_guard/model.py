"""What a rulebook declares of an image: its repositories, its numberings, its lines, its builds.

Knows: the shape of that knowledge. Must not know: any particular image (those are YAML), how a reference is read.
"""

from __future__ import annotations

from .named import NamedTuple


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
    long_term_support: bool = False
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
    `fixed_by` is the suffix without which even a full version moves.
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

    def __hash__(self) -> int:
        return hash(self.name)  # all of it takes too long for a key of a cache
