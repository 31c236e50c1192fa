"""Snapshot → its tokenizer, without any code or network, and how long its texts may be."""

from pathlib import Path
from typing import Any

from analysis.contract import Refused, Unsupported
from analysis.loading.configs import Config, read_config
from analysis.loading.foreign import foreign

LONGEST = 8_192
TEXT_CHARACTERS = 100_000  # of one text that are looked at
_VOCABULARIES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "tokenizer.model",
    "sentencepiece.bpe.model",
    "source.spm",
)
_POSITIONS = ("max_position_embeddings", "n_positions", "max_encoder_position_embeddings")
_SHIFTED = ("roberta", "xlm-roberta", "camembert", "mpnet")  # positions begin behind the padding
# Byte-level vocabularies that see a word alone as another word, unless a space is put before it.
_NEED_SPACE = ("roberta", "gpt2", "bloom", "deberta", "longformer", "bart", "led")


def load_tokenizer(folder: Path, *, of_words: bool = False) -> Any:
    """Load a tokenizer; ``of_words`` prepares it for texts that are cut into words already.

    Raises Refused (missing code) or Unsupported (missing tokenizer).
    """
    import transformers

    settings = folder / "tokenizer_config.json"
    if settings.is_file() and "auto_map" in read_config(settings):
        raise Refused("tokenizer_config.json needs the repo's own code, which is not run.", "code")
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        # transformers would make up an empty vocabulary.
        raise Unsupported("The repo has no tokenizer.", "tokenizer")
    kind = read_config(folder / "config.json").get("model_type") if of_words else None
    options = {"add_prefix_space": True} if kind in _NEED_SPACE else {}
    with foreign("The tokenizer could not be loaded", "tokenizer"):
        return transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, **options
        )


def positions(config: Config) -> int | None:
    """Say how many tokens the network has positions for, None where it does not say."""
    found = next((config[key] for key in _POSITIONS if config.get(key)), None)
    if not isinstance(found, int) or found < 1:
        return None
    padding = config.get("pad_token_id")
    is_shifted = config.get("model_type") in _SHIFTED
    return found - (padding + 1 if is_shifted and isinstance(padding, int) else 0)


def most_tokens(tokenizer: Any, config: Config) -> int:
    """Say how many tokens of a text a network takes, by its tokenizer and its positions."""
    limits = (getattr(tokenizer, "model_max_length", None), positions(config), LONGEST)
    return min(int(limit) for limit in limits if limit)
