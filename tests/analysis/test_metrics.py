"""Names of metrics, and the scale of what claims state."""

import math
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.contract import Claim, ClaimSource, Place, Unsupported
from analysis.metrics import METRICS, find, identify, read_label, state
from analysis.numerals import read_numeral


def claim(metric: str, value_text: str, name: str = "", source=ClaimSource.TABLE, **more) -> Claim:
    return Claim(source, Place("README.md"), "", metric, value_text, None, metric_name=name, **more)


@pytest.mark.parametrize(
    ("metric", "name", "expected", "args"),
    [
        ("accuracy", "", "accuracy", {}),
        ("acc", "accuracy", "accuracy", {}),
        ("eval_accuracy", "", "accuracy", {}),
        ("top1", "Top-1 Accuracy", "accuracy", {}),
        ("accuracy", "Top-5 accuracy", "top5_accuracy", {}),
        ("acc_norm", "normalized accuracy", "acc_norm", {}),
        ("Test error", "", "error_rate", {}),
        ("top1_err", "", "error_rate", {}),
        ("f1", "Macro F1", "f1", {"average": "macro"}),
        ("macro-f1", "", "f1", {"average": "macro"}),
        ("f1_weighted", "", "f1", {"average": "weighted"}),
        ("F<sub>1</sub>", "", "f1", {}),
        ("cos_sim_spearman", "", "spearman", {"similarity": "cosine"}),
        ("cosine_spearman", "", "spearman", {"similarity": "cosine"}),
        ("spearman_manhattan", "Spearman Manhattan", "spearman", {"similarity": "manhattan"}),
        ("cos_sim_pearson", "", "pearson", {"similarity": "cosine"}),
        ("euclidean_pearson", "", "pearson", {"similarity": "euclidean"}),
        ("Spearman's rho", "", "spearman", {}),
        ("matthews_correlation", "Matthews Correlation", "mcc", {}),
        ("rouge", "ROUGE-L", "rougel", {}),
        ("rouge", "Rouge Lsum", "rougelsum", {}),
        ("ndcg_at_10", "", "ndcg_at_k", {"k": 10}),
        ("precision_at_5", "", "precision_at_k", {"k": 5}),
        ("wer", "Test WER", "wer", {}),
        ("roc_auc", "", "auroc", {}),
        ("R²", "", "r2", {}),
        ("Accuracy [%]", "", "accuracy", {}),
        ("chrF++", "", "chrf_plus_plus", {}),
        ("cos_sim_accuracy", "", "pair_accuracy", {"similarity": "cosine"}),
        ("dot_ap", "", "pair_average_precision", {"similarity": "dot"}),
        ("max_f1", "", "pair_f1", {"similarity": "max"}),
        ("similarity_recall", "", "pair_recall", {}),
        (
            "cosine_accuracy@3",
            "Cosine Accuracy@3",
            "hit_rate_at_k",
            {"k": 3, "similarity": "cosine"},
        ),
        ("Accuracy@5", "", "top5_accuracy", {}),
        ("mAP@0.5", "", "map_50", {}),
        ("mAP@50", "", "map_at_k", {"k": 50}),
        ("Rouge2 Fmeasure", "", "rouge2", {}),
        ("Mer", "", "mer", {}),
    ],
)
def test_names_that_are_in_use_are_known(metric, name, expected, args):
    label = identify(metric, name)
    assert label is not None
    assert label.metric.id == expected
    assert label.args == args
    assert label.metric is find(metric, name)


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        ("", ""),
        ("main_score", ""),
        ("main_score", "Accuracy"),
        ("rouge", ""),
        ("nauc_map_at_1_std", ""),
        ("cosine_accuracy_threshold", ""),
        ("R-2", ""),  # ROUGE-2 to some, R² to others
        ("macro accuracy", ""),
        ("accuracy", "F1"),  # the two contradict each other
        ("f1_macro", "Micro F1"),
        ("x" * 100_000, ""),
    ],
)
def test_names_that_are_no_plain_metric_are_unknown(metric, name):
    assert find(metric, name) is None


@pytest.mark.parametrize(
    ("metric", "name", "split", "qualifier"),
    [
        ("wer", "Test WER with LM", "test", "with lm"),
        ("wer", "Test WER (+LM)", "test", "+lm"),
        ("F1 (PER)", "", "", "per"),
        ("F1 (macro)", "", "", ""),
        ("accuracy", "Lemma Accuracy", "", "lemma"),
        ("Dev Accuracy", "", "validation", ""),
        ("eval_loss", "", "", ""),
    ],
)
def test_split_and_qualifier_are_taken_from_the_name(metric, name, split, qualifier):
    label = identify(metric, name)
    assert label is not None
    assert (label.split, label.qualifier) == (split, qualifier)


