"""`manage.py verify` with options of a check; runs themselves are tested with the workers."""

import pytest
from django.core.management import CommandError

from registry.management.commands.verify import _asked
from tests.plugins import installed  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("installed")


def test_it_works():
    given = ["dataset=cifar10", "eps = 8/255", "levels=0.5,0.25", "is_dark=yes", "split="]
    assert _asked(["brightness"], given) == {
        "dataset": "cifar10",
        "eps": 8 / 255,
        "levels": [0.25, 0.5],
        "is_dark": True,
        "split": None,
    }
    assert _asked([], []) == {}


@pytest.mark.parametrize("checks", [[], ["brightness", "claim"], ["nonsense"]])
def test_options_belong_to_one_check(checks):
    with pytest.raises(CommandError, match="name one, and only one"):
        _asked(checks, ["n=5"])


def test_what_is_wrong_is_said():
    with pytest.raises(CommandError, match="n: Say a whole number"):
        _asked(["brightness"], ["n=many"])
