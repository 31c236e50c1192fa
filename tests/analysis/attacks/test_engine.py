"""The engine: what is broken is broken, nobody's fate depends on others, and all is counted."""

from typing import ClassVar

import pytest
import torch

from analysis.attacks import engine
from analysis.attacks.apgd import ApgdCe, ApgdT
from analysis.attacks.calibration import Linear, drawn_images
from analysis.attacks.engine import Outcome, attack
from analysis.attacks.network import Passes
from analysis.attacks.search import Threat
from analysis.loading.foreign import OutOfMemory
from tests.analysis.attacks.cases import EPS, assert_breaks_hold, short, small_case
from tests.analysis.attacks.networks import Counting, images

NORMS = list(EPS)


@pytest.mark.parametrize("eps", [0.02, 0.1])
@pytest.mark.parametrize("norm", NORMS)
def test_what_is_broken_is_what_can_be_broken(norm, eps):
    threat = Threat(norm, {"Linf": 1, "L2": 8, "L1": 60}[norm] * eps)
    network = Linear()
    weak, weak_labels = drawn_images(network, threat, 12, (0.5, 0.95), first_id=0)
    firm, firm_labels = drawn_images(network, threat, 12, (1.02, 1.5), first_id=50)
    assert len(weak) == 12
    assert len(firm) >= 3
    pixels, labels = torch.cat([weak, firm]), torch.cat([weak_labels, firm_labels])
    short = [ApgdCe(threat, large_first=norm == "L1"), ApgdT(threat, runs=2)]
    outcome = attack(network, pixels, labels, torch.arange(len(pixels)), threat, searches=short)
    assert (~outcome.robust[:12]).all()
    assert outcome.robust[12:].all()
    assert_breaks_hold(outcome, network, pixels, labels, threat)
    assert outcome.broken_by[:12].max() <= 1
    assert (outcome.broken_by[12:] == -1).all()
    assert (outcome.survived[12:] == 2).all()


@pytest.mark.parametrize("norm", NORMS)
def test_batch_and_order_change_nobodys_fate(norm):
    n = 14
    network, pixels, labels, ids = small_case(n)
    threat = Threat(norm, EPS[norm])
    whole = attack(network, pixels, labels, ids, threat, searches=short(threat))
    assert 4 <= int(whole.robust.sum()) <= n - 4
    assert_breaks_hold(whole, network, pixels, labels, threat)
    order = torch.arange(n).flip(0).roll(5)
    for batch_size in (1, 5):
        other = attack(
            network, pixels[order], labels[order], ids[order], threat,
            searches=short(threat), batch_size=batch_size,
        )  # fmt: skip
        assert torch.equal(other.robust, whole.robust[order])
        assert torch.equal(other.broken_by, whole.broken_by[order])
        first = whole.broken_by[order] == 0  # later ones may be found by another run
        assert torch.allclose(other.adversarial[first], whole.adversarial[order][first], atol=1e-4)


def test_looking_seldom_finds_the_same(monkeypatch):
    network, pixels, labels, ids = small_case()
    threat = Threat("Linf", EPS["Linf"])
    often = attack(network, pixels, labels, ids, threat, searches=short(threat))
    monkeypatch.setattr(engine, "_LOOK_EVERY", {"cpu": 10})
    seldom = attack(network, pixels, labels, ids, threat, searches=short(threat))
    assert torch.equal(seldom.robust, often.robust)
    assert torch.equal(seldom.broken_by, often.broken_by)
    assert_breaks_hold(seldom, network, pixels, labels, threat)


@pytest.mark.parametrize("looks", [1, 8, 20, 45])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(looks):
    class Stopped(Exception):  # noqa: N818
        pass

    network, pixels, labels, ids = small_case(14)
    threat = Threat("Linf", EPS["Linf"])
    whole = attack(network, pixels, labels, ids, threat, searches=short(threat), batch_size=6)
    seen: list[Outcome] = []

    def stop(outcome):
        seen.append(outcome)
        if len(seen) == looks:
            raise Stopped

    options = {"searches": short(threat), "batch_size": 6}
    with pytest.raises(Stopped):
        attack(network, pixels, labels, ids, threat, on_progress=stop, **options)
    assert not torch.equal(seen[-1].survived[whole.robust], whole.survived[whole.robust])
    so_far = seen[-1].robust.clone()
    resumed = attack(network, pixels, labels, ids, threat, since=seen[-1], **options)
    assert (so_far >= resumed.robust).all()
    assert torch.equal(resumed.robust, whole.robust)
    assert torch.equal(resumed.broken_by, whole.broken_by)
    assert torch.equal(resumed.survived, whole.survived)
    before = sum(resumed.passes.values(), Passes())
    again = attack(network, pixels, labels, ids, threat, since=resumed, **options)
    assert sum(again.passes.values(), Passes()) == before  # nothing is left to do


