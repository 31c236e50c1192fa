"""Watermarks of texts as transformers knows them, and what a repo declares. Standard library only.

A language model is marked while it writes: a setting, ``watermarking_config``, shifts the scores of
the next token by a secret number. Where that setting stands in a repo's own files, whoever reads
them can write such texts: it tells how the network writes, and proves nothing of who owns it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from analysis.watermarks.envelope import KeysError

SETTING = "watermarking_config"
DEFAULT_KEY = 15_485_863  # of transformers, which all use who choose none
# The keys of the documentation's examples begin with these.
EXAMPLE_KEYS = (654, 400, 836, 123, 340, 443, 597, 160, 57)
LARGEST_TABLE = 1 << 24
_MOST_KEYS = 100
_WORD = 1 << 63
_HISTORY = 1 << 16
_WIDEST = 64
_LARGEST_BIAS = 100.0


@dataclass(frozen=True, slots=True)
class GreenList:
    """transformers' WatermarkingConfig (Kirchenbauer et al., 2023), field by field."""

    greenlist_ratio: float = 0.25
    bias: float = 2.0
    hashing_key: int = field(default=DEFAULT_KEY, repr=False)
    seeding_scheme: str = "lefthash"
    context_width: int = 1

    def __post_init__(self) -> None:
        _number(self.greenlist_ratio, "greenlist_ratio", 0, 1)
        _number(self.bias, "bias", 0, _LARGEST_BIAS)
        _whole(self.hashing_key, "hashing_key", 1, _WORD - 1)
        _whole(self.context_width, "context_width", 1, _WIDEST)
        if self.seeding_scheme not in ("lefthash", "selfhash"):
            raise KeysError("The setting seeding_scheme is lefthash or selfhash.")

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Take what a file says; raise KeysError, which tells nothing of the values."""
        return cls(**_known(cls, said))

    @property
    def is_public(self) -> bool:
        """Say whether the key is one that everybody knows."""
        return self.hashing_key == DEFAULT_KEY


@dataclass(frozen=True, slots=True)
class SynthId:
    """transformers' SynthIDTextWatermarkingConfig (Dathathri et al., 2024), field by field."""

    ngram_len: int
    keys: tuple[int, ...] = field(repr=False)
    context_history_size: int = 1_024
    sampling_table_seed: int = 0
    sampling_table_size: int = 1 << 16
    skip_first_ngram_calls: bool = False
    debug_mode: bool = False

    def __post_init__(self) -> None:
        _whole(self.ngram_len, "ngram_len", 2, _WIDEST)
        _whole(self.context_history_size, "context_history_size", 1, _HISTORY)
        _whole(self.sampling_table_seed, "sampling_table_seed", 0, _WORD - 1)
        _whole(self.sampling_table_size, "sampling_table_size", 2, LARGEST_TABLE)
        if not 1 <= len(self.keys) <= _MOST_KEYS:
            raise KeysError(f"The setting keys is a list of 1 to {_MOST_KEYS} whole numbers.")
        for key in self.keys:
            _whole(key, "keys", -_WORD, _WORD - 1)
        _truth(self.skip_first_ngram_calls, "skip_first_ngram_calls")
        _truth(self.debug_mode, "debug_mode")

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Take what a file says; raise KeysError, which tells nothing of the values."""
        known = _known(cls, said)
        if not {"ngram_len", "keys"} <= known.keys():
            raise KeysError("SynthID takes the settings ngram_len and keys.")
        if not isinstance(known["keys"], list):
            raise KeysError("The setting keys is a list of whole numbers.")
        return cls(**{**known, "keys": tuple(known["keys"])})

    @property
    def is_public(self) -> bool:
        """Say whether the keys are those that everybody knows."""
        return self.keys[: len(EXAMPLE_KEYS)] == EXAMPLE_KEYS


TextMark = GreenList | SynthId
KINDS: Mapping[str, type[GreenList] | type[SynthId]] = {"greenlist": GreenList, "synthid": SynthId}


@dataclass(frozen=True, slots=True)
class Declared:
    """A watermark that a repo declares; ``mark`` is None where the settings make no sense."""

    scheme: str
    mark: TextMark | None
    sentence: str


def declared_watermark(config: Mapping[str, Any]) -> Declared | None:
    """Say what generation_config.json or config.json declares; None where it declares nothing."""
    said = config.get(SETTING)
    if said is None:
        return None
    if not isinstance(said, Mapping):
        return Declared("", None, f"The repo declares a {SETTING} that is no set of settings.")
    scheme = "synthid" if "ngram_len" in said or "keys" in said else "greenlist"
    try:
        mark = KINDS[scheme].read(said)
    except KeysError as fault:
        return Declared(scheme, None, f"The repo declares a watermark that cannot be: {fault}")
    return Declared(scheme, mark, _sentence(mark))


def _sentence(mark: TextMark) -> str:
    if isinstance(mark, GreenList):
        how = (
            f"by a green list of {mark.greenlist_ratio:.0%} of the tokens "
            f"(bias {mark.bias:g}, {mark.seeding_scheme})"
        )
    else:
        how = f"by SynthID with {len(mark.keys)} keys over {mark.ngram_len} tokens"
    whose = "the one of the documentation" if mark.is_public else "in the repo for all to read"
    return (
        f"The repo declares that its texts are marked {how}; the key is {whose}, "
        "so that such a mark in a text does not say who wrote it."
    )


def _known(kind: type[GreenList] | type[SynthId], said: Mapping[str, Any]) -> dict[str, Any]:
    if not said.keys() <= {each.name for each in fields(kind)}:
        raise KeysError("There are settings that this kind of watermark does not have.")
    return dict(said)


def _number(found: Any, name: str, low: float, high: float) -> None:
    """Raise KeysError unless this is a number between two others, and neither of them."""
    if type(found) not in (int, float) or not math.isfinite(found) or not low < found < high:
        raise KeysError(f"The setting {name} is a number between {low:g} and {high:g}.")


def _whole(found: Any, name: str, low: int, high: int) -> None:
    if type(found) is not int or not low <= found <= high:
        raise KeysError(f"The setting {name} is a whole number between {low} and {high}.")


def _truth(found: Any, name: str) -> None:
    if type(found) is not bool:
        raise KeysError(f"The setting {name} is true or false.")
