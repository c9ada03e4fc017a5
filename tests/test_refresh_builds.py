"""The maintainers' program, with complete and broken answers from a local server and a copy of the shipped rules."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import refresh_builds
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
from refresh_builds import fetch, known_image, main, read_feed, render


def build(airflow: str = "2.3.0", day: str = "2022-05-05", channel: str = "stable", **more: object) -> dict[str, Any]:
    return {
        "metadata": {"airflowVersion": airflow, "releaseDate": day, "channel": channel, **more},
        "migrations": {},
    }


FEED: dict[str, Any] = {
    "schemaVersion": "1.8",
    "runtimeVersions": {
        "5.0.10": build("2.3.4", "2022-10-11", "deprecated"),
        "5.0.9": build("2.3.4", "2022-09-20", "deprecated", endOfSupport="2024-04-30"),
        "6.1.0-alpha3": build("2.4.3", channel="alpha"),
    },
    "runtimeVersionsV3": {
        "3.1-8": build("3.1.4", "2025-12-10", yanked=True, yankedReason="yanked upstream"),
        "3.2-1": build("3.2.0", "2026-04-14"),
        "3.2-2": build("3.2.0", "", yanked=True, endOfMaintenance="2028-05-31"),
        "3.0-1-nightly20241216": build("3.0.0", channel="stable"),
        "3.9-1": build("3.9.0", "2029-01-01", endOfMaintenance="2031-01-31"),
    },
}
BEFORE = """\
extends: astro-runtime
builds:
  5.0.9: 2.3.3 2022-09-20
  3.1-8: "? ?"
"""
AFTER = """\
# Written whole by .ci/refresh_builds.py: do not edit. Each build, withdrawn or not, with its
# Airflow version and day of release; ? is not established. What is known of lines and of
# withdrawn builds is in astro-runtime.yaml.
extends: astro-runtime
as-of: 2026-12-01
source:
  - "SOURCE"
builds:
  5.0.9: 2.3.4 2022-09-20
  5.0.10: 2.3.4 2022-10-11
  3.1-8: 3.1.4 2025-12-10
  3.2-1: 3.2.0 2026-04-14
  3.2-2: 3.2.0 ?
  3.9-1: 3.9.0 2029-01-01
"""
SUMMARY = """\
added 5.0.10: 2.3.4 2022-10-11
added 3.2-1: 3.2.0 2026-04-14
added 3.2-2: 3.2.0 ?
added 3.9-1: 3.9.0 2029-01-01
changed 5.0.9: 2.3.3 2022-09-20 -> 2.3.4 2022-09-20
changed 3.1-8: ? ? -> 3.1.4 2025-12-10
not taken 6.1.0-alpha3: alpha
not taken 3.0-1-nightly20241216: stable
by hand: 3.2-1 is not withdrawn in the feed
by hand: 3.2-2 is withdrawn in the feed (no reason is given)
by hand: 3.9-1 belongs to no line
by hand: maintenance of 3.2 ends on 2028-05-31 in the feed, not 2028-04-30
by hand: as-of is 2026-09-25 in astro-runtime.yaml; once the rest is right, write 2026-12-01
6 builds, 2 before
"""


@pytest.fixture
def builds(tmp_path: Path) -> Path:
    """A copy of the shipped rules, in which two builds are known."""
    shutil.copytree(shipped_folder(), tmp_path / "rules")
    path = tmp_path / "rules" / "images" / "astro-runtime-builds.yaml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


@dataclass
class Answer:
    """What the server answers; with `drip` it never ends."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: bool = False


