"""The numbers of a network that a mark may lie in: mean weights, and mean activations.

Embedding and verification take them in the same way. They are read inside the sandbox, where keys
of numbers never are: whoever knows the projection makes bits of them outside.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from analysis.arrays import NumpyArray
from analysis.watermarks.envelope import KeysError

Call = Callable[[torch.Tensor], torch.Tensor]

MOST_LENGTH = 1 << 20  # of a vector
MOST_TOGETHER = 1 << 22
_BATCH = 64


def mean_weights(network: nn.Module) -> dict[str, NumpyArray]:
    """Return the mean over the outputs of each layer's weights, as vectors of float32.

    These are layers whose weights have two to four dimensions, by their names, in the network's own
    order, as long as they are not too long together.
    """
    found: dict[str, NumpyArray] = {}
    together = 0
    for name, weight in weights_of(network):
        length = weight[0].numel()
        together += length
        if together > MOST_TOGETHER:
            break
        found[name] = as_vector(mean_of(weight))
    return found


def weights_of(network: nn.Module) -> list[tuple[str, torch.Tensor]]:
    """Return the layers that weights can be averaged of, by their names."""
    found = []
    for name, layer in network.named_modules():
        weight = getattr(layer, "weight", None)
        if isinstance(weight, torch.Tensor) and _is_plain(weight):
            found.append((name, weight))
    return found


def _is_plain(weight: torch.Tensor) -> bool:
    is_dense = weight.layout == torch.strided and weight.device.type != "meta"
    if not (is_dense and weight.is_floating_point() and weight.numel()):
        return False
    return 2 <= weight.dim() <= 4 and weight[0].numel() <= MOST_LENGTH


def mean_of(weight: torch.Tensor) -> torch.Tensor:
    """Average weights (outputs, ...) over the outputs: a vector."""
    return weight.float().mean(0).flatten()


def as_vector(found: torch.Tensor) -> NumpyArray:
    """Return numbers as they leave the sandbox."""
    vector: NumpyArray = found.detach().cpu().numpy().astype(np.float32)
    return vector


def mean_activations(
    call: Call, network: nn.Module, images: torch.Tensor, classes: int
) -> NumpyArray:
    """Return the mean over images (n, c, h, w) of what enters the last layer: a vector of float32.

    ``call`` asks for the answers of the network, in whatever way it takes images. Raises KeysError
    where no layer gives as many numbers as there are classes.
    """
    total, count = torch.zeros(()), 0
    with torch.no_grad():
        for some in torch.split(images, _BATCH):
            total = total + entering(call, network, some, classes).double().sum(0).cpu()
            count += len(some)
    if not count:
        raise KeysError("Without pictures there are no activations.")
    return as_vector(total / count)


def entering(call: Call, network: nn.Module, images: torch.Tensor, classes: int) -> torch.Tensor:
    """Return what enters the last layer for each image: (n, numbers); gradients pass.

    It is the last that is called of all linear layers and 1×1 convolutions whose outputs are the
    classes. Places and words of an image are averaged.
    """
    inputs: list[torch.Tensor] = []

    def note(layer: nn.Module, given: tuple[torch.Tensor, ...], _: object) -> None:
        inputs[:] = given[:1]

    hooks = [layer.register_forward_hook(note) for layer in _last_layers(network, classes)]
    try:
        call(images)
    finally:
        for hook in hooks:
            hook.remove()
    if not inputs:
        raise KeysError("The network has no last layer whose outputs are the classes.")
    found = inputs[0]
    if found.dim() == 4:
        found = found.flatten(2).mean(2)
    elif found.dim() == 3:
        found = found.mean(1)
    if found.dim() != 2 or len(found) != len(images) or not 1 <= found.shape[1] <= MOST_LENGTH:
        raise KeysError("What enters the last layer of the network is no vector for each image.")
    return found


def _last_layers(network: nn.Module, classes: int) -> list[nn.Module]:
    found: list[nn.Module] = []
    for layer in network.modules():
        is_linear = isinstance(layer, nn.Linear) and layer.out_features == classes
        is_point = isinstance(layer, nn.Conv2d) and layer.out_channels == classes
        if is_linear or (is_point and layer.kernel_size == (1, 1)):
            found.append(layer)
    return found
