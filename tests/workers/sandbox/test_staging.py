"""Files reach a run by hard link, under names that cannot leave the folder, and go again."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.contract import Refused
from workers.sandbox.outcomes import SandboxUnavailable
from workers.sandbox.staging import INPUTS_NAME, Staged, Staging, check_names, sweep


@pytest.fixture
def staging(tmp_path):
    made = Staging(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def blob(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(b"weights")
    path.chmod(0o644)
    return path


def stage(
    staging: Staging,
    files: dict[str, Path],
    inputs: Path | None = None,
    *,
    all_formats: bool = True,
) -> Staged:
    return staging.stage(files, inputs, None, all_formats=all_formats)


def test_files_are_linked_not_copied(staging, blob):
    staged = stage(staging, {"a/b/model.bin": blob, "config.json": blob}, blob)
    for place in (staged.model / "a/b/model.bin", staged.inputs / INPUTS_NAME):
        assert place.samefile(blob)
    assert stat.S_IMODE((staged.model / "a").stat().st_mode) == 0o755
    staged.remove()
    assert not staged.folder.exists()
    assert blob.read_bytes() == b"weights"


def test_a_link_in_the_cache_is_followed_to_its_bytes(staging, blob, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(blob)
    staged = stage(staging, {"w": link})
    assert not (staged.model / "w").is_symlink()
    assert (staged.model / "w").read_bytes() == b"weights"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the run another user")
def test_a_private_blob_is_copied_and_stays_private(staging, blob):
    blob.chmod(0o600)
    staged = stage(staging, {"w": blob})
    assert not (staged.model / "w").samefile(blob)
    assert stat.S_IMODE((staged.model / "w").stat().st_mode) == 0o644
    assert stat.S_IMODE(blob.stat().st_mode) == 0o600


def test_another_file_system_costs_a_copy(staging):
    with Path("/dev/shm/assay-test-blob").open("wb") as file:
        file.write(b"far")
    try:
        staged = stage(staging, {"w": Path("/dev/shm/assay-test-blob")})
        assert (staged.model / "w").read_bytes() == b"far"
    finally:
        Path("/dev/shm/assay-test-blob").unlink()


def test_only_harmless_formats_are_staged_where_there_are_no_walls(staging, blob):
    names = ["config.json", "model.safetensors", "model.onnx", "vocab.txt"]
    bad = ["pytorch_model.bin", "modeling.py", "x.pkl", "x.pt", "x.json.py", "noext", "x.h5"]
    staged = stage(staging, dict.fromkeys(names + bad, blob), all_formats=False)
    assert sorted(p.name for p in staged.model.iterdir()) == sorted(names)


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "a//b",
        "a/./b",
        "",
        "a/",
        "a\0b",
        "a\\b",
        "..",
        "x" * 256,
        "/".join(["d"] * 2000),
        "\ud800",
    ],
)
def test_a_name_that_no_repo_may_have_is_refused(staging, blob, name):
    with pytest.raises(Refused):
        stage(staging, {name: blob})
    assert not list(staging.runs.iterdir())


def test_a_file_that_is_also_a_folder_is_refused(staging, blob):
    with pytest.raises(Refused, match="a file and a folder"):
        stage(staging, {"a": blob, "a/b": blob})


@given(st.lists(st.text(max_size=12), max_size=4))
def test_accepted_names_stay_below_their_folder(names):
    try:
        accepted = check_names(names)
    except Refused:
        return
    root = Path("/root-of-all")
    for name in accepted:
        assert os.path.normpath(root / name) == f"{root}/{name}"


def test_a_missing_blob_is_this_machines_fault(staging, tmp_path):
    with pytest.raises(SandboxUnavailable):
        stage(staging, {"w": tmp_path / "gone"})
    assert not list(staging.runs.iterdir())


def test_a_blob_that_is_no_file_is_this_machines_fault(staging, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(SandboxUnavailable):
        stage(staging, {"w": tmp_path / "fifo"})


def test_what_a_dead_worker_left_is_swept_and_a_living_one_is_kept(tmp_path):
    home = tmp_path / "home"
    living = Staging(home)
    dead = home / "worker-1-aaaa"
    (dead / "runs" / "x").mkdir(parents=True)
    (dead / "lock").touch()
    sweep(home)
    assert not dead.exists()
    assert living.runs.exists()
    living.close()
    assert not living.root.exists()


def test_a_home_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SandboxUnavailable, match="cannot be used"):
        Staging(tmp_path / "file")
