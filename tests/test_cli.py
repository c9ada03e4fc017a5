"""The command from its arguments to its exit code and output, in real repositories, in this process."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import jsonschema
import pytest
import yaml
from astro_runtime_guard import entrypoints
from astro_runtime_guard.reports.deliver import FORMATS, internal_error
from astro_runtime_guard.rulebook.where import shipped_folder
from conftest import Said, version
from repository import Repository, needs_git
from test_changed import places

RUNTIME = "FROM quay.io/astronomer/astro-runtime"


def test_silence(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    assert guard() == (0, "", "")
    assert guard("Dockerfile") == (0, "", "")


def test_a_file_that_is_called_like_a_commit(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n", "HEAD": "a file\n"})
    assert guard() == (0, "", "")


def test_staged_against_head(guard: Callable[..., Said], inside: Repository) -> None:
    head = inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    inside.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    inside.git("add", "Dockerfile")
    inside.write("Dockerfile", f"{RUNTIME}:5.0.1\n")
    code, out, err = guard()
    assert (code, err) == (1, "")
    assert out.splitlines()[0].startswith("Dockerfile:1:6: no-runtime-downgrade: downgrade from 5.0.1 to 4.2.6")
    assert f"  compared with HEAD at {head[:7]}" in out.splitlines()


def test_what_is_not_staged_is_read_from_the_working_tree(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    inside.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    assert guard()[0] == 1
    inside.write("Dockerfile", f"{RUNTIME}:5.0.2\n")
    assert guard() == (0, "", "")


def test_no_base_compares_nothing(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    inside.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    assert guard("--no-base") == (0, "", "")
    inside.write("Dockerfile", f"{RUNTIME}:latest\n")
    assert guard("--no-base")[0] == 1


def test_a_base_that_is_named(guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    inside.git("branch", "old")
    inside.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n"})
    assert guard() == (0, "", "")
    assert "compared with old at" in guard("--base", "old")[1]
    inside.git("tag", "--annotate", "--message", "a version", "v1", "old")
    assert "compared with v1 at" in guard("--base", "v1")[1]
    monkeypatch.setenv("ASTRO_RUNTIME_BASE", "old")
    assert guard()[0] == 1
    code, out, err = guard("--base", "gone")
    assert (code, out) == (2, "")
    assert err.startswith("astro-runtime-guard: --base gone: no such commit")


AS_IT_IS = {"pinned-runtime", "readable-from", "published-runtime"}
REVIEWED = {"runtime-13", "airflow-3", "unknown-line", "airflow-3-floor", "stale-digest"}
ALONE = {*AS_IT_IS, *REVIEWED, "no-runtime-downgrade", "withdrawn-runtime"}
TOGETHER = {"consistent-runtime", "client-runtime"}


@pytest.mark.parametrize(
    ("script", "rules"),
    [
        ("astro_runtime_guard", ALONE | TOGETHER),
        ("astro_runtime", ALONE),
        ("astro_runtime_pinned", AS_IT_IS),
        ("astro_runtime_no_downgrade", {"no-runtime-downgrade"}),
        ("astro_runtime_upgrade_review", REVIEWED),
        ("astro_runtime_supported", {"withdrawn-runtime", "maintained-runtime"}),
        ("astro_runtime_declarations", TOGETHER),
        ("astro_runtime_repo", ALONE | TOGETHER),
    ],
)
def test_each_hook_runs_its_checks(
    guard: Callable[..., Said], inside: Repository, script: str, rules: set[str]
) -> None:
    client = (
        "FROM images.astronomer.cloud/baseimages/astro-remote-execution-agent:3.1-2-python-3.12-astro-agent-1.1.0\n"
    )
    changes = {
        "unpinned/Dockerfile": (f"{RUNTIME}:13.7.0\n", f"{RUNTIME}:latest\n"),
        "unreadable/Dockerfile": (f"{RUNTIME}:13.7.0\n", f"{RUNTIME}:13.7.0 # pinned\n"),
        "unpublished/Dockerfile": (f"{RUNTIME}:3.0.4\n", f"{RUNTIME}:3.0.8\n"),
        "downgrade/Dockerfile": (f"{RUNTIME}:13.8.0\n", f"{RUNTIME}:13.7.0\n"),
        "crossing/Dockerfile": (f"{RUNTIME}:12.1.0\n", f"{RUNTIME}:13.7.0\n"),
        "unknown/Dockerfile": (f"{RUNTIME}:13.7.0\n", f"{RUNTIME}:99.0.0\n"),
        "stop/Dockerfile": (f"{RUNTIME}:12.1.0\n", "FROM astrocrpublic.azurecr.io/runtime:3.0-1\n"),
        "digest/Dockerfile": (f"{RUNTIME}:13.7.0@sha256:{'a' * 64}\n", f"{RUNTIME}:13.8.0@sha256:{'a' * 64}\n"),
        "withdrawn/Dockerfile": (f"{RUNTIME}:13.4.0\n", f"{RUNTIME}:13.5.0\n"),
        "old/Dockerfile": (f"{RUNTIME}:12.1.0\n", f"{RUNTIME}:12.1.1\n"),
        "contradicting/Dockerfile": ("", f"{RUNTIME}:13.7.0\n"),
        "contradicting/a.yaml": ("", "deployment: {configuration: {runtime_version: 13.8.0}}\n"),
        "client/Dockerfile": ("", "FROM astrocrpublic.azurecr.io/runtime:3.1-1\n"),
        "client/Dockerfile.client": ("", client),
    }
    for side in (0, 1):
        for name, texts in changes.items():
            inside.write(name, texts[side])
        inside.git("add", ".")
        if not side:
            inside.commit()
    out = guard("--today", "2026-11-22", "--format", "json", script=script)[1]
    assert {finding["rule"] for finding in json.loads(out)["findings"]} == rules


@pytest.mark.parametrize(
    ("image", "script", "code"),
    [
        (f"{RUNTIME}:5.0.1", "astro_runtime_guard", 2),
        (f"{RUNTIME}:5", "astro_runtime_guard", 2),
        (f"{RUNTIME}:ours@sha256:{'0' * 64}", "astro_runtime_guard", 2),
        (f"{RUNTIME}:latest", "astro_runtime_guard", 1),
        (f"{RUNTIME}:ours", "astro_runtime_guard", 1),
        (f"{RUNTIME}@sha256:{'0' * 64}", "astro_runtime_guard", 0),
        ("FROM python:3.12", "astro_runtime_guard", 0),
        (f"{RUNTIME}:5.0.1", "astro_runtime_pinned", 0),
    ],
)
def test_a_base_that_is_missing_matters_where_it_could_make_a_finding(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch, image: str, script: str, code: int
) -> None:
    inside.commit({"Dockerfile": f"{image}\n"})
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("CHANGE_TARGET", "elsewhere")
    assert guard("Dockerfile", script=script)[0] == code


def test_an_acknowledgement_is_reported_by_the_hook_of_which_it_speaks(
    guard: Callable[..., Said], inside: Repository
) -> None:
    inside.commit({"Dockerfile": f"# astro-runtime: reviewed 6.0.0\n{RUNTIME}:5.0.1\n"})
    assert guard(script="astro_runtime_upgrade_review")[0] == 1
    assert guard(script="astro_runtime_pinned") == (0, "", "")
    inside.commit({"Dockerfile": f"# astro-runtime: ignore nothing: because\n{RUNTIME}:5.0.1\n"})
    assert guard(script="astro_runtime_upgrade_review") == (0, "", "")
    assert guard(script="astro_runtime_pinned")[0] == 1


def test_a_rule_that_is_off_for_one_hook_is_not_unknown(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"# astro-runtime: ignore maintained-runtime: until May\n{RUNTIME}:5.0.1\n"})
    assert guard() == (0, "", "")
    assert guard("--enable", "maintained-runtime") == (0, "", "")
    assert guard("--disable", "withdrawn-runtime", script="astro_runtime_pinned") == (0, "", "")


def test_enable_disable_and_only(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0\n"})
    assert guard("--disable", "pinned-runtime") == (0, "", "")
    assert guard("--only", "runtime-5") == (0, "", "")
    assert guard("--only", "pinned-runtime")[0] == 1
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    assert "maintained-runtime" in guard("--enable", "maintained-runtime")[1]
    for option in ("--enable", "--disable", "--only"):
        for name, shown in (
            ("pinned", "pinned"),
            ("PINNED_RUNTIME", "PINNED_RUNTIME"),
            ("pinned-runtim\n", "pinned-runtim\\n"),
        ):
            code, _, err = guard(option, name)
            assert code == 2
            assert err.startswith(
                f"astro-runtime-guard: no rule is called {shown}; did you mean pinned-runtime? expected one of "
            )


@pytest.mark.parametrize(
    ("name", "meant"),
    [("a-b-c-d", "A_B_C_D"), ("A-B-C-D", "A_B_C_D"), ("E_F_G_H", "e-f-g-h"), ("e_f_g_h", "e-f-g-h"), ("i_j_k_l", "")],
)
def test_capitals_and_underscores_hide_no_name(
    guard: Callable[..., Said], inside: Repository, name: str, meant: str
) -> None:
    for rule in ("A_B_C_D", "e-f-g-h"):
        inside.write(f".astro-runtime/{rule}.yaml", OFF)
    assert (f"no rule is called {name}; did you mean {meant}? " in guard("--only", name)[2]) == bool(meant)


def test_rules_of_the_repository(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"base.Dockerfile": "FROM registry.example.com/base:1\n"})
    assert guard() == (0, "", "")
    inside.write(
        ".astro-runtime/images/mirror.yaml",
        "extends: astro-runtime\nrepositories: [registry.example.com/base]\n",
    )
    assert guard()[0] == 1
    inside.write(".astro-runtime/images/mirror.yaml", "extend: astro-runtime\n")
    code, out, err = guard()
    assert (code, out) == (2, "")
    assert (
        ".astro-runtime/images/mirror.yaml:1:1: no key is called extend; did you mean extends? expected one of extends, "
        in err
    )


def test_a_mistake_in_a_rule_is_one_line_whatever_its_keys(guard: Callable[..., Said], inside: Repository) -> None:
    inside.write(".astro-runtime/x.yaml", '"a\\nb": 1\n"a\\nb": 2\n')
    code, _, err = guard()
    assert (code, len(err.splitlines())) == (2, 1)
    assert "x.yaml:2:1: a\\nb: given twice, first in line 1" in err


def test_outside_any_repository_pins_alone_are_checked_and_it_says_so(
    guard: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "Dockerfile").write_text(f"{RUNTIME}:5.0.1\n")
    note = "astro-runtime-guard: not in a git repository, so nothing is compared\n"
    assert guard("Dockerfile") == (0, "", note)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")  # git would say so in German, where it has translations
    assert guard("Dockerfile") == (0, "", note)
    (tmp_path / "Dockerfile").write_text(f"{RUNTIME}:5.0\n")
    code, out, _ = guard("--format", "github", "Dockerfile")
    assert (code, out.partition(",")[0]) == (1, "::error file=Dockerfile")


def test_a_file_that_is_not_there(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    code, out, err = guard("Dockerfile.gone")
    assert (code, out) == (2, "")
    assert "Dockerfile.gone" in err


def test_files_are_listed_by_name_below_this_folder(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = f"{RUNTIME}:latest\n"
    inside.commit({"a/Dockerfile": bad, "a/b/app.dockerfile": bad, "c/Containerfile": bad, "c/README.md": bad})
    assert [line.split(":")[0] for line in guard()[1].splitlines() if ":1:6:" in line] == [
        "a/Dockerfile", "a/b/app.dockerfile", "c/Containerfile",
    ]  # fmt: skip
    assert "c/Containerfile" not in guard("--exclude", "^c/")[1]
    monkeypatch.chdir(inside.path / "a")
    assert [line.split(":")[0] for line in guard()[1].splitlines() if ":1:6:" in line] == [
        "Dockerfile",
        "b/app.dockerfile",
    ]
    assert guard("--exclude", "(")[0] == 2


def test_exit_zero_is_for_findings_alone(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    code, out, _ = guard("--exit-zero")
    assert (code, "pinned-runtime" in out) == (0, True)
    assert guard("--exit-zero", "--base", "gone")[0] == 2


def test_output_file(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    code, out, _ = guard("--format", "json", "--output", "report.json")
    assert code == 1
    assert out.startswith("Dockerfile:1:6: pinned-runtime:")
    assert "\n1 finding in 1 of 1 file, " in out
    assert json.loads((inside.path / "report.json").read_text())["findings"][0]["rule"] == "pinned-runtime"
    code, out, err = guard("--output", "no/such/folder.txt")
    assert (code, err) == (2, "astro-runtime-guard: --output no/such/folder.txt: No such file or directory\n")
    assert sorted(path.name for path in inside.path.iterdir()) == [".git", "Dockerfile", "report.json"]


@pytest.mark.parametrize(
    ("argv", "environment", "terminal", "colored"),
    [
        ([], {}, False, False),
        ([], {}, True, True),
        ([], {"TERM": "dumb"}, True, False),
        ([], {"NO_COLOR": "1"}, True, False),
        ([], {"NO_COLOR": "", "FORCE_COLOR": ""}, True, True),
        ([], {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        (["--color", "auto"], {}, True, True),
        (["--color", "always"], {"NO_COLOR": "1"}, False, True),
        (["--color", "always", "--output", "report.txt"], {}, False, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, True, False),
        (["--format", "json"], {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_color(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch,
    argv: list[str], environment: dict[str, str], terminal: bool, colored: bool,
) -> None:  # fmt: skip
    inside.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    code, out, _ = guard(*argv, terminal=terminal)
    assert (code, "\033[" in out) == (1, colored)
    assert not any("\033[" in path.read_text() for path in inside.path.glob("*.txt"))


def test_nothing_a_repository_says_acts_on_a_terminal(guard: Callable[..., Said], inside: Repository) -> None:
    name = "\033]0;x\007.Dockerfile"
    inside.write(name, f"# astro-runtime: \033[31m\n{RUNTIME}:la\033[2Jtest\n")
    inside.git("add", ".")
    code, out, _ = guard()
    assert code == 1
    assert "\\x1b]0;x\\x07.Dockerfile:2:6:" in out
    assert not any(ord(c) < 32 and c != "\n" for c in out)
    inside.write("--a\nb", "")
    refused = "--a\\nb is an option and a file here too: rename it, or write ./ before it"
    assert guard("--a\nb") == (2, "", f"astro-runtime-guard: {refused}\n")


def test_verbose_names_each_file_and_what_it_was_compared_with(guard: Callable[..., Said], inside: Repository) -> None:
    head = inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    inside.write("new.Dockerfile", f"{RUNTIME}:5.0.2\n")
    inside.write("other.Dockerfile", "FROM scratch\n")
    inside.git("add", ".")
    expected = f"Dockerfile: compared with HEAD at {head[:7]}\nnew.Dockerfile: not compared with anything\n"
    expected += "other.Dockerfile: names no known image\n"
    code, out, err = guard("--verbose")
    assert (code, out, err.startswith(expected)) == (0, "", True)
    assert re.fullmatch(r"known of \S+ as of \d{4}-\d\d-\d\d\n", err.removeprefix(expected))
    assert "nothing is compared: --no-base\n" in guard("--verbose", "--no-base")[2]
    said = guard("--verbose", "other.Dockerfile", script="astro_runtime")[2]
    assert said.startswith("other.Dockerfile: names no known image\n")
    inside.write("pyproject.toml", '[tool.astro]\ndockerfile = "docker/Base"\n')
    assert "docker/Base" not in guard("--verbose", "pyproject.toml")[2]
    inside.write("docker/Base", f"{RUNTIME}:5.0.1\n")
    assert "docker/Base: not compared with anything" in guard("--verbose", "pyproject.toml")[2]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--enabel", "x"], "no option is called --enabel; did you mean --enable? see astro-runtime-guard --help"),
        (["--enabel=x"], "no option is called --enabel=x; did you mean --enable? see astro-runtime-guard --help"),
        (["--enable x"], '"--enable x" is one word: write two, as in args: [--enable, x]'),
        (["--exclude a\n b"], '"--exclude a\\n b" is one word: write two, as in args: [--exclude, a\\n b]'),
        (["--no-base "], "no option is called --no-base ; did you mean --no-base? see"),
        (["--xyz a"], "no option is called --xyz a; see"),
        (["--enabel=\na-long-value"], "no option is called --enabel=\\na-long-value; did you mean --enable? see"),
        (["--verb"], "no option is called --verb; did you mean --verbose? see"),
        (["--no-base", "--xyz"], "no option is called --xyz; see astro-runtime-guard --help"),
        (["--today", "20240101"], "argument --today: '20240101' is not a day such as 2024-04-30: see"),
        (["--today", "2024-04-31"], "argument --today: '2024-04-31' is not a day such as 2024-04-30: see"),
        (["--today", "2024-W01-1"], "argument --today: '2024-W01-1' is not a day such as 2024-04-30: see"),
        (["--format", "yaml"], "argument --format: no format is called yaml; expected one of text, json,"),
        (["--format", "jsn"], "argument --format: no format is called jsn; did you mean json? expected one of text,"),
        (["--rules-from", "main"], "argument --rules-from: invalid choice: 'main' (choose from "),
        (["--color", "blue"], "argument --color: invalid choice: 'blue' (choose from "),
        (["--exclude", "("], "argument --exclude: '(' is not a regular expression ("),
        (["--exclude", "\\d\n("], r"argument --exclude: '\\d\n(' is not a regular expression ("),
    ],
)
def test_a_wrong_argument_is_one_line(guard: Callable[..., Said], words: list[str], message: str) -> None:
    code, out, err = guard(*words)
    assert (code, out) == (2, "")
    assert err.startswith(f"astro-runtime-guard: {message}")
    assert len(err.splitlines()) == 1


def test_files_on_both_sides_of_an_option_are_checked(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit(dict.fromkeys(("a.Dockerfile", "b c.Dockerfile", "--d e.Dockerfile"), f"{RUNTIME}:latest\n"))
    out = guard("a.Dockerfile", "--no-base", "b c.Dockerfile", "--", "--d e.Dockerfile")[1]
    assert [line.split(":")[0] for line in out.splitlines() if ":1:6:" in line] == [
        "--d e.Dockerfile", "a.Dockerfile", "b c.Dockerfile",
    ]  # fmt: skip


def test_a_file_that_is_called_like_standard_input(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"-": f"{RUNTIME}:latest\n"})
    assert places(guard("-")) == places(guard("--no-base", "-")) == ["-"]


def test_the_commands_are_named_in_the_help_of_those_that_have_them(guard: Callable[..., Said]) -> None:
    for script, has_them in (("astro_runtime_guard", True), ("astro_runtime_pinned", False)):
        assert ("commands: rules list|test|schema, explain RULE," in guard("--help", script=script)[1]) == has_them


def test_the_help_names_every_format(guard: Callable[..., Said]) -> None:
    about = guard("--help")[1].split("--format FORMAT")[-1].partition(":")[0]
    assert re.findall(r"\w+", about) == list(FORMATS)


# The words of each command, and what its help says can follow them; first the command without a word, which checks.
USAGES = {
    "": "[-h] [--base REF] [--no-base] [--changed] [--exclude REGEX] [--rules DIR] [--rules-from {base}] [--enable RULE]"
    " [--disable RULE] [--only RULE] [--today DAY] [--format FORMAT] [--output FILE] [--exit-zero]"
    " [--color {auto,always,never}] [--verbose] [--version] [FILE ...]",
    "rules": "[-h] list|test|schema ...",
    "rules list": "[-h] [--rules DIR] [--version]",
    "rules test": "[-h] [--rules DIR] [--version]",
    "rules schema": "[-h] [--rules DIR] [--version]",
    "explain": "[-h] [--rules DIR] [--version] RULE",
    "plan": "[-h] [--rules DIR] [--version] OLD NEW",
}


@pytest.mark.parametrize(("command", "usage"), USAGES.items(), ids=USAGES)
def test_the_help_of_a_command(
    guard: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, command: str, usage: str
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    code, out, err = guard(*command.split(), "--help")
    assert (code, err) == (0, "")
    said, about, *rest = out.split("\n\n")
    assert said == " ".join(["usage: astro-runtime-guard", *command.split(), usage])
    assert re.fullmatch(r"\S+( \S+)+", about)
    name = r"-h|--[a-z-]+|list|test|schema|FILE"
    described = re.findall(rf"^ +({name})\b.*(?:  |\n {{9,}})\S", "\n".join(rest), flags=re.MULTILINE)
    assert sorted(described) == sorted(re.findall(name, usage.replace("--output FILE", "--output")))
    if command != "rules":
        version = guard("--version")
        assert guard(*command.split(), "--version") == guard(*command.split(), "--version", "--rules", "x") == version


SCRIPTS = [name for name in vars(entrypoints) if name.startswith("astro_runtime")]


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_console_script_knows_its_options(guard: Callable[..., Said], script: str) -> None:
    program = script.replace("_", "-")
    code, out, err = guard("--version", script=script)
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"{program} \S+\n", out)
    code, out, err = guard("--help", script=script)
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: {program} [-h]")
    code, out, err = guard("--hlep", script=script)
    assert (code, out) == (2, "")
    assert err == f"{program}: no option is called --hlep; did you mean --help? see {program} --help\n"
    assert guard("--rules", "nowhere", script=script)[::2] == (2, f"{program}: --rules nowhere: no such folder\n")


def test_the_package_is_the_command(inside: Repository) -> None:
    said = inside.run(sys.executable, "-I", "-m", "astro_runtime_guard", "--version")
    assert said.stdout.startswith("astro-runtime-guard ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--rules", "policy", "rules", "test"], "options come after the command rules: astro-runtime-guard rules test --rules policy\n"),
        (["--rules", "a\nb", "rules", "test"], "options come after the command rules: astro-runtime-guard rules test --rules 'a\\nb'\n"),
        (["--no-base", "explain", "runtime-5"], "options come after the command explain: astro-runtime-guard explain runtime-5 --no-base\n"),
        (["rule", "list"], "no command or file is called rule; did you mean rules? expected one of rules, explain, plan, or a file to check"),
        (["dags"], "dags: is a folder: name the files in it"),
        (["gone1"], "gone1: no such file"),
        (["Gone"], "Gone: no such file"),
        (["dockerfile2"], "dockerfile2: no such file"),
        (["gonefile"], "gonefile: no such file"),
        (["rules", "--lst"], "the following arguments are required: list|test|schema: see"),
        (["check"], "no command or file is called check; expected one of rules, explain, plan, or a file to check"),
        (["rules", "lst"], "no command is called rules lst; did you mean rules list? expected one of rules list, rules test, rules schema"),
        (["rules"], "the following arguments are required: list|test|schema: see astro-runtime-guard rules --help"),
        (["rules", "list", "--lur", "--more"], "no option is called --lur; see astro-runtime-guard --help"),
        (["rules", "test", "x"], "no argument is expected after the others: x; see astro-runtime-guard --help"),
        (["explain", "runtime5"], "no rule is called runtime5; did you mean runtime-5? expected one of acknowledgement,"),
        (["gone.Dockerfile"], "gone.Dockerfile: no such file"),
        (["--no-base", "gone file"], "gone file: no such file"),
        (["--no-base", "-"], "-: no such file"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_wrong_command_is_one_line(
    guard: Callable[..., Said], inside: Repository, words: list[str], message: str
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n", "dags/a.py": "a = 1\n"})
    code, out, err = guard(*words)
    assert (code, out) == (2, "")
    assert err.startswith(f"astro-runtime-guard: {message}")
    assert len(err.splitlines()) == 1


def test_a_file_that_is_called_like_a_command(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"plan": f"{RUNTIME}:latest\n"})
    assert places(guard("plan", script="astro_runtime")) == places(guard("--no-base", "plan")) == ["plan"]
    assert guard("rules", script="astro_runtime") == (2, "", "astro-runtime: rules: no such file\n")


@pytest.mark.parametrize(
    ("script", "words", "message"),
    [
        ("astro_runtime_pinned", ["--only", "runtime-5"], "--only runtime-5: this hook does not run that rule; expected one of acknowledgement, pinned-runtime,"),
        ("astro_runtime_pinned", ["--only", "maintained-runtime"], "--only maintained-runtime: this hook does not run that rule;"),
        ("astro_runtime_no_downgrade", ["--disable", "no-runtime-downgrade"], "no rule is left to run:"),
        ("astro_runtime", ["--only", "runtime-5", "--disable", "runtime-5"], "no rule is left to run:"),
        ("astro_runtime", ["--only", "maintained-runtime"], ""),
        ("astro_runtime", ["--only", "acknowledgement"], ""),
        ("astro_runtime_pinned", ["--enable", "runtime-5", "--only", "runtime-5"], ""),
    ],
)  # fmt: skip
def test_a_selection_without_a_rule_is_no_check(
    guard: Callable[..., Said], inside: Repository, script: str, words: list[str], message: str
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:13.7.0\n"})
    code, out, err = guard("--today", "2024-01-01", *words, script=script)
    assert (code, out) == (2 if message else 0, "")
    assert message in err


def test_a_folder_without_files_in_a_repository_that_has_some(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n", "dags/team/a.py": "a = 1\n"})
    monkeypatch.chdir(inside.path / "dags" / "team")
    message = "no file to check is tracked below this folder: run this at the top (cd ../..)\n"
    assert guard() == (2, "", f"astro-runtime-guard: {message}")
    assert guard("--changed")[0] == 2
    assert guard(script="astro_runtime_repo") == (0, "", "")
    inside.git("rm", "--quiet", "--cached", "Dockerfile")
    assert guard() == (0, "", "")


def test_a_folder_whose_files_are_all_excluded_is_not_empty(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.commit({"a/Dockerfile": f"{RUNTIME}:latest\n", "b/Dockerfile": f"{RUNTIME}:latest\n"})
    assert guard("--exclude", "Dockerfile") == (0, "", "")
    monkeypatch.chdir(inside.path / "a")
    assert guard("--exclude", "Dockerfile") == (0, "", "")


def test_a_hook_for_dockerfiles_lists_no_other_files(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"deployment.yaml": "deployment: {configuration: {runtime_version: latest}}\n"})
    assert guard()[0] == 1
    assert guard(script="astro_runtime") == (0, "", "")


@pytest.mark.parametrize(
    "words",
    [("--exec", "false", "HEAD^"), pytest.param(("--apply", "onto"), marks=needs_git(2, 26, "rebase --apply"))],
    ids=["merge", "apply"],
)
def test_the_hook_for_stages_does_not_stop_a_rebase(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch, words: Sequence[str]
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.2\n"})
    inside.git("switch", "--quiet", "--create", "onto")
    inside.commit({"Dockerfile": f"# in conflict\n{RUNTIME}:5.0.2\n"})
    inside.git("switch", "--quiet", "main")
    inside.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    monkeypatch.setenv("PRE_COMMIT_COMMIT_MSG_SOURCE", "message")
    inside.write("Dockerfile", f"# staged\n{RUNTIME}:latest\n")
    inside.git("add", ".")
    assert guard(script="astro_runtime_repo")[0] == 1
    inside.commit()
    assert inside.run("git", "rebase", *words, check=False).returncode == 1
    inside.write("Dockerfile", f"# more\n{RUNTIME}:latest\n")
    inside.git("add", ".")
    assert guard(script="astro_runtime_repo") == (0, "", "")
    assert guard("Dockerfile", script="astro_runtime")[0] == 1
    monkeypatch.delenv("PRE_COMMIT_COMMIT_MSG_SOURCE")
    assert guard(script="astro_runtime_repo")[0] == 1


OFF = """\
image: astro-runtime
check: ordered
enabled: false
message: never
examples: {finds: [], passes: []}
"""
NARROW = """\
repositories: [example.com/runtime]
numberings: [{name: own, tag: "{major}.{minor}"}]
"""


def test_the_summary_counts_findings_and_files(guard: Callable[..., Said], inside: Repository) -> None:
    acknowledged = f"# astro-runtime: ignore pinned-runtime: built by CI\n{RUNTIME}:5.0\n"
    head = inside.commit({"a.Dockerfile": f"{RUNTIME}:5.0\n", "b.Dockerfile": acknowledged, "Dockerfile": "FROM x\n"})
    assert guard()[1].splitlines()[-1] == f"1 finding in 1 of 3 files, compared with HEAD at {head[:7]}"
    assert guard("--no-base")[1].splitlines()[-1] == "1 finding in 1 of 3 files"
    assert guard("--no-base", "a.Dockerfile")[1].splitlines()[-1] == "1 finding in 1 of 1 file"
    inside.write("c.Dockerfile", f"{RUNTIME}:5.0\n")
    assert guard("--no-base", "a.Dockerfile", "c.Dockerfile")[1].splitlines()[-1] == "2 findings in 2 of 2 files"
    (inside.path / "c.Dockerfile").unlink()
    inside.commit({".pre-commit-config.yaml": "repos: []\n", "package.json": "{}\n"})
    assert "1 finding in 1 of 3 files" in guard()[1]
    assert guard("b.Dockerfile") == (0, "", "")
    assert "1 of 3 files" not in guard("--format", "json")[1]
    inside.commit({"dev.yaml": "deployment: {configuration: {runtime_version: 5.0.1}}\n"})
    assert "1 finding in 1 of 4 files" in guard()[1]


def test_at_most_100_findings_of_a_file_are_shown(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:latest\n" * 102})
    code, out, err = guard("--only", "pinned-runtime")
    assert (code, err, out.count("Dockerfile:")) == (1, "", 101)
    assert "\nDockerfile: 2 more findings are not shown, at most 100 of one file are\n" in out


def test_a_report_says_that_a_run_was_not_complete(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0\n", "other/Dockerfile": f"{RUNTIME}:5.0.1\n"})
    code, out, _ = guard("--format", "json")
    assert (code, json.loads(out)["problems"]) == (1, [])
    assert json.loads(out)["tool"] == {"name": "astro-runtime-guard", "version": version()}
    assert guard("--version")[1] == f"astro-runtime-guard {version()}\n"
    inside.write("other/Dockerfile", f"{RUNTIME}:5.0.1\n".encode("utf-16"))
    code, out, err = guard("--format", "json")
    report = json.loads(out)
    (problem,) = report["problems"]
    assert problem.startswith("other/Dockerfile: is UTF-16")
    assert (code, [finding["rule"] for finding in report["findings"]], problem in err) == (2, ["pinned-runtime"], True)


def test_own_rules_that_replace_ours_are_named(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0\n"})
    inside.write(".astro-runtime/no-runtime-downgrade.yaml", OFF)
    inside.write(".astro-runtime/runtime-5.yaml", OFF.replace("enabled: false\n", ""))
    inside.write(".astro-runtime/own.yaml", OFF)
    assert guard()[1].splitlines()[-2:] == [
        "own rules: no-runtime-downgrade is switched off by .astro-runtime/no-runtime-downgrade.yaml",
        "own rules: runtime-5 is replaced by .astro-runtime/runtime-5.yaml",
    ]
    assert "own rules: runtime-5 is replaced" in guard("--verbose", "--disable", "pinned-runtime")[2]
    place = Path(shipped_folder(), "places/pyproject.yaml").read_text(encoding="utf-8")
    inside.write(".astro-runtime/places/pyproject.yaml", place)
    assert len([line for line in guard()[1].splitlines() if line.startswith("own rules:")]) == 2
    inside.write(".astro-runtime/places/pyproject.yaml", place.replace("exact: true", "exact: false"))
    replaced = "own rules: the place pyproject is replaced by .astro-runtime/places/pyproject.yaml"
    assert replaced in guard()[1].splitlines()
    listed = {line.split()[0]: line for line in guard("rules", "list")[1].splitlines()}
    assert listed["no-runtime-downgrade"].endswith(".yaml, replaces the built-in rule, off until --enable")
    assert "replaces" not in listed["own"] + listed["runtime-6"]
    (inside.path / ".astro-runtime").rename(inside.path / "policy")
    assert "own rules: runtime-5 is replaced by policy/runtime-5.yaml\n" in guard("--rules", "policy")[1]
    inside.write(".astro-runtime/more/.astro-runtime/runtime-5.yaml", OFF)
    nearest = guard("--rules", ".astro-runtime/more/.astro-runtime")[1].splitlines()
    assert "own rules: runtime-5 is switched off by .astro-runtime/runtime-5.yaml" in nearest


def test_an_image_that_is_narrowed_is_named(guard: Callable[..., Said], inside: Repository) -> None:
    inside.commit({"Dockerfile": "FROM example.com/agent:1\n"})
    inside.write(".astro-runtime/images/mirror.yaml", "extends: astro-runtime\nrepositories: [example.com/agent]\n")
    assert guard()[0] == 1
    assert "own rules" not in guard()[1]
    inside.write(".astro-runtime/images/astro-remote-execution-agent.yaml", NARROW)
    image = (
        "the image astro-remote-execution-agent is narrowed by .astro-runtime/images/astro-remote-execution-agent.yaml"
    )
    assert f"own rules: {image}" in guard()[1].splitlines()


@pytest.mark.parametrize(
    ("part", "instead", "is_narrowed"),
    [
        ("^$", "", False),
        (r'^  - "\*/', r"  - example.com/agent\n\g<0>", False),
        (r'^  - "\*/.*\n', "", True),
        (r'^fixed-by: "', r"\g<0>-remote", True),
        ("^as-of: .*", "as-of: 2026-11-21", False),
    ],
    ids=["the same", "a repository more", "a repository less", "another suffix", "another day"],
)
def test_what_narrows_an_image(
    guard: Callable[..., Said], inside: Repository, part: str, instead: str, is_narrowed: bool
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0\n"})
    name = "images/astro-remote-execution-agent.yaml"
    ours = Path(shipped_folder(), name).read_text(encoding="utf-8")
    inside.write(f".astro-runtime/{name}", re.sub(part, instead, ours, flags=re.MULTILINE))
    code, out, err = guard()
    assert (code, err, "is narrowed by" in out) == (1, "", is_narrowed)


def test_rules_from_the_base_commit(guard: Callable[..., Said], inside: Repository) -> None:
    mirror = "extends: astro-runtime\nrepositories: [example.com/base]\n"
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n", ".astro-runtime/images/mirror.yaml": mirror})
    inside.git("branch", "base")
    inside.commit({".astro-runtime/no-runtime-downgrade.yaml": OFF, "other.Dockerfile": "FROM example.com/base:5\n"})
    inside.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n"})
    assert "downgrade from" not in guard("--base", "base")[1]
    out = guard("--base", "base", "--rules-from", "base")[1]
    assert "no-runtime-downgrade: downgrade from 5.0.1 to 4.2.6" in out
    assert "other.Dockerfile:1:6: pinned-runtime" in out
    assert "own rules" not in out
    shutil.rmtree(inside.path / ".astro-runtime")
    inside.write("Dockerfile", f"{RUNTIME}:latest\n")
    replaced = "own rules: no-runtime-downgrade is switched off by .astro-runtime/no-runtime-downgrade.yaml"
    assert replaced in guard("--rules-from", "base")[1].splitlines()
    assert "own rules" not in guard()[1]
    inside.git("restore", ".")
    assert "exclude each other" in guard("--rules-from", "base", "--rules", "x")[2]
    assert guard("--rules-from", "base", "--base", "gone")[0] == 2
    broken = inside.commit({".astro-runtime/images/mirror.yaml": "extend: x\n"})
    assert (
        f"{broken[:7]}:.astro-runtime/images/mirror.yaml:1:1: no key is called extend"
        in guard("--rules-from", "base")[2]
    )
    inside.commit({".astro-runtime/images/mirror.yaml": mirror, ".astro-runtime/runtime-5.yaml": OFF})
    own = "own rules: runtime-5 is switched off by .astro-runtime/runtime-5.yaml"
    assert own in guard("--rules-from", "base")[2] + guard("--rules-from", "base")[1]


@pytest.mark.parametrize("mode", ["120000", "160000"], ids=["a link", "a submodule"])
def test_rules_of_a_commit_are_files(guard: Callable[..., Said], inside: Repository, mode: str) -> None:
    first = inside.commit({"Dockerfile": f"{RUNTIME}:5.0\n"})
    name = first if mode == "160000" else inside.git("rev-parse", "HEAD:Dockerfile")
    for elsewhere in (".astro-runtime-old/a.yaml", "linked"):
        inside.git("update-index", "--add", "--cacheinfo", f"{mode},{name},{elsewhere}")
    inside.commit()
    assert guard("--rules-from", "base", "--only", "pinned-runtime", "Dockerfile")[0] == 1
    inside.git("update-index", "--add", "--cacheinfo", f"{mode},{name},.astro-runtime/\u00fc.yaml")
    commit = inside.commit()
    code, out, err = guard("--rules-from", "base", "Dockerfile")
    assert (code, out) == (2, "")
    assert f": .astro-runtime/\\xfc.yaml is not a regular file in {commit[:7]}\n" in err


def test_rules_from_the_base_where_nothing_is_compared(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--rules-from", "base", "Dockerfile")
    inside.write("Dockerfile", f"{RUNTIME}:latest\n")
    inside.write(".astro-runtime/pinned-runtime.yaml", OFF.replace("ordered", "pinned"))
    inside.git("add", ".")
    assert (guard()[0], guard(*words)[0]) == (0, 1)  # the first commit
    inside.commit()
    assert guard(*words, "--no-base") == (0, "", "")
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("CHANGE_TARGET", "elsewhere")
    assert "elsewhere" in guard(*words, "--only", "pinned-runtime")[2]
    monkeypatch.delenv("CHANGE_TARGET")
    monkeypatch.delenv("CI")
    shutil.rmtree(inside.path / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(inside.path.parent))
    assert guard(*words)[::2] == (1, "astro-runtime-guard: not in a git repository, so nothing is compared\n")


FREEZE = """\
image: astro-runtime
check: crossing
version: 5.0.0
message: upgrade from {before} to {after} reaches Runtime 5
acknowledge: once there is a date
examples: {finds: [], passes: []}
"""


def test_boundaries_that_are_grouped_keep_the_words_of_each_rule(
    guard: Callable[..., Said], inside: Repository
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n", ".astro-runtime/freeze.yaml": FREEZE})
    inside.write("Dockerfile", f"{RUNTIME}:5.0.1\n")
    out = guard()[1]
    assert "crosses 2 boundaries" in out
    assert re.search(
        r"^  (?=.*once there is a date).*, and .*, write above the FROM:  # astro-runtime: reviewed 5.0.1$",
        out,
        re.MULTILINE,
    )


def test_a_comment_that_is_not_staged_is_pointed_at(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.commit({"app/Dockerfile": f"{RUNTIME}:5.0.2\n"})
    inside.write("app/Dockerfile", f"{RUNTIME}:5.0.1\n")
    inside.write("notes", "staged\n")
    inside.git("add", "notes")
    assert "staged text" not in guard()[1]
    inside.git("add", ".")
    inside.write("notes", "not staged\n")
    assert "staged text" not in guard()[1]
    os.utime(inside.path / "app" / "Dockerfile", (1, 1))  # the same text, written again
    assert "staged text" not in guard()[1]
    inside.write("app/Dockerfile", f"# astro-runtime: downgraded 5.0.1: rolled back\n{RUNTIME}:5.0.1\n")
    hint = "the staged text is judged, and the file on disk is different:  git add -- app/Dockerfile"
    assert hint in guard()[1].splitlines()
    monkeypatch.chdir(inside.path / "app")
    assert hint.replace("app/", "") in guard()[1].splitlines()
    monkeypatch.chdir(inside.path)
    inside.git("add", "--", "app/Dockerfile")
    assert guard() == (0, "", "")


def test_a_file_on_disk_that_git_takes_for_the_same_is_not_pointed_at(
    guard: Callable[..., Said], inside: Repository
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.2\n"})
    inside.git("config", "core.autocrlf", "true")
    inside.write("Dockerfile", f"{RUNTIME}:5.0.1\r\n")
    inside.write("notes", "staged\n")
    inside.git("add", ".")
    inside.write("notes", "not staged\n")
    assert inside.git("cat-file", "blob", ":Dockerfile").endswith("5.0.1")
    code, out, _ = guard()
    assert (code, "staged text" in out) == (1, False)


LINES = """\
repositories: [example.com/runtime]
numberings: [{name: own, tag: "{major}.{minor}"}]
lines:
  - {line: "1", numbering: own, maintained-until: 2000-01-01}
  - {line: "2", numbering: own, maintained-until: 9999-12-30}
