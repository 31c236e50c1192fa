"""Registering a mark: vetted, sealed, committed; and what is refused, in words."""

import contextlib
import json
import struct
import traceback
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import Error, transaction
from django.db.models import ProtectedError
from django.utils.timezone import now

from analysis.watermarks.envelope import commitment
from registry import marks, signing
from registry.celery import app
from registry.models import Mark, MarkKeys
from registry.models.marks import MOST_LOOKS
from tests import factories, owners
from tests.conftest import forget_connections
from workers import tasks

pytestmark = pytest.mark.django_db


def framed(about, **arrays):
    """Write keys by hand, whatever they say."""
    text = json.dumps(about).encode()
    parts = {"about": ("U8", [len(text)], text), "salt": ("U8", [32], b"s" * 32)} | arrays
    header, body = {}, b""
    for name, (kind, shape, data) in parts.items():
        place = [len(body), len(body) + len(data)]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": place}
        body += data
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + body


def answers(classes=10, keys=16):
    controls = b"\0" * keys + b"\1" * 8
    return framed(
        {"scheme": "triggers", "classes": classes}, is_control=("U8", [keys + 8], controls)
    )


def test_it_works():
    data, home = owners.mark_keys(), factories.repo("alice/net")
    before = now()
    mark = marks.register(factories.user("alice"), data, "  My\tnetwork ", home)
    mark = Mark.objects.with_home().get(pk=mark.pk)
    assert (mark.name, mark.scheme, mark.task) == ("My network", "triggers", "image-classification")
    assert (mark.classes, mark.keys, mark.shape) == (10, 16, [1, 8, 8])
    assert (mark.home, mark.home_shown, mark.state) == (home, "alice/net", "new")
    assert mark.commitment == commitment(data)
    assert before <= mark.registered_at <= now()
    assert marks.open_sealed(mark) == data


def test_the_commitment_is_signed_with_its_time():
    mark = owners.mark(factories.user("alice"))
    key = signing.load_key(settings.ASSAY_HOME).public_key()
    said = signing.verify(mark.envelope, key)
    assert said["subject"] == [{"name": mark.name, "digest": {"sha256": mark.commitment}}]
    assert said["predicate"]["owner"] == "alice"
    assert said["predicate"]["at"] == mark.registered_at.isoformat()


def test_a_network_that_is_not_published_yet_has_a_name():
    mark = owners.mark(home_name=" alice/coming ")
    assert (mark.home, mark.home_name, mark.home_shown) == (None, "alice/coming", "alice/coming")
    assert owners.mark(home=factories.repo(is_private=True)).home_shown == ""


BAD = {
    "nothing": (b"", "The file is no file of keys."),
    "no safetensors": (b"PK\x03\x04" + b"x" * 500, "The file is no file of keys."),
    "cut": (answers()[:60], "The file is no file of keys."),
    "no scheme": (framed({"scheme": "tarot"}), "There is no scheme of that name"),
    "one class": (answers(classes=1), "a task with at least two classes"),
    "few keys": (answers(keys=7), "between 8 and 4,096 keys"),
}


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD)
def test_what_is_no_file_of_keys_is_refused(data, words):
    with pytest.raises(marks.MarkRefused, match=words) as refused:
        marks.register(factories.user(), data, "bad")
    assert refused.value.field == "keys"
    assert not Mark.objects.exists()


def test_a_file_that_is_too_large_is_refused(settings):
    data = owners.mark_keys()
    settings.ASSAY_MARK_BYTES = len(data) - 1
    with pytest.raises(marks.MarkRefused, match=f"Keys have at most {len(data) - 1:,} bytes here"):
        marks.register(factories.user(), data, "large")
    settings.ASSAY_MARK_BYTES = len(data)
    assert marks.register(factories.user(), data, "just so").name == "just so"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": " "}, "name", "a name of 1 to 100"),
        ({"name": "x" * 101}, "name", "a name of 1 to 100"),
        ({"name": "a\u202eb"}, "name", "a name of 1 to 100"),
        ({"task": "tarot"}, "task", "There is no task 'tarot'"),
        ({"task": "translation"}, "task", "a task with classes; translation has none"),
        ({"home_name": "a b"}, "home", "the name of a model: OWNER/NAME"),
        ({"home_name": "a\nb"}, "home", "the name of a model: OWNER/NAME"),
        ({"home_name": "x" * 301}, "home", "the name of a model: OWNER/NAME"),
    ],
)
def test_what_is_said_about_a_mark_is_vetted(fields, field, words):
    said = {"name": "net", "task": marks.TASK, "home_name": ""} | fields
    with pytest.raises(marks.MarkRefused, match=words) as refused:
        marks.register(
            factories.user(), owners.mark_keys(), said["name"], None, said["task"],
            home_name=said["home_name"],
        )  # fmt: skip
    assert refused.value.field == field


