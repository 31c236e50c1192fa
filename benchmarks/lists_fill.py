"""Fills a database with repos as a hub has them, set-based, so that 2.5 million take minutes.

The seeds are the real records where the folder of real material is there, else made up. Each repo
is a seed with the owner, the words and the counters of others: names, tasks, licences and tags
keep their shares, and which of them meet.

The listings are filled directly too, out of the seeds' words and labels (`lists_direct`): making
2.5 million of them by `rebuild` takes a quarter of an hour, and it is reading that is measured. A
test compares both ways on a small set.
"""

import gzip
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from benchmarks import lists_direct
from registry.models import Repo
from registry.search import words

HERE = Path(__file__).resolve().parent.parent
_FAMILIES = """bert roberta distilbert deberta electra t5 bart gpt2 llama qwen mistral gemma phi
whisper wav2vec2 hubert vit swin resnet convnext clip stable-diffusion flux mamba""".split()  # noqa: SIM905
_TASKS = """text-generation text-classification fill-mask automatic-speech-recognition translation
token-classification question-answering text-to-image image-classification summarization
feature-extraction reinforcement-learning sentence-similarity object-detection""".split()  # noqa: SIM905
_WORDS = """base large small tiny xl instruct chat finetuned uncased cased multilingual squad sst2
mnli imdb emotion ner cifar10 imagenet v1 v2 lora gguf awq gptq fp16 merged dpo sft distilled
english german french spanish chinese hindi arabic legal medical code math""".split()  # noqa: SIM905
_LICENCES = ["apache-2.0", "mit", "cc-by-4.0", "llama3", "gpl-3.0", "openrail", "", "", "other"]
_MOST_TAGS = 60  # of a seed; rows with hundreds are cut by search too, and cannot be composed


def records() -> Path | None:
    """Return the file of real records, where it is."""
    folder = Path(os.environ.get("ASSAY_REAL_DATA") or HERE.parent / "shared" / "data")
    path = folder / "records" / "hub-models-2022-02.jsonl.gz"
    return path if path.is_file() else None


