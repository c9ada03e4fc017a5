"""What holds for every change, whatever the versions."""

from __future__ import annotations

import itertools
import json
import re

from astro_runtime_guard.api import check
from astro_runtime_guard.declarations.reading import DOCKERFILES, Reader
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.findings.checks import CHECKS
from astro_runtime_guard.findings.judge import judge
from astro_runtime_guard.git.base import Base, Before
from astro_runtime_guard.git.before import File, Old, Snapshot
from astro_runtime_guard.git.renames import pair_renamed
from astro_runtime_guard.reports.text import render
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import BOOK

IMAGE = next(image for image in BOOK.images if image.name == "astro-runtime")
WITHDRAWN = {build for withdrawal in IMAGE.withdrawn for build in withdrawal.builds}
BOUNDARIES = {rule.name: rule.version for rule in BOOK.rules if rule.version and not rule.from_below}
RULES = [rule for rule in BOOK.rules if rule.enabled and rule.check != "maintained"]
LEGACY, NEWER = "quay.io/astronomer/astro-runtime", "astrocrpublic.azurecr.io/runtime"

number = st.integers(0, 15)
legacy = st.tuples(st.integers(4, 14), number, number).map(lambda n: "{}.{}.{}".format(*n))
newer = st.tuples(st.just(3), number, st.integers(1, 30)).map(lambda n: "{}.{}-{}".format(*n))
build = st.one_of(legacy, newer, st.sampled_from(sorted(BOUNDARIES.values()))).filter(
    lambda version: version not in WITHDRAWN
)
reference = st.one_of(
    st.one_of(legacy, st.sampled_from(["4", "5", "5.0", "13.7", "latest", "5.0.1-rc1", "3"])).map(
        f"{LEGACY}:{{}}".format
    ),
    st.one_of(newer, st.sampled_from(["3", "3.1"])).map(f"{NEWER}:{{}}".format),
    st.sampled_from(["2.0.0", "2.2.4-1-onbuild", "2.2", "2.3.0", "2.11.0", "1.10.15"]).map(
        "quay.io/astronomer/ap-airflow:{}".format
    ),
    legacy.map("mirror.example.com/astronomer/astro-runtime:{}".format),
)
suffix = st.sampled_from(["", "-base", "-slim", "-python-3.12", "-slim-base", "-ubi9-python-3.11", "-corp3"])


def dockerfile(version: str, above: str = "") -> str:
    repository = NEWER if "-" in f"{version}.".split(".")[1] else LEGACY
    return f"{above}FROM {repository}:{version}\n"


class Text(str):
    """The text of a file at `path`."""

    path = "Dockerfile"


def declared(kind: str, version: str, above: str = "") -> Text:
    """A file of some kind that declares a version, with comments above the version."""
    lines = {
        "Dockerfile": dockerfile(version, above),
        "pyproject.toml": f'[project]\nname = "x"\n[tool.astro]\n{above}runtime = "{version}"\n',
        "a.yaml": f"deployment:\n  configuration:\n{above}    runtime_version: {version}\n    x: y\n",
        "a.json": f'{{"deployment": {{"configuration":\n{{"x": "y", "runtime_version": "{version}"}}}}}}\n',
    }
    text = Text(lines[kind])
    text.path = kind
    return text


kinds = st.sampled_from(["Dockerfile", "pyproject.toml", "a.yaml", "a.json"])
running = st.sampled_from(["Dockerfile", "pyproject.toml"])
creating = st.sampled_from(["a.yaml", "a.json"])
with_comments = st.sampled_from(["Dockerfile", "pyproject.toml", "a.yaml"])


def verdict(before: str | None, after: str) -> list[str]:
    """The names of the rules that object, without their places."""
    old = None if before is None else before.encode()
    path = after.path if isinstance(after, Text) else "Dockerfile"
    return sorted({f.rule for f in check(old, after.encode(), path=path, rulebook=BOOK) if not f.acknowledged})


