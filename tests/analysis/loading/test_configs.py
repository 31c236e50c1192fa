"""Configs that attack, configs that are absurd, and configs that are fine."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.contract import Refused, Unsupported
from analysis.loading.configs import plain, read_config, vet

CODE: dict[str, Any] = {
    "auto_map": {"AutoConfig": "configuration_x.X", "AutoModel": "modeling_x.XNet"}
}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"_attn_implementation_internal": "evil/kernel"}, "_attn_implementation_internal"),
        ({"_attn_implementation": "evil/kernel:forward"}, "code from elsewhere"),
        ({"attn_implementation": "evil/kernel"}, "code from elsewhere"),
        ({"text_config": {"_attn_implementation_internal": "evil/kernel"}}, "evil/kernel"),
        ({"layers": [{"_experts_implementation": "evil/x"}]}, "evil/x"),
        ({"auto_map": {"AutoModel": "evil/repo--modeling.Net"}}, "another repo"),
        ({"auto_map": {"AutoTokenizer": ["evil/repo--a.B", None]}}, "another repo"),
        ({"vision_config": {"auto_map": {"AutoModel": "a/b--c.D"}}}, "another repo"),
    ],
)
@pytest.mark.parametrize("allow_code", [True, False])
def test_code_from_elsewhere_is_always_refused(
    config: dict[str, Any], message: str, allow_code: bool
):
    with pytest.raises(Refused, match=message) as caught:
        vet(config, "config.json", allow_code=allow_code)
    assert caught.value.missing == "code"


def test_own_code_is_refused_unless_allowed_and_the_sentence_names_the_file():
    with pytest.raises(
        Refused, match=r"config\.json needs .* \(configuration_x\.py, modeling_x\.py\)"
    ):
        vet(CODE, "config.json", allow_code=False)
    vet(CODE, "config.json", allow_code=True)


@pytest.mark.parametrize(
    "config",
    [
        {"hidden_size": 10**9},
        {"num_labels": 10**9},
        {"num_hidden_layers": 10**6},
        {"depths": [2, 2, 10**8]},
        {"n_layer": 10**7},
        {"encoder": {"intermediate_size": 1e300}},
        {"hidden_size": float("nan")},
        {"image_size": -5},
    ],
)
def test_absurd_sizes_are_named(config: dict[str, Any]):
    with pytest.raises(Unsupported, match="absurd") as caught:
        vet(config, "config.json", allow_code=True)
    assert caught.value.missing == "weights"


@pytest.mark.parametrize(
    "config",
    [
        {"rope_theta": 10_000_000.0, "hidden_size": 8192, "vocab_size": 256_000},
        {"_attn_implementation": "sdpa", "num_hidden_layers": 80, "image_size": [224, 224]},
        {"attention_probs_dropout_prob": 0.1, "layer_norm_eps": 1e-12, "pad_token_id": 0},
        {"kernel_size": 3, "num_attention_heads": 12, "layer_types": ["a", "b"]},
    ],
)
def test_ordinary_configs_pass(config: dict[str, Any]):
    vet(config, "config.json", allow_code=False)


def test_what_assay_decides_itself_is_left_out():
    config: dict[str, Any] = {
        **CODE,
        "_attn_implementation": "eager",
        "torch_dtype": "float16",
        "hidden_size": 4,
    }
    assert plain(config) == {"hidden_size": 4}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"text"', "[" * 100_000, "\xff\xfe", '{"a": 1}garbage']
)
def test_what_is_no_json_object_is_unsupported(tmp_path: Path, text: str):
    path = tmp_path / "config.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Unsupported, match=r"config\.json"):
        read_config(path)


def test_deep_nesting_is_unsupported():
    config: dict[str, Any] = {}
    for _ in range(60):
        config = {"inner": config}
    with pytest.raises(Unsupported, match="nests"):
        vet(config, "config.json", allow_code=True)


def test_quantized_weights_are_unsupported():
    with pytest.raises(Unsupported, match="quantized"):
        vet({"quantization_config": {"bits": 4}}, "config.json", allow_code=True)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(Unsupported, match=r"no config\.json"):
        read_config(tmp_path / "config.json")


def test_json_is_read(tmp_path: Path):
    (tmp_path / "config.json").write_text(json.dumps({"a": [1, "x"]}))
    assert read_config(tmp_path / "config.json") == {"a": [1, "x"]}
