"""Masked language modelling: a text with hidden tokens in, how likely the hidden ones are out."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
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
from analysis.tasks.text_generation import batches_of

if TYPE_CHECKING:
    from analysis.loading.batching import Batches
    from analysis.loading.text_network import Ids, TextNetwork

_ROWS = 128
# As BERT was trained: 15 % of the tokens are asked for; of these 80 % are hidden, 10 % are
# replaced by any token, and the rest stay as they are.
ASKED, HIDDEN, REPLACED = 0.15, 0.8, 0.1
_MASKS = 7  # that would hide each token about once


class FillMask:
    """A network guesses the tokens of a text that were hidden from it."""

    id: ClassVar[str] = "fill-mask"
    answers: ClassVar[type[Answers]] = Likelihoods

    def measures(self, stated: Stated) -> bool:
        """Loss and perplexity over the hidden tokens; nothing is said about the others."""
        is_known = stated.metric.id in ("loss", "perplexity")
        return is_known and scoring.can_score(stated, Likelihoods)

    def options(self, claim: Claim) -> Mapping[str, JSON]:
        """Nothing: the mask follows from the run's seed."""
        return {}

    def columns(self, features: Mapping[str, Feature]) -> Columns:
        """Take the only text, or the one with a usual name."""
        found = likelihoods.choose_text(features)
        if found is None:
            raise Unsupported("The dataset has no column with a text.", "dataset")
        return found

    def probe(self, job: Job) -> Iterator[Part]:
        """Send the likelihood of each text's hidden tokens; NaN for a text that is missing."""
        from analysis.loading.batching import Batches
        from analysis.loading.text_network import load_text_network

        network = load_text_network(job, "AutoModelForMaskedLM")
        if network.tokenizer.mask_token_id is None:
            raise Unsupported("The tokenizer has no token that hides others.", "tokenizer")
        yield Part("network", {**network.describe(), "mask": f"{ASKED:.0%} by seed {job.seed}"})
        batches = batches_of(network, Batches)
        for start, rows in read_rows(job, _ROWS):
            nats, tokens = _measure(network, batches, rows, job.seed)
            arrays = {"nats": pack(nats), "tokens": pack(tokens)}
            yield Part("predictions", {"start": start, "rows": len(rows)}, arrays)

    def reader(self, stated: Stated, case: Case, network: Mapping[str, JSON]) -> Reader:
        """Read the likelihood of each text's hidden tokens.

        One mask is a sample of all that could have been hidden, also where each text was read.
        """
        found = likelihoods.Reader(case, network, "mask")
        found.units = _MASKS * case.population
        found.assumptions.append(
            "Which tokens are hidden follows from the run's seed; the author hid others."
        )
        return found


def hide(
    ids: Sequence[int], special: Sequence[int], *, seed: int, mask: int, vocabulary: int
) -> tuple[list[int], list[int]]:
    """Hide tokens of a text: return what the network sees, and the places that are asked for.

    The same text and seed give the same on any machine and in any batch.
    """
    text = hashlib.sha256(f"{seed}:{','.join(map(str, ids))}".encode()).digest()
    dice = np.random.Generator(np.random.PCG64(int.from_bytes(text[:16], "little")))
    is_asked = (dice.random(len(ids)) < ASKED) & (np.array(special) == 0)
    how = dice.random(len(ids))
    others = (dice.random(len(ids)) * vocabulary).astype(np.int64)
    seen = np.array(ids, dtype=np.int64)
    is_hidden = is_asked & (how < HIDDEN)
    is_replaced = is_asked & (how >= HIDDEN) & (how < HIDDEN + REPLACED)
    seen[is_hidden] = mask
    seen[is_replaced] = others[is_replaced]
    return seen.tolist(), np.flatnonzero(is_asked).tolist()


def _measure(
    network: "TextNetwork", batches: "Batches", rows: Sequence[Row], seed: int
) -> tuple[NumpyArray, NumpyArray]:
    """Give the likelihood of each text's hidden tokens in nats, and how many there are."""
    import torch

    nats = np.full(len(rows), np.nan)
    tokens = np.zeros(len(rows), dtype=np.int32)
    whole = [place for place, row in enumerate(rows) if isinstance(row[0], str)]
    if not whole:
        return nats, tokens
    right = network.encode([rows[place][0] for place in whole])
    masked = [_masked(network, row, seed) for row in right]
    sizes = [len(row["input_ids"]) for row in right]
    for batch, (logits,) in batches.each(
        sizes, lambda chosen: network.run([masked[row][0] for row in chosen], "logits")
    ):
        longest = max(sizes[row] for row in batch)
        if logits.ndim != 3 or logits.shape[1] != longest:
            raise CheckError("The network did not answer with a row of scores a token.")
        for row, answer in zip(batch, logits, strict=True):
            own = answer[-sizes[row] :] if network.pads_left else answer[: sizes[row]]
            asked = masked[row][1]
            wanted = torch.tensor([right[row]["input_ids"][place] for place in asked])
            if asked and int(wanted.max()) >= own.shape[1]:
                raise CheckError("The tokenizer has tokens that the network does not know.")
            lost = torch.nn.functional.cross_entropy(own[asked], wanted.long(), reduction="none")
            nats[whole[row]] = float(lost.double().sum()) if asked else 0.0
            tokens[whole[row]] = len(asked)
    return nats, tokens


def _masked(network: "TextNetwork", row: "Ids", seed: int) -> tuple["Ids", list[int]]:
    """Hide tokens of one text; return the network's input and the places asked for."""
    tokenizer = network.tokenizer
    ids = row["input_ids"]
    special = set(tokenizer.all_special_ids)
    seen, asked = hide(
        ids,
        [int(token in special) for token in ids],
        seed=seed,
        mask=tokenizer.mask_token_id,
        vocabulary=len(tokenizer),
    )
    return {**row, "input_ids": seen}, asked
