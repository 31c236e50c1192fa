"""Datasets: the list, the ranking with its ties, what is not measured."""

import pytest

from registry.ecosystem import boards, datasets
from registry.ecosystem.boards import MOST_RANKED
from registry.models import Claim, DatasetBoard, DatasetTally, Repo
from tests import factories

pytestmark = pytest.mark.django_db

ADDRESS = "/datasets/uoft-cs/cifar10"


def claim(name="", **fields):
    """Make a model that claims 91.7 on CIFAR-10."""
    return factories.claim(factories.revision(factories.repo(name)), **fields)


def measured(name, share, half=0.005, n=10_000, **fields):
    made = claim(name, **fields)
    return factories.finding(made, value=share, low=share - half, high=share + half, n=n)


def ranks(page):
    """Return what the table of ranks says, model by model."""
    return page.text.partition("Verdict ")[2].partition("measured, 95 %")[0]


def test_spellings_are_counted_as_one_and_what_is_gone_is_not(read):
    factories.finding(claim())
    factories.finding(claim(dataset="CIFAR10"), verdict="overstated")
    claim(dataset="uoft-cs/cifar10")
    claim(dataset="squad", metric="f1")
    claim(problem="No number.")
    for fields in ({"is_private": True}, {"state": "gone"}):
        factories.claim(factories.revision(factories.repo(**fields)))
    old = factories.repo()
    factories.claim(factories.revision(old, sha="a" * 40))
    assert datasets.recount() == 2
    tally = DatasetTally.objects.get(folded="uoft-cs/cifar10")
    assert (tally.claims, tally.measured, tally.confirmed, tally.overstated) == (3, 2, 1, 1)
    page = read("/datasets")
    assert "uoft-cs/cifar10 3 2 1 confirmed 1 overstated 50 % confirmed" in page.text
    assert "not evaluated" in page.text
    factories.finding(claim("carol/net"), verdict="inconclusive")
    datasets.recount()
    assert "1 overstated 1 inconclusive 33 % confirmed" in read("/datasets").text
    assert ADDRESS in page.links()
    assert "squad" not in read("/datasets?q=CIFAR").text
    assert "No dataset matches" in read("/datasets?q=nothing").text


def test_counting_again_follows_the_claims_and_writes_only_what_changed():
    one = claim()
    claim(dataset="squad")
    datasets.recount()
    stored = {row.folded: row for row in DatasetTally.objects.extra(select={"at": "xmin::text"})}
    one.delete()
    claim(dataset="glue")
    datasets.recount()
    now = {row.folded: row for row in DatasetTally.objects.extra(select={"at": "xmin::text"})}
    assert set(now) == {"rajpurkar/squad", "nyu-mll/glue"}
    assert now["rajpurkar/squad"].at == stored["rajpurkar/squad"].at


def test_models_are_ranked_with_ties_and_the_unmeasured_stand_apart(read):
    measured("a/best", 0.95)
    measured("b/second", 0.92)
    measured("c/third", 0.919, value_text="99", value=99.0)
    claim("d/boast", value_text="99.9", value=99.9)
    page = read(ADDRESS)
    said = ranks(page)
    assert said.index("1 a/best") < said.index("2–3 tie b/second") < said.index("2–3 tie c/third")
    assert "99 %" in said  # the claim stands beside, and gives no rank
    assert "d/boast" not in said
    assert "d/boast" in page.text.partition("Claimed, not measured")[2]
    assert "more is better" in page.text


def test_less_is_better_where_the_metric_says_so(read):
    fields = {"metric": "wer", "metric_name": "WER", "value_text": "9", "value": 9.0}
    measured("a/worse", 0.2, dataset="librispeech_asr", **fields)
    measured("b/better", 0.05, dataset="librispeech_asr", **fields)
    said = ranks(read("/datasets/openslr/librispeech_asr"))
    assert said.index("b/better") < said.index("a/worse")


def test_metric_config_and_split_are_chosen_in_the_address(read):
    measured("a/test", 0.9)
    measured("b/other", 0.8, split="train")
    measured("c/error", 0.7, metric="error_rate", metric_name="Error", value_text="30", value=30.0)
    datasets.recount()
    page = read(f"{ADDRESS}?metric=accuracy&config=plain_text&split=train")
    assert "b/other" in page.text
    assert "a/test" not in page.text
    same = read(f"{ADDRESS}?metric=accuracy&config=plain_text&split=test")
    assert ranks(same).index("a/test") < ranks(same).index("c/error")
    assert "No model claims this" in read(f"{ADDRESS}?metric=bleu").text


