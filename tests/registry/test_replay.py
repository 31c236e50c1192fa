from typing import Any

import pytest
from django.core.management import CommandError, call_command

from registry import services
from registry.management.commands.replay import asked, compare
from registry.models import Run
from tests import factories

pytestmark = pytest.mark.django_db

DATA = {"order": {"seed": 7}, "rows_used": 898, "revision": "5" * 40}


def finding(**fields):
    told: dict[str, Any] = {"value": 0.9, "n": 1000, "verdict": "confirmed"} | fields
    return factories.finding(**told)


@pytest.mark.parametrize(
    ("second", "answer"),
    [
        ({}, "agrees"),
        ({"value": 0.902}, "agrees"),  # two samples on a boundary
        ({"value": 0.9031}, "disagrees"),
        ({"n": 999}, "disagrees"),
        ({"verdict": "overstated"}, "disagrees"),
        ({"value": None}, "disagrees"),
    ],
)
def test_two_findings_are_held_against_each_other(second, answer):
    other = finding(**second)
    assert compare(finding(), other, other.run)[0] == answer


def test_without_a_second_finding_the_reason_is_told():
    run = factories.run(status=Run.Status.DEAD, reason="The hub is away.")
    assert compare(finding(), None, run) == ("cannot", "The hub is away.")


def test_it_asks_for_the_data_and_the_order_of_the_evidence():
    first = finding(evidence={"data": DATA})
    options = asked(first)
    assert (options["seed"], options["n"], options["dataset_revision"]) == (7, 898, "5" * 40)


def test_each_replay_is_a_run_of_its_own():
    first = finding(evidence={"data": DATA})
    run = first.run
    replays = [
        services.request_run(run.revision, "claim", run.claim, options=asked(first))
        for _ in range(2)
    ]
    assert [is_new for _, is_new in replays] == [True, True]
    assert len({run.pk} | {replay.pk for replay, _ in replays}) == 3


def test_a_run_without_a_finding_cannot_be_repeated():
    with pytest.raises(CommandError, match="has no finding"):
        call_command("replay", str(factories.run().pk))
