"""What somebody does to a network that may remove its mark, on purpose or not.

Fine-tuning is ``training.tuned``, and overwriting is ``schemes.embed`` once more.
"""

import copy

import torch
from torch import nn

from analysis.watermarks.training import Data, Tuning, logits_of, tuned

_LEVELS = 127  # of int8, on either side of zero


def pruned(network: nn.Module, share: float) -> nn.Module:
    """Set a share of all weights to zero, the smallest of the whole network first."""
    if not 0 <= share < 1:
        raise ValueError("A share of weights lies between 0 and 1.")
    copied = copy.deepcopy(network).requires_grad_(False)
    weights = _weights(copied)
    sizes = torch.cat([weight.abs().flatten().float() for weight in weights])
    gone = torch.zeros(len(sizes), dtype=torch.bool, device=sizes.device)
    gone[sizes.argsort(stable=True)[: round(share * len(sizes))]] = True
    parts = torch.split(gone, [weight.numel() for weight in weights])
    for weight, here in zip(weights, parts, strict=True):
        weight.masked_fill_(here.reshape(weight.shape), 0)
    return copied


def quantised(network: nn.Module) -> nn.Module:
    """Round weights to int8, symmetrically and by a scale of each output.

    They are written back as numbers of the former type, so that any machine computes with them:
    what is lost is what int8 loses of the weights. Activations are left as they are.
    """
    copied = copy.deepcopy(network).requires_grad_(False)
    for weight in _weights(copied):
        flat = weight.flatten(1)
        scale = (flat.abs().amax(1, keepdim=True) / _LEVELS).clamp_min(1e-12)
        weight.copy_(((flat / scale).round() * scale).reshape(weight.shape))
    return copied


def fresh(network: nn.Module, seed: int) -> nn.Module:
    """Return a network of the same architecture that has learnt nothing (He et al., 2015)."""
    copied = copy.deepcopy(network).requires_grad_(False)
    random = torch.Generator().manual_seed(seed)
    for name, weight in copied.named_parameters():
        if weight.dim() < 2:
            weight.fill_(1.0 if name.endswith("weight") else 0.0)
            continue
        drawn = torch.randn(weight.shape, generator=random)
        weight.copy_(drawn * (2 / weight[0].numel()) ** 0.5)
    for layer in copied.modules():
        if isinstance(layer, nn.modules.batchnorm._NormBase):
            layer.reset_running_stats()
    return copied


def distilled(network: nn.Module, images: torch.Tensor, tuning: Tuning) -> nn.Module:
    """Teach a fresh network of the same architecture the probabilities that this one answers."""
    soft = Data(images, logits_of(network, images).softmax(1))
    return tuned(fresh(network, tuning.seed), soft, tuning)


def _weights(network: nn.Module) -> list[torch.Tensor]:
    return [weight for weight in network.parameters() if weight.dim() >= 2]
