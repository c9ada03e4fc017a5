"""Repositories made to do harm: text that a terminal or a CI service obeys, links that lead out of the repository,
files that are huge or slow to read, git configuration that starts programs. A harmless twin of each must pass.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote_to_bytes

import pytest
from astro_runtime_guard import check
from astro_runtime_guard.declarations import yamltree
from astro_runtime_guard.declarations.reading import Reader
from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.findings.judge import judge
from astro_runtime_guard.git.base import Base, Before
from astro_runtime_guard.git.snapshot import File, Old, Snapshot
from astro_runtime_guard.reports.deliver import FORMATS, printable_lines, write_file
from astro_runtime_guard.reports.shared import printable
from astro_runtime_guard.reports.text import render
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import rule_folders
from benchmark_hostile import INPUTS
from conftest import run_here
from repository import Repository, make_repository, needs_git
from shipped import BOOK

GUARD = str(Path(sys.executable).parent / "astro-runtime-guard")
RUNTIME = "FROM quay.io/astronomer/astro-runtime"

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names and no such files")


# --- text that a terminal or a CI service obeys

CONTROL_TEXTS = {
    "colour": "\x1b[31m",
    "link": "\x1b]8;;http:evil\x1b\\x\x1b]8;;\x1b\\",
    "control of one byte": "\x9b31m\x85",
    "bell, backspace, delete": "\a\b\x7f",
    "other direction": "\u202e\u2066",
    "line ends": "\n::error::a\r::error::b\u2028::error::c\n",
    "command of GitHub": "::add-mask::a",
    "command of GitHub behind spaces": " \t::group::a",
    "old command of GitHub": "##[add-mask]a",
    "command of Azure Pipelines": "##vso[task.setvariable variable=a]b",
    "command of TeamCity": "##teamcity[buildStop]",
    "escaped line end": "%0A::error::a",
    "quotes": "'\"`$(touch a)`",
    "tab": "a\tb",
    "option": "--exit-zero",
}
FOLDERS = [f"{text}".encode() for text in CONTROL_TEXTS.values()] + ([b"caf\xe9"] if sys.platform == "linux" else [])
# U+2028 is a line end for some, and an Azure agent does not mind upper case.
WORKFLOW_COMMAND = re.compile(r"##[a-z]*\[|^\s*::(?!error file=[^:\n]*::)", re.IGNORECASE | re.MULTILINE)
COLOR = re.compile(r"\x1b\[(?:0|1|36|1;31)m")


def control_text(text: str) -> list[str]:
    """The parts of a text that a terminal or a CI service obeys, without the `::error` lines of our own report."""
    return [c for c in text if not c.isprintable() and c != "\n"] + WORKFLOW_COMMAND.findall(text)


RULE = """\
image: astro-runtime
check: crossing
version: 5.0.0
message: {text}
consider: [{text}]
acknowledge: {text}
link: {text}
examples:
  finds: [{{before: "FROM quay.io/astronomer/astro-runtime:5.0.0", after: "FROM quay.io/astronomer/astro-runtime:5.0.1"}}]
  passes: [{{after: "FROM quay.io/astronomer/astro-runtime:5.0.1"}}]
"""
PINNED = """\
image: astro-runtime
check: pinned
message: {text}
link: {text}
examples: {{finds: [{{after: "FROM quay.io/astronomer/astro-runtime"}}], passes: [{{after: ""}}]}}
"""


def accepted(text: str) -> str:
    """The text as a rule file may hold it: control characters are refused there, so they become `?`."""
    return "".join(c if c.isprintable() else "?" for c in text)


def dockerfile(text: str) -> str:
    text = text.replace("\n", " ")
    return (
        f"ARG A={text}\n# astro-runtime: reviewed 5.0.1 {text}\n# astro-runtime: ignore {text}: {text}\n"
        f"{RUNTIME}:5.0.1 AS {text}\nCOPY --from=quay.io/astronomer/astro-runtime:latest{text} a b # {text}\n"
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with such texts everywhere: paths, tags, stages, comments, rules, a branch, and renamed files."""
    repo = make_repository(tmp_path_factory.mktemp("hostile") / "repo")
    for name in FOLDERS:
        repo.write(b"before" + name + b"/Dockerfile", f"{RUNTIME}:4.2.6\nRUN {name!r}\n")
    repo.git("add", ".")
    repo.commit()
    repo.git("branch", "evil\u202e;$(touch${IFS}a)")
    for name in FOLDERS:
        os.rename(repo.path / f"before{os.fsdecode(name)}", repo.path / os.fsdecode(name))
        repo.write(name + b"/Dockerfile", f"{RUNTIME}:5.0.1\nRUN {name!r}\n")
    for number, text in enumerate(CONTROL_TEXTS.values()):
        repo.write(f"words/{number}/Dockerfile", dockerfile(text))
        for name, rule in (("evil", RULE), ("pinned", PINNED)):
            repo.write(f".astro-runtime/{name}-{number}.yaml", rule.format(text=json.dumps(accepted(text))))
    repo.git("add", ".")
    return repo


@posix
@pytest.mark.parametrize("form", FORMATS)
def test_a_report_escapes_control_text(hostile: Repository, form: str, tmp_path: Path) -> None:
    summary = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    code, out, err = run_here(hostile, "--base", "evil\u202e;$(touch${IFS}a)", "--format", form, **summary)
    assert (code, err) == (1, "")
    assert control_text(out) == []
    assert len(out.splitlines()) > 15 * len(CONTROL_TEXTS)
    if form == "text":
        colored = run_here(hostile, "--base", "evil\u202e;$(touch${IFS}a)", "--color", "always")[1]
        assert COLOR.sub("", colored) == out
    if form == "github":
        assert {line.partition(" ")[0] for line in out.splitlines()} == {"::error"}
        assert control_text((tmp_path / "summary.md").read_text(encoding="utf-8")) == []
    if form == "json":
        named = {unquote_to_bytes(finding["uri"]) for finding in json.loads(out)["findings"]}
        assert named >= {name + b"/Dockerfile" for name in FOLDERS}
        bases = {finding["before"]["base"] for finding in json.loads(out)["findings"] if finding["before"]}
        assert [base.partition(" ")[0] for base in bases] == ["evil\\u202e;$(touch${IFS}a)"]


@posix
@pytest.mark.parametrize(
    "words",
    ["rules list", "rules test", "explain evil-0", "explain evil-5", "explain evil-8", "plan 4.2.6 5.0.1"],
)
def test_a_command_escapes_control_text(hostile: Repository, words: str) -> None:
    code, out, err = run_here(hostile, *words.split())
    assert code == (1 if words == "rules test" else 0)
    assert (control_text(out), err) == ([], "")
    assert "evil-" in out


