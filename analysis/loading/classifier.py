"""Snapshot → an image classifier: pixels in, one row of logits a picture out."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.contract import CheckError
from analysis.loading.configs import Config, read_config
from analysis.loading.exported import load_exported_pictures
from analysis.loading.foreign import foreign
from analysis.loading.formats import Format, files_of, preferred
from analysis.loading.images import Preprocessing, read_preprocessing
from analysis.loading.networks import Loaded, load_network
from analysis.loading.onnx import load_onnx_pictures
from analysis.loading.timm_repos import (
    is_timm,
    load_timm,
    read_timm_labels,
    read_timm_preprocessing,
)

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

        # A GPU tells what failed when its answer is fetched.
        with torch.inference_mode(), foreign("The network failed on a batch of pictures"):
            return self._answer(pixels.to(self.device)).to("cpu")

    def scores(self, images: "torch.Tensor") -> "torch.Tensor":
        """Run images that lie in [0, 1], (n, channels, height, width), on the device.

        Gives the logits, (n, classes) float32, as a function of the images: where autograd is on,
        they can be differentiated.
        """
        return self._answer(self.preprocessing.from_unit(images))

    def _answer(self, pixels: "torch.Tensor") -> "torch.Tensor":
        with foreign("The network failed on a batch of pictures"):
            answer = _logits_of(self.loaded.network(pixel_values=pixels)).float()
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
    wanted = preferred(files_of(snapshot))
    if wanted is Format.ONNX:
        loaded = load_onnx_pictures(snapshot, _config_if_any(snapshot))
        device = "cpu"
    elif wanted is Format.EXPORTED:
        config = _config_if_any(snapshot)
        loaded = load_exported_pictures(snapshot, config, device=device, allow_code=allow_code)
    elif is_timm(config := _config_if_any(snapshot)):
        loaded = load_timm(snapshot, config, device=device)
    else:
        loaded = load_network(
            snapshot, "AutoModelForImageClassification", device=device, allow_code=allow_code
        )
    if is_timm(loaded.config):
        labels = read_timm_labels(loaded.config)
        return Classifier(loaded, read_timm_preprocessing(loaded.config), labels, device)
    channels = loaded.config.get("num_channels")
    preprocessing = read_preprocessing(
        read_config(snapshot / "preprocessor_config.json"),
        channels=channels if isinstance(channels, int) else None,
    )
    return Classifier(loaded, preprocessing, read_labels(loaded.config), device)


def _config_if_any(snapshot: Path) -> Config:
    """Read config.json, which formats that hold their architecture can do without."""
    path = snapshot / "config.json"
    return read_config(path) if path.is_file() else {}


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
