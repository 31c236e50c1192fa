"""From the words of a claim to what must be run, and to the name of what is missing."""

from typing import Any

import pytest

from analysis.contract import Unsupported
from analysis.matching import match
from tests.analysis import samples


def claim(**changes: Any) -> Any:
    return samples.claim(**changes)


def test_it_works():
    found = match(claim())
    assert (found.task, found.dataset, found.config, found.split, found.revision) == (
        "image-classification", "org/pictures", "default", "test", "main",
    )  # fmt: skip
    assert found.stated is not None
    assert found.stated.value == 0.925
    assert not found.gaps
    assert not found.assumptions


@pytest.mark.parametrize(
    ("changes", "piece", "reason"),
    [
        ({"task": "audio-dreaming"}, "task", "the task is not measured yet"),
        ({"task": "", "dataset": "org/x"}, "task", "no task is named"),
        ({"task": "Clustering"}, "task", "the task has a protocol of its own"),
        ({"metric": "happiness"}, "metric", "the metric is not known"),
        ({"metric": ""}, "metric", "no metric is named"),
        ({"metric_name": "accuracy of birds only"}, "metric", "the metric is qualified"),
        ({"value": None, "value_text": "state of the art"}, "value", "the value is not one number"),
        ({"dataset": ""}, "dataset", "no dataset is named"),
        ({"dataset": "None"}, "dataset", "no dataset is named"),
        ({"dataset": "our own photos, 2021"}, "dataset", "what is named is not the id"),
        ({"dataset": "a/b/c"}, "dataset", "what is named is not the id"),
        ({"dataset": "amazon_reviews_multi"}, "dataset", "the dataset cannot be had any more"),
        ({"split": ""}, "split", "no split is named"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], piece: str, reason: str):
    found = match(claim(**changes))
    gap = next(gap for gap in found.gaps if gap.piece == piece)
    assert gap.reason.startswith(reason)
    assert gap.sentence.endswith(".")
    with pytest.raises(Unsupported):
        found.require()


def test_the_worst_gap_comes_first():
    found = match(claim(split="", dataset="", value=None, value_text="good"))
    assert [gap.piece for gap in found.gaps] == ["value", "dataset", "split"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("cifar10", "uoft-cs/cifar10"), ("CIFAR-10", "uoft-cs/cifar10"),
        ("uoft-cs/cifar10", "uoft-cs/cifar10"), ("imagenet", "ILSVRC/imagenet-1k"),
        ("somebody/cifar10", "somebody/cifar10"),
    ],
)  # fmt: skip
def test_old_names_of_datasets_are_known(written: str, meant: str):
    found = match(claim(dataset=written))
    assert found.dataset == meant
    assert found.written_as == (written if written.lower() != meant.lower() else "")


def test_a_config_and_a_split_are_taken_only_where_there_is_one_to_take():
    found = match(claim(dataset="cifar10", config="", split=""))
    assert (found.config, found.split) == ("plain_text", "test")
    assert len(found.assumptions) == 2
    assert all("Krizhevsky 2009" in sentence for sentence in found.assumptions)
    beans = match(claim(dataset="beans", config="", split=""))
    assert (beans.config, beans.split) == ("default", "")
    assert "a validation and a test split" in beans.gaps[0].sentence


@pytest.mark.parametrize(
    ("config", "split"), [("mrpc", "validation"), ("mnli", ""), ("mnli_matched", "validation")]
)
def test_a_split_may_depend_on_the_config(config: str, split: str):
    bare = claim(dataset="glue", config="", split="", args={"dataset": config})
    found = match(bare, "text-classification")
    assert (found.config, found.split) == (config, split)
    assert "transformers' Trainer writes it" in found.assumptions[0]


def test_the_claims_own_words_go_first():
    found = match(claim(dataset="cifar10", config="mine", split="train"))
    assert (found.config, found.split) == ("mine", "train")
    assert not found.assumptions


def test_the_name_of_the_metric_may_hold_the_split():
    found = match(claim(split="", metric_name="Test accuracy"))
    assert found.split == "test"
    assert found.assumptions == ("The split test was taken from the name of the metric.",)


def test_a_missing_task_comes_from_the_repo_and_says_so():
    found = match(claim(task=""), "image-classification")
    assert found.task == "image-classification"
    assert "taken from the repo" in found.assumptions[0]


def test_a_dataset_may_say_what_it_is_for():
    found = match(claim(task="", dataset="mnist"))
    assert found.task == "image-classification"
    assert "taken from the dataset" in found.assumptions[0]


@pytest.mark.parametrize("forged", ["x" * 100_000, "../../etc/passwd", "a\x00b", "é", "-x", "a b"])
def test_hostile_names_are_no_ids(forged: str):
    found = match(claim(dataset=forged))
    gap = next(gap for gap in found.gaps if gap.piece == "dataset")
    assert len(gap.sentence) < 400
