"""Which new Dockerfile is which vanished one."""

from __future__ import annotations

import re

import pytest
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.git import renames
from astro_runtime_guard.git.renames import pair_renamed

R = "FROM quay.io/astronomer/astro-runtime:"


def blank(path: str, source: bytes) -> bytes:
    return re.sub(rb"(astro-runtime:)\S+", rb"\1", source)


CASES = {
    "renamed and retagged": ({"b/D": R + "4.2.6"}, {"a/D": R + "5.0.1"}, {"b/D": "a/D"}),
    "two at once, told apart by their text": (
        {"x/D": R + "4.2.6\nRUN one\n", "y/D": R + "4.2.6\nRUN two\n"},
        {"a/D": R + "5.0.1\nRUN two\n", "b/D": R + "5.0.1\nRUN one\n"},
        {"x/D": "b/D", "y/D": "a/D"},
    ),
    "two at once, told apart by their folders": (
        {"services/a/D": R + "4", "services/b/D": R + "5"},
        {"svc/a/D": R + "6", "svc/b/D": R + "7"},
        {"services/a/D": "svc/a/D", "services/b/D": "svc/b/D"},
    ),
    "two vanished, either could be it": ({"new/D": R + "4"}, {"a/D": R + "5", "b/D": R + "6"}, {}),
    "two new, either could be it": ({"x/D": R + "4", "y/D": R + "5"}, {"a/D": R + "5"}, {}),
    "many equal ones moved: no matter which": (
        {"x1/D": R + "4", "x2/D": R + "5"},
        {"a/D": R + "5", "b/D": R + "5"},
        {"x1/D": "a/D", "x2/D": "b/D"},
    ),
    "an equal text comes before a similar one": (
        {"x/D": R + "4\nRUN a\n"},
        {"x/E": R + "5\nRUN a\nRUN b\n", "z/D": R + "5\nRUN a\n"},
        {"x/D": "z/D"},
    ),
    "half of the lines": ({"x/D": R + "4\nRUN a\n"}, {"y/D": R + "5\nRUN b\n"}, {"x/D": "y/D"}),
    "one appeared and one vanished, nothing in common": (
        {"x/D": R + "4\nRUN a\nRUN b\n"},
        {"y/D": R + "5\nRUN c\nRUN d\n"},
        {"x/D": "y/D"},
    ),
    "less than half, elsewhere: unrelated": (
        {"x/D": R + "4\nRUN a\nRUN b\n"},
        {"y/D": R + "5\nRUN c\nRUN d\n", "z/D": R + "5\nRUN e\nRUN f\n"},
        {},
    ),
    "less than half, in the same folder": (
        {"x/D": R + "4\nRUN a\nRUN b\n"},
        {"x/E": R + "5\nRUN c\nRUN d\n"},
        {"x/D": "x/E"},
    ),
    "less than half, in two folders": (
        {"x/D": R + "4\nRUN a\nRUN b\n", "y/D": R + "4\nRUN c\nRUN d\n"},
        {"x/E": R + "5\nRUN e\nRUN f\n", "y/E": R + "5\nRUN g\nRUN h\n"},
        {"x/D": "x/E", "y/D": "y/E"},
    ),
    "less than half, two in one folder: either could be it": (
        {"x/D": R + "4\nRUN a\nRUN b\n", "x/F": R + "4\nRUN c\nRUN d\n"},
        {"x/E": R + "5\nRUN e\nRUN f\n", "x/G": R + "5\nRUN g\nRUN h\n"},
        {},
    ),
    "less than half, one of two in one folder: either could be it": (
        {"x/D": R + "4\nRUN a\nRUN b\n"},
        {"x/E": R + "5\nRUN e\nRUN f\n", "x/G": R + "5\nRUN g\nRUN h\n"},
        {},
    ),
    "a similar text comes before the same folder, which is left to another": (
        {"x/D": R + "4\nRUN a\nRUN b\n", "x/F": R + "4\nRUN c\nRUN d\n"},
        {"z/E": R + "5\nRUN a\nRUN b\nRUN i\n", "x/G": R + "5\nRUN g\nRUN h\n"},
        {"x/D": "z/E", "x/F": "x/G"},
    ),
    "a similar text comes before the same folder": (
        {"x/D": R + "4\nRUN a\nRUN b\n"},
        {"z/E": R + "5\nRUN a\nRUN b\nRUN i\n", "x/G": R + "5\nRUN g\nRUN h\n"},
        {"x/D": "z/E"},
    ),
    "equal ones, told apart by their folders": (
        {"x/b/D": R + "4", "y/a/D": R + "4"},
        {"p/a/D": R + "5", "q/b/D": R + "5"},
        {"x/b/D": "q/b/D", "y/a/D": "p/a/D"},
    ),
    "equal ones, of which two are near a third": (
        {"m/D": R + "4", "m/E": R + "4"},
        {"m/F": R + "5", "n/E": R + "6"},
        {},
    ),
    "equal ones, of which two are in one folder": (
        {"m/D": R + "4", "p/E": R + "4"},
        {"m/F": R + "5", "m/E": R + "6"},
        {},
    ),
    "equal ones, one told apart by its name, the others: no matter which": (
        {"x/b/D": R + "4", "y/Q": R + "4", "z/R": R + "4"},
        {"a/b/D": R + "5", "k/M": R + "5", "l/N": R + "5"},
        {"x/b/D": "a/b/D", "y/Q": "k/M", "z/R": "l/N"},
    ),
    "the more similar text comes before the nearer path": (
        {"x/D": R + "4\nRUN a\nRUN b\nRUN c\n"},
        {"x/E": R + "5\nRUN a\nRUN b\nRUN y\nRUN z\n", "y/E": R + "5\nRUN a\nRUN b\nRUN c\nRUN d\n"},
        {"x/D": "y/E"},
    ),
    "similar ones, of which the settled pair settles the other": (
        {"x/D": R + "4\nRUN a\nRUN b\nRUN c\n", "y/D": R + "4\nRUN a\nRUN b\n"},
        {"a/E": R + "5\nRUN a\nRUN b\nRUN c\nRUN d\n", "b/F": R + "5\nRUN a\nRUN b\nRUN c\nRUN e\nRUN f\n"},
        {"x/D": "a/E", "y/D": "b/F"},
    ),
    "a similar text does not take what an equal one took": (
        {"x/D": R + "4\nRUN a\nRUN b\n", "z/D": R + "4\nRUN a\nRUN b\nRUN c\n"},
        {"y/E": R + "5\nRUN a\nRUN b\n"},
        {"x/D": "y/E"},
    ),
    "equal ones, told apart by the beginning of their paths": (
        {"svc/a/new/D": R + "4", "lib/b/new/D": R + "4"},
        {"svc/a/old/D": R + "5", "lib/b/old/D": R + "6"},
        {"svc/a/new/D": "svc/a/old/D", "lib/b/new/D": "lib/b/old/D"},
    ),
    "less than half, one of them more similar: unrelated": (
        {"x/D": R + "4\nRUN a\nRUN b\n"},
        {"y/D": R + "5\nRUN c\nRUN d\n", "z/D": R + "5\nRUN e\nRUN f\nRUN g\n"},
        {},
    ),
    "a line that is repeated counts as often as both have it": (
        {"x/D": R + "4\nRUN a\nRUN b\nRUN c\nRUN d\n"},
        {"y/D": R + "5\n" + "RUN a\n" * 5, "z/D": R + "5\nRUN e\nRUN f\nRUN g\n"},
        {},
    ),
    "one of two equal ones moved: no matter which": (
        {"x/D": R + "4"},
        {"a/D": R + "5", "b/D": R + "5"},
        {"x/D": "a/D"},
    ),
    "a vanished file without a Runtime": ({"x/D": R + "4"}, {"x/E": "FROM python:3.12"}, {}),
    "a new file without a Runtime takes no partner": (
        {"x/D": R + "4\nRUN a\nRUN b\n", "x/F": "FROM python:3.12"},
        {"x/E": R + "5\nRUN c\nRUN d\n"},
        {"x/D": "x/E"},
    ),
    "the settled pair settles the other": (
        {"a/D.prod": R + "4", "new/D": R + "4"},
        {"a/D": R + "5", "b/D": R + "6"},
        {"a/D.prod": "a/D", "new/D": "b/D"},
    ),
    "nothing vanished: a copy": ({"x/D": R + "4"}, {}, {}),
    "nothing new": ({}, {"x/D": R + "4"}, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_pairs(case: str) -> None:
    new, gone, expected = CASES[case]
    given = [{path: text.encode() for path, text in side.items()} for side in (new, gone)]
    assert pair_renamed(given[0], given[1], blank) == expected
    backwards = [dict(reversed(side.items())) for side in given]
    assert pair_renamed(backwards[0], backwards[1], blank) == expected


def moved(count: int, kind: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """So many files of two lines that appeared, and as many that vanished."""
    new, old = ("b{}/D", "a{}/D") if "any names" in kind else ("b/{}/D", "a/{}/D")
    line = "RUN {}" if kind == "changed" else "RUN x"
    versions = 2 if "two versions" in kind else 1
    return (
        {new.format(at): f"{R}4\n{line.format(at)}\n".encode() for at in range(count)},
        {old.format(at): f"{R}{5 + at % versions}\n{line.format(-at - 1)}\n".encode() for at in range(count)},
    )


@pytest.mark.parametrize(
    ("kind", "gone", "pairs"),
    [
        ("equal, in folders of their own", 1500, 1500),
        ("equal, in folders of their own, of two versions", 1500, 1500),
        ("equal, under any names", 1500, 1500),
        ("equal, under any names", 1499, None),
        ("equal, under any names, of two versions", 1500, None),
        ("changed", 1500, None),
    ],
)
def test_many_files_are_not_compared_all_with_all(
    kind: str, gone: int, pairs: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    nearness = renames._nearness
    monkeypatch.setattr(renames, "_nearness", lambda one, other: compared.append(one) or nearness(one, other))
    new, old = moved(1500, kind)
    old = dict(list(old.items())[:gone])
    if pairs is None:
        with pytest.raises(
            CannotCheck, match=rf"^b.*D: 1500 files are new and {gone} are gone, too many to tell which"
        ):
            pair_renamed(new, old, blank)
    else:
        found = pair_renamed(new, old, blank)
        assert len(found) == pairs
        assert "folders" not in kind or found == dict(zip(new, old, strict=True))
    assert compared == []


def test_a_few_changed_files_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = moved(100, "changed")
    assert len(pair_renamed(new, old, blank)) == 100
