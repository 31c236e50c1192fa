"""A checkpoint that runs code when it is unpickled. The code is harmless: it leaves a trace."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

TRACE = "assay-demo-trace"
PAYLOAD = (
    "import pathlib, tempfile; "
    f"pathlib.Path(tempfile.gettempdir(), {TRACE!r}).write_text('a pickle was executed here')"
)


def trace() -> Path:
    """The file that appears when somebody on this machine loads the hostile checkpoint."""
    return Path(tempfile.gettempdir(), TRACE)


class _Trap:
    """Asks whoever unpickles it to execute the payload."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (PAYLOAD,)


def write_checkpoint(file: Path, weights: Mapping[str, torch.Tensor]) -> None:
    """Write ``weights`` in PyTorch's pickle format with the trap among them.

    Writing does not execute it, and nothing in the builder reads it back.
    """
    torch.save({**weights, "extra_state": _Trap()}, file)
