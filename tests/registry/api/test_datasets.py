"""Datasets of the API: the same as their pages, in whatever spelling."""

from urllib.parse import quote, urlsplit

import pytest
from django.db import connection
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext

from registry.api.datasets import DatasetResource
from registry.ecosystem import datasets
from registry.models import Claim, DatasetTally, Label, Repo
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/api/v1/datasets"
# 300 characters of a claim are kept; these are shown, and hide or turn what stands around them.
WEIRD = (
    "a/b/c",
    "My set, v2? #1 100%",
    "قاعدة بيانات",
    "\u202eevil",
    "ÜBUNGEN",
    "/slash/",
    "..",
    "-/named",
    "line\nbreak",
    "x" * 300,
)


def ids(answer):
    return [row["id"] for row in answer.json()["results"]]


def test_spellings_are_one_data_set_with_one_count(api):
    factories.finding(factories.claim())
    factories.finding(factories.claim(dataset="CIFAR10"), verdict="overstated")
    factories.claim(dataset="uoft-cs/cifar10", split="train")
    factories.claim(dataset="")
    Label.objects.create(facet="dataset", value="cifar10", n=3)
    Label.objects.create(facet="dataset", value="uoft-cs/cifar10", n=2)
    Label.objects.create(facet="task", value="cifar10", n=50)
    datasets.recount()
    (row,) = api.get(LIST).json()["results"]
    assert row == {
        "id": "uoft-cs/cifar10",
        "spellings": ["cifar-10", "cifar10", "uoft-cs/cifar10"],
        "claims": 3,
        "measured": 2,
        "confirmed": 1,
        "overstated": 1,
        "understated": 0,
        "repos": 5,
        "url": "http://testserver/datasets/uoft-cs/cifar10",
        "claims_url": "http://testserver/api/v1/claims?dataset=uoft-cs%2Fcifar10",
    }
    for spelling in ("uoft-cs/cifar10", "cifar10", "CIFAR10"):
        one = api.get(f"{LIST}/{spelling}").json()
        choices = one.pop("choices")
        assert one == row
        assert [(choice["split"], choice["claims"], choice["measured"]) for choice in choices] == [
            ("test", 2, 2),
            ("train", 1, 0),
        ]
        assert choices[0]["name"] == "accuracy"
        assert ids(api.get(LIST, {"name": spelling})) == ["uoft-cs/cifar10"]
        assert len(ids(api.get("/api/v1/claims", {"dataset": spelling}))) == 3
    assert len(ids(api.get(row["claims_url"]))) == 3


def test_the_page_counts_the_same(api, client):
    factories.finding(factories.claim())
    factories.claim(dataset="CIFAR10")
    datasets.recount()
    row = api.get(f"{LIST}/cifar10").json()
    page = " ".join(client.get(urlsplit(row["url"]).path).content.decode().split())
    assert f"<dt>claims of models</dt> <dd> {row['claims']} </dd>" in page
    assert f"<dt>measured</dt> <dd> {row['measured']} </dd>" in page


def test_lists_are_walked_in_both_directions_in_each_order(api):
    for name in ("squad", "cifar10", "glue/mrpc", "cifar10"):
        factories.claim(dataset=name)
    factories.finding(factories.claim(dataset="squad"))
    factories.claim(dataset="cifar10")
    datasets.recount()
    glue, squad, cifar = "glue/mrpc", "rajpurkar/squad", "uoft-cs/cifar10"
    for sort, order in (
        ("", [glue, squad, cifar]),
        ("-claims", [cifar, squad, glue]),
        ("-measured", [squad, cifar, glue]),
    ):
        first = api.get(f"{LIST}?limit=1&sort={sort}").json()
        second = api.get(first["next"]).json()
        third = api.get(second["next"]).json()
        assert [page["results"][0]["id"] for page in (first, second, third)] == order
        assert third["next"] is None
        assert api.get(third["previous"]).json()["results"] == second["results"]


