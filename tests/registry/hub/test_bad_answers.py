"""A hub that breaks: each fault is a reason, and the rest goes on."""

from typing import Any

import pytest

from registry.hub import errands, listed, plan, reading
from registry.hub.client import HubClient
from registry.hub.problems import BadName
from registry.hub.sync import mirror
from registry.models import Card, Claim, Edge, Errand, File, Repo, Revision, Sync
from tests.registry.hub import stub_hub
from tests.registry.hub.passes import counts, dump, reasons

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (stub_hub.status(401), "token"),
        (stub_hub.status(500), "status 500"),
        (stub_hub.status(429), "429"),
        (stub_hub.body(b"<html>"), "not JSON"),
        (stub_hub.value({"error": "x"}), "must be a list"),
        (stub_hub.cut(b"["), "cut its answer"),
        (stub_hub.redirect("http://10.0.0.1/"), "not a public address"),
        (stub_hub.body(b'["\xff"]'), "not UTF-8"),
    ],
)
def test_a_listing_that_cannot_be_read_stops_the_pass_with_one_sentence(hub, go, answer, words):
    hub.spoil("/api/models", answer)
    sync = go()
    assert (sync.status, sync.seen) == ("stopped", 0)
    assert words in sync.reason
    assert sync.finished_at is not None


def test_a_hub_that_is_not_there_stops_the_pass(waits):
    url = "http://127.0.0.1:9"
    sync = mirror(url, client=HubClient(url, sleep=waits.append))
    assert sync.status == "stopped"
    assert "could not be reached" in sync.reason


def test_an_address_that_is_none_is_refused():
    with pytest.raises(BadName):
        mirror("nonsense")
    with pytest.raises(BadName):
        mirror("http://" + "x" * 300)


@pytest.mark.parametrize("name", ["../../etc", "/abs", "a/b/c", "a/..", "a/" + "x" * 400, "a b"])
def test_a_name_that_breaks_the_rules_is_one_problem(hub, go, name):
    hub.add("a/good")
    hub.listed = lambda records: [{"id": name, "sha": "a" * 40}, *records]
    sync = go()
    assert (sync.status, counts(sync)) == ("done", (1, 0, 0, 1))
    [(_, stage, reason)] = reasons(sync)
    assert stage == "list"
    assert "The name" in reason


def test_records_of_wrong_types_are_problems_and_the_rest_goes_on(hub, go):
    hub.add("a/good")
    bad: list[Any] = [
        None,
        7,
        "x",
        [],
        {},
        {"id": []},
        {"id": "a/x", "_id": 7},
        {"id": "a/y", "sha": "main"},
    ]
    hub.listed = lambda records: [*bad, *records]
    sync = go()
    assert counts(sync) == (1, 0, 0, len(bad))
    assert sync.seen == 1 + len(bad)


def test_a_known_repo_whose_record_breaks_is_not_taken_for_gone(hub, go):
    hub.add("a/net")
    go()
    hub.listed = lambda records: [records[0] | {"sha": "broken"}]
    assert counts(go()) == (0, 0, 0, 1)
    assert Repo.objects.get().state == "present"


@pytest.mark.parametrize("where", ["/revision/", "/refs", "/resolve/"])
def test_a_repo_that_vanishes_after_the_listing_is_one_problem(hub, go, where):
    hub.add("a/good")
    hub.add("a/gone")
    hub.spoil(f"a/gone{where}", stub_hub.status(404, {"X-Error-Code": "RepoNotFound"}))
    sync = go()
    assert counts(sync) == (2, 0, 0, 0)
    [(name, _, reason)] = reasons(sync)
    assert name == "a/gone"
    assert "no such repo" in reason
    assert Repo.objects.listed().count() == 1
    assert not Errand.objects.exists()


def test_a_listing_without_files_asks_for_the_detail(hub, go):
    hub.add("a/net")
    hub.add("a/gone")
    hub.listed = lambda records: [{"id": r["id"], "_id": r["_id"]} for r in records]
    hub.spoil("a/gone/revision", stub_hub.status(404, {"X-Error-Code": "RepoNotFound"}))
    sync = go()
    assert counts(sync) == (2, 0, 0, 0)
    assert hub.calls("/tree/") == 0  # the detail has sizes already
    assert Revision.objects.get().has_tree
    assert "no such repo" in reasons(sync)[0][2]