def test_all_passes_are_counted():
    small, pixels, labels, ids = small_case()
    network = Counting(small)
    threat = Threat("Linf", EPS["Linf"])
    outcome = attack(network, pixels, labels, ids, threat, searches=short(threat), batch_size=7)
    total = sum(outcome.passes.values(), Passes())
    assert (total.forward, total.backward) == (network.forward, network.backward)
    assert list(outcome.passes) == ["clean", "apgd-ce", "apgd-t"]
    assert outcome.passes["clean"] == Passes(24, 0)
    firm = int(outcome.robust.sum())
    broken_first = int((outcome.broken_by == 0).sum())
    assert broken_first > 0
    first = outcome.passes["apgd-ce"]
    assert first.forward == first.backward + broken_first  # each break is confirmed by one
    assert first.backward < 13 * 24  # images leave as they break
    assert outcome.passes["apgd-t"].backward >= 4 * 13 * firm


def test_an_image_that_is_answered_wrongly_is_not_attacked():
    network, pixels, labels, ids = small_case(6)
    labels[2] = (labels[2] + 1) % 5
    threat = Threat("Linf", 1e-5)
    outcome = attack(network, pixels, labels, ids, threat, searches=short(threat, runs=1))
    assert outcome.robust.tolist() == [True, True, False, True, True, True]
    assert outcome.broken_by[2] == -1
    assert torch.equal(outcome.adversarial, pixels)
    assert [outcome.robust_after(number) for number in (-1, 0, 1)] == [5, 5, 5]


class Pointing:
    """A search that tries given points, and says of them what it likes."""

    name: ClassVar[str] = "pointing"
    runs = 1

    def __init__(self, tries, says_wrong):
        self.tries, self.says_wrong, self.steps = tries, says_wrong, len(tries)

    def begin(self, goal):
        return goal.rows()

    def step(self, rows, ask):
        at = int(rows["step"][0].clamp_max(self.steps - 1))
        rows["step"] = rows["step"] + 1
        own = torch.nn.functional.one_hot(rows["labels"], 2).float()
        return self.tries[at](rows["images"]), 1 - own if self.says_wrong[at] else own

    def ended(self, rows):
        return rows["step"] >= self.steps


def halves(pixels):
    """Class 1 where the first pixel is above one half."""
    first = pixels.flatten(1)[:, :1]
    return torch.cat([0.5 - first, first - 0.5], 1)


def moved(by):
    def move(pixels):
        points = pixels.clone()
        points[:, 0, 0, 0] += by
        return points

    return move


def pointed(tries, says_wrong, eps=0.2):
    pixels = torch.full((2, 1, 4, 4), 0.4)
    search = Pointing(tries, says_wrong)
    labels = torch.zeros(2, dtype=torch.int64)
    return attack(halves, pixels, labels, torch.arange(2), Threat("Linf", eps), searches=[search])


def test_a_break_that_is_not_confirmed_is_no_break_and_the_row_goes_on():
    lied = pointed([moved(0.05), moved(0.05)], [True, True])
    assert lied.robust.all()
    assert (lied.survived == 1).all()
    found = pointed([moved(0.05), moved(0.05), moved(0.15)], [True, False, True])
    assert not found.robust.any()
    assert torch.allclose(found.adversarial[:, 0, 0, 0], torch.tensor(0.55))


class TwoRuns(Pointing):
    """Says at each first step that it found something; the second run does at its second."""

    runs = 2

    def __init__(self):
        super().__init__([None, None], [])

    def step(self, rows, ask):
        is_real = (rows["step"] == 1) & (rows["run"] == 1)
        claims = (rows["step"] == 0) | is_real
        rows["step"] = rows["step"] + 1
        points = rows["images"].clone()
        points[:, 0, 0, 0] += torch.where(is_real, 0.15, 0.05)
        return points, torch.where(
            claims[:, None], torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0])
        )


def test_a_run_beside_one_that_is_not_confirmed_is_begun_anew():
    pixels = torch.full((2, 1, 4, 4), 0.4)
    labels = torch.zeros(2, dtype=torch.int64)
    outcome = attack(
        halves, pixels, labels, torch.arange(2), Threat("Linf", 0.2), searches=[TwoRuns()]
    )
    assert not outcome.robust.any()


class Uneven(Pointing):
    """Of two runs the first ends after a step, and the second finds something at ``found_at``."""

    runs = 2

    def __init__(self, found_at):
        super().__init__([None] * 3, [])
        self.found_at = found_at

    def step(self, rows, ask):
        finds = (rows["step"] == self.found_at) & (rows["run"] == 1)
        rows["step"] = rows["step"] + 1
        points = rows["images"].clone()
        points[:, 0, 0, 0] += torch.where(finds, 0.15, 0.0)
        return points, ask.logits(points)

    def ended(self, rows):
        return (rows["step"] >= 3) | ((rows["run"] == 0) & (rows["step"] >= 1))


