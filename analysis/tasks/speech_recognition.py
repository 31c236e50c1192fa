"""Automatic speech recognition: a recording in, its words out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Texts
from analysis.arrays import NumpyArray
from analysis.contract import (
    JSON,
    Case,
    CheckError,
    Claim,
    Columns,
    Feature,
    Job,
    Part,
    Unsupported,
)
from analysis.metrics import Stated
from analysis.tasks import labels, replies
from analysis.tasks.rows import read_rows

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.speech import Recogniser

_WINDOW = 16  # recordings that are decoded together
_BATCH = 8  # windows of the longest size that are heard together
_SHORTEST_S = 0.025  # what a convolution over sound needs; shorter ones are filled up
_TEXT_CHARACTERS = 4_000_000
_SOUNDS = ("audio", "sound", "speech", "file")
_TARGETS = (
    "text", "sentence", "transcription", "transcript", "normalized_text", "raw_transcription",
    "target",
)  # fmt: skip


class SpeechRecognition:
    """A network writes down what is said in a recording."""

    id: ClassVar[str] = "automatic-speech-recognition"
    answers: ClassVar[type[Answers]] = Texts

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from one text a recording."""
        return scoring.can_score(stated, Texts)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Say which language is spoken, by the claim or by the name of the config (``sv-SE``)."""
        named = claim.args.get("language")
        return {"language": named if isinstance(named, str) else claim.config}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the only sound, and the text by its usual name or as the only one."""
        sound = labels.pick(features, ("audio",), _SOUNDS, "recording")
        text = labels.pick(features, ("text",), _TARGETS, "text that was said")
        if not sound or not text:
            lack = "recording" if text else "text"
            raise Unsupported(f"The dataset has no column with a {lack}.", "dataset")
        return Columns((sound,), text)

    def probe(self, job: Job) -> Iterator[Part]:
        """Write down the recordings in order; None for one that cannot be read."""
        from analysis.loading.batching import Batches
        from analysis.loading.speech import load_recogniser

        language = job.options.get("language")
        recogniser = load_recogniser(
            job.snapshot,
            device=job.device,
            allow_code=job.allow_code,
            language=language if isinstance(language, str) else "",
        )
        # A few long windows or more short ones, but one by one where padding would be heard.
        largest = 4 * _BATCH if recogniser.extractor.has_mask else 1
        batches = Batches(budget=_BATCH * recogniser.window, largest=largest)
        yield Part("network", _describe(recogniser, largest))
        for start, rows in read_rows(job, _WINDOW):
            texts, cut = _write_down(recogniser, batches, [row[0] for row in rows])
            place: dict[str, JSON] = {"start": start, "rows": len(rows)}
            yield Part("predictions", {**place, "texts": texts, "cut": cut})

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> "_Reader":
        """Read one text a recording."""
        return _Reader(case, network)


class _Reader(replies.RowReader):
    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        if not all(isinstance(target, str) for target in case.targets):
            raise Unsupported("The dataset has recordings without a text.", "dataset")
        said = network.get("assumption")
        self.assumptions = [said[:200]] if isinstance(said, str) and said else []
        self._window = replies.read_count(network, "window_s", 1, 3_600)
        self._cut = self._failed = 0
        self.evidence = replies.copy_facts(network, "window_s", "sampling_rate", "decoding")
        self.evidence |= {"failed_samples": 0, "cut_samples": 0}

    def read(self, part: Part) -> Texts:
        """Read one text a recording, None for no answer."""
        self.begin(part)
        texts = part.values.get("texts")
        if not isinstance(texts, list) or not all(
            text is None or (isinstance(text, str) and len(text) <= _TEXT_CHARACTERS)
            for text in texts
        ):
            raise CheckError("The sandbox sent no texts of the right form.")
        right = self.take(len(texts))
        self._cut += replies.read_count(part.values, "cut", 0, len(texts))
        self._failed += texts.count(None)
        if self._cut and not self.evidence["cut_samples"]:
            self.assumptions.append(
                f"Recordings of more than {self._window} s were cut into windows of that length,"
                " and their texts joined."
            )
        self.evidence |= {"failed_samples": self._failed, "cut_samples": self._cut}
        given = [text if isinstance(text, str) else None for text in texts]
        return Texts([[str(text)] for text in right], given)


def _describe(recogniser: "Recogniser", batch_size: int) -> dict[str, JSON]:
    loaded, extractor = recogniser.loaded, recogniser.extractor
    return {
        "batch_size": batch_size,
        "dtype": "float32",
        "weights": list(loaded.files),
        "own_code": loaded.ran_own_code,
        "loader": loaded.loader,
        "sampling_rate": extractor.rate,
        "window_s": recogniser.window // extractor.rate,
        "decoding": "greedy",
        "assumption": recogniser.assumption,
    }


def _write_down(
    recogniser: "Recogniser", batches: "Batches", cells: Sequence[object]
) -> tuple[list[JSON], int]:
    """Give the text of each recording, and how many had to be cut."""
    windows: list[NumpyArray] = []
    owners: list[int] = []
    for place, cell in enumerate(cells):
        sound = recogniser.extractor.hear(cell)
        pieces = [] if sound is None else _cut(sound, recogniser.window, recogniser.extractor.rate)
        windows += pieces
        owners += [place] * len(pieces)
    written: list[str | None] = [None] * len(windows)
    is_fixed = recogniser.extractor.window is not None
    sizes = [recogniser.window if is_fixed else len(window) for window in windows]
    for places, texts in batches.each(
        sizes, lambda places: recogniser.transcribe([windows[place] for place in places])
    ):
        for place, text in zip(places, texts, strict=True):
            written[place] = text
    joined: list[JSON] = []
    for place in range(len(cells)):
        pieces_of = [text for owner, text in zip(owners, written, strict=True) if owner == place]
        found = [text.strip() for text in pieces_of if text is not None]
        is_whole = bool(pieces_of) and len(found) == len(pieces_of)
        joined.append(" ".join(filter(None, found)) if is_whole else None)
    return joined, sum(owners.count(place) > 1 for place in set(owners))


def _cut(sound: NumpyArray, window: int, rate: int) -> list[NumpyArray]:
    """Cut a sound into windows; a rest that is too short to be heard is filled with silence."""
    pieces = [sound[start : start + window] for start in range(0, len(sound), window)]
    lack = int(_SHORTEST_S * rate) - len(pieces[-1])
    if lack > 0:
        pieces[-1] = np.pad(pieces[-1], (0, lack))
    return pieces
