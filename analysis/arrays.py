"""numpy arrays ↔ the flat arrays that cross the wall of the sandbox.

Only form is checked here: whether the numbers make sense, or are finite, is for whoever judges.
"""

from math import prod
from typing import Any

import numpy as np

from analysis.contract import Array, CheckError

_DTYPES: dict[str, np.dtype[Any]] = {
    "f4": np.dtype("<f4"),
    "f8": np.dtype("<f8"),
    "i4": np.dtype("<i4"),
    "i8": np.dtype("<i8"),
    "u1": np.dtype("u1"),
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_DIMENSIONS = 8

NumpyArray = np.ndarray[Any, np.dtype[Any]]


def pack(values: NumpyArray) -> Array:
    """Flatten an array of float32, float64, int32, int64 or uint8; raise TypeError for others."""
    dtype = values.dtype.newbyteorder("<")
    if dtype not in _NAMES:
        raise TypeError(f"arrays of {values.dtype} do not cross the wall")
    flat = np.ascontiguousarray(values, dtype=dtype)
    return Array(_NAMES[dtype], tuple(values.shape), flat.tobytes())


def unpack(array: Array) -> NumpyArray:
    """Give a read-only numpy view; raise CheckError where type, shape and size do not agree."""
    dtype = _DTYPES.get(array.dtype)
    if dtype is None:
        raise CheckError(f"An array has the unknown type {array.dtype[:20]!a}.")
    shape = array.shape
    if len(shape) > _DIMENSIONS or any(type(side) is not int or side < 0 for side in shape):
        raise CheckError("An array has an impossible shape.")
    if prod(shape) * dtype.itemsize != len(array.data):
        raise CheckError("An array does not have as many bytes as its shape says.")
    view: NumpyArray = np.frombuffer(array.data, dtype=dtype).reshape(shape)
    return view
