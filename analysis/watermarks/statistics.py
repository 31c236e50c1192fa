"""How likely a network that never saw a mark would match it as well as this one does.

A key is an input with an expected answer, or a bit. Networks without the mark match some keys, too,
and not by a known chance: inputs of a key look like one class to all of them, and classes are no
fair coins. So the number of matches is held against three nulls, and the largest p-value counts:

- **control keys**, made like the others; a coin that was tossed before the mark was embedded says
  which they are. To a network that was made without knowledge of that coin both kinds are alike,
  whatever it answers: the p-value is exact (Fisher's test, one-sided);
- **chance**, where it is known: 1/C for labels that were drawn at random, 1/2 for bits;
- **unmarked networks** of the task that were asked the same keys. How far matches of keys exceed
  those of controls varies between them as Student's t does; without controls, the number of matches
  as a beta-binomial variable does, with their mean and variance at the end of their intervals.

Lukas et al. (S&P 2022) found no mark that survives every attack: a network that does not match may
carry the mark nevertheless.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

LEVEL = 1e-3  # after correction
LEAST_NETWORKS = 19
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Tally:
    """Keys that a network matched, of those embedded and of the controls."""

    matches: int
    keys: int
    control_matches: int = 0
    controls: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.matches <= self.keys and 0 <= self.control_matches <= self.controls):
            raise ValueError("A network cannot match more keys than there are.")
        if not self.keys:
            raise ValueError("A mark has at least one key.")

    @property
    def excess(self) -> float:
        """Return by how much the share of keys that match exceeds that of controls."""
        return self.matches / self.keys - self.control_matches / max(self.controls, 1)


@dataclass(frozen=True, slots=True)
class Null:
    """Tallies of networks of the same task that do not carry the mark.

    They may have been asked fewer keys than the network in question.
    """

    tallies: tuple[Tally, ...]

    def __post_init__(self) -> None:
        if len(self.tallies) < LEAST_NETWORKS:
            raise ValueError(f"A null takes at least {LEAST_NETWORKS} networks without the mark.")
        if len({bool(tally.controls) for tally in self.tallies}) > 1:
            raise ValueError("Either all networks were asked controls, or none.")

    def tail(self, tally: Tally) -> float:
        """Return the probability of matching so well or better."""
        if bool(tally.controls) != bool(self.tallies[0].controls):
            raise ValueError("The networks without the mark were asked keys of another kind.")
        return self._by_excess(tally) if tally.controls else self._by_matches(tally)

    def _by_excess(self, tally: Tally) -> float:
        """Predict the excess of a further network by those of the others.

        It varies at least as much as coins do of which so many fall as this network matches.
        """
        excesses = np.array([one.excess for one in self.tallies])
        hits = tally.matches + tally.control_matches
        rate = (hits + 0.5) / (tally.keys + tally.controls + 1)
        coins = rate * (1 - rate) * (1 / tally.keys + 1 / tally.controls)
        n = len(excesses)
        deviation = sqrt(max(float(excesses.var(ddof=1)), coins) * (1 + 1 / n))
        return float(stats.t.sf((tally.excess - excesses.mean()) / deviation, n - 1))

    def _by_matches(self, tally: Tally) -> float:
        rate, spread = self._rate(), self._spread()
        if spread <= 1 / tally.keys:  # no more than coins
            return float(stats.binom.sf(tally.matches - 1, tally.keys, rate))
        size = 1 / spread - 1
        tail = stats.betabinom.sf(tally.matches - 1, tally.keys, rate * size, (1 - rate) * size)
        return float(min(max(tail, 0.0), 1.0))

    def _rate(self) -> float:
        """Return the upper end of an interval for the mean share of matches."""
        n = len(self.tallies)
        # Half a match more on either side, so that networks that match nothing leave a doubt.
        shares = np.array([(one.matches + 0.5) / (one.keys + 1) for one in self.tallies])
        keys = np.mean([one.keys for one in self.tallies])
        deviation = max(float(shares.std(ddof=1)), sqrt(0.25 / keys / n) / 2)
        far = float(stats.t.ppf(_CONFIDENCE, n - 1)) * deviation / sqrt(n)
        return min(float(shares.mean()) + far, 1 - 1e-9)

    def _spread(self) -> float:
        """Return the correlation of two keys of one network, at the end of its interval."""
        n, rate = len(self.tallies), self._rate()
        keys = float(np.mean([one.keys for one in self.tallies]))
        variance = float(np.var([one.matches / one.keys for one in self.tallies], ddof=1))
        variance *= (n - 1) / float(stats.chi2.ppf(1 - _CONFIDENCE, n - 1))
        coins = rate * (1 - rate) / keys
        if keys < 2 or not coins:
            return 0.0
        return min(max((variance / coins - 1) / (keys - 1), 0.0), 1 - 1e-9)


@dataclass(frozen=True, slots=True)
class Ownership:
    """What a tally says: ``p`` is the largest of the others, times the number of marks tried."""

    p: float
    by_controls: float | None
    by_networks: float | None
    by_chance: float | None
    tried: int

    @property
    def carries(self) -> bool:
        """Say whether so many matches cannot be had without the mark, in all likelihood."""
        return self.p <= LEVEL

    @property
    def sentence(self) -> str:
        """Say it in words. No evidence is no proof of the contrary."""
        corrected = f", after {self.tried:,} marks were tried" if self.tried > 1 else ""
        if self.carries:
            return f"The network carries the mark (p = {self.p:.1g}{corrected})."
        return f"No evidence of the mark (p = {self.p:.2g}{corrected})."


def ownership(
    tally: Tally, *, null: Null | None = None, chance: float | None = None, tried: int = 1
) -> Ownership:
    """Judge a tally by all nulls that there are. Raises ValueError where there is none."""
    if tried < 1:
        raise ValueError("At least one mark was tried.")
    by_controls = by_controls_of(tally) if tally.controls else None
    by_networks = null.tail(tally) if null is not None else None
    by_chance = chance_tail(tally.matches, tally.keys, chance) if chance is not None else None
    found = [p for p in (by_controls, by_networks, by_chance) if p is not None]
    if not found:
        raise ValueError("Without controls, networks or a known chance nothing can be said.")
    return Ownership(min(1.0, max(found) * tried), by_controls, by_networks, by_chance, tried)


def by_controls_of(tally: Tally) -> float:
    """Return the probability that so many of all matches fall on keys that were embedded."""
    both = tally.keys + tally.controls
    hits = tally.matches + tally.control_matches
    return float(stats.hypergeom.sf(tally.matches - 1, both, hits, tally.keys))


def chance_tail(matches: int, keys: int, chance: float) -> float:
    """Return the probability that so many of independent keys or more are matched."""
    if not 0 < chance < 1:
        raise ValueError("A chance lies between 0 and 1.")
    return float(stats.binom.sf(matches - 1, keys, chance))


def fewest(keys: int, chance: float, level: float = LEVEL) -> int | None:
    """Return how many matches it takes to reach a level by chance; None where all do not."""
    least = int(stats.binom.isf(level, keys, chance)) + 1
    return least if least <= keys else None


def sorted_hits(found: Sequence[tuple[str, Ownership]]) -> list[tuple[str, Ownership]]:
    """Return names with what was found, the surest first."""
    return sorted(found, key=lambda hit: (hit[1].p, hit[0]))
