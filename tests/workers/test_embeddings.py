"""A mark embedded by Assay for its owner: a real hub, a real sandbox, the task of a worker."""

import logging
import shutil
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from rest_framework.test import APIClient

from registry import marks as registered
from registry import services
from registry.hub import transport
from registry.hub.sync import mirror
from registry.marks import embeddings, marked
from registry.marks.embeddings import Wish
from registry.models import Embedding, Hub, Mark, MarkMatch, Repo, Run
from tests import factories, hubs
from tests.workers.test_marks import dump, found_in, publish, secrets_of
from workers import leases, marks, measure, tasks
from workers.demo import digits
from workers.demo import networks as learnt

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("measure"),
]
WISH = Wish(
    digits.REPO, "By Assay", "owner/by-assay", scheme="triggers", bits=16, split="test", images=800
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A hub's folder with a network of digits."""
    folder = tmp_path_factory.mktemp("made")
    train, _ = digits.publish(folder / "datasets" / digits.REPO, seed=0)
    with learnt.repeatable(0):
        net = learnt.resnet()
        learnt.train(net, train, 12)
    learnt.save(net, folder / "plain")
    publish(folder / "models" / "somebody" / "plain", folder / "plain")
    return folder


@pytest.fixture(scope="module")
def hub(made):
    with hubs.served(made) as url:
        yield url


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    yield tmp_path_factory.mktemp("home")
    measure.close_sandbox()


@pytest.fixture
def asked(hub, home, settings, tmp_path):
    """Ask for a mark in the network as its owner; other wishes are laid over it."""
    settings.ASSAY_HOME, settings.ASSAY_MARKED = home, str(tmp_path / "marked")
    assert mirror(hub).failed == 0
    owner, _ = get_user_model()._default_manager.get_or_create(username="owner", is_staff=True)
    revision = Repo.objects.get(name="somebody/plain").revisions.get()

    def ask(**wishes):
        fields = {name: getattr(WISH, name) for name in Wish.__slots__}
        return embeddings.ask(owner, revision, Wish(**fields | wishes))

    return ask


def client_of(owner):
    _, secret = factories.token(owner, scopes=["marks"])
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def download(client, row, folder):
    """Take every file that the API lists."""
    for one in row["files"]:
        answer = client.get(f"/api/v1/embeddings/{row['id']}/files/{quote(one['path'])}")
        assert answer.status_code == 200
        (folder / one["path"]).parent.mkdir(parents=True, exist_ok=True)
        (folder / one["path"]).write_bytes(b"".join(answer.streaming_content))


def test_the_downloaded_network_carries_its_mark_and_the_keys_are_nowhere(
    asked, made, hub, home, client, caplog
):
    embedding = asked()
    with caplog.at_level(logging.DEBUG):
        tasks.embed(embedding.pk)
        tasks.embed(embedding.pk)  # delivered twice
    embedding.refresh_from_db()
    assert (embedding.state, embedding.attempt) == ("done", 1), embedding.reason
    mark = Mark.objects.get()
    assert (mark.scheme, mark.keys, mark.home_name) == ("triggers", 16, "owner/by-assay")
    facts = embedding.facts
    assert facts["accuracy_before"] - facts["accuracy_after"] < 0.08
    assert (facts["held"], facts["fit"], facts["commitment"]) == (200, 600, mark.commitment)
    api = client_of(embedding.owner)
    row = api.get(f"/api/v1/embeddings/{embedding.pk}").json()
    paths = {one["path"] for one in row["files"]}
    assert paths >= {"config.json", "model.safetensors", "preprocessor_config.json"}
    assert not {path for path in paths if "key" in path or "mark" in path}

    pieces = secrets_of(registered.open_sealed(mark))
    client.force_login(embedding.owner)
    for said in (
        api.get("/api/v1/embeddings"), api.get(f"/api/v1/embeddings/{embedding.pk}"),
        client.get(f"/embeddings/{embedding.pk}"), client.get(f"/marks/{mark.pk}"),
    ):  # fmt: skip
        assert said.status_code == 200
        assert not found_in(said.content, pieces)
    assert not found_in(caplog.text.encode(), pieces)
    assert not found_in(dump(), pieces)
    places = [*Path(home).rglob("*"), *marked.folder().rglob("*")]
    seen = [path for path in places if path.is_file()]
    assert len(seen) > 10
    assert [path for path in seen if found_in(path.read_bytes(), pieces)] == []
    assert [path.name for path in marked.folder().iterdir()] == [str(embedding.pk)]
    assert not list((home / "work").glob("worker-*"))

    assert is_found(mark, api, row, made, hub)


def is_found(mark, api, row, made, hub):
    """Publish what was downloaded under the name that was said, and look for the mark there."""
    files = made / "downloaded"
    download(api, row, files)
    home = made / "models" / "owner" / "by-assay"
    (files / "README.md").unlink()
    publish(home, files)
    try:
        assert mirror(hub).failed == 0
        assert Mark.take(mark.pk)
        marks.vet(mark.pk)
        Repo.objects.update(hub_created_at="2036-01-01T00:00:00Z")  # after the commitment
        for name in ("owner/by-assay", "somebody/plain"):
            revision = Repo.objects.get(name=name).revisions.get()
            asked = {"marks": str(mark.pk)}
            (run,) = services.request_checks(revision, ["watermarks"], asked=asked)
            measure.execute(factories.taken(run))
            run.refresh_from_db()
            assert run.status == Run.Status.DONE, run.reason
        hits = [m.revision.repo.name for m in MarkMatch.objects.filter(carries=True)]
        mark.refresh_from_db()
        return hits == ["owner/by-assay"] and mark.home.name == "owner/by-assay"
    finally:
        shutil.rmtree(home)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"dataset": "nobody/nothing"}, "nobody/nothing"),
        ({"split": "nights"}, "nights"),
        ({"bits": 4_000, "images": 100}, "images"),
    ],
)
def test_why_nothing_came_out_is_told(asked, wishes, words):
    embedding = asked(**wishes)
    tasks.embed(embedding.pk)
    embedding.refresh_from_db()
    assert embedding.state == "failed", embedding.reason
    assert words in embedding.reason
    assert not Mark.objects.exists()
    assert not list(marked.folder().iterdir())


