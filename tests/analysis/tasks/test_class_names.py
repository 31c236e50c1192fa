"""Classes are matched by name, or by position only where nobody has names."""

import pytest

from analysis.contract import Unsupported
from analysis.tasks import class_names
from analysis.tasks.class_names import match

BARE = ["LABEL_0", "LABEL_1", "LABEL_2"]
DIGITS = ["0", "1", "2"]


@pytest.mark.parametrize(
    ("network", "dataset", "to_dataset", "how"),
    [
        (["cat", "dog"], ["cat", "dog"], [0, 1], "by name"),
        (["dog", "cat"], ["cat", "dog"], [1, 0], "by name"),
        (["Hot_Dog", " cat "], ["cat", "hot dog"], [1, 0], "by name"),
        (["cat", "house", "dog"], ["cat", "dog"], [0, -1, 1], "by name"),
        (["1", "0"], ["0", "1"], [1, 0], "by name"),
        (DIGITS, DIGITS, [0, 1, 2], "by name"),
        (DIGITS, DIGITS[:2], [0, 1, -1], "by name"),
        (BARE, BARE, [0, 1, 2], "by position"),
        (BARE, DIGITS, [0, 1, 2], "by position"),
        ([], DIGITS, [0, 1, 2], "by position"),
        (DIGITS, BARE, [0, 1, 2], "by position"),
    ],
)
def test_classes_that_fit(network: list[str], dataset: list[str], to_dataset: list[int], how: str):
    found = match(network, len(network) or 3, dataset)
    assert found.to_dataset.tolist() == to_dataset
    assert found.how == how


def test_assumptions_are_named():
    assert "by position" in match(BARE, 3, DIGITS).assumption
    assert "1 classes of the network" in match(["a", "b", "c"], 3, ["a", "c"]).assumption
    assert match(["b", "a"], 2, ["a", "b"]).assumption == ""


@pytest.mark.parametrize(
    ("network", "dataset", "message"),
    [
        (BARE, ["0", "1"], "3 classes and the dataset 2"),
        (BARE, ["cat", "dog", "cow"], "network does not name"),
        (["cat", "dog", "cow"], DIGITS, "dataset does not name"),
        ([], ["cat", "dog", "cow"], "network does not name"),
        (["cat", "dog", "cow"], ["cat", "fox", "hen"], "no class 'fox' and 1 others"),
        (["cat", "cat", "cow"], ["cat", "cow"], "same name"),
        (["cat", "CAT", "cow"], ["cat", "cow"], "same name"),
        (["cat", "dog", "cow"], ["cat", "cat", "cow"], "same name"),
        (["cat", "dog", "cow"], ["cat", "\x1b[31m\n"], "no class"),
    ],
)
def test_classes_that_do_not_fit(network: list[str], dataset: list[str], message: str):
    with pytest.raises(Unsupported, match=message) as caught:
        match(network, 3, dataset)
    assert caught.value.missing == "dataset"
    assert str(caught.value).isprintable()


def test_no_spelling_belongs_to_two_names():
    spellings = [spelling for group in class_names._SAME for spelling in group]
    assert len(spellings) == len(set(spellings))
    assert all(class_names.plain(group[0]) == group[0] for group in class_names._SAME)


def test_spellings_of_one_class_are_matched():
    matching = class_names.match(["NEG", "NEU", "POS"], 3, ["positive", "neutral", "negative"])
    assert matching.to_dataset.tolist() == [2, 1, 0]
