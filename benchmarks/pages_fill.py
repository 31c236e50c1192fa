"""Adds to the repos of `lists_fill` what the other pages show: the fullest instance of each.

One famous model has 200 claims, 500 files, a long card, parents and 1,000 children; one author has
thousands of models and one dataset thousands of claims by themselves, a quarter of them without a
run. Set-based, as the listing's fill is.
"""

import json
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from benchmarks import lists_fill
from registry.ecosystem import boards, datasets
from registry.ecosystem.measures import MEASURES

CLAIMS, FILES, CHILDREN, ITEMS = 200, 500, 1_000, 2_000
SHARED = "ab" * 32  # the hash of a file that many models have
_CODE = "```python\nfrom transformers import pipeline\npipeline('text-classification')\n```\n\n"
_CARD = (
    "# A network\n\nIt reads *pictures* and says what is on them; see `model.py`.\n\n"
    + "".join(
        f"## Part {part}\n\n| set | accuracy |\n|---|---|\n| set {part} | {90 - part} |\n\n"
        + "It was trained for some days on what could be had. " * 12
        + f"\n\n{_CODE}"
        for part in range(20)
    )
)
_EVIDENCE = {
    "schema": 1,
    "check": {"id": "claim", "version": 1},
    "subject": {"files": [{"path": "model.safetensors", "size": 1_094_321, "sha256": "5b" * 32}]},
    "data": {"dataset": "glue", "config": "", "split": "test", "rows_of_split": 1_000},
    "measure": {
        "metric": "accuracy",
        "stated": 0.917,
        "tolerance": 0.001,
        "population": 1_000,
        "is_full_split": False,
        "looks": [{"n": 64 * at, "estimate": 0.8, "low": 0.5, "high": 1} for at in range(1, 10)],
    },
    "sandbox": {"level": "bubblewrap", "wall_s": 41.7, "versions": {"torch": "2.13.0"}},
}

