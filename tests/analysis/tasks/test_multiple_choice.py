"""Multiple choice: the probe against a plain loop, prompts and answers by tables, forged parts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from analysis.arrays import pack
from analysis.contract import Case, CheckError, Feature, Part, Unsupported
from analysis.metrics import state
from analysis.tasks import prompts, replies
from analysis.tasks.multiple_choice import MultipleChoice, read_answers
from tests import text_networks
from tests.analysis import samples

TASK = MultipleChoice()
STATED = state(samples.claim(task="multiple-choice"))
DIVIDED = state(samples.claim(task="multiple-choice", metric="acc_norm"))
TEXT, TEXTS, LABEL, NUMBER = (Feature(kind) for kind in ("text", "texts", "label", "number"))
ARC = {"id": TEXT, "question": TEXT, "choices.text": TEXTS, "choices.label": TEXTS,
       "answerKey": TEXT}  # fmt: skip


def answers_of(parts: Any, targets: list[Any], stated: Any = STATED) -> Any:
    given = iter(parts)
    case = Case(samples.subject(), targets, len(targets))
    reader = TASK.reader(stated, case, replies.read_network(given))
    return [reader.read(part) for part in given], reader


def plain_loop(folder: Path, question: str, choices: list[str]) -> list[float]:
    """Sum the loss of each choice behind the question, keeping the end of what is too long."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    prompt = f"Question: {question}\nAnswer:"
    before = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    found = []
    for choice in choices:
        ids = tokenizer(f"{prompt} {choice}", add_special_tokens=False)["input_ids"]
        labels = torch.tensor([[-100] * len(before) + ids[len(before) :]])[:, -16:]
        with torch.no_grad():
            loss = network(torch.tensor([ids[-16:]]), labels=labels).loss
        found.append(float(loss) * (len(ids) - len(before)))
    return found


def questions(count: int) -> tuple[list[str], list[list[str]]]:
    asked = text_networks.sentences(count, words=14)
    choices = text_networks.sentences(4 * count, words=4, seed=1)
    return asked, [choices[4 * n : 4 * n + 2 + n % 3] for n in range(count)]


def test_choices_are_those_of_a_plain_loop(tmp_path: Path):
    folder = text_networks.write_gpt2(tmp_path / "net")
    asked, choices = questions(20)
    options = dict(TASK.columns(ARC).options)
    job = text_networks.text_job(
        tmp_path, folder, {"question": asked, "choices.text": choices}, options=options
    )
    parts = list(TASK.probe(job))
    nats = [plain_loop(folder, *row) for row in zip(asked, choices, strict=True)]
    for stated, divide in ((STATED, False), (DIVIDED, True)):
        found, _ = answers_of(parts, ["A"] * 20, stated)
        best = [int(row) for answers in found for row in answers.ranked[:, 0]]
        assert best == [
            int(np.argmin([lost / (len(text) if divide else 1) for lost, text in zip(*row)]))  # noqa: B905
            for row in zip(nats, choices, strict=True)
        ]
        assert len(set(best)) > 2
    # The question with two choices has two ranks.
    found, _ = answers_of(parts, ["A"] * 20)
    assert (found[0].ranked[0] >= 0).tolist() == [True, True, False, False, False]


def test_a_network_that_reads_in_both_directions_is_unsupported(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", "BertForMaskedLM")
    job = text_networks.text_job(
        tmp_path, folder, {"question": ["a"], "choices.text": [["b", "c"]]}, options={"layout": 2}
    )
    with pytest.raises(Unsupported, match="both directions") as caught:
        list(TASK.probe(job))
    assert caught.value.missing == "task"


def test_a_question_without_choices_is_no_answer(tmp_path: Path):
    folder = text_networks.write_gpt2(tmp_path / "net")
    columns = {"question": ["a cat", None, "a"], "choices.text": [["b", "c"], ["d", "e"], ["x"]]}
    job = text_networks.text_job(tmp_path, folder, columns, options={"layout": 2})
    (answers,), reader = answers_of(TASK.probe(job), [0, 0, 0])
    assert (answers.ranked[:, 0] < 0).tolist() == [False, True, True]
    assert reader.evidence["failed_samples"] == 2


@pytest.mark.parametrize(
    ("features", "row", "prompt", "choices"),
    [
        (ARC, ["Why?", ["x", "y"]], "Question: Why?\nAnswer:", ["x", "y"]),
        (
            {**ARC, "question_concept": TEXT}, ["Why?", ["x", "y"]],
            "Question: Why?\nA. x\nB. y\nAnswer:", ["A", "B"],
        ),
        (
            {"question_stem": TEXT, "choices.text": TEXTS, "answerKey": TEXT},
            ["The sun", ["x", "y"]], "The sun", ["x", "y"],
        ),
        (
            {"question": TEXT, "subject": TEXT, "choices": TEXTS, "answer": LABEL},
            ["high_school_art", " Why? ", ["x", "y"]],
            "The following are multiple choice questions (with answers) about high school art.\n\n"
            "Why?\nA. x\nB. y\nAnswer:", ["A", "B"],
        ),
        (
            {"activity_label": TEXT, "ctx_a": TEXT, "ctx_b": TEXT, "endings": TEXTS,
             "label": TEXT},
            ["Art", "A man [title] sits.", "he", ["[step] runs.", "sings."]],
            "Art: A man. sits. He", ["runs.", "sings."],
        ),
        (
            {"goal": TEXT, "sol1": TEXT, "sol2": TEXT, "label": LABEL},
            ["Cook.", "x", "y"], "Question: Cook.\nAnswer:", ["x", "y"],
        ),
    ],
)  # fmt: skip
def test_questions_are_asked_as_usual(
    features: dict[str, Feature], row: list[Any], prompt: str, choices: list[str]
):
    layout, columns = prompts.choose_layout(features)
    asked = prompts.ask(layout, row)
    assert asked is not None
    assert asked.prompt.split() == prompt.split()
    assert [choice.strip() for choice in asked.choices] == choices
    assert prompts.LAYOUTS[columns.options["layout"]] is layout  # type: ignore[index]


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"question": TEXT, "answer": LABEL},
        {"question": TEXT, "choices": TEXT, "answer": LABEL},
        {"question": TEXT, "choices": TEXTS},
        {"question": TEXT, "choices": TEXTS, "answer": TEXTS},
    ],
)
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