ALL_CONTROL_TEXTS = "".join(CONTROL_TEXTS.values())
MISTAKES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "key of a rule": ((), {"x.yaml": json.dumps({ALL_CONTROL_TEXTS: ""})}),
    "value of a rule": ((), {"x.yaml": json.dumps({"check": accepted(ALL_CONTROL_TEXTS)})}),
    "name of a rule": ((), {f"{ALL_CONTROL_TEXTS}.yaml": "image: x"}),
    "folder of rules": (("--rules", ALL_CONTROL_TEXTS), {}),
    "name of the base": (("--base", ALL_CONTROL_TEXTS), {}),
    "name of a rule to run": (("--only", ALL_CONTROL_TEXTS), {}),
    "file for the report": (("--output", f"{ALL_CONTROL_TEXTS}/x"), {}),
    "file to check": (("--", ALL_CONTROL_TEXTS), {}),
}


@posix
@pytest.mark.parametrize(("words", "rules"), MISTAKES.values(), ids=MISTAKES)
def test_an_error_message_escapes_control_text(repo: Repository, words: tuple[str, ...], rules: dict[str, str]) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    for name, text in rules.items():
        repo.write(f".astro-runtime/{name}", text)
    code, out, err = run_here(repo, *words)
    assert (code, out) == (2, "")
    assert control_text(err) == []
    assert "add-mask" in err
    if rules:
        begins = ("astro-runtime-guard: ", f"{repo.path}/.astro-runtime/")
        assert [line for line in err.splitlines() if not line.startswith(begins)] == []


@posix
@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("a b", True),
        ("a:b", True),
        ("::a", True),
        ("a\tb", True),
        ("##[a]", True),
        ("a.b-c_1", False),
        ("gr\u00fcn", False),
    ],
)
def test_the_name_of_a_rule_is_one_word(repo: Repository, name: str, refused: bool) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write(f".astro-runtime/{name}.yaml", PINNED.format(text="x"))
    why = "1:1: NAME.yaml: a name has only letters, digits, dots, dashes and underscores\n"
    code, out, err = run_here(repo)
    assert (code, out, err.endswith(why)) == ((2, "", True) if refused else (0, "", False))


def test_an_error_about_a_doubtful_base_has_one_line() -> None:
    tip = Before("1" * 40, "main at 1111111")
    old = Old("a", f"{RUNTIME}:5.0.1\n".encode(), tip)
    now = File("a\n::error::b", f"{RUNTIME}:4.2.6\n".encode(), (old,))
    book = BOOK
    with pytest.raises(CannotCheck) as problem:
        judge(Snapshot((now,), Base((tip,), doubt="nobody knows")), Reader(book), book.rules)
    place = r"a\n::error::b:1: no-runtime-downgrade: "
    assert str(problem.value) == f"{place}5.0.1 on main at 1111111, 4.2.6 here, but nobody knows"


@pytest.mark.parametrize("text", ["a: b", "::", "a ::b", "# a", "## a [b]", "a\n\nb\n", "\u00e9 \u4e2d"])
def test_harmless_text_is_not_changed(text: str) -> None:
    assert printable_lines(text) == ("\\x3a:" if text == "::" else text)


