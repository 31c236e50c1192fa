"""Small splits for tests: Arrow files as a worker writes them, pictures, parts of a probe."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from analysis import trial
from analysis.contract import Case, Claim, ClaimSource, Job, Part, Place, Subject
from analysis.metrics import Stated
from analysis.tasks import Task


def write_inputs(folder: Path, columns: Mapping[str, Sequence[Any]]) -> Path:
    """Write the inputs of a job as an Arrow file."""
    table = pa.table(dict(columns))
    path = folder / "inputs.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)
    return path


def png(seed: int, side: int = 32, mode: str = "RGB") -> bytes:
    """Draw a picture of noise."""
    shape = (side, side) if mode == "L" else (side, side, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def cells(count: int, **options: Any) -> list[dict[str, Any]]:
    """Draw pictures in the form in which datasets keep them."""
    return [{"bytes": png(seed, **options), "path": None} for seed in range(count)]


def picture_job(folder: Path, snapshot: Path, pictures: Sequence[Any], **options: Any) -> Job:
    """Make the job of a claim about an image classifier."""
    fields: dict[str, Any] = {
        "check": "claim",
        "snapshot": snapshot,
        "inputs": write_inputs(folder, {"img": pictures}),
        "rows": len(pictures),
        "columns": ("img",),
        "device": "cpu",
        "seed": 7,
        "options": {"task": "image-classification"},
    }
    return Job(**{**fields, **options})


def sentence_job(
    folder: Path, snapshot: Path, pairs: Sequence[tuple[Any, Any]], **options: Any
) -> Job:
    """Make the job of a claim about a sentence encoder."""
    first, second = zip(*pairs, strict=True)
    fields: dict[str, Any] = {
        "check": "claim",
        "snapshot": snapshot,
        "inputs": write_inputs(folder, {"sentence1": first, "sentence2": second}),
        "rows": len(pairs),
        "columns": ("sentence1", "sentence2"),
        "device": "cpu",
        "seed": 7,
        "options": {"task": "sentence-similarity"},
    }
    return Job(**{**fields, **options})


def measured(task: Task, stated: Stated, case: Case, parts: Iterable[Part]) -> trial.Outcome:
    """Hold all parts of a probe against a claim, whatever is certain before the last."""
    whole = replace(case, options={"whole": True, **case.options})
    return trial.run(task, stated, whole, iter(parts))


def claim(**changes: Any) -> Claim:
    """State an accuracy of 92.5 % of a small split."""
    fields: dict[str, Any] = {
        "source": ClaimSource.MODEL_INDEX,
        "place": Place("README.md", "model-index[0]"),
        "raw": "accuracy: 92.5",
        "metric": "accuracy",
        "value_text": "92.5",
        "value": 92.5,
        "task": "image-classification",
        "dataset": "org/pictures",
        "config": "default",
        "split": "test",
        "revision": "main",
    }
    return Claim(**{**fields, **changes})


def subject(stated: Claim | None = None, **changes: Any) -> Subject:
    """Describe a revision with a claim."""
    return Subject("org/name", "0" * 40, claim=stated or claim(), **changes)