@pytest.mark.parametrize("args", [{"num_few_shot": 25}, {"dataset": {"num_few_shot": 5}}])
def test_a_claim_with_examples_in_the_prompt_is_unsupported(args: dict[str, Any]):
    with pytest.raises(Unsupported, match="examples before each question"):
        TASK.columns_for(samples.subject(samples.claim(args=args)), ARC)
    plain = samples.subject(samples.claim(args={"num_few_shot": 0}))
    assert TASK.columns_for(plain, ARC) == TASK.columns(ARC)


@pytest.mark.parametrize(
    ("targets", "places"),
    [
        ([0, 3, 1], [0, 3, 1]),
        (["A", "d", " B "], [0, 3, 1]),
        (["A", "1", "4"], [0, 0, 3]),
        (["0", "3", "1"], [0, 3, 1]),
        (["1", "2", "3"] * 10, [0, 1, 2] * 10),
    ],
)
def test_answers_are_read(targets: list[Any], places: list[int]):
    assert read_answers(targets).tolist() == places


@pytest.mark.parametrize(
    "targets", [["1", "2"], ["AB"], ["A", ""], ["A", None], [0, -1], [1.5], ["A", "?"], [True]]
)
def test_answers_that_cannot_be_read_are_unsupported(targets: list[Any]):
    with pytest.raises(Unsupported):
        read_answers(targets)


# -- reading -----------------------------------------------------------------------------------

NETWORK = Part("network", {"max_tokens": 16})


def given(nats: Any, characters: Any, start: int = 0, width: int = 26) -> Part:
    all_nats = np.full((len(nats), width), np.nan)
    all_characters = np.full((len(characters), width), -1, np.int32)
    for row, values in enumerate(nats):
        all_nats[row, : len(values)] = values
    for row, values in enumerate(characters):
        all_characters[row, : len(values)] = values
    arrays = {"nats": pack(all_nats), "characters": pack(all_characters)}
    return Part("predictions", {"start": start}, arrays)


def test_long_choices_are_not_at_a_disadvantage_where_lengths_count():
    part = given([[4.0, 6.0]], [[2, 10]])
    assert answers_of([NETWORK, part], [0])[0][0].ranked[0, :2].tolist() == [0, 1]
    assert answers_of([NETWORK, part], [0], DIVIDED)[0][0].ranked[0, :2].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([given([[1, 2]], [[1, 1]])], "did not say which network"),
        ([NETWORK, given([[1, 2]], [[1, 1]], width=3)], "another number of likelihoods"),
        ([NETWORK, given([[1, 2]], [[1, 1]] * 2)], "another number of likelihoods"),
        ([NETWORK, given([[-1, 2]], [[1, 1]])], "likelihoods that no choice has"),
        ([NETWORK, given([[1, 2]], [[0, 1]])], "likelihoods that no choice has"),
        ([NETWORK, given([[1, 2]], [[-1, 1]])], "likelihoods that no choice has"),
        ([NETWORK, given([[1]], [[1]])], "beyond its own choices"),
        ([NETWORK, given([[1, 2]] * 3, [[1, 1]] * 3)], "more samples than the 2"),
        ([NETWORK, given([[1, 2]], [[1, 1]], 1)], "out of order"),
        ([NETWORK, given([[np.nan, 2]], [[1, 1]])], "no answer to any"),
        ([NETWORK, given([[]], [[]])], "no answer to any"),
        ([NETWORK, Part("predictions", {"start": 0})], "right form"),
    ],
)
def test_forged_parts_never_give_an_answer(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        answers_of(parts, [1, 1])
    assert not isinstance(caught.value, Unsupported)
