"""Claims out of model cards: model-index, tables, result lists, .eval_results."""

import time

import pytest

from analysis.cards import claims, eval_results, read_card
from analysis.contract import Claim, ClaimSource, Place
from analysis.metrics import state

CARD = """---
license: mit
model-index:
- name: digits
  results:
  - task:
      type: image-classification
      name: Image Classification
    dataset:
      type: uoft-cs/cifar10
      name: CIFAR-10
      config: plain_text
      split: test
      revision: abc123
      args: {crop: 32}
    metrics:
    - type: accuracy
      value: 0.9170
      name: Accuracy
      args: {average: none}
    - type: loss
      value: 20.0 ± 1.2
---
# digits
"""


def read(text: str, **more: str) -> tuple[Claim, ...]:
    return claims(read_card(text), **more).claims


def problems(text: str) -> list[str]:
    return [problem.sentence for problem in claims(read_card(text)).problems]


def test_a_claim_of_the_model_index_has_all_its_parts_and_its_place():
    accuracy, loss = read(CARD)
    assert accuracy == Claim(
        source=ClaimSource.MODEL_INDEX,
        place=Place("README.md", "model-index[0].results[0].metrics[0]", 17),
        raw="type: accuracy\n      value: 0.9170\n      name: Accuracy\n"
        "      args: {average: none}",
        metric="accuracy",
        metric_name="Accuracy",
        value_text="0.9170",
        value=0.917,
        task="image-classification",
        dataset="uoft-cs/cifar10",
        dataset_name="CIFAR-10",
        config="plain_text",
        split="test",
        revision="abc123",
        args={"average": "none", "dataset": {"crop": 32}},
    )
    assert (loss.value_text, loss.value) == ("20.0 ± 1.2", 20.0)
    assert loss.place == Place("README.md", "model-index[0].results[0].metrics[1]", 21)


def index(metrics: str, before: str = "") -> str:
    return f"---\nmodel-index: [{{name: x, results: [{{{before}metrics: {metrics}}}]}}]\n---\n"


@pytest.mark.parametrize(
    ("written", "text", "value"),
    [
        ("92.64", "92.64", 92.64),
        ("0.9264", "0.9264", 0.9264),
        ("0.90", "0.90", 0.9),
        ("1e-5", "1e-5", 1e-5),
        ("'91.7 %'", "91.7 %", 91.7),
        ("25.59%", "25.59%", 25.59),
        ("'1,234.5'", "1,234.5", 1234.5),
        ("'**0.91**'", "**0.91**", 0.91),
        ("NaN", "NaN", None),
        (".nan", ".nan", None),
        (".inf", ".inf", None),
        ("1e999", "1e999", None),
        ("NA", "NA", None),
        ("'???'", "???", None),
        ("true", "true", None),
        ("[0.9, 0.8]", "[0.9, 0.8]", None),
        ("{f1: 0.9}", "{'f1': 0.9}", None),
    ],
)
def test_values_are_kept_as_written_and_read_where_they_are_numbers(written, text, value):
    (claim,) = read(index(f"[{{type: f1, value: {written}}}]"))
    assert (claim.value_text, claim.value) == (text, value)
    assert bool(claim.problem) is (value is None)


@pytest.mark.parametrize(
    ("text", "count", "says"),
    [
        ("---\nmodel-index:\n---\n", 0, "must be a list, but it is empty"),
        ("---\nmodel-index: 3\n---\n", 0, "must be a list, but it is a number"),
        ("---\nmodel-index: {name: x}\n---\n", 0, "an entry stands here alone"),
        ("---\nmodel-index: [a]\n---\n", 0, "This entry is a text"),
        ("---\nmodel-index: [{name: x}]\n---\n", 0, "has no results"),
        ("---\nmodel-index: [{results: ['WER = 0.3']}]\n---\n", 0, "This result is a text"),
        ("---\nmodel-index: [{results: [{task: {type: a}}]}]\n---\n", 0, "has no metrics"),
        ("---\nmodel_index: [{name: x}]\n---\n", 0, "stand under model_index"),
        (index("{type: f1, value: 0.9}"), 1, "a metric stands here alone"),
        (index("[{type: f1}, {type: wer, value: 0.3}]"), 1, "has no value"),
        (index("[{type: f1, value: null}, [], 3]"), 0, "This metric is a list"),
        (index("[{value: 0.9}]", before="dataset: [x], task: 3, "), 1, "The dataset is a list"),
        (index("[{type: [a], name: {b: c}, value: 0.9}]"), 1, None),
    ],
)
def test_a_malformed_index_keeps_what_can_be_read(text, count, says):
    assert len(read(text)) == count
    assert (says is None and problems(text) == []) or any(says in item for item in problems(text))


