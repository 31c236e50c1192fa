"""Having a mark embedded: asked for, vetted, cancelled, taken, settled; and what is left of it."""

import contextlib
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now

from registry import marks
from registry.celery import app
from registry.marks import embeddings, marked
from registry.marks.embeddings import EmbeddingRefused, Wish
from registry.models import Embedding, Mark, MarkKeys
from registry.models.leased import MAX_FAULTS
from tests import factories, owners
from tests.conftest import forget_connections
from workers import marking, tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.ASSAY_MARKED = str(tmp_path / "marked")
    return tmp_path / "marked"


def names(place):
    return sorted(path.name for path in place.iterdir()) if place.is_dir() else []


def take(made) -> Embedding:
    taken = Embedding.take(made.pk)
    assert taken is not None
    return taken


def lapse(of):
    Embedding.objects.filter(pk=of.pk).update(lease_until=now() - timedelta(seconds=1))


def waiting(broker):
    with app.connection_for_write() as line:
        queue, found = line.SimpleQueue("cpu"), []
        with contextlib.suppress(queue.Empty):
            while True:
                message = queue.get_nowait()
                message.ack()
                found.append((message.headers["task"], message.payload[0]))
        return found


def test_it_works():
    revision = factories.revision()
    wish = Wish(" alice/digits ", " My\tnet ", "alice/coming", bits=16, scheme="triggers")
    made = embeddings.ask(factories.user("alice"), revision, wish)
    made.refresh_from_db()
    assert (made.dataset, made.name, made.home_name) == ("alice/digits", "My net", "alice/coming")
    assert (made.scheme, made.bits, made.split, made.images) == ("triggers", 16, "train", 5_000)
    assert (made.state, made.revision, made.mark) == ("queued", revision, None)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"scheme": "greenlist"}, "scheme", "Say one of: blackmarks"),
        ({"scheme": "tarot"}, "scheme", "Say one of: blackmarks"),
        ({"bits": 7}, "bits", "between 8 and 4,096 bits"),
        ({"bits": 4_097}, "bits", "between 8 and 4,096 bits"),
        ({"images": 99}, "images", "between 100 and 50,000 images"),
        ({"images": 50_001}, "images", "between 100 and 50,000 images"),
        ({"dataset": " "}, "dataset", "Say which dataset"),
        ({"dataset": "x" * 301}, "dataset", "at most 300 characters"),
        ({"config": "a\0b"}, "config", "characters that can be seen"),
        ({"split": ""}, "split", "Say which split"),
        ({"name": ""}, "name", "Give the mark a name"),
        ({"home": ""}, "home", "will be published"),
        ({"home": "a b"}, "home", "the name of a model: OWNER/NAME"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(fields, field, words):
    wish = Wish(**{"dataset": "alice/digits", "name": "net", "home": "alice/coming"} | fields)
    with pytest.raises(EmbeddingRefused, match=words) as refused:
        embeddings.ask(factories.user(), factories.revision(), wish)
    assert set(refused.value.errors) == {field}
    assert not Embedding.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"gate": "manual"}, "not open to everybody"),
        ({"is_private": True}, "not open to everybody"),
        ({"pipeline_tag": "translation"}, "the task of this one is 'translation'"),
        ({"pipeline_tag": ""}, "the task of this one is 'none'"),
    ],
)
def test_models_that_are_not_marked_here(fields, words):
    revision = factories.revision(factories.repo(**fields))
    with pytest.raises(EmbeddingRefused, match=words) as refused:
        owners.embedding(on=revision)
    assert set(refused.value.errors) == {"repo"}


def test_an_owner_has_three_under_way_and_no_more():
    alice = factories.user("alice")
    first, *_ = (owners.embedding(alice) for _ in range(3))
    with pytest.raises(EmbeddingRefused, match="3 of yours wait or are under way"):
        owners.embedding(alice)
    owners.embedding(factories.user("bob"))
    embeddings.cancel(first)
    owners.embedding(alice)


def test_who_has_all_marks_that_he_may_have_asks_for_none(settings):
    settings.ASSAY_MARKS = 1
    mark = owners.mark(factories.user("alice"))
    with pytest.raises(EmbeddingRefused, match="at most 1 marks here"):
        owners.embedding(mark.owner)


