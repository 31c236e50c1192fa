"""Causal language modelling: a text in, how likely the network finds each next token out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from analysis import scoring
from analysis.answers import Answers, Likelihoods
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
from analysis.tasks import Reader, likelihoods
from analysis.tasks.rows import Row, read_rows

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.text_network import TextNetwork

_ROWS = 64
_BATCH_NUMBERS = 32_000_000  # scores of one batch: tokens times vocabulary


class TextGeneration:
    """A network says how likely each text is, token by token."""

    id: ClassVar[str] = "text-generation"
    answers: ClassVar[type[Answers]] = Likelihoods

    def measures(self, stated: Stated) -> bool:
        """Whatever can be computed from likelihoods: loss, perplexity, bits per byte."""
        return scoring.can_score(stated, Likelihoods)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: a text is a text."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the only text, or the one with a usual name."""
        found = likelihoods.choose_text(features)
        if found is None:
            raise Unsupported("The dataset has no column with a text.", "dataset")
        return found

    def probe(self, job: Job) -> Iterator[Part]:
        """Send the likelihood of each text; NaN for a text that is missing."""
        from analysis.loading.batching import Batches

        network = load_causal(job)
        first = first_token(network)
        window = {"window": network.max_tokens, "stride": network.max_tokens // 2}
        yield Part("network", {**network.describe(), **window, "first_token_counts": bool(first)})
        batches = batches_of(network, Batches)
        for start, rows in read_rows(job, _ROWS):
            nats, tokens = _measure(network, batches, rows, first)
            arrays = {"nats": pack(nats), "tokens": pack(tokens)}
            yield Part("predictions", {"start": start, "rows": len(rows)}, arrays)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Read the likelihood of each text."""
        found = likelihoods.Reader(case, network, "window", "stride", "first_token_counts")
        found.assumptions.append("Each row of the dataset was taken as a text of its own.")
        if network.get("first_token_counts") is not True:
            found.assumptions.append("The first token of each text was not counted.")
        return found


def load_causal(job: Job) -> "TextNetwork":
    """Load a network that reads from left to right; what stands behind a text changes nothing."""
    from analysis.loading.text_network import load_text_network, together

    network = load_text_network(job, "AutoModelForCausalLM")
    tokenizer = network.tokenizer
    tokenizer.padding_side = "right"
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(0)
    network = replace(network, largest=together(job))
    _need_one_direction(network)
    return network


def _need_one_direction(network: "TextNetwork") -> None:
    """Raise Unsupported where a token changes what the network says of those before it."""
    import torch

    first, other = (
        network.run([{"input_ids": ids}], "logits")[0][:, :3]
        for ids in ([0, 1, 0, 1], [0, 1, 0, 0])
    )
    if not torch.allclose(first, other, rtol=1e-3, atol=1e-3, equal_nan=True):
        raise Unsupported("The network reads texts in both directions, not from the left.", "task")


def first_token(network: "TextNetwork") -> list[int]:
    """Give what stands before a text, so that its first token has a likelihood, too.

    The token for the beginning, else that for the end, as lm-eval does; nothing where it has none.
    """
    tokenizer = network.tokenizer
    found = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    return [] if found is None else [int(found)]


def batches_of(network: "TextNetwork", make: "type[Batches]") -> "Batches":
    """Make batches whose scores, a vocabulary a token, fit into memory."""
    size = network.run([{"input_ids": [0]}], "logits")[0].shape[-1]
    return make(budget=max(1, _BATCH_NUMBERS // max(1, size)), largest=network.largest)


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a row's tokens, of which those from ``first`` on are asked for."""

    row: int
    ids: Sequence[int]
    first: int


def cut(row: int, ids: Sequence[int], longest: int) -> Iterator[Window]:
    """Cut tokens into windows that overlap by a half; ask for each token but the first once."""
    done = 1
    for begin in range(0, len(ids), max(1, longest // 2)):
        end = min(begin + longest, len(ids))
        if end > done:
            yield Window(row, ids[begin:end], done - begin)
        done = max(done, end)
        if end == len(ids):
            return


def run_windows(
    network: "TextNetwork", batches: "Batches", windows: Sequence[Window]
) -> Iterator[tuple[Window, NumpyArray]]:
    """Yield windows with minus the logarithm of the probability of each token asked for."""
    import torch

    sizes = [len(window.ids) for window in windows]
    for batch, (logits,) in batches.each(
        sizes, lambda places: network.run([{"input_ids": windows[p].ids} for p in places], "logits")
    ):
        if logits.ndim != 3 or logits.shape[1] != max(sizes[place] for place in batch):
            raise CheckError("The network did not answer with a row of scores a token.")
        for place, scores in zip(batch, logits, strict=True):
            window = windows[place]
            asked = torch.tensor(list(window.ids[window.first :]))
            if asked.numel() and int(asked.max()) >= scores.shape[1]:
                raise CheckError("The tokenizer has tokens that the network does not know.")
            before = scores[window.first - 1 : sizes[place] - 1]
            nats = torch.nn.functional.cross_entropy(before, asked, reduction="none")
            yield window, nats.double().numpy()


def _measure(
    network: "TextNetwork", batches: "Batches", rows: Sequence[Row], first: Sequence[int]
) -> tuple[NumpyArray, NumpyArray]:
    """Give each text's likelihood in nats, and how many tokens that is of."""
    from analysis.loading.foreign import foreign
    from analysis.loading.text_network import cut as visible

    nats = np.full(len(rows), np.nan)
    tokens = np.zeros(len(rows), dtype=np.int32)
    whole = [place for place, row in enumerate(rows) if isinstance(row[0], str)]
    windows: list[Window] = []
    if whole:
        nats[whole] = 0.0
        with foreign("The tokenizer failed on a text"):
            texts = [visible(rows[place][0]) for place in whole]
            found = network.tokenizer(texts, add_special_tokens=False)["input_ids"]
        for place, ids in zip(whole, found, strict=True):
            windows += cut(place, [*first, *ids], network.max_tokens)
    for window, lost in run_windows(network, batches, windows):
        nats[window.row] += lost.sum()
        tokens[window.row] += len(lost)
    return nats, tokens
