"""Names, kinds and constants of the corruptions, as their authors published them.

Source: github.com/hendrycks/robustness, ``imagenet_c/corruptions.py`` at 20caed9 for pictures of
224 pixels and ``make_cifar_c.py`` at ca36008 for pictures of 32. Each row has one entry a severity.
"""

from collections.abc import Mapping
from types import MappingProxyType

SEVERITIES = 5

Constants = tuple[float, ...]
Levels = tuple[Constants, Constants, Constants, Constants, Constants]

_KINDS = {
    "noise": ("gaussian_noise", "shot_noise", "impulse_noise"),
    "blur": ("defocus_blur", "glass_blur", "motion_blur", "zoom_blur"),
    "weather": ("snow", "frost", "fog", "brightness"),
    "digital": ("contrast", "elastic_transform", "pixelate", "jpeg_compression"),
}

# The place of a name here and in EXTRA chooses its random numbers: never change the order.
NAMES: tuple[str, ...] = tuple(name for names in _KINDS.values() for name in names)
EXTRA: tuple[str, ...] = ("speckle_noise", "gaussian_blur", "spatter", "saturate")

# Mean error of AlexNet over the five severities, by which an mCE is normalised.
ALEXNET_ERRORS: Mapping[str, float] = MappingProxyType(
    {
        "gaussian_noise": 0.886428,
        "shot_noise": 0.894468,
        "impulse_noise": 0.922640,
        "defocus_blur": 0.819880,
        "glass_blur": 0.826268,
        "motion_blur": 0.785948,
        "zoom_blur": 0.798360,
        "snow": 0.866816,
        "frost": 0.826572,
        "fog": 0.819324,
        "brightness": 0.564592,
        "contrast": 0.853204,
        "elastic_transform": 0.646056,
        "pixelate": 0.717840,
        "jpeg_compression": 0.606500,
    }
)


def kind_of(name: str) -> str:
    """Say of which kind a corruption is: noise, blur, weather, digital or extra."""
    for kind, names in _KINDS.items():
        if name in names:
            return kind
    if name in EXTRA:
        return "extra"
    raise ValueError(f"{name[:60]!a} is not the name of a corruption")


def _each(first: float, second: float, third: float, fourth: float, fifth: float) -> Levels:
    return (first,), (second,), (third,), (fourth,), (fifth,)


_IMAGENET_C: dict[str, Levels] = {
    # standard deviation
    "gaussian_noise": _each(0.08, 0.12, 0.18, 0.26, 0.38),
    # photons of a white pixel
    "shot_noise": _each(60, 25, 12, 5, 3),
    # share of the values that turn black or white
    "impulse_noise": _each(0.03, 0.06, 0.09, 0.17, 0.27),
    # radius, standard deviation that smooths the disk's edge
    "defocus_blur": ((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)),
    # standard deviation, farthest shift, rounds
    "glass_blur": ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)),
    # radius, standard deviation
    "motion_blur": ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15)),
    # end, step of the factors
    "zoom_blur": ((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)),
    # mean, standard deviation, zoom, threshold of the flakes; radius, standard deviation of their
    # fall; share of the picture that stays
    "snow": (
        (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
        (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
        (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ),
    # weight of the picture, weight of the frost, step at which the texture is sampled
    "frost": ((1, 0.4, 1), (0.8, 0.6, 1), (0.7, 0.7, 1), (0.65, 0.7, 1), (0.6, 0.75, 1)),
    # amount, decay of the roughness
    "fog": ((1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)),
    # added to the value of HSV
    "brightness": _each(0.1, 0.2, 0.3, 0.4, 0.5),
    # factor about the mean of a channel
    "contrast": _each(0.4, 0.3, 0.2, 0.1, 0.05),
    # amplitude, standard deviation and affine shift as parts of the side; the side's own factor:
    # the authors wrote 244 where the side was 224
    "elastic_transform": (
        (2, 0.7, 0.1, 244 / 224),
        (2, 0.08, 0.2, 244 / 224),
        (0.05, 0.01, 0.02, 244 / 224),
        (0.07, 0.01, 0.02, 244 / 224),
        (0.12, 0.01, 0.02, 244 / 224),
    ),
    # factor of the side
    "pixelate": _each(0.6, 0.5, 0.4, 0.3, 0.25),
    # quality
    "jpeg_compression": _each(25, 18, 15, 10, 7),
    # standard deviation, as a part of the pixel
    "speckle_noise": _each(0.15, 0.2, 0.35, 0.45, 0.6),
    # standard deviation
    "gaussian_blur": _each(1, 2, 3, 4, 6),
    # mean, standard deviation, smoothing, threshold of the liquid; strength of the water or
    # smoothing of the mud; whether it is mud
    "spatter": (
        (0.65, 0.3, 4, 0.69, 0.6, 0),
        (0.65, 0.3, 3, 0.68, 0.6, 0),
        (0.65, 0.3, 2, 0.68, 0.5, 0),
        (0.65, 0.3, 1, 0.65, 1.5, 1),
        (0.67, 0.4, 1, 0.65, 1.5, 1),
    ),
    # factor of the saturation of HSV, what is added to it
    "saturate": ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)),
}

