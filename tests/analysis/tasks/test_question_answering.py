"""Extractive question answering: the probe against brute force, the reader over forged parts."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from analysis.arrays import pack
from analysis.contract import Case, CheckError, Feature, Part, Unsupported
from analysis.metrics import state
from analysis.tasks import replies
from analysis.tasks.question_answering import QuestionAnswering
from tests import text_networks
from tests.analysis import samples

TASK = QuestionAnswering()
HEAD = "BertForQuestionAnswering"
STATED = state(samples.claim(task="question-answering", metric="exact match"))
TEXT, TEXTS, NUMBERS = (Feature(kind) for kind in ("text", "texts", "numbers"))


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return text_networks.write_bert(tmp_path_factory.mktemp("networks") / "qa", HEAD)


def answers_of(parts: Any, targets: list[Any]) -> Any:
    given = iter(parts)
    case = Case(samples.subject(), targets, len(targets))
    reader = TASK.reader(STATED, case, replies.read_network(given))
    return [reader.read(part) for part in given], reader


@cache
def brute_force(folder: Path, question: str, context: str) -> tuple[str, float, float]:
    """Try every pair of first and last tokens among the best 20 of each window, one by one."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    room = text_networks.LONGEST - len(tokenizer(question)["input_ids"]) - 1
    plain = tokenizer(context, add_special_tokens=False, return_offsets_mapping=True)
    ids, places = plain["input_ids"], plain["offset_mapping"]
    before = tokenizer(question)["input_ids"]
    candidates, nulls = [], []
    for begin in range(0, max(1, len(ids)), room - text_networks.LONGEST // 3):
        window = ids[begin : begin + room]
        tokens = [*before, *window, tokenizer.sep_token_id]
        kinds = [0] * len(before) + [1] * (len(window) + 1)
        with torch.no_grad():
            found = network(input_ids=torch.tensor([tokens]), token_type_ids=torch.tensor([kinds]))
        first, last = found.start_logits[0].tolist(), found.end_logits[0].tolist()
        nulls.append(first[0] + last[0])
        top = [sorted(range(len(tokens)), key=lambda i: -side[i])[:20] for side in (first, last)]
        for a in top[0]:
            for b in top[1]:
                inside = len(before) <= a <= b < len(before) + len(window) and b - a < 30
                if inside:
                    piece = context[
                        places[begin + a - len(before)][0] : places[begin + b - len(before)][1]
                    ]
                    candidates.append((first[a] + last[b], piece))
        if begin + room >= len(ids):
            break
    score, text = max(candidates, key=lambda pair: pair[0])
    return text, score, min(nulls)


def questions(count: int) -> list[tuple[str, str]]:
    """Draw questions with texts of one to several windows."""
    asked = text_networks.sentences(count, words=6, seed=1)
    texts = [
        " ".join(text_networks.sentences(1 + number % 30, seed=number)) for number in range(count)
    ]
    return list(zip(asked, texts, strict=True))


def job_of(folder: Path, network: Path, rows: list[tuple[Any, Any]]) -> Any:
    asked, texts = zip(*rows, strict=True)
    return text_networks.text_job(folder, network, {"question": asked, "context": texts})


def test_spans_are_those_of_brute_force(tmp_path: Path, bert: Path):
    rows = questions(40)
    parts = list(TASK.probe(job_of(tmp_path, bert, rows)))
    (answers,), reader = answers_of(parts, [["cat"]] * 40)
    expected = [brute_force(bert, *row) for row in rows]
    assert answers.given == [text for text, _, _ in expected]
    scores = np.frombuffer(parts[1].arrays["scores"].data, "<f4")
    nulls = np.frombuffer(parts[1].arrays["nulls"].data, "<f4")
    np.testing.assert_allclose(scores, [score for _, score, _ in expected], atol=1e-4)
    np.testing.assert_allclose(nulls, [null for _, _, null in expected], atol=1e-4)
    assert answers.no_answer is None
    assert reader.evidence["window"] == text_networks.LONGEST
    assert any(len(text_networks.tokens(bert, text)["input_ids"][0]) >= 64 for _, text in rows)


def test_no_answer_is_given_only_where_the_split_has_questions_without_one(
    tmp_path: Path, bert: Path
):
    rows = questions(40)
    parts = list(TASK.probe(job_of(tmp_path, bert, rows)))
    (answers,), reader = answers_of(parts, [["cat"]] * 39 + [[]])
    expected = [brute_force(bert, *row) for row in rows]
    wanted = ["" if null > score else text for text, score, null in expected]
    assert answers.given == wanted
    assert answers.right[-1] == []
    assert 0 < wanted.count("") < 40
    assert ((answers.no_answer > 0) == [not text for text in wanted]).all()
    assert reader.evidence["no_answer_is_allowed"]


def test_a_question_that_fills_the_window_leaves_room_for_the_text(tmp_path: Path, bert: Path):
    rows = [("cat " * 500, "the dog sits in Paris"), ("who", "Anna")]
    (answers,), _ = answers_of(TASK.probe(job_of(tmp_path, bert, rows)), [["Paris"], ["Anna"]])
    assert all(text and text in row[1] for text, row in zip(answers.given, rows, strict=True))


def test_empty_and_missing_texts(tmp_path: Path, bert: Path):
    rows = [("who", ""), (None, "Anna"), ("", "Anna sits"), ("who", None)]
    (answers,), reader = answers_of(TASK.probe(job_of(tmp_path, bert, rows)), [["x"]] * 4)
    assert answers.given[0] == ""
    assert answers.given[1] is answers.given[3] is None
    assert answers.given[2] in "Anna sits"
    assert reader.evidence["failed_samples"] == 2


def test_a_text_of_ten_megabytes_is_cut(tmp_path: Path, bert: Path):
    rows = [("who", "the cat " * 1_300_000), ("who", "Anna sits")]
    (answers,), _ = answers_of(TASK.probe(job_of(tmp_path, bert, rows)), [["x"]] * 2)
    assert answers.given[0]
    assert answers.given[1]


def test_a_network_that_answers_no_numbers_has_no_verdict(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", HEAD)
    text_networks.spoil(folder, "qa_outputs.weight")
    with pytest.raises(CheckError, match="no answer to any"):
        answers_of(TASK.probe(job_of(tmp_path, folder, [("who", "Anna sits")])), [["Anna"]])


@pytest.mark.parametrize(
    ("features", "target"),
    [
        (
            {"id": TEXT, "title": TEXT, "context": TEXT, "question": TEXT, "answers.text": TEXTS,
             "answers.answer_start": NUMBERS},
            "answers.text",
        ),
        ({"context": TEXT, "question": TEXT, "answer": TEXT}, "answer"),
    ],
)  # fmt: skip
def test_columns_are_chosen(features: dict[str, Feature], target: str):
    columns = TASK.columns(features)
    assert (columns.inputs, columns.target) == (("question", "context"), target)


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"question": TEXT, "context": TEXT},
        {"question": TEXT, "answers.text": TEXTS},
        {"context": TEXT, "answers.text": TEXTS},
        {"question": TEXTS, "context": TEXT, "answers.text": TEXTS},
        {"question": TEXT, "context": TEXT, "answers": NUMBERS},
    ],
)
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


