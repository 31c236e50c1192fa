"""The benchmark of attacks: both sides are counted alike, and nothing that is missed holds."""

import pytest
import torch
from torch import nn

from benchmarks import attacks_networks, attacks_worker, p4_attacks
from benchmarks.p4_attacks import SETTINGS, Side
from tests.networks import real_data


def side(**changes):
    turn = {
        "wall_s": 1.0, "cpu_s": 1.0, "forward": 10, "backward": 5,
        "right": [1, 2, 3, 4], "broken": [1, 2], "unconfirmed": [],
    }  # fmt: skip
    return Side([turn | changes])


def test_it_says_what_is_missing_and_yields_no_row(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("ASSAY_REAL_DATA", str(tmp_path))
    assert list(p4_attacks.rows(quick=True)) == []
    assert "ASSAY_REAL_DATA" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ours", "quick", "holds"),
    [
        ({"wall_s": 0.5}, False, True),
        ({"wall_s": 0.6}, False, False),
        ({"wall_s": 0.6}, True, True),
        ({"wall_s": 1.1}, True, False),
        ({"wall_s": 0.1, "broken": [1, 3, 4]}, False, False),  # 2 is missed
        ({"wall_s": 0.1, "broken": [1, 2, 4]}, False, True),  # more is better
        ({"wall_s": 0.1, "unconfirmed": [3]}, False, False),
    ],
)
def test_less_time_holds_only_where_nothing_is_missed(ours, quick, holds):
    row = p4_attacks._wall(SETTINGS[0], "cpu", quick, side(**ours), side())
    assert row.holds is holds
    assert row.details["missed"] == ([2] if "broken" in ours and 2 not in ours["broken"] else [])


def test_passes_are_forward_and_backward_over_all_turns():
    ours, theirs = Side([*side().turns, *side().turns]), side(forward=200, backward=100)
    row = p4_attacks._passes(SETTINGS[0], ours, theirs)
    assert (row.ours, row.reference, row.holds) == (30, 300, True)
    assert not p4_attacks._passes(SETTINGS[0], theirs, ours).holds


def test_what_is_missed_is_added_up_over_the_networks():
    row = p4_attacks._missed([(side(broken=[1, 3, 4]), side()), (side(), side())])
    assert (row.ours, row.reference, row.holds) == (1, 4, False)
    assert row.details["further_confirmed"] == 2
    assert p4_attacks._missed([(side(), side())]).holds
    assert not p4_attacks._missed([(side(unconfirmed=[3]), side())]).holds


def test_passes_are_counted_where_the_network_is_asked():
    counted = attacks_worker.Counted(nn.Sequential(nn.Flatten(), nn.Linear(4, 3)))
    counted.requires_grad_(False)
    images = torch.rand(5, 1, 2, 2)
    counted(images)
    assert (counted.forwards, counted.backwards) == (5, 0)
    images.requires_grad_()
    logits = counted(images)
    torch.autograd.grad(logits[:, 0].sum(), images, retain_graph=True)
    logits.sum().backward()
    assert (counted.forwards, counted.backwards) == (10, 10)


@pytest.mark.real
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.network)
def test_the_networks_answer_as_their_authors_say(setting):
    home = real_data()
    images, labels = attacks_networks.images(home, setting.network, 100, 200)
    assert images.amin() >= 0
    assert images.amax() <= 1
    with torch.no_grad():
        right = attacks_networks.network(home, setting.network)(images).argmax(1) == labels
    assert right.float().mean() > (0.88 if "cifar" in setting.network else 0.97)
