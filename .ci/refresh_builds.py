"""Writes the file of known builds again from Astronomer's public updates feed, and prints what changed.

Maintainers run it by hand where the project is installed: `python .ci/refresh_builds.py [FEED]`.
It does not change lines and withdrawn builds. Where the feed disagrees with them, the summary says so.
"""

from __future__ import annotations

import json
import re
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.model import Image
from astro_runtime_guard.reports.shared import printable
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.versions.order import rank_of
from astro_runtime_guard.versions.tags import line_of, read_tag

FEED = "https://updates.astronomer.io/astronomer-runtime"
BUILDS = Path(__file__).parent.parent / "rules" / "images" / "astro-runtime-builds.yaml"
MOST_BYTES = 10_000_000
MOST_SECONDS = 60.0
RELEASED = ("stable", "deprecated")  # a deprecated build is one whose line is out of maintenance
UNKNOWN = "?"


class Entry(NamedTuple):
    """What the feed says about one build. Days are ISO 8601; `?` stands for what it does not say."""

    airflow: str
    day: str
    channel: str
    ends: str
    yanked: bool
    reason: str

    @property
    def known(self) -> str:
        """The build's line in the file: Airflow version and day of release."""
        return f"{self.airflow} {self.day}"


def main(argv: Sequence[str] | None = None, schemes: Sequence[str] = ("https",)) -> int:
    """0: the file is written (or was already right); 2: nothing is written, and standard error says why."""
    parser = ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("feed", nargs="?", default=FEED, help="https address or file; default: %(default)s")
    parser.add_argument("--builds", type=Path, default=BUILDS, metavar="FILE", help="the file to write")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date.today(), metavar="DAY", help="default: today")
    parser.add_argument("--remove", action="store_true", help="drop known builds that the feed does not list")
    options = parser.parse_args(argv)
    try:
        image = known_image(options.builds)
        feed = read_feed(fetch(options.feed, schemes))
        builds = released(feed, image)
        gone = [build for build, _ in image.builds if build not in builds]
        if gone and not options.remove:
            raise CannotCheck(f"known builds are missing in it: {', '.join(gone)}; drop them with --remove")
        write(options.builds, render(image.name, builds, options.as_of.isoformat(), options.feed))
    except (CannotCheck, OSError) as problem:
        print(f"{options.feed}: {problem}", file=sys.stderr)
        return 2
    for line in summary(image, builds, feed, options.as_of.isoformat()):
        print(printable(line))
    return 0


def known_image(builds: Path) -> Image:
    """The image that the file of builds extends, as the rule files beside it declare it."""
    name = builds.stem.removesuffix("-builds")
    book = load_rulebook([str(builds.parent.parent)], date.today().isoformat())
    for image in book.images:
        if image.name == name:
            return image
    raise CannotCheck(f"{builds}: no image is called {name}")