@pytest.mark.parametrize("found_at", [0, 2])
def test_an_image_has_not_survived_while_one_of_its_runs_goes_on(found_at):
    pixels = torch.full((2, 1, 4, 4), 0.4)
    labels, seen = torch.zeros(2, dtype=torch.int64), []
    outcome = attack(
        halves, pixels, labels, torch.arange(2), Threat("Linf", 0.2),
        searches=[Uneven(found_at)], on_progress=lambda now: seen.append(int(now.survived.max())),
    )  # fmt: skip
    assert not outcome.robust.any()
    assert max(seen) == 0


def test_points_outside_of_the_ball_break_nothing():
    assert pointed([moved(0.5)], [True], eps=0.05).robust.all()
    # One that rounding puts a little outside is pulled in and counts.
    near = pointed([moved(0.2 + 5e-7)], [True])
    assert not near.robust.any()
    assert (near.adversarial - 0.4).abs().max() <= 0.2 + 1e-7


def test_points_that_are_no_numbers_break_nothing():
    def spoil(pixels):
        points = moved(0.15)(pixels)
        points[:, 0, 3, 3] = torch.nan  # where this network does not look
        return points

    assert pointed([spoil], [True]).robust.all()
    assert not pointed([moved(0.15)], [True]).robust.any()


def test_steps_beyond_the_end_break_nothing(monkeypatch):
    monkeypatch.setattr(engine, "_LOOK_EVERY", {"cpu": 10})

    class Late(Pointing):
        def ended(self, rows):
            return rows["step"] >= 2

    pixels = torch.full((2, 1, 4, 4), 0.4)
    search = Late([moved(0.05), moved(0.05), moved(0.15)], [False, False, True])
    labels = torch.zeros(2, dtype=torch.int64)
    outcome = attack(
        halves, pixels, labels, torch.arange(2), Threat("Linf", 0.2), searches=[search]
    )
    assert outcome.robust.all()


def test_answers_that_are_no_numbers_break_nothing():
    def network(pixels):
        logits = halves(pixels)
        return torch.where(logits > 0.1, torch.nan, logits)

    pixels = torch.full((2, 1, 4, 4), 0.45)
    labels = torch.zeros(2, dtype=torch.int64)
    threat = Threat("Linf", 0.4)
    tries = [moved(0.3)]
    outcome = attack(
        network, pixels, labels, torch.arange(2), threat, searches=[Pointing(tries, [True])]
    )
    assert outcome.robust.all()


def test_too_large_a_batch_is_halved():
    small, pixels, labels, ids = small_case()
    sizes = []

    def network(batch):
        sizes.append(len(batch))
        if len(batch) > 5:
            raise MemoryError
        return small(batch)

    threat = Threat("Linf", EPS["Linf"])
    outcome = attack(network, pixels, labels, ids, threat, searches=short(threat))
    whole = attack(small, pixels, labels, ids, threat, searches=short(threat))
    assert torch.equal(outcome.robust, whole.robust)
    assert sizes[0] == 24
    assert max(sizes[10:]) <= 5

    def hopeless(batch):
        raise MemoryError

    with pytest.raises(OutOfMemory):
        attack(hopeless, pixels, labels, ids, threat)


def test_no_images_are_no_trouble():
    network, pixels, labels, ids = small_case(3)
    outcome = attack(network, pixels[:0], labels[:0], ids[:0], Threat("Linf", 0.1))
    assert len(outcome.robust) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"images": images(3) + 1},
        {"images": images(3).double()},
        {"images": images(3)[:, 0]},
        {"images": images(3) * torch.nan},
        {"ids": torch.zeros(3, dtype=torch.int64)},
        {"ids": torch.arange(2)},
        {"threat": Threat("Linf", 0.0)},
        {"threat": Threat("Linf", float("nan"))},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    network, pixels, labels, ids = small_case(3)
    given = {"images": pixels, "labels": labels, "ids": ids, "threat": Threat("Linf", 0.1)}
    with pytest.raises(ValueError, match=" "):
        attack(network, **(given | wrong))


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_networks_with_few_classes_are_attacked_as_well(classes):
    network, pixels, labels, ids = small_case(12, classes)
    for eps in (1e-5, 0.2):
        threat = Threat("Linf", eps)
        outcome = attack(network, pixels, labels, ids, threat, searches=short(threat, classes - 1))
        assert outcome.robust.all() if eps < 0.1 else not outcome.robust.any()


def test_each_attack_that_finds_something_says_so():
    network, pixels, labels, ids = small_case()
    threat = Threat("Linf", EPS["Linf"])
    outcome = attack(network, pixels, labels, ids, threat, searches=short(threat))
    counts = [outcome.robust_after(number) for number in (-1, 0, 1)]
    assert counts[0] == 24
    assert counts[-1] == int(outcome.robust.sum())
    assert counts == sorted(counts, reverse=True)
