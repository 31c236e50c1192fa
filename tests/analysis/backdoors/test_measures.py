"""What crosses the wall: whole on the way out, hostile on the way in."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from analysis.arrays import pack
from analysis.backdoors import Measures, from_part, to_part
from analysis.backdoors.measures import Layer, Margins
from analysis.contract import CheckError, Part
from tests.analysis.backdoors.test_decision import NOTE, margins, triggers

WHOLE = Measures(10, (Layer("a.b", 16, 2.5, 0), Layer("c", 32, 9.0, 3)), margins(3), triggers(4))


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    if hasattr(one, "__dataclass_fields__"):
        return all(
            same(getattr(one, name), getattr(other, name)) for name in (f.name for f in fields(one))
        )
    return bool(one == other)


@pytest.mark.parametrize(
    "measures",
    [
        WHOLE,
        Measures(3, notes=("Nothing could be measured.",)),
        replace(WHOLE, layers=None),
        replace(WHOLE, triggers=None, notes=(NOTE,)),
        replace(WHOLE, margins=Margins(np.ones(10), 3, log_taken=True)),
    ],
)
def test_measures_come_back_as_they_were(measures):
    assert same(from_part(to_part(measures)), measures)


def test_text_is_cleaned():
    part = to_part(replace(WHOLE, layers=(Layer("a\0b" + "c" * 999, 16, 2.5, 0),), notes=("d\0",)))
    found = from_part(part)
    assert found.layers is not None
    assert "\0" not in found.layers[0].name + found.notes[0]
    assert len(found.layers[0].name) <= 200


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"classes": 0}, "count"),
        ({"classes": True}, "count"),
        ({"classes": 11}, "one number a class"),
        ({"classes": None}, "count"),
        ({"notes": "none"}, "notes"),
        ({"notes": ["x"] * 11}, "notes"),
        ({"layers": {}}, "layers"),
        ({"layers": [["a", 16, 1.0]]}, "not a layer"),
        ({"layers": [["a", 16, "1", 0]]}, "not a layer"),
        ({"layers": [["a", 16, float("nan"), 0]]}, "finite"),
        ({"layers": [["a", 16, 1.0, -1]]}, "count"),
        ({"layers": [["a", 16, 1.0, 0]] * 2001}, "layers"),
        ({"starts": 0}, "count"),
        ({"pictures": 2.5}, "count"),
        ({"shown": 10}, "one a class"),
    ],
)
def test_values_that_are_none_are_refused(values, words):
    part = to_part(WHOLE)
    with pytest.raises(CheckError, match=words):
        from_part(Part(part.name, {**part.values, **values}, part.arrays))


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [
        ("margins", np.full(10, np.inf), "one number a class"),
        ("margins", np.ones((10, 1)), "one number a class"),
        ("classes", np.arange(10) + 1, "of no class"),
        ("classes", np.ones(10), "of no class"),
        ("classes", np.zeros(10, np.int64), "one a class"),
        ("classes", np.arange(9), "one shape"),
        ("norms", np.full(10, np.nan), "no size"),
        ("norms", np.full(10, -1.0), "no size"),
        ("success", np.full(10, 2.0), "between 0 and 1"),
        ("screened", np.ones(9), "shape of its pictures"),
        ("mask", np.zeros((1, 4, 5), np.float32), "shape of its pictures"),
        ("pattern", np.zeros((3, 5, 5), np.float32), "one shape"),
        ("triggered", np.full((3, 5, 4), 1.5), "between 0 and 1"),
        ("clean", np.full((3, 5, 4), np.nan), "between 0 and 1"),
    ],
)
def test_arrays_that_make_no_sense_are_refused(name, array, words):
    part = to_part(WHOLE)
    with pytest.raises(CheckError, match=words):
        from_part(Part(part.name, part.values, {**part.arrays, name: pack(array)}))


def test_a_trigger_that_is_not_whole_is_refused():
    part = to_part(WHOLE)
    arrays = {name: array for name, array in part.arrays.items() if name != "clean"}
    with pytest.raises(CheckError, match="not whole"):
        from_part(Part(part.name, part.values, arrays))
