"""The endpoints, without a server."""

import json
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.gate import folder
from registry.gate.gitobjects import EMPTY_BLOB, blob_id
from tests.registry.gate.test_folder import tensors

FORM = "application/x-www-form-urlencoded"


def link(response):
    """The address of the next page, or nothing."""
    header = response.headers.get("Link", "")
    return header.removeprefix("<").partition(">")[0]


def pages(hub, path):
    rows = []
    while path:
        response = hub.get(path)
        assert response.status_code == 200, response.content
        rows += response.json()
        address = urlsplit(link(response))
        path = f"{address.path}?{address.query}" if address.path else ""
    return rows


@pytest.fixture
def repo(hub):
    hub.write("models/org/a/README.md", "# hi\n")
    hub.write("models/org/a/w.bin", b"weights")
    hub.write("models/org/a/empty", b"")
    hub.write("models/org/a/sub folder/Grüße 文.txt", b"0123456789")
    return hub


def test_a_file_comes_with_all_that_clients_need(repo):
    sha = repo.json("/api/models/org/a")["sha"]
    for path, etag, size in (
        ("README.md", blob_id(b"# hi\n"), 5),
        ("empty", EMPTY_BLOB, 0),
        ("sub folder/Grüße 文.txt", blob_id(b"0123456789"), 10),
    ):
        for response in (
            repo.head(f"/org/a/resolve/main/{quote(path)}"),
            repo.get(f"/org/a/resolve/{sha}/{quote(path)}"),
        ):
            assert response.status_code == 200
            assert response["ETag"] == f'"{etag}"'
            assert response["X-Repo-Commit"] == sha
            assert response["Content-Length"] == str(size)
            assert response["Accept-Ranges"] == "bytes"
            assert "X-Linked-Etag" not in response.headers
        assert len(response.body) == size


def test_an_lfs_file_is_named_by_its_sha256_everywhere(repo):
    import hashlib

    sha256 = hashlib.sha256(b"weights").hexdigest()
    response = repo.head("/org/a/resolve/main/w.bin")
    assert response["ETag"] == response["X-Linked-Etag"] == f'"{sha256}"'
    assert response["X-Linked-Size"] == "7"
    entry = repo.json("/api/models/org/a/tree/main?recursive=True")[-1]
    assert entry["lfs"] == {"oid": sha256, "size": 7, "pointerSize": 126}
    blobs = repo.json("/api/models/org/a?blobs=True")["siblings"][-1]
    assert blobs["lfs"] == {"sha256": sha256, "size": 7, "pointerSize": 126}
    assert entry["oid"] == blobs["blobId"] != sha256


@pytest.mark.parametrize(
    ("headers", "status", "expected", "content_range"),
    [
        ({"range": "bytes=4-6"}, 206, b"456", "bytes 4-6/10"),
        ({"range": "bytes=7-"}, 206, b"789", "bytes 7-9/10"),
        ({"range": "bytes=-2"}, 206, b"89", "bytes 8-9/10"),
        ({"range": "bytes=10-"}, 416, b"", "bytes */10"),
        ({"range": "bytes=0-1,4-5"}, 200, b"0123456789", None),
        ({"range": "bytes=4-6", "if-range": '"other"'}, 200, b"0123456789", None),
    ],
)
def test_ranges(repo, headers, status, expected, content_range):
    response = repo.get(f"/org/a/resolve/main/{quote('sub folder/Grüße 文.txt')}", **headers)
    assert response.status_code == status
    assert response.body == expected
    assert response["Content-Length"] == str(len(expected))
    assert response.headers.get("Content-Range") == content_range


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/models/org/none", 404, "RepoNotFound"),
        ("/api/models/none", 404, "RepoNotFound"),
        ("/api/spaces/org/a", 404, "RepoNotFound"),
        ("/none/x/resolve/main/x", 404, "RepoNotFound"),
        ("/datasets/org/a/resolve/main/README.md", 404, "RepoNotFound"),
        ("/api/models/org/a/revision/refs%2Fpr%2F1", 404, "RevisionNotFound"),
        ("/api/models/org/a/tree/refs/pr/1/sub", 404, "RevisionNotFound"),
        ("/org/a/resolve/refs%2Fpr%2F1/README.md", 404, "RevisionNotFound"),
        ("/org/a/resolve/" + "0" * 40 + "/README.md", 404, "RevisionNotFound"),
        ("/org/a/resolve/main/none", 404, "EntryNotFound"),
        ("/org/a/resolve/main/../a.json", 404, "EntryNotFound"),
        ("/org/a/resolve/main/%2e%2e/a.json", 404, "EntryNotFound"),
        ("/org/a/resolve/main//etc/passwd", 404, "EntryNotFound"),
        ("/org/a/resolve/main/..%5c..%5cx", 404, "EntryNotFound"),
        ("/org/a/resolve/main/README.md%00", 404, "EntryNotFound"),
        ("/org/a/resolve/main/sub%20folder", 404, "EntryNotFound"),
        ("/org/a/resolve/main/%ff%fe", 404, "EntryNotFound"),
        ("/api/models/org/a/tree/main/none", 404, "EntryNotFound"),
        ("/api/models/org/a/tree/main/README.md", 404, "EntryNotFound"),
        ("/../../etc/resolve/main/passwd", 404, None),
        ("/..%2f..%2fetc/x/resolve/main/passwd", 404, None),
        ("/api/models/org/a/xet-read-token/main", 404, None),
        ("/api/models/org/a/", 404, None),
        ("/", 404, None),
        ("/api/models?sort=x", 400, None),
    ],
)
def test_what_is_not_there_is_refused_in_the_hubs_words(repo, path, status, code):
    response = repo.get(path)
    assert (response.status_code, response.headers.get("X-Error-Code")) == (status, code)
    assert response.json()["error"]
    assert response["X-Error-Message"].isprintable()


