"""Image references by the grammar of the distribution project."""

from __future__ import annotations

import pytest
from astro_runtime_guard.dockerfile.references import Reference, read_reference

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python", Reference("docker.io", "library/python", "", "")),
        ("python:3.12", Reference("docker.io", "library/python", "3.12", "")),
        ("docker.io/python", Reference("docker.io", "library/python", "", "")),
        ("index.docker.io/python", Reference("docker.io", "library/python", "", "")),
        ("docker.io/a/b", Reference("docker.io", "a/b", "", "")),
        ("a/b", Reference("docker.io", "a/b", "", "")),
        ("a/b/c:1", Reference("docker.io", "a/b/c", "1", "")),
        ("quay.io/a/b:5.0.1", Reference("quay.io", "a/b", "5.0.1", "")),
        ("quay.io/a:5.0.1-base", Reference("quay.io", "a", "5.0.1-base", "")),
        ("my-registry.example/a", Reference("my-registry.example", "a", "", "")),
        ("localhost/a", Reference("localhost", "a", "", "")),
        ("localhost", Reference("docker.io", "library/localhost", "", "")),
        ("localhost:5000", Reference("docker.io", "library/localhost", "5000", "")),
        ("localhost:5000/a", Reference("localhost:5000", "a", "", "")),
        ("r.example:5000/a:1", Reference("r.example:5000", "a", "1", "")),
        ("Registry/a", Reference("Registry", "a", "", "")),
        ("QUAY.io/a", Reference("QUAY.io", "a", "", "")),
        ("[::1]:5000/a", Reference("[::1]:5000", "a", "", "")),
        ("[2001:DB8::ABCDEF:abcdef]/a", Reference("[2001:DB8::ABCDEF:abcdef]", "a", "", "")),
        ("127.0.0.1/a", Reference("127.0.0.1", "a", "", "")),
        ("a_b.c/d:1", Reference("", "a_b.c/d", "1", "")),
        ("a.b__c-d---e", Reference("docker.io", "library/a.b__c-d---e", "", "")),
        ("a:_x.Y-Z_", Reference("docker.io", "library/a", "_x.Y-Z_", "")),
        ("a:" + "1" * 128, Reference("docker.io", "library/a", "1" * 128, "")),
        ("a@sha256:" + HEX, Reference("docker.io", "library/a", "", "sha256:" + HEX)),
        ("a:1@sha256:" + HEX, Reference("docker.io", "library/a", "1", "sha256:" + HEX)),
        ("a@sha384:" + "0" * 96, Reference("docker.io", "library/a", "", "sha384:" + "0" * 96)),
        ("a@sha512:" + HEX * 2, Reference("docker.io", "library/a", "", "sha512:" + HEX * 2)),
        (HEX[:60] + "/abc", Reference("docker.io", HEX[:60] + "/abc", "", "")),
        (HEX + ":1", Reference("docker.io", "library/" + HEX, "1", "")),
        ("r.io/" + "a" * 255, Reference("r.io", "a" * 255, "", "")),
    ],
)
def test_accepted(text: str, expected: Reference) -> None:
    assert read_reference(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ":", ":1", "@", "/", "a:", "a/", "/a", "a//b", "a:1:2", "a:1/b:", "a@", "a:.1", "a:-1",
        "a: 1",
        "a ", "a\n", "a:1\n", "A", "a/B", "quay.io/A", "a..b", "a._b", "a-", "-a", "_a", "a_", "a___b",
        "a.-b",
        "r.io:/a", "r.io:x/a", "r.io:1:2/a", "-r.io/a", "r-.io/a", "r..io/a", "[::1/a", "[]:5000/a", "https://r.io/a", "./a", "../a",
        "a?",
        "a b", "a$b", "a#b", "${A}/b", "\u00e9", "a:\u0661", "a:\u00e9", "r.io:\u0661/a", "a\x00", "a:1\x00",
        "a@sha256:" + "A" * 64, "a@sha256:" + "0" * 63, "a@sha256:" + "0" * 65, "a@sha256:" + "0" * 63 + "g", "a@md5:" + "0" * 32,
        "a@sha256+b64:" + "0" * 64, "a@" + HEX, HEX, "a@sha256:" + HEX + "@sha256:" + HEX,
        "a:" + "1" * 129, "a" * 248, "r.io/" + "a" * 256,
    ],
)  # fmt: skip
def test_refused(text: str) -> None:
    assert read_reference(text) is None


def test_repository_has_no_tag() -> None:
    reference = read_reference("quay.io/a/b:1@sha256:" + HEX)
    assert reference
    assert reference.repository == "quay.io/a/b"


def test_repository_that_looks_like_a_host_has_no_domain() -> None:
    reference = read_reference("a_b.c/d:1")
    assert reference
    assert reference.repository == "a_b.c/d"
