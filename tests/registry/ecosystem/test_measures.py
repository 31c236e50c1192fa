"""Each measure over a handful of models whose answer one can count by hand."""

import re

import pytest
from django.core.management import call_command

from registry.ecosystem import licences, measuring
from registry.ecosystem.licences import Family
from registry.ecosystem.measures import MEASURES
from registry.ecosystem.measures.names import FAMILIES
from registry.models import Change, Claim, Commit, Finding, Measurement, Repo, Run
from tests import factories
from tests.factories import NOON
from tests.registry.ecosystem.conftest import rows, whole


def test_every_measure_answers_over_an_empty_mirror(db):
    taken = measuring.measure()
    queries = [one for one in MEASURES.values() if one.is_query]
    assert [one.measure for one in taken] == [one.id for one in queries]
    assert {whole(one)[0] for one in taken} == {0}
    assert all(not one.denominator for one in taken)


def test_definitions_are_whole():
    for measure in MEASURES.values():
        assert re.fullmatch("[a-z][a-z0-9-]{2,49}", measure.id)
        assert measure.title
        assert measure.definition.endswith(".")
        assert measure.is_query or measure.note
        assert len({part.id for part in measure.parts}) == len(measure.parts)
        for figure in measure.earlier.figures if measure.earlier else ():
            assert not figure.part or figure.part in {part.id for part in measure.parts}
    assert {one.number for one in MEASURES.values()} >= {f"M{n}" for n in range(1, 9)}


def test_private_and_vanished_models_count_nowhere(take):
    factories.revision(factories.repo(is_private=True))
    factories.revision(factories.repo(state=Repo.State.GONE))
    assert take("models").numerator == 0
    assert whole(take("missing-attributes")) == (0, 0, 0)


def test_claims_have_three_levels_and_broken_ones_are_counted(take, model):
    asr = "automatic-speech-recognition"
    good = model("a/whole", pipeline_tag=asr)
    factories.claim(
        good,
        task=asr,
        metric="wer",
        dataset="cv",
        split="test",
        config="en",
        dataset_revision="main",
    )
    factories.claim(model("a/split", pipeline_tag=asr), config="")
    factories.claim(model("a/assumed"), split="")
    factories.claim(model("a/unknown-metric"), metric="vibes")
    factories.claim(model("a/table"), source=Claim.Source.TABLE)
    factories.claim(
        model("a/broken", front_matter={"model-index": []}), value=None, problem="No number."
    )
    model("a/silent", pipeline_tag="")
    model("a/unread", read=False)
    taken = take("claims")
    assert whole(taken) == (4, 7, 1)
    levels = [row["numerator"] for row in taken.breakdown if row["part"] == "level"]
    assert levels == [6, 4, 3, 2, 1, 1]
    assert rows(taken, "task") == {asr: (2, 2, 0), "image-classification": (2, 4, 1), "": (0, 1, 0)}
    assert rows(taken, "task-comparable")[asr] == (2, 2, 0)
    assert rows(taken, "task-any")["image-classification"] == (4, 4, 1)


def test_only_the_head_counts(take, model):
    revision = model("a/moved")
    factories.claim(revision)
    Repo.objects.filter(pk=revision.repo_id).update(head_sha="f" * 40)
    factories.revision(Repo.objects.get(pk=revision.repo_id))
    assert whole(take("claims")) == (0, 1, 0)


@pytest.mark.parametrize("datasets", ["cifar10", ["cifar10"]])
def test_datasets_by_card_and_by_tag_are_told_apart(take, model, datasets):
    model("a/card", front_matter={"datasets": datasets})
    model("a/tag", tags=["dataset:mnist", "dataset:"])
    model("a/none", front_matter={"datasets": []}, tags=["dataset:"])
    model("a/odd", front_matter={"datasets": {"x": 1}})
    model("a/unread", read=False)
    model("a/unread-tag", read=False, tags=["dataset:mnist"])
    taken = take("no-dataset")
    assert whole(taken) == (2, 5, 1)
    assert list(rows(taken, "instrument").values()) == [(4, 6, 0), (3, 4, 2), (2, 5, 1)]
    assert list(rows(taken, "differ").values()) == [(1, 4, 2), (1, 4, 2)]


def test_architectures_come_from_the_configuration(take, model):
    for name in ("a/one", "a/two"):
        model(name, model_type="bert")
    model("a/none")
    factories.repo("a/listed-only", model_type="")
    factories.repo("a/listed-with-type", model_type="gpt2")
    taken = take("no-architecture")
    assert whole(taken) == (1, 4, 1)
    assert rows(taken, "architecture") == {"bert": (2, 4, 1), "": (1, 4, 1), "gpt2": (1, 4, 1)}