@posix
def test_a_branch_name_cannot_become_a_shell_command(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    base = repo.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n"})
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    for branch in ("trunk", "a;reboot"):
        repo.git("update-ref", f"refs/remotes/origin/{branch}", base)
        repo.git("symbolic-ref", "refs/remotes/origin/HEAD", f"refs/remotes/origin/{branch}")
        repo.git("branch", "--move", branch)
        report = run_here(repo)[1]
        assert ("  ASTRO_RUNTIME_BASE=origin/trunk git commit\n" in report) == (branch == "trunk")
        assert "reboot" not in report


# --- endless files, and links that lead out of the repository


SECRET = "refresh_token: s3cr3t\n"
PLACE = "files: 'credentials\\.yaml$'\nformat: yaml\nimage: astro-runtime\nversion: refresh_token\n"
LINK_LEADS_OUT = "is a symbolic link that leads out of this repository"
NOT_READ = "so it is not read: put the file itself there, or leave it out"


@posix
@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "../../outside", "{outside}", "b/../../outside"])
def test_a_link_out_of_the_repository_is_refused(repo: Repository, target: str, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(f"{RUNTIME}:latest\n")
    (repo.path / "Dockerfile").symlink_to(target.format(outside=tmp_path / "outside"))
    start = repo.commit({"b/Dockerfile": f"{RUNTIME}:latest\n"})
    for commit in (False, True):
        repo.git("add", "Dockerfile")
        if commit:
            repo.commit()
        for words in ((), ("Dockerfile", "b/Dockerfile")):
            assert run_here(repo, *words) == (2, "", f"astro-runtime-guard: Dockerfile: {LINK_LEADS_OUT}, {NOT_READ}\n")
    assert run_here(repo, "Dockerfile", **range_of(start))[0] == 2
    assert run_here(repo, "--exclude", "^Dockerfile")[0] == 1


@posix
@pytest.mark.parametrize("target", ["loop", "pipe", "nowhere"])
def test_a_named_link_to_no_file_is_refused(repo: Repository, target: str) -> None:
    os.mkfifo(repo.path / "pipe")
    (repo.path / "loop").symlink_to("loop")
    (repo.path / "Dockerfile").symlink_to(target)
    repo.git("add", "Dockerfile")
    why = "is a symbolic link that leads to no file of this repository: name the file itself"
    for words in ((), ("Dockerfile",)):
        assert run_here(repo, *words) == (2, "", f"astro-runtime-guard: Dockerfile: {why}\n")


def links_of_a_place(repo: Repository, outside: Path) -> None:
    repo.write(".astro-runtime/places/secret.yaml", PLACE)
    (repo.path / "credentials.yaml").symlink_to(outside / "credentials.yaml")


def links_of_a_folder(repo: Repository, outside: Path) -> None:
    repo.write(".astro-runtime/places/secret.yaml", PLACE)
    (repo.path / "l").symlink_to(outside)
    (repo.path / "credentials.yaml").symlink_to("l/credentials.yaml")


def links_of_a_companion(repo: Repository, outside: Path) -> None:
    (repo.path / "l").symlink_to(outside)
    repo.write("pyproject.toml", '[tool.astro]\nruntime = "3.3-8"\ndockerfile = "l/Dockerfile"\n')


def path_of_a_companion(repo: Repository, outside: Path) -> None:
    repo.write("pyproject.toml", '[tool.astro]\nruntime = "3.3-8"\ndockerfile = "../repository/Dockerfile"\n')


def links_of_all_rules(repo: Repository, outside: Path) -> None:
    (repo.path / ".astro-runtime").symlink_to(outside)


def links_of_a_folder_of_rules(repo: Repository, outside: Path) -> None:
    repo.write(".astro-runtime/x", "")
    (repo.path / ".astro-runtime/places").symlink_to(outside)


def links_of_a_rule(repo: Repository, outside: Path) -> None:
    repo.write(".astro-runtime/x", "")
    (repo.path / ".astro-runtime/mine.yaml").symlink_to(outside / "credentials.yaml")


LINKS = {function.__name__: function for name, function in list(globals().items()) if "s_of_a" in name}
LINKS["path_of_a_companion"] = path_of_a_companion


@posix
@pytest.mark.parametrize("hook", ["astro_runtime_guard", "astro_runtime_repo"])
@pytest.mark.parametrize("make", LINKS.values(), ids=LINKS)
def test_nothing_outside_the_repository_is_read(
    repo: Repository, tmp_path: Path, make: Callable[[Repository, Path], None], hook: str
) -> None:
    """The harmless twin is `test_a_link_inside_the_repository_is_followed`."""
    outside = tmp_path / "repository"  # a name that begins like that of the repository, `repo`
    outside.mkdir()
    (outside / "credentials.yaml").write_text(SECRET)
    (outside / "Dockerfile").write_text(f"{RUNTIME}:s3cr3t\n")
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    make(repo, outside)
    repo.git("add", ".")
    code, out, err = run_here(repo, script=hook)
    assert (code, out) == (2, "")
    assert "this repository" in err
    assert "s3cr3t" not in err


@posix
@pytest.mark.parametrize("rules", ["real/rules", "."])
def test_a_link_inside_the_repository_is_followed(repo: Repository, rules: str) -> None:
    repo.write("real/Dockerfile", f"{RUNTIME}:latest\n")
    repo.write("real/image.txt", f"{RUNTIME}:latest\n")
    repo.write(f"{rules}/x.yaml", PINNED.format(text="mine"))
    (repo.path / ".astro-runtime").symlink_to(rules)
    (repo.path / "app").symlink_to("real")
    repo.write("pyproject.toml", '[tool.astro]\nruntime = "3.3-8"\ndockerfile = "app/image.txt"\n')
    first = repo.commit({})
    repo.git("add", ".")
    for more in ({}, range_of(first)):
        if more:
            repo.commit()
        code, out, err = run_here(repo, **more)
        assert (code, err) == (1, "")
        assert "real/Dockerfile:1:6: x: mine" in out
        assert "app/image.txt:1:6: pinned-runtime" in out


@posix
@pytest.mark.parametrize("is_repository", [True, False])
def test_from_a_folder_below_rules_are_not_read_through_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_repository: bool
) -> None:
    for folder in ("here/.astro-runtime", "here/a", "here/.git" if is_repository else ".astro-runtime"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "real.yaml").write_text(PINNED.format(text="mine"))
    (tmp_path / "here/.astro-runtime/x.yaml").symlink_to(tmp_path / "real.yaml")
    monkeypatch.chdir(tmp_path / "here/a")
    with pytest.raises(CannotCheck, match=r"x\.yaml:1:1: leads out of this repository through a symbolic link"):
        load_rulebook(rule_folders(None), "2026-11-22")


def test_a_rules_folder_given_by_option_may_be_outside(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "real.yaml").write_text(PINNED.format(text="mine"))
    (tmp_path / "policy/x.yaml").symlink_to(tmp_path / "real.yaml")
    repo.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    for given in ("../policy", str(tmp_path / "policy")):
        assert "Dockerfile:1:6: x: mine" in run_here(repo, "--rules", given)[1]
    (repo.path / "l").symlink_to(tmp_path / "policy")
    assert run_here(repo, "--rules", "l")[0] == 2


