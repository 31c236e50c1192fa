"""Answers to requests that reach no page, and headers of all."""

import pytest
from django.conf import settings
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


def test_it_works(read):
    page = read("/nothing/here", status=404)
    assert "There is nothing here" in page.text
    assert "/models" in page.links()


def test_a_wrong_host_is_refused_in_the_same_look(client, settings):
    settings.ALLOWED_HOSTS = ["assay.example"]
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert b"The request cannot be understood" in answer.content


def test_a_fault_of_ours_tells_nothing(monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("registry.web.overview.is_empty", broken)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert b"Something broke here" in answer.content
    for word in (b"hunter2", b"Traceback", b"RuntimeError"):
        assert word not in answer.content


def test_pages_take_no_other_method(client):
    factories.repo("alice/net")
    for address in ("/", "/models", "/models/alice/net", "/runs", "/checks", "/about"):
        assert client.post(address).status_code in {403, 405}
        assert client.head(address).status_code == 200


@pytest.mark.parametrize("address", ["/", "/models", "/nothing", "/api/v1/repos", "/admin/login/"])
def test_every_answer_carries_the_policy(client, address):
    policy = client.get(address)["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_pages_set_no_cookie_and_name_nothing_outside(client):
    factories.repo()
    for address in ("/", "/models", "/about"):
        answer = client.get(address)
        assert not answer.cookies
        outside = answer.content.replace(settings.ASSAY_PUBLIC_URL.encode(), b"")
        for attribute in (b'src="http', b'href="http', b"url(http"):
            assert attribute not in outside