def test_each_order_is_that_of_an_index():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_datasettally SELECT 'set-' || n, 'set-' || n, n % 1000, n % 100,"
            " 0, 0, 0, '[]' FROM generate_series(1, 50000) n"
        )
        cursor.execute("ANALYZE registry_datasettally")
    for order in DatasetResource.orders.values():
        sign = "-" if order.descending else ""
        columns = [sign + column for column in order.columns]
        plan = DatasetTally.objects.defer("parts").order_by(*columns)[:51].explain()
        assert "Index Scan" in plan, plan
        assert "Sort" not in plan, plan


def test_nothing_counted_yet_is_an_empty_list_and_a_name_is_looked_up(api):
    assert api.get(LIST).json() == {"next": None, "previous": None, "results": []}
    assert api.get(f"{LIST}/cifar10").status_code == 404
    factories.claim()
    assert api.get(LIST).json()["results"] == []
    assert api.get(f"{LIST}/cifar10").json()["claims"] == 1


def test_unknown_names_are_no_data_set(api):
    factories.claim()
    datasets.recount()
    for name in (
        "no-such",
        "no/such/set",
        "%00",
        "cifar10%00",
        "x" * 10_000,
        "%20",
        "%ff",
        "a%0Ab",
    ):
        answer = api.get(f"{LIST}/{name}")
        assert answer.status_code == 404, name
        assert answer["Content-Type"] == "application/problem+json"
    assert api.get(LIST, {"name": "x" * 10_000}).status_code == 400
    assert ids(api.get(LIST, {"name": "no-such"})) == []


@pytest.mark.parametrize("name", WEIRD, ids=lambda name: ascii(name[:20]))
def test_any_name_is_found_in_page_and_api(api, client, name):
    claim = factories.claim(dataset=name)
    factories.claim(dataset="other")
    for _ in range(2):  # counted now, and as it was counted
        datasets_of = api.get(f"{LIST}/{quote(name, safe='')}")
        if "\n" not in name:
            assert datasets_of.json()["id"] == name
            assert datasets_of.json()["claims"] == 1
        datasets.recount()
    (row,) = api.get(LIST, {"name": name}).json()["results"]
    assert row["id"] == name
    assert ids(api.get(row["claims_url"])) == [claim.pk]
    page = client.get(row["url"].removeprefix("http://testserver"))
    assert page.status_code == 200
    assert claim.revision.repo.name in page.content.decode()


def test_an_answer_that_did_not_change_is_not_sent_again(api):
    factories.claim()
    datasets.recount()
    for address in (LIST, f"{LIST}/cifar10"):
        tag = api.get(address)["ETag"]
        assert api.get(address, headers={"if-none-match": tag}).status_code == 304
        factories.claim()
        datasets.recount()
        assert api.get(address, headers={"if-none-match": tag}).status_code == 200


def test_what_is_private_or_gone_is_not_counted(api):
    for fields in ({"is_private": True}, {"state": Repo.State.GONE}):
        factories.claim(factories.revision(factories.repo(**fields)), dataset="secret")
    datasets.recount()
    assert api.get(LIST).json()["results"] == []
    assert api.get(f"{LIST}/secret").status_code == 404


def test_queries_do_not_grow_with_rows(api):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            rows = api.get(LIST).json()["results"]
        return len(rows), len(seen)

    factories.claim()
    datasets.recount()
    few = queries()
    for number in range(12):
        factories.claim(dataset=f"other/{number}")
    datasets.recount()
    many = queries()
    assert (few[0], many[0]) == (1, 13)
    assert many[1] == few[1]


def test_claims_on_a_data_set_are_found_by_an_index_in_all_its_spellings():
    written = ("cifar10", "CIFAR10", "uoft-cs/cifar10")
    made = {factories.claim(dataset=name).pk for name in written}
    factories.claim(dataset="cifar100")
    claims = Claim.objects.alias(folded=Lower("dataset"))
    found = claims.filter(folded__in=datasets.folds("CIFAR-10"))
    assert set(found.values_list("pk", flat=True)) == made
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = found.explain()
    assert "claim_by_folded_dataset" in plan
    assert "Filter" not in plan
