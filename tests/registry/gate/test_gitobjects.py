"""Ids of git objects, compared with git itself."""

import hashlib
import shutil
import subprocess

import pytest

from registry.gate.gitobjects import (
    EMPTY_BLOB,
    LFS_SIZE,
    blob_id,
    commit_id,
    is_lfs,
    pointer,
    tree_ids,
)

FILES = {
    "README.md": b"# hi\n",
    "a.txt": b"",
    "a/b/c d.txt": b"x",
    "a/b.txt": b"y",
    "a-b": b"z",
    "ü/ö": b"u",
}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_trees_have_the_ids_that_git_gives_them(tmp_path):
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)

    def git(*words):
        command = ["git", "-c", "core.autocrlf=false", *words]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    git("init", "-q")
    git("add", "-A", "-f")
    ids = tree_ids({path: blob_id(content) for path, content in FILES.items()})
    assert git("write-tree").strip() == ids[""]
    listed = git("-c", "core.quotepath=false", "ls-tree", "-r", "-d", ids[""]).splitlines()
    found = {line.split("\t")[1]: line.split()[2] for line in listed}
    assert found == {folder: oid for folder, oid in ids.items() if folder}


def test_a_commit_depends_on_its_tree_alone():
    empty = tree_ids({})[""]
    assert empty == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert commit_id(empty) == commit_id(empty)
    assert commit_id(empty) != commit_id(tree_ids({"a": EMPTY_BLOB})[""])


def test_an_empty_blob_has_the_id_that_everybody_knows():
    assert blob_id(b"") == EMPTY_BLOB


@pytest.mark.parametrize(
    ("path", "size", "expected"),
    [
        ("model.safetensors", 1, True),
        ("MODEL.BIN", 5, True),
        ("data/x.parquet", 5, True),
        ("empty.bin", 0, False),
        ("config.json", LFS_SIZE, False),
        ("vocab.json", LFS_SIZE + 1, True),
        ("notes.bin.txt", 5, False),
    ],
)
def test_weights_and_large_files_are_lfs_files(path, size, expected):
    assert is_lfs(path, size) is expected


def test_a_pointer_names_hash_and_size():
    sha256 = hashlib.sha256(b"abc").hexdigest()
    lines = pointer(sha256, 3).decode().splitlines()
    assert lines[1:] == [f"oid sha256:{sha256}", "size 3"]
