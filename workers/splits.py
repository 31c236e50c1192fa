"""Reads one split with `datasets`, in a process of its own: ``python -m workers.splits DIR JSON``.

Writes ``split/rows.arrow`` and ``split/split.json``, and ``answer.json`` last: what was read, or
why not.
"""

import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

KINDS = {"Image": "image", "Audio": "audio", "ClassLabel": "label"}
TEXTS = {"string", "large_string"}
CHUNK = 1024  # rows
_VALIDATION = ("validation", "valid", "val", "dev", "development")
SPELLINGS = {
    **dict.fromkeys(_VALIDATION, _VALIDATION),
    **dict.fromkeys(("test", "testing"), ("test", "testing")),
    **dict.fromkeys(("train", "training"), ("train", "training")),
}
LISTS = {"label": "labels", "text": "texts", "number": "numbers"}


class _Missing(Exception):  # noqa: N818 - carries which piece
    """A piece of the request that the dataset does not have."""

    def __init__(self, piece: str, sentence: str) -> None:
        super().__init__(sentence)
        self.piece = piece


def _config(asked: dict[str, str], notes: list[str]) -> str:
    """Return the config to load: what was asked for, or the only or default one, and note it."""
    from datasets import get_dataset_config_names

    names = list(get_dataset_config_names(asked["dataset"], revision=asked["revision"]))
    if asked["config"]:
        if asked["config"] not in names:
            listed = ", ".join(names[:20]) or "none"
            raise _Missing(
                "config",
                f"The dataset {asked['dataset']!r} has no config {asked['config']!r};"
                f" it has: {listed}.",
            )
        return asked["config"]
    if len(names) > 1 and "default" not in names:
        raise _Missing(
            "config",
            f"The claim names no config of {asked['dataset']!r}, which has several:"
            f" {', '.join(names[:20])}.",
        )
    chosen = names[0] if len(names) == 1 else "default"
    notes.append(f"config {chosen!r}: the claim names none, and this is the only or default one")
    return chosen


def _split(asked: dict[str, str], splits: list[str], notes: list[str]) -> str:
    """Return the split to load: what was asked for, also where it is spelt otherwise."""
    wanted = asked["split"]
    if wanted in splits:
        return wanted
    same = [name for name in splits if name in SPELLINGS.get(wanted.lower(), ())]
    if len(same) == 1:
        notes.append(f"split {same[0]!r}: the claim calls it {wanted!r}")
        return same[0]
    raise _Missing(
        "split",
        f"The dataset {asked['dataset']!r} has no split {wanted!r};"
        f" it has: {', '.join(splits) or 'none'}.",
    )


def _feature(feature: Any) -> dict[str, Any]:
    """Describe a column in the words of the contract."""
    inside = getattr(feature, "feature", None)  # of a list
    if inside is not None and not isinstance(inside, dict):
        described = _feature(inside)
        kind = LISTS.get(described["kind"], "other")
        return {"kind": kind, "names": described["names"]}
    kind = KINDS.get(type(feature).__name__) or _kind_of(getattr(feature, "dtype", ""))
    return {"kind": kind, "names": list(getattr(feature, "names", None) or [])}


def _kind_of(dtype: object) -> str:
    if dtype in TEXTS:
        return "text"
    is_number = str(dtype).startswith(("int", "uint", "float", "bool"))
    return "number" if is_number else "other"


def _flat(features: Any, before: str = "") -> dict[str, Any]:
    """List the columns with those inside of others: ``translation.en``, ``answers.text``."""
    found: dict[str, Any] = {}
    for name, feature in features.items():
        if isinstance(feature, dict) or type(feature).__name__ == "Translation":
            inside = feature if isinstance(feature, dict) else _languages(feature)
            found |= _flat(inside, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = feature
    return found


def _languages(feature: Any) -> dict[str, Any]:
    from datasets import Value

    return {language: Value("string") for language in feature.languages}


def _flat_table(table: Any, names: set[str]) -> Any:
    """Take the columns apart until each has one of the names."""
    while not names.issuperset(table.column_names):
        columns, titles = [], []
        for title, column in zip(table.column_names, table.columns, strict=True):
            if title in names:
                columns.append(column)
                titles.append(title)
                continue
            parts = column.combine_chunks().flatten()
            fields = [column.type.field(number).name for number in range(column.type.num_fields)]
            columns += parts
            titles += [f"{title}.{field}" for field in fields]
        table = type(table).from_arrays(columns, names=titles)
    return table


def _write(table: Any, names: set[str], sink: Any) -> None:
    """Write the rows, a chunk at a time, with the bytes of files that lie beside the table."""
    import pyarrow as pa
    from datasets.table import embed_table_storage

    out = None
    for start in range(0, max(1, table.num_rows), CHUNK):
        chunk = _flat_table(embed_table_storage(table.slice(start, CHUNK)), names)
        out = out or pa.ipc.new_file(sink, chunk.schema)
        out.write_table(chunk.combine_chunks(), max_chunksize=CHUNK)
    if out is not None:
        out.close()


def _read(asked: dict[str, str], folder: Path) -> None:
    """Load the split and write it undecoded."""
    import pyarrow as pa
    from datasets import Audio, Image, get_dataset_split_names, load_dataset

    notes: list[str] = []
    config = _config(asked, notes)
    splits = get_dataset_split_names(asked["dataset"], config, revision=asked["revision"])
    split = _split(asked, splits, notes)
    data = load_dataset(asked["dataset"], config, split=split, revision=asked["revision"])
    features = {name: _feature(feature) for name, feature in _flat(data.features).items()}
    for name, feature in data.features.items():
        if isinstance(feature, Image | Audio):
            data = data.cast_column(name, type(feature)(decode=False))
    folder.mkdir()
    table = data.data.table
    if data._indices is not None:
        table = data.flatten_indices().data.table
    with pa.OSFile(str(folder / "rows.arrow"), "wb") as sink:
        _write(table, set(features), sink)
    described = {
        "request": asked | {"config": config, "split": split},
        "rows": data.num_rows,
        "fingerprint": data._fingerprint,
        "sha256": _digest(folder / "rows.arrow"),
        "reader": {name: version(name) for name in ("datasets", "pyarrow")},
        "features": features,
        "assumptions": notes,
    }
    (folder / "split.json").write_text(json.dumps(described))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> None:
    """Answer the request in the arguments."""
    draft, asked = Path(sys.argv[1]), json.loads(sys.argv[2])
    try:
        _read(asked, draft / "split")
        answer = {"ok": "read"}
    except _Missing as error:
        answer = {"unsupported": str(error), "missing": error.piece}
    except Exception as error:  # noqa: BLE001 - whatever a hostile dataset provokes is an answer
        first = (str(error).splitlines() or [""])[0][:300]
        answer = {
            "error": f"The dataset {asked['dataset']!r} could not be read:"
            f" {type(error).__name__}: {first}"
        }
    (draft / "answer.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
