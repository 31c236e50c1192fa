"""Feature extraction: how well a simple classifier does on what a network makes of its inputs.

The network sees inputs of both splits and no label; its features cross the wall, and the classifier
is fitted outside: logistic regression (a linear probe) or the nearest neighbours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Classes
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
from analysis.metrics import Stated
from analysis.tasks import labels, replies
from analysis.tasks.rows import Row, read_rows, read_table

_WINDOW = 256
_TRAIN = "train"
_MOST = 10_000  # rows of the training split that are drawn
_DIMENSIONS = 16_384
_TOP = 5
_GRID = (0.01, 0.1, 1.0, 10.0, 100.0)  # of C, the inverse of the regularisation
_HELD_OUT = 5  # each fifth row of the training part chooses C
_ITERATIONS = 1_000
_NEIGHBOURS = 20
_LABELS = ("label", "labels", "class", "target", "category", "fine_label")
_TEXTS = ("text", "sentence", "content", "review")
_NEAREST = ("knn", "k-nn", "nearest neighbours", "nearest neighbors")

Encode = Callable[[Sequence[Row]], NumpyArray]


class FeatureExtraction:
    """A network turns each input into a vector, and a simple classifier finds its class there."""

    id: ClassVar[str] = "feature-extraction"
    answers: ClassVar[type[Answers]] = Classes

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from classes."""
        return scoring.can_score(stated, Classes)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: what is made of the features is settled outside."""
        return {}

    def with_tables(self, request: DataRequest) -> DataRequest:
        """Ask for the training split as well, of which some rows are drawn."""
        if request.split == _TRAIN:
            raise Unsupported("The claim is about the split that a probe is fitted on.", "split")
        train = replace(request, split=_TRAIN, most=_MOST)
        return replace(request, tables=((_TRAIN, train),))

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the only picture or else the text, and the only label."""
        given = labels.pick(features, ("image",), ("image", "img"), "picture")
        given = given or labels.pick(features, ("text",), _TEXTS, "text")
        label = labels.pick(features, ("label",), _LABELS, "label")
        if not given or not label:
            lack = "picture or text" if label else "label"
            raise Unsupported(f"The dataset has no column with a {lack}.", "dataset")
        return Columns((given,), label)

    def table_columns(self, name: str, features: Mapping[str, Feature]) -> Columns:
        """Take the same columns of the training split."""
        return self.columns(features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Send the features of the training rows, then of the rows that are asked."""
        first = next(read_rows(job, 1))[1][0][0]
        loaded, encode = _text_encoder(job) if isinstance(first, str) else _picture_encoder(job)
        yield Part("network", loaded)
        for start, rows in read_table(job, _TRAIN, _WINDOW):
            yield Part("table", {"start": start}, {"features": pack(encode(rows))})
        for start, rows in read_rows(job, _WINDOW):
            yield Part(
                "predictions", {"start": start, "rows": len(rows)}, {"features": pack(encode(rows))}
            )

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> "_Reader":
        """Fit a classifier on the training rows, then let it answer."""
        return _Reader(case, network)


class _Reader(replies.RowReader):
    """Collects the features of the training rows, fits, and predicts."""

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        train = case.tables.get(_TRAIN, ())
        both = replace(case, targets=[*train, *case.targets])
        numbers, self._names = labels.read_targets(both)
        self._train, self._right = numbers[: len(train)], numbers[len(train) :]
        self._size = replies.read_count(network, "dimensions", 1, _DIMENSIONS)
        self._seen: list[NumpyArray] = []
        self._seen_rows = 0
        self._classifier: Any = None
        self._is_nearest = _is_nearest(case)
        self.assumptions = list(_assumptions(case, self._is_nearest))
        self.evidence = {
            **replies.copy_facts(network, "features", "dimensions"),
            "training_rows": len(train),
            "classifier": "nearest neighbours" if self._is_nearest else "logistic regression",
            "failed_samples": 0,
        }

    def read(self, part: Part) -> Classes:
        """Take features of training rows, or answer for rows that are asked."""
        if part.name == "table":
            self._collect(part)
            return self._answers(np.zeros((0, self._size), np.float32), self._right[:0])
        self.begin(part)
        features = self._features(part)
        self.take(len(features))
        if self._classifier is None:
            self._classifier = self._fit()
        return self._answers(features, self._right[self.rows - len(features) : self.rows])

    def _features(self, part: Part) -> NumpyArray:
        found = replies.read_array(part, "features", "f4", 2)
        if found.shape[1] != self._size:
            raise CheckError("The sandbox sent features of another size than it said.")
        return found

    def _collect(self, part: Part) -> None:
        if self.rows or part.values.get("start") != self._seen_rows:
            raise CheckError("The sandbox sent features of the training rows out of order.")
        found = self._features(part)
        self._seen_rows += len(found)
        if not len(found) or self._seen_rows > len(self._train):
            raise CheckError("The sandbox sent more training rows than it was given.")
        self._seen.append(found)

    def _fit(self) -> Any:
        if self._seen_rows != len(self._train) or not self._seen:
            raise CheckError("The sandbox did not send the features of all training rows.")
        features = np.concatenate(self._seen).astype(np.float64)
        is_whole = np.isfinite(features).all(1)
        features, right = features[is_whole], self._train[is_whole]
        self.evidence["failed_training_rows"] = int((~is_whole).sum())
        self._seen.clear()
        if len(set(right.tolist())) < 2:
            raise Unsupported("The training split does not show two classes.", "split")
        if self._is_nearest:
            return _nearest(features, right)
        classifier, chosen = _linear(features, right)
        self.evidence["C"] = chosen
        return classifier

    def _answers(self, features: NumpyArray, right: NumpyArray) -> Classes:
        """Let the classifier answer; a row with NaN has no answer."""
        is_whole = np.isfinite(features).all(1)
        scores = np.full((len(features), len(self._names)), np.nan)
        ranked = np.full((len(features), _TOP), -1, dtype=np.int64)
        if is_whole.any():
            found = self._classifier.predict_proba(features[is_whole].astype(np.float64))
            every = np.zeros((len(found), len(self._names)))
            every[:, self._classifier.classes_] = found
            scores[is_whole] = every
            order = np.argsort(-every, axis=1, kind="stable")[:, :_TOP]
            ranked[np.ix_(is_whole, np.arange(order.shape[1]))] = order
        before = self.evidence["failed_samples"]
        failed = int((~is_whole).sum())
        self.evidence["failed_samples"] = (before if isinstance(before, int) else 0) + failed
        return Classes(right, ranked, scores, self._names)


def _is_nearest(case: Case) -> bool:
    claim = case.subject.claim
    named = claim.args.get("probe") if claim else None
    return str(named).lower() in _NEAREST


def _assumptions(case: Case, is_nearest: bool) -> Iterator[str]:
    if is_nearest:
        yield f"The classifier asks the {_NEIGHBOURS} nearest training rows by the cosine."
    else:
        yield "The classifier is a logistic regression; its C was chosen on training rows alone."
    if len(case.tables.get(_TRAIN, ())) == _MOST:
        yield f"It was fitted on {_MOST:,} rows of the training split, drawn at random."


def _linear(features: NumpyArray, right: NumpyArray) -> tuple[Any, float]:
    """Fit a logistic regression; C is what does best on each fifth row, fitted on the others."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def fit(c: float, rows: NumpyArray) -> Any:
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=_ITERATIONS))
        return probe.fit(features[rows], right[rows])

    places = np.arange(len(right))
    held, rest = places[places % _HELD_OUT == 0], places[places % _HELD_OUT != 0]
    chosen = 1.0
    if len(set(right[rest].tolist())) > 1:
        found = {c: fit(c, rest).score(features[held], right[held]) for c in _GRID}
        chosen = max(_GRID, key=lambda c: found[c])
    return fit(chosen, places), chosen


