"""Arrays cross the wall unchanged, and malformed ones are refused."""

import numpy as np
import pytest

from analysis.arrays import pack, unpack
from analysis.contract import Array, CheckError


@pytest.mark.parametrize("dtype", ["<f4", "<f8", "<i4", "<i8", "u1"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (0, 4), ()])
def test_what_is_packed_is_unpacked(dtype: str, shape: tuple[int, ...]):
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    found = unpack(pack(values))
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


def test_strided_and_big_endian_arrays_are_written_plainly():
    values = np.arange(12, dtype=">f8").reshape(3, 4).T
    found = unpack(pack(values))
    assert found.dtype == "<f8"
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize(
    "values", [np.array(["a"]), np.array([object()]), np.array([1j]), np.ones(2, bool)]
)
def test_other_types_do_not_cross(values: np.ndarray):
    with pytest.raises(TypeError, match="do not cross"):
        pack(values)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (Array("O", (1,), b"12345678"), "unknown type"),
        (Array("f4", (3,), b"1234"), "as many bytes"),
        (Array("f4", (-1,), b""), "impossible shape"),
        (Array("f4", (1 << 40, 1 << 40), b""), "as many bytes"),
        (Array("u1", (1,) * 9, b"1"), "impossible shape"),
        (Array("u1", (1.0,), b"1"), "impossible shape"),  # type: ignore[arg-type]
    ],
)
def test_malformed_arrays_are_refused(array: Array, message: str):
    with pytest.raises(CheckError, match=message):
        unpack(array)
