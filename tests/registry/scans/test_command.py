"""`manage.py scan`."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.models import Scan, ScanExecution
from tests import factories

pytestmark = pytest.mark.django_db

MAKE = ("create", "weekly", "--select", "/models?q=net", "--check", "claim")


def scan(*arguments):
    out = StringIO()
    call_command("scan", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_works():
    said = scan(*MAKE, "--schedule", "0 3 * * 1", "--max-runs", "9")
    assert said.startswith("weekly  [active]  claim  At 03:00, only on Monday, UTC; next ")
    assert scan("list") == said
    told = json.loads(scan("show", "weekly", "--json"))
    assert (told["selection"], told["max_runs"], told["executions"]) == ("q=net", 9, [])
    assert scan("run", "weekly") == f"Execution {ScanExecution.objects.get().pk} begins."
    assert "is under way already" in scan("run", "weekly")
    assert "0 ended; 0 under way; 0 or more to begin." in scan("show", "weekly")
    assert "Paused" in scan("pause", "weekly")
    assert scan("resume", "weekly") == "It goes on."
    assert json.loads(scan("stop", "weekly", "--json"))["reason"] == "Stopped by command line."
    scan("delete", "weekly")
    assert scan("list") == "No scans."


def test_a_dry_run_shows_the_plan_and_makes_nothing():
    factories.claim(factories.revision(factories.repo("alice/net")))
    factories.listed()
    said = scan(*MAKE, "--dry-run")
    assert (
        said
        == "1 models; about 1 runs, time not known yet, 0 bytes to download, 0.00 for GPU"
        + (" hours.")
    )
    assert json.loads(scan(*MAKE, "--dry-run", "--json"))["runs"] == 1
    assert not Scan.objects.exists()


def test_only_what_is_named_changes():
    scan(*MAKE, "--max-runs", "9", "--max-minutes", "5")
    scan("change", "weekly", "--max-runs", "20", "--no-limit", "max_minutes")
    made = Scan.objects.get()
    assert (made.max_runs, made.max_minutes, made.selection) == (20, None, "q=net")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--schedule", "0 0 31 2 *"), "schedule: The schedule cannot be read: day_of_month"),
        (("--max-runs", "0"), "max_runs: Say a whole number"),
        (("--check", "tarot"), "checks: There is no check “tarot”"),
        (("--max-cost", "nan"), "max_cost: Say an amount above 0"),
        (("--max-cost", "x"), "invalid amount value: 'x'"),
    ],
)
def test_what_cannot_be_is_one_sentence_a_part(arguments, words):
    with pytest.raises(CommandError, match=words):
        scan(*MAKE, *arguments)
    assert not Scan.objects.exists()


@pytest.mark.parametrize("action", ["show", "run", "pause", "resume", "stop", "delete", "change"])
def test_a_scan_that_is_not_there(action):
    with pytest.raises(CommandError, match="There is no scan “nothing”"):
        scan(action, "nothing")
