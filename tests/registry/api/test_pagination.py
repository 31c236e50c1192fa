"""Pages of the API."""

import pytest

from registry.models import Repo
from tests import factories

pytestmark = pytest.mark.django_db


def walk(api, address, direction="next"):
    while address:
        answer = api.get(address)
        assert answer.status_code == 200, answer.json()
        body = answer.json()
        yield answer, body
        address = body[direction]


def test_it_works(api):
    for number in range(5):
        factories.repo(downloads=number)
    pages = list(walk(api, "/api/v1/repos?limit=2"))
    downloads = [[row["downloads"] for row in body["results"]] for _, body in pages]
    assert downloads == [[4, 3], [2, 1], [0]]
    first, last = pages[0], pages[-1]
    assert first[0]["Link"] == f'<{first[1]["next"]}>; rel="next"'
    assert first[1]["previous"] is None
    assert last[0]["Link"] == f'<{last[1]["previous"]}>; rel="prev"'
    back = list(walk(api, last[1]["previous"], "previous"))
    assert [[row["downloads"] for row in body["results"]] for _, body in back] == [[2, 1], [4, 3]]


def test_a_page_that_holds_everything_has_no_link(api):
    factories.repo()
    assert "Link" not in api.get("/api/v1/repos")


def test_twelve_hundred_ties_are_all_read_once(api):
    hub = factories.hub()
    Repo.objects.bulk_create(
        Repo(hub=hub, hub_key=str(n), name=f"net-{n}", synced_at=factories.NOON)
        for n in range(1_200)
    )
    seen = [
        row["id"] for _, body in walk(api, "/api/v1/repos?limit=250") for row in body["results"]
    ]
    assert len(seen) == len(set(seen)) == 1_200


def test_a_cursor_keeps_to_its_filters_and_its_sort(api):
    for _ in range(3):
        factories.repo()
    following = api.get("/api/v1/repos?limit=1&task=image-classification").json()["next"]
    assert api.get(following).status_code == 200
    assert api.get(following.replace("limit=1", "limit=2")).status_code == 200
    for change in (("task=image", "task=audio"), ("limit=1", "limit=1&sort=name")):
        answer = api.get(following.replace(*change))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/cursor"


def test_a_cursor_holds_nothing_secret(api):
    factories.repo(problem="kept inside")
    factories.repo()
    assert "kept inside" not in api.get("/api/v1/repos?limit=1").json()["next"]
