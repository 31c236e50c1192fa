"""Executions: planned in chunks, sent through a window, counted, ended within their budget."""

from datetime import timedelta

import pytest

from registry import services
from registry.models import Repo, Run, Scan, ScanExecution, ScanItem
from registry.scans import control, engine, planning
from tests import factories

pytestmark = pytest.mark.django_db

Outcome, State = ScanItem.Outcome, ScanExecution.State


def claims(number, **fields):
    """Make repos with one claim each."""
    return [factories.claim(factories.revision(factories.repo(**fields))) for _ in range(number)]


def end(*runs, seconds=60, status=Run.Status.DONE, size=1_000, **fields):
    """Let runs end as a worker would."""
    for run in runs or Run.objects.filter(status=Run.Status.QUEUED):
        finished = factories.NOON + timedelta(seconds=seconds)
        ended = {"status": status, "started_at": factories.NOON, "finished_at": finished}
        Run.objects.filter(pk=run.pk).update(**(ended | fields))
        if status == Run.Status.DONE:
            files = {"files": [{"path": "model.safetensors", "size": size, "sha256": "5b" * 32}]}
            evidence = factories.evidence(subject=files)
            factories.finding(Run.objects.get(pk=run.pk), evidence=evidence)


def carry(execution, ticks=1):
    for _ in range(ticks):
        assert engine.tick().faults == 0
    execution.refresh_from_db()
    return execution


def begin(scan=None, **fields):
    factories.listed()
    return control.run_now(scan or factories.scan(**fields), "alice")[0]


def test_it_works():
    made = claims(3)
    execution = carry(begin())
    runs = Run.objects.order_by("pk")
    assert (execution.state, execution.selected, execution.repos) == (State.RUNNING, 3, 3)
    assert [run.claim for run in runs] == made
    assert {run.requested_by for run in runs} == {f"scan {execution.scan.name}"}
    assert execution.counts == {"planned": 0, "sent": 3}
    end()
    carry(execution)
    assert execution.state == State.DONE
    assert execution.finished_at is not None
    assert execution.counts["measured"] == 3
    assert execution.totals == {
        "repos": 3,
        "runs": 3,
        "measuring_s": 180.0,
        "gpu_s": 0.0,
        "bytes": 3_000,
        "cost": "0.00",
        "outcomes": {"measured": 3},
        "verdicts": {"confirmed": 3},
    }
    assert execution.difference == {}


def test_no_more_runs_are_under_way_than_the_window():
    claims(7)
    execution = begin(window=3)
    carry(execution, 3)
    assert Run.objects.count() == 3
    assert execution.counts == {"planned": 4, "sent": 3}
    end(Run.objects.first())
    carry(execution)
    assert Run.objects.count() == 4
    for _ in range(4):
        end()
        carry(execution)
    assert (execution.state, Run.objects.count()) == (State.DONE, 7)


def test_a_large_selection_is_planned_in_chunks_and_not_far_ahead(monkeypatch):
    monkeypatch.setattr(planning, "CHUNK", 4)
    monkeypatch.setattr(planning, "AHEAD", 6)
    claims(20)
    execution = carry(begin(window=2))
    assert (execution.repos, ScanItem.objects.count()) == (4, 4)
    carry(execution, 5)
    assert execution.repos == 8
    assert not execution.is_planned
    while execution.state != State.DONE:
        end()
        carry(execution)
    assert (Run.objects.count(), execution.counts["measured"], execution.repos) == (20, 20, 20)


def test_a_number_of_repos_bounds_the_selection():
    claims(5)
    execution = carry(begin(max_repos=2))
    assert (execution.selected, execution.repos, Run.objects.count()) == (2, 2, 2)


def test_the_budget_of_runs_is_a_plain_end_and_raised_it_goes_on():
    claims(7)
    scan = factories.scan(max_runs=4)
    execution = begin(scan)
    carry(execution)
    end()
    carry(execution)
    assert (execution.state, execution.code) == (State.STOPPED, "budget")
    assert execution.reason == "Stopped at its budget of 4 runs; 3 were not begun."
    assert execution.totals["runs"] == 4
    Scan.objects.update(max_runs=6)
    control.resume(scan)
    carry(execution)
    end()
    carry(execution)
    assert execution.reason == "Stopped at its budget of 6 runs; 1 was not begun."
    Scan.objects.update(max_runs=None)
    control.resume(scan)
    carry(execution)
    end()
    carry(execution)
    assert (execution.state, execution.reason, Run.objects.count()) == (State.DONE, "", 7)
    assert execution.totals["runs"] == 7