def test_an_absent_file_names_the_commit_so_that_clients_remember(repo):
    sha = repo.json("/api/models/org/a")["sha"]
    assert repo.head("/org/a/resolve/main/none")["X-Repo-Commit"] == sha


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x85", "\u2028", "\0"])
@pytest.mark.parametrize("start", ["/org/a/resolve/main/", "/api/models/org/a/revision/", "/api/"])
def test_error_messages_stay_within_one_header(repo, start, end):
    response = repo.get(start + quote(f"ü{end}X-Evil: 1"))
    assert response.status_code == 404
    assert "X-Evil" not in response.headers
    assert response["X-Error-Message"].isprintable()


WORDS = "api models datasets org a tree resolve main refs pr 1 .. revision commits w.bin README.md"
SEGMENTS = st.sampled_from([*WORDS.split(), "", "safetensors-metadata", "sub folder"]) | st.text(
    max_size=8
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(SEGMENTS, max_size=7), st.dictionaries(st.sampled_from(
    ["limit", "cursor", "expand", "sort", "recursive", "filter", "search", "skip"]
), st.text(max_size=12)))  # fmt: skip
def test_no_address_breaks_the_server(repo, segments, params):
    path = "/" + "/".join(quote(segment, safe="") for segment in segments)
    response = repo.get(f"{path}?{urlencode(params)}")
    assert response.status_code in {200, 400, 404}


def test_trees_have_a_folder_or_everything(repo):
    top = repo.json("/api/models/org/a/tree/main")
    assert [(e["type"], e["path"]) for e in top] == [
        ("file", "README.md"),
        ("file", "empty"),
        ("directory", "sub folder"),
        ("file", "w.bin"),
    ]
    sub = repo.json("/api/models/org/a/tree/main/sub%20folder")
    assert [e["path"] for e in sub] == ["sub folder/Grüße 文.txt"]
    everything = repo.json("/api/models/org/a/tree/main?recursive=1&expand=True")
    assert len(everything) == 5
    assert all(e["lastCommit"]["id"] and e["lastCommit"]["date"] for e in everything)


def test_large_trees_come_in_pages(hub):
    for i in range(1_100):
        hub.write(f"models/org/many/f{i:04}")
    first = hub.get("/api/models/org/many/tree/main")
    assert len(first.json()) == 1_000
    assert link(first).startswith("http://testserver/api/models/org/many/tree/main?cursor=")
    assert len(pages(hub, "/api/models/org/many/tree/main?recursive=true")) == 1_100
    assert len(hub.json("/api/models/org/many/tree/main?expand=true")) == 50


@pytest.mark.parametrize("as_json", [True, False])
def test_paths_info_leaves_out_what_is_not_there(repo, as_json):
    paths = ["README.md", "none", "sub folder", "../a.json"]
    sent = {"paths": paths, "expand": "True"}
    response = repo.client.post(
        "/api/models/org/a/paths-info/main",
        json.dumps(sent) if as_json else urlencode(sent, doseq=True),
        content_type="application/json" if as_json else FORM,
    )
    assert [entry["path"] for entry in response.json()] == ["README.md", "sub folder"]
    assert "lastCommit" in response.json()[0]


