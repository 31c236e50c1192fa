"""What holds of every corruption, whatever it does."""

from typing import Any

import pytest
import torch

from analysis.contract import CheckError
from analysis.corruptions import EXTRA, NAMES, applying, corrupt
from analysis.corruptions.resampling import as_bytes
from tests.analysis.corruptions.pictures import drawn, ids

ALL = NAMES + EXTRA
SETS = {"imagenet-c": (16, (64, 80)), "cifar-10-c": (24, (32, 32))}
# The published constants are ordered by how well networks do, which is not always by distance:
# glass trades sigma for shift and rounds, snow changes the size of its flakes, frost darkens the
# picture under it, warps become finer, water becomes mud, colours vanish and then glow.
NOT_BY_DISTANCE = {"glass_blur", "snow", "frost", "elastic_transform", "spatter", "saturate"}
IS_RANDOM = set(ALL) - {
    "defocus_blur", "zoom_blur", "brightness", "contrast", "pixelate", "jpeg_compression",
    "gaussian_blur", "saturate",
}  # fmt: skip


@pytest.mark.parametrize("constants", SETS)
@pytest.mark.parametrize("name", ALL)
def test_pictures_are_whole_bytes_and_move_away_with_severity(name, constants):
    n, size = SETS[constants]
    images = drawn(n, size)
    before = images.clone()
    away = []
    for severity in range(1, 6):
        found = corrupt(images, name, severity, seed=1, ids=ids(n), constants=constants)
        assert found.shape == images.shape
        assert found.dtype == torch.float32
        assert found.min() >= 0
        assert found.max() <= 1
        assert torch.equal(found, (found * 255).round() / 255)
        away.append(float((found - images).abs().mean()))
    assert torch.equal(images, before)
    assert min(away) > 0.003
    if name not in NOT_BY_DISTANCE:
        assert away == sorted(away)


@pytest.mark.parametrize(("n", "size"), [(7, (67, 64)), (30, (32, 32))])
@pytest.mark.parametrize("name", ALL)
def test_an_image_is_corrupted_alike_in_any_batch(name, n, size, monkeypatch):
    images, known = drawn(n, size), ids(n)
    for severity in (2, 5):
        whole = corrupt(images, name, severity, seed=5, ids=known)
        some = torch.tensor([n - 2, 0, 3])
        few = corrupt(images[some], name, severity, seed=5, ids=known[some])
        assert torch.equal(few, whole[some])
        alone = corrupt(images[3:4], name, severity, seed=5, ids=known[3:4])
        assert torch.equal(alone, whole[3:4])
    whole = corrupt(images, name, 5, seed=5, ids=known)
    monkeypatch.setitem(applying._PIECE, "cpu", 3 * images[0].numel())
    assert torch.equal(corrupt(images, name, 5, seed=5, ids=known), whole)


@pytest.mark.parametrize("name", ALL)
def test_chance_follows_from_seed_id_and_severity(name):
    images = drawn(1).expand(2, -1, -1, -1)
    found = corrupt(images, name, 5, seed=1, ids=torch.tensor([3, 4]))
    again = corrupt(images, name, 5, seed=1, ids=torch.tensor([3, 4]))
    other = corrupt(images, name, 5, seed=2, ids=torch.tensor([3, 4]))
    assert torch.equal(found, again)
    assert torch.equal(found[0], found[1]) == (name not in IS_RANDOM)
    assert torch.equal(found, other) == (name not in IS_RANDOM)


def test_corruptions_and_severities_draw_numbers_of_their_own():
    images = torch.full((1, 3, 32, 32), 0.5)
    away = {
        (name, severity): corrupt(images, name, severity, seed=1, ids=ids(1)).flatten() - 0.5
        for name in ("gaussian_noise", "speckle_noise")
        for severity in (1, 2)
    }
    together = torch.corrcoef(torch.stack(list(away.values())))
    assert (together - torch.eye(4)).abs().max() < 0.1


