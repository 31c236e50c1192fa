"""Replays: what is asked for, and how two results are held against each other."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from registry import replaying
from registry.models import Run
from registry.replaying import CannotReplay, Result
from tests import factories

pytestmark = pytest.mark.django_db


def result(**fields):
    told: dict[str, Any] = {
        "verdict": "confirmed", "value": 0.9, "low": 0.88, "high": 0.92, "n": 1000
    }  # fmt: skip
    return Result(**(told | fields))


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
def test_two_results_are_held_against_each_other(second, answer):
    run = factories.run(options={"n": 1000})
    assert replaying.compare(result(), result(**second), run)[0] == answer


@pytest.mark.parametrize(("value", "answer"), [(0.91, "agrees"), (0.5, "disagrees")])
def test_a_run_that_was_certain_a_look_later_agrees_where_the_intervals_do(value, answer):
    run = factories.run(options={"n": 10_000})
    later = result(n=1200, value=value, low=value - 0.02, high=value + 0.02)
    assert replaying.compare(result(), later, run)[0] == answer


def test_without_a_second_result_the_reason_and_the_piece_are_told():
    run = factories.run(status=Run.Status.DEAD, reason="The hub is away.", code="machine")
    told = ("cannot", "The hub is away. (missing: machine)")
    assert replaying.compare(result(), None, run) == told


def test_it_asks_for_files_data_and_order_of_the_evidence():
    evidence = factories.evidence(
        options={"whole": True, "fresh": False, "replay_of": 3}, sandbox={"probe_seed": 11}
    )
    options = replaying.asked(evidence, None)
    assert (options["seed"], options["probe_seed"], options["n"]) == (20_230_514, 11, 10_000)
    assert options["dataset_revision"] == "d" * 40
    assert options["expect"]["files"]["model.safetensors"] == "5b" * 32
    assert options["expect"]["data"]["fingerprint"] == "7e3f2a9c1b5d8e40"
    assert (options["whole"], options["fresh"], options["replay_of"]) == (True, True, None)


def test_a_run_without_a_finding_cannot_be_repeated():
    with pytest.raises(CommandError, match="has no finding"):
        call_command("replay", str(factories.run().pk))


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"check": {"id": "claim", "version": 99}}, "check"),
        ({"check": {"id": "joy", "version": 1}}, "check"),
        ({"subject": {}}, "evidence"),
        ({"subject": {"hub": "http://127.0.0.1:9", "repo": "a/b"}}, "evidence"),
    ],
)
def test_what_is_missing_is_named(change, missing):
    with pytest.raises(CannotReplay) as refused:
        replaying.ask(factories.evidence(**change))
    assert refused.value.missing == missing
