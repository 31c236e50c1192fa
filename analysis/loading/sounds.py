"""Sounds → what a network hears: decoded, mono, at its own rate, as its extractor says.

libsndfile reads the common formats only, told apart by their first bytes. Sounds of another rate go
through a polyphase filter (scipy's ``resample_poly``), as librosa and torchaudio do in their ways.
The extractors of transformers are built by name from a list; a repo's own code is not asked.
"""

import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import Refused, Unsupported
from analysis.loading.configs import Config, read_config
from analysis.loading.foreign import foreign

if TYPE_CHECKING:
    import torch

_BEGINNINGS = (
    *(b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3"),
    *(b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"),  # MP3 without a tag
)
_SAMPLES = 100_000_000  # of all channels together
_CHANNELS = 16
_RATES = range(1_000, 384_001)
# What the networks are heard with; the second is the input's name.
_EXTRACTORS = {
    "Wav2Vec2FeatureExtractor": "input_values",
    "WhisperFeatureExtractor": "input_features",
    "ASTFeatureExtractor": "input_values",
    "SeamlessM4TFeatureExtractor": "input_features",
}
_BY_NETWORK = {
    "whisper": "WhisperFeatureExtractor",
    "audio-spectrogram-transformer": "ASTFeatureExtractor",
    "wav2vec2-bert": "SeamlessM4TFeatureExtractor",
}
_LARGEST = {
    "feature_size": 1_024,
    "n_fft": 65_536,
    "hop_length": 65_536,
    "chunk_length": 60,
    "num_mel_bins": 1_024,
    "max_length": 10_000,
    "stride": 64,
}


def decode(cell: object) -> tuple[NumpyArray, int] | None:
    """Decode one sound of a dataset: (samples of one channel, float32; rate), None if broken."""
    import soundfile

    content = cell.get("bytes") if isinstance(cell, dict) else cell
    if not isinstance(content, bytes) or not content.startswith(_BEGINNINGS):
        return None
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate, channels = int(file.samplerate), int(file.channels)
            if rate not in _RATES or not 1 <= channels <= _CHANNELS:
                return None
            most = _SAMPLES // channels
            if file.frames > most:
                return None
            read: NumpyArray = file.read(most, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError, OSError):
        return None
    samples = read.mean(axis=1, dtype=np.float32)
    return (samples, rate) if len(samples) and np.isfinite(samples).all() else None


def resample(samples: NumpyArray, rate: int, wanted: int) -> NumpyArray:
    """Bring samples from one rate to another, float32."""
    from scipy.signal import resample_poly

    if rate == wanted:
        return samples
    shared = math.gcd(rate, wanted)
    found: NumpyArray = resample_poly(samples, wanted // shared, rate // shared)
    return found.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Extractor:
    """An extractor of transformers with what must be known of it.

    ``window`` is the longest sound that it takes, in samples, None for any. ``has_mask`` says
    whether sounds of several lengths may be put together without changing what is heard.
    """

    extractor: Any
    input: str
    rate: int
    window: int | None
    has_mask: bool

    def hear(self, cell: object) -> NumpyArray | None:
        """Decode one cell to the extractor's rate; None where it cannot be read."""
        found = decode(cell)
        return None if found is None else resample(*found, self.rate)

    def batch(self, sounds: Sequence[NumpyArray]) -> "dict[str, torch.Tensor]":
        """Turn sounds into the inputs of the network."""
        options: dict[str, Any] = {} if self.window else {"padding": True}
        with foreign("The feature extractor failed on a batch of sounds"):
            found = self.extractor(
                list(sounds), sampling_rate=self.rate, return_tensors="pt", **options
            )
        return {name: found[name] for name in (self.input, "attention_mask") if name in found}


def load_extractor(snapshot: Path, network: Config) -> Extractor:
    """Build the extractor that the repo describes; raise Unsupported or Refused (missing code)."""
    import transformers

    config = _read(snapshot)
    if config.get("auto_map"):
        raise Refused("The feature extractor needs the repo's own code, which is not run.", "code")
    usual = _BY_NETWORK.get(str(network.get("model_type")), "Wav2Vec2FeatureExtractor")
    name = str(config.get("feature_extractor_type") or usual)
    if name not in _EXTRACTORS:
        raise Unsupported(f"The feature extractor {name[:60]!a} is not known here.", "code")
    for key, largest in _LARGEST.items():
        value = config.get(key)
        if value is not None and not (type(value) is int and 1 <= value <= largest):
            raise Unsupported(f"The feature extractor has no usable {key}.", "code")
    rate = config.get("sampling_rate", 16_000)
    if type(rate) is not int or rate not in _RATES:
        raise Unsupported("The feature extractor has no usable sampling_rate.", "code")
    with foreign("The feature extractor could not be built", "code"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of mel filters that hear nothing, as AST's usual ones
        extractor = getattr(transformers, name).from_dict(config)
    window = None
    if name == "WhisperFeatureExtractor":
        window = int(extractor.n_samples)
    elif name == "ASTFeatureExtractor":  # it cuts at so many steps of 10 ms
        window = int(extractor.max_length) * rate // 100
    # A norm over a whole sound hears the padding, whatever the mask says.
    has_norm = network.get("feat_extract_norm") == "group"
    masks = bool(getattr(extractor, "return_attention_mask", False)) and not has_norm
    has_mask = masks or window is not None
    return Extractor(extractor, _EXTRACTORS[name], rate, window, has_mask)


def _read(snapshot: Path) -> Config:
    """Read preprocessor_config.json, or what newer versions of transformers write."""
    newer = snapshot / "processor_config.json"
    if not (snapshot / "preprocessor_config.json").is_file() and newer.is_file():
        found = read_config(newer).get("feature_extractor")
        if isinstance(found, dict):
            return found
    return read_config(snapshot / "preprocessor_config.json")
