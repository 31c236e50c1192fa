"""Snapshot → a network for text with its tokenizer: token ids in, its raw answer out."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.contract import CheckError, Job, Unsupported
from analysis.loading.foreign import foreign
from analysis.loading.networks import Loaded, load_network
from analysis.loading.tokenizing import TEXT_CHARACTERS, load_tokenizer, most_tokens

if TYPE_CHECKING:
    import torch

Ids = Mapping[str, Sequence[int]]  # input_ids and, where the network takes them, token_type_ids

# Parts of old checkpoints that evaluation does not use: a layer for sentences in networks that
# answer for tokens, and the other half of BERT's pre-training.
_HARMLESS = ("pooler.", "cls.seq_relationship", "masked_bias")
TOGETHER = 64
_FORWARD = ("input_ids", "token_type_ids", "attention_mask")


@dataclass(frozen=True, slots=True)
class TextNetwork:
    """A network for text with its tokenizer.

    ``max_tokens`` is its longest input, ``largest`` how many texts may go together, ``takes`` the
    names of its arguments.
    """

    loaded: Loaded
    tokenizer: Any
    max_tokens: int
    device: str
    largest: int
    takes: frozenset[str]

    @property
    def pads_left(self) -> bool:
        """Say on which side of a text padding goes."""
        return bool(self.tokenizer.padding_side == "left")

    def need_fast_tokenizer(self) -> None:
        """Raise Unsupported where the tokenizer cannot say from where its tokens come."""
        if not self.tokenizer.is_fast:
            raise Unsupported("The tokenizer does not say where its tokens stand.", "tokenizer")

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> list[Ids]:
        """Tokenise texts, or pairs of them, each cut so that the network takes it as a whole."""
        first = [cut(text) for text in texts]
        second = None if pairs is None else [cut(text) for text in pairs]
        with foreign("The tokenizer failed on a text"):
            found = self.tokenizer(first, second, truncation=True, max_length=self.max_tokens)
        return self.rows(found)

    def rows(self, found: Mapping[str, Sequence[Sequence[int]]]) -> list[Ids]:
        """Take apart by text what a tokenizer gave, keeping what the network takes."""
        names = [name for name in _FORWARD[:2] if name in found and name in self.takes]
        columns = [found[name] for name in names]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def pad(self, rows: Sequence[Ids]) -> "dict[str, torch.Tensor]":
        """Make one batch of tokenised texts, on the device."""
        import torch

        if len(rows) == 1:  # needs no token to pad with
            batch = {name: torch.tensor([list(ids)]) for name, ids in rows[0].items()}
            batch["attention_mask"] = torch.ones_like(batch["input_ids"])
        else:
            plain = [{name: list(ids) for name, ids in row.items()} for row in rows]
            batch = dict(self.tokenizer.pad(plain, return_tensors="pt"))
        kept = {name: batch[name] for name in _FORWARD if name in batch and name in self.takes}
        return {name: tensor.to(self.device) for name, tensor in kept.items()}

    def run(self, rows: Sequence[Ids], *names: str) -> "list[torch.Tensor]":
        """Run one batch; return these fields of the answer in float32, on the CPU.

        Raises CheckError where one is missing or is not an array with a row for each text.
        """
        import torch

        with torch.inference_mode(), foreign("The network failed on a batch of texts"):
            answer = self.loaded.network(**self.pad(rows))
            found: list[torch.Tensor] = []
            for name in names:
                tensor = getattr(answer, name, None)
                if not isinstance(tensor, torch.Tensor) or tensor.shape[:1] != (len(rows),):
                    raise CheckError(f"The network did not answer {len(rows)} texts with {name}.")
                found.append(tensor.to("cpu", torch.float32))
            return found

    def describe(self) -> dict[str, Any]:
        """Say what ran, for the evidence."""
        return {
            "batch_size": self.largest,
            "dtype": "float32",
            "weights": list(self.loaded.files),
            "own_code": self.loaded.ran_own_code,
            "max_tokens": self.max_tokens,
        }


def load_text_network(job: Job, auto_class: str, *, of_words: bool = False) -> TextNetwork:
    """Load a job's snapshot as transformers' ``auto_class`` with its tokenizer.

    Raises Refused, Unsupported (missing tokenizer, weights or code) or CheckError.
    """
    loaded = load_network(
        job.snapshot,
        auto_class,
        device=job.device,
        allow_code=job.allow_code,
        harmless=_HARMLESS,
    )
    tokenizer = load_tokenizer(job.snapshot, of_words=of_words)
    longest = most_tokens(tokenizer, loaded.config)
    if longest < 8:
        raise Unsupported(f"The network takes texts of {longest} tokens only.", "tokenizer")
    takes = frozenset(inspect.signature(loaded.network.forward).parameters)
    if "input_ids" not in takes:  # code of the repo's own that passes on whatever it is given
        takes = frozenset(("input_ids", "attention_mask"))
    largest = min(together(job), _largest(loaded, tokenizer))
    return TextNetwork(loaded, tokenizer, longest, job.device, largest, takes)


def together(job: Job) -> int:
    """Say how many texts may go together: the usual number, or less where the run says so."""
    asked = job.options.get("batch_size")
    return min(TOGETHER, asked) if type(asked) is int and asked > 0 else TOGETHER


def _largest(loaded: Loaded, tokenizer: Any) -> int:
    """Say how many texts may go together: one, where either side knows no token to pad with."""
    settings: Any = getattr(loaded.network, "config", None)
    is_padded = tokenizer.pad_token_id is not None
    if hasattr(settings, "pad_token_id"):
        is_padded = is_padded and settings.pad_token_id is not None
    return TOGETHER if is_padded else 1


def cut(text: str) -> str:
    """Leave out what no network looks at, so that a text of many megabytes costs little."""
    return text[:TEXT_CHARACTERS]


def lengths(rows: Sequence[Ids]) -> list[int]:
    """Count the tokens of each text."""
    return [len(row["input_ids"]) for row in rows]
