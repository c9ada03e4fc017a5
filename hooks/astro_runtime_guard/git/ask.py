"""Starts git: words and input in, exit code and output out. The only module that starts processes.

On the fast path: on POSIX without `subprocess`, whose import alone takes a third of a bare interpreter's time. git is
kept from the network, from writing, and from programs that the repository's own configuration names.
"""

from __future__ import annotations

import os

from ..errors import CannotCheck, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Protocol

    Done = tuple[int, bytes, bytes]  # the exit code, or the negative number of a signal; standard output; and error

    class Finish(Protocol):
        """Waits for the end of git. With `take`, each piece of standard output is handed to it, and not returned."""

        def __call__(self, take: Callable[[bytes], None] | None = None) -> Done: ...


SAFE = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # git 2.45; for older ones no protocol is allowed
    "GIT_ALLOW_PROTOCOL": "",
}
# A larger object is printed piece by piece, where git would hold all of it in memory.
_SETTINGS = ("-c", "core.fsmonitor=", "-c", "core.bigFileThreshold=16m")
PATHSPECS = ("GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")
MOST_AT_ONCE = 1 << 16  # what a pipe holds on Linux


def start_git(words: Sequence[str], environ: Mapping[str, str], stdin: bytes = b"") -> Finish:
    """Start git with these words and go on; the function that is returned waits for its end, and is called once.

    `environ` is kept as it is, but for how paths are matched. Raises CannotCheck where git cannot be run.
    """
    kept = {name: value for name, value in environ.items() if name not in PATHSPECS}
    try:
        return _start([_program(environ.get("PATH", "")), *_SETTINGS, *words], kept | SAFE, stdin)
    except OSError as error:
        raise CannotCheck(f"git cannot be run ({error.strerror}): install it, or put it on PATH") from None


def _program(path: str, windows: bool = os.name == "nt", is_file: Callable[[str], bool] = os.path.isfile) -> str:
    """How to start git. Windows looks for a bare name in the current folder first, which is the repository's."""
    if not windows:
        return "git"
    import ntpath

    folders = [folder.strip('"') for folder in path.split(";")]
    fixed = (folder for folder in folders if ntpath.splitdrive(folder)[0] and ntpath.isabs(folder))
    program = next(filter(is_file, (ntpath.join(folder, "git.exe") for folder in fixed)), "")
    if not program:
        raise CannotCheck("git cannot be run (there is no git.exe on PATH): install it, or put it on PATH")
    return program


def _start(words: list[str], environ: Mapping[str, str], stdin: bytes) -> Finish:
    if not hasattr(os, "posix_spawnp"):
        return _start_elsewhere(words, environ, stdin)
    _take_standard_ends()
    given, out, err = os.pipe(), os.pipe(), os.pipe()
    theirs, ours = (given[0], out[1], err[1]), (given[1], out[0], err[0])
    actions = [(os.POSIX_SPAWN_DUP2, end, number) for number, end in enumerate(theirs)]
    try:
        process = os.posix_spawnp(words[0], words, environ, file_actions=actions)
    except OSError:
        _close(ours)
        raise
    finally:
        _close(theirs)
    os.set_blocking(ours[0], False)
    left = memoryview(stdin)
    left = left[_write(ours[0], left) :]  # so that git begins at once
    return lambda take=None: _finish(process, ours, left, take)


def _take_standard_ends() -> None:
    """Where we were started without standard input, output or error, no pipe may come in their place."""
    while (end := os.open(os.devnull, os.O_RDONLY)) < 3:
        pass
    os.close(end)


def _close(ends: Sequence[int]) -> None:
    for end in ends:
        os.close(end)


def _finish(process: int, ends: tuple[int, int, int], left: memoryview, take: Callable[[bytes], None] | None) -> Done:
    try:
        read = _exchange(*ends, left, take)
    except BaseException:
        os.kill(process, 9)
        os.waitpid(process, 0)
        raise
    return (os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), *read)


def _exchange(
    given: int, out: int, err: int, left: memoryview, take: Callable[[bytes], None] | None
) -> tuple[bytes, bytes]:
    """Write and read whatever is possible, so that neither side blocks the other."""
    from select import POLLIN, POLLOUT, poll

    parts: dict[int, list[bytes]] = {out: [], err: []}
    open_ends = {out, err, given}
    waiting = poll()
    for end, event in ((given, POLLOUT), (out, POLLIN), (err, POLLIN)):
        waiting.register(end, event)
    try:
        while open_ends:
            for end, _ in waiting.poll():
                if end == given:
                    left = left[_write(given, left) :]
                    done = not left
                else:
                    piece = os.read(end, MOST_AT_ONCE)
                    (take if take and end == out else parts[end].append)(piece)
                    done = not piece
                if done:
                    waiting.unregister(end)
                    open_ends.remove(end)
                    os.close(end)
    finally:
        _close(list(open_ends))
    return b"".join(parts[out]), b"".join(parts[err])