"""
OVER = """\
image: own
check: maintained
message: over
examples: {finds: [{after: "FROM example.com/runtime:1.1"}], passes: [{after: "FROM example.com/runtime:2.1"}]}
"""


def test_without_a_day_it_is_today(guard: Callable[..., Said], inside: Repository) -> None:
    inside.write(".astro-runtime/images/own.yaml", LINES)
    inside.write(".astro-runtime/over.yaml", OVER)
    inside.commit({"a.Dockerfile": "FROM example.com/runtime:1.1\n", "b.Dockerfile": "FROM example.com/runtime:2.1\n"})
    assert places(guard("--only", "over")) == ["a.Dockerfile"]
    assert places(guard("--only", "over", "--today", "9999-12-31")) == ["a.Dockerfile", "b.Dockerfile"]
    assert places(guard("--only", "over", "--today", "2000-01-01")) == []
    assert guard("rules", "test") == (0, "", "")


def test_rules_and_plan(guard: Callable[..., Said]) -> None:
    assert guard("rules", "test") == (0, "", "")
    code, out, err = guard("rules", "list")
    assert (code, err) == (0, "")
    assert "runtime-5             crossing         built in" in out.splitlines()
    code, out, err = guard("rules", "schema")
    assert (code, err, out[-3:]) == (0, "", "\n}\n")
    assert json.loads(out)["$schema"].startswith("http://json-schema.org/")
    assert guard("plan", "4.2.6", "5.0") == (
        2, "", "astro-runtime-guard: 5.0 is no full version; expected one such as 13.11.0 or 3.3-8\n",
    )  # fmt: skip
    assert guard("plan", "5.0.1", "4.2.6") == (
        2, "", "astro-runtime-guard: 4.2.6 is lower than 5.0.1; there is no plan for a downgrade\n",
    )  # fmt: skip
    code, out, _ = guard("plan", "4.2.6", "5.0.1")
    assert code == 0
    assert out.startswith("# Upgrade from 4.2.6 to 5.0.1\n\n| | before | after |\n")
    assert "- [ ] The upgrade can take 10 to 30 minutes or more" in out


def test_explain(guard: Callable[..., Said]) -> None:
    code, out, _ = guard("explain", "runtime-5")
    assert code == 0
    assert out.startswith(
        "runtime-5 (crossing, built in)\n\nsays: upgrade from {before} to {after} crosses into Runtime 5"
    )
    assert "once reviewed, write above the instruction:  # astro-runtime: reviewed <the version>" in out
    assert guard("explain", "nothing")[0] == 2


def test_explain_a_rule_without_examples(guard: Callable[..., Said], inside: Repository) -> None:
    inside.write(
        ".astro-runtime/x.yaml", "image: astro-runtime\ncheck: ordered\nmessage: m\nexamples: {finds: [], passes: []}\n"
    )
    code, out, err = guard("explain", "x")
    assert (code, err) == (0, "")
    assert out.splitlines()[1:] == [
        "", "says: m", "to acknowledge it, write above the instruction:  # astro-runtime: downgraded <the version>: <the reason>",
    ]  # fmt: skip


EXPLAINED = f"""\
image: astro-runtime
check: crossing
version: 5.0.0
message: reaches {{after}}
consider: [One thing., Another.]
acknowledge: once read
link: https://example.com/
examples:
  finds: [{{before: "{RUNTIME}:4.2.6", after: "{RUNTIME}:5.0.0"}}]
  passes:
    - {{before: "{RUNTIME}:5.0.0", after: "ARG A\\n{RUNTIME}:5.0.1"}}
    - {{before: "{RUNTIME}:5.0.0", after: "{RUNTIME}:5.0.2"}}