def test_every_entry_of_the_registry_is_found_by_each_of_its_spellings():
    for metric in METRICS.values():
        for spelling in chain([metric.id, metric.name], metric.aliases):
            assert find(spelling) is metric, spelling


def test_every_entry_of_the_registry_is_consistent():
    for metric in METRICS.values():
        assert metric.low < metric.high
        assert metric.numerics > 0
        assert metric.complement_of in ("", *METRICS)
        assert metric.family in ("", *METRICS)
        if metric.complement_of:
            assert METRICS[metric.complement_of].higher_is_better is not metric.higher_is_better


INDEX = ClaimSource.MODEL_INDEX


@pytest.mark.parametrize(
    ("made", "metric", "value", "half_unit"),
    [
        (claim("accuracy", "92.64"), "accuracy", 0.9264, 0.00005),
        (claim("accuracy", "0.9264"), "accuracy", 0.9264, 0.00005),
        (claim("accuracy", "92.64 %"), "accuracy", 0.9264, 0.00005),
        (claim("Accuracy (%)", "92.64"), "accuracy", 0.9264, 0.00005),
        (claim("accuracy", "0.9173", source=INDEX), "accuracy", 0.9173, 0.00005),
        (claim("accuracy", "92.0", source=INDEX), "accuracy", 0.92, 0.005),
        (claim("accuracy", "92.0"), "accuracy", 0.92, 0.0005),
        (claim("accuracy", "0.90"), "accuracy", 0.9, 0.005),
        (claim("accuracy", "0.9"), "accuracy", 0.9, 0.005),
        (claim("accuracy", "1.0", source=INDEX), "accuracy", 1.0, 0.005),
        (claim("accuracy", "1,0"), "accuracy", 1.0, 0.005),
        (claim("accuracy", "0"), "accuracy", 0.0, 0.005),
        (claim("accuracy", "0.9189583659172058"), "accuracy", 0.9189583659172058, 5e-13),
        (claim("accuracy", "9.173e-1"), "accuracy", 0.9173, 0.00005),
        (claim("error", "8.27 %"), "accuracy", 0.9173, 0.00005),
        (claim("Test error (%)", "8.27"), "accuracy", 0.9173, 0.00005),
        (claim("error", "8.27"), "accuracy", 0.9173, 0.00005),
        (claim("error", "0.0827"), "accuracy", 0.9173, 0.00005),
        (claim("error", "0.23 %"), "accuracy", 0.9977, 0.00005),
        (claim("top5_err", "3.5 %"), "top5_accuracy", 0.965, 0.0005),
        (claim("cos_sim_spearman", "82.03"), "spearman", 0.8203, 0.00005),
        (claim("cosine_spearman", "0.8203"), "spearman", 0.8203, 0.00005),
        (claim("cosine_spearman", "0.82032473"), "spearman", 0.82032473, 5e-9),
        (claim("mcc", "-0.25"), "mcc", -0.25, 0.005),
        (claim("mcc", "60.5"), "mcc", 0.605, 0.0005),
        (claim("wer", "0.3412"), "wer", 0.3412, 0.00005),
        (claim("wer", "25.59%"), "wer", 0.2559, 0.00005),
        (claim("wer", "1.5 %"), "wer", 0.015, 0.0005),
        (claim("wer", "104.2"), "wer", 1.042, 0.0005),
        (claim("bleu", "27.3"), "bleu", 0.273, 0.0005),
        (claim("em", "74.0354"), "exact_match", 0.740354, 5e-7),
        (claim("perplexity", "20.5"), "perplexity", 20.5, 0.05),
        (claim("loss", "0.31"), "loss", 0.31, 0.005),
        (claim("r2", "-3.1"), "r2", -3.1, 0.05),
    ],
)
def test_values_are_brought_to_the_scale_of_the_metric(made, metric, value, half_unit):
    stated = state(made)
    assert stated.metric.id == metric
    assert stated.value == pytest.approx(value, abs=1e-12)
    assert stated.half_unit == pytest.approx(half_unit, rel=1e-9)


