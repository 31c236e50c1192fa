"""The versions: which searches, in which order, with how many runs."""

import pytest

from analysis.attacks.search import Threat
from analysis.attacks.versions import searches_of


@pytest.mark.parametrize(
    ("norm", "version", "classes", "wanted"),
    [
        ("Linf", "standard", 10, "apgd-ce 2x101, apgd-t 9x101, fab-t 9x100, square 1x5001 or more"),
        ("L2", "standard", 1000, "apgd-ce 2x101, apgd-t 9x101, fab-t 9x100, square 1x5001 or more"),
        (
            "L1", "standard", 10,
            "apgd-ce 5x103, apgd-ce-long 3x303, apgd-t 5x103, fab-t 9x100, square 1x5001 or more",
        ),
        ("L2", "standard", 3, "apgd-ce 2x101, apgd-t 2x101, fab-t 2x100, square 1x5001 or more"),
        (
            "Linf", "plus", 10,
            "apgd-ce 5x101, apgd-dlr 5x101, fab 5x100, square 1x5001 or more, apgd-t 9x101, "
            "fab-t 9x100",
        ),
        ("Linf", "rand", 10, "apgd-ce 1x101, apgd-dlr 1x101"),
    ],
)  # fmt: skip
def test_versions_are_those_of_the_paper(norm, version, classes, wanted):
    searches = searches_of(Threat(norm, 0.1, version), classes)
    # Square goes on beyond its 5,000 queries where a break is near.
    found = ", ".join(
        f"{search.name} {search.runs}x"
        + ("5001 or more" if search.name == "square" and search.steps > 5000 else f"{search.steps}")
        for search in searches
    )
    assert found == wanted
    if version == "rand":
        assert all(getattr(search, "draws", 1) == 20 for search in searches)