@pytest.mark.parametrize(
    ("where", "stage"), [("/tree/", "tree"), ("/refs", "refs"), ("/resolve/", "card")]
)
def test_a_part_that_fails_for_ever_is_a_reason_on_the_row_and_asked_for_again(
    hub, go, where, stage
):
    hub.add("a/net", has_tree=where != "/tree/")
    hub.add("a/other")
    hub.spoil(f"a/net{where}", stub_hub.status(500))
    sync = go()
    assert counts(sync) == (2, 0, 0, 0)
    assert Errand.objects.get().reason == "again"
    [(name, told, reason)] = reasons(sync)
    assert (name, told) == ("a/net", stage)
    assert Repo.objects.get(name="a/net").problem == reason
    assert Repo.objects.get(name="a/other").problem == ""
    hub.heal()
    hub.repos["a/net"].has_tree = True
    assert counts(go()) == (0, 0, 2, 0)
    assert not Errand.objects.exists()
    assert Repo.objects.get(name="a/net").problem == ""
    assert Revision.objects.get(repo__name="a/net").has_tree
    assert Card.objects.count() == 2


def test_a_detail_that_fails_leaves_a_row_with_the_reason(hub, go):
    hub.add("a/net")
    hub.listed = lambda records: [{"id": r["id"], "_id": r["_id"]} for r in records]
    hub.spoil("/revision/", stub_hub.value("nonsense"))
    assert counts(go()) == (1, 0, 0, 0)
    repo = Repo.objects.get()
    assert (repo.head_sha, repo.revisions.count()) == ("", 0)
    assert "cannot be used" in reasons(Sync.objects.get())[0][2]
    assert Errand.objects.get().reason == "again"
    hub.heal()
    go()
    assert Repo.objects.get().revisions.count() == 1


def test_hostile_file_names_are_left_out_with_a_reason(hub, go):
    hub.add("a/net", has_tree=False)
    entries = [
        {"type": "file", "path": path, "size": 1, "oid": "a" * 40}
        for path in ("../../root/.ssh/x", "ok.txt", "a\\b", "n\0l", "/abs")
    ]
    hub.spoil("/tree/", stub_hub.value(entries))
    sync = go()
    assert [file.path for file in File.objects.all()] == ["ok.txt"]
    assert len(reasons(sync)) == 4
    assert "left out" in Repo.objects.get().problem


def test_a_hub_of_records_has_no_trees(hub, go):
    hub.add("gpt2", key="", has_tree=False, info={"config": None, "pipeline_tag": None})
    hub.listed = lambda records: [
        {("modelId" if k == "id" else k): v for k, v in r.items() if k not in ("_id", "createdAt")}
        for r in records
    ]
    sync = go()
    assert (counts(sync), reasons(sync)) == ((1, 0, 0, 0), [])
    repo, revision = Repo.objects.get(), Revision.objects.get()
    assert (repo.hub_key, repo.author, repo.problem) == ("name:gpt2", None, "")
    assert (revision.has_tree, revision.config, revision.files.count()) == (False, {}, 2)
    assert revision.card.text == "# A network\n"
    before = dump()
    assert counts(go()) == (0, 0, 1, 0)
    assert dump() == before


def test_an_error_text_is_no_card(hub, go):
    text = b"Error: the path 'README.md' does not exist in the given tree"
    hub.add("a/net", files={"README.md": text})
    go()
    assert Card.objects.count() == 0


def test_a_card_that_breaks_is_kept_with_the_reason(hub, go):
    hub.add("a/net", files={"README.md": b"---\nlicense: [mit\n---\n\xff\0 text"})
    sync = go()
    card = Card.objects.get()
    assert "cannot be read" in card.problem
    assert card.has_front_matter
    assert "\0" not in card.text
    assert {stage for _, stage, _ in reasons(sync)} == {"card"}
    assert any("not UTF-8" in reason for _, _, reason in reasons(sync))
    assert Repo.objects.get().problem == ""  # reading it again would not help


def test_a_card_without_end_is_not_read(hub, go, monkeypatch):
    monkeypatch.setattr(reading, "CARD_LIMIT", 10)
    hub.add("a/net")
    sync = go()
    assert Card.objects.count() == 0
    assert "more than 10 bytes" in reasons(sync)[0][2]


def test_a_gated_repo_is_stored_without_its_card(hub, go):
    hub.add("a/net", info={"gated": "manual"})
    hub.spoil("/resolve/", stub_hub.status(403, {"X-Error-Code": "GatedRepo"}))
    sync = go()
    assert Repo.objects.get().gate == "manual"
    assert counts(sync) == (1, 0, 0, 0)
    assert counts(go()) == (0, 0, 1, 0)


