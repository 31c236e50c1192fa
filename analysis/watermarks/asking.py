"""A network and the keys of marks, inside the sandbox: pictures in, answers out.

Nothing here knows what a mark expects, nor which picture is a control.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from analysis.arrays import pack
from analysis.contract import JSON, Array, CheckError, Job, Part
from analysis.loading import Classifier, load_classifier
from analysis.loading.images import decode
from analysis.tasks.prepared import classes_of, shape_of
from analysis.tasks.rows import read_rows
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.vectors import mean_activations, mean_weights
from analysis.watermarks.wrapped import Wrapped

if TYPE_CHECKING:
    from PIL import Image

_AT_ONCE = 256


def asked(job: Job) -> Iterator[Part]:
    """Answer the pictures of a job; give mean weights and mean activations where it asks so."""
    classifier = load_classifier(job.snapshot, device=job.device, allow_code=job.allow_code)
    classes = classes_of(classifier, shape_of(classifier))
    yield Part("network", _describe(classifier, classes))
    if job.options.get("weights"):
        vectors = mean_weights(Wrapped(classifier))
        yield Part("weights", {"layers": list(vectors)}, _packed(list(vectors.values())))
    groups = _Groups(classifier, classes)
    for start, rows in read_rows(job, _AT_ONCE) if job.rows else ():
        images = [_image(classifier, picture) for picture, _ in rows]
        answers = np.full(len(rows), -1, np.int32)
        _answer(classifier, images, [at for at, (_, of) in enumerate(rows) if of < 0], answers)
        yield Part("answers", {"start": start, "rows": len(rows)}, {"classes": pack(answers)})
        yield _progress(start + len(rows), job.rows)
        for (_, of), image in zip(rows, images, strict=True):
            yield from groups.add(of, image)
    yield from groups.add(-1, None)


def _progress(done: int, total: int) -> Part:
    values: dict[str, JSON] = {"done": done, "total": total}
    return Part("progress", {**values, "sentence": "Pictures of keys that were answered."})


class _Groups:
    """Pictures of which not the answers are wanted but the mean of what enters the last layer."""

    def __init__(self, classifier: Classifier, classes: int) -> None:
        self._classifier = classifier
        self._classes = classes
        self._group = -1
        self._images: list[torch.Tensor] = []

    def add(self, group: int, image: torch.Tensor | None) -> Iterator[Part]:
        """Take a picture of a group, -1 for none; give the part of the group before, if it ends."""
        if group != self._group and self._images:
            yield self._part()
            self._images = []
        self._group = group
        if group >= 0 and image is not None:
            self._images.append(image)

    def _part(self) -> Part:
        if len({image.shape for image in self._images}) > 1:
            raise CheckError("The pictures of one key came out at different sizes.")
        network = Wrapped(self._classifier)
        images = torch.stack(self._images).to(self._classifier.device)
        try:
            vector = mean_activations(network, network, images, self._classes)
        except KeysError:  # other marks of the run can be asked all the same
            vector = np.zeros(0, np.float32)
        return Part("activation", {"group": self._group}, {"mean": pack(vector)})


def _describe(classifier: Classifier, classes: int) -> Mapping[str, JSON]:
    loaded = classifier.loaded
    return {
        "classes": classes,
        "batch_size": _AT_ONCE,
        "dtype": "float32",
        "weights": list(loaded.files),
        "own_code": loaded.ran_own_code,
        "loader": loaded.loader,
    }


def _image(classifier: Classifier, cell: object) -> torch.Tensor | None:
    """Prepare a picture as the network's own files say, (c, h, w) in [0, 1]; None: unreadable.

    One that has the final size already is neither resized nor cropped: keys were made at it.
    """
    picture: Image.Image | None = decode(cell)
    if picture is None:
        return None
    preprocessing = classifier.preprocessing
    if picture.mode != preprocessing.mode:
        picture = picture.convert(preprocessing.mode)
    final = preprocessing.crop or preprocessing.square
    is_final = (picture.height, picture.width) == final
    array = np.asarray(picture) if is_final else preprocessing.array(picture)
    return preprocessing.unit([array])[0].contiguous()


def _answer(
    classifier: Classifier,
    images: Sequence[torch.Tensor | None],
    places: Sequence[int],
    answers: np.ndarray[tuple[int, ...], np.dtype[np.int32]],
) -> None:
    """Write the class of each picture to its place, batch by batch of one shape."""
    shapes: dict[tuple[int, ...], list[int]] = {}
    for place in places:
        image = images[place]
        if image is not None:
            shapes.setdefault(tuple(image.shape), []).append(place)
    for together in shapes.values():
        batch = torch.stack([image for at in together if (image := images[at]) is not None])
        with torch.inference_mode():
            logits = classifier.scores(batch.to(classifier.device)).cpu()
        best = logits.argmax(1).int()
        best[~logits.isfinite().all(1)] = -1
        answers[together] = best.numpy()


def _packed(
    vectors: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> dict[str, Array]:
    return {f"v{place}": pack(vector) for place, vector in enumerate(vectors)}
