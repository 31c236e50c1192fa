"""The SQL of the mirror: a batch comes by COPY into temporary tables and is merged from there.

Rows that would not change are not touched: the SELECT leaves them out before ON CONFLICT could
lock them. So a pass over an unchanged hub writes nothing, and takes no number from a sequence.
What belongs to a revision that is new in the batch is inserted without a look at the tables: there
can be nothing of it. That is most of a first pass over a hub.
"""

INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_repo (
    n integer, name text, hub_key text, adopts text, author text, gate text, is_private boolean,
    is_disabled boolean, head_sha text, pipeline_tag text, library text, licence text,
    tags text[], datasets text[], languages text[], papers text[], model_type text,
    parameters bigint, downloads bigint, likes integer, trending double precision,
    created_at timestamptz, modified_at timestamptz, refs jsonb, read_sha text,
    read_began timestamptz, problem text, ask boolean, repo_id bigint, old_head text
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_revision (
    n integer, sha text, config jsonb, architecture text, parameters bigint, has_tree boolean,
    has_claims boolean, is_listed boolean, security jsonb, revision_id bigint, is_new boolean
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_card (
    n integer, text text, front_matter jsonb, has_front_matter boolean, problem text
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_file (
    n integer, path text, size bigint, git_oid text, sha256 text, security jsonb
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_claim (
    n integer, position integer, key text, source text, file text, path text, line integer,
    raw text, task text, dataset text, dataset_name text, config text, split text,
    dataset_revision text, metric text, metric_name text, value_text text,
    value double precision, args jsonb, problem text
);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_edge (n integer, parent_name text, relation text);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_taken (n integer, repo_id bigint, hub_key text);
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_before (n integer, revision_id bigint, sha text);
TRUNCATE incoming_repo, incoming_revision, incoming_card, incoming_file, incoming_claim,
    incoming_edge, incoming_taken, incoming_before
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

# Who is known, and with which head, before the merge.
KNOWN_IDS = """
UPDATE incoming_repo t SET repo_id = r.id, old_head = r.head_sha FROM registry_repo r
WHERE r.hub_id = %(hub)s AND r.hub_key = t.hub_key
"""

# Names are unique among present repos, and a batch may pass them round in a ring: first they are
# let go, then the merge gives them out anew. Who gets no other name has lost his to a stranger.
RELEASE = """
WITH released AS (
    UPDATE registry_repo r SET state = 'replaced', synced_at = %(now)s FROM incoming_repo t
    WHERE r.hub_id = %(hub)s AND r.state = 'present' AND r.name = t.name
        AND r.hub_key <> t.hub_key
    RETURNING t.n, r.id, r.hub_key
), stale AS (
    INSERT INTO registry_stalelisting (repo_id) SELECT id FROM released ORDER BY id
    ON CONFLICT (repo_id) DO UPDATE SET repo_id = EXCLUDED.repo_id
)
INSERT INTO incoming_taken (n, repo_id, hub_key) SELECT n, id, hub_key FROM released l
WHERE NOT EXISTS (SELECT 1 FROM incoming_repo o WHERE o.hub_key = l.hub_key)
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
        COALESCE(t.datasets, r.datasets::text[], '{}') AS datasets,
        COALESCE(t.languages, r.languages::text[], '{}') AS languages,
        COALESCE(t.papers, r.papers::text[], '{}') AS papers,
        COALESCE(t.model_type, r.model_type, '') AS model_type,
        COALESCE(t.parameters, r.parameters) AS parameters,
        COALESCE(t.downloads, r.downloads, 0) AS downloads,
        COALESCE(t.likes, r.likes, 0) AS likes,
        COALESCE(t.trending, r.trending, 0) AS trending,
        COALESCE(t.created_at, r.hub_created_at) AS hub_created_at,
        COALESCE(t.modified_at, r.hub_modified_at) AS hub_modified_at,
        COALESCE(t.refs, r.refs, '{}') AS refs,
        COALESCE(t.read_sha, r.read_sha, '') AS read_sha,
        CASE WHEN t.read_sha IS NULL THEN r.read_at ELSE %(now)s END AS read_at,
        COALESCE(t.problem, r.problem, '') AS problem
    FROM incoming_repo t
    LEFT JOIN registry_author a ON a.hub_id = %(hub)s AND a.name = t.author
    LEFT JOIN registry_repo r ON r.id = t.repo_id
    WHERE r.id IS NULL OR r.state <> 'present' OR r.name <> t.name
        OR COALESCE(a.id, r.author_id) IS DISTINCT FROM r.author_id
        OR t.gate <> r.gate OR t.is_private <> r.is_private OR t.is_disabled <> r.is_disabled
        OR t.head_sha <> r.head_sha OR t.pipeline_tag <> r.pipeline_tag
        OR t.library <> r.library OR t.licence <> r.licence OR t.tags <> r.tags::text[]
        OR t.datasets <> r.datasets::text[] OR t.languages <> r.languages::text[]
        OR t.papers <> r.papers::text[] OR t.model_type <> r.model_type
        OR COALESCE(t.parameters, r.parameters) IS DISTINCT FROM r.parameters
        OR t.downloads <> r.downloads OR t.likes <> r.likes OR t.trending <> r.trending
        OR COALESCE(t.created_at, r.hub_created_at) IS DISTINCT FROM r.hub_created_at
        OR COALESCE(t.modified_at, r.hub_modified_at) IS DISTINCT FROM r.hub_modified_at
        OR t.refs <> r.refs OR t.read_sha <> r.read_sha OR t.problem <> r.problem
), written AS (
    INSERT INTO registry_repo (hub_id, hub_key, name, author_id, state, gate, is_private,
        is_disabled, head_sha, pipeline_tag, library, licence, tags, datasets, languages, papers,
        model_type, parameters, downloads, likes, trending, hub_created_at, hub_modified_at, refs,
        read_sha, read_at, first_seen_at, synced_at, problem)
    SELECT %(hub)s, hub_key, name, author_id, 'present', gate, is_private, is_disabled, head_sha,
        pipeline_tag, library, licence, tags, datasets, languages, papers, model_type, parameters,
        downloads, likes, trending, hub_created_at, hub_modified_at, refs, read_sha, read_at,
        %(now)s, %(now)s, problem
    FROM merged ORDER BY hub_key
    ON CONFLICT (hub_id, hub_key) DO UPDATE SET name = EXCLUDED.name,
        author_id = EXCLUDED.author_id, state = EXCLUDED.state, gate = EXCLUDED.gate,
        is_private = EXCLUDED.is_private, is_disabled = EXCLUDED.is_disabled,
        head_sha = EXCLUDED.head_sha, pipeline_tag = EXCLUDED.pipeline_tag,
        library = EXCLUDED.library, licence = EXCLUDED.licence, tags = EXCLUDED.tags,
        datasets = EXCLUDED.datasets, languages = EXCLUDED.languages, papers = EXCLUDED.papers,
        model_type = EXCLUDED.model_type, parameters = EXCLUDED.parameters,
        downloads = EXCLUDED.downloads, likes = EXCLUDED.likes, trending = EXCLUDED.trending,
        hub_created_at = EXCLUDED.hub_created_at, hub_modified_at = EXCLUDED.hub_modified_at,
        refs = EXCLUDED.refs, read_sha = EXCLUDED.read_sha, read_at = EXCLUDED.read_at,
        synced_at = EXCLUDED.synced_at, problem = EXCLUDED.problem
    RETURNING id, hub_key, xmax = 0 AS is_new
), noted AS (
    UPDATE incoming_repo t SET repo_id = w.id FROM written w WHERE t.hub_key = w.hub_key
    RETURNING t.n, w.is_new
)
SELECT n, is_new FROM noted
"""

# A commit never changes: what is known of it is kept where the hub says nothing this time.
REVISIONS = """
WITH merged AS (
    SELECT t.repo_id, i.sha, COALESCE(NULLIF(i.config, '{}'), v.config, '{}') AS config,
        COALESCE(NULLIF(i.architecture, ''), v.architecture, '') AS architecture,
        COALESCE(i.parameters, v.parameters) AS parameters,
        i.has_tree OR COALESCE(v.has_tree, false) AS has_tree,
        COALESCE(i.security, v.security, '{}') AS security, v.id AS known,
        v.config AS old_config, v.architecture AS old_architecture,
        v.parameters AS old_parameters, v.has_tree AS old_has_tree, v.security AS old_security
    FROM incoming_revision i JOIN incoming_repo t ON t.n = i.n
    LEFT JOIN registry_revision v ON v.repo_id = t.repo_id AND v.sha = i.sha
), written AS (
    INSERT INTO registry_revision
        (repo_id, sha, config, architecture, parameters, has_tree, seen_at, security)
    SELECT repo_id, sha, config, architecture, parameters, has_tree, %(now)s, security FROM merged
    WHERE known IS NULL OR (config, architecture, parameters, has_tree, security)
        IS DISTINCT FROM
        (old_config, old_architecture, old_parameters, old_has_tree, old_security)
    ORDER BY repo_id, sha
    ON CONFLICT (repo_id, sha) DO UPDATE SET config = EXCLUDED.config,
        architecture = EXCLUDED.architecture, parameters = EXCLUDED.parameters,
        has_tree = EXCLUDED.has_tree, security = EXCLUDED.security
    RETURNING id, repo_id, sha, xmax = 0 AS is_new
), noted AS (
    UPDATE incoming_revision i SET revision_id = w.id, is_new = w.is_new
    FROM written w, incoming_repo t
    WHERE t.n = i.n AND t.repo_id = w.repo_id AND i.sha = w.sha
    RETURNING i.n
)
SELECT n FROM noted
"""
REVISION_IDS = """
UPDATE incoming_revision i SET revision_id = v.id, is_new = false
FROM incoming_repo t, registry_revision v
WHERE i.revision_id IS NULL AND t.n = i.n AND v.repo_id = t.repo_id AND v.sha = i.sha
"""
# What a listing says of a commit gives way to what was read in full, also in an earlier reading
# of a commit that was the head once and is it again. Its configuration was taken above.
YIELD = """
DELETE FROM incoming_revision i USING incoming_repo t, registry_repo r
WHERE i.is_listed AND NOT i.is_new AND t.n = i.n AND r.id = t.repo_id AND (r.read_sha = i.sha
    OR EXISTS (SELECT 1 FROM registry_card c WHERE c.revision_id = i.revision_id AND c.text <> ''))
"""

# -- of revisions that are new

NEW_CARDS = """
INSERT INTO registry_card (revision_id, text, front_matter, has_front_matter, problem)
SELECT i.revision_id, COALESCE(x.text, ''), x.front_matter, x.has_front_matter, x.problem
FROM incoming_card x JOIN incoming_revision i ON i.n = x.n WHERE i.is_new
"""
NEW_FILES = """
INSERT INTO registry_file (revision_id, path, size, sha256, git_oid, security)
SELECT i.revision_id, x.path, x.size, x.sha256, x.git_oid, x.security
FROM incoming_file x JOIN incoming_revision i ON i.n = x.n WHERE i.is_new
"""
NEW_CLAIMS = """
INSERT INTO registry_claim (revision_id, key, source, file, path, line, raw, task, dataset,
    dataset_name, config, split, dataset_revision, metric, metric_name, value_text, value, args,
    problem)
SELECT i.revision_id, x.key, x.source, x.file, x.path, x.line, x.raw, x.task, x.dataset,
    x.dataset_name, x.config, x.split, x.dataset_revision, x.metric, x.metric_name, x.value_text,
    x.value, x.args, x.problem
FROM incoming_claim x JOIN incoming_revision i ON i.n = x.n WHERE i.is_new
ORDER BY i.n, x.position
"""
NEW_EDGES = """
INSERT INTO registry_edge (child_id, parent_name, parent_id, relation, basis)
SELECT i.revision_id, x.parent_name, p.id, x.relation, 'declared'
FROM incoming_edge x JOIN incoming_revision i ON i.n = x.n
LEFT JOIN registry_repo p
    ON p.hub_id = %(hub)s AND p.name = x.parent_name AND p.state = 'present'
WHERE i.is_new
"""
NEW = (NEW_CARDS, NEW_FILES, NEW_CLAIMS, NEW_EDGES)

# -- of revisions that were known

CARDS = """
WITH written AS (
    INSERT INTO registry_card (revision_id, text, front_matter, has_front_matter, problem)
    SELECT i.revision_id, COALESCE(x.text, c.text, ''), x.front_matter, x.has_front_matter,
        x.problem
    FROM incoming_card x JOIN incoming_revision i ON i.n = x.n AND NOT i.is_new
    LEFT JOIN registry_card c ON c.revision_id = i.revision_id
    WHERE c.id IS NULL OR (c.text, c.front_matter, c.has_front_matter, c.problem) IS DISTINCT FROM
        (COALESCE(x.text, c.text), x.front_matter, x.has_front_matter, x.problem)
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
    WHERE f.revision_id = i.revision_id AND NOT i.is_new AND i.has_tree AND NOT EXISTS (
        SELECT 1 FROM incoming_file x WHERE x.n = i.n AND x.path = f.path)
    RETURNING f.revision_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.revision_id
"""
# A SHA-256 that a worker computed stays where the hub gives none.
FILES = """
WITH written AS (
    INSERT INTO registry_file (revision_id, path, size, sha256, git_oid, security)
    SELECT i.revision_id, x.path, x.size, COALESCE(NULLIF(x.sha256, ''), f.sha256, ''), x.git_oid,
        COALESCE(x.security, f.security)
    FROM incoming_file x JOIN incoming_revision i ON i.n = x.n AND NOT i.is_new
    LEFT JOIN registry_file f ON f.revision_id = i.revision_id AND f.path = x.path
    WHERE f.id IS NULL OR (i.has_tree AND (f.size <> x.size OR f.git_oid <> x.git_oid
        OR (x.sha256 <> '' AND f.sha256 <> x.sha256)
        OR COALESCE(x.security, f.security) IS DISTINCT FROM f.security))
    ORDER BY i.revision_id, x.path
    ON CONFLICT (revision_id, path) DO UPDATE SET size = EXCLUDED.size,
        sha256 = EXCLUDED.sha256, git_oid = EXCLUDED.git_oid, security = EXCLUDED.security
    RETURNING revision_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.revision_id
"""

# A claim that a listing gave becomes the same claim of the card, which knows its line; so a run
# that somebody asked for keeps its claim.
PLACED_CLAIMS = """
WITH written AS (
    UPDATE registry_claim c SET key = x.key, line = x.line, raw = x.raw, args = x.args,
        value_text = x.value_text, problem = x.problem
    FROM incoming_claim x JOIN incoming_revision i ON i.n = x.n AND NOT i.is_new AND i.has_claims
    WHERE c.revision_id = i.revision_id AND NOT i.is_listed AND c.line IS NULL
        AND x.line IS NOT NULL AND (c.source, c.file, c.path) = (x.source, x.file, x.path)
        AND (c.metric, c.metric_name, c.task, c.dataset, c.dataset_name, c.config, c.split,
            c.dataset_revision)
        = (x.metric, x.metric_name, x.task, x.dataset, x.dataset_name, x.config, x.split,
            x.dataset_revision)
        AND c.value IS NOT DISTINCT FROM x.value
        AND NOT EXISTS (SELECT 1 FROM registry_claim o
            WHERE o.revision_id = i.revision_id AND o.key = x.key)
    RETURNING c.revision_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.revision_id
"""
# A claim that somebody asked to measure stays, also when the card is read differently today.
STALE_CLAIMS = """
WITH written AS (
    DELETE FROM registry_claim c USING incoming_revision i
    WHERE c.revision_id = i.revision_id AND NOT i.is_new AND i.has_claims AND NOT EXISTS (
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
    FROM incoming_claim x JOIN incoming_revision i ON i.n = x.n AND NOT i.is_new
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
    WHERE e.child_id = i.revision_id AND NOT i.is_new AND i.has_claims AND e.basis = 'declared'
        AND NOT EXISTS (
            SELECT 1 FROM incoming_edge x WHERE x.n = i.n AND x.parent_name = e.parent_name)
    RETURNING e.child_id
)
SELECT DISTINCT i.n FROM written w JOIN incoming_revision i ON i.revision_id = w.child_id
"""
EDGES = """
WITH written AS (
    INSERT INTO registry_edge (child_id, parent_name, parent_id, relation, basis)
    SELECT i.revision_id, x.parent_name, p.id, x.relation, 'declared'
    FROM incoming_edge x JOIN incoming_revision i ON i.n = x.n AND NOT i.is_new
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
KNOWN = (CARDS, STALE_FILES, FILES, PLACED_CLAIMS, STALE_CLAIMS, CLAIMS, STALE_EDGES, EDGES)

# A parent may be listed after its children, or in a later pass.
LINK_EDGES = """
UPDATE registry_edge e SET parent_id = p.id
FROM registry_repo p, registry_revision v, registry_repo r
WHERE e.parent_id IS NULL AND v.id = e.child_id AND r.id = v.repo_id AND r.hub_id = %(hub)s
    AND p.hub_id = %(hub)s AND p.name = e.parent_name AND p.state = 'present'
    AND (%(names)s::text[] IS NULL OR e.parent_name = ANY(%(names)s))
"""