def test_what_was_computed_in_another_way_is_not_ranked_with_the_others(read):
    fields = {"metric": "f1", "value_text": "91.7", "value": 91.7}
    measured("a/one", 0.9, metric_name="F1", **fields)
    measured("a/two", 0.8, metric_name="F1", **fields)
    measured("b/macro", 0.95, metric_name="Macro F1", **fields)
    page = read(ADDRESS)
    assert "b/macro" not in ranks(page)
    assert "1 more was computed in another way" in page.text


def test_a_name_leads_to_the_spelling_of_the_hub(client, read):
    claim("a/one", dataset="cifar10")
    claim("b/two", dataset="My set, v2?")
    claim("c/three", dataset="uoft-cs/cifar10")
    answer = client.get("/datasets/cifar10?metric=accuracy")
    assert answer["Location"] == f"{ADDRESS}?metric=accuracy"
    datasets.recount()
    link = "/datasets/-/named?name=My%20set%2C%20v2%3F"
    assert link in read("/datasets").links()
    page = read(link)
    assert "b/two" in page.text
    assert any("name=My" in one and "metric=" in one for one in page.links())
    for missing in ("/datasets/no/such", "/datasets/-/named", "/datasets/-/named?name=%00"):
        assert client.get(missing).status_code == 404


def test_claims_lead_to_the_page_of_their_data_set(read, queries_of):
    made = claim("alice/net", dataset="CIFAR10")
    finding = factories.finding(made)
    factories.claim(made.revision, dataset="My set, v2?")
    factories.claim(made.revision, dataset="", dataset_name="")
    page, run = read("/models/alice/net"), read(f"/runs/{finding.run_id}")
    mine = "/datasets/-/named?name=My%20set%2C%20v2%3F"
    assert [one for one in page.links() if one.startswith("/datasets/")] == [ADDRESS, mine]
    assert [one for one in run.links() if one.startswith("/datasets/")] == [ADDRESS]
    for link in (ADDRESS, mine):
        assert "alice/net" in read(link).text
    few = queries_of("/models/alice/net")
    for number in range(12):
        factories.claim(made.revision, dataset=f"other/{number}")
    assert queries_of("/models/alice/net") == few


def test_claims_of_an_older_commit_lead_only_where_there_is_a_page(read, queries_of):
    repo = factories.repo("alice/net")
    old = factories.revision(repo, sha="a" * 40)
    finding = factories.finding(factories.claim(old))
    factories.claim(old, dataset="nobody/claims-this")
    claim("bob/net", dataset="uoft-cs/cifar10")
    address, run = f"/models/alice/net/@{old.sha}", f"/runs/{finding.run_id}"
    links = [one for one in read(address).links() if one.startswith("/datasets/")]
    assert links == []  # until it is counted
    datasets.recount()
    for place in (address, run):
        links = [one for one in read(place).links() if one.startswith("/datasets/")]
        assert links == [ADDRESS]
    few = queries_of(address)
    for number in range(12):
        factories.claim(old, dataset=f"other/{number}")
    assert queries_of(address) == few


def test_empty_lists_say_what_to_do(read):
    assert "make demo" in read("/datasets").text
    claim()
    assert "The claims are being counted" in read("/datasets").text


def test_pages_follow_each_other(read, client, monkeypatch):
    monkeypatch.setattr("registry.web.views.datasets.PAGE_SIZE", 2)
    monkeypatch.setattr("registry.web.views.datasets.UNMEASURED", 2)
    for number in range(3):
        claim(f"w/{number}")
        measured(f"m/{number}", 0.9 - number / 10)
        claim(dataset=f"other/{number}")
    datasets.recount()
    page = read("/datasets")
    following = next(link for link in page.links() if "cursor" in link)
    assert "other/2" in page.text
    assert "other/0" in read("/datasets" + following).text
    page = read(ADDRESS)
    assert "m/2" not in page.text
    assert "m/2" in read(ADDRESS + next(one for one in page.links() if "from=3" in one)).text
    further = next(one for one in page.links() if "cursor" in one)
    assert "w/2" in read(ADDRESS + further).text.partition("Claimed, not")[2]
    for bad in ("/datasets?cursor=x", f"{ADDRESS}?cursor=x"):
        assert "Start at the first page" in read(bad, status=400).text
    assert "m/0" in read(f"{ADDRESS}?from=9999999").text


