"""The tables behind the guesses: each row has a source, and no name means two things."""

import re

import pytest

from analysis.matching.known_datasets import Known, all_known, known_dataset
from analysis.matching.task_names import NAMES, PROTOCOLS, resolve_task

ROWS = all_known()


def test_there_are_rows():
    assert len(ROWS) > 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_says_where_it_is_from_and_does_not_contradict_itself(row: Known):
    assert len(row.source) > 5
    assert known_dataset(row.id) is row
    assert all(known_dataset(alias) is row for alias in row.aliases)
    for sentence in (row.unsplit, row.gone):
        assert not sentence or re.fullmatch(r"[A-Z\w].*\.", sentence)
    assert not (row.split and row.unsplit), "a split is taken, or there is a reason why not"


def test_no_alias_means_two_tasks():
    names = [name for task, aliases in NAMES.items() for name in (task, *aliases)]
    assert len(names) == len(set(names))
    assert not set(names) & set(PROTOCOLS)


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("STS", "sentence-similarity"), ("Semantic Similarity", "sentence-similarity"),
        ("Speech_Recognition", "automatic-speech-recognition"), ("NER", "token-classification"),
        ("image-classification", "image-classification"), ("dreaming", ""), ("", ""),
    ],
)  # fmt: skip
def test_tasks_have_several_names(name: str, task: str):
    assert resolve_task(name) == task


@pytest.mark.parametrize(
    ("metric", "task"),
    [("bleu", "translation"), ("rougel", "summarization"), ("accuracy", "text2text-generation")],
)
def test_a_vague_task_is_told_by_its_metric(metric: str, task: str):
    assert resolve_task("text2text-generation", metric) == task


def test_families_are_known_by_how_their_names_begin():
    found = known_dataset("mteb/something-new")
    assert found is not None
    assert found.id == "mteb/*"
    assert known_dataset("somebody/else") is None
