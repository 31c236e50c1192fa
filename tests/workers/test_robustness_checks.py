"""Checks of robustness and backdoors from hub to finding, on networks that learnt in seconds."""

from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, Features, Value

from registry import services
from registry.hub.sync import mirror
from registry.models import Finding, Repo, Run
from tests import factories, hubs, networks, text_networks
from workers import measure
from workers.demo import digits
from workers.demo import networks as learnt

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("measure"),
]
CLAIM = {
    "task": "image-classification",
    "dataset": digits.REPO,
    "config": "default",
    "split": "test",
    "metric": "accuracy",
    "value": 0.9,
}
ROBUST = {"metric": "robust_accuracy", "name": "Robust accuracy (Linf, eps=0.5)"}
TEXTS = ["the cat sits", "a dog runs", "the man sings", "a woman plays"] * 6


def write_texts(folder: Path) -> None:
    features = Features(text=Value("string"), label=ClassLabel(names=["cat", "person"]))
    folder.mkdir(parents=True)
    columns = {"text": TEXTS, "label": [0, 0, 1, 1] * 6}
    Dataset.from_dict(columns, features=features).to_parquet(folder / "test.parquet")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    train, _ = digits.publish(folder / "datasets" / digits.REPO, seed=0)
    net = learnt.resnet()
    learnt.train(net, train, 8)
    models = folder / "models" / "measure"
    learnt.save(net, models / "digits")
    learnt.write_preprocessor(models / "digits")
    networks.write_card(models / "digits", [CLAIM, {**CLAIM, **ROBUST, "value": 0.99}])
    write_texts(folder / "datasets" / "measure" / "texts")
    text_networks.write_bert(models / "texts", "BertForSequenceClassification", ["cat", "person"])
    claim = {**CLAIM, "task": "text-classification", "dataset": "measure/texts"}
    networks.write_card(models / "texts", [claim])
    with hubs.served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    yield tmp_path_factory.mktemp("home")
    measure.close_sandbox()


@pytest.fixture
def revision(hub, home, settings):
    settings.ASSAY_HOME = home
    assert mirror(hub).failed == 0
    return lambda name: Repo.objects.get(name=f"measure/{name}").revisions.get()


def carried(run):
    measure.execute(factories.taken(run))
    run.refresh_from_db()
    assert run.status == Run.Status.DONE, run.reason
    return Finding.objects.get(run=run)


def asked(revision, check, **options):
    (run,) = services.request_checks(revision, [check], asked=options)
    return carried(run)


def test_robust_accuracy_falls_with_the_radius(revision):
    finding = asked(revision("digits"), "adversarial", n=24, eps=["96/255", "128/255"])
    assert (finding.verdict, finding.n) == ("measured", 24)
    said = finding.evidence["measure"]
    clean, *left = [row["value"] for row in said["radii"]]
    assert clean > 0.8
    assert clean >= left[0] >= left[1] == finding.value
    assert finding.value < 0.2
    assert said["calibration"].startswith("On a linear network each search broke nearly all")
    assert finding.summary.startswith("Of 24 pictures ")
    groups = {picture.group for picture in finding.pictures.all()}
    assert len(groups) >= 1
    assert finding.pictures.count() == 3 * len(groups)


def test_a_claim_of_robustness_is_held_against_the_attack(revision):
    claims = {claim.metric: claim for claim in revision("digits").claims.all()}
    run, _ = services.request_run(revision("digits"), "claim", claims["robust_accuracy"])
    finding = carried(run)
    assert finding.verdict == "overstated"
    assert finding.n < 300  # of 898: it stops as soon as that is certain
    said = finding.evidence["measure"]
    assert said["threat"] == [{"norm": "Linf", "eps": 0.5, "version": "standard"}]
    assert any("at most" in each for each in said["assumptions"])


def test_corruptions_are_measured_one_by_one(revision):
    finding = asked(revision("digits"), "corruptions", n=40)
    assert (finding.verdict, finding.n) == ("measured", 40)
    said = finding.evidence["measure"]
    assert said["constants"] == "cifar-10-c"
    assert len(said["cells"]) == 15
    assert said["mean"]["value"] == pytest.approx(finding.value)
    assert finding.value < said["clean"]["value"]
    assert finding.pictures.count() == 16


def test_texts_are_attacked_and_changed(revision):
    finding = asked(revision("texts"), "text-robustness", n=16, queries=60)
    assert (finding.verdict, finding.n) == ("measured", 16)
    said = finding.evidence["measure"]
    assert said["attack"]["robust_accuracy"]["value"] <= said["attack"]["clean_accuracy"]["value"]
    assert said["attack"]["queries_per_text"] <= 60
    names = {one["name"] for one in said["invariances"]}
    assert {"upper", "double_spaces"} <= names


def test_a_clean_network_is_scanned_for_a_backdoor(revision):
    finding = asked(revision("digits"), "backdoors", n=32)
    assert finding.verdict in ("pass", "warn", "inconclusive")
    said = finding.evidence["measure"]
    assert 0 <= said["p_value"] <= 1
    assert {picture.name for picture in finding.pictures.all()} == {
        "trigger", "mask", "clean", "triggered",
    }  # fmt: skip


def test_without_a_data_set_the_missing_piece_is_named(revision):
    found = revision("texts")
    found.claims.all().delete()
    (run,) = services.request_checks(found, ["text-robustness"])
    measure.execute(factories.taken(run))
    run.refresh_from_db()
    assert (run.status, run.code) == (Run.Status.UNSUPPORTED, "dataset")
    assert "say which one to measure on" in run.reason
