"""The pages on which an owner makes and follows webhooks."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Delivery, Webhook
from tests import factories, owners

pytestmark = pytest.mark.django_db

FORM = {"url": "https://example.org/hook", "events": ["finding.created"], "repo": "alice/net"}


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.ASSAY_HOME = tmp_path


@pytest.fixture
def olga(client):
    """Somebody who is signed in, and no staff."""
    user = factories.user("olga")
    client.force_login(user)
    return user


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_it_works(client, olga):
    assert "No webhooks yet" in page(client, "/webhooks")
    answer = client.post("/webhooks", FORM)
    made = Webhook.objects.get()
    assert (made.owner, made.url, made.repo) == (olga, FORM["url"], "alice/net")
    (secret,) = re.findall(r"whsec_[\w+/=]+", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    assert secret not in str(client.session.items()) + str(client.cookies)
    shown = page(client, "/webhooks") + page(client, f"/webhooks/{made.pk}")
    assert FORM["url"] in shown
    assert "Nothing was sent yet" in shown
    assert secret not in shown
    answer = client.post(f"/webhooks/{made.pk}", FORM | {"repo": "", "check": "claim"})
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.repo, made.check_id) == ("", "claim")


def test_what_cannot_be_is_said_at_its_field(client, olga):
    answer = client.post("/webhooks", FORM | {"url": "https://localhost/"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "private network" in text.split('id="id_url_error">')[1][:100]
    assert client.post("/webhooks", {"url": "x"}).status_code == 422
    assert not Webhook.objects.exists()


def test_it_is_driven(client, olga):
    made = owners.webhook(olga)
    here = f"/webhooks/{made.pk}"

    def act(action):
        answer = client.post(f"{here}/do/{action}")
        made.refresh_from_db()
        return answer

    assert act("test")["Location"] == here
    sent = Delivery.objects.get()
    assert "webhook.test" in page(client, here)
    act("pause")
    assert made.state == "paused"
    assert "Let it go on" in page(client, here)
    client.post(f"/deliveries/{sent.pk}/replay")
    assert "The webhook is paused" in page(client, here)
    act("resume")
    assert made.state == "active"
    Delivery.objects.update(state="failed", tries=10)
    client.post(f"/deliveries/{sent.pk}/replay")
    sent.refresh_from_db()
    assert (sent.state, sent.tries) == ("waiting", 0)
    assert "whsec_" in act("rotate").content.decode()
    assert client.post(f"{here}/do/dance").status_code == 404
    assert client.get(f"{here}/do/rotate").status_code == 405
    assert client.post(f"{here}/do/remove")["Location"] == "/webhooks"
    assert not Webhook.objects.exists()


def test_the_log_is_narrowed_and_turned_at_a_constant_cost(client, olga):
    made = owners.webhook(olga)
    evil = "<script>alert(1)</script>\u202e"
    owners.delivery(made, state="failed", error=evil, excerpt=evil, repo=evil, status_code=500)
    here = f"/webhooks/{made.pk}"

    def cost():
        with CaptureQueriesContext(connection) as asked:
            page(client, here)
        return len(asked)

    one = cost()
    assert "<script>alert" not in page(client, here)
    assert "[U+202E]" in page(client, here)
    for _ in range(29):
        owners.delivery(made)
    assert cost() == one
    assert page(client, here).count("Replay<") == 25
    assert page(client, f"{here}?state=failed").count("Replay<") == 1
    (cursor,) = re.findall(r"cursor=([^\"&]+)", page(client, here))
    assert page(client, f"{here}?cursor={cursor}").count("Replay<") == 5
    assert "Start at the first page" in page(client, f"{here}?state=failed&cursor={cursor}", 400)
    for _ in range(2):
        owners.webhook(olga)
    with CaptureQueriesContext(connection) as few:
        page(client, "/webhooks")
    for _ in range(10):
        owners.webhook(olga)
    with CaptureQueriesContext(connection) as many:
        page(client, "/webhooks")
    assert len(few) == len(many)


def test_others_see_nothing_of_it(client):
    made = owners.webhook(factories.user("alice"))
    sent = owners.delivery(made)
    addresses = [f"/webhooks/{made.pk}/do/rotate", f"/deliveries/{sent.pk}/replay"]
    shown = page(client, "/webhooks")
    assert "How to get one" in shown
    assert made.url not in shown
    assert client.post("/webhooks", FORM)["Location"].startswith("/admin/login/")
    assert client.get(f"/webhooks/{made.pk}")["Location"].startswith("/admin/login/")
    for address in addresses:
        assert client.post(address)["Location"].startswith("/admin/login/")
    client.force_login(factories.user("root", is_staff=True))  # staff, but not its owner
    assert made.url not in page(client, "/webhooks")
    page(client, f"/webhooks/{made.pk}", 404)
    for address in addresses:
        assert client.post(address).status_code == 404
    assert Webhook.objects.count() == 1
