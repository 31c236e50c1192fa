"""Pictures of a split, decoded and brought to the size that a network takes, from 0 to 1."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from analysis.loading.images import Preprocessing


def alike(
    cells: Sequence[object], preprocessing: "Preprocessing"
) -> "Iterator[tuple[list[int], torch.Tensor]]":
    """Yield (places, pictures of one shape); what cannot be read is left out.

    Pictures are float32, (n, channels, height, width).
    """
    from analysis.loading.images import decode

    found: dict[tuple[int, ...], tuple[list[int], list[Any]]] = {}
    for place, cell in enumerate(cells):
        picture = decode(cell)
        if picture is not None:
            array = preprocessing.array(picture)
            places, arrays = found.setdefault(array.shape, ([], []))
            places.append(place)
            arrays.append(array)
    for places, arrays in found.values():
        yield places, preprocessing.unit(arrays).contiguous()
