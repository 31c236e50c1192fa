"""What a check may be asked with: read, refused, written."""

import pytest

from analysis import options
from analysis.contract import JSON
from analysis.options import BadOptions, Option, OptionKind
from tests.plugins import OPTIONS

BY_NAME = {one.name: one for one in OPTIONS}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("dataset", " cifar10 ", "cifar10"),
        ("norm", "L2", "L2"),
        ("eps", "4/255", 4 / 255),
        ("eps", "0.5", 0.5),
        ("eps", "1e-3", 0.001),
        ("levels", "0.5, 1/4; 1", [0.25, 0.5, 1.0]),
        ("n", "100", 100),
        ("is_dark", "yes", True),
        ("is_dark", "0", False),
        ("n", "  ", None),
    ],
)
def test_what_a_person_writes_is_read(name, text, value):
    option = BY_NAME[name]
    assert option.parse(text) == value
    assert option.parse(option.written(value)) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (8 / 255, "8/255"),
        (1 / 3, "85/255"),
        (0.2, "0.2"),
        (1.0, "1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-9, "1e-09"),
    ],
)
def test_a_number_is_written_as_it_will_be_read_again(value, written):
    option = BY_NAME["eps"]
    assert option.written(value) == written
    assert option.parse(option.written(value)) == value


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("dataset", 5, "Say at most 200 characters"),
        ("dataset", "a\0b", "without controls"),
        ("dataset", "x" * 201, "200 characters"),
        ("norm", "L7", "Say one of: Linf, L2."),
        ("norm", ["L2"], "Say one of"),
        ("eps", "8/0", "Say a number"),
        ("eps", "nan", "Say a number"),
        ("eps", float("inf"), "Say a number"),
        ("eps", True, "Say a number"),
        ("eps", 10**400, "Say a number"),
        ("eps", 1.5, "at most 1"),
        ("eps", -0.1, "at least 0"),
        ("levels", 0.5, "1 to 32 numbers"),
        ("levels", [], "1 to 32 numbers"),
        ("levels", [0.1] * 33, "1 to 32 numbers"),
        ("levels", [0.1, 7], "at most 1"),
        ("n", 2.5, "whole number"),
        ("n", "9" * 20, "whole number"),
        ("n", 0, "at least 1"),
        ("n", 99_999, "at most 10,000"),
        ("is_dark", "yes", "true or false"),
        ("is_dark", 1, "true or false"),
        ("nonsense", 1, "no such option; there are: dataset, eps, is_dark"),
    ],
)
def test_what_is_none_is_refused_in_words(name, value, said):
    with pytest.raises(BadOptions) as caught:
        options.kept(OPTIONS, {"dataset": "d"} | {name: value})
    assert said in caught.value.errors[name]
    assert set(caught.value.errors) == {name}


@pytest.mark.parametrize("missing", [{}, {"dataset": ""}, {"dataset": "  "}, {"dataset": None}])
def test_what_is_needed_must_be_said(missing):
    with pytest.raises(BadOptions, match="dataset: This is needed"):
        options.kept(OPTIONS, missing)


def test_the_same_question_is_kept_the_same_way():
    asked: dict[str, JSON] = {
        "dataset": "d",
        "eps": "8/255",
        "levels": [0.5, 0.25],
        "n": "16",
        "split": "test",
    }
    assert (
        options.kept(OPTIONS, asked) == options.kept(OPTIONS, {"dataset": "d"}) == {"dataset": "d"}
    )
    kept = options.kept(OPTIONS, {"dataset": "d", "eps": 0.25, "is_dark": True})
    assert kept == {"dataset": "d", "eps": 0.25, "is_dark": True}
    assert options.said(OPTIONS, kept) == "dataset d, eps 0.25, is_dark yes"


def test_a_run_knows_the_defaults_and_nothing_that_is_not_listed():
    filled = options.filled(OPTIONS, {"dataset": "d", "eps": 0.25, "fresh": True})
    assert filled == {
        "dataset": "d",
        "split": "test",
        "norm": "Linf",
        "eps": 0.25,
        "levels": [0.25, 0.5],
        "n": 16,
        "is_dark": False,
    }


@pytest.mark.parametrize("name", ["seed", "expect", "fresh", "limits", "two words", ""])
def test_no_option_takes_a_name_that_runs_use(name):
    with pytest.raises(ValueError, match="No option may be called"):
        Option(name, OptionKind.TEXT, "Title")
