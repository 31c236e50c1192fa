"""M5: how far a dataset, an architecture, an author reaches, directly and along lineage."""

from registry.ecosystem.definitions import Earlier, Figure, Measure, Part

SHOWN = 20

# The walk goes down the edges from all users of a key at once. UNION drops what was met before, so
# that a ring of edges ends, too. Only keys that can be among the first are followed: those with
# most models, or with most models right below theirs.
_WALK = """
WITH RECURSIVE seed AS MATERIALIZED ({seed}), link AS MATERIALIZED (
    SELECT a.id AS child, e.parent_id AS parent FROM registry_edge e
    JOIN repo_at a ON a.revision_id = e.child_id WHERE e.parent_id IS NOT NULL
), direct AS (
    SELECT key, count(DISTINCT id) AS n FROM seed GROUP BY key
), below AS (
    SELECT s.key, count(DISTINCT l.child) AS n FROM seed s JOIN link l ON l.parent = s.id
    GROUP BY s.key
), candidate AS MATERIALIZED (
    SELECT d.key, d.n FROM direct d LEFT JOIN below b USING (key)
    ORDER BY d.n + COALESCE(b.n, 0) DESC, d.key LIMIT 60
), walk AS (
    SELECT s.key, s.id FROM seed s JOIN candidate USING (key)
    UNION SELECT w.key, l.child FROM walk w JOIN link l ON l.parent = w.id
), reached AS MATERIALIZED (
    SELECT c.key, c.n AS direct, count(w.id) AS n FROM candidate c JOIN walk w USING (key)
    GROUP BY c.key, c.n ORDER BY 3 DESC, c.key LIMIT 20
), whole AS (SELECT count(*) AS n FROM repo_at), unknown AS ({unknown})
SELECT '', '', COALESCE((SELECT max(n) FROM reached), 0), whole.n - unknown.n, unknown.n
    FROM whole, unknown
UNION ALL SELECT 'reach', key, reached.n, whole.n - unknown.n, unknown.n
    FROM reached, whole, unknown
UNION ALL SELECT 'direct', key, direct, whole.n - unknown.n, unknown.n FROM reached, whole, unknown
{more}
"""

_BY_TAG = (
    "SELECT substr(t, 9) AS key, a.id FROM repo_at a, unnest(a.tags) t WHERE t LIKE 'dataset:_%%'"
)
_BY_CARD = """
    SELECT x.key, a.id FROM repo_at a JOIN registry_card k ON k.id = a.card_id,
    LATERAL (
        SELECT jsonb_array_elements_text(CASE jsonb_typeof(k.front_matter->'datasets')
            WHEN 'array' THEN k.front_matter->'datasets' ELSE '[]'::jsonb END) AS key
        UNION ALL SELECT k.front_matter->>'datasets'
            WHERE jsonb_typeof(k.front_matter->'datasets') = 'string'
    ) x WHERE x.key <> ''
"""
_BY_LIST = "SELECT d AS key, a.id FROM repo_at a, unnest(a.datasets) d WHERE d <> ''"

_DATASET_SEED = f"{_BY_TAG} UNION {_BY_CARD} UNION {_BY_LIST}"
_DATASET_MORE = f"""
UNION ALL (SELECT 'tag', key, count(DISTINCT s.id), whole.n, 0 FROM ({_BY_TAG}) s, whole
    GROUP BY key, whole.n ORDER BY 3 DESC, key LIMIT 20)
UNION ALL (SELECT 'card', key, count(DISTINCT s.id), whole.n - unknown.n, unknown.n
    FROM ({_BY_CARD}) s, whole, unknown
    GROUP BY key, whole.n, unknown.n ORDER BY 3 DESC, key LIMIT 20)
"""  # noqa: S608 - constants of this file
_UNREAD = "SELECT count(*) AS n FROM repo_at WHERE NOT is_told"

_ARCHITECTURE_SEED = "SELECT model_type AS key, id FROM repo_at WHERE model_type <> ''"
_NO_REVISION = "SELECT count(*) AS n FROM repo_at WHERE revision_id IS NULL AND model_type = ''"

_AUTHOR_SEED = """
    SELECT u.name AS key, a.id FROM repo_at a JOIN registry_author u ON u.id = a.author_id
"""
_NO_AUTHOR = "SELECT count(*) AS n FROM repo_at WHERE author_id IS NULL"


def _walk(seed: str, unknown: str, more: str = "") -> str:
    return _WALK.format(seed=seed, unknown=unknown, more=more)


_LINEAGE = (
    "Reached are its models, and all that declare to be made from one of them, at any depth. Edges "
    "whose parent is not mirrored lead nowhere."
)
_PARTS = (Part("reach", "Reach, with all descendants"), Part("direct", "Directly"))

MEASURES = (
    Measure(
        id="reach-datasets",
        version=1,
        number="M5",
        title="Reach of a dataset",
        definition=(
            "Of the dataset that reaches most models: the share of all models that it reaches. "
            "A model uses a dataset that its card or its tags name. " + _LINEAGE
        ),
        unit="models",
        numerator="models that the widest dataset reaches",
        denominator="models whose front matter is known",
        unknown="models whose files were not read",
        sql=_walk(_DATASET_SEED, _UNREAD, _DATASET_MORE),
        parts=(*_PARTS, Part("tag", "By tag alone"), Part("card", "By card alone")),
        earlier=Earlier(
            figures=(),
            method="The fields that name datasets, grouped; descendants were not followed.",
            weakness="Direct use only: what was made from a model was not counted with it.",
            doubts=(
                "No figure is shown beside ours, because the study gives three that do not agree: "
                "6,834 models for Universal Dependencies (text, 10.9 % of 62,467), 1,207 for the "
                "most used dataset (caption of Figure 6), and 1,673 (Table IV)."
            ),
        ),
    ),
    Measure(
        id="reach-architectures",
        version=1,
        number="M5",
        title="Reach of an architecture",
        definition=(
            "Of the architecture that reaches most models: the share of all models that it "
            "reaches. A model's architecture is the model_type of its configuration. " + _LINEAGE
        ),
        unit="models",
        numerator="models that the widest architecture reaches",
        denominator="models whose configuration is known",
        unknown="models whose configuration was not read",
        sql=_walk(_ARCHITECTURE_SEED, _NO_REVISION),
        parts=_PARTS,
        earlier=Earlier(
            figures=(Figure(10_247, 62_467, part="direct", label="bert"),),
            method="config.model_type, grouped; descendants were not followed.",
            weakness="Direct use only: adapters and others without a configuration are missed.",
            doubts=(
                "The study's text gives 10,247 models for BERT, which agrees with its bar of "
                "16.4 %; the caption of its Figure 6 gives 1,673 for the most used architecture, "
                "and its Table IV gives that number to a dataset."
            ),
        ),
    ),
    Measure(
        id="reach-authors",
        version=1,
        title="Reach of an author",
        definition=(
            "Of the author who reaches most models: the share of all models that are the author's "
            "own or were made from one of them. " + _LINEAGE
        ),
        unit="models",
        numerator="models that the widest author reaches",
        denominator="models with a known author",
        unknown="models without an author",
        sql=_walk(_AUTHOR_SEED, _NO_AUTHOR),
        parts=_PARTS,
    ),
)
