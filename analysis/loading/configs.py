"""Read a repo's JSON files as what they are: input that an attacker may have written."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.contract import JSON, Refused, Unsupported

Config = dict[str, JSON]

_FILE_BYTES = 32 << 20
_DEPTH = 40

# What these keys name is fetched and run by some versions of transformers, even without
# trust_remote_code (CVE-2026-4372), unless it is one of the implementations built in.
_IMPLEMENTATION = re.compile(
    r"(attn|attention|experts|kernel)\w*_(implementation|config)", re.ASCII
)
_BUILT_IN = (None, "eager", "sdpa", "flash_attention_2", "flash_attention_3", "flex_attention")

# Keys of sizes -> the largest that is not absurd. Building the network would otherwise use up all
# memory, or time, before the weights show that they do not fit.
_LARGEST = (
    (re.compile(r"(^|_)(num_labels|vocab_size|num_classes)$"), 5_000_000),
    (re.compile(r"(^n_?|num_|_)(layers?|blocks|stages|depth|depths)$|^depths?$"), 2_000),
    (re.compile(r"(^n_|num_)\w*(heads|groups|experts)$|^n_head$"), 10_000),
    (re.compile(r"(size|sizes|dim|dims|channels|width|hidden|embd|inner|positions)$"), 1_000_000),
)
# Keys that would be acted on while loading, and that we decide about ourselves.
_OURS = (
    "auto_map",
    "_name_or_path",
    "_commit_hash",
    "torch_dtype",
    "dtype",
    "transformers_version",
)


def read_json(path: Path) -> JSON:
    """Read a JSON file of bounded size; raise Unsupported where it is none."""
    name = path.name
    try:
        with path.open("rb") as handle:
            text = handle.read(_FILE_BYTES + 1)
        if len(text) > _FILE_BYTES:
            raise Unsupported(f"{name} is larger than {_FILE_BYTES >> 20} MB.", "weights")
        found: JSON = json.loads(text)
    except FileNotFoundError as fault:
        raise Unsupported(f"The repo has no {name}.", "weights") from fault
    except (OSError, ValueError, RecursionError) as fault:
        raise Unsupported(f"{name} is not valid JSON.", "weights") from fault
    return found


def read_config(path: Path) -> Config:
    """Read a JSON file that must hold an object."""
    found = read_json(path)
    if not isinstance(found, dict):
        raise Unsupported(f"{path.name} does not hold a JSON object.", "weights")
    return found


def vet(config: Config, name: str, *, allow_code: bool) -> None:
    """Refuse a config that would run code or that asks for an absurd network.

    Raises Refused (missing code) or Unsupported (missing weights), naming the file.
    """
    for key, value in _walk(config, 0):
        if key == "auto_map":
            _vet_code(value, name, allow_code=allow_code)
        elif _IMPLEMENTATION.search(key) and not (value in _BUILT_IN or isinstance(value, dict)):
            raise Refused(
                f"{name} asks for {key} {str(value)[:80]!a}, which could be code from elsewhere.",
                "code",
            )
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            _vet_size(key, value, name)
    if config.get("quantization_config"):
        raise Unsupported("The weights are quantized in a way that is not read here.", "weights")


def plain(config: Config) -> Config:
    """Leave out what Assay decides by itself: code, data type, names of other repos."""
    return {
        key: value
        for key, value in config.items()
        if key not in _OURS and not _IMPLEMENTATION.search(key)
    }


def _walk(value: JSON, depth: int) -> Iterator[tuple[str, JSON]]:
    if depth > _DEPTH:
        raise Unsupported(f"The config nests more than {_DEPTH} deep.", "weights")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key, inner
            if isinstance(inner, list) and key != "auto_map":
                yield from ((key, item) for item in inner if not isinstance(item, (dict, list)))
            yield from _walk(inner, depth + 1)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)):
                yield from _walk(item, depth + 1)


def _vet_code(auto_map: JSON, name: str, *, allow_code: bool) -> None:
    for reference in _texts(auto_map):
        if "--" in reference or "/" in reference:
            raise Refused(
                f"{name} refers to code in another repo ({reference[:80]!a}), never loaded here.",
                "code",
            )
    if not allow_code:
        files = sorted({text.rpartition(".")[0] + ".py" for text in _texts(auto_map)})
        shown = ", ".join(files)[:120] or "its own code"
        raise Refused(
            f"{name} needs the repo's own code ({shown}), and running it is not allowed here.",
            "code",
        )


def _texts(value: JSON) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _vet_size(key: str, value: float, name: str) -> None:
    for pattern, largest in _LARGEST:
        if pattern.search(key):
            if not 0 <= value <= largest and value != -1:
                raise Unsupported(f"{name} asks for {key} = {value:g}, which is absurd.", "weights")
            return
