"""How git is started: words and input in, exit code and output out. The only module that starts processes.

Knows: how a process is started and read from, on POSIX without the import of `subprocess`, which alone takes a third of
a bare interpreter's time; and how git is kept from the network, from writing, and from programs that the repository's
own configuration names. Must not know: what git is asked.
"""

from __future__ import annotations

import os

from ..errors import CannotCheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Done = tuple[int, bytes, bytes]  # the exit code, or the negative number of a signal; standard output; and error

SAFE = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # git 2.45; for older ones no protocol is allowed
    "GIT_ALLOW_PROTOCOL": "",
}
PATHSPECS = ("GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")
MOST_AT_ONCE = 1 << 16  # what a pipe holds on Linux


def start_git(words: Sequence[str], environ: Mapping[str, str], stdin: bytes = b"") -> Callable[[], Done]:
    """Start git with these words and go on; the function that is returned waits for its end, and is called once.

    `environ` is kept as it is, but for how paths are matched. Raises CannotCheck where git cannot be run.
    """
    kept = {name: value for name, value in environ.items() if name not in PATHSPECS}
    try:
        return _start([_program(environ.get("PATH", "")), "-c", "core.fsmonitor=", *words], kept | SAFE, stdin)
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


def _start(words: list[str], environ: Mapping[str, str], stdin: bytes) -> Callable[[], Done]:
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
    return lambda: _finish(process, *ours, stdin)


def _take_standard_ends() -> None:
    """Where we were started without standard input, output or error, no pipe may come in their place."""
    while (end := os.open(os.devnull, os.O_RDONLY)) < 3:
        pass
    os.close(end)


def _close(ends: Sequence[int]) -> None:
    for end in ends:
        os.close(end)


def _finish(process: int, given: int, out: int, err: int, stdin: bytes) -> Done:
    try:
        read = _exchange(given, out, err, stdin)
    except BaseException:
        os.kill(process, 9)
        os.waitpid(process, 0)
        raise
    return (os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), *read)


def _exchange(given: int, out: int, err: int, stdin: bytes) -> tuple[bytes, bytes]:
    """Write and read whatever is possible, so that neither side waits for the other for ever."""
    from select import POLLIN, POLLOUT, poll

    parts: dict[int, list[bytes]] = {out: [], err: []}
    open_ends = {out, err, given}
    waiting = poll()
    os.set_blocking(given, False)
    left = memoryview(stdin)
    for end, event in ((given, POLLOUT), (out, POLLIN), (err, POLLIN)):
        waiting.register(end, event)
    try:
        while open_ends:
            for end, _ in waiting.poll():
                if end == given:
                    left = left[_write(given, left) :]
                    done = not left
                else:
                    parts[end].append(os.read(end, MOST_AT_ONCE))
                    done = not parts[end][-1]
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


def _start_elsewhere(words: list[str], environ: Mapping[str, str], stdin: bytes) -> Callable[[], Done]:
    """Where there is no posix_spawn: on Windows."""
    from subprocess import PIPE, Popen

    process = Popen(words, env=environ, stdin=PIPE, stdout=PIPE, stderr=PIPE)

    def finish() -> Done:
        with process:
            try:
                out, err = process.communicate(stdin)
            except BaseException:
                process.kill()
                raise
        return process.returncode, out, err

    return finish
