"""The list of models."""

import pytest
from django.db import OperationalError, connection

from registry.models import Finding, Repo, Run
from registry.search import PAGE_SIZE, plans
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "/models"


def shown(page):
    """Return the names of the models on the page, in order."""
    return [link.removeprefix("/models/") for link in page.links() if link.startswith("/models/")]


def test_it_works(read):
    claim = factories.claim(factories.revision(factories.repo("alice/net", downloads=271_828)))
    factories.finding(claim)
    page = read(LIST)
    assert shown(page) == ["alice/net"]
    for words in ("image-classification", "transformers", "apache-2.0", "1 confirmed", "272 k"):
        assert words in page.text
    assert "17 Nov 2026" in page.text


def test_a_row_says_what_decides_and_counts_what_the_page_of_the_model_counts(read):
    repo = factories.repo("alice/net", licence="", library="", parameters=272_474)
    revision = factories.revision(repo)
    factories.claim(revision)
    factories.claim(revision, problem="“see paper” is no number.")
    text = read(LIST).text
    assert "image-classification · no licence given · 272 k parameters 1 not evaluated" in text
    assert "None of its 1 claim has been measured" in read("/models/alice/net").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["bob/bert-b", "alice/net-a", "alice/bert-c"]),
        ("?q=BERT", ["bob/bert-b", "alice/bert-c"]),
        ("?q=bert+alice", ["alice/bert-c"]),
        ("?q=100%25", []),
        ("?q=%00bert", ["bob/bert-b", "alice/bert-c"]),
        ("?task=fill-mask", ["bob/bert-b"]),
        ("?verdict=overstated", ["alice/net-a"]),
        ("?verdict=overstated&q=bert", []),
        ("?verdict=nonsense", ["bob/bert-b", "alice/net-a", "alice/bert-c"]),
        ("?sort=name", ["alice/bert-c", "alice/net-a", "bob/bert-b"]),
        ("?sort=modified", ["alice/net-a", "bob/bert-b", "alice/bert-c"]),
        ("?sort=nonsense&utm_source=x", ["bob/bert-b", "alice/net-a", "alice/bert-c"]),
    ],
)
def test_filters_and_sorts(read, query, found):
    first = factories.repo("alice/net-a", downloads=2)
    factories.repo(
        "bob/bert-b",
        downloads=3,
        pipeline_tag="fill-mask",
        hub_modified_at=factories.NOON.replace(year=2020),
    )
    factories.repo("alice/bert-c", downloads=1, hub_modified_at=None)
    factories.repo("alice/bert-gone", state=Repo.State.GONE)
    factories.repo("alice/bert-private", is_private=True)
    factories.finding(
        factories.claim(factories.revision(first)), verdict=Finding.Verdict.OVERSTATED
    )
    assert shown(read(LIST + query)) == found


def test_pages_go_on_and_back_and_keep_the_filter(read):
    for number in range(PAGE_SIZE + 3):
        factories.repo(f"alice/net-{number:02}", downloads=0)
    factories.repo("bob/other", downloads=0)
    first = read(f"{LIST}?q=net&sort=name")
    following = [link for link in first.links() if "cursor=" in link]
    assert len(following) == 1
    second = read(LIST + following[0])
    assert shown(second) == ["alice/net-25", "alice/net-26", "alice/net-27"]
    back = [link for link in second.links() if "cursor=" in link]
    assert shown(read(LIST + back[0])) == shown(first)


def test_a_cursor_of_another_search_is_explained(read):
    for _ in range(PAGE_SIZE + 1):
        factories.repo()
    link = next(link for link in read(LIST).links() if "cursor=" in link)
    page = read(f"{LIST}{link}&task=x", status=400)
    assert "This cursor belongs to another search" in page.text
    assert "not one of this list" in read(f"{LIST}?cursor=x", status=400).text


def test_the_tally_shows_the_newest_answer_to_each_claim_of_the_head(read):
    repo = factories.repo("alice/net")
    head = factories.revision(repo)
    claim = factories.claim(head)
    factories.finding(claim, verdict=Finding.Verdict.OVERSTATED)
    factories.finding(claim)
    factories.run(claim)  # asked for again: the finding still stands
    factories.run(factories.claim(head), status=Run.Status.DEAD)
    old = factories.claim(factories.revision(repo, sha=factories.sha()))
    factories.finding(old, verdict=Finding.Verdict.UNDERSTATED)
    page = read(LIST).text
    row = page.partition("alice/net")[2]
    assert "1 confirmed" in row
    assert "1 could not be checked" in row
    for word in ("1 overstated", "1 understated", "1 queued"):
        assert word not in row


def test_nothing_mirrored_says_what_to_type(read):
    assert "make demo" in read(LIST).text


def test_nothing_found_leads_back(read):
    factories.repo()
    page = read(f"{LIST}?q=zzz")
    assert "No model matches" in page.text
    assert "make demo" not in page.text
    assert "has “zzz”" in page.text


def test_twenty_rows_take_as_many_queries_as_one(queries_of):
    factories.finding()
    one = queries_of(LIST)
    for _ in range(19):
        factories.finding()
    assert queries_of(LIST) == one <= 9


def test_a_search_that_takes_too_long_says_so(read, monkeypatch):
    def slow(*_args, **_kwargs):
        raise OperationalError("canceling statement due to statement timeout")

    factories.repo()
    monkeypatch.setattr("registry.search.Search.page", slow)
    assert "took too long" in read(LIST, status=503).text


def test_statements_are_cancelled_at_the_limit():
    with (
        pytest.raises(OperationalError, match="statement timeout"),
        plans.running(within_ms=50),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(5)")
