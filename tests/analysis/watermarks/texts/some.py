"""Texts that a small drawn network writes, as rows of token ids, with a watermark or without."""

from typing import Any

import numpy as np

VOCABULARY = 400


def network(seed: int = 0) -> Any:
    import torch
    import transformers

    torch.manual_seed(seed)
    settings = transformers.GPT2Config(
        vocab_size=VOCABULARY, n_embd=16, n_layer=1, n_head=2, n_positions=512,
        bos_token_id=0, eos_token_id=None,
    )  # fmt: skip
    return transformers.GPT2LMHeadModel(settings).eval()


def written(watermark: Any = None, *, texts: int = 2, tokens: int = 200, seed: int = 1) -> Any:
    """Let it write: rows of ids without the prompt."""
    import torch

    with torch.random.fork_rng():
        writer = network()
        torch.manual_seed(seed)
        ids = writer.generate(
            torch.tensor([[5, 6, 7]]),
            attention_mask=torch.ones(1, 3, dtype=torch.long),
            do_sample=True,
            top_k=0,
            max_new_tokens=tokens,
            num_return_sequences=texts,
            watermarking_config=watermark,
            pad_token_id=0,
        )
    return list(ids[:, 3:].numpy())


def zipf(count: int, seed: int = 0, vocabulary: int = VOCABULARY) -> Any:
    """Draw a text in which few tokens make up most, as in a language."""
    random = np.random.default_rng(seed)
    return np.minimum(random.zipf(1.3, count), vocabulary - 1)