def test_paths_info_takes_any_number_of_paths_and_refuses_nonsense(repo):
    url = "/api/models/org/a/paths-info/main"
    form = urlencode({"paths": ["README.md"] * 5_000}, doseq=True)
    many = repo.client.post(url, form, content_type=FORM)
    assert len(many.json()) == 5_000
    for content in ("{", "[]", '{"paths": 5}', '{"x": 1}'):
        assert repo.client.post(url, content, content_type="application/json").status_code == 400
    assert repo.client.post(url, {"paths": "README.md"}).status_code == 400  # multipart
    assert repo.get(url).status_code == 405


def test_refs_and_commits_name_the_one_commit(repo):
    repo.describe("models/org/a", branches=["feature/x", 5], tags_refs=["v1.0"])
    sha = repo.json("/api/models/org/a")["sha"]
    refs = repo.json("/api/models/org/a/refs?include_prs=1")
    assert [branch["name"] for branch in refs["branches"]] == ["main", "feature/x"]
    assert refs["tags"] == [{"name": "v1.0", "ref": "refs/tags/v1.0", "targetCommit": sha}]
    commits = repo.json("/api/models/org/a/commits/main?expand[]=formatted")
    assert [commit["id"] for commit in commits] == [sha]
    for revision in ("v1.0", "feature/x", "feature%2Fx", "refs%2Fheads%2Fmain", "refs/tags/v1.0"):
        assert repo.json(f"/api/models/org/a/revision/{revision}")["sha"] == sha
        response = repo.get(f"/org/a/resolve/{revision}/README.md")
        assert response.body == b"# hi\n"


def test_gated_files_are_refused_but_what_is_said_of_them_is_public(repo):
    repo.describe("models/org/a", gated="auto")
    assert repo.json("/api/models/org/a")["gated"] == "auto"
    assert repo.json("/api/models/org/a/tree/main")
    for response in (
        repo.head("/org/a/resolve/main/w.bin"),
        repo.get("/org/a/resolve/main/w.bin"),
        repo.get("/api/models/org/a/auth-check"),
        repo.get("/api/models/org/a/safetensors-metadata/w.bin"),
    ):
        assert (response.status_code, response["X-Error-Code"]) == (403, "GatedRepo")


@pytest.mark.parametrize(
    ("metadata", "status", "code"),
    [({"private": True}, 404, "RepoNotFound"), ({"disabled": True}, 403, None)],
)
def test_private_and_disabled_repositories_answer_nothing(repo, metadata, status, code):
    repo.describe("models/org/a", **metadata)
    for path in ("/api/models/org/a", "/api/models/org/a/tree/main", "/org/a/resolve/main/w.bin"):
        response = repo.get(path)
        assert (response.status_code, response.headers.get("X-Error-Code")) == (status, code)
    assert len(repo.json("/api/models")) == (0 if "private" in metadata else 1)


@pytest.mark.parametrize("unclear", ["yes", 1, None, "open", []])
def test_access_that_is_unclear_counts_as_closed(repo, unclear):
    repo.describe("models/org/a", gated=unclear)
    assert repo.get("/org/a/resolve/main/w.bin").status_code == 403
    repo.describe("models/org/a", private=unclear)
    assert repo.get("/api/models/org/a").status_code == 404


def test_listings_are_filtered_sorted_and_paged(hub):
    for i in range(7):
        hub.write(f"models/o{i % 2}/m{i}/README.md", f"---\ntags: [t{i % 3}]\n---\n")
        hub.describe(f"models/o{i % 2}/m{i}", downloads=i, likes=-i)
    assert [row["id"] for row in hub.json("/api/models?sort=downloads&limit=2")] == [
        "o0/m6",
        "o1/m5",
    ]
    rows = pages(hub, "/api/models?sort=likes&direction=-1&limit=2&full=True")
    assert [row["likes"] for row in rows] == [0, -1, -2, -3, -4, -5, -6]
    assert len(hub.json("/api/models?filter=t1&author=o0")) == 1
    assert len(hub.json("/api/models?search=M3")) == 1
    assert len(hub.json("/api/models?skip=5")) == 2
    assert hub.json("/api/models?limit=0") == []
    (row,) = hub.json("/api/models?search=m3&expand=downloads&expand=tags")
    assert row.keys() == {"_id", "id", "downloads", "tags"}


