"""The folder through which a run gets its files: hard links, read-only inside, gone afterwards."""

import fcntl
import os
import secrets
import shutil
import stat
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from analysis.contract import Refused
from workers.sandbox.outcomes import SandboxUnavailable

INPUTS_NAME = "data.arrow"
_CLONE = 0x40049409  # ioctl FICLONE: a copy that shares its blocks
_MOST_FILES = 100_000
_MOST_NAME_BYTES = 255
_MOST_PATH_BYTES = 1024
# Formats that cannot run code when they are read, and the texts that go with them.
_HARMLESS = {".safetensors", ".onnx", ".json", ".txt", ".vocab", ".spm"}


class Staging:
    """The staging root of one worker process. Close it to remove everything."""

    def __init__(self, home: Path) -> None:
        """Raises SandboxUnavailable where ``home`` cannot be written."""
        try:
            home.mkdir(parents=True, exist_ok=True)
            sweep(home)
            self.root = home / f"worker-{os.getpid()}-{secrets.token_hex(4)}"
            self.root.mkdir(mode=0o711)
            self._lock = os.open(self.root / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.runs = self._folder("runs")
            self.links = self._folder("code")
        except OSError as error:
            raise SandboxUnavailable(f"The staging folder cannot be used: {error}.") from error

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir()
        folder.chmod(0o711 if name == "runs" else 0o755)
        return folder

    def link_code(self, code: Mapping[str, str]) -> None:
        """Links to the code, for walls without mounts."""
        for name, path in code.items():
            place = self.links / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.parent.chmod(0o755)
            if not place.is_symlink():
                place.symlink_to(path)

    def temporary_of(self, uid: int | None) -> Path:
        """A folder that the fork server may write to while it imports."""
        folder = self.root / "temporary"
        folder.mkdir(mode=0o700, exist_ok=True)
        if uid is not None:
            os.chown(folder, uid, uid)
        return folder

    def close(self) -> None:
        """Remove everything."""
        _remove(self.root)
        os.close(self._lock)

    def stage(
        self, files: Mapping[str, Path], inputs: Path | None, uid: int | None, *, all_formats: bool
    ) -> "Staged":
        """A fresh folder with one run's files.

        Raises Refused for a name that a repo may not have, SandboxUnavailable where this machine
        has no room or a file is gone. ``all_formats`` False leaves out what could run code.
        """
        checked = check_names(files)
        staged = Staged(self.runs / secrets.token_hex(12), inputs is not None)
        try:
            staged.make(uid)
            for name in checked:
                if all_formats or PurePosixPath(name).suffix.lower() in _HARMLESS:
                    _place(files[name], staged.model / name)
            if inputs is not None:
                _place(inputs, staged.inputs / INPUTS_NAME)
        except OSError as error:
            staged.remove()
            raise SandboxUnavailable(f"The files of the run cannot be staged: {error}.") from error
        return staged


class Staged:
    """The files of one run."""

    def __init__(self, folder: Path, has_inputs: bool) -> None:
        self.folder = folder
        self.model = folder / "model"
        self.inputs = folder / "inputs"
        self.scratch = folder / "scratch"
        self.has_inputs = has_inputs

    def make(self, uid: int | None) -> None:
        """Make the folders; scratch, for walls without mounts, belongs to the run's user."""
        for place in (self.folder, self.model, self.inputs):
            place.mkdir()
            place.chmod(0o755)
        self.scratch.mkdir(mode=0o700)
        if uid is not None:
            os.chown(self.scratch, uid, uid)

    def remove(self) -> None:
        """Remove it all, whatever the run has made of its scratch."""
        _remove(self.folder)


def check_names(names: Iterable[str]) -> list[str]:
    """The names, sorted, or Refused: each a plain relative path that fits beside the rest."""
    checked = sorted(names)
    if len(checked) > _MOST_FILES:
        raise Refused(f"The repo has more than {_MOST_FILES} files.", "weights")
    folders: set[str] = set()
    for name in checked:
        if (problem := _problem(name)) is not None:
            shown = name[:80].encode("ascii", "backslashreplace").decode()
            raise Refused(f"The file name {shown!r} {problem}.", "weights")
        folders.update(map(str, PurePosixPath(name).parents))
    if clash := folders.intersection(checked):
        raise Refused(f"{min(clash)!r} is a file and a folder.", "weights")
    return checked


def _problem(name: str) -> str | None:
    pieces = name.split("/")
    if name.startswith("/") or ".." in pieces:
        return "leaves its folder"
    if "\0" in name or "\\" in name:
        return "has a character that no file name may have"
    if "" in pieces or "." in pieces:
        return "is not a plain path"
    try:
        sizes = [len(piece.encode()) for piece in pieces]
    except UnicodeEncodeError:
        return "is not text"
    if max(sizes) > _MOST_NAME_BYTES or sum(sizes) + len(sizes) > _MOST_PATH_BYTES:
        return "is too long"
    return None


def _place(source: Path, target: Path) -> None:
    """Make a file's bytes appear at ``target`` without a copy where the file system can."""
    _make_folders(target.parent)
    source = source.resolve(strict=True)
    mode = source.stat().st_mode
    if not stat.S_ISREG(mode):
        raise OSError(f"{source.name} is not a file")
    # Inside another user reads it; a private blob is copied, its own mode stays as it is.
    if mode & stat.S_IROTH or os.geteuid() != 0:
        try:
            target.hardlink_to(source)
        except OSError:
            _copy(source, target)
    else:
        _copy(source, target)


def _make_folders(folder: Path) -> None:
    if not folder.exists():
        _make_folders(folder.parent)
        folder.mkdir()
        folder.chmod(0o755)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("xb") as write:
        try:
            fcntl.ioctl(write.fileno(), _CLONE, read.fileno())
        except OSError:
            shutil.copyfileobj(read, write, 1 << 20)
        os.fchmod(write.fileno(), 0o644)


def sweep(home: Path) -> None:
    """Remove what workers that are gone have left: a living one holds its lock."""
    for folder in home.glob("worker-*-*"):
        try:
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            if not Path("/proc", folder.name.split("-")[1]).exists():
                _remove(folder)
            continue
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)
        except OSError:
            continue
        finally:
            os.close(lock)


def _remove(folder: Path) -> None:
    """Remove a folder that a hostile program may have filled: very deep, or without rights."""
    if not folder.exists():
        return
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        place = str(folder)
        # Folders only: the files are the blobs' own, by hard link.
        open_up = ["find", place, "-type", "d", "-exec", "chmod", "u+rwx", "{}", ";"]
        for tool in (open_up, ["rm", "-rf", "--", place]):
            subprocess.run(tool, check=False, capture_output=True)  # noqa: S603 - fixed tools
