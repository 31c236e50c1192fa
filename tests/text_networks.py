"""Write small repos of networks for text: a vocabulary, a tokenizer, weights drawn from a seed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.contract import Job
from tests.analysis import samples

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = (  # noqa: SIM905
    "a the cat dog bird man woman sits runs plays sings sleeps on in under park house tree "
    "red blue green big small is was not good bad very who what where in and he she it likes "
    "hates . , ? Paris London Anna Tom lives works"
).split()
PIECES = ["##s", "##ing", "##ed", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")]
LETTERS = list("abcdefghijklmnopqrstuvwxyz")
LONGEST = 64


def vocabulary() -> list[str]:
    """List the tokens of the small BERT."""
    return [*SPECIAL, *dict.fromkeys([*(word.lower() for word in WORDS), *LETTERS, *PIECES])]


def write_bert(
    folder: Path, head: str, labels: Sequence[str] = (), *, seed: int = 0, **config: Any
) -> Path:
    """Write a BERT of two layers with a head, and its WordPiece tokenizer."""
    import torch
    import transformers

    torch.manual_seed(seed)
    numbers = {label: number for number, label in enumerate(labels)}
    names = {"id2label": dict(enumerate(labels)), "label2id": numbers} if labels else {}
    sizes: dict[str, Any] = {
        "vocab_size": len(vocabulary()),
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": LONGEST,
        "initializer_range": 0.5,  # much, so that drawn networks answer in several ways
    }
    settings = transformers.BertConfig(**{**sizes, **names, **config})
    getattr(transformers, head)(settings).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(vocabulary()) + "\n")
    write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": LONGEST},
    )
    return folder


def write_words_tokenizer(folder: Path, *, more: Sequence[str] = (), **settings: Any) -> int:
    """Write a tokenizer of whole words that ends each text with </s>; return its size."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = ["<pad>", "</s>", "<unk>", *more, *WORDS, *GERMAN.values()]
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    tokenizer = Tokenizer(models.WordLevel(places, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", places["</s>"])]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=LONGEST,
        **settings,
    ).save_pretrained(folder)
    return len(places)


def write_gpt2(folder: Path, *, positions: int = 16, seed: int = 0, **config: Any) -> Path:
    """Write a GPT-2 of two layers with a tokenizer of whole words, without a token to pad with."""
    import torch
    import transformers

    torch.manual_seed(seed)
    settings = transformers.GPT2Config(
        vocab_size=write_words_tokenizer(folder),
        n_embd=16,
        n_layer=2,
        n_head=2,
        n_positions=positions,
        initializer_range=0.5,
        **config,
    )
    transformers.GPT2LMHeadModel(settings).save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    said = json.loads(path.read_text())
    write_json(path, {name: value for name, value in said.items() if name != "pad_token"})
    return folder


GERMAN = {"the": "die", "cat": "Katze", "dog": "Hund", "sits": "sitzt", "runs": "rennt"}


def write_t5(folder: Path, *, steps: int = 0, seed: int = 0, **config: Any) -> Path:
    """Write a T5 of one layer a side; with ``steps`` it learns to translate ``GERMAN``'s words."""
    import torch
    import transformers

    torch.manual_seed(seed)
    size = write_words_tokenizer(folder)
    settings = transformers.T5Config(
        vocab_size=size,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=1,
        num_heads=4,
        decoder_start_token_id=0,
        dropout_rate=0.0,
        **config,
    )
    transformers.T5ForConditionalGeneration(settings).save_pretrained(folder)
    if steps:
        english = german_lessons(64)
        batch = tokens(folder, english)
        labels = tokens(folder, [translated(text) for text in english])["input_ids"]
        labels[labels == 0] = -100
        train(folder, "T5ForConditionalGeneration", {**batch, "labels": labels}, steps=steps)
    return folder


def german_lessons(count: int, *, seed: int = 0) -> list[str]:
    import random

    dice = random.Random(seed)  # noqa: S311
    return [" ".join(dice.choices(list(GERMAN), k=dice.randint(1, 4))) for _ in range(count)]


def translated(text: str) -> str:
    return " ".join(GERMAN.get(word, word) for word in text.split())


def train(folder: Path, head: str, batch: dict[str, Any], *, steps: int = 60) -> Path:
    """Train a network of ``write_*`` on one batch, which has its ``labels``, for seconds."""
    import torch
    import transformers

    torch.manual_seed(0)
    network = getattr(transformers, head).from_pretrained(folder)
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        network(**batch).loss.backward()
        optimizer.step()
    network.save_pretrained(folder)
    return folder


def tokens(folder: Path, *texts: Any, **options: Any) -> dict[str, Any]:
    """Tokenise texts with the tokenizer of a folder, as one padded batch."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return dict(tokenizer(*texts, return_tensors="pt", padding=True, truncation=True, **options))


def sentences(count: int, *, words: int = 9, seed: int = 0) -> list[str]:
    """Draw sentences of different lengths."""
    import random

    dice = random.Random(seed)  # noqa: S311
    return [" ".join(dice.choices(WORDS, k=dice.randint(1, words))) for _ in range(count)]


def text_job(folder: Path, snapshot: Path, columns: dict[str, Any], **options: Any) -> Job:
    """Make the job of a claim about a network for text; ``options`` are those of the job."""
    fields: dict[str, Any] = {
        "check": "claim",
        "snapshot": snapshot,
        "inputs": samples.write_inputs(folder, columns),
        "rows": len(next(iter(columns.values()))),
        "columns": tuple(columns),
        "device": "cpu",
        "seed": 7,
    }
    return Job(**{**fields, **options})


def spoil(folder: Path, tensor: str) -> None:
    """Make a tensor of the weights so large that the answers are no numbers."""
    import torch
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    tensors[tensor] = torch.full_like(tensors[tensor], 3e38)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2))
