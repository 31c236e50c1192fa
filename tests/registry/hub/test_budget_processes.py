"""Several processes, one budget, and a hub that bans whoever goes beyond its limits."""

import signal
import time

import pytest

from registry.models import BudgetWindow
from tests.registry.hub import budget_worker
from tests.registry.hub.limited_hub import limited_hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

WORKERS = 3
LENGTH = 3.0


@pytest.fixture
def start():
    """Start workers on the test's database; none outlives the test."""
    place = {"DATABASE_URL": budget_worker.database_url()}
    running = []

    def begin(url, seconds, *, threads=2, **more):
        worker = budget_worker.start(url, seconds, threads=threads, more=place | more)
        running.append(worker)
        return worker

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def caller(hub):
    (found,) = hub.stats()["callers"].values()
    return found


def whole(windows, length=LENGTH):
    """Leave out the first window, and the last where it was still open."""
    return [window for window in windows[1:] if window["age"] > length]


def used(windows):
    """The share of the allowed calls that was used."""
    allowed = sum(window["quota"] - window["foreign"] for window in windows)
    return sum(window["served"] for window in windows) / allowed


def wait_for_calls(hub):
    until = time.monotonic() + 60
    while not hub.stats()["callers"]:
        assert time.monotonic() < until, "no worker came up"
        time.sleep(0.05)


@pytest.mark.parametrize("shape", [("--rounds", "up"), ("--rounds", "down", "--first")])
def test_it_works(start, shape):
    with limited_hub("--quota", "200", "--length", str(LENGTH), *shape) as hub:
        workers = [start(hub.url, 20) for _ in range(WORKERS)]
        wait_for_calls(hub)
        time.sleep(4.5 * LENGTH)
        workers[0].send_signal(signal.SIGKILL)
        time.sleep(2 * LENGTH)
        found = caller(hub)
    windows = whole(found["windows"])
    assert not found["banned"], found
    assert sum(window["refused"] for window in found["windows"][1:]) == 0, found
    assert len(windows) >= 5
    assert used(windows) >= 0.95, windows
    assert BudgetWindow.objects.get().quota == 200


def test_the_hub_bans_workers_that_count_each_for_itself(start):
    with limited_hub("--quota", "100", "--length", str(LENGTH)) as hub:
        hub.set(silent=0.9)  # else each hears from the hub what the others have spent
        for _ in range(WORKERS):
            start(hub.url, 90, ASSAY_HUB_BUDGET="local", ASSAY_HUB_SHARE="1")
        wait_for_calls(hub)
        until = time.monotonic() + 80
        while not caller(hub)["banned"] and time.monotonic() < until:
            time.sleep(0.1)
        assert caller(hub)["banned"]


def test_a_hub_in_a_bad_mood(start):
    with limited_hub("--quota", "200", "--length", str(LENGTH)) as hub:
        hub.set(silent=0.5, eater=6)
        for _ in range(WORKERS):  # one thread each: the hub forgives few that are on their way
            start(hub.url, 26, threads=1)
        wait_for_calls(hub)
        time.sleep(2.5 * LENGTH)
        hub.set(quota=120)
        time.sleep(2 * LENGTH)
        hub.set(quota=300)
        time.sleep(1.5 * LENGTH)
        before = caller(hub)["refused"]
        hub.set(surprise=1)
        time.sleep(2 * LENGTH)
        found = caller(hub)
    assert not found["banned"], found
    assert before == 0, found
    assert 1 <= found["refused"] <= 1 + WORKERS  # those that were on their way
    quotas = [window["quota"] for window in found["windows"]]
    assert {200, 120, 300} <= set(quotas)
    # The surprise costs its window a second; all others are used but for what is kept back.
    windows = [one for one in whole(found["windows"]) if not one["refused"]]
    assert used(windows) >= 0.9, windows


def test_two_identities_have_two_budgets(start):
    with limited_hub("--quota", "40", "--length", str(LENGTH)) as hub:
        workers = [start(hub.url, 3, HUB_TOKEN=token) for token in ("", "hf_alice")]
        for worker in workers:
            assert worker.wait(60) == 0
        callers = hub.stats()["callers"]
    assert set(callers) == {"anonymous", "Bearer hf_alice"}
    assert all(one["refused"] == 0 for one in callers.values()), callers
    rows = BudgetWindow.objects.all()
    assert len({row.identity for row in rows}) == 2
    assert "hf_alice" not in str(list(rows.values()))


def test_a_hub_that_never_speaks_of_limits_leaves_no_row(start):
    with limited_hub("--quota", "1000000") as hub:
        hub.set(silent=1)
        worker = start(hub.url, 1.5)
        assert worker.wait(60) == 0
        assert caller(hub)["windows"][0]["served"] > 50
    assert not BudgetWindow.objects.exists()