def test_the_budget_of_minutes_expects_what_earlier_runs_took():
    for seconds in (50, 60, 900):
        earlier = factories.revision(factories.repo(f"bob/earlier-{seconds}"))
        end(factories.run(factories.claim(earlier)), seconds=seconds)
    made = claims(5)
    execution = carry(begin(max_minutes=3, max_runs=None, selection="q=net"))
    asked = Run.objects.filter(claim__in=made)
    assert asked.count() == 3  # 60 s each
    end(*asked.all(), seconds=30)
    carry(execution)
    assert asked.count() == 5  # they took less than was expected
    end(*asked.filter(status="queued"), seconds=30)
    carry(execution)
    assert (execution.state, execution.spent_s) == (State.DONE, 150)


def test_a_time_that_nobody_knows_is_found_out_with_one_run():
    claims(4)
    execution = carry(begin(max_minutes=2, max_runs=None, max_repos=9), 2)
    assert Run.objects.count() == 1
    end(seconds=50)
    carry(execution)
    assert Run.objects.count() == 2  # 50 s spent, and two more of 50 s would not fit
    end(seconds=80)
    carry(execution)
    assert execution.reason == "Stopped at its budget of 2 minutes of measuring; 2 were not begun."


def test_the_budget_of_bytes_is_kept_and_one_repo_that_is_too_large_is_left_out():
    sizes = (400, 5_000, 500, 300)
    for claim, size in zip(claims(4), sizes, strict=True):
        factories.file(claim.revision, size=size)
        factories.file(claim.revision, "pytorch_model.bin", size=10**9)
        factories.file(claim.revision, "onnx/model.onnx", size=10**9)
    execution = carry(begin(max_bytes=1_000))
    assert execution.counts == {"planned": 1, "sent": 2, "refused": 1}
    refused = ScanItem.objects.get(outcome=Outcome.REFUSED)
    assert refused.reason == "It alone has 5,000 bytes to download, more than the budget."
    for run, size in zip(Run.objects.order_by("pk"), (400, 500), strict=True):
        end(run, size=size)
    carry(execution)
    assert execution.reason == "Stopped at its budget of 1,000 bytes to download; 1 was not begun."


def test_files_that_several_runs_of_a_repo_read_are_counted_once():
    revision = factories.revision()
    for _ in range(3):
        factories.claim(revision)
    factories.file(revision, size=700)
    execution = carry(begin())
    assert sorted(ScanItem.objects.values_list("expected_bytes", flat=True)) == [0, 0, 700]
    first, *others = Run.objects.order_by("pk")
    end(first)
    carry(execution)
    end(*others)
    carry(execution)
    assert execution.spent_bytes == execution.totals["bytes"] == 1_000


def test_a_run_that_was_given_up_counts_the_bytes_that_were_expected():
    claim = claims(1)[0]
    factories.file(claim.revision, size=700)
    execution = carry(begin())
    end(status=Run.Status.DEAD, code="memory", reason="Too big.")
    carry(execution)
    assert execution.spent_bytes == 700
    assert ScanItem.objects.get().reason == "Too big."


def test_money_is_spent_on_accelerators_only():
    made = claims(2)
    execution = carry(begin(gpu_hour_price="3.60", max_cost="10"))
    for claim, queue in zip(made, ("gpu", "cpu"), strict=True):
        run = Run.objects.filter(claim=claim)
        if run:
            run.update(queue=queue)
    while execution.state != State.DONE:
        end(seconds=1_000)
        carry(execution)
    assert execution.totals["cost"] == "1.00"
    assert execution.totals["gpu_s"] == 1_000


def test_a_finding_that_is_there_costs_nothing():
    claim = claims(1)[0]
    run, _ = services.request_run(claim.revision, "claim", claim)
    end(run)
    execution = carry(begin(max_runs=1))
    assert (execution.state, execution.counts["reused"], execution.begun) == (State.DONE, 1, 0)
    assert execution.totals["measuring_s"] == 0
    assert execution.totals["verdicts"] == {"confirmed": 1}


def test_a_run_of_somebody_else_is_joined_and_not_paid_for():
    claim = claims(1)[0]
    run, _ = services.request_run(claim.revision, "claim", claim, requested_by="bob")
    execution = carry(begin(window=1))
    assert ScanItem.objects.get().run == run
    assert Run.objects.get().requested_by == "bob"
    end(run)
    carry(execution)
    assert (execution.state, execution.begun, execution.spent_s) == (State.DONE, 0, 0)
    assert execution.counts["reused"] == 1


