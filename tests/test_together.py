"""What takes more than one file to see, in real repositories: contradictions, clients, and moves to another file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import run_script
from repository import Repository, make_repository

RUNTIME = "FROM astrocrpublic.azurecr.io/runtime"
AGENT = "FROM images.astronomer.cloud/baseimages/astro-remote-execution-agent"
BARE = '[project]\nname = "x"\n'
Result = tuple[int, list[str]]
Guard = Callable[..., Result]
SCRIPTS = ("astro_runtime_declarations", "astro_runtime_guard", "astro_runtime_repo")


def pyproject(runtime: str) -> str:
    return f'{BARE}[tool.astro]\nruntime = "{runtime}"\n'


def names(dockerfile: str) -> str:
    return f'{BARE}[tool.astro]\ndockerfile = "{dockerfile}"\n'


def deployment(runtime: str) -> str:
    return f"deployment:\n  configuration:\n    runtime_version: {runtime}\n"


@pytest.fixture
def guard(inside: Repository, monkeypatch: pytest.MonkeyPatch) -> Guard:
    """Runs a console script in the repository: its exit code, and `path rule (old path)` for each finding in order."""

    def run(*argv: str, script: str = "astro_runtime_declarations", **environ: str) -> Result:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            code, out, err = run_script(script, *argv)
        return code, list(_findings(out)) if code < 2 else err.splitlines()

    return run


def _findings(report: str) -> Iterator[str]:
    for block in re.split(r"^(?=\S+:[0-9]+:[0-9]+: )", report, flags=re.MULTILINE)[1:]:
        path, rule = re.match(r"(\S+?):[0-9]+:[0-9]+: (\S+):", block).groups()  # type: ignore[union-attr]
        old = re.search(r"^  compared with .*, where the file was (\S+)$", block, flags=re.MULTILINE)
        yield f"{path} {rule}" + (f" ({old[1]})" if old else "")


def stage(repository: Repository, **files: str | None) -> None:
    """Write and stage files by their names, in which `__` stands for a slash and `_` for a dot; None removes one."""
    for name, text in files.items():
        path = name.replace("__", "/").replace("_", ".")
        if text is None:
            repository.git("rm", "--quiet", "--force", "--", path)
        else:
            repository.write(path, text)
            repository.git("add", "--", path)


def test_the_hooks_for_dockerfiles_report_no_other_place(guard: Guard, inside: Repository) -> None:
    stage(inside, Dockerfile=f"{RUNTIME}:3.2-5\n", pyproject_toml=pyproject("3.2"), dev_yaml=deployment("3.3-8"))
    for script in ("astro_runtime", "astro_runtime_pinned"):
        assert guard("Dockerfile", script=script) == guard(script=script) == (0, [])
    assert guard("pyproject.toml", script="astro_runtime") == (1, ["pyproject.toml pinned-runtime"])
    assert guard("pyproject.toml")[1] == ["dev.yaml consistent-runtime", "pyproject.toml pinned-runtime"]


def test_the_findings_of_one_dockerfile_are_left_to_its_own_hooks(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-8\n"})
    stage(inside, Dockerfile=f"# astro-runtime: ignore nothing: at all\n{RUNTIME}:3.1\n")
    assert guard("Dockerfile") == (0, [])
    both = ["Dockerfile acknowledgement", "Dockerfile no-runtime-downgrade", "Dockerfile pinned-runtime"]
    assert (guard("Dockerfile", script="astro_runtime")[0], sorted(guard(script="astro_runtime_repo")[1])) == (1, both)
    stage(inside, Dockerfile=f"# astro-runtime: ignore consistent-runtime\n{RUNTIME}:3.3-8\n")
    assert guard("Dockerfile") == (1, ["Dockerfile acknowledgement"])


@pytest.mark.parametrize("script", SCRIPTS)
def test_one_contradiction_is_one_finding_whichever_file_is_given(
    guard: Guard, inside: Repository, script: str
) -> None:
    inside.commit(
        {"Dockerfile": f"{RUNTIME}:3.3-7\n", "dev.yaml": deployment("3.3-7"), "a/dev.yaml": deployment("3.3-9")}
    )
    assert guard(script=script) == (0, [])
    stage(inside, dev_yaml=deployment("3.3-8"))
    expected = (1, ["dev.yaml consistent-runtime"])
    assert guard(script=script) == expected
    for given in (["Dockerfile"], ["dev.yaml"], ["Dockerfile", "dev.yaml"]):
        assert guard(*given, script=script) == expected
    stage(inside, Dockerfile=f"{RUNTIME}:3.3-8\n")
    assert guard("Dockerfile", script=script) == (0, [])


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_deployment_file_may_stay_behind_and_change_in_any_direction(
    guard: Guard, inside: Repository, script: str
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-8\n", "dev.yaml": deployment("3.2-5")})
    assert guard(script=script) == guard("dev.yaml", script=script) == (0, [])
    for runtime in ("3.2-4", "12.1.0", "3.3-8"):
        stage(inside, dev_yaml=deployment(runtime))
        assert guard("dev.yaml", script=script) == guard(script=script) == (0, [])
        inside.commit()
    stage(inside, dev_yaml=deployment("3.3"))
    assert guard("dev.yaml", script=script) == (1, ["dev.yaml pinned-runtime"])


def test_a_deployment_file_needs_no_base(guard: Guard, inside: Repository) -> None:
    inside.commit({"dev.yaml": deployment("3.2-5"), "pyproject.toml": pyproject("3.3-8")})
    ci = {"CI": "true", "GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "not-in-the-clone"}
    assert guard("dev.yaml", **ci) == (0, [])
    assert guard("pyproject.toml", **ci)[0] == 2


def test_a_sibling_is_read_from_the_index_where_that_is_committed(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-6\n", "dev.yaml": deployment("3.3-8")})
    inside.write("dev.yaml", deployment("3.3-7"))
    stage(inside, Dockerfile=f"{RUNTIME}:3.3-7\n")
    assert guard("Dockerfile") == (1, ["dev.yaml consistent-runtime"])
    inside.git("add", "dev.yaml")
    inside.write("dev.yaml", deployment("3.3-8"))
    assert guard("Dockerfile") == (0, [])
    inside.commit({"other/Dockerfile": f"{RUNTIME}:3.3-7\n"})
    stage(inside, Dockerfile=f"{RUNTIME}:3.3-7\n# more\n")
    assert guard("Dockerfile", "other/Dockerfile") == (0, [])
    inside.git("rm", "--quiet", "--force", "--cached", "dev.yaml")
    assert guard("Dockerfile") == (0, [])


def test_a_submodule_beside_a_file_is_not_read(guard: Guard, inside: Repository) -> None:
    head = inside.commit({"Dockerfile": f"{RUNTIME}:3.3-6\n"})
    inside.git("update-index", "--add", "--cacheinfo", f"160000,{head},dev.yaml")
    stage(inside, Dockerfile=f"{RUNTIME}:3.3-7\n")
    assert guard("Dockerfile") == (0, [])


def test_a_named_dockerfile_behind_a_link_is_read_from_the_index(guard: Guard, inside: Repository) -> None:
    inside.commit({"real/Base": f"{RUNTIME}:3.2-5\n"})
    (inside.path / "docker").symlink_to("real")
    stage(inside, pyproject_toml=names("docker/Base"), real__Base=f"{RUNTIME}:3.2\n")
    inside.git("add", "docker")
    inside.write("real/Base", f"{RUNTIME}:3.2-6\n")
    assert guard("pyproject.toml") == (1, ["docker/Base pinned-runtime"])


def test_a_sibling_that_is_a_link_is_read_from_the_index_too(guard: Guard, inside: Repository) -> None:
    (inside.path / "dev.yaml").symlink_to("shared/dev")
    inside.git("add", "dev.yaml")
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-6\n", "shared/dev": deployment("3.3-8")})
    inside.write("shared/dev", deployment("3.3-7"))
    stage(inside, Dockerfile=f"{RUNTIME}:3.3-7\n")
    assert guard("Dockerfile") == (1, ["dev.yaml consistent-runtime"])
    inside.git("add", "shared/dev")
    assert guard("Dockerfile") == (0, [])
    inside.git("rm", "--quiet", "--cached", "shared/dev")
    assert guard("Dockerfile") == (0, [])
    inside.git("add", "shared/dev")
    (inside.path / "dev.yaml").unlink()
    inside.commit({"dev.yaml": deployment("3.3-8")})
    (inside.path / "dev.yaml").unlink()
    (inside.path / "dev.yaml").symlink_to("shared/dev")
    stage(inside, Dockerfile=f"{RUNTIME}:3.3-7\n# more\n")
    assert guard("Dockerfile") == (1, ["dev.yaml consistent-runtime"])


def test_a_project_above_is_left_alone_unless_it_has_a_leader(
    guard: Guard, inside: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-7\n", "dev.yaml": deployment("3.3-8")})
    inside.commit({"app/Dockerfile": f"{RUNTIME}:3.3-7\n"})
    assert guard("app/Dockerfile") == (0, [])
    stage(inside, pyproject_toml=BARE)
    assert guard("app/Dockerfile", "--exclude", "pyproject") == (0, [])
    stage(inside, pyproject_toml=names("app/Dockerfile"))
    assert guard("app/Dockerfile") == (1, ["dev.yaml consistent-runtime"])
    monkeypatch.chdir(inside.path / "app")
    assert guard() == (1, ["../dev.yaml consistent-runtime"])


def test_a_sibling_is_read_from_disk_where_nothing_is_staged(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-6\n", "dev.yaml": deployment("3.3-8")})
    inside.write("Dockerfile", f"{RUNTIME}:3.3-7\n")
    assert guard("Dockerfile") == (1, ["dev.yaml consistent-runtime"])
    inside.write("dev.yaml", deployment("3.3-7"))
    assert guard("Dockerfile") == (0, [])


def test_a_sibling_is_read_from_the_end_of_a_range(guard: Guard, inside: Repository) -> None:
    first = inside.commit({"Dockerfile": f"{RUNTIME}:3.3-6\n", "dev.yaml": deployment("3.3-8")})
    second = inside.commit({"Dockerfile": f"{RUNTIME}:3.3-7\n"})
    third = inside.commit({"dev.yaml": deployment("3.3-7")})
    bad = guard("Dockerfile", PRE_COMMIT_FROM_REF=first, PRE_COMMIT_TO_REF=second)
    assert bad == (1, ["dev.yaml consistent-runtime"])
    assert guard("Dockerfile", PRE_COMMIT_FROM_REF=first, PRE_COMMIT_TO_REF=third) == (0, [])


def test_a_client_and_the_runtime_beside_it(guard: Guard, inside: Repository) -> None:
    client = f"{AGENT}:3.1-2-python-3.12-astro-agent-1.1.0\n"
    inside.commit({"Dockerfile": f"{RUNTIME}:3.1-2\n", "Dockerfile.client": client})
    stage(inside, Dockerfile=f"# astro-runtime: downgraded 3.1-1: rolled back\n{RUNTIME}:3.1-1\n")
    assert guard("Dockerfile") == (1, ["Dockerfile.client client-runtime"])
    assert guard() == guard("Dockerfile.client") == guard("Dockerfile")
    stage(inside, Dockerfile_client=client.replace("3.1-2", "3.0-4"))
    assert guard("Dockerfile", "Dockerfile.client") == (0, [])
    stage(inside, Dockerfile_client=f"# astro-runtime: ignore client-runtime: deployed already\n{client}")
    assert guard("Dockerfile", "Dockerfile.client") == (0, [])


def test_a_review_answers_for_its_folder_alone(guard: Guard, inside: Repository) -> None:
    inside.commit({f"{folder}/Dockerfile": f"{RUNTIME}:3.2-5\n" for folder in "ab"})
    stage(
        inside, a__Dockerfile=f"# astro-runtime: reviewed 3.3-8\n{RUNTIME}:3.3-8\n", b__Dockerfile=f"{RUNTIME}:3.3-8\n"
    )
    assert guard(script="astro_runtime_guard") == (1, ["b/Dockerfile runtime-3.3"])


def test_each_folder_is_a_project_of_its_own(guard: Guard, inside: Repository) -> None:
    stage(
        inside,
        Dockerfile=f"{RUNTIME}:3.2-5\n",
        a__Dockerfile=f"{RUNTIME}:3.3-8\n",
        a__pyproject_toml=pyproject("3.2-5"),
    )
    assert guard() == (1, ["a/pyproject.toml consistent-runtime"])
    stage(inside, a__Dockerfile=f"{RUNTIME}:3.2-5\n", Dockerfile=f"{RUNTIME}:3.3-8\n")
    assert guard() == (0, [])


def move(inside: Repository, guard: Guard, runtime: str, *options: str) -> Result:
    """A project with Runtime 3.2-5 in its Dockerfile moves to [tool.astro] in one commit."""
    stage(inside, Dockerfile=None, pyproject_toml=pyproject(runtime))
    return guard("pyproject.toml", *options)


def test_a_file_that_names_no_version_has_a_project_too(guard: Guard, inside: Repository) -> None:
    inside.commit({"pyproject.toml": pyproject("3.3-7"), "dev.yaml": deployment("3.3-8")})
    stage(inside, Dockerfile="FROM scratch\n")
    for script in SCRIPTS:
        assert guard("Dockerfile", script=script) == (1, ["dev.yaml consistent-runtime"])
    assert guard("Dockerfile", script="astro_runtime") == (0, [])
    stage(inside, dev_yaml=deployment("3.3-7"))
    for script in SCRIPTS:
        assert guard("Dockerfile", script=script) == (0, [])


@pytest.mark.parametrize("before", [None, BARE], ids=["a new file", "a file that was there"])
def test_a_move_to_pyproject_is_compared(guard: Guard, inside: Repository, before: str | None) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.2-5\n", **({} if before is None else {"pyproject.toml": before})})
    assert move(inside, guard, "3.2-4") == (1, ["pyproject.toml no-runtime-downgrade (Dockerfile)"])
    assert guard("pyproject.toml", "--only", "runtime-3.3") == (0, [])
    assert guard("pyproject.toml", "--only", "no-runtime-downgrade")[0] == 1
    stage(inside, pyproject_toml=pyproject("3.3-8"))
    assert guard("pyproject.toml") == (1, ["pyproject.toml runtime-3.3 (Dockerfile)"])
    assert guard(script="astro_runtime_repo") == (1, ["pyproject.toml runtime-3.3 (Dockerfile)"])
    assert guard("pyproject.toml", "--no-base") == (0, [])
    stage(inside, pyproject_toml=pyproject("3.2-5"))
    assert guard("pyproject.toml") == (0, [])


def test_a_move_back_is_compared_once(guard: Guard, inside: Repository) -> None:
    inside.commit({"pyproject.toml": pyproject("3.2-5")})
    stage(inside, pyproject_toml=BARE, Dockerfile=f"{RUNTIME}:3.2-4\n")
    assert guard("Dockerfile", "pyproject.toml") == (1, ["Dockerfile no-runtime-downgrade (pyproject.toml)"])
    assert guard("Dockerfile", script="astro_runtime") == (0, [])
    stage(inside, pyproject_toml=None)
    assert guard("Dockerfile") == (1, ["Dockerfile no-runtime-downgrade (pyproject.toml)"])
    assert guard(script="astro_runtime_guard") == guard("Dockerfile")
    stage(inside, Dockerfile=f"{RUNTIME}:3.2-5-base\n")
    assert guard("Dockerfile") == (0, [])


def test_a_move_from_a_file_with_both_keys_is_compared_with_the_dockerfile(guard: Guard, inside: Repository) -> None:
    both = f'{names("docker/Base")}runtime = "3.2-5"\n'
    inside.commit({"pyproject.toml": both, "docker/Base": f"{RUNTIME}:3.2-4\n"})
    stage(inside, docker__Base=None, pyproject_toml=BARE, Dockerfile=f"{RUNTIME}:3.2-4 AS x\n{RUNTIME}:3.2-4-base\n")
    assert guard("Dockerfile") == (0, [])
    stage(inside, Dockerfile=f"{RUNTIME}:3.2-4 AS x\n{RUNTIME}:3.2-3\n")
    assert guard("Dockerfile") == (1, ["Dockerfile no-runtime-downgrade (docker/Base)"])


@pytest.mark.parametrize("version", ["3.2-4", "3.2-5"])
def test_a_dockerfile_named_beside_a_version_is_one_contradiction(
    guard: Guard, inside: Repository, version: str
) -> None:
    inside.commit({"pyproject.toml": pyproject("3.2-5")})
    both = f'{pyproject("3.2-5")}dockerfile = "docker/Base"\n'
    stage(inside, pyproject_toml=both, docker__Base=f"{RUNTIME}:{version}\n")
    expected = (1, ["pyproject.toml consistent-runtime"])
    assert guard("pyproject.toml") == guard(script="astro_runtime_repo") == expected
    stage(inside, pyproject_toml=pyproject("3.2-5"))
    assert guard("pyproject.toml") == (0, [])


@pytest.mark.parametrize("version", ["3.2-4", "3.2-5"])
def test_a_version_beside_a_named_dockerfile_is_one_contradiction(
    guard: Guard, inside: Repository, version: str
) -> None:
    inside.commit({"pyproject.toml": names("docker/Base"), "docker/Base": f"{RUNTIME}:3.2-5\n"})
    stage(inside, pyproject_toml=f'{names("docker/Base")}runtime = "{version}"\n')
    assert guard("pyproject.toml") == (1, ["pyproject.toml consistent-runtime"])
    stage(inside, pyproject_toml=names("docker/Base"))
    assert guard("pyproject.toml") == (0, [])


def test_a_move_is_compared_with_a_base_that_is_named_and_in_ci(guard: Guard, inside: Repository) -> None:
    first = inside.commit({"Dockerfile": f"{RUNTIME}:3.2-5\n", "pyproject.toml": BARE})
    inside.git("update-ref", "refs/remotes/origin/main", first)
    inside.git("checkout", "--quiet", "-b", "side")
    stage(inside, Dockerfile=None, pyproject_toml=pyproject("3.2-4"))
    inside.commit()
    expected = (1, ["pyproject.toml no-runtime-downgrade (Dockerfile)"])
    assert guard() == (0, [])
    assert guard("--base", first) == guard("pyproject.toml", "--base", first) == expected
    ci = {"CI": "true", "GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    assert guard("pyproject.toml", **ci) == guard(**ci) == expected


def test_a_merge_is_compared_with_every_parent_across_a_move(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.2-5\n", "pyproject.toml": BARE})
    inside.git("checkout", "--quiet", "-b", "side")
    stage(inside, Dockerfile=None, pyproject_toml=pyproject("3.2-5"))
    inside.commit()
    inside.git("checkout", "--quiet", "main")
    inside.commit({"Dockerfile": f"{RUNTIME}:3.2-6\n"})
    inside.run("git", "merge", "--no-commit", "side", check=False)
    stage(inside, Dockerfile=None)
    assert guard("pyproject.toml") == (1, ["pyproject.toml no-runtime-downgrade (Dockerfile)"])
    stage(inside, pyproject_toml=pyproject("3.2-6"))
    assert guard("pyproject.toml") == (0, [])


def test_a_move_in_a_merge_is_compared_with_the_branch_that_receives_it(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.2-5\n", "pyproject.toml": BARE})
    inside.git("checkout", "--quiet", "-b", "side")
    inside.commit({"Dockerfile": f"{RUNTIME}:3.2-6\n"})
    inside.git("checkout", "--quiet", "main")
    inside.commit({"other": ""})
    inside.run("git", "merge", "--no-commit", "side", check=False)
    stage(inside, Dockerfile=None, pyproject_toml=pyproject("3.2-4"))
    assert guard("pyproject.toml") == (1, ["pyproject.toml no-runtime-downgrade (Dockerfile)"])
    for given_up_or_taken in ("3.2-5", "3.2-6"):
        stage(inside, pyproject_toml=pyproject(given_up_or_taken))
        assert guard("pyproject.toml") == (0, [])


def test_a_named_dockerfile_is_judged_whatever_its_name(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.2-5\n", "pyproject.toml": BARE})
    inside.write("docker/Base", f"{RUNTIME}:3.2\n")
    stage(inside, Dockerfile=None, pyproject_toml=names("docker/Base"), docker__Base=f"{RUNTIME}:3.2\n")
    expected = (1, ["docker/Base pinned-runtime"])
    assert guard("pyproject.toml") == guard() == expected
    stage(inside, docker__Base=f"{RUNTIME}:3.2-4\n")
    expected = (1, ["docker/Base no-runtime-downgrade (Dockerfile)"])
    assert guard("pyproject.toml") == guard() == guard("docker/Base") == expected
    inside.commit()
    stage(inside, docker__Base=f"{RUNTIME}:3.2-3\n")
    expected = (1, ["docker/Base no-runtime-downgrade"])
    assert guard(script="astro_runtime_repo") == guard("docker/Base") == expected
    stage(inside, docker__Base=f"{RUNTIME}:3.2-4-base\n")
    assert guard() == (0, [])


@pytest.mark.parametrize("name", ["..", "/Dockerfile", "../Dockerfile", "a/../../Dockerfile"])
def test_a_named_dockerfile_outside_the_repository_is_refused(guard: Guard, inside: Repository, name: str) -> None:
    stage(inside, pyproject_toml=names(name))
    code, errors = guard("pyproject.toml")
    assert code == 2
    assert f"names the Dockerfile {name}, which is no path in this repository" in errors[0]
    inside.commit()
    stage(inside, pyproject_toml=BARE)
    assert guard("pyproject.toml") == (0, [])


def test_a_dockerfile_that_is_named_no_more_is_not_judged(guard: Guard, inside: Repository) -> None:
    inside.commit({"pyproject.toml": names("docker/Base"), "docker/Base": f"{RUNTIME}:latest\n"})
    assert guard("pyproject.toml") == (1, ["docker/Base pinned-runtime"])
    stage(inside, pyproject_toml=BARE)
    assert guard("pyproject.toml") == (0, [])


def test_a_named_dockerfile_of_a_usual_name_is_left_to_its_own_hooks(guard: Guard, inside: Repository) -> None:
    inside.commit({"docker/Dockerfile": f"{RUNTIME}:3.2\n", "dev.yaml": deployment("3.3-8")})
    stage(inside, pyproject_toml=names("docker/Dockerfile"))
    assert guard("pyproject.toml") == (1, ["dev.yaml consistent-runtime"])
    assert guard("docker/Dockerfile") == (1, ["dev.yaml consistent-runtime"])
    assert guard("pyproject.toml", script="astro_runtime_guard") == (1, ["dev.yaml consistent-runtime"])


def test_a_dockerfile_that_a_file_beside_names_is_not_judged(guard: Guard, inside: Repository) -> None:
    inside.commit({"pyproject.toml": names("docker/Base"), "docker/Base": f"{RUNTIME}:latest\n"})
    stage(inside, dev_yaml=deployment("3.3-8"))
    assert guard("dev.yaml") == (0, [])
    assert guard("pyproject.toml") == (1, ["docker/Base pinned-runtime"])
    assert guard("pyproject.toml", "--exclude", "pyproject") == (1, ["docker/Base pinned-runtime"])


def test_a_named_dockerfile_beside_its_file_is_one_contradiction(guard: Guard, inside: Repository) -> None:
    requires = BARE + 'dependencies = ["apache-airflow==3.2.*"]\n[tool.astro]\ndockerfile = "Dockerfile"\n'
    stage(inside, pyproject_toml=requires, Dockerfile=f"{RUNTIME}:3.3-8\n")
    assert guard("pyproject.toml") == guard("Dockerfile") == (1, ["Dockerfile consistent-runtime"])


def test_a_dockerfile_that_comes_into_use_is_compared_with_the_one_before(guard: Guard, inside: Repository) -> None:
    old, new = f"{RUNTIME}:3.2-4\n", f"{RUNTIME}:3.2-5\n"
    inside.commit({"new/Dockerfile": new, "old/Dockerfile": old, "pyproject.toml": names("new/Dockerfile")})
    stage(inside, pyproject_toml=names("old/Dockerfile"))
    expected = (1, ["old/Dockerfile no-runtime-downgrade (new/Dockerfile)"])
    assert guard("pyproject.toml") == guard() == expected
    inside.commit()
    stage(inside, pyproject_toml=names("new/Dockerfile"))
    assert guard("pyproject.toml") == (0, [])


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(
    ("deployed", "rule"), [("3.1-2", "runtime-3.2"), ("3.2-5", "no-runtime-downgrade"), ("3.2-4", ""), ("3.2-3", "")]
)
def test_a_dockerfile_that_was_not_in_use_is_compared_with_what_was_deployed(
    guard: Guard, inside: Repository, deployed: str, rule: str, script: str
) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.2-4\n", "pyproject.toml": pyproject(deployed)})
    stage(inside, pyproject_toml=None)
    expected = [f"Dockerfile {rule} (pyproject.toml)"] if rule else []
    only = ("--only", rule or "no-runtime-downgrade")
    for words in ((), ("--changed",), ("--changed", *only)):
        assert guard(*words, script=script) == (bool(rule), expected)


TEAM_FILE = r"""files: (?:^|/)[a-z]*\.(?:yaml|json)$
format: [yaml, json]
image: astro-runtime
version: team.runtime
"""


def test_places_are_renamed_like_dockerfiles(guard: Guard, inside: Repository) -> None:
    inside.commit(
        {
            ".astro-runtime/places/team-file.yaml": TEAM_FILE,
            "dev.yaml": "team: {runtime: 9.10.0}\n",
            "a/prod.json": '{"team": {"runtime": "9.10.0"}}',
        }
    )
    inside.git("mv", "dev.yaml", "development.yaml")
    inside.git("mv", "a/prod.json", "a/production.json")
    for path in ("development.yaml", "a/production.json"):
        inside.write(path, (inside.path / path).read_text().replace("9.10.0", "9.9.0"))
        inside.git("add", path)
    renamed = [
        "a/production.json no-runtime-downgrade (a/prod.json)",
        "development.yaml no-runtime-downgrade (dev.yaml)",
    ]
    assert guard() == (1, renamed)
    assert guard("development.yaml") == (1, renamed[1:])


@pytest.mark.parametrize(("tag", "found"), [("latest", ["docker/base pinned-runtime"]), ("3.2-5", [])])
def test_a_place_of_one_s_own_can_name_a_dockerfile_alone(
    guard: Guard, inside: Repository, tag: str, found: list[str]
) -> None:
    inside.commit(
        {
            ".astro-runtime/places/team-file.yaml": f"{TEAM_FILE}dockerfile: team.dockerfile\n",
            "app.json": '{"team": {"dockerfile": "docker/base"}}',
            "docker/base": f"{RUNTIME}:{tag}\n",
        }
    )
    assert guard() == guard("app.json") == (len(found), found)


@pytest.mark.parametrize(("decides", "lower"), [("runs", ["dev.yaml consistent-runtime"]), ("creates", [])])
def test_what_a_place_decides(guard: Guard, inside: Repository, decides: str, lower: list[str]) -> None:
    inside.commit(
        {
            ".astro-runtime/places/team-file.yaml": f"{TEAM_FILE}decides: {decides}\n",
            "Dockerfile": f"{RUNTIME}:3.2-5\n",
            "dev.yaml": "team: {runtime: 3.2-5}\n",
        }
    )
    assert guard("dev.yaml") == (0, [])
    stage(inside, dev_yaml="team: {runtime: 3.2-6}\n")
    assert guard("dev.yaml") == (1, ["dev.yaml consistent-runtime"])
    stage(inside, dev_yaml="team: {runtime: 3.2-4}\n")
    compared = ["dev.yaml no-runtime-downgrade"] if decides == "runs" else []
    assert guard("dev.yaml") == (1 if lower else 0, [*lower, *compared])


def test_a_new_deployment_file_takes_the_place_of_no_dockerfile(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-8\n"})
    stage(inside, Dockerfile=None, dev_yaml=deployment("3.3-7"))
    assert guard("dev.yaml") == (0, [])


def test_a_file_that_cannot_be_read_exits_with_2(guard: Guard, inside: Repository) -> None:
    inside.commit({"values.yaml": "runtime_version: {{ x }\n", "Dockerfile": f"{RUNTIME}:3.2-5\n"})
    code, errors = guard("values.yaml")
    assert code == 2
    assert errors[0].startswith("astro-runtime-declarations: values.yaml:2:1: not YAML: ")
    assert errors[0].endswith("or exclude this file if it names no version)")
    assert guard()[0] == 2
    assert guard("--exclude", "values") == (0, [])
    assert guard("Dockerfile") == (0, [])  # values.yaml is only read beside it
    inside.write("values.yaml", deployment("3.3"))
    assert guard("values.yaml")[1] == ["values.yaml consistent-runtime", "values.yaml pinned-runtime"]


def test_an_excluded_file_is_not_read_beside_another(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-7\n", "dev.yaml": deployment("3.3-8")})
    assert guard("Dockerfile") == (1, ["dev.yaml consistent-runtime"])
    assert guard("Dockerfile", "--exclude", "dev") == (0, [])


def test_below_the_top(guard: Guard, inside: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    inside.commit(
        {
            "a/pyproject.toml": names("docker/Base"),
            "a/docker/Base": f"{RUNTIME}:3.3-7\n",
            "a/dev.yaml": deployment("3.3-8"),
        }
    )
    monkeypatch.chdir(inside.path / "a" / "docker")
    assert guard("Base") == (1, ["../dev.yaml consistent-runtime"])
    monkeypatch.chdir(inside.path / "a")
    assert guard() == (1, ["dev.yaml consistent-runtime"])
    assert guard(str(inside.path / "a" / "dev.yaml")) == (1, [f"{inside.path}/a/dev.yaml consistent-runtime"])


def test_links_and_vanished_siblings(guard: Guard, inside: Repository) -> None:
    inside.commit(
        {"Dockerfile": f"{RUNTIME}:3.3-8\n", "real.yaml": deployment("3.3-8"), "gone.yaml": deployment("3.3-9")}
    )
    (inside.path / "a").mkdir()
    (inside.path / "a" / "dev.yaml").symlink_to("../real.yaml")
    stage(inside, gone_yaml=None, a__Dockerfile=f"{RUNTIME}:3.3-7\n")
    inside.git("add", "a")
    assert guard("Dockerfile") == (0, [])
    assert guard("a/Dockerfile") == (1, ["a/dev.yaml consistent-runtime"])


def test_outside_any_repository_the_given_files_stand_together(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "Dockerfile").write_text(f"{RUNTIME}:3.3-7\n")
    (tmp_path / "dev.yaml").write_text(deployment("3.3-8"))
    assert guard("Dockerfile", "dev.yaml") == (1, ["dev.yaml consistent-runtime"])
    assert guard("Dockerfile") == (0, [])


PROCESSES = {
    "a Dockerfile hook": ("astro_runtime", ["Dockerfile"], ["rev-parse", "diff-index", "cat-file"]),
    "places": ("astro_runtime_declarations", ["dev.yaml"], ["rev-parse", "diff-index", "ls-files", "cat-file"]),
    "a Dockerfile that is named": (
        "astro_runtime_declarations", ["pyproject.toml"], ["rev-parse", "diff-index", "ls-files", "cat-file", "cat-file"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("script", "given", "expected"), PROCESSES.values(), ids=PROCESSES)
def test_how_often_git_is_asked(
    inside: Repository, guard: Guard, tmp_path: Path, script: str, given: list[str], expected: list[str]
) -> None:
    old = deployment("3.3-7")
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-7\n", "dev.yaml": old, "docker/Base": f"{RUNTIME}:3.3-7\n"})
    stage(inside, Dockerfile=f"{RUNTIME}:3.3-8\n", dev_yaml=deployment("3.3-8"))
    if "pyproject.toml" in given:
        stage(inside, pyproject_toml=names("docker/Base"), docker__Base=f"{RUNTIME}:3.3-8\n")
    trace = tmp_path / "trace"
    guard(*given, script=script, GIT_TRACE=str(trace))
    asked = re.findall(r"trace: built-in: git ([a-z-]+)", trace.read_text())
    assert sorted(asked) == sorted(expected)  # some are asked side by side


def test_files_of_a_repository_inside_are_not_read(guard: Guard, inside: Repository) -> None:
    inside.commit({"Dockerfile": f"{RUNTIME}:3.3-7\n"})
    make_repository(inside.path / "inner").commit({"dev.yaml": deployment("3.3-8")})
    assert guard("Dockerfile") == guard() == (0, [])


@pytest.mark.parametrize(
    ("named", "findings"),
    [("3.2-5", ["pyproject.toml no-runtime-downgrade (docker/Base)"]), ("3.2-4", []), ("3.2-3", [])],
)
def test_a_version_that_was_unused_beside_a_named_dockerfile(
    guard: Guard, inside: Repository, named: str, findings: list[str]
) -> None:
    """Before, the Dockerfile decided what ran; now the version in the file itself does."""
    both = pyproject("3.2-4").replace("runtime =", 'dockerfile = "docker/Base"\nruntime =')
    stage(inside, pyproject_toml=both, docker__Base=f"{RUNTIME}:{named}\n")
    inside.commit()
    stage(inside, pyproject_toml=pyproject("3.2-4"), docker__Base=None)
    expected = (1, findings) if findings else (0, [])
    assert guard("pyproject.toml") == expected
    assert guard(script="astro_runtime_repo") == expected