def _nearest(features: NumpyArray, right: NumpyArray) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    count = min(_NEIGHBOURS, len(right))
    return KNeighborsClassifier(count, metric="cosine", algorithm="brute").fit(features, right)


def _picture_encoder(job: Job) -> tuple[dict[str, JSON], Encode]:
    from analysis.loading.batching import Batches
    from analysis.loading.features import load_picture_encoder

    encoder = load_picture_encoder(job.snapshot, device=job.device, allow_code=job.allow_code)
    size = encoder.encode(_some_pixels(encoder.preprocessing)).shape[1]
    batches = Batches(budget=32, largest=32)

    def encode(rows: Sequence[Row]) -> NumpyArray:
        from analysis.loading.images import decode

        pictures = {place: decode(row[0]) for place, row in enumerate(rows)}
        arrays = {
            place: encoder.preprocessing.array(picture)
            for place, picture in pictures.items()
            if picture is not None
        }
        found = np.full((len(rows), size), np.nan, dtype=np.float32)
        alike: dict[tuple[int, ...], list[int]] = {}
        for place, array in arrays.items():
            alike.setdefault(array.shape, []).append(place)
        for owners in alike.values():
            for places, vectors in batches.each(
                [1] * len(owners),
                lambda places, owners=owners: encoder.encode(  # type: ignore[misc]
                    encoder.preprocessing.batch([arrays[owners[place]] for place in places])
                ),
            ):
                found[[owners[place] for place in places]] = vectors.numpy()
        return found

    return _describe(encoder.loaded, size, "of a picture"), encode


def _some_pixels(preprocessing: Any) -> Any:
    """Make one black picture, which shows how large the features are."""
    from PIL import Image

    black = Image.new(preprocessing.mode, (64, 64))
    return preprocessing.batch([preprocessing.array(black)])


def _text_encoder(job: Job) -> tuple[dict[str, JSON], Encode]:
    from analysis.loading import load_sentence_encoder
    from analysis.loading.batching import Batches

    encoder = load_sentence_encoder(job.snapshot, device=job.device, allow_code=job.allow_code)
    size = encoder.encode(encoder.tokenize(["a"])).shape[1]
    batches = Batches(budget=16_384, largest=64)

    def encode(rows: Sequence[Row]) -> NumpyArray:
        owners = [place for place, row in enumerate(rows) if isinstance(row[0], str)]
        found = np.full((len(rows), size), np.nan, dtype=np.float32)
        if owners:
            found[owners] = encoder.encode_all([rows[place][0] for place in owners], batches)
        return found

    return _describe(encoder.loaded, size, f"of a text, by {encoder.recipe.pooling}"), encode


def _describe(loaded: Any, size: int, features: str) -> dict[str, JSON]:
    return {
        "batch_size": 32,
        "dtype": "float32",
        "weights": list(loaded.files),
        "own_code": loaded.ran_own_code,
        "loader": loaded.loader,
        "dimensions": size,
        "features": features,
    }
