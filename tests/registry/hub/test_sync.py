"""Passes over a small hub: what is stored, what is left alone, what becomes a reason."""

from typing import Any

import pytest
from django.db import connection

from registry.hub import client as client_module
from registry.hub import reading
from registry.hub import sync as sync_module
from registry.hub.client import HubClient
from registry.hub.problems import BadName, Missing, Unreachable
from registry.hub.sync import mirror, mirror_one
from registry.models import (
    Author,
    Card,
    Claim,
    Edge,
    File,
    Repo,
    Revision,
    Run,
    Sync,
)
from tests import factories
from tests.registry.hub import stub_hub

pytestmark = pytest.mark.django_db

TABLES = (Repo, Revision, Card, File, Claim, Edge, Author)
CARD = b"""---
license: apache-2.0
base_model: a/base
base_model_relation: finetune
model-index:
- name: net
  results:
  - task: {type: image-classification}
    dataset: {type: cifar10, name: CIFAR-10, split: test}
    metrics:
    - {type: accuracy, value: 91.7}
---
# net
"""


@pytest.fixture
def go(hub, waits):
    """Mirror the stub; nothing is really waited for."""

    def run(**options):
        return mirror(hub.url, client=HubClient(hub.url, sleep=waits.append), **options)

    return run


def dump():
    """All rows with the transaction that wrote them last."""
    rows = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT xmin::text, t.* FROM {table._meta.db_table} t ORDER BY id")
            rows[table.__name__] = cursor.fetchall()
    return rows


def counts(sync):
    return (sync.created, sync.changed, sync.unchanged, sync.failed)


def reasons(sync):
    return [(p.repo_name, p.stage, p.reason) for p in sync.problems.order_by("pk")]


def test_it_works(hub, go):
    stored = hub.add("a/net", files={"README.md": CARD, "w.bin": b"123", "config.json": b"{}"})
    sync = go()
    assert (sync.status, sync.reason, sync.seen) == ("done", "", 1)
    assert counts(sync) == (1, 0, 0, 0)
    repo = Repo.objects.get()
    assert (repo.name, repo.hub_key, repo.head_sha) == ("a/net", stored.key, stored.sha)
    assert (str(repo.author), repo.licence, repo.downloads) == ("a", "apache-2.0", 7)
    assert repo.refs == {"branches": {"main": stored.sha}, "tags": {}}
    assert (repo.problem, repo.state, repo.gate) == ("", "present", "open")
    revision = repo.revisions.get()
    assert (revision.sha, revision.architecture, revision.has_tree) == (stored.sha, "ResNet", True)
    files = {file.path: (file.size, bool(file.sha256)) for file in revision.files.all()}
    assert files == {
        "README.md": (len(CARD), False),
        "config.json": (2, False),
        "w.bin": (3, True),
    }
    assert revision.card.text == CARD.decode()
    assert revision.card.front_matter["license"] == "apache-2.0"
    claim = revision.claims.get()
    assert (claim.metric, claim.value, claim.dataset) == ("accuracy", 91.7, "cifar10")
    edge = revision.parents.get()
    assert (edge.parent_name, edge.relation, edge.parent) == ("a/base", "finetune", None)


def test_a_second_pass_asks_for_the_listing_only_and_writes_no_row(hub, go):
    for number in range(3):
        hub.add(f"a/n{number}", files={"README.md": CARD, "w.bin": b"1"})
    go()
    before, asked = dump(), len(hub.asked)
    sync = go()
    assert counts(sync) == (0, 0, 3, 0)
    assert dump() == before
    assert len(hub.asked) == asked + 1


def test_counters_change_without_asking_for_more(hub, go):
    hub.add("a/net")
    go()
    hub.repos["a/net"].info["downloads"] = 1000
    asked, before = len(hub.asked), dump()
    assert counts(go()) == (0, 1, 0, 0)
    assert Repo.objects.get().downloads == 1000
    assert len(hub.asked) == asked + 1
    after = dump()
    assert all(after[name] == before[name] for name in after if name != "Repo")


def test_a_new_commit_is_a_new_revision_and_the_old_one_stays(hub, go):
    stored = hub.add("a/net", files={"README.md": CARD})
    go()
    old = dump()
    stored.files = {"README.md": CARD, "w.bin": b"new"}
    sync = go()
    assert counts(sync) == (0, 1, 0, 0)
    assert Revision.objects.count() == 2
    assert Repo.objects.get().head_sha == stored.sha
    assert Claim.objects.standing().count() == 1
    assert dump()["Card"][0] == old["Card"][0]


