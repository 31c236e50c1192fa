"""The SQL of history: what a batch changes is written down in the transaction that changes it.

``BEFORE`` runs on the batch in ``incoming_*`` while the tables still hold what was known; ``AFTER``
runs when the batch is merged. Repos that do not change cost one comparison and write nothing.
"""

# What the merge is about to overwrite, where the batch says something else. A NULL in the batch
# says nothing: the comparison is NULL then, and no row comes of it.
_CHANGES = """
INSERT INTO registry_change (repo_id, sync_id, at, what, old, new)
SELECT r.id, %(sync)s, %(now)s, c.what, c.old, c.new
FROM incoming_repo t JOIN registry_repo r ON r.id = t.repo_id
LEFT JOIN registry_author a ON a.id = r.author_id
CROSS JOIN LATERAL (VALUES
    ('returned', to_jsonb(r.state), to_jsonb('present'::text), r.state <> 'present'),
    ('renamed', to_jsonb(r.name), to_jsonb(t.name), r.name <> t.name),
    ('author', to_jsonb(COALESCE(a.name, '')), to_jsonb(t.author),
        COALESCE(a.name, '') <> t.author),
    ('gate', to_jsonb(r.gate), to_jsonb(t.gate), r.gate <> t.gate),
    ('private', to_jsonb(r.is_private), to_jsonb(t.is_private), r.is_private <> t.is_private),
    ('disabled', to_jsonb(r.is_disabled), to_jsonb(t.is_disabled), r.is_disabled <> t.is_disabled),
    ('head', to_jsonb(r.head_sha), to_jsonb(t.head_sha), r.head_sha <> t.head_sha),
    ('modified', to_jsonb(r.hub_modified_at), to_jsonb(t.modified_at),
        t.modified_at IS NOT NULL AND r.hub_modified_at IS DISTINCT FROM t.modified_at),
    ('task', to_jsonb(r.pipeline_tag), to_jsonb(t.pipeline_tag), r.pipeline_tag <> t.pipeline_tag),
    ('library', to_jsonb(r.library), to_jsonb(t.library), r.library <> t.library),
    ('licence', to_jsonb(r.licence), to_jsonb(t.licence), r.licence <> t.licence),
    ('tags', to_jsonb(r.tags), to_jsonb(t.tags), r.tags::text[] <> t.tags),
    ('datasets', to_jsonb(r.datasets), to_jsonb(t.datasets), r.datasets::text[] <> t.datasets),
    ('languages', to_jsonb(r.languages), to_jsonb(t.languages), r.languages::text[] <> t.languages),
    ('papers', to_jsonb(r.papers), to_jsonb(t.papers), r.papers::text[] <> t.papers),
    ('model-type', to_jsonb(r.model_type), to_jsonb(t.model_type), r.model_type <> t.model_type),
    ('parameters', to_jsonb(r.parameters), to_jsonb(t.parameters),
        t.parameters IS NOT NULL AND r.parameters IS DISTINCT FROM t.parameters)
) c(what, old, new, differs)
WHERE c.differs AND ({differs})
ORDER BY t.n, c.what
"""
# The same comparisons without a value built: most repos of a batch differ in nothing and stop here.
_DIFFERS = """
    r.state <> 'present' OR r.name <> t.name OR COALESCE(a.name, '') <> t.author
    OR r.gate <> t.gate OR r.is_private <> t.is_private OR r.is_disabled <> t.is_disabled
    OR r.head_sha <> t.head_sha OR r.hub_modified_at IS DISTINCT FROM t.modified_at
    OR r.pipeline_tag <> t.pipeline_tag OR r.library <> t.library OR r.licence <> t.licence
    OR r.tags::text[] <> t.tags OR r.datasets::text[] <> t.datasets
    OR r.languages::text[] <> t.languages OR r.papers::text[] <> t.papers
    OR r.model_type <> t.model_type OR r.parameters IS DISTINCT FROM t.parameters
"""
CHANGES = _CHANGES.replace("{differs}", _DIFFERS)

