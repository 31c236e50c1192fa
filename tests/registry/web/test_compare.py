"""Models side by side."""

import csv
import io

import pytest

from registry.web import comparing
from tests import factories

pytestmark = pytest.mark.django_db


def model(name, *measured, **fields):
    """Make a model that claims 91.7 and was measured as said: value, low, high, n."""
    revision = factories.revision(factories.repo(name))
    claim = factories.claim(revision, **fields)
    if measured:
        value, low, high, n = measured
        factories.finding(claim, value=value, low=low, high=high, n=n)
    return revision


def lines(*names):
    return comparing.compare(names).lines


def test_facts_claims_and_measurements_stand_side_by_side(read):
    model("a/one", 0.9173, 0.9118, 0.9226, 10_000)
    model("b/two", 0.8, 0.79, 0.81, 10_000, value_text="80", value=80.0)
    page = read("/compare?m=a/one&m=b/two")
    for words in ("a/one", "b/two", "91.73 %", "80.00 %", "79.00–81.00 %", "n = 10,000", "Library"):
        assert words in page.text
    assert "Best: a/one" in page.text
    assert [cell.is_best for cell in lines("a/one", "b/two")[0].cells] == [True, False]
    assert "?m=b/two" in page.links()  # without the first


def test_a_difference_that_the_intervals_do_not_settle_is_a_tie(read):
    model("a/one", 0.92, 0.88, 0.95, 200)
    model("b/two", 0.91, 0.87, 0.94, 200)
    model("c/three", 0.5, 0.43, 0.57, 200)
    page = read("/compare?m=a/one&m=c/three&m=b/two")
    assert "Tie, not told apart by the intervals: a/one, b/two" in page.text
    assert "Best" not in page.text
    found = lines("a/one", "c/three", "b/two")[0].cells
    assert not any(cell.is_best for cell in found)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"split": "train"}, "another split: train"),
        ({"config": "other"}, "another config: other"),
        ({"dataset_revision": "v2"}, "another revision of the dataset: v2"),
    ],
)
def test_what_was_configured_otherwise_is_grey_and_no_best(fields, words):
    model("a/one", 0.5, 0.49, 0.51, 10_000, dataset_revision="v1")
    model("b/two", 0.9, 0.89, 0.91, 10_000, **fields)
    first = lines("a/one", "b/two")[0]
    assert first.cells[1].greyed == words
    assert first.best == ""


def test_another_commit_or_another_size_of_the_data_is_grey():
    one, two, three = (model(f"a/{number}") for number in range(3))
    rows = {"population": 10_000}, {"population": 10_000}, {"population": 500}
    for revision, sha, measure in zip((one, two, three), "dec", rows, strict=True):
        run = factories.run(revision.claims.get(), status="done", dataset_sha=sha * 40)
        factories.finding(run, evidence={"measure": measure})
    first = lines("a/0", "a/1")[0]
    assert first.cells[1].greyed == "measured on another revision of the dataset: eeeeeeeeeeee"
    factories.finding(factories.claim(model("a/3")), evidence={"measure": rows[2]})
    factories.finding(factories.claim(model("a/4")), evidence={"measure": rows[1]})
    assert lines("a/4", "a/3")[0].cells[1].greyed == "measured on another subset: 500 rows"


def test_spellings_of_a_dataset_and_a_metric_are_one_row():
    model("a/one", dataset="cifar10", metric="accuracy")
    model(
        "b/two", dataset="uoft-cs/cifar10", metric="error_rate", metric_name="Error",
        value_text="8.3", value=8.3,
    )  # fmt: skip
    found = lines("a/one", "b/two")
    assert len(found) == 1
    assert [cell.greyed for cell in found[0].cells] == ["", ""]
    assert not found[0].differs


def test_names_that_are_not_there_are_columns_that_say_so(read):
    revision = model("a/one")
    factories.repo("b/bare")
    factories.repo("c/hidden", is_private=True)
    page = read(f"/compare?m=a/one@{revision.sha[:9]}&m=b/bare&m=c/hidden&m=a/one@abcdef0&m=d/%00x")
    assert page.text.count("No model of this name") == 2
    assert "Only its record is mirrored yet" in page.text
    assert "No such commit of this model" in page.text
    assert f"/models/a/one/@{revision.sha}" in page.links()


def test_a_seventh_is_left_out_in_words(read):
    address = "/compare?" + "&".join(f"m=a/{number}" for number in range(8))
    page = read(address)
    assert "6 models fit side by side. Left out: a/6 , a/7" in page.text
    assert "Add a model" not in page.text
    assert "Nothing to compare yet" in read("/compare?m=").text