def test_claims_under_measurement_are_never_deleted(hub, go, monkeypatch):
    stored = hub.add("a/net", files={"README.md": CARD})
    go()
    claim = Claim.objects.get()
    run = factories.run(claim, status=Run.Status.DONE)
    finding = factories.finding(run)
    idle = factories.claim(claim.revision)  # of an earlier reading of the card
    stored.modified = "2025-01-01T00:00:00Z"
    monkeypatch.setattr("registry.hub.reading.cards.claims", lambda *_: NOTHING)
    go()
    assert Claim.objects.get() == claim
    assert not Claim.objects.filter(pk=idle.pk).exists()
    run.refresh_from_db()
    assert (run.claim, run.finding) == (claim, finding)


class NOTHING:
    claims = ()
    problems = ()


def test_the_same_name_with_another_id_is_another_repo(hub, go):
    hub.add("a/net", key="1" * 24)
    go()
    old = Repo.objects.get()
    hub.add("a/net", key="2" * 24, files={"README.md": b"by a stranger"})
    sync = go()
    assert counts(sync) == (1, 0, 0, 0)
    old.refresh_from_db()
    new = Repo.objects.listed().get()
    assert (old.state, old.name, old.hub_key) == ("gone", "a/net", "1" * 24)
    assert (new.hub_key, new.name) == ("2" * 24, "a/net")
    assert old.revisions.count() == 1


def test_a_rename_keeps_the_repo(hub, go):
    hub.add("a/net", key="1" * 24)
    go()
    old = Repo.objects.get()
    hub.repos.clear()
    hub.add("b/better", key="1" * 24)
    asked = len(hub.asked)
    assert counts(go()) == (0, 1, 0, 0)
    renamed = Repo.objects.get()
    assert (renamed.pk, renamed.name, str(renamed.author)) == (old.pk, "b/better", "b")
    assert len(hub.asked) == asked + 1  # the same commit: nothing to read anew


def test_names_that_pass_round_in_a_ring(hub, go):
    for number in range(3):
        hub.add(f"a/n{number}", key=str(number) * 24)
    go()
    hub.repos.clear()
    for number in range(3):
        hub.add(f"a/n{(number + 1) % 3}", key=str(number) * 24)
    assert counts(go()) == (0, 3, 0, 0)
    named = dict(Repo.objects.listed().values_list("hub_key", "name"))
    assert named == {str(n) * 24: f"a/n{(n + 1) % 3}" for n in range(3)}


def test_repos_without_an_id_are_kept_by_name_until_they_get_one(hub, go):
    hub.add("a/net", key="")
    go()
    old = Repo.objects.get()
    assert old.hub_key == "name:a/net"
    hub.add("a/net", key="7" * 24)
    assert counts(go())[0] == 0
    assert Repo.objects.get().hub_key == "7" * 24
    assert Repo.objects.get().pk == old.pk


def test_a_listing_that_leaves_out_ids_asks_where_something_changed(hub, go):
    stored = hub.add("a/net", key="1" * 24)
    go()
    hub.listed = lambda records: [{k: v for k, v in r.items() if k != "_id"} for r in records]
    assert counts(go()) == (0, 0, 1, 0)
    stored.files = {"README.md": b"new"}
    assert counts(go()) == (0, 1, 0, 0)
    assert Repo.objects.get().hub_key == "1" * 24


def test_a_complete_listing_marks_the_absent_as_gone(hub, go):
    hub.add("a/stays")
    hub.add("a/leaves")
    go()
    leaving = hub.repos.pop("a/leaves")
    go()
    assert Repo.objects.get(name="a/leaves").state == "gone"
    assert Repo.objects.get(name="a/stays").state == "present"
    hub.repos["a/leaves"] = leaving
    assert counts(go()) == (0, 1, 1, 0)
    assert Repo.objects.get(name="a/leaves").state == "present"


def test_a_cut_listing_marks_nothing_as_gone(hub, go):
    hub.page = 1
    hub.add("a/one")
    hub.add("a/two")
    go()
    hub.spoil("cursor=1", stub_hub.status(500))
    assert go().status == "stopped"
    assert go(limit=1, fresh=True).status == "done"
    assert go(names=["a/one"]).status == "done"
    assert Repo.objects.listed().count() == 2


def test_what_was_mirrored_by_name_during_a_pass_is_not_gone_after_it(hub, go):
    hub.add("a/old")
    new = stub_hub.Stored("a/new", "9" * 24, {"README.md": b"x"})

    def meanwhile(handler):
        hub.repos["a/new"] = new
        handler.right()

    hub.spoil("a/old/tree", meanwhile, times=1)
    go(on_progress=lambda _: "a/new" in hub.repos and mirror_one(hub.url, "a/new"))
    assert Repo.objects.listed().count() == 2


