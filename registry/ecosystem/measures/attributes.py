"""M4 and what belongs to it: attributes that models do not state."""

from registry.ecosystem.definitions import Earlier, Figure, Measure, Part

_ARCHITECTURES_2022 = {
    "bert": 0.164,
    "gpt2": 0.105,
    "wav2vec2": 0.055,
    "roberta": 0.054,
    "distilbert": 0.047,
    "t5": 0.046,
    "marian": 0.028,
    "bart": 0.022,
    "xlm-roberta": 0.020,
    "": 0.344,
}

# A card that says so, whatever the shape: a text or a list that is not empty.
_CARD_SAYS = """(CASE jsonb_typeof(k.front_matter->'datasets')
    WHEN 'array' THEN k.front_matter->'datasets' <> '[]'::jsonb
    WHEN 'string' THEN btrim(k.front_matter->>'datasets') <> '' ELSE false END)"""
_TAG_SAYS = "EXISTS (SELECT 1 FROM unnest(a.tags) t WHERE t LIKE 'dataset:_%%')"

_DATASET = f"""
WITH told AS MATERIALIZED (
    SELECT a.is_told, {_TAG_SAYS} AS by_tag, COALESCE({_CARD_SAYS}, false) AS by_card,
        cardinality(a.datasets) > 0 AS listed
    FROM repo_at a LEFT JOIN registry_card k ON k.id = a.card_id
), counted AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE is_told) AS read,
        count(*) FILTER (WHERE NOT is_told) AS unread,
        count(*) FILTER (WHERE is_told OR by_tag OR listed) AS known,
        count(*) FILTER (WHERE is_told AND NOT (by_tag OR by_card OR listed)) AS neither,
        count(*) FILTER (WHERE NOT (is_told OR by_tag OR listed)) AS unknown,
        count(*) FILTER (WHERE NOT by_tag) AS no_tag,
        count(*) FILTER (WHERE is_told AND NOT by_card) AS no_card,
        count(*) FILTER (WHERE is_told AND by_card AND NOT by_tag) AS card_only,
        count(*) FILTER (WHERE is_told AND by_tag AND NOT by_card) AS tag_only
    FROM told
)
SELECT '', '', neither, known, unknown FROM counted
UNION ALL SELECT 'instrument', 'no dataset: prefix among the tags', no_tag, n, 0 FROM counted
UNION ALL SELECT 'instrument', 'no datasets field in the card', no_card, read, unread FROM counted
UNION ALL SELECT 'instrument', 'neither of the two', neither, known, unknown FROM counted
UNION ALL SELECT 'differ', 'the card names one, the tags do not', card_only, read, unread
    FROM counted
UNION ALL SELECT 'differ', 'the tags name one, the card does not', tag_only, read, unread
    FROM counted
"""  # noqa: S608 - constants of this file

_ARCHITECTURE = """
WITH told AS MATERIALIZED (
    SELECT model_type, revision_id IS NOT NULL OR model_type <> '' AS is_known FROM repo_at
), whole AS (
    SELECT count(*) FILTER (WHERE is_known) AS known,
        count(*) FILTER (WHERE NOT is_known) AS unknown,
        count(*) FILTER (WHERE is_known AND model_type = '') AS missing
    FROM told
)
SELECT '', '', missing, known, unknown FROM whole
UNION ALL (
    SELECT 'architecture', t.model_type, count(*), whole.known, whole.unknown
    FROM told t, whole WHERE t.is_known
    GROUP BY t.model_type, whole.known, whole.unknown ORDER BY count(*) DESC, 2 LIMIT 25
)
"""

