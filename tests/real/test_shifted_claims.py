"""Claims about real networks, right and wrong by some points: none is judged wrongly.

Each network predicts once; the predictions are then fed, in the order of a seed, to as many claims
as the table has. ``-s`` prints the table.
"""

import os
from collections.abc import Iterator

import numpy as np
import pytest

from analysis import checks
from analysis.arrays import pack, unpack
from analysis.contract import Case, Finding, Part, Subject
from tests import networks
from tests.real.prepared import Split, as_claim, measure

pytestmark = [pytest.mark.real, pytest.mark.timeout(900), pytest.mark.xdist_group("networks")]

OFF_POINTS = (0, 1, -1, 2, -2, 5, -5)
SEED = 20_230_514
BATCH = 256
CHECK = checks.load("claim")

Predicted = tuple[Part, dict[str, np.ndarray], Case]


# The larger of two networks of one kind takes minutes: only in the long form.
LONG = bool(os.environ.get("ASSAY_LONG"))


@pytest.fixture(
    scope="module", params=[kind for kind in networks.KINDS if LONG or kind != "resnet56"]
)
def predicted(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    splits: dict[str, Split],
) -> tuple[str, Predicted]:
    """What a network answers to a whole split, in the split's own order."""
    kind: str = request.param
    folder = tmp_path_factory.mktemp("repo") / kind
    networks.write_repo(folder, kind)
    _, (network, *parts), case = measure(folder, as_claim(networks.published_claim(kind)), splits)
    arrays = {
        name: np.concatenate([unpack(part.arrays[name]) for part in parts])
        for name in parts[0].arrays
    }
    return kind, (network, arrays, case)


def judged(kind: str, predictions: Predicted, value: float) -> tuple[Finding, int]:
    """Judge one claim as a run would, with an order of samples that was drawn before."""
    network, arrays, case = predictions
    n = len(case.targets)
    order = np.random.Generator(np.random.PCG64(SEED)).permutation(n)
    sent = 0

    def parts() -> Iterator[Part]:
        nonlocal sent
        yield network
        for start in range(0, n, BATCH):
            some = order[start : start + BATCH]
            sent = start + len(some)
            yield Part(
                "predictions",
                {"start": start},
                {name: pack(values[some]) for name, values in arrays.items()},
            )

    claim = as_claim(networks.published_claim(kind, value=value))
    subject = Subject("org/name", "0" * 40, claim=claim)
    targets = [case.targets[at] for at in order]
    options = {"tolerance": 0.005}
    finding = CHECK.judge(Case(subject, targets, n, case.label_names, options), parts())
    return finding, sent


def test_no_claim_is_judged_wrongly(predicted: tuple[str, Predicted]):
    kind, predictions = predicted
    published = networks.published_claim(kind)["value"]
    scale = 100.0 if published > 1 else 1.0
    print(f"\n{kind:14}{'claimed':>9}  {'verdict':12}{'measured':>9}{'samples':>9}{'of':>7}")  # noqa: T201
    for off in OFF_POINTS:
        value = published + off * scale / 100
        if value > scale:
            continue  # no accuracy
        finding, sent = judged(kind, predictions, round(value, 8))
        assert finding.estimate is not None
        n, size = finding.estimate.n, len(predictions[2].targets)
        print(  # noqa: T201
            f"{'':14}{value:9.4f}  {finding.verdict:12}{finding.estimate.value:9.4f}{n:9,}{size:7,}"
        )
        expected = "confirmed" if off == 0 else "overstated" if off > 0 else "understated"
        assert finding.verdict == expected, finding.summary
        # No more was read than the part with the sample that decided.
        assert sent - n < BATCH
        if abs(off) == 5 and kind != "minilm":
            assert n <= size / 10


def test_the_answers_of_a_coin_are_measured_like_any_other(predicted: tuple[str, Predicted]):
    """Labels that have nothing to do with the pictures: an honest 10 % is confirmed."""
    kind, (network, arrays, case) = predicted
    if kind != "lenet5-clean":
        pytest.skip("one network is enough")
    generator = np.random.Generator(np.random.PCG64(1))
    mixed = {name: values[generator.permutation(len(values))] for name, values in arrays.items()}
    overstated, _ = judged(kind, (network, mixed, case), 98.89)
    assert overstated.verdict == "overstated"
    assert overstated.estimate is not None
    assert overstated.estimate.n < 50
    honest, _ = judged(kind, (network, mixed, case), 10.0)
    assert honest.verdict == "confirmed"
