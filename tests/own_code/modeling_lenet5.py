"""A LeNet-5 variant for MNIST: two 3x3 convolutions and two linear layers."""

from torch import nn
from torch.nn import functional
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import ImageClassifierOutput


class LeNet5Config(PretrainedConfig):
    model_type = "lenet5"

    def __init__(self, num_channels=1, **kwargs):
        super().__init__(**kwargs)
        self.num_channels = num_channels


class LeNet5(PreTrainedModel):
    config_class = LeNet5Config

    def __init__(self, config):
        super().__init__(config)
        self.conv1 = nn.Conv2d(config.num_channels, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.linear1 = nn.Linear(64 * 7 * 7, 200)
        self.linear2 = nn.Linear(200, config.num_labels)
        self.post_init()

    def forward(self, pixel_values, **kwargs):
        x = functional.max_pool2d(functional.relu(self.conv1(pixel_values)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        x = functional.relu(self.linear1(x.flatten(1)))
        return ImageClassifierOutput(logits=self.linear2(x))
