"""Sounds: decoding, resampling, and what a feature extractor may ask for."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.contract import Refused, Unsupported
from analysis.loading.sounds import decode, load_extractor, resample
from tests.sound_networks import tone, wav


@pytest.mark.parametrize(
    ("kind", "subtype", "tolerance"),
    [
        ("WAV", "PCM_16", 1e-4),
        ("WAV", "FLOAT", 0),
        ("FLAC", None, 1e-4),
        ("AIFF", None, 1e-4),
        ("OGG", "VORBIS", 0.1),
        ("MP3", None, 0.1),
    ],
)
def test_the_common_formats_are_decoded(kind: str, subtype: str | None, tolerance: float):
    samples = tone(440)
    found = decode({"bytes": wav(samples, kind=kind, subtype=subtype), "path": None})
    assert found is not None
    assert found[1] == 16_000
    middle = slice(2_000, 6_000)  # lossy formats begin and end softly
    assert np.abs(found[0][: len(samples)][middle] - samples[middle]).max() <= tolerance


def test_channels_are_averaged():
    both = np.stack([tone(440), np.zeros_like(tone(440))], axis=1)
    found = decode(wav(both, subtype="FLOAT"))
    assert found is not None
    np.testing.assert_allclose(found[0], tone(440) / 2, atol=1e-7)


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "text",
        b"",
        b"RIFF",
        b"RIFF" + b"\0" * 200,
        b"\x7fELF" + b"\0" * 200,
        {"bytes": None, "path": "/etc/passwd"},
        wav(np.array([0.0, np.nan, 0.5], dtype=np.float32), subtype="FLOAT"),
        wav(np.zeros(0, dtype=np.float32)),
        wav(tone(440), rate=500),
        wav(tone(440, channels=17)),
        wav(tone(440), kind="AU"),
        wav(tone(440), kind="CAF"),
        wav(tone(440))[:30],
    ],
    ids=lambda cell: type(cell).__name__,  # libsndfile writes the time into some of them
)
def test_what_is_no_sound_is_none(cell: object):
    assert decode(cell) is None


def test_a_huge_sound_is_not_unpacked():
    header = bytearray(wav(tone(440)))
    header[40:44] = (2**31 - 2).to_bytes(4, "little")
    found = decode(bytes(header))
    assert found is None or len(found[0]) < 10_000


@pytest.mark.parametrize(("rate", "wanted"), [(48_000, 16_000), (44_100, 16_000), (8_000, 16_000)])
def test_a_tone_keeps_its_pitch_through_resampling(rate: int, wanted: int):
    found = resample(tone(440, rate=rate), rate, wanted)
    assert found.dtype == np.float32
    assert len(found) == wanted // 2
    middle = slice(wanted // 10, -wanted // 10)
    np.testing.assert_allclose(found[middle], tone(440, rate=wanted)[middle], atol=2e-3)


def test_what_the_lower_rate_cannot_hold_is_filtered_out():
    assert np.abs(resample(tone(11_000, rate=48_000), 48_000, 16_000)[500:-500]).max() < 0.01


def write(folder: Path, name: str = "preprocessor_config.json", **settings: Any) -> Path:
    (folder / name).write_text(json.dumps(settings))
    return folder


def test_the_newer_layout_of_processors_is_read(tmp_path: Path):
    inner = {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "sampling_rate": 8_000}
    write(tmp_path, "processor_config.json", feature_extractor=inner)
    assert load_extractor(tmp_path, {}).rate == 8_000


@pytest.mark.parametrize(
    ("kind", "window", "has_mask"),
    [("whisper", 480_000, True), ("audio-spectrogram-transformer", 163_840, True),
     ("wav2vec2", None, False)],
)  # fmt: skip
def test_the_extractor_follows_from_the_network(
    tmp_path: Path, kind: str, window: int | None, has_mask: bool
):
    found = load_extractor(write(tmp_path), {"model_type": kind})
    assert (found.window, found.has_mask) == (window, has_mask)


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"auto_map": {"AutoFeatureExtractor": "x.Y"}}, Refused, "own code"),
        ({"feature_extractor_type": "EvilExtractor"}, Unsupported, "'EvilExtractor' is not known"),
        ({"feature_extractor_type": "os"}, Unsupported, "'os' is not known"),
        ({"sampling_rate": 0}, Unsupported, "sampling_rate"),
        ({"sampling_rate": 1e9}, Unsupported, "sampling_rate"),
        ({"chunk_length": 10**6}, Unsupported, "chunk_length"),
        ({"n_fft": True}, Unsupported, "n_fft"),
        ({"hop_length": 0}, Unsupported, "hop_length"),
    ],
)
def test_extractors_that_are_not_understood_are_unsupported(
    tmp_path: Path, settings: dict[str, Any], kind: type[Unsupported], message: str
):
    with pytest.raises(kind, match=message) as caught:
        load_extractor(write(tmp_path, **settings), {"model_type": "whisper"})
    assert caught.value.missing == "code"


def test_a_repo_without_an_extractor_says_so(tmp_path: Path):
    with pytest.raises(Unsupported, match=r"no preprocessor_config.json"):
        load_extractor(tmp_path, {})