@posix
def test_a_pipe_named_dockerfile_is_not_read(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    (repo.path / "Dockerfile").unlink()
    os.mkfifo(repo.path / "Dockerfile")
    expected = (2, "", "astro-runtime-guard: Dockerfile: is not a regular file\n")
    assert run_here(repo, "Dockerfile") == run_here(repo) == expected


MEASURE_PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], capture_output=True).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // (1 if sys.platform == "darwin" else 1 / 1024))
"""


@posix
def test_the_name_of_a_large_file_is_escaped(repo: Repository) -> None:
    repo.write("\n/Dockerfile", f"{RUNTIME}:latest\n")
    with (repo.path / "\n/Dockerfile").open("r+b") as file:
        file.truncate((1 << 24) + 1)
    said = "astro-runtime-guard: \\n/Dockerfile: is larger than 16777216 bytes, the most that is read: leave it out\n"
    assert run_here(repo, "\n/Dockerfile") == (2, "", said)


@posix
def test_a_dockerfile_of_100_megabytes_takes_no_memory(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    with (repo.path / "Dockerfile").open("r+b") as file:
        file.truncate(100_000_000)
    done = repo.run(sys.executable, "-c", MEASURE_PEAK, GUARD, "Dockerfile")
    code, peak = (int(float(word)) for word in done.stdout.split())
    assert code == 2
    assert peak < 80_000_000


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param(b"\0" * 1_000_000, [], id="nothing but NUL"),
        pytest.param(f"{RUNTIME}:latest\n".encode("utf-8-sig"), ["pinned-runtime"], id="UTF-8 with a mark"),
        pytest.param(f"\xff\xfe{RUNTIME}\n{RUNTIME}:latest\n".encode("latin-1"), ["pinned-runtime"], id="stray bytes"),
        pytest.param(f"{RUNTIME}:latest\0\n".encode(), ["readable-from"], id="NUL in a tag"),
        pytest.param(
            b"FROM --platform=\xe9 quay.io/astronomer/astro-runtime:latest\n",
            ["pinned-runtime", "readable-from"],
            id="a stray byte in a flag",
        ),
        pytest.param(
            b"".join(b"FROM s%d AS s%d\n" % (n, n + 1) for n in range(20_000)), [], id="a long line of stages"
        ),
    ],
)
def test_odd_bytes_are_read_to_the_end(source: bytes, found: list[str]) -> None:
    assert [finding.rule for finding in check(None, source)] == found


WIDE_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
FILES = {
    "Dockerfile": (f"{RUNTIME}:5.0.1\n", "is UTF-16 or UTF-32, which docker cannot read: save it as UTF-8"),
    "pyproject.toml": ('[tool.astro]\nruntime = "3.3-8"\n', "UTF-8"),
    "dev.yaml": ("deployment: {configuration: {runtime_version: 5.0.1}}\n", "UTF-8"),
    "dev.json": ('{"deployment": {"configuration": {"runtime_version": "5.0.1"}}}', "UTF-8"),
    "other.yaml": ("a: b\n", ""),
    "other/Dockerfile": ("RUN a\n", ""),
}


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "mark"])
@pytest.mark.parametrize("encoding", WIDE_ENCODINGS)
def test_a_file_in_utf_16_or_utf_32_is_refused(encoding: str, mark: str) -> None:
    for path, (text, why) in FILES.items():
        source = (mark + text).encode(encoding)
        if not why:
            assert check(None, source, path=path) == []
            continue
        with pytest.raises(CannotCheck, match=f"^{path}:.*{why}"):
            check(None, source, path=path)


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "mark"])
@pytest.mark.parametrize("encoding", WIDE_ENCODINGS)
def test_a_text_of_another_script_in_utf_16_or_utf_32_is_refused(encoding: str, mark: str) -> None:
    """Few of its bytes are NUL."""
    text = mark + "# " + "образ для запуска " * 1_000 + f"\n{RUNTIME.lower()}:5.0.1\n"
    with pytest.raises(CannotCheck, match=r"^Dockerfile: is UTF-16 or UTF-32, .* save it as UTF-8$"):
        check(None, text.encode(encoding))


def test_nul_in_a_dockerfile_makes_it_no_other_encoding() -> None:
    text = f"# \0\0\0\0f\0\0rom\n{RUNTIME}:latest\n"
    assert [finding.rule for finding in check(None, text.encode())] == ["pinned-runtime"]


def test_the_hook_with_a_shortcut_refuses_another_encoding(repo: Repository) -> None:
    repo.write("Dockerfile", f"{RUNTIME}:5.0.1\n".encode("utf-32-be"))
    repo.git("add", ".")
    done = repo.run(GUARD.removesuffix("-guard"), "Dockerfile", check=False)
    assert (done.returncode, FILES["Dockerfile"][1] in done.stderr) == (2, True)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"


@pytest.mark.parametrize(("path", "refused"), [("Dockerfile", True), ("pyproject.toml", True), ("data.json", False)])
def test_a_pointer_of_git_lfs_is_refused_where_it_decides_what_runs(path: str, refused: bool) -> None:
    if not refused:
        assert check(None, POINTER, path=path) == []
        return
    with pytest.raises(CannotCheck, match=f"^{path}: is a pointer of git-lfs, not the file itself: run git lfs pull"):
        check(None, POINTER, path=path)


@pytest.mark.parametrize(
    ("path", "name", "shown"),
    [
        ("pyproject.toml", r"a\u0000b", r"a\x00b"),
        ("pyproject.toml", r"../x\ny", r"../x\ny"),
        ("pyproject.toml", "/etc/passwd", "/etc/passwd"),
        ("pyproject.toml", "a/../../b", "a/../../b"),
        pytest.param("\n/pyproject.toml", "../../x", "../../x", marks=posix),
        ("app.json", r"\ud800", r"\ud800"),
    ],
)
def test_a_dockerfile_that_no_repository_can_hold_is_refused(
    repo: Repository, path: str, name: str, shown: str
) -> None:
    place = "files: '^app[.]json$'\nformat: json\nimage: astro-runtime\nversion: runtime\ndockerfile: dockerfile\n"
    toml, json = (
        f'[tool.astro]\nruntime = "3.3-8"\ndockerfile = "{name}"\n',
        f'{{"runtime": "3.3-8", "dockerfile": "{name}"}}\n',
    )
    repo.commit({".astro-runtime/places/app.yaml": place, path: json if path == "app.json" else toml})
    told = f"names the Dockerfile {shown}, which is no path in this repository: name a file of the repository, from the"
    path = path.replace("\n", r"\n")
    assert run_here(repo) == (2, "", f"astro-runtime-guard: {path}: {told} folder of this file\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such long paths")
def test_a_path_of_many_folders_is_only_not_there(repo: Repository) -> None:
    path = "x/" * 1500 + "Dockerfile"
    assert run_here(repo, path) == (2, "", f"astro-runtime-guard: {path}: no such file\n")


@pytest.mark.parametrize(
    ("kind", "name", "shown"), [("file", "\xe9.Dockerfile", r"\xe9.Dockerfile"), ("folder", "Dockerfile", "Dockerfile")]
)
def test_a_tree_that_holds_a_path_twice_is_refused(repo: Repository, kind: str, name: str, shown: str) -> None:
    first = repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n", "x/y": f"{RUNTIME}:4.2.6\n"})
    blob, other, tree = (repo.git("rev-parse", f"HEAD:{path}") for path in ("Dockerfile", "x/y", "x"))
    entry = f"100644 blob {other}" if kind == "file" else f"040000 tree {tree}"
    repo.write("entries", f"100644 blob {blob}\t{name}\n{entry}\t{name}\n")
    made = repo.run("bash", "-c", "git mktree < entries").stdout.strip()
    commit = repo.git("commit-tree", "-p", first, "-m", "twice", made)
    said = f"{shown}: a tree holds this path twice, so nobody can tell what it says: try git fsck, and make that commit anew"
    asked: list[tuple[str, tuple[str, ...]]] = [(first, ()), (first, (name,)), (commit, ())]
    for start, words in asked:
        pushed = {"PRE_COMMIT_FROM_REF": start, "PRE_COMMIT_TO_REF": commit}
        assert run_here(repo, *words, **pushed) == (2, "", f"astro-runtime-guard: {said}\n")


def tree_of(repo: Repository, *entries: tuple[str, str]) -> str:
    """A tree object with these paths and files, in this order; git checks nothing."""
    names = [(path, bytes.fromhex(repo.git("hash-object", "-w", "--", text))) for path, text in entries]
    repo.write("raw", b"".join(b"100644 %s\0%s" % (path.encode(), name) for path, name in names))
    return repo.git("hash-object", "-t", "tree", "--literally", "-w", "raw")


@pytest.mark.parametrize(("name", "code"), [("x.yaml", 1), ("..", 2), (".", 2)])
def test_rules_of_a_commit_are_written_only_into_their_folder(repo: Repository, name: str, code: int) -> None:
    """`--rules-from base` writes them into a temporary folder; git lets a tree name the folder above."""
    repo.write("x.yaml", PINNED.format(text="mine"))
    first = repo.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    folders = [("x.yaml", "100644 blob", repo.git("hash-object", "-w", "x.yaml"))]
    if name != "x.yaml":
        folders = [(name, "40000 tree", tree_of(repo, ("escaped.yaml", "x.yaml")))]
    raw = b"".join(
        b"%s %s\0%s" % (kind.split()[0].encode(), at.encode(), bytes.fromhex(it)) for at, kind, it in folders
    )
    repo.write("raw", raw)
    rules = repo.git("hash-object", "-t", "tree", "--literally", "-w", "raw")
    repo.write("entries", f"040000 tree {rules}\t.astro-runtime\n{repo.git('ls-tree', first, 'Dockerfile')}\n")
    tree = repo.run("bash", "-c", "git mktree < entries").stdout.strip()
    repo.git("branch", "base", repo.git("commit-tree", "-p", first, "-m", "base", tree))
    repo.git("update-ref", "HEAD", "base")
    got, out, err = run_here(repo, "--base", "base", "--rules-from", "base", "Dockerfile")
    assert (got, "Dockerfile:1:6: x: mine" in out) == (code, code == 1)
    shown = f".astro-runtime/{name}/escaped.yaml in {repo.git('rev-parse', '--short=7', 'base')}"
    refused = f"astro-runtime-guard: {shown} leads out of its folder: try git fsck\n"
    assert err == (refused if code == 2 else "")


@posix
@pytest.mark.parametrize(("length", "code"), [(255, 0), (256, 2)])
def test_rules_of_a_commit_whose_name_no_file_can_have(repo: Repository, length: int, code: int) -> None:
    name = f".astro-runtime/images/{'x' * (length - 5)}.yaml"
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.write("text", "extends: astro-runtime\nrepositories: [example.com/base]\n")
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{repo.git('hash-object', '-w', 'text')},{name}")
    commit = repo.commit()
    why = f"astro-runtime-guard: {name} in {commit[:7]}: File name too long\n"
    assert run_here(repo, "--rules-from", "base", "Dockerfile") == (code, "", why if code else "")


TWICE = {
    "once": ("5",),
    "twice": ("5", "4"),
    "turned round": ("4", "5"),
    "twice the same": ("5", "5"),
    "thrice": ("5", "4", "5"),
}


@pytest.mark.parametrize("versions", TWICE.values(), ids=TWICE)
@pytest.mark.parametrize("now", ["3", "4", "5"])
def test_a_base_that_holds_a_path_twice_is_refused(repo: Repository, versions: tuple[str, ...], now: str) -> None:
    """Git says of such a path that it changed and is gone, or one of the two; a base with one of each is the twin."""
    texts = {"3": f"{RUNTIME}:4.2.5\n", "4": f"{RUNTIME}:4.2.6\n", "5": f"{RUNTIME}:5.0.1\n"}
    first = repo.commit(texts)
    tree = tree_of(repo, *(("Dockerfile", version) for version in versions))
    base = repo.git("commit-tree", "-p", first, "-m", "base", tree)
    repo.git("rm", "--quiet", "--cached", "3", "4", "5")
    after = repo.commit({"Dockerfile": texts[now], "new.Dockerfile": texts["3"]})
    after = repo.git("commit-tree", "-p", base, "-m", "after", f"{after}^{{tree}}")
    pushed = {"PRE_COMMIT_FROM_REF": base, "PRE_COMMIT_TO_REF": after}
    asked: list[tuple[str, tuple[str, ...]]] = [("astro_runtime_guard", ()), ("astro_runtime_guard", ("Dockerfile",))]
    asked += [(script, ("new.Dockerfile",)) for script in ("astro_runtime_guard", "astro_runtime")]
    ranges = [run_here(repo, *words, script=script, **pushed) for script, words in asked]
    repo.git("update-ref", "HEAD", base)
    staged = [run_here(repo, *words, script=script) for script, words in asked]
    for (_, words), (code, out, err) in zip(asked * 2, (*ranges, *staged), strict=True):
        if len(versions) == 1:
            assert (code, err) == (0 if now == "5" or words == ("new.Dockerfile",) else 1, "")
        else:
            assert (code, out) == (2, "")
            assert ": Dockerfile: a tree holds this path twice" in err


@pytest.mark.parametrize("versions", TWICE.values(), ids=TWICE)
def test_a_base_that_holds_the_old_name_of_a_file_twice_is_refused(repo: Repository, versions: tuple[str, ...]) -> None:
    texts = {"4": f"{RUNTIME}:4.2.6\n", "5": f"{RUNTIME}:5.0.1\n"}
    first = repo.commit(texts)
    tree = tree_of(repo, *(("Dockerfile", version) for version in versions))
    base = repo.git("commit-tree", "-p", first, "-m", "base", tree)
    repo.git("rm", "--quiet", "--cached", "4", "5")
    after = repo.commit({"new.Dockerfile": f"{RUNTIME}:4.2.5\n"})
    after = repo.git("commit-tree", "-p", base, "-m", "after", f"{after}^{{tree}}")
    found = [run_here(repo, PRE_COMMIT_FROM_REF=base, PRE_COMMIT_TO_REF=after)]
    repo.git("update-ref", "HEAD", base)
    found.append(run_here(repo))
    for code, out, err in found:
        if len(versions) == 1:
            assert (code, err) == (1, "")
            assert out.startswith("new.Dockerfile:1:6: no-runtime-downgrade: downgrade from 5.0.1 to 4.2.5")
        else:
            assert (code, out) == (2, "")
            assert err.startswith("astro-runtime-guard: Dockerfile: a tree holds this path twice")


@pytest.mark.parametrize(
    "names", ["sha1", pytest.param("sha256", marks=needs_git(2, 29, "a repository with longer names"))]
)
def test_a_path_that_is_only_announced_is_not_held_twice(repo: Repository, names: str) -> None:
    """`git add -N` puts a path into the index that git says is gone."""
    if names == "sha256":
        shutil.rmtree(repo.path / ".git")
        repo.git("init", "--quiet", "--object-format=sha256")
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.git("rm", "--quiet", "--cached", "Dockerfile")
    repo.git("add", "--intent-to-add", "Dockerfile")
    assert [run_here(repo, *words)[::2] for words in ((), ("Dockerfile",))] == [(0, "")] * 2


def number(value: int, *, first: int = 7, bits: int = 0) -> bytes:
    """A number as git's packs have it: seven bits a byte, the lowest first; the first byte may have less room."""
    byte, value = bits | value & (1 << first) - 1, value >> first
    return bytes([byte | 0x80]) + number(value) if value else bytes([byte])


