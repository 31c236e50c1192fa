"""What is said of a repository: derived from its files, with its metadata file laid over."""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from registry.gate import tensors
from registry.gate.documents import Unreadable, front_matter, load_json, load_yaml
from registry.gate.scan import Seen
from registry.gate.source import Kind

T = TypeVar("T")

MAX_CARD = 2 << 20
MAX_CONFIG = 1 << 20
MAX_EVAL_FILES = 100

# A file at the top of a repository -> the library that writes it; the first one counts.
_LIBRARY_FILES = (
    ("modules.json", "sentence-transformers"),
    ("model_index.json", "diffusers"),
    ("adapter_config.json", "peft"),
)
_FRAMEWORK_SUFFIXES = (
    (".safetensors", "safetensors"),
    (".onnx", "onnx"),
    (".gguf", "gguf"),
    ("pytorch_model.bin", "pytorch"),
)
# Keys of a dataset card that become tags "key:value".
_DATASET_TAGS = (
    "task_categories", "task_ids", "annotations_creators", "language_creators", "language",
    "multilinguality", "source_datasets", "size_categories",
)  # fmt: skip


@dataclass(slots=True)
class Described:
    """The info of a repository, and for each file that could not be used the reason."""

    info: dict[str, Any]
    problems: list[tuple[str, str]] = field(default_factory=list)


def describe(kind: Kind, repo_id: str, files: Collection[Seen], read: tensors.Read) -> Described:
    """Derive everything that the files say. A broken file costs what it would have said."""
    paths = {seen.path for seen in files}
    times = sorted(seen.mtime_ns for seen in files) or [0]
    described = Described(
        {
            "_id": stable_id(kind, repo_id),
            "id": repo_id,
            "private": False,
            "gated": False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "createdAt": timestamp(times[0]),
            "lastModified": timestamp(times[-1]),
            "usedStorage": sum(seen.size for seen in files),
        }
    )
    info = described.info
    if "/" in repo_id:
        info["author"] = repo_id.partition("/")[0]
    card = _card(described, paths, read)
    if kind is Kind.MODEL:
        info["modelId"] = repo_id
        _describe_model(described, card, paths, read)
    else:
        info["tags"] = _unique(_dataset_tags(card))
    return described


def stable_id(kind: Kind, repo_id: str) -> str:
    """Return the 24 hex digits that stand for a repository that was given no id."""
    return hashlib.sha256(f"{kind}:{repo_id}".encode()).hexdigest()[:24]


def timestamp(nanoseconds: int) -> str:
    """Write a time since the epoch the way the Hub does, with milliseconds and Z."""
    moment = datetime.fromtimestamp(max(0, min(nanoseconds // 10**9, 2**37)), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{nanoseconds // 10**6 % 1000:03d}Z"


def texts(value: Any) -> list[str]:
    """Return a scalar or list of a card as a list of texts; what is no text is left out."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str) and item]


def model_tags(card: dict[str, Any]) -> list[str]:
    """Return the tags that a model card stands for, in the hub's own spelling."""
    tags = texts(card.get("tags")) + texts(card.get("language"))
    tags += [f"dataset:{name}" for name in texts(card.get("datasets"))]
    tags += [f"license:{name}" for name in texts(card.get("license"))]
    relation = card.get("base_model_relation")
    for name in texts(card.get("base_model")):
        tags.append(f"base_model:{name}")
        if isinstance(relation, str) and relation:
            tags.append(f"base_model:{relation}:{name}")
    return tags


def _describe_model(
    described: Described, card: dict[str, Any], paths: Collection[str], read: tensors.Read
) -> None:
    info = described.info
    config = _attempt(described, "config.json", paths, lambda: _config(read))
    if config is not None:
        info["config"] = config
    library = _library(card, paths, config or {})
    if library:
        info["library_name"] = library
    if isinstance(card.get("pipeline_tag"), str):
        info["pipeline_tag"] = card["pipeline_tag"]
    if isinstance(card.get("model-index"), list):
        info["model-index"] = card["model-index"]
    if "widget" in card:
        info["widgetData"] = card["widget"]
    where = tensors.SINGLE if tensors.SINGLE in paths else tensors.INDEX
    counts = _attempt(described, where, paths, lambda: tensors.parameter_counts(paths, read))
    if counts is not None:
        info["safetensors"] = counts
    results = _eval_results(paths, read)
    if results:
        info["evalResults"] = results
    frameworks = [
        name for end, name in _FRAMEWORK_SUFFIXES if any(path.endswith(end) for path in paths)
    ]
    own = [library, *frameworks, *texts((config or {}).get("model_type"))]
    info["tags"] = _unique([*own, *texts(card.get("pipeline_tag")), *model_tags(card)])


def _card(described: Described, paths: Collection[str], read: tensors.Read) -> dict[str, Any]:
    def parse() -> dict[str, Any]:
        return front_matter(read("README.md", MAX_CARD).decode("utf-8", "replace"))

    card = _attempt(described, "README.md", paths, parse) or {}
    if card:
        described.info["cardData"] = card
    return card


def _config(read: tensors.Read) -> dict[str, Any]:
    text = read("config.json", MAX_CONFIG + 1)
    if len(text) > MAX_CONFIG:
        raise Unreadable("is longer than 1 MiB")
    found = load_json(text)
    if not isinstance(found, dict):
        raise Unreadable("is not an object")
    return found


def _attempt(
    described: Described, path: str, paths: Collection[str], parse: Callable[[], T]
) -> T | None:
    if path not in paths:
        return None
    try:
        return parse()
    except (Unreadable, OSError) as error:
        described.problems.append((path, str(error)))
        return None


def _library(card: dict[str, Any], paths: Collection[str], config: dict[str, Any]) -> str:
    if isinstance(card.get("library_name"), str):
        return str(card["library_name"])
    for name, library in _LIBRARY_FILES:
        if name in paths:
            return library
    known = isinstance(config.get("model_type"), str) or isinstance(
        config.get("architectures"), list
    )
    return "transformers" if known else ""


def _dataset_tags(card: dict[str, Any]) -> Iterable[str]:
    for key in _DATASET_TAGS:
        yield from (f"{key}:{value}" for value in texts(card.get(key)))
    yield from (f"license:{value}" for value in texts(card.get("license")))
    yield from texts(card.get("tags"))


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _eval_results(paths: Collection[str], read: tensors.Read) -> list[dict[str, Any]]:
    names = sorted(
        path
        for path in paths
        if path.startswith(".eval_results/") and path.endswith((".yaml", ".yml"))
    )
    results: list[dict[str, Any]] = []
    for name in names[:MAX_EVAL_FILES]:
        try:
            document = load_yaml(read(name, MAX_CONFIG).decode("utf-8", "replace"))
            items = document if isinstance(document, list) else [document]
            results += [{"filename": name, "data": _checked_result(item)} for item in items]
        except (Unreadable, OSError) as error:
            results.append({"filename": name, "error": f"{name}: {error}"})
    return results


def _checked_result(item: Any) -> dict[str, Any]:
    # clients read these without a default: one bad entry would cost them the whole answer
    dataset = item.get("dataset") if isinstance(item, dict) else None
    if not isinstance(dataset, dict) or not {"id", "task_id"} <= dataset.keys():
        raise Unreadable("has an entry without dataset.id and dataset.task_id")
    if "value" not in item:
        raise Unreadable("has an entry without a value")
    source = item.get("source")
    if source is not None and (not isinstance(source, dict) or not source.get("url")):
        raise Unreadable("has an entry whose source has no url")
    return dict(item)
