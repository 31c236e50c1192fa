"""What a listing alone gives, how it is read where the hub cannot bear it, and what is noticed."""

import json
from datetime import timedelta

import pytest

from registry.hub import errands, listing
from registry.hub.problems import Broken
from registry.models import Card, Claim, Edge, Errand, File, Repo, Revision, StaleListing, Sync
from tests import factories
from tests.registry.hub import stub_hub
from tests.registry.hub.passes import CARD, counts, dump, reasons

pytestmark = pytest.mark.django_db

FRONT = {
    "license": "apache-2.0",
    "language": ["en", "fr"],
    "datasets": "squad",
    "base_model": "a/base",
    "model-index": [
        {
            "name": "net",
            "results": [
                {
                    "task": {"type": "image-classification"},
                    "dataset": {"type": "cifar10", "name": "CIFAR-10", "split": "test"},
                    "metrics": [{"type": "accuracy", "value": 91.7}],
                }
            ],
        }
    ],
}
INFO = {
    "cardData": FRONT,
    "tags": ["arxiv:1706.03762", "base_model:finetune:a/base", "dataset:mnist", "de"],
    "safetensors": {"total": 7_000},
    "trendingScore": 3.5,
}


def narrow(hub, spoilt, times=-1):
    """Spoil pages that are asked for with cards."""
    pattern = f"/api/models\\?(?=.*{spoilt}(&|$))(?=.*expand=cardData)"
    hub.spoil(pattern, stub_hub.status(504), times)


def test_one_call_gives_all_that_a_listing_knows(hub, go):
    hub.add("a/net", files={"README.md": CARD, "w.bin": b"1"}, info=INFO)
    sync = go(details=0)
    assert (counts(sync), len(hub.asked), sync.pages) == ((1, 0, 0, 0), 1, 1)
    repo, revision = Repo.objects.get(), Revision.objects.get()
    assert (repo.licence, repo.languages, repo.datasets) == (
        "apache-2.0",
        ["en", "fr", "de"],
        ["squad", "mnist"],
    )
    assert (repo.papers, repo.model_type, repo.parameters) == (["1706.03762"], "resnet", 7_000)
    assert (repo.trending, repo.read_sha) == (3.5, "")
    assert (revision.parameters, revision.has_tree) == (7_000, False)
    assert set(File.objects.values_list("path", "size")) == {("README.md", 0), ("w.bin", 0)}
    card = Card.objects.get()
    assert (card.text, card.front_matter["license"]) == ("", "apache-2.0")
    claim = Claim.objects.get()
    assert (claim.value, claim.dataset, claim.line) == (91.7, "cifar10", None)
    edge = Edge.objects.get()
    assert (edge.parent_name, edge.relation) == ("a/base", "finetune")
    errand = Errand.objects.get()
    assert (errand.repo, errand.reason) == (repo, "new")
    assert StaleListing.objects.get().repo == repo


def test_the_full_card_stays_whatever_later_listings_say(hub, go):
    stored = hub.add("a/net", files={"README.md": CARD}, info=dict(INFO))
    go()
    full = dump()
    stored.info["config"] = {"architectures": ["Other"]}
    stored.modified = "2025-01-01T00:00:00.000Z"
    assert counts(go(details=0)) == (0, 1, 0, 0)
    after = dump()
    assert all(after[name] == full[name] for name in ("Card", "Claim", "File", "Edge"))
    assert Claim.objects.get().line is not None
    assert not Errand.objects.exists()


def test_a_claim_of_a_listing_becomes_the_one_of_the_card(hub, go):
    hub.add("a/net", files={"README.md": CARD}, info=INFO)
    go(details=0)
    listed = Claim.objects.get()
    factories.run(listed)  # somebody asked to measure it
    errands.fetch(hub.url)
    placed = Claim.objects.get()
    assert placed.pk == listed.pk
    assert placed.line is not None
    assert placed.key != listed.key


