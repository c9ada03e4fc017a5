"""What holds for every change, whatever the versions."""

from __future__ import annotations

from astro_runtime_guard.folders import shipped_folder
from astro_runtime_guard.guard import check
from astro_runtime_guard.rulebook import load_rulebook
from hypothesis import given, settings
from hypothesis import strategies as st

BOOK = load_rulebook([shipped_folder()], "2026-11-22")
IMAGE = next(image for image in BOOK.images if image.name == "astro-runtime")
WITHDRAWN = {build for withdrawal in IMAGE.withdrawn for build in withdrawal.builds}
BOUNDARIES = {rule.name: rule.version for rule in BOOK.rules if rule.version and not rule.from_below}
LEGACY, NEWER = "quay.io/astronomer/astro-runtime", "astrocrpublic.azurecr.io/runtime"

number = st.integers(0, 15)
legacy = st.tuples(st.integers(4, 14), number, number).map(lambda n: "{}.{}.{}".format(*n))
newer = st.tuples(st.just(3), number, st.integers(1, 30)).map(lambda n: "{}.{}-{}".format(*n))
build = st.one_of(legacy, newer, st.sampled_from(sorted(BOUNDARIES.values()))).filter(
    lambda version: version not in WITHDRAWN
)
suffix = st.sampled_from(["", "-base", "-slim", "-python-3.12", "-slim-base", "-ubi9-python-3.11", "-corp3"])


def dockerfile(version: str, above: str = "") -> str:
    repository = NEWER if "-" in version.split(".")[1] else LEGACY
    return f"{above}FROM {repository}:{version}\n"


def verdict(before: str | None, after: str) -> list[str]:
    """The names of the rules that object, without their places."""
    old = None if before is None else before.encode()
    return sorted({f.rule for f in check(old, after.encode(), rulebook=BOOK) if not f.acknowledged})


def downgrade(before: str, after: str) -> bool:
    return "no-runtime-downgrade" in verdict(before, after)


def crossed(before: str, after: str) -> set[str]:
    """The boundaries, as rules; those with a floor are left out, for a jump has one that its steps have not."""
    return BOUNDARIES.keys() & set(verdict(before, after))


@given(build, suffix)
def test_pinned_and_unchanged_is_silent(version: str, suffix: str) -> None:
    text = dockerfile(version + suffix)
    assert verdict(text, text) == []
    assert verdict(None, text) == []


@given(build, build, suffix, suffix)
def test_one_way_at_most_is_a_downgrade(a: str, b: str, first: str, second: str) -> None:
    one, other = dockerfile(a + first), dockerfile(b + second)
    assert downgrade(one, other) + downgrade(other, one) == (a != b)


@given(build, build, build)
def test_two_steps_never_hide_a_boundary(a: str, b: str, c: str) -> None:
    one, two, three = dockerfile(a), dockerfile(b), dockerfile(c)
    assert crossed(one, three) <= crossed(one, two) | crossed(two, three)


@given(build, build, build)
def test_a_review_answers_what_it_reaches_and_nothing_above(before: str, after: str, reviewed: str) -> None:
    plain = crossed(dockerfile(before), dockerfile(after))
    answered = crossed(dockerfile(before), dockerfile(after, f"# astro-runtime: reviewed {reviewed}\n"))
    above = downgrade(dockerfile(reviewed), dockerfile(after))
    reached = {name for name in plain if not downgrade(dockerfile(BOUNDARIES[name]), dockerfile(reviewed))}
    assert answered == (plain if above else plain - reached)


@given(build, build, build)
def test_a_downgrade_is_answered_for_its_own_version_alone(before: str, after: str, stated: str) -> None:
    text = dockerfile(after, f"# astro-runtime: downgraded {stated}: rolled back in the UI\n")
    lowered = downgrade(dockerfile(before), dockerfile(after))
    assert downgrade(dockerfile(before), text) == (lowered and stated != after)


@given(st.one_of(build, st.just("latest")), st.one_of(build, st.sampled_from(["latest", "5.0.1xs", "3.0.8"])), suffix)
def test_what_the_report_says_to_write_is_accepted(before: str, after: str, suffix: str) -> None:
    old, new = (f"FROM {LEGACY}:{version}{suffix}\n" for version in (before, after))
    found = check(old.encode(), new.encode(), rulebook=BOOK)
    written = "".join(f"{line}\n" for line in dict.fromkeys(finding.comment for finding in found))
    assert verdict(old, written.replace("<the reason>", "because it must") + new) == []


dressings = st.sampled_from(
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("FROM ", "FROM --platform=linux/amd64 "),
        lambda text: text.replace("FROM ", "from\t"),
        lambda text: text.replace("FROM ", "FROM \\\n# in between\n\n  "),
        lambda text: "# a comment\n\n" + text,
        lambda text: text + "RUN <<EOF\nFROM quay.io/astronomer/astro-runtime:latest\nEOF\n",
        lambda text: "# syntax=docker/dockerfile:1\n" + text + "ENV A=b\nPYENV 3.8 venv\n",
        lambda text: "ARG UNUSED=1\n" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", " AS final\n"),
    ]
)


@settings(max_examples=300)
@given(build, build, st.lists(dressings, max_size=1), st.lists(dressings, max_size=1))
def test_what_does_not_matter_changes_nothing(before: str, after: str, first: list, second: list) -> None:  # type: ignore[type-arg]
    one, other = dockerfile(before), dockerfile(after)
    for dress in first:
        one = dress(one)
    dressed = other
    for dress in second:
        dressed = dress(dressed)
    assert verdict(one, dressed) == verdict(dockerfile(before), other)


@given(st.one_of(build, st.text(max_size=12)), st.one_of(build, st.text(max_size=12)))
def test_no_tag_whatever_raises(before: str, after: str) -> None:
    verdict(f"FROM {LEGACY}:{before}", f"FROM {LEGACY}:{after}".encode("utf-8", "replace").decode())