def test_missing_attributes_by_attribute_popularity_and_task(take, model):
    full = model(
        "a/full", front_matter={"datasets": ["x"]}, model_type="bert", downloads=900, licence="mit"
    )
    factories.claim(full)
    model("a/empty", licence="", pipeline_tag="", library="", downloads=5)
    model("a/unread", read=False, licence="", downloads=1)
    taken = take("missing-attributes")
    # Of the unread one licence, task and library are told: two are there.
    assert whole(taken) == (7 + 1, 7 + 7 + 3, 4)
    found = rows(taken, "attribute")
    assert found["licence"] == (2, 3, 0)
    assert found["card"] == (1, 2, 1)
    assert rows(taken, "popularity")["top 10 by downloads"] == (8, 17, 4)
    assert rows(taken, "popularity")["most downloaded quarter"] == (0, 7, 0)
    assert rows(taken, "popular-licence")["second quarter"] == (1, 1, 0)
    assert rows(taken, "task")[""] == (7, 7, 0)


def test_reach_goes_down_the_lineage_and_ends_in_a_ring(take, model):
    base = model("a/base", tags=["dataset:squad"], model_type="bert")
    child = model("b/child", model_type="bert")
    grandchild = model("c/grandchild")
    model("d/alone", tags=["dataset:glue"])
    factories.edge(child, base.repo)
    factories.edge(grandchild, child.repo)
    factories.edge(base, grandchild.repo)  # a ring
    factories.edge(grandchild, parent_name="x/nowhere")
    datasets = take("reach-datasets")
    assert whole(datasets) == (3, 4, 0)
    assert rows(datasets, "reach") == {"squad": (3, 4, 0), "glue": (1, 4, 0)}
    assert rows(datasets, "direct")["squad"] == (1, 4, 0)
    assert rows(datasets, "tag") == {"squad": (1, 4, 0), "glue": (1, 4, 0)}
    assert rows(datasets, "card") == {}
    assert rows(take("reach-architectures"), "reach") == {"bert": (3, 4, 0)}
    authors = rows(take("reach-authors"), "reach")
    assert authors == dict.fromkeys("abc", (3, 4, 0)) | {"d": (1, 4, 0)}
    assert rows(take("reach-authors"), "direct")["a"] == (1, 4, 0)


def test_licences_are_judged_along_edges(take, model):
    def pair(parent, child, **fields):
        above = model(licence=parent)
        factories.edge(model(licence=child), above.repo, **fields)

    pair("cc-by-nc-4.0", "MIT", relation="quantized")
    pair("gpl-3.0", "apache-2.0")
    pair("gpl-3.0", "agpl-3.0")
    pair("apache-2.0", "cc-by-nc-4.0")
    pair("", "mit")
    pair("mit", "")
    pair("mit", "my-own")
    factories.edge(model(licence="mit"), parent_name="x/nowhere")
    taken = take("licence-conflicts")
    assert whole(taken) == (2, 4, 4)
    assert len(rows(taken, "reason")) == 2
    assert rows(taken, "pair")["parent copyleft, child permissive"] == (1, 1, 0)
    assert rows(taken, "relation")["quantized"] == (1, 1, 0)
    assert [row[0] for row in rows(taken, "untold").values()] == [1, 1, 1, 1]


def test_the_table_of_licences_is_consistent():
    names = [name for text in licences._NAMES.values() for name in text.split()]
    assert len(names) == len(set(names))
    assert all(name == name.lower() for name in names)
    for family in Family:
        if family is not Family.NO_DERIVATIVES:
            assert licences.conflict(family, family) == ""
        assert licences.conflict(Family.PERMISSIVE, family) == ""
    assert licences.conflict(Family.NON_COMMERCIAL, Family.PERMISSIVE)
    assert licences.conflict(Family.NO_DERIVATIVES, Family.NO_DERIVATIVES)


def test_names_are_held_against_configurations(take, model):
    model("a/bert-base", model_type="bert")
    model("a/my_RoBERTa.v2", model_type="bert")
    model("bert/plain-net", model_type="gpt2")  # the owner's name says nothing
    model("a/bert-to-gpt2", model_type="gpt2")
    model("a/bert2bert-bert", model_type="encoder-decoder")
    model("a/t5-small")
    model("a/alberta", model_type="gpt2")  # no word of the table
    taken = take("name-against-architecture")
    assert whole(taken) == (1, 3, 2)
    assert rows(taken, "pair") == {"roberta in the name, bert in the configuration": (1, None, 0)}
    assert rows(taken, "word")["bert"] == (0, 2, 1)
    assert list(rows(taken, "untold").values()) == [(0, None, 0), (1, None, 0), (1, None, 0)]
    assert all(word == word.lower() and word.isalnum() for word in FAMILIES)


def test_pickles_are_told_by_the_ends_of_names(take, model):
    model("a/pickle", files=["pytorch_model.BIN", "README.md"])
    model("a/both", files=["pytorch_model.bin", "model.safetensors"])
    model("a/safe", files=["model.safetensors", "training_args.bin", "optimizer.pt"])
    model("a/keras", files=["tf_model.h5"])
    model("a/no-weights", files=["README.md", "training_args.bin"])
    model("a/unread", read=False)
    taken = take("pickle-share")
    assert whole(taken) == (1, 4, 1)
    assert rows(taken, "format") == {
        "pickle only": (1, 5, 1),
        "pickle and safetensors": (1, 5, 1),
        "safetensors, no pickle": (1, 5, 1),
        "other formats only": (1, 5, 1),
        "no weights at all": (1, 5, 1),
    }


