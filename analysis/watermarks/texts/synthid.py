"""SynthID (Dathathri et al., 2024) as transformers draws it, counted so that p holds.

Each key makes of a token and those before it a cell of a table of bits; tokens with ones were
favoured while the text was written. To a text that was written without the keys a cell is any
cell, one with the share of ones that the table has. Each cell counts once: n-grams whose hashes
fall together have the same bits, and are no second witness.
"""

from collections.abc import Sequence

import numpy as np

from analysis.arrays import NumpyArray
from analysis.watermarks.envelope import MOST
from analysis.watermarks.statistics import Tally
from analysis.watermarks.texts.declared import SynthId
from analysis.watermarks.texts.torch_draws import bits

_MULTIPLIER = np.int64(6364136223846793005)


def table_of(mark: SynthId) -> NumpyArray:
    """Return the bits that cells have: (sampling_table_size,) int64."""
    return bits(mark.sampling_table_seed, mark.sampling_table_size)


def most(mark: SynthId) -> int:
    """Return how many tokens count: those that fill half of the table.

    Of more, the cells would soon be all there are, ones and zeros alike.
    """
    return min(MOST, mark.sampling_table_size // 2 // len(mark.keys))


def cells(texts: Sequence[NumpyArray], mark: SynthId) -> NumpyArray:
    """Return the cells of each token that counts: (tokens, keys) int64.

    Tokens whose context was seen before in their text were not marked, and do not count.
    """
    found = [
        _cells(ngrams, mark)[_is_new(ngrams[:, :-1], mark)]
        for ngrams in (
            np.lib.stride_tricks.sliding_window_view(text, mark.ngram_len)
            for text in texts
            if len(text) >= mark.ngram_len
        )
    ]
    none = np.zeros((0, len(mark.keys)), np.int64)
    return np.concatenate([none, *found])[: most(mark)]


def count(found: NumpyArray, table: NumpyArray) -> Tally:
    """Count the ones among the cells, each once."""
    once = np.unique(found)
    return Tally(int(table[once].sum()), len(once))


def _cells(ngrams: NumpyArray, mark: SynthId) -> NumpyArray:
    hashed = _hashed(np.ones(len(ngrams), np.int64), ngrams)
    keys = np.array(mark.keys, np.int64)
    found: NumpyArray = _step(hashed[:, None], keys[None]) % mark.sampling_table_size
    return found


def _is_new(contexts: NumpyArray, mark: SynthId) -> NumpyArray:
    """Say of each context whether it is none of the last ``context_history_size``."""
    last: dict[int, int] = {}
    found = np.ones(len(contexts), bool)
    for place, key in enumerate(_hashed(np.ones(len(contexts), np.int64), contexts).tolist()):
        found[place] = place - last.get(key, -mark.context_history_size - 1) > (
            mark.context_history_size
        )
        last[key] = place
    return found


def _hashed(start: NumpyArray, ngrams: NumpyArray) -> NumpyArray:
    for place in range(ngrams.shape[1]):
        start = _step(start, ngrams[:, place])
    return start


def _step(hashed: NumpyArray, tokens: NumpyArray) -> NumpyArray:
    """Take a token into a hash; numbers wrap at 64 bits, as in torch."""
    found: NumpyArray = (hashed + tokens) * _MULTIPLIER + 1
    return found
