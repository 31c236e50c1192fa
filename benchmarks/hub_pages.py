"""Realistic pages of a listing: the real records of 2022 as today's Hub would list them.

They are multiplied with other authors, ids, commits and downloads. Where the folder of real
records is missing, records of about that shape come from a generator with a seed.
"""

import gzip
import hashlib
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.cards import read_card

PAGE = 1000
_SEED = 20261122
_RECORDS = Path("records") / "hub-models-2022-02.jsonl.gz"
_BASE_SHARE = 0.4  # of today's models that name the one they were made from


def source() -> Path | None:
    """Return the file of real records, None where there is none."""
    named = os.environ.get("ASSAY_REAL_DATA")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    path = (Path(named) if named else beside) / _RECORDS
    return path if path.is_file() else None


def write(folder: Path, count: int) -> None:
    """Write ``count`` records as pages of a thousand for page_hub."""
    templates = [_template(record) for record in _records()]
    chance = random.Random(_SEED)  # noqa: S311
    places, at = [], 0
    with (folder / "pages").open("wb") as out:
        for start in range(0, count, PAGE):
            numbers = range(start, min(start + PAGE, count))
            body = f"[{','.join(_written(templates, n, count, chance) for n in numbers)}]".encode()
            out.write(body)
            places.append((at, at + len(body)))
            at += len(body)
    (folder / "places").write_text(json.dumps(places))


def _written(templates: list[str], number: int, count: int, chance: random.Random) -> str:
    """Write one record; its numbers follow from its place, so that a second listing is the same."""
    digest = hashlib.sha256(b"%d" % number).hexdigest()
    downloads = int(10 ** chance.uniform(0, 6)) if chance.random() < 0.3 else 0
    text = templates[number % len(templates)].replace("%SHA%", digest[:40])
    text = text.replace("%ROUND%", str(number // len(templates))).replace("%ID%", digest[-24:])
    seconds = count - number  # the youngest first
    text = text.replace("%BORN%", f"{seconds // 60 % 60:02}:{seconds % 60:02}")
    return text.replace('"%DOWNLOADS%"', str(downloads))


def _template(record: dict[str, Any]) -> str:
    info = dict(record["info"])
    name = info.pop("modelId", None) or record["id"]
    author, slash, rest = name.rpartition("/")
    info |= {
        "id": f"{author or 'solo'}-%ROUND%{slash or '/'}{rest}",
        "_id": "%ID%",
        "sha": "%SHA%",
        "author": f"{author or 'solo'}-%ROUND%",
        "createdAt": "2022-03-02T23:%BORN%.000Z",
        "downloads": "%DOWNLOADS%",
        "trendingScore": 0,
        "gated": False,
        "disabled": False,
    }
    front = dict(read_card(record["card"] or "").front)
    if _share(name) < _BASE_SHARE:
        front.setdefault("base_model", "solo-0/bert-base-uncased")
        info["tags"] = [*(info.get("tags") or []), f"base_model:finetune:{front['base_model']}"]
    if front:
        info["cardData"] = front
    return json.dumps(info, ensure_ascii=False, separators=(",", ":"))


def _share(name: str) -> float:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32


def _records() -> Iterator[dict[str, Any]]:
    path = source()
    if path is None:
        yield from _made_up()
        return
    with gzip.open(path, "rt") as lines:
        for line in lines:
            record = json.loads(line)
            if len(record["id"]) < 200:
                yield record


def _made_up() -> Iterator[dict[str, Any]]:
    chance = random.Random(_SEED)  # noqa: S311
    kinds = ("bert", "gpt2", "t5", "wav2vec2", "vit")
    files = ("config.json", "pytorch_model.bin", "tokenizer.json", "vocab.txt", "README.md")
    for number in range(10_000):
        kind = chance.choice(kinds)
        config = {"architectures": [f"{kind}ForTask"], "model_type": kind, "vocab_size": number}
        siblings = [{"rfilename": name} for name in (".gitattributes", *files)]
        siblings += [{"rfilename": f"runs/{n}/events"} for n in range(chance.randrange(8))]
        tags = ["pytorch", kind, "transformers", "en", "license:mit", "dataset:squad"]
        card = f"---\nlicense: mit\nlanguage: en\ndatasets: [squad]\ntags: [{kind}]\n---\n# N\n"
        info = {
            "lastModified": "2021-06-23T02:12:04.000Z",
            "tags": tags,
            "pipeline_tag": "fill-mask",
            "siblings": siblings,
            "config": config,
            "private": False,
            "library_name": "transformers",
            "likes": 1,
        }
        yield {"id": f"author-{number % 3000}/net-{number}", "info": info, "card": card}
