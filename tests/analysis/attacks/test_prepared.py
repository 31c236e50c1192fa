"""Networks made ready to be asked often: the same answers, or the network itself."""

import shutil
from typing import Any

import pytest
import torch
from torch import nn

from analysis.attacks.prepared import prepared

IMAGES = torch.rand(8, 3, 10, 10, generator=torch.Generator().manual_seed(0))


class Convolutions(nn.Module):
    """Two convolutions with batch norms that have seen something."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv1, self.bn1 = nn.Conv2d(3, 6, 3, bias=False), nn.BatchNorm2d(6)
        self.conv2, self.bn2 = nn.Conv2d(6, 5, 3), nn.BatchNorm2d(5)
        self.train()(IMAGES * 3)

    def forward(self, images):
        return self.bn2(self.conv2(self.bn1(self.conv1(images)).relu())).mean((2, 3))


class Branching(Convolutions):
    """Looks at what it is given, which no tracer can follow."""

    def forward(self, images):
        return super().forward(images) * (2 if images.sum() > 0 else 1)


class Shortcut(Convolutions):
    """Takes what the convolution returned past its norm, too."""

    def forward(self, images):
        found = self.conv1(images)
        return self.bn2(self.conv2(self.bn1(found).relu() + found)).mean((2, 3))


class Twice(Convolutions):
    """Asks one convolution twice, the second time without its norm."""

    def forward(self, images):
        found = self.bn1(self.conv1(images)) + self.conv1(images)
        return self.bn2(self.conv2(found.relu())).mean((2, 3))


class Remembering(Convolutions):
    """Answers otherwise each time."""

    calls = 0

    def forward(self, images):
        self.calls += 1
        return super().forward(images) * self.calls


class Named(Convolutions):
    def forward(self, images):
        return {"logits": super().forward(images)}


class Keyword(nn.Module):
    """Is asked as networks of transformers are."""

    def __init__(self):
        super().__init__()
        self.inner = Convolutions()

    def forward(self, *, pixel_values):
        return self.inner(pixel_values)


@pytest.mark.parametrize("kind", [Convolutions, Named, Branching])
def test_batch_norms_are_folded_and_the_answers_stay(kind):
    network = kind().train()
    made = prepared(network, IMAGES)
    assert not [module for module in made.modules() if isinstance(module, nn.BatchNorm2d)]
    others = torch.rand(3, 3, 10, 10)
    network.eval()
    expected, found = network(others), made(others)
    if kind is Named:
        expected, found = expected["logits"], found["logits"]
    assert torch.allclose(expected, found, atol=1e-5)
    assert any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    assert not any(weight.requires_grad for weight in made.parameters())
    assert all(weight.requires_grad for weight in network.parameters())


def test_gradients_by_the_images_stay():
    network = Convolutions().eval()
    found = []
    for asked in (network, prepared(network, IMAGES)):
        images = IMAGES.clone().requires_grad_()
        found.append(torch.autograd.grad(asked(images)[:, 0].sum(), images)[0])
    assert found[0].abs().max() > 0
    assert torch.allclose(found[0], found[1], atol=1e-5)


def test_what_cannot_be_folded_is_only_laid_out_anew():
    network = Shortcut().eval()
    made: Any = prepared(network, IMAGES)
    assert isinstance(made.bn1, nn.BatchNorm2d)
    assert made.conv1.weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.allclose(made(IMAGES), network(IMAGES), atol=1e-5)
    assert torch.allclose(made(-IMAGES), network(-IMAGES), atol=1e-5)


def test_a_convolution_that_is_asked_twice_is_not_folded():
    network = Twice().eval()
    made: Any = prepared(network, IMAGES)
    assert isinstance(made.bn1, nn.BatchNorm2d)
    assert isinstance(made.bn2, nn.Identity)
    assert torch.allclose(made(IMAGES), network(IMAGES), atol=1e-5)


def test_a_network_may_be_asked_in_its_own_way():
    network = Keyword().eval()
    made: Any = prepared(network, IMAGES, lambda asked, images: asked(pixel_values=images))
    assert isinstance(made.inner.bn1, nn.Identity)
    assert torch.allclose(made(pixel_values=IMAGES), network(pixel_values=IMAGES), atol=1e-5)


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore")  # of the compiler's own, of what it uses
def test_a_compiled_copy_answers_alike_for_any_number_of_images(monkeypatch, tmp_path):
    if shutil.which("g++") is None:
        pytest.skip("compiling takes a compiler")
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("TORCHINDUCTOR_COMPILE_THREADS", "1")
    network = Convolutions().eval()
    made: Any = prepared(network, IMAGES, compiled=True)
    assert made._compiled_call_impl is not None
    for n in (1, 3, 8, 5):
        images = IMAGES[:n].clone().requires_grad_()
        expected, found = network(images), made(images)
        assert torch.allclose(expected, found, atol=1e-5)
        (slope,), (other,) = (
            torch.autograd.grad(each[:, 0].sum(), images) for each in (expected, found)
        )
        assert torch.allclose(slope, other, atol=1e-5)


def test_where_nothing_can_be_compiled_the_copy_is_plain(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("no compiler")

    monkeypatch.setattr(nn.Module, "compile", fail)
    made: Any = prepared(Convolutions().eval(), IMAGES, compiled=True)
    assert isinstance(made.bn1, nn.Identity)


def test_what_answers_otherwise_is_not_taken():
    network = Remembering().eval()
    made = prepared(network, IMAGES)
    assert any(isinstance(module, nn.BatchNorm2d) for module in made.modules())
