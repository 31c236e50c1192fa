from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from registry.models import Run
from registry.models.leased import LEASE, MAX_FAULTS
from tests import factories

pytestmark = pytest.mark.django_db


def lapse(run):
    Run.objects.filter(pk=run.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_it_works():
    run = factories.taken()
    assert (run.status, run.attempt, run.faults, run.worker) == ("running", 1, 1, "here")
    assert run.beat(stage="measuring", progress=3, total=9)
    assert run.finish(Run.Status.DONE)
    run.refresh_from_db()
    assert (run.status, run.stage, run.lease_until) == ("done", "", None)
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.finished_at >= run.started_at


@pytest.mark.parametrize("status", Run.ENDED)
def test_an_ended_run_is_not_taken(status):
    assert Run.take(factories.run(status=status).pk, "here") is None


def test_a_running_run_is_not_taken_while_its_lease_lasts():
    run = factories.run()
    assert Run.take(run.pk, "first")
    assert Run.take(run.pk, "second") is None


def test_a_lapsed_run_is_taken_again_and_the_first_worker_can_no_longer_finish():
    first = factories.taken(worker="first")
    lapse(first)
    second = factories.taken(first, "second")
    assert second.attempt == 2
    assert not first.beat(stage="measuring")
    assert not first.finish(Run.Status.DONE)
    assert second.finish(Run.Status.DONE)


def test_a_lapsed_lease_that_nobody_took_may_still_be_finished():
    run = factories.taken(worker="slow")
    lapse(run)
    assert run.finish(Run.Status.DONE)


def test_a_run_is_not_taken_after_too_many_faults():
    run = factories.run()
    for _ in range(MAX_FAULTS):
        lapse(factories.taken(run))
    assert Run.take(run.pk, "here") is None


def test_given_back_it_waits_before_it_is_sent_again():
    run = factories.taken()
    assert run.give_back(reason="The hub is away.")
    assert not Run.objects.unsent().exists()
    Run.objects.update(sent_at=Now() - timedelta(minutes=5))
    assert Run.objects.unsent().get() == run


def test_a_beat_renews_the_lease_by_the_databases_clock():
    run = factories.taken()
    lapse(run)
    assert run.beat()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lease_until - statement_timestamp() FROM registry_run WHERE id = %s", [run.pk]
        )
        (left,) = cursor.fetchone()
    assert timedelta() < left <= LEASE


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_that_ask_at_once_one_gets_the_run():
    pk = factories.run().pk

    def ask(name):
        try:
            return Run.take(pk, f"worker {name}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        taken = [run for run in workers.map(ask, range(8)) if run]
    assert len(taken) == 1
    assert Run.objects.get(pk=pk).attempt == 1
