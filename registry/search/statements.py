"""The statements that make listings and count them. Set-based; a chunk of repos at a time."""

# -- refresh: one transaction a chunk

TAKE_STALE = """
DELETE FROM registry_stalelisting s USING (
    SELECT repo_id FROM registry_stalelisting ORDER BY repo_id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
) taken WHERE s.repo_id = taken.repo_id
RETURNING s.repo_id
"""

# A head without a Revision has neither files nor claims. Endings come without the folder.
FACTS = """
SELECT r.id, r.name, r.pipeline_tag, r.library, r.licence, r.languages, r.datasets, r.model_type,
    COALESCE(r.parameters, v.parameters, 0), r.tags, r.gate, a.is_verified, COALESCE(a.name, ''),
    r.downloads, r.likes, r.trending, r.hub_modified_at, r.hub_created_at, v.id,
    v.id IS NOT NULL AND EXISTS (
        SELECT 1 FROM registry_claim c WHERE c.revision_id = v.id AND c.problem = ''),
    CASE WHEN v.id IS NULL THEN '{}' ELSE ARRAY(
        SELECT DISTINCT lower(substring(f.path FROM '[.]([A-Za-z0-9]{1,12})$'))
        FROM registry_file f WHERE f.revision_id = v.id AND f.path ~ '[.][A-Za-z0-9]{1,12}$'
        LIMIT 100) END
FROM registry_repo r
LEFT JOIN registry_author a ON a.id = r.author_id
LEFT JOIN registry_revision v ON v.repo_id = r.id AND v.sha = r.head_sha AND r.head_sha <> ''
WHERE r.id = ANY(%(repos)s) AND r.state = 'present' AND NOT r.is_private
ORDER BY r.id
"""

# The newest finding of each claim, and of each check that needs none.
FINDINGS = """
SELECT DISTINCT ON (u.revision_id, u.claim_id, u.check_id)
    u.revision_id, u.claim_id IS NULL, f.verdict, f.value,
    f.evidence -> 'measure' ->> 'metric', f.evidence -> 'measure' ->> 'stated'
FROM registry_run u JOIN registry_finding f ON f.run_id = u.id
WHERE u.revision_id = ANY(%(heads)s)
ORDER BY u.revision_id, u.claim_id, u.check_id, u.id DESC
"""

NEW_LABELS = """
INSERT INTO registry_label (facet, value, n)
SELECT w.facet, w.value, 0 FROM unnest(%(facets)s::text[], %(values)s::text[]) w (facet, value)
WHERE NOT EXISTS (
    SELECT 1 FROM registry_label l WHERE l.facet = w.facet AND l.value = w.value)
ORDER BY w.facet, w.value
ON CONFLICT (facet, value) DO NOTHING
"""
LABEL_IDS = """
SELECT w.facet, w.value, l.id FROM unnest(%(facets)s::text[], %(values)s::text[]) w (facet, value)
JOIN registry_label l ON l.facet = w.facet AND l.value = w.value
"""

INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_listing (
    repo_id bigint, folded text, base text, tokens text[], labels int[], downloads_key bigint,
    likes_key int, trending_key int, parameters bigint, gap int, updated timestamptz,
    created timestamptz
) ON COMMIT DELETE ROWS
"""
COLUMNS = (
    *("repo_id", "folded", "base", "tokens", "labels", "downloads_key", "likes_key"),
    *("trending_key", "parameters", "gap", "updated", "created"),
)
_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS[1:])
_OLD = ", ".join(f"l.{name}" for name in COLUMNS[1:])
_NEW = ", ".join(f"EXCLUDED.{name}" for name in COLUMNS[1:])
WRITE = f"""
INSERT INTO registry_listing AS l ({", ".join(COLUMNS)})
SELECT repo_id, folded, base, array_to_tsvector(tokens), labels, downloads_key, likes_key,
    trending_key, parameters, gap, updated, created
FROM incoming_listing ORDER BY repo_id
ON CONFLICT (repo_id) DO UPDATE SET {_SET} WHERE ({_OLD}) IS DISTINCT FROM ({_NEW})
"""  # noqa: S608 - names of columns
DROP_GONE = """
DELETE FROM registry_listing l WHERE l.repo_id = ANY(%(repos)s)
    AND NOT EXISTS (SELECT 1 FROM incoming_listing i WHERE i.repo_id = l.repo_id)
"""
EMPTY_INCOMING = "DELETE FROM incoming_listing"

# -- rebuild

NEXT_REPOS = "SELECT id FROM registry_repo WHERE id > %(after)s ORDER BY id LIMIT %(most)s"
DROP_FOREIGN = """
DELETE FROM registry_listing l WHERE NOT EXISTS (
    SELECT 1 FROM registry_repo r
    WHERE r.id = l.repo_id AND r.state = 'present' AND NOT r.is_private)
"""

# -- counts

# A fixed random part: the numbers of repos, scrambled. The step is odd, so that all lots are met.
LOTS = 65_536
_LOT = f"mod(repo_id * 40503 + 12345, {LOTS})"
COUNT_LABELS = """
UPDATE registry_label l SET n = COALESCE(c.n, 0)
FROM registry_label k LEFT JOIN (
    SELECT label, count(*) AS n FROM registry_listing, unnest(labels) AS label GROUP BY label
) c ON c.label = k.id
WHERE k.id = l.id AND l.n <> COALESCE(c.n, 0)
"""
SAMPLE = f"""
INSERT INTO registry_listingsample (place, tokens, labels)
SELECT row_number() OVER (ORDER BY md5(repo_id::text)), tokens, labels
FROM registry_listing WHERE {_LOT} < %(lots)s
"""  # noqa: S608
# Beside each common label: the values that a page may show.
PAIRS = f"""
WITH common AS MATERIALIZED (
    SELECT id FROM registry_label WHERE n >= %(fewest)s AND facet <> 'author'
), shown AS MATERIALIZED (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY facet ORDER BY n DESC, id) AS place
        FROM registry_label WHERE n > 0 AND facet <> 'author') ranked
    WHERE place <= %(places)s
), part AS MATERIALIZED (
    SELECT repo_id,
        ARRAY(SELECT unnest(labels) INTERSECT SELECT id FROM common) AS given,
        ARRAY(SELECT unnest(labels) INTERSECT SELECT id FROM shown) AS other
    FROM registry_listing WHERE {_LOT} < %(lots)s
)
INSERT INTO registry_labelpair (given, other, n)
SELECT g, o, count(*) FROM part, unnest(given) g, unnest(other) o WHERE g <> o GROUP BY g, o
"""  # noqa: S608
WORDS = rf"""
INSERT INTO registry_searchword (word, n)
SELECT word, ndoc * %(weight)s FROM ts_stat(
    'SELECT tokens FROM registry_listing WHERE {_LOT} < %(lots)s')
WHERE ndoc >= %(fewest)s AND length(word) BETWEEN 3 AND 60 AND word !~ '^[0-9]+$' AND word !~ '^\^'
ORDER BY ndoc DESC LIMIT %(most)s
"""  # noqa: S608
STORE_COUNT = """
INSERT INTO registry_searchcount (id, total, sample_weight, pair_weight, counted_at)
VALUES (1, %(total)s, %(sample)s, %(pairs)s, clock_timestamp())
ON CONFLICT (id) DO UPDATE SET total = EXCLUDED.total, sample_weight = EXCLUDED.sample_weight,
    pair_weight = EXCLUDED.pair_weight, counted_at = EXCLUDED.counted_at
"""