def downgrade(before: str, after: str) -> bool:
    return "no-runtime-downgrade" in verdict(before, after)


def crossed(before: str, after: str) -> set[str]:
    """The boundaries that are crossed, as rules, without those that depend on a lower bound: steps avoid them."""
    return BOUNDARIES.keys() & set(verdict(before, after))


def moved(before: str, after: str, back: bool) -> list[str]:
    """The same rules where the version moved from a Dockerfile to a pyproject.toml, or back."""
    base = Before("0" * 40, "HEAD")
    old, new = ("pyproject.toml", "Dockerfile") if back else ("Dockerfile", "pyproject.toml")
    left, rest = (b'[project]\nname = "x"\n' if path == "pyproject.toml" else b"" for path in (old, new))
    files = (
        File(new, declared(new, after).encode(), (Old(new, rest, base),) if rest else ()),
        File(old, left, (Old(old, declared(old, before).encode(), base),), beside=True),
    )
    findings = judge(Snapshot(files, Base((base,))), Reader(BOOK), BOOK.rules)
    return sorted({finding.rule for finding in findings if CHECKS[finding.check].compares})


@given(kinds, build, suffix)
def test_pinned_and_unchanged_is_silent(kind: str, version: str, suffix: str) -> None:
    text = declared(kind, version + suffix * (kind != "pyproject.toml"))
    assert verdict(text, text) == []
    assert verdict(None, text) == []


@given(running, build, build, suffix, suffix)
def test_one_direction_is_a_downgrade(kind: str, a: str, b: str, first: str, second: str) -> None:
    one, other = declared(kind, a + first), declared(kind, b + second)
    assert downgrade(one, other) + downgrade(other, one) == (a != b)


@given(reference, reference)
def test_no_change_is_a_downgrade_and_a_crossing(a: str, b: str) -> None:
    one, other = f"FROM {a}\n", f"FROM {b}\n"
    assert downgrade(one, other) + downgrade(other, one) <= 1
    assert not (downgrade(one, other) and crossed(one, other))


@given(running, build, build, build)
def test_two_steps_never_hide_a_boundary(kind: str, a: str, b: str, c: str) -> None:
    one, two, three = (declared(kind, version) for version in (a, b, c))
    assert crossed(one, three) <= crossed(one, two) | crossed(two, three)


@given(running, build, build, build)
def test_a_review_answers_its_version_and_all_below(kind: str, before: str, after: str, reviewed: str) -> None:
    plain = crossed(dockerfile(before), dockerfile(after))
    answered = crossed(declared(kind, before), declared(kind, after, f"# astro-runtime: reviewed {reviewed}\n"))
    above = downgrade(dockerfile(reviewed), dockerfile(after))
    reached = {name for name in plain if not downgrade(dockerfile(BOUNDARIES[name]), dockerfile(reviewed))}
    assert answered == (plain if above else plain - reached)


@given(running, build, build, build)
def test_a_downgrade_is_answered_for_its_own_version_only(kind: str, before: str, after: str, stated: str) -> None:
    text = declared(kind, after, f"# astro-runtime: downgraded {stated}: rolled back in the UI\n")
    lowered = downgrade(dockerfile(before), dockerfile(after))
    assert downgrade(declared(kind, before), text) == (lowered and stated != after)


@given(st.one_of(build, st.just("latest")), st.one_of(build, st.sampled_from(["latest", "5.0.1xs", "3.0.8"])), suffix)
def test_what_the_report_says_to_write_is_accepted(before: str, after: str, suffix: str) -> None:
    old, new = (f"FROM {LEGACY}:{version}{suffix}\n" for version in (before, after))
    findings = check(old.encode(), new.encode(), rulebook=BOOK)
    written = "".join(f"{line}\n" for line in dict.fromkeys(finding.comment for finding in findings))
    assert verdict(old, written.replace("<the reason>", "because it must") + new) == []


