"""The files of a revision on this machine: fetched once, kept under their own digest."""

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from analysis.contract import Unsupported
from analysis.loading.formats import Format, network_file, preferred
from registry import blobs
from registry.hub.client import HubClient
from registry.models import File, Revision

SNAPSHOT_LIMIT = 64 << 30  # bytes; a larger snapshot is refused, not half fetched
DISK_RESERVE = 2 << 30  # bytes that a fetch leaves free

# Weights of other frameworks and copies of the same weights in other formats.
OTHER_FORMATS = (".h5", ".msgpack", ".ot", ".gguf", ".tflite", ".mlmodel", ".mlpackage", ".nemo")
OTHER_FOLDERS = {"openvino", "coreml", "tf", "flax", "runs", ".git"}
ONNX_FOLDER = "onnx"
PICKLES = (".bin", ".pt", ".pth", ".th", ".ckpt", ".pkl", ".pickle", ".joblib")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file of the snapshot as it lies on disk."""

    path: str
    blob: Path
    sha256: str
    size: int


def chosen(sizes: Mapping[str, int]) -> list[str]:
    """Return which files a run needs: one copy of the weights, and everything small beside it."""
    wanted = preferred(sizes)
    has_better = wanted is Format.SAFETENSORS or any(path.endswith(".skops") for path in sizes)

    def is_needed(path: str) -> bool:
        parts = PurePosixPath(path).parts
        if path.endswith(OTHER_FORMATS) or OTHER_FOLDERS.intersection(parts[:-1]):
            return False
        is_onnx = path.endswith(".onnx") or ONNX_FOLDER in parts[:-1]
        if is_onnx and wanted is not Format.ONNX:
            return False
        if path.endswith(".pt2") and wanted is not Format.EXPORTED:
            return False
        return not (has_better and path.endswith(PICKLES))

    return sorted(_one_graph(filter(is_needed, sizes)))


def _one_graph(paths: Iterable[str]) -> list[str]:
    """Leave out ONNX graphs beside the one that is loaded, with the data that they name."""
    kept = list(paths)
    graph = network_file(kept, Format.ONNX)
    others = {path for path in kept if graph and path.endswith(".onnx") and path != graph}
    return [
        path
        for path in kept
        if path not in others
        and not any(path.startswith((f"{other}_", f"{other}.")) for other in others)
    ]


class Snapshots:
    """A folder of blobs. Names of files live in the database only, never on disk."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._blobs = blobs.folder(home)

    def fetch(
        self, client: HubClient, revision: Revision, on_bytes: Callable[[int, int], None]
    ) -> dict[str, Fetched]:
        """Return the needed files of a revision, downloading those that are not here yet.

        ``on_bytes(done, total)`` is called as bytes come in. Raises HubProblem, and Unsupported
        where the revision has no files or too many bytes.
        """
        files = {file.path: file for file in revision.files.all()}
        wanted = chosen({path: file.size for path, file in files.items()})
        if not wanted:
            raise Unsupported("The revision has no files that could be loaded.", "weights")
        total = sum(files[path].size for path in wanted)
        self._check_room(total)
        fetched = {}
        done = 0
        for path in wanted:

            def on_more(of_this_file: int, before: int = done) -> None:
                on_bytes(before + of_this_file, total)

            fetched[path] = self._one(client, revision, files[path], on_more)
            done += fetched[path].size
        return fetched

    def fetch_exactly(
        self,
        client: HubClient,
        revision: Revision,
        digests: Mapping[str, str],
        on_bytes: Callable[[int, int], None],
    ) -> dict[str, Fetched]:
        """Return the named files, each with the SHA-256 that is expected; bytes are looked at.

        Raises Unsupported (missing weights) that names the file and both digests, HubProblem.
        """
        known = {file.path: file for file in revision.files.all()}
        for path in digests:
            if path not in known:
                raise Unsupported(f"The revision has no file {path!r}, which was read.", "files")
        total = sum(known[path].size for path in digests)
        self._check_room(total)
        fetched, done = {}, 0
        for path, expected in sorted(digests.items()):
            blob = self._path(expected)
            if not (blob.exists() and blobs.digest(blob) == expected):
                blob = self._download(client, revision, known[path], promised="")
            if blob.name != expected:
                raise Unsupported(changed(path, blob.name, expected), "weights")
            fetched[path] = Fetched(path, blob, expected, blob.stat().st_size)
            done += fetched[path].size
            on_bytes(done, total)
        return fetched

    def _check_room(self, total: int) -> None:
        if total > SNAPSHOT_LIMIT:
            raise Unsupported(
                f"The files take {total / 2**30:.0f} GiB; this worker fetches at most"
                f" {SNAPSHOT_LIMIT >> 30} GiB.",
                "weights",
            )
        self._blobs.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._blobs).free
        if total + DISK_RESERVE > free:
            raise OSError(
                f"The disk has {free >> 20} MiB left; {total >> 20} MiB are to be fetched."
            )

    def _one(
        self, client: HubClient, revision: Revision, file: File, on_bytes: Callable[[int], None]
    ) -> Fetched:
        known = self._path(file.sha256) if file.sha256 else None
        if known is None or not known.exists():
            known = self._download(client, revision, file, file.sha256, on_bytes)
        return Fetched(file.path, known, known.name, known.stat().st_size)

    def _download(
        self,
        client: HubClient,
        revision: Revision,
        file: File,
        promised: str,
        on_bytes: Callable[[int], None] | None = None,
    ) -> Path:
        # Two workers may fetch one file, and so may this one for its next run.
        draft = self._blobs / f".{os.getpid()}-{threading.get_ident()}-{file.pk}"
        got = client.download(
            revision.repo.name,
            revision.sha,
            file.path,
            draft,
            expected_size=file.size or None,
            expected_sha256=promised or None,
            on_bytes=on_bytes,
        )
        blob = self._path(got.sha256)
        blob.parent.mkdir(exist_ok=True)
        draft.replace(blob)
        if not file.sha256:  # small files have none at the hub; next time it is found here
            File.objects.filter(pk=file.pk).update(sha256=got.sha256)
        return blob

    def _path(self, sha256: str) -> Path:
        return blobs.place(self._home, sha256)


def changed(path: str, found: str, expected: str) -> str:
    """Say that a file is not the one that was measured."""
    return (
        f"The file {path} is not the one that was measured: its SHA-256 is {found}, expected was"
        f" {expected}."
    )
