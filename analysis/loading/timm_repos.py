"""timm's repos → networks and preprocessing, where timm is installed.

transformers' TimmWrapper would need timm as well, and takes its preprocessing from it. timm itself
wants torchvision, so that it is an extra; without it a repo says what is missing.
"""

import importlib
import math
import re
from pathlib import Path
from typing import Any

from analysis.contract import JSON, Unsupported
from analysis.loading.configs import Config, vet
from analysis.loading.foreign import foreign
from analysis.loading.images import SIDE, Preprocessing
from analysis.loading.networks import Loaded, fill, refuse_gaps
from analysis.loading.weights import load_weights

_ARCHITECTURE = re.compile(r"[a-z0-9_]{1,100}", re.ASCII)
_FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
# Arguments of timm.create_model that say from where weights come.
_TAKEN = frozenset(
    (
        "model_name",
        "pretrained",
        "pretrained_cfg",
        "pretrained_cfg_overlay",
        "pretrained_strict",
        "checkpoint_path",
        "cache_dir",
        "scriptable",
        "exportable",
        "no_jit",
    )
)
_SHARE = 0.875  # timm's own share of a picture where a config is silent
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def is_timm(config: Config) -> bool:
    """Say whether a config.json is one of timm's."""
    return isinstance(config.get("architecture"), str) and "model_type" not in config


def load_timm(snapshot: Path, config: Config, *, device: str) -> Loaded:
    """Build the architecture by timm and fill it; raise Unsupported, code where timm lacks."""
    import torch

    vet(config, "config.json", allow_code=False)
    name = str(config.get("architecture"))
    if not _ARCHITECTURE.fullmatch(name):
        raise Unsupported(f"The architecture {name[:60]!a} is no name of timm's.", "code")
    try:
        timm: Any = importlib.import_module("timm")
    except ImportError as fault:
        raise Unsupported(
            f"The architecture {name!a} is timm's, which is not installed here.", "code"
        ) from fault
    weights = load_weights(snapshot)
    with foreign(f"timm could not build {name!a} from config.json", "code"), torch.device("cpu"):
        network = timm.create_model(name, pretrained=False, **_settings(config))
    network, _, gaps, surplus = fill(network, weights)
    refuse_gaps(gaps, surplus)
    with foreign(f"The network could not be moved to {device}"):
        network = network.to(device).eval()
    return Loaded(
        lambda pixel_values: network(pixel_values), config, weights.files, False, loader="timm"
    )


def _settings(config: Config) -> dict[str, Any]:
    found: dict[str, Any] = {}
    classes = config.get("num_classes")
    if isinstance(classes, int) and classes > 0:
        found["num_classes"] = classes
    pool = config.get("global_pool")
    if isinstance(pool, str):
        found["global_pool"] = pool
    args = config.get("model_args")
    if isinstance(args, dict):
        taken = _TAKEN.intersection(args)
        if taken:
            raise Unsupported(f"model_args names {min(taken)}, which is decided here.", "code")
        found |= args
    return found


def read_timm_labels(config: Config) -> dict[int, str]:
    """Read the names of the classes, as timm's configs have them."""
    pretrained = config.get("pretrained_cfg")
    names = config.get("label_names") or (
        pretrained.get("label_names") if isinstance(pretrained, dict) else None
    )
    rows = names if isinstance(names, list) else []
    return {place: name[:200] for place, name in enumerate(rows) if isinstance(name, str)}


def read_timm_preprocessing(config: Config) -> Preprocessing:
    """Understand ``pretrained_cfg``: resize to size / crop_pct, cut the middle, normalise."""
    found = config.get("pretrained_cfg")
    settings: dict[str, JSON] = found if isinstance(found, dict) else {}
    match settings.get("input_size", [3, 224, 224]):
        case [int(channels), int(height), int(width)] if (
            channels in (1, 3) and 1 <= height <= SIDE and 1 <= width <= SIDE
        ):
            pass
        case _:
            raise Unsupported("pretrained_cfg has an input_size that is not known here.", "code")
    share = settings.get("crop_pct", _SHARE)
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0.1 <= share <= 1:
        raise Unsupported("pretrained_cfg has no usable crop_pct.", "code")
    square, shortest = _sizes(str(settings.get("crop_mode") or "center"), height, width, share)
    resample = _FILTERS.get(str(settings.get("interpolation") or "bicubic"))
    if resample is None:
        raise Unsupported("pretrained_cfg names an unknown interpolation.", "code")
    return Preprocessing(
        mode="RGB" if channels == 3 else "L",
        square=square,
        shortest=shortest,
        crop=(height, width),
        resample=resample,
        scale=1 / 255,
        mean=_numbers(settings, "mean", _IMAGENET[0], channels),
        std=_numbers(settings, "std", _IMAGENET[1], channels),
    )


def _sizes(
    mode: str, height: int, width: int, share: float
) -> tuple[tuple[int, int] | None, int | None]:
    large = (math.floor(height / share), math.floor(width / share))
    if mode == "squash" or (mode == "center" and height != width):
        return large, None
    if mode != "center":
        raise Unsupported(f"pretrained_cfg asks for crop_mode {mode[:40]!a}, not known.", "code")
    return None, large[0]


def _numbers(
    settings: dict[str, JSON], name: str, usual: tuple[float, ...], channels: int
) -> tuple[float, ...]:
    value = settings.get(name)
    items = value if isinstance(value, list) else list(usual[:channels])
    found = [
        float(item)
        for item in items
        if isinstance(item, (int, float)) and math.isfinite(item) and (name == "mean" or item > 0)
    ]
    if len(found) != channels or len(found) != len(items):
        raise Unsupported(f"pretrained_cfg has no usable {name}.", "code")
    return tuple(found)
