"""Thousands of claims whose truth is known: how often a verdict is not what the full split says.

The short form takes seconds; ``make sweep`` (ASSAY_LONG=1) judges 10,000 claims a size of split and
kind of score, and prints the table.
"""

import math
import os
from collections.abc import Callable

import numpy as np
import pytest

from analysis.arrays import NumpyArray
from analysis.sequential import ALPHA
from analysis.verdicts import wilson
from benchmarks.simulated_claims import Claims, judge, ones

pytestmark = pytest.mark.timeout(3600)

LONG = bool(os.environ.get("ASSAY_LONG"))
CLAIMS = {2_000: 10_000 if LONG else 400, 10_000: 10_000 if LONG else 100}
PIECE = 200  # claims whose splits are in memory together
TOLERANCE = 0.005
# Where the truth lies, in points from the claim: at it, on the very edge of what it allows, just
# beyond the edge on either side, and further off.
OFF = (0.0, 0.4, 0.5, -0.5, 0.51, -0.51, 0.6, -0.6, 1.0, -1.0, 2.0, -2.0, 5.0, -5.0, 10.0)
ACCURACIES = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)

Draw = Callable[[NumpyArray, int, np.random.Generator], NumpyArray]


def partial(means: NumpyArray, size: int, generator: np.random.Generator) -> NumpyArray:
    """Scores as an F1 by answer has them: many ones, some zeros, the rest between."""
    scores = generator.beta(2.0, 2.0, (len(means), size))
    kind = generator.random(scores.shape)
    scores[kind < means[:, None] * 0.8] = 1
    scores[kind > 1 - (1 - means[:, None]) * 0.8] = 0
    return scores


def ranks(means: NumpyArray, size: int, generator: np.random.Generator) -> NumpyArray:
    """Reciprocal ranks: one, a half, a third and so on."""
    return 1 / generator.geometric(means[:, None] ** 1.5, (len(means), size)).astype(float)


KINDS: dict[str, Draw] = {"0/1": ones, "partial": partial, "reciprocal ranks": ranks}


def swept(draw: Draw, size: int, count: int, seed: int) -> tuple[int, int, NumpyArray]:
    """Judge claims all over the grid; return (wrong, all, samples taken)."""
    generator = np.random.Generator(np.random.PCG64(seed))
    wrong, shares = 0, []
    for start in range(0, count, PIECE):
        at = np.arange(start, min(count, start + PIECE))
        about = np.array(ACCURACIES)[at // len(OFF) % len(ACCURACIES)]
        scores = draw(about, size, generator)
        # The claim is what is moved: so it is exactly as far from the split's mean as it should.
        means = scores.mean(axis=1)
        claimed = means - np.array(OFF)[at % len(OFF)] / 100
        claims = Claims(means, claimed, TOLERANCE)
        outcome, taken = judge(scores, claims)
        wrong += int((outcome != claims.truths).sum())
        shares.append(taken / size)
    return wrong, count, np.concatenate(shares)


def show(name: str, size: int, wrong: int, count: int, shares: NumpyArray) -> None:
    low, high = wilson(wrong, count)
    quantiles = ", ".join(f"{part:.1%}" for part in np.quantile(shares, (0.1, 0.5, 0.9)))
    print(  # noqa: T201
        f"{name}, N = {size:,}: {wrong} of {count:,} wrong ({wrong / count:.2%}, 95 % interval "
        f"{low:.2%} to {high:.2%}); share of the split at 10, 50, 90 %: {quantiles}"
    )


def is_as_rare_as_promised(wrong: int, count: int) -> bool:
    """Whether so many can happen where each has a chance of at most alpha (99.9 %)."""
    return wrong <= ALPHA * count + 3.1 * math.sqrt(ALPHA * (1 - ALPHA) * count)


@pytest.mark.parametrize("size", CLAIMS)
@pytest.mark.parametrize("kind", KINDS)
def test_verdicts_are_rarely_wrong(kind: str, size: int):
    wrong, count, shares = swept(KINDS[kind], size, CLAIMS[size], seed=size)
    show(kind, size, wrong, count, shares)
    assert is_as_rare_as_promised(wrong, count)
    if LONG:
        assert wrong <= ALPHA * count
    assert np.median(shares) < 1


@pytest.mark.parametrize("off", [0.5, -0.5, 0.51, -0.51])
def test_the_worst_case_is_the_very_edge_and_it_holds_there(off: float):
    """A truth on the edge of the claim can be missed at any time, to the last sample."""
    size, count = 2_000, 3_000 if LONG else 200
    scores = ones(np.full(count, 0.9), size, np.random.Generator(np.random.PCG64(7)))
    means = scores.mean(axis=1)
    claims = Claims(means, means - off / 100, TOLERANCE)
    outcome, taken = judge(scores, claims)
    wrong = int((outcome != claims.truths).sum())
    show(f"0/1, {off} points off", size, wrong, count, taken / size)
    assert is_as_rare_as_promised(wrong, count)


@pytest.mark.real
@pytest.mark.parametrize("kind", ["lenet5-clean", "lenet5-pgd"] if LONG else ["lenet5-clean"])
def test_real_scores_are_judged_as_rarely_wrong(kind: str, real_data):
    """How sure a network is of each right class, and whether it is right: of real networks."""
    scores = _real_scores(kind, real_data)
    count = 10_000 if LONG else 100
    for name, vector in (("right", (scores > 0.5).astype(float)), ("sure", scores)):

        def draw(
            means: NumpyArray,
            size: int,
            generator: np.random.Generator,
            vector: NumpyArray = vector,
        ) -> NumpyArray:
            return generator.permuted(np.tile(vector[:size], (len(means), 1)), axis=1)

        for size in (2_000, 10_000):
            wrong, done, shares = swept(draw, size, count, seed=size)
            show(f"{kind}, {name}", size, wrong, done, shares)
            assert is_as_rare_as_promised(wrong, done)


def _real_scores(kind: str, real_data) -> NumpyArray:
    """The probability that a network gives to each right class of a real split."""
    import io

    import pyarrow.parquet as pq
    import torch
    from PIL import Image

    from tests import networks
    from tests.own_code.modeling_lenet5 import LeNet5

    split = pq.read_table(real_data / "datasets/ylecun/mnist/mnist/test-00000-of-00001.parquet")
    pictures = np.stack(
        [np.asarray(Image.open(io.BytesIO(cell["bytes"]))) for cell in split["image"].to_pylist()]
    )
    network = LeNet5(LeNet5.config_class(num_channels=1, num_labels=10)).eval()
    network.load_state_dict(networks.load_tensors(real_data / f"weights/mnist-{kind}.pt"))
    with torch.inference_mode():
        logits = torch.cat(
            [
                network(torch.from_numpy(some[:, None] / np.float32(255))).logits
                for some in np.array_split(pictures, 40)
            ]
        )
    right = torch.tensor(split["label"].to_pylist())
    found: NumpyArray = logits.double().softmax(1)[torch.arange(len(right)), right].numpy()
    return found.clip(0, 1)