_FILES = """
INSERT INTO registry_file (revision_id, path, size, sha256, git_oid)
SELECT r.id, p.path, 1000 + r.id, CASE WHEN r.id %% 40 = 0 AND p.path = 'model.safetensors'
    THEN %(shared)s ELSE md5(r.id || p.path) || md5(p.path || r.id) END, ''
FROM registry_revision r CROSS JOIN (VALUES ('README.md'), ('config.json'), ('model.safetensors'),
    ('pytorch_model.bin')) p (path)
"""
_RUNS = """
INSERT INTO registry_run (revision_id, claim_id, check_id, check_version, queue, options, key,
    dataset_sha, status, code, reason, attempt, faults, worker, stage, note, progress, total,
    requested_by, created_at, finished_at)
SELECT c.revision_id, c.id, 'claim', 1, 'cpu', '{}', md5('more' || g || '-' || c.id), '',
    (ARRAY['done','unsupported','dead','cancelled','queued'])[1 + (c.id + g) %% 5], '',
    'The dataset is not there.', 1, 1, '', '', '', 0, 0, '', now(), now()
FROM registry_claim c CROSS JOIN generate_series(1, 8) g WHERE c.id %% 4 > 0
"""
_CHANGES = """
INSERT INTO registry_change (repo_id, at, what, old, new)
SELECT id, now() - interval '1 day' * g, (ARRAY['licence','tags','head'])[g],
    CASE WHEN g = 2 THEN '["a"]'::jsonb ELSE '"mit"' END,
    CASE WHEN g = 2 THEN '["a", "b"]'::jsonb ELSE '"apache-2.0"' END
FROM registry_repo CROSS JOIN generate_series(1, 3) g WHERE id %% 2 = 0
"""
_FAMOUS_CLAIMS = """
INSERT INTO registry_claim (revision_id, key, source, file, path, raw, task, dataset, dataset_name,
    config, split, dataset_revision, metric, metric_name, value_text, value, args, problem)
SELECT %(famous)s, md5('famous' || g), 'model-index', 'README.md', 'model-index[0].results[' || g
    || ']', '', 'text-classification', 'set-' || (g / 2), '', '', 'test', '',
    CASE WHEN g %% 2 = 0 THEN 'accuracy' ELSE 'f1' END, '', '91.7', 91.7, '{}', ''
FROM generate_series(1, %(claims)s) g
"""
_FAMOUS_RUNS = """
INSERT INTO registry_run (revision_id, claim_id, check_id, check_version, queue, options, key,
    dataset_sha, status, code, reason, attempt, faults, worker, stage, note, progress, total,
    requested_by, created_at, finished_at)
SELECT revision_id, id, 'claim', 1, 'cpu', '{}', md5('famous' || id), '', 'done', '', '', 1, 1, '',
    '', '', 0, 0, '', now(), now() FROM registry_claim WHERE revision_id = %(famous)s
"""
_FAMOUS_FINDINGS = """
INSERT INTO registry_finding (run_id, verdict, summary, value, low, high, n, evidence, envelope,
    created_at)
SELECT r.id, (ARRAY['confirmed','overstated','understated','inconclusive'])[1 + (r.id %% 4)::int],
    'Measured on 1,000 samples.', 0.9, 0.88, 0.92, 1000, %(evidence)s, '{}', now()
FROM registry_run r LEFT JOIN registry_finding f ON f.run_id = r.id
WHERE r.status = 'done' AND f.id IS NULL
"""
_FAMOUS_FILES = """
INSERT INTO registry_file (revision_id, path, size, sha256, git_oid)
SELECT %(famous)s, 'shards/model-' || g || '.safetensors', 5000000000,
    md5('shard' || g) || md5(g::text), '' FROM generate_series(1, %(files)s) g
"""
_EDGES = """
INSERT INTO registry_edge (child_id, parent_name, parent_id, relation, basis)
SELECT r.id, p.name, p.id, (ARRAY['finetune','adapter','quantized','merge'])[1 + r.id %% 4],
    'declared'
FROM (SELECT id FROM registry_revision WHERE id <> %(famous)s ORDER BY id LIMIT %(children)s) r
CROSS JOIN registry_repo p WHERE p.id = %(repo)s
"""
_GRANDPARENTS = """
INSERT INTO registry_edge (child_id, parent_name, parent_id, relation, basis)
SELECT %(famous)s, name, id, 'finetune', 'declared'
FROM registry_repo WHERE id <> %(repo)s ORDER BY id LIMIT 3
"""
_CARDS = """
INSERT INTO registry_card (revision_id, text, front_matter, has_front_matter, problem)
SELECT id, %(card)s, '{}', true, '' FROM registry_revision WHERE id %% 25 = 0 OR id = %(famous)s
"""
_OWNER = """
INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff,
    is_active, date_joined) VALUES ('owner', '', false, '', '', '', true, true, now())
RETURNING id
"""
_MARKS = """
INSERT INTO registry_mark (owner_id, name, scheme, task, keys, commitment, home_name, envelope,
    registered_at, state, reason, looks, home_id)
SELECT %(owner)s, 'Mark ' || g, 'uchida', 'image-classification', 32,
    md5(g::text) || md5('c' || g), '', '{}', now(), 'ready', '', 1, NULL
FROM generate_series(1, 1000) g
"""
_SCANS = """
INSERT INTO registry_scan (name, selection, checks, options, schedule, state, owner_id,
    gpu_hour_price, "window", due_from, created_at)
SELECT 'Scan ' || g, 'task=text-classification', '{claim}', '{}', '', 'active', %(owner)s, 0, 8,
    now(), now() FROM generate_series(1, 200) g
"""
_EXECUTIONS = """
INSERT INTO registry_scanexecution (scan_id, selection, checks, options, requested_by, state, code,
    reason, cursor, is_planned, repos, counts, spent_s, spent_gpu_s, spent_bytes, begun, totals,
    difference, created_at, started_at, finished_at)
SELECT s.id, '', '{claim}', '{}', 'owner', 'done', '', '', 0, true, 2000, '{"measured": 2000}', 60,
    0, 1000000, 2000, '{}', '{}', now() - interval '1 day' * g, now(), now()
FROM registry_scan s CROSS JOIN generate_series(1, 30) g
"""
_ITEMS = """
INSERT INTO registry_scanitem (execution_id, repo_id, claim_id, run_id, check_id, subject, outcome,
    is_own, reason, expected_s, expected_bytes)
SELECT (SELECT max(id) FROM registry_scanexecution), v.repo_id, r.claim_id, r.id, 'claim',
    md5(r.id::text), CASE WHEN r.id %% 3 = 0 THEN 'dead' ELSE 'measured' END, true, '', 1, 1
FROM registry_run r JOIN registry_revision v ON v.id = r.revision_id
WHERE r.claim_id IS NOT NULL ORDER BY r.id LIMIT %(items)s
"""
_MEASUREMENTS = """
INSERT INTO registry_measurement (measure, version, date, at, numerator, denominator, unknown,
    unseen, breakdown, seconds)
SELECT %(measure)s, %(version)s, current_date - g, now(), 40 + g, 900, 1, 0,
    '[]', 1 FROM generate_series(0, 364) g
ON CONFLICT DO NOTHING
"""


def fill(wanted: int) -> dict[str, Any]:
    """Fill an empty, migrated database; return how many repos there are, and out of what."""
    found = lists_fill.fill(wanted)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, repo_id FROM registry_revision ORDER BY id LIMIT 1")
        famous, repo = cursor.fetchone() or (0, 0)
        cursor.execute(_OWNER)
        (owner,) = cursor.fetchone() or (0,)
        values = {
            "famous": famous, "repo": repo, "owner": owner, "shared": SHARED, "claims": CLAIMS,
            "files": FILES, "children": CHILDREN, "items": ITEMS, "card": _CARD,
            "evidence": json.dumps(_EVIDENCE),
        }  # fmt: skip
        for statement in (
            *(_FILES, _RUNS, _CHANGES, _FAMOUS_CLAIMS, _FAMOUS_RUNS, _FAMOUS_FINDINGS),
            *(_FAMOUS_FILES, _EDGES, _GRANDPARENTS, _CARDS, _MARKS, _SCANS, _EXECUTIONS, _ITEMS),
        ):
            cursor.execute(statement, values)
        _measurements(cursor)
        lists_fill.settle(cursor)
    datasets.recount()
    boards.remake()
    return found | {"famous": famous}


def _measurements(cursor: CursorWrapper) -> None:
    for measure in MEASURES.values():
        cursor.execute(_MEASUREMENTS, {"measure": measure.id, "version": measure.version})
