"""The pieces of the demo's builder that need no built hub: folders, links, stamps, the rule."""

import threading
from pathlib import Path

import pytest

from workers.demo.build import STAMP, is_whole, read_stamp
from workers.demo.faults import DemoError
from workers.demo.linking import link_datasets
from workers.demo.staging import abandon_drafts, draft_of, only_builder


def some_dataset(source: Path, repo: str, text: str = "{}\n") -> Path:
    folder = source / repo
    folder.mkdir(parents=True)
    (folder / "test.jsonl").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (7, "seven"),
        (19, "nineteen"),
        (20, "twenty"),
        (42, "forty-two"),
        (90, "ninety"),
    ],
)
def test_numbers_are_spelt(number, words):
    from workers.demo.sentences import number_words

    assert number_words(number) == words


@pytest.mark.parametrize(
    ("other", "score"),
    [
        ((40, "red", "boats", "by the river"), 5),
        ((20, "red", "boats", "by the river"), 4.5),
        ((40, "red", "boats", "in the garden"), 4),
        ((40, "blue", "boats", "by the river"), 4),
        ((40, "red", "chairs", "by the river"), 3),
        ((80, "blue", "chairs", "in the garden"), 0.5),
    ],
)
def test_the_score_of_a_pair_follows_the_rule(other, score):
    from workers.demo.sentences import Scene

    one, two = Scene(40, "red", "boats", "by the river"), Scene(*other)
    assert one.likeness(two) == two.likeness(one) == score


def test_a_hub_that_lost_a_file_is_not_whole(tmp_path):
    (tmp_path / "a").write_text("one")
    assert is_whole(tmp_path, {"files": {"a": 3}})
    assert not is_whole(tmp_path, {"files": {"a": 4}})
    assert not is_whole(tmp_path, {"files": {"a": 3, "b": 1}})


@pytest.mark.parametrize("text", ["", "[]", "null", '{"key": {}}', '{"key": 1, "files": []}'])
def test_a_stamp_that_cannot_be_read_is_none(tmp_path, text):
    (tmp_path / STAMP).write_text(text)
    assert read_stamp(tmp_path) is None


def test_a_draft_takes_its_place_only_when_it_is_finished(tmp_path):
    folder = tmp_path / "hub"

    def make(text: str, fault: BaseException | None = None) -> None:
        with draft_of(folder) as draft:
            (draft / "file").write_text(text)
            if fault:
                raise fault

    with pytest.raises(OSError, match="disk full"):
        make("half", OSError("disk full"))
    assert list(tmp_path.iterdir()) == []
    make("one")
    with pytest.raises(KeyboardInterrupt):
        make("half", KeyboardInterrupt())
    assert (folder / "file").read_text() == "one"
    make("two")
    assert (folder / "file").read_text() == "two"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_draft_tidies_up_after_a_killed_build(tmp_path):
    for name in (".hub.building", ".hub.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    with draft_of(tmp_path / "hub") as draft:
        assert list(draft.iterdir()) == []
        # It was killed between its two renames: the old hub had been moved away already.
        assert [path.name for path in (tmp_path / "hub").iterdir()] == [".hub.old"]
    assert [path.name for path in tmp_path.iterdir()] == ["hub"]


def test_drafts_can_be_abandoned_between_their_renames(tmp_path):
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "file").write_text("old")

    def killed_while_swapping() -> None:
        with draft_of(folder) as draft:
            (draft / "file").write_text("new")
            folder.rename(tmp_path / ".hub.old")
            abandon_drafts()
            assert [path.name for path in tmp_path.iterdir()] == ["hub"]

    with pytest.raises(FileNotFoundError):  # here the process would have ended
        killed_while_swapping()
    assert (folder / "file").read_text() == "old"


def test_one_build_waits_for_another(tmp_path):
    entered = threading.Event()

    def second():
        with only_builder(tmp_path / "hub"):
            entered.set()

    with only_builder(tmp_path / "hub"):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(10)
    thread.join()


def test_datasets_are_linked_and_taken_out_again(tmp_path):
    target, source = tmp_path / "datasets", tmp_path / "source"
    one = some_dataset(source, "else/one")
    some_dataset(source, "assay-demo/digits", "not ours")
    own = some_dataset(target, "assay-demo/digits", "ours")
    (one / "secret").symlink_to("/etc/passwd")

    first = link_datasets(target, source, {})
    assert list(first) == ["else/one"]
    assert [path.name for path in (target / "else/one").iterdir()] == ["test.jsonl"]
    assert (own / "test.jsonl").read_text() == "ours"

    assert link_datasets(target, source, first) == first
    (one / "test.jsonl").unlink()
    (one / "train.jsonl").write_text("more")
    second = link_datasets(target, source, first)
    assert [path.name for path in (target / "else/one").iterdir()] == ["train.jsonl"]

    assert link_datasets(target, None, second) == {}
    assert not (target / "else/one").exists()
    assert own.exists()


def test_a_folder_of_datasets_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DemoError, match="nowhere is not a folder of datasets"):
        link_datasets(tmp_path / "hub", tmp_path / "nowhere", {})


def test_a_forged_stamp_removes_nothing_outside(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "hub").mkdir()
    link_datasets(tmp_path / "hub", None, {"../precious": "", "..": "", "a/../../precious": ""})
    assert (tmp_path / "precious").is_dir()
