"""Which searches make up a version of AutoAttack, and in which order (Croce and Hein, ICML 2020).

The standard version has one run of APGD more than the paper's, which in Linf begins at a corner of
the ball: of 182 images of a network trained against attacks that stood both of its attacks with
APGD it broke one that no other start broke. In L1 it has three runs of 300 iterations more: an
image that was broken by 7 of 12 draws of the paper's runs was broken by 11 of 12 draws of two such
runs.

A network with fewer classes than a version has targets is led to all of its other classes.
"""

from analysis.attacks.apgd import ApgdCe, ApgdDlr, ApgdT, LongApgdCe
from analysis.attacks.fab import Fab, TargetedFab
from analysis.attacks.search import Search, Threat
from analysis.attacks.square import Square

_STANDARD_RESTARTS = 2
_RESTARTS, _TARGETS, _TARGETS_L1 = 5, 9, 5
_LONG_RESTARTS, _LONG = 3, 300  # in L1
_DRAWS = 20  # of a randomised network, a point


def searches_of(threat: Threat, classes: int) -> list[Search]:
    """Return the searches of a threat's version for a network with so many classes."""
    in_l1 = threat.norm == "L1"
    if threat.version == "rand":
        return [ApgdCe(threat, draws=_DRAWS), ApgdDlr(threat, draws=_DRAWS)]
    if threat.version == "plus":
        return [
            ApgdCe(threat, runs=_RESTARTS),
            ApgdDlr(threat, runs=_RESTARTS),
            Fab(threat),
            Square(threat),
            ApgdT(threat, runs=min(_TARGETS, classes - 1)),
            TargetedFab(threat, classes),
        ]
    targets = min(_TARGETS_L1 if in_l1 else _TARGETS, classes - 1)
    longer = [LongApgdCe(threat, runs=_LONG_RESTARTS, iterations=_LONG, large_first=True)]
    return [
        ApgdCe(threat, runs=_RESTARTS if in_l1 else _STANDARD_RESTARTS, large_first=in_l1),
        *(longer if in_l1 else []),
        ApgdT(threat, runs=targets, large_first=in_l1),
        TargetedFab(threat, classes),
        Square(threat),
    ]