def store_as_delta(repo: Repository, size: int) -> None:
    """Put a blob of zeros into the repository, as a few instructions to copy 64 kB of zeros.

    https://git-scm.com/docs/pack-format
    """
    start = bytes(1 << 16)
    delta = number(len(start)) + number(size) + b"\x80" * (size // len(start))
    base = number(len(start), first=4, bits=3 << 4) + zlib.compress(start)
    copy = (
        number(len(delta), first=4, bits=7 << 4) + hashlib.sha1(b"blob 65536\0" + start).digest() + zlib.compress(delta)
    )
    pack = b"PACK" + (2).to_bytes(4, "big") + (2).to_bytes(4, "big") + base + copy
    repo.write("pack", pack + hashlib.sha1(pack).digest())
    repo.run("sh", "-c", "git index-pack --stdin < pack")


@posix
@pytest.mark.parametrize(
    ("store", "size"), [(store_as_delta, 4_000 << 16), (None, 1_500 << 16)], ids=["as a delta", "in one piece"]
)
def test_the_size_of_an_object_is_known_before_its_content(
    repo: Repository, store: Callable[[Repository, int], None] | None, size: int
) -> None:
    """git works on a delta until it is stopped, which a busy machine does late: it is stopped before the half."""
    first = repo.commit({"b/Dockerfile": f"{RUNTIME}:5.0.1\n"})
    with (repo.path / "zeros").open("wb") as file:
        file.truncate(size)
    name = repo.git("hash-object", *(() if store else ("-w",)), "zeros")
    if store:
        store(repo, size)
    assert repo.git("cat-file", "-s", name) == str(size)
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{name},Dockerfile")
    in_index = repo.run(sys.executable, "-c", MEASURE_PEAK, GUARD, "Dockerfile")
    repo.commit()
    in_range = repo.run(sys.executable, "-c", MEASURE_PEAK, GUARD, **range_of(first))
    first = repo.git("rev-parse", "HEAD")
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    before = repo.run(sys.executable, "-c", MEASURE_PEAK, GUARD, **range_of(first))
    for done in (in_index, in_range, before):
        code, peak = (int(float(word)) for word in done.stdout.split())
        assert code == 2
        assert peak < (size // 2 if store else 80_000_000)


@posix
def test_all_contents_together_are_bounded(repo: Repository) -> None:
    line = f"{RUNTIME}:5.0.1\n" + "#" * 15_000_000
    repo.commit({f"{number}\n/Dockerfile": f"{line}{number}" for number in range(5)})  # with those before, 150 MB
    code, out, err = run_here(repo)
    assert (code, out) == (2, "")
    said = (
        r"astro-runtime-guard: \d\\n/Dockerfile: the files before and now have more than 134217728 bytes together,"
        r" the most that is read in one run: name fewer files, or leave some out \(--exclude\)\n"
    )
    assert re.fullmatch(said, err)


LARGE = {
    "Dockerfile of many lines": ("Dockerfile", RUNTIME + ":5\n" * 2 + "#\n" * 100_001, "more than 100000 lines"),
    "many stages": ("Dockerfile", "FROM a\n" * 10_001 + f"{RUNTIME}:5\n", "more than 10000 instructions"),
    "long arguments": ("Dockerfile", f"ARG A={'$B' * 260_000}\n{RUNTIME}:$A\n", "or 500000 characters"),
    "many Runtimes": ("Dockerfile", f"{RUNTIME}:5\n" * 501, "names more than 500 images"),
    "values in YAML": ("d.yaml", "--- {deployment: {configuration: {runtime_version: 5}}}\n" * 501, "than 500 values"),
    "events of YAML": ("d.yaml", f"runtime_version: [{'[],' * 30_000}]\n", "more than 50000 keys and values"),
    "levels of YAML": ("d.yaml", f"runtime_version: {'[' * 100_000}", "nested more than 100 levels deep"),
    "values in TOML": ("pyproject.toml", "[tool.astro]\nruntime = [" + "'1'," * 501 + "]\n", "more than 500 values"),
}


@pytest.mark.parametrize(("path", "text", "limit"), LARGE.values(), ids=LARGE)
def test_a_refusal_names_its_limit(path: str, text: str, limit: str) -> None:
    with pytest.raises(CannotCheck, match=f"^{path}:.*{limit}"):
        check(None, text.encode(), path=path)


def calls(function: Callable[..., object], *words: object) -> int:
    """How many functions are called, ours and Python's, until this one returns: its cost on any machine."""
    count = 0

    def count_one(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(count_one)
    try:
        function(*words)
    finally:
        sys.setprofile(None)
    return count


def check_and_report(path: str, source: bytes) -> None:
    render(check(None, source, path=path, rulebook=BOOK))


@pytest.mark.parametrize("name", INPUTS)
def test_twice_as_much_costs_about_twice_as_much(name: str) -> None:
    """The hostile inputs of the benchmark, which measures time and memory. With the square it is four times as much."""
    path, make = INPUTS[name]
    check_and_report(path, make(1).encode())  # what is imported late is not counted
    once, twice = (calls(check_and_report, path, make(size).encode()) for size in (30, 60))
    assert twice < 2.6 * once


def test_what_costs_the_square_is_noticed() -> None:
    once, twice = (calls(lambda size: [len("") for _ in range(size) for _ in range(size)], size) for size in (30, 60))
    assert twice > 3.9 * once


def test_an_alias_stands_for_one_text() -> None:
    source = f"a: &a {'x' * 10_000}\ndeployment: {{configuration: {{runtime_version: [{'*a,' * 400}]}}}}\n"
    key = "deployment.configuration.runtime_version"
    values = yamltree.read_values(source, [key], "d.yaml")[key].values
    assert (len(values), len({id(text) for value in values for text in (value.text, value.written)})) == (400, 1)


def test_a_mirror_with_many_stars_is_refused(repo: Repository) -> None:
    pattern = "*/" + "*a" * 30 + "b"
    repo.write(".astro-runtime/images/slow.yaml", f"extends: astro-runtime\nrepositories: ['{pattern}']\n")
    repo.commit({"Dockerfile": f"FROM example.com/{'a' * 5000}:1\n{RUNTIME}:latest\n"})
    code, out, err = run_here(repo)
    assert (code, out, "*/PATH" in err) == (2, "", True)


# --- the file of the report


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="there is no folder for files below /dev")
def test_a_folder_in_memory_holds_files_and_no_devices() -> None:
    with TemporaryDirectory(dir="/dev/shm") as folder:
        precious, report = Path(folder, "precious"), Path(folder, "report")
        precious.write_text("precious")
        report.symlink_to(precious)
        write_file(str(report), "{}")
        assert (report.is_symlink(), report.read_text(), precious.read_text()) == (False, "{}", "precious")


@posix
def test_a_report_overwrites_nothing_through_a_link(repo: Repository, tmp_path: Path) -> None:
    precious, folder = tmp_path / "precious", tmp_path / "folder"
    precious.write_text("precious")
    folder.mkdir()
    repo.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    (repo.path / "report.json").symlink_to(precious)
    (repo.path / "out").symlink_to(folder)
    (repo.path / "in").mkdir()
    assert run_here(repo, "--format", "json", "--output", "report.json")[0] == 1
    assert not (repo.path / "report.json").is_symlink()
    assert json.loads((repo.path / "report.json").read_text())["findings"]
    why = "the link out leads out of this folder: name the target"
    assert run_here(repo, "--output", "out/x") == (2, "", f"astro-runtime-guard: --output out/x: {why}\n")
    near = repo.path.with_name(f"{repo.path.name}-2")
    near.mkdir()
    (repo.path / "near").symlink_to(near)
    assert (run_here(repo, "--output", "near/x")[0], os.listdir(near)) == (2, [])
    os.link(precious, repo.path / "again.json")
    assert run_here(repo, "--format", "json", "--output", "again.json")[0] == 1
    assert json.loads((repo.path / "again.json").read_text())["findings"]
    for name in ("in/x", str(folder / "x"), "../folder/y"):
        assert run_here(repo, "--output", name)[0] == 1
    assert (precious.read_text(), sorted(os.listdir(folder)), os.listdir(repo.path / "in")) == (
        "precious",
        ["x", "y"],
        ["x"],
    )


def test_the_temporary_file_of_a_report_is_new(inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is random. If there is a link of that name all the same, nothing is written."""
    inside.commit({"Dockerfile": f"{RUNTIME}:latest\n", "precious": "precious"})
    monkeypatch.setattr(os, "urandom", bytes)
    part = f".report.json.{'00' * 8}.part"
    (inside.path / part).symlink_to("precious")
    with pytest.raises(CannotCheck, match=r"^--output report\.json: File exists$"):
        write_file("report.json", "{}")
    assert (inside.path / "precious").read_text() == "precious"
    assert (inside.path / part).is_symlink()


@posix
def test_a_link_to_the_current_folder_leads_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").symlink_to(".")
    monkeypatch.chdir(tmp_path)
    write_file("here/report.json", "{}")
    assert (tmp_path / "report.json").read_text() == "{}"


@posix
def test_a_report_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    write_file(str(tmp_path / "report.json"), "{}")
    (tmp_path / "other").touch()
    assert len({path.stat().st_mode for path in tmp_path.iterdir()}) == 1


@posix
def test_a_report_can_go_to_a_device(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    code, out, err = run_here(repo, "--format", "json", "--output", "/dev/stdout")
    assert (code, err) == (1, "")
    assert out.startswith("{\n")
    assert "\n}\nDockerfile:1:6: pinned-runtime: " in out
    done = repo.run("bash", "-c", f'"{GUARD}" --format json --output /dev/stdout > both', check=False)
    assert (done.returncode, (repo.path / "both").read_text()) == (1, out)
    for name in ("/dev/fd/2", *(["/proc/self/fd/2"] if sys.platform == "linux" else [])):
        done = repo.run(GUARD, "--format", "json", "--output", name, check=False)
        assert (done.returncode, done.stdout.partition(": ")[0], done.stderr[:2]) == (1, "Dockerfile:1:6", "{\n")


# --- what a reviewer cannot see

INVISIBLE = "\u3164\u115f\u1160\u2800\ufe0f\u034f\u180b\uffa0\U000e0100\U000e01ef\u200b\u2060\u00ad\u202e\u2066\u061c"
LETTERS = "gr\u00fcn \u65e5\u672c \ud55c\uad6d \u0939\u093f\u0928\u094d\u0926\u0940 \u0639\u0631\u0628\u064a \u05e2\u05d1 e\u0301 \u0e44\u0e17\u0e22"


@pytest.mark.parametrize("character", [*INVISIBLE, *(chr(code) for code in range(0xFE00, 0xFE10))], ids=ascii)
def test_invisible_characters_are_escaped(character: str) -> None:
    assert printable(f"a{character}b").isascii()


def test_letters_of_any_script_are_not_changed() -> None:
    assert printable(LETTERS) == LETTERS


@pytest.mark.parametrize("start", ["--- ", "+++ ", "~~~ ", "^^^ +++"])
def test_the_start_of_a_buildkite_group_is_escaped(repo: Repository, start: str) -> None:
    assert printable_lines(f"{start}a") == f"\\x{ord(start[0]):02x}{start[1:]}a"
    assert printable_lines(f"a {start}b") == f"a {start}b"
    if start != "^^^ +++":
        repo.commit({f"{start}a/Dockerfile": f"{RUNTIME}:latest\n"})
        assert run_here(repo)[1].startswith(f"./{start}a/Dockerfile:1:6: ")


ACKNOWLEDGEMENT = "# astro-runtime: ignore pinned-runtime: because"
# Unicode Standard Annex 9, table 3: the signs that begin and end an embedding, an override or an isolate.
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
COMMENTS = {
    "as printed": (ACKNOWLEDGEMENT, True),
    "indented": (f"{' ' * 40}{ACKNOWLEDGEMENT}", True),
    "letters of another script": (f"{ACKNOWLEDGEMENT[:-7]}\u65e5", True),
    "behind 400 blanks": (f"{' ' * 400}{ACKNOWLEDGEMENT}", False),
    "behind 30 tabs": (f"{chr(9) * 30}{ACKNOWLEDGEMENT}", False),
    "400 blanks after the sign": (ACKNOWLEDGEMENT.replace("# ", f"#{' ' * 400}"), False),
    "19 blanks before the reason": (ACKNOWLEDGEMENT.replace(" because", f"{' ' * 19}because"), True),
    "20 blanks before the reason": (ACKNOWLEDGEMENT.replace(" because", f"{' ' * 20}because"), False),
    "4 tabs before the reason": (ACKNOWLEDGEMENT.replace(" because", "\t\t\t\tbecause"), False),
    "wide blanks before the reason": (ACKNOWLEDGEMENT.replace(" because", "\u3000" * 100 + "because"), False),
    "an invisible reason": (f"{ACKNOWLEDGEMENT[:-7]}{INVISIBLE}", False),
    "a blank reason": (f"{ACKNOWLEDGEMENT[:-7]}\u00a0\u3000", False),
    **{ascii(sign): (f"{ACKNOWLEDGEMENT}{sign}", False) for sign in DIRECTIONS},
    "a letter of two directions": (f"{ACKNOWLEDGEMENT}\u05d0", True),
}


@pytest.mark.parametrize(("comment", "accepted"), COMMENTS.values(), ids=COMMENTS)
def test_an_acknowledgement_that_cannot_be_seen_does_not_count(comment: str, accepted: bool) -> None:
    findings = check(None, f"{comment}\n{RUNTIME}:latest\n".encode())
    assert [bool(it.acknowledged) for it in findings if it.rule == "pinned-runtime"] == [accepted]


# --- configuration that starts programs


PROGRAMS = """
core.fsmonitor core.pager core.sshCommand core.editor core.askPass core.gitProxy core.alternateRefsCommand
diff.external diff.evil.textconv diff.evil.command merge.evil.driver merge.tool mergetool.evil.cmd
filter.evil.clean filter.evil.smudge filter.evil.process credential.helper uploadpack.packObjectsHook
gpg.program gpg.ssh.program gpg.ssh.defaultKeyCommand pager.log pager.diff pager.rev-parse sequence.editor
interactive.diffFilter trailer.evil.command remote.origin.uploadpack remote.origin.vcs receive.procReceiveRefs
alias.rev-parse alias.diff-index alias.ls-files alias.cat-file alias.log alias.merge-base
"""
HOOKS = "post-index-change pre-commit post-checkout reference-transaction fsmonitor-watchman pre-auto-gc"
SETTINGS = {
    "log.showSignature": "true",
    "core.autocrlf": "true",
    "i18n.commitEncoding": "UTF-16",
    "i18n.logOutputEncoding": "UTF-16",
    "core.quotePath": "true",
    "core.untrackedCache": "true",
    "index.version": "4",
    "diff.renames": "copies",
    "diff.noprefix": "true",
    "color.ui": "always",
    "format.pretty": "%x00",
    "core.attributesFile": "pipe",
    "diff.orderFile": "pipe",
    "blame.ignoreRevsFile": "pipe",
    "gpg.ssh.allowedSignersFile": "pipe",
}
ATTRIBUTES = "* filter=evil diff=evil merge=evil text eol=crlf ident export-subst\n*.x working-tree-encoding=UTF-16\n"


@posix
def test_no_program_named_in_git_configuration_is_started(repo: Repository, tmp_path: Path) -> None:
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> "{ran}"\n')
    program.chmod(0o755)
    first = repo.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n", "app/Dockerfile": f"{RUNTIME}:5.0.0\n"})
    repo.git("branch", "side")
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n", ".gitattributes": ATTRIBUTES})
    expected = run_here(repo, "--base", "side"), run_here(repo, **range_of(first))
    assert [code for code, _, _ in expected] == [1, 1]
    os.mkfifo(repo.path / "pipe")
    (tmp_path / "hooks").mkdir()
    for name in HOOKS.split():
        (tmp_path / "hooks" / name).symlink_to(program)
    lines = {key: str(program) for key in PROGRAMS.split()} | SETTINGS | {"core.hooksPath": str(tmp_path / "hooks")}
    lines["alias.sing"] = f"!{program}"  # a canary: it shows that git reads this configuration
    included = "".join(f"[{head}]\n{key} = {value}\n" for head, key, value in map(split_key, lines, lines.values()))
    repo.write(".git/evil", included)
    repo.git("config", "include.path", "evil")
    user = {
        "GIT_EXTERNAL_DIFF": str(program),
        "GIT_PAGER": str(program),
        "GIT_ASKPASS": str(program),
        "PAGER": str(program),
    }
    assert repo.git("config", "core.pager") == str(program)
    assert (run_here(repo, "--base", "side", **user), run_here(repo, **range_of(first), **user)) == expected
    repo.write("app/Dockerfile", f"{RUNTIME}:4.2.6\n")
    assert "app/Dockerfile:1:6: no-runtime-downgrade: " in run_here(repo, **user)[1]
    assert not ran.exists(), ran.read_text()
    # `git diff`, which people type, does start a program of this configuration, so the test can notice it.
    files = ("-c", f"core.attributesFile={os.devnull}", "-c", f"diff.orderFile={os.devnull}")
    subprocess.run(("git", *files, "diff"), cwd=repo.path, env=repo.environment, capture_output=True, timeout=60)
    assert ran.exists()


def range_of(first: str) -> dict[str, str]:
    return {"PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": "HEAD"}


def split_key(key: str, value: str) -> tuple[str, str, str]:
    """`a.b.c` as `a "b"`, c: how a configuration file spells it."""
    section, _, name = key.rpartition(".")
    head, _, more = section.partition(".")
    return f'{head} "{more}"' if more else head, name, value


def test_git_replace_is_respected(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    old = repo.git("rev-parse", "HEAD:Dockerfile")
    repo.write("other", f"{RUNTIME}:4.2.6\n")
    repo.git("replace", old, repo.git("hash-object", "-w", "other"))
    repo.write("Dockerfile", f"{RUNTIME}:4.2.7\n")
    repo.git("add", "Dockerfile")
    assert repo.git("show", "HEAD:Dockerfile") == f"{RUNTIME}:4.2.6"
    assert run_here(repo, "Dockerfile") == (0, "", "")
    assert run_here(repo, "Dockerfile", GIT_NO_REPLACE_OBJECTS="1")[1].startswith(
        "Dockerfile:1:6: no-runtime-downgrade: "
    )


def test_a_file_renamed_only_in_case_is_compared(repo: Repository) -> None:
    repo.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    repo.git("mv", "Dockerfile", "dockerfile")
    assert run_here(repo) == (0, "", "")
    repo.write("dockerfile", f"{RUNTIME}:4.2.6\n")
    repo.git("add", "dockerfile")
    code, out, err = run_here(repo)
    assert (code, err) == (1, "")
    assert out.startswith("dockerfile:1:6: no-runtime-downgrade: downgrade from 5.0.1 to 4.2.6")
