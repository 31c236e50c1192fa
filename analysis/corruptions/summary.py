"""What answers on corrupted pictures come to: accuracies, relative to clean, mCE. numpy only.

The same images stand behind every cell of the table, so cells are not independent: intervals of
what sums over cells are found by drawing images again, each with all of its answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import Estimate
from analysis.corruptions.table import ALEXNET_ERRORS, CONSTANTS, IMAGENET_C, NAMES, kind_of
from analysis.verdicts import CONFIDENCE, wilson

_DRAWS = 2_000
_WEIGHTS = 1 << 21  # that are drawn at once


@dataclass(frozen=True, slots=True)
class Summary:
    """Accuracies as shares, with 95 % intervals that say how far other images could lie.

    ``mean`` is over those of the 15 corruptions that were measured, each as heavy as another; the 4
    extra ones have their own rows only. ``relative`` is ``mean`` by ``clean``, ``drop`` what it
    lacks of 1. Both are missing where no clean image is answered correctly. ``mce`` is there for
    all 15 at 5 severities with ImageNet-C's constants: error by AlexNet's, 1 is as bad.
    """

    n: int
    clean: Estimate
    cells: Mapping[str, tuple[Estimate, ...]]  # of each corruption, by severity
    corruptions: Mapping[str, Estimate]  # mean over severities
    mean: Estimate
    relative: Estimate | None
    drop: Estimate | None
    mce: Estimate | None


def summarise(
    correct: NumpyArray, clean: NumpyArray, names: Sequence[str], constants: str, seed: int
) -> Summary:
    """Summarise which answers were correct: bool (n, corruptions, severities), clean bool (n,).

    ``constants`` names the set that the corruptions had, ``seed`` chooses the draws of the
    intervals. Raises ValueError where these do not fit together.
    """
    _require_fitting(correct, clean, names, constants)
    n = len(clean)
    by_name = correct.mean(axis=2)
    usual = [place for place, name in enumerate(names) if name in NAMES]
    columns = [clean.astype(float), by_name[:, usual].mean(axis=1), *by_name.T]
    has_mce = set(names) >= set(NAMES) and constants == IMAGENET_C
    if has_mce and correct.shape[2] == len(CONSTANTS[IMAGENET_C][NAMES[0]]):
        alexnet = np.array([ALEXNET_ERRORS[names[place]] for place in usual])
        columns.append(((1 - by_name[:, usual]) / alexnet).mean(axis=1))
    rows = np.column_stack(columns)
    drawn = np.concatenate(list(_drawn_means(rows, seed)))
    means = [_estimate(value, rows.mean(axis=0)[k], n) for k, value in enumerate(drawn.T)]
    relative, drop = _relative(rows, drawn)
    return Summary(
        n=n,
        clean=_share(clean),
        cells={
            name: tuple(_share(cell) for cell in correct[:, place].T)
            for place, name in enumerate(names)
        },
        corruptions=dict(zip(names, means[2:], strict=False)),
        mean=means[1],
        relative=relative,
        drop=drop,
        mce=means[-1] if len(columns) > 2 + len(names) else None,
    )


def _require_fitting(
    correct: NumpyArray, clean: NumpyArray, names: Sequence[str], constants: str
) -> None:
    if correct.ndim != 3 or 0 in correct.shape or clean.shape != correct.shape[:1]:
        raise ValueError("answers are (n, corruptions, severities) and (n,) for the clean images")
    if correct.dtype != np.bool_ or clean.dtype != np.bool_:
        raise ValueError("answers are correct or not: arrays of bool")
    if len(names) != correct.shape[1] or len(set(names)) != len(names):
        raise ValueError("each corruption has one name, and no two have the same")
    if "extra" in map(kind_of, names) and not set(names) & set(NAMES):
        raise ValueError("the mean is over the 15 corruptions, and none of them was measured")
    if constants not in CONSTANTS:
        raise ValueError(f"constants are {' or '.join(CONSTANTS)}, not {constants[:60]!a}")


def _share(correct: NumpyArray) -> Estimate:
    """Estimate an accuracy: images are independent, so Wilson's interval holds."""
    n, right = len(correct), int(correct.sum())
    return Estimate(right / n, *wilson(right, n), n)


def _drawn_means(rows: NumpyArray, seed: int) -> Iterator[NumpyArray]:
    """Draw as many images as there are, many times; yield the means: (draws, columns)."""
    n = len(rows)
    generator = np.random.Generator(np.random.PCG64([seed % (1 << 64), n]))
    step = max(1, _WEIGHTS // n)
    for start in range(0, _DRAWS, step):
        draws = min(step, _DRAWS - start)
        picked = generator.integers(n, size=(draws, n)) + n * np.arange(draws)[:, None]
        weights = np.bincount(picked.ravel(), minlength=draws * n).reshape(draws, n)
        yield weights @ rows / n


def _estimate(drawn: NumpyArray, value: float, n: int) -> Estimate:
    """Take the interval from the draws; where all images agree they say nothing, so Wilson's."""
    value = float(value)
    if np.ptp(drawn) < 1e-12 and 0 <= value <= 1:
        return Estimate(value, *wilson(value * n, n), n)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), n)


def _relative(rows: NumpyArray, drawn: NumpyArray) -> tuple[Estimate | None, Estimate | None]:
    """Divide corrupted by clean accuracy; leave out draws without a correct clean answer."""
    clean, mean = rows[:, :2].mean(axis=0)
    if clean == 0:
        return None, None
    some = drawn[drawn[:, 0] > 0]
    found = _estimate(some[:, 1] / some[:, 0], mean / clean, len(rows))
    return found, Estimate(1 - found.value, 1 - found.high, 1 - found.low, found.n)
