"""Whatever goes wrong under /api/ is a problem document."""

import pytest
from rest_framework.test import APIClient

from registry.api import problems
from registry.api.entry import NOUNS, OTHERS
from tests import factories

pytestmark = pytest.mark.django_db


def problem(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["type"].startswith("/problems#")
    return body


def test_it_works(api):
    body = problem(api.get("/api/v1/repos/1"), 404)
    assert body["instance"] == "/api/v1/repos/1"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/nothing",
        "/api/v1",
        "/api/v1/repos/",
        "/api/v1/repos/abc",
        "/api/nothing",
        "/api/v2/",
        f"/api/v1/repos/{'9' * 30}",
        "/api/v1/claims/999999999999999999",
    ],
)
def test_addresses_that_are_none(api, address):
    problem(api.get(address), 404)


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=1001", "limit=x", "limit=-1", "limit=1&limit=2", "limit=1e3"),
        *("limit=%D9%A1", "sort=size", "cursor=x", "naam=x", "state=lost", "name=%00"),
        "name=" + "x" * 301,
    ],
)
def test_parameters_that_make_no_sense_are_pointed_at(api, query):
    body = problem(api.get(f"/api/v1/repos?{query}"), 400)
    assert body["errors"][0]["pointer"] == "/" + query.partition("=")[0]


@pytest.mark.parametrize("query", ["repo_id=x", "repo_id=" + "9" * 19, "claim=1.5", "claim=%2B1"])
def test_numbers_are_numbers(api, query):
    problem(api.get(f"/api/v1/runs?{query}"), 400)


def test_a_single_row_takes_no_parameters(api):
    problem(api.get(f"/api/v1/repos/{factories.repo().pk}?limit=1"), 400)
    problem(api.get("/api/v1/?limit=1"), 400)


def test_methods_bodies_and_formats(api, alice):
    problem(alice.delete("/api/v1/runs"), 405)
    problem(alice.post("/api/v1/runs", "{", content_type="application/json"), 400)
    problem(alice.post("/api/v1/runs", "a=1", content_type="text/plain"), 415)
    problem(alice.post("/api/v1/runs", b"\xff\xfe", content_type="application/json"), 400)
    problem(alice.post("/api/v1/runs?x=1", {}, format="json"), 400)
    problem(api.get("/api/v1/repos", headers={"accept": "text/html"}), 406)


def test_a_fault_of_ours_tells_nothing(api, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("registry.search.Search.page", broken)
    api.raise_request_exception = False
    answer = api.get("/api/v1/repos")
    body = problem(answer, 500)
    assert b"hunter2" not in answer.content
    assert b"Traceback" not in answer.content
    assert "errors" not in body


def test_an_address_that_is_none_is_a_problem_for_every_method():
    strict = APIClient(enforce_csrf_checks=True)
    for method in ("post", "put", "patch", "delete"):
        problem(getattr(strict, method)("/api/v1/embeddings/none"), 404)


@pytest.mark.parametrize(
    ("address", "noun"),
    [("models?limit=1", "repos"), ("Models/a/b", "repos"), ("run/1", "runs"), ("clams", "claims")],
)
def test_an_address_that_is_nearly_one_names_it(api, address, noun):
    assert (
        f"perhaps /api/v1/{noun} is meant" in problem(api.get(f"/api/v1/{address}"), 404)["detail"]
    )


def test_an_address_that_is_like_none_is_not_guessed(api):
    for address in ("xyzzy", "repos/1/2/3", "%00" * 50, "m" * 10_000):
        assert "perhaps" not in problem(api.get(f"/api/v1/{address}"), 404)["detail"]


def test_a_row_that_is_not_there_is_said_in_words_of_ours(api):
    said = problem(api.get("/api/v1/scan-executions/999"), 404)["detail"]
    assert said == "There is no such scan execution; it may have been removed."


def test_each_kind_is_explained_on_its_page(client):
    page = client.get("/problems").content.decode()
    for slug, _ in problems.KINDS.values():
        assert f'id="{slug}"' in page


def test_the_root_lists_what_there_is(api):
    body = api.get("/api/v1/").json()
    assert list(body) == [*(noun.name for noun in NOUNS), *OTHERS]
    for own in (body.pop("embeddings"), body.pop("webhooks")):
        assert api.get(own).status_code == 401  # of each owner alone
    for address in body.values():
        assert api.get(address).status_code == 200
