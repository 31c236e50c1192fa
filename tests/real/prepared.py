"""Real splits as a worker prepares them, and what a network predicts on them. For tests."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
)
from tests import networks


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


def write_splits(folder: Path) -> dict[str, Split]:
    """Write the splits of the real test material."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    data = networks.real_data() / "datasets"
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
    """Do what a worker does over a whole split, in this process and without the sandbox."""
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
    case = Case(subject, split.targets, n, split.names, {"whole": True})
    return check.judge(case, iter(parts)), parts, case
