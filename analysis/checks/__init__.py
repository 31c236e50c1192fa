"""The checks, each in a file of its own with its two halves. Listed in ``analysis.catalog``."""

from importlib import import_module

from analysis.catalog import entries
from analysis.contract import Check


def load(check_id: str) -> Check:
    """Import a check by its id, built in or of an installed package.

    Raises KeyError where there is none. The checks themselves import torch only when they probe.
    """
    module, _, name = entries()[check_id].target.partition(":")
    check: Check = getattr(import_module(module), name)()
    return check
