"""Swagger UI and Redoc in a browser that has no network, under the policy of their pages."""

import pytest
from django.conf import settings as project
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("api-docs")]


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(project.DATABASES["default"], "CONN_MAX_AGE", 0)
        running = LiveServer("localhost")
        yield running.url
        running.stop()


@pytest.mark.parametrize(
    ("path", "sign"),
    [("/api/docs", "text=List authors"), ("/api/redoc", "text=List authors")],
)
def test_the_document_is_read_offline_and_within_the_policy(browser, server, path, sign):
    context = browser.new_context()
    page = context.new_page()
    said, elsewhere = [], []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith((server, "data:", "blob:"))
            else elsewhere.append(asked.url)
        ),
    )
    page.goto(f"{server}{path}")
    page.wait_for_selector(sign, state="attached", timeout=30_000)
    assert said == []
    assert elsewhere == []
    context.close()


def test_no_script_stands_in_the_page_and_other_pages_keep_their_policy(client, db):
    for path in ("/api/docs", "/api/redoc"):
        answer = client.get(path)
        assert answer.status_code == 200
        policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
        assert policy["script-src"] == "'self'"
        assert policy["default-src"] == "'none'"
        assert b"<script>" not in answer.content
    for path in ("/about", "/api/v1/", "/api/v1/nothing"):
        assert "unsafe" not in client.get(path)["Content-Security-Policy"]
    assert client.get("/.well-known/openapi.json").json()["openapi"] == "3.1.0"
