"""Half precision: the classes are those of float32, whatever runs in between."""

import pytest
import torch

from analysis.contract import CheckError, Unsupported
from analysis.loading.batching import Batches
from analysis.loading.precision import CHECKED, FULL, HalfPrecision

N, CLASSES = 3_000, 10


class Network:
    """A little network, and how many items it was asked for in which precision."""

    def __init__(self, spread=1.0, classes=CLASSES, signal=0.5):
        torch.manual_seed(7)
        self.layer = torch.nn.Linear(32, classes)
        torch.nn.init.normal_(self.layer.weight)
        kinds = self.layer.weight.detach()[torch.arange(N) % classes]
        self.items = (signal * kinds + torch.randn(N, 32)) * spread
        self.asked = {"full": 0, "half": 0}

    def run(self, places):
        self.asked["half" if torch.is_autocast_enabled("cpu") else "full"] += len(places)
        with torch.inference_mode():
            return self.layer(self.items[places]).float()

    @property
    def known(self):
        with torch.inference_mode():
            return self.layer(self.items)


def all_rows(half, network, n=N, batch=256):
    return torch.cat([
        half.rows(
            min(batch, n - start),
            lambda places, start=start: network.run([start + place for place in places]),
        )
        for start in range(0, n, batch)
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("half", "classes", "signal"),
    [("bfloat16", 4, 0.5), ("bfloat16", 4, 0.05), ("float16", 10, 0.5)],
)
def test_classes_are_those_of_full_precision(half, classes, signal):
    network = Network(classes=classes, signal=signal)
    precision = HalfPrecision("cpu", half)
    found, known = all_rows(precision, network), network.known
    assert torch.equal(found.argmax(1), known.argmax(1))
    few = min(5, classes)
    best = [set(row.tolist()) for row in known.topk(few).indices]
    assert [set(row.tolist()) for row in found.topk(few).indices] == best
    assert precision.dtype == f"{half}, float32 where not certain"
    # Some were not certain, and most were: else nothing is gained, or nothing was looked at.
    assert network.asked["half"] == N
    assert CHECKED < network.asked["full"] < N / 3


def test_without_the_second_question_some_classes_are_others(monkeypatch):
    network = Network(classes=4, signal=0.05)
    monkeypatch.setattr("analysis.loading.precision.MARGIN", 0.0)
    found = all_rows(HalfPrecision("cpu", "bfloat16"), network)
    assert not torch.equal(found.argmax(1), network.known.argmax(1))


def test_what_overflows_in_16_bits_runs_in_32():
    network = Network(spread=1e5)
    precision = HalfPrecision("cpu", "float16")
    assert torch.equal(all_rows(precision, network), network.known)
    assert precision.dtype == FULL


def test_a_network_whose_code_does_not_stand_it_runs_in_32():
    network = Network()

    def run(places):
        if torch.is_autocast_enabled("cpu"):
            raise CheckError("expected scalar type Float")
        return network.run(places)

    precision = HalfPrecision("cpu", "bfloat16")
    assert torch.equal(precision.rows(100, run), network.known[:100])
    assert precision.dtype == FULL


def test_a_network_that_falls_later_runs_on_in_32():
    network, asked = Network(classes=4), []

    def run(places):
        if torch.is_autocast_enabled("cpu"):
            asked.append(len(places))
            if len(asked) > 2:
                raise CheckError("expected scalar type Float")
        return network.run(places)

    precision = HalfPrecision("cpu", "bfloat16")
    found = [precision.rows(100, run) for _ in range(3)]
    assert torch.equal(found[-1], network.known[:100])
    assert precision.dtype == FULL
    assert len(asked) == 3


def test_scores_so_close_that_most_are_asked_again_are_asked_once():
    network = Network()
    network.layer.weight.data /= 1e3  # the bias is all there is, and the same for each class
    network.layer.bias.data = torch.ones(CLASSES)
    precision = HalfPrecision("cpu", "bfloat16")
    assert torch.equal(all_rows(precision, network), network.known)
    assert precision.dtype == FULL


def test_a_network_that_does_not_follow_is_not_called_half():
    network = Network()

    def run(places):
        with torch.autocast("cpu", enabled=False):
            return network.run(places)

    precision = HalfPrecision("cpu", "bfloat16")
    assert torch.equal(precision.rows(100, run), network.known[:100])
    assert precision.dtype == FULL


@pytest.mark.parametrize("wanted", [None, FULL])
def test_a_cpu_computes_in_32_unless_it_is_told_otherwise(wanted):
    network = Network()
    precision = HalfPrecision("cpu", wanted)
    assert torch.equal(all_rows(precision, network), network.known)
    assert network.asked == {"full": N, "half": 0}


@pytest.mark.parametrize("wanted", ["int4", 16, ["float16"]])
def test_another_type_is_refused(wanted):
    with pytest.raises(Unsupported, match="float16, bfloat16 or float32"):
        HalfPrecision("cpu", wanted)


def test_batches_come_in_half_precision_and_are_vetted_in_full():
    network = Network(classes=4)
    precision = HalfPrecision("cpu", "bfloat16")
    batches = Batches(budget=500, largest=100, half=precision)
    found = torch.empty(N, 4)
    for places, rows in batches.each([1 + place % 9 for place in range(N)], network.run):
        found[places] = rows
    assert torch.equal(found.argmax(1), network.known.argmax(1))
    assert precision.dtype != FULL
