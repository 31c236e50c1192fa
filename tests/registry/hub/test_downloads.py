"""Files: whole and verified at their place, or not there at all."""

import hashlib

import pytest

from registry.hub import downloads
from registry.hub.problems import (
    BadName,
    Broken,
    GatedOrForbidden,
    HubProblem,
    Missing,
    TooLarge,
    Unreachable,
)
from tests.registry.hub import stub_hub

CONTENT = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def stored(hub):
    return hub.add("a/net", files={"w.bin": CONTENT, "code.py": b"pass\n", "empty.txt": b""})


@pytest.fixture
def fetch(client, stored, tmp_path):
    def run(path="w.bin", **more):
        return client.download("a/net", stored.sha, path, tmp_path / "target", **more)

    return run


def test_it_works(fetch, tmp_path):
    told: list[int] = []
    got = fetch(expected_size=len(CONTENT), expected_sha256=SHA256, on_bytes=told.append)
    assert (got.sha256, got.size) == (SHA256, len(CONTENT))
    assert (tmp_path / "target").read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == len(CONTENT)


@pytest.mark.parametrize(("path", "content"), [("code.py", b"pass\n"), ("empty.txt", b"")])
def test_small_and_empty_files_are_verified_by_their_git_id(fetch, tmp_path, path, content):
    assert fetch(path).size == len(content)
    assert (tmp_path / "target").read_bytes() == content


def test_files_of_datasets_have_their_own_address(hub, client, tmp_path):
    data = hub.datasets["o/d"] = stub_hub.Stored("o/d", "1" * 24, {"x.csv": b"1,2"})
    got = client.download("o/d", data.sha, "x.csv", tmp_path / "x", repo_type="dataset")
    assert got.size == 3
    assert hub.asked == [f"/datasets/o/d/resolve/{data.sha}/x.csv"]


@pytest.mark.parametrize(
    ("answer", "expected", "problem"),
    [
        (stub_hub.body(CONTENT[:-1] + b"!"), {"expected_sha256": SHA256}, Broken),
        (stub_hub.body(CONTENT, {"ETag": '"' + "0" * 64 + '"'}), {}, Broken),
        (stub_hub.body(CONTENT, {"X-Linked-Etag": '"' + "0" * 40 + '"'}), {}, Broken),
        (stub_hub.body(CONTENT, {"X-Repo-Commit": "0" * 40}), {}, Broken),
        (stub_hub.body(CONTENT, {"Content-Encoding": "gzip"}), {}, Broken),
        (stub_hub.body(CONTENT), {"expected_size": 7}, Broken),
        (stub_hub.status(404), {}, Missing),
        (stub_hub.status(403), {}, GatedOrForbidden),
        (stub_hub.status(500), {}, Broken),
        (stub_hub.cut(CONTENT[:100]), {}, HubProblem),
        (stub_hub.redirect("http://10.0.0.1/blob"), {}, HubProblem),
    ],
)
def test_nothing_is_left_of_a_file_that_is_not_what_was_promised(
    hub, fetch, tmp_path, answer, expected, problem
):
    hub.spoil("/resolve/", answer)
    with pytest.raises(problem):
        fetch(**expected)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_file_stays_when_the_new_one_fails(hub, fetch, tmp_path):
    (tmp_path / "target").write_bytes(b"old")
    hub.spoil("/resolve/", stub_hub.status(404))
    with pytest.raises(Missing):
        fetch()
    assert (tmp_path / "target").read_bytes() == b"old"


def test_more_bytes_than_expected_are_refused_while_they_come(hub, fetch, tmp_path):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")

    hub.spoil("/resolve/", endless)
    with pytest.raises(TooLarge):
        fetch(expected_size=100_000)
    assert list(tmp_path.iterdir()) == []


def test_after_a_cut_only_the_rest_is_asked_for(hub, fetch, tmp_path, waits):
    half = len(CONTENT) // 2

    def cut_in_the_middle(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(CONTENT)))
        handler.end_headers()
        handler.wfile.write(CONTENT[:half])
        handler.close_connection = True

    hub.spoil("/resolve/", cut_in_the_middle, times=1)
    assert fetch(expected_sha256=SHA256).size == len(CONTENT)
    assert (tmp_path / "target").read_bytes() == CONTENT
    assert hub.headers[1]["range"].startswith("bytes=")
    assert waits == [1.0]


def test_a_hub_that_knows_no_ranges_starts_again(hub, fetch, tmp_path):
    hub.spoil("/resolve/", stub_hub.cut(CONTENT[: len(CONTENT) - 1000]), times=1)
    hub.spoil("/resolve/", stub_hub.body(CONTENT))
    assert fetch(expected_sha256=SHA256).size == len(CONTENT)
    assert (tmp_path / "target").read_bytes() == CONTENT


def test_another_part_than_asked_for_is_refused(hub, fetch):
    hub.spoil("/resolve/", stub_hub.cut(CONTENT[: len(CONTENT) - 1000]), times=1)
    wrong = {"Content-Range": f"bytes 0-9/{len(CONTENT)}"}
    hub.spoil("/resolve/", lambda handler: handler.send(206, b"x" * 10, wrong))
    with pytest.raises(Broken, match="another part"):
        fetch()


def test_a_file_that_changes_between_two_tries_is_refused(hub, fetch):
    first = {"ETag": '"one"'}
    hub.spoil("/resolve/", stub_hub.cut(CONTENT[:-1000], first), times=1)
    hub.spoil("/resolve/", stub_hub.body(CONTENT, {"ETag": '"two"'}))
    with pytest.raises(Broken, match="changed the file"):
        fetch()


def test_each_try_that_brings_something_gives_new_patience(hub, fetch, waits):
    def a_little(handler):
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
        end = min(start + 100_000, len(CONTENT))
        status = 206 if start else 200
        handler.send_response(status)
        if start:
            span = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
            handler.send_header("Content-Range", span)
        handler.send_header("Content-Length", str(len(CONTENT) - start))
        handler.end_headers()
        handler.wfile.write(CONTENT[start:end])
        handler.close_connection = True

    hub.spoil("/resolve/", a_little)
    assert fetch(expected_sha256=SHA256).size == len(CONTENT)
    assert set(waits) == {1.0}
    assert len(waits) > 5


def test_a_drip_is_given_up(hub, fetch, monkeypatch):
    monkeypatch.setattr(downloads, "_GRACE_S", -1e9)
    with pytest.raises(Unreachable, match="too slow"):
        fetch()


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a\\b", "x\0"])
def test_a_path_that_leaves_its_folder_is_never_asked_for(hub, fetch, path):
    with pytest.raises(BadName):
        fetch(path)
    assert hub.asked == []


def test_what_a_redirect_says_of_the_file_counts(hub, client, tmp_path, stored):
    promised = {"X-Linked-Etag": f'"{"0" * 64}"', "X-Linked-Size": str(len(CONTENT))}
    hub.spoil("/resolve/", lambda h: h.send(302, b"", promised | {"Location": "/blob"}), times=1)
    hub.spoil("/blob", stub_hub.body(CONTENT))
    with pytest.raises(Broken, match="SHA-256"):
        client.download("a/net", stored.sha, "w.bin", tmp_path / "t")


def test_a_full_disk_is_no_fault_of_the_hub(fetch, monkeypatch, tmp_path):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("registry.hub.downloads.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        fetch()
    assert list(tmp_path.iterdir()) == []