@dataclass
class Server:
    address: str
    answer: Answer
    stop: threading.Event


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine that gives one answer to everything."""
    monkeypatch.setenv("no_proxy", "*")
    local = Server("", Answer(), threading.Event())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = local.answer
            self.send_response(answer.status)
            for name, value in ({"Content-Length": str(len(answer.body))} | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(answer.body)
                while answer.drip and not local.stop.wait(0.02):
                    self.wfile.write(b" ")
            except OSError:
                pass  # the reader has gone

        def log_message(self, *words: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    local.address = f"http://127.0.0.1:{running.server_port}/feed"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield local
    local.stop.set()
    running.shutdown()
    thread.join()
    running.server_close()


def run(feed: str, builds: Path, *options: str) -> int:
    return main([feed, "--builds", str(builds), "--as-of", "2026-12-01", *options], schemes=("http",))


def test_the_file_is_written_whole_and_the_summary_says_what_changed(
    server: Server, builds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer = Answer(json.dumps(FEED).encode())
    assert run(server.address, builds) == 0
    assert builds.read_bytes().decode() == AFTER.replace("SOURCE", server.address)
    assert capsys.readouterr() == (SUMMARY, "")
    assert [path.name for path in builds.parent.glob("*.new")] == []


def test_a_file_as_the_feed_gives_the_same_text_in_any_order(
    builds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = tmp_path / "feed.json"
    turned = {name: dict(reversed(part.items())) if isinstance(part, dict) else part for name, part in FEED.items()}
    written = []
    for each in (FEED, turned):
        feed.write_text(json.dumps(each), encoding="utf-8")
        assert run(str(feed), builds) == 0
        written.append(builds.read_bytes())
    assert written[0] == written[1]
    again = capsys.readouterr().out.splitlines()[len(SUMMARY.splitlines()) :]
    assert [line for line in again if line.startswith(("added", "removed", "changed"))] == []


def test_what_is_written_is_what_the_rulebook_reads(builds: Path, tmp_path: Path) -> None:
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps(FEED), encoding="utf-8")
    assert run(str(feed), builds) == 0
    book = load_rulebook([builds.parent.parent], "2026-12-01")
    known = next(image.builds for image in book.images if image.name == "astro-runtime")
    assert [name for name, _ in known] == ["5.0.9", "5.0.10", "3.1-8", "3.2-1", "3.2-2", "3.9-1"]


def test_a_known_build_is_removed_only_with_an_option(
    builds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = tmp_path / "feed.json"
    less = {**FEED, "runtimeVersions": {"5.0.10": FEED["runtimeVersions"]["5.0.10"]}}
    feed.write_text(json.dumps(less), encoding="utf-8")
    assert run(str(feed), builds) == 2
    assert builds.read_text(encoding="utf-8") == BEFORE
    assert capsys.readouterr() == (
        "",
        f"{feed}: known builds are missing in it: 5.0.9; drop them with --remove\n",
    )
    assert run(str(feed), builds, "--remove") == 0
    assert "removed 5.0.9: 2.3.3 2022-09-20\n" in capsys.readouterr().out


def altered(**more: object) -> bytes:
    """The feed with one build that has this metadata."""
    metadata = {**build()["metadata"], **more}
    return json.dumps({**FEED, "runtimeVersionsV3": {"3.3-1": {"metadata": metadata}}}).encode()


WHOLE = json.dumps(FEED).encode()
BROKEN = {
    "not found": (Answer(b"no", 404), "it could not be read: Not Found"),
    "server error": (Answer(b"no", 500), "it could not be read: Internal Server Error"),
    "cut short": (
        Answer(WHOLE, headers={"Content-Length": "999999"}),
        f"it was cut short: {len(WHOLE)} of 999999 bytes",
    ),
    "cut short, unnoticed": (
        Answer(WHOLE[:40]),
        "it is not JSON: Unterminated string starting at: line 1 column 26 (char 25)",
    ),
    "empty": (Answer(b""), "it is not JSON: Expecting value: line 1 column 1 (char 0)"),
    "a page": (Answer(b"<html>"), "it is not JSON: Expecting value: line 1 column 1 (char 0)"),
    "no text": (
        Answer(b'\xff{"a": 1}'),
        "it is not JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
    "a list": (Answer(b"[1]"), "runtimeVersions: expected a mapping"),
    "one half": (Answer(b'{"runtimeVersions": {}}'), "runtimeVersionsV3: expected a mapping"),
    "nothing in it": (
        Answer(b'{"runtimeVersions": {}, "runtimeVersionsV3": {}}'),
        "it lists no released build",
    ),
    "a build that is a text": (
        Answer(b'{"runtimeVersions": {"5.0.1": "x"}}'),
        "metadata of 5.0.1: expected a mapping",
    ),
    "a number as version": (
        Answer(altered(airflowVersion=3.3)),
        "airflowVersion of 3.3-1: 3.3 has an unexpected shape",
    ),
    "words as version": (
        Answer(altered(airflowVersion="3.3.0\nx: y")),
        "airflowVersion of 3.3-1: '3.3.0\\nx: y' has an unexpected shape",
    ),
    "words as day": (
        Answer(altered(releaseDate="soon")),
        "releaseDate of 3.3-1: 'soon' has an unexpected shape",
    ),
    "redirect to ftp": (
        Answer(b"", 302, {"Location": "ftp://example.com/feed"}),
        "it redirects to another scheme: ftp://example.com/feed",
    ),
    "redirect to https": (
        Answer(b"", 301, {"Location": "https://example.com/feed"}),
        "it redirects to another scheme: https://example.com/feed",
    ),
}


@pytest.mark.parametrize(("answer", "problem"), BROKEN.values(), ids=BROKEN)
def test_broken_answer(
    server: Server, builds: Path, capsys: pytest.CaptureFixture[str], answer: Answer, problem: str
) -> None:
    server.answer = answer
    assert run(server.address, builds) == 2
    assert capsys.readouterr() == ("", f"{server.address}: {problem}\n")
    assert builds.read_text(encoding="utf-8") == BEFORE


def test_redirect_to_a_file_is_refused(server: Server, tmp_path: Path) -> None:
    secret = tmp_path / "feed.json"
    secret.write_text(json.dumps(FEED), encoding="utf-8")
    server.answer = Answer(b"", 302, {"Location": secret.as_uri()})
    with pytest.raises(CannotCheck):
        fetch(server.address, ("http",))


def test_redirect_without_end(server: Server) -> None:
    server.answer = Answer(b"", 302, {"Location": server.address})
    with pytest.raises(CannotCheck, match="it could not be read"):
        fetch(server.address, ("http",))


def test_silence_ends(server: Server) -> None:
    server.answer = Answer(b"{", headers={"Content-Length": "100"}, drip=True)
    with pytest.raises(CannotCheck, match=r"it took longer than 0.1 seconds"):
        fetch(server.address, ("http",), seconds=0.1)


def test_too_large(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh_builds, "MOST_BYTES", 10)
    server.answer = Answer(b"x" * 11)
    (tmp_path / "feed.json").write_bytes(b"x" * 11)
    for source in (server.address, str(tmp_path / "feed.json")):
        with pytest.raises(CannotCheck, match="it is larger than 10 bytes"):
            fetch(source, ("http",))


@pytest.mark.parametrize("source", ["http://example.com/feed", "ftp://example.com/feed", "file:///etc/hostname"])
def test_only_https_or_a_file(source: str, builds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([source, "--builds", str(builds)]) == 2
    message = f"{source}: expected a file or an address that begins with https://\n"
    assert capsys.readouterr() == ("", message)


def test_an_address_that_is_not_valid(builds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["https://[", "--builds", str(builds)]) == 2
    assert capsys.readouterr() == ("", "https://[: it could not be read: Invalid IPv6 URL\n")


def test_a_server_that_does_not_speak_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(65_536)
                peer.sendall(b"what?\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(CannotCheck, match="it could not be read: what"):
            fetch(f"http://127.0.0.1:{listening.getsockname()[1]}/", ("http",))
        thread.join()


def test_missing_file(builds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("no/such/feed.json", builds) == 2
    message = "no/such/feed.json: [Errno 2] No such file or directory: 'no/such/feed.json'\n"
    assert capsys.readouterr() == ("", message)


def test_control_characters_of_the_feed_do_not_reach_the_terminal(
    builds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = tmp_path / "feed.json"
    feed.write_text(
        json.dumps({**FEED, "runtimeVersions": {**FEED["runtimeVersions"], "\x1b[2J": build()}}),
        encoding="utf-8",
    )
    assert run(str(feed), builds) == 0
    assert "not taken \\x1b[2J: stable\n" in capsys.readouterr().out


def test_a_day_with_a_time_and_what_is_missing() -> None:
    metadata = {"releaseDate": "2022-05-05T00:00:00Z"}
    feed = {"runtimeVersions": {"5.0.1": {"metadata": metadata}}, "runtimeVersionsV3": {}}
    entries = read_feed(json.dumps(feed).encode())
    assert {name: entry.known for name, entry in entries.items()} == {"5.0.1": "? 2022-05-05"}


def test_the_shipped_file_is_as_the_script_writes_it() -> None:
    text = refresh_builds.BUILDS.read_text(encoding="utf-8")
    head, _, _ = text.partition("builds:\n")
    as_of = next(line.split()[1] for line in head.splitlines() if line.startswith("as-of"))
    sources = [json.loads(line[4:]) for line in head.splitlines() if line.startswith("  - ")]
    image = known_image(refresh_builds.BUILDS)
    assert render(image.name, dict(image.builds), as_of, *sources) == text
