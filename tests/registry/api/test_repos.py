"""/api/v1/repos."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from registry.models import Repo
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/api/v1/repos"


def names(response):
    assert response.status_code == 200, response.json()
    return [row["name"] for row in response.json()["results"]]


def test_it_works(api):
    repo = factories.repo("alice/net", refs={"branches": {"main": "c" * 40}})
    row = api.get(LIST).json()["results"][0]
    assert row["id"] == repo.pk
    assert (row["name"], row["author"], row["hub"]) == ("alice/net", "alice", "https://hub.example")
    assert row["sha"] == repo.head_sha
    assert "refs" not in row
    detail = api.get(f"{LIST}/{repo.pk}").json()
    assert detail == row | {"refs": {"branches": {"main": "c" * 40}}}


def test_it_is_looked_up_by_name(api):
    factories.repo("alice/net")
    factories.repo("bob/net")
    assert names(api.get(LIST, {"name": "bob/net"})) == ["bob/net"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"author": "alice"}, ["alice/a"]),
        ({"task": "fill-mask"}, ["bob/b"]),
        ({"library": "timm"}, ["bob/b"]),
        ({"licence": "mit"}, ["alice/a"]),
        ({"hub": "https://hub.example"}, ["bob/b", "alice/a"]),
        ({"state": "gone"}, ["carol/c"]),
        ({"sort": "name"}, ["alice/a", "bob/b"]),
        ({"sort": "id"}, ["alice/a", "bob/b"]),
    ],
)
def test_filters_and_sorts(api, query, found):
    factories.repo("alice/a", licence="mit", downloads=1)
    factories.repo("bob/b", pipeline_tag="fill-mask", library="timm", downloads=2)
    factories.repo("carol/c", state=Repo.State.GONE, downloads=3)
    assert names(api.get(LIST, query)) == found


def test_a_gone_repo_is_read_by_number_and_left_out_of_lists(api):
    gone = factories.repo(state=Repo.State.GONE)
    assert names(api.get(LIST)) == []
    assert api.get(f"{LIST}/{gone.pk}").json()["state"] == "gone"


def test_a_private_repo_is_nowhere(api):
    repo = factories.repo("alice/secret", is_private=True)
    finding = factories.finding(factories.claim(factories.revision(repo)))
    addresses = {
        f"{LIST}/{repo.pk}",
        f"/api/v1/claims/{finding.run.claim_id}",
        f"/api/v1/runs/{finding.run_id}",
        f"/api/v1/findings/{finding.pk}",
    }
    for address in addresses:
        assert api.get(address).status_code == 404
        assert api.get(address.rpartition("/")[0]).json()["results"] == []
    for state in ("present", "gone"):
        assert names(api.get(LIST, {"state": state})) == []


@pytest.mark.parametrize("noun", ["repos", "claims", "runs", "findings"])
def test_twenty_rows_take_as_many_queries_as_one(noun):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert APIClient().get(f"/api/v1/{noun}").json()["results"]
        return len(seen)

    factories.finding()
    factories.listed()
    one = queries()
    for _ in range(19):
        factories.finding()
    factories.listed()
    # Repos come from search: its limits, the last count, the page, and then the rows.
    assert queries() == one
    assert one == 1 or noun == "repos"


def test_an_answer_that_is_known_is_not_sent_again(api):
    repo = factories.repo()
    for address in (f"{LIST}/{repo.pk}", LIST):
        first = api.get(address)
        assert set(first["Cache-Control"].split(", ")) == {"public", "max-age=60"}
        again = api.get(address, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    known = api.get(LIST)["ETag"]
    Repo.objects.update(downloads=5)
    assert api.get(LIST, headers={"if-none-match": known}).status_code == 200


@pytest.mark.parametrize("other", ["hub=https://hub.example", "state=present"])
def test_both_words_for_downloads_sort_what_search_does_not_know(api, other):
    few, many = factories.repo(downloads=1), factories.repo(downloads=9)
    for sort in ("downloads", "-downloads"):
        answer = api.get(f"/api/v1/repos?{other}&sort={sort}&limit=1")
        assert answer.status_code == 200
        following = api.get(answer.json()["next"]).json()["results"]
        rows = answer.json()["results"] + following
        assert [row["id"] for row in rows] == [many.pk, few.pk]
