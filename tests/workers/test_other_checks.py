"""A check without a claim from its options to its finding: everything but the walls is real."""

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from registry import services
from registry.hub.sync import mirror
from registry.models import Finding, FindingPicture, Repo, Run
from tests import factories, hubs, networks
from tests.plugins import WINDOW, Brightness, installed  # noqa: F401 - a fixture
from workers import measure
from workers.sandbox.outcomes import Cancelled, Level, Report

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(120),
    pytest.mark.xdist_group("measure"),
    pytest.mark.usefixtures("installed"),
]
ROWS = 32
ASKED = {"dataset": "measure/noise"}


class Runner:
    """Probes in this process; ``pause`` waits before each part until it is told to go on."""

    def __init__(self):
        self.jobs = []
        self.pause = None

    @contextmanager
    def run(self, job, files, inputs, *, on_beat):
        self.jobs.append(job)
        report = Report(Level.FULL)
        yield SimpleNamespace(report=report, parts=lambda: self.parts(job, inputs, on_beat))

    def parts(self, job, inputs, on_beat):
        for part in Brightness().probe(replace(job, inputs=inputs)):
            if self.pause is not None and part.values.get("start") == self.pause:
                until = time.monotonic() + 60
                while on_beat():
                    assert time.monotonic() < until
                    time.sleep(0.05)
                raise Cancelled("The run was cancelled.")
            yield part


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    hubs.write_noise(folder / "datasets" / "measure" / "noise", ROWS)
    networks.write_lenet5(folder / "models" / "measure" / "calm", None, [])
    with hubs.served(folder) as url:
        yield url


@pytest.fixture
def runner(monkeypatch):
    made = Runner()
    monkeypatch.setattr(measure, "_sandbox", ("cpu", made))
    return made


@pytest.fixture
def revision(hub, settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    assert mirror(hub).failed == 0
    return Repo.objects.get(name="measure/calm").revisions.get()


def carried(revision, **asked):
    """Ask for the check with options, and carry the run to its end."""
    run, _ = services.request_run(revision, "brightness", asked=ASKED | asked)
    measure.execute(factories.taken(run))
    run.refresh_from_db()
    return run


def test_it_works(revision, runner):
    run = carried(revision, eps="4/255", n=10)
    assert run.status == Run.Status.DONE, run.reason
    finding = Finding.objects.get(run=run)
    assert (finding.verdict, finding.n) == ("measured", 10)
    assert run.options == {"dataset": "measure/noise", "eps": 4 / 255, "n": 10}
    assert finding.evidence["asked"] == {
        "dataset": "measure/noise",
        "split": "test",
        "norm": "Linf",
        "eps": 4 / 255,
        "levels": [0.25, 0.5],
        "n": 10,
        "is_dark": False,
    }
    (job,) = runner.jobs
    assert (job.options, job.rows, job.limits.wall_s) == ({"eps": 4 / 255}, 10, 1234.0)
    stored = list(FindingPicture.objects.filter(finding=finding).order_by("place"))
    assert [(one.name, one.group, one.kind) for one in stored] == [
        ("first", "Sample 1", "other"),
        ("second", "Sample 1", "adversarial"),
    ]
    named = finding.evidence["pictures"]
    assert [(one["name"], one["sha256"]) for one in named] == [
        (one.name, one.sha256) for one in stored
    ]


def test_without_options_the_defaults_hold(revision, runner):
    finding = Finding.objects.get(run=carried(revision))
    assert finding.n == finding.evidence["asked"]["n"] == 16
    assert finding.evidence["data"]["rows_used"] == 16


def test_options_that_make_no_sense_together_are_said(revision, runner):
    run = carried(revision, norm="L2", eps=1)
    assert (run.status, run.code) == (Run.Status.UNSUPPORTED, "options")
    assert run.reason == "In L2 a budget of 1 is everything."


def test_a_dataset_that_is_not_there_is_named(revision, runner):
    run = carried(revision, dataset="measure/nothing")
    assert (run.status, run.code) == (Run.Status.UNSUPPORTED, "dataset")


def test_cancelled_while_it_runs_it_keeps_its_answers_and_goes_on(revision, runner, monkeypatch):
    monkeypatch.setattr("workers.leases.HEARTBEAT_S", 0.1)
    runner.pause = 3 * WINDOW
    run, _ = services.request_run(revision, "brightness", asked=ASKED)
    taken = factories.taken(run)
    worker = threading.Thread(target=_carry, args=[taken])
    worker.start()
    try:
        until = time.monotonic() + 60
        while Run.objects.get(pk=run.pk).note != "Looking.":
            assert time.monotonic() < until
            time.sleep(0.05)
        shown = Run.objects.get(pk=run.pk)
        assert (shown.stage, shown.total) == ("measuring", 16)
        assert services.cancel_run(shown, "alice")
    finally:
        worker.join(60)
    run.refresh_from_db()
    assert (run.status, run.reason, run.note) == ("cancelled", "Cancelled by alice.", "")
    assert not Finding.objects.exists()
    runner.pause = None
    assert services.run_again(run)
    measure.execute(factories.taken(run))
    run.refresh_from_db()
    assert run.status == Run.Status.DONE, run.reason
    evidence = Finding.objects.get(run=run).evidence
    assert [job.first_row for job in runner.jobs] == [0, 3 * WINDOW]
    assert evidence["measure"]["once"] == [0]
    assert [
        (one["first_row"], one["rows"], one["was_cut"]) for one in evidence["predictions"]["passes"]
    ] == [(0, 12, True), (12, 4, False)]
    # As if it had not been stopped.
    fresh = Run.objects.create(
        revision=revision,
        check_id=run.check_id,
        check_version=1,
        queue="cpu",
        key="f" * 64,
        options=run.options | {"fresh": True},
    )
    measure.execute(factories.taken(fresh))
    values = Finding.objects.order_by("pk").values_list("value", flat=True)
    assert values[0] == values[1]


def _carry(run):
    from django.db import connection

    try:
        measure.execute(run)
    finally:
        connection.close()
