"""Tiny networks for sounds, with weights drawn from a seed, and tones to hear. For tests."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE = 16_000
_NAMES = (
    "endoftext", "startoftranscript", "en", "de", "translate", "transcribe", "startoflm",
    "startofprev", "nospeech", "notimestamps",
)  # fmt: skip
WHISPER_SPECIALS = tuple(f"<|{name}|>" for name in _NAMES)


def tone(
    pitch: float, seconds: float = 0.5, rate: int = RATE, channels: int = 1, loudness: float = 0.5
) -> Any:
    """Draw a tone: (samples,) or (samples, channels) of float32."""
    steps = np.arange(int(seconds * rate)) / rate
    samples = (loudness * np.sin(2 * np.pi * pitch * steps)).astype(np.float32)
    return samples if channels == 1 else np.stack([samples] * channels, axis=1)


def wav(samples: Any, rate: int = RATE, kind: str = "WAV", subtype: str | None = None) -> bytes:
    """Write samples as a sound file."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=kind, subtype=subtype)
    return buffer.getvalue()


def cells(pitches: Sequence[float], **options: Any) -> list[dict[str, Any]]:
    """Draw tones in the form in which datasets keep them."""
    return [{"bytes": wav(tone(pitch, **options)), "path": None} for pitch in pitches]


_SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "conv_dim": (8, 8),
    "conv_kernel": (10, 8),
    "conv_stride": (10, 8),
    "num_conv_pos_embeddings": 4,
    "num_conv_pos_embedding_groups": 2,
    "num_feat_extract_layers": 2,
}


def write_tiny_ctc(folder: Path, *, kind: str = "wav2vec2", has_mask: bool = True) -> Path:
    """Write a wav2vec 2.0 (or Hubert, or WavLM) of one layer that writes letters."""
    import torch
    import transformers
    from transformers import Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor

    folder.mkdir(parents=True, exist_ok=True)
    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefgh"]
    (folder / "vocab.json").write_text(json.dumps({letter: i for i, letter in enumerate(letters)}))
    names = {"wav2vec2": "Wav2Vec2", "hubert": "Hubert", "wavlm": "WavLM"}
    torch.manual_seed(3)
    config = getattr(transformers, f"{names[kind]}Config")(
        vocab_size=len(letters),
        pad_token_id=0,
        feat_extract_norm="layer" if has_mask else "group",
        **_SMALL,
    )
    network = getattr(transformers, f"{names[kind]}ForCTC")(config).eval()
    network.lm_head.weight.data *= 40
    network.save_pretrained(folder)
    Wav2Vec2CTCTokenizer(folder / "vocab.json").save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=has_mask).save_pretrained(folder)
    return folder


def write_tiny_listener(folder: Path, pitches: Sequence[float], labels: Sequence[str]) -> Path:
    """Train a wav2vec 2.0 of one layer to tell tones of these pitches apart; name them."""
    import torch
    from transformers import (
        Wav2Vec2Config,
        Wav2Vec2FeatureExtractor,
        Wav2Vec2ForSequenceClassification,
    )

    torch.manual_seed(3)
    names = dict(enumerate(labels))
    config = Wav2Vec2Config(feat_extract_norm="layer", id2label=names, **_SMALL)
    network = Wav2Vec2ForSequenceClassification(config).eval()
    extractor = Wav2Vec2FeatureExtractor(return_attention_mask=True)
    batch = extractor([tone(each) for each in pitches], sampling_rate=RATE, return_tensors="pt")
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        network(**batch, labels=torch.arange(len(labels))).loss.backward()
        optimizer.step()
    network.save_pretrained(folder)
    extractor.save_pretrained(folder)
    return folder


def write_tiny_whisper(folder: Path) -> Path:
    """Write a Whisper of one layer over bytes, which knows English and German."""
    import torch
    from tokenizers import AddedToken
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import (
        GenerationConfig,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperTokenizer,
    )

    letters = sorted(ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate([*letters, WHISPER_SPECIALS[0]])}
    tokenizer = WhisperTokenizer(vocab=vocabulary, merges=[])
    tokenizer.add_tokens([AddedToken(name, special=True) for name in WHISPER_SPECIALS[1:]])
    tokenizer.save_pretrained(folder)
    ids = dict(zip(WHISPER_SPECIALS, range(len(letters), len(letters) + 10), strict=True))
    torch.manual_seed(5)
    config = WhisperConfig(
        vocab_size=len(letters) + 10,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        num_mel_bins=8,
        max_target_positions=32,
        init_std=0.5,
        bos_token_id=ids["<|endoftext|>"],
        eos_token_id=ids["<|endoftext|>"],
        pad_token_id=ids["<|endoftext|>"],
        decoder_start_token_id=ids["<|startoftranscript|>"],
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    network = WhisperForConditionalGeneration(config).eval()
    network.generation_config = GenerationConfig(
        bos_token_id=config.bos_token_id,
        eos_token_id=config.eos_token_id,
        pad_token_id=config.pad_token_id,
        decoder_start_token_id=config.decoder_start_token_id,
        is_multilingual=True,
        lang_to_id={name: ids[name] for name in ("<|en|>", "<|de|>")},
        task_to_id={"transcribe": ids["<|transcribe|>"], "translate": ids["<|translate|>"]},
        no_timestamps_token_id=ids["<|notimestamps|>"],
        max_length=32,
    )
    network.save_pretrained(folder)
    WhisperFeatureExtractor(feature_size=8).save_pretrained(folder)
    return folder
