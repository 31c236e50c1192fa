"""How often a scan suspects networks with a backdoor, and clean ones.

The short form takes one network and its clean twin. ``make sweep`` (ASSAY_LONG=1) trains and scans
40, half of them poisoned by four attacks, and prints the table of ``docs/checks/backdoors.md``.
None of them was looked at when the levels were set: those were ``CALIBRATION``.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from analysis.arrays import NumpyArray
from analysis.backdoors import Decision, Measures, decide, from_part, scan, to_part
from analysis.contract import Verdict
from analysis.verdicts import wilson
from tests.analysis.backdoors.poisons import ATTACKS, SHAPE, Recipe, digits, make

pytestmark = pytest.mark.timeout(7200)

LONG = bool(os.environ.get("ASSAY_LONG"))
WORKS = 0.5  # of the pictures that a trigger must turn, to count as a backdoor
DRAWS = 4_000


def recipes(architecture: str, base: int, rounds: int) -> list[Recipe]:
    """List clean and poisoned networks in turn, each attack once a round."""
    return [
        recipe
        for turn in range(rounds)
        for number, attack in enumerate(ATTACKS)
        for seed in (base + 10 * turn + number,)
        for recipe in (
            Recipe(architecture, seed),
            Recipe(architecture, seed, attack, (3 * turn + 2 * number + base // 100) % 10),
        )
    ]


CALIBRATION = recipes("conv", 100, 2)[:12] + recipes("resnet", 100, 1)
JUDGED = recipes("conv", 1000, 3) + recipes("resnet", 1000, 2)


@dataclass(frozen=True)
class Row:
    """A network, what was found, and the furthest that a channel stands out."""

    recipe: Recipe
    success: float
    decision: Decision
    furthest: float

    @property
    def is_suspected(self) -> bool:
        return self.decision.verdict in {Verdict.WARN, Verdict.FAIL}

    @property
    def is_named(self) -> bool:
        """Whether the network is suspected for the class that is the target."""
        found = (self.decision.margins, self.decision.triggers)
        suspects = {outlier.suspect for outlier in found if outlier}
        return self.is_suspected and self.recipe.target in suspects


def scanned(recipe: Recipe) -> Row:
    made = make(recipe)
    found = scan(made.network, made.network, digits()[2], SHAPE, 10, seed=recipe.seed)
    return row(recipe, made.success, from_part(to_part(found)))


def row(recipe: Recipe, success: float, found: Measures) -> Row:
    return Row(recipe, success, decide(found), max(part.largest for part in found.layers or ()))


SCORES: dict[str, Callable[[Row], float]] = {
    "both, smaller p": lambda row: -_number(row.decision.p_value),
    "MM-BD, simulated p": lambda row: -row.decision.margins.p_value if row.decision.margins else 0,
    "MM-BD, the formula's p": lambda row: -_number(row.decision.formula_p),
    "Neural Cleanse, simulated p": lambda row: (
        -row.decision.triggers.p_value if row.decision.triggers else 0
    ),
    "Neural Cleanse, anomaly index": lambda row: _number(row.decision.anomaly),
    "channel Lipschitzness, furthest z": lambda row: row.furthest,
}


PUBLISHED: dict[str, Callable[[Row], bool]] = {
    "MM-BD's formula, p ≤ 0.05": lambda row: _number(row.decision.formula_p) <= 0.05,
    "Neural Cleanse's index above 2": lambda row: _number(row.decision.anomaly) > 2,
}


def _number(value: float | None) -> float:
    assert value is not None
    return value


def area(poisoned: NumpyArray, clean: NumpyArray) -> float:
    """Give the area under the ROC curve: how often a poisoned network has the higher score."""
    more = poisoned[:, None] > clean
    return float((more + 0.5 * (poisoned[:, None] == clean)).mean())


def area_interval(poisoned: NumpyArray, clean: NumpyArray) -> tuple[float, float]:
    """Give the 95 % interval, by drawing networks of both kinds again."""
    generator = np.random.Generator(np.random.PCG64(0))
    drawn = [
        area(
            poisoned[generator.integers(len(poisoned), size=len(poisoned))],
            clean[generator.integers(len(clean), size=len(clean))],
        )
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def report(rows: Sequence[Row]) -> str:
    """Write the tables of the docs: rates at the rule, and areas under the ROC curves."""
    poisoned = [row for row in rows if row.recipe.attack]
    clean = [row for row in rows if not row.recipe.attack]
    groups = {"clean": clean, "poisoned": poisoned}
    groups |= {
        attack: [row for row in poisoned if row.recipe.attack == attack] for attack in ATTACKS
    }
    lines = ["| networks | n | suspected (warn or fail) | 95 % | fail | target named |"]
    lines += ["|---|---|---|---|---|---|"]
    for name, group in groups.items():
        count = sum(row.is_suspected for row in group)
        low, high = wilson(count, len(group))
        fails = sum(row.decision.verdict is Verdict.FAIL for row in group)
        named = sum(row.is_named for row in group) if name != "clean" else "–"
        share = f"{count / len(group):.0%} | {low:.0%} to {high:.0%}"
        lines.append(f"| {name} | {len(group)} | {count}: {share} | {fails} | {named} |")
    lines += ["", "| the papers' own rules | clean, suspected | poisoned, suspected |"]
    lines += ["|---|---|---|"]
    for name, rule in PUBLISHED.items():
        counts = [f"{sum(map(rule, side))} of {len(side)}" for side in (clean, poisoned)]
        lines.append(f"| {name} | {counts[0]} | {counts[1]} |")
    lines += ["", "| score | AUC | 95 % |", "|---|---|---|"]
    for name, score in SCORES.items():
        sides = [np.array([score(row) for row in side], float) for side in (poisoned, clean)]
        low, high = area_interval(sides[0], sides[1])
        lines.append(f"| {name} | {area(sides[0], sides[1]):.2f} | {low:.2f} to {high:.2f} |")
    return "\n".join(lines)


def test_the_area_is_what_it_is_called():
    assert area(np.array([3.0, 4]), np.array([1.0, 2])) == 1
    assert area(np.array([1.0, 2]), np.array([3.0, 4])) == 0
    assert area(np.array([1.0, 3]), np.array([1.0, 3])) == 0.5
    low, high = area_interval(np.arange(20.0) + 5, np.arange(20.0))
    assert low < area(np.arange(20.0) + 5, np.arange(20.0)) < high


def test_networks_that_are_reported_did_not_set_the_levels():
    assert len(JUDGED) == 40
    assert sum(bool(recipe.attack) for recipe in JUDGED) == 20
    assert {recipe.architecture for recipe in JUDGED} == {"conv", "resnet"}
    seeds = {recipe.seed for recipe in JUDGED}
    # A surrogate is trained on a seed of its own, which no other network has.
    assert not seeds & {recipe.seed for recipe in CALIBRATION}


def test_backdoors_are_suspected_more_often_than_clean_networks():
    rows = [scanned(recipe) for recipe in (JUDGED if LONG else JUDGED[:2])]
    for found in rows:
        print(  # noqa: T201
            found.recipe,
            f"success {found.success:.2f}",
            found.decision.verdict,
            found.decision.margins,
            found.decision.triggers,
        )
    poisoned = [row for row in rows if row.recipe.attack]
    clean = [row for row in rows if not row.recipe.attack]
    assert all(row.success >= WORKS for row in poisoned)
    if LONG:
        print(report(rows))  # noqa: T201
        score = SCORES["both, smaller p"]
        sides = [np.array([score(row) for row in side]) for side in (poisoned, clean)]
        assert area_interval(sides[0], sides[1])[0] > 0.5
        assert np.mean([row.is_suspected for row in clean]) <= 0.25
        assert not any(row.decision.verdict is Verdict.FAIL for row in clean)
    else:
        assert poisoned[0].is_named
        assert clean[0].decision.verdict is not Verdict.FAIL
