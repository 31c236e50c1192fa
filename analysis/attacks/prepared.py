"""A network made ready to be asked very often: the same answers in less time.

Batch norms are folded into the convolutions before them, and weights are laid out with the channels
last, which convolutions on a CPU and in lower precision on a GPU are faster with. What was made is
compared with the network itself, which is given back where it does not answer alike.
"""

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from analysis.attacks.network import logits_of
from analysis.contract import CheckError
from analysis.loading.foreign import foreign

_TOLERANCE = 1e-4  # of the largest logit
Asking = Callable[[nn.Module, torch.Tensor], object]
_Change = Callable[[nn.Module], object]


def _call(network: nn.Module, images: torch.Tensor) -> object:
    return network(images)


def prepared(
    network: nn.Module, images: torch.Tensor, ask: Asking = _call, *, compiled: bool = False
) -> nn.Module:
    """Return a copy in evaluation mode whose weights have no gradients; compared on ``images``.

    ``ask`` says how the network is called. Breaks that are found with the copy are to be confirmed
    with the network itself. ``compiled`` takes a compiler, the better part of a minute, and pays
    where a network is asked a million times. Raises CheckError where the network cannot be asked.
    """
    plain = _copied(network)
    expected = _answer(ask, plain, images)
    for change in (lambda made: _fold(made, images, ask), lambda made: None):
        fast = _changed(plain, change)
        if fast is not None and _is_alike(expected, fast, images, ask):
            return (_compiled(expected, fast, images, ask) if compiled else None) or fast
    return plain


def _compiled(
    expected: torch.Tensor, network: nn.Module, images: torch.Tensor, ask: Asking
) -> nn.Module | None:
    """Compile for any number of images, forward and back; None where that cannot be done."""
    try:
        with foreign("The network could not be compiled"):
            made = _copied(network)
            made.compile(dynamic=True)
            for some in (images, images[: len(images) // 2]):
                inputs = some.clone().requires_grad_()
                with torch.enable_grad():
                    torch.autograd.grad(logits_of(ask(made, inputs)).sum(), inputs)
    except CheckError:
        return None
    return made if _is_alike(expected, made, images, ask) else None


def _copied(network: nn.Module) -> nn.Module:
    with foreign("The network could not be copied"):
        return copy.deepcopy(network).eval().requires_grad_(False)


def _changed(network: nn.Module, change: _Change) -> nn.Module | None:
    try:
        made = _copied(network)
        change(made)
    except CheckError:
        return None
    for weight in made.parameters():
        if weight.dim() == 4:
            weight.data = weight.contiguous(memory_format=torch.channels_last)
    return made


def _fold(network: nn.Module, images: torch.Tensor, ask: Asking) -> None:
    """Fold each batch norm that is given just what a convolution returned, each called once.

    Whether something else takes the convolution's answer too is not seen here, but by comparing.
    """
    called: Counter[str] = Counter()
    returned: dict[int, tuple[str, torch.Tensor]] = {}  # holds tensors, so that no id comes twice
    pairs: list[tuple[str, str]] = []

    def note(name: str) -> Callable[[nn.Module, tuple[Any, ...], Any], None]:
        def hook(module: nn.Module, given: tuple[Any, ...], answer: Any) -> None:
            called[name] += 1
            if type(module) is nn.Conv2d and isinstance(answer, torch.Tensor):
                returned[id(answer)] = name, answer
            elif type(module) is nn.BatchNorm2d and given and id(given[0]) in returned:
                pairs.append((returned[id(given[0])][0], name))

        return hook

    watched = [
        module.register_forward_hook(note(name))
        for name, module in network.named_modules()
        if type(module) in (nn.Conv2d, nn.BatchNorm2d)
    ]
    _answer(ask, network, images[:1])
    for handle in watched:
        handle.remove()
    modules: dict[str, Any] = dict(network.named_modules())
    for before, after in pairs:
        if called[before] == called[after] == 1 and modules[after].running_mean is not None:
            network.set_submodule(before, fuse_conv_bn_eval(modules[before], modules[after]))
            network.set_submodule(after, nn.Identity())


def _answer(ask: Asking, network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad(), foreign("The network could not be asked"):
        return logits_of(ask(network, images))


def _is_alike(
    expected: torch.Tensor, network: nn.Module, images: torch.Tensor, ask: Asking
) -> bool:
    try:
        found = _answer(ask, network, images)
    except CheckError:
        return False
    if found.shape != expected.shape:
        return False
    off = (expected - found).abs().max()
    return bool(off <= _TOLERANCE * expected.abs().max().clamp_min(1))
