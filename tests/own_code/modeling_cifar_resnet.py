"""The CIFAR residual network of He et al. 2015, section 4.2, with option A shortcuts."""

from torch import nn
from torch.nn import functional
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import ImageClassifierOutput


class CifarResNetConfig(PretrainedConfig):
    model_type = "cifar_resnet"

    def __init__(self, blocks_per_stage=3, widths=(16, 32, 64), num_channels=3, **kwargs):
        super().__init__(**kwargs)
        self.blocks_per_stage = blocks_per_stage
        self.widths = list(widths)
        self.num_channels = num_channels


class Block(nn.Module):
    """Two 3x3 convolutions; the shortcut subsamples and pads channels and has no parameters."""

    def __init__(self, narrow, wide, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(narrow, wide, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(wide)
        self.conv2 = nn.Conv2d(wide, wide, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(wide)
        self.stride = stride
        self.padding = (wide - narrow) // 2

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.stride != 1 or self.padding:
            x = x[:, :, :: self.stride, :: self.stride]
            x = functional.pad(x, (0, 0, 0, 0, self.padding, self.padding))
        return functional.relu(y + x)


class CifarResNet(PreTrainedModel):
    config_class = CifarResNetConfig

    def __init__(self, config):
        super().__init__(config)
        first, *_ = config.widths
        self.conv1 = nn.Conv2d(config.num_channels, first, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        narrow = first
        for number, width in enumerate(config.widths, 1):
            strides = [1 if number == 1 else 2] + [1] * (config.blocks_per_stage - 1)
            blocks = []
            for stride in strides:
                blocks.append(Block(narrow, width, stride))
                narrow = width
            self.add_module(f"layer{number}", nn.Sequential(*blocks))
        self.linear = nn.Linear(narrow, config.num_labels)
        self.post_init()

    def forward(self, pixel_values, **kwargs):
        x = functional.relu(self.bn1(self.conv1(pixel_values)))
        for number in range(1, len(self.config.widths) + 1):
            x = getattr(self, f"layer{number}")(x)
        return ImageClassifierOutput(logits=self.linear(x.mean(dim=(2, 3))))


__all__ = ["CifarResNet", "CifarResNetConfig"]
