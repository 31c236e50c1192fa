"""The random numbers that torch draws on a CPU, without torch.

Marks of texts follow from them, and a mark that was made years ago must be found by whatever torch
is installed then, or by none. torch seeds the Mersenne Twister with the lowest 32 bits of a seed.
"""

import numpy as np

from analysis.arrays import NumpyArray

SEEDS = 1 << 32


def bits(seed: int, count: int) -> NumpyArray:
    """Return what ``torch.randint(0, 2, (count,))`` draws: (count,) int64."""
    found: NumpyArray = (_words(seed, count) % 2).astype(np.int64)
    return found


def swaps(seed: int, count: int, size: int) -> NumpyArray:
    """Return with which place each of the first places is swapped by ``torch.randperm(size)``."""
    places = np.arange(min(count, size - 1), dtype=np.int64)
    found: NumpyArray = places + _words(seed, len(places)) % (size - places)
    return found


def permutation(seed: int, size: int, count: int) -> NumpyArray:
    """Return the first of what ``torch.randperm(size)`` draws: (count,) int64."""
    moved: dict[int, int] = {}  # places whose number is no longer their own
    order = []
    for place, other in enumerate(swaps(seed, count, size).tolist()):
        order.append(moved.get(other, other))
        moved[other] = moved.get(place, place)
    if count == size:
        order.append(moved.get(size - 1, size - 1))  # which nothing is left to swap with
    return np.array(order, np.int64)


def is_among_first(token: int, partners: NumpyArray) -> bool:
    """Say whether ``swaps`` bring a token to one of the first places, as many as there are swaps.

    To follow one token is faster than to swap them all.
    """
    place, done = token, 0
    while True:
        # A place before the token's own fetches it, and is not touched again.
        if (partners[done:place] == place).any():
            return True
        if place >= len(partners):
            return False
        if partners[place] == place:
            return True
        place, done = int(partners[place]), place + 1


def _words(seed: int, count: int) -> NumpyArray:
    random = np.random.RandomState(seed % SEEDS)
    return random.randint(0, SEEDS, count, dtype=np.uint32).astype(np.int64)
