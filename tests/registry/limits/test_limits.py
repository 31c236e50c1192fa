"""Limits of requests, counted in a real Valkey."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as project

from registry.limits import counters as counting
from registry.limits.counters import Counters
from registry.limits.middleware import bucket_of
from registry.limits.who import address_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(services, settings):
    """Small buckets, all of them empty."""
    settings.ASSAY_LIMIT_API = 3
    settings.ASSAY_LIMIT_TOKEN = 5
    settings.ASSAY_LIMIT_PAGES = 2
    settings.ASSAY_LIMIT_FILES = 1
    server = counting._server(project.BROKER_URL)
    assert server is not None
    for key in server.scan_iter("assay:limit:*"):
        server.delete(key)
    yield server
    server.close()


def test_the_exact_number_passes_and_the_answer_says_what_is_left(counted, client):
    seen: list[tuple[int, str]] = []
    answer = None
    for _ in range(5):
        answer = client.get("/api/v1/repos")
        seen.append((answer.status_code, answer["RateLimit"].partition(";t=")[0]))
        assert answer["RateLimit-Policy"] == '"api";q=3;w=300'
    left = [(200, '"api";r=2'), (200, '"api";r=1'), (200, '"api";r=0')]
    assert seen == [*left, (429, '"api";r=0'), (429, '"api";r=0')]
    assert answer is not None
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems#too-many-requests"
    assert 1 <= int(answer["Retry-After"]) <= 300
    assert int(answer["RateLimit"].rpartition("=")[2]) == int(answer["Retry-After"])
    # Another address, and other buckets, are not concerned.
    assert client.get("/api/v1/repos", REMOTE_ADDR="203.0.113.9").status_code == 200
    assert client.get("/about").status_code == 200
    assert client.get("/exports/latest/none.txt").status_code == 404


def test_a_page_is_refused_as_a_page(counted, client):
    assert [client.get("/about").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get("/about")
    assert answer["Content-Type"].startswith("text/html")
    assert b"Too many requests" in answer.content
    assert b"Wait" in answer.content
    assert "Content-Security-Policy" in answer
    assert "RateLimit" not in client.get("/healthz")


def test_an_answer_that_is_known_does_not_count(counted, client):
    known = client.get("/api/v1/checks")["ETag"]
    for _ in range(6):
        answer = client.get("/api/v1/checks", headers={"if-none-match": known})
        assert answer.status_code == 304
        assert answer["RateLimit"].startswith('"api";r=2;')


def test_a_token_has_a_bucket_of_its_own_and_a_made_up_one_has_none(counted, client):
    _, secret = factories.token()
    mine = {"authorization": f"Bearer {secret}"}
    codes = [client.get("/api/v1/checks", headers=mine).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    wrong = [{"authorization": f"Bearer assay_{number}"} for number in range(4)]
    codes = [client.get("/api/v1/checks", headers=one).status_code for one in wrong]
    assert codes == [401, 401, 401, 429]


def test_at_once_no_more_pass_than_one_after_the_other(counted):
    server = Counters(project.BROKER_URL)
    with ThreadPoolExecutor(8) as threads:
        places = list(threads.map(lambda _: server.take("api", "crowd", 20), range(60)))
    assert server._server is not None
    server._server.close()
    assert sorted(place.left for place in places if place) == [-1] * 40 + list(range(20))


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis+socket:///nowhere/valkey.sock"])
def test_without_the_server_everybody_passes(counted, settings, client, caplog, url):
    settings.ASSAY_LIMIT_URL = url
    with caplog.at_level(logging.WARNING, "registry.limits"):
        assert [client.get("/api/v1/checks").status_code for _ in range(5)] == [200] * 5
    assert len([one for one in caplog.records if "not counted" in one.getMessage()]) == 1
    assert "RateLimit" not in client.get("/api/v1/checks")
    counting._counters.cache_clear()


def test_zero_is_no_limit_and_another_broker_counts_nothing(counted, settings, client):
    settings.ASSAY_LIMIT_API = 0
    answers = [client.get("/api/v1/checks") for _ in range(5)]
    assert all(answer.status_code == 200 and "RateLimit" not in answer for answer in answers)
    assert Counters("amqp://broker:5672").take("api", "x", 1) is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "1.2.3.4", "198.51.100.7"),  # nobody asked for this header
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),  # the left one is made up
        ("", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "not an address", "not an address"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "", "198.51.100.7"),
    ],
)
def test_whose_address_is_believed(rf, settings, peer, forwarded, address):
    settings.ASSAY_PROXIES = ["10.0.0.0/8", "unix"]
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert address_of(rf.get("/", headers=headers, REMOTE_ADDR=peer)) == address


def test_every_address_has_its_bucket():
    assert bucket_of("/api/v1/repos") == "api"
    assert bucket_of("/api/v1/embeddings/5/files/a/b.bin") == "files"
    assert bucket_of("/exports/2026-11-20/repos.parquet") == "files"
    assert bucket_of("/exports") == "pages"
    assert bucket_of("/models/alice/net") == "pages"
