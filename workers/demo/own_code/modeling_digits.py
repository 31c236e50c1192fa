"""A small convolutional network for digits of 8 by 8 pixels, to be loaded by ``auto_map``."""

from typing import Any

import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import ImageClassifierOutput


class DigitsConfig(PretrainedConfig):  # type: ignore[misc]
    """The size of the network; ``width`` is the number of channels of its first layer."""

    model_type = "assay-digits"

    def __init__(self, width: int = 24, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = width


class DigitsForImageClassification(PreTrainedModel):  # type: ignore[misc]
    """Two convolutions and a linear head over 3x8x8 pixels."""

    config_class = DigitsConfig
    main_input_name = "pixel_values"

    def __init__(self, config: DigitsConfig) -> None:
        super().__init__(config)
        width = config.width
        self.body = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.head = nn.Linear(2 * width * 16, config.num_labels)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, pixel_values: torch.Tensor, **_: Any) -> ImageClassifierOutput:
        """Return the logits of ``pixel_values`` (batch, 3, 8, 8)."""
        return ImageClassifierOutput(logits=self.head(self.body(pixel_values)))
