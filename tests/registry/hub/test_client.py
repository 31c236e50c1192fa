"""The client against a hub that misbehaves."""

import gzip
import json
import logging
import threading
from typing import Any

import pytest

from registry.hub import client as client_module
from registry.hub import transport
from registry.hub.client import HubClient
from registry.hub.problems import (
    BadName,
    Broken,
    GatedOrForbidden,
    HubProblem,
    Limited,
    Missing,
    RedirectRefused,
    TooLarge,
    Unauthorised,
    Unreachable,
)
from tests.registry.hub import stub_hub
from tests.registry.hub.stub_hub import StubHub


def test_it_works(hub, client):
    stored = hub.add("alice/net")
    [page] = client.listing()
    assert [record.name for record in page.records] == ["alice/net"]
    assert client.detail("alice/net").sha == stored.sha
    assert client.refs("alice/net").branches == {"main": stored.sha}
    entries = client.tree("alice/net", stored.sha).entries
    assert [entry.path for entry in entries] == ["README.md", "config.json"]
    assert client.listed_file("alice/net", stored.sha, entries[0], 100) == b"# A network\n"


@pytest.mark.parametrize(
    ("answer", "problem", "words"),
    [
        (stub_hub.status(401), Unauthorised, "token"),
        (stub_hub.status(403, {"X-Error-Message": "Not you"}), GatedOrForbidden, "Not you"),
        (stub_hub.status(401, {"X-Error-Code": "GatedRepo"}), GatedOrForbidden, "no access"),
        (stub_hub.status(404), Missing, "no such thing"),
        (stub_hub.status(404, {"X-Error-Code": "RepoNotFound"}), Missing, "no such repo"),
        (stub_hub.status(401, {"X-Error-Code": "RepoNotFound"}), Missing, "no such repo"),
        (stub_hub.status(418), Broken, "status 418"),
        (stub_hub.status(500), Broken, "status 500"),
        (stub_hub.status(429), Limited, "429"),
        (stub_hub.body(b"<html>"), Broken, "not JSON"),
        (stub_hub.body(b"[" * 100_000), Broken, "not JSON"),
        (stub_hub.body(b"1" * 5_000), Broken, "not JSON"),
        (stub_hub.body(b'{"id": "\xff\xfe"}'), Broken, "not UTF-8"),
        (stub_hub.body(b"{}", {"Content-Encoding": "br"}), Broken, "encoding"),
        (stub_hub.body(b"{}", {"Content-Encoding": "gzip"}), Broken, "gzip"),
        (stub_hub.cut(b"{"), Unreachable, "cut its answer short"),
        (stub_hub.redirect("http://169.254.169.254/latest"), RedirectRefused, "169.254.169.254"),
        (stub_hub.redirect("http://127.0.0.1:1/"), RedirectRefused, "not a public address"),
        (stub_hub.redirect("http://localhost:1/"), RedirectRefused, "not a public address"),
        (stub_hub.redirect("http://[::1]:1/"), RedirectRefused, "not a public address"),
        (stub_hub.redirect("file:///etc/passwd"), RedirectRefused, "no address"),
        (stub_hub.redirect("http://me:secret@127.0.0.1/"), RedirectRefused, "no address"),
        (stub_hub.redirect("mailto:me@example"), RedirectRefused, "no address"),
        (stub_hub.redirect("//["), RedirectRefused, "no address"),
        (stub_hub.redirect("/é"), RedirectRefused, "no address"),
        (stub_hub.redirect("http://x:99999/"), RedirectRefused, "no address"),
        (stub_hub.redirect("/api/models/a/b/refs"), RedirectRefused, "redirects"),
        (stub_hub.value([]), Broken, "must have branches"),
        (stub_hub.value(None), Broken, "must have branches"),
        (stub_hub.value({"error": "no"}), Broken, "must have branches"),
    ],
)
def test_each_fault_is_one_sentence(hub, client, answer, problem, words):
    hub.spoil("/api/models/a/b/refs", answer)
    with pytest.raises(problem) as caught:
        client.refs("a/b")
    sentence = str(caught.value)
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 400


