"""From measures to a verdict, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.backdoors import Measures, decide
from analysis.backdoors.decision import Outlier, verdict_of
from analysis.backdoors.measures import Layer, Margins, Triggers
from analysis.contract import Verdict

EVEN = np.array([20.0, 23, 25, 21, 22, 24, 26, 22, 23, 21])
NOTE = "No trigger was searched: there are no clean pictures of the domain."


def margins(suspect=None, classes=10):
    best = np.resize(EVEN, classes)
    if suspect is not None:
        best[suspect] = 60
    return Margins(best, 30)


def triggers(suspect=None, classes=10):
    norms = np.resize(EVEN / 2, classes)
    if suspect is not None:
        norms[suspect] = 2
    return Triggers(
        classes=np.arange(classes),
        norms=norms.astype(np.float32),
        success=np.ones(classes, np.float32),
        screened=np.full(classes, np.nan, np.float32),
        pictures=24,
        shown=int(norms.argmin()),
        mask=np.zeros((1, 5, 4), np.float32),
        pattern=np.zeros((3, 5, 4), np.float32),
        clean=np.zeros((3, 5, 4), np.float32),
        triggered=np.zeros((3, 5, 4), np.float32),
    )


@pytest.mark.parametrize(
    ("by_margin", "by_trigger", "verdict", "words"),
    [
        (None, None, Verdict.PASS, "No class is suspicious under MM-BD or Neural Cleanse. Not"),
        (3, None, Verdict.WARN, "Class 3 is suspicious under MM-BD."),
        (None, 4, Verdict.WARN, "Class 4 is suspicious under Neural Cleanse."),
        (3, 4, Verdict.WARN, "Class 3 is suspicious under MM-BD. Class 4 is suspicious under Neu"),
        (4, 4, Verdict.FAIL, "Class 4 is suspicious under MM-BD and under Neural Cleanse."),
    ],
)
def test_two_methods_that_agree_fail_and_one_alone_warns(by_margin, by_trigger, verdict, words):
    decision = decide(Measures(10, None, margins(by_margin), triggers(by_trigger)))
    assert decision.verdict is verdict
    assert decision.sentences[0].startswith(words)
    assert decision == decide(Measures(10, None, margins(by_margin), triggers(by_trigger)))
    assert decision.p_value is not None
    assert (decision.p_value <= 0.05) is (verdict is not Verdict.PASS)
    assert all("backdoored" not in sentence for sentence in decision.sentences)


@pytest.mark.parametrize(
    ("margins", "triggers", "verdict"),
    [
        ((1, 0.01), (1, 0.01), Verdict.FAIL),
        ((1, 0.01), (1, 0.011), Verdict.WARN),
        ((1, 0.01), (2, 0.01), Verdict.WARN),
        ((1, 0.025), (2, 0.5), Verdict.WARN),
        ((1, 0.5), (2, 0.025), Verdict.WARN),
        ((1, 0.03), (1, 0.03), Verdict.PASS),
        ((1, 0.05), None, Verdict.WARN),
        ((1, 0.06), None, Verdict.PASS),
        (None, (1, 0.05), Verdict.WARN),
        (None, (1, 0.06), Verdict.INCONCLUSIVE),
        (None, None, Verdict.INCONCLUSIVE),
    ],
)
def test_the_rule_is_that_of_the_docs(margins, triggers, verdict):
    outliers = (Outlier("a method", *found) if found else None for found in (margins, triggers))
    assert verdict_of(*outliers) is verdict


def test_numbers_of_both_methods_are_told():
    decision = decide(Measures(10, None, margins(4), triggers(4), ("Nothing else.",)))
    assert decision.margins is not None
    assert decision.triggers is not None
    assert decision.margins.suspect == decision.triggers.suspect == 4
    assert decision.formula_p is not None
    assert decision.formula_p <= decision.margins.p_value
    assert decision.anomaly is not None
    assert decision.anomaly > 2
    assert "class 4 can be made to win by the largest margin: 60, the next by 26" in " ".join(
        decision.sentences
    )
    assert "into class 4 with 2 of 20 pixels; the median class needs 11" in " ".join(
        decision.sentences
    )
    assert decision.sentences[-1] == "Nothing else."


def test_one_method_is_enough_to_pass_or_warn_but_not_to_fail():
    assert decide(Measures(10, None, margins(), None, (NOTE,))).verdict is Verdict.PASS
    decision = decide(Measures(10, None, margins(3), None, (NOTE,)))
    assert decision.verdict is Verdict.WARN
    assert decision.sentences[-1] == NOTE
    assert decision.triggers is None
    assert decision.anomaly is None


def test_what_was_not_measured_never_looks_safe():
    decision = decide(Measures(10, None, None, None, ("The network answers nothing.",)))
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.p_value is None
    assert "The network answers nothing." in decision.sentences


@pytest.mark.parametrize("classes", [2, 5])
def test_few_classes_are_inconclusive_and_it_is_said(classes):
    decision = decide(Measures(classes, None, margins(1, classes), triggers(1, classes)))
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert "fewer than 6 classes" in " ".join(decision.sentences)
    assert decide(Measures(6, None, margins(1, 6), triggers(1, 6))).verdict is Verdict.FAIL


def test_classes_that_are_never_answered_do_not_count():
    best = np.append(EVEN, [-3.0, -9.0])
    decision = decide(Measures(12, None, Margins(best, 30)))
    assert decision.verdict is Verdict.PASS
    assert "2 of the classes were never answered" in " ".join(decision.sentences)
    few = np.append(EVEN[:5], np.full(5, -1.0))
    assert decide(Measures(10, None, Margins(few, 30))).verdict is Verdict.INCONCLUSIVE


def test_a_small_trigger_among_many_classes_is_less_surprising():
    found = replace(triggers(), norms=np.where(np.arange(10) == 4, 7.0, EVEN / 2))
    few, many = (decide(Measures(classes, None, None, found)) for classes in (10, 1000))
    assert few.triggers is not None
    assert many.triggers is not None
    assert few.triggers.p_value < many.triggers.p_value


def test_channels_are_told_and_do_not_decide():
    layers = (Layer("a", 16, 2.5, 0), Layer("b", 32, 9.0, 3))
    decision = decide(Measures(10, layers, margins()))
    assert decision.verdict is Verdict.PASS
    assert "3 of 48 channels" in " ".join(decision.sentences)
    assert "9.0" in " ".join(decision.sentences)
