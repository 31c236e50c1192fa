"""Networks that other people trained, against what was measured of them independently."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from analysis import checks
from analysis.contract import (
    JSON,
    Case,
    Claim,
    ClaimSource,
    Feature,
    Finding,
    Job,
    Part,
    Place,
    Subject,
    Verdict,
)
from tests import networks

pytestmark = [pytest.mark.real, pytest.mark.timeout(600), pytest.mark.xdist_group("networks")]


@dataclass(frozen=True)
class Split:
    """A split as the worker prepares it: inputs in an Arrow file, targets apart."""

    inputs: Path
    columns: tuple[str, ...]
    features: dict[str, Feature]
    targets: list[JSON]
    names: tuple[str, ...] = ()


def write_split(folder: Path, name: str, table: Any, features: dict[str, Feature]) -> Split:
    import pyarrow as pa

    target = next(column for column, feature in features.items() if feature.kind != "image"
                  and feature.kind != "text")  # fmt: skip
    columns = tuple(column for column in features if column != target)
    inputs = table.select(list(columns))
    path = folder / f"{name}.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, inputs.schema) as writer:
        writer.write_table(inputs)
    return Split(path, columns, features, table[target].to_pylist(), features[target].names)


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Split]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = networks.real_data() / "datasets"
    folder = tmp_path_factory.mktemp("splits")
    cifar = pq.read_table(data / "uoft-cs/cifar10/plain_text/test-00000-of-00001.parquet")
    mnist = pq.read_table(data / "ylecun/mnist/mnist/test-00000-of-00001.parquet")
    lines = (data / "mteb/stsbenchmark-sts/test.jsonl").read_text().splitlines()
    digits = tuple(str(digit) for digit in range(10))
    texts = {"sentence1": Feature("text"), "sentence2": Feature("text"), "score": Feature("number")}
    return {
        "uoft-cs/cifar10": write_split(
            folder, "cifar", cifar,
            {"img": Feature("image"), "label": Feature("label", tuple(networks.CIFAR10))},
        ),
        "ylecun/mnist": write_split(
            folder, "mnist", mnist, {"image": Feature("image"), "label": Feature("label", digits)}
        ),
        "mteb/stsbenchmark-sts": write_split(
            folder, "sts", pa.Table.from_pylist(list(map(json.loads, lines))), texts
        ),
    }  # fmt: skip


def as_claim(stated: dict[str, Any]) -> Claim:
    return Claim(
        source=ClaimSource.MODEL_INDEX,
        place=Place("README.md", "model-index"),
        raw=json.dumps(stated),
        metric=stated["metric"],
        value_text=str(stated["value"]),
        value=stated["value"],
        task=stated["task"],
        dataset=stated["dataset"],
        config=stated["config"],
        split=stated["split"],
    )


def measure(
    folder: Path, claim: Claim, splits: dict[str, Split]
) -> tuple[Finding, list[Part], Case]:
    """Do what a worker does, in this process and without the sandbox."""
    check = checks.load("claim")
    subject = Subject("org/name", "0" * 40, claim=claim)
    wanted = check.wants(subject)
    assert wanted is not None
    split = splits[wanted.dataset]
    columns = check.columns(subject, split.features)
    assert columns.inputs == split.columns
    n = len(split.targets)
    job = Job(
        "claim", folder, split.inputs, n, columns.inputs, "cpu", 7, True,
        options=check.options(subject),
    )  # fmt: skip
    parts = list(check.probe(job))
    case = Case(subject, split.targets, n, split.names)
    return check.judge(case, iter(parts)), parts, case


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