def test_results_and_index_beside_the_card_are_claims(hub, go):
    results = [
        {"data": {"dataset": {"id": "cais/hle"}, "value": 20.5}},
        {"filename": ".eval_results/x.yaml", "error": "It breaks."},
    ]
    index = FRONT["model-index"]
    hub.add("a/net", info={"evalResults": results, "model-index": index, "cardData": {"x": 1}})
    go(details=0)
    assert set(Claim.objects.values_list("source", "value")) == {
        ("eval-results", 20.5),
        ("model-index", 91.7),
    }
    assert "It breaks." in Card.objects.get().problem


def test_a_second_pass_over_unread_repos_writes_no_row(hub, go):
    hub.add("a/net", info=INFO)
    hub.add("a/bare")
    go(details=0)
    before, listed = dump(), list(Errand.objects.values())
    assert counts(go(details=0)) == (0, 0, 2, 0)
    assert dump() == before
    assert list(Errand.objects.values()) == listed


def test_a_page_that_is_too_much_is_asked_for_narrowly_and_filled_in_later(hub, go):
    hub.page = 1
    for number in range(3):
        hub.add(f"a/n{number}", info=INFO)
    hub.listed = lambda records: records
    narrow(hub, "cursor=1")
    sync = go(details=0)
    assert (sync.status, sync.pages, counts(sync)) == ("done", 3, (3, 0, 0, 0))
    assert len([r for _, _, r in reasons(sync) if r.startswith(listing.NARROW)]) == 2
    asked = [path for path in hub.asked if "cursor=" in path]
    assert "expand=cardData" not in asked[-1]
    assert "expand=sha" in asked[-1]


def test_after_some_narrow_pages_the_wide_form_is_tried_again(hub, go, monkeypatch):
    monkeypatch.setattr(listing, "STAY_PAGES", 2)
    hub.page = 1
    for number in range(6):
        hub.add(f"a/n{number}", info=INFO)
    narrow(hub, "cursor=1")
    sync = go(details=0)
    assert counts(sync) == (6, 0, 0, 0)
    assert "expand=cardData" in hub.asked[-1]
    narrow_pages = [r for _, _, r in reasons(sync) if r.startswith(listing.NARROW)]
    assert len(narrow_pages) == 2


def test_a_record_that_breaks_its_page_leaves_the_others(hub, go):
    for number in range(25):
        hub.add(f"a/n{number:02}")

    def serve(handler):
        query = dict(pair.split("=", 1) for pair in handler.path.split("?")[1].split("&"))
        start, size = int(query.get("cursor", 0)), int(query["limit"])
        repos = list(hub.repos.values())[start : start + size]
        headers = {}
        if start + size < 25:
            headers["Link"] = f'<{handler.link()}&cursor={start + size}>; rel="next"'
        body = json.dumps([handler.info(repo) for repo in repos]).encode()
        if any(repo.name == "a/n13" for repo in repos):
            body = body.replace(b"a/n13", b"a/\xff13")
        handler.send(200, body, headers)

    hub.spoil("/api/models\\?", serve)
    sync = go(details=0)
    assert sync.status == "done"
    assert Repo.objects.count() == 24
    assert any("One record was left out" in reason for _, _, reason in reasons(sync))


def test_a_page_that_no_form_helps_stops_the_pass(hub, client):
    hub.add("a/one")
    hub.spoil("/api/models", stub_hub.status(500))
    with pytest.raises(Broken):
        listing.Listing(client).next()
    sizes = [path.split("limit=")[1].split("&")[0] for path in hub.asked]
    assert list(dict.fromkeys(sizes)) == ["1000", "100", "10", "1"]


def test_a_broken_page_that_names_no_next_one_is_where_a_later_pass_goes_on(hub, go):
    hub.page = 5
    for number in range(20):
        hub.add(f"a/n{number:02}")
    hub.spoil("cursor=10", stub_hub.body(b"[{"))  # as a proxy does: no Link either
    stopped = go(details=0)
    assert (stopped.status, stopped.seen) == ("stopped", 10)
    assert "names no next page" in stopped.reason
    assert "cursor=10" in stopped.cursor
    again = go(details=0)
    assert (again.pk, again.status, again.seen) == (stopped.pk, "stopped", 10)
    hub.heal()
    asked = len(hub.asked)
    done = go(details=0)
    assert (done.pk, done.status, done.reason, done.seen) == (stopped.pk, "done", "", 20)
    assert "cursor=10" in hub.asked[asked]
    assert Repo.objects.count() == 20
    # Where it ended in single records, it goes on in pages.
    assert len(hub.asked) - asked <= 3


