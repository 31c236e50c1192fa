"""Pictures under attack, inside the sandbox: what an attacker can make of each answer.

No label is here. The attacks lead away from the network's own clean answer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from analysis.arrays import NumpyArray, pack
from analysis.attacks import (
    Network,
    Outcome,
    Preconditions,
    attack,
    calibrate,
    examine,
    searches_of,
)
from analysis.attacks.prepared import prepared
from analysis.contract import JSON, CheckError, Job, Part, Unsupported
from analysis.loading import Classifier, load_classifier
from analysis.progress import Tell, followed
from analysis.tasks.attacked import EXAMPLES, LARGEST, describe_threats
from analysis.tasks.prepared import alike
from analysis.tasks.rows import read_rows
from analysis.threats import Threat

_WINDOW = {"cpu": 64, "cuda": 512}  # pictures that are attacked together; a stopped run loses these
_COMPARED = 16  # pictures
_TOP = 5


def attacked(job: Job, threats: Sequence[Threat]) -> Iterator[Part]:
    """Attack the pictures window by window; one that cannot be read is answered by -1."""
    classifier = load_classifier(job.snapshot, device=job.device, allow_code=job.allow_code)
    if classifier.loaded.loader.startswith("onnx"):
        raise Unsupported("No gradient passes through an ONNX network, so it is not attacked.")
    siege = _Siege(classifier, [replace(threat, seed=job.seed) for threat in threats])
    size = _WINDOW[job.device.partition(":")[0]]
    for start, rows in read_rows(job, size):
        window = _Window(start, [row[0] for row in rows], job.first_row + start, len(threats))
        if not siege.is_laid:
            siege.lay(window.cells)
            yield Part("network", {**siege.describe(size), "once": True})
            yield Part("preconditions", {**siege.conditions(), "once": True})
        yield from followed(partial(siege.attack, window, job.rows))
        yield window.part()


@dataclass
class _Window:
    """Some pictures, and what became of each: its first classes, and which attack broke it."""

    start: int
    cells: list[object]
    first_id: int
    radii: int
    passes: dict[str, list[int]] = field(default_factory=dict)
    examples: list[tuple[int, NumpyArray, NumpyArray]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.top = np.full((len(self.cells), _TOP), -1, dtype=np.int32)
        self.broken = np.full((len(self.cells), self.radii), -1, dtype=np.int32)

    def count(self, outcome: Outcome) -> None:
        """Add the passes of an attack."""
        for name, spent in outcome.passes.items():
            before = self.passes.setdefault(name, [0, 0])
            before[0] += spent.forward
            before[1] += spent.backward

    def part(self) -> Part:
        """Pack all of it."""
        spent: dict[str, JSON] = {name: list(pair) for name, pair in self.passes.items()}
        place: dict[str, JSON] = {"start": self.start, "rows": len(self.cells)}
        arrays: dict[str, Any] = {"top": pack(self.top), "broken": pack(self.broken)}
        if self.examples:
            rows, clean, changed = zip(*self.examples, strict=True)
            arrays["example_rows"] = pack(np.array(rows, dtype=np.int32))
            arrays["example_clean"] = pack(np.stack(clean).astype(np.float32))
            arrays["example_changed"] = pack(np.stack(changed).astype(np.float32))
        return Part("predictions", {**place, "passes": spent}, arrays)


class _Siege:
    """Attacks windows of pictures and remembers what it learnt about the network on the way."""

    def __init__(self, classifier: Classifier, threats: Sequence[Threat]) -> None:
        self._classifier = classifier
        self._threats = threats
        self._found: Preconditions | None = None
        self._fast: Network | None = None
        self._classes = 0
        self._examples = EXAMPLES
        for tensor in classifier.loaded.network.parameters():
            tensor.requires_grad_(requires_grad=False)  # of the pictures only

    @property
    def is_laid(self) -> bool:
        """Say whether the network has been looked at."""
        return self._found is not None

    def lay(self, cells: Sequence[object]) -> None:
        """Look at the network with the first pictures of one shape."""
        for _, images in alike(cells, self._classifier.preprocessing):
            self._clean(images)
            where = images.to(self._classifier.device)
            self._found = examine(self._classifier.scores, where, self._threats[-1])
            self._fast = self._faster(self._found.network, where[:_COMPARED])
            return
        raise CheckError(f"None of the first {len(cells)} pictures can be read.")

    def describe(self, size: int) -> dict[str, JSON]:
        """Say what ran, for the evidence and for matching classes by name."""
        loaded, names = self._classifier.loaded, self._classifier.labels
        attacks: list[JSON] = [one.name for one in searches_of(self._threats[0], self._classes)]
        return {
            "classes": self._classes,
            "labels": [[index, name] for index, name in sorted(names.items())],
            "batch_size": size,
            "dtype": "float32",
            "weights": list(loaded.files),
            "own_code": loaded.ran_own_code,
            "loader": loaded.loader,
            "attacks": attacks,
            "threats": describe_threats(self._threats),
        }

    def conditions(self) -> dict[str, JSON]:
        """Say what was found before the attack, and whether the attack does what it must."""
        calibration = calibrate(self._threats[-1], device=self._classifier.device)
        flags = self._found.flags if self._found else ()
        return {
            "flags": [
                {"name": flag.name, "sentence": flag.sentence, "effect": str(flag.effect)}
                for flag in flags
            ],
            "calibration": {"holds": calibration.holds, "sentence": calibration.sentence},
        }

    def attack(self, window: _Window, total: int, tell: Tell) -> None:
        """Attack one window, and say meanwhile how far it is."""

        def say(threat: Threat, outcome: Outcome) -> None:
            stand, name = int(outcome.robust.sum()), list(outcome.passes)[-1]
            told = f"From picture {window.start + 1:,} on, {threat}: {name}, {stand} stand."
            tell(window.start, total, told)

        for places, images in alike(window.cells, self._classifier.preprocessing):
            self._attack(places, images, window, say)

    def _attack(
        self,
        places: list[int],
        images: torch.Tensor,
        window: _Window,
        say: Callable[[Threat, Outcome], None],
    ) -> None:
        """Begin with the largest radius: what stands there stands at the smaller ones, too."""
        clean = self._clean(images)
        best = clean.topk(min(_TOP, clean.shape[1])).indices.int()
        best[clean.isnan().any(1)] = -1
        window.top[places, : best.shape[1]] = best.numpy()
        ids = window.first_id + torch.tensor(places)
        left = torch.arange(len(images))
        network = self._found.network if self._found else self._classifier.scores
        for number in range(len(self._threats) - 1, -1, -1):
            outcome = attack(
                network, images[left], clean[left].argmax(1), ids[left], self._threats[number],
                device=self._classifier.device, fast=self._fast,
                on_progress=partial(say, self._threats[number]),
            )  # fmt: skip
            window.broken[np.array(places)[left.numpy()], number] = outcome.broken_by.int().numpy()
            window.count(outcome)
            if number == len(self._threats) - 1:
                self._keep(places, images, outcome, window)
            left = left[outcome.broken_by >= 0]
            if not len(left):
                return

    def _clean(self, images: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            clean = self._classifier.scores(images.to(self._classifier.device)).cpu()
        if self._classes not in (0, clean.shape[1]):
            raise CheckError("The network changes its number of classes from batch to batch.")
        self._classes = clean.shape[1]
        return clean

    def _faster(self, network: Network, images: torch.Tensor) -> Network | None:
        """Make a copy of the network that searches ask; None where it can't be copied."""

        def ask(copied: object, images: torch.Tensor) -> torch.Tensor:
            loaded = replace(self._classifier.loaded, network=copied)
            return replace(self._classifier, loaded=loaded).scores(images)

        try:
            made = prepared(self._classifier.loaded.network, images, ask)
        except CheckError:  # a program of torch.export, for instance
            return None
        return network.like(partial(ask, made))

    def _keep(
        self, places: list[int], images: torch.Tensor, outcome: Outcome, window: _Window
    ) -> None:
        """Keep a few pictures that were broken at the largest radius, to be shown."""
        for at in (outcome.broken_by >= 0).nonzero()[:, 0].tolist():
            if not self._examples or max(images.shape[2:]) > LARGEST:
                return
            if window.examples and window.examples[0][1].shape != tuple(images.shape[1:]):
                return
            self._examples -= 1
            clean, changed = images[at].numpy(), outcome.adversarial[at].numpy()
            window.examples.append((places[at], clean, changed))