def test_the_same_keys_are_registered_once():
    data = owners.mark_keys()
    first = owners.mark(factories.user("alice"), data=data)
    with pytest.raises(marks.MarkRefused) as refused:
        marks.register(factories.user("bob"), data, "mine")
    assert f"mark {first.pk}, by alice, on {first.registered_at:%Y-%m-%d %H:%M} UTC" in str(
        refused.value
    )
    marks.withdraw(first)
    with pytest.raises(marks.MarkRefused, match="registered already"):
        marks.register(factories.user("bob"), data, "mine")


def test_an_owner_has_so_many_marks_and_no_more(settings):
    settings.ASSAY_MARKS = 2
    first = owners.mark()
    owners.mark()
    with pytest.raises(marks.MarkRefused, match="at most 2 marks here"):
        owners.mark()
    owners.mark(factories.user("bob"))
    marks.withdraw(first)
    owners.mark()


def test_a_commitment_stands_whatever_its_owner_wants():
    mark = owners.mark()
    for change in (
        lambda: Mark.objects.update(registered_at=factories.NOON),
        lambda: Mark.objects.update(commitment="0" * 64),
        lambda: Mark.objects.update(owner=factories.user("bob")),
        mark.delete,
    ):
        with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
            change()
    with pytest.raises(ProtectedError):
        mark.owner.delete()
    Mark.objects.update(name="Another name")


def test_withdrawing_erases_the_keys_and_nothing_else():
    match = owners.match()
    mark = match.mark
    assert marks.withdraw(mark)
    assert not marks.withdraw(mark)
    assert not MarkKeys.objects.exists()
    assert mark.withdrawn_at is not None
    assert mark.commitment
    assert mark.matches_found.get() == match
    with pytest.raises(marks.CannotOpen, match="are gone"):
        marks.open_sealed(mark)


def test_a_mark_is_looked_at_once_settled_once():
    mark = owners.mark(state=Mark.State.NEW)
    assert Mark.take(mark.pk)
    assert mark.refuse("There is no null for these keys.")
    assert not mark.accept()
    assert not Mark.take(mark.pk)
    mark.refresh_from_db()
    assert (mark.state, mark.looks) == ("refused", 1)
    assert not MarkKeys.objects.exists()
    other = owners.mark(state=Mark.State.NEW)
    assert other.accept()
    assert not other.refuse("No.")
    assert MarkKeys.objects.filter(mark=other).exists()


def waiting(broker):
    with app.connection_for_write() as line:
        queue, found = line.SimpleQueue("files"), []
        with contextlib.suppress(queue.Empty):
            while True:
                message = queue.get_nowait()
                message.ack()
                found.append((message.headers["task"], message.payload[0]))
        return found


def test_a_worker_is_asked_to_look_after_commit(broker, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        mark = owners.mark(state=Mark.State.NEW)
        assert waiting(broker) == []
    assert waiting(broker) == [("workers.vet_mark", [mark.pk])]
    assert marks.send_waiting() == 0
    Mark.objects.update(sent_at=now() - timedelta(hours=1))  # that message was lost
    assert marks.send_waiting() == 1
    assert waiting(broker) == [("workers.vet_mark", [mark.pk])]


def test_a_broker_that_is_away_loses_no_mark(broker, django_capture_on_commit_callbacks):
    forget_connections()
    app.conf.update(broker_url="redis+socket:///nowhere/valkey.sock")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            mark = owners.mark(state=Mark.State.NEW)
    finally:
        app.conf.update(broker_url=broker)
        forget_connections()
    assert Mark.objects.get(pk=mark.pk).sent_at is None
    assert marks.send_waiting() == 1
    assert waiting(broker) == [("workers.vet_mark", [mark.pk])]


def test_keys_that_bring_down_who_looks_are_given_up(broker):
    mark = owners.mark(state=Mark.State.NEW)
    for _ in range(MOST_LOOKS):
        assert Mark.take(mark.pk)
        assert marks.send_waiting() == 0  # the look may still be under way
        Mark.objects.update(sent_at=now() - timedelta(hours=1))
    assert not Mark.take(mark.pk)
    assert marks.send_waiting() == 0
    mark.refresh_from_db()
    assert mark.state == "refused"
    assert "brought down the worker" in mark.reason


def test_nothing_of_the_keys_is_in_a_traceback():
    data = framed({"scheme": "planted-in-the-keys"})
    with pytest.raises(marks.MarkRefused) as refused:
        marks.register(factories.user(), data, "bad")
    assert "planted-in-the-keys" not in "".join(traceback.format_exception(refused.value))


def test_the_tick_of_the_reaper_sends_marks_that_wait(broker):
    mark = owners.mark(state=Mark.State.NEW)  # its message is sent after commit, which never comes
    tasks.reap()
    assert waiting(broker) == [("workers.vet_mark", [mark.pk])]
