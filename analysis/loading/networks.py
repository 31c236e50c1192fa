"""Config and weights → a network in evaluation mode, complete or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.contract import Unsupported
from analysis.loading import own_code
from analysis.loading.configs import Config, plain, read_config, vet
from analysis.loading.foreign import foreign
from analysis.loading.weights import Weights, load_weights

if TYPE_CHECKING:
    import torch

# A count of training batches: evaluation does not use it, and files from before 2018 lack it.
_UNUSED_SUFFIX = "num_batches_tracked"
_SLACK = 10_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A network with the config that it was built from and the weights files that were read.

    ``loader`` is what built it: transformers, its own code, timm, onnxruntime or torch.export.
    """

    network: Any
    config: Config
    files: tuple[str, ...]
    ran_own_code: bool
    loader: str = "transformers"


def load_network(
    snapshot: Path,
    auto_class: str,
    *,
    device: str,
    allow_code: bool,
    folder: str = "",
    needless: Sequence[str] = (),
    may_have_more: bool = False,
    harmless: Sequence[str] = (),
) -> Loaded:
    """Load ``folder`` of the snapshot as transformers' ``auto_class`` in float32.

    ``needless`` are prefixes of parameters that the caller does not use and that may be missing;
    ``may_have_more`` accepts weights that the architecture has no place for, such as the head of
    a language model, and ``harmless`` does so for names with one of these in them. Raises Refused,
    Unsupported or CheckError; never returns a network with a parameter that was not in the files.
    """
    place = snapshot / folder
    config = read_config(place / "config.json")
    vet(config, "config.json", allow_code=allow_code)
    auto_map = config.get("auto_map")
    if isinstance(auto_map, dict) and auto_map:
        network, weights, gaps, surplus = _own(place, config, auto_map, auto_class)
    else:
        network, weights, gaps, surplus = _native(place, config, auto_class)
    surplus = [name for name in surplus if not any(part in name for part in harmless)]
    gaps = [name for name in gaps if not _is_needless(name, needless)]
    refuse_gaps(gaps, [] if may_have_more else surplus)
    with foreign(f"The network could not be moved to {device}"):
        network = network.to(device).eval()
    loader = "own code" if auto_map else "transformers"
    return Loaded(network, config, weights.files, bool(auto_map), loader)


def refuse_gaps(gaps: Sequence[str], surplus: Sequence[str]) -> None:
    """Raise Unsupported where weights are missing, or are there without a place for them."""
    if gaps:
        raise Unsupported(
            f"The weights lack {_count(gaps)} of the architecture, first {gaps[0][:80]!a}.",
            "weights",
        )
    if surplus:
        raise Unsupported(
            f"The weights hold {_count(surplus)} that the architecture has no place for, "
            f"first {surplus[0][:80]!a}.",
            "weights",
        )


def _count(names: Sequence[str]) -> str:
    return f"{len(names):,} tensor{'s' if len(names) > 1 else ''}"


def _is_needless(name: str, needless: Sequence[str]) -> bool:
    return name.endswith(_UNUSED_SUFFIX) or any(name.startswith(prefix) for prefix in needless)


Built = tuple["torch.nn.Module", Weights, list[str], list[str]]


def _native(place: Path, config: Config, auto_class: str) -> Built:
    """Build an architecture of transformers; it renames old parameter names while loading."""
    import torch
    import transformers

    settings = _native_config(config)
    chooser = getattr(transformers, auto_class)
    with foreign("config.json does not describe a network for this task", "code"):
        network_class = chooser._model_mapping[type(settings)]
        if isinstance(network_class, (list, tuple)):
            network_class = _choose(network_class, config)
    weights = load_weights(place)
    transformers.utils.logging.set_verbosity_error()  # what it would print is raised below
    transformers.utils.logging.disable_progress_bar()
    with foreign("The network could not be built from config.json and the weights", "weights"):
        _vet_total(network_class, settings, weights)
        network, loading = network_class.from_pretrained(
            None,
            config=settings,
            state_dict=dict(weights.tensors),
            dtype=torch.float32,
            ignore_mismatched_sizes=True,  # so that they are listed and not just printed
            output_loading_info=True,
        )
    _refuse_mismatches([(str(row[0]), row[1], row[2]) for row in loading["mismatched_keys"]])
    return network, weights, sorted(loading["missing_keys"]), sorted(loading["unexpected_keys"])


