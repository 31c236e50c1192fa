"""What the watcher sees of a tree of processes, and that nothing of it is left when it ends it."""

import os
import subprocess
import sys

import pytest

from workers.sandbox import watcher

TREE = """
import os, time
kept = bytearray(os.urandom(1 << 20)) * 64
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        break
print("ready", flush=True)
time.sleep(100)
"""


@pytest.fixture
def tree():
    """A process of 64 MiB with two children in sessions of their own, which share its memory."""
    process = subprocess.Popen([sys.executable, "-c", TREE], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    yield process.pid
    watcher.end_below(process.pid)
    process.kill()
    process.stdout.close()
    process.wait()


def test_memory_is_seen_shared_pages_once(tree):
    loose = watcher.usage(tree)
    close = watcher.owned_memory_bytes(tree)
    assert loose.processes == 3
    assert loose.memory_bytes > 150 << 20
    assert 60 << 20 < close < 110 << 20


def test_all_below_a_process_ends_and_the_process_stays(tree):
    watcher.end_below(tree)
    assert all(watcher._is_zombie(each) for each in watcher.descendants(tree)[1:])
    assert not watcher._is_zombie(tree)


def test_time_counts_ended_children():
    work = "subprocess.run([sys.executable, '-c', 'sum(range(10**7))'])"
    code = f"import subprocess, sys, time; {work}; print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert watcher.usage(process.pid).cpu_s > 0.05
        process.kill()


def test_a_process_that_is_gone_uses_nothing():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert watcher.usage(process.pid) == watcher.Usage(0, 0, 0.0)
    assert watcher.owned_memory_bytes(process.pid) == 0
    watcher.end_below(process.pid)


def test_a_folder_is_measured_up_to_enough_and_links_are_not_followed(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_bytes(os.urandom(1 << 20))
    (tmp_path / "link").symlink_to("/usr")
    assert 1 << 20 <= watcher.folder_bytes(tmp_path, 1 << 30) < 2 << 20
    assert watcher.folder_bytes(tmp_path, 1 << 10) == 1 << 10
    assert watcher.folder_bytes(tmp_path / "gone", 1) == 0
