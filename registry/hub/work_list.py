"""The SQL of the work list."""

from registry.hub.bookkeeping import PRIORITY

# Attempts count before the work begins, so that an errand that ends its worker counts, too.
TAKE = """
WITH chosen AS (
    SELECT e.repo_id, r.name FROM registry_errand e JOIN registry_repo r ON r.id = e.repo_id
    WHERE r.hub_id = %(hub)s AND r.state = 'present'
        AND (e.not_before IS NULL OR e.not_before <= %(now)s)
        AND (e.lease_until IS NULL OR e.lease_until <= %(now)s)
    ORDER BY e.priority DESC, e.repo_id LIMIT %(most)s
    FOR UPDATE OF e SKIP LOCKED
), taken AS (
    UPDATE registry_errand e SET lease_until = %(until)s, worker = %(worker)s,
        attempts = LEAST(e.attempts + 1, 1000)
    FROM chosen c WHERE e.repo_id = c.repo_id
    RETURNING e.repo_id, c.name, e.attempts, e.priority
)
SELECT repo_id, name, attempts FROM taken ORDER BY priority DESC, repo_id
"""

# For later: a part of the repo could not be read, or all of it.
PUT_OFF = """
UPDATE registry_errand e SET not_before = %(now)s + %(wait)s, lease_until = NULL, worker = '',
    reason = CASE WHEN e.reason = 'asked' THEN 'asked' ELSE 'again' END
WHERE e.repo_id = %(repo)s AND e.worker = %(worker)s
"""
# Asked for once more while it was read.
LEAVE = """
UPDATE registry_errand e SET lease_until = NULL, worker = '', attempts = 0
WHERE e.repo_id = %(repo)s AND e.worker = %(worker)s
"""

ASK = f"""
INSERT INTO registry_errand AS e (repo_id, reason, priority, attempts, worker, wanted_at)
SELECT r.id, 'asked', {PRIORITY.format(reason="'asked'")}, 0, '', %(now)s
FROM registry_repo r WHERE r.id = %(repo)s
ON CONFLICT (repo_id) DO UPDATE SET reason = 'asked', priority = EXCLUDED.priority,
    not_before = NULL, attempts = 0, wanted_at = EXCLUDED.wanted_at
"""  # noqa: S608 - put together from constants