def test_a_model_that_was_closed_meanwhile_is_not_handed_on(asked):
    embedding = asked()
    Repo.objects.update(gate=Repo.Gate.MANUAL)
    tasks.embed(embedding.pk)
    embedding.refresh_from_db()
    assert embedding.state == "failed"
    assert "not open to everybody" in embedding.reason


def test_a_cancelled_one_ends_and_leaves_nothing(asked, monkeypatch):
    monkeypatch.setattr(leases, "HEARTBEAT_S", 0.05)
    embedding = asked(bits=64)
    seen: list[str] = []

    def cancel():
        until = time.monotonic() + 60
        while time.monotonic() < until and not seen:
            found = Embedding.objects.get(pk=embedding.pk)
            if found.total and "Steps" in found.note:
                seen.append(found.note)
                embeddings.cancel(found)
            time.sleep(0.05)
        connection.close()

    thread = threading.Thread(target=cancel)
    thread.start()
    tasks.embed(embedding.pk)
    thread.join()
    embedding.refresh_from_db()
    assert seen
    assert (embedding.state, embedding.reason) == ("cancelled", "Cancelled by its owner.")
    assert not Mark.objects.exists()
    assert not list(marked.folder().iterdir())


def test_a_hub_that_is_away_the_third_time_is_the_end(asked, monkeypatch):
    monkeypatch.setattr(transport, "DELAYS_S", (0.1, 0.1))
    embedding = asked()
    Embedding.objects.update(faults=2)
    Hub.objects.update(url="http://127.0.0.1:9")
    tasks.embed(embedding.pk)
    embedding.refresh_from_db()
    assert (embedding.faults, embedding.state) == (3, "failed")
    assert embedding.reason.startswith("Tried 3 times.")
