"""/api/v1/changes, and the counters of a repo."""

import pytest

from registry.models import Change
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_works(api):
    change = factories.change()
    row = api.get(f"/api/v1/changes/{change.pk}").json()
    assert row == api.get("/api/v1/changes").json()["results"][0]
    assert (row["repo"], row["what"]) == (change.repo.name, "licence")
    assert (row["old"], row["new"], row["is_alert"]) == ("mit", "gpl-3.0", False)


def test_filters(api):
    first = factories.change()
    second = factories.change(what=Change.What.REPLACED, old={}, new={})
    for query, found in (
        ({"repo": first.repo.name}, [first.pk]),
        ({"repo_id": second.repo_id}, [second.pk]),
        ({"what": "replaced"}, [second.pk]),
        ({}, [second.pk, first.pk]),
    ):
        rows = api.get("/api/v1/changes", query).json()["results"]
        assert [row["id"] for row in rows] == found
    assert api.get("/api/v1/changes?what=nonsense").status_code == 400


def test_counters(api):
    counters = factories.counters()
    address = f"/api/v1/repos/{counters.repo_id}/counters"
    assert api.get(address).json()[-1] == {
        "day": "2026-05-11",
        "downloads": 900,
        "likes": 2,
        "trending": 1.5,
    }
    part = api.get(f"{address}?since=2026-04-20&until=2026-05-01").json()
    assert [point["day"] for point in part] == ["2026-04-04"]  # it holds on the 20th
    assert api.get(f"{address}?since=never").status_code == 400
    assert api.get(f"{address}?sinc=2026-04-20").status_code == 400
    assert api.get("/api/v1/repos/999/counters").status_code == 404


def test_claims_that_the_head_does_not_make_any_more(api):
    repo = factories.repo()
    first = factories.revision(repo, sha=factories.sha())
    finding = factories.finding(factories.claim(first, value_text="95.0", value=95.0))
    head = factories.revision(repo)
    now = factories.claim(head)
    (row,) = api.get(f"/api/v1/repos/{repo.pk}/earlier-claims").json()
    assert (row["claim"]["value_text"], row["claim"]["revision"]) == ("95.0", first.sha)
    assert (row["by"], row["now"], row["run"]) == (head.sha, now.pk, finding.run_id)
    assert row["verdict"] == "confirmed"
    assert api.get("/api/v1/repos/999/earlier-claims").status_code == 404
    assert api.get(f"/api/v1/repos/{repo.pk}/earlier-claims?x=1").status_code == 400


def test_private_repos_are_not_there(api):
    hidden = factories.repo(is_private=True)
    change, counters = factories.change(hidden), factories.counters(hidden)
    assert api.get("/api/v1/changes").json()["results"] == []
    assert api.get(f"/api/v1/changes/{change.pk}").status_code == 404
    assert api.get(f"/api/v1/repos/{counters.repo_id}/counters").status_code == 404
