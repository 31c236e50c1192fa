"""The SQL round the merge: what is known, what a pass met, what is gone, what is to be read."""

import math

KNOWN = """
SELECT r.hub_key, r.name, r.state = 'present', r.head_sha, r.read_sha, r.hub_modified_at,
    c.id IS NOT NULL, COALESCE(v.config <> '{{}}', false), {is_met}
FROM registry_repo r
LEFT JOIN registry_revision v ON v.repo_id = r.id AND v.sha = r.head_sha
LEFT JOIN registry_card c ON c.revision_id = v.id
{join_met}
WHERE r.hub_id = %(hub)s
    AND (r.hub_key = ANY(%(keys)s) OR (r.name = ANY(%(names)s) AND r.state = 'present'))
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
# One that was stored by itself while the pass went on may be newer than its place in the listing.
MARK_GONE = """
WITH gone AS (
    UPDATE registry_repo r SET state = 'gone', synced_at = %(now)s
    WHERE r.hub_id = %(hub)s AND r.state = 'present' AND r.synced_at < %(begun)s
        AND NOT EXISTS (SELECT 1 FROM {met} m WHERE m.repo_id = r.id)
    RETURNING r.id
), dropped AS (
    DELETE FROM registry_errand e USING gone WHERE e.repo_id = gone.id
), told AS (
    INSERT INTO registry_change (repo_id, sync_id, at, what, old, new)
    SELECT id, %(sync)s, %(now)s, 'gone', '"present"', '"gone"' FROM gone ORDER BY id
), stale AS (
    INSERT INTO registry_stalelisting (repo_id) SELECT id FROM gone ORDER BY id
    ON CONFLICT (repo_id) DO UPDATE SET repo_id = EXCLUDED.repo_id
)
SELECT count(*) FROM gone
"""
MARK_NAMED_GONE = """
WITH gone AS (
    UPDATE registry_repo r SET state = 'gone', synced_at = %(now)s
    WHERE r.hub_id = %(hub)s AND r.state = 'present' AND r.name = %(name)s
    RETURNING r.id
), dropped AS (
    DELETE FROM registry_errand e USING gone WHERE e.repo_id = gone.id
), told AS (
    INSERT INTO registry_change (repo_id, sync_id, at, what, old, new)
    SELECT id, %(sync)s, %(now)s, 'gone', '"present"', '"gone"' FROM gone ORDER BY id
), stale AS (
    INSERT INTO registry_stalelisting (repo_id) SELECT id FROM gone
    ON CONFLICT (repo_id) DO UPDATE SET repo_id = EXCLUDED.repo_id
)
SELECT count(*) FROM gone
"""

# The read side of search is made anew from what changed. An update locks the row: whoever takes
# stale ones at this moment sees the change, or leaves the row.
STALE = """
INSERT INTO registry_stalelisting (repo_id)
SELECT t.repo_id FROM incoming_repo t WHERE t.n = ANY(%(changed)s) ORDER BY t.repo_id
ON CONFLICT (repo_id) DO UPDATE SET repo_id = EXCLUDED.repo_id
"""

# The order of a work list: what people ask for; then by the order of magnitude of the downloads,
# in which a changed repo goes before one that was never read; then by the downloads themselves.
PRIORITY = """
CASE WHEN {reason} = 'asked' THEN 1::bigint << 60
ELSE (floor(ln(r.downloads + 1.0::float8) / ln(2.0::float8))::bigint * 4
    + CASE {reason} WHEN 'changed' THEN 2 WHEN 'new' THEN 1 ELSE 0 END << 45)
    + LEAST(r.downloads, (1::bigint << 45) - 1) END
"""
_WEIGHTS = {"changed": 2, "new": 1}
_MOST = (1 << 45) - 1


def priority(reason: str, downloads: int) -> int:
    """Return what ``PRIORITY`` gives for a repo with so many downloads."""
    if reason == "asked":
        return 1 << 60
    magnitude = math.floor(math.log(downloads + 1.0) / math.log(2.0))
    return (magnitude * 4 + _WEIGHTS.get(reason, 0) << 45) + min(downloads, _MOST)


# Repos whose head is not the commit that was read, or of which a part is missing. An errand that
# waits for another try is made anew where the head moved.
ERRANDS = f"""
WITH wanted AS (
    SELECT r.id, r.downloads, t.old_head <> r.head_sha AS is_moved,
        CASE WHEN t.problem <> '' THEN 'again' WHEN r.read_sha = '' THEN 'new' ELSE 'changed' END
            AS reason
    FROM incoming_repo t JOIN registry_repo r ON r.id = t.repo_id
    WHERE r.head_sha <> r.read_sha OR r.head_sha = '' OR t.ask
)
INSERT INTO registry_errand AS e (repo_id, reason, priority, attempts, worker, wanted_at)
SELECT r.id, r.reason, {PRIORITY.format(reason="r.reason")}, 0, '', %(now)s
FROM wanted r
WHERE r.is_moved OR NOT EXISTS (SELECT 1 FROM registry_errand o WHERE o.repo_id = r.id)
ORDER BY r.id
ON CONFLICT (repo_id) DO UPDATE SET attempts = 0, not_before = NULL, wanted_at = %(now)s,
    reason = CASE WHEN e.reason IN ('asked', 'new') THEN e.reason ELSE EXCLUDED.reason END,
    priority = GREATEST(e.priority, EXCLUDED.priority)
"""  # noqa: S608 - put together from constants
# What was read in full is done, unless somebody asked again meanwhile.
DONE = """
DELETE FROM registry_errand e USING incoming_repo t
WHERE e.repo_id = t.repo_id AND t.read_sha IS NOT NULL AND e.wanted_at <= t.read_began
"""
