"""What searches ask in the network's place. Whatever it says, breaks are the network's own."""

from analysis.attacks.engine import attack
from analysis.attacks.search import Threat
from tests.analysis.attacks.cases import EPS, assert_breaks_hold, short, small_case
from tests.analysis.attacks.networks import Counting, Small


def test_searches_may_ask_a_copy_and_breaks_are_the_networks_own():
    small, pixels, labels, ids = small_case()
    network, copied = Counting(small), Counting(Small(5, scale=6.001))
    threat = Threat("Linf", EPS["Linf"])
    outcome = attack(network, pixels, labels, ids, threat, searches=short(threat), fast=copied)
    n_broken = int((~outcome.robust).sum())
    assert 4 <= n_broken <= 20
    assert (network.forward, network.backward) == (24 + n_broken, 0)
    assert copied.backward > 24
    assert_breaks_hold(outcome, small, pixels, labels, threat)
    # A copy that is another network finds points that hold nothing.
    other = attack(
        lambda batch: small(batch.round()), pixels, labels, ids, Threat("Linf", 1e-4),
        searches=short(threat), fast=lambda batch: -small(batch),
    )  # fmt: skip
    assert (other.broken_by == -1).all()


def test_in_lower_precision_breaks_are_still_the_networks_own():
    small, pixels, labels, ids = small_case()
    threat = Threat("Linf", EPS["Linf"])
    found, exact = (
        attack(
            small, pixels, labels, ids, threat, searches=short(threat), precision=precision
        )
        for precision in ("bfloat16", "float32")
    )  # fmt: skip
    assert 4 <= int((~found.robust).sum()) <= 20
    assert int((found.robust != exact.robust).sum()) <= 2
    assert_breaks_hold(found, small, pixels, labels, threat)
