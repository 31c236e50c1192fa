"""Snapshot → a classifier of sounds: a sound in, the probability of each class out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.arrays import NumpyArray
from analysis.contract import CheckError, Unsupported
from analysis.loading.classifier import read_labels
from analysis.loading.foreign import foreign
from analysis.loading.networks import Loaded, load_network
from analysis.loading.sounds import Extractor, load_extractor

if TYPE_CHECKING:
    import torch

_CLASSES = 100_000


@dataclass(frozen=True, slots=True)
class Listener:
    """A network for sounds with its extractor; ``labels`` are names by class index."""

    loaded: Loaded
    extractor: Extractor
    labels: dict[int, str]
    device: str

    def logits(self, sounds: Sequence[NumpyArray]) -> "torch.Tensor":
        """Run one batch: (n, classes), float32, on the CPU."""
        import torch

        batch = self.extractor.batch(sounds)
        with torch.inference_mode(), foreign("The network failed on a batch of sounds"):
            batch = {name: tensor.to(self.device) for name, tensor in batch.items()}
            logits: torch.Tensor = self.loaded.network(**batch).logits.to("cpu", torch.float32)
        if logits.ndim != 2 or len(logits) != len(sounds) or not 2 <= logits.shape[1] <= _CLASSES:
            raise CheckError(
                f"The network answered {len(sounds)} sounds with an array of shape "
                f"{list(logits.shape)}, not with a row of class scores each."
            )
        return logits


def load_listener(snapshot: Path, *, device: str, allow_code: bool) -> Listener:
    """Load a snapshot as a classifier of sounds; raise Refused, Unsupported or CheckError."""
    loaded = load_network(
        snapshot,
        "AutoModelForAudioClassification",
        device=device,
        allow_code=allow_code,
        needless=tuple(f"{name}.masked_spec_embed" for name in ("wav2vec2", "hubert", "wavlm")),
    )
    if loaded.config.get("problem_type") == "multi_label_classification":
        raise Unsupported("The network gives a sound any number of classes, not one.", "code")
    extractor = load_extractor(snapshot, loaded.config)
    return Listener(loaded, extractor, read_labels(loaded.config), device)