def _write(end: int, left: memoryview) -> int:
    """How much was taken; a reader that has closed its end takes everything."""
    try:
        return os.write(end, left[:MOST_AT_ONCE])
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        return len(left)


def _start_elsewhere(words: list[str], environ: Mapping[str, str], stdin: bytes) -> Finish:
    """Where there is no posix_spawn: on Windows. Threads write and read what this one does not."""
    from contextlib import suppress
    from subprocess import PIPE, Popen
    from threading import Thread
    from typing import IO, cast

    process = Popen(words, env=environ, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    given, out, err = (cast("IO[bytes]", end) for end in (process.stdin, process.stdout, process.stderr))

    def write() -> None:
        with suppress(OSError), given:  # git may have ended, and then says why
            given.write(stdin)

    def finish(take: Callable[[bytes], None] | None = None) -> Done:
        parts: list[bytes] = []
        errors: list[bytes] = []
        others = [Thread(target=write), Thread(target=lambda: errors.append(err.read()))]
        try:
            for thread in others:
                thread.start()
            while piece := os.read(out.fileno(), MOST_AT_ONCE):
                (take or parts.append)(piece)
        except BaseException:
            process.kill()
            raise
        finally:
            # git.exe may be one that starts the real git; that ends where nobody reads its answer.
            out.close()
            for thread in others:
                if thread.is_alive():
                    thread.join()
            err.close()
            process.wait()
        return process.returncode, b"".join(parts), b"".join(errors)

    return finish


class Objects:
    """Takes in what `cat-file --batch` prints, piece by piece: object name, as git was asked for it -> content.

    The content is None where there is no object of that kind. `check(name, size)` is called before a content is taken
    in, and raises where that is too large; git is stopped then, and the memory of both stays small. `use(name,
    content)` is called for each content at once, while git prints the next ones.
    """

    def __init__(
        self,
        names: Iterable[bytes],
        kind: bytes,
        check: Callable[[bytes, int], None],
        use: Callable[[bytes, bytes], object] | None = None,
    ) -> None:
        self.contents: dict[bytes, bytes | None] = dict.fromkeys(names)
        self._names, self._kind, self._check, self._use = iter(self.contents), kind, check, use
        self._taken = bytearray()
        self._name: bytes | None = None  # whose content comes next; None before a head
        self._size, self._is_kind = 0, False

    def take(self, piece: bytes) -> None:
        """The next piece of the answer."""
        self._taken += piece
        while True:
            if self._name is None and not self._take_head():
                return
            if self._name is not None:
                if len(self._taken) <= self._size:  # the content, and a line end behind it
                    return
                content = bytes(self._taken[: self._size])
                del self._taken[: self._size + 1]
                if self._is_kind:
                    self.contents[self._name] = content
                    if self._use:
                        self._use(self._name, content)
                self._name = None

    def _take_head(self) -> bool:
        """A line `NAME KIND SIZE`, or `NAME missing`; whether it is there."""
        end = self._taken.find(b"\n")
        if end < 0:
            return False
        words = bytes(self._taken[:end]).split(b" ")
        del self._taken[: end + 1]
        name = next(self._names, None)
        if name is not None and len(words) == 3 and words[2].isdigit():
            self._name, self._size, self._is_kind = name, int(words[2]), words[1] == self._kind
            self._check(name, self._size)
        return True


def refusal(command: str, code: int, err: bytes) -> CannotCheck:
    """git's own words, and what to do where that is known."""
    import re

    if trust := re.search(rb"git config --global --add safe\.directory [^\r\n]+", err):
        # In the letters of its path, or else the command would be about another folder.
        return CannotCheck(f"git does not trust this repository: run {trust[0].decode('utf-8', 'backslashreplace')}")
    text = err.decode("ascii", "backslashreplace")
    lines = text.splitlines() or [f"it was ended by signal {-code}" if code < 0 else f"exit code {code} without a word"]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    return CannotCheck(f"git {command} failed ({fatal[-1]}): try git fsck, and the same command by hand")


def broken_off(command: str) -> CannotCheck:
    """An answer that is not whole."""
    return CannotCheck(f"git {command} broke off in the middle of its answer: try the same command by hand")


def refuse_broken(environ: Mapping[str, str]) -> None:
    """A repository that git cannot recognise is not "no repository"."""
    from pathlib import Path

    here = Path.cwd()
    signs = [environ["GIT_DIR"]] if environ.get("GIT_DIR") else [str(it / ".git") for it in (here, *here.parents)]
    for sign in signs:
        if environ.get("GIT_DIR") or os.path.lexists(sign):
            what = f"{plain(sign)} is there, but git does not take it for a repository"
            raise CannotCheck(f"{what}: repair it, or remove it if it is none")


def refuse_broken_branch(environ: Mapping[str, str]) -> None:
    """A branch that cannot be read is not a branch without commits; only `log` tells them apart."""
    code, _, err = start_git(("log", "-1", "--format=", "--no-show-signature"), environ)()
    if code and b"does not have any commits yet" not in err:
        raise refusal("log", code, err)
