"""Green lists (Kirchenbauer et al., 2023) as transformers draws them, counted so that p holds.

The tokens before a token (or it and those before, "selfhash") give a seed, the seed a permutation
of the vocabulary, and its first tokens are green: they were favoured while the text was written.

In a text that was written without the key, each pair of a seed and a token is one toss of a coin,
however often it occurs, and so each pair counts once. Pairs of one seed are drawn without
replacement: their sum is one of independent tosses with other chances, whose tail lies below that
of the binomial distribution (Hoeffding, 1956). Pairs of other seeds are independent.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from analysis.arrays import NumpyArray
from analysis.watermarks.envelope import MOST
from analysis.watermarks.statistics import Tally
from analysis.watermarks.texts.declared import GreenList
from analysis.watermarks.texts.torch_draws import SEEDS, is_among_first, permutation, swaps

_TABLE = 1_000_003
_MODULUS = (1 << 64) - 1
_TRIED = 1_000

Coin = tuple[int, int]  # a seed, a token


def greens(mark: GreenList, vocabulary: int) -> int:
    """Return how many tokens are green after each context."""
    return int(vocabulary * mark.greenlist_ratio)


def is_varied(mark: GreenList) -> bool:
    """Say whether the key gives different tokens different lists.

    With a multiple of 2^32, say, there is one list only, and such a one fits words, not keys.
    """
    return len({_seed(mark, token) for token in range(1, _TRIED + 1)}) == _TRIED


def coins(texts: Sequence[NumpyArray], mark: GreenList) -> list[Coin]:
    """Return what decides of each token whether it is green, each once, MOST at most."""
    found: dict[Coin, None] = {}
    pairs = _self_hashed if mark.seeding_scheme == "selfhash" else _left_hashed
    for coin in pairs(texts, mark):
        found[coin] = None
        if len(found) == MOST:
            break
    return list(found)


def count(tosses: Sequence[Coin], mark: GreenList, vocabulary: int) -> Tally:
    """Count the green ones."""
    tokens: dict[int, list[int]] = {}
    for seed, token in tosses:
        tokens.setdefault(seed, []).append(token)
    found = 0
    for seed, some in tokens.items():
        partners = swaps(seed, greens(mark, vocabulary), vocabulary)
        found += sum(is_among_first(token, partners) for token in some)
    return Tally(found, len(tosses))


def _seed(mark: GreenList, token: int) -> int:
    return mark.hashing_key * token % _MODULUS % SEEDS


def _left_hashed(texts: Sequence[NumpyArray], mark: GreenList) -> Iterator[Coin]:
    """Seed by the token before, whatever ``context_width`` says."""
    for text in texts:
        for before, token in pairwise(text.tolist()):
            if before:  # token 0 gives the seed 0 with any key: no coin, but the same for everybody
                yield _seed(mark, before), token


def _self_hashed(texts: Sequence[NumpyArray], mark: GreenList) -> Iterator[Coin]:
    """Seed by the token itself and those before, through a table that the key draws."""
    longest = max((int(text.max()) for text in texts if len(text)), default=0)
    table = permutation(mark.hashing_key, _TABLE, min(longest + 1, _TABLE)) + 1
    for text in texts:
        if len(text) < mark.context_width:
            continue
        hashed = table[text % _TABLE]
        windows = np.lib.stride_tricks.sliding_window_view(hashed, mark.context_width)
        products = np.int64(mark.hashing_key) * windows * windows[:, -1:]  # wraps, as in torch
        for seed, token in zip(
            products.min(1).tolist(), text[mark.context_width - 1 :].tolist(), strict=True
        ):
            yield seed % _MODULUS % SEEDS, token
