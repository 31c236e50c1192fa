"""Pictures out of arrays that anybody may have sent."""

import numpy as np
import pytest

from analysis.arrays import unpack
from analysis.contract import CheckError
from analysis.pictures import LARGEST, change, picture


def pixels(array):
    return unpack(picture("a", array, title="A", alt="A.").pixels)


def test_numbers_from_0_to_1_become_bytes():
    found = pixels(np.array([[0.0, 0.5, 1.0]], np.float32))
    assert (found.dtype, found.shape) == (np.uint8, (1, 3, 1))
    assert found.ravel().tolist() == [0, 128, 255]


def test_what_lies_outside_is_cut_off_and_what_is_no_number_is_black():
    found = pixels(np.array([[-3.0, np.nan, np.inf, -np.inf, 1e30]], np.float64))
    assert found.ravel().tolist() == [0, 0, 255, 0, 255]


@pytest.mark.parametrize(
    ("shape", "upright"),
    [
        ((8, 6), (8, 6, 1)),
        ((3, 8, 6), (8, 6, 3)),
        ((1, 8, 6), (8, 6, 1)),
        ((8, 6, 3), (8, 6, 3)),
        ((3, 3, 3), (3, 3, 3)),
        ((1024, 300, 3), (512, 150, 3)),
        ((1025, 2), (341, 1, 1)),
        ((5000, 1), (500, 1, 1)),
    ],
)
def test_any_usual_shape_is_taken_and_large_ones_shrink(shape, upright):
    found = pixels(np.full(shape, 7, np.uint8))
    assert found.shape == upright
    assert max(found.shape[:2]) <= LARGEST
    assert set(np.unique(found)) == {7}


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 2, 2), np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros((4,), np.uint8),
        np.zeros((1, 3, 4, 4), np.float32),
        np.zeros((4, 4), np.int64),
    ],
)
def test_what_is_no_picture_is_refused(array):
    with pytest.raises(CheckError, match="should be a picture"):
        pixels(array)


def test_a_change_is_amplified_round_grey():
    clean = np.full((4, 4), 0.5, np.float32)
    changed = clean.copy()
    changed[0, 0], changed[1, 1] = 0.5 + 8 / 255, 0.5 - 4 / 255
    difference, factor = change(clean, changed)
    assert factor == pytest.approx(0.5 * 255 / 8, rel=1e-5)
    assert difference[0, 0] == pytest.approx(1.0)
    assert difference[1, 1] == pytest.approx(0.25)
    assert difference[2, 2] == 0.5


def test_no_change_is_grey_and_bytes_work_too():
    clean = np.full((2, 2), 9, np.uint8)
    difference, factor = change(clean, clean)
    assert (set(np.unique(difference)), factor) == ({0.5}, 1.0)
    difference, _ = change(np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8))
    assert set(np.unique(difference)) == {1.0}
    with pytest.raises(CheckError):
        change(np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8))