def test_a_hub_that_is_not_there_is_unreachable(waits):
    with HubClient("http://127.0.0.1:9", sleep=waits.append) as client, pytest.raises(Unreachable):
        client.refs("a/b")
    assert waits == list(transport.DELAYS_S)


@pytest.mark.parametrize(
    ("answer", "waited"),
    [
        (stub_hub.status(500), [1.0]),
        (stub_hub.status(503, {"Retry-After": "7"}), [8.0]),
        (stub_hub.status(429, {"RateLimit": '"api";r=0;t=55'}), [56.0]),
        (stub_hub.status(429, {"RateLimit": '"api";r=3;t=55', "Retry-After": "2"}), [3.0]),
        (stub_hub.status(429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), [1.0]),
        (stub_hub.cut(b"{"), [1.0]),
        (stub_hub.body(b'{"bran'), [1.0]),
    ],
)
def test_a_passing_fault_is_waited_out_as_told(hub, client, waits, answer, waited):
    hub.add("a/b")
    hub.spoil("/refs", answer, times=1)
    assert client.refs("a/b").branches
    assert waits == waited


def test_a_server_error_is_retried_five_times_and_no_more(hub, client, waits):
    hub.spoil("/refs", stub_hub.status(500))
    with pytest.raises(Broken):
        client.refs("a/b")
    assert hub.calls("/refs") == 6
    assert waits == [1.0, 2.0, 4.0, 8.0, 8.0]


def test_a_wait_of_days_is_not_waited(hub, client, waits):
    hub.spoil("/refs", stub_hub.status(429, {"Retry-After": "999999"}))
    with pytest.raises(Limited):
        client.refs("a/b")
    assert waits == []


def test_refusals_are_not_retried(hub, client, waits):
    hub.spoil("/refs", stub_hub.status(403))
    with pytest.raises(GatedOrForbidden):
        client.refs("a/b")
    assert hub.calls("/refs") == 1


def test_a_redirect_on_the_hub_is_followed_with_the_token(hub):
    hub.add("new/name")
    hub.spoil("/api/models/old/name/", stub_hub.redirect("/api/models/new/name/refs"))
    with HubClient(hub.url, "secret") as client:
        assert client.refs("old/name").branches
    assert [headers.get("authorization") for headers in hub.headers] == ["Bearer secret"] * 2


def test_the_token_goes_to_the_hub_only(hub, monkeypatch):
    elsewhere = StubHub()
    elsewhere.add("a/b")
    hub.spoil("/refs", stub_hub.redirect(f"{elsewhere.url}/api/models/a/b/refs"))
    monkeypatch.setattr("registry.hub.network.is_public", lambda _: True)
    try:
        with HubClient(hub.url, "secret") as client:
            assert client.refs("a/b").branches
    finally:
        elsewhere.close()
    assert hub.headers[0]["authorization"] == "Bearer secret"
    assert "authorization" not in elsewhere.headers[0]


def test_without_a_token_none_of_the_machine_is_sent(hub, client, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "of-somebody")
    hub.add("a/b")
    with HubClient(hub.url) as fresh:
        fresh.refs("a/b")
    assert "authorization" not in hub.headers[0]


def test_https_is_never_left_for_http(monkeypatch):
    with HubClient("https://hub.example") as client, pytest.raises(RedirectRefused):
        client._transport._next("https://hub.example/a", "http://hub.example/a")


def test_the_token_is_in_no_message_and_no_log(hub, caplog):
    caplog.set_level(logging.DEBUG)
    hub.spoil("/refs", stub_hub.status(403))
    with HubClient(hub.url, "hf_sesame") as client, pytest.raises(HubProblem) as caught:
        client.refs("a/b")
    assert "sesame" not in str(caught.value)
    assert "sesame" not in caplog.text


def test_a_body_beyond_the_limit_is_not_read(hub, client, monkeypatch):
    monkeypatch.setattr(client_module, "JSON_LIMIT", 1000)
    hub.spoil("/refs", stub_hub.body(b" " * 1001))
    with pytest.raises(TooLarge):
        client.refs("a/b")


