"""A check that another package brings, for tests of what carries checks: how bright pictures are.

It needs data and no claim, has options of every kind, tells its progress, draws pictures and
curves. ``installed`` puts it where Python looks for packages, with an entry point.
"""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from analysis import pictures
from analysis.arrays import pack, unpack
from analysis.catalog import Entry
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Columns,
    DataRequest,
    Estimate,
    Feature,
    Finding,
    Job,
    Limits,
    Part,
    PictureKind,
    Queue,
    Subject,
    Unsupported,
    Verdict,
)
from analysis.options import Option, OptionKind

WINDOW = 4  # rows of a part

OPTIONS = (
    Option("dataset", OptionKind.TEXT, "Dataset", "An id of the hub.", is_needed=True),
    Option("split", OptionKind.TEXT, "Split", default="test"),
    Option("norm", OptionKind.CHOICE, "Norm", default="Linf", choices=("Linf", "L2")),
    Option("eps", OptionKind.NUMBER, "Budget", "A share of the range.", 8 / 255, least=0, most=1),
    Option("levels", OptionKind.NUMBERS, "Levels", default=[0.25, 0.5], least=0, most=1),
    Option("n", OptionKind.WHOLE, "Samples", default=16, least=1, most=10_000),
    Option("is_dark", OptionKind.FLAG, "Count dark pictures", default=False),
)
ENTRY = Entry(
    id="brightness",
    version=1,
    title="Brightness, measured",
    target="tests.plugins:Brightness",
    queue=Queue.CPU,
    needs_claim=False,
    about="Says how bright the pictures of a split are.",
    options=OPTIONS,
    is_usual=False,
)


class Brightness:
    """Measures the mean of each picture; the network is not asked."""

    id: ClassVar[str] = "brightness"
    version: ClassVar[int] = 1
    title: ClassVar[str] = ENTRY.title
    queue: ClassVar[Queue] = Queue.CPU
    needs_claim: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits(wall_s=1234.0)

    def vet(self, asked: Mapping[str, JSON]) -> None:
        """Refuse a budget that the norm cannot have."""
        if asked["norm"] == "L2" and asked["eps"] == 1:
            raise ValueError("In L2 a budget of 1 is everything.")

    def applies_to(self, subject: Subject) -> bool:
        """Any revision."""
        return True

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """The probe must know the budget."""
        return {"eps": subject.asked["eps"]}

    def wants(self, subject: Subject) -> DataRequest | None:
        """Measure on the split that is named."""
        return DataRequest(str(subject.asked["dataset"]), "", str(subject.asked["split"]))

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Take the picture."""
        if features["image"].kind != "image":
            raise Unsupported("There is no picture.", "dataset")
        return Columns(("image",), "label")

    def probe(self, job: Job) -> Iterator[Part]:
        """Send the means of a few rows at a time."""
        if job.inputs is None:
            raise CheckError("There is nothing to look at.")
        yield Part("network", {"eps": job.options["eps"]})
        yield Part("preconditions", {"once": True, "of": job.first_row})
        with pa.memory_map(str(job.inputs)) as source:
            cells = pa.ipc.open_file(source).read_all().column(0).to_pylist()
        for start in range(0, job.rows, WINDOW):
            yield Part("progress", {"done": start, "total": job.rows, "sentence": "Looking."})
            found = [
                np.asarray(Image.open(io.BytesIO(one["bytes"]))) for one in cells[start:][:WINDOW]
            ]
            arrays = {"pixels": pack(np.stack(found))}
            said: dict[str, JSON] = {"start": start, "rows": len(found)}
            yield Part("rows", said | {"first": job.first_row}, arrays)

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Compute the mean over all rows."""
        found: list[float] = []
        shown = np.zeros((1, 1), np.uint8)
        once: list[JSON] = []
        for part in parts:
            if part.name == "rows":
                shown = unpack(part.arrays["pixels"])
                found += (shown.mean(axis=(1, 2)) / 255).tolist()
            elif part.name == "preconditions":
                once.append(part.values["of"])
        mean = float(np.mean(found))
        made = [
            pictures.picture("first", shown[0], title="First", alt="Noise.", group="Sample 1"),
            pictures.picture(
                "second",
                shown[1],
                title="Second",
                alt="Noise.",
                kind=PictureKind.ADVERSARIAL,
                group="Sample 1",
            ),
        ]
        points: JSON = [[0.0, mean, mean, mean], [1.0, mean / 2, mean / 3, mean]]
        curve: JSON = {"title": "Light", "series": [{"name": "mean", "points": points}]}
        estimate = Estimate(mean, mean, mean, len(found))
        evidence: dict[str, JSON] = {"curves": [curve], "once": once, "rows_read": len(found)}
        summary = f"The pictures have a mean of {mean:.3f}."
        return Finding(Verdict.MEASURED, summary, estimate, evidence, tuple(made))


def install(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Have Python find the package that brings the check, for as long as the patch lasts."""
    about = folder / "site" / "assay_brightness-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: assay-brightness\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[assay.checks]\nbrightness = tests.plugins:ENTRY\n")
    patch.syspath_prepend(str(about.parent))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """Have the check in the catalog."""
    install(tmp_path, monkeypatch)
    return ENTRY
