"""The tables of marks: networks are kept apart, and a mark that died is called gone."""

import torch

from analysis.watermarks.training import Tuning
from benchmarks.marks_networks import _kept
from benchmarks.marks_table import BEFORE, MARKED, Row, tables
from tests.analysis.watermarks.small import task, trained


def test_a_network_that_was_kept_is_the_same_and_the_first_one_stays(tmp_path):
    before = [weight.clone() for weight in trained(1).parameters()]
    made, again = (
        _kept(tmp_path / "some", trained(1), task()[0], Tuning(5, rate=0.05)) for _ in range(2)
    )
    assert all(map(torch.equal, made.state_dict().values(), again.state_dict().values()))
    assert all(map(torch.equal, before, trained(1).parameters()))
    assert not all(map(torch.equal, before, made.parameters()))


def row(what, matches, p, **more):
    return Row("net", "uchida", what, matches, 32, p=p, **more)


def test_tables_say_what_was_found_and_what_is_gone():
    found = tables(
        [
            row(BEFORE, 15, 0.6, accuracy=0.99, images=5_000),
            row(MARKED, 32, 2e-10, accuracy=0.98, images=5_000, seconds=4.4),
            row("fine-tuned", 16, 0.57),
            row("fine-tuned", 12, 0.94),
            Row("net", "uchida", "another architecture", problem="no layer"),
            row("int8", 32, 2e-10, accuracy=0.97, images=1_000),
            row("pruned, 90%", 20, 0.11, accuracy=0.2, images=1_000),
            Row("net", "frontier", MARKED, problem="Only 3 pictures."),
        ]
    )
    assert "| uchida | 32 | 15 | 32 | 0.0% | 2e-10 | 99.00% → 98.00% | 4 s |" in found
    assert "| uchida | fine-tuned | 2 | 38% to 50% | – | 0.57 to 0.94 | 0 |" in found
    assert "| uchida | another architecture | 1 | made for other layers | | | |" in found
    assert "| int8 | – | 32, p = 2e-10; 97.0% |" in found
    assert "| pruned, 90% | – | 20, **gone**, p = 0.11; 20.0% |" in found
    assert "Only 3 pictures." in found
