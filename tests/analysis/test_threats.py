"""How far an attacker may go, out of what people write."""

import pytest

from analysis.contract import Unsupported
from analysis.metrics import read_label
from analysis.threats import Threat, read_threat, take, write_eps


@pytest.mark.parametrize("norm", ["Linf", "linf", "L-inf", "l_inf", "L∞", "ℓ∞", "Linfty", "inf"])
@pytest.mark.parametrize("eps", ["8/255", " 8 / 255", 8 / 255, 8, "8"])
def test_spellings_of_the_usual_threat(norm, eps):
    found = read_threat({"norm": norm, "eps": eps})
    assert found.norm == "Linf"
    assert found.eps == pytest.approx(8 / 255)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"norm": 2, "eps": 0.5}, Threat("L2", 0.5)),
        ({"norm": "L2", "eps": "1.5"}, Threat("L2", 1.5)),
        ({"norm": "l_1", "eps": 12}, Threat("L1", 12.0)),
        ({"norm": "Linf", "eps": 0.3, "version": "rand"}, Threat("Linf", 0.3, "rand")),
        ({"norm": "Linf", "eps": 1}, Threat("Linf", 1.0)),
    ],
)
def test_other_threats(given, expected):
    assert read_threat(given) == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"eps": 0.3}, "in which norm"),
        ({"norm": "L3", "eps": 0.3}, "in which norm"),
        ({"norm": True, "eps": 0.3}, "in which norm"),
        ({"norm": "Linf"}, "how far"),
        ({"norm": "Linf", "eps": "much"}, "how far"),
        ({"norm": "Linf", "eps": "1/0"}, "how far"),
        ({"norm": "Linf", "eps": "inf"}, "how far"),
        ({"norm": "Linf", "eps": True}, "how far"),
        ({"norm": "Linf", "eps": 0}, "cannot be bounded"),
        ({"norm": "Linf", "eps": -0.1}, "cannot be bounded"),
        ({"norm": "Linf", "eps": 256}, "cannot be bounded"),
        ({"norm": "L2", "eps": 1e9}, "cannot be bounded"),
        ({"norm": "L2", "eps": 1, "version": "best"}, "no version 'best'"),
    ],
)
def test_what_is_missing_is_named(given, words):
    with pytest.raises(Unsupported, match=words) as caught:
        read_threat(given)
    assert caught.value.missing == "metric"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("robust accuracy (Linf, 8/255)", {"norm": "Linf", "eps": "8/255"}),
        ("Robust Accuracy, L2, eps=0.5", {"norm": "L2", "eps": "0.5"}),
        ("AutoAttack accuracy (L∞, ε = 8/255)", {"norm": "L∞", "eps": "8/255"}),
        ("Adversarial accuracy linf 4/255", {"norm": "linf", "eps": "4/255"}),
        ("robust_accuracy", {}),
    ],
)
def test_names_of_the_metric(name, args):
    label = read_label(name)
    assert label is not None
    assert label.metric.id == "robust_accuracy"
    assert (label.args, label.qualifier) == (args, "")


def test_names_of_other_metrics_are_left_alone():
    assert take("accuracy on L2 learners, eps=3") == ("accuracy on L2 learners, eps=3", {})


@pytest.mark.parametrize(
    ("norm", "eps", "written"),
    [
        ("Linf", 8 / 255, "8/255"),
        ("Linf", 0.5 / 255, "0.5/255"),
        ("Linf", 0.3, "0.3"),
        ("Linf", 0.01, "0.01"),
        ("L2", 0.5, "0.5"),
        ("L1", 12.0, "12"),
    ],
)
def test_a_radius_is_written_as_people_do(norm, eps, written):
    assert write_eps(norm, eps) == written
