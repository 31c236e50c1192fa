"""A network as attacks ask it: any kind called alike, in pieces that fit, with passes counted.

What a network does when it is called is hostile code's doing, so that whatever it raises becomes
"could not be checked".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import torch

from analysis.attacks.search import Loss
from analysis.contract import CheckError, Unsupported
from analysis.loading.foreign import OutOfMemory, foreign

Precision = Literal["float32", "bfloat16"]
_T = TypeVar("_T")
_ASKED = "The network could not be asked"


class Network:
    """Any network as a plain callable: images (n, c, h, w) -> float32 logits (n, classes)."""

    def __init__(
        self, network: Callable[[torch.Tensor], Any], *, are_probabilities: bool = False
    ) -> None:
        self._network, self._are_probabilities = network, are_probabilities
        self._takes_channels_last = True  # until it refuses

    def of_probabilities(self) -> "Network":
        """Return the same network with the logarithms of its answers, which are logits."""
        return Network(self._network, are_probabilities=True)

    def like(self, network: Callable[[torch.Tensor], Any]) -> "Network":
        """Read the answers of another network as those of this one."""
        return Network(network, are_probabilities=self._are_probabilities)

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Ask it; raises CheckError for whatever goes wrong inside."""
        return self._asked(images, torch.contiguous_format)

    def fast(self, images: torch.Tensor) -> torch.Tensor:
        """Ask it with channels last in memory, which is what convolutions are fastest with.

        A network whose code counts on the usual strides refuses, and is asked as usual from then.
        """
        if self._takes_channels_last:
            try:
                return self._asked(images, torch.channels_last)
            except OutOfMemory:
                raise
            except CheckError:
                self._takes_channels_last = False
        return self(images)

    def _asked(self, images: torch.Tensor, layout: torch.memory_format) -> torch.Tensor:
        with foreign(_ASKED):
            # A copy, because a network may write into its input.
            answer = self._network(images.clone(memory_format=layout))
        logits = logits_of(answer)
        if logits.dim() != 2 or len(logits) != len(images) or logits.shape[1] < 2:
            shape = tuple(logits.shape)
            raise Unsupported(
                f"The network answers {len(images)} images in the shape {shape}, where one row of "
                "logits an image was expected.",
                "logits",
            )
        logits = logits.float()
        if self._are_probabilities:
            return logits.clamp_min(torch.finfo(torch.float32).tiny).log()
        return logits


def logits_of(answer: object) -> torch.Tensor:
    """Find the logits in what a network returns: a tensor, a dict, a tuple or a ModelOutput."""
    if isinstance(answer, torch.Tensor):
        return answer
    if isinstance(answer, Mapping):
        found = answer["logits"] if "logits" in answer else next(iter(answer.values()), None)
    elif isinstance(answer, Sequence) and not isinstance(answer, str | bytes):
        found = answer[0] if answer else None
    else:
        found = getattr(answer, "logits", None)
    if not isinstance(found, torch.Tensor):
        kind = type(answer).__name__
        raise Unsupported(f"The network returns a {kind} in which there are no logits.", "logits")
    return found


@dataclass(slots=True)
class Passes:
    """Images that went through the network, and gradients that came back."""

    forward: int = 0
    backward: int = 0

    def __add__(self, other: "Passes") -> "Passes":
        return Passes(self.forward + other.forward, self.backward + other.backward)


