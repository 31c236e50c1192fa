"""Runs that lacked a piece are asked for again when it appears."""

import json
import time

import pytest

from registry import second_chances, services
from registry.hub import transport
from registry.hub.client import HubClient
from registry.models import Run
from registry.second_chances import Given
from tests import factories, hubs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "hub"


@pytest.fixture
def hub(folder):
    (folder / "models").mkdir(parents=True)
    with hubs.served(folder) as url:
        yield url


def publish(folder, name="org/pictures", line=None):
    place = folder / "datasets" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "test.jsonl").write_text(json.dumps(line or {"x": 1}))


def lacking(hub, code, **claim):
    """Make a run on a claim of that hub which ended for want of a piece."""
    repo = factories.repo(hub=factories.hub(hub))
    fields = {"dataset": "org/pictures", "config": "default"} | claim
    about = factories.claim(factories.revision(repo), **fields)
    run, _ = services.request_run(about.revision, "claim", about)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.UNSUPPORTED, code=code)
    return run


def status(run):
    run.refresh_from_db()
    return run.status


def test_a_dataset_that_appears_is_a_second_chance(hub, folder):
    run = lacking(hub, "dataset")
    assert second_chances.give() == Given(looked_at=1, datasets=1)
    assert status(run) == Run.Status.UNSUPPORTED
    publish(folder)
    assert second_chances.give() == Given(looked_at=1, datasets=1, asked_again=1)
    assert status(run) == Run.Status.QUEUED
    assert second_chances.give() == Given()


def test_a_split_is_looked_for_only_in_another_commit(hub, folder):
    publish(folder)
    run = lacking(hub, "split")
    with HubClient(hub, "") as client:
        Run.objects.filter(pk=run.pk).update(dataset_sha=client.dataset_info("org/pictures").sha)
    assert second_chances.give().asked_again == 0
    publish(folder, line={"x": 2})
    assert second_chances.give().asked_again == 1


def test_what_is_known_by_now_needs_no_hub():
    task, still = lacking("http://127.0.0.1:9", "task"), lacking("http://127.0.0.1:9", "task")
    still.claim.task = "audio-dreaming"
    still.claim.save()
    assert second_chances.give() == Given(looked_at=2, asked_again=1)
    assert (status(task), status(still)) == (Run.Status.QUEUED, Run.Status.UNSUPPORTED)


@pytest.mark.parametrize("code", ["weights", "files", "code", "access"])
def test_what_a_commit_lacks_never_appears(code):
    lacking("http://127.0.0.1:9", code)
    assert second_chances.give() == Given()


def test_a_claim_that_names_no_split_stays_without():
    lacking("http://127.0.0.1:9", "split", split="", config="mine")
    assert second_chances.give() == Given(looked_at=1)


def test_a_hub_that_is_away_is_no_reason_to_ask(monkeypatch):
    delays = (0.5, 1.0, 1.0)
    monkeypatch.setattr(transport, "DELAYS_S", delays)
    for name in ("org/pictures", "org/sounds", "org/texts"):  # only the first is asked for
        lacking("http://127.0.0.1:9", "dataset", dataset=name)
    began = time.monotonic()
    assert second_chances.give() == Given(looked_at=3, datasets=3)
    assert sum(delays) < time.monotonic() - began < 1.8 * sum(delays)
