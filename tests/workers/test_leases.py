import threading
import time

import pytest
from django.db.models import F

from registry.models import Run
from tests import factories
from workers import leases
from workers.leases import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(leases, "HEARTBEAT_S", 0.05)


def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_it_renews_the_lease_and_shows_progress():
    run = factories.taken()
    before = run.lease_until
    with Heartbeat(run) as beat:
        beat.show("measuring", 5, 10)
        assert until(lambda: Run.objects.get().progress == 5)
        assert beat.alive()
    run.refresh_from_db()
    assert before is not None
    assert run.lease_until is not None
    assert run.lease_until > before
    assert (run.stage, run.total) == ("measuring", 10)


def test_it_notices_that_another_attempt_has_taken_the_run():
    run = factories.taken()
    with Heartbeat(run) as beat:
        Run.objects.update(attempt=F("attempt") + 1)
        assert until(lambda: not beat.alive())


def test_it_ends_with_its_block():
    run = factories.taken()
    with Heartbeat(run):
        pass
    assert not [t for t in threading.enumerate() if t.name == f"beat-{run.pk}"]
