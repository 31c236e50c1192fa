"""Runs of tasks that need more than one split, or no network at all, from hub to finding."""

from pathlib import Path

import numpy as np
import pytest
import skops.io
from datasets import ClassLabel, Dataset, Features, Image, List, Value
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from analysis.tasks.object_detection import ObjectDetection
from registry import replaying, services
from registry.hub.sync import mirror
from registry.models import Finding, Repo, Run
from tests import detectors, factories, hubs, networks
from tests.analysis import jobs
from workers import measure

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("measure"),
]
ANIMALS = ["the cat sits in the house", "a cat plays", "the cat runs", "a cat in the park"]
THINGS = ("bird", "cat", "fish", "dog")
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


def write_passages(folder: Path) -> None:
    """Write a corpus in which each query stands word by word, and judgements that say where."""
    texts = [*ANIMALS, *PEOPLE]
    folder.mkdir(parents=True)
    Dataset.from_dict(
        {"_id": [f"d{n}" for n in range(len(texts))], "title": [""] * len(texts), "text": texts}
    ).to_parquet(folder / "corpus.parquet")
    asked = {"_id": [f"q{n}" for n in range(6)], "text": texts[:6]}
    Dataset.from_dict(asked).to_parquet(folder / "queries.parquet")
    judged = {"query-id": ["q0", "q1", "q2", "q5"], "corpus-id": ["d0", "d1", "d2", "d7"]}
    Dataset.from_dict({**judged, "score": [1] * 4}).to_parquet(folder / "judged.parquet")
    configs = [
        f"- config_name: {config}\n  data_files:\n  - split: {split}\n    path: {file}.parquet\n"
        for config, split, file in (
            ("corpus", "corpus", "corpus"),
            ("queries", "queries", "queries"),
            ("default", "test", "judged"),
        )
    ]
    (folder / "README.md").write_text("---\nconfigs:\n" + "".join(configs) + "---\n")


def write_things(folder: Path, network: Path, scratch: Path) -> None:
    """Write pictures in which the very things are that the network finds there."""
    cells = [detectors.picture(n, 33 + n % 3, 47) for n in range(12)]
    job = jobs.make(scratch, network, ObjectDetection.id, {"image": cells})
    parts = list(ObjectDetection().probe(job))
    ends = np.cumsum(jobs.joined(parts, "counts"))[:-1]
    corners, kinds = (np.split(jobs.joined(parts, name), ends) for name in ("boxes", "classes"))
    boxes = [[[x, y, right - x, low - y] for x, y, right, low in each.tolist()] for each in corners]
    objects = {
        "bbox": List(List(Value("float32"), length=4)),
        "category": List(ClassLabel(names=list(THINGS))),
    }
    folder.mkdir(parents=True)
    Dataset.from_dict(
        {
            "image": cells,
            "objects": [
                {"bbox": box, "category": kind.tolist()}
                for box, kind in zip(boxes, kinds, strict=True)
            ],
        },
        features=Features(image=Image(), objects=objects),
    ).to_parquet(folder / "test.parquet")


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
    write_passages(folder / "datasets" / "measure" / "passages")
    ranked = {**claim, "task": "retrieval", "dataset": "measure/passages", "metric": "mrr_at_10"}
    networks.write_tiny_encoder(models / "searcher")
    networks.write_card(models / "searcher", [{**ranked, "value": 100.0}])
    detectors.write_yolos(models / "detector", dict(enumerate(THINGS)))
    things = folder / "datasets" / "measure" / "things"
    write_things(things, models / "detector", tmp_path_factory.mktemp("scratch"))
    found = {**claim, "task": "object-detection", "dataset": "measure/things", "metric": "map"}
    networks.write_card(models / "detector", [{**found, "value": 100.0}])
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


def test_a_corpus_is_ranked_for_the_queries_that_are_judged(run):
    finding = run("searcher")
    assert finding.n == 4  # of six queries; two have no judgement
    # Three of them are answered by the very text; one is judged to have another answer.
    assert 0.75 < finding.value < 1
    assert finding.verdict == "overstated"
    tables = {table["name"]: table for table in finding.evidence["data"]["tables"]}
    assert {name: table["rows_used"] for name, table in tables.items()} == {"corpus": 8, "qrels": 4}
    assert tables["qrels"]["inputs"] == []


def test_boxes_are_compared_outside(run):
    finding = run("detector")
    assert (finding.verdict, finding.n) == ("confirmed", 12)
    assert finding.value == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("broken", ["", "sha256"])
def test_a_replay_compares_the_tables_too(run, broken):
    evidence = run("searcher").evidence
    if broken:
        for table in evidence["data"]["tables"]:
            table |= {broken: "0" * 64, "fingerprint": "0"}
    again = replaying.ask(evidence)
    measure.execute(factories.taken(again))
    again.refresh_from_db()
    if broken:
        assert again.status == Run.Status.UNSUPPORTED
        assert "not those that were measured" in again.reason
    else:
        assert again.status == Run.Status.DONE, again.reason