# One row for each model and attribute. What needs the files cannot be told where they were not
# read; a value that is there counts in any case.
_MISSING = f"""
WITH ranked AS MATERIALIZED (
    SELECT a.id, a.task, a.is_told, row_number() OVER o AS place, ntile(4) OVER o AS quarter,
        ARRAY[
            a.card_id IS NOT NULL, a.licence <> '', a.task <> '', a.library <> '',
            COALESCE({_CARD_SAYS}, false) OR cardinality(a.datasets) > 0 OR {_TAG_SAYS},
            a.model_type <> '',
            EXISTS (SELECT 1 FROM registry_claim c WHERE c.revision_id = a.revision_id)
        ] AS has
    FROM repo_at a LEFT JOIN registry_card k ON k.id = a.card_id
    WINDOW o AS (ORDER BY a.downloads DESC, a.id)
), slots AS MATERIALIZED (
    SELECT r.task, r.place, r.quarter, x.what, COALESCE(x.has, false) AS has,
        r.is_told OR x.has OR x.what IN ('licence', 'task', 'library') AS told
    FROM ranked r, unnest(
        ARRAY['card', 'licence', 'task', 'library', 'dataset', 'architecture', 'claim'], r.has
    ) AS x (what, has)
), grouped AS MATERIALIZED (
    SELECT g.part, g.label, g.nth, s.what, count(*) FILTER (WHERE s.told AND NOT s.has) AS missing,
        count(*) FILTER (WHERE s.told) AS told, count(*) FILTER (WHERE NOT s.told) AS unknown
    FROM slots s, LATERAL (
        SELECT 'popularity' AS part, 'top 10 by downloads' AS label, 1 AS nth WHERE s.place <= 10
        UNION ALL SELECT 'popularity', 'top 100', 2 WHERE s.place <= 100
        UNION ALL SELECT 'popularity', 'top 1,000', 3 WHERE s.place <= 1000
        UNION ALL SELECT 'popularity', 'most downloaded quarter', 4 WHERE s.quarter = 1
        UNION ALL SELECT 'popularity', 'second quarter', 5 WHERE s.quarter = 2
        UNION ALL SELECT 'popularity', 'third quarter', 6 WHERE s.quarter = 3
        UNION ALL SELECT 'popularity', 'least downloaded quarter', 7 WHERE s.quarter = 4
        UNION ALL SELECT '', '', 0
    ) g GROUP BY g.part, g.label, g.nth, s.what
), tasks AS (
    SELECT task, count(*) FILTER (WHERE told AND NOT has) AS missing,
        count(*) FILTER (WHERE told) AS told, count(*) FILTER (WHERE NOT told) AS unknown
    FROM slots GROUP BY task ORDER BY count(*) DESC, task LIMIT 30
)
SELECT '', '', COALESCE(sum(missing), 0), COALESCE(sum(told), 0), COALESCE(sum(unknown), 0)
    FROM grouped WHERE part = ''
UNION ALL (SELECT 'attribute', what, missing, told, unknown FROM grouped WHERE part = ''
    ORDER BY missing DESC)
UNION ALL (SELECT part, label, sum(missing), sum(told), sum(unknown) FROM grouped
    WHERE part = 'popularity' GROUP BY part, label, nth ORDER BY nth)
UNION ALL (SELECT 'popular-' || what, label, missing, told, unknown FROM grouped
    WHERE part = 'popularity' ORDER BY what, nth)
UNION ALL SELECT 'task', task, missing, told, unknown FROM tasks
"""  # noqa: S608 - constants of this file

ATTRIBUTES = ("card", "licence", "task", "library", "dataset", "architecture", "claim")

MEASURES = (
    Measure(
        id="no-dataset",
        version=1,
        number="M4",
        title="Models that name no dataset",
        definition=(
            "Models that name a training dataset neither in the field datasets of their card nor "
            "by a tag that begins with “dataset:”. The two instruments are also given apart."
        ),
        unit="models",
        numerator="models that name no dataset",
        denominator="models of which it can be told",
        unknown="models without such a tag whose card was not read",
        sql=_DATASET,
        parts=(
            Part("instrument", "By instrument"),
            Part("differ", "Where the instruments differ"),
        ),
        earlier=Earlier(
            figures=(Figure(stated_share=0.821),),
            method="Tags and card metadata through the Hub's API, taken together.",
            weakness="The two fields were one instrument, so where they differ was not seen.",
            doubts=(
                "The study's abstract says that documentation is “missing or inadequate for 80 %”: "
                "that is this figure only. Its denominator is 62,467 or 63,182 models; it does not "
                "say which."
            ),
        ),
    ),
    Measure(
        id="no-architecture",
        version=1,
        number="M4",
        title="Models that state no architecture",
        definition="Models whose config.json names no model_type, or that have no config.json.",
        unit="models",
        numerator="models without a model_type",
        denominator="models whose configuration is known",
        unknown="models whose configuration was not read",
        sql=_ARCHITECTURE,
        parts=(Part("architecture", "Share of each architecture", "no architecture"),),
        earlier=Earlier(
            figures=(
                Figure(stated_share=0.344),
                *(
                    Figure(stated_share=share, part="architecture", label=name)
                    for name, share in _ARCHITECTURES_2022.items()
                ),
            ),
            method="config.model_type through the Hub's API.",
            weakness=(
                "The configuration was believed. Only repositories of the library transformers "
                "have this field, so a missing one often means another library."
            ),
        ),
    ),
    Measure(
        id="missing-attributes",
        version=1,
        title="Attributes that are missing",
        definition=(
            "Seven attributes that a person needs who chooses a model: card, licence, task, "
            "library, dataset, architecture, and any claim of performance. Counted are attributes, "
            "not models: of seven times the number of models, how many are missing."
        ),
        unit="attributes",
        numerator="attributes that are missing",
        denominator="attributes of which it can be told",
        unknown="attributes that stand in files that were not read",
        sql=_MISSING,
        parts=(
            Part("attribute", "By attribute"),
            Part("popularity", "By popularity, all attributes"),
            *(Part(f"popular-{one}", f"No {one}, by popularity") for one in ATTRIBUTES),
            Part("task", "By task, all attributes", "no task"),
        ),
        note=(
            "Many models have the same number of downloads, most of them none; among those the "
            "order, and with it the quarter, is that of their arrival in the mirror."
        ),
    ),
)