# A point for each day that brought another count. A day that is before the last one (a clock that
# was set back) counts as the last one, so that days only grow.
_POINT = """
INSERT INTO registry_counterseries AS s (repo_id, quarter, days, downloads, likes, trending)
SELECT repo_id, date_trunc('quarter', %(now)s AT TIME ZONE 'UTC')::date,
    ARRAY[(%(now)s AT TIME ZONE 'UTC')::date
        - date_trunc('quarter', %(now)s AT TIME ZONE 'UTC')::date]::smallint[],
    ARRAY[downloads], ARRAY[likes], ARRAY[trending]
FROM ({rows}) p ORDER BY repo_id
ON CONFLICT (repo_id, quarter) DO UPDATE SET
    days = CASE WHEN EXCLUDED.days[1] > s.days[cardinality(s.days)]
        THEN s.days || EXCLUDED.days ELSE s.days END,
    downloads = s.downloads[:cardinality(s.days)
        - (EXCLUDED.days[1] <= s.days[cardinality(s.days)])::int] || EXCLUDED.downloads,
    likes = s.likes[:cardinality(s.days)
        - (EXCLUDED.days[1] <= s.days[cardinality(s.days)])::int] || EXCLUDED.likes,
    trending = s.trending[:cardinality(s.days)
        - (EXCLUDED.days[1] <= s.days[cardinality(s.days)])::int] || EXCLUDED.trending
"""
COUNTED = _POINT.replace(
    "{rows}",
    """
    SELECT r.id AS repo_id, COALESCE(t.downloads, r.downloads) AS downloads,
        COALESCE(t.likes, r.likes) AS likes, COALESCE(t.trending, r.trending) AS trending
    FROM incoming_repo t JOIN registry_repo r ON r.id = t.repo_id
    WHERE t.downloads <> r.downloads OR t.likes <> r.likes OR t.trending <> r.trending
""",
)
FIRST_COUNTED = _POINT.replace(
    "{rows}",
    """
    SELECT t.repo_id, COALESCE(t.downloads, 0) AS downloads, COALESCE(t.likes, 0) AS likes,
        COALESCE(t.trending, 0) AS trending
    FROM incoming_repo t
    WHERE t.n = ANY(%(created)s)
""",
)

# A name that answers with another id: supply chains trust names, so this is an alert on both. Who
# is in the batch under another name was renamed, which is told as such.
REPLACED = """
INSERT INTO registry_change (repo_id, sync_id, at, what, old, new)
SELECT c.repo_id, %(sync)s, %(now)s, c.what, c.old, c.new
FROM incoming_taken x JOIN incoming_repo t ON t.n = x.n
CROSS JOIN LATERAL (VALUES
    (x.repo_id, 'replaced',
        jsonb_build_object('key', x.hub_key, 'name', t.name, 'repo', x.repo_id),
        jsonb_build_object('key', t.hub_key, 'name', t.name, 'repo', t.repo_id)),
    (t.repo_id, 'took-name',
        jsonb_build_object('key', x.hub_key, 'name', t.name, 'repo', x.repo_id),
        jsonb_build_object('key', t.hub_key, 'name', t.name, 'repo', t.repo_id))
) c(repo_id, what, old, new)
ORDER BY c.repo_id
"""

