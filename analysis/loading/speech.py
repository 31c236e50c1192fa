"""Snapshot → a recogniser of speech: sounds in, texts out, always by the likeliest token."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.arrays import NumpyArray
from analysis.contract import CheckError, Unsupported
from analysis.loading.configs import Config, plain, read_config
from analysis.loading.foreign import foreign
from analysis.loading.networks import Loaded, load_network
from analysis.loading.sounds import Extractor, load_extractor
from analysis.loading.tokenizing import load_tokenizer

_WINDOW_S = 30
_NEW_TOKENS = 440  # in one window; what Whisper has positions for
_TEXT_CHARACTERS = 100_000
_LANGUAGE = re.compile(r"([a-z]{2,3})([-_].*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CtcRecogniser:
    """A network that gives each step of a sound a letter or none (wav2vec 2.0 and its kin).

    ``window`` is how many samples it hears at once.
    """

    loaded: Loaded
    extractor: Extractor
    tokenizer: Any
    window: int
    device: str
    assumption: str = ""

    def transcribe(self, sounds: Sequence[NumpyArray]) -> list[str | None]:
        """Take the likeliest letter of each step, those of padding left out; None for NaN."""
        import torch

        batch = self.extractor.batch(sounds)
        with torch.inference_mode(), foreign("The network failed on a batch of sounds"):
            batch = {name: tensor.to(self.device) for name, tensor in batch.items()}
            logits = self.loaded.network(**batch).logits.to("cpu", torch.float32)
            if logits.ndim != 3 or len(logits) != len(sounds):
                raise CheckError("The network did not answer with letters for each sound.")
            steps = self._steps(batch, [len(sound) for sound in sounds])
            rows = [row[:count] for row, count in zip(logits, steps, strict=True)]
            return [None if row.isnan().any() else self._text(row.argmax(-1)) for row in rows]

    def _text(self, letters: Any) -> str:
        return str(self.tokenizer.decode(letters))[:_TEXT_CHARACTERS]

    def _steps(self, batch: dict[str, Any], lengths: Sequence[int]) -> list[int]:
        import torch

        count = getattr(self.loaded.network, "_get_feat_extract_output_lengths", None)
        if count is None:
            raise Unsupported("The network does not say how long its answers are.", "code")
        if self.extractor.input == "input_features":  # the mask counts frames, not samples
            lengths = batch["attention_mask"].sum(1).tolist()
        found: list[int] = count(torch.tensor(lengths)).tolist()
        return found


@dataclass(frozen=True, slots=True)
class WhisperRecogniser:
    """Whisper: hears 30 seconds and writes a text."""

    loaded: Loaded
    extractor: Extractor
    tokenizer: Any
    generation: Any
    window: int
    device: str
    assumption: str = ""

    def transcribe(self, sounds: Sequence[NumpyArray]) -> list[str | None]:
        """Write the likeliest next token until the text ends; None for NaN."""
        import torch

        watch = _Watch()
        features = self.extractor.batch(sounds)[self.extractor.input].to(self.device)
        with torch.inference_mode(), foreign("The network failed on a batch of sounds"):
            ids = self.loaded.network.generate(
                input_features=features,
                generation_config=self.generation,
                logits_processor=[watch],
            )
            texts = self.tokenizer.batch_decode(ids, skip_special_tokens=True)
        if len(texts) != len(sounds):
            raise CheckError("The network did not write one text a sound.")
        return [
            None if place in watch.broken else str(text)[:_TEXT_CHARACTERS]
            for place, text in enumerate(texts)
        ]


class _Watch:
    """Sees the scores of each next token, and remembers the sounds for which they are NaN."""

    def __init__(self) -> None:
        self.broken: set[int] = set()

    def __call__(self, _ids: Any, scores: Any) -> Any:
        self.broken.update(scores.isnan().any(-1).nonzero().flatten().tolist())
        return scores


Recogniser = CtcRecogniser | WhisperRecogniser


def load_recogniser(
    snapshot: Path, *, device: str, allow_code: bool, language: str = ""
) -> Recogniser:
    """Load a snapshot as a recogniser; raise Refused, Unsupported or CheckError.

    ``language`` is what the claim says is spoken ("de", "sv-SE"): Whisper is told, where it knows
    the language. Others cannot be told.
    """
    kind = read_config(snapshot / "config.json").get("model_type")
    is_whisper = kind == "whisper"
    auto_class = "AutoModelForSpeechSeq2Seq" if is_whisper else "AutoModelForCTC"
    loaded = load_network(
        snapshot, auto_class, device=device, allow_code=allow_code, needless=_needless(is_whisper)
    )
    extractor = load_extractor(snapshot, loaded.config)
    tokenizer = load_tokenizer(snapshot)
    name = type(tokenizer).__name__
    if is_whisper:
        generation, assumption = _generation(snapshot, loaded, language)
        window = extractor.window or _WINDOW_S * extractor.rate
        return WhisperRecogniser(
            loaded, extractor, tokenizer, generation, window, device, assumption
        )
    if name != "Wav2Vec2CTCTokenizer":
        raise Unsupported(f"The tokenizer {name[:60]!a} is not known here.", "tokenizer")
    assumption = ""
    if (snapshot / "language_model").is_dir():
        assumption = "The repo has a language model beside its network; it was not used."
    window = _WINDOW_S * extractor.rate
    return CtcRecogniser(loaded, extractor, tokenizer, window, device, assumption)


def _needless(is_whisper: bool) -> tuple[str, ...]:
    """Name what only training uses, and Whisper's output layer, which is its embedding."""
    if is_whisper:
        return ("proj_out.",)
    return tuple(f"{name}.masked_spec_embed" for name in ("wav2vec2", "hubert", "wavlm", "sew"))


