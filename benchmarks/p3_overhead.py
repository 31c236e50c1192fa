"""P3: what verifying adds to a bare loop over the same pictures with the same network.

Both sides load the weights from the same folder, decode the same PNG files, prepare them by the
same arithmetic, run the same network in batches of the same size on as many threads, and count the
right answers. Ours does it as a run does: a sandbox that is warm already, files staged into it, the
pictures read from the Arrow file of the run, predictions through the wire, checked as hostile,
matched with the labels, scored and judged look by look, over the whole split. The two take turns;
where other work shares the machine, the ratio of processor time in the details is the steadier one.
"""

import io
import json
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis import checks
from analysis.contract import Case, Claim, ClaimSource, Finding, Job, Limits, Place, Subject
from benchmarks.harness import Row, Samples
from workers.sandbox.runner import Sandbox

TARGET = 1.10
_SIDE, _CLASSES = 32, 10
_NAMES = [f"class {number}" for number in range(_CLASSES)]
_CLAIM = Claim(
    ClaimSource.MODEL_INDEX,
    Place("README.md"),
    "accuracy: 10",
    "accuracy",
    "10",
    10.0,
    task="image-classification",
    dataset="bench/noise",
    config="default",
    split="test",
    revision="main",
)


@dataclass(frozen=True)
class Split:
    """Pictures as files and as a run's inputs, with their labels."""

    pictures: list[bytes]
    inputs: Path
    labels: list[int]


def rows(*, quick: bool) -> Iterator[Row]:
    """One row: the median over turns of ours against the bare loop."""
    import torch
    from transformers.utils import logging as logs

    logging.disable(logging.WARNING)
    logs.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    count, turns = (1_000, 2) if quick else (4_000, 5)
    count *= 10 if device == "cuda" else 1
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        home = Path(folder)
        snapshot, split = _network(home / "network"), _split(home, count)
        few = _split(home, 64, "few.arrow")
        with Sandbox(home, device=device) as sandbox:
            first, threads, _ = _verify(sandbox, snapshot, few, device)
            batch = int(str(first.evidence["batch_size"]))
            torch.set_num_threads(threads)
            _bare(snapshot, few, batch, device)
            ours, bare, cpu = [], [], []
            for _ in range(turns):
                began = time.perf_counter()
                finding, _, used = _verify(sandbox, snapshot, split, device)
                ours.append(time.perf_counter() - began)
                before, began = time.process_time(), time.perf_counter()
                right = _bare(snapshot, split, batch, device)
                bare.append(time.perf_counter() - began)
                cpu.append(used / (time.process_time() - before))
                if finding.evidence["correct"] != right:
                    raise RuntimeError(f"{finding.evidence['correct']} right, {right} in the loop")
            level = sandbox.level
    yield _row(ours, bare, {"level": level, "pictures": count, "batch": batch, "threads": threads,
                            "device": device, "cpu_ratio": statistics.median(cpu)})  # fmt: skip


def _row(ours: list[float], bare: list[float], details: dict[str, Any]) -> Row:
    ratios = [mine / theirs for mine, theirs in zip(ours, bare, strict=True)]
    ratio = statistics.median(ratios)
    mine = Samples(tuple(ours))
    return Row(
        promise="P3",
        row="verifying, warm, against a bare loop",
        ours=mine.median,
        reference=Samples(tuple(bare)).median,
        unit="s",
        ratio=ratio,
        target=f"<= {TARGET:.2f}x",
        holds=ratio <= TARGET,
        n=len(ours),
        spread=mine.spread,
        details={**details, "ratios": ratios, "per_s": details["pictures"] / mine.median},
    )


def _network(folder: Path) -> Path:
    """A ViT of six layers with drawn weights."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=192,
        num_hidden_layers=6,
        num_attention_heads=3,
        intermediate_size=768,
        image_size=_SIDE,
        patch_size=4,
        id2label=dict(enumerate(_NAMES)),
        label2id={name: number for number, name in enumerate(_NAMES)},
    )
    ViTForImageClassification(config).save_pretrained(folder)
    preprocessing = {
        "image_processor_type": "ViTImageProcessor",
        "size": {"height": _SIDE, "width": _SIDE},
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessing))
    return folder


def _split(home: Path, count: int, name: str = "inputs.arrow") -> Split:
    import pyarrow as pa
    from PIL import Image

    generator = np.random.default_rng(0)
    pictures = []
    for _ in range(count):
        pixels = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).resize((_SIDE, _SIDE)).save(file, "PNG")
        pictures.append(file.getvalue())
    table = pa.table({"img": [{"bytes": picture, "path": None} for picture in pictures]})
    inputs = home / name
    with pa.OSFile(str(inputs), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=1024)
    return Split(pictures, inputs, generator.integers(0, _CLASSES, count).tolist())


def _verify(
    sandbox: Sandbox, snapshot: Path, split: Split, device: str
) -> tuple[Finding, int, float]:
    """Do what a run does between the fetched files and the finding; with threads and CPU time."""
    before = time.process_time()
    check = checks.load("claim")
    subject = Subject("bench/vit", "0" * 40, claim=_CLAIM)
    count = len(split.labels)
    options = check.options(subject)
    job = Job(
        "claim", Path("/model"), Path("/inputs"), count, ("img",), device, 7,
        options=options, limits=Limits(),
    )  # fmt: skip
    files = {path.name: path for path in snapshot.iterdir()}
    case = Case(subject, split.labels, count, tuple(_NAMES), {"whole": True})
    with sandbox.run(job, files, split.inputs) as session:
        finding = check.judge(case, session.parts())
        session.stop()
    used = session.report.cpu_s + time.process_time() - before
    return finding, session.report.threads or os.cpu_count() or 1, used


def _bare(snapshot: Path, split: Split, batch: int, device: str) -> int:
    """What a person would write: decode, stack, run, compare."""
    import torch
    from PIL import Image
    from transformers import ViTForImageClassification

    network = ViTForImageClassification.from_pretrained(snapshot).eval().to(device)
    right = 0
    with torch.inference_mode():
        for start in range(0, len(split.pictures), batch):
            some = [
                np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))
                for picture in split.pictures[start : start + batch]
            ]
            pixels = torch.from_numpy(np.stack(some)).permute(0, 3, 1, 2).to(torch.float32)
            pixels = (pixels * (1 / 255) - 0.5) / 0.5
            best = network(pixel_values=pixels.to(device)).logits.argmax(1).cpu()
            labels = torch.tensor(split.labels[start : start + batch])
            right += int((best == labels).sum())
    return right
