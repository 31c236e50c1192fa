"""Extractive question answering: a question and a text in, a piece of the text out.

Long texts are read through windows that overlap, and of each window the best pairs of a first and
a last token are tried, as transformers' example ``run_qa`` does that most claims come from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Texts
from analysis.arrays import NumpyArray, pack
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
from analysis.tasks import Reader, labels, replies
from analysis.tasks.rows import Row, read_rows
from analysis.tasks.text_reader import TextReader, pieces, read_right_texts, read_texts

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.text_network import TextNetwork

_ROWS = 64
_BATCH_TOKENS = 8_192
_LONGEST = 384  # tokens of a window
_OVERLAP = 128
_BEST = 20  # first and last tokens of a window that are tried
_ANSWER_TOKENS = 30
_TARGETS = ("answers.text", "answers", "answer", "answer_text")


class QuestionAnswering:
    """A network marks the piece of a text that answers a question."""

    id: ClassVar[str] = "question-answering"
    answers: ClassVar[type[Answers]] = Texts

    def measures(self, stated: Stated) -> bool:
        """Exact match and F1 of words."""
        return stated.metric.id in ("exact_match", "f1") and scoring.can_score(stated, Texts)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: whether there may be no answer shows in the labels, which stay outside."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take question, context and answers by their names in SQuAD."""
        target = labels.pick(
            {name: features[name] for name in _TARGETS if name in features},
            ("texts", "text"),
            _TARGETS,
            "answers",
        )
        for name in ("question", "context"):
            if name not in features or features[name].kind != "text":
                raise Unsupported(f"The dataset has no column with a {name}.", "dataset")
        if not target:
            raise Unsupported("The dataset has no column with the texts of answers.", "dataset")
        return Columns(("question", "context"), target)

    def probe(self, job: Job) -> Iterator[Part]:
        """Send the best piece of each text, its score, and the score of there being none."""
        from analysis.loading.batching import Batches
        from analysis.loading.text_network import load_text_network

        network = load_text_network(job, "AutoModelForQuestionAnswering")
        network.need_fast_tokenizer()
        longest = min(_LONGEST, network.max_tokens)
        window = {"window": longest, "overlap": _overlap(longest), "best": _BEST}
        yield Part(
            "network", {**network.describe(), **window, "longest_answer_tokens": _ANSWER_TOKENS}
        )
        batches = Batches(budget=_BATCH_TOKENS, largest=network.largest)
        for start, rows in read_rows(job, _ROWS):
            found = _answer(network, batches, rows, longest)
            for first, texts in pieces([answer.text for answer in found]):
                piece = found[first : first + len(texts)]
                yield Part(
                    "predictions",
                    {"start": start + first, "rows": len(texts), "answers": texts},
                    {
                        "scores": pack(np.array([answer.score for answer in piece], np.float32)),
                        "nulls": pack(np.array([answer.null for answer in piece], np.float32)),
                    },
                )

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Allow "no answer" where the labels of the split have it."""
        return _Reader(case, network)


class _Reader(TextReader):
    """Chooses between the best piece and no answer, which is an empty text."""

    answers: type[Answers] | None = Texts

    def __init__(self, case: Case, network: Mapping[str, JSON]) -> None:
        super().__init__(case)
        self._right = [read_right_texts(target) for target in case.targets]
        self._may_be_none = not all(self._right)
        facts = ("max_tokens", "window", "overlap", "best", "longest_answer_tokens")
        self.evidence = {
            **replies.copy_facts(network, *facts),
            "failed_samples": 0,
            "no_answer_is_allowed": self._may_be_none,
        }

    def read(self, part: Part) -> Texts:
        """Read one text a question."""
        self.begin(part)
        texts = read_texts(part, "answers")
        scores = replies.read_array(part, "scores", "f4", 1).astype(np.float64)
        nulls = replies.read_array(part, "nulls", "f4", 1).astype(np.float64)
        if not len(texts) == len(scores) == len(nulls):
            raise CheckError("The sandbox sent another number of answers than of scores.")
        self.take(len(texts))
        self.failed(texts.count(None))
        with np.errstate(invalid="ignore"):
            no_answer = nulls - scores
        if self._may_be_none:
            texts = [
                "" if text is not None and score > 0 else text
                for text, score in zip(texts, no_answer, strict=True)
            ]
        right = self._right[self.rows - len(texts) : self.rows]
        return Texts(right, texts, no_answer if self._may_be_none else None)


@dataclass(slots=True)
class _Answer:
    """The best piece of one text so far; None is a network that gave no numbers."""

    text: str | None = None
    score: float = -np.inf
    null: float = np.inf


@dataclass(frozen=True, slots=True)
class _Window:
    """A piece of a row's tokens: for each token its place in the context, None for others."""

    row: int
    ids: Mapping[str, Sequence[int]]
    places: Sequence[tuple[int, int] | None]
    null: int  # the token that stands for "no answer"


