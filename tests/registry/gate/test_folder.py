"""What a folder says of its repositories."""

import json
import logging
import re
import struct

import pytest

from registry.gate.folder import FolderSource
from registry.gate.gitobjects import blob_id
from registry.gate.source import Kind

CARD = """---
license: mit
language: [en, de]
tags: [tiny]
datasets: glue
pipeline_tag: text-classification
base_model: org/parent
base_model_relation: finetune
model-index:
- name: x
  results: []
---
# Tiny
"""


def tensors(**shapes):
    header = json.dumps(
        {
            name: {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]}
            for name, shape in shapes.items()
        }
    ).encode()
    return struct.pack("<Q", len(header)) + header


def test_it_works(hub):
    hub.write("models/org/a/README.md", CARD)
    hub.write("models/org/a/config.json", '{"model_type": "bert"}')
    hub.write("models/org/a/model.safetensors", tensors(w=[2, 3], b=[3]))
    info = hub.json("/api/models/org/a")
    assert re.fullmatch("[0-9a-f]{24}", info["_id"])
    assert re.fullmatch("[0-9a-f]{40}", info["sha"])
    assert info["author"] == "org"
    assert info["cardData"]["license"] == "mit"
    assert info["config"] == {"model_type": "bert"}
    assert info["library_name"] == "transformers"
    assert info["pipeline_tag"] == "text-classification"
    assert info["model-index"] == [{"name": "x", "results": []}]
    assert info["safetensors"] == {"parameters": {"F32": 9}, "total": 9}
    assert set(info["tags"]) == {
        "transformers", "safetensors", "bert", "text-classification", "tiny", "en", "de",
        "dataset:glue", "license:mit", "base_model:org/parent", "base_model:finetune:org/parent",
    }  # fmt: skip
    assert [s["rfilename"] for s in info["siblings"]] == [
        "README.md", "config.json", "model.safetensors",
    ]  # fmt: skip


def test_the_metadata_file_is_laid_over(hub):
    hub.write("models/org/a/README.md", CARD)
    hub.describe(
        "models/org/a",
        _id="abc",
        downloads=7,
        likes=3,
        createdAt="2022-03-02T23:29:04.000Z",
        lastModified="2023-01-01T00:00:00.000Z",
        tags=["other"],
        pipeline_tag="fill-mask",
        evalResults=[{"filename": "x", "error": "y"}],
    )
    info = hub.json("/api/models/org/a")
    assert (info["_id"], info["downloads"], info["likes"]) == ("abc", 7, 3)
    assert info["createdAt"] == "2022-03-02T23:29:04.000Z"
    assert info["tags"] == ["other"]
    assert info["pipeline_tag"] == "fill-mask"
    assert info["evalResults"] == [{"filename": "x", "error": "y"}]


def test_metadata_that_makes_no_sense_is_left_out_with_a_reason(hub, caplog):
    hub.write("models/org/a/x")
    hub.describe(
        "models/org/a", downloads="many", createdAt="soon", tags="x", sha="0" * 40, xetHash="x"
    )
    with caplog.at_level(logging.WARNING):
        info = hub.json("/api/models/org/a")
    assert info["downloads"] == 0
    assert info["tags"] == []
    assert info["sha"] != "0" * 40
    assert "xetHash" not in info
    assert len([r for r in caplog.records if "a.json" in r.getMessage()]) == 5


@pytest.mark.parametrize("broken", [b"{", b"[]", b"\xff", b"x" * (4 << 20) + b"x"])
def test_metadata_that_cannot_be_read_may_have_said_that_the_files_are_gated(hub, broken):
    hub.write("models/org/a/x", b"x")
    hub.write("models/org/a.json", broken)
    assert hub.json("/api/models/org/a")["gated"] == "manual"
    assert hub.get("/org/a/resolve/main/x").status_code == 403


def test_metadata_is_not_read_through_a_link_that_leaves_the_folder(hub, tmp_path):
    hub.write("models/org/a/x", b"x")
    (tmp_path / "secret.json").write_text('{"pipeline_tag": "secret"}')
    (hub.root / "models/org/a.json").symlink_to(tmp_path / "secret.json")
    assert "pipeline_tag" not in hub.json("/api/models/org/a")