class Asked:
    """The network as a search asks it. Where memory runs out it asks by halves, and so on.

    ``precision`` is that of ``gradient`` and ``logits``; ``exact`` is always float32. Entries of a
    gradient that are no finite numbers become zeros, unless it ``is_raw``. ``fast`` is a copy of
    the network that answers nearly alike in less time: searches ask it, ``exact`` never does.
    """

    def __init__(
        self,
        network: Network,
        most: int,
        precision: Precision = "float32",
        *,
        is_raw: bool = False,
        fast: Network | None = None,
    ) -> None:
        self.network, self.passes = network, Passes()
        self.most = most  # images at a time
        self._precision: Precision = precision
        self._is_raw, self._fast = is_raw, fast or network

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """See ``search.Ask``."""
        return self._forward(images, self._precision, self._search)

    def exact(self, images: torch.Tensor) -> torch.Tensor:
        """Ask in full precision: what decides whether an image is broken."""
        return self._forward(images, "float32", self.network)

    def gradient(
        self, images: torch.Tensor, loss: Loss
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """See ``search.Ask``."""
        logits, values, gradients = self.gradients(images, [loss])
        return logits, values[0], gradients[0]

    def gradients(
        self, images: torch.Tensor, losses: Sequence[Loss]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """See ``search.Ask``."""
        asked = list(self._pieces(images, lambda piece: self._derived(images, piece, losses)))
        logits = torch.cat([logits for logits, _ in asked])
        gradients = torch.cat([gradients for _, gradients in asked], 1)
        return logits, torch.stack([loss(logits) for loss in losses]), gradients

    def _search(self, images: torch.Tensor) -> torch.Tensor:
        """Ask in the layout that is faster: on a GPU this is known for 16 bits only."""
        if images.device.type == "cpu" or self._precision != "float32":
            return self._fast.fast(images)
        return self._fast(images)

    def _forward(
        self,
        images: torch.Tensor,
        precision: Precision,
        network: Callable[[torch.Tensor], torch.Tensor],
    ) -> torch.Tensor:
        def ask(piece: slice) -> torch.Tensor:
            with torch.no_grad(), _in(precision, images):
                logits = network(images[piece])
            self.passes.forward += len(logits)
            return logits.detach()

        return torch.cat(list(self._pieces(images, ask)))

    def _derived(
        self, images: torch.Tensor, piece: slice, losses: Sequence[Loss]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits of a piece and the gradient of each loss: (n, .), (k, n, ...)."""
        inputs = images[piece].detach().requires_grad_()
        with torch.enable_grad(), _in(self._precision, images):
            logits = self._search(inputs)
        self.passes.forward += len(inputs)
        # Losses know the labels of all rows, so the piece is set into a whole of zeros.
        whole = torch.zeros(len(images), logits.shape[1], device=logits.device)
        whole[piece] = logits.detach()
        found = []
        for place, loss in enumerate(losses, 1):
            weights = _slopes(loss, whole)[piece]
            with foreign(_ASKED):
                gradient = _backward(logits, inputs, weights, keep=place < len(losses))
            found.append(gradient if self._is_raw else gradient.nan_to_num(0, 0, 0))
            self.passes.backward += len(inputs)
        return logits.detach(), torch.stack(found)

    def _pieces(self, images: torch.Tensor, ask: Callable[[slice], _T]) -> Iterator[_T]:
        start = 0
        while start < len(images):
            piece = slice(start, start + self.most)
            try:
                found = ask(piece)
            except OutOfMemory:
                if self.most == 1:
                    raise
                self.most //= 2
            else:
                start += self.most
                yield found


def _slopes(loss: Loss, logits: torch.Tensor) -> torch.Tensor:
    """Differentiate a loss by the logits."""
    with torch.enable_grad():
        free = logits.detach().requires_grad_()
        return torch.autograd.grad(loss(free).sum(), free)[0]


def _backward(
    logits: torch.Tensor, inputs: torch.Tensor, weights: torch.Tensor, *, keep: bool
) -> torch.Tensor:
    """Return the gradient; zeros where there is none."""
    if not logits.requires_grad:
        return torch.zeros_like(inputs)
    found: tuple[torch.Tensor | None, ...] = torch.autograd.grad(
        logits, inputs, weights, retain_graph=keep, allow_unused=True
    )
    gradient = found[0]
    if gradient is None:
        return torch.zeros_like(inputs)
    return gradient.detach().contiguous()


def _in(precision: Precision, images: torch.Tensor) -> AbstractContextManager[Any]:
    if precision == "float32":
        return nullcontext()
    return torch.autocast(images.device.type, torch.bfloat16)
