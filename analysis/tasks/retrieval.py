"""Retrieval: a query in, the documents of a corpus in the order of their relevance out."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Rankings
from analysis.arrays import NumpyArray, pack
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Claim,
    Columns,
    DataRequest,
    Feature,
    Job,
    Part,
    Unsupported,
)
from analysis.metrics import Stated, state
from analysis.tasks import replies
from analysis.tasks.rows import Row, read_rows, read_table

if TYPE_CHECKING:
    from analysis.loading import SentenceEncoder
    from analysis.loading.batching import Batches

_WINDOW = 4_096  # texts that are sorted by length together, so that batches need little padding
_QUERIES = 64
_BATCH = 64
_BATCH_TOKENS = 16_384
_MOST = 1_000  # documents of a ranking that cross the wall
_DOCUMENTS = 500_000
_SIMILARITIES = ("cosine", "dot")
_CORPUS, _JUDGED = "corpus", "qrels"
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")


class Retrieval:
    """A network turns queries and documents into vectors; the nearest documents come first.

    The layout of BEIR and MTEB: the configs ``corpus`` and ``queries``, and judgements in the
    default config, or in another dataset of the same name with ``-qrels``.
    """

    id: ClassVar[str] = "retrieval"
    answers: ClassVar[type[Answers]] = Rankings

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from rankings, by one of the two similarities."""
        is_known = stated.args.get("similarity", "cosine") in _SIMILARITIES
        return is_known and scoring.can_score(stated, Rankings)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Say by which similarity documents are ordered."""
        return {"similarity": str(state(claim).args.get("similarity", "cosine"))}

    def with_tables(self, request: DataRequest) -> DataRequest:
        """Ask for all queries, the corpus, and the judgements of the split that is claimed."""
        name, revision = request.dataset, request.revision
        corpus = DataRequest(name, "corpus", "corpus", revision)
        judged = DataRequest(name, "default", request.split, revision)
        if name.lower().startswith("beir/"):
            judged = DataRequest(f"{name}-qrels", "", request.split)
        return DataRequest(
            name, "queries", "queries", revision, tables=((_CORPUS, corpus), (_JUDGED, judged))
        )

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the queries that were judged; their ids stay outside."""
        identity = _identity(features)
        if "text" not in features:
            raise Unsupported("The queries of the dataset have no text.", "dataset")
        return Columns(("text",), identity, among=_JUDGED)

    def table_columns(self, name: str, features: Mapping[str, Feature]) -> Columns:
        """Take the documents, with their titles where they have some; judgements stay outside."""
        if name == _JUDGED:
            wanted = ("query-id", "corpus-id", "score")
            if not set(wanted) <= set(features):
                raise Unsupported("The dataset has no judgements by query and document.", "dataset")
            return Columns((), wanted[0], beside=wanted[1:])
        if "text" not in features:
            raise Unsupported("The documents of the dataset have no text.", "dataset")
        titles = ("title",) if "title" in features else ()
        return Columns(("text", *titles), _identity(features))

    def probe(self, job: Job) -> Iterator[Part]:
        """Encode the corpus, then rank it for each query in order."""
        from analysis.loading import load_sentence_encoder
        from analysis.loading.batching import Batches

        documents = dict(job.tables).get(_CORPUS, 0)
        if not 1 <= documents <= _DOCUMENTS:
            raise Unsupported(
                f"The corpus has {documents:,} documents; at most {_DOCUMENTS:,} are ranked here.",
                "dataset",
            )
        encoder = load_sentence_encoder(job.snapshot, device=job.device, allow_code=job.allow_code)
        batches = Batches(budget=_BATCH_TOKENS, largest=_BATCH)
        asked, answered = _prompts(job.snapshot)
        is_cosine = job.options.get("similarity", "cosine") == "cosine"
        yield Part("network", _describe(encoder, asked, answered))
        vectors = None
        for start, rows in read_table(job, _CORPUS, _WINDOW):
            texts = [answered + _text(row) for row in rows]
            found = _encode(encoder, batches, texts, is_cosine=is_cosine)
            if vectors is None:
                vectors = np.empty((documents, found.shape[1]), dtype=np.float32)
            vectors[start : start + len(found)] = found
        assert vectors is not None  # noqa: S101 - there is at least one document
        for start, rows in read_rows(job, _QUERIES):
            texts = [asked + _text(row) for row in rows]
            queries = _encode(encoder, batches, texts, is_cosine=is_cosine)
            places, scores = _rank(queries, vectors)
            yield Part(
                "predictions",
                {"start": start, "rows": len(rows)},
                {"documents": pack(places), "scores": pack(scores)},
            )

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> "_Reader":
        """Read one ranking a query."""
        return _Reader(stated, case, network)


