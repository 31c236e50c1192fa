"""Splits of datasets: read by `datasets` from the same hub, kept as Arrow.

The library that reads them keeps its endpoint for the life of a process, so each split is read in
a process of its own (``workers.splits``), which also bounds its memory and its time.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.contract import CheckError, DataRequest, Feature, Unsupported
from registry.hub.client import HubClient
from registry.hub.problems import Missing

READ_LIMIT_S = 1800.0
FORMAT = 3  # of the folder that a split is kept in


@dataclass(frozen=True, slots=True)
class Split:
    """A split on disk: ``rows.arrow`` with all columns undecoded, and what is known of it."""

    folder: Path
    request: DataRequest  # with the config and the commit that were found
    rows: int
    fingerprint: str
    sha256: str  # of rows.arrow
    reader: dict[str, str]  # versions of the libraries that read it
    features: dict[str, Feature]
    assumptions: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path) -> "Split":
        """Read the description that ``workers.splits`` wrote last."""
        known = json.loads((folder / "split.json").read_text())
        return cls(
            folder=folder,
            request=DataRequest(**known["request"]),
            rows=known["rows"],
            fingerprint=known["fingerprint"],
            sha256=known["sha256"],
            reader=known["reader"],
            features={
                name: Feature(feature["kind"], tuple(feature["names"]))
                for name, feature in known["features"].items()
            },
            assumptions=tuple(known["assumptions"]),
        )


class Splits:
    """A folder of splits that were read before, by hub, dataset, config, split and commit."""

    def __init__(self, home: Path) -> None:
        self._home = home / "datasets"

    def read(
        self, client: HubClient, request: DataRequest, alive: Callable[[], bool] = lambda: True
    ) -> Split:
        """Return a split, reading it from the hub where it is not here yet.

        Raises Unsupported with the missing piece (dataset, config, split), HubProblem where the
        hub does not answer, CheckError where the files cannot be read as a dataset.
        """
        dataset, sha = _found(client, request)
        pinned = DataRequest(dataset, request.config, request.split, sha)
        name = json.dumps([FORMAT, client.url, dataset, pinned.config, pinned.split, sha])
        folder = self._home / hashlib.sha256(name.encode()).hexdigest()[:32]
        if not (folder / "split.json").exists():
            self._read(client, pinned, folder, alive)
        return Split.load(folder)

    def _read(
        self, client: HubClient, request: DataRequest, folder: Path, alive: Callable[[], bool]
    ) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._home, prefix=".reading-") as draft:
            asked = {
                "dataset": request.dataset,
                "config": request.config,
                "split": request.split,
                "revision": request.revision,
            }
            answer = _run_reader(client, asked, Path(draft), alive)
            if "unsupported" in answer:
                raise Unsupported(answer["unsupported"], answer["missing"], request.revision)
            if "error" in answer:
                raise CheckError(answer["error"])
            if (folder / "split.json").exists():  # somebody else was faster
                return
            if folder.exists():
                shutil.rmtree(folder)
            (Path(draft) / "split").replace(folder)


def _found(client: HubClient, request: DataRequest) -> tuple[str, str]:
    """Return the name under which a hub has a dataset, and the commit that is asked for.

    Raises Unsupported (missing dataset) where it has it under none.
    """
    for name in (request.dataset, *request.also):
        try:
            return name, client.dataset_info(name, request.revision or "main").sha
        except Missing:
            continue
    what = f"revision {request.revision!r} of it" if request.revision else "it"
    raise Unsupported(
        f"The dataset {request.dataset!r} cannot be used: {client.url} does not have {what}.",
        "dataset",
    )


def _environment(client: HubClient, draft: Path) -> dict[str, str]:
    """Return what the reader may know: the hub, the token for it, and a home of its own."""
    environment = {
        "PATH": os.defpath,
        "HOME": str(draft),
        "HF_HOME": str(draft / "hub"),
        "HF_ENDPOINT": client.url,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",  # would ask a host outside the hub
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        "PYTHONWARNINGS": "ignore",
    }
    if client.token:
        environment["HF_TOKEN"] = client.token
    return environment


def _run_reader(
    client: HubClient, asked: dict[str, str], draft: Path, alive: Callable[[], bool]
) -> dict[str, str]:
    """Run ``workers.splits`` on a request; return its answer. Its whole group dies with it."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "workers.splits", str(draft), json.dumps(asked)],
        env=_environment(client, draft),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    waited = 0.0
    try:
        while process.poll() is None:
            if waited > READ_LIMIT_S or not alive():
                raise CheckError(f"The dataset could not be read within {READ_LIMIT_S:.0f} s.")
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                waited += 0.5
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    answer = draft / "answer.json"
    if not answer.exists():
        raise CheckError(f"The reader of the dataset died with status {process.returncode}.")
    parsed: dict[str, str] = json.loads(answer.read_text())
    return parsed
