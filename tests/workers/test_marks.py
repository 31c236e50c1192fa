"""Marks from embedding to finding: a real hub, a real sandbox, a network that learnt in seconds."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import override_settings

from analysis.watermarks.keys import unframed
from registry import marks as registered
from registry import services
from registry.hub.sync import mirror
from registry.marks import embedding
from registry.models import Edge, Finding, Mark, MarkMatch, Repo, Run
from tests import factories, hubs, networks
from workers import marks, measure
from workers.demo import digits
from workers.demo import networks as learnt

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("measure"),
]
CLAIM = {
    "task": "image-classification",
    "dataset": digits.REPO,
    "config": "default",
    "split": "test",
    "metric": "accuracy",
    "value": 0.9,
}
EPOCHS = 12


def publish(folder: Path, files: Path) -> None:
    shutil.copytree(files, folder)
    networks.write_card(folder, [CLAIM])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A network that its owner marked, its keys, a copy taught on, and one trained by itself."""
    folder = tmp_path_factory.mktemp("made")
    train, _ = digits.publish(folder / "datasets" / digits.REPO, seed=0)
    with learnt.repeatable(0):
        net = learnt.resnet()
        learnt.train(net, train, EPOCHS)
    learnt.save(net, folder / "plain")
    with learnt.repeatable(1):
        other = learnt.resnet()
        learnt.train(other, train, EPOCHS)
    learnt.save(other, folder / "other")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    yield tmp_path_factory.mktemp("home")
    measure.close_sandbox()


@pytest.fixture(scope="module")
def marked(made, home):
    """What ``manage.py mark embed`` leaves, by the process that it starts."""
    with hubs.served(made) as url:
        order = {
            "folder": str(made / "plain"), "out": str(made / "owner"), "scheme": "blackmarks",
            "bits": 24, "dataset": digits.REPO, "split": "test", "hub": url, "eps": 0.4,
        }  # fmt: skip
        told: list[Any] = []
        with override_settings(ASSAY_HOME=home), pytest.MonkeyPatch.context() as patch:
            patch.setenv("ASSAY_HUB_BUDGET", "local")  # this database is not the process's own
            found = embedding.embed(order, lambda *said: told.append(said))
    assert told
    return found


@pytest.fixture(scope="module")
def hub(made, marked):
    """Where the marked network is published, and where somebody publishes a copy of it."""
    models = made / "models"
    publish(models / "owner" / "marked", made / "owner" / "model")
    publish(models / "else" / "independent", made / "other")
    publish(models / "else" / "before", made / "plain")
    copied = learnt.reopen(made / "owner" / "model")
    train, _ = digits.publish(made / "again", seed=0)
    with learnt.repeatable(2):
        for _ in learnt.epochs(copied, train, 1, rate=3e-4):
            pass
    learnt.save(copied, made / "copied")
    publish(models / "thief" / "copy", made / "copied")
    with hubs.served(made) as url:
        yield url


@pytest.fixture
def mark(made, marked, home, settings):
    settings.ASSAY_HOME = home
    owner = get_user_model()._default_manager.create(username="owner")
    data = Path(marked["keys"]).read_bytes()
    mark = registered.register(owner, data, "our mark", home_name="owner/marked")
    assert Mark.take(mark.pk)
    marks.vet(mark.pk)
    mark.refresh_from_db()
    assert mark.state == Mark.State.READY, mark.reason
    return mark


@pytest.fixture
def looked(mark, hub):
    """Look for the mark in a network; give the run."""
    assert mirror(hub).failed == 0
    Repo.objects.update(hub_created_at="2036-01-01T00:00:00Z")  # published after the commitment

    def look(name, **asked):
        revision = Repo.objects.get(name=name).revisions.get()
        (run,) = services.request_checks(revision, ["watermarks"], asked=asked)
        measure.execute(factories.taken(run))
        run.refresh_from_db()
        return run

    return look


def finding_of(run) -> Finding:
    assert run.status == Run.Status.DONE, run.reason
    return Finding.objects.get(run=run)


def test_embedding_keeps_accuracy_and_leaves_keys_for_the_owner_alone(marked, made):
    assert marked["accuracy_before"] - marked["accuracy_after"] < 0.08
    keys = Path(marked["keys"])
    assert keys.stat().st_mode & 0o777 == 0o600
    assert marked["commitment"] == json.loads((keys.parent / "mark.json").read_text())["commitment"]
    assert {path.name for path in (made / "owner" / "model").iterdir()} >= {
        "config.json", "model.safetensors", "preprocessor_config.json",
    }  # fmt: skip


def test_the_mark_is_found_in_the_network_and_its_copy_and_in_no_other(looked, mark):
    own = finding_of(looked("owner/marked"))
    assert own.verdict == "measured"
    assert own.evidence["measure"]["marks"][0]["p"] < 1e-6
    copy = finding_of(looked("thief/copy"))
    assert copy.evidence["measure"]["marks"][0]["carries"], copy.summary
    for name in ("else/independent", "else/before"):
        found = finding_of(looked(name))
        assert found.verdict == "inconclusive"
        assert "No evidence of the mark 'our mark'" in found.summary
    hits = MarkMatch.objects.filter(carries=True).order_by("p")
    assert [hit.revision.repo.name for hit in hits] == ["owner/marked", "thief/copy"]
    edge = Edge.objects.get(basis="measured")
    assert (edge.child.repo.name, edge.parent_name) == ("thief/copy", "owner/marked")