def test_a_worker_is_asked_after_commit_and_again(broker, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = owners.embedding()
        assert waiting(broker) == []
    assert waiting(broker) == [("workers.embed", [made.pk])]
    assert embeddings.reap() == 0
    Embedding.objects.update(sent_at=now() - timedelta(hours=1))  # that message was lost
    tasks.reap()
    assert waiting(broker) == [("workers.embed", [made.pk])]


def test_a_broker_that_is_away_loses_none(broker, django_capture_on_commit_callbacks):
    forget_connections()
    app.conf.update(broker_url="redis+socket:///nowhere/valkey.sock")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            made = owners.embedding()
    finally:
        app.conf.update(broker_url=broker)
        forget_connections()
    assert embeddings.reap() == 1
    assert waiting(broker) == [("workers.embed", [made.pk])]


def test_one_worker_takes_it():
    made = owners.embedding()
    taken = take(made)
    assert (taken.state, taken.attempt, taken.faults) == ("running", 1, 1)
    assert Embedding.take(made.pk) is None
    assert taken.beat(stage="embedding", progress=5, total=10)
    made.refresh_from_db()
    assert (made.progress, made.total) == (5, 10)


def test_what_a_dead_worker_left_is_taken_again_and_given_up_after_three(broker, place):
    made = owners.embedding()
    for attempt in range(1, MAX_FAULTS + 1):
        taken = take(made)
        (marked.draft_of(taken) / "model.safetensors").write_bytes(b"half")
        assert names(place) == [f".{made.pk}-{attempt}"]
        embeddings.reap()
        assert names(place) == [f".{made.pk}-{attempt}"]  # it still writes
        lapse(made)
        embeddings.reap()
        assert names(place) == []
        assert not taken.beat()
    made.refresh_from_db()
    assert (made.state, made.faults) == ("failed", MAX_FAULTS)
    assert "The worker died 3 times" in made.reason
    assert Embedding.take(made.pk) is None


def test_what_is_not_its_own_fault_is_tried_three_times():
    made = owners.embedding()
    for tried in range(1, MAX_FAULTS + 1):
        marking.try_again(take(made), "The hub is away.")
        made.refresh_from_db()
        assert (made.faults, made.lease_until) == (tried, None)
        assert made.state == ("queued" if tried < MAX_FAULTS else "failed")
    assert made.reason == "Tried 3 times. The hub is away."


def test_the_next_attempt_removes_what_the_last_one_wrote(place):
    made = owners.embedding()
    marked.draft_of(take(made))
    (place / str(made.pk)).mkdir()  # killed between the renaming and the commit
    lapse(made)
    marked.draft_of(take(made))
    assert names(place) == [f".{made.pk}-2"]


def test_the_sweep_touches_nothing_else(place):
    done = owners.embedded()
    (place / "notes").mkdir()
    (place / ".hidden").mkdir()
    (place / ".99-1").mkdir()
    assert marked.sweep() == [".99-1"]
    assert names(place) == [".hidden", str(done.pk), "notes"]


def test_its_mark_is_registered_and_its_keys_are_sealed(place):
    home = factories.repo("alice/coming")
    data = owners.mark_keys()
    taken = take(owners.embedding(factories.user("alice")))
    draft = marked.draft_of(taken)
    (draft / "model.safetensors").write_bytes(b"marked")
    mark = embeddings.settle(taken, data, {"held": 3}, draft)
    taken.refresh_from_db()
    assert (taken.state, taken.mark, taken.lease_until) == ("done", mark, None)
    assert mark is not None
    assert taken.facts == {"held": 3, "commitment": mark.commitment}
    assert (mark.owner.get_username(), mark.name, mark.home) == ("alice", "My network", home)
    assert marks.open_sealed(mark) == data
    assert [one.path for one in marked.files_of(taken)] == ["model.safetensors"]


def test_who_comes_too_late_registers_nothing_and_leaves_nothing(place):
    for too_late in (embeddings.cancel, lapse_and_take):
        taken = take(owners.embedding())
        draft = marked.draft_of(taken)
        too_late(Embedding.objects.get(pk=taken.pk))
        assert embeddings.settle(taken, owners.mark_keys(), {}, draft) is None
        assert not marked.place_of(taken).exists()
    assert not Mark.objects.exists()


def lapse_and_take(made):
    lapse(made)
    assert Embedding.take(made.pk)


def test_of_a_mark_that_is_refused_no_network_stays(place):
    taken = take(owners.embedding())
    draft = marked.draft_of(taken)
    with pytest.raises(marks.MarkRefused), transaction.atomic():
        embeddings.settle(taken, b"no keys", {}, draft)
    assert names(place) == []
    assert not MarkKeys.objects.exists()
    assert taken.fail("No.")


def test_it_is_cancelled_once():
    made = owners.embedding()
    taken = take(made)
    assert embeddings.cancel(made)
    assert not embeddings.cancel(made)
    assert (made.state, made.reason) == ("cancelled", "Cancelled by its owner.")
    assert not taken.beat()
    assert not taken.fail("too late")
    assert not embeddings.cancel(owners.embedded())


@pytest.mark.parametrize(
    "path",
    ["../1/model.safetensors", "/etc/passwd", "..", "", "beside", "beside/../model.safetensors",
     "link", "folder/inside", "./model.safetensors", "new\nline"],
)  # fmt: skip
def test_only_what_the_folder_lists_is_a_file(place, path, tmp_path):
    made = owners.embedded()
    own = marked.place_of(made)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "inside").write_text("secret")
    (own / "link").symlink_to(tmp_path / "secret" / "inside")
    (own / "folder").symlink_to(tmp_path / "secret")
    (own / "new\nline").write_text("x")
    assert [one.path for one in marked.files_of(made)] == ["beside/a b.txt", "model.safetensors"]
    assert marked.file_of(made, path) is None


def test_files_are_removed_and_the_mark_stays():
    made = owners.embedded()
    assert marked.remove(made)
    assert not marked.remove(made)
    assert marked.files_of(made) == []
    assert Mark.objects.get() == made.mark