floating = st.one_of(
    st.sampled_from(["4", "5", "5.0", "13", "13.7", "98", "9.1"]).map(f"{LEGACY}:{{}}".format),
    st.sampled_from(["3.0", "3.1", "3.3", "3.9", "3.1-slim"]).map(f"{NEWER}:{{}}".format),
    st.sampled_from(["3", "3.0", "3.9"]).map("mirror.example.com/astronomer/astro-runtime:{}".format),
    st.sampled_from(["2.2", "2.2.4-onbuild", "2.2.4-1-onbuild"]).map("quay.io/astronomer/ap-airflow:{}".format),
)


@given(st.one_of(reference, floating), floating)
def test_what_the_report_on_a_series_says_to_write_is_accepted(before: str, after: str) -> None:
    old, above, new = f"FROM {before}\n", "# astro-runtime: ignore pinned-runtime: built by CI\n", f"FROM {after}\n"
    found = check(old.encode(), (above + new).encode(), rulebook=BOOK)
    written = dict.fromkeys(finding.comment for finding in found if not finding.acknowledged)
    assert "VERSION" not in "".join(written)
    lines = "".join(f"{line}\n" for line in written).replace("<the reason>", "because it must")
    assert verdict(old, above + lines + new) == []


misspelt = st.sampled_from(
    [
        "reviewed: {}", "review {}", "Reviewed {}", "reviewed {}", "downgraded: {}", "downgraded {}: why", "downgrade {}",
        "downgraded {}", "ignore: pinned-runtime", "ignore runtime-5: why", "ignore no-runtime-downgrade: why",
        "ignored pinned-runtime: why", "ignore pinned-runtime", "reviewed", "seen {}",
    ]
)  # fmt: skip


@given(reference, st.one_of(reference, floating), misspelt, st.one_of(build, st.sampled_from(["5", "latest", "x"])))
def test_every_acknowledgement_that_a_report_prints_is_one(before: str, after: str, words: str, version: str) -> None:
    old = f"FROM {before}\n"
    new = f"# astro-runtime: {words.format(version)}\nFROM {after}\n"
    found = check(old.encode(), new.encode(), rulebook=BOOK)
    printed = [text for each in found for text in (each.message, *each.notes)]
    lines = [line for text in printed for line in re.findall(r'write "(# astro-runtime: [^"]*)"', text)]
    for line in lines:
        assert "VERSION" not in line
        written = f"{line.replace('<the reason>', 'because it must')}\nFROM {after}\n"
        assert "acknowledgement" not in verdict(old, written)


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
def test_irrelevant_text_changes_no_finding(before: str, after: str, first: list, second: list) -> None:  # type: ignore[type-arg]
    one, other = dockerfile(before), dockerfile(after)
    for dress in first:
        one = dress(one)
    dressed = other
    for dress in second:
        dressed = dress(dressed)
    assert verdict(one, dressed) == verdict(dockerfile(before), other)


layouts = st.tuples(
    st.sampled_from(["", "\ufeff"]),
    st.lists(st.sampled_from(["# a comment", "", "ARG UNUSED=1", "ARG ALSO", " # astro", "  "]), max_size=4),
    st.sampled_from(["FROM", "from", "  From \\\n", "FROM\t"]),
    st.sampled_from(["", "--platform=linux/amd64 ", "--platform=$BUILDPLATFORM \\\n\n"]),
    st.sampled_from(["", " AS final"]),
    st.lists(
        st.sampled_from(
            [
                "",
                "# FROM x",
                "RUN a \\",
                "ENV A=b",
                "PYENV 3.8 v",
                "COPY --from=python:3.12 a b",
                "ONBUILD USER a",
                "junk",
            ]
        ),
        max_size=4,
    ),
    st.sampled_from(["\n", "\r\n"]),
)