# -- reading -----------------------------------------------------------------------------------

NETWORK = Part("network", {"batch_size": 64})


def given(texts: Any, scores: Any = None, nulls: Any = None, start: int = 0) -> Part:
    count = len(texts) if isinstance(texts, list) else 1
    arrays = {
        "scores": pack(np.asarray([1.0] * count if scores is None else scores, np.float32)),
        "nulls": pack(np.asarray([0.0] * count if nulls is None else nulls, np.float32)),
    }
    return Part("predictions", {"start": start, "answers": texts}, arrays)


def test_answers_are_cut_and_lose_their_controls():
    (answers,), _ = answers_of([NETWORK, given(["a\x00b\ud800", "x" * 10**7])], [["a"], ["b"]])
    assert answers.given[0] == "a\ufffdb\ufffd"
    assert len(answers.given[1]) == 20_000


def test_right_answers_are_listed_once():
    (answers,), _ = answers_of([NETWORK, given(["a", "b"])], [["a", "a", "b"], "c"])
    assert answers.right == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([given(["a", "b"])], "did not say which network"),
        ([NETWORK, given(["a", 3])], "no list of texts"),
        ([NETWORK, given("ab")], "no list of texts"),
        ([NETWORK, given(None)], "no list of texts"),
        ([NETWORK, given(["a", "b"], scores=[1])], "another number of answers"),
        ([NETWORK, given(["a", "b"], nulls=[1, 2, 3])], "another number of answers"),
        ([NETWORK, given(["a", "b"], scores=[[1], [2]])], "right form"),
        ([NETWORK, given(["a"] * 3)], "more samples than the 2"),
        ([NETWORK, given([])], "more samples"),
        ([NETWORK, given(["a"], start=1)], "out of order"),
        ([NETWORK, given([None, None])], "no answer to any"),
    ],
)
def test_forged_parts_never_give_an_answer(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        answers_of(parts, [["a"], ["b"]])
    assert not isinstance(caught.value, Unsupported)
