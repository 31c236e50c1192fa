"""Embedding of a mark, inside the sandbox: an owner's network and images in, both marked out.

Classes are needed inside, for the network is taught: no verdict comes of this.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch

from analysis.arrays import pack
from analysis.contract import JSON, CheckError, Job, Part, Unsupported
from analysis.loading import Classifier, load_classifier
from analysis.loading.weights import load_weights
from analysis.progress import Tell, followed
from analysis.tasks import class_names
from analysis.tasks.prepared import alike, classes_of, shape_of
from analysis.tasks.rows import read_rows
from analysis.watermarks.envelope import KeysError
from analysis.watermarks.recipes import Embedded, Recipe
from analysis.watermarks.schemes import embed
from analysis.watermarks.training import Data, accuracy
from analysis.watermarks.wrapped import Wrapped

_WINDOW = 256
_MOST_BYTES = 1 << 30  # of images in memory


class Embedding:
    """Runs in the sandbox in place of a check; its parts are the marked weights and the keys."""

    def probe(self, job: Job) -> Iterator[Part]:
        """Embed a mark; raise CheckError where it cannot be done."""
        classifier = load_classifier(job.snapshot, device=job.device, allow_code=job.allow_code)
        if classifier.loaded.loader.startswith("onnx"):
            raise Unsupported("An ONNX network cannot be taught, so it takes no mark.", "weights")
        classes = classes_of(classifier, shape_of(classifier))
        data = _data(job, classifier, classes)
        fit, held = _halves(data)
        began = time.monotonic()
        try:
            found = yield from followed(partial(_embed, job, classifier, fit, classes))
        except KeysError as error:
            raise CheckError(str(error)) from error
        values: dict[str, JSON] = {
            "accuracy_before": accuracy(Wrapped(classifier), held),
            "accuracy_after": accuracy(found.network, held),
            "fit": len(fit.labels),
            "held": len(held.labels),
            "seconds": time.monotonic() - began,
        }
        keys = np.frombuffer(found.keys.to_bytes(), np.uint8)
        yield Part("embedded", values, {"keys": pack(keys)})
        yield from _tensors(job, found)


def _embed(job: Job, classifier: Classifier, data: Data, classes: int, tell: Tell) -> Embedded:
    options = job.options
    told = {
        name: options[name] for name in ("bits", "eps", "rate", "most_steps") if name in options
    }
    recipe = Recipe(seed=job.seed % (1 << 31), **told)  # type: ignore[arg-type]

    def on_progress(done: int, total: int) -> None:
        tell(done, total, "Steps of teaching, at most so many.")

    network = Wrapped(classifier)
    return embed(str(options["scheme"]), network, data, classes, recipe, on_progress=on_progress)


def _data(job: Job, classifier: Classifier, classes: int) -> Data:
    """Read the owner's images and give each the class that the network has for it."""
    names = job.options.get("classes")
    of = _matched(
        classifier, classes, [str(name) for name in names] if isinstance(names, list) else []
    )
    images: list[torch.Tensor] = []
    labels: list[int] = []
    size = 0
    for _, rows in read_rows(job, _WINDOW):
        for places, some in alike([row[0] for row in rows], classifier.preprocessing):
            if images and images[0].shape[1:] != some.shape[1:]:
                raise Unsupported("The images have several sizes after preparation.", "dataset")
            images.append(some)
            labels += [of[int(rows[place][1])] for place in places]
            size += some.numel() * 4
        if size > _MOST_BYTES:
            break
    if not images:
        raise CheckError("None of the images can be read.")
    device = classifier.device
    return Data(torch.cat(images).to(device), torch.tensor(labels).to(device))


def _matched(classifier: Classifier, classes: int, names: Sequence[str]) -> dict[int, int]:
    """Return the network's class by that of the dataset."""
    own = [classifier.labels.get(index, f"LABEL_{index}") for index in range(classes)]
    found = class_names.match(own, classes, names).to_dataset.tolist()
    return {dataset: network for network, dataset in enumerate(found) if dataset >= 0}


def _halves(data: Data) -> tuple[Data, Data]:
    """Part the images: most to learn from, the rest to see what the mark costs."""
    held = min(len(data.labels) // 4, 2_000)
    return (
        Data(data.images[held:], data.labels[held:]),
        Data(data.images[:held], data.labels[:held]),
    )


def _tensors(job: Job, found: Embedded) -> Iterator[Part]:
    """Give the weights by the names that their file has, in float32."""
    assert isinstance(found.network, Wrapped)  # noqa: S101 - what was given is copied
    state = found.network.network.state_dict()
    names = [name for name in load_weights(job.snapshot).tensors if name in state]
    told = set(names)
    pointers = {state[name].data_ptr() for name in names}
    # Names that only the loaded network has, unless they are another name of a tensor given.
    names += [n for n, one in state.items() if n not in told and one.data_ptr() not in pointers]
    for name in names:
        tensor = state[name].detach().cpu()
        is_whole = not tensor.is_floating_point()
        array = tensor.to(torch.int64 if is_whole else torch.float32).numpy()
        yield Part("tensor", {"name": name}, {"data": pack(array)})
