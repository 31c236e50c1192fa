"""What a language model writes by itself, for whoever looks for a mark in it. Runs inside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
import transformers

from analysis.arrays import NumpyArray
from analysis.contract import JSON, Job, Part, Unsupported
from analysis.loading.configs import read_config
from analysis.loading.foreign import foreign
from analysis.loading.text_network import TextNetwork, cut
from analysis.tasks.text_generation import first_token, load_causal
from analysis.watermarks.texts.declared import Declared, GreenList, TextMark, declared_watermark
from analysis.watermarks.texts.parts import MOST_TEXTS, Writing, part_of

_BATCH_NUMBERS = 32_000_000  # scores of one step: texts times vocabulary
_SAMPLING = ("temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff")
_FOLLOWED = (
    "repetition_penalty", "no_repeat_ngram_size", "bad_words_ids", "suppress_tokens",
    "begin_suppress_tokens", "bos_token_id", "eos_token_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Writer:
    """A network with transformers' settings; ``ends`` are the tokens that end a text."""

    network: TextNetwork
    settings: Any
    vocabulary: int
    ends: tuple[int, ...]
    declared: Declared | None


def write_texts(
    job: Job, prompts: Sequence[str] = ("",), writing: Writing | None = None
) -> Iterator[Part]:
    """Send a part "network", and then a part "texts" for each prompt.

    Tokens are always sampled, because a greedy network repeats itself, and repeats are no
    witnesses; how, is said by its generation_config.json. The same job writes the same texts.
    Raises Refused, Unsupported or CheckError.
    """
    writing = writing or Writing()
    if len(prompts) * writing.texts > MOST_TEXTS:
        raise ValueError("So much cannot be written.")
    writer = _load(job, writing)
    told = writer.declared.sentence if writer.declared else None
    yield Part(
        "network",
        {
            **writer.network.describe(),
            **asdict(writing),
            "vocabulary": writer.vocabulary,
            "declared": told,
        },
    )
    for place, prompt in enumerate(prompts):
        row = job.first_row + place
        ids = _ids(writer.network, prompt, writing)
        yield part_of(_written(writer, ids, writing, job.seed, row), row)


def _load(job: Job, writing: Writing) -> _Writer:
    network = load_causal(job)
    module = network.loaded.network
    if not hasattr(module, "generate"):
        raise Unsupported("The repo's own network cannot write texts.", "code")
    path = job.snapshot / "generation_config.json"
    said = read_config(path) if path.is_file() else network.loaded.config
    declared = declared_watermark(said) or declared_watermark(network.loaded.config)
    mark = declared.mark if declared and writing.as_declared else None
    with foreign("generation_config.json is not valid", "weights"):
        settings = _settings(said, mark)
        module.generation_config = settings
        vocabulary = int(module.config.get_text_config().vocab_size)
    return _Writer(network, settings, vocabulary, _ends(said), declared)


def _settings(said: Mapping[str, JSON], mark: TextMark | None) -> Any:
    """Make transformers' settings; those of sampling count where the file asks for sampling."""
    names = _FOLLOWED + (_SAMPLING if said.get("do_sample") is True else ())
    followed = {name: said[name] for name in names if said.get(name) is not None}
    settings = transformers.GenerationConfig(**{**followed, "do_sample": True})
    settings.pad_token_id = (_ends(said) or (0,))[0]
    if mark is not None:
        kind = (
            transformers.WatermarkingConfig
            if isinstance(mark, GreenList)
            else transformers.SynthIDTextWatermarkingConfig
        )
        plain = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(mark).items()
        }
        settings.watermarking_config = kind(**plain)
    return settings


def _ends(said: Mapping[str, JSON]) -> tuple[int, ...]:
    found = said.get("eos_token_id")
    several = found if isinstance(found, list) else [found]
    return tuple(each for each in several if type(each) is int)


def _ids(network: TextNetwork, prompt: str, writing: Writing) -> list[int]:
    """Tokenise a prompt, and leave it and the text room in what the network takes."""
    room = network.max_tokens - _new(network, writing)
    with foreign("The tokenizer failed on a text"):
        (ids,) = network.tokenizer([cut(prompt)], add_special_tokens=False)["input_ids"]
    return ([*first_token(network), *ids] or [0])[:room]


def _new(network: TextNetwork, writing: Writing) -> int:
    return min(writing.tokens, max(1, network.max_tokens * 3 // 4))


def _written(
    writer: _Writer, ids: list[int], writing: Writing, seed: int, row: int
) -> list[NumpyArray]:
    """Write the texts to one prompt, some at a time."""
    network: Any = writer.network.loaded.network
    together = max(1, min(writer.network.largest, _BATCH_NUMBERS // writer.vocabulary))
    texts: list[NumpyArray] = []
    with torch.random.fork_rng(), torch.inference_mode(), foreign("The network failed to write"):
        torch.manual_seed((seed * 1_000_003 + row) % (1 << 63))
        while len(texts) < writing.texts:
            found = network.generate(
                **writer.network.pad([{"input_ids": ids}]),
                generation_config=writer.settings,
                max_new_tokens=_new(writer.network, writing),
                num_return_sequences=min(together, writing.texts - len(texts)),
            )
            rows = found[:, len(ids) :].to("cpu", torch.int32).numpy()
            texts += [_until(row, writer.ends) for row in rows]
    return texts


def _until(ids: NumpyArray, ends: Sequence[int]) -> NumpyArray:
    """Leave out the token that ends a text, and the padding behind it."""
    places = np.flatnonzero(np.isin(ids, ends))
    return ids[: places[0]] if len(places) else ids
