"""/api/v1/webhooks: an owner makes, drives and reads their own, and nobody else sees them."""

import logging

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Delivery, Webhook, WebhookSecret
from registry.webhooks import delivering, signing
from tests import factories, owners
from tests.receivers import Receiver
from tests.registry.api.test_marks import client_of

pytestmark = pytest.mark.django_db

LIST = "/api/v1/webhooks"
WANTED = {"url": "https://example.org/hook", "events": ["finding.created", "run.ended"]}


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.ASSAY_HOME = tmp_path


@pytest.fixture
def owner():
    return client_of("olga", "webhooks")


def post(client, path="", **fields):
    return client.post(f"{LIST}{path}", fields, format="json")


def test_it_works(owner, api):
    answer = post(owner, **WANTED, repo="alice/net")
    assert answer.status_code == 201, answer.json()
    made = Webhook.objects.get()
    assert answer["Location"] == f"http://testserver{LIST}/{made.pk}"
    row = answer.json()
    assert row.pop("secret").startswith(signing.PREFIX)
    assert (row["url"], row["events"], row["state"]) == (*WANTED.values(), "active")
    assert (row["repo"], row["author"], row["check"]) == ("alice/net", "", "")
    answer = owner.get(f"{LIST}/{made.pk}")
    assert answer.json() == row
    assert "private" in answer["Cache-Control"]
    assert owner.get(LIST).json()["results"] == [row]
    assert api.get("/api/v1/").json()["webhooks"].endswith(LIST)


def test_it_is_changed_paused_and_removed(owner):
    made = owners.webhook(factories.user("olga"))
    address = f"{LIST}/{made.pk}"

    def change(**fields):
        answer = owner.patch(address, fields, format="json")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    assert change(check="claim")["check"] == "claim"
    assert change(events=["mark.found"])["events"] == ["mark.found"]
    row = change(state="paused", url="https://example.org/b")
    assert (row["state"], row["url"], row["check"]) == ("paused", "https://example.org/b", "claim")
    Webhook.objects.update(state="disabled", reason="Gone.")
    row = change(state="active")
    assert (row["state"], row["reason"]) == ("active", "")
    assert owner.patch(address, {"state": "disabled"}, format="json").status_code == 400
    owners.delivery(made)
    assert owner.delete(address).status_code == 204
    assert not Webhook.objects.exists()
    assert not WebhookSecret.objects.exists()


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"url": "http://example.org/"}, "/url", "https://"),
        ({"url": "https://2130706433/"}, "/url", "private network"),
        ({"url": "https://a:b@example.org/"}, "/url", "password"),
        ({"events": []}, "/events", "Say one or more of: finding.created"),
        ({"events": ["finding.lost"]}, "/events/0", "not a valid choice"),
        ({"repo": "a" * 301}, "/repo", "at most 300"),
        ({"author": "a\u202eb"}, "/author", "can be seen"),
        ({"secret": "whsec_mine"}, "/secret", "There is no such field."),
    ],
)
def test_what_cannot_be_is_pointed_at(owner, fields, pointer, words):
    answer = post(owner, **(WANTED | fields))
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["pointer"].startswith(pointer.rstrip("/0"))
    assert words in error["detail"]
    assert not Webhook.objects.exists()


def test_an_owner_has_a_bounded_number(owner, settings):
    settings.ASSAY_WEBHOOKS = 1
    assert post(owner, **WANTED).status_code == 201
    answer = post(owner, **WANTED)
    assert answer.status_code == 422
    assert "at most 1 webhooks" in answer.json()["detail"]


def test_nobody_else_sees_or_drives_it(owner, api):
    made = owners.webhook(factories.user("olga"))
    sent = owners.delivery(made)
    bob, marker = client_of("bob", "webhooks"), client_of("olga", "marks")
    addresses = [
        f"{LIST}/{made.pk}",
        f"{LIST}/{made.pk}/deliveries",
        f"/api/v1/deliveries/{sent.pk}",
    ]
    acts = [f"{LIST}/{made.pk}/test", f"{LIST}/{made.pk}/rotate"]
    acts.append(f"/api/v1/deliveries/{sent.pk}/replay")
    for client, code in ((bob, 404), (marker, 403), (api, 401)):
        assert {client.get(address).status_code for address in addresses} == {code}
        assert {client.post(address).status_code for address in acts} == {code}
        assert client.delete(addresses[0]).status_code == code
        assert client.patch(addresses[0], {"state": "paused"}, format="json").status_code == code
    assert bob.get(LIST).json()["results"] == []
    assert Webhook.objects.get().state == "active"


