"""Puts a mark into an owner's network: ``python -m workers.embedding JSON``.

Writes lines of JSON: how far it is, and at the end what came out. The network is taught in the
sandbox; what it leaves is written beside the owner's own files, and nowhere else.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from analysis.arrays import NumpyArray, unpack
from analysis.contract import (
    Case,
    CheckError,
    Columns,
    DataRequest,
    Job,
    Limits,
    Part,
    Subject,
    Unsupported,
)

TARGET = "analysis.watermarks.embedding:Embedding"
FACTS = ("accuracy_before", "accuracy_after", "fit", "held", "seconds")
MODEL, KEYS, MARK = "model", "keys.safetensors", "mark.json"
LIMITS = Limits(wall_s=6 * 3600.0, memory_bytes=12 << 30, output_bytes=8 << 30)
_PICKLES = (".bin", ".pt", ".pth", ".th", ".ckpt", ".safetensors", ".index.json")
_MOST_STEPS = (1 << 31) - 1

Told = Callable[[int, int, str], None]  # done, total, what


@dataclass(frozen=True, slots=True)
class Order:
    """What is marked, with what, and where it goes. ``revision`` is a primary key, or 0."""

    out: str
    scheme: str
    bits: int
    hub: str
    folder: str = ""
    revision: int = 0
    dataset: str = ""
    config: str = ""
    split: str = "train"
    images: int = 5_000
    seed: int = 0
    eps: float | None = None
    rate: float | None = None
    most_steps: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A marked network and its keys, in memory: ``files`` are those beside the weights."""

    files: Mapping[str, Path]
    tensors: Mapping[str, NumpyArray] = field(repr=False)
    keys: bytes = field(repr=False)
    facts: Mapping[str, int | float]

    def write(self, model: Path) -> None:
        """Write the marked network, and nothing of its keys."""
        from safetensors.numpy import save_file

        model.mkdir(parents=True, exist_ok=True)
        for path, source in self.files.items():
            if not path.endswith(_PICKLES):
                (model / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, model / path)
        save_file(dict(self.tensors), str(model / "model.safetensors"), metadata={"format": "pt"})


def main(text: str) -> int:
    """Carry out an order; the last line says what came out, or why nothing did."""
    import django

    django.setup()
    from registry.hub.problems import HubProblem
    from workers.measure import close_sandbox
    from workers.sandbox.outcomes import Died, SandboxUnavailable

    raw = json.loads(text)
    order = Order(**{one.name: raw[one.name] for one in fields(Order) if one.name in raw})
    try:
        out = _empty(order.out)
        answer = _written(order, make(order, _tell), out)
    except (CheckError, HubProblem, Died, SandboxUnavailable, OSError) as error:
        _say(error=str(error))
        return 1
    finally:
        close_sandbox()
    _say(**answer)
    return 0


def _say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def _tell(done: int, total: int, sentence: str) -> None:
    _say(done=done, total=total, sentence=sentence)


def _empty(folder: str) -> Path:
    out = Path(folder)
    if out.exists() and any(out.iterdir()):
        raise CheckError(f"{folder} is not empty: name a folder that is new.")
    return out


def make(
    order: Order, told: Told, alive: Callable[[], bool] = lambda: True, limits: Limits = LIMITS
) -> Made:
    """Have the network taught its mark in this process's sandbox.

    ``told`` hears how far it is; ``alive`` ends it by saying False. Raises CheckError, HubProblem,
    Died, Cancelled, SandboxUnavailable and OSError.
    """
    from django.conf import settings

    from registry.hub.client import HubClient
    from registry.hub.credentials import token_for
    from workers.folders import work_folder

    with (
        HubClient(order.hub, token_for(order.hub)) as client,
        work_folder(settings.ASSAY_HOME, 0) as work,
    ):
        files, subject = _files(order, client, told, alive)
        rows, job = _job(order, client, subject, work, alive)
        return _marked(files, replace(job, limits=limits), rows, told, alive)


def _files(
    order: Order, client: Any, told: Told, alive: Callable[[], bool]
) -> tuple[dict[str, Path], Subject]:
    """Return the network's files, and what is known of it."""
    from django.conf import settings

    from registry.models import Revision
    from workers.sandbox.outcomes import Cancelled
    from workers.snapshots import Snapshots

    asked = {"dataset": order.dataset, "config": order.config, "split": order.split}
    if order.folder:
        place = Path(order.folder)
        if not place.is_dir():
            raise CheckError(f"There is no folder {order.folder}.")
        found = {
            str(path.relative_to(place)): path
            for path in sorted(place.rglob("*"))
            if path.is_file() and not any(part.startswith(".") for part in path.parts)
        }
        return found, Subject(order.folder, "", asked=asked)
    revision = Revision.objects.select_related("repo__hub").get(pk=order.revision)

    def on_bytes(done: int, total: int) -> None:
        if not alive():
            raise Cancelled("The embedding was cancelled.")
        told(done >> 20, total >> 20, "Fetching the files, MiB.")

    fetched = Snapshots(settings.ASSAY_HOME).fetch(client, revision, on_bytes)
    return {path: one.blob for path, one in fetched.items()}, Subject(
        revision.repo.name, revision.sha, asked=asked
    )