def _real(path: Path) -> Iterator[tuple[Any, ...]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            info = json.loads(line)["info"]
            owner, _, base = info["modelId"].rpartition("/")
            tags = [str(tag)[:100] for tag in (info.get("tags") or [])[:_MOST_TAGS]]
            config = info.get("config") or {}
            licence = next((t[8:108] for t in tags if t.startswith("license:")), "")
            languages = [tag for tag in tags if len(tag) == 2 and tag.isalpha()]
            datasets = [tag[8:] for tag in tags if tag.startswith("dataset:")]
            task = str(info.get("pipeline_tag") or "")[:100]
            library = str(info.get("library_name") or "")[:100]
            kind = str(config.get("model_type") or "")[:100]
            yield owner, base, task, library, licence, tags, languages, datasets, kind


def _made_up(number: int = 6_000) -> Iterator[tuple[Any, ...]]:
    draw = random.Random(20_261_122)  # noqa: S311 - repeatable, nothing secret
    for _ in range(number):
        family, task = draw.choice(_FAMILIES), draw.choice(_TASKS)
        base = "-".join([family, *draw.sample(_WORDS, draw.randint(1, 4))])
        languages = draw.sample(["en", "de", "fr", "zh", "es", "hi"], draw.choice([0, 0, 1, 2]))
        datasets = draw.sample(["squad", "imdb", "glue", "c4", "mnist"], draw.choice([0, 0, 1]))
        library = draw.choice(["transformers", "transformers", "diffusers", "timm", ""])
        tags = [library, family, task, draw.choice(["pytorch", "tensorboard", "jax"]), *languages]
        owner = f"{draw.choice(_WORDS)}{draw.choice(_FAMILIES)}"
        licence = draw.choice(_LICENCES)
        yield owner, base, task, library, licence, tags, languages, datasets, family


# Counters as of a hub: more than half have hardly any downloads, few have millions.
_DRAFT = """
CREATE TEMPORARY TABLE draft AS
SELECT row_number() OVER (ORDER BY random())::int AS id, distinct_names.* FROM (
SELECT DISTINCT ON (name) * FROM (
    SELECT a.n, left(COALESCE(NULLIF(b.owner, ''), 'hub') || CASE WHEN g.g %% 3 = 0 THEN ''
            ELSE '-' || left(c.base, 4) || (g.g %% 61) END, 96) AS owner,
        CASE WHEN g.u < 0.3 THEN ''
            ELSE '-' || (ARRAY['finetuned','v2','lora','gguf','large','chat','merged','test','en',
                '8bit'])[1 + floor(10 * g.v)::int]
                || CASE WHEN g.w < 0.5 THEN '' ELSE floor(30 * g.u)::text END END AS suffix,
        a.base, g.u, g.v, g.w
    FROM (SELECT g, floor(%(seeds)s * power(random(), 2))::int AS b,
            floor(%(seeds)s * random())::int AS c, random() AS u, random() AS v, random() AS w
        FROM generate_series(1, %(made)s) g OFFSET 0) g
    JOIN seed a ON a.n = g.g %% %(seeds)s JOIN seed b ON b.n = g.b JOIN seed c ON c.n = g.c
) drawn
CROSS JOIN LATERAL (SELECT owner || '/' || base || suffix AS name) named
) distinct_names
LIMIT %(wanted)s
"""
_AUTHORS = """
INSERT INTO registry_author (hub_id, name, kind, is_verified, hub_key)
SELECT %(hub)s, owner, 'user', random() < 0.03, '' FROM (SELECT DISTINCT owner FROM draft) owners
"""
_REPOS = """
INSERT INTO registry_repo (id, hub_id, hub_key, name, author_id, state, gate, is_private,
    is_disabled, head_sha, pipeline_tag, library, licence, tags, datasets, languages, papers,
    model_type, parameters, downloads, likes, trending, hub_created_at, hub_modified_at, refs,
    synced_at, read_sha, problem)
SELECT d.id, %(hub)s, md5(d.name), d.name, a.id, 'present',
    CASE WHEN d.v < 0.03 THEN 'manual' WHEN d.v < 0.07 THEN 'auto' ELSE 'open' END, false, false,
    md5(d.name), s.task, s.library, s.licence,
    s.tags || CASE WHEN d.w < 0.45 THEN ARRAY['safetensors'] WHEN d.w < 0.6 THEN ARRAY['gguf']
        WHEN d.w < 0.65 THEN ARRAY['onnx'] ELSE '{}' END,
    s.datasets, s.languages, '{}', s.model_type,
    CASE WHEN d.v < 0.6 THEN (1e6 * power(10, 5 * random()))::bigint END,
    CASE WHEN d.u < 0.55 THEN floor(12 * random()) ELSE power(10, 7 * power(random(), 4)) END,
    CASE WHEN d.u < 0.8 THEN 0 ELSE power(10, 3.5 * power(random(), 3)) END,
    CASE WHEN d.v < 0.01 THEN 300 * random() * random() ELSE 0 END,
    timestamptz '2020-01-01' + random() * interval '2500 days',
    timestamptz '2022-01-01' + random() * interval '1700 days', '{}', now(), '', ''
FROM draft d JOIN seed s ON s.n = d.n
JOIN registry_author a ON a.hub_id = %(hub)s AND a.name = d.owner
ORDER BY d.id
"""
_NUMBER = "SELECT setval(pg_get_serial_sequence('registry_repo', 'id'), %(wanted)s)"
# One in twenty makes a claim; one in ten of those was measured.
_REVISIONS = """
INSERT INTO registry_revision (repo_id, sha, config, architecture, has_tree, security, seen_at)
SELECT id, head_sha, '{}', '', false, '{}', now() FROM registry_repo WHERE id %% 20 = 0
"""
_CLAIMS = """
INSERT INTO registry_claim (revision_id, key, source, file, path, raw, task, dataset, dataset_name,
    config, split, dataset_revision, metric, metric_name, value_text, value, args, problem)
SELECT id, md5(id::text), 'model-index', 'README.md', '', '', '', 'glue', '', '', 'test', '',
    'accuracy', '', '91.7', 91.7, '{}', '' FROM registry_revision
"""
_RUNS = """
INSERT INTO registry_run (revision_id, claim_id, check_id, check_version, queue, options, key,
    dataset_sha, status, code, reason, attempt, faults, worker, stage, note, progress, total,
    requested_by, created_at, finished_at)
SELECT revision_id, id, 'claim', 1, 'cpu', '{}', md5(id::text), '', 'done', '', '', 1, 1, '', '',
    '', 0, 0, '', now(), now() FROM registry_claim WHERE id %% 10 = 0
"""
_FINDINGS = """
INSERT INTO registry_finding (run_id, verdict, summary, value, low, high, n, evidence, envelope,
    created_at)
SELECT id, (ARRAY['confirmed','overstated','understated','inconclusive'])[1 + (id %% 4)::int], '',
    0.9 - 0.3 * random(), 0.5, 1, 1000, '{"measure": {"metric": "accuracy", "stated": 0.917}}',
    '{}', now() FROM registry_run
"""


def fill(wanted: int, *, with_listings: bool = True) -> dict[str, Any]:
    """Fill an empty, migrated database; return how many repos there are, and out of what.

    Without ``with_listings`` the read side stays empty, for `rebuild`.
    """
    path = records()
    seeds = [seed for seed in (_real(path) if path else _made_up()) if words.words(seed[1])]
    random.Random(20_261_122).shuffle(seeds)  # noqa: S311
    tables = ["registry_repo", "registry_listing"]
    with connection.cursor() as cursor, lists_direct.unconstrained(cursor, tables):
        _change_indexes(drop=True)
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        lists_direct.load_seeds(cursor, seeds)
        _make_repos(cursor, wanted, len(seeds))
        if with_listings:
            lists_direct.make_listings(cursor)
        cursor.execute("DROP TABLE draft, seed")
        _change_indexes(drop=False)
    with connection.cursor() as cursor:
        settle(cursor)
    origin = "real records of 2022" if path else "made-up seeds"
    found = {"repos": Repo.objects.count(), "seeds": len(seeds), "seeds_from": origin}
    return found | {"read_side": "filled directly" if with_listings else "empty"}


def settle(cursor: CursorWrapper) -> None:
    """Leave the tables as a running system has them."""
    cursor.execute("VACUUM ANALYZE")
    cursor.execute("RESET work_mem")
    cursor.execute("RESET maintenance_work_mem")


def _make_repos(cursor: CursorWrapper, wanted: int, seeds: int) -> None:
    cursor.execute("INSERT INTO registry_hub (url, created_at) VALUES ('x', now()) RETURNING id")
    values = {"seeds": seeds, "hub": (cursor.fetchone() or (0,))[0], "wanted": wanted}
    values["made"] = wanted + wanted // 3
    for statement in (
        *(_DRAFT, "ANALYZE draft", _AUTHORS, "ANALYZE registry_author", _REPOS, _NUMBER),
        *(_REVISIONS, _CLAIMS, _RUNS, _FINDINGS),
    ):
        cursor.execute(statement, values if "%" in statement else None)


def _change_indexes(*, drop: bool) -> None:
    """Drop or make what an INSERT of millions of rows would be slowed by."""
    with connection.schema_editor() as editor:
        for constraint in Repo._meta.constraints:
            change = editor.remove_constraint if drop else editor.add_constraint
            change(Repo, constraint)
        for index in Repo._meta.indexes:
            (editor.remove_index if drop else editor.add_index)(Repo, index)