def test_deliveries_are_listed_by_state_in_pages_at_a_constant_cost(owner):
    made = owners.webhook(factories.user("olga"))
    owners.delivery(made, state="delivered", attempt=1, status_code=204)
    address = f"{LIST}/{made.pk}/deliveries"

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(address).status_code == 200
        return len(asked)

    one = cost()
    for _ in range(19):
        owners.delivery(made)
    assert cost() == one
    assert len(owner.get(address, {"state": "waiting"}).json()["results"]) == 19
    (row,) = owner.get(address, {"state": "delivered"}).json()["results"]
    assert (row["event"], row["status_code"]) == ("finding.created", 204)
    assert row["message"].startswith("msg_")
    page = owner.get(address, {"limit": 15}).json()
    assert len(owner.get(page["next"]).json()["results"]) == 5
    assert owner.get(address, {"state": "lost"}).status_code == 400
    assert owner.get(address, {"colour": "red"}).status_code == 400
    whole = owner.get(f"/api/v1/deliveries/{row['id']}").json()
    assert whole["body"] == '{"type":"finding.created"}'


def test_a_test_goes_out_and_is_replayed(owner, settings):
    settings.ASSAY_WEBHOOK_PRIVATE = True
    receiver = Receiver()
    row = post(owner, url=receiver.url, events=["mark.found"]).json()
    answer = post(owner, f"/{row['id']}/test")
    assert answer.status_code == 202
    sent = answer.json()
    assert (sent["event"], sent["state"]) == ("webhook.test", "waiting")
    assert delivering.deliver(row["id"]) == 1
    assert receiver.verified(row["secret"])["type"] == "webhook.test"
    assert owner.get(answer["Location"]).json()["state"] == "delivered"
    secret = post(owner, f"/{row['id']}/rotate").json()["secret"]
    answer = owner.post(f"/api/v1/deliveries/{sent['id']}/replay")
    assert answer.status_code == 202
    assert answer.json()["state"] == "waiting"
    assert delivering.deliver(row["id"]) == 1
    assert receiver.verified(secret) == receiver.verified(row["secret"])
    receiver.close()
    Delivery.objects.update(state="sending", lease_until="2100-01-01T00:00Z")
    assert owner.post(f"/api/v1/deliveries/{sent['id']}/replay").status_code == 422
    owner.patch(f"{LIST}/{row['id']}", {"state": "paused"}, format="json")
    assert post(owner, f"/{row['id']}/test").status_code == 422


def test_secrets_are_in_one_answer_only(owner, settings, caplog, client):
    caplog.set_level(logging.DEBUG)
    settings.ASSAY_WEBHOOK_PRIVATE = True
    made = post(owner, url="http://127.0.0.1:9999/hook", events=WANTED["events"]).json()
    secrets = [made["secret"], post(owner, f"/{made['id']}/rotate").json()["secret"]]
    post(owner, f"/{made['id']}/test")
    delivering.deliver(made["id"])
    post(owner, f"/{made['id']}/bad", secret=secrets[0])
    root = factories.user("root", is_staff=True, is_superuser=True)
    client.force_login(root)
    paths = ("", f"/{made['id']}", f"/{made['id']}/deliveries")
    seen = [owner.get(f"{LIST}{path}").content.decode() for path in paths]
    sent = Delivery.objects.get()
    seen.append(owner.get(f"/api/v1/deliveries/{sent.pk}").content.decode())
    for table in ("webhook", "delivery"):
        seen.append(client.get(f"/admin/registry/{table}/").content.decode())
        pk = {"webhook": made["id"], "delivery": sent.pk}[table]
        seen.append(client.get(f"/admin/registry/{table}/{pk}/change/").content.decode())
    call_command("dumpdata", "registry.WebhookSecret", "registry.Webhook", "registry.Event",
                 output=str(settings.ASSAY_HOME / "dump"))  # fmt: skip
    seen.append((settings.ASSAY_HOME / "dump").read_text())
    seen.append(caplog.text)
    for secret in secrets:
        assert len(secret) > 40
        bare = secret.removeprefix(signing.PREFIX)
        assert not [text for text in seen if bare in text]
