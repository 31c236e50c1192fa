"""Runs of tasks that need more than one split, or no network at all, from hub to finding."""

from pathlib import Path

import pytest
import skops.io
from datasets import ClassLabel, Dataset, Features, Value
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from registry import services
from registry.hub.sync import mirror
from registry.models import Finding, Repo, Run
from tests import factories, hubs, networks
from workers import measure

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("measure"),
]
ANIMALS = ["the cat sits in the house", "a cat plays", "the cat runs", "a cat in the park"]
PEOPLE = ["the man sings", "a woman sings in the park", "a man in red", "the woman plays"]


def write_texts(folder: Path) -> None:
    """Write a dataset with a training split: texts about cats and about people."""
    features = Features(text=Value("string"), label=ClassLabel(names=["cat", "person"]))
    folder.mkdir(parents=True)
    for split, times in (("train", 5), ("test", 3)):
        columns = {"text": [*ANIMALS, *PEOPLE] * times, "label": ([0] * 4 + [1] * 4) * times}
        Dataset.from_dict(columns, features=features).to_parquet(folder / f"{split}.parquet")


def write_flowers(folder: Path) -> LogisticRegression:
    """Write a table of flowers, and fit an estimator on it."""
    data = load_iris(as_frame=True)
    names = [str(name) for name in data.target_names]
    table = data.data.rename(columns=lambda name: name.removesuffix(" (cm)").replace(" ", "_"))
    columns = {"row": list(range(150)), **table.to_dict("list"), "species": data.target.tolist()}
    kinds = {name: Value("float64") for name in table.columns}
    features = Features(row=Value("int64"), **kinds, species=ClassLabel(names=names))
    folder.mkdir(parents=True)
    Dataset.from_dict(columns, features=features).to_parquet(folder / "test.parquet")
    return LogisticRegression(max_iter=500).fit(table, [names[each] for each in data.target])


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    write_texts(folder / "datasets" / "measure" / "texts")
    estimator = write_flowers(folder / "datasets" / "measure" / "flowers")
    claim = {"config": "default", "split": "test", "metric": "accuracy", "value": 1.0}
    models = folder / "models" / "measure"
    probe = {**claim, "task": "feature-extraction", "dataset": "measure/texts", "value": 100.0}
    networks.write_tiny_encoder(models / "encoder")
    networks.write_card(models / "encoder", [probe])
    flowers = {**claim, "task": "tabular-classification", "dataset": "measure/flowers"}
    (models / "estimator").mkdir()
    skops.io.dump(estimator, models / "estimator" / "model.skops")
    networks.write_card(models / "estimator", [{**flowers, "value": 97.3}], library="sklearn")
    with hubs.served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    yield tmp_path_factory.mktemp("home")
    measure.close_sandbox()


@pytest.fixture
def run(hub, home, settings):
    settings.ASSAY_HOME = home
    assert mirror(hub).failed == 0

    def carry(name):
        revision = Repo.objects.get(name=f"measure/{name}").revisions.get()
        (asked,) = services.request_checks(revision, options={"whole": True})
        measure.execute(factories.taken(asked))
        asked.refresh_from_db()
        assert asked.status == Run.Status.DONE, asked.reason
        return Finding.objects.get(run=asked)

    return carry


def test_a_probe_reads_the_training_split_of_the_same_commit(run):
    finding = run("encoder")
    assert (finding.verdict, finding.n) == ("confirmed", 24)
    (table,) = finding.evidence["data"]["tables"]
    assert (table["name"], table["split"], table["rows_used"]) == ("train", "train", 40)
    assert table["revision"] == finding.evidence["data"]["revision"]
    assert finding.evidence["measure"]["training_rows"] == 40


def test_an_estimator_takes_the_columns_that_it_names(run):
    finding = run("estimator")
    assert (finding.verdict, finding.n) == ("confirmed", 150)
    assert "row" not in finding.evidence["measure"]["inputs"]
    assert finding.evidence["measure"]["loader"].startswith("skops ")
