"""What answers on corrupted pictures come to."""

import numpy as np
import pytest

from analysis.corruptions import ALEXNET_ERRORS, EXTRA, NAMES, summarise


def answers(n, rates, *, seed=0, shared=0.0):
    """Draw answers (n, corruptions, severities); ``shared`` ties the cells of an image together."""
    generator = np.random.Generator(np.random.PCG64(seed))
    rates = np.asarray(rates)
    common = generator.random((n, 1, 1))
    own = generator.random((n, *rates.shape))
    drawn = np.where(generator.random((n, *rates.shape)) < shared, common, own)
    return drawn < rates


RATES = np.linspace(0.9, 0.3, 75).reshape(15, 5)


def test_the_numbers_are_those_of_the_table():
    correct = answers(400, RATES)
    clean = answers(400, [[0.95]])[:, 0, 0]
    found = summarise(correct, clean, NAMES, "imagenet-c", 7)
    by_cell = correct.mean(0)
    assert found.n == 400
    assert found.clean.value == clean.mean()
    for place, name in enumerate(NAMES):
        assert [cell.value for cell in found.cells[name]] == by_cell[place].tolist()
        assert found.corruptions[name].value == pytest.approx(by_cell[place].mean())
    assert found.mean.value == pytest.approx(by_cell.mean())
    assert found.relative is not None
    assert found.drop is not None
    assert found.relative.value == pytest.approx(by_cell.mean() / clean.mean())
    assert found.drop.value == pytest.approx(1 - found.relative.value)
    assert found.drop.low == 1 - found.relative.high
    errors = (1 - by_cell).sum(1) / [5 * ALEXNET_ERRORS[name] for name in NAMES]
    assert found.mce is not None
    assert found.mce.value == pytest.approx(errors.mean())
    for estimate in (found.clean, found.mean, found.relative, found.mce, found.drop):
        assert estimate.low < estimate.value < estimate.high
        assert estimate.n == 400


def test_alexnet_itself_has_an_mce_of_one():
    correct = np.ones((2_000, 15, 5), bool)
    for place, name in enumerate(NAMES):
        correct[: round(2000 * ALEXNET_ERRORS[name]), place] = False
    found = summarise(correct, np.ones(2000, bool), NAMES, "imagenet-c", 7)
    assert found.mce is not None
    assert found.mce.value == pytest.approx(1, abs=1e-3)


def test_order_of_names_changes_nothing_and_extras_stay_apart():
    names = NAMES + EXTRA
    correct = answers(200, np.vstack([RATES, np.full((4, 5), 0.1)]))
    clean = np.arange(200) < 180
    found = summarise(correct, clean, names, "imagenet-c", 7)
    turned = summarise(correct[:, ::-1], clean, names[::-1], "imagenet-c", 7)
    without = summarise(correct[:, :15], clean, NAMES, "imagenet-c", 7)
    for one, other in ((found, turned), (found, without)):
        for key in ("clean", "mean", "relative", "drop", "mce"):
            a, b = getattr(one, key), getattr(other, key)
            assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high))
    assert found.corruptions["spatter"].value == pytest.approx(0.1, abs=0.03)
    assert set(found.cells) == set(names)


def test_intervals_know_that_the_same_images_are_behind_all_cells():
    """Of 100 tables of 60 images each, the interval of the mean holds the truth in nearly all."""
    held, widths = {0.0: 0, 0.9: 0}, dict.fromkeys((0.0, 0.9), 0.0)
    for shared in held:
        for seed in range(100):
            correct = answers(60, RATES, seed=seed, shared=shared)
            found = summarise(correct, np.ones(60, bool), NAMES, "cifar-10-c", seed)
            held[shared] += found.mean.low <= RATES.mean() <= found.mean.high
            widths[shared] += (found.mean.high - found.mean.low) / 100
    assert min(held.values()) >= 88
    assert widths[0.9] > 4 * widths[0.0]  # cells taken as independent would be far too sure


def test_the_ratio_to_clean_is_surer_than_its_parts():
    """An image that is answered wrongly at all is so in clean and corrupted form."""
    known = answers(300, [[0.6]])[:, 0, 0]
    correct = answers(300, np.full((15, 5), 0.95)) & known[:, None, None]
    found = summarise(correct, known, NAMES, "cifar-10-c", 1)
    assert found.relative is not None
    width = found.relative.high - found.relative.low
    assert width < (found.mean.high - found.mean.low) / 5
    assert found.relative.value == pytest.approx(0.95, abs=0.01)


def test_the_same_seed_gives_the_same_summary():
    correct, clean = answers(50, RATES), np.ones(50, bool)
    found = summarise(correct, clean, NAMES, "cifar-10-c", 3)
    assert found == summarise(correct, clean, NAMES, "cifar-10-c", 3)
    assert found.mean != summarise(correct, clean, NAMES, "cifar-10-c", -4).mean
    assert found.mce is None  # AlexNet was never measured on these


def test_what_cannot_be_known_is_missing():
    correct = answers(50, RATES)
    none = summarise(correct, np.zeros(50, bool), NAMES, "imagenet-c", 3)
    assert none.relative is None
    assert none.drop is None
    assert summarise(correct[:, :14], np.ones(50, bool), NAMES[:14], "imagenet-c", 3).mce is None
    assert summarise(correct[..., :4], np.ones(50, bool), NAMES, "imagenet-c", 3).mce is None


@pytest.mark.parametrize("value", [True, False])
def test_answers_that_all_agree_are_not_certain(value):
    found = summarise(np.full((30, 15, 5), value), np.ones(30, bool), NAMES, "cifar-10-c", 3)
    for estimate in (found.mean, found.corruptions["fog"], found.cells["fog"][0]):
        assert estimate.value == value
        assert estimate.high - estimate.low > 0.05
    one = summarise(np.full((1, 1, 1), value), np.ones(1, bool), ["fog"], "cifar-10-c", 3)
    assert one.mean.high - one.mean.low > 0.5


GOOD = np.ones((4, 2, 5), bool)


@pytest.mark.parametrize(
    ("correct", "clean", "names", "constants", "message"),
    [
        (GOOD[0], GOOD[:, 0, 0], ["fog", "snow"], "cifar-10-c", "answers are"),
        (GOOD[:0], GOOD[:0, 0, 0], ["fog", "snow"], "cifar-10-c", "answers are"),
        (GOOD, GOOD[:3, 0, 0], ["fog", "snow"], "cifar-10-c", "answers are"),
        (GOOD.astype(float), GOOD[:, 0, 0], ["fog", "snow"], "cifar-10-c", "arrays of bool"),
        (GOOD, GOOD[:, 0, 0] * 1, ["fog", "snow"], "cifar-10-c", "arrays of bool"),
        (GOOD, GOOD[:, 0, 0], ["fog"], "cifar-10-c", "one name"),
        (GOOD, GOOD[:, 0, 0], ["fog", "fog"], "cifar-10-c", "one name"),
        (GOOD, GOOD[:, 0, 0], ["fog", "rain"], "cifar-10-c", "'rain' is not the name"),
        (GOOD, GOOD[:, 0, 0], ["spatter", "saturate"], "cifar-10-c", "none of them"),
        (GOOD, GOOD[:, 0, 0], ["fog", "snow"], "auto", "constants are imagenet-c or cifar-10-c"),
    ],
)
def test_what_does_not_fit_together_is_named(correct, clean, names, constants, message):
    with pytest.raises(ValueError, match=message):
        summarise(correct, clean, names, constants, 1)
