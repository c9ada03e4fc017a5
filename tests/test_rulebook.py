"""Rule and image files: what they may say, every mistake with its place, and which of two files counts."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from astro_runtime_guard.api import check
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.findings import checks
from astro_runtime_guard.model import Rulebook
from astro_runtime_guard.plan import make_plan
from astro_runtime_guard.rulebook.load import load_rulebook, read_compiled
from astro_runtime_guard.rulebook.schema import make_schema
from astro_runtime_guard.rulebook.where import rule_folders, shipped_folder
from astro_runtime_guard.versions.tags import read_tag
from shipped import BOOK

GOOD = """\
image: astro-runtime
check: crossing
version: 12.0.0
message: into {version} from {before}
examples:
  finds: [{before: "FROM quay.io/astronomer/astro-runtime:11.0.0", after: "FROM quay.io/astronomer/astro-runtime:12.0.0"}]
  passes: [{after: "FROM quay.io/astronomer/astro-runtime:12.0.0"}]
"""
IMAGE = """\
repositories: [example.com/thing]
numberings: [{name: only, tag: "{major}.{minor}.{patch}"}]
"""


def load(folder: Path) -> Rulebook:
    return load_rulebook([shipped_folder(), str(folder)], today="2026-11-22")


def put(folder: Path, text: str | bytes, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def edited(old: str, new: str, text: str = GOOD) -> str:
    assert old in text
    return text.replace(old, new)


KEYS = "image, check, version, from-below, message, consider, acknowledge, link, enabled, examples"
CHECKS = ", ".join(checks.CHECKS)
PLACES = "written, repository, tag, after, before, version"

MISTAKES = {
    "unknown key": (edited("message:", "mesage:"), [f"4:1: no key is called mesage; did you mean message? expected one of {KEYS}", "1:1: message: this key is missing"]),
    "key given twice": (edited("version: 12.0.0", "version:\n  12.0.0\nversion: 12.0.0"), ["5:1: version: given twice, first in line 3"]),
    "missing check": (edited("check: crossing\n", ""), ["1:1: check: this key is missing"]),
    "unknown check": (edited("crossing", "crosing"), [f"2:8: no check is called crosing; did you mean crossing? expected one of {CHECKS}"]),
    "unknown image": (edited("image: astro-runtime", "image: astro"), ["1:1: image: no image is called astro; expected one of astro-runtime, astronomer-certified, astro-remote-execution-agent"]),
    "version that is none": (edited("12.0.0\n", "12.0\n"), ["3:10: 12.0 is no version of astro-runtime, expected {major}.{minor}.{patch} or {major}.{minor}-{build}"]),
    "version with a suffix": (edited("12.0.0\n", "12.0.0-base\n"), ["3:10: 12.0.0-base is no version of astro-runtime, expected {major}.{minor}.{patch} or {major}.{minor}-{build}"]),
    "missing version": (edited("version: 12.0.0\n", ""), ["1:1: version: this key is missing"]),
    "a stop that is not below its version": (edited("check: crossing", "check: stop\nfrom-below: 12.0.0"), ["3:13: from-below: expected a build below 12.0.0"]),
    "a stop without its lowest build": (edited("check: crossing", "check: stop"), ["1:1: from-below: this key is missing"]),
    "key that the check has no use for": (edited("check: crossing", "check: ordered"), ["3:10: version: the check ordered has no use for it"]),
    "unknown placeholder": (edited("{before}", "{befor}"), [f"4:10: no placeholder is called befor; did you mean before? expected one of {PLACES}"]),
    "a placeholder without a name": (edited("{before}", "{}"), [f"4:10: no placeholder is called ; expected one of {PLACES}"]),
    "a message for some reasons only": (
        edited("check: crossing\nversion: 12.0.0", "check: published").replace("into {version} from {before}", "{elsewhere: x, no-colon: y}"),
        ["3:10: never-built: this key is missing"],
    ),
    "list for a text": (edited("into {version} from {before}", "[a, b]"), ["4:10: message: expected a text"]),
    "empty text": (edited("into {version} from {before}", "''"), ["4:10: expected a text"]),
    "blank text": (edited("into {version} from {before}", "' '"), ["4:10: expected a text"]),
    "a list for an example": (edited("[{after: ", "[{after: [a], before: "), ["7:20: expected a text"]),
    "a text for examples": (edited("[{after:", "x # [{after:"), ["7:11: expected a list"]),
    "a list for other files": (edited("[{after:", "[{beside: [a], after:"), ["7:21: expected a mapping"]),
    "two lines": (edited("into {version} from {before}", "|\n  one\n  two"), ["4:10: expected one line (fold a long one with `>-`)"]),
    "a control character": (edited("into {version} from {before}", '"a\\e[31m"'), ["4:10: expected a text without control characters, tabs or unusual spaces"]),
    "no examples": (edited("  passes: [{after: \"FROM quay.io/astronomer/astro-runtime:12.0.0\"}]\n", ""), ["6:3: passes: this key is missing"]),
    "example without after": (edited("[{after:", "[{befor:"), ["7:12: after: this key is missing", "7:13: no key is called befor; did you mean before? expected one of before, after, path, beside"]),
    "not a mapping": ("- a\n- b\n", [f"1:1: expected a mapping with the keys {KEYS}"]),
    "not YAML": ("image: [a\n", ["2:1: not YAML"]),
    "a tab": ("image:\n\tx: y\n", ["2:1: not YAML: a tab stands here; YAML is indented with spaces"]),
    "a character that YAML does not allow": ("image: \x01\n", ["1:1: not YAML"]),
    "a NUL": ("image: x\0\n", ["1:1: the file has NUL in it: save it as UTF-8, not as UTF-16 or UTF-32"]),
    "empty": ("", ["1:1: the file is empty"]),
    "two documents": (GOOD + "---\n" + GOOD, ["9:1: a second document begins here; one file holds one"]),
    "an alias": (edited("message: into {version} from {before}", "message: &m x\nlink: *m"), ["4:10: anchors and aliases are not accepted; write the value out"]),
    "a tag": (edited("into {version} from {before}", "!!python/name:os.system x"), ["4:10: tags (tag:yaml.org,2002:python/name:os.system) are not accepted"]),
    "a mapping for a check": (edited("check: crossing", "check: {a: b}"), ["2:8: expected a text (one with a colon and a space in it needs quotes)"]),
    "a list for a check": (edited("check: crossing", "check: [crossing]"), ["2:8: expected a text"]),
    "a mapping for true or false": (GOOD + "enabled: {a: b}\n", ["8:10: expected true or false"]),
    "no image": (edited("image: astro-runtime", "image: []"), ["1:8: expected a text"]),
    "a version of one image and not of the other": (
        edited("image: astro-runtime", "image: [astro-runtime, astronomer-certified]").replace("version: 12.0.0", "version: 3.0-1"),
        ["3:10: 3.0-1 is no version of astronomer-certified, expected {major}.{minor}.{patch}"],
    ),
    "a key with a line end in it": (edited("message:", '"mes\\nage":'), [f"4:1: no key is called mes\\nage; did you mean message? expected one of {KEYS}", "1:1: message: this key is missing"]),
    "a key that is no text": ("? [a]\n: b\n", ["1:3: a key must be a text"]),
    "many lists": ("a: " + "[" * 50_000, ["1:23: nested more than 20 levels deep"]),
    "many mappings": ("{a: " * 50_000, ["1:81: nested more than 20 levels deep"]),
    "a list in a list on each line": ("[\n" * 50_000, ["21:1: nested more than 20 levels deep"]),
    "many lists in a block": ("- " * 50_000, ["1:41: nested more than 20 levels deep"]),
    "many lists behind another line": ("a: b\nc:\n  " + "[" * 50_000, ["3:22: nested more than 20 levels deep"]),
    "many lists below an empty line": ("\n" + "[" * 50_000 + "\n", ["2:21: nested more than 20 levels deep"]),
    "many lists behind some that are closed": ("a: [" + "[], {}, " * 30 + "[" * 50_000, ["1:263: nested more than 20 levels deep"]),
    "many texts": ("a: [" + "x," * 49_996 + "]", ["1:99995: more than 50000 keys and values, the most that is read"]),
    "no more lists than PyYAML reads": ("a: " + "[" * 25 + "]" * 25, ["1:23: nested more than 20 levels deep"]),
    "a few lists, and then no YAML": ("a: " + "[" * 19 + "}", ["1:23: not YAML"]),
    "large": ("a: " + "x" * 1_000_001, ["1:1: the file is larger than 1000000 bytes"]),
    "as large as is read": ("#" * 999_996 + "\n- a", [f"2:1: expected a mapping with the keys {KEYS}"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_mistake(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = put(tmp_path, text)
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    # What follows are the words of PyYAML, which differ between its versions.
    lines = (re.sub(r"(?<=: not YAML): (?!a tab)\w+ [^\\]+$", "", line) for line in str(raised.value).splitlines())
    assert sorted(lines) == sorted(f"{path.as_posix()}:{line}" for line in expected)


RULE = "image: astro-runtime\ncheck: ordered\nmessage: m\n"
EXAMPLES = "examples: {finds: [{after: FROM a, beside: {x: y}}], passes: []}\n"
SHAPES = {
    "a rule": ("mine", RULE + EXAMPLES, True),
    "a rule without examples": ("mine", RULE, False),
    "a rule of no check": ("mine", RULE.replace("check: ordered\n", "") + EXAMPLES, False),
    "a rule of an unknown check": ("mine", RULE.replace("ordered", "sorted") + EXAMPLES, False),
    "a rule without an image": ("mine", RULE.replace("image: astro-runtime\n", "") + EXAMPLES, False),
    "a rule without a message": ("mine", RULE.replace("message: m\n", "") + EXAMPLES, False),
    "a rule of two images": ("mine", RULE.replace("astro-runtime", "[astro-runtime, astronomer-certified]") + EXAMPLES, True),
    "a rule of no image": ("mine", RULE.replace("astro-runtime", "[]") + EXAMPLES, False),
    "a rule of an image that is a mapping": ("mine", RULE.replace("astro-runtime", "{a: b}") + EXAMPLES, False),
    "a rule of images in two lists": ("mine", RULE.replace("astro-runtime", "[[astro-runtime]]") + EXAMPLES, False),
    "an example that is a text": ("mine", RULE + "examples: {finds: [x], passes: []}\n", False),
    "an example beside which a list stands": ("mine", RULE + EXAMPLES.replace("x: y", "x: [y]"), False),
    "a message for each reason": ("mine", RULE.replace("ordered", "published").replace("message: m", "message: {elsewhere: a, no-colon: b, never-built: c}") + EXAMPLES, True),
    "a list of messages": ("mine", RULE.replace("message: m", "message: [m]") + EXAMPLES, False),
    "a rule that is off": ("mine", RULE + EXAMPLES + "enabled: false\n", True),
    "a rule that is neither on nor off": ("mine", RULE + EXAMPLES + "enabled: no way\n", False),
    "a misspelt key": ("mine", RULE + EXAMPLES + "enable: false\n", False),
    "examples of one kind": ("mine", RULE + "examples: {finds: []}\n", False),
    "one example that is no list": ("mine", RULE + "examples: {finds: {after: x}, passes: []}\n", False),
    "an example without a file": ("mine", RULE + "examples: {finds: [{before: x}], passes: []}\n", False),
    "an example with a list of files": ("mine", RULE + EXAMPLES.replace("{x: y}", "[x]"), False),
    "an image": ("images/thing", IMAGE + 'lines: [{line: 1, numbering: only}]\nas-of: 2026-01-31\npre-releases: {x: rc}\n', True),
    "an image of one repository": ("images/thing", IMAGE.replace("[example.com/thing]", "example.com/thing"), True),
    "an image of no repository": ("images/thing", IMAGE.replace("example.com/thing", ""), False),
    "an image of repositories in two lists": ("images/thing", IMAGE.replace("example.com/thing", "[example.com/thing]"), False),
    "an image of a mapping of repositories": ("images/thing", IMAGE.replace("[example.com/thing]", "{a: b}"), False),
    "two days": ("images/thing", IMAGE + "as-of: [2026-01-31, 2026-02-28]\n", False),
    "a day with words": ("images/thing", IMAGE + "as-of: on 2026-01-31\n", False),
    "a day with an hour": ("images/thing", IMAGE + "as-of: 2026-01-31T10\n", False),
    "a list of ranks": ("images/thing", IMAGE + "pre-releases: [rc]\n", False),
    "ranks that are lists": ("images/thing", IMAGE + "pre-releases: {x: [rc]}\n", False),
    "a place": ("places/mine", "files: x\nformat: [toml, json]\nimage: astro-runtime\nversion: a.b\n", True),
    "a place without files": ("places/mine", "format: toml\nimage: astro-runtime\nversion: a.b\n", False),
    "a place without an image": ("places/mine", "files: x\nformat: toml\nversion: a.b\n", False),
    "a place without a version": ("places/mine", "files: x\nformat: toml\nimage: astro-runtime\n", False),
    "a place without a format": ("places/mine", "files: x\nimage: astro-runtime\nversion: a.b\n", False),
    "branches": ("branches", "targets: main\ndeployed: [prod, stage/*]\n", True),
    "one branch": ("branches", "targets: [main]\n", True),
    "a mapping without branches": ("branches", "{}\n", True),
    "branches of another kind": ("branches", "targets: main\nreleased: prod\n", False),
    "no branches": ("branches", "targets: []\n", False),
    "branches that are a mapping": ("branches", "targets: {main: x}\n", False),
    "branches in a list of lists": ("branches", "targets: [[main]]\n", False),
}  # fmt: skip
SCHEMA = jsonschema.Draft7Validator(make_schema())


@pytest.mark.parametrize(("name", "text", "fits"), SHAPES.values(), ids=SHAPES)
def test_an_editor_and_the_program_agree_on_the_shape_of_a_file(
    tmp_path: Path, name: str, text: str, fits: bool
) -> None:
    put(tmp_path, text, f"{name}.yaml")
    if fits:
        load(tmp_path)
    else:
        with pytest.raises(CannotCheck):
            load(tmp_path)
    document = json.loads(json.dumps(yaml.safe_load(text), default=str))  # as an editor reads it
    assert SCHEMA.is_valid(document) is fits


def test_not_utf8(tmp_path: Path) -> None:
    path = put(tmp_path, b"\nimage: x\nlink: \xff\n")
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    assert str(raised.value) == f"{path.as_posix()}:3:1: the file is not UTF-8"


def test_mistakes_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        put(tmp_path, edited("message:", "mesage:"), name)
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    assert len(str(raised.value).splitlines()) == 4


def test_a_good_file_is_read(tmp_path: Path) -> None:
    put(tmp_path, GOOD)
    rule = next(rule for rule in load(tmp_path).rules if rule.name == "mine")
    assert (rule.check, rule.version, rule.messages) == (
        "crossing",
        "12.0.0",
        {"": "into {version} from {before}"},
    )


def test_every_message_can_use_the_common_placeholders(tmp_path: Path) -> None:
    """docs/own-rules.md lists them. The check of acknowledgements has no versions to name."""
    versions = {"version": "12.0.0", "from-below": "11.0.0"}
    names = [name for name, check in checks.CHECKS.items() if check.judge]
    for name in names:
        keys = "".join(f"{key}: {versions[key]}\n" for key in checks.CHECKS[name].keys)
        words = "message: '{before} {after} {written} {repository} {tag}'\n"
        put(tmp_path, f"image: astro-runtime\ncheck: {name}\n{keys}{words}{EXAMPLES}", f"own-{name}.yaml")
    assert len([rule for rule in load(tmp_path).rules if rule.name.startswith("own-")]) == len(names) > 10


def test_a_boundary_can_say_from_which_build_on_it_does_not_count(tmp_path: Path) -> None:
    put(tmp_path, GOOD + "from-below: 11.5.0\n")
    tags = {"11.4.0": True, "11.5.0": False}
    for before, crossed in tags.items():
        old, new = (f"FROM quay.io/astronomer/astro-runtime:{tag}\n".encode() for tag in (before, "12.1.0"))
        assert ("mine" in [finding.rule for finding in check(old, new, rulebook=load(tmp_path))]) is crossed


def test_a_boundary_can_be_a_version_that_moves(tmp_path: Path) -> None:
    put(tmp_path, edited("12.0.0\n", "2.3.0\n").replace("image: astro-runtime", "image: astronomer-certified"))
    assert next(rule for rule in load(tmp_path).rules if rule.name == "mine").version == "2.3.0"


def test_everything_is_a_text(tmp_path: Path) -> None:
    put(tmp_path, edited("into {version} from {before}", "no"))
    assert next(rule for rule in load(tmp_path).rules if rule.name == "mine").messages == {"": "no"}


def test_blanks_around_a_text_do_not_count(tmp_path: Path) -> None:
    put(tmp_path, edited("into {version} from {before}", "|\n\n  into it\n\n") + 'link: " \\t x "\n')
    mine = next(rule for rule in load(tmp_path).rules if rule.name == "mine")
    assert (mine.messages, mine.link) == ({"": "into it"}, "x")


def test_braces_around_no_placeholder_are_shown_as_they_are(tmp_path: Path) -> None:
    put(tmp_path, edited("into {version} from {before}", "'a { b {before} c } d'"))
    old, new = (f"FROM quay.io/astronomer/astro-runtime:{tag}\n".encode() for tag in ("11.4.0", "12.1.0"))
    assert "a { b 11.4.0 c } d" in [finding.message for finding in check(old, new, rulebook=load(tmp_path))]


def test_the_same_name_replaces(tmp_path: Path) -> None:
    before = load(tmp_path)
    put(tmp_path, GOOD, "runtime-5.yaml")
    after = load(tmp_path)
    assert [rule.name for rule in after.rules] == [rule.name for rule in before.rules]
    assert next(rule for rule in after.rules if rule.name == "runtime-5").version == "12.0.0"


def test_a_mirror_is_two_lines(tmp_path: Path) -> None:
    dockerfile = b"FROM registry.example.com/base/airflow:latest\n"
    assert check(None, dockerfile, rulebook=load(tmp_path)) == []
    put(
        tmp_path,
        "extends: astro-runtime\nrepositories: [registry.example.com/base/airflow]\n",
        "images/mirror.yaml",
    )
    assert [finding.rule for finding in check(None, dockerfile, rulebook=load(tmp_path))] == ["pinned-runtime"]


def test_an_image_of_one_s_own(tmp_path: Path) -> None:
    put(tmp_path, IMAGE, "images/thing.yaml")
    put(
        tmp_path,
        "image: thing\ncheck: ordered\nmessage: down from {before}\nexamples: {finds: [], passes: []}\n",
    )
    found = check(b"FROM example.com/thing:2.0.0\n", b"FROM example.com/thing:1.0.0\n", rulebook=load(tmp_path))
    assert [finding.message for finding in found] == ["down from 2.0.0"]


PINNED = "image: thing\ncheck: pinned\nmessage: write {write}\nexamples: {finds: [], passes: []}\n"


@pytest.mark.parametrize("tag", ["", ":latest", ":1-x"])
def test_an_image_of_one_s_own_needs_no_build_to_show(tmp_path: Path, tag: str) -> None:
    put(tmp_path, IMAGE, "images/thing.yaml")
    put(tmp_path, PINNED)
    put(
        tmp_path, PINNED.replace("pinned", "crossing\nversion: 1.0.0").replace("write {write}", "crossed"), "other.yaml"
    )
    source = f"# astro-runtime: reviewed x\nFROM example.com/thing{tag}\n".encode()
    acknowledgement = Path(shipped_folder(), "acknowledgement.yaml").read_text(encoding="utf-8")
    put(tmp_path, re.sub("(?m)^image: .*", "image: thing", acknowledgement), "acknowledgement.yaml")
    said = [finding.message for finding in check(None, source, rulebook=load(tmp_path))]
    assert said == [
        '"reviewed x" does not name a full version; write "# astro-runtime: reviewed <major>.<minor>.<patch>"',
        "write example.com/thing:<major>.<minor>.<patch>",
    ]


@pytest.mark.parametrize(
    ("tag", "write"), [("latest", "<major>.<feature-set>.<patch>"), ("7", "7.<feature-set>.<patch>")]
)
def test_the_name_of_a_number_may_have_a_dash(tmp_path: Path, tag: str, write: str) -> None:
    put(tmp_path, IMAGE.replace("minor", "feature-set"), "images/thing.yaml")
    put(tmp_path, PINNED)
    (found,) = check(None, f"FROM example.com/thing:{tag}\n".encode(), rulebook=load(tmp_path))
    assert found.message == f"write example.com/thing:{write}"
    assert check(None, b"FROM example.com/thing:7.1.0\n", rulebook=load(tmp_path)) == []


LINES = """\
lines: [{line: "1", numbering: only, airflow: "2.0"}]
as-of: 2026-01-31
"""
UNKNOWN = """\
image: thing
check: unknown
message: "{line} is not known on {as-of}"
examples: {finds: [], passes: []}
"""


def test_an_image_of_one_s_own_can_have_unknown_lines(tmp_path: Path) -> None:
    put(tmp_path, IMAGE + LINES, "images/thing.yaml")
    put(tmp_path, "extends: thing\nrepositories: [example.com/other]\nas-of: 2026-03-31\n", "images/thing-mirror.yaml")
    put(tmp_path, UNKNOWN)
    book = load(tmp_path)

    def messages(before: str, after: str) -> list[str]:
        return [each.message for each in check(before.encode(), after.encode(), rulebook=book)]

    assert messages("FROM example.com/thing:1.0.0\n", "FROM example.com/other:2.3.4\n") == [
        "2 is not known on 2026-01-31"
    ]
    assert messages("FROM example.com/thing:2.0.0\n", "FROM example.com/thing:2.3.4\n") == []


def test_a_catalogue_without_a_day_says_so(tmp_path: Path) -> None:
    put(tmp_path, IMAGE + LINES.replace("as-of: 2026-01-31\n", ""), "images/thing.yaml")
    put(tmp_path, UNKNOWN)
    before, after = b"FROM example.com/thing:1.0.0\n", b"FROM example.com/thing:2.3.4\n"
    assert [each.message for each in check(before, after, rulebook=load(tmp_path))] == [
        "2 is not known on an unknown day"
    ]


def test_a_rule_that_ships_can_be_turned_off_by_a_file_of_its_name(tmp_path: Path) -> None:
    text = (Path(shipped_folder()) / "unknown-line.yaml").read_text(encoding="utf-8")
    put(tmp_path, text + "enabled: false\n", "unknown-line.yaml")
    before, after = (f"FROM astrocrpublic.azurecr.io/runtime:{version}\n".encode() for version in ("3.3-8", "3.4-1"))
    assert [each.rule for each in check(before, after)] == ["unknown-line"]
    assert check(before, after, rulebook=load(tmp_path)) == []


IMAGE_MISTAKES = {
    "extends nothing known": ("extends: nothing\nrepositories: [a/b]\n", "1:1: extends: no image is called nothing; expected one of astro-runtime, astronomer-certified, astro-remote-execution-agent"),
    "extends and more": ("extends: astro-runtime\nsuffixes: [-x]\n", "1:1: a file that extends an image gives repositories or builds alone"),
    "no numberings": ("repositories: [a/b]\n", "1:1: numberings: this key is missing"),
    "one number": (edited("{major}.{minor}.{patch}", "{major}", IMAGE), "2:14: tag: {major} must be two to six names in braces with a mark between them"),
    "numbers without a mark between them": (
        edited("{major}.{minor}.{patch}", "{a}{b}", IMAGE),
        "2:14: tag: {a}{b} must be two to six names in braces with a mark between them",
    ),
    "numbers without a mark between the last two": (
        edited("{major}.{minor}.{patch}", "{a}.{b}{c}", IMAGE),
        "2:14: tag: {a}.{b}{c} must be two to six names in braces with a mark between them",
    ),
    "numbers with a number between them": (
        edited("{major}.{minor}.{patch}", "{a}1{b}", IMAGE),
        "2:14: tag: {a}1{b} must be two to six names in braces with a mark between them",
    ),
    "a list for a number": (edited("}]", ", first: [1]}]", IMAGE), "2:66: expected a text"),
    "an Airflow version that is none": (IMAGE + 'lines: [{line: "1", numbering: only, airflow: 2th.3}]\n', "3:47: 2th.3: expected a version such as 2.3"),
    "an Airflow version with a patch": (IMAGE + 'lines: [{line: "1", numbering: only, airflow: 2.3.4}]\n', "3:47: 2.3.4: expected a version such as 2.3"),
    "known build that is none": (IMAGE + 'builds: {1.0: "2.3.4 ?"}\n', "1:1: 1.0 is no version of thing, expected {major}.{minor}.{patch}"),
    "line of no numbering": (IMAGE + 'lines: [{line: "1", numbering: other, airflow: "2.0"}]\n', "3:9: numbering: no numbering is called other; expected one of only"),
    "an Airflow that is none": (IMAGE + 'lines: [{line: "1", numbering: only, airflow: "2"}]\n', "3:47: 2: expected a version such as 2.3"),
    "withdrawn build that is none": (IMAGE + "withdrawn: [{builds: [1.0], reason: r, instead: 1.0.1, source: s}]\n", "3:13: 1.0 is no version of images, expected {major}.{minor}.{patch}"),
    "a day that is none": (IMAGE + "as-of: 2026-02-30\n", "3:8: 2026-02-30: expected a day such as 2024-04-30"),
    "no repositories": (edited("repositories: [example.com/thing]\n", "", IMAGE), "1:1: repositories: this key is missing"),
    "a repository that is none, without a list": ("extends: astro-runtime\nrepositories: https://a/b\n", "2:15: https://a/b can match no image: write it without https://"),
    "a numbering without a name": (edited("name: only, ", "", IMAGE), "2:14: name: this key is missing"),
    "a numbering without a tag": (edited(', tag: "{major}.{minor}.{patch}"', "", IMAGE), "2:14: tag: this key is missing"),
    "a line without its numbers": (IMAGE + "lines: [{numbering: only}]\n", "3:9: line: this key is missing"),
    "a line without a numbering": (IMAGE + "lines: [{line: 1}]\n", "3:9: numbering: this key is missing"),
    "a withdrawal without builds": (IMAGE + "withdrawn: [{reason: r, instead: 1.0.1, source: s}]\n", "3:13: builds: this key is missing"),
    "a withdrawal without a good build": (IMAGE + "withdrawn: [{builds: [1.0.0], reason: r, source: s}]\n", "3:13: instead: this key is missing"),
    "a withdrawal without a source": (IMAGE + "withdrawn: [{builds: [1.0.0], reason: r, instead: 1.0.1}]\n", "3:13: source: this key is missing"),
    "a good build that is none": (IMAGE + "withdrawn: [{builds: [1.0.0], reason: r, instead: 1.0, source: s}]\n", "3:13: 1.0 is no version of thing, expected {major}.{minor}.{patch}"),
    "a withdrawal without a reason": (IMAGE + "withdrawn: [{builds: [1.0.0], instead: 1.0.1, source: s}]\n", "3:13: reason: this key is missing"),
    "a last build that is none": (IMAGE + 'lines: [{line: "1", numbering: only, last-build: "1.0"}]\n', "3:9: 1.0 is no version of thing, expected {major}.{minor}.{patch}"),
    "carries nothing known": (IMAGE + "carries: nothing\n", "1:1: carries: no image is called nothing; expected one of astro-runtime, astronomer-certified, astro-remote-execution-agent"),
    "carries an image of other numberings": (IMAGE + "carries: astro-runtime\n", "2:14: name: no numbering is called only; expected one of airflow-3, legacy"),
    "a text for known builds": (IMAGE + "builds: x\n", "3:9: expected a mapping"),
    "a text for lines": (IMAGE + "lines: x\n", "3:8: expected a list"),
    "an unknown rank": (IMAGE + "pre-releases: {x: y}\n", "1:1: pre-releases: x: no rank is called y; expected one of dev, a, b, rc"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), IMAGE_MISTAKES.values(), ids=IMAGE_MISTAKES)
def test_mistake_in_an_image_file(tmp_path: Path, text: str, expected: str) -> None:
    path = put(tmp_path, text, "images/thing.yaml")
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    assert str(raised.value) == f"{path.as_posix()}:{expected}".replace("of images,", "of thing,")


TEMPLATES = {
    "{a}.{b}": True, "v{a}.{b}": True, "{a}.{b}-x": True, "{a-b}.{c-d}": True, "{a}-build{b}": True, "{a}.0.{b}": True,
    "{a}.{b}.{c}.{d}.{e}.{f}": True, "{a}.{b}.{c}.{d}.{e}.{f}.{g}": False,
    "{a}.0{b}": False, "{a}.{}": False, "{}.{a}": False, "{A}.{b}": False, "{a}.{B}": False, "a.b": False,
    "{.{a}.{b}": False, "}.{a}.{b}": False, "{a}.{.{b}": False, "{a}.}.{b}": False, "{a}{{b}": False, "{a}}{b}": False,
    "{a}.{b}{": False, "{a}.{b}}": False,
}  # fmt: skip


@pytest.mark.parametrize(("template", "is_one"), TEMPLATES.items())
def test_a_tag_has_two_to_six_names_with_marks_between_them(tmp_path: Path, template: str, is_one: bool) -> None:
    put(tmp_path, IMAGE.replace("{major}.{minor}.{patch}", template), "images/thing.yaml")
    if is_one:
        assert load(tmp_path).images[-1].numberings[0].tag == template
    else:
        with pytest.raises(CannotCheck, match="must be two to six names in braces with a mark between them"):
            load(tmp_path)


@pytest.mark.parametrize("text", ["a: [", "- a", "extends: {a: b}", "extends: [a]", "extends astro-runtime"])
def test_an_image_file_of_another_shape_is_a_mistake(tmp_path: Path, text: str) -> None:
    path = put(tmp_path, f"{text}\n", "images/thing.yaml")
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    assert str(raised.value).startswith(f"{path.as_posix()}:")


def test_images_that_extend_one_another_are_read_in_order(tmp_path: Path) -> None:
    put(tmp_path, "extends: b\nrepositories: [r.io/a]\n", "images/a.yaml")
    put(tmp_path, "extends: astro-runtime\nrepositories: [r.io/b]\n", "images/b.yaml")
    with pytest.raises(CannotCheck, match=r"a\.yaml:1:1: extends: no image is called b"):
        load(tmp_path)
    put(tmp_path, "extends: thing\nrepositories: [r.io/a]\n", "images/a.yaml")
    put(tmp_path, "extends: thing\nrepositories: [r.io/b]\n", "images/b.yaml")
    put(tmp_path, IMAGE + "carries: z\n", "images/thing.yaml")
    put(tmp_path, IMAGE, "images/z.yaml")
    (thing,) = (image for image in load(tmp_path).images if image.name == "thing")
    assert (thing.repositories, thing.carries) == (("example.com/thing", "r.io/a", "r.io/b"), "z")
    put(tmp_path, "extends: astro-runtime\nrepositories: [r.io/c]\n", "images/astro-runtime.yaml")
    put(tmp_path, IMAGE.replace("only", "legacy") + "carries: astro-runtime\n", "images/thing.yaml")
    (thing,) = (image for image in load(tmp_path).images if image.name == "thing")
    assert (thing.repositories, thing.carries) == (("example.com/thing", "r.io/a", "r.io/b"), "astro-runtime")


def test_images_that_extend_one_another_in_a_circle_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "extends: b\nrepositories: [r.io/a]\n", "images/a.yaml")
    put(tmp_path, "extends: a\nrepositories: [r.io/b]\n", "images/b.yaml")
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    assert re.findall(r"no image is called (\w)", str(raised.value)) == ["b", "a"]


def test_an_image_has_the_versions_that_rules_name(tmp_path: Path) -> None:
    """Our rules were read with our image; in the place of it stands one in which 3.1-1 is no version."""
    ours = Path(shipped_folder(), "images/astro-runtime.yaml")
    path = put(tmp_path, ours.read_text(encoding="utf-8"), "images/astro-runtime.yaml")
    assert load(tmp_path).rules == BOOK.rules
    put(tmp_path, IMAGE, "images/astro-runtime.yaml")
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    why = "3.1-1 is no version of astro-runtime, expected {major}.{minor}.{patch}"
    after = "; the rule runtime-3.1 names it, so replace that rule too"
    assert f"{path.as_posix()}:1:1: {why}{after}" in str(raised.value).split("\n")
    put(tmp_path, edited(".{patch}", "-{build}", IMAGE), "images/astro-runtime.yaml")
    with pytest.raises(CannotCheck, match=r"13\.7\.0 is no version of .*; the rule airflow-3-floor names it"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["mine.yml", "rules/mine.yaml", "images/more/mine.yaml", "images/mine.yml"])
def test_a_file_that_would_not_be_read_is_a_mistake(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, GOOD, name)
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    assert (
        str(raised.value)
        == f"{path.as_posix()}:1:1: is not read: rules are NAME.yaml, images are images/NAME.yaml, places are places/NAME.yaml, "
        "branches are branches.yaml"
    )


def test_other_files_beside_rules_are_ignored(tmp_path: Path) -> None:
    put(tmp_path, "x", "README.md")
    assert load(tmp_path).rules == BOOK.rules


def test_no_suffix_can_backtrack(tmp_path: Path) -> None:
    put(tmp_path, IMAGE + 'suffixes: [-a, "-{n}", "-a-{n}", "-{n}-a"]\n', "images/thing.yaml")
    thing = next(image for image in load(tmp_path).images if image.name == "thing")
    assert read_tag("1" + "-a-1" * 5_000, thing).kind == "series"
    assert read_tag("1" + "-a-1" * 5_000 + "x", thing).kind == "no-version"


def test_no_suffix_of_many_numbers_can_backtrack(tmp_path: Path) -> None:
    put(tmp_path, IMAGE + 'suffixes: ["-{a}.{b}z", "-{a}1{b}1{c}1{d}1{e}1{f}z"]\n', "images/thing.yaml")
    thing = next(image for image in load(tmp_path).images if image.name == "thing")
    assert read_tag("1-11.11z", thing).kind == "series"
    assert read_tag("1-" + "1" * 5_000 + "y", thing).kind == "no-version"


def test_the_builds_of_a_new_image_are_known(tmp_path: Path) -> None:
    put(tmp_path, IMAGE + "builds: {1.0.5: 2.3.2 2022-05-01}\n", "images/thing.yaml")
    thing = next(image for image in load(tmp_path).images if image.name == "thing")
    assert thing.builds == (("1.0.5", "2.3.2 2022-05-01"),)


def test_a_repository_s_rules_are_found_from_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".astro-runtime").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert rule_folders(None) == [shipped_folder(), str(tmp_path / ".astro-runtime")]


def test_rules_above_the_repository_are_not_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / ".git").mkdir(parents=True)
    (tmp_path / ".astro-runtime").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert rule_folders(None) == [shipped_folder()]
    with pytest.raises(CannotCheck, match="--rules nowhere: no such folder"):
        rule_folders("nowhere")


def test_outside_any_repository_the_nearest_rules_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".astro-runtime").mkdir()
    (tmp_path / "a" / ".astro-runtime").mkdir(parents=True)
    (tmp_path / "a" / "b").mkdir()
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert rule_folders(None) == [shipped_folder(), str(tmp_path / "a" / ".astro-runtime")]


def test_outside_any_repository_given_rules_can_be_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "policy", GOOD)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert "mine" in [rule.name for rule in load(tmp_path / "policy").rules]


def written_down(folder: Path) -> Path:
    """A copy of the shipped rules, with what is written down of them."""
    copied = folder / "rules"
    shutil.copytree(shipped_folder(), copied)
    return copied


def test_what_is_written_down_is_what_the_files_say(tmp_path: Path) -> None:
    folder = written_down(tmp_path)
    images, rules, places = read_compiled(str(folder)) or ({}, {}, {})
    book = load_rulebook([str(folder)], "2026-11-22", examples=True)
    assert tuple(images.values()) == book.images
    assert tuple(places.values()) == book.places
    assert tuple(rules.values()) == tuple(rule._replace(finds=(), passes=(), origin="") for rule in book.rules)


@pytest.mark.parametrize("spoil", ["a rule", "an image", "a new rule", "a rule is gone", "nothing"])
def test_what_is_stale_is_not_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str) -> None:
    folder = written_down(tmp_path)
    if spoil == "a rule":
        put(folder, GOOD, "runtime-5.yaml")
    elif spoil == "an image":
        path = folder / "images" / "astro-runtime.yaml"
        path.write_text(path.read_text().replace("-slim", "-slick"))
    elif spoil == "a new rule":
        put(folder, GOOD)
    elif spoil == "a rule is gone":
        (folder / "runtime-12.yaml").unlink()
    else:
        monkeypatch.delattr("astro_runtime_guard.rules.compiled", raising=False)
        monkeypatch.setitem(sys.modules, "astro_runtime_guard.rules.compiled", None)
    assert read_compiled(str(folder)) is None
    book = load_rulebook([str(folder)], "2026-11-22")
    assert book == load_rulebook([str(folder)], "2026-11-22", examples=True)


def test_line_ends_do_not_make_it_stale(tmp_path: Path) -> None:
    folder = written_down(tmp_path)
    for path in folder.rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_compiled(str(folder))


def test_branches(tmp_path: Path) -> None:
    put(tmp_path, "targets: [main, release/*]\ndeployed: prod\n", "branches.yaml")
    assert load(tmp_path).branches == (("main", "release/*"), ("prod",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "target: [main]",
            "1:1: no key is called target; did you mean targets? expected one of targets, deployed",
        ),
        ("targets: []", "1:10: expected a text"),
        ("targets:\n  - main\n  - a b", "3:5: a b: is not the name of a branch, such as main or release/*"),
        ("deployed: ['?x']", "1:12: ?x: is not the name of a branch, such as main or release/*"),
        ("deployed: -x", "1:11: -x: is not the name of a branch, such as main or release/*"),
        ("deployed: {prod: 1}", "1:11: expected a text (one with a colon and a space in it needs quotes)"),
        ("- main", "1:1: expected a mapping with the keys targets, deployed"),
    ],
)
def test_a_mistake_in_branches(tmp_path: Path, text: str, message: str) -> None:
    path = put(tmp_path, text, "branches.yaml")
    with pytest.raises(CannotCheck) as raised:
        load(tmp_path)
    assert str(raised.value) == f"{path.as_posix()}:{message}"


@pytest.mark.parametrize(
    ("repository", "fault"),
    [
        ("https://registry.example.com/base", "without https://"),
        ("registry.example.com/base/", "without the slash at its end"),
        ("registry.example.com/base:latest", "without the tag"),
        ("registry.example.com:5000", "without the tag"),
        ("registry.example.com/base@sha256:abc", "without the digest"),
        ("registry.example.com/*", "without the *, which may only be the start of */PATH"),
        ("*/a/*", "without the *, which may only be the start of */PATH"),
        ("*", "without the *, which may only be the start of */PATH"),
        ("registry.example.com/a base", "as in registry.example.com/team/base"),
        ("registry.example.com//base", "as in registry.example.com/team/base"),
        ("registry.example.com:5000/base", ""),
        ("registry.example.com:/base", "as in registry.example.com/team/base"),
        ("registry.example.com:1:2/base", "as in registry.example.com/team/base"),
        ("[]:5000/base", "as in registry.example.com/team/base"),
        ("my-registry.example.com/my_team/my-base.v2", ""),
        ("[fd00::AF]/team/base", ""),
        ("/team/base", "as in registry.example.com/team/base"),
        ("[::1]:5000/team/base", ""),
        ("[FD00::aF]/team/base", ""),
        ("*/team/base", ""),
        ("base", ""),
    ],
)
def test_a_mirror_that_can_match_nothing(tmp_path: Path, repository: str, fault: str) -> None:
    (tmp_path / "images").mkdir()
    path = tmp_path / "images" / "mirror.yaml"
    path.write_text(f'extends: astro-runtime\nrepositories: [a/b, "{repository}"]\n')
    if fault:
        with pytest.raises(CannotCheck) as refused:
            load_rulebook([shipped_folder(), str(tmp_path)], "2026-11-22")
        place = f"{path.as_posix()}:2:21"
        assert str(refused.value) == f"{place}: {repository} can match no image: write it {fault}"
    else:
        load_rulebook([shipped_folder(), str(tmp_path)], "2026-11-22")


def test_an_own_image_may_extend_another_own_image_whatever_their_names(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    own = 'repositories: [a/{0}]\nnumberings: [{{name: only, tag: "{{major}}.{{minor}}"}}]\n'
    (tmp_path / "images" / "zebra.yaml").write_text(own.format("zebra"))
    (tmp_path / "images" / "b.yaml").write_text("extends: zebra\nrepositories: [a/b]\n")
    (tmp_path / "images" / "a-b-c-d.yaml").write_text("extends: zebra\nrepositories: [a/c]\n")
    book = load_rulebook([shipped_folder(), str(tmp_path)], "2026-11-22")
    assert {image.name: image.repositories for image in book.images}["zebra"] == ("a/zebra", "a/c", "a/b")


def test_an_image_without_airflow_can_have_lines(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    numbering = 'numberings: [{name: all, tag: "{major}.{minor}", example: "16.1"}]\n'
    lines = 'lines: [{line: "15", numbering: all}, {line: "16", numbering: all}]\n'
    (tmp_path / "images" / "db.yaml").write_text(f"repositories: [example.com/db]\n{numbering}{lines}")
    old = f"repositories: [example.com/old]\n{numbering}succeeded-by: db\n"
    (tmp_path / "images" / "old.yaml").write_text(old)
    example = "examples: {finds: [{before: 'FROM example.com/db:16.1', after: 'FROM example.com/db:17.0'}], passes: [{after: FROM a}]}\n"
    (tmp_path / "new-line.yaml").write_text(f"image: db\ncheck: unknown\nmessage: '{{line}} is new'\n{example}")
    book = load(tmp_path)
    upgrades = (
        ("db:15.3", "db:16.1", []), ("db:16.1", "db:17.0", ["17 is new"]), ("db:17.0", "db:17.4", []),
        ("old:15.3", "db:16.1", []), ("old:15.3", "db:17.0", []),  # without Airflow the two have no order
    )  # fmt: skip
    for before, after, expected in upgrades:
        texts = (f"FROM example.com/{image}\n".encode() for image in (before, after))
        assert [finding.message for finding in check(*texts, rulebook=book)] == expected
    assert "| Airflow | ? | ? |" in make_plan("15.3", "16.1", book)
