"""Snapshot → a network that writes texts: texts in, texts out, as its files say how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.contract import JSON, Job, Unsupported
from analysis.loading.configs import Config, read_config
from analysis.loading.foreign import foreign
from analysis.loading.text_network import Ids, TextNetwork, load_text_network

if TYPE_CHECKING:
    import torch

_DEFAULT_TOKENS = 128  # what the examples of transformers generate where no file says
_MOST_TOKENS = 512
_MOST_BEAMS = 16
# Settings of generation_config.json that are followed. Sampling is not: it would not repeat.
_FOLLOWED = (
    "min_length", "min_new_tokens", "early_stopping", "repetition_penalty", "length_penalty",
    "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "suppress_tokens",
    "begin_suppress_tokens", "forced_bos_token_id", "forced_eos_token_id", "pad_token_id",
    "bos_token_id", "eos_token_id", "decoder_start_token_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Generator:
    """A network with an encoder and a decoder; ``settings`` are transformers' own."""

    network: TextNetwork
    settings: Any
    beams: int
    max_new_tokens: int

    def generate(self, rows: Sequence[Ids]) -> list[str | None]:
        """Write a text to each of one batch; None where the network gave no numbers."""
        import torch
        from transformers import LogitsProcessorList

        watch = _Watch(len(rows))
        with torch.inference_mode(), foreign("The network failed to write a text"):
            network: Any = self.network.loaded.network
            ids = network.generate(
                **self.network.pad(rows),
                generation_config=self.settings,
                logits_processor=LogitsProcessorList([watch]),
            )
            texts = self.network.tokenizer.batch_decode(ids.cpu(), skip_special_tokens=True)
        return [
            None if is_broken else str(text).strip()
            for text, is_broken in zip(texts, watch.is_broken, strict=True)
        ]

    def describe(self) -> dict[str, Any]:
        """Say what ran and how it wrote, for the evidence."""
        return {
            **self.network.describe(),
            "num_beams": self.beams,
            "max_new_tokens": self.max_new_tokens,
        }


class _Watch:
    """Sees the scores of each step; remembers the texts for which they were no numbers."""

    def __init__(self, count: int) -> None:
        self.is_broken = [False] * count

    def __call__(self, ids: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        broken = scores.isnan().any(1)
        if broken.any():
            rows = broken.reshape(len(self.is_broken), -1).any(1).tolist()
            self.is_broken = [a or b for a, b in zip(self.is_broken, rows, strict=True)]
            scores = scores.nan_to_num(nan=0.0)
        return scores


def load_generator(job: Job) -> Generator:
    """Load a job's snapshot as a network that writes texts, in the way that its files ask for.

    Raises Refused, Unsupported or CheckError.
    """
    import transformers

    network = load_text_network(job, "AutoModelForSeq2SeqLM")
    if not hasattr(network.loaded.network, "generate"):
        raise Unsupported("The repo's own network cannot write texts.", "code")
    path = job.snapshot / "generation_config.json"
    said = read_config(path) if path.is_file() else network.loaded.config
    beams = _number(said, "num_beams", 1, _MOST_BEAMS)
    most = _number(said, "max_new_tokens", 0, 1 << 20)
    if not most:  # ``max_length`` counts the token that the decoder starts with
        most = _number(said, "max_length", _DEFAULT_TOKENS + 1, 1 << 20) - 1
    most = max(1, min(most, _MOST_TOKENS))
    followed = {key: said[key] for key in _FOLLOWED if said.get(key) is not None}
    with foreign("generation_config.json is not valid", "weights"):
        settings: Any = transformers.GenerationConfig(
            **{**followed, "do_sample": False, "num_beams": beams, "max_new_tokens": most}
        )
        network.loaded.network.generation_config = settings
    return Generator(network, settings, beams, most)


def _number(said: Mapping[str, JSON], key: str, default: int, most: int) -> int:
    found = said.get(key)
    if found is None:
        return default
    if type(found) is not int or not 1 <= found <= most:
        raise Unsupported(f"The network asks for {key} = {str(found)[:40]!a}.", "weights")
    return found


def prefix_of(config: Config, *names: str) -> str:
    """Find what the network was taught to see before each text of a task, by the task's names."""
    tasks = config.get("task_specific_params")
    for name in names:
        task = tasks.get(name) if isinstance(tasks, dict) else None
        prefix = task.get("prefix") if isinstance(task, dict) else None
        if isinstance(prefix, str):
            return prefix[:200]
    own = config.get("prefix")
    return own[:200] if isinstance(own, str) else ""
