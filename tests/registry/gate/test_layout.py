"""Which folders are repositories, and which files are theirs."""

import os

import pytest

from registry.gate.layout import locate, places
from registry.gate.scan import scan
from registry.gate.source import Kind


def ids(root, kind=Kind.MODEL):
    return [place.repo_id for place in places(root, kind) if not isinstance(place, str)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["models/org/name/x"], ["org/name"]),
        (["models/gpt2/config.json"], ["gpt2"]),
        (["models/gpt2/README.md", "models/gpt2/onnx/x"], ["gpt2"]),
        (["models/gpt2/.gitattributes"], ["gpt2"]),
        (["models/org/name/x", "models/org/name.json"], ["org/name"]),
        (["models/org/config/x", "models/org/config.json"], ["org/config"]),
        (["models/org/notes.txt", "models/org/name/x"], ["org/name"]),
        (["models/.git/HEAD/x", "models/org/.git/x"], []),
        (["models/loose.txt"], []),
        (["datasets/org/d/x"], []),
    ],
)
def test_a_folder_with_a_marker_is_a_repository_any_other_a_namespace(hub, files, expected):
    for file in files:
        hub.write(file)
    assert ids(hub.root) == expected
    assert all(locate(hub.root, Kind.MODEL, repo_id) for repo_id in expected)


def test_what_listing_leaves_out_cannot_be_located_either(hub, tmp_path):
    hub.write("models/gpt2/config.json")
    hub.write("models/gpt2/onnx/x")
    hub.write("models/org/a--b/x")
    (tmp_path / "outside").mkdir()
    (hub.root / "models/org/link").symlink_to(tmp_path / "outside")
    found = list(places(hub.root, Kind.MODEL))
    assert [place for place in found if isinstance(place, str)] == [
        "org/a--b is not a repository id; the folder is not served",
        "org/link is a symbolic link that leaves the served folder; it is not served",
    ]
    for repo_id in ("gpt2/onnx", "org/a--b", "org/link", "org", "../outside", "org/..", "", "/"):
        assert locate(hub.root, Kind.MODEL, repo_id) is None


def test_links_are_followed_inside_the_served_folder_only(hub, tmp_path):
    hub.write("shared/blob", b"inside")
    hub.write("models/org/a/own")
    (tmp_path / "secret").write_bytes(b"outside")
    (tmp_path / "hub-beside").mkdir()
    (tmp_path / "hub-beside" / "x").write_bytes(b"the name begins like the served folder's")
    folder = hub.root / "models/org/a"
    (folder / "good").symlink_to("../../../shared/blob")
    (folder / "bad").symlink_to(tmp_path / "secret")
    (folder / "beside").symlink_to(tmp_path / "hub-beside" / "x")
    (folder / "circle").symlink_to("circle")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "folder").symlink_to("../../../shared")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "pipe")
    listing = scan(folder, hub.root)
    assert [seen.path for seen in listing.files] == ["good", "own"]
    assert listing.files[0].location == str(hub.root / "shared/blob")
    assert {path for path, _ in listing.skipped} == {
        "bad",
        "beside",
        "circle",
        "folder",
        "pipe",
        "up",
    }


def test_names_that_are_not_served_are_skipped_with_a_reason(hub):
    hub.write("models/org/a/ok.txt")
    hub.write("models/org/a/back\\slash")
    hub.write("models/org/a/new\nline")
    (hub.root / "models/org/a" / os.fsdecode(b"\xff")).write_bytes(b"")
    listing = scan(hub.root / "models/org/a", hub.root)
    assert [seen.path for seen in listing.files] == ["ok.txt"]
    assert len(listing.skipped) == 3
