"""Round numbers along an axis."""

import pytest

from registry.web import axes


def test_it_works():
    found = axes.ticks(0.031, 0.119, lambda share: 100 * share, factor=100, sign=" %")
    assert [tick.word for tick in found] == ["4 %", "6 %", "8 %", "10 %"]
    assert [round(tick.at, 9) for tick in found] == [4, 6, 8, 10]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 2_512_000, ["0", "1,000,000", "2,000,000"]),
        (-0.1, 0.1, ["\u22120.1", "\u22120.05", "0", "0.05", "0.1"]),
        (51.3, 62.7, ["55", "60"]),
        (0.9041, 0.9049, ["0.9042", "0.9044", "0.9046", "0.9048"]),
    ],
)
def test_numbers_are_written_as_short_as_they_are_round(low, high, words):
    assert [tick.word for tick in axes.ticks(low, high, float)] == words


def test_no_axis_has_too_many():
    assert len(axes.round_numbers(0, 1 + 1e-12)) <= 2 * axes.MOST + 1