def test_only_differences_leaves_out_what_is_the_same(read):
    same = {"split": "train"}
    for name in ("a/one", "b/two"):
        revision = model(name, **same)
        factories.claim(revision, metric="f1", metric_name="F1", value_text=name[0] == "a")
    model("a/other")
    found = comparing.compare(["a/one", "b/two"], differences=True)
    assert [line.claim.metric for line in found.lines] == ["f1"]
    assert "Licence" not in [fact.name for fact in found.facts]
    page = read("/compare?m=a/one&m=b/two&only=differences")
    assert "Accuracy" not in page.text
    assert "?m=a/one&m=b/two" in page.links()


def test_many_claims_are_on_pages_that_follow_each_other(client, read, monkeypatch):
    monkeypatch.setattr(comparing, "PAGE_SIZE", 2)
    revision = model("a/one")
    for number in range(4):
        factories.claim(revision, split=f"part-{number}")
    model("b/two", split="part-3")
    page = read("/compare?m=a/one&m=b/two")
    assert "part-3" in page.text  # what both claim comes first
    assert "Claims 1 to 2 of 5, those that several models make first." in page.text
    seen, link = page.text, "?m=a/one&m=b/two&from=3"
    assert link in page.links()
    page = read("/compare" + link)
    assert {"?m=a/one&m=b/two&from=1", "?m=a/one&m=b/two&from=5"} <= set(page.links())
    assert ("meta", {"name": "robots", "content": "noindex"}) in page.elements
    seen += page.text
    page = read("/compare?m=a/one&m=b/two&from=5")
    assert "Next" not in page.text
    seen += page.text
    assert all(f"part-{number}" in seen for number in range(4))
    for nonsense in ("0", "x", "7", "9999999", "-1", "²"):
        assert "Claims 1 to 2 of 5" in read(f"/compare?m=a/one&m=b/two&from={nonsense}").text
    text = client.get("/compare?m=a/one&m=b/two&from=3&format=csv").content.decode()
    assert all(f"part-{number}" in text for number in range(4))  # what is copied is whole


def test_differences_beyond_the_first_page_are_found(read, monkeypatch):
    monkeypatch.setattr(comparing, "PAGE_SIZE", 2)
    for name in ("a/one", "b/two"):
        revision = model(name, split="part-0")
        for number in range(1, 4):
            factories.claim(revision, split=f"part-{number}")
        for number in range(4, 7):
            factories.claim(revision, split=f"part-{number}", value_text=f"9{name == 'a/one':d}.2")
    page = read("/compare?m=a/one&m=b/two&only=differences")
    assert "part-3" not in page.text
    assert "part-4" in page.text
    assert "Claims 1 to 2 of 3" in page.text
    link = next(link for link in page.links() if "from=3" in link)
    assert "part-6" in read("/compare" + link).text


def test_it_can_be_copied_as_text(client):
    model("a/one", 0.9173, 0.9118, 0.9226, 10_000)
    model("b/two", dataset_name="=cmd()|x", metric_name="=1+1\n<b>")
    answer = client.get("/compare?m=a/one&m=b/two&format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert {len(row) for row in rows} == {13}
    assert not any(text.startswith("=") for row in rows for text in row)
    row = next(row for row in rows if "CIFAR-10" in row[0])
    assert row[1:6] == ["91.7 %", "91.73 %", "91.18–92.26 %", "10000", "Confirmed"]
    answer = client.get("/compare?m=a/one&m=b/two&format=markdown")
    text = answer.content.decode()
    assert "claimed 91.7 %, measured 91.73 % (91.18–92.26 %, n = 10000); confirmed" in text
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert len({line.replace("\\|", "").count("|") for line in text.splitlines()}) == 1


def test_six_models_cost_as_many_queries_as_one(queries_of):
    for number in range(6):
        model(f"a/{number}", 0.9173, 0.9118, 0.9226, 10_000)
    many = queries_of("/compare?" + "&".join(f"m=a/{number}" for number in range(6)))
    assert queries_of("/compare?m=a/0") == many


def test_of_several_claims_of_the_same_the_one_that_does_not_hold_is_shown(read):
    revision = model("a/one", 0.9173, 0.9118, 0.9226, 10_000)
    wrong = factories.claim(revision, value_text="95", value=95.0)
    factories.finding(wrong, verdict="overstated", value=0.9173, low=0.9118, high=0.9226)
    page = read("/compare?m=a/one")
    assert "claimed 95 %" in page.text
    assert "and 1 more claim of the same" in page.text
