"""Which past declaration a declaration continues, and which of several base commits counts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from astro_runtime_guard.api import check
from astro_runtime_guard.declarations.declaration import Declaration, read_declarations
from astro_runtime_guard.declarations.reading import Reader
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.findings.baseline import choose
from astro_runtime_guard.findings.changes import Past, pair_declarations
from astro_runtime_guard.findings.finding import Finding, JudgedFile, find
from astro_runtime_guard.findings.judge import judge
from astro_runtime_guard.git.base import Base, Before
from astro_runtime_guard.git.comparison import Merge
from astro_runtime_guard.git.snapshot import File, Old, Snapshot
from astro_runtime_guard.model import Rule, Rulebook
from shipped import BOOK

IMAGES = BOOK.images
RUNTIME = "FROM quay.io/astronomer/astro-runtime"


def pairs(after: str, *before: str) -> list[tuple[str, str | None]]:
    """(tag now, tag before) for each declaration of `after`; `before` are the texts at the base commits."""
    text = after.replace("RT:", f"{RUNTIME}:")
    pasts = [
        [
            Past(declaration, "Dockerfile", Before(str(number), f"base {number}"))
            for declaration in read_declarations(old.replace("RT:", f"{RUNTIME}:").encode(), IMAGES)
        ]
        for number, old in enumerate(before)
    ]
    base = Base(tuple(Before(str(number), f"base {number}") for number in range(len(before))))
    changes = pair_declarations(read_declarations(text.encode(), IMAGES), pasts, base)
    return [
        (change.after.runtime.tag.text, change.before.declaration.runtime.tag.text if change.before else None)
        for change in changes
    ]


PAIRED = {
    "the only one": ("RT:2.0.0", ["RT:1.0.0"], [("2.0.0", "1.0.0")]),
    "by name, in another order": (
        "RT:2.0.0 AS b\nRT:4.0.0 AS a\nFROM python",
        ["RT:3.0.0 AS a\nRT:1.0.0 AS b\nFROM python"],
        [("2.0.0", "1.0.0"), ("4.0.0", "3.0.0")],
    ),
    "by name, in file order where names are equal": (
        "RT:2.0.0 AS a\nRT:4.0.0 AS a\nFROM python",
        ["RT:1.0.0 AS a\nRT:3.0.0 AS a\nFROM python"],
        [("2.0.0", "1.0.0"), ("4.0.0", "3.0.0")],
    ),
    "by name and reference, where names are equal": (
        "RT:3.0.0 AS a\nRT:2.0.0 AS a\nFROM python",
        ["RT:1.0.0 AS a\nRT:3.0.0 AS a\nFROM python"],
        [("3.0.0", "3.0.0"), ("2.0.0", "1.0.0")],
    ),
    "by name, beside another stage with its reference": (
        "RT:3.0.0 AS a\nFROM python",
        ["RT:3.0.0 AS b\nRT:4.0.0 AS a\nFROM python"],
        [("3.0.0", "4.0.0")],
    ),
    "the deployed one, beside a stage with its old name": (
        "RT:4.0.0 AS base\nRT:5.0.0 AS final",
        ["RT:4.0.0 AS base\nFROM base AS final"],
        [("4.0.0", "4.0.0"), ("5.0.0", "4.0.0")],
    ),
    "the deployed one, where the final stage names another stage": (
        "RT:4.0.0 AS stable\nRT:5.0.0 AS next\nFROM stable",
        ["RT:4.0.0 AS stable\nRT:5.0.0 AS next\nFROM next"],
        [("4.0.0", "5.0.0"), ("5.0.0", "5.0.0")],
    ),
    "the deployed one, where two named stages swapped": (
        "RT:4.0.0 AS b\nRT:5.0.0 AS a",
        ["RT:5.0.0 AS a\nRT:4.0.0 AS b"],
        [("4.0.0", "4.0.0"), ("5.0.0", "4.0.0")],
    ),
    "the deployed one, where two stages without names swapped": (
        "RT:4.0.0\nRT:5.0.0",
        ["RT:5.0.0\nRT:4.0.0"],
        [("4.0.0", "4.0.0"), ("5.0.0", "4.0.0")],
    ),
    "the deployed one, of two stages with one name": (
        "RT:5.0.0 AS a\nRT:4.0.0 AS a\nFROM a",
        ["RT:4.0.0 AS a\nRT:5.0.0 AS a\nFROM a"],
        [("5.0.0", "5.0.0"), ("4.0.0", "5.0.0")],
    ),
    "the deployed one, through an argument": (
        "ARG BASE=a\nRT:4.0.0 AS a\nRT:5.0.0 AS b\nFROM ${BASE}",
        ["ARG BASE=b\nRT:4.0.0 AS a\nRT:5.0.0 AS b\nFROM ${BASE}"],
        [("4.0.0", "5.0.0"), ("5.0.0", "5.0.0")],
    ),
    "the deployed one, with a kept stage above": (
        "RT:5.0.0 AS base\nRT:4.0.0",
        ["RT:5.0.0 AS base"],
        [("5.0.0", "5.0.0"), ("4.0.0", "5.0.0")],
    ),
    "the deployed one is the past of no other stage by position": (
        "RT:7.0.0 AS x\nRT:5.0.0 AS y",
        ["RT:4.0.0"],
        [("7.0.0", None), ("5.0.0", "4.0.0")],
    ),
    "a Runtime that is no longer deployed": ("RT:4.0.0 AS a\nFROM python", ["RT:5.0.0"], [("4.0.0", "5.0.0")]),
    "a Runtime that is deployed now": ("RT:4.0.0", ["RT:5.0.0 AS a\nFROM python"], [("4.0.0", "5.0.0")]),
    "a Runtime that is deployed now, with a kept stage above": (
        "RT:5.0.0 AS a\nRT:4.0.0",
        ["RT:5.0.0 AS a\nFROM python"],
        [("5.0.0", "5.0.0"), ("4.0.0", None)],
    ),
    "the final one, with a new one in front": ("RT:9.0.0\nRT:2.0.0", ["RT:1.0.0"], [("9.0.0", None), ("2.0.0", "1.0.0")]),
    "the final one, through the names of stages": (
        "RT:2.0.0 AS x\nRT:9.0.0 AS y\nFROM x AS z\nFROM z",
        ["RT:1.0.0"],
        [("2.0.0", "1.0.0"), ("9.0.0", None)],
    ),
    "an equal reference": (
        "RT:7.0.0\nRT:5.0.0\nRT:2.0.0\nFROM python",
        ["RT:5.0.0\nRT:6.0.0\nRT:1.0.0\nFROM python"],
        [("7.0.0", "6.0.0"), ("5.0.0", "5.0.0"), ("2.0.0", "1.0.0")],
    ),
    "the rest by position": ("RT:2.0.0\nRT:4.0.0\nFROM python", ["RT:1.0.0\nRT:3.0.0\nFROM python"], [("2.0.0", "1.0.0"), ("4.0.0", "3.0.0")]),
    "one stage more": ("RT:2.0.0\nRT:4.0.0\nFROM python", ["RT:1.0.0\nFROM python"], [("2.0.0", "1.0.0"), ("4.0.0", None)]),
    "one stage less": ("RT:2.0.0", ["RT:1.0.0 AS a\nRT:3.0.0"], [("2.0.0", "3.0.0")]),
    "a new file": ("RT:2.0.0", [], [("2.0.0", None)]),
    "no Runtime before": ("RT:2.0.0", ["FROM python"], [("2.0.0", None)]),
    "the newest of two bases": ("RT:2.0.0", ["RT:1.0.0", "RT:3.0.0"], [("2.0.0", "3.0.0")]),
    "the newest of two bases, in reverse order": ("RT:2.0.0", ["RT:3.0.0", "RT:1.0.0"], [("2.0.0", "3.0.0")]),
    "the first of two bases with one version": ("RT:2.0.0", ["RT:1.0.0-slim", "RT:1.0.0-base"], [("2.0.0", "1.0.0-slim")]),
    "the first of two bases with one version, in reverse order": ("RT:2.0.0", ["RT:1.0.0-base", "RT:1.0.0-slim"], [("2.0.0", "1.0.0-base")]),
    "a base without an order does not count": ("RT:2.0.0", ["RT:latest", "RT:1.0.0"], [("2.0.0", "1.0.0")]),
    "only bases without an order": ("RT:2.0.0", ["RT:latest", "RT:stable"], [("2.0.0", "latest")]),
    "a base that has no such file": ("RT:2.0.0", ["FROM python", "RT:3.0.0"], [("2.0.0", "3.0.0")]),
    "an image in a COPY has no past": (
        "RT:2.0.0\nCOPY --from=quay.io/astronomer/astro-runtime:1.0.0 /a /a",
        ["RT:1.0.0\nCOPY --from=quay.io/astronomer/astro-runtime:3.0.0 /a /a"],
        [("2.0.0", "1.0.0"), ("1.0.0", None)],
    ),
    "an image in a COPY is no past": ("RT:2.0.0", ["FROM python\nCOPY --from=quay.io/astronomer/astro-runtime:3.0.0 /a /a"], [("2.0.0", None)]),
    "an image in a COPY continues no stage": (
        "RT:2.0.0\nCOPY --from=quay.io/astronomer/astro-runtime:1.0.0 /a /a",
        ["RT:1.0.0 AS a\nRT:3.0.0"],
        [("2.0.0", "3.0.0"), ("1.0.0", None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("after", "before", "expected"), PAIRED.values(), ids=PAIRED)
def test_pairs(after: str, before: list[str], expected: list[tuple[str, str | None]]) -> None:
    assert pairs(after, *before) == expected


HEAD, MERGED, THIRD, TIP, FORK, OTHER_FORK, PROMOTED = (
    Before(name, name) for name in ("HEAD", "merged", "third", "tip", "fork", "other fork", "promoted")
)
TOPIC = Base((TIP,), forks=(FORK,))
TWO_FORKS = Base((TIP,), forks=(FORK, OTHER_FORK))
MERGE = Base((TIP,), forks=(FORK,), merge=Merge((HEAD, MERGED), (OTHER_FORK,)))
CRISS_CROSS = Base((TIP,), forks=(TIP,), merge=Merge((HEAD, MERGED), (FORK, OTHER_FORK)))
OCTOPUS = Base((TIP,), forks=(FORK,), merge=Merge((HEAD, MERGED, THIRD)))
DEPLOYED = Base((HEAD,), promoted=(PROMOTED,))
DIGEST, OTHER_DIGEST = (f"@sha256:{letter * 64}" for letter in "ab")

# The base, the tag now, the tags at the commits, and the commit that counts: none where nothing is proposed.
AGAINST: dict[str, tuple[Base, str, dict[Before, str], str]] = {
    "proposed": (TOPIC, "5.0.1", {TIP: "4.2.6", FORK: "4.2.6"}, "tip"),
    "not proposed, the target moved": (TOPIC, "4.2.6", {TIP: "5.0.1", FORK: "4.2.6"}, ""),
    "new, and in the target meanwhile": (TOPIC, "4.2.6", {TIP: "5.0.1"}, "tip"),
    "new": (TOPIC, "4.2.6", {}, ""),
    "not proposed since two merge bases": (TWO_FORKS, "4.2.6", {TIP: "5.0.1", FORK: "4.2.6", OTHER_FORK: "4.2.6"}, ""),
    "proposed since one of two merge bases": (TWO_FORKS, "4.2.6", {TIP: "5.0.1", FORK: "4.2.6", OTHER_FORK: "4.2.5"}, "tip"),
    "new since one of two merge bases": (TWO_FORKS, "4.2.6", {TIP: "5.0.1", FORK: "4.2.6"}, "tip"),
    "the same without an order": (TOPIC, "latest", {TIP: "5.0.1", FORK: "latest"}, ""),
    "the same with another suffix": (TOPIC, "4.2.6-base", {TIP: "5.0.1", FORK: "4.2.6"}, ""),
    "the same digest": (TOPIC, "5.0.1" + DIGEST, {TIP: "4.2.6", FORK: "5.0.1" + DIGEST}, ""),
    "another digest": (TOPIC, "5.0.1" + DIGEST, {TIP: "4.2.6", FORK: "5.0.1" + OTHER_DIGEST}, "tip"),
    "a digest that is new": (TOPIC, "5.0.1" + DIGEST, {TIP: "4.2.6", FORK: "5.0.1"}, "tip"),
    "a digest that is gone": (TOPIC, "5.0.1", {TIP: "4.2.6", FORK: "5.0.1" + DIGEST}, "tip"),
    "staged by a job": (Base((TIP,), staged=(HEAD,)), "4.2.6", {TIP: "4.2.6", HEAD: "5.0.1"}, "HEAD"),
    "not staged by a job": (Base((TIP,), staged=(HEAD,)), "4.2.6", {TIP: "5.0.1"}, "tip"),
    "promoted": (DEPLOYED, "5.0.1", {HEAD: "4.2.6", PROMOTED: "5.0.1"}, "HEAD, promoted"),
    "a merge of what the other side did": (MERGE, "5.0.1", {HEAD: "4.2.6", MERGED: "5.0.1", OTHER_FORK: "4.2.6", TIP: "4.2.5"}, ""),
    "a merge that keeps what its own side did": (MERGE, "5.0.1", {HEAD: "5.0.1", MERGED: "4.2.6", OTHER_FORK: "4.2.6", TIP: "4.2.5"}, ""),
    "a merge of a new file": (MERGE, "5.0.1", {MERGED: "5.0.1", TIP: "4.2.5"}, ""),
    "a merge of two sides that both changed": (MERGE, "5.0.1", {HEAD: "5.0.1", MERGED: "4.2.9", OTHER_FORK: "4.2.6", TIP: "4.2.5"}, "tip"),
    "a merge with a version of its own": (MERGE, "5.0.2", {HEAD: "4.2.6", MERGED: "5.0.1", OTHER_FORK: "4.2.6", TIP: "4.2.5"}, "tip"),
    "a merge that keeps a file which one side removed": (MERGE, "5.0.1", {MERGED: "5.0.1", OTHER_FORK: "4.2.6", TIP: "4.2.5"}, "tip"),
    "a merge without a merge base": (MERGE._replace(merge=Merge((HEAD, MERGED))), "5.0.1", {HEAD: "4.2.6", MERGED: "5.0.1", TIP: "4.2.5"}, "tip"),
    "a merge of two merge bases": (CRISS_CROSS, "5.0.1", {HEAD: "4.2.6", MERGED: "5.0.1", FORK: "4.2.6", OTHER_FORK: "4.2.6", TIP: "4.2.5"}, ""),
    "a merge since one of two merge bases": (CRISS_CROSS, "5.0.1", {HEAD: "4.2.6", MERGED: "5.0.1", FORK: "4.2.6", OTHER_FORK: "4.2.5", TIP: "4.2.5"}, "tip"),
    "a merge of three with the version of one": (OCTOPUS, "5.0.1", {HEAD: "4.2.6", MERGED: "4.2.6", THIRD: "5.0.1", TIP: "4.2.6"}, ""),
    "a merge of three with a version of its own": (OCTOPUS, "5.0.2", {HEAD: "4.2.6", MERGED: "4.2.6", THIRD: "5.0.1", TIP: "4.2.6"}, "tip"),
}  # fmt: skip


@pytest.mark.parametrize("row", AGAINST)
def test_what_a_version_is_judged_against(row: str) -> None:
    base, now, tags, expected = AGAINST[row]

    def declaration(tag: str) -> Declaration:
        return read_declarations(f"{RUNTIME}:{tag}".encode(), IMAGES)[0]

    found = choose(declaration(now), [Past(declaration(tag), "Dockerfile", it) for it, tag in tags.items()], base)
    assert ", ".join(past.before.named for past in found if past) == expected


def test_a_stop_that_is_missed_comes_first_whatever_its_name() -> None:
    renamed = (rule._replace(name="zz-floor") if rule.check == "stop" else rule for rule in BOOK.rules)
    rules = tuple(sorted(renamed, key=lambda rule: rule.name))
    source = "FROM astrocrpublic.azurecr.io/runtime:3.2-1"
    before = Past(read_declarations(f"{RUNTIME}:11.9.0".encode(), IMAGES)[0], "Dockerfile", HEAD)
    changes = pair_declarations(read_declarations(source.encode(), IMAGES), [[before]], Base((HEAD,)))
    found = [it.rule for it in find(JudgedFile("Dockerfile", [source], rules, BOOK._replace(rules=rules)), changes)]
    assert found[0] == "zz-floor"
    assert {"runtime-12", "withdrawn-runtime"} < set(found)


PINS, COMPARES = (tuple(rule for rule in BOOK.rules if rule.check == check) for check in ("pinned", "ordered"))
# A Dockerfile, the rules that run, and whether they need the version before.
NEEDING = [
    ("5.0.1", COMPARES, True),
    ("5.0.1", PINS, False),
    ("5", COMPARES, True),
    ("latest", COMPARES, False),
    ("$TAG", COMPARES, False),
    ("nightly" + DIGEST, COMPARES, True),
    ("latest" + DIGEST, COMPARES, False),
    ("nightly", COMPARES, False),
]


@pytest.mark.parametrize(("tag", "rules", "needed"), NEEDING)
def test_a_base_is_needed_where_something_could_be_found(tag: str, rules: Sequence[Rule], needed: bool) -> None:
    file = File("Dockerfile", f"{RUNTIME}:{tag}\n".encode(), ())
    base = Base((), problem="the history is too shallow")
    judge(Snapshot((file._replace(beside=True),), base), Reader(BOOK), rules)
    if needed:
        with pytest.raises(CannotCheck, match=r"^the history is too shallow$"):
            judge(Snapshot((file,), base), Reader(BOOK), rules)
    else:
        judge(Snapshot((file,), base), Reader(BOOK), rules)


def test_each_base_commit_has_its_own_version() -> None:
    texts = {HEAD: "4.2.6", MERGED: "5.0.1"}
    olds = tuple(Old("Dockerfile", f"{RUNTIME}:{tag}\n".encode(), it) for it, tag in texts.items())
    file = File("Dockerfile", f"{RUNTIME}:4.2.7\n".encode(), olds)
    [finding] = judge(Snapshot((file,), Base((HEAD, MERGED))), Reader(BOOK), COMPARES)
    assert (finding.before, finding.base) == ("5.0.1", "merged")


def test_what_the_default_branch_says_is_kept_beside_the_version_before() -> None:
    now, head, main = (read_declarations(f"{RUNTIME}:{tag}".encode(), IMAGES) for tag in ("5.0.1", "4.2.6", "5.0.0"))
    pasts = [[Past(head[0], "Dockerfile", HEAD)], [Past(main[0], "Dockerfile", PROMOTED)]]
    [change] = pair_declarations(now, pasts, DEPLOYED)
    assert (change.before, change.promoted) == (pasts[0][0], pasts[1][0])


def test_a_finding_against_a_base_in_doubt_is_none() -> None:
    def judged(text: str) -> list[str]:
        old = Old("Dockerfile", f"{RUNTIME}:5.0.1\n".encode(), HEAD)
        snapshot = Snapshot((File("Dockerfile", text.encode(), (old,)),), Base((HEAD,), doubt="fetch more"))
        return [finding.rule for finding in judge(snapshot, Reader(BOOK), BOOK.rules) if finding.check != "maintained"]

    assert judged(f"{RUNTIME}:latest\n") == ["pinned-runtime"]
    assert judged(f"# astro-runtime: downgraded 4.2.6: rolled back\n{RUNTIME}:4.2.6\n") == ["no-runtime-downgrade"]
    with pytest.raises(
        CannotCheck, match=r"^Dockerfile:1: no-runtime-downgrade: 5\.0\.1 on HEAD, 4\.2\.6 here, but fetch more$"
    ):
        judged(f"{RUNTIME}:4.2.6\n")


def test_the_words_for_a_file_and_for_what_it_is_compared_with() -> None:
    old, new = (f"{RUNTIME}:{version}\n".encode() for version in ("5.0.1", "4.2.6"))
    (usual,) = check(old, new, rulebook=BOOK)
    assert (usual.path, usual.base) == ("Dockerfile", "the version before")
    (given,) = check(old, new, path="app/Dockerfile", named="release 7", rulebook=BOOK)
    assert (given.path, given.base) == ("app/Dockerfile", "release 7")


def test_a_wrong_comment_in_a_file_that_nobody_asked_for_is_not_reported() -> None:
    text = b"[tool.astro]\n# astro-runtime: ignore consistent-runtime\nruntime = '13.11.0'\n"
    source = f"{RUNTIME}:13.11.0\n".encode()
    assert check(None, source, beside={"pyproject.toml": text}, rulebook=BOOK) == []
    assert [it.rule for it in check(None, text, path="pyproject.toml", rulebook=BOOK)] == ["acknowledgement"]


def test_a_file_over_a_limit_counts_only_where_it_can_have_had_the_version_before() -> None:
    many, one = (f"{RUNTIME}:5.0.1\n".encode() * count for count in (501, 1))

    def judged(*files: File, rules: Sequence[Rule] = BOOK.rules) -> list[Finding]:
        return judge(Snapshot(files, Base((HEAD,))), Reader(BOOK), rules)

    now = File("a/Dockerfile", one, ())
    beside = File("b/Dockerfile", many, (Old("b/Dockerfile", many, HEAD),), beside=True)
    assert [it for it in judged(now, beside) if it.check != "maintained"] == []
    assert judged(File("Dockerfile", b"FROM python", (Old("Dockerfile", many, HEAD),)), rules=COMPARES) == []
    for file in (File("Dockerfile", one, (Old("Dockerfile", many, HEAD),)), beside._replace(source=one)):
        with pytest.raises(CannotCheck, match=r"in HEAD\), so the version before is not known"):
            judged(now, file)


BLANKED = [
    (f"{RUNTIME}:5.0.1\nRUN a\n", f"{RUNTIME}:4.2.6\nRUN a\n", True),
    (f"# astro-runtime: reviewed 5.0.1\n{RUNTIME}:5.0.1\n", f"{RUNTIME}:4.2.6\n", True),
    (f" \t# astro-runtime: reviewed 5.0.1\n{RUNTIME}:5.0.1\n", f"{RUNTIME}:4.2.6\n", True),
    (f"ARG T=5.0.1\n{RUNTIME}:$T\n", f"ARG T=4.2.6\n{RUNTIME}:$T\n", True),
    (f"{RUNTIME}:5.0.1\nRUN a\n", f"{RUNTIME}:5.0.1\nRUN b\n", False),
    (f"{RUNTIME}:5.0.1\n", "FROM python:3\n", False),
]


def blanked(source: bytes) -> bytes:
    return Reader(Rulebook(IMAGES, ())).blanked("Dockerfile", source)


@pytest.mark.parametrize(("one", "other", "same"), BLANKED)
def test_blank_versions(one: str, other: str, same: bool) -> None:
    assert (blanked(one.encode()) == blanked(other.encode())) is same


def test_a_file_without_a_runtime_is_not_blanked() -> None:
    for source in (b"FROM python:3\nRUN \xff\n", b"", b"FROM python"):
        assert blanked(source) == source


ROUTES = {
    "the final stage itself": ("RT:5.0.0 AS a", ()),
    "a stage by name": ("RT:5.0.0 AS a\nRUN x\nFROM a", ("the final stage, in line 3, is built on this image",)),
    "a chain of stages": (
        "RT:5.0.0 AS a\nFROM a AS b\nFROM b",
        ("the final stage, in line 3, is built on this image",),
    ),
    "an argument": (
        "ARG BASE=a\nRT:5.0.0 AS a\nFROM ${BASE}",
        ("the final stage, in line 3, is built on this image", "build argument BASE is given in line 1"),
    ),
    "a name with an argument without a value": (
        "ARG V\nRT:5.0.0 AS a\nFROM ${V}a",
        ("the final stage, in line 3, is built on this image",),
    ),
    "another image": ("RT:5.0.0 AS a\nFROM python", ()),
}


@pytest.mark.parametrize(("source", "expected"), ROUTES.values(), ids=ROUTES)
def test_how_the_final_stage_leads_to_the_image(source: str, expected: tuple[str, ...]) -> None:
    (declaration,) = read_declarations(source.replace("RT:", f"{RUNTIME}:").encode(), IMAGES)
    assert declaration.route == expected