@pytest.mark.parametrize(
    ("made", "missing", "says"),
    [
        (claim("accuracy", "1"), "value", "may be a fraction or a percentage"),
        (claim("accuracy", "0.9 %"), "value", "in spite of its percent sign"),
        (claim("Accuracy (%)", "0.93"), "value", "in spite of its percent sign"),
        (claim("error", "0.3"), "value", "may be a fraction or a percentage"),
        (claim("wer", "1.5"), "value", "may be a fraction or a percentage"),
        (claim("bleu", "0.35"), "value", "may be a fraction or a percentage"),
        (claim("accuracy", "920"), "value", "lies outside of what accuracy can be"),
        (claim("accuracy", "-0.1"), "value", "lies outside of what accuracy can be"),
        (claim("perplexity", "0.5"), "value", "lies outside of what perplexity can be"),
        (claim("loss", "3 %"), "value", "in percent"),
        (claim("accuracy", "NaN"), "value", "does not state one finite number"),
        (claim("accuracy", "88.9/91.2"), "value", "does not state one finite number"),
        (claim("main_score", "0.9"), "metric", "not known"),
        (claim("", "0.9"), "metric", "No metric is named"),
    ],
)
def test_what_is_unclear_is_not_guessed(made, missing, says):
    with pytest.raises(Unsupported, match=says) as raised:
        state(made)
    assert raised.value.missing == missing


def test_the_conversion_is_said_in_words():
    assert state(claim("accuracy", "92.64")).converted == "92.64 is read as 92.64 %"
    assert state(claim("error", "8.27 %")).converted == "8.27 % error is 91.73 % accuracy"
    assert state(claim("accuracy", "0.9264")).converted == ""


def test_a_spread_is_kept_in_the_same_scale():
    stated = state(claim("accuracy", "20.0 ± 1.2"))
    assert (stated.value, stated.spread) == (0.2, 0.012)


def test_arguments_come_from_the_name_and_from_the_claim():
    assert state(claim("f1", "0.9", name="Macro F1")).args == {"average": "macro"}
    assert state(claim("f1", "0.9", args={"average": "micro", "seed": 3})).args == {
        "average": "micro"
    }
    stems = {"use_stemmer": False}
    assert state(claim("rouge1", "40.1", args=stems)).args == stems


def test_a_claim_that_carries_only_a_number_is_stated_too():
    made = Claim(INDEX, Place("README.md"), "", "accuracy", "", 0.9173)
    assert state(made).value == 0.9173


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_stating_anything_gives_a_finite_value_in_range_or_says_what_is_missing(metric, name, text):
    try:
        stated = state(claim(metric, text, name=name))
    except Unsupported as reason:
        missing = reason.missing
    else:
        assert stated.metric.low <= stated.value <= stated.metric.high
        assert math.isfinite(stated.value)
        missing = "value"
    assert missing in ("metric", "value")


@given(st.decimals(min_value=2, max_value=100, places=2))
def test_percent_and_fraction_state_the_same(percent):
    with_sign = state(claim("accuracy", f"{percent} %"))
    bare = state(claim("accuracy", f"{percent}"))
    error = state(claim("error", f"{100 - percent} %"))
    assert with_sign.value == bare.value == pytest.approx(error.value, abs=1e-12)
    assert with_sign.half_unit == bare.half_unit == error.half_unit


@given(st.text(max_size=200))
def test_reading_a_label_never_raises(text):
    read_label(text)


@pytest.mark.parametrize(
    ("text", "value", "decimals", "percent", "spread"),
    [
        ("92.64", 92.64, 2, False, 0),
        ("91.7 %", 91.7, 1, True, 0),
        ("%91", 91, 0, True, 0),
        ("20.0 ± 1.2", 20.0, 1, False, 1.2),
        ("7.52 +/- 2.75", 7.52, 2, False, 2.75),
        ("20.0 (±1.2)", 20.0, 1, False, 1.2),
        ("1,234.5", 1234.5, 1, False, 0),
        ("0,91", 0.91, 2, False, 0),
        ("0,917", 0.917, 3, False, 0),
        ("**0.91**", 0.91, 2, False, 0),
        ("<b>0.91</b>", 0.91, 2, False, 0),
        ("−0.2", -0.2, 1, False, 0),
        (".85", 0.85, 2, False, 0),
        ("9e-3", 0.009, 3, False, 0),
        ("~0.85", 0.85, 2, False, 0),
        (r"99.9\%", 99.9, 1, True, 0),
        ("19.8015,", 19.8015, 4, False, 0),
    ],
)
def test_numerals_are_read_as_people_write_them(text, value, decimals, percent, spread):
    numeral = read_numeral(text)
    assert numeral is not None
    assert (float(numeral.value), numeral.decimals) == (value, decimals)
    assert (numeral.percent, float(numeral.spread)) == (percent, spread)


@pytest.mark.parametrize(
    "text",
    ["", "-", "NaN", "inf", "NA", "???", "88.9/91.2", "1.2.3", "0.9 (0.1)", "1e999", "1 234",
     "9" * 200],
)  # fmt: skip
def test_what_is_not_one_finite_number_is_none(text):
    assert read_numeral(text) is None


@given(st.text(max_size=130))
def test_reading_a_numeral_never_raises(text):
    numeral = read_numeral(text)
    assert numeral is None or math.isfinite(float(numeral.value))
