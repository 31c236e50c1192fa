"""A classifier as marks take it: images in [0, 1] in, logits out, as one module."""

from dataclasses import replace

import torch
from torch import nn

from analysis.loading import Classifier


class Wrapped(nn.Module):
    """A network with its preprocessing. Layers have the same names wherever it is wrapped."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        self.network: nn.Module = classifier.loaded.network
        self._classifier = classifier

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Answer images (n, c, h, w) in [0, 1]: (n, classes). A copy asks its own network."""
        loaded = replace(self._classifier.loaded, network=self.network)
        return replace(self._classifier, loaded=loaded).scores(images)
