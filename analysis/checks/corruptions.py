"""The check "corruptions": how many answers stand in noise, blur, bad weather and compression."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from analysis import corruptions, pictures
from analysis.arrays import NumpyArray, pack
from analysis.checks.data import split_of
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
    Picture,
    PictureKind,
    Queue,
    Subject,
    Unsupported,
    Verdict,
)
from analysis.corruptions import EXTRA, NAMES, Summary, kind_of
from analysis.tasks import replies
from analysis.tasks.image_classification import ClassReader, ImageClassification
from analysis.tasks.prepared import alike
from analysis.tasks.rows import read_rows

if TYPE_CHECKING:
    import torch

    from analysis.loading import Classifier

SEVERITIES = 5
_WINDOW = 32  # pictures that are corrupted together
_TOP = 5
_SHOWN_AT = 3  # the severity of the pictures that are shown
_LARGEST = 256


class CorruptionsCheck:
    """Measures accuracy on the 15 common corruptions of ImageNet-C at five severities."""

    id: ClassVar[str] = "corruptions"
    version: ClassVar[int] = 1
    title: ClassVar[str] = "Robustness against common corruptions"
    queue: ClassVar[Queue] = Queue.CPU
    needs_claim: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    limits: ClassVar[Limits] = Limits(wall_s=4 * 3600.0)

    def applies_to(self, subject: Subject) -> bool:
        """Classifiers of pictures."""
        return subject.pipeline_tag == ImageClassification.id

    def options(self, subject: Subject) -> Mapping[str, JSON]:
        """Say whether the four extra ones are asked for, too."""
        return {"extra": subject.asked.get("extra") is True}

    def wants(self, subject: Subject) -> DataRequest | None:
        """Name the split: the one that is asked for, or that of a claim."""
        return split_of(subject, ImageClassification.id)

    def columns(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Choose picture and label as for a claim of accuracy."""
        return ImageClassification().columns(features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Classify each picture as it is and with each corruption, inside the sandbox."""
        from analysis.loading import load_classifier

        classifier = load_classifier(job.snapshot, device=job.device, allow_code=job.allow_code)
        runner = _Runner(classifier, job)
        is_described = False
        for start, rows in read_rows(job, _WINDOW):
            part = runner.part(start, [row[0] for row in rows], job.first_row + start)
            if not is_described:
                yield Part("network", {**runner.describe(), "once": True})
                is_described = True
            yield part

    def judge(self, case: Case, parts: Iterator[Part]) -> Finding:
        """Count right answers for each corruption and severity."""
        if not case.targets:
            raise CheckError("The split has no samples.")
        network = replies.read_network(parts)
        names, constants = _names_in(network)
        reader = ClassReader(case, network)
        clean, correct, shown = _answers(reader, parts, len(names))
        reader.end()
        seed: Any = case.options.get("seed", 0)
        found = corruptions.summarise(correct, clean, names, constants, int(seed))
        evidence: dict[str, JSON] = {
            **reader.evidence,
            "task": ImageClassification.id,
            "metric": "accuracy",
            "population": case.population,
            "constants": constants,
            "assumptions": [*reader.assumptions, _ASSUMED],
            **_figures(found),
            "bars": [_bars(found)],
            "curves": [_curve(found)],
        }
        summary = _sentence(found, constants)
        drawn = tuple(_pictures(shown, names)) if shown is not None else ()
        return Finding(Verdict.MEASURED, summary, found.mean, evidence, drawn)


_ASSUMED = (
    "The corruptions are made here, in memory and from a seed: figures differ by up to a point from"
    " those on the published sets."
)


class _Runner:
    """Corrupts windows of pictures and asks the network."""

    def __init__(self, classifier: "Classifier", job: Job) -> None:
        self._classifier = classifier
        self._seed = job.seed
        self._device = classifier.device
        self._names = NAMES + (EXTRA if job.options.get("extra") is True else ())
        if classifier.preprocessing.mode == "L":
            self._names = tuple(name for name in self._names if name != "saturate")
        self._constants = ""
        self._classes = 0

    def describe(self) -> dict[str, JSON]:
        """Say what ran, for the evidence and for matching classes by name."""
        loaded, names = self._classifier.loaded, self._classifier.labels
        return {
            "classes": self._classes,
            "labels": [[index, name] for index, name in sorted(names.items())],
            "batch_size": _WINDOW,
            "dtype": "float32",
            "weights": list(loaded.files),
            "own_code": loaded.ran_own_code,
            "loader": loaded.loader,
            "names": list(self._names),
            "constants": self._constants,
        }

    def part(self, start: int, cells: Sequence[object], first: int) -> Part:
        """Answer one window; the first picture of all comes along as it was shown."""
        n = len(cells)
        top = np.full((n, _TOP), -1, dtype=np.int32)
        found = np.full((n, len(self._names), SEVERITIES), -1, dtype=np.int32)
        shown: list[NumpyArray] = []
        for places, images in alike(cells, self._classifier.preprocessing):
            best = self._best(images)
            top[places, : best.shape[1]] = best
            self._corrupt(places, images, first, found, shown if first == 0 else None)
        arrays = {"top": pack(top), "corrupted": pack(found)}
        if shown and max(shown[0].shape) <= _LARGEST:
            arrays["shown"] = pack(np.stack(shown).astype(np.float32))
        return Part("predictions", {"start": start, "rows": n}, arrays)

    def _best(self, images: "torch.Tensor") -> NumpyArray:
        import torch

        with torch.inference_mode():
            logits = self._classifier.scores(images.to(self._device)).cpu()
        if self._classes not in (0, logits.shape[1]):
            raise CheckError("The network changes its number of classes from batch to batch.")
        self._classes = logits.shape[1]
        best = logits.topk(min(_TOP, self._classes)).indices.int()
        best[logits.isnan().any(1)] = -1
        found: NumpyArray = best.numpy()
        return found

    def _corrupt(
        self,
        places: list[int],
        images: "torch.Tensor",
        first: int,
        found: NumpyArray,
        shown: list[NumpyArray] | None,
    ) -> None:
        import torch

        from analysis.corruptions.table import chosen

        constants = chosen("auto", *images.shape[2:])
        if self._constants not in ("", constants):
            raise Unsupported("The pictures are of very different sizes.", "dataset")
        self._constants = constants
        ids = first + torch.tensor(places)
        if shown is not None and not shown:
            shown.append(images[0].numpy())
        for column, name in enumerate(self._names):
            for severity in range(1, SEVERITIES + 1):
                changed = corruptions.corrupt(
                    images.to(self._device), name, severity,
                    seed=self._seed, ids=ids.to(self._device), constants=constants,
                )  # fmt: skip
                found[places, column, severity - 1] = self._best(changed)[:, 0]
                is_shown = severity == _SHOWN_AT and name in NAMES
                if shown is not None and is_shown and len(shown) == 1 + column:
                    shown.append(changed[0].cpu().numpy())


def _names_in(network: Mapping[str, JSON]) -> tuple[list[str], str]:
    names, constants = network.get("names"), network.get("constants")
    if not isinstance(names, list) or len(set(map(str, names))) != len(names):
        raise CheckError("The sandbox did not say which corruptions it made.")
    known = [str(name) for name in names if name in NAMES + EXTRA]
    if len(known) != len(names) or not set(NAMES) <= set(known):
        raise CheckError("The sandbox did not make the corruptions that it was asked for.")
    return known, str(constants)[:40]


def _answers(
    reader: ClassReader, parts: Iterator[Part], corrupted: int
) -> tuple[NumpyArray, NumpyArray, NumpyArray | None]:
    """Read all parts: right answers (n,), right ones by corruption, and what is to be shown."""
    clean, correct, shown = [], [], None
    for part in parts:
        answers = reader.read(part)
        given = replies.read_array(part, "corrupted", "i4", 3)
        if given.shape != (len(answers), corrupted, SEVERITIES):
            raise CheckError("The sandbox sent answers to other corruptions than it made.")
        right = answers.right
        clean.append((answers.ranked[:, 0] == right) & (right >= 0))
        correct.append((reader.in_dataset(given) == right[:, None, None]) & (given >= 0))
        if shown is None and "shown" in part.arrays:
            shown = replies.read_array(part, "shown", "f4", 4)
    if not clean:
        raise CheckError("The sandbox answered nothing.")
    return np.concatenate(clean), np.concatenate(correct), shown


def _numbers(estimate: Estimate | None) -> JSON:
    if estimate is None:
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _figures(found: Summary) -> dict[str, JSON]:
    return {
        "clean": _numbers(found.clean),
        "mean": _numbers(found.mean),
        "relative": _numbers(found.relative),
        "mce": _numbers(found.mce),
        "cells": {name: [one.value for one in cells] for name, cells in found.cells.items()},
    }


def _bars(found: Summary) -> dict[str, JSON]:
    groups: dict[str, list[JSON]] = {}
    for name, of_it in found.corruptions.items():
        bar: JSON = {
            "name": _said(name),
            "value": of_it.value,
            "low": of_it.low,
            "high": of_it.high,
        }
        groups.setdefault(kind_of(name), []).append(bar)
    return {
        "title": "Accuracy by corruption, mean of five severities",
        "unit": "share",
        "groups": [{"name": kind.capitalize(), "bars": bars} for kind, bars in groups.items()],
    }


def _curve(found: Summary) -> dict[str, JSON]:
    series: list[JSON] = []
    for kind in dict.fromkeys(map(kind_of, found.cells)):
        names = [name for name in found.cells if kind_of(name) == kind]
        points: list[JSON] = [[0, found.clean.value, found.clean.low, found.clean.high]]
        for place in range(SEVERITIES):
            mean = float(np.mean([found.cells[name][place].value for name in names]))
            points.append([place + 1, mean, None, None])
        series.append({"name": kind, "points": points})
    return {
        "title": "Accuracy by severity",
        "x": "severity (0: as it is)",
        "y": "accuracy",
        "series": series,
    }


def _said(name: str) -> str:
    return name.replace("_", " ")


def _sentence(found: Summary, constants: str) -> str:
    clean, mean = found.clean, found.mean
    worst = min(found.corruptions, key=lambda name: found.corruptions[name].value)
    said = (
        f"Of {found.n:,} pictures {100 * clean.value:.1f} % are answered rightly, and"
        f" {100 * mean.value:.1f} % ({100 * mean.low:.1f}–{100 * mean.high:.1f} %) on the mean of"
        f" the 15 common corruptions at five severities; worst is {_said(worst)} with"
        f" {100 * found.corruptions[worst].value:.1f} %"
    )
    return f"{said} (mCE {100 * found.mce.value:.1f})." if found.mce else f"{said}."


def _pictures(shown: NumpyArray, names: Sequence[str]) -> Iterator[Picture]:
    """Show the first picture as it is, and with each corruption."""
    said = ["as it is", *(f"{_said(name)}, severity {_SHOWN_AT}" for name in names)]
    for number, (image, title) in enumerate(zip(shown, said, strict=False)):
        yield pictures.picture(
            f"corruption-{number:02}", image, title=title, group="The first picture",
            alt=f"The first picture of the sample, {title}",
            kind=PictureKind.CORRUPTED if number else PictureKind.CLEAN,
        )  # fmt: skip
