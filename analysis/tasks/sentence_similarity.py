"""Sentence similarity: two texts in, how alike they are out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis.answers import Answers, Numbers
from analysis.arrays import NumpyArray, pack
from analysis.contract import (
    JSON,
    Case,
    Claim,
    Columns,
    Feature,
    Job,
    Part,
    Unsupported,
)
from analysis.metrics import Stated
from analysis.tasks import replies
from analysis.tasks.rows import Row, most_at_once, read_rows

if TYPE_CHECKING:
    from analysis.loading import SentenceEncoder
    from analysis.loading.batching import Batches

_WINDOW = 4_096  # pairs that are sorted by length together, so that batches need little padding
_BATCH = 64
_BATCH_TOKENS = 16_384
_USUAL = (
    ("sentence1", "sentence2", "score"),
    ("sentence1", "sentence2", "label"),
    ("sentence1", "sentence2", "similarity_score"),
    ("sentence_A", "sentence_B", "relatedness_score"),
    ("text1", "text2", "score"),
)
_TARGETS = ("score", "label", "similarity", "similarity_score")
SIMILARITIES = ("cosine", "dot", "euclidean", "manhattan")


class SentenceSimilarity:
    """A network turns each text into a vector; near vectors mean similar texts."""

    id: ClassVar[str] = "sentence-similarity"

    answers: ClassVar[type[Answers]] = Numbers

    def measures(self, stated: Stated) -> bool:
        """Both correlations, of any of the four similarities."""
        is_known = stated.args.get("similarity", "cosine") in SIMILARITIES
        is_correlation = stated.metric.id in ("spearman", "pearson")
        return is_known and is_correlation and set(stated.args) <= {"similarity"}

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: all four similarities are sent, so that each metric of them costs one pass."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the two texts and the number, by their usual names or as the only ones."""
        for first, second, target in _USUAL:
            wanted = ((first, "text"), (second, "text"), (target, "number"))
            if all(name in features and features[name].kind == kind for name, kind in wanted):
                return Columns((first, second), target)
        texts = [name for name, feature in features.items() if feature.kind == "text"]
        numbers = [name for name, feature in features.items() if feature.kind == "number"]
        numbers = [name for name in numbers if name in _TARGETS] or numbers
        if len(texts) != 2 or len(numbers) != 1:
            raise Unsupported(
                "The dataset does not have two texts and one number in each row.", "dataset"
            )
        return Columns((texts[0], texts[1]), numbers[0])

    def probe(self, job: Job) -> Iterator[Part]:
        """Compare the pairs in order, by all four similarities; NaN where a text is missing."""
        from analysis.loading import load_sentence_encoder
        from analysis.loading.batching import Batches

        encoder = load_sentence_encoder(job.snapshot, device=job.device, allow_code=job.allow_code)
        largest = most_at_once(job, _BATCH)
        batches = Batches(budget=_BATCH_TOKENS, largest=largest)
        yield Part("network", _describe(encoder, largest))
        for start, rows in read_rows(job, _WINDOW):
            scores = _compare(encoder, batches, rows)
            yield Part(
                "predictions",
                {"start": start, "rows": len(rows)},
                {name: pack(values) for name, values in scores.items()},
            )

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> "_Reader":
        """Read one similarity of each pair."""
        return _Reader(stated, case, network)


class _Reader(replies.RowReader):
    """Picks the similarity that the claim is about."""

    def __init__(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        self._right = _targets(case)
        self._similarity = str(stated.args.get("similarity", "cosine"))
        self.assumptions = list(_assumptions(stated, network))
        self.evidence = {
            **replies.copy_facts(network, "pooling", "max_tokens"),
            "similarity": self._similarity,
            "failed_samples": 0,
        }

    def read(self, part: Part) -> Numbers:
        """Read one number a pair."""
        self.begin(part)
        given = replies.read_array(part, self._similarity, "f4", 1).astype(np.float64)
        self.take(len(given))
        return Numbers(self._right[self.rows - len(given) : self.rows], given)


def _assumptions(stated: Stated, network: Mapping[str, JSON]) -> Iterator[str]:
    if "similarity" not in stated.args:
        yield "The claim does not name a similarity; the cosine was taken."
    said = network.get("assumption")
    if isinstance(said, str) and said:
        yield said[:200]


def _describe(encoder: "SentenceEncoder", largest: int) -> dict[str, JSON]:
    return {
        "batch_size": largest,
        "dtype": "float32",
        "weights": list(encoder.loaded.files),
        "own_code": encoder.loaded.ran_own_code,
        "loader": encoder.loaded.loader,
        "pooling": encoder.recipe.pooling,
        "max_tokens": encoder.max_tokens,
        "assumption": encoder.recipe.assumption,
    }


def _compare(
    encoder: "SentenceEncoder", batches: "Batches", rows: Sequence[Row]
) -> dict[str, NumpyArray]:
    """Give each similarity of each pair, float32, NaN where one of the two is no text."""
    pairs = [(a, b) if isinstance(a, str) and isinstance(b, str) else None for a, b in rows]
    texts = list(dict.fromkeys(text for pair in pairs if pair for text in pair))
    places = {text: place for place, text in enumerate(texts)}
    is_whole = np.array([pair is not None for pair in pairs])
    scores = {name: np.full(len(rows), np.nan, dtype=np.float32) for name in SIMILARITIES}
    if not texts:
        return scores
    vectors = encoder.encode_all(texts, batches)
    first = vectors[[places[pair[0]] for pair in pairs if pair]]
    second = vectors[[places[pair[1]] for pair in pairs if pair]]
    dots = (first * second).sum(1)
    with np.errstate(invalid="ignore", over="ignore"):
        lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
        scores["cosine"][is_whole] = dots / np.maximum(lengths, 1e-12)
        scores["dot"][is_whole] = dots
        scores["euclidean"][is_whole] = -np.linalg.norm(first - second, axis=1)
        scores["manhattan"][is_whole] = -np.abs(first - second).sum(1)
    return scores


def _targets(case: Case) -> NumpyArray:
    if not all(type(target) in (int, float) for target in case.targets):
        raise Unsupported("The scores of the dataset are not all numbers.", "dataset")
    return np.array(case.targets, dtype=np.float64)
