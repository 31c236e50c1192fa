"""What the next run needs is fetched while one measures, and is never in the way."""

import socket
import threading
import time

import pytest

from registry import services
from registry.hub.sync import mirror
from registry.models import File, Hub, Repo, Run
from tests import factories, hubs, networks
from workers import measure, prefetch

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("measure"),
]

CLAIM = {
    "task": "image-classification",
    "config": "default",
    "split": "test",
    "metric": "accuracy",
    "value": 90.0,
}
DIGITS = [str(digit) for digit in range(10)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    for name, seed in (("first", 0), ("second", 1)):
        hubs.write_noise(folder / "datasets" / "measure" / name, 32)
        vit = networks.write_tiny_vit(folder / "models" / "measure" / name, DIGITS, seed=seed)
        networks.write_card(vit, [CLAIM | {"dataset": f"measure/{name}"}])
    with hubs.served(folder) as url:
        yield url


@pytest.fixture
def home(tmp_path, settings):
    settings.ASSAY_HOME = tmp_path
    yield tmp_path
    prefetch.AHEAD.stop()
    prefetch.AHEAD.join(60)
    measure.close_sandbox()


@pytest.fixture
def ask(hub, home):
    assert mirror(hub).failed == 0

    def ask(name, **options):
        revision = Repo.objects.get(name=f"measure/{name}").revisions.get()
        (run,) = services.request_checks(revision, options=options)
        return run

    return ask


@pytest.fixture
def silent():
    """A hub that takes every call and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def take():
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for one in held:
            one.close()


def carried(run):
    measure.execute(factories.taken(run))
    run.refresh_from_db()
    return run


def splits(home):
    return list((home / "datasets").glob("*/split.json"))


def weights(home, name):
    file = File.objects.get(revision__repo__name=f"measure/{name}", path="model.safetensors")
    return home / "blobs" / file.sha256[:2] / file.sha256


def test_it_works(ask, home):
    first, second = ask("first"), ask("second")
    assert carried(first).status == Run.Status.DONE
    prefetch.AHEAD.join(60)
    assert prefetch.AHEAD.run_pk == second.pk
    assert len(splits(home)) == 2
    assert weights(home, "second").exists()
    second.refresh_from_db()
    assert (second.status, second.attempt) == (Run.Status.QUEUED, 0)
    assert carried(second).status == Run.Status.DONE


def test_nothing_is_fetched_for_other_queues_or_where_it_is_switched_off(ask, home, settings):
    first, second = ask("first"), ask("second")
    Run.objects.filter(pk=second.pk).update(queue="gpu")
    carried(first)
    settings.ASSAY_PREFETCH = False
    Run.objects.filter(pk=second.pk).update(queue="cpu")
    carried(ask("first", again=1))
    prefetch.AHEAD.join(60)
    assert len(splits(home)) == 1
    assert not weights(home, "second").exists()


def test_a_hub_that_does_not_answer_delays_nothing(ask, silent):
    first, second = ask("first"), ask("second")
    repo = second.revision.repo
    repo.hub = Hub.objects.create(url=silent)
    repo.save()
    began = time.monotonic()
    assert carried(first).status == Run.Status.DONE
    assert prefetch.AHEAD.is_busy
    took = time.monotonic() - began
    began = time.monotonic()
    prefetch.AHEAD.meet(first, lambda: True)  # another run begins
    assert time.monotonic() - began < 1.0
    assert took < 60
