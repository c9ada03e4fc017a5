"""Any text as an image reference and as a tag: reading never raises, and what is written again reads the same."""

from __future__ import annotations

from contextlib import suppress

from astro_runtime_guard.dockerfile.references import read_reference
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.plan import make_plan
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import shipped_folder
from astro_runtime_guard.versions.order import span, spans
from astro_runtime_guard.versions.recognition import Runtime, recognise
from astro_runtime_guard.versions.tags import line_of, orders_builds, read_build, read_tag

BOOK = load_rulebook([shipped_folder()], "2026-11-22")
KINDS = {"build", "series", "moves", "latest", "none", "no-value", "no-colon", "no-version"}

SEEDS = (
    b"quay.io/astronomer/astro-runtime:5.0.1-base\nastrocrpublic.azurecr.io/runtime:3.1-2",
    b"registry:5000/x/astronomer/astro-runtime:13.7.0-python-3.12\nquay.io/astronomer/ap-airflow:2.2.4-onbuild",
    b"${R}/astronomer/astro-runtime:${T}\nastronomer/astro-runtime-5.0.6",
    b"quay.io/astronomer/astro-runtime:5.0.1-rc.1@sha256:" + b"0" * 64 + b"\nquay.io/astronomer/astro-runtime:4",
    b"localhost/a__b/c-d\nindex.docker.io/[::1]:80/x",
)
WORDS = (
    "quay.io/", "astronomer/", "astro-runtime", "ap-airflow", "astrocrpublic.azurecr.io/runtime", "docker.io/", "library/", "localhost",
    "astro-remote-execution-agent", "-astro-agent-1.1.0", ":", "@sha256:", "0" * 64, "-base", "-slim", "-python-3.12", "-ubi9", "-onbuild", "latest", "-rc1", "-alpha.2", "-dev", "${X}", "5.0.1",
    "3.1-2", "13", "2.2.4-1", "\n", "index.", "[::1]", ".0", "999999999999999999", "\u0665",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """The first line is one reference, the rest another."""
    first, _, second = data.decode("utf-8", "surrogateescape").partition("\n")
    found = [runtime for text in (first, second) if (runtime := check_text(text))]
    if len(found) == 2:
        check_order(found[0], found[1])
        if all("${" not in runtime.tag.version for runtime in found):
            with suppress(CannotCheck):
                make_plan(found[0].tag.version, found[1].tag.version, BOOK)


def check_text(text: str) -> Runtime | None:
    """One reference, by the grammar and by what is declared; and the text as a bare tag."""
    reference = read_reference(text)
    if reference:
        tag = f":{reference.tag}" if reference.tag else ""
        digest = f"@{reference.digest}" if reference.digest else ""
        assert read_reference(f"{reference.repository}{tag}{digest}") == reference, "written again"
        assert text.endswith(tag + digest), "tag"
    for image in BOOK.images:
        for declared in ("", *image.repositories):
            assert read_tag(text, image, declared).kind in KINDS - {"none", "no-colon"}, "kind"
    runtime = recognise(text, BOOK.images)
    if runtime:
        check_runtime(runtime, reference is not None)
    return runtime


def check_runtime(runtime: Runtime, valid: bool) -> None:
    """What holds for every reference in which a repository was recognised."""
    tag, image = runtime.tag, runtime.image
    assert tag.kind in KINDS, "kind"
    assert runtime.declared in image.repositories, "declared"
    if tag.kind not in {"no-value", "no-colon"}:
        assert (read_build(tag.text, image) is not None) == (tag.kind in {"build", "moves"}), "build"
    place = span(tag, image)
    assert (place is None) == (not tag.numbers), "place"
    if tag.kind in {"build", "series"}:
        assert tag.text.startswith(tag.version), "version"
        again = read_tag(tag.version, image, runtime.declared)
        kind = "moves" if tag.kind == "build" and image.fixed_by and not orders_builds(image) else tag.kind
        assert (again.kind, again.version, again.text) == (kind, tag.version, tag.version), "written again"
        assert span(again, image) == place, "place"
        assert place, "place"
        assert place.first == place.last if tag.kind == "build" else place.first < place.last, "place"
        line_of(tag, image)
    assert not valid or runtime.digest or runtime.pinned == (tag.kind == "build"), "pinned"


def check_order(one: Runtime, other: Runtime) -> None:
    """Not each of two is above the other. An image has no order after one that carries it."""
    there, back = spans(one, other), spans(other, one)
    if one.image.carries == other.image.name or other.image.carries == one.image.name:
        assert not (there and back), "order"
    else:
        assert (there is None) == (back is None), "order"
    if there and back:
        assert not (there[0].first > there[1].last and back[0].first > back[1].last), "order"