class _SameScheme(HTTPRedirectHandler):
    """Follows redirects, but never to another scheme."""

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        if urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
            raise CannotCheck(f"it redirects to another scheme: {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(source: str, schemes: Sequence[str] = ("https",), seconds: float = MOST_SECONDS) -> bytes:
    """The bytes at an address of one of `schemes`, or of a file.

    At most MOST_BYTES, in about `seconds` seconds. Raises CannotCheck.
    """
    if "://" not in source:
        content = Path(source).read_bytes()
    elif source.partition("://")[0] not in schemes:
        raise CannotCheck(f"expected a file or an address that begins with {' or '.join(schemes)}://")
    else:
        try:
            content = _download(source, seconds)
        except (URLError, TimeoutError, ConnectionError, HTTPException, ValueError) as problem:
            raise CannotCheck(f"it could not be read: {getattr(problem, 'reason', problem)}") from None
    if len(content) > MOST_BYTES:
        raise CannotCheck(f"it is larger than {MOST_BYTES} bytes")
    return content


def _download(address: str, seconds: float) -> bytes:
    deadline = time.monotonic() + seconds
    content = b""
    with build_opener(_SameScheme).open(address, timeout=seconds) as response:
        while len(content) <= MOST_BYTES and (piece := response.read1(65_536)):
            content += piece
            if time.monotonic() > deadline:
                raise CannotCheck(f"it took longer than {seconds:g} seconds")
        announced = response.headers.get("Content-Length", "")
    if len(content) <= MOST_BYTES and announced.isdigit() and len(content) < int(announced):
        raise CannotCheck(f"it was cut short: {len(content)} of {announced} bytes")
    return content


def read_feed(source: bytes) -> dict[str, Entry]:
    """Every build that the feed lists, in its order. Raises CannotCheck if the feed has another shape.

    Shape: `runtimeVersions` (X.Y.Z) and `runtimeVersionsV3` (X.Y-N), each a mapping from build to `metadata`.
    """
    try:
        feed = json.loads(source)
    except (ValueError, RecursionError) as problem:
        raise CannotCheck(f"it is not JSON: {problem}") from None
    entries: dict[str, Entry] = {}
    for name in ("runtimeVersions", "runtimeVersionsV3"):
        for build, about in _mapping(feed, name).items():
            entries[build] = _entry(build, _mapping(about, "metadata", f" of {build}"))
    return entries


def _mapping(parent: object, name: str, where: str = "") -> Mapping[str, Any]:
    value = parent.get(name) if isinstance(parent, dict) else None
    if not isinstance(value, dict):
        raise CannotCheck(f"{name}{where}: expected a mapping")
    return value


def _entry(build: str, metadata: Mapping[str, Any]) -> Entry:
    def text(name: str, pattern: str) -> str:
        value = metadata.get(name)
        if value in (None, ""):
            return UNKNOWN
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
            raise CannotCheck(f"{name} of {build}: {value!r} has an unexpected shape")
        return value[:10]

    day = r"\d{4}-\d\d-\d\d(?:T.*)?"
    ends = text("endOfMaintenance", day)
    return Entry(
        airflow=text("airflowVersion", r"\d{1,3}\.\d{1,3}\.\d{1,3}"),
        day=text("releaseDate", day),
        channel=text("channel", r"\S{1,10}"),
        ends=text("endOfSupport", day) if ends == UNKNOWN else ends,
        yanked=metadata.get("yanked") is True,
        reason=str(metadata.get("yankedReason") or "no reason is given"),
    )


def released(feed: Mapping[str, Entry], image: Image) -> dict[str, str]:
    """The builds to know, oldest first, with Airflow version and day: withdrawn ones too, no pre-release."""
    taken = [build for build, entry in feed.items() if entry.channel in RELEASED and _is_build(build, image)]
    if not taken:
        raise CannotCheck("it lists no released build")
    return {build: feed[build].known for build in sorted(taken, key=lambda build: rank_of(build, image))}


def _is_build(build: str, image: Image) -> bool:
    tag = read_tag(build, image)
    return tag.kind == "build" and tag.version == build and not tag.pre_release


def render(image: str, builds: Mapping[str, str], as_of: str, *sources: str) -> str:
    """The file of builds: the same builds, day and sources always give the same text."""
    lines = [
        "# Written whole by .ci/refresh_builds.py: do not edit. Each build, withdrawn or not, with its",
        "# Airflow version and day of release; ? is not established. What is known of lines and of",
        f"# withdrawn builds is in {image}.yaml.",
        f"extends: {image}",
        f"as-of: {as_of}",
        "source:",
        *(f"  - {json.dumps(source)}" for source in sources),
        "builds:",
        *(f"  {build}: {_scalar(known)}" for build, known in builds.items()),
    ]
    return "\n".join(lines) + "\n"


def _scalar(known: str) -> str:
    """A YAML scalar. A plain one cannot begin with a question mark and a space."""
    return f'"{known}"' if known.startswith(UNKNOWN) else known


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def summary(image: Image, builds: Mapping[str, str], feed: Mapping[str, Entry], as_of: str) -> Iterator[str]:
    """What changed in the file, then what to change by hand in the image's own file."""
    before = dict(image.builds)
    yield from (f"added {build}: {known}" for build, known in builds.items() if build not in before)
    yield from (f"removed {build}: {known}" for build, known in before.items() if build not in builds)
    for build, known in builds.items():
        if before.get(build, known) != known:
            yield f"changed {build}: {before[build]} -> {known}"
    yield from (f"not taken {build}: {entry.channel}" for build, entry in feed.items() if build not in builds)
    yield from _disagreements(image, feed, builds)
    if image.as_of < as_of:
        yield f"by hand: as-of is {image.as_of or 'missing'} in {image.name}.yaml; once the rest is right, write {as_of}"
    yield f"{len(builds)} builds, {len(before)} before"


def _disagreements(image: Image, feed: Mapping[str, Entry], builds: Mapping[str, str]) -> Iterator[str]:
    withdrawn = {build for withdrawal in image.withdrawn for build in withdrawal.builds}
    ends: dict[str, str] = {}
    for build in builds:
        line = line_of(read_tag(build, image), image)
        if feed[build].yanked and build not in withdrawn:
            yield f"by hand: {build} is withdrawn in the feed ({feed[build].reason})"
        if build in withdrawn and not feed[build].yanked:
            yield f"by hand: {build} is not withdrawn in the feed"
        if line is None:
            yield f"by hand: {build} belongs to no line"
        elif feed[build].ends != UNKNOWN:
            # The newest build counts, because older entries may still have a date that was moved since.
            ends[line.name] = feed[build].ends
    for line in image.lines:
        ours = line.maintained_until
        if (theirs := ends.get(line.name, ours)) != ours:
            yield f"by hand: maintenance of {line.name} ends on {theirs} in the feed, not {ours}"


if __name__ == "__main__":
    raise SystemExit(main())