def test_a_compressed_bomb_is_not_unpacked(hub, client, monkeypatch):
    monkeypatch.setattr(client_module, "JSON_LIMIT", 1000)
    bomb = gzip.compress(b" " * 50_000_000)
    hub.spoil("/refs", stub_hub.body(bomb, {"Content-Encoding": "gzip"}))
    with pytest.raises(TooLarge):
        client.refs("a/b")


def test_compressed_answers_are_read(hub, client):
    refs = {"branches": [{"name": "main", "targetCommit": "a" * 40}]}
    packed = gzip.compress(json.dumps(refs).encode())
    hub.spoil("/refs", stub_hub.body(packed, {"Content-Encoding": "gzip"}))
    assert client.refs("a/b").branches == {"main": "a" * 40}


def test_a_slow_hub_is_left_after_a_while(hub, client, monkeypatch):
    monkeypatch.setattr(transport, "ANSWER_TIMEOUT_S", -1.0)
    hub.add("a/b")
    with pytest.raises(Unreachable, match="too slow"):
        client.refs("a/b")


def test_a_silent_hub_is_left_after_a_while(hub, client, monkeypatch):
    monkeypatch.setattr(transport, "READ_TIMEOUT_S", 0.05)
    silence = threading.Event()
    hub.spoil("/refs", lambda _handler: silence.wait(5) and None)
    try:
        with pytest.raises(Unreachable):
            client.refs("a/b")
    finally:
        silence.set()


