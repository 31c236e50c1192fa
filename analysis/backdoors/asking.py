"""The network as the searches of a scan ask it: answers and gradients, or why there are none."""

from collections.abc import Callable

import torch

Network = Callable[[torch.Tensor], torch.Tensor]

_SUM = 1e-3  # that probabilities may be off from one


class NotMeasured(Exception):  # noqa: N818 - reads as the state that it is
    """A measure cannot be taken of this network; the message is a sentence for people."""


class Asked:
    """A network whose answers are scores of classes, finite and with a gradient.

    Probabilities are taken to logarithms: a margin between them ends at one, whoever wins.
    """

    def __init__(self, network: Network, images: torch.Tensor, classes: int) -> None:
        self._network = network
        with torch.no_grad():
            answers = network(images)
        if answers.shape != (len(images), classes):
            raise NotMeasured(f"The network does not answer {classes} scores for a picture.")
        if not bool(answers.isfinite().all()):
            raise NotMeasured("The network answers numbers that are not finite.")
        sums = (answers.sum(1) - 1).abs().max()
        self.log_taken = bool(answers.min() >= 0) and bool(sums < _SUM)

    def scores(self, images: torch.Tensor) -> torch.Tensor:
        """Answer the scores of the classes: (n, classes) float32."""
        answers = self._network(images).float()
        if self.log_taken:
            answers = answers.clamp_min(torch.finfo(torch.float32).tiny).log()
        return answers

    def ascent(
        self, images: torch.Tensor, gain: Callable[[torch.Tensor], torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Give ``gain`` of the scores, (n,), and its gradient by the images."""
        images = images.detach().requires_grad_()
        with torch.enable_grad():
            gains = gain(self.scores(images))
            if not gains.requires_grad:
                raise NotMeasured("The network's answers have no gradient.")
            (grad,) = torch.autograd.grad(gains.sum(), images)
        return gains.detach(), grad
