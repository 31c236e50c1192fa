"""Ids that git gives to blobs, trees and commits, so that equal content has equal ids anywhere."""

import hashlib
from collections.abc import Mapping

EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

# What the Hub keeps out of git by default (its .gitattributes for new repositories).
LFS_SUFFIXES = (
    ".7z", ".arrow", ".bin", ".bz2", ".ckpt", ".ftz", ".gguf", ".gz", ".h5", ".joblib", ".mlmodel",
    ".model", ".msgpack", ".npy", ".npz", ".onnx", ".ot", ".parquet", ".pb", ".pickle", ".pkl",
    ".pt", ".pth", ".rar", ".safetensors", ".tar", ".tflite", ".tgz", ".th", ".wasm", ".xz",
    ".zip", ".zst",
)  # fmt: skip
LFS_SIZE = 10_000_000


def is_lfs(path: str, size: int) -> bool:
    """Say whether a hub would keep this file as an LFS object. An empty file never is one."""
    return size > 0 and (size > LFS_SIZE or path.lower().endswith(LFS_SUFFIXES))


def blob_header(size: int) -> bytes:
    """Return what git hashes before the content of a blob of ``size`` bytes."""
    return b"blob %d\0" % size


def blob_id(content: bytes) -> str:
    """Return the id of a blob."""
    return _sha1(blob_header(len(content)) + content)


def pointer(sha256: str, size: int) -> bytes:
    """Return the text that git keeps in place of an LFS object."""
    return (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
    )


def tree_ids(blobs: Mapping[str, str]) -> dict[str, str]:
    """Return the id of every folder, the root being ``""``, from the blob id of every path."""
    children: dict[str, dict[str, tuple[bytes, str]]] = {"": {}}
    for path, oid in blobs.items():
        folder, _, name = path.rpartition("/")
        _add_folder(children, folder)
        children[folder][name] = (b"100644", oid)
    ids: dict[str, str] = {}
    for folder in sorted(children, key=lambda path: path.count("/") + bool(path), reverse=True):
        ids[folder] = _tree_id(children[folder])
        if folder:
            parent, _, name = folder.rpartition("/")
            children[parent][name] = (b"40000", ids[folder])
    return ids


def commit_id(tree: str) -> str:
    """Return the id of a commit without parents, date or author of its own: content alone."""
    person = "assay <assay> 0 +0000"
    text = f"tree {tree}\nauthor {person}\ncommitter {person}\n\nServed from a folder\n".encode()
    return _sha1(b"commit %d\0" % len(text) + text)


def _add_folder(children: dict[str, dict[str, tuple[bytes, str]]], folder: str) -> None:
    while folder not in children:
        children[folder] = {}
        folder = folder.rpartition("/")[0]


def _tree_id(entries: Mapping[str, tuple[bytes, str]]) -> str:
    # git orders a folder as if its name ended in a slash
    ordered = sorted(
        (name.encode() + (b"/" if mode == b"40000" else b""), name.encode(), mode, oid)
        for name, (mode, oid) in entries.items()
    )
    body = b"".join(
        mode + b" " + name + b"\0" + bytes.fromhex(oid) for _, name, mode, oid in ordered
    )
    return _sha1(b"tree %d\0" % len(body) + body)


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
