"""Token classification: the probe against a plain loop, the reader over forged parts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from analysis.arrays import pack
from analysis.contract import JSON, Case, CheckError, Feature, Part, Unsupported
from analysis.metrics import state
from analysis.tasks import replies
from analysis.tasks.token_classification import TokenClassification
from tests import text_networks
from tests.analysis import samples

TASK = TokenClassification()
HEAD = "BertForTokenClassification"
NAMES = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
STATED = state(samples.claim(task="token-classification", metric="f1"))
TEXT, TEXTS, LABELS, NUMBERS = (Feature(kind) for kind in ("text", "texts", "labels", "numbers"))


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return text_networks.write_bert(tmp_path_factory.mktemp("networks") / "ner", HEAD, NAMES)


def answers_of(parts: Any, targets: list[Any], names: tuple[str, ...] = NAMES) -> Any:
    given = iter(parts)
    case = Case(samples.subject(), targets, len(targets), names)
    reader = TASK.reader(STATED, case, replies.read_network(given))
    return [reader.read(part) for part in given], reader


def plain_loop(folder: Path, sentences: list[list[str]]) -> list[list[str]]:
    """Tag sentences one by one, without padding."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForTokenClassification.from_pretrained(folder).eval()
    found = []
    for words in sentences:
        batch = tokenizer(words, is_split_into_words=True, truncation=True, return_tensors="pt")
        with torch.no_grad():
            best = network(**batch).logits[0].argmax(1).tolist()
        tags = [""] * len(words)
        for token, word in reversed(list(enumerate(batch.word_ids(0)))):
            if word is not None:
                tags[word] = network.config.id2label[best[token]]
        found.append(tags)
    return found


def test_tags_are_those_of_a_plain_loop(tmp_path: Path, bert: Path):
    # Every other word is cut into several tokens.
    sentences = [
        [word + "eds" * (place % 2) for place, word in enumerate(text.split())]
        for text in text_networks.sentences(300)
    ]
    sentences[3] = ["unknowable", "Paris", "x" * 40, "\u0000", "cat"]
    job = text_networks.text_job(tmp_path, bert, {"tokens": sentences})
    found, reader = answers_of(TASK.probe(job), [[0] * len(words) for words in sentences])
    given = [tags for answers in found for tags in answers.given]
    assert given == plain_loop(bert, sentences)
    assert len({tag for tags in given for tag in tags}) > 2
    assert reader.rows == 300


def test_the_dataset_may_have_another_order_of_names(tmp_path: Path, bert: Path):
    sentences = [text.split() for text in text_networks.sentences(20)]
    job = text_networks.text_job(tmp_path, bert, {"tokens": sentences})
    names = ("I-location", "O", "B-Person", "I-Person", "B-location")
    (answers,), _ = answers_of(TASK.probe(job), [[1] * len(words) for words in sentences], names)
    spelled = dict(
        zip(NAMES, ("O", "B-Person", "I-Person", "B-location", "I-location"), strict=True)
    )
    assert answers.given == [[spelled[tag] for tag in row] for row in plain_loop(bert, sentences)]
    assert set(answers.right[0]) == {"O"}


def test_words_beyond_the_longest_input_are_unanswered(tmp_path: Path, bert: Path):
    sentences = [["cat"] * 100, ["dog"]]
    job = text_networks.text_job(tmp_path, bert, {"tokens": sentences})
    (answers,), reader = answers_of(TASK.probe(job), [[0] * 100, [0]])
    seen = text_networks.LONGEST - 2  # less [CLS] and [SEP]
    assert [bool(tag) for tag in answers.given[0]] == [True] * seen + [False] * (100 - seen)
    assert reader.evidence["unanswered_words"] == 100 - seen


def test_a_sentence_that_is_missing_has_no_answers(tmp_path: Path, bert: Path):
    job = text_networks.text_job(tmp_path, bert, {"tokens": [["a", "cat"], None, []]})
    (answers,), reader = answers_of(TASK.probe(job), [[0, 0], [0, 1], []])
    assert answers.given[1:] == [["", ""], []]
    assert all(answers.given[0])
    assert reader.evidence["words"] == 4