def _vet_total(network_class: Any, settings: Any, weights: Weights) -> None:
    """Refuse a network of far more parameters than there are weights, before it takes memory.

    transformers allocates what is missing, and a config can ask for any amount of it.
    """
    import torch

    with torch.device("meta"):
        wanted = sum(tensor.numel() for tensor in network_class(settings).parameters())
    present = sum(tensor.numel() for tensor in weights.tensors.values())
    if wanted > 2 * present + _SLACK:
        raise Unsupported(
            f"The weights lack most of the architecture: config.json describes {wanted:,} "
            f"parameters, the files hold {present:,}.",
            "weights",
        )


def _native_config(config: Config) -> Any:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in CONFIG_MAPPING:
        raise Unsupported(
            f"The architecture {str(kind)[:60]!a} is not known to the installed transformers.",
            "code",
        )
    with foreign("config.json is not valid for its architecture", "weights"):
        return CONFIG_MAPPING[kind].from_dict(plain(config))


def _choose(classes: Sequence[Any], config: Config) -> Any:
    """Take the class that the config names, where an architecture has several for one task."""
    named = config.get("architectures")
    for candidate in classes:
        if isinstance(named, list) and candidate.__name__ in named:
            return candidate
    return classes[0]


def _own(place: Path, config: Config, auto_map: Config, auto_class: str) -> Built:
    """Build an architecture of the repo's own; its parameters must match the weights by name."""
    import torch

    reference = auto_map.get(auto_class)
    if not isinstance(reference, str):
        raise Unsupported(f"The repo's own code has no class for {auto_class}.", "code")
    config_reference = auto_map.get("AutoConfig")
    if isinstance(config_reference, str):
        config_class = own_code.load_class(place, config_reference)
        with foreign("config.json is not valid for the repo's own code", "code"):
            settings = config_class.from_dict(plain(config))
    else:
        settings = _native_config(config)
    network_class = own_code.load_class(place, reference)
    weights = load_weights(place)
    with foreign("The repo's own code could not build its network", "code"):
        network = network_class(settings)
    if not isinstance(network, torch.nn.Module):
        raise Unsupported("The repo's own code does not build a torch network.", "code")
    return fill(network, weights)


def fill(network: "torch.nn.Module", weights: Weights) -> Built:
    """Load weights into a network that was built without transformers."""
    import torch

    with foreign("The network did not take its weights", "weights"):
        network = network.to(torch.float32)
        places = network.state_dict()
        _refuse_mismatches(
            [
                (name, tensor.shape, places[name].shape)
                for name, tensor in weights.tensors.items()
                if name in places and tensor.shape != places[name].shape
            ]
        )
        gaps, surplus = network.load_state_dict(weights.tensors, strict=False)
    # Two names of one tensor are one parameter: the other may be left out of the file.
    filled = {places[name].data_ptr() for name in places if name in weights.tensors}
    gaps = [name for name in gaps if name not in places or places[name].data_ptr() not in filled]
    return network, weights, sorted(gaps), sorted(surplus)


def _refuse_mismatches(rows: Sequence[tuple[str, Any, Any]]) -> None:
    if rows:
        name, found, wanted = rows[0]
        raise Unsupported(
            f"{_count([name for name, _, _ in rows])} of the weights have another shape than the "
            f"architecture: {name[:80]!a} is {list(found)}, not {list(wanted)}.",
            "weights",
        )