def test_a_data_set_given_as_a_text_is_taken_for_its_id():
    (claim,) = read(index("[{type: f1, value: 0.9}]", before="dataset: glue, task: qa, "))
    assert (claim.dataset, claim.task) == ("glue", "qa")


def test_arguments_that_would_be_repeated_at_length_are_left_out():
    text = index("[{type: f1, value: 0.9}]", before=f"dataset: {{args: [{'1, ' * 1_000}]}}, ")
    assert read(text)[0].args == {}
    assert problems(text) == ["The arguments are too long and were left out."]


def test_the_place_of_a_broken_entry_is_its_path():
    (problem,) = claims(read_card(index("[{type: f1, value: 0.9}, 3]")), "MODEL.md").problems
    assert problem.place == Place("MODEL.md", "model-index[0].results[0].metrics[1]")


def test_an_index_in_an_unreadable_front_matter_is_a_problem_and_no_claim():
    text = "---\nmodel-index: [\na: b: c\n---\n"
    assert read(text) == ()
    assert "cannot be read" in problems(text)[0]


TABLE = """# Net

| Dataset | Split | Accuracy (%) | F1 (macro) | Params |
|:--------|-------|-------------:|------------|--------|
| [CIFAR-10](https://x.org) | test | **92.64** | 0.91 | 1,000 |
| My own data | dev | 88 ± 0.5 | - | 1,000 |
"""


def test_a_result_table_gives_a_claim_for_each_figure_under_a_known_metric():
    first, macro, own = read(TABLE)
    assert first == Claim(
        source=ClaimSource.TABLE,
        place=Place("README.md", "", 5),
        raw="| [CIFAR-10](https://x.org) | test | **92.64** | 0.91 | 1,000 |",
        metric="Accuracy (%)",
        value_text="92.64",
        value=92.64,
        task="image-classification",
        dataset="uoft-cs/cifar10",
        dataset_name="CIFAR-10",
        config="plain_text",
        split="test",
    )
    assert (macro.value, macro.args, macro.split) == (0.91, {"average": "macro"}, "test")
    assert (own.dataset, own.dataset_name, own.split) == ("", "My own data", "validation")
    assert (own.value_text, own.value, own.place.line) == ("88 ± 0.5", 88.0, 6)


