"""The operator's view of the tables."""

import pytest
from django.contrib import admin
from django.urls import reverse

from registry import cards
from registry.models import ApiToken, Finding
from tests import factories, owners

pytestmark = pytest.mark.django_db

TABLES = [table for table in admin.site._registry if table._meta.app_label == "registry"]


@pytest.fixture
def root(client):
    client.force_login(factories.user("root", is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_table_is_shown_and_none_is_edited(root, table):
    factories.finding()
    factories.sync_problem()
    factories.token()
    owners.mark()
    card = factories.card()
    cards.rendered(card.revision, card)
    owners.delivery()
    name = f"admin:registry_{table._meta.model_name}"
    assert root.get(reverse(f"{name}_changelist")).status_code == 200
    row = table.objects.first()
    assert root.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert root.get(reverse(f"{name}_add")).status_code == 403
    assert root.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert root.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403


def test_a_token_is_revoked_and_its_digest_never_shown(root):
    token, secret = factories.token()
    address = reverse("admin:registry_apitoken_changelist")
    shown = root.get(reverse("admin:registry_apitoken_change", args=[token.pk])).content.decode()
    assert token.digest not in shown + root.get(address).content.decode()
    root.post(address, {"action": "revoke", "_selected_action": [token.pk]})
    assert ApiToken.by_secret(secret) is None


def test_the_database_itself_keeps_findings(root):
    from django.db import Error, transaction

    finding = factories.finding()
    for change in (finding.delete, lambda: Finding.objects.update(verdict="fail")):
        with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
            change()


def test_logging_in_looks_like_the_other_pages_and_leads_back(client):
    user = factories.user("root", is_staff=True)
    user.set_password("secret")
    user.save()
    form = {"username": "root", "next": "/scans/new"}
    shown = client.get("/admin/login/", {"next": "/scans/new"}).content.decode()
    assert "<title>Log in · Assay</title>" in shown
    assert 'name="next" value="/scans/new"' in shown
    assert "Django" not in shown
    refused = client.post("/admin/login/", form | {"password": "wrong"}).content.decode()
    assert 'role="alert"' in refused
    assert client.post("/admin/login/", form | {"password": "secret"})["Location"] == "/scans/new"