def test_the_cursor_is_never_touched():
    url = "http://h/api/models?sort=createdAt&cursor=eyJ%2B+a%3D%3D&limit=1000&expand=cardData"
    other = listing.shaped(url, 10, is_narrow=True)
    assert "cursor=eyJ%2B+a%3D%3D" in other
    assert "expand=cardData" not in other
    assert "limit=10" in other.split("&")
    assert listing.place_of(url) == listing.place_of(other)


def test_a_changing_page_size_is_named_once(hub, go):
    for number in range(12):
        hub.add(f"a/n{number:02}")
    hub.page = 4
    hub.listed = lambda records: records if records[0]["id"] == "a/n00" else records[:1]
    sync = go(details=0)
    assert [r for _, _, r in reasons(sync)] == [
        "The hub changes its page size: 4 records first, now 1."
    ]


def test_a_listing_out_of_order_is_named_once(hub, go):
    for number, day in enumerate((9, 7, 8, 3, 5)):
        hub.add(f"a/n{number}", info={"createdAt": f"2024-01-0{day}T00:00:00.000Z"})
    sync = go(details=0)
    [(_, stage, reason)] = reasons(sync)
    assert stage == "list"
    assert "not in the order of age" in reason
    assert Repo.objects.count() == 5


def test_a_repo_that_goes_back_in_time_is_named_and_followed(hub, go):
    stored = hub.add("a/net")
    go(details=0)
    stored.files, stored.modified = {"README.md": b"old"}, "2020-01-01T00:00:00.000Z"
    sync = go(details=0)
    assert counts(sync) == (0, 1, 0, 0)
    assert "went back in time" in reasons(sync)[0][2]
    assert Repo.objects.get().head_sha == stored.sha


@pytest.fixture
def dated(hub):
    """Ten repos, each a day older than the one before."""
    for number in range(10):
        hub.add(f"a/n{number}", modified=f"2024-05-{20 - number:02}T10:00:00.000Z")
    hub.page = 2
    return hub


def test_a_recent_pass_ends_at_the_watermark_and_marks_nothing_as_gone(dated, go):
    full = go(details=0)
    assert full.watermark.isoformat() == "2024-05-20T10:00:00+00:00"
    dated.repos["a/n0"].modified = "2024-06-01T10:00:00.000Z"
    dated.repos["a/n0"].files = {"README.md": b"new"}
    del dated.repos["a/n9"]
    asked = len(dated.asked)
    sync = go(details=0, recent=True)
    assert (sync.kind, sync.status, counts(sync)) == ("recent", "done", (0, 1, 1, 0))
    assert dated.calls("sort=lastModified") <= 2
    assert len(dated.asked) - asked <= 2
    assert sync.watermark.isoformat() == "2024-06-01T10:00:00+00:00"
    assert Repo.objects.listed().count() == 10
    assert Errand.objects.filter(repo__name="a/n0").exists()


def test_a_recent_pass_over_a_hub_that_went_back_in_time_says_so(dated, go):
    go(details=0)
    for stored in list(dated.repos.values())[:3]:
        del dated.repos[stored.name]
    sync = go(details=0, recent=True)
    assert sync.status == "done"
    assert "went back in time" in reasons(sync)[0][2]


def test_a_recent_pass_does_not_miss_a_change_during_a_full_one(dated, go):
    full = go(details=0)
    Sync.objects.filter(pk=full.pk).update(started_at=full.started_at - timedelta(days=1))
    dated.repos["a/n0"].modified = (full.started_at + timedelta(hours=1)).isoformat()
    again = go(details=0)
    assert again.watermark == again.started_at


def test_a_hub_without_times_of_change_has_no_recent_pass(hub, go):
    hub.add("a/net", info={"lastModified": None})
    sync = go(details=0, recent=True)
    assert sync.status == "stopped"
    assert "a full pass must tell" in sync.reason