@settings(max_examples=300)
@given(reference, reference, layouts, layouts)
def test_layout_changes_no_finding(before: str, after: str, first: tuple, second: tuple) -> None:  # type: ignore[type-arg]
    one, other = laid_out(before, *first), laid_out(after, *second)
    assert verdict(one, other) == verdict(f"FROM {before}\n", f"FROM {after}\n")


def laid_out(
    reference: str, bom: str, above: list[str], keyword: str, platform: str, name: str, below: list[str], end: str
) -> str:
    """A Dockerfile with one `FROM reference` in some layout."""
    text = "\n".join([*above, f"{keyword} {platform}{reference}{name}", *below, ""])
    return bom + text.replace("\n", end)


folders = st.sampled_from(["", "a/", "services/a b/", "x/y/"])
names = st.sampled_from(
    ["Dockerfile", "dockerfile", "app.dockerfile", "Dockerfile.prod", "Containerfile", "Dockerfile-dev"]
)
paths = st.builds("{}{}".format, folders, names)


@given(reference, reference, paths, paths)
def test_a_renamed_file_has_the_same_findings(before: str, after: str, old_path: str, path: str) -> None:
    assert re.search(DOCKERFILES, old_path)
    assert re.search(DOCKERFILES, path)
    old, new = f"FROM {before}\n".encode(), f"FROM {after}\n".encode()
    if before.partition(":")[0] == after.partition(":")[0]:
        assert pair_renamed({path: new}, {old_path: old}, Reader(BOOK).blanked) == {path: old_path}
    moved, stayed = (judge(snapshot((path, new, was, old)), Reader(BOOK), RULES) for was in (old_path, path))
    assert [finding._replace(old_path="") for finding in moved] == stayed


def snapshot(*files: tuple[str, bytes, str, bytes]) -> Snapshot:
    """Files (path, source, old path, old source) against one commit."""
    head = Before("1" * 40, "HEAD at 1111111")
    return Snapshot(tuple(File(path, new, (Old(was, old, head),)) for path, new, was, old in files), Base((head,)))


NAMES = ("base", "final", "next", "stable", "x", "y")
unused = st.lists(st.tuples(build, st.sampled_from(["", *NAMES])), max_size=3)
chains = st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=4)
layouts_of_stages = st.tuples(unused, chains, unused, st.booleans())
Unused = list[tuple[str, str]]


def stage(version: str, name: str) -> str:
    return f"{dockerfile(version).rstrip()}{f' AS {name}' if name else ''}\n"


def built_through(version: str, layout: tuple[Unused, list[str], Unused, bool]) -> tuple[str, int]:
    """A Dockerfile that deploys a version, and the line of that version.

    The final stage is built on it through a chain of stages with these names. Unused stages stand above it, and below
    it before or behind the chain.
    """
    above, chain, below, early = layout
    head = "".join(stage(other, name) for other, name in above)
    more = "".join(stage(other, name if name not in chain else "") for other, name in below)
    links = [f"FROM {old} AS {new}\n" for old, new in itertools.pairwise(chain)]
    text = head + stage(version, chain[0]) + "".join([more, *links] if early else [*links, more])
    return f"{text}FROM {chain[-1]}\n", len(above) + 1


@settings(max_examples=300)
@given(build, build, layouts_of_stages, layouts_of_stages)
def test_other_stages_and_names_change_no_finding_about_the_deployed_image(
    before: str,
    after: str,
    first: tuple,
    second: tuple,  # type: ignore[type-arg]
) -> None:
    (old, _), (new, line) = built_through(before, first), built_through(after, second)
    findings = check(old.encode(), new.encode(), rulebook=BOOK)
    deployed = [finding for finding in findings if finding.line == line]
    assert sorted({finding.rule for finding in deployed}) == verdict(dockerfile(before), dockerfile(after))
    final = new.count("\n")
    assert all(
        f"the final stage, in line {final}, is built on this image" in each.notes for each in deployed if each.base
    )


