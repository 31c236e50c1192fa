"""Where cgroups are looked for, by the kernel's own descriptions of several machines."""

from pathlib import Path

import pytest

from workers.sandbox import cgroups

MOUNT = "36 35 0:32 {root} {point} rw,nosuid - {kind} cgroup rw{options}"


def mount(point: Path, kind: str, *, root: str = "/", options: str = "") -> str:
    return MOUNT.format(root=root, point=point, kind=kind, options=options)


def test_a_v1_controller_is_found_below_the_workers_own_cgroup(tmp_path):
    (tmp_path / "memory" / "own").mkdir(parents=True)
    mounts = [
        mount(tmp_path / "cpu", "cgroup", options=",cpu"),
        mount(tmp_path / "memory", "cgroup", options=",memory"),
    ]
    mine = ["4:memory:/own", "1:cpu:/", "0::/"]
    assert cgroups._v1_folder(mounts, mine, "memory") == tmp_path / "memory" / "own"
    assert cgroups._v1_folder(mounts, mine, "pids") is None


def test_a_container_that_sees_a_part_of_the_tree_finds_its_own(tmp_path):
    (tmp_path / "leaf").mkdir()
    mounts = [mount(tmp_path, "cgroup2", root="/docker/abc")]
    assert cgroups._v2_folder(mounts, ["0::/docker/abc/leaf"]) == tmp_path / "leaf"
    assert cgroups._v2_folder(mounts, ["0::/docker/abc"]) == tmp_path
    assert cgroups._v2_folder(mounts, ["0::/elsewhere"]) == tmp_path


def test_a_folder_that_is_no_cgroup_gives_no_limits_and_no_files(tmp_path):
    where = cgroups.Hierarchy(tmp_path, tmp_path, is_v2=True)
    with pytest.raises(OSError, match=r"pids\.max"):
        cgroups.Cgroup(where, "assay-1-x", 1 << 20, 4)
    assert not list(tmp_path.iterdir())


def test_the_kernels_counters_are_read(tmp_path):
    (tmp_path / "events").write_text("low 0\noom 3\noom_kill 2\n")
    assert cgroups._counter(tmp_path / "events", "oom_kill") == 2
    assert cgroups._counter(tmp_path / "events", "nothing") == 0
    assert cgroups._counter(tmp_path / "gone", "oom_kill") == 0


def test_what_dead_workers_left_is_swept_and_the_living_keep_theirs(tmp_path):
    import os

    where = cgroups.Hierarchy(tmp_path, tmp_path, is_v2=True)
    living = tmp_path / f"assay-{os.getpid()}-a"
    for folder in (living, tmp_path / "assay-999999999-b", tmp_path / "assay-text-c"):
        folder.mkdir()
    cgroups.sweep(where)
    assert sorted(tmp_path.iterdir()) == sorted([living, tmp_path / "assay-text-c"])
