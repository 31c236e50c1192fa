"""Where the mirror stands."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.timezone import now

from registry.hub.status import allowances, public_problems, status, wait_for
from registry.models import BudgetWindow, Errand, Sync, SyncProblem
from tests import factories

pytestmark = pytest.mark.django_db


def sync(**fields):
    defaults = {"hub": factories.hub(), "started_at": now() - timedelta(seconds=100)}
    return Sync.objects.create(**(defaults | fields))


def window(**fields):
    at = now()
    defaults = {
        "origin": "https://hub.example",
        "identity": "anonymous",
        "bucket": "api",
        "quota": 500,
        "length_s": 300.0,
        "ends_at": at + timedelta(seconds=150),
        "blocked_until": at - timedelta(days=1),
        "granted": 100,
        "changed_at": at,
    }
    return BudgetWindow.objects.create(**(defaults | fields))


def test_an_empty_mirror_says_so():
    found = status()
    assert (found.passes, found.running, found.budget, found.errands.total) == ([], [], [], 0)


def test_a_pass_that_runs_has_a_rate_and_an_end():
    sync(status="done", seen=5000, finished_at=now())
    sync(seen=1000)
    (one,) = status().running
    assert one.rate == pytest.approx(10, rel=0.1)
    assert one.expected == 5000
    assert one.ends_at is not None
    assert (one.ends_at - now()).total_seconds() == pytest.approx(400, rel=0.1)
    assert len(status().passes) == 2


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"limit": 40}, 40), ({"kind": "recent"}, None), ({}, None)],
)
def test_what_is_not_known_has_no_end(fields, expected):
    sync(seen=0, **fields)
    (one,) = status().running
    assert one.expected == expected
    assert one.ends_at is None


def test_the_work_list_by_reason_and_when_the_budget_has_served_it():
    for reason in ("asked", "new", "new"):
        Errand.objects.create(repo=factories.repo(), reason=reason, wanted_at=now())
    assert status().errands.ends_at is None
    window(quota=12, length_s=60.0)
    found = status().errands
    assert {name: count for name, count in found.reasons.items() if count} == {"asked": 1, "new": 2}
    assert found.total == 3
    seconds = 3 * 4 / (12 * 0.98 / 60)
    assert found.ends_at is not None
    assert (found.ends_at - now()).total_seconds() == pytest.approx(seconds, abs=3)


def test_what_is_left_of_a_window():
    window(others=20, previous=480)
    (one,) = allowances()
    assert one.left == 500 - 10 - 20 - 1 - 100
    assert one.until is not None
    assert one.rate == pytest.approx(580 / 450 * 60, rel=0.05)


def test_a_window_that_is_over_is_whole_again():
    at = now()
    window(ends_at=at - timedelta(seconds=1), granted=490)
    (one,) = allowances()
    assert (one.left, one.until) == (490, None)
    BudgetWindow.objects.update(ends_at=at - timedelta(days=1))
    assert allowances()[0].rate == 0


def test_how_long_to_wait():
    assert wait_for("https://hub.example", "anonymous", "api") == timedelta()
    window(granted=490)
    assert timedelta(seconds=140) < wait_for("https://hub.example", "anonymous", "api")
    BudgetWindow.objects.update(granted=0)
    assert wait_for("https://hub.example", "anonymous", "api") == timedelta()
    BudgetWindow.objects.update(blocked_until=now() + timedelta(seconds=30))
    assert timedelta(seconds=25) < wait_for("https://hub.example", "anonymous", "api")


def test_a_window_without_a_quota():
    window(quota=None, ends_at="1970-01-01T00:00:00Z")
    (one,) = allowances()
    assert (one.left, one.until) == (None, None)


def test_problems_of_private_repos_are_left_out():
    secret = factories.repo("alice/secret", is_private=True)
    factories.repo("alice/open")
    one = sync()
    for name in ("alice/secret", "alice/open", ""):
        SyncProblem.objects.create(sync=one, repo_name=name, stage="card", reason="r", at=now())
    assert {problem.repo_name for problem in public_problems()} == {"alice/open", ""}
    assert secret.is_private


def test_the_command():
    def run(*words):
        out = StringIO()
        call_command("budget", *words, stdout=out)
        return out.getvalue()

    assert "No hub" in run()
    assert json.loads(run("--json")) == []
    window(identity="token-0123456789abcdef", refused=3)
    printed = run()
    assert "390 of 500 left until" in printed
    assert "3 refused" in printed
    assert "0123456789abcdef" not in printed
    assert json.loads(run("--json"))[0]["left"] == 390
