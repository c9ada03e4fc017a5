"""Shows the main job: real commits in a temporary git repository, through the real pre-commit.

    python .ci/demo.py

Commits a pinned Runtime, then tries what the hooks refuse: no full version, a lower Runtime, and an upgrade into
Runtime 5, which passes once a person has reviewed it. Exits with 0 if every step went as expected.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from repository import Repository, make_repository

PROJECT = Path(__file__).parent.parent
IMAGE = "FROM quay.io/astronomer/astro-runtime"
CONFIG = """\
repos:
  - repo: {project}
    rev: {rev}
    hooks:
      - id: astro-runtime
"""

STEPS = (
    ("A pinned Runtime is committed", f"{IMAGE}:4.2.6\n", True),
    ("A tag that is no full version is refused", f"{IMAGE}:4.2\n", False),
    ("A lower Runtime is refused", f"{IMAGE}:4.2.5\n", False),
    ("An upgrade into Runtime 5 is refused", f"{IMAGE}:5.0.1\n", False),
    ("The same upgrade, reviewed, is committed", f"# astro-runtime: reviewed 5.0.1\n{IMAGE}:5.0.1\n", True),
    ("A later patch is committed", f"# astro-runtime: reviewed 5.0.1\n{IMAGE}:5.0.2\n", True),
)


def main() -> int:
    """Run all steps; 0 if each was accepted or refused as expected."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        repository = make_repository(Path(folder) / "airflow-project", PRE_COMMIT_HOME=str(Path(folder) / "cache"))
        install_hook(repository)
        return sum(not play(repository, *step) for step in STEPS)


def install_hook(repository: Repository) -> None:
    """Write the configuration, for this project as it is committed, and install the hook as a user would."""
    rev = repository.git("-C", str(PROJECT), "rev-parse", "HEAD")
    repository.commit({".pre-commit-config.yaml": CONFIG.format(project=PROJECT.as_posix(), rev=rev)})
    repository.run(sys.executable, "-m", "pre_commit", "install", "--install-hooks")


def play(repository: Repository, title: str, dockerfile: str, accepted: bool) -> bool:
    """Commit one Dockerfile, print what happened, and return whether it was expected."""
    repository.write("Dockerfile", dockerfile)
    repository.git("add", "Dockerfile")
    done = repository.run("git", "commit", "-m", title, check=False)
    expected = (done.returncode == 0) is accepted
    print(f"\n== {title}{'' if expected else ' -- NOT AS EXPECTED'}\n\n{dockerfile}\n$ git commit")
    print((done.stdout + done.stderr).rstrip())
    repository.git("restore", "--staged", "--worktree", "Dockerfile", check=False)
    return expected


if __name__ == "__main__":
    raise SystemExit(main())