_CIFAR_10_C: dict[str, Levels] = {
    "gaussian_noise": _each(0.04, 0.06, 0.08, 0.09, 0.10),
    "shot_noise": _each(500, 250, 100, 75, 50),
    "impulse_noise": _each(0.01, 0.02, 0.03, 0.05, 0.07),
    "defocus_blur": ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)),
    "glass_blur": ((0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)),
    "motion_blur": ((6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)),
    "zoom_blur": ((1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01)),
    "snow": (
        (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ),
    "frost": ((1, 0.2, 5), (1, 0.3, 5), (0.9, 0.4, 5), (0.85, 0.4, 5), (0.75, 0.45, 5)),
    "fog": ((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)),
    "brightness": _each(0.05, 0.1, 0.15, 0.2, 0.3),
    "contrast": _each(0.75, 0.5, 0.4, 0.3, 0.15),
    "elastic_transform": (
        (0, 0, 0.08, 1),
        (0.05, 0.2, 0.07, 1),
        (0.08, 0.06, 0.06, 1),
        (0.1, 0.04, 0.05, 1),
        (0.1, 0.03, 0.03, 1),
    ),
    "pixelate": _each(0.95, 0.9, 0.85, 0.75, 0.65),
    "jpeg_compression": _each(80, 65, 58, 50, 40),
    "speckle_noise": _each(0.06, 0.1, 0.12, 0.16, 0.2),
    "gaussian_blur": _each(0.4, 0.6, 0.7, 0.8, 1),
    "spatter": (
        (0.62, 0.1, 0.7, 0.7, 0.5, 0),
        (0.65, 0.1, 0.8, 0.7, 0.5, 0),
        (0.65, 0.3, 1, 0.69, 0.5, 0),
        (0.65, 0.1, 0.7, 0.69, 0.6, 1),
        (0.65, 0.1, 0.5, 0.68, 0.6, 1),
    ),
    "saturate": ((0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)),
}

IMAGENET_C, CIFAR_10_C = "imagenet-c", "cifar-10-c"
CONSTANTS: Mapping[str, Mapping[str, Levels]] = MappingProxyType(
    {IMAGENET_C: _IMAGENET_C, CIFAR_10_C: _CIFAR_10_C}
)
SMALL = 64  # pixels of the shorter side: below it, the constants of CIFAR-10-C are chosen


def chosen(constants: str, height: int, width: int) -> str:
    """Name the set of constants that ``constants`` (also "auto") means for pictures of a size."""
    if constants == "auto":
        return IMAGENET_C if min(height, width) >= SMALL else CIFAR_10_C
    if constants not in CONSTANTS:
        raise ValueError(f"constants are auto, {' or '.join(CONSTANTS)}, not {constants[:60]!a}")
    return constants
