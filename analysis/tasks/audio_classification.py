"""Audio classification: one sound in, the most likely classes out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Classes
from analysis.arrays import NumpyArray, pack
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Claim,
    Columns,
    Feature,
    Job,
    Part,
    Unsupported,
)
from analysis.metrics import Stated
from analysis.tasks import labels, replies
from analysis.tasks.rows import read_rows
from analysis.tasks.scored_classes import ScoredClasses, describe_labels

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.listener import Listener

_WINDOW = 64  # sounds that are decoded together
_BATCH = 16
_BATCH_S = 240  # seconds of sound that are heard together
_LONGEST_S = 120  # what is heard of a sound
_SOUNDS = ("audio", "sound", "speech", "file")
_LABELS = ("label", "labels", "class", "intent_class", "genre", "emotion", "target", "category")


class AudioClassification:
    """A network gives each sound one of a fixed set of classes."""

    id: ClassVar[str] = "audio-classification"
    answers: ClassVar[type[Answers]] = Classes

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from the scores of the classes."""
        return scoring.can_score(stated, Classes)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: a sound is a sound."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the only sound, and the only label or the one with a usual name."""
        sound = labels.pick(features, ("audio",), _SOUNDS, "sound")
        label = labels.pick(features, ("label",), _LABELS, "label")
        if not label:
            named = {name: features[name] for name in _LABELS if name in features}
            label = labels.pick(named, ("number", "text"), _LABELS, "label")
        if not sound or not label:
            lack = "sound" if label else "label"
            raise Unsupported(f"The dataset has no column with a {lack}.", "dataset")
        return Columns((sound,), label)

    def probe(self, job: Job) -> Iterator[Part]:
        """Classify the sounds in order; NaN for one that cannot be read."""
        from analysis.loading.batching import Batches
        from analysis.loading.listener import load_listener
        from analysis.loading.precision import HalfPrecision

        listener = load_listener(job.snapshot, device=job.device, allow_code=job.allow_code)
        rate = listener.extractor.rate
        largest = _BATCH if listener.extractor.has_mask else 1
        half = HalfPrecision(job.device, job.options.get("precision"))
        batches = Batches(budget=_BATCH_S * rate, largest=largest, half=half)
        # How many classes there are shows with the first sound; silence will do.
        classes = listener.logits([np.zeros(rate, dtype=np.float32)]).shape[1]
        for start, rows in read_rows(job, _WINDOW):
            scores, cut = _classify(listener, batches, [row[0] for row in rows], classes)
            if not start:  # in what precision it runs shows with the first batch
                yield Part("network", _describe(listener, classes, largest) | {"dtype": half.dtype})
            values: dict[str, JSON] = {"start": start, "rows": len(rows), "cut": cut}
            yield Part("predictions", values, {"scores": pack(scores)})

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> "_Reader":
        """Match the network's classes with the dataset's by name."""
        return _Reader(case, network)


class _Reader(ScoredClasses):
    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case, network, "sampling_rate")
        self._cut = 0
        self.evidence["cut_samples"] = 0

    def read(self, part: Part) -> Classes:
        """Read the scores, and of how many sounds only the beginning was heard."""
        answers = super().read(part)
        cut = replies.read_count(part.values, "cut", 0, len(answers))
        if cut and not self._cut:
            self.assumptions.append(
                f"Of sounds of more than {_LONGEST_S} s only the beginning was heard."
            )
        self._cut += cut
        self.evidence["cut_samples"] = self._cut
        return answers


def _describe(listener: "Listener", classes: int, batch_size: int) -> dict[str, JSON]:
    loaded = listener.loaded
    return {
        "classes": classes,
        "labels": describe_labels(listener.labels),
        "batch_size": batch_size,
        "weights": list(loaded.files),
        "own_code": loaded.ran_own_code,
        "loader": loaded.loader,
        "sampling_rate": listener.extractor.rate,
    }


def _classify(
    listener: "Listener", batches: "Batches", cells: Sequence[object], classes: int
) -> tuple[NumpyArray, int]:
    """Give the probabilities of each sound, (n, classes), NaN where it cannot be read.

    And of how many the end was not heard.
    """
    scores = np.full((len(cells), classes), np.nan, dtype=np.float32)
    rate = listener.extractor.rate
    heard = {place: listener.extractor.hear(cell) for place, cell in enumerate(cells)}
    sounds = {
        place: np.pad(sound[: _LONGEST_S * rate], (0, max(0, rate // 40 - len(sound))))
        for place, sound in heard.items()
        if sound is not None
    }
    owners = list(sounds)
    for places, found in batches.each(
        [len(sound) for sound in sounds.values()],
        lambda places: listener.logits([sounds[owners[place]] for place in places]),
    ):
        if found.shape[1] != classes:
            raise CheckError("The network changes its number of classes from batch to batch.")
        scores[[owners[place] for place in places]] = found.softmax(-1).numpy()
    longest = _LONGEST_S * rate
    return scores, sum(sound is not None and len(sound) > longest for sound in heard.values())