@pytest.mark.parametrize(
    ("path", "content", "lost"),
    [
        ("README.md", "---\na: [\n---\n", "cardData"),
        ("README.md", "---\n" + "[" * 50_000 + "\n---\n", "cardData"),
        ("README.md", b"---\n\xff: \x00\n---\n", "cardData"),
        ("config.json", "{", "config"),
        ("config.json", "[1]", "config"),
        ("config.json", " " * (1 << 20) + "{}", "config"),
        ("model.safetensors", b"\xff" * 20, "safetensors"),
        ("model.safetensors", b"abc", "safetensors"),
        ("model.safetensors", tensors(w=[-1]), "safetensors"),
        ("model.safetensors", tensors(w=[2**40, 2**40]), "safetensors"),
        (
            "model.safetensors.index.json",
            '{"weight_map": {"w": "gone.safetensors"}}',
            "safetensors",
        ),
        ("model.safetensors.index.json", '{"weight_map": {"w": "../../b/x"}}', "safetensors"),
    ],
)
def test_a_broken_file_costs_what_it_would_have_said(hub, caplog, path, content, lost):
    hub.write(f"models/org/a/{path}", content)
    hub.write("models/org/a/z.txt", b"z")
    with caplog.at_level(logging.WARNING):
        info = hub.json("/api/models/org/a")
        hub.json("/api/models/org/a")
    assert lost not in info
    assert hub.get("/org/a/resolve/main/z.txt").status_code == 200
    assert len([r for r in caplog.records if path in r.getMessage()]) == 1


def test_eval_results_tell_good_from_broken(hub):
    good = "- dataset: {id: cais/hle, task_id: default}\n  value: 20.9\n  date: 2025-01-15\n"
    hub.write("models/org/a/.eval_results/good.yaml", good)
    hub.write("models/org/a/.eval_results/half.yaml", "- dataset: {id: x}\n  value: 1\n")
    hub.write("models/org/a/.eval_results/no.yaml", "[")
    results = hub.json("/api/models/org/a")["evalResults"]
    assert results[0]["data"]["date"] == "2025-01-15"
    assert ["error" in result for result in results] == [False, True, True]


def test_dataset_cards_become_tags(hub):
    hub.write("datasets/org/d/README.md", "---\ntask_categories: [a]\nlicense: mit\n---\n")
    assert hub.json("/api/datasets/org/d")["tags"] == ["task_categories:a", "license:mit"]


def test_the_commit_changes_with_every_change_of_the_files(hub):
    hub.write("models/org/a/x", b"one")
    source = FolderSource(hub.root)

    def sha():
        return source.snapshot(Kind.MODEL, "org/a", fresh=True).sha

    first = sha()
    hub.write("models/org/a/x", b"two")  # the same length, within one tick of the clock
    second = sha()
    hub.write("models/org/a/y", b"")
    third = sha()
    (hub.root / "models/org/a/x").rename(hub.root / "models/org/a/z")
    fourth = sha()
    hub.describe("models/org/a", likes=1)
    assert sha() == fourth
    assert len({first, second, third, fourth}) == 4
    hub.write("models/org/a/x", b"one")
    for name in ("y", "z"):
        (hub.root / "models/org/a" / name).unlink()
    assert sha() == first


@pytest.mark.parametrize("settled", [True, False])
def test_a_commit_is_kept_only_once_a_further_write_would_show(hub, monkeypatch, settled):
    from registry.gate import folder

    monkeypatch.setattr(folder, "is_settled", lambda seen: settled)
    hub.write("models/org/a/x", b"one")
    source = FolderSource(hub.root)
    first, second = (source.snapshot(Kind.MODEL, "org/a") for _ in range(2))
    assert first.sha == second.sha
    assert (first is second) is settled


def test_equal_content_has_an_equal_commit_in_any_folder(hub):
    hub.write("models/org/a/x", b"one")
    hub.write("models/org/b/x", b"one")
    first, second = hub.json("/api/models/org/a"), hub.json("/api/models/org/b")
    assert first["sha"] == second["sha"]
    assert first["_id"] != second["_id"]


def test_a_rewritten_file_is_seen_without_being_asked_to_look(hub):
    hub.write("models/org/a/x", b"one")
    assert hub.head("/org/a/resolve/main/x")["ETag"] == f'"{blob_id(b"one")}"'
    hub.write("models/org/a/x", b"three")
    response = hub.get("/org/a/resolve/main/x")
    assert response.body == b"three"
    assert response["ETag"] == f'"{blob_id(b"three")}"'


def test_files_that_vanish_are_no_longer_there(hub):
    hub.write("models/org/a/x", b"one")
    sha = hub.json("/api/models/org/a")["sha"]
    (hub.root / "models/org/a/x").unlink()
    response = hub.get(f"/org/a/resolve/{sha}/x")
    assert (response.status_code, response["X-Error-Code"]) == (404, "RevisionNotFound")
    (hub.root / "models/org/a").rmdir()
    response = hub.get("/org/a/resolve/main/x")
    assert (response.status_code, response["X-Error-Code"]) == (404, "RepoNotFound")


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(NotADirectoryError):
        FolderSource(tmp_path / "nothing")
