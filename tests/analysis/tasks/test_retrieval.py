"""Retrieval: a tiny encoder against a plain loop, and forged rankings."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import scoring, tasks
from analysis.answers import Rankings
from analysis.arrays import unpack
from analysis.contract import (
    Case,
    CheckError,
    Columns,
    DataRequest,
    Feature,
    Part,
    Unsupported,
)
from analysis.loading import load_sentence_encoder
from analysis.metrics import state
from analysis.tasks.retrieval import Retrieval
from tests import networks
from tests.analysis import jobs, samples

TASK = Retrieval()
TEXT, NUMBER = Feature("text"), Feature("number")
WORDS = "cat dog man woman sits runs plays sings park house red blue".split()  # noqa: SIM905
STATED = state(samples.claim(task="retrieval", metric="ndcg_at_10", value_text="0.5", value=0.5))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return networks.write_tiny_encoder(tmp_path_factory.mktemp("networks") / "encoder")


def corpus(count: int = 30) -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, 4)) for _ in range(count)]
    return [(text, "a title" if n % 3 == 0 else None) for n, text in enumerate(texts)]


QUERIES = [("the cat sits",), ("a dog in the park",), ("red house",)]


def run(folder: Path, repo: Path, **options: Any) -> list[Part]:
    job = jobs.with_tables(folder, repo, TASK.id, QUERIES, {"corpus": corpus()}, **options)
    return list(TASK.probe(job))


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_rankings_are_those_of_a_plain_loop(tmp_path: Path, encoder: Path, similarity: str):
    (encoder / "modules.json").write_text(  # without the normalisation, the two differ
        json.dumps(json.loads((encoder / "modules.json").read_text())[:2])
    )
    parts = run(tmp_path, encoder, options={"task": TASK.id, "similarity": similarity})
    loaded = load_sentence_encoder(encoder, device="cpu", allow_code=False)

    def vector(text: str) -> Any:
        found = loaded.encode(loaded.tokenize([text]))[0].numpy().astype(np.float64)
        return found / np.linalg.norm(found) if similarity == "cosine" else found

    documents = [vector(f"{title} {text}" if title else text) for text, title in corpus()]
    places, scores = (jobs.joined(parts, name) for name in ("documents", "scores"))
    assert places.shape == (3, 30)
    for (query,), row, given in zip(QUERIES, places, scores, strict=True):
        expected = np.array([vector(query) @ document for document in documents])
        np.testing.assert_allclose(given, expected[row], atol=1e-5)
        assert (np.diff(given) <= 0).all()
        assert expected[row[0]] == pytest.approx(expected.max(), abs=1e-5)


def test_prompts_of_the_repo_are_put_before_texts(tmp_path: Path, encoder: Path):
    plain = jobs.joined(run(tmp_path, encoder), "scores")
    settings = encoder / "config_sentence_transformers.json"
    settings.write_text(json.dumps({"prompts": {"query": "woman sings ", "passage": "blue "}}))
    try:
        parts = run(tmp_path, encoder)
    finally:
        settings.unlink()
    assert parts[0].values["prompts"] == ["woman sings ", "blue "]
    assert not np.allclose(jobs.joined(parts, "scores"), plain)


def test_a_corpus_that_is_not_there_is_unsupported(tmp_path: Path, encoder: Path):
    job = jobs.with_tables(tmp_path, encoder, TASK.id, QUERIES, {})
    with pytest.raises(Unsupported, match="0 documents"):
        list(TASK.probe(job))


def test_three_tables_are_asked_for():
    assert isinstance(TASK, tasks.TableTask)
    request = TASK.with_tables(DataRequest("mteb/scifact", "", "test", "main"))
    assert request == DataRequest(
        "mteb/scifact",
        "queries",
        "queries",
        "main",
        tables=(
            ("corpus", DataRequest("mteb/scifact", "corpus", "corpus", "main")),
            ("qrels", DataRequest("mteb/scifact", "default", "test", "main")),
        ),
    )
    beir = dict(TASK.with_tables(DataRequest("BeIR/scifact", "", "test")).tables)
    assert beir["qrels"] == DataRequest("BeIR/scifact-qrels", "", "test")


def test_columns_are_chosen():
    queries = {"_id": TEXT, "text": TEXT}
    assert TASK.columns(queries) == Columns(("text",), "_id", among="qrels")
    titled = {"_id": TEXT, "title": TEXT, "text": TEXT}
    assert TASK.table_columns("corpus", titled) == Columns(("text", "title"), "_id")
    assert TASK.table_columns("corpus", queries) == Columns(("text",), "_id")
    judged = {"query-id": TEXT, "corpus-id": TEXT, "score": NUMBER}
    expected = Columns((), "query-id", beside=("corpus-id", "score"))
    assert TASK.table_columns("qrels", judged) == expected


@pytest.mark.parametrize(
    ("name", "features"),
    [("", {"text": TEXT}), ("", {"_id": TEXT}), ("corpus", {"_id": TEXT}),
     ("corpus", {"text": TEXT}), ("qrels", {"query-id": TEXT, "score": NUMBER})],
)  # fmt: skip
def test_columns_that_do_not_fit_are_unsupported(name: str, features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        TASK.table_columns(name, features) if name else TASK.columns(features)
    assert caught.value.missing == "dataset"


# -- reading -----------------------------------------------------------------------------------

TABLES: Any = {
    "corpus": ["d1", "d2", "q2"],
    "qrels": [["q1", "d2", 1], ["q2", "d1", 2], ["q1", "d1", 0]],
}
CASE = Case(samples.subject(), ["q2", "q1"], 2, tables=TABLES)


def ranked(places: Any, scores: Any, start: int = 0) -> Part:
    return jobs.predictions(
        start, documents=np.array(places, np.int32), scores=np.array(scores, np.float32)
    )


GOOD = ranked([[2, 0], [1, 0]], [[0.9, 0.5], [0.75, 0.25]])


def test_rankings_are_read_by_the_ids_of_documents():
    reader = TASK.reader(STATED, CASE, {})
    answers = reader.read(GOOD)
    assert isinstance(answers, Rankings)
    # The document that is the query itself is left out.
    assert answers.given == [{"d1": 0.5}, {"d2": 0.75, "d1": 0.25}]
    assert answers.right == [{"d1": 2}, {"d2": 1, "d1": 0}]
    assert (reader.rows, reader.units, reader.evidence["documents"]) == (2, 2, 3)
    assert "the cosine was taken" in reader.assumptions[0]


def test_nan_is_no_answer():
    reader = TASK.reader(STATED, CASE, {})
    answers = reader.read(ranked([[0, 1]], [[np.nan, 0.5]]))
    assert answers.given == [{}]
    assert reader.evidence["failed_samples"] == 1


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (ranked([[3, 0]], [[1, 0]]), "does not have"),
        (ranked([[-1, 0]], [[1, 0]]), "does not have"),
        (ranked([[0, 0]], [[1, 0]]), "twice"),
        (ranked([[0, 1]], [[1, 0, 0]]), "another size"),
        (ranked(np.zeros((1, 1_001)), np.zeros((1, 1_001))), "another size"),
        (ranked([[0]] * 3, [[0]] * 3), "more samples"),
        (ranked([[0]], [[0]], start=1), "out of order"),
        (Part("predictions", {"start": 0}), "right form"),
        (Part("table", {"start": 0}, GOOD.arrays), "out of order"),
    ],
)
def test_forged_rankings_are_noticed(part: Part, message: str):
    with pytest.raises(CheckError, match=message):
        TASK.reader(STATED, CASE, {}).read(part)


@pytest.mark.parametrize("row", [["q1", "d1"], ["q1", "d1", "much"], [None, "d1", 1], None])
def test_odd_judgements_are_unsupported(row: Any):
    case = Case(samples.subject(), ["q1"], 1, tables={**TABLES, "qrels": [row]})
    with pytest.raises(Unsupported, match="judgements that are none"):
        TASK.reader(STATED, case, {})


def test_metrics_of_rankings_are_measured_where_there_are_some():
    assert TASK.measures(STATED) is scoring.can_score(STATED, Rankings)


def test_the_parts_come_in_order(tmp_path: Path, encoder: Path):
    parts = run(tmp_path, encoder)
    assert [part.name for part in parts] == ["network", "predictions"]
    assert unpack(parts[1].arrays["documents"]).dtype == np.int32
