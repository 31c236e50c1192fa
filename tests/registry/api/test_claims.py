"""/api/v1/claims."""

import pytest

from registry.models import Repo
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/api/v1/claims"


def ids(response):
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def test_it_works(api):
    claim = factories.claim()
    row = api.get(f"{LIST}/{claim.pk}").json()
    assert row == api.get(LIST).json()["results"][0]
    assert row["repo"] == claim.revision.repo.name
    assert row["revision"] == claim.revision.sha
    assert row["metric"] == {"id": "accuracy", "name": "Accuracy", "args": {}}
    assert row["dataset"] == {
        "id": "cifar10",
        "name": "CIFAR-10",
        "config": "plain_text",
        "split": "test",
        "revision": "",
    }
    assert row["place"]["path"] == "model-index[0].results[0].metrics[0]"
    assert (row["value_text"], row["value"], row["raw"]) == ("91.7", 91.7, claim.raw)


def test_filters(api):
    first = factories.claim()
    second = factories.claim(metric="f1", dataset="glue", task="fill-mask", source="table")
    both = {first.pk, second.pk}
    for query, found in (
        ({"repo": second.revision.repo.name}, {second.pk}),
        ({"repo_id": first.revision.repo_id}, {first.pk}),
        ({"revision": first.revision.sha}, {first.pk}),
        ({"metric": "f1"}, {second.pk}),
        ({"dataset": "glue"}, {second.pk}),
        ({"task": "fill-mask"}, {second.pk}),
        ({"source": "table"}, {second.pk}),
        ({"repo": "nobody/nothing"}, set()),
        ({}, both),
    ):
        assert set(ids(api.get(LIST, query))) == found, query


def test_words_out_of_gated_files_are_not_repeated(api):
    repo = factories.repo(gate=Repo.Gate.AUTO)
    claim = factories.claim(factories.revision(repo), raw="behind the gate")
    answer = api.get(f"{LIST}/{claim.pk}")
    assert answer.json()["raw"] is None
    assert b"behind the gate" not in answer.content + api.get(LIST).content


def test_a_number_that_json_does_not_know_is_null(api):
    claim = factories.claim(value=float("nan"))
    assert api.get(f"{LIST}/{claim.pk}").json()["value"] is None