def _overlap(longest: int) -> int:
    return min(_OVERLAP, longest // 3)


def _answer(
    network: "TextNetwork", batches: "Batches", rows: Sequence[Row], longest: int
) -> list[_Answer]:
    """Answer each row's question."""
    answers = [_Answer() for _ in rows]
    windows = _cut(network, rows, longest)
    for row in {window.row for window in windows}:
        answers[row].text = ""
    sizes = [len(window.places) for window in windows]
    for batch, (first, last) in batches.each(
        sizes,
        lambda places: network.run(
            [windows[place].ids for place in places], "start_logits", "end_logits"
        ),
    ):
        if not first.shape == last.shape == (len(batch), max(sizes[place] for place in batch)):
            raise CheckError("The network did not answer with two scores a token.")
        for place, starts, ends in zip(batch, first.numpy(), last.numpy(), strict=True):
            own = slice(-sizes[place], None) if network.pads_left else slice(sizes[place])
            window = windows[place]
            _improve(answers[window.row], window, starts[own], ends[own], rows[window.row][1])
    return answers


def _improve(
    answer: _Answer, window: _Window, starts: NumpyArray, ends: NumpyArray, context: str
) -> None:
    """Take the best piece of a window, where it is better than what there is."""
    if answer.text is None or np.isnan(starts).any() or np.isnan(ends).any():
        answer.text, answer.score, answer.null = None, np.nan, np.nan
        return
    answer.null = min(answer.null, float(starts[window.null]) + float(ends[window.null]))
    best_ends = np.argsort(-ends, kind="stable")[:_BEST]
    for first in np.argsort(-starts, kind="stable")[:_BEST]:
        for last in best_ends:
            begin, end = window.places[first], window.places[last]
            score = float(starts[first]) + float(ends[last])
            is_piece = begin and end and first <= last < first + _ANSWER_TOKENS
            if is_piece and begin and end and score > answer.score:
                answer.text, answer.score = context[begin[0] : end[1]], score


def _cut(network: "TextNetwork", rows: Sequence[Row], longest: int) -> list[_Window]:
    """Cut each row's context into windows that overlap, each behind the question."""
    from analysis.loading.foreign import foreign

    whole = [place for place, row in enumerate(rows) if all(isinstance(text, str) for text in row)]
    if not whole:
        return []
    questions = _shorten(network, [str(rows[place][0]).lstrip() for place in whole], longest // 2)
    contexts = [_visible(str(rows[place][1])) for place in whole]
    first, second = (contexts, questions) if network.pads_left else (questions, contexts)
    with foreign("The tokenizer failed on a text"):
        found = network.tokenizer(
            first,
            second,
            truncation="only_first" if network.pads_left else "only_second",
            max_length=longest,
            stride=_overlap(longest),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        part = 0 if network.pads_left else 1
        return [
            _Window(
                whole[found["overflow_to_sample_mapping"][number]],
                ids,
                [
                    (int(place[0]), int(place[1])) if sequence == part else None
                    for place, sequence in zip(
                        found["offset_mapping"][number], found.sequence_ids(number), strict=True
                    )
                ],
                _null(network.tokenizer, ids["input_ids"]),
            )
            for number, ids in enumerate(network.rows(found))
        ]


def _visible(context: str) -> str:
    from analysis.loading.text_network import cut

    return cut(context)


def _shorten(network: "TextNetwork", questions: Sequence[str], tokens: int) -> list[str]:
    """Cut questions that would leave no room for the text."""
    from analysis.loading.foreign import foreign

    with foreign("The tokenizer failed on a question"):
        found = network.tokenizer(
            [_visible(question) for question in questions],
            truncation=True,
            max_length=tokens,
            add_special_tokens=False,
            return_offsets_mapping=True,
        )
        return [
            question[: places[-1][1]] if len(places) == tokens else _visible(question)
            for question, places in zip(questions, found["offset_mapping"], strict=True)
        ]


def _null(tokenizer: Any, ids: Sequence[int]) -> int:
    """Find the token that stands for no answer: the first of the class, else the first of all."""
    known = tokenizer.cls_token_id
    return list(ids).index(known) if known is not None and known in ids else 0
