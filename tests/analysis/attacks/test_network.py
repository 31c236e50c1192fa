"""The network as attacks ask it: any kind of answer, in pieces, counted, and never trusted."""

from types import SimpleNamespace

import pytest
import torch

from analysis.attacks.network import Asked, Network
from analysis.contract import CheckError, Unsupported
from analysis.loading.foreign import OutOfMemory
from tests.analysis.attacks.networks import Counting, Small, images

PIXELS = images(10)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda logits: logits,
        lambda logits: {"features": PIXELS, "logits": logits},
        lambda logits: (logits, PIXELS),
        lambda logits: SimpleNamespace(logits=logits),
        lambda logits: logits.double(),
    ],
)
def test_answers_of_any_kind_become_logits(wrap):
    small = Small()
    found = Network(lambda pixels: wrap(small(pixels)))(PIXELS)
    assert found.dtype == torch.float32
    assert torch.equal(found, small(PIXELS))


@pytest.mark.parametrize(
    "answer", [None, "text", {}, (), 3, torch.zeros(3, 4), torch.zeros(10), torch.zeros(10, 1)]
)
def test_what_is_no_logits_is_unsupported(answer):
    with pytest.raises(Unsupported):
        Network(lambda pixels: answer)(PIXELS)


def test_what_a_network_raises_is_no_verdict():
    def network(pixels):
        raise ZeroDivisionError("of its own")

    with pytest.raises(CheckError, match="ZeroDivisionError: of its own"):
        Network(network)(PIXELS)


def test_a_network_that_writes_into_its_input_does_no_harm():
    def network(pixels):
        return small(pixels.sub_(0.5).add_(0.5))

    small, kept = Small(), PIXELS.clone()
    asked = Asked(Network(network), 4)
    labels = small(PIXELS).argmax(1)
    _, _, gradients = asked.gradient(PIXELS, lambda z: z.gather(1, labels[:, None])[:, 0])
    assert torch.equal(PIXELS, kept)
    assert gradients.abs().sum() > 0


def test_a_transposed_gradient_comes_back_in_order():
    small = Small()

    def network(pixels):
        return small(pixels.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2))

    asked = Asked(Network(network), 100)
    _, _, gradients = asked.gradient(PIXELS, lambda z: z[:, 0])
    assert gradients.is_contiguous()
    assert gradients.view(10, -1).shape == (10, 36)


@pytest.mark.parametrize("most", [1, 3, 10, 100])
def test_pieces_give_what_the_whole_gives_and_are_counted(most):
    small = Small()
    counting = Counting(small)
    asked = Asked(Network(counting), most)
    labels = small(PIXELS).argmax(1)

    def usual(logits):
        return torch.nn.functional.cross_entropy(logits, labels, reduction="none")

    def own(logits):
        return logits.gather(1, labels[:, None])[:, 0]

    logits, values, gradients = asked.gradients(PIXELS, [usual, own])
    free = PIXELS.clone().requires_grad_()
    for loss, value, gradient in zip([usual, own], values, gradients, strict=True):
        wanted = loss(small(free))
        assert torch.allclose(value, wanted, atol=1e-5)
        (slope,) = torch.autograd.grad(wanted.sum(), free)
        assert torch.allclose(gradient, slope, atol=1e-5)
    assert torch.allclose(asked.logits(PIXELS), logits, atol=1e-5)
    assert asked.passes.forward == counting.forward == 20
    assert asked.passes.backward == counting.backward == 20
    assert not logits.requires_grad
    assert not gradients.requires_grad


def test_where_memory_runs_out_it_asks_by_halves():
    small, sizes = Small(), []

    def network(pixels):
        sizes.append(len(pixels))
        if len(pixels) > 3:
            raise MemoryError
        return small(pixels)

    asked = Asked(Network(network), 8)
    assert torch.allclose(asked.logits(PIXELS), small(PIXELS), atol=1e-5)
    assert sizes == [8, 4, 2, 2, 2, 2, 2]
    assert asked.most == 2
    assert asked.passes.forward == 10


def test_too_little_memory_for_one_image_is_said():
    def network(pixels):
        raise MemoryError

    with pytest.raises(OutOfMemory):
        Asked(Network(network), 8).logits(PIXELS)


def test_gradients_that_are_missing_or_no_numbers_are_zeros():
    for network in (
        lambda pixels: torch.ones(len(pixels), 3),
        lambda pixels: (pixels * 255).round().flatten(1)[:, :3],
        lambda pixels: (pixels.flatten(1)[:, :3] - 2).sqrt(),
    ):
        _, _, gradients = Asked(Network(network), 8).gradient(PIXELS, lambda z: z[:, 0])
        assert torch.equal(gradients, torch.zeros_like(PIXELS))


def test_probabilities_become_logits():
    small = Small(scale=300.0)
    network = Network(lambda pixels: small(pixels).softmax(1)).of_probabilities()
    logits = network(PIXELS)
    assert logits.isfinite().all()
    assert torch.equal(logits.argmax(1), small(PIXELS).argmax(1))


def test_searches_ask_with_channels_last_where_the_network_takes_it():
    small, layouts = Small(), []
    pixels = images(4, (3, 6, 6))
    colour = Small(shape=(3, 6, 6))

    def network(batch):
        layouts.append(batch.is_contiguous(memory_format=torch.channels_last))
        return colour(batch)

    asked = Asked(Network(network), 10)
    logits, _, gradients = asked.gradient(pixels, lambda z: z[:, 0])
    assert torch.allclose(asked.exact(pixels), logits, atol=1e-5)
    assert layouts == [True, False]  # what confirms is asked as usual
    free = pixels.clone().requires_grad_()
    (wanted,) = torch.autograd.grad(colour(free)[:, 0].sum(), free)
    assert torch.allclose(gradients, wanted, atol=1e-5)
    assert gradients.is_contiguous()

    def strict(batch):
        layouts.append(batch.is_contiguous())
        return small(batch.view(len(batch), -1).view(-1, 1, 6, 18)[..., :6])

    layouts.clear()
    asked = Asked(Network(strict), 10)
    first, second = asked.logits(pixels), asked.logits(pixels)
    assert torch.equal(first, second)
    assert layouts == [False, True, True]  # it refuses once
