"""Programs of torch.export (.pt2) → networks. Only where a repo's own code may run.

``torch.export.load`` is not free of code execution: weights and constants that an archive marks as
pickled go to ``torch.load(weights_only=False)`` and ``pickle.loads``, and shapes are parsed by
sympy, which evaluates them. No gate in front of it could be complete.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.contract import Refused
from analysis.loading.configs import Config
from analysis.loading.foreign import foreign
from analysis.loading.formats import Format, find_file
from analysis.loading.networks import Loaded

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class PictureProgram:
    """An exported program of one input for pictures, called like a network of torch."""

    program: "torch.nn.Module"
    batch: int | None  # where the program was made for one size of batch only

    def __call__(self, pixel_values: "torch.Tensor") -> Any:
        """Run a batch; a program of a fixed batch gets pieces, the last one filled up."""
        import torch

        pixels = pixel_values.contiguous()
        size = self.batch or len(pixels)
        found = []
        for start in range(0, len(pixels), size):
            piece = pixels[start : start + size]
            lack = size - len(piece)
            filled = torch.cat([piece, piece.new_zeros(lack, *piece.shape[1:])]) if lack else piece
            answer = self.program(filled)
            while not isinstance(answer, torch.Tensor):  # (logits,), or a mapping of them
                answer = next(iter(answer.values() if isinstance(answer, dict) else answer))
            found.append(answer[: size - lack])
        return torch.cat(found)


def load_exported_pictures(
    snapshot: Path, config: Config, *, device: str, allow_code: bool
) -> Loaded:
    """Load the snapshot's program as a network for pictures; raise Refused or Unsupported."""
    import torch

    name = find_file(snapshot, Format.EXPORTED)
    if not allow_code:
        raise Refused(
            f"{name} is a program of torch.export. Loading one can run code, which is not allowed"
            " here.",
            "code",
        )
    with foreign(f"{name} could not be loaded", "weights"):
        found = torch.export.load(snapshot / name)
        program = found.module().to(device)
        placeholders = {node.name: node for node in found.graph.nodes if node.op == "placeholder"}
        pictures = placeholders[found.graph_signature.user_inputs[0]].meta["val"]
        first = pictures.shape[0]
    batch = first if isinstance(first, int) else None
    return Loaded(
        PictureProgram(program, batch), config, (name,), ran_own_code=True, loader="torch.export"
    )
