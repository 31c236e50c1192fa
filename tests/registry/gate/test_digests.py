"""Hashes of files."""

import hashlib
import os
import threading
import time

import pytest

from registry.gate import digests
from registry.gate.digests import Digests
from registry.gate.gitobjects import blob_id
from registry.gate.scan import FileChanged, scan

LARGE = digests.KEPT_SIZE + 1


@pytest.fixture
def reads(monkeypatch):
    """The paths that were really read."""
    paths = []
    inner = digests._hash

    def counted(seen, lfs):
        paths.append(seen.path)
        return inner(seen, lfs)

    monkeypatch.setattr(digests, "_hash", counted)
    return paths


def settled(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        seen = next(seen for seen in scan(tmp_path, tmp_path).files if seen.path == name)
        if digests.is_settled(seen):
            return seen
        time.sleep(0.01)
    raise AssertionError("the file never settled")


def test_hashes_are_those_of_git_and_lfs(tmp_path):
    seen = settled(tmp_path, "a", b"abc")
    assert Digests().of(seen, lfs=False) == blob_id(b"abc")
    assert Digests().of(seen, lfs=True) == hashlib.sha256(b"abc").hexdigest()


def test_a_file_is_read_once_while_it_stays_the_same(tmp_path, reads):
    found = Digests()
    seen = settled(tmp_path, "a", b"abc")
    for _ in range(3):
        found.of(seen, lfs=False)
    assert reads == ["a"]


def test_a_file_that_was_just_written_is_not_trusted_to_stay(tmp_path, reads):
    (tmp_path / "a").write_bytes(b"abc")
    os.utime(tmp_path / "a", (1, 1))
    found = Digests()
    seen = scan(tmp_path, tmp_path).files[0]
    found.of(seen, lfs=False)
    found.of(seen, lfs=False)
    assert len(reads) == 2 or digests.is_settled(seen)


def test_a_changed_file_is_not_hashed_under_its_old_name(tmp_path):
    seen = settled(tmp_path, "a", b"abc")
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(FileChanged):
        Digests().of(seen, lfs=False)


def test_a_file_that_is_written_to_while_it_is_read_has_no_hash(tmp_path, monkeypatch):
    seen = settled(tmp_path, "a", b"abc")

    real = hashlib.sha256

    class Disturbed:
        def __init__(self):
            self.inner = real()

        def update(self, chunk):
            self.inner.update(chunk)
            (tmp_path / "a").write_bytes(b"xyz")

        def hexdigest(self):
            return self.inner.hexdigest()

    monkeypatch.setattr("registry.gate.digests.hashlib.sha256", Disturbed)
    with pytest.raises(FileChanged):
        Digests().of(seen, lfs=True)


def test_many_threads_read_a_file_once(tmp_path, reads):
    found = Digests()
    seen = settled(tmp_path, "a", b"x" * 2_000_000)
    threads = [threading.Thread(target=found.of, args=(seen,), kwargs={"lfs": True}) for _ in "12"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reads == ["a"]


def test_large_files_are_read_once_by_all_processes_and_restarts(tmp_path, reads):
    seen = settled(tmp_path, "a", b"x" * LARGE)
    store = tmp_path / "kept" / "hashes.jsonl"
    first, second = Digests(store), Digests(store)
    digest = first.of(seen, lfs=True)
    assert second.of(seen, lfs=True) == Digests(store).of(seen, lfs=True) == digest
    assert reads == ["a"]
    assert store.stat().st_mode & 0o777 == 0o600


def test_a_damaged_store_costs_the_hashing_only(tmp_path, reads):
    store = tmp_path / "hashes.jsonl"
    store.write_bytes(b"{}\n[1]\nnonsense\n[1,2,3,4,5,true]\n\xff\n")
    seen = settled(tmp_path, "a", b"x" * LARGE)
    assert Digests(store).of(seen, lfs=True) == hashlib.sha256(b"x" * LARGE).hexdigest()
    assert reads == ["a"]


def test_a_store_that_cannot_be_written_costs_the_sharing_only(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    seen = settled(tmp_path, "a", b"x" * LARGE)
    found = Digests(tmp_path / "file" / "hashes.jsonl")
    assert found.of(seen, lfs=True) == hashlib.sha256(b"x" * LARGE).hexdigest()
