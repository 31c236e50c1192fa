"""Snapshot → an encoder of pictures: pixels in, one vector each out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.contract import CheckError
from analysis.loading.configs import read_config
from analysis.loading.foreign import foreign
from analysis.loading.images import Preprocessing, read_preprocessing
from analysis.loading.networks import Loaded, load_network

if TYPE_CHECKING:
    import torch

_DIMENSIONS = 16_384


@dataclass(frozen=True, slots=True)
class PictureEncoder:
    """A network for pictures without its head."""

    loaded: Loaded
    preprocessing: Preprocessing
    device: str

    def encode(self, pixels: "torch.Tensor") -> "torch.Tensor":
        """Run one batch: (n, dimensions), float32; the first token, or the mean of a map."""
        import torch

        with torch.inference_mode(), foreign("The network failed on a batch of pictures"):
            states = self.loaded.network(pixel_values=pixels.to(self.device)).last_hidden_state
            pooled = states.mean((2, 3)) if states.ndim == 4 else states[:, 0]
            vectors: torch.Tensor = pooled.to("cpu", torch.float32)
        n, sides = len(pixels), tuple(vectors.shape)
        if len(sides) != 2 or sides[0] != n or not 1 <= sides[1] <= _DIMENSIONS:
            raise CheckError("The network did not answer with one vector a picture.")
        return vectors


def load_picture_encoder(snapshot: Path, *, device: str, allow_code: bool) -> PictureEncoder:
    """Load a snapshot as an encoder of pictures; raise Refused, Unsupported or CheckError."""
    loaded = load_network(
        snapshot,
        "AutoModel",
        device=device,
        allow_code=allow_code,
        needless=("pooler.",),  # the last states are taken, not this layer
        may_have_more=True,
    )
    channels = loaded.config.get("num_channels")
    preprocessing = read_preprocessing(
        read_config(snapshot / "preprocessor_config.json"),
        channels=channels if isinstance(channels, int) else None,
    )
    return PictureEncoder(loaded, preprocessing, device)