def test_a_network_that_answers_no_numbers_has_no_verdict(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", HEAD, NAMES)
    text_networks.spoil(folder, "classifier.weight")
    job = text_networks.text_job(tmp_path, folder, {"tokens": [["a", "cat"], ["dog"]]})
    with pytest.raises(CheckError, match="no answer to any"):
        answers_of(TASK.probe(job), [[0, 0], [0]])


def test_tags_may_be_names(tmp_path: Path, bert: Path):
    job = text_networks.text_job(tmp_path, bert, {"tokens": [["a", "cat"]]})
    (answers,), _ = answers_of(TASK.probe(job), [["B-PER", "O"]], ())
    assert answers.right == [["B-PER", "O"]]


@pytest.mark.parametrize(
    ("features", "words", "tags"),
    [
        ({"tokens": TEXTS, "ner_tags": LABELS}, "tokens", "ner_tags"),
        (
            {"id": TEXT, "tokens": TEXTS, "pos_tags": LABELS, "chunk_tags": LABELS,
             "ner_tags": LABELS},
            "tokens", "ner_tags",
        ),
        ({"text": TEXT, "tokens": TEXTS, "lemmas": TEXTS, "upos": LABELS}, "tokens", "upos"),
        ({"words": TEXTS, "ner": TEXTS}, "words", "ner"),
        ({"tokens": TEXTS, "tags": NUMBERS}, "tokens", "tags"),
    ],
)  # fmt: skip
def test_columns_are_chosen(features: dict[str, Feature], words: str, tags: str):
    columns = TASK.columns(features)
    assert (columns.inputs, columns.target) == ((words,), tags)


@pytest.mark.parametrize(
    "features",
    [
        {},
        {"tokens": TEXTS},
        {"ner_tags": LABELS},
        {"text": TEXT, "ner_tags": LABELS},
        {"first": TEXTS, "second": TEXTS, "ner_tags": LABELS},
        {"tokens": TEXTS, "one": LABELS, "other": LABELS},
    ],
)
def test_columns_that_do_not_fit_are_unsupported(features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.columns(features)
    assert caught.value.missing == "dataset"


# -- reading -----------------------------------------------------------------------------------


def network(names: Any = ("O", "B-PER", "I-PER"), **values: Any) -> Part:
    labels: list[JSON] = [[index, name] for index, name in enumerate(names)]
    return Part("network", {"classes": len(names), "labels": labels, **values})


def tags(numbers: Any, words: Any, start: int = 0) -> Part:
    arrays = {
        "tags": pack(np.asarray(numbers, dtype=np.int32)),
        "words": pack(np.asarray(words, dtype=np.int32)),
    }
    return Part("predictions", {"start": start}, arrays)


def test_a_network_that_never_begins_a_name_is_measured_all_the_same():
    (answers,), reader = answers_of(
        [network(("O", "I-PER")), tags([1, 0], [2])], [["B-PER", "O"]], ()
    )
    assert answers.given == [["I-PER", "O"]]
    assert "never answers 'B-PER'" in reader.assumptions[0]


def test_tags_that_the_dataset_lacks_stay_what_they_are():
    parts = [network(("O", "B-PER", "B-DOG")), tags([2, 1], [2])]
    (answers,), reader = answers_of(parts, [["B-PER", "O"]], ())
    assert answers.given == [["B-DOG", "B-PER"]]
    assert "1 tags of the network" in reader.assumptions[0]


@pytest.mark.parametrize(
    ("names", "known", "message"),
    [
        (("O", "B-PER"), ("O", "B-PER", "B-LOC", "I-LOC"), "no tag for 'loc'"),
        (("LABEL_0", "LABEL_1"), ("O", "B-PER"), "network does not name"),
        (("O", "B-PER", "B-person"), ("O", "B-PER"), "same name"),
        (("O", "B-PER"), ("O", "B-PER", "b-per"), "same name"),
    ],
)
def test_names_that_do_not_fit_are_unsupported(names: Any, known: Any, message: str):
    with pytest.raises(Unsupported, match=message) as caught:
        answers_of([network(names), tags([0], [1])], [[0]], known)
    assert caught.value.missing == "dataset"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([network(classes=10**6)], "no sensible number"),
        ([network(), tags([0, 1, 2], [3, 1])], "another number of tags"),
        ([network(), tags([0, 1, 2], [2, 0])], "another number of tags"),
        ([network(), tags([0, 1], [3, -1])], "another number of tags"),
        ([network(), tags([0, 1, 3], [2, 1])], "classes that the network does not"),
        ([network(), tags([0, 1, -2], [2, 1])], "classes that the network does not"),
        ([network(), tags([[0, 1, 2]], [2, 1])], "right form"),
        ([network(), tags([0, 1, 2, 0], [2, 1, 1])], "more samples than the 2"),
        ([network(), tags([], [])], "more samples"),
        ([network(), tags([0, 1], [2], 1)], "out of order"),
        ([network(), tags([-1, -1, -1], [2, 1])], "no answer to any"),
        ([network(), tags([], [0, 0])], "no answer to any"),
        ([network(), Part("predictions", {"start": 0})], "right form"),
    ],
)
def test_forged_parts_never_give_an_answer(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        answers_of(parts, [[0, 1], [2]], ("O", "B-PER", "I-PER"))
    assert not isinstance(caught.value, Unsupported)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([[0, -100], [1]], "words without a tag"),
        ([[0, 9], [1]], "beyond its own names"),
        ([[0, 1.5], [1]], "neither whole numbers nor names"),
    ],
)
def test_odd_tags_end_in_a_sentence(targets: list[Any], message: str):
    with pytest.raises(CheckError, match=message):
        answers_of([network(), tags([0, 1, 2], [2, 1])], targets, ("O", "B-PER", "I-PER"))
