"""Networks that other people trained, against what was measured of them independently."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis import checks
from analysis.contract import Case, Part, Verdict
from tests import networks
from tests.real.prepared import Split, as_claim, measure

pytestmark = [pytest.mark.real, pytest.mark.timeout(600), pytest.mark.xdist_group("networks")]


@pytest.mark.parametrize(
    ("kind", "value", "within"),
    [
        ("lenet5-clean", 0.9889, 0),
        ("lenet5-pgd", 0.9864, 0),
        ("minilm", 0.82032462, 2e-6),
    ],
)
def test_published_claims_are_confirmed(
    tmp_path: Path, splits: dict[str, Split], kind: str, value: float, within: float
):
    networks.write_repo(tmp_path / "repo", kind)
    claim = as_claim(networks.published_claim(kind))
    finding, _, _ = measure(tmp_path / "repo", claim, splits)
    assert finding.verdict is Verdict.CONFIRMED, finding.summary
    assert finding.estimate is not None
    assert finding.estimate.value == pytest.approx(value, abs=within + 1e-12)
    assert finding.estimate.low < value < finding.estimate.high
    assert finding.evidence["failed_samples"] == 0


@pytest.fixture(scope="module")
def resnet20(
    tmp_path_factory: pytest.TempPathFactory, splits: dict[str, Split]
) -> tuple[list[Part], Case]:
    """What ResNet-20, read from a pickle, predicts on the test split."""
    folder = tmp_path_factory.mktemp("repo") / "resnet20"
    networks.write_repo(folder, "resnet20", pickled=True)
    claim = as_claim(networks.published_claim("resnet20"))
    _, parts, case = measure(folder, claim, splits)
    return parts, case


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"value": 95.0}, Verdict.OVERSTATED),
        ({"value": 0.95}, Verdict.OVERSTATED),
        ({"value": 91.73}, Verdict.CONFIRMED),
        ({"value": 0.9173}, Verdict.CONFIRMED),
        ({"metric": "error", "value": 8.27}, Verdict.CONFIRMED),
        ({"metric": "error", "value": 5.0}, Verdict.OVERSTATED),
        ({"value": 89.0}, Verdict.UNDERSTATED),
        ({"metric": "top-5 accuracy", "value": 99.7}, Verdict.CONFIRMED),
    ],
)
def test_the_same_predictions_judge_other_claims(
    resnet20: tuple[list[Part], Case], changes: dict[str, Any], verdict: Verdict
):
    parts, case = resnet20
    claim = as_claim(networks.published_claim("resnet20", **changes))
    subject = replace(case.subject, claim=claim)
    finding = checks.load("claim").judge(replace(case, subject=subject), iter(parts))
    assert finding.verdict is verdict, finding.summary
    if claim.metric in ("accuracy", "error"):
        assert finding.estimate is not None
        assert finding.estimate.value == pytest.approx(0.9173, abs=1e-12)


def test_a_sample_of_the_split_gives_an_interval_that_holds_the_whole(
    resnet20: tuple[list[Part], Case],
):
    parts, case = resnet20
    few = replace(case, targets=case.targets[: 4 * 256])

    def first() -> Iterator[Part]:
        yield from parts[:5]

    finding = checks.load("claim").judge(few, first())
    assert finding.estimate is not None
    assert finding.estimate.n == 1024
    assert finding.estimate.low <= 0.9173 <= finding.estimate.high
    assert finding.evidence["is_full_split"] is False
