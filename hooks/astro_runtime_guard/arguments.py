"""argv -> what is asked for. On the fast path: imports nothing that takes time until an option is given."""

from __future__ import annotations

from time import strftime

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence


class Hook:
    """What one console script does: its name, the checks that it runs, and what else it can do.

    `optional` are checks that it runs only for a rule that is named. `command` is put before its arguments.
    `stands_for_stages` marks the hook that lists files itself, for the stages that hand it none; `commands` the one
    that has the commands beside the check. `together` marks what looks at every place, and at the files beside each;
    `leaves_dockerfiles` the one that leaves to others what a Dockerfile says alone.
    """

    def __init__(
        self,
        name: str,
        checks: tuple[str, ...],
        *,
        optional: tuple[str, ...] = (),
        command: tuple[str, ...] = (),
        stands_for_stages: bool = False,
        commands: bool = False,
        together: bool = False,
        leaves_dockerfiles: bool = False,
    ) -> None:
        self.name, self.checks, self.optional, self.command = name, checks, optional, command
        self.stands_for_stages, self.commands = stands_for_stages, commands
        self.together, self.leaves_dockerfiles = together, leaves_dockerfiles


class Options:
    """What is asked for; `files` empty stands for all tracked ones below this folder that can name a Runtime."""

    def __init__(self, files: Sequence[str] = ()) -> None:
        self.files = list(files)
        self.base: str | None = None
        self.no_base = False
        self.changed = False
        self.exclude: re.Pattern[str] | None = None
        self.rules: str | None = None
        self.rules_from = ""
        self.enable: list[str] = []
        self.disable: list[str] = []
        self.only: list[str] = []
        self.today = strftime("%Y-%m-%d")
        self.format = "text"
        self.output: str | None = None
        self.exit_zero = False
        self.color = "auto"
        self.verbose = False
        self.version = False
