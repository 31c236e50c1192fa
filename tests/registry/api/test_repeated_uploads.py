"""Idempotency-Key on an upload: a form with a file, sent again or by two at once."""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.db import connections, transaction
from rest_framework.test import APIClient

from registry.models import ApiToken, IdempotencyKey, Mark, MarkKeys
from tests import factories, owners

pytestmark = pytest.mark.django_db

LIST = "/api/v1/marks"
AT_ONCE = 4


@pytest.fixture
def secret():
    """The secret of a token that may register marks."""
    return factories.token(factories.user("olga"), scopes=[ApiToken.Scope.MARKS])[1]


def upload(secret, data, key="one", file="keys.safetensors", **fields):
    """Register a mark; the form's fields come in the order that they are not named in."""
    named = io.BytesIO(data)
    named.name = file
    client = APIClient(headers={"authorization": f"Bearer {secret}"})
    form = dict(reversed(fields.items())) | {"name": "My net", "keys": named}
    return client.post(LIST, form | fields, headers={"idempotency-key": key}, format="multipart")


def test_sent_again_it_is_answered_again_and_makes_one_mark(secret):
    data = owners.mark_keys()
    first = upload(secret, data, home="olga/net", task="image-classification")
    assert first.status_code == 201, first.json()
    Mark.objects.update(state=Mark.State.READY)  # looked at in between; the answer stays
    again = upload(secret, data, file="other", task="image-classification", home="olga/net")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert (Mark.objects.count(), MarkKeys.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"data": b"other keys"},
        {"name": "Another net"},
        {"home": "olga/net"},
        {"name": ["My net", "My net"]},
        {"name": ["My net", "task", "image-classification"], "task": []},  # the same words in a row
    ],
)
def test_a_key_is_for_one_form(secret, other):
    data = owners.mark_keys()
    form = {"data": data, "task": "image-classification"}
    assert upload(secret, **form).status_code == 201
    answer = upload(secret, **form | other)
    assert answer.status_code == 422, answer.json()
    assert "another request" in answer.json()["detail"]
    assert Mark.objects.count() == 1


def test_keys_are_in_no_stored_answer(secret):
    data = owners.mark_keys()
    upload(secret, data)
    stored = str(IdempotencyKey.objects.values().get())
    assert "keys" in stored  # how many
    assert data.hex()[:64] not in stored
    assert str(data[-64:]) not in stored


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_under_way_the_second_is_told_to_wait(secret, broker):
    data = owners.mark_keys()
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            # Whoever registers a mark waits for its owner's row.
            get_user_model().objects.select_for_update().get(username="olga")
            first = pool.submit(closing, upload, secret, data)
            until_taken()
            second = pool.submit(closing, upload, secret, data).result(30)
            assert second.status_code == 409
            assert second.json()["type"] == "/problems#under-way"
        assert first.result(30).status_code == 201
    assert upload(secret, data).json() == first.result().json()
    assert Mark.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_makes_the_mark(secret, broker):
    data = owners.mark_keys()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [pool.submit(closing, upload, secret, data) for _ in range(AT_ONCE)]
    answers = [one.result() for one in asked]
    made = [one for one in answers if one.status_code == 201]
    assert {one.status_code for one in answers} <= {201, 409}
    assert len([one for one in made if "Idempotency-Replayed" not in one]) == 1
    assert len({one["Location"] for one in made}) == 1
    assert Mark.objects.count() == 1


def closing(act, *arguments):
    """Act in a thread, and leave no connection behind."""
    try:
        return act(*arguments)
    finally:
        connections.close_all()


def until_taken():
    """Wait until a request has taken its key."""
    end = time.monotonic() + 30
    while not IdempotencyKey.objects.exists():
        assert time.monotonic() < end
        time.sleep(0.01)
