"""Conflicts of licences along lineage."""

from collections.abc import Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper

from registry.ecosystem import licences
from registry.ecosystem.definitions import Measure, Part
from registry.ecosystem.licences import Family


def tables(_: CursorWrapper) -> Mapping[str, Any]:
    """Return the licences with their families, and the pairs of families that conflict."""
    pairs = [(p, c, licences.conflict(p, c)) for p in Family for c in Family]
    conflicts = [pair for pair in pairs if pair[2]]
    return {
        "licences": list(licences.FAMILIES),
        "families": [str(family) for family in licences.FAMILIES.values()],
        "parents": [str(parent) for parent, _, _ in conflicts],
        "children": [str(child) for _, child, _ in conflicts],
        "reasons": [reason for _, _, reason in conflicts],
    }


_SQL = """
WITH family AS (
    SELECT * FROM unnest(%(licences)s::text[], %(families)s::text[]) AS x (licence, family)
), conflict AS (
    SELECT * FROM unnest(%(parents)s::text[], %(children)s::text[], %(reasons)s::text[])
        AS x (parent, child, reason)
), edge AS MATERIALIZED (
    SELECT e.id, e.relation, p.id AS parent_id, pf.family AS parent, cf.family AS child,
        a.licence = '' AS child_silent, p.licence = '' AS parent_silent
    FROM registry_edge e
    JOIN repo_at a ON a.revision_id = e.child_id
    LEFT JOIN repo_at p ON p.id = e.parent_id
    LEFT JOIN family cf ON cf.licence = lower(a.licence)
    LEFT JOIN family pf ON pf.licence = lower(p.licence)
), judged AS MATERIALIZED (
    SELECT e.*, e.parent IS NOT NULL AND e.child IS NOT NULL AS told, c.reason
    FROM edge e LEFT JOIN conflict c ON c.parent = e.parent AND c.child = e.child
), whole AS (
    SELECT count(*) FILTER (WHERE told) AS told, count(*) FILTER (WHERE NOT told) AS unknown
    FROM judged
)
SELECT '', '', (SELECT count(reason) FROM judged), told, unknown FROM whole
UNION ALL (SELECT 'reason', reason, count(*), whole.told, 0 FROM judged, whole
    WHERE reason IS NOT NULL GROUP BY reason, whole.told ORDER BY 3 DESC, 2)
UNION ALL (SELECT 'pair', 'parent ' || parent || ', child ' || child, count(reason), count(*), 0
    FROM judged WHERE told GROUP BY parent, child ORDER BY 3 DESC, 4 DESC, 2 LIMIT 40)
UNION ALL (SELECT 'relation', relation, count(reason), count(*) FILTER (WHERE told),
    count(*) FILTER (WHERE NOT told) FROM judged GROUP BY relation ORDER BY 3 DESC, 2)
UNION ALL SELECT 'untold', 'the parent is not mirrored, or gone',
    count(*) FILTER (WHERE NOT told AND parent_id IS NULL), NULL, 0 FROM judged
UNION ALL SELECT 'untold', 'the parent states no licence',
    count(*) FILTER (WHERE NOT told AND parent_silent), NULL, 0 FROM judged
UNION ALL SELECT 'untold', 'the child states no licence',
    count(*) FILTER (WHERE NOT told AND parent_id IS NOT NULL AND NOT parent_silent
        AND child_silent), NULL, 0 FROM judged
UNION ALL SELECT 'untold', 'a licence is not in the table of families',
    count(*) FILTER (WHERE NOT told AND parent_id IS NOT NULL AND NOT parent_silent
        AND NOT child_silent), NULL, 0 FROM judged
"""

MEASURES = (
    Measure(
        id="licence-conflicts",
        version=1,
        title="Licences that do not follow from the parent's",
        definition=(
            "Edges of lineage on which the child's licence drops what the parent's licence asks to "
            "be passed on; of the edges on which both licences are in the table of families. The "
            f"table was written on {licences.DAY} from {licences.SOURCE}."
        ),
        unit="edges",
        numerator="edges with a conflict",
        denominator="edges with two known licences",
        unknown="edges on which a licence is missing or not in the table",
        sql=_SQL,
        parts=(
            Part("reason", "By reason"),
            Part("pair", "By families of licences"),
            Part("relation", "By relation"),
            Part("untold", "Why it could not be told"),
        ),
        parameters=tables,
        note="A place to look at, not legal advice: exceptions and dual licences are not known.",
    ),
)
