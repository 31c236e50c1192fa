"""P4: attacks as strong as the reference's, image by image, with fewer passes and in less time.

The reference is pyautoattack, which is fetched once into a cache. Both sides run in processes of
their own that are started and warm before the clock starts: the same network, images, version
"standard", norm, threads. They take turns, some images at a time; where other work shares the
machine, the ratio of processor time in the details is the steadier one. What each says is broken is
asked once more of the plain network in float32.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from analysis.threats import Norm
from benchmarks.harness import Row, Samples

_ROOT = Path(__file__).resolve().parents[1]
_PIN = (
    "pyautoattack==0.2.0 "
    "--hash=sha256:ce84de323b52ca109949d07a9df8e2f1072a8742bd951a020a678259f93f652d"
)
TARGET_PASSES = 9
TARGET_WALL = {"cpu": 2, "cuda": 4}
QUERIES, QUICK_QUERIES = 5_000, 300
TURNS, QUICK_TURNS = 4, 1


@dataclass(frozen=True)
class Setting:
    """A network under attack, and how many images are attacked: on a GPU, on a CPU, in a hurry."""

    network: str
    norm: Norm
    eps: float
    images: int
    on_cpu: int
    quick: int
    first: int = 1_000  # the rules of the searches were settled on images before this one

    def __str__(self) -> str:
        return f"{self.network} at {self.norm} {self.eps:.4g}"


SETTINGS = (
    Setting("mnist-lenet5-clean", "Linf", 0.3, 1_000, 1_000, 64),  # robust accuracy near 0
    Setting("mnist-lenet5-pgd", "Linf", 0.3, 1_000, 200, 16),  # near 90 %
    Setting("cifar10-resnet20", "Linf", 0.5 / 255, 1_000, 64, 6),  # near 50 %
    Setting("cifar10-resnet20", "L2", 0.08, 1_000, 24, 0),
    Setting("cifar10-resnet20", "L1", 0.75, 1_000, 24, 0, first=2_000),
)


def rows(*, quick: bool) -> Iterator[Row]:
    """One row a network: wall time; passes where nearly all break; and what ours has missed."""
    import torch

    from benchmarks import attacks_networks

    home = attacks_networks.folder()
    if home is None:
        _say("P4: the folder of real test material is not here (set ASSAY_REAL_DATA)")
        return
    reference = _reference()
    if reference is None:
        return
    device = "cuda" if torch.cuda.is_available() else "cpu"
    found = []
    with _worker("ours") as ours, _worker("reference", reference) as theirs:
        for setting in SETTINGS:
            count = setting.quick if quick else setting.images
            count = min(count, setting.on_cpu) if device == "cpu" else count
            if not count:
                continue
            pair = _turns(setting, home, count, quick, ours, theirs)
            found.append(pair)
            yield _wall(setting, device, quick, *pair)
            if setting is SETTINGS[0]:
                yield _passes(setting, *pair)
    yield _missed(found)


@dataclass(frozen=True)
class Side:
    """What the turns of one side found, added up."""

    turns: list[dict[str, Any]]

    def total(self, name: str) -> Any:
        """Add up numbers or lists."""
        first, *rest = [turn[name] for turn in self.turns]
        return sum(rest, first)

    @property
    def passes(self) -> int:
        """Forward and backward."""
        return int(self.total("forward") + self.total("backward"))


def _turns(
    setting: Setting,
    home: Path,
    count: int,
    quick: bool,
    ours: subprocess.Popen[str],
    theirs: subprocess.Popen[str],
) -> tuple[Side, Side]:
    turns = QUICK_TURNS if quick else TURNS
    job = {
        "home": str(home),
        "network": setting.network,
        "norm": setting.norm,
        "eps": setting.eps,
        "queries": QUICK_QUERIES if quick else QUERIES,
        "batch": 250,
    }
    found: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for turn in range(turns):
        first, end = (setting.first + count * part // turns for part in (turn, turn + 1))
        sides = [(ours, found[0]), (theirs, found[1])]
        for worker, answers in sides if turn % 2 else reversed(sides):
            _asked(worker, job | {"first": 9_000, "count": 2, "queries": 2})  # warms up
            answers.append(_asked(worker, job | {"first": first, "count": end - first}))
    return Side(found[0]), Side(found[1])


def _wall(setting: Setting, device: str, quick: bool, ours: Side, theirs: Side) -> Row:
    # In a hurry Square, which has most to gain, gets few queries: it is enough to be faster.
    target = 1 if quick else TARGET_WALL[device]
    ratio = ours.total("wall_s") / theirs.total("wall_s")
    missed = set(theirs.total("broken")) - set(ours.total("broken"))
    right, broken = len(ours.total("right")), len(ours.total("broken"))
    images = f"{right - broken} of {right} robust"
    return Row(
        promise="P4",
        row=f"{setting}, {images}",
        ours=ours.total("wall_s"),
        reference=theirs.total("wall_s"),
        unit="s",
        ratio=ratio,
        target=f"<= 1/{target}, none missed",
        holds=ratio <= 1 / target and not missed and not ours.total("unconfirmed"),
        n=right,
        spread=Samples(tuple(turn["wall_s"] for turn in ours.turns)).spread,
        details={
            "device": device,
            "missed": sorted(missed),
            "further": sorted(set(ours.total("broken")) - set(theirs.total("broken"))),
            "unconfirmed": ours.total("unconfirmed"),
            "cpu_ratio": ours.total("cpu_s") / theirs.total("cpu_s"),
            "wall_ratios": [
                one["wall_s"] / other["wall_s"]
                for one, other in zip(ours.turns, theirs.turns, strict=True)
            ],
            "forward": [ours.total("forward"), theirs.total("forward")],
            "backward": [ours.total("backward"), theirs.total("backward")],
            "robust": [right - broken, right - len(theirs.total("broken"))],
        },
    )


def _passes(setting: Setting, ours: Side, theirs: Side) -> Row:
    ratio = ours.passes / theirs.passes
    return Row(
        promise="P4",
        row=f"passes, {setting}",
        ours=ours.passes,
        reference=theirs.passes,
        unit="passes",
        ratio=ratio,
        target=f"<= 1/{TARGET_PASSES}",
        holds=ratio <= 1 / TARGET_PASSES,
        n=len(ours.total("right")),
        spread=0.0,
    )


def _missed(found: list[tuple[Side, Side]]) -> Row:
    """Count over all networks what the reference breaks and ours does not."""
    broken, missed, further, unconfirmed = 0, 0, 0, 0
    for ours, theirs in found:
        mine, their = set(ours.total("broken")), set(theirs.total("broken"))
        broken, missed = broken + len(their), missed + len(their - mine)
        further += len(mine - their)
        unconfirmed += len(ours.total("unconfirmed"))
    return Row(
        promise="P4",
        row="broken by the reference alone",
        ours=missed,
        reference=broken,
        unit="images",
        ratio=missed / max(broken, 1),
        target="0, all confirmed",
        holds=missed == 0 and unconfirmed == 0,
        n=sum(len(ours.total("right")) for ours, _ in found),
        spread=0.0,
        details={"further_confirmed": further, "unconfirmed": unconfirmed},
    )


@contextmanager
def _worker(side: str, *folders: Path) -> Iterator[subprocess.Popen[str]]:
    path = os.pathsep.join([*map(str, folders), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.attacks_worker", side],
        cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            _pipe(process.stdin).close()


def _asked(worker: subprocess.Popen[str], job: dict[str, Any]) -> dict[str, Any]:
    stdin = _pipe(worker.stdin)
    stdin.write(json.dumps(job) + "\n")
    stdin.flush()
    answer = _pipe(worker.stdout).readline()
    if not answer:
        raise RuntimeError(f"a worker ended with {worker.wait()} on {job}")
    found: dict[str, Any] = json.loads(answer)
    return found


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the worker was started without pipes")
    return pipe


def _reference() -> Path | None:
    """Fetch the reference once, by its hash and without what it would pull in."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assay-bench"
    folder = cache / _PIN.partition(" ")[0]
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as fresh:
        pin = Path(fresh) / "pin.txt"
        pin.write_text(_PIN)
        target = Path(fresh) / "packages"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        options = ["--no-compile", "--target", str(target), "--require-hashes", "-r", str(pin)]
        done = subprocess.run([*pip, *options], capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
            _say(f"P4: the reference could not be fetched: {last}")
            return None
        shutil.move(target, folder)
    return folder


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