def test_a_listing_does_not_hash_what_nobody_asked_for(hub, monkeypatch):
    hub.write("models/org/a/w.bin", b"weights")
    from registry.gate import digests

    monkeypatch.setattr(digests, "_hash", None)
    assert hub.json("/api/models")[0]["id"] == "org/a"


def test_next_pages_stay_on_this_server(hub):
    for i in range(3):
        hub.write(f"models/org/m{i}/x")
    response = hub.get("/api/models?limit=1&filter=", host="hub.example:8800")
    assert link(response).startswith("http://hub.example:8800/api/models?")
    assert "filter=" in link(response)


def test_tensor_headers_come_without_the_weights(hub):
    hub.write("models/org/a/m-1.safetensors", tensors(a=[2, 3]) + b"secret weights")
    hub.write("models/org/a/m-2.safetensors", tensors(b=[4]))
    index = {
        "metadata": {"total_size": 1},
        "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"},
    }
    hub.write("models/org/a/model.safetensors.index.json", json.dumps(index))
    found = hub.json("/api/models/org/a/safetensors-metadata/model.safetensors.index.json")
    assert found["index"] == {"metadata": {"total_size": 1}}
    assert found["headers"]["m-1.safetensors"]["a"]["shape"] == [2, 3]
    assert hub.json("/api/models/org/a?expand=safetensors")["safetensors"]["total"] == 10
    assert hub.get("/api/models/org/a/safetensors-metadata/none").status_code == 404
    hub.write("models/org/a/bad.safetensors", b"\0")
    assert hub.get("/api/models/org/a/safetensors-metadata/bad.safetensors").status_code == 400


def test_a_file_is_found_as_soon_as_it_is_there(hub, monkeypatch):
    monkeypatch.setattr(folder, "LOOK_SHARE", 1_000_000)  # as if looking had taken long
    hub.write("models/org/a/x", b"x")
    commit = hub.json("/api/models/org/a")["sha"]
    for path in ("new.txt", "sub/new.txt", "model.safetensors"):
        hub.write(f"models/org/a/{path}", b"new")
        assert hub.get(f"/org/a/resolve/main/{path}").body == b"new"
    hub.write("models/org/a/other.safetensors", b"\0")
    assert hub.get("/api/models/org/a/safetensors-metadata/other.safetensors").status_code == 400
    hub.write("models/org/a/last", b"new")
    assert hub.get(f"/org/a/resolve/{commit}/last").status_code == 404  # the commit is gone
    for path in ("none", "sub", ".git/config", "../b"):
        assert hub.get(f"/org/a/resolve/main/{path}").status_code in {400, 404}


def test_what_is_never_served_costs_no_second_look(hub, monkeypatch):
    monkeypatch.setattr(folder, "LOOK_SHARE", 1_000_000)
    for path in ("sub/x", ".git/config", ".cache/x"):
        hub.write(f"models/org/a/{path}", b"x")
    (hub.root / "models/org/a/out").symlink_to("/etc/hostname")
    before = hub.json("/api/models/org/a")["sha"]
    hub.write("models/org/a/late", b"x")
    for path in ("sub", ".git/config", ".cache/x", "out"):
        assert hub.get(f"/org/a/resolve/main/{path}").status_code == 404
        assert hub.json("/api/models/org/a")["sha"] == before, path
    assert hub.get("/org/a/resolve/main/late").status_code == 200
    assert hub.json("/api/models/org/a")["sha"] != before


def test_nobody_is_known_and_no_token_is_checked(hub):
    assert hub.get("/api/whoami-v2").status_code == 401
    assert hub.get("/api/whoami-v2", authorization="Bearer x").json()["name"] == "reader"


def test_a_strangers_page_does_not_run_in_this_servers_name(hub):
    hub.write("models/org/a/x.html", "<script>alert(1)</script>")
    response = hub.get("/org/a/resolve/main/x.html")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_without_a_source_the_addresses_say_what_is_missing(hub, settings):
    from django.core.exceptions import ImproperlyConfigured

    settings.GATE_SOURCE = None
    with pytest.raises(ImproperlyConfigured, match="GATE_SOURCE"):
        hub.get("/api/models")
