"""Adversarial attacks on image classifiers: as strong as standard AutoAttack, image by image.

Its names are imported when they are asked for, because the modules behind them import torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.attacks.calibration import Calibration, calibrate
    from analysis.attacks.engine import Outcome, attack
    from analysis.attacks.network import Network, Passes
    from analysis.attacks.preconditions import Effect, Flag, Preconditions, examine, masking
    from analysis.attacks.search import Threat
    from analysis.attacks.versions import searches_of

__all__ = [
    "Calibration", "Effect", "Flag", "Network", "Outcome", "Passes", "Preconditions", "Threat",
    "attack", "calibrate", "examine", "masking", "searches_of",
]  # fmt: skip

_MODULES = {
    "Calibration": "calibration",
    "Effect": "preconditions",
    "Flag": "preconditions",
    "Network": "network",
    "Outcome": "engine",
    "Passes": "network",
    "Preconditions": "preconditions",
    "Threat": "search",
    "attack": "engine",
    "calibrate": "calibration",
    "examine": "preconditions",
    "masking": "preconditions",
    "searches_of": "versions",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
