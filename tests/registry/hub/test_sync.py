"""Passes over a small hub: what is stored, and what is left alone."""

import pytest

from registry.hub import errands
from registry.hub.client import HubClient
from registry.hub.problems import BadName, Missing, Unreachable
from registry.hub.sync import mirror_one
from registry.models import Claim, File, Repo, Revision, Run, Sync
from tests import factories
from tests.registry.hub import stub_hub
from tests.registry.hub.passes import CARD, counts, dump, reasons

pytestmark = pytest.mark.django_db


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
    hub.add("a/net", files={"README.md": CARD})
    go()
    claim = Claim.objects.get()
    run = factories.run(claim, status=Run.Status.DONE)
    finding = factories.finding(run)
    idle = factories.claim(claim.revision)  # of an earlier reading of the card
    errands.ask(claim.revision.repo)
    monkeypatch.setattr("registry.hub.reading.cards.claims", lambda *_: NOTHING)
    go()
    assert Claim.objects.get() == claim
    assert not Claim.objects.filter(pk=idle.pk).exists()
    run.refresh_from_db()
    assert (run.claim, run.finding) == (claim, finding)


def test_a_tree_of_many_pages_is_stored_whole(hub, go):
    hub.add("a/many", files={f"f{n:04}": b"x" for n in range(1500)})
    go()
    assert File.objects.count() == 1500


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


def test_progress_is_told_after_each_batch(hub, go):
    hub.page = 1
    for number in range(3):
        hub.add(f"a/n{number}")
    told = []
    go(on_progress=lambda sync: told.append(sync.seen), details=0)
    assert told == [1, 2, 3]


class NOTHING:
    claims = ()
    problems = ()
