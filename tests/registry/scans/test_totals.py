"""The difference between two executions."""

import pytest

from registry.models import Claim, Finding, Run, ScanExecution, ScanItem
from registry.scans import totals
from tests import factories

pytestmark = pytest.mark.django_db

Verdict = Finding.Verdict


def measured(execution, claim, verdict):
    run = factories.finding(claim, verdict=verdict).run
    return factories.scan_item(execution, run, outcome=ScanItem.Outcome.MEASURED)


@pytest.fixture
def two():
    scan = factories.scan()
    before = factories.execution(scan, state=ScanExecution.State.DONE, repos=9, is_planned=True)
    return before, factories.execution(scan, is_planned=True, repos=9)


def again(claim):
    """The same claim at a newer commit of its repo."""
    newer = factories.revision(claim.revision.repo, sha=factories.sha())
    return factories.claim(newer, key=claim.key)


def test_it_works(two):
    before, now = two
    same, changed, gone, new = (factories.claim() for _ in range(4))
    for claim in (same, changed, gone):
        measured(before, claim, Verdict.CONFIRMED)
    measured(now, again(same), Verdict.CONFIRMED)
    measured(now, again(changed), Verdict.OVERSTATED)
    measured(now, new, Verdict.UNDERSTATED)
    told = totals.difference(now)
    assert told["against"] == before.pk
    assert told["counts"] == {"changed": 1, "new": 1, "vanished": 1, "same": 1}
    rows = {row["kind"]: row for row in told["rows"]}
    assert set(rows) == {"changed", "new", "vanished"}
    assert (rows["changed"]["before"], rows["changed"]["after"]) == ("confirmed", "overstated")
    assert rows["changed"]["repo"] == changed.revision.repo.name
    assert rows["vanished"]["after_run"] is None
    assert rows["new"]["metric"] == "Accuracy"


@pytest.mark.parametrize("outcome", ["planned", "sent"])
def test_what_was_not_come_to_has_not_vanished(two, outcome):
    before, now = two
    claim = factories.claim()
    measured(before, claim, Verdict.CONFIRMED)
    factories.scan_item(now, factories.run(claim), outcome=outcome)
    assert totals.difference(now)["counts"]["vanished"] == 0


def test_what_lies_beyond_the_cursor_has_not_vanished(two):
    before, now = two
    claims = [factories.claim() for _ in range(2)]
    for claim in claims:
        measured(before, claim, Verdict.CONFIRMED)
    now.is_planned, now.cursor = False, claims[0].revision.repo_id
    told = totals.difference(now)
    assert [row["repo_id"] for row in told["rows"]] == [claims[0].revision.repo_id]


def test_what_could_not_be_measured_this_time_has_vanished(two):
    before, now = two
    claim = factories.claim()
    measured(before, claim, Verdict.CONFIRMED)
    run = factories.run(claim, status=Run.Status.DEAD)
    factories.scan_item(now, run, outcome=ScanItem.Outcome.DEAD)
    assert totals.difference(now)["counts"]["vanished"] == 1


def test_rows_are_bounded_and_counts_are_not(two, monkeypatch):
    monkeypatch.setattr(totals, "SHOWN", 2)
    before, now = two
    measured(before, factories.claim(), Verdict.CONFIRMED)
    for _ in range(5):
        measured(now, factories.claim(), Verdict.CONFIRMED)
    told = totals.difference(now)
    assert told["counts"]["new"] == 5
    assert len(told["rows"]) == 2


def test_executions_without_a_result_are_passed_over(two):
    before, now = two
    factories.execution(before.scan, state=ScanExecution.State.MISSED)
    factories.execution(before.scan, state=ScanExecution.State.STOPPED)  # it planned nothing
    ScanExecution.objects.filter(pk=now.pk).delete()
    later = factories.execution(before.scan, repos=1)
    assert totals.difference(later)["against"] == before.pk


def test_the_first_execution_has_no_difference():
    assert totals.difference(factories.execution(repos=1)) == {}


def test_text_of_claims_is_bounded(two):
    before, now = two
    measured(before, factories.claim(), Verdict.CONFIRMED)
    claim = factories.claim()
    Claim.objects.filter(pk=claim.pk).update(metric_name="x" * 200, dataset_name="y" * 300)
    measured(now, claim, Verdict.CONFIRMED)
    row = next(row for row in totals.difference(now)["rows"] if row["kind"] == "new")
    assert (len(row["metric"]), len(row["dataset"])) == (200, 200)