def _job(
    order: Order, client: Any, subject: Subject, work: Path, alive: Callable[[], bool]
) -> tuple[Path, Job]:
    """Write the owner's images with their classes, and say what is to be done with them."""
    from django.conf import settings

    from analysis.tasks import labels
    from analysis.tasks.image_classification import ImageClassification
    from workers import inputs
    from workers.samples import Splits

    if not order.dataset:
        raise Unsupported("Say which dataset has images for the network to learn its mark on.", "")
    request = DataRequest(order.dataset, order.config, order.split)
    split = Splits(settings.ASSAY_HOME).read(client, request, alive)
    columns = ImageClassification().columns(split.features)
    sample = inputs.draw(split, columns, seed=order.seed, limit=order.images)
    given = split.features[columns.target].names
    numbers, names = labels.read_targets(
        Case(subject, sample.targets, sample.population, label_names=given)
    )
    rows = _with_classes(sample, columns, numbers, work)
    options: dict[str, Any] = {"scheme": order.scheme, "bits": order.bits, "classes": list(names)}
    for name in ("eps", "rate", "most_steps"):
        if getattr(order, name) is not None:
            options[name] = getattr(order, name)
    device = str(settings.ASSAY_DEVICE) or "cpu"
    return rows, Job(
        check="mark", snapshot=Path("/model"), inputs=Path("/inputs"), rows=sample.rows,
        columns=("input_0", "class"), device=device, seed=order.seed,
        allow_code=settings.ASSAY_ALLOW_CODE, options=options,
    )  # fmt: skip


def _with_classes(sample: Any, columns: Columns, numbers: NumpyArray, work: Path) -> Path:
    """Write the rows of a sample with their classes beside them."""
    import pyarrow as pa

    plain = sample.write(work / "images.arrow")
    path = work / "inputs.arrow"
    done = 0
    with pa.memory_map(str(plain)) as source, pa.ipc.open_file(source) as reader:
        schema = reader.schema.append(pa.field("class", pa.int64()))
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as out:
            for place in range(reader.num_record_batches):
                batch = reader.get_batch(place)
                classes = pa.array(numbers[done : done + len(batch)], pa.int64())
                out.write_batch(
                    pa.RecordBatch.from_arrays([*batch.columns, classes], schema=schema)
                )
                done += len(batch)
    return path


def _marked(
    files: Mapping[str, Path], job: Job, rows: Path, told: Told, alive: Callable[[], bool]
) -> Made:
    """Run the embedding in the sandbox."""
    from analysis.watermarks.envelope import KeysError, envelope_of
    from workers.measure import sandbox

    inside = sandbox(job.device).run(job, files, rows, target=TARGET, on_beat=alive)
    with inside as session:
        facts, keys, tensors = _heard(session.parts(), told)
    if keys is None or not tensors:
        raise CheckError("The sandbox ended without a marked network.")
    try:
        envelope = envelope_of(keys)
    except KeysError as error:
        raise CheckError(str(error)) from error
    if envelope.scheme != job.options["scheme"]:
        raise CheckError("The sandbox gave keys of another scheme than was asked for.")
    return Made(files, tensors, keys, facts)


def _heard(
    parts: Iterator[Part], told: Told
) -> tuple[dict[str, int | float], bytes | None, dict[str, NumpyArray]]:
    """Take what the sandbox sends, which somebody else's code may have forged."""
    facts: dict[str, int | float] = {}
    keys: bytes | None = None
    tensors: dict[str, NumpyArray] = {}
    for part in parts:
        if part.name == "progress":
            done, total = (_count(part.values.get(name)) for name in ("done", "total"))
            told(done, total, str(part.values.get("sentence", ""))[:200])
        elif part.name == "embedded":
            found = {name: part.values.get(name) for name in FACTS}
            facts = {name: value for name, value in found.items() if isinstance(value, int | float)}
            keys = unpack(part.arrays["keys"]).tobytes() if "keys" in part.arrays else None
        elif part.name == "tensor" and isinstance(part.values.get("name"), str):
            tensors[str(part.values["name"])] = unpack(part.arrays["data"])
    return facts, keys, tensors


def _count(value: object) -> int:
    """Return a number of steps as a database can hold it."""
    return min(max(value, 0), _MOST_STEPS) if isinstance(value, int) else 0


def _written(order: Order, made: Made, out: Path) -> dict[str, Any]:
    """Write the marked network, its keys and what is known of both; keys for their owner only."""
    from analysis.watermarks.envelope import envelope_of

    envelope = envelope_of(made.keys)
    made.write(out / MODEL)
    descriptor = os.open(out / KEYS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(made.keys)
    told = {
        **asdict(envelope), **made.facts, "seed": order.seed, "dataset": order.dataset,
        "config": order.config, "split": order.split, "model": str(out / MODEL),
        "keys": str(out / KEYS), "bits": envelope.keys,
    }  # fmt: skip
    (out / MARK).write_text(json.dumps(told, indent=2) + "\n")
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
