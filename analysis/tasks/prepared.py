"""Pictures of a split, decoded and brought to the size that a network takes, from 0 to 1."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from analysis.loading import Classifier
    from analysis.loading.images import Preprocessing

_SIDE = 32
_LARGEST = 1_024


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


def shape_of(classifier: "Classifier") -> tuple[int, int, int]:
    """Say which pictures a classifier takes, (channels, height, width), where none is at hand."""
    preprocessing = classifier.preprocessing
    size = preprocessing.crop or preprocessing.square
    stated = classifier.loaded.config.get("image_size")
    if size is None and isinstance(stated, int) and 1 <= stated <= _LARGEST:
        size = (stated, stated)
    return (1 if preprocessing.mode == "L" else 3, *(size or (_SIDE, _SIDE)))


def classes_of(classifier: "Classifier", shape: tuple[int, ...]) -> int:
    """Count the classes that a classifier tells apart."""
    import torch

    with torch.inference_mode():
        blank = torch.full((2, *shape), 0.5, device=classifier.device)
        return int(classifier.scores(blank).shape[1])