def test_only_the_best_are_ranked(read, monkeypatch):
    assert MOST_RANKED == 200
    monkeypatch.setattr("registry.web.datasets.MOST_RANKED", 2)
    for number in range(3):
        measured(f"m/{number}", 0.9 - number / 10)
    page = read(ADDRESS)
    assert "m/2" not in page.text
    assert "Only the best 2 are ranked" in page.text


def test_queries_do_not_grow_with_rows(queries_of):
    measured("m/first", 0.9)
    claim("w/first")
    datasets.recount()
    few = queries_of(ADDRESS), queries_of("/datasets")
    for number in range(20):
        measured(f"m/{number}", 0.9 - number / 100)
        claim(f"w/{number}")
        claim(dataset=f"other/{number}")
    datasets.recount()
    assert (queries_of(ADDRESS), queries_of("/datasets")) == few


def test_where_many_claim_it_the_order_was_made_ahead_of_time(read, queries_of, monkeypatch):
    monkeypatch.setattr(boards, "LARGE", 2)
    shown = [measured(f"m/{number}", 0.9 - number / 10) for number in range(3)]
    datasets.recount()
    assert boards.remake() == 1
    assert DatasetBoard.objects.get().findings == [one.pk for one in shown]
    before = queries_of(ADDRESS)
    measured("m/new", 0.99)
    assert "m/new" not in read(ADDRESS).text  # until it is counted again
    Repo.objects.filter(name="m/0").update(is_private=True)
    page = read(ADDRESS)
    assert "m/0" not in page.text
    assert "m/1" in page.text
    datasets.recount()
    boards.remake()
    assert "m/new" in read(ADDRESS).text
    assert queries_of(ADDRESS) == before
    Claim.objects.update(problem="unreadable")
    datasets.recount()
    assert boards.remake() == 0
    assert not DatasetBoard.objects.exists()


def large(monkeypatch, measured_ones):
    """Have ten models claim it, more than a page looks at all of; the counts are made."""
    monkeypatch.setattr(boards, "LARGE", 3)
    monkeypatch.setattr(boards, "NEAR", 4)
    monkeypatch.setattr("registry.web.views.datasets.UNMEASURED", 2)
    for number in range(10):
        name = f"m/{number}"
        measured(name, 0.9) if number in measured_ones else claim(name)
    claim("other/one", dataset="glue")
    datasets.recount()
    boards.remake()


def waiting(page):
    return [word for word in page.text.partition("Claimed, not")[2].split() if word[:2] == "m/"]


def walk(read):
    """Return the unmeasured of all pages forwards, and those of the way back."""
    ways = []
    page = read(ADDRESS)
    for relation in ("next", "prev"):
        found = [waiting(page)]
        while following := [
            attrs["href"] for tag, attrs in page.elements
            if tag == "a" and attrs.get("rel") == relation and "cursor" in attrs["href"]
        ]:  # fmt: skip
            page = read(ADDRESS + following[0])
            found.append(waiting(page))
        ways.append(found)
    return ways


@pytest.mark.parametrize("measured_ones", [{1, 4}, {0, 1, 2, 3, 4, 5}, {2, 3, 4, 5, 6, 7, 8, 9}])
def test_the_unmeasured_of_many_claims_are_all_reached_from_page_to_page(
    read, monkeypatch, measured_ones
):
    large(monkeypatch, measured_ones)
    left = [f"m/{number}" for number in range(10) if number not in measured_ones]
    forwards, back = walk(read)
    assert [name for names in forwards for name in names] == left
    assert back == forwards[::-1]


def test_of_many_claims_that_are_all_measured_none_is_looked_for(read, queries_of, monkeypatch):
    large(monkeypatch, set(range(10)))
    assert "Claimed, not measured" not in read(ADDRESS).text
    costs = queries_of(ADDRESS)
    claim("m/later")
    assert queries_of(ADDRESS) == costs
    datasets.recount()
    assert waiting(read(ADDRESS)) == ["m/later"]


def test_the_unmeasured_of_many_claims_are_looked_for_next_to_the_cursor(
    read, queries_of, monkeypatch
):
    large(monkeypatch, {1})
    costs = queries_of(ADDRESS)
    further = next(link for link in read(ADDRESS).links() if "cursor" in link)
    assert queries_of(ADDRESS + further) == costs
    monkeypatch.setattr(boards, "NEAR", 2)  # fills no page: all are looked at, too
    assert queries_of(ADDRESS) == costs + 1
    assert waiting(read(ADDRESS)) == ["m/0", "m/2"]
