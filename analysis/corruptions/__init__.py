"""Common corruptions of pictures: noise, blur, weather and digital faults at five severities.

The 15 corruptions of ImageNet-C and the 4 that its authors keep for validation (Hendrycks and
Dietterich, ICLR 2019), written anew for batches of tensors. ``corrupt`` needs torch, which is
imported when it is first asked for; all else here needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from analysis.corruptions.summary import Summary, summarise
from analysis.corruptions.table import ALEXNET_ERRORS, EXTRA, NAMES, kind_of

if TYPE_CHECKING:
    from analysis.corruptions.applying import corrupt

__all__ = ["ALEXNET_ERRORS", "EXTRA", "NAMES", "Summary", "corrupt", "kind_of", "summarise"]


def __getattr__(name: str) -> Any:
    if name == "corrupt":
        return import_module("analysis.corruptions.applying").corrupt
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
