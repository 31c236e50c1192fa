"""What nobody should send, and what happens at the wrong moment: never a fault of the server."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.db import connection, connections, transaction

from registry.models import Repo, Run, Scan
from tests import factories

pytestmark = pytest.mark.django_db

LONG = "x" * 10_000
RIGHT_TO_LEFT = ("מעבדה/רשת-נוירונים", "مختبر/شبكة-عصبية")


@pytest.fixture
def staff(client):
    client.force_login(factories.user("root", is_staff=True))
    return client


@pytest.mark.parametrize("name", RIGHT_TO_LEFT)
def test_a_name_in_a_script_from_right_to_left_is_a_name(read, client, name):
    author = factories.author(name.partition("/")[0])
    repo = factories.repo(name, author=author)
    claim = factories.claim(factories.revision(repo))
    finding = factories.finding(claim)
    asked = quote(name)
    for address in (
        "/models",
        f"/models?q={asked}",
        f"/models/{asked}",
        f"/compare?m={asked}",
        f"/runs/{finding.run_id}",
        f"/authors/{quote(author.name)}",
    ):
        assert name in read(address).text, address
    for query in (f"name={asked}", f"q={asked}"):
        rows = client.get(f"/api/v1/repos?{query}").json()["results"]
        assert [row["name"] for row in rows] == [name], query


def test_ten_kilobytes_are_too_much_or_are_found_nowhere(client):
    factories.finding()
    for address in (
        f"/models?q={LONG}",
        f"/models?task={LONG}",
        f"/models?cursor={LONG}",
        f"/models/{LONG}/{LONG}",
        f"/compare?m={LONG}&m={LONG}",
        f"/datasets?q={LONG}",
        f"/datasets/{LONG}",
        f"/authors/{LONG}",
        f"/runs?check={LONG}",
        f"/changes?kind={LONG}",
        f"/suggest?q={LONG}",
        f"/api/v1/repos?q={LONG}",
        f"/api/v1/repos?name={LONG}",
        f"/api/v1/repos?fields={LONG}",
        f"/api/v1/claims?dataset={LONG}",
        f"/api/v1/datasets/{LONG}",
        f"/api/v1/facets?q={LONG}",
        f"/api/v1/{LONG}",
    ):
        answer = client.get(address)
        assert answer.status_code in {200, 400, 404}, address[:40]
        if address.startswith("/api/") and answer.status_code == 400:
            assert answer.json()["detail"].endswith(".")
            assert len(answer.content) < 4_000  # what was sent is not sent back


def test_nothing_found_is_said_and_is_no_error(read, client):
    factories.revision()
    for address in ("/models?q=nothing-like-it", "/runs?status=dead", "/datasets?q=nothing"):
        assert "No " in read(address).text, address
    assert client.get("/api/v1/repos?q=nothing-like-it").json() == {
        "next": None,
        "previous": None,
        "results": [],
    }


def test_a_cursor_of_another_search_is_refused_with_a_sentence(read, client):
    for number in range(3):
        factories.finding(factories.claim(factories.revision(factories.repo(f"a/net-{number}"))))
    factories.listed()
    for noun, other in (("repos", "q=net"), ("runs", "status=done"), ("claims", "metric=accuracy")):
        following = client.get(f"/api/v1/{noun}?limit=1").json()["next"]
        assert client.get(following).status_code == 200
        refused = client.get(f"{following}&{other}")
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["pointer"] == "/cursor"
        assert "another search" in refused.json()["detail"]
    cursor = client.get("/api/v1/repos?limit=1").json()["next"].partition("cursor=")[2]
    for address in ("/models?q=net", "/models?sort=name", "/runs?status=done", "/changes?"):
        page = read(f"{address}&cursor={cursor.partition('&')[0]}", status=400)
        assert "cursor" in page.text.lower() or "search" in page.text.lower()


class Deletes:
    """Deletes a repo by another connection, before a certain query of this one."""

    def __init__(self, name, before):
        self.name, self.left = name, before

    def __call__(self, execute, *args):
        self.left -= 1
        if self.left == 0:
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(self.delete).result(30)
        return execute(*args)

    def delete(self):
        with transaction.atomic():
            Run.objects.filter(revision__repo__name=self.name).delete()
            Repo.objects.filter(name=self.name).delete()
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_goes_while_its_page_is_made_is_no_fault(client):
    def made(name):
        revision = factories.revision(factories.repo(name))
        factories.card(revision)
        factories.file(revision)
        run = factories.run(factories.claim(revision))
        factories.listed()
        return run

    number, codes = 0, set()
    for address in ("/models/{0}", "/runs/{1}", "/compare?m={0}", "/api/v1/repos/{2}?expand=head"):
        before = 1
        while before < 40:
            number += 1
            name = f"a/gone-{number}"
            run = made(name)
            deletes = Deletes(name, before)
            client.raise_request_exception = False
            with connection.execute_wrapper(deletes):
                answer = client.get(address.format(name, run.pk, run.revision.repo_id))
            assert answer.status_code in {200, 404}, (address, before)
            codes.add(answer.status_code)
            if deletes.left > 0:  # the page took fewer queries
                break
            before += 2
        assert before > 1, address
    assert codes == {200, 404}


def test_the_same_in_two_tabs_is_done_once(staff):
    run, scan = factories.run(), factories.scan("weekly")
    cancel = f"/runs/{run.pk}/do/cancel"
    said = [staff.post(cancel, follow=True).content.decode() for _ in range(2)]
    assert "The run is cancelled." in said[0]
    assert "The run had ended already." in said[1]
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED
    for _ in range(2):
        answer = staff.post(f"/scans/{scan.pk}/do/pause", follow=True)
        assert answer.status_code in {200, 409, 422}
    scan.refresh_from_db()
    assert scan.state == Scan.State.PAUSED
    answer = staff.post(f"/scans/{scan.pk}/do/remove", follow=True)
    assert staff.post(f"/scans/{scan.pk}/do/remove", follow=True).status_code in {200, 404, 422}
    form = {"name": "twice", "checks": "claim", "selection": "", "save": "", "max_runs": "9"}
    codes = [staff.post("/scans/new", form).status_code for _ in range(2)]
    assert max(codes) < 500
    assert Scan.objects.filter(name="twice").count() <= 2