@pytest.mark.parametrize("size", [(8, 8), (33, 47), (9, 31), (1, 1), (2, 5), (65, 97)])
@pytest.mark.parametrize("name", ALL)
def test_tiny_and_odd_pictures_are_corrupted_with_either_constants(name, size):
    images = drawn(1, size)
    for constants in ("imagenet-c", "cifar-10-c"):
        for severity in (1, 3, 5):
            found = corrupt(images, name, severity, seed=1, ids=ids(1), constants=constants)
            assert found.shape == images.shape
            assert bool(torch.isfinite(found).all())


@pytest.mark.parametrize("name", ALL)
def test_grey_pictures_are_corrupted_where_that_has_a_meaning(name):
    images = drawn(2, channels=1)
    if name == "saturate":
        with pytest.raises(CheckError, match="Grey pictures have no saturation"):
            corrupt(images, name, 1, seed=1, ids=ids(2))
        return
    found = corrupt(images, name, 4, seed=1, ids=ids(2))
    assert found.shape == images.shape
    assert not torch.equal(found, images)


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("name", ALL)
def test_black_and_white_pictures_stay_finite(name, value):
    images = torch.full((1, 3, 32, 32), value)
    found = corrupt(images, name, 3, seed=1, ids=ids(1))
    assert bool(((found >= 0) & (found <= 1)).all())
    if name in ("motion_blur", "defocus_blur", "zoom_blur", "gaussian_blur", "glass_blur"):
        assert torch.equal(found, images)


def test_no_pictures_are_no_fault():
    found = corrupt(torch.zeros(0, 3, 32, 32), "fog", 1, seed=1, ids=torch.zeros(0).long())
    assert found.shape == (0, 3, 32, 32)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"severity": 0}, "a whole number from 1 to 5, not 0"),
        ({"severity": 6}, "a whole number from 1 to 5, not 6"),
        ({"severity": 1.5}, "a whole number from 1 to 5, not 1.5"),
        ({"severity": True}, "a whole number from 1 to 5, not True"),
        ({"name": "rain"}, "'rain' is not the name of a corruption"),
        ({"constants": "mnist-c"}, "auto, imagenet-c or cifar-10-c, not 'mnist-c'"),
        ({"ids": torch.arange(3)}, "2 images need as many ids"),
        ({"ids": torch.zeros(2)}, "2 images need as many ids"),
    ],
)
def test_a_mistake_of_the_caller_is_named(changes, message):
    arguments: dict[str, Any] = {"name": "fog", "severity": 1, "seed": 1, "ids": ids(2)}
    arguments |= changes
    with pytest.raises(ValueError, match=message):
        corrupt(drawn(2), **arguments)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.full((2, 3, 8, 8), float("nan")), "numbers between 0 and 1"),
        (torch.full((2, 3, 8, 8), 1.01), "numbers between 0 and 1"),
        (torch.full((2, 3, 8, 8), -0.1), "numbers between 0 and 1"),
        (torch.zeros(2, 3, 8, 8, dtype=torch.uint8), "numbers between 0 and 1"),
        (torch.zeros(2, 4, 8, 8), "one or three channels, not 2 x 4 x 8 x 8"),
        (torch.zeros(2, 8, 8), "one or three channels, not 2 x 8 x 8"),
        (torch.zeros(2, 3, 0, 8), "one or three channels, not 2 x 3 x 0 x 8"),
    ],
)
def test_what_is_no_picture_is_refused(images, message):
    with pytest.raises(CheckError, match=message):
        corrupt(images, "fog", 1, seed=1, ids=ids(2))


def test_what_is_whole_is_not_cut_for_the_noise_of_floats():
    levels = torch.arange(200).expand(3, 1, -1)[None] / 255
    found = corrupt(levels, "brightness", 2, seed=1, ids=ids(1), constants="imagenet-c")
    assert torch.equal((found * 255).round(), (levels * 255).round() + 51)
    assert torch.equal(as_bytes(levels * 1.1 / 1.1), levels)


def test_pictures_are_rounded_to_bytes_first():
    images = drawn(1)
    for kind in (torch.float64, torch.float16):
        near = (images + 0.1 / 255).clamp(max=1).to(kind)
        found = corrupt(near, "contrast", 2, seed=1, ids=ids(1))
        assert torch.equal(found, corrupt(images, "contrast", 2, seed=1, ids=ids(1)))