def test_parents_are_linked_whenever_they_come(hub, go):
    hub.add("a/child", files={"README.md": CARD})
    go()
    assert Edge.objects.get().parent is None
    hub.add("a/base")
    go()
    assert Edge.objects.get().parent == Repo.objects.get(name="a/base")
    before = dump()
    go()
    assert dump() == before


def test_a_parent_that_is_mirrored_by_name_is_linked(hub, go):
    hub.add("a/child", files={"README.md": CARD})
    go()
    hub.add("a/base")
    go(names=["a/base"])
    assert Edge.objects.get().parent == Repo.objects.get(name="a/base")


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


@pytest.mark.parametrize("where", ["/tree/", "/refs", "/resolve/"])
def test_a_repo_that_vanishes_after_the_listing_is_one_problem(hub, go, where):
    hub.add("a/good")
    hub.add("a/gone")
    hub.spoil(f"a/gone{where}", stub_hub.status(404, {"X-Error-Code": "RepoNotFound"}))
    sync = go()
    assert counts(sync) == (1, 0, 0, 1)
    [(name, _, reason)] = reasons(sync)
    assert name == "a/gone"
    assert "vanished between the list and its detail" in reason
    assert Repo.objects.listed().count() == 1


def test_a_listing_without_files_asks_for_the_detail(hub, go):
    hub.add("a/net")
    hub.add("a/gone")
    hub.listed = lambda records: [{"id": r["id"], "_id": r["_id"]} for r in records]
    hub.spoil("a/gone/revision", stub_hub.status(404, {"X-Error-Code": "RepoNotFound"}))
    sync = go()
    assert counts(sync) == (1, 0, 0, 1)
    assert hub.calls("/tree/") == 0  # the detail has sizes already
    assert Revision.objects.get().has_tree
    assert "vanished" in reasons(sync)[0][2]


@pytest.mark.parametrize(
    ("where", "stage"), [("/tree/", "tree"), ("/refs", "refs"), ("/resolve/", "card")]
)
def test_a_part_that_fails_for_ever_is_a_reason_on_the_row_and_asked_for_again(
    hub, go, where, stage
):
    hub.add("a/net")
    hub.add("a/other")
    hub.spoil(f"a/net{where}", stub_hub.status(500))
    sync = go()
    assert counts(sync) == (2, 0, 0, 0)
    [(name, told, reason)] = reasons(sync)
    assert (name, told) == ("a/net", stage)
    assert Repo.objects.get(name="a/net").problem == reason
    assert Repo.objects.get(name="a/other").problem == ""
    hub.heal()
    assert counts(go()) == (0, 1, 1, 0)
    assert Repo.objects.get(name="a/net").problem == ""
    assert Revision.objects.get(repo__name="a/net").has_tree
    assert Card.objects.count() == 2


def test_a_detail_that_fails_leaves_a_row_with_the_reason(hub, go):
    hub.add("a/net")
    hub.listed = lambda records: [{"id": r["id"], "_id": r["_id"]} for r in records]
    hub.spoil("/revision/", stub_hub.value("nonsense"))
    assert counts(go()) == (0, 0, 0, 1)
    repo = Repo.objects.get()
    assert (repo.head_sha, repo.revisions.count()) == ("", 0)
    assert "cannot be used" in repo.problem
    hub.heal()
    assert counts(go()) == (0, 1, 0, 0)
    assert Repo.objects.get().revisions.count() == 1


def test_hostile_file_names_are_left_out_with_a_reason(hub, go):
    hub.add("a/net")
    entries = [
        {"type": "file", "path": path, "size": 1, "oid": "a" * 40}
        for path in ("../../root/.ssh/x", "ok.txt", "a\\b", "n\0l", "/abs")
    ]
    hub.spoil("/tree/", stub_hub.value(entries))
    sync = go()
    assert [file.path for file in File.objects.all()] == ["ok.txt"]
    assert len(reasons(sync)) == 4
    assert "left out" in Repo.objects.get().problem


def test_a_tree_of_many_pages_is_stored_whole(hub, go):
    hub.add("a/many", files={f"f{n:04}": b"x" for n in range(1500)})
    go()
    assert File.objects.count() == 1500


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
    monkeypatch.setattr(client_module, "CARD_LIMIT", 10)
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


def test_results_files_are_claims(hub, go):
    results = b"- dataset: {id: cais/hle, task_id: default}\n  value: 20.5\n"
    hub.add("a/net", files={".eval_results/hle.yaml": results, "README.md": b"x"})
    go()
    claim = Claim.objects.get()
    assert (claim.source, claim.value, claim.file) == (
        "eval-results",
        20.5,
        ".eval_results/hle.yaml",
    )


