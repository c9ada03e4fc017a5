"""Any paths and symbolic links: they are followed as the system does, and never to anything outside the repository."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from errno import ELOOP
from pathlib import Path
from tempfile import TemporaryDirectory

from astro_runtime_guard.errors import CannotCheck
from astro_runtime_guard.git.before import read_held
from astro_runtime_guard.git.comparison import Before
from astro_runtime_guard.git.now import Now
from astro_runtime_guard.git.plumbing import Difference, Entry, LeadsOutError, follow
from astro_runtime_guard.git.repository import WorkTree
from astro_runtime_guard.rulebook.load import load_rulebook
from astro_runtime_guard.rulebook.where import USER_FOLDER, leads_out, shipped_folder

SECRET = b"secret-outside: x\n"
MOST_LINKS = 20  # a system gives up after 32 or 40; twenty links can be passed more often than that
SEEDS = (
    b"Dockerfile\nDockerfile>a/b\na>c\nc/b\n",
    b"a/Dockerfile\na>../out\n",
    b"a\na>b\nb>c/a\nc>.\n",
    b"a\na>/etc\nb>//x/./y/\n",
    b"s/s/s/s/x\ns>.\nx\n",
    b"Dockerfile\nDockerfile>x/../../out/secret.yaml\nx/y\n",
    b".astro-runtime/x.yaml\n.astro-runtime/x.yaml>../../out/secret.yaml\n",
    b".astro-runtime/places/x.yaml\n.astro-runtime>y\ny/places>../z\nz/x.yaml\n",
)
WORDS = (
    ">", "\n", "/", "..", "../", "./", "//", "a", "b", "c", ">.", ">..\n", "Dockerfile", "out/secret.yaml", "../out", USER_FOLDER, "x.yaml",
    "images/", "places/", "branches.yaml", "\\", "\xe9", " ",
)  # fmt: skip


def one_input(data: bytes) -> None:
    """The first line is the path that is asked for; each further line is a file, or `path>text` for a link."""
    asked, *lines = data.replace(b"\0", b"").split(b"\n")
    # /proc and /dev have links that no text shows.
    if len(data) > 1000 or b"proc" in data or b"dev" in data or not is_path(asked):
        return
    tree = build(lines)
    if sum(text is not None for text in tree.values()) > MOST_LINKS:
        return
    for path in (asked, *tree):
        check_follow(path, tree)
    with TemporaryDirectory() as folder:
        outside, top = Path(folder, "out"), Path(folder, "top")
        (outside / "images").mkdir(parents=True)
        for name in ("secret.yaml", "Dockerfile", "x.yaml", "images/x.yaml"):
            (outside / name).write_bytes(SECRET)
        (top / ".git").mkdir(parents=True)
        write(tree, os.fsencode(top))
        with current_folder(top):
            for path in (asked, *tree):
                check_on_disk(path, tree)
            check_rules()


@contextmanager
def current_folder(folder: Path) -> Iterator[None]:
    """Go into a folder and come back."""
    back = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(back)


def is_path(path: bytes) -> bool:
    """Whether git can hold a file at a path."""
    parts = path.split(b"/")
    return len(path) < 200 and not {b"", b".", b"..", b".git"} & {part.lower() for part in parts}


def build(lines: Iterable[bytes]) -> dict[bytes, bytes | None]:
    """Path -> the text of a link, None for a file: as much of the lines as one tree can hold."""
    tree: dict[bytes, bytes | None] = {}
    folders: set[bytes] = set()
    for line in lines:
        path, is_link, text = line.partition(b">")
        above = [path[:at] for at in range(len(path)) if path[at : at + 1] == b"/"]
        if is_path(path) and path not in folders and not tree.keys() & {path, *above} and (text or not is_link):
            tree[path] = text if is_link else None
            folders.update(above)
    return tree


def write(tree: Mapping[bytes, bytes | None], top: bytes) -> None:
    """Put the tree on disk; each file says its own path."""
    for path, text in tree.items():
        place = os.path.join(top, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if text is None:
            Path(os.fsdecode(place)).write_bytes(path)
        else:
            os.symlink(text, place)


def check_follow(path: bytes, tree: Mapping[bytes, bytes | None]) -> None:
    """What holds of `follow` for any tree."""
    asked: list[bytes] = []

    def link(at: bytes) -> bytes | None:
        asked.append(at)
        return tree.get(at)

    end, culprit = None, None
    try:
        end = follow(path, link)
    except LeadsOutError as error:
        culprit = tree[error.link] or b""
    if culprit is not None:
        assert culprit.startswith(b"/") or b".." in culprit.split(b"/"), "the link that leads out"
        return
    assert all(map(is_path, asked)), "a question about a path that no tree has"
    if end is None:
        assert sum(tree.get(at) is not None for at in asked) > MOST_LINKS, "a circle has passed many links"
        return
    assert end == b"." or is_path(end), "inside"
    assert not set(above(end)) & {at for at in tree if tree[at] is not None}, "nothing is left to be followed"
    assert follow(end, tree.get) == end, "followed to the end"
    assert end == path or set(asked) & {at for at in tree if tree[at] is not None}, "without a link, the path itself"


def above(path: bytes) -> list[bytes]:
    """The path, and the folders above it."""
    return [path, *(path[:at] for at in range(len(path)) if path[at : at + 1] == b"/")]


def check_on_disk(path: bytes, tree: Mapping[bytes, bytes | None]) -> None:
    """What the system opens is what is read, in the work tree and in a commit; what lies outside is refused."""
    real, unclear = real_path(path), is_unclear(path, tree)
    commit = Now(Repository(tree), "c" * 40)  # type: ignore[arg-type]
    text, refusal = content(Now(Repository(tree), ""), path)  # type: ignore[arg-type]
    entry, _ = content(commit, path)
    held = read_held(commit, Before("b" * 40, "main"), [path], only_staged=False).get(path)
    check_refusal(refusal)
    if real is not None and os.path.isfile(path):
        assert text == real, "the file that the system opens"
        assert isinstance(entry, Entry), "the file of the commit"
        assert entry.name == real, "the file of the commit"
        assert held == entry, "the file of the base"
    else:
        assert text is None or text in tree, "nothing outside is read"
    if not unclear:
        assert bool(refusal) == (real is None), "what lies outside is refused, and nothing else"
        assert leads_out(os.fsdecode(path)) == (real is None), "the folder of rules"


def content(now: Now, path: bytes) -> tuple[Entry | bytes | None, str]:
    """What is read at a path, and why nothing is."""
    try:
        return now.content(path), ""
    except CannotCheck as problem:
        return None, str(problem)


def check_refusal(refusal: str) -> None:
    """Each line of a refusal can be shown, and says nothing from outside."""
    assert all(line.isprintable() for line in refusal.split("\n")), "control character"
    assert "secret-outside" not in refusal, "nothing outside is quoted"


def real_path(path: bytes) -> bytes | None:
    """Where the system finds a path, from the current folder; None for anywhere outside."""
    real, here = os.path.realpath(path), os.path.realpath(b".")
    if real == here:
        return b"."
    return real.removeprefix(here + b"/") if real.startswith(here + b"/") else None


def is_unclear(path: bytes, tree: Mapping[bytes, bytes | None]) -> bool:
    """Whether the system cannot say where a path leads: in a circle, or through a missing folder and out of it by `..`.

    Of the second Python's realpath makes something of its own.
    """
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == ELOOP or any(map(goes_back, tree.values()))
    return False


def goes_back(text: bytes | None) -> bool:
    """Whether the text of a link goes into a folder and out of it by `..`."""
    parts = [part for part in (text or b"").split(b"/") if part not in (b"", b".")]
    return parts != sorted(parts, key=lambda part: part != b"..")


def check_rules() -> None:
    """A folder of rules shows nothing from outside."""
    if os.path.isdir(USER_FOLDER):
        refusal = ""
        try:
            load_rulebook([shipped_folder(), USER_FOLDER], "2026-11-22")
        except CannotCheck as problem:
            refusal = str(problem)
        check_refusal(refusal)


class Repository:
    """A repository without git, of which each object is named like its path."""

    environ: Mapping[str, str] = {}
    head = "1" * 40
    work_tree = WorkTree(b"", head, b"", b"")
    has_links = True
    staged: Mapping[bytes, Difference] = {}

    def __init__(self, tree: Mapping[bytes, bytes | None]) -> None:
        self._tree = tree
        self.index = {path: Entry(b"100644" if text is None else b"120000", path) for path, text in tree.items()}

    def tree(self, commit: str) -> Mapping[bytes, Entry]:
        return self.index

    def differences(self, before: str, after: str) -> Mapping[bytes, Difference]:
        return {}

    def blobs(self, names: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
        return {name: self._tree[path] or b"" for name, path in names.items()}

    def count(self, path: str, size: int) -> None:
        assert not size or real_path(os.fsencode(path)) is not None, "a file outside is read"