# A commit that is read in full for the first time is compared with the one that was read before
# it, whatever lay between them unread.
COMPARED = """
INSERT INTO incoming_before (n, revision_id, sha)
SELECT t.n, v.id, v.sha FROM incoming_revision i JOIN incoming_repo t ON t.n = i.n
JOIN registry_repo r ON r.id = t.repo_id AND r.read_sha <> i.sha
JOIN registry_revision v ON v.repo_id = r.id AND v.sha = r.read_sha
WHERE i.has_tree AND NOT EXISTS (
    SELECT 1 FROM registry_change c WHERE c.repo_id = r.id
    AND c.what IN ('card', 'claims', 'files') AND c.new ->> 'sha' = i.sha)
"""
FILES = """
INSERT INTO registry_change (repo_id, sync_id, at, what, old, new)
SELECT t.repo_id, %(sync)s, %(now)s, 'files',
    jsonb_build_object('sha', b.sha, 'files', d.old_files, 'bytes', d.old_bytes),
    jsonb_build_object('sha', i.sha, 'files', d.new_files, 'bytes', d.new_bytes,
        'added', d.added, 'removed', d.removed, 'changed', d.changed,
        'added_paths', to_jsonb(d.added_paths[:50]),
        'removed_paths', to_jsonb(d.removed_paths[:50]),
        'changed_paths', to_jsonb(d.changed_paths[:50]))
FROM incoming_before b JOIN incoming_repo t ON t.n = b.n JOIN incoming_revision i ON i.n = b.n
CROSS JOIN LATERAL (
    SELECT count(f.path) AS old_files, COALESCE(sum(f.size), 0) AS old_bytes,
        count(x.path) AS new_files, COALESCE(sum(x.size), 0) AS new_bytes,
        count(*) FILTER (WHERE f.path IS NULL) AS added,
        count(*) FILTER (WHERE x.path IS NULL) AS removed,
        count(*) FILTER (WHERE {differs}) AS changed,
        array_agg(x.path ORDER BY x.path) FILTER (WHERE f.path IS NULL) AS added_paths,
        array_agg(f.path ORDER BY f.path) FILTER (WHERE x.path IS NULL) AS removed_paths,
        array_agg(x.path ORDER BY x.path) FILTER (WHERE {differs}) AS changed_paths
    FROM (SELECT * FROM registry_file WHERE revision_id = b.revision_id) f
    FULL JOIN (SELECT * FROM registry_file WHERE revision_id = i.revision_id) x
        ON x.path = f.path
) d
WHERE d.added + d.removed + d.changed > 0
ORDER BY t.n
""".replace("{differs}", "(f.size, f.sha256, f.git_oid) <> (x.size, x.sha256, x.git_oid)")
CARDS = """
INSERT INTO registry_change (repo_id, sync_id, at, what, old, new)
SELECT t.repo_id, %(sync)s, %(now)s, 'card',
    jsonb_build_object('sha', b.sha, 'length', length(o.text), 'digest', o.digest),
    jsonb_build_object('sha', i.sha, 'length', length(w.text), 'digest', w.digest)
FROM incoming_before b JOIN incoming_repo t ON t.n = b.n JOIN incoming_revision i ON i.n = b.n
LEFT JOIN LATERAL (SELECT text, encode(sha256(convert_to(text, 'UTF8')), 'hex') AS digest
    FROM registry_card WHERE revision_id = b.revision_id) o ON true
LEFT JOIN LATERAL (SELECT text, encode(sha256(convert_to(text, 'UTF8')), 'hex') AS digest
    FROM registry_card WHERE revision_id = i.revision_id) w ON true
WHERE i.has_claims AND o.digest IS DISTINCT FROM w.digest
ORDER BY t.n
"""
# Where a claim stands may move with every edit of a card; what it says counts.
CLAIMS = """
INSERT INTO registry_change (repo_id, sync_id, at, what, old, new)
SELECT t.repo_id, %(sync)s, %(now)s, 'claims',
    jsonb_build_object('sha', b.sha, 'removed', d.removed, 'claims', to_jsonb(d.gone[:50])),
    jsonb_build_object('sha', i.sha, 'added', d.added, 'claims', to_jsonb(d.come[:50]))
FROM incoming_before b JOIN incoming_repo t ON t.n = b.n JOIN incoming_revision i ON i.n = b.n
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE w.said IS NULL) AS removed,
        count(*) FILTER (WHERE o.said IS NULL) AS added,
        array_agg(o.said ORDER BY o.said) FILTER (WHERE w.said IS NULL) AS gone,
        array_agg(w.said ORDER BY w.said) FILTER (WHERE o.said IS NULL) AS come
    FROM ({old}) o FULL JOIN ({new}) w ON w.said = o.said
) d
WHERE i.has_claims AND d.removed + d.added > 0
ORDER BY t.n
"""
_SAID = """SELECT DISTINCT jsonb_build_object('task', task, 'dataset', dataset, 'config', config,
        'split', split, 'metric', metric, 'value', value_text) AS said
        FROM registry_claim WHERE revision_id = """
CLAIMS = CLAIMS.replace("{old}", _SAID + "b.revision_id").replace("{new}", _SAID + "i.revision_id")

SECURITY = """
INSERT INTO registry_change (repo_id, sync_id, at, what, old, new)
SELECT t.repo_id, %(sync)s, %(now)s, 'security', v.security, i.security
FROM incoming_revision i JOIN incoming_repo t ON t.n = i.n
JOIN registry_revision v ON v.repo_id = t.repo_id AND v.sha = i.sha
WHERE i.security <> '{}' AND v.security <> i.security
ORDER BY t.n
"""

# Before the merge, where the batch has repos that are known; their names are not released yet.
BEFORE = (CHANGES, COUNTED, COMPARED)
# Before the merge of revisions.
BEFORE_REVISIONS = SECURITY
# After the merge, where ``COMPARED`` found something to compare.
AFTER = (FILES, CARDS, CLAIMS)