def _generation(snapshot: Path, loaded: Loaded, language: str) -> tuple[Any, str]:
    """Settle how Whisper writes: greedily, in the language of the claim where it knows that."""
    from transformers import GenerationConfig

    path = snapshot / "generation_config.json"
    settings = _ends(loaded.config) | (_known(read_config(path)) if path.is_file() else {})
    assumption = ""
    found = _LANGUAGE.fullmatch(language.strip())
    token = f"<|{found[1]}|>" if found else ""
    languages = settings.get("lang_to_id")
    if isinstance(languages, dict) and settings.get("is_multilingual") is not False:
        if token in languages:
            settings |= {"language": token, "task": "transcribe"}
        elif not settings.get("language") and not settings.get("forced_decoder_ids"):
            settings["task"] = "transcribe"
            assumption = "The claim names no language that the network knows; the network guessed."
    with foreign("generation_config.json is not valid", "weights"):
        generation = GenerationConfig.from_dict(
            settings
            | {
                "do_sample": False,
                "num_beams": 1,
                "return_timestamps": False,
                "max_length": None,
                "max_new_tokens": min(_NEW_TOKENS, _positions(loaded.config) - 8),
            }
        )
    loaded.network.generation_config = generation
    return generation, assumption


_KNOWN = re.compile(
    r"\w+_token_id|(lang|task)_to_id|is_multilingual|(begin_)?suppress_tokens|forced_decoder_ids"
    r"|language|task",
    re.ASCII,
)


def _known(config: Config) -> Config:
    """Take what says which tokens mean what; how to search is settled here."""
    return {key: value for key, value in plain(config).items() if _KNOWN.fullmatch(key)}


def _ends(config: Config) -> Config:
    """Take the tokens that begin and end a text from config.json, for repos of the first time."""
    names = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")
    more = ("suppress_tokens", "begin_suppress_tokens", "forced_decoder_ids")
    return {name: config[name] for name in (*names, *more) if config.get(name) is not None}


def _positions(config: Config) -> int:
    found = config.get("max_target_positions", 448)
    return found if isinstance(found, int) and found > 16 else 448
