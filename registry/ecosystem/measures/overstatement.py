"""Claimed against measured."""

from registry.ecosystem.definitions import Earlier, Measure, Part

_SQL = """
WITH newest AS MATERIALIZED (
    SELECT DISTINCT ON (c.id) c.id, c.source, COALESCE(NULLIF(c.task, ''), r.pipeline_tag) AS task,
        r.downloads, r.hub_created_at, f.verdict, f.created_at
    FROM registry_finding f
    JOIN registry_run u ON u.id = f.run_id
    JOIN registry_claim c ON c.id = u.claim_id
    JOIN registry_revision v ON v.id = c.revision_id
    JOIN registry_repo r ON r.id = v.repo_id AND NOT r.is_private
    WHERE f.created_at < %(until)s
    ORDER BY c.id, f.id DESC
), unmeasured AS (
    SELECT count(DISTINCT u.claim_id) AS n FROM registry_run u
    JOIN registry_revision v ON v.id = u.revision_id
    JOIN registry_repo r ON r.id = v.repo_id AND NOT r.is_private
    WHERE u.status IN ('unsupported', 'dead') AND u.finished_at < %(until)s
        AND u.claim_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM newest n WHERE n.id = u.claim_id)
), judged AS MATERIALIZED (
    SELECT *, verdict IN ('confirmed', 'overstated', 'understated') AS settled,
        CASE WHEN downloads >= 1000000 THEN '1,000,000 downloads and more'
            WHEN downloads >= 10000 THEN '10,000 to 999,999 downloads'
            WHEN downloads >= 100 THEN '100 to 9,999 downloads'
            ELSE 'fewer than 100 downloads' END AS popularity,
        CASE WHEN hub_created_at IS NULL THEN ''
            ELSE to_char(hub_created_at AT TIME ZONE 'UTC', 'YYYY') END AS year
    FROM newest
), grouped AS (
    SELECT g.part, g.label, count(*) FILTER (WHERE verdict = 'overstated') AS n,
        count(*) FILTER (WHERE settled) AS settled, count(*) FILTER (WHERE NOT settled) AS unknown
    FROM judged, LATERAL (VALUES ('task', task), ('source', source), ('popularity', popularity),
        ('age', year)) AS g (part, label)
    GROUP BY g.part, g.label
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY part ORDER BY settled DESC, label) AS place
    FROM grouped
)
SELECT '', '', count(*) FILTER (WHERE verdict = 'overstated'), count(*) FILTER (WHERE settled),
    count(*) FILTER (WHERE NOT settled) + (SELECT n FROM unmeasured) FROM judged
UNION ALL SELECT 'verdict', x.verdict, count(j.id) FILTER (WHERE j.settled),
    (SELECT count(*) FROM judged WHERE settled), 0
    FROM unnest(ARRAY['confirmed', 'overstated', 'understated']) AS x (verdict)
    LEFT JOIN judged j ON j.verdict = x.verdict GROUP BY x.verdict
UNION ALL SELECT 'open', 'inconclusive: the interval does not settle it',
    count(*) FILTER (WHERE NOT settled), NULL, 0 FROM judged
UNION ALL SELECT 'open', 'not measurable, or the run died', n, NULL, 0 FROM unmeasured
UNION ALL (SELECT part, label, n, settled, unknown FROM placed WHERE place <= 30
    ORDER BY part, place)
"""

MEASURES = (
    Measure(
        id="overstatement",
        version=1,
        title="Claims that state too much",
        definition=(
            "Claims that were measured and are overstated, by their newest finding; of the claims "
            "that were measured and settled: confirmed, overstated or understated."
        ),
        unit="claims",
        numerator="overstated claims",
        denominator="settled claims",
        unknown="claims whose measurement did not settle them, or could not be made",
        sql=_SQL,
        parts=(
            Part("verdict", "By verdict"),
            Part("task", "Overstated, by task", "no task"),
            Part("source", "Overstated, by form of the claim"),
            Part("popularity", "Overstated, by popularity"),
            Part("age", "Overstated, by year of the model", "not known"),
            Part("open", "Why it could not be told"),
        ),
        is_sample=True,
        note=(
            "The interval is Wilson's, at 95 %. It says how far chance alone may have moved the "
            "rate, if the claims that were measured are a random sample of all; claims are "
            "measured on request, so they need not be one."
        ),
        earlier=Earlier(
            figures=(),
            day="2025-03-19",
            source="Kadasi et al., 2025 (arXiv 2503.15222)",
            method="500 models of sentiment, run again: about 88 % of authors overstated.",
            weakness=(
                "One task, and authors rather than claims: no figure to set beside a rate of "
                "claims. The study of 2022 ran no model again; 9 of its 12 engineers had met "
                "claims that did not hold."
            ),
        ),
    ),
)