class _Reader(replies.RowReader):
    """Turns numbers of documents into their ids, and puts the judgements beside them."""

    def __init__(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        self._documents = [str(each) for each in case.tables.get(_CORPUS, ())]
        self._judged = _judgements(case.tables.get(_JUDGED, ()))
        said = network.get("assumption")
        self.assumptions = [said[:200]] if isinstance(said, str) and said else []
        if "similarity" not in stated.args:
            self.assumptions.append("The claim does not name a similarity; the cosine was taken.")
        self.evidence = {
            **replies.copy_facts(network, "pooling", "max_tokens", "prompts"),
            "similarity": str(stated.args.get("similarity", "cosine")),
            "documents": len(self._documents),
            "failed_samples": 0,
        }

    def read(self, part: Part) -> Rankings:
        """Read the best documents of some queries."""
        self.begin(part)
        places = replies.read_array(part, "documents", "i4", 2)
        scores = replies.read_array(part, "scores", "f4", 2)
        if places.shape != scores.shape or places.shape[1] > _MOST:
            raise CheckError("The sandbox sent rankings of another size than their scores.")
        if places.size and not 0 <= places.min() <= places.max() < len(self._documents):
            raise CheckError("The sandbox sent documents that the corpus does not have.")
        queries = [str(query) for query in self.take(len(places))]
        given = [self._ranking(*row) for row in zip(queries, places, scores, strict=True)]
        before = self.evidence["failed_samples"]
        failed = sum(not np.isfinite(row).all() for row in scores)
        self.evidence["failed_samples"] = (before if isinstance(before, int) else 0) + failed
        return Rankings([self._judged.get(query, {}) for query in queries], given)

    def _ranking(self, query: str, places: NumpyArray, scores: NumpyArray) -> dict[str, float]:
        """Name the documents; one that is the query itself is no answer, as in BEIR and MTEB."""
        if not np.isfinite(scores).all():
            return {}
        if len(set(places.tolist())) != len(places):
            raise CheckError("The sandbox sent a document twice in one ranking.")
        rows = zip(places.tolist(), scores.tolist(), strict=True)
        named = {self._documents[place]: score for place, score in rows}
        named.pop(query, None)
        return named


def _identity(features: Mapping[str, Feature]) -> str:
    for name in ("_id", "id"):
        if name in features:
            return name
    raise Unsupported("The queries or documents of the dataset have no id.", "dataset")


def _judgements(rows: Sequence[JSON]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        match row:
            case [
                (str() | int()) as query,
                (str() | int()) as document,
                (int() | float()) as score,
            ]:
                found.setdefault(str(query), {})[str(document)] = int(score)
            case _:
                raise Unsupported("The dataset has judgements that are none.", "dataset")
    return found


def _prompts(snapshot: Path) -> tuple[str, str]:
    """Read what the repo puts before queries and before documents."""
    from analysis.loading.configs import read_config

    path = snapshot / "config_sentence_transformers.json"
    found = read_config(path).get("prompts") if path.is_file() else None
    prompts = found if isinstance(found, dict) else {}
    texts = {name: text[:1_000] for name, text in prompts.items() if isinstance(text, str)}
    answered = next((texts[name] for name in _DOCUMENT_PROMPTS if name in texts), "")
    return texts.get("query", ""), answered


def _describe(encoder: "SentenceEncoder", asked: str, answered: str) -> dict[str, JSON]:
    return {
        "batch_size": _BATCH,
        "dtype": "float32",
        "weights": list(encoder.loaded.files),
        "own_code": encoder.loaded.ran_own_code,
        "loader": encoder.loaded.loader,
        "pooling": encoder.recipe.pooling,
        "max_tokens": encoder.max_tokens,
        "assumption": encoder.recipe.assumption,
        "prompts": [asked, answered],
    }


def _text(row: Row) -> str:
    """Write a query, or a document with its title before it; what is missing is empty."""
    texts = [part for part in row if isinstance(part, str)]
    return " ".join(reversed(texts)).strip()


def _encode(
    encoder: "SentenceEncoder", batches: "Batches", texts: Sequence[str], *, is_cosine: bool
) -> NumpyArray:
    """Encode texts, (n, dimensions), of length 1 where the cosine is asked for."""
    vectors = encoder.encode_all(texts, batches)
    if is_cosine:
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return vectors


def _rank(queries: NumpyArray, documents: NumpyArray) -> tuple[NumpyArray, NumpyArray]:
    """Find the best documents of each query and their scores: (n, 1000), the best first."""
    import torch

    scores = torch.from_numpy(queries) @ torch.from_numpy(documents).T
    best = scores.topk(min(_MOST, len(documents)), dim=1)
    return best.indices.numpy().astype(np.int32), best.values.numpy()
