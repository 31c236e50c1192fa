"""Snapshot → an image classifier: pixels in, one row of logits a picture out."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.contract import CheckError
from analysis.loading.configs import Config, read_config
from analysis.loading.foreign import foreign
from analysis.loading.images import Preprocessing, read_preprocessing
from analysis.loading.networks import Loaded, load_network

if TYPE_CHECKING:
    import torch

_CLASSES = 100_000
_NAME_CHARACTERS = 200
_INDEX = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A network for pictures with its preprocessing; ``labels`` are names by class index."""

    loaded: Loaded
    preprocessing: Preprocessing
    labels: dict[int, str]
    device: str

    def logits(self, pixels: "torch.Tensor") -> "torch.Tensor":
        """Run one batch, (n, channels, height, width) → (n, classes), float32, on the CPU."""
        import torch

        with torch.inference_mode(), foreign("The network failed on a batch of pictures"):
            answer = _logits_of(self.loaded.network(pixel_values=pixels.to(self.device)))
            answer = answer.to("cpu", torch.float32)
        if answer.ndim != 2 or len(answer) != len(pixels) or not 2 <= answer.shape[1] <= _CLASSES:
            raise CheckError(
                f"The network answered {len(pixels)} pictures with an array of shape "
                f"{list(answer.shape)}, not with a row of class scores each."
            )
        return answer


def _logits_of(answer: Any) -> "torch.Tensor":
    import torch

    found = getattr(answer, "logits", None)
    if found is None:
        found = answer[0] if isinstance(answer, (tuple, list)) and answer else answer
    if not isinstance(found, torch.Tensor):
        raise CheckError("The network did not answer with logits.")
    return found


def load_classifier(snapshot: Path, *, device: str, allow_code: bool) -> Classifier:
    """Load a snapshot as an image classifier; raise Refused, Unsupported or CheckError."""
    loaded = load_network(
        snapshot, "AutoModelForImageClassification", device=device, allow_code=allow_code
    )
    channels = loaded.config.get("num_channels")
    preprocessing = read_preprocessing(
        read_config(snapshot / "preprocessor_config.json"),
        channels=channels if isinstance(channels, int) else None,
    )
    return Classifier(loaded, preprocessing, read_labels(loaded.config), device)


def read_labels(config: Config) -> dict[int, str]:
    """Read the names of the classes by index, leaving out whatever is not a name."""
    found = config.get("id2label")
    if not isinstance(found, dict):
        return {}
    return {
        int(index): str(name)[:_NAME_CHARACTERS]
        for index, name in list(found.items())[:_CLASSES]
        if _INDEX.fullmatch(index) and isinstance(name, (str, int))
    }
