"""The digits dataset: a fixed split of scikit-learn's images, published as the Hub does it."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from workers.demo.cards import Card, write_readme

REPO = "assay-demo/digits"
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEST_ROWS = 898
MEAN = STD = 0.5  # of the published preprocessor: pixels go from -1 to 1

CARD = Card(
    front={
        "license": "cc-by-4.0",
        "pretty_name": "Digits, 8x8",
        "task_categories": ["image-classification"],
        "size_categories": ["n<1K"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": "test", "path": "data/test-00000-of-00001.parquet"}],
            }
        ],
    },
    body=f"""# Digits, 8x8

The test half of the handwritten digits that come with scikit-learn: {TEST_ROWS} grey images of
8 by 8 pixels in ten classes. The other half trained the networks of this demo hub and is not
published here.

| column | what it holds |
|---|---|
| `image` | the drawing as a lossless PNG, its 17 grey levels spread over 0 to 255 |
| `label` | the digit, as one of ten classes from `zero` to `nine` |

The split is stratified by class and fixed by the seed of the builder.

Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
Repository, 1998 (CC BY 4.0).
""",
)


@dataclass(frozen=True, slots=True)
class Split:
    """Images (n, 3, 8, 8) as a network sees them, and their classes (n)."""

    pixels: torch.Tensor
    labels: torch.Tensor


def publish(folder: Path, seed: int) -> tuple[Split, Split]:
    """Write the dataset repo into ``folder``; give the train split and the published test split.

    The test split is read back from the written file, so that what is measured is what was
    published.
    """
    source = load_digits()
    grey = np.rint(source.images * (255 / 16)).astype(np.uint8)
    train, test, train_labels, test_labels = train_test_split(
        grey, source.target, test_size=TEST_ROWS, stratify=source.target, random_state=seed
    )
    file = folder / "data" / "test-00000-of-00001.parquet"
    file.parent.mkdir(parents=True)
    write_split(file, test, test_labels)
    write_readme(folder, CARD)
    return _as_seen(list(train), train_labels.tolist()), read_split(file)


def write_split(file: Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Write grey images (n, 8, 8) and their classes as Parquet with the Hub's image feature."""
    rows = [{"bytes": _png(image), "path": f"{i:04}.png"} for i, image in enumerate(images)]
    features = {"image": {"_type": "Image"}, "label": {"_type": "ClassLabel", "names": list(NAMES)}}
    schema = pa.schema(
        [
            ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
            ("label", pa.int64()),
        ],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
    table = pa.table({"image": rows, "label": labels.tolist()}, schema=schema)
    pq.write_table(table, file)


def read_split(file: Path) -> Split:
    """Read a split that ``write_split`` wrote."""
    table = pq.read_table(file)
    pngs = [row["bytes"] for row in table["image"].to_pylist()]
    images = [np.asarray(Image.open(io.BytesIO(png))) for png in pngs]
    return _as_seen(images, table["label"].to_pylist())


def _png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()


def _as_seen(images: list[np.ndarray], labels: list[int]) -> Split:
    grey = torch.from_numpy(np.stack(images)).float() / 255  # (n, 8, 8)
    pixels = ((grey - MEAN) / STD)[:, None].repeat(1, 3, 1, 1)  # (n, 3, 8, 8): grey as RGB
    return Split(pixels, torch.tensor(labels))