def test_what_could_not_be_measured_is_asked_again_and_says_why():
    claim = claims(1)[0]
    run, _ = services.request_run(claim.revision, "claim", claim)
    end(run, status=Run.Status.UNSUPPORTED, code="split", reason="No such split.")
    execution = carry(begin())
    run.refresh_from_db()
    assert run.status == Run.Status.QUEUED
    end(run, status=Run.Status.UNSUPPORTED, code="split", reason="No such split.")
    carry(execution)
    item = ScanItem.objects.get()
    assert (execution.state, item.outcome) == (State.DONE, Outcome.UNSUPPORTED)
    assert item.reason == "No such split."


def test_what_cannot_be_asked_for_is_named():
    factories.repo(head_sha="")
    factories.revision()
    execution = carry(begin(checks=["claim", "tarot"]))
    reasons = ScanItem.objects.values_list("reason", flat=True)
    assert execution.state == State.DONE
    assert sorted(reasons) == sorted(
        [
            planning.NOT_MIRRORED,
            planning.CLAIMS_NOTHING,
            planning.NO_SUCH_CHECK,
            planning.NO_SUCH_CHECK,
        ]
    )


@pytest.mark.parametrize("change", [{"state": Repo.State.GONE}, {"is_private": True}])
def test_a_repo_that_goes_after_it_was_planned_is_named(change):
    claims(2)
    execution = carry(begin(window=1))
    Repo.objects.filter(pk=Repo.objects.latest("pk").pk).update(**change)
    end()
    carry(execution, 2)
    assert (execution.state, execution.counts["refused"]) == (State.DONE, 1)
    assert ScanItem.objects.get(outcome="refused").reason == "The hub does not have it any more."


def test_a_new_commit_after_planning_is_named():
    claims(2)
    execution = carry(begin(window=1))
    last = Repo.objects.latest("pk")
    factories.revision(last, sha="f" * 40)
    Repo.objects.filter(pk=last.pk).update(head_sha="f" * 40)
    end()
    carry(execution, 2)
    assert "newer commit" in ScanItem.objects.get(outcome="refused").reason


def test_a_repo_that_is_deleted_while_it_is_measured_loses_nothing_else():
    claims(2)
    execution = carry(begin())
    first, second = Run.objects.order_by("pk")
    first.revision.repo.delete()
    end(second)
    carry(execution)
    assert (execution.state, execution.counts["refused"], execution.counts["measured"]) == (
        State.DONE,
        1,
        1,
    )


def test_a_scan_that_is_removed_while_it_runs_goes_piece_by_piece_and_leaves_its_runs(monkeypatch):
    monkeypatch.setattr(engine, "SWEPT", 2)
    claims(3)
    scan = factories.scan()
    carry(begin(scan))
    control.remove(scan)
    engine.tick()
    assert ScanItem.objects.count() <= 1
    for _ in range(3):
        engine.tick()
    assert (Scan.objects.count(), ScanExecution.objects.count(), Run.objects.count()) == (0, 0, 3)


def test_paused_nothing_is_sent_and_resumed_it_goes_on():
    claims(3)
    scan = factories.scan(window=1)
    execution = carry(begin(scan))
    control.pause(scan)
    end()
    carry(execution, 2)
    assert (execution.state, Run.objects.count()) == (State.PAUSED, 1)
    control.resume(scan)
    carry(execution)
    assert Run.objects.count() == 2


def test_stopped_it_waits_for_its_runs_and_then_ends():
    claims(3)
    scan = factories.scan(window=1)
    execution = carry(begin(scan))
    control.stop(scan, "alice")
    carry(execution)
    assert (execution.state, execution.code) == (State.RUNNING, "person")
    end()
    carry(execution)
    assert (execution.state, execution.reason) == (State.STOPPED, "Stopped by alice.")
    assert (execution.totals["runs"], execution.counts["planned"]) == (1, 2)


def test_an_execution_that_breaks_does_not_keep_the_others_from_going_on(monkeypatch):
    from django.db import OperationalError

    claims(1)
    broken, sound = begin(factories.scan()), begin(factories.scan())
    plan = planning.plan_chunk

    def fail(execution):
        if execution.pk == broken.pk:
            raise OperationalError("canceling statement due to statement timeout")
        plan(execution)

    monkeypatch.setattr(planning, "plan_chunk", fail)
    assert engine.tick().faults == 1
    sound.refresh_from_db()
    broken.refresh_from_db()
    assert sound.repos == 1
    assert "tried again: canceling statement" in broken.reason
    monkeypatch.setattr(planning, "plan_chunk", plan)
    assert carry(broken).repos == 1
