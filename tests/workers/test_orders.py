"""The seed of an order: nobody's to know before, the same for all metrics of a commit."""

import stat

import pytest

from analysis.contract import DataRequest
from workers import orders

DATA = DataRequest("measure/noise", "default", "test", "5" * 40)
COMMIT = "a" * 40


def test_it_works(tmp_path):
    seeds = orders.seeds(tmp_path, COMMIT, DATA, {})
    assert seeds == orders.seeds(tmp_path, COMMIT, DATA, {"metric": "other"})
    assert seeds.order != seeds.probe
    assert 0 <= seeds.order < 1 << 53
    path = tmp_path / "keys" / "order.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32


@pytest.mark.parametrize(
    ("commit", "wanted"),
    [
        ("b" * 40, DATA),
        (COMMIT, DataRequest("measure/noise", "default", "test", "6" * 40)),
        (COMMIT, DataRequest("measure/noise", "default", "train", "5" * 40)),
        (COMMIT, DataRequest("measure/noise", "other", "test", "5" * 40)),
        (COMMIT, DataRequest("measure/other", "default", "test", "5" * 40)),
        (COMMIT, None),
    ],
)
def test_another_commit_or_other_data_have_another_order(tmp_path, commit, wanted):
    first = orders.seeds(tmp_path, COMMIT, DATA, {})
    other = orders.seeds(tmp_path, commit, wanted, {})
    assert {first.order, first.probe}.isdisjoint({other.order, other.probe})


def test_another_installation_has_another_order(tmp_path):
    first, other = (orders.seeds(tmp_path / name, COMMIT, DATA, {}) for name in "ab")
    assert first != other


def test_a_replay_names_both(tmp_path):
    seeds = orders.seeds(tmp_path, COMMIT, DATA, {"seed": 7, "probe_seed": 9})
    assert (seeds.order, seeds.probe) == (7, 9)
    assert orders.seeds(tmp_path, COMMIT, DATA, {"seed": 7}).probe != 7