def test_popular_models_without_words(take, model):
    model("a/words", front_matter={"a": 1}, text="---\na: 1\n---\nSome words.", downloads=9)
    model("a/front", front_matter={"a": 1}, text="---\na: 1\n---\n\n", downloads=8)
    model("a/nothing", downloads=7)
    model("a/unread", read=False, downloads=6)
    taken = take("undocumented")
    assert whole(taken) == (2, 3, 1)
    assert rows(taken, "top")["top 10: no card at all"] == (1, 3, 1)
    assert rows(taken, "top")["all models: no card at all"] == (1, 3, 1)
    assert rows(taken, "length")["90 % of the top 1,000 have at most"] == (11, None, 0)


def test_what_is_not_scanned_is_not_clean(take, model):
    def scanned(name, *statuses):
        revision = model(name)
        for n, status in enumerate(statuses):
            factories.file(revision, f"f{n}", security={"avScan": {"status": status}})

    scanned("a/clean", "safe", "safe")
    scanned("a/found", "safe", "suspicious")
    scanned("a/queued", "safe", "queued")
    scanned("a/failed", "error")
    scanned("a/new-word", "blessed")
    model("a/never")
    taken = take("scanner-findings")
    assert whole(taken) == (1, 2, 4)
    assert rows(taken, "avScan") == {
        "clean": (4, 8, 0),
        "finding": (1, 8, 0),
        "not scanned": (1, 8, 0),
        "scan failed": (2, 8, 0),
    }


def test_verified_organisations_with_those_that_nobody_asked_about(take, model):
    def owner(name, **fields):
        factories.author(name, **fields)
        model(f"{name}/net", downloads=10)

    owner("marked", kind="organisation", is_verified=True)
    model("marked/second", downloads=10)
    owner("plain", kind="organisation", is_verified=False)
    owner("person", kind="user")
    owner("unasked")
    factories.author("no-models", kind="organisation", is_verified=True)
    taken = take("verified-organisations")
    assert whole(taken) == (1, 2, 1)
    assert rows(taken, "weight")["downloads of their models"] == (20, 30, 10)
    assert rows(taken, "kind")["user"] == (1, 4, 0)


def test_signed_is_not_verified(take, model):
    def committed(*signatures):
        repo = model().repo
        for n, signature in enumerate(signatures):
            Commit.objects.create(repo=repo, sha=f"{n:040x}", signature=signature)

    committed("none", "verified")
    committed("unverified", "none")
    committed("none")
    committed("unknown")
    taken = take("signed-commits")
    assert whole(taken) == (2, 3, 1)
    assert [row[0] for row in rows(taken, "repo").values()] == [1, 1, 1]
    assert rows(taken, "commit") == {
        "verified": (1, 5, 0),
        "unverified": (1, 5, 0),
        "none": (3, 5, 0),
    }


def test_names_that_another_model_took(take, model):
    old = model("a/net", state=Repo.State.REPLACED).repo
    new = model("a/net").repo
    Change.objects.create(repo=old, at=NOON, what="replaced", new=new.hub_key)
    Change.objects.create(repo=new, at=NOON, what="took-name", old=old.hub_key)
    taken = take("name-reuse")
    assert whole(taken) == (1, 1, 0)
    assert [row[0] for row in rows(taken, "event").values()] == [1, 1, 1, 100]


def test_overstatement_counts_the_newest_finding_of_settled_claims(take, model):
    claims = [factories.claim(model(downloads=10**n)) for n in range(5)]
    verdicts = ["overstated", "overstated", "confirmed", "inconclusive"]
    for claim, verdict in zip(claims[1:], verdicts, strict=True):
        factories.finding(claim, verdict=verdict)
    factories.finding(claims[1], verdict="understated")  # measured again
    factories.run(claims[0], status=Run.Status.DEAD)
    private = factories.claim(factories.revision(factories.repo(is_private=True)))
    factories.finding(private, verdict="overstated")
    taken = take("overstatement")
    assert whole(taken) == (1, 3, 2)
    assert rows(taken, "verdict") == {
        "confirmed": (1, 3, 0),
        "overstated": (1, 3, 0),
        "understated": (1, 3, 0),
    }
    assert [row[0] for row in rows(taken, "open").values()] == [1, 1]
    assert rows(taken, "popularity")["100 to 9,999 downloads"] == (1, 2, 0)
    assert Finding.objects.count() == 6


def test_hostile_texts_are_labels_like_others(take, model):
    tag = "<script>'; DROP TABLE registry_repo; --\u202e" + "x" * 240
    model(
        f"a/{tag[:60]}", pipeline_tag=tag[:100], tags=[f"dataset:{tag}"[:300]], model_type=tag[:90]
    )
    call_command("measure", verbosity=0)
    assert Repo.objects.count() == 1
    labels = [row["label"] for row in Measurement.objects.get(measure="reach-datasets").breakdown]
    assert tag[:200] in labels
    assert max(map(len, labels)) <= 200