@given(st.dictionaries(paths, st.tuples(build, build), min_size=2, max_size=4), st.data())
def test_the_order_of_files_does_not_matter(texts: dict[str, tuple[str, str]], data: st.DataObject) -> None:
    files = [
        (path, dockerfile(after).encode(), path, dockerfile(before).encode()) for path, (before, after) in texts.items()
    ]
    shuffled = data.draw(st.permutations(files))
    assert render(judge(snapshot(*shuffled), Reader(BOOK), RULES)) == render(
        judge(snapshot(*files), Reader(BOOK), RULES)
    )


@given(st.one_of(build, st.text(max_size=12)), st.one_of(build, st.text(max_size=12)))
def test_no_tag_raises(before: str, after: str) -> None:
    verdict(f"FROM {LEGACY}:{before}", f"FROM {LEGACY}:{after}".encode("utf-8", "replace").decode())


@given(build, build)
def test_pyproject_has_the_findings_of_a_dockerfile(before: str, after: str) -> None:
    old, new = declared("pyproject.toml", before), declared("pyproject.toml", after)
    assert verdict(old, new) == verdict(dockerfile(before), dockerfile(after))


@given(creating, st.one_of(build, st.just("5")), st.one_of(build, st.sampled_from(["5", "latest"])))
def test_a_deployment_file_is_never_compared_with_what_it_was(kind: str, before: str, after: str) -> None:
    old, new = declared(kind, before), declared(kind, after)
    assert verdict(old, new) == verdict(None, new)


@given(creating, build, build)
def test_only_a_higher_deployment_file_contradicts_the_dockerfile(kind: str, runs: str, creates: str) -> None:
    beside = {"Dockerfile": dockerfile(runs).encode()}
    findings = check(None, declared(kind, creates).encode(), path=kind, beside=beside, rulebook=BOOK)
    lower = downgrade(dockerfile(creates), dockerfile(runs))
    assert [finding.rule for finding in findings] == ["consistent-runtime"] * lower


@given(build, build, st.booleans())
def test_a_move_to_another_file_has_the_findings_of_a_change(before: str, after: str, back: bool) -> None:
    rules = verdict(dockerfile(before), dockerfile(after))
    assert moved(before, after, back) == [rule for rule in rules if rule != "maintained-runtime"]


@given(with_comments, build, st.sampled_from(["3.3", "latest", "5", "v3.3-8", "5.0.1xs"]))
def test_what_the_report_of_a_place_says_to_write_is_accepted(kind: str, before: str, after: str) -> None:
    old, new = declared(kind, before), declared(kind, after)
    findings = [f for f in check(old.encode(), new.encode(), path=kind, rulebook=BOOK) if f.check == "pinned"]
    lines = dict.fromkeys(finding.comment.replace("<the reason>", "it must") for finding in findings)
    assert lines
    assert "pinned-runtime" not in verdict(None, declared(kind, after, "".join(f"{line}\n" for line in lines)))


@given(kinds, st.text(st.characters(codec="utf-8"), max_size=12), st.booleans())
def test_no_text_in_a_place_raises_another_error(kind: str, text: str, quoted: bool) -> None:
    source = declared(kind, json.dumps(text, ensure_ascii=False)[1:-1] if quoted else text)
    try:
        verdict(source, source)
    except CannotCheck:
        assert kind != "Dockerfile"


@settings(max_examples=200)
@given(kinds.filter(lambda kind: kind != "Dockerfile"), st.binary(max_size=40), st.integers(0, 80), st.integers(0, 30))
def test_bytes_that_cannot_be_read_raise_one_line(kind: str, put: bytes, at: int, cut: int) -> None:
    source = declared(kind, "3.3-8").encode()
    try:
        check(source, source[:at] + put + source[at + cut :], path=kind, rulebook=BOOK)
    except CannotCheck as problem:
        message = str(problem)
    else:
        return
    assert len(message.splitlines()) == 1