@pytest.mark.parametrize(
    "url", ["", "hub.example", "ftp://x", "http://", "http://u:p@x", "http://["]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(BadName):
        HubClient(url)


def test_names_are_judged_before_anything_is_asked(hub, client):
    for call in (
        lambda: client.detail("../etc"),
        lambda: client.tree("a/b", "../.."),
        lambda: client.small_file("a/b", "main", "../x", 10),
    ):
        with pytest.raises(BadName):
            call()
    assert hub.asked == []


def test_the_listing_asks_for_pages_of_a_thousand_with_what_rows_need(hub, client):
    list(client.listing())
    assert "limit=1000" in hub.asked[0]
    assert "expand=sha" in hub.asked[0]
    assert "sort=createdAt" in hub.asked[0]
    list(client.listing(limit=5))
    assert "limit=5&" in hub.asked[1]


def test_the_listing_goes_on_from_a_cursor(hub, client):
    hub.page = 2
    for number in range(5):
        hub.add(f"a/n{number}")
    pages = list(client.listing())
    assert [len(page.records) for page in pages] == [2, 2, 1]
    again = list(client.listing(cursor=pages[0].next_cursor))
    assert [record.name for record in again[0].records] == ["a/n2", "a/n3"]
    assert pages[-1].next_cursor == ""


@pytest.mark.parametrize(
    "address", ["https://huggingface.co/api/models?cursor=x", "//[", "http://x:y/", "/é", "file:/x"]
)
def test_a_next_page_elsewhere_is_refused(hub, client, address):
    link = {"Link": f'<{address}>; rel="next"'}
    hub.spoil("/api/models", stub_hub.body(b"[]", link))
    with pytest.raises(Broken, match="next page"):
        list(client.listing())


def test_bad_records_of_a_page_leave_the_good_ones(hub, client):
    hub.add("a/good")
    bad: list[Any] = [
        None,
        1,
        "x",
        [],
        {},
        {"id": 5},
        {"id": "a/b", "_id": {}},
        {"id": "a/c", "sha": "x" * 40},
    ]
    hub.listed = lambda records: [*bad, *records]
    [page] = client.listing()
    assert [record.name for record in page.records] == ["a/good"]
    assert len(page.faults) == len(bad)
    assert [fault.name for fault in page.faults[-2:]] == ["a/b", "a/c"]


def test_a_listing_that_is_no_list_is_broken(hub, client):
    hub.spoil("/api/models", stub_hub.value({"error": "no"}))
    with pytest.raises(Broken, match="must be a list"):
        list(client.listing())


def test_old_listings_name_repos_by_model_id(hub, client):
    hub.spoil("/api/models", stub_hub.value([{"modelId": "gpt2", "sha": "a" * 40}]))
    [page] = client.listing()
    assert page.records[0].name == "gpt2"
    assert page.records[0].key == ""


def test_a_tree_is_read_over_all_its_pages(hub, client):
    stored = hub.add("a/many", files={f"f{n:04}": b"x" for n in range(1500)})
    tree = client.tree("a/many", stored.sha)
    assert len(tree.entries) == 1500
    assert hub.calls("/tree/") == 2


def test_a_tree_in_a_circle_is_noticed(hub, client):
    link = {"Link": f'<{hub.url}/api/models/a/b/tree/main?cursor=1>; rel="next"'}
    hub.spoil("/tree/", stub_hub.body(b"[]", link))
    with pytest.raises(Broken, match="leads back"):
        client.tree("a/b", "main")


def test_hostile_entries_of_a_tree_are_left_out_with_a_reason(hub, client):
    good = {"type": "file", "path": "ok", "size": 1, "oid": "a" * 40}
    bad: list[Any] = [
        *({**good, "path": path} for path in ("../x", "/x", "a\\b", "a\0", "", None, 5)),
        *({**good, "size": size} for size in (-1, None, "1", 1.5, True, 1 << 70)),
        *(None, 7, [], {"type": "file"}),
    ]
    hub.spoil("/tree/", stub_hub.value([*bad, good, {"type": "directory", "path": ".."}]))
    tree = client.tree("a/b", "main")
    assert [entry.path for entry in tree.entries] == ["ok"]
    assert len(tree.faults) == len(bad)


def test_a_tree_has_at_most_so_many_files(hub, client, monkeypatch):
    monkeypatch.setattr(client_module, "TREE_LIMIT", 10)
    stored = hub.add("a/many", files={f"f{n:04}": b"x" for n in range(30)})
    tree = client.tree("a/many", stored.sha)
    assert len(tree.entries) == 10
    assert "first 10 files" in tree.faults[-1].reason


def test_hashes_that_are_none_are_left_out(hub, client):
    entry = {"type": "file", "path": "w", "size": 1, "oid": "zz", "lfs": {"oid": 7, "size": 9}}
    hub.spoil("/tree/", stub_hub.value([entry]))
    [read] = client.tree("a/b", "main").entries
    assert (read.oid, read.sha256, read.size) == ("", "", 9)


def test_refs_without_a_commit_are_left_out(hub, client):
    good = {"name": "main", "targetCommit": "a" * 40}
    hub.spoil(
        "/refs",
        stub_hub.value({"branches": [good, None, {"name": "x"}, {"name": 1}], "tags": "none"}),
    )
    refs = client.refs("a/b")
    assert (refs.branches, refs.tags) == ({"main": "a" * 40}, {})


def test_a_dataset_has_a_commit_files_and_a_card(hub, client):
    stored = stub_hub.Stored("o/d", "1" * 24, {"data.csv": b"1"}, {"cardData": {"configs": []}})
    hub.datasets["o/d"] = stored
    found = client.dataset_info("o/d")
    assert (found.sha, found.files, found.card) == (stored.sha, ("data.csv",), {"configs": []})


@pytest.mark.parametrize("answer", [{}, [], {"sha": 5}, {"sha": "main"}, None])
def test_a_dataset_without_a_commit_is_broken(hub, client, answer):
    hub.spoil("/api/datasets", stub_hub.value(answer))
    with pytest.raises(Broken):
        client.dataset_info("o/d")


def test_two_hubs_in_one_process_keep_apart(hub, client):
    other = StubHub()
    try:
        hub.add("a/one")
        other.add("a/two")
        with HubClient(other.url) as second:
            names = [next(c.listing()).records[0].name for c in (client, second)]
    finally:
        other.close()
    assert names == ["a/one", "a/two"]
