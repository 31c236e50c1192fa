"""M3: which models state their performance so that a program can read it."""

from collections.abc import Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper

from analysis import metrics
from registry.ecosystem.definitions import Earlier, Figure, Measure, Part

MOST_METRICS = 50_000  # names that are looked up; the commonest first

_BY_TASK_2022 = {
    "token-classification": (526, 3_130),
    "automatic-speech-recognition": (618, 3_919),
    "image-classification": (105, 731),
    "summarization": (56, 501),
    "text-classification": (872, 8_764),
    "translation": (99, 1_637),
    "text2text-generation": (256, 5_320),
    "object-detection": (1, 44),
    "multiple-choice": (1, 94),
    "question-answering": (22, 2_102),
    "audio-classification": (1, 141),
    "fill-mask": (17, 3_802),
    "sentence-similarity": (1, 609),
    "text-generation": (7, 5_481),
}

EARLIER = Earlier(
    figures=(
        Figure(2_594, 62_467),
        *(Figure(*counts, part="task", label=task) for task, counts in _BY_TASK_2022.items()),
    ),
    method=(
        "The card's metadata through the Hub's API: a model-index is there, or not. 62,467 models, "
        "those of August 2022; a mirror of another day or of a part of the Hub holds others."
    ),
    weakness=(
        "A model-index that is empty or cannot be read counted like one with values, and nothing "
        "was said of whether a claim names its dataset and split. Models without a task fell into "
        "a bar “other” (12 of 26,192) together with rare tasks; here they are a row of their own."
    ),
    doubts=(
        "The study contradicts itself: its Table IV says that fewer than 0.1 % make such claims, "
        "while the 15 bars of its Figure 7 add up to 2,594 of 62,467 (4.15 %), which is the figure "
        "quoted here; 0.05 % is the bar “other” only. The order of its bars was taken from the "
        "text of the figure, with both ends confirmed by the prose."
    ),
)


def known_metrics(cursor: CursorWrapper) -> Mapping[str, Any]:
    """Return the names of metrics, as claims write them, whose direction is known here."""
    cursor.execute(
        "SELECT metric FROM registry_claim GROUP BY metric ORDER BY count(*) DESC, metric LIMIT %s",
        [MOST_METRICS],
    )
    return {"metrics": [name for (name,) in cursor.fetchall() if _is_known(name)]}


def _is_known(name: str) -> bool:
    return metrics.find(name) is not None


_SQL = """
WITH stated AS MATERIALIZED (
    SELECT a.id, a.task, a.is_read, a.is_told,
        COALESCE(bool_or(c.id IS NOT NULL), false) AS is_any,
        COALESCE(bool_or(c.source IN ('model-index', 'eval-results')), false) AS is_formal,
        COALESCE(bool_or(c.source IN ('model-index', 'eval-results')
            AND c.value IS NOT NULL AND c.problem = ''), false) AS is_good,
        COALESCE(bool_or(c.source IN ('model-index', 'eval-results')
            AND c.value IS NOT NULL AND c.problem = '' AND c.task <> '' AND c.dataset <> ''
            AND c.metric = ANY(%(metrics)s)), false) AS is_comparable,
        COALESCE(bool_or(c.source IN ('model-index', 'eval-results')
            AND c.value IS NOT NULL AND c.problem = '' AND c.task <> '' AND c.dataset <> ''
            AND c.split <> '' AND c.metric = ANY(%(metrics)s)), false) AS has_split,
        COALESCE(bool_or(c.source IN ('model-index', 'eval-results')
            AND c.value IS NOT NULL AND c.problem = '' AND c.task <> '' AND c.dataset <> ''
            AND c.split <> '' AND c.config <> '' AND c.dataset_revision <> ''
            AND c.metric = ANY(%(metrics)s)), false) AS is_whole
    FROM repo_at a LEFT JOIN registry_claim c ON c.revision_id = a.revision_id
    GROUP BY a.id, a.task, a.is_read, a.is_told
), broken AS (
    SELECT count(*) AS n FROM repo_at a JOIN registry_card k ON k.id = a.card_id
    JOIN stated s ON s.id = a.id
    WHERE (k.front_matter ? 'model-index' OR s.is_formal) AND NOT s.is_good
), whole AS (
    SELECT count(*) FILTER (WHERE is_told) AS n, count(*) FILTER (WHERE NOT is_told) AS unknown,
        count(*) FILTER (WHERE is_read) AS n_read,
        count(*) FILTER (WHERE NOT is_read) AS unread,
        count(*) FILTER (WHERE is_any AND is_read) AS is_any,
        count(*) FILTER (WHERE is_good) AS is_good,
        count(*) FILTER (WHERE is_comparable) AS is_comparable,
        count(*) FILTER (WHERE has_split) AS has_split, count(*) FILTER (WHERE is_whole) AS is_whole
    FROM stated
), tasks AS (
    SELECT task, count(*) FILTER (WHERE is_told) AS n,
        count(*) FILTER (WHERE NOT is_told) AS unknown,
        count(*) FILTER (WHERE is_read) AS n_read,
        count(*) FILTER (WHERE NOT is_read) AS unread,
        count(*) FILTER (WHERE is_any AND is_read) AS is_any,
        count(*) FILTER (WHERE is_good) AS is_good,
        count(*) FILTER (WHERE is_comparable) AS is_comparable
    FROM stated GROUP BY task ORDER BY count(*) DESC, task LIMIT 40
)
SELECT '', '', is_good, n, unknown FROM whole
UNION ALL SELECT 'level', 'any claim, also in tables and lists of the text', is_any, n_read,
    unread FROM whole
UNION ALL SELECT 'level', 'well formed: a value that a program can read', is_good, n, unknown
    FROM whole
UNION ALL SELECT 'level', 'comparable: names a task, a dataset and a metric that is known here',
    is_comparable, n, unknown FROM whole
UNION ALL SELECT 'level', 'the same, and names the split', has_split, n, unknown FROM whole
UNION ALL SELECT 'level', 'the same, and names configuration and revision: nothing is assumed',
    is_whole, n, unknown FROM whole
UNION ALL SELECT 'level', 'broken: there is a model-index or results file, but no readable value',
    broken.n, whole.n, unknown FROM whole, broken
UNION ALL SELECT 'task', task, is_good, n, unknown FROM tasks
UNION ALL SELECT 'task-any', task, is_any, n_read, unread FROM tasks
UNION ALL SELECT 'task-comparable', task, is_comparable, n, unknown FROM tasks
"""

MEASURES = (
    Measure(
        id="claims",
        version=1,
        number="M3",
        title="Claims that a program can read",
        definition=(
            "Models whose card has a model-index, or whose repository has results files, with at "
            "least one value that can be read as a number; of all models whose front matter is "
            "known. A listing tells that; what tables and lists of the text claim is known where "
            "the card was read."
        ),
        unit="models",
        numerator="models with a well formed claim",
        denominator="models whose front matter is known",
        unknown="models whose front matter is not known yet",
        sql=_SQL,
        parts=(
            Part("task", "Well formed claims by task", "no task"),
            Part("level", "How much a claim says"),
            Part("task-any", "Any claim, by task", "no task"),
            Part("task-comparable", "Comparable claims, by task", "no task"),
        ),
        earlier=EARLIER,
        parameters=known_metrics,
    ),
)