def table(header: str, *rows: str) -> str:
    columns = header.count("|") + 1
    lines = [header, "|".join(["---"] * columns), *rows]
    return "\n".join(["text", "", *(f"| {line} |" for line in lines), "", "text"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (table("Metric | Value", "Accuracy | 0.9", "Size | 3"), [("Accuracy", "0.9", "")]),
        (table("Metric | # Value", "EM | **74.0**"), [("EM", "74.0", "")]),
        (
            table("Metric | Dev | Test", "WER | 10 | 12"),
            [("WER", "10", "validation"), ("WER", "12", "test")],
        ),
        (table("Metric | This | BERT", "WER | 10 | 12"), []),
        (table("Release | Test WER | GPUs", "22-01 | 3.08 | 2"), [("Test WER", "3.08", "test")]),
        (table("ImageNet top-1 acc", "81.2"), [("top-1 acc", "81.2", "")]),
        (table("SST-2 (Acc)", "91.2"), [("(Acc)", "91.2", "")]),
        (table("Language | Accuracy", "de | 0.9", "fr | n/a", "it | "), [("Accuracy", "0.9", "")]),
        (table("Set | WER", "x | 12/13"), [("WER", "12/13", "")]),
        # not results
        (table("Training Loss | Epoch | Step | Accuracy", "0.3 | 1.0 | 100 | 0.9"), []),
        (table("Epoch | Train Loss | Validation Loss", "1 | 0.3 | 0.4"), []),
        (table("Train Loss | Validation Loss", "0.3 | 0.4"), []),
        (table("Feature | Description", "Name | x1"), []),
        (table("Data | Quantity", "Tweets | 3214"), []),
        # a comparison of networks: only the own row
        (table("Model | Accuracy", "BERT | 0.8", "GPT | 0.7"), []),
        (table("Model | Accuracy", "BERT | 0.8", "this model | 0.9"), [("Accuracy", "0.9", "")]),
        (table("Model | Accuracy", "BERT | 0.8", "**o/My-Net** | 0.9"), [("Accuracy", "0.9", "")]),
        (table("Model | Accuracy", "legal_t5 | 0.8"), [("Accuracy", "0.8", "")]),
        (
            table(
                "Size | Accuracy | Link",
                "LARGE | 0.9 | [large](https://huggingface.co/someone/my-net-large)",
                "BASE | 0.8 | [base](https://huggingface.co/someone/my-net)",
            ),
            [("Accuracy", "0.8", "")],
        ),
    ],
)  # fmt: skip
def test_tables(text, found):
    read_from = read(text, repo="someone/my-net")
    assert [(claim.metric, claim.value_text, claim.split) for claim in read_from] == found


def test_a_figure_of_a_row_that_is_not_understood_is_qualified():
    plain, person = read(table("Entity | F1", "test | 0.9", "PER | 0.8"))
    assert (state(plain).qualifier, state(person).qualifier) == ("", "PER")


def test_a_data_set_in_the_header_is_the_claims():
    (claim,) = read(table("Net | CIFAR-10 accuracy (%)", "x | 91.73"))
    assert (claim.dataset, claim.dataset_name) == ("uoft-cs/cifar10", "CIFAR-10")
    assert state(claim).value == 0.9173


def test_a_classification_report_tells_its_averages_apart():
    text = table(
        "| precision | recall | f1-score | support",
        "cat | 0.8 | 0.7 | 0.75 | 10",
        "accuracy | | | 0.81 | 20",
        "macro avg | 0.79 | 0.78 | 0.77 | 20",
    )
    found = [(claim.metric, claim.value, dict(claim.args)) for claim in read(text)]
    assert found == [
        ("precision", 0.8, {"row": "cat"}),
        ("recall", 0.7, {"row": "cat"}),
        ("f1-score", 0.75, {"row": "cat"}),
        ("accuracy", 0.81, {}),
        ("macro avg precision", 0.79, {"average": "macro"}),
        ("macro avg recall", 0.78, {"average": "macro"}),
        ("macro avg f1-score", 0.77, {"average": "macro"}),
    ]


def test_tables_in_code_and_in_comments_are_not_read():
    inner = table("Metric | Value", "Accuracy | 0.9")
    assert read(f"```\n{inner}\n```\n") == ()
    assert read(f"<!--\n{inner}\n-->\n") == ()
    assert len(read(f"<!-- x --> y\n~~~\n```\n~~~\n{inner}")) == 1


def test_a_table_of_500_by_500_is_read_in_a_second_and_cut():
    header = "|".join(["Accuracy"] * 500)
    row = "|".join(["1"] * 500)
    text = "\n".join([header, "|".join(["-"] * 500), *[row] * 500])
    start = time.process_time()
    reading = claims(read_card(text))
    assert time.process_time() - start < 1
    assert len(reading.claims) == 1_000
    assert "Only the first 1,000 values" in reading.problems[-1].sentence