def test_two_repos_with_one_id_are_named_and_stored_once(hub, go):
    hub.add("a/one", key="1" * 24)
    hub.add("a/two", key="1" * 24)
    sync = go()
    assert counts(sync) == (1, 0, 0, 1)
    assert "one id for two repos" in reasons(sync)[0][2]
    assert Repo.objects.get().name == "a/one"
    before = dump()
    assert counts(go()) == (0, 0, 1, 1)
    assert dump() == before


def test_two_repos_with_one_name_are_named_and_stored_once(hub, go):
    hub.add("a/one")
    hub.listed = lambda records: [*records, records[0] | {"_id": "9" * 24}]
    sync = go()
    assert counts(sync) == (1, 0, 0, 1)
    assert "the name a/one for two repos" in reasons(sync)[0][2]


def test_the_same_also_across_pages(hub, go):
    hub.page = 1
    hub.add("a/one", key="1" * 24)
    hub.add("a/two", key="1" * 24)
    hub.add("a/three", key="3" * 24)
    assert counts(go()) == (2, 0, 0, 1)


def test_a_record_that_comes_twice_counts_once(hub, go):
    hub.add("a/one")
    hub.listed = lambda records: [*records, *records]
    sync = go()
    assert (counts(sync), sync.seen) == ((1, 0, 0, 0), 1)


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
    monkeypatch.setattr(sync_module, "OUTAGE_AFTER", 3)
    hub.page = 100
    for number in range(40):
        hub.add(f"a/n{number:02}")
    hub.spoil("/tree/", stub_hub.status(429))
    sync = go()
    assert sync.status == "stopped"
    assert "429" in sync.reason
    assert sync.seen < 40


def test_a_limit_ends_the_pass(hub, go):
    hub.page = 2
    for number in range(5):
        hub.add(f"a/n{number}")
    sync = go(limit=3)
    assert (sync.status, sync.seen, Repo.objects.count()) == ("done", 3, 3)


def test_named_repos_only(hub, go):
    hub.add("a/one")
    hub.add("a/two")
    sync = go(names=["a/one", "a/one", "a/none", "../x"])
    assert counts(sync) == (1, 0, 0, 2)
    assert [name for name, _, _ in reasons(sync)] == ["a/none", "../x"]
    assert hub.calls("/api/models\\?") == 0


def test_a_named_repo_that_is_no_more_is_marked_as_gone(hub, go):
    hub.add("a/one")
    go()
    hub.repos.clear()
    go(names=["a/one"])
    assert Repo.objects.get().state == "gone"


def test_mirror_one_returns_the_row(hub, client):
    hub.add("a/one", files={"README.md": CARD})
    repo = mirror_one(hub.url, "a/one", client=client)
    assert repo.revisions.get().claims.count() == 1
    assert mirror_one(hub.url, "a/one", client=HubClient(hub.url)).pk == repo.pk
    assert Sync.objects.filter(status="done").count() == 2


def test_mirror_one_follows_a_rename(hub, client):
    hub.add("a/new")
    hub.spoil("/api/models/a/old", stub_hub.redirect("/api/models/a/new/revision/main?blobs=true"))
    assert mirror_one(hub.url, "a/old", client=client).name == "a/new"


@pytest.mark.parametrize(("name", "problem"), [("a/none", Missing), ("../x", BadName)])
def test_mirror_one_raises_what_is_wrong(hub, client, name, problem):
    with pytest.raises(problem):
        mirror_one(hub.url, name, client=client)


def test_mirror_one_of_a_hub_that_is_not_there(waits):
    url = "http://127.0.0.1:9"
    with pytest.raises(Unreachable):
        mirror_one(url, "a/b", client=HubClient(url, sleep=waits.append))


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
    real = reading.RepoReader.listed

    def breaks(self, record, **more):
        if record.name == "a/one":
            raise ZeroDivisionError
        return real(self, record, **more)

    monkeypatch.setattr(reading.RepoReader, "listed", breaks)
    assert counts(go()) == (1, 0, 0, 1)
    assert "ZeroDivisionError" in caplog.text


def test_two_hubs_do_not_touch_each_other(hub, go, waits):
    other = stub_hub.StubHub()
    try:
        hub.add("a/net", key="1" * 24)
        other.add("a/net", key="1" * 24)
        go()
        mirror(other.url)
        hub.repos.clear()
        go()
    finally:
        other.close()
    assert sorted(Repo.objects.values_list("state", flat=True)) == ["gone", "present"]


def test_progress_is_told_after_each_batch(hub, go):
    hub.page = 1
    for number in range(3):
        hub.add(f"a/n{number}")
    told = []
    go(on_progress=lambda sync: told.append(sync.seen))
    assert told == [1, 2, 3]
