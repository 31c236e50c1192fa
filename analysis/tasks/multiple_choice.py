"""Multiple choice by likelihood: a question and its choices in, the likeliest choice out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

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
    Feature,
    Job,
    Part,
    Subject,
    Unsupported,
)
from analysis.metrics import Stated
from analysis.tasks import Reader, prompts, replies
from analysis.tasks.prompts import LETTERS, Question
from analysis.tasks.rows import read_rows
from analysis.tasks.text_generation import (
    Window,
    batches_of,
    first_token,
    load_causal,
    run_windows,
)
from analysis.tasks.text_reader import TextReader

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.text_network import TextNetwork

_ROWS = 32
_SHOTS = ("num_few_shot", "num_fewshot", "num_shots", "n_shot", "few_shot", "shots")
_ENOUGH = 30  # answers that show whether counting begins at 0 or 1
_NOISE = -1e-3  # nats below nothing that rounding may cause
_DIGIT = re.compile(r"[0-9]", re.ASCII)


class MultipleChoice:
    """A network for texts takes the choice that it finds likeliest behind the question."""

    id: ClassVar[str] = "multiple-choice"
    answers: ClassVar[type[Answers]] = Classes

    def measures(self, stated: Stated) -> bool:
        """Accuracy, also of likelihoods that are divided by the length of the choice."""
        is_known = stated.metric.id in ("accuracy", "acc_norm")
        return is_known and scoring.can_score(stated, Classes)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: what is asked shows in the columns."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take question, choices and answer as a well-known dataset has them."""
        return prompts.choose_layout(features)[1]

    def columns_for(self, subject: Subject, features: Mapping[str, Feature]) -> Columns:
        """Refuse what was measured with examples in the prompt, which is not done here."""
        shots = _shots(subject.claim)
        if shots:
            raise Unsupported(
                f"The claim was measured with {shots} examples before each question; here there"
                " are none.",
                "task",
            )
        return self.columns(features)

    def probe(self, job: Job) -> Iterator[Part]:
        """Send the likelihood and the length of each choice; NaN and -1 where there is none."""
        from analysis.loading.batching import Batches

        layout = job.options.get("layout")
        if type(layout) is not int or not 0 <= layout < len(prompts.LAYOUTS):
            raise CheckError("The run was started without the kind of its questions.")
        network = load_causal(job)
        yield Part("network", network.describe())
        batches = batches_of(network, Batches)
        for start, rows in read_rows(job, _ROWS):
            asked = [prompts.ask(prompts.LAYOUTS[layout], row) for row in rows]
            nats, letters = _measure(network, batches, asked)
            arrays = {"nats": pack(nats), "characters": pack(letters)}
            yield Part("predictions", {"start": start, "rows": len(rows)}, arrays)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Read the likelihoods, divided by the lengths where the metric asks for it."""
        return _Reader(case, network, is_divided=stated.metric.id == "acc_norm")


class _Reader(TextReader):
    """Ranks the choices of each question."""

    answers: type[Answers] | None = Classes

    def __init__(self, case: Case, network: Mapping[str, JSON], *, is_divided: bool) -> None:
        super().__init__(case)
        self._right = read_answers(case.targets)
        self._is_divided = is_divided
        self.evidence = {
            **replies.copy_facts(network, "max_tokens"),
            "divided_by_characters": is_divided,
            "examples": 0,
            "failed_samples": 0,
        }

    def read(self, part: Part) -> Classes:
        """Read two numbers a choice."""
        self.begin(part)
        nats = replies.read_array(part, "nats", "f8", 2)
        characters = replies.read_array(part, "characters", "i4", 2)
        if nats.shape != characters.shape or nats.shape[1] != len(LETTERS):
            raise CheckError("The sandbox sent another number of likelihoods than of choices.")
        self.take(len(nats))
        is_choice = characters > 0
        is_first = np.arange(len(LETTERS)) < is_choice.sum(1)[:, None]
        if (nats < _NOISE).any() or (is_choice != is_first).any():
            raise CheckError("The sandbox sent likelihoods that no choice has.")
        right = self._right[self.rows - len(nats) : self.rows]
        is_failed = ~np.isfinite(np.where(is_choice, nats, 0)).all(1) | ~is_choice.any(1)
        if (right >= is_choice.sum(1))[~is_failed].any():
            raise CheckError("The dataset has answers beyond its own choices.")
        self.failed(int(is_failed.sum()))
        scores = np.where(is_choice, -nats / (characters if self._is_divided else 1), -np.inf)
        ranked = np.argsort(-np.nan_to_num(scores, nan=-np.inf), axis=1, kind="stable")
        ranked[ranked >= is_choice.sum(1)[:, None]] = -1
        ranked[is_failed] = -1
        return Classes(right, ranked[:, :5])


def read_answers(targets: Sequence[JSON]) -> NumpyArray:
    """Read right answers as places from 0: numbers, letters, or digits that begin at 0 or 1.

    Digits among letters begin at 1, as in ARC; alone they begin at 0 if a 0 is among them.
    """
    if all(type(target) is int for target in targets):
        found = np.array(targets, dtype=np.int64)
        if found.min() < 0:
            raise Unsupported("The split has questions without an answer.", "split")
        return found
    texts = [target.strip().upper() if isinstance(target, str) else "" for target in targets]
    if not all(texts):
        raise Unsupported("The split has questions without an answer.", "split")
    digits = [text for text in texts if _DIGIT.fullmatch(text)]
    letters = [text for text in texts if len(text) == 1 and text in LETTERS]
    if len(digits) + len(letters) != len(texts):
        raise Unsupported("The answers of the dataset are neither numbers nor letters.", "dataset")
    first = 0 if "0" in digits else 1
    if digits and not letters and first and len(texts) < _ENOUGH:
        raise Unsupported("Too few answers show whether they are counted from 0 or 1.", "dataset")
    return np.array(
        [LETTERS.index(text) if text in LETTERS else int(text) - first for text in texts]
    )


def _shots(claim: Claim | None) -> int:
    """Say how many examples the claim says that there were before each question."""
    args = claim.args if claim else {}
    inside = args.get("dataset")
    for place in (args, inside if isinstance(inside, dict) else {}):
        for name in _SHOTS:
            found = place.get(name)
            if type(found) is int:
                return found
    return 0


def _measure(
    network: "TextNetwork", batches: "Batches", asked: Sequence[Question | None]
) -> tuple[NumpyArray, NumpyArray]:
    """Give each choice's likelihood in nats and its characters, both (n, letters)."""
    nats = np.full((len(asked), len(LETTERS)), np.nan)
    characters = np.full(nats.shape, -1, dtype=np.int32)
    windows: list[Window] = []
    for row, question in enumerate(asked):
        for place, choice in enumerate(question.choices if question else ()):
            nats[row, place] = 0.0
            characters[row, place] = len(choice)
            windows.append(_window(network, question, choice, row * len(LETTERS) + place))
    flat = nats.reshape(-1)
    for window, lost in run_windows(network, batches, windows):
        flat[window.row] += lost.sum()
    return nats, characters


def _window(network: "TextNetwork", question: Question | None, choice: str, row: int) -> Window:
    """Put a choice behind its question; the end of what is too long stays."""
    from analysis.loading.foreign import foreign
    from analysis.loading.text_network import cut

    prompt = cut(question.prompt.rstrip()) if question else ""
    with foreign("The tokenizer failed on a question"):
        found = network.tokenizer([prompt, cut(f"{prompt} {choice}")], add_special_tokens=False)
        before, whole = found["input_ids"]
    begin = _beginning(network, before)
    ids = [*begin, *whole][-network.max_tokens :]
    left_out = len(begin) + len(whole) - len(ids)
    first = max(1, min(len(begin) + len(before), len(begin) + len(whole) - 1) - left_out)
    return Window(row, ids, first)


def _beginning(network: "TextNetwork", before: Sequence[int]) -> list[int]:
    """Give the tokens before a prompt: those that the tokenizer puts there by itself."""
    tokenizer = network.tokenizer
    usual = tokenizer("a")["input_ids"]
    is_put = tokenizer.bos_token_id is not None and usual[:1] == [tokenizer.bos_token_id]
    return [tokenizer.bos_token_id] if is_put else [] if before else first_token(network)
