"""What matches prove: published values, and no false claim more often than is said."""

import numpy as np
import pytest
from scipy import stats

from analysis.verdicts import wilson
from analysis.watermarks.statistics import (
    LEAST_NETWORKS,
    Null,
    Tally,
    by_controls_of,
    chance_tail,
    fewest,
    ownership,
    sorted_hits,
)


def tallies(matches):
    return tuple(Tally(each, 64) for each in matches)


@pytest.mark.parametrize(
    ("matches", "keys", "chance", "p"),
    [(20, 20, 0.5, 9.5e-7), (40, 50, 0.5, 1.2e-5), (22, 100, 0.1, 3.1e-4), (24, 100, 0.1, 4.0e-5)],
)
def test_known_chances_give_known_values(matches, keys, chance, p):
    assert chance_tail(matches, keys, chance) == pytest.approx(p, rel=0.05)


@pytest.mark.parametrize(
    ("keys", "chance", "thousandth", "millionth"),
    [(50, 0.5, 37, 42), (100, 0.5, 66, 74), (200, 0.5, 123, 134), (100, 0.1, 21, 28)],
)
def test_so_many_matches_it_takes(keys, chance, thousandth, millionth):
    assert (fewest(keys, chance, 1e-3), fewest(keys, chance, 1e-6)) == (thousandth, millionth)


def test_few_keys_prove_nothing():
    assert fewest(5, 0.5) is None
    assert not ownership(Tally(5, 5), chance=0.5).carries


def test_controls_are_fishers_exact_test():
    tally = Tally(18, 20, 3, 24)
    table = [[18, 2], [3, 21]]
    assert by_controls_of(tally) == pytest.approx(stats.fisher_exact(table, "greater").pvalue)


@pytest.mark.parametrize("rate", [0.02, 0.3, 0.5, 0.97])
def test_controls_hold_their_level_whatever_a_network_answers(rate):
    """Keys of a network are as alike as can be: a third of them are answered as one."""
    random = np.random.default_rng(int(1000 * rate))
    found = []
    for _ in range(2_000):
        answers = random.random(96) < rate
        answers[:32] = random.random() < rate
        random.shuffle(answers)  # the coin
        found.append(
            by_controls_of(Tally(int(answers[:48].sum()), 48, int(answers[48:].sum()), 48))
        )
    for level in (0.05, 0.01):
        assert wilson(sum(p <= level for p in found), len(found))[0] <= level


@pytest.mark.parametrize("spread", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("rate", [0.1, 0.5])
@pytest.mark.parametrize("networks", [LEAST_NETWORKS, 60])
def test_networks_hold_their_level_where_they_differ_more_than_coins(rate, spread, networks):
    random = np.random.default_rng(7)

    def drawn(count):
        if not spread:
            return random.binomial(64, rate, count)
        size = 1 / spread - 1
        return random.binomial(64, random.beta(rate * size, (1 - rate) * size, count))

    found = [
        Null(tallies(drawn(networks).tolist())).tail(Tally(int(drawn(1)[0]), 64))
        for _ in range(1_000)
    ]
    for level in (0.05, 0.01):
        assert wilson(sum(p <= level for p in found), len(found))[0] <= level


@pytest.mark.parametrize("rate", [0.02, 0.5, 0.95])
@pytest.mark.parametrize("asked", [8, 32])
def test_an_excess_over_controls_holds_its_level(rate, asked):
    """Networks that differ in how many keys of either kind they match; others were asked fewer."""
    random = np.random.default_rng(int(100 * rate) + asked)

    def drawn(keys, count):
        own = random.beta(rate * 8, (1 - rate) * 8, count)
        return [
            Tally(int(a), keys, int(b), keys)
            for a, b in zip(random.binomial(keys, own), random.binomial(keys, own), strict=True)
        ]

    found = [Null(tuple(drawn(asked, 20))).tail(drawn(32, 1)[0]) for _ in range(1_000)]
    for level in (0.05, 0.01):
        assert wilson(sum(p <= level for p in found), len(found))[0] <= level


def test_a_mark_that_is_there_is_found():
    random = np.random.default_rng(0)
    null = Null(tuple(Tally(int(m), 64, int(m), 64) for m in random.binomial(64, 0.9, 20)))
    found = ownership(Tally(63, 64, 5, 64), null=null)
    assert found.carries
    assert found.p == max(found.by_controls or 0, found.by_networks or 0)
    assert found.sentence.startswith("The network carries the mark (p = ")


def test_networks_that_answer_keys_and_controls_alike_carry_nothing():
    """One that was trained by itself answers both rightly."""
    null = Null(tuple(Tally(64, 64, 64 - each % 3, 64) for each in range(20)))
    assert ownership(Tally(64, 64, 62, 64), null=null).p > 0.05
    assert ownership(Tally(64, 64, 2, 64), null=null).carries


def test_the_largest_p_counts_and_each_mark_that_was_tried():
    null = Null(tallies([40] * 10 + [50] * 10))
    found = ownership(Tally(60, 64), null=null, chance=0.5)
    assert found.by_networks is not None
    assert found.by_chance is not None
    assert found.by_networks > found.by_chance
    assert found.p == found.by_networks
    often = ownership(Tally(20, 20), chance=0.5, tried=100)
    assert often.p == pytest.approx(100 * 0.5**20)
    assert "after 100 marks were tried" in often.sentence
    assert ownership(Tally(3, 20), chance=0.5, tried=100).p == 1


def test_no_match_is_no_evidence_and_no_proof_of_the_contrary():
    found = ownership(Tally(0, 50), chance=0.5)
    assert found.p == 1
    assert found.sentence == "No evidence of the mark (p = 1)."


def test_networks_that_all_match_nothing_leave_a_doubt():
    null = Null(tallies([0] * LEAST_NETWORKS))
    assert 0 < null.tail(Tally(64, 64)) < 1e-6
    assert null.tail(Tally(3, 64)) > 1e-3
    null = Null(tuple(Tally(0, 64, 0, 64) for _ in range(LEAST_NETWORKS)))
    assert 0 < null.tail(Tally(64, 64, 0, 64)) < 1e-6
    assert null.tail(Tally(2, 64, 0, 64)) > 1e-3


def test_hits_come_with_the_surest_first():
    sure, unsure = (ownership(Tally(n, 20), chance=0.5) for n in (20, 12))
    hits = sorted_hits([("b", unsure), ("c", sure), ("a", sure)])
    assert [name for name, _ in hits] == ["a", "c", "b"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Tally(5, 4), "more keys than there are"),
        (lambda: Tally(0, 0), "at least one key"),
        (lambda: Null((Tally(1, 10),) * 5), "at least 19 networks"),
        (lambda: Null((Tally(1, 10),) * 19 + (Tally(1, 10, 1, 2),)), "or none"),
        (lambda: ownership(Tally(1, 4)), "nothing can be said"),
        (lambda: ownership(Tally(1, 4), chance=0.5, tried=0), "At least one mark"),
        (lambda: Null((Tally(1, 10),) * 20).tail(Tally(1, 4, 0, 4)), "another kind"),
        (lambda: ownership(Tally(1, 4), chance=1.0), "between 0 and 1"),
    ],
)
def test_what_makes_no_sense_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
