"""What is said of attacks and changes, with labels."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from analysis.contract import CheckError
from analysis.perturbations.summary import (
    mcnemar,
    paired_difference,
    share_of,
    summarise_attack,
    summarise_change,
    worst,
)
from analysis.verdicts import wilson

RIGHT = np.array([1, 1, 1, 1, 0, 0, 1, 1, 1, 1], dtype=bool)
BROKEN = np.array([1, 1, 0, 0, 1, 0, 0, 1, 0, 0], dtype=bool)
SHARES = np.array([0.1, 0.2, 0, 0, 0.9, 0, 0, 0.3, 0, 0])
QUERIES = np.array([10, 20, 30, 40, 50, 60, 1, 30, 40, 29])
ENDINGS = ["broken", "broken", "words", "words", "broken", "queries", "unchangeable", "broken"]
ENDINGS += ["queries", "words"]


def attacked(**columns: Any) -> Any:
    given = {"right": RIGHT, "broken": BROKEN, "shares": SHARES, "queries": QUERIES}
    return summarise_attack(**{**given, "endings": ENDINGS, **columns})


def test_a_text_that_was_wrong_from_the_start_is_not_robust():
    found = attacked()
    assert (found.clean.value, found.robust.value) == (0.8, 0.5)
    assert (found.robust.low, found.robust.high) == wilson(5, 10)
    assert found.success.value == 3 / 8
    assert found.success.n == 8
    assert found.words_changed == pytest.approx(0.2)  # of the three, not of the wrong one
    assert found.queries == 31
    assert (found.unchangeable, found.exhausted) == (1, 2)


def test_the_attack_is_put_into_words():
    assert attacked().sentence() == (
        "Of 10 texts, 80.0 % are answered rightly, and 50.0 % (23.7 to 76.3 %) still are under an"
        " attack that changes 20.0 % of the words of a text it breaks. In 1 text there was nothing"
        " that could be changed. In 2 texts the search ended because its queries were spent."
    )
    nothing = attacked(broken=BROKEN & False, endings=["words"] * 10)
    assert nothing.sentence() == (
        "Of 10 texts, 80.0 % are answered rightly, and 80.0 % (49.0 to 94.3 %) still are under an"
        " attack, which changed no right answer."
    )
    assert nothing.words_changed is None


def test_a_network_that_is_always_wrong_has_no_success_rate():
    found = attacked(right=RIGHT & False)
    assert found.success is None
    assert found.as_json()["success_rate"] is None
    assert found.robust.value == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"right": RIGHT[:9]},
        {"shares": np.where(BROKEN, np.nan, 0.0)},
        {"shares": SHARES + 1},
        {"shares": -SHARES},
        {"shares": SHARES * 0},
        {"queries": QUERIES * 0},
        {"queries": QUERIES * np.inf},
        {"endings": ["words"] * 10},
        {"endings": ["broken"] * 10},
    ],
)
def test_contradictions_are_refused(columns: dict[str, Any]):
    with pytest.raises(CheckError, match="sandbox"):
        attacked(**columns)


def test_no_texts_are_refused():
    nothing = np.zeros(0)
    with pytest.raises(CheckError, match="no texts"):
        summarise_attack(nothing, nothing, nothing, nothing, [])


BEFORE = np.array([0, 1, 2, 0, 1, 2, 0, -1, 1, 1])
AFTER = np.array([1, 1, 2, 0, 0, 2, 1, -1, -1, 1])
TRUTH = np.array([0, 1, 2, 0, 0, 2, 0, 1, 1, 1])
APPLIES = np.array([1] * 9 + [0], dtype=bool)


def test_a_change_is_compared_with_and_without_labels():
    plain = summarise_change("upper", "all letters large", APPLIES, BEFORE, AFTER)
    assert plain is not None
    assert plain.changed == share_of(4, 9)
    assert (plain.accuracy, plain.difference, plain.p_value) == (None, None, None)
    assert plain.sentence() == (
        "All letters large: 44.4 % (18.9 to 73.3 %) of the answers to 9 texts changed."
    )
    found = summarise_change("upper", "all letters large", APPLIES, BEFORE, AFTER, right=TRUTH)
    assert found is not None
    assert found.accuracy is not None
    assert found.difference is not None
    assert [one.value for one in found.accuracy] == [7 / 9, 5 / 9]
    assert found.difference.value == pytest.approx(-2 / 9)
    assert found.p_value == mcnemar(1, 3) == pytest.approx(0.625)
    assert "accuracy went from 77.8 % to 55.6 % (p = 0.62)" in found.sentence()


def test_a_change_that_may_alter_the_meaning_says_so():
    found = summarise_change("x", "y", APPLIES, BEFORE, AFTER, keeps_meaning=False)
    assert found is not None
    assert found.sentence().endswith("changed. This change may alter what a text means.")
    assert found.as_json()["keeps_meaning"] is False


def test_a_change_that_applies_to_no_text_says_nothing():
    assert summarise_change("x", "y", APPLIES & False, BEFORE, AFTER) is None
    with pytest.raises(CheckError, match="lengths"):
        summarise_change("x", "y", APPLIES[:3], BEFORE, AFTER)


def test_a_missing_label_is_answered_rightly_by_nobody():
    found = summarise_change("x", "y", APPLIES, BEFORE, AFTER, right=TRUTH * 0 - 1)
    assert found is not None
    assert found.accuracy is not None
    assert [one.value for one in found.accuracy] == [0, 0]


@pytest.mark.parametrize("pair", [(0, 0), (0, 1), (3, 3), (1, 9), (40, 20), (0, 500), (6000, 5700)])
def test_mcnemar_is_the_exact_binomial_test(pair: tuple[int, int]):
    total = sum(pair)
    expected = stats.binomtest(pair[0], total).pvalue if total else 1.0
    assert mcnemar(*pair) == pytest.approx(expected, rel=1e-6)


def test_the_interval_of_a_difference_covers_it_as_often_as_it_says():
    generator = np.random.default_rng(0)
    for lost, won, n in ((0.1, 0.02, 60), (0.05, 0.05, 200), (0.3, 0.1, 30)):
        drawn = generator.multinomial(n, [won, lost, 1 - won - lost], size=4000)
        found = [paired_difference(int(up), int(down), n) for up, down, _ in drawn]
        covers = np.mean([one.low <= won - lost <= one.high for one in found])
        assert 0.93 <= covers <= 0.99


def test_the_worst_change_is_one_that_must_not_matter():
    def one(name: str, changed: int, n: int, keeps: bool = True) -> Any:
        after = np.arange(n) < changed
        ones = np.ones(n, dtype=bool)
        return summarise_change(name, name, ones, ones * 0, after * 1, keeps_meaning=keeps)

    found = [one("few", 2, 3), one("many", 40, 100), one("marks", 90, 100, keeps=False)]
    chosen = worst(found)
    assert chosen is not None
    assert chosen.name == "many"
    assert worst([]) is None
