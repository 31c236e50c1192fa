"""Snapshot → a sentence encoder: texts in, one vector each out.

Reads the folder layout of sentence-transformers (modules.json, 1_Pooling) with transformers alone.
Modules are a transformer, a pooling and optionally a normalisation; others are not guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import CheckError, Unsupported
from analysis.loading.configs import Config, read_config, read_json
from analysis.loading.foreign import foreign
from analysis.loading.networks import Loaded, load_network
from analysis.loading.tokenizing import LONGEST, TEXT_CHARACTERS, load_tokenizer, positions

if TYPE_CHECKING:
    import torch

    from analysis.loading.batching import Batches

_POOLINGS = {"mean_tokens": "mean", "cls_token": "cls", "max_tokens": "max"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a sentence-transformers folder says: where, and how tokens become one vector."""

    folder: str = ""
    pooling: str = "mean"  # mean, cls or max
    normalise: bool = False
    max_tokens: int | None = None
    lower: bool = False
    prompt: str = ""
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class SentenceEncoder:
    """A network for sentences with its tokenizer."""

    loaded: Loaded
    tokenizer: Any
    recipe: Recipe
    max_tokens: int
    device: str

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Give the token ids of each text, cut at the network's limit."""
        prepared = [self.recipe.prompt + text[:TEXT_CHARACTERS].strip() for text in texts]
        if self.recipe.lower:
            prepared = [text.lower() for text in prepared]
        with foreign("The tokenizer failed on a text"):
            ids = self.tokenizer(prepared, truncation=True, max_length=self.max_tokens)["input_ids"]
        return [list(row) for row in ids]

    def encode(self, ids: Sequence[Sequence[int]]) -> "torch.Tensor":
        """Run one batch of tokenised texts: (n, dimensions), float32, on the CPU."""
        import torch

        with torch.inference_mode(), foreign("The network failed on a batch of sentences"):
            batch = self.tokenizer.pad({"input_ids": list(ids)}, return_tensors="pt")
            batch = {name: batch[name].to(self.device) for name in ("input_ids", "attention_mask")}
            states = self.loaded.network(**batch).last_hidden_state
            vectors = _pool(states, batch["attention_mask"], self.recipe.pooling)
            vectors = vectors.to("cpu", torch.float32)
        if vectors.ndim != 2 or len(vectors) != len(ids):
            raise CheckError("The network did not answer with one vector a sentence.")
        return torch.nn.functional.normalize(vectors) if self.recipe.normalise else vectors

    def encode_all(self, texts: Sequence[str], batches: "Batches") -> NumpyArray:
        """Encode at least one text, in batches: (n, dimensions), in the order of the texts."""
        ids = self.tokenize(texts)
        vectors: NumpyArray | None = None
        for places, found in batches.each(
            [len(row) for row in ids],
            lambda places: self.encode([ids[place] for place in places]).numpy(),
        ):
            if vectors is None:
                vectors = np.empty((len(ids), found.shape[1]), dtype=np.float32)
            vectors[places] = found
        assert vectors is not None  # noqa: S101 - there is at least one text
        return vectors


def _pool(states: "torch.Tensor", mask: "torch.Tensor", pooling: str) -> "torch.Tensor":
    if pooling == "cls":
        return states[:, 0]
    weights = mask.unsqueeze(-1).to(states.dtype)  # (n, tokens, 1)
    if pooling == "max":
        return states.masked_fill(weights == 0, float("-inf")).amax(1)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)


def load_sentence_encoder(snapshot: Path, *, device: str, allow_code: bool) -> SentenceEncoder:
    """Load a snapshot as a sentence encoder; raise Refused, Unsupported or CheckError."""
    recipe = read_recipe(snapshot)
    loaded = load_network(
        snapshot,
        "AutoModel",
        device=device,
        allow_code=allow_code,
        folder=recipe.folder,
        needless=("pooler.",),  # sentence-transformers pools the last states, not this layer
        may_have_more=True,
    )
    if loaded.config.get("is_encoder_decoder"):
        raise Unsupported("The network has a decoder, so it gives no sentence vectors.", "code")
    tokenizer = load_tokenizer(snapshot / recipe.folder)
    limits = [
        recipe.max_tokens,
        None if recipe.max_tokens else getattr(tokenizer, "model_max_length", None),
        positions(loaded.config),
    ]
    longest = min(int(limit) for limit in (*limits, LONGEST) if limit)
    return SentenceEncoder(loaded, tokenizer, recipe, longest, device)


def read_recipe(snapshot: Path) -> Recipe:
    """Understand modules.json and its folders; without one, plain mean pooling is assumed."""
    if not (snapshot / "modules.json").is_file():
        assumption = "The repo has no modules.json; the mean over its tokens was taken."
        return Recipe(assumption=assumption, **_limits(snapshot))
    modules = read_json(snapshot / "modules.json")
    rows = modules if isinstance(modules, list) else []
    found: dict[str, str] = {}
    for row in rows[:10]:
        kind, folder = _module(snapshot, row)
        if kind in found:
            raise Unsupported(f"modules.json has two modules {kind}.", "code")
        found[kind] = folder
    if list(found) not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise Unsupported(f"modules.json has the unusual order {list(found)}.", "code")
    return Recipe(
        folder=found["Transformer"],
        pooling=_pooling(read_config(snapshot / found["Pooling"] / "config.json")),
        normalise="Normalize" in found,
        prompt=_prompt(snapshot),
        **_limits(snapshot / found["Transformer"]),
    )


def _module(snapshot: Path, row: object) -> tuple[str, str]:
    match row:
        case {"type": str(kind), "path": str(folder)}:
            package, _, name = kind.rpartition(".")
        case _:
            raise Unsupported("modules.json is not a list of modules.", "code")
    known = package == "sentence_transformers" or package.startswith("sentence_transformers.")
    if not known or name not in ("Transformer", "Pooling", "Normalize"):
        raise Unsupported(f"The module {kind[:80]!a} of the encoder is not known here.", "code")
    if folder and Path(folder).name != folder:
        raise Unsupported(f"modules.json names the folder {folder[:80]!a}.", "code")
    return name, folder


def _pooling(config: Config) -> str:
    chosen = [
        key.removeprefix("pooling_mode_")
        for key, value in config.items()
        if key.startswith("pooling_mode_") and value is True
    ]
    named = config.get("pooling_mode")
    if isinstance(named, str) and not chosen:
        chosen = [
            {"mean": "mean_tokens", "cls": "cls_token", "max": "max_tokens"}.get(named, named)
        ]
    if len(chosen) != 1 or chosen[0] not in _POOLINGS or config.get("include_prompt") is False:
        raise Unsupported(f"The pooling {', '.join(chosen)[:80]!a} is not known here.", "code")
    return _POOLINGS[chosen[0]]


def _prompt(snapshot: Path) -> str:
    path = snapshot / "config_sentence_transformers.json"
    if not path.is_file():
        return ""
    config = read_config(path)
    name, prompts = config.get("default_prompt_name"), config.get("prompts")
    found = prompts.get(name) if isinstance(prompts, dict) and isinstance(name, str) else ""
    return found[:TEXT_CHARACTERS] if isinstance(found, str) else ""


def _limits(folder: Path) -> dict[str, Any]:
    path = folder / "sentence_bert_config.json"
    if not path.is_file():
        return {}
    config = read_config(path)
    tokens = config.get("max_seq_length")
    has_limit = isinstance(tokens, int) and not isinstance(tokens, bool) and tokens > 0
    return {"max_tokens": tokens if has_limit else None, "lower": bool(config.get("do_lower_case"))}