"""


def test_explain_a_whole_rule(guard: Callable[..., Said], inside: Repository) -> None:
    inside.write(".astro-runtime/x.yaml", EXPLAINED)
    assert guard("explain", "x")[1].split("\n")[1:] == [
        "",
        "says: reaches {after}",
        "consider: One thing.",
        "consider: Another.",
        "passes: ARG A",
        f"passes: {RUNTIME}:5.0.1",
        "once read, write above the instruction:  # astro-runtime: reviewed <the version>",
        "see: https://example.com/",
        "",
    ]
    assert guard("rules", "test") == (0, "", "")
    inside.write(".astro-runtime/x.yaml", EXPLAINED.partition("examples:")[0] + "examples: {finds: [], passes: []}\n")
    origin = (inside.path / ".astro-runtime" / "x.yaml").as_posix()
    needs = [f"{origin}:1: x: needs an example that it {it}\n" for it in ("finds", "passes")]
    assert guard("rules", "test") == (1, "".join(needs), "")


def test_an_example_that_does_not_hold(guard: Callable[..., Said], inside: Repository) -> None:
    inside.write(
        ".astro-runtime/x.yaml",
        "image: astro-runtime\ncheck: pinned\nmessage: x\nexamples:\n"
        f'  finds:\n    - after: "{RUNTIME}:5.0.1"\n  passes:\n    - after: "{RUNTIME}:5.0"\n',
    )
    code, out, _ = guard("rules", "test")
    folder = (inside.path / ".astro-runtime" / "x.yaml").as_posix()
    assert (code, out) == (
        1, f"{folder}:6: x: should find, but passes\n{folder}:8: x: should pass, but finds\n",
    )  # fmt: skip
    assert guard(script="astro_runtime_rules") == (code, out, "")
    inside.write(".astro-runtime/x.yaml", "image: [\n")
    assert guard(script="astro_runtime_rules")[0] == 2


def test_every_shipped_file_fits_the_schema(guard: Callable[..., Said]) -> None:
    validator = jsonschema.Draft7Validator(json.loads(guard("rules", "schema")[1]))
    for path in Path(shipped_folder()).rglob("*.yaml"):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)  # as an editor reads it
        document = json.loads(json.dumps(document, default=str))
        assert [error.message for error in validator.iter_errors(document)] == [], path
    assert list(validator.iter_errors({"image": "x", "check": "pinned", "mesage": "x"}))


def test_a_summary_of_the_job(guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    assert guard()[0] == 1
    assert not (inside.path / "summary.md").exists()
    code, out, _ = guard("--format", "github")
    assert code == 1
    assert out.startswith("::error file=Dockerfile,line=1,")
    assert "pinned" in (inside.path / "summary.md").read_text()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/folder.md")
    why = "GITHUB_STEP_SUMMARY no/such/folder.md: No such file or directory"
    assert guard("--format", "github")[::2] == (2, f"astro-runtime-guard: {why}\n")


def test_paths_begin_at_the_top_for_services(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.commit({"a/b/Dockerfile": f"{RUNTIME}:latest\n"})
    monkeypatch.chdir(inside.path / "a")
    assert guard()[1].startswith("b/Dockerfile:1:6: ")
    assert guard("--format", "github")[1].startswith("::error file=a/b/Dockerfile,")
    assert json.loads(guard("--format", "gitlab")[1])[0]["location"]["path"] == "a/b/Dockerfile"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_an_output_that_knows_few_characters(inside: Repository, encoding: str) -> None:
    inside.commit({"Dockerfile": f"# \u20ac \u4e2d \u202e\n{RUNTIME}:la\u4e2dtest # \u20ac\n"})
    command = (str(Path(sys.executable).parent / "astro-runtime-guard"), "--color", "always")
    done = subprocess.run(
        command, cwd=inside.path, env=inside.environment | {"PYTHONIOENCODING": encoding}, capture_output=True
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert "readable-from" in done.stdout.decode(encoding)


def test_a_pipe_that_nobody_reads(inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:latest\n"})
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        (str(Path(sys.executable).parent / "astro-runtime-guard"),),
        cwd=inside.path, env=inside.environment, stdout=writer, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (2, b"astro-runtime-guard: the report could not be written: Broken pipe\n")


def test_a_mistake_of_our_own_is_no_finding(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})
    monkeypatch.setattr("astro_runtime_guard.findings.judge.judge", lambda *_, **__: 1 // 0)
    code, out, err = guard()
    assert (code, out) == (2, "")
    assert err.startswith(
        "astro-runtime-guard: nothing was checked, because the program failed (ZeroDivisionError at run.py:"
    )
    assert len(err.splitlines()) == 1


def test_a_mistake_of_our_own_is_at_the_last_of_our_lines() -> None:
    folder = "/srv/astro_runtime_guard/lib/astro_runtime_guard/"
    called, calls = (
        compile(text, name, "exec") for text, name in (("1 // 0", "/lib/re.py"), ("\nexec(it)", f"{folder}a/b.py"))
    )
    with pytest.raises(ZeroDivisionError) as raised:
        exec(calls, {"it": called})
    why = "nothing was checked, because the program failed"
    assert internal_error(raised.value) == f"{why} (ZeroDivisionError at a/b.py:2); please report this"


def test_interrupted(guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:5.0.1\n"})

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("astro_runtime_guard.findings.judge.judge", interrupt)
    assert guard() == (130, "", "astro-runtime-guard: interrupted\n")


def test_the_way_back_from_an_upgrade_that_was_never_merged(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = inside.commit({"Dockerfile": f"{RUNTIME}:4.2.6\n"})
    inside.commit({"Dockerfile": f"{RUNTIME}:4.2.7\n"})
    inside.write("Dockerfile", f"{RUNTIME}:4.2.6\n")
    inside.git("add", "Dockerfile")
    way = "to take back an upgrade that was never merged:  ASTRO_RUNTIME_BASE={} git commit"
    assert "ASTRO_RUNTIME_BASE" not in guard()[1]
    inside.git("update-ref", "refs/remotes/origin/trunk", merged)
    inside.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert guard() == (0, "", "")
    inside.git("branch", "--move", "trunk")
    assert way.format("origin/trunk") in guard()[1]
    inside.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
    assert "ASTRO_RUNTIME_BASE" not in guard()[1]


@pytest.mark.parametrize(
    ("first", "last", "staged", "offered"),
    [
        ("4.2.6", "4.2.9", "4.2.8", True),
        ("4.2.6", "5.0.2", "5.0.1", True),  # the review is asked for then
        ("4.2.9", "5.0.1", "4.2.8", False),
        ("5.0.0", "4.2.9", "5.0.1", False),
        ("", "4.2.9", "4.2.8", False),
    ],
    ids=["passes", "an upgrade then", "lower than both", "not lower", "the first commit"],
)
def test_an_amended_commit_is_offered_where_it_would_not_lower(
    guard: Callable[..., Said], inside: Repository, monkeypatch: pytest.MonkeyPatch,
    first: str, last: str, staged: str, offered: bool,
) -> None:  # fmt: skip
    monkeypatch.setenv("GIT_INDEX_FILE", str(inside.path / ".git" / "index"))
    monkeypatch.setenv("PRE_COMMIT", "1")
    if first:
        inside.commit({"Dockerfile": f"{RUNTIME}:{first}\n", "other.Dockerfile": f"{RUNTIME}:{first}\n"})
    inside.commit({"Dockerfile": f"{RUNTIME}:{last}\n"})
    inside.write("Dockerfile", f"{RUNTIME}:{staged}\n")
    inside.write("other.Dockerfile", f"# astro-runtime: downgraded 4.2.5: rolled back\n{RUNTIME}:4.2.5\n")
    inside.write("third.Dockerfile", f"{RUNTIME}:latest\n")
    inside.git("add", ".")
    offer = "if you amend the last commit:  ASTRO_RUNTIME_BASE=HEAD^ git commit --amend"
    lines = guard(script="astro_runtime_repo")[1].splitlines()
    assert (offer in lines) is offered
    assert lines[-1].startswith("to leave out files, use args: [--exclude, REGEX]")
    assert offer not in guard("--base", "HEAD", script="astro_runtime_repo")[1]
    # On a topic, main counts, and an amended commit would be lower than main too.
    inside.git("update-ref", "refs/remotes/origin/main", "HEAD")
    inside.git("switch", "--quiet", "--create", "topic")
    assert offer not in guard(script="astro_runtime_repo")[1]
