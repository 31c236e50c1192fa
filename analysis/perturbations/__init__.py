"""Small changes of a text that a person reads over, and whether a classifier does.

An attack searches for changes that change the answer; invariances are changes that must not. All
of it is numpy and text: the network is whatever answers texts with logits. ``summary`` is for
outside of the sandbox, where the labels are.
"""

from analysis.perturbations.edits import Edit, excerpts
from analysis.perturbations.invariance import check_invariance
from analysis.perturbations.noise import check_noise
from analysis.perturbations.search import Budget, Ended, Result, attack, attack_each

__all__ = [
    "Budget",
    "Edit",
    "Ended",
    "Result",
    "attack",
    "attack_each",
    "check_invariance",
    "check_noise",
    "excerpts",
]
