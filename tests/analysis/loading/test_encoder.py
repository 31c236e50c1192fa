"""Sentence encoders, against sentence-transformers where that is installed."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from analysis.contract import Refused, Unsupported
from analysis.loading import load_sentence_encoder
from tests import networks

TEXTS = ["A man plays in the park", "a cat", "The red house sings " * 20, "unknown words only", ""]


def encode(folder: Path) -> torch.Tensor:
    encoder = load_sentence_encoder(folder, device="cpu", allow_code=False)
    return encoder.encode(encoder.tokenize(TEXTS))


@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token", "max_tokens"])
def test_vectors_are_those_of_sentence_transformers(tmp_path: Path, pooling: str):
    reference = pytest.importorskip("sentence_transformers")
    folder = networks.write_tiny_encoder(tmp_path / "bert", pooling=pooling)
    expected = reference.SentenceTransformer(str(folder), device="cpu").encode(TEXTS)
    torch.testing.assert_close(encode(folder), torch.tensor(expected), atol=1e-6, rtol=1e-5)


def test_one_text_gives_the_same_vector_in_any_batch(tmp_path: Path):
    folder = networks.write_tiny_encoder(tmp_path / "bert")
    encoder = load_sentence_encoder(folder, device="cpu", allow_code=False)
    ids = encoder.tokenize(TEXTS)
    together = encoder.encode(ids)
    alone = torch.cat([encoder.encode([row]) for row in ids])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-5)


def test_texts_are_cut_at_the_limit_of_the_folder(tmp_path: Path):
    folder = networks.write_tiny_encoder(tmp_path / "bert")
    encoder = load_sentence_encoder(folder, device="cpu", allow_code=False)
    assert max(map(len, encoder.tokenize(TEXTS))) == 32


def write(folder: Path, name: str, content: Any) -> None:
    (folder / name).write_text(json.dumps(content))


def test_a_prompt_is_put_before_each_text(tmp_path: Path):
    folder = networks.write_tiny_encoder(tmp_path / "bert")
    settings = {"prompts": {"query": "a dog "}, "default_prompt_name": "query"}
    write(folder, "config_sentence_transformers.json", settings)
    encoder = load_sentence_encoder(folder, device="cpu", allow_code=False)
    plain = load_sentence_encoder(
        networks.write_tiny_encoder(tmp_path / "b"), device="cpu", allow_code=False
    )
    assert encoder.tokenize(["runs"]) == plain.tokenize(["a dog runs"])


def test_without_modules_the_mean_is_an_assumption(tmp_path: Path):
    folder = networks.write_tiny_encoder(tmp_path / "bert")
    (folder / "modules.json").unlink()
    recipe = load_sentence_encoder(folder, device="cpu", allow_code=False).recipe
    assert (recipe.pooling, recipe.normalise) == ("mean", False)
    assert "modules.json" in recipe.assumption


TRANSFORMER = {"path": "", "type": "sentence_transformers.models.Transformer"}
POOLING = {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("modules.json", {}, "unusual order"),
        ("modules.json", [TRANSFORMER], "unusual order"),
        ("modules.json", [POOLING, TRANSFORMER], "unusual order"),
        ("modules.json", [TRANSFORMER, TRANSFORMER, POOLING], "two modules"),
        ("modules.json", [TRANSFORMER, {**POOLING, "path": "../x"}], "names the folder"),
        ("modules.json", [{**TRANSFORMER, "type": "evil.models.Transformer"}], "not known"),
        (
            "modules.json",
            [{**TRANSFORMER, "type": "sentence_transformers.models.Dense"}],
            "not known",
        ),
        ("modules.json", ["x"], "not a list of modules"),
        ("1_Pooling/config.json", {}, "pooling"),
        ("1_Pooling/config.json", {"pooling_mode_lasttoken": True}, "pooling"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True},
            "pooling",
        ),
    ],
)
def test_folders_that_are_not_known_are_unsupported(
    tmp_path: Path, name: str, content: Any, message: str
):
    folder = networks.write_tiny_encoder(tmp_path / "bert")
    write(folder, name, content)
    with pytest.raises(Unsupported, match=message) as caught:
        load_sentence_encoder(folder, device="cpu", allow_code=False)
    assert caught.value.missing == "code"


def test_a_tokenizer_with_own_code_is_refused(tmp_path: Path):
    folder = networks.write_tiny_encoder(tmp_path / "bert")
    write(folder, "tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["tok.Tok", None]}})
    with pytest.raises(Refused, match="tokenizer_config"):
        load_sentence_encoder(folder, device="cpu", allow_code=True)


def test_a_missing_tokenizer_is_unsupported(tmp_path: Path):
    folder = networks.write_tiny_encoder(tmp_path / "bert")
    (folder / "vocab.txt").unlink()
    with pytest.raises(Unsupported, match="tokenizer"):
        load_sentence_encoder(folder, device="cpu", allow_code=False)


def test_a_network_without_its_weights_is_unsupported(tmp_path: Path):
    folder = networks.write_tiny_encoder(tmp_path / "bert")
    networks.write_weights(folder, {"embeddings.word_embeddings.weight": torch.ones(21, 16)})
    with pytest.raises(Unsupported, match="lack"):
        load_sentence_encoder(folder, device="cpu", allow_code=False)
