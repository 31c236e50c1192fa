"""What holds for every noun of the API, whatever it is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from registry.api.entry import NOUNS
from registry.ecosystem import datasets
from registry.models import Edge, Measurement
from tests import factories, owners

pytestmark = pytest.mark.django_db

ROWS = [noun for noun in NOUNS if noun.rows is not None]


@pytest.fixture
def marker():
    """A client whose token reads everything."""
    _, secret = factories.token(scopes=["marks", "webhooks"])
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def seeded():
    """Make a row of each noun that factories know."""
    parent = factories.repo("carol/base")
    factories.revision(parent)
    finding = factories.finding()
    revision = finding.run.revision
    factories.file(revision)
    factories.edge(revision, parent)
    factories.change(revision.repo)
    factories.execution()
    factories.sync()
    owners.mark()
    Measurement.objects.get_or_create(
        measure="repos",
        date=factories.NOON.date(),
        defaults={"version": 1, "at": factories.NOON, "numerator": 1, "seconds": 0.1},
    )
    factories.listed()
    datasets.recount()


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_every_noun_keeps_to_the_ways_of_the_house(marker, noun):
    seeded()
    address = f"/api/v1/{noun.name}"
    first = marker.get(address)
    assert first.status_code == 200, first.content
    rows = first.json()["results"]
    assert rows or noun.name in {"embeddings", "webhooks", "exports"}
    for query in ("naam=x", "fields=naam", "expand=naam", "fields=", "fields=id&fields=id"):
        answer = marker.get(f"{address}?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]
    assert marker.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    if not rows:
        return
    key = "name" if noun.name == "exports" else "id"
    assert marker.get(f"{address}?fields={key}").json()["results"] == [
        {key: row[key]} for row in rows
    ]
    one = marker.get(f"{address}/{rows[0][key]}")
    assert one.json().keys() >= rows[0].keys()
    part = marker.get(f"{address}/{rows[0][key]}?fields={','.join(list(rows[0])[:2])}")
    assert list(part.json()) == list(rows[0])[:2]
    again = marker.get(f"{address}/{rows[0][key]}", headers={"if-none-match": one["ETag"]})
    assert again.status_code == 304
    for missing in ("999999999999", "no-such-thing"):
        assert marker.get(f"{address}/{missing}").status_code == 404


@pytest.mark.parametrize(
    "noun", [n for n in ROWS if n.rows and n.rows.expands], ids=lambda noun: noun.name
)
def test_related_rows_come_along_at_a_constant_price(marker, noun):
    related = ",".join(noun.rows.expands)
    address = f"/api/v1/{noun.name}?expand={related}"

    def queries():
        with CaptureQueriesContext(connection) as seen:
            answer = marker.get(address)
        rows = answer.json()["results"]
        assert all(set(row["expanded"]) == set(noun.rows.expands) for row in rows)
        return len(rows), len(seen)

    seeded()
    few, one = queries()
    if noun.name in {"embeddings", "webhooks"}:
        return
    assert few
    for number in range(12):
        parent = factories.repo(f"dave/base-{number}")
        of = factories.finding(factories.claim(factories.revision(factories.repo(f"e/n{number}"))))
        revision = of.run.revision
        factories.revision(parent)
        factories.file(revision)
        factories.edge(revision, parent)
        factories.change(revision.repo)
        factories.execution(factories.scan(f"scan of {number}"))
    factories.listed()
    many, all_of_them = queries()
    assert many >= 13
    assert all_of_them == one


def test_a_claim_brings_its_newest_finding_and_only_what_is_asked_for(api):
    claim = factories.claim()
    factories.finding(factories.run(claim, status="done"))
    newest = factories.finding(factories.run(claim, status="done"), verdict="overstated")
    with CaptureQueriesContext(connection) as seen:
        answer = api.get("/api/v1/claims?fields=id,metric&expand=finding,repo")
    (row,) = answer.json()["results"]
    assert list(row) == ["id", "metric", "expanded"]
    assert row["expanded"]["finding"]["id"] == newest.pk
    assert row["expanded"]["repo"]["name"] == claim.revision.repo.name
    statements = " ".join(one["sql"] for one in seen.captured_queries)
    assert '"registry_claim"."raw"' not in statements
    assert '"registry_finding"."evidence"' not in statements
    without = factories.claim()
    one = api.get(f"/api/v1/claims/{without.pk}?expand=finding").json()
    assert one["expanded"] == {"finding": None}


def test_large_columns_are_read_only_where_they_are_sent(api):
    finding = factories.finding()
    for query, is_read in (("", True), ("?fields=id,verdict", False), ("?fields=evidence", True)):
        with CaptureQueriesContext(connection) as seen:
            api.get(f"/api/v1/findings/{finding.pk}{query}")
        read = any('"registry_finding"."evidence"' in one["sql"] for one in seen.captured_queries)
        assert read == is_read, query


def test_a_name_that_is_none_is_answered_with_those_that_are(api):
    said = api.get("/api/v1/authors?fields=naam").json()["detail"]
    assert "'naam'" in said
    assert "id, name, hub, kind, is_verified, checked_at" in said


def test_a_cursor_holds_whatever_the_fields(api):
    for _ in range(3):
        factories.repo()
    following = api.get("/api/v1/repos?limit=1&fields=id").json()["next"]
    assert list(api.get(following).json()["results"][0]) == ["id"]
    assert api.get(following.replace("fields=id", "fields=name")).status_code == 200


def test_files_are_found_by_their_hash_in_every_repo(api):
    same = [factories.file(sha256="ab" * 32) for _ in range(2)]
    factories.file(sha256="cd" * 32)
    factories.file(sha256="")
    factories.file(factories.revision(factories.repo(is_private=True)), sha256="ab" * 32)

    def found(**query):
        return [row["id"] for row in api.get("/api/v1/files", query).json()["results"]]

    assert found(sha256="AB" * 32) == [file.pk for file in reversed(same)]
    assert found(sha256="") == []
    assert found(repo=same[0].revision.repo.name) == [same[0].pk]
    assert found(revision=same[1].revision.sha) == [same[1].pk]


def test_the_configuration_of_gated_files_is_not_repeated(api):
    opened = factories.revision()
    gated = factories.revision(factories.repo(gate="manual"))
    assert api.get(f"/api/v1/revisions/{opened.pk}").json()["config"] == opened.config
    assert api.get(f"/api/v1/revisions/{gated.pk}").json()["config"] is None


def test_a_private_repo_is_in_no_noun(api):
    repo = factories.repo("mallory/secret", is_private=True)
    revision = factories.revision(repo)
    claim = factories.claim(revision, dataset="secret-data")
    child = factories.edge(revision, factories.repo("alice/base"))
    file = factories.file(revision)
    for address in (
        f"revisions/{revision.pk}",
        f"files/{file.pk}",
        f"authors/{repo.author_id}",
        f"edges/{child.pk}",
        "datasets/secret-data",
        f"claims/{claim.pk}",
    ):
        assert api.get(f"/api/v1/{address}").status_code == 404
        noun = address.partition("/")[0]
        assert b"secret" not in api.get(f"/api/v1/{noun}").content
    named = factories.edge(parent=repo)
    shown = api.get(f"/api/v1/edges/{named.pk}?expand=parent").json()
    assert (shown["parent_id"], shown["expanded"]["parent"]) == (None, None)
    assert api.get("/api/v1/edges", {"parent_id": repo.pk}).json()["results"] == []


def test_edges_are_found_by_both_ends(api):
    parent = factories.repo("alice/base")
    edge = factories.edge(parent=parent)
    measured = factories.edge(
        relation=Edge.Relation.ADAPTER, basis=Edge.Basis.MEASURED, parent_name="gone/away"
    )
    for query, found in (
        ({"parent": "alice/base"}, [edge.pk]),
        ({"parent_id": parent.pk}, [edge.pk]),
        ({"child": edge.child.repo.name}, [edge.pk]),
        ({"relation": "adapter"}, [measured.pk]),
        ({"basis": "measured"}, [measured.pk]),
    ):
        assert [row["id"] for row in api.get("/api/v1/edges", query).json()["results"]] == found
    row = api.get(f"/api/v1/edges/{edge.pk}?expand=parent,child").json()
    assert row["expanded"]["parent"]["name"] == "alice/base"
    assert row["expanded"]["child"]["name"] == row["child"]


def test_checks_say_what_they_can_be_asked(api):
    rows = {row["id"]: row for row in api.get("/api/v1/checks").json()["results"]}
    assert rows["claim"]["applies"] == "claim"
    assert rows["adversarial"]["applies"] == "revision"
    norm = next(one for one in rows["adversarial"]["options"] if one["name"] == "norm")
    assert norm["choices"] == ["Linf", "L2", "L1"]
    assert api.get("/api/v1/checks/claim").json() == rows["claim"]