LIST = """# bert

This model is a fine-tuned version of [bert-base-cased](https://x.org) on the glue dataset.
It achieves the following results on the evaluation set:
- Loss: 0.3
- Accuracy: 0.91
- Eval Macro F1: 0.9
- Per: n/a
- Epoch: 3
- eval_samples_per_second: 20.1

## Model description
- Accuracy: 0.5
"""


def test_the_list_of_a_training_script_gives_claims():
    reading = claims(read_card(LIST))
    assert [(claim.metric, claim.value, claim.place.line) for claim in reading.claims] == [
        ("Loss", 0.3, 5),
        ("Accuracy", 0.91, 6),
        ("Eval Macro F1", 0.9, 7),
        ("Per", None, 8),
    ]
    assert {claim.source for claim in reading.claims} == {ClaimSource.RESULT_LIST}
    assert {claim.dataset for claim in reading.claims} == {"glue"}
    assert reading.claims[2].args == {"average": "macro"}
    assert reading.claims[0].raw == "- Loss: 0.3"
    assert [problem.place.line for problem in reading.problems] == [8]


@pytest.mark.parametrize(
    ("said", "dataset", "name"),
    [
        ("on the None dataset", "", ""),
        ("on an unknown dataset", "", ""),
        ("on the squad_v2 dataset", "squad_v2", "squad_v2"),
        ("on the COMMON_VOICE - SV-SE dataset", "", "COMMON_VOICE - SV-SE"),
        ("on things", "", ""),
    ],
)
def test_the_data_set_of_a_list_is_the_one_that_the_script_names(said, dataset, name):
    (claim,) = read(LIST.replace("on the glue dataset", said).split("- Accuracy")[0])
    assert (claim.dataset, claim.dataset_name) == (dataset, name)


def test_a_claim_that_is_repeated_is_given_once_for_each_place():
    text = CARD + table("Metric | Value", "Accuracy | 0.9170")
    found = [claim for claim in read(text) if claim.metric.lower() == "accuracy"]
    assert [claim.source for claim in found] == [ClaimSource.MODEL_INDEX, ClaimSource.TABLE]
    assert found[1].place.line == text.split("\n").index("| Accuracy | 0.9170 |") + 1


RESULTS = """- dataset:
    id: Idavidrein/gpqa
    task_id: gpqa_diamond
    revision: abc
  value: 0.412
  date: 2026-01-15
  source: {url: https://x.org}
- dataset: cais/hle
  value: 12.0 ± 1.5
- value: high
- dataset: {id: a/b}
- 3
"""


def test_result_files_give_claims_without_a_metric():
    reading = eval_results(RESULTS, ".eval_results/x.yaml")
    first, second, third = reading.claims
    assert first.place == Place(".eval_results/x.yaml", "[0]", 1)
    assert (first.dataset, first.revision) == ("Idavidrein/gpqa", "abc")
    assert first.args == {"task_id": "gpqa_diamond"}
    assert (first.metric, first.value_text, first.value) == ("", "0.412", 0.412)
    assert first.source is ClaimSource.EVAL_RESULTS
    assert (second.dataset, second.value) == ("cais/hle", 12.0)
    assert third.value is None
    assert [problem.place.path for problem in reading.problems] == ["[2]", "[3]", "[4]"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: b: c", "cannot be read"),
        ("just text", "must be a list"),
        ("", "must be a list"),
        ("- &a {value: 1}\n- *a", "anchors and aliases"),
        ("x" * 300_000, "longer than 262,144 characters"),
    ],
)
def test_a_bad_result_file_has_a_reason(text, says):
    reading = eval_results(text, "x.yaml")
    assert reading.claims == ()
    assert says in reading.problems[0].sentence


def test_a_result_file_with_one_result_alone_is_read():
    (claim,) = eval_results("dataset: {id: a/b}\nvalue: 0.90\n", "x.yaml").claims
    assert (claim.dataset, claim.value_text, claim.place.path) == ("a/b", "0.90", "")