def test_keys_made_after_the_model_was_public_prove_nothing(looked, mark):
    Repo.objects.update(hub_created_at="2020-01-01T00:00:00Z", hub_modified_at=None)
    found = finding_of(looked("thief/copy"))
    assert found.verdict == "inconclusive"
    assert "committed after the model was public" in found.summary
    assert MarkMatch.objects.get().is_after


def test_a_mark_that_was_withdrawn_is_not_looked_for(looked, mark):
    revision = Repo.objects.get(name="thief/copy").revisions.get()
    (run,) = services.request_checks(revision, ["watermarks"])
    registered.withdraw(mark)
    measure.execute(factories.taken(run))
    run.refresh_from_db()
    assert (run.status, run.code) == (Run.Status.UNSUPPORTED, "keys")
    assert "None of the marks" in run.reason


def secrets_of(data: bytes) -> list[bytes]:
    """Pieces of keys that nobody but their owner may ever see."""
    about, salt, arrays = unframed(data)
    pictures, expected = arrays["pictures"], arrays["expected"]
    pieces = [salt, salt.hex().encode(), repr(salt)[2:-1].encode()]
    pieces += [picture.tobytes()[:48] for picture in pictures if len(set(picture.ravel())) > 8]
    pieces.append(expected.tobytes()[:64])
    pieces.append(json.dumps(expected.tolist())[:40].encode())
    assert "scheme" in about
    return pieces


def found_in(place: bytes, pieces: list[bytes]) -> bool:
    return any(piece in place for piece in pieces)


def test_a_planted_key_is_nowhere_afterwards(looked, mark, marked, home, caplog, client):
    """Not in logs, in pages and API answers, in the database, in any folder of the machine's."""
    data = Path(marked["keys"]).read_bytes()
    pieces = secrets_of(data)
    assert found_in(data, pieces)  # the hunt finds what there is
    with caplog.at_level(logging.DEBUG):
        run = looked("owner/marked")
    finding = finding_of(run)
    assert not found_in(caplog.text.encode(), pieces)
    for address in (
        "/marks", f"/marks/{mark.pk}", f"/runs/{run.pk}", "/models/owner/marked", "/api/v1/marks",
        f"/api/v1/marks/{mark.pk}", f"/api/v1/marks/{mark.pk}/matches", f"/api/v1/runs/{run.pk}",
        f"/api/v1/findings/{finding.pk}",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert not found_in(answer.content, pieces), address
    assert not found_in(dump(), pieces)
    looked_at = 0
    for path in Path(home).rglob("*"):
        if path.is_file() and "postgres" not in path.parts:
            looked_at += 1
            assert not found_in(path.read_bytes(), pieces), path
    assert looked_at > 5
    assert mark.sealed  # it is there, and sealed


def dump() -> bytes:
    """Everything that is in the database, as text and as bytes."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
        for table, column, kind in cursor.fetchall():
            cursor.execute(f'SELECT "{column}" FROM "{table}"')
            for (value,) in cursor.fetchall():
                found.append(bytes(value) if kind == "bytea" and value else str(value).encode())
    return b"\0".join(found)


def test_the_dump_would_show_a_key_that_lies_open(mark, marked):
    data = Path(marked["keys"]).read_bytes()
    assert not found_in(dump(), secrets_of(data))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_markkeys SET data = %s", [data])
    assert found_in(dump(), secrets_of(data))


def test_a_folder_that_a_killed_run_left_is_gone_with_the_next(looked, mark, home):
    left = home / "work" / "worker-999999999-run-1-abc"
    left.mkdir(parents=True)
    (left / "inputs.arrow").write_bytes(b"key")
    looked("owner/marked")
    assert not left.exists()


def test_bits_in_weights_are_found_through_the_sandbox(looked, mark, made, settings):
    """Uchida's mark: the sandbox gives mean weights, and never sees the projection."""
    from analysis.watermarks.recipes import Recipe
    from analysis.watermarks.schemes import embed, tally_of
    from analysis.watermarks.training import Data

    net = learnt.reopen(made / "plain")

    class Plain(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = net

        def forward(self, images):
            return self.network(pixel_values=(images - 0.5) / 0.5).logits

    train, _ = digits.publish(made / "third", seed=0)
    data = Data(train.pixels * 0.5 + 0.5, train.labels)
    found = embed("uchida", Plain(), data, 10, Recipe(bits=16))
    assert tally_of(found.keys, found.network).matches == 16
    learnt.save(found.network.network, made / "uchida")
    files = made / "models" / "owner" / "uchida"
    publish(files, made / "uchida")
    owner = get_user_model()._default_manager.get(username="owner")
    other = registered.register(owner, found.keys.to_bytes(), "in weights")
    assert Mark.take(other.pk)
    marks.vet(other.pk)
    with hubs.served(made) as url:
        assert mirror(url).failed == 0
        Repo.objects.update(hub_created_at="2036-01-01T00:00:00Z")
        revision = Repo.objects.filter(name="owner/uchida").latest("pk").revisions.get()
        (run,) = services.request_checks(revision, ["watermarks"], asked={"marks": str(other.pk)})
        measure.execute(factories.taken(run))
        run.refresh_from_db()
    entry = finding_of(run).evidence["measure"]["marks"][0]
    assert (entry["matches"], entry["keys"]) == (16, 16)
    assert entry["p"] == pytest.approx(0.5**16)
    assert np.isclose(entry["by_chance"], 0.5**16)