def test_a_gated_repo_that_was_listed_narrowly_gets_its_front_matter_from_the_detail(hub, go):
    index = [
        {
            "name": "net",
            "results": [
                {
                    "task": {"type": "image-classification"},
                    "dataset": {"type": "cifar10", "name": "CIFAR-10"},
                    "metrics": [{"type": "accuracy", "value": 91.7}],
                }
            ],
        }
    ]
    front = {"license": "apache-2.0", "base_model": "a/base", "datasets": ["cifar10"]}
    info = {"gated": "manual", "cardData": front, "model-index": index}
    hub.add("a/net", info=info)
    hub.listed = lambda records: [
        {k: v for k, v in r.items() if k not in ("cardData", "model-index", "config", "siblings")}
        for r in records
    ]
    hub.spoil("/resolve/", stub_hub.status(403, {"X-Error-Code": "GatedRepo"}))
    go()
    repo, card = Repo.objects.get(), Card.objects.get()
    assert (repo.licence, repo.datasets, repo.read_sha) == (
        "apache-2.0",
        ["cifar10"],
        repo.head_sha,
    )
    assert (card.text, card.has_front_matter) == ("", True)
    assert card.front_matter == front | {"model-index": index}
    assert (Claim.objects.get().value, Edge.objects.get().parent_name) == (91.7, "a/base")
    before = dump()
    hub.listed = lambda records: records  # a wide listing says the same
    assert counts(go()) == (0, 0, 1, 0)
    assert dump() == before


@pytest.mark.parametrize("body", [b"# A net", b'{"error": "x"}', "# A network\n".encode("utf-16")])
def test_a_card_that_is_not_the_one_of_the_tree_is_asked_for_again(hub, go, body):
    hub.add("a/net")
    hub.spoil("/resolve/", stub_hub.body(body), times=1)
    assert reasons(go()) == []
    assert Card.objects.get().text == "# A network\n"
    Card.objects.all().delete()
    Repo.objects.update(read_sha="", head_sha="")
    hub.spoil("/resolve/", stub_hub.body(body))
    sync = go()
    [(name, stage, reason)] = reasons(sync)
    assert (name, stage) == ("a/net", "card")
    assert "other bytes" in reason
    assert not Card.objects.exists()
    assert Errand.objects.get().reason == "again"
    hub.heal()
    go()
    assert Card.objects.get().text == "# A network\n"
    assert not Errand.objects.exists()


def test_a_repeated_cursor_is_noticed_and_named(hub, go):
    hub.add("a/one")
    link = {"Link": f'<{hub.url}/api/models?cursor=loop>; rel="next"'}
    hub.spoil("/api/models", stub_hub.body(b"[]", link))
    sync = go()
    assert sync.status == "stopped"
    assert "leads back to a page" in sync.reason
    assert sync.cursor == ""


def test_a_listing_without_end_is_noticed(hub, go):
    hub.add("a/one")
    numbers = iter(range(10**6))

    def endless(handler):
        link = f'<{hub.url}/api/models?cursor={next(numbers)}>; rel="next"'
        handler.json([hub_info(handler)], {"Link": link})

    def hub_info(handler):
        return handler.info(hub.repos["a/one"])

    hub.spoil("/api/models\\?", endless)
    sync = go()
    assert sync.status == "stopped"
    assert "nothing new" in sync.reason
    assert Repo.objects.count() == 1


def test_a_hub_that_stops_serving_ends_the_pass_not_each_repo_alone(hub, go, monkeypatch):
    monkeypatch.setattr(errands, "OUTAGE_AFTER", 3)
    hub.page = 100
    for number in range(40):
        hub.add(f"a/n{number:02}")
    hub.spoil("/revision/", stub_hub.status(429))
    sync = go()
    assert sync.status == "stopped"
    assert "429" in sync.reason
    assert Repo.objects.count() == 40
    assert hub.calls("/revision/") < 40 * 6


def test_a_row_that_the_database_refuses_is_one_problem(hub, go, monkeypatch):
    for number in range(5):
        hub.add(f"a/n{number}")
    hub.repos["a/n3"].info["pipeline_tag"] = "x" * 150
    monkeypatch.setattr("registry.hub.records.clean_text", lambda text, *_: text)
    sync = go()
    assert counts(sync) == (4, 0, 0, 1)
    [(name, stage, reason)] = reasons(sync)
    assert (name, stage) == ("a/n3", "store")
    assert "too long" in reason


def test_a_fault_of_our_own_costs_one_repo(hub, go, monkeypatch, caplog):
    hub.add("a/one")
    hub.add("a/two")
    real = reading.RepoReader.named

    def breaks(self, name, *more):
        if name == "a/one":
            raise ZeroDivisionError
        return real(self, name, *more)

    monkeypatch.setattr(reading.RepoReader, "named", breaks)
    go()
    assert "ZeroDivisionError" in caplog.text
    assert set(Repo.objects.exclude(read_sha="").values_list("name", flat=True)) == {"a/two"}


def test_a_fault_of_our_own_in_the_listing_costs_one_repo(hub, go, monkeypatch, caplog):
    hub.add("a/one")
    hub.add("a/two")
    go()
    real = listed.counted

    def breaks(record):
        if record.name == "a/one":
            raise ZeroDivisionError
        return real(record)

    monkeypatch.setattr(plan, "counted", breaks)
    assert counts(go()) == (0, 0, 1, 1)
    assert "ZeroDivisionError" in caplog.text
    assert Repo.objects.listed().count() == 2  # the hub lists it
