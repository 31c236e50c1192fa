"""The SQL of the mirror: a batch comes by COPY into temporary tables and is merged from there.

Rows that would not change are not touched: the SELECT leaves them out before ON CONFLICT could
lock them. So a pass over an unchanged hub writes nothing, and takes no number from a sequence.
"""

INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_repo (
    n integer, name text, hub_key text, adopts text, author text, gate text, is_private boolean,
    is_disabled boolean, head_sha text, pipeline_tag text, library text, licence text,
    tags text[], downloads bigint, likes integer, created_at timestamptz,
    modified_at timestamptz, refs jsonb, problem text, repo_id bigint
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_revision (
    n integer, sha text, config jsonb, architecture text, parameters bigint, has_tree boolean,
    has_claims boolean, revision_id bigint
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_card (
    n integer, text text, front_matter jsonb, has_front_matter boolean, problem text
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_file (
    n integer, path text, size bigint, git_oid text, sha256 text
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_claim (
    n integer, position integer, key text, source text, file text, path text, line integer,
    raw text, task text, dataset text, dataset_name text, config text, split text,
    dataset_revision text, metric text, metric_name text, value_text text,
    value double precision, args jsonb, problem text
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_edge (n integer, parent_name text, relation text);
TRUNCATE incoming_repo, incoming_revision, incoming_card, incoming_file, incoming_claim,
    incoming_edge
"""

AUTHORS = """
INSERT INTO registry_author (hub_id, name, kind, hub_key)
SELECT DISTINCT %(hub)s::bigint, t.author, 'unknown', '' FROM incoming_repo t
WHERE t.author IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM registry_author a WHERE a.hub_id = %(hub)s AND a.name = t.author)
ORDER BY t.author
ON CONFLICT (hub_id, name) DO NOTHING
"""

# A repo that was stored by its name gets the id that the hub gives it now.
ADOPT = """
UPDATE registry_repo r SET hub_key = t.hub_key FROM incoming_repo t
WHERE r.hub_id = %(hub)s AND r.hub_key = t.adopts AND NOT EXISTS (
    SELECT 1 FROM registry_repo o WHERE o.hub_id = %(hub)s AND o.hub_key = t.hub_key)
"""

# Names are unique among present repos, and a batch may pass them round in a ring: first they are
# let go, then the merge gives them out anew. Who gets no other name has lost his to a stranger.
RELEASE = """
UPDATE registry_repo r SET state = 'gone', synced_at = %(now)s FROM incoming_repo t
WHERE r.hub_id = %(hub)s AND r.state = 'present' AND r.name = t.name AND r.hub_key <> t.hub_key
"""

REPOS = """
WITH merged AS (
    SELECT t.hub_key, t.name, COALESCE(a.id, r.author_id) AS author_id,
        COALESCE(t.gate, r.gate, 'open') AS gate,
        COALESCE(t.is_private, r.is_private, false) AS is_private,
        COALESCE(t.is_disabled, r.is_disabled, false) AS is_disabled,
        COALESCE(t.head_sha, r.head_sha, '') AS head_sha,
        COALESCE(t.pipeline_tag, r.pipeline_tag, '') AS pipeline_tag,
        COALESCE(t.library, r.library, '') AS library,
        COALESCE(t.licence, r.licence, '') AS licence,
        COALESCE(t.tags, r.tags::text[], '{}') AS tags,
        COALESCE(t.downloads, r.downloads, 0) AS downloads,
        COALESCE(t.likes, r.likes, 0) AS likes,
        COALESCE(t.created_at, r.hub_created_at) AS hub_created_at,
        COALESCE(t.modified_at, r.hub_modified_at) AS hub_modified_at,
        COALESCE(t.refs, r.refs, '{}') AS refs,
        COALESCE(t.problem, r.problem, '') AS problem
    FROM incoming_repo t
    LEFT JOIN registry_author a ON a.hub_id = %(hub)s AND a.name = t.author
    LEFT JOIN registry_repo r ON r.hub_id = %(hub)s AND r.hub_key = t.hub_key
    WHERE r.id IS NULL OR r.state <> 'present' OR r.name <> t.name
        OR COALESCE(a.id, r.author_id) IS DISTINCT FROM r.author_id
        OR t.gate <> r.gate OR t.is_private <> r.is_private OR t.is_disabled <> r.is_disabled
        OR t.head_sha <> r.head_sha OR t.pipeline_tag <> r.pipeline_tag
        OR t.library <> r.library OR t.licence <> r.licence OR t.tags <> r.tags::text[]
        OR t.downloads <> r.downloads OR t.likes <> r.likes
        OR COALESCE(t.created_at, r.hub_created_at) IS DISTINCT FROM r.hub_created_at
        OR COALESCE(t.modified_at, r.hub_modified_at) IS DISTINCT FROM r.hub_modified_at
        OR t.refs <> r.refs OR t.problem <> r.problem
), written AS (
    INSERT INTO registry_repo (hub_id, hub_key, name, author_id, state, gate, is_private,
        is_disabled, head_sha, pipeline_tag, library, licence, tags, downloads, likes,
        hub_created_at, hub_modified_at, refs, synced_at, problem, datasets, languages, papers,
        model_type, trending, read_sha)
    SELECT %(hub)s, hub_key, name, author_id, 'present', gate, is_private, is_disabled, head_sha,
        pipeline_tag, library, licence, tags, downloads, likes, hub_created_at, hub_modified_at,
        refs, %(now)s, problem, '{}', '{}', '{}', '', 0, ''
    FROM merged ORDER BY hub_key
    ON CONFLICT (hub_id, hub_key) DO UPDATE SET name = EXCLUDED.name,
        author_id = EXCLUDED.author_id, state = EXCLUDED.state, gate = EXCLUDED.gate,
        is_private = EXCLUDED.is_private, is_disabled = EXCLUDED.is_disabled,
        head_sha = EXCLUDED.head_sha, pipeline_tag = EXCLUDED.pipeline_tag,
        library = EXCLUDED.library, licence = EXCLUDED.licence, tags = EXCLUDED.tags,
        downloads = EXCLUDED.downloads, likes = EXCLUDED.likes,
        hub_created_at = EXCLUDED.hub_created_at, hub_modified_at = EXCLUDED.hub_modified_at,
        refs = EXCLUDED.refs, synced_at = EXCLUDED.synced_at, problem = EXCLUDED.problem
    RETURNING hub_key, xmax = 0 AS is_new
)
SELECT t.n, w.is_new FROM written w JOIN incoming_repo t ON t.hub_key = w.hub_key
"""
REPO_IDS = """
UPDATE incoming_repo t SET repo_id = r.id FROM registry_repo r
WHERE r.hub_id = %(hub)s AND r.hub_key = t.hub_key
"""

# A commit never changes: what is known of it is kept where the hub says nothing this time.
REVISIONS = """
WITH merged AS (
    SELECT t.repo_id, i.sha, COALESCE(NULLIF(i.config, '{}'), v.config, '{}') AS config,
        COALESCE(NULLIF(i.architecture, ''), v.architecture, '') AS architecture,
        COALESCE(i.parameters, v.parameters) AS parameters,
        i.has_tree OR COALESCE(v.has_tree, false) AS has_tree, v.id AS known,
        v.config AS old_config, v.architecture AS old_architecture,
        v.parameters AS old_parameters, v.has_tree AS old_has_tree
    FROM incoming_revision i JOIN incoming_repo t ON t.n = i.n
    LEFT JOIN registry_revision v ON v.repo_id = t.repo_id AND v.sha = i.sha
), written AS (
    INSERT INTO registry_revision
        (repo_id, sha, config, architecture, parameters, has_tree, seen_at, security)
    SELECT repo_id, sha, config, architecture, parameters, has_tree, %(now)s, '{}' FROM merged
    WHERE known IS NULL OR (config, architecture, parameters, has_tree)
        IS DISTINCT FROM (old_config, old_architecture, old_parameters, old_has_tree)
    ORDER BY repo_id, sha
    ON CONFLICT (repo_id, sha) DO UPDATE SET config = EXCLUDED.config,
        architecture = EXCLUDED.architecture, parameters = EXCLUDED.parameters,
        has_tree = EXCLUDED.has_tree
    RETURNING repo_id
)
SELECT DISTINCT t.n FROM written w JOIN incoming_repo t ON t.repo_id = w.repo_id
"""
REVISION_IDS = """
UPDATE incoming_revision i SET revision_id = v.id FROM incoming_repo t, registry_revision v
WHERE t.n = i.n AND v.repo_id = t.repo_id AND v.sha = i.sha
"""

CARDS = """
WITH written AS (
    INSERT INTO registry_card (revision_id, text, front_matter, has_front_matter, problem)
    SELECT i.revision_id, x.text, x.front_matter, x.has_front_matter, x.problem
    FROM incoming_card x JOIN incoming_revision i ON i.n = x.n
    LEFT JOIN registry_card c ON c.revision_id = i.revision_id
    WHERE c.id IS NULL OR (c.text, c.front_matter, c.has_front_matter, c.problem)
        IS DISTINCT FROM (x.text, x.front_matter, x.has_front_matter, x.problem)
    ORDER BY i.revision_id
    ON CONFLICT (revision_id) DO UPDATE SET text = EXCLUDED.text,
        front_matter = EXCLUDED.front_matter, has_front_matter = EXCLUDED.has_front_matter,
        problem = EXCLUDED.problem
    RETURNING revision_id
)
SELECT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.revision_id
"""

# The tree is the whole truth about a commit's files; the list inside an answer is not.
STALE_FILES = """
WITH written AS (
    DELETE FROM registry_file f USING incoming_revision i
    WHERE f.revision_id = i.revision_id AND i.has_tree AND NOT EXISTS (
        SELECT 1 FROM incoming_file x WHERE x.n = i.n AND x.path = f.path)
    RETURNING f.revision_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.revision_id
"""
# A SHA-256 that a worker computed stays where the hub gives none.
FILES = """
WITH written AS (
    INSERT INTO registry_file (revision_id, path, size, sha256, git_oid)
    SELECT i.revision_id, x.path, x.size, COALESCE(NULLIF(x.sha256, ''), f.sha256, ''), x.git_oid
    FROM incoming_file x JOIN incoming_revision i ON i.n = x.n
    LEFT JOIN registry_file f ON f.revision_id = i.revision_id AND f.path = x.path
    WHERE f.id IS NULL OR (i.has_tree AND (f.size <> x.size OR f.git_oid <> x.git_oid
        OR (x.sha256 <> '' AND f.sha256 <> x.sha256)))
    ORDER BY i.revision_id, x.path
    ON CONFLICT (revision_id, path) DO UPDATE SET size = EXCLUDED.size,
        sha256 = EXCLUDED.sha256, git_oid = EXCLUDED.git_oid
    RETURNING revision_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.revision_id
"""

# A claim that somebody asked to measure stays, also when the card is read differently today.
STALE_CLAIMS = """
WITH written AS (
    DELETE FROM registry_claim c USING incoming_revision i
    WHERE c.revision_id = i.revision_id AND i.has_claims AND NOT EXISTS (
        SELECT 1 FROM incoming_claim x WHERE x.n = i.n AND x.key = c.key)
        AND NOT EXISTS (SELECT 1 FROM registry_run u WHERE u.claim_id = c.id)
    RETURNING c.revision_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.revision_id
"""
# The key is a digest of all other columns: the same key is the same claim.
CLAIMS = """
WITH written AS (
    INSERT INTO registry_claim (revision_id, key, source, file, path, line, raw, task, dataset,
        dataset_name, config, split, dataset_revision, metric, metric_name, value_text, value,
        args, problem)
    SELECT i.revision_id, x.key, x.source, x.file, x.path, x.line, x.raw, x.task, x.dataset,
        x.dataset_name, x.config, x.split, x.dataset_revision, x.metric, x.metric_name,
        x.value_text, x.value, x.args, x.problem
    FROM incoming_claim x JOIN incoming_revision i ON i.n = x.n
    WHERE NOT EXISTS (
        SELECT 1 FROM registry_claim c WHERE c.revision_id = i.revision_id AND c.key = x.key)
    ORDER BY i.revision_id, x.position
    ON CONFLICT (revision_id, key) DO NOTHING
    RETURNING revision_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.revision_id
"""

STALE_EDGES = """
WITH written AS (
    DELETE FROM registry_edge e USING incoming_revision i
    WHERE e.child_id = i.revision_id AND i.has_claims AND e.basis = 'declared' AND NOT EXISTS (
        SELECT 1 FROM incoming_edge x WHERE x.n = i.n AND x.parent_name = e.parent_name)
    RETURNING e.child_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.child_id
"""
EDGES = """
WITH written AS (
    INSERT INTO registry_edge (child_id, parent_name, parent_id, relation, basis)
    SELECT i.revision_id, x.parent_name, p.id, x.relation, 'declared'
    FROM incoming_edge x JOIN incoming_revision i ON i.n = x.n
    LEFT JOIN registry_repo p
        ON p.hub_id = %(hub)s AND p.name = x.parent_name AND p.state = 'present'
    LEFT JOIN registry_edge e ON e.child_id = i.revision_id AND e.parent_name = x.parent_name
        AND e.basis = 'declared'
    WHERE e.id IS NULL OR e.relation <> x.relation
    ORDER BY i.revision_id, x.parent_name
    ON CONFLICT (child_id, parent_name, basis) DO UPDATE SET relation = EXCLUDED.relation
    RETURNING child_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.child_id
"""
# A parent may be listed after its children, or in a later pass.
LINK_EDGES = """
UPDATE registry_edge e SET parent_id = p.id
FROM registry_repo p, registry_revision v, registry_repo r
WHERE e.parent_id IS NULL AND v.id = e.child_id AND r.id = v.repo_id AND r.hub_id = %(hub)s
    AND p.hub_id = %(hub)s AND p.name = e.parent_name AND p.state = 'present'
    AND (%(names)s::text[] IS NULL OR e.parent_name = ANY(%(names)s))
"""

KNOWN = """
SELECT hub_key, name, state = 'present', head_sha, hub_modified_at, problem FROM registry_repo
WHERE hub_id = %(hub)s
    AND (hub_key = ANY(%(keys)s) OR (name = ANY(%(names)s) AND state = 'present'))
"""

# Repos that this pass met. A table of its own, because it must outlive a killed pass, and because
# dropping it is cheaper than deleting five million rows.
CREATE_MET = "CREATE TABLE IF NOT EXISTS {met} (repo_id bigint PRIMARY KEY)"
DROP_MET = "DROP TABLE IF EXISTS {met}"
MEET = """
INSERT INTO {met} (repo_id) SELECT t.repo_id FROM incoming_repo t
ON CONFLICT (repo_id) DO NOTHING
"""
MEET_NAMED = """
INSERT INTO {met} (repo_id) SELECT r.id FROM registry_repo r
WHERE r.hub_id = %(hub)s AND r.state = 'present' AND r.name = ANY(%(names)s)
ON CONFLICT (repo_id) DO NOTHING
"""
MET_BEFORE = """
SELECT r.hub_key, r.name FROM registry_repo r JOIN {met} m ON m.repo_id = r.id
WHERE r.hub_id = %(hub)s AND (r.hub_key = ANY(%(keys)s) OR r.name = ANY(%(names)s))
"""
# One that was stored by itself while the pass went on may be newer than its place in the listing.
MARK_GONE = """
UPDATE registry_repo r SET state = 'gone', synced_at = %(now)s
WHERE r.hub_id = %(hub)s AND r.state = 'present' AND r.synced_at < %(begun)s
    AND NOT EXISTS (SELECT 1 FROM {met} m WHERE m.repo_id = r.id)
"""
