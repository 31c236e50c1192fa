"""In which formats weights come, and how many models there are."""

from registry.ecosystem.definitions import Measure, Part

# By the end of the name, lower case. What needs a pickle to be loaded can run code when it is.
_PICKLES = r"\.(bin|pt|pth|ckpt|pkl|pickle|joblib|dill|mar|th)$"
_SAFE = r"\.safetensors$"
_OTHER = r"\.(h5|hdf5|keras|msgpack|onnx|gguf|ggml|tflite|pb|mlmodel|pdparams)$"
_NO_WEIGHTS = (
    r"(^|/)(training_args\.bin|optimizer\.(bin|pt)|scheduler\.(bin|pt)|scaler\.pt|"
    r"rng_state[^/]*\.pth|tokenizer\.model|spiece\.model|sentencepiece\.bpe\.model|"
    r"source\.spm|[^/]*(vocab|dict)[^/]*)$"
)

_FORMATS = f"""
WITH sorted AS MATERIALIZED (
    SELECT a.id, a.downloads,
        COALESCE(bool_or(f.path ~* '{_PICKLES}' AND f.path !~* '{_NO_WEIGHTS}'), false) AS pickle,
        COALESCE(bool_or(f.path ~* '{_SAFE}'), false) AS safe,
        COALESCE(bool_or(f.path ~* '{_OTHER}' AND f.path !~* '{_NO_WEIGHTS}'), false) AS other,
        count(f.id) > 0 OR a.is_told AS told
    FROM repo_at a LEFT JOIN registry_file f ON f.revision_id = a.revision_id
    GROUP BY a.id, a.downloads, a.is_told
), kinds AS MATERIALIZED (
    SELECT told, downloads, pickle OR safe OR other AS has_weights, CASE
        WHEN pickle AND safe THEN 'pickle and safetensors'
        WHEN pickle AND other THEN 'pickle and others, no safetensors'
        WHEN pickle THEN 'pickle only'
        WHEN safe THEN 'safetensors, no pickle'
        WHEN other THEN 'other formats only'
        ELSE 'no weights at all' END AS kind, pickle AND NOT safe AND NOT other AS pickle_only
    FROM sorted
), whole AS (
    SELECT count(*) FILTER (WHERE told AND pickle_only) AS n,
        count(*) FILTER (WHERE told AND has_weights) AS weighty,
        count(*) FILTER (WHERE told) AS told, count(*) FILTER (WHERE NOT told) AS unknown,
        sum(downloads) FILTER (WHERE told) AS downloads,
        sum(downloads) FILTER (WHERE NOT told) AS lost
    FROM kinds
)
SELECT '', '', n, weighty, unknown FROM whole
UNION ALL (SELECT 'format', kind, count(*), whole.told, whole.unknown FROM kinds, whole
    WHERE kinds.told GROUP BY kind, whole.told, whole.unknown ORDER BY 3 DESC, 2)
UNION ALL (SELECT 'downloads', kind, sum(kinds.downloads), whole.downloads, COALESCE(whole.lost, 0)
    FROM kinds, whole WHERE kinds.told
    GROUP BY kind, whole.downloads, whole.lost ORDER BY 3 DESC, 2)
"""  # noqa: S608 - constants of this file

_SIZE = """
WITH whole AS (SELECT count(*) AS n, count(created_at) AS dated FROM repo_at)
SELECT '', '', n, NULL, 0 FROM whole
UNION ALL (SELECT 'year', to_char(created_at AT TIME ZONE 'UTC', 'YYYY'), count(*), whole.dated,
    whole.n - whole.dated FROM repo_at, whole WHERE created_at IS NOT NULL
    GROUP BY 2, whole.dated, whole.n ORDER BY 2 LIMIT 100)
UNION ALL (SELECT 'task', task, count(*), whole.n, 0 FROM repo_at, whole
    GROUP BY task, whole.n ORDER BY 3 DESC, 2 LIMIT 40)
UNION ALL (SELECT 'library', library, count(*), whole.n, 0 FROM repo_at, whole
    GROUP BY library, whole.n ORDER BY 3 DESC, 2 LIMIT 20)
UNION ALL (SELECT 'licence', licence, count(*), whole.n, 0 FROM repo_at, whole
    GROUP BY licence, whole.n ORDER BY 3 DESC, 2 LIMIT 25)
"""

MEASURES = (
    Measure(
        id="models",
        version=1,
        title="Models",
        definition="Public models that the mirrored hubs list.",
        unit="models",
        numerator="models",
        denominator="",
        unknown="none",
        sql=_SIZE,
        parts=(
            Part("year", "By year of creation, of those that still exist"),
            Part("task", "By task", "no task"),
            Part("library", "By library", "no library"),
            Part("licence", "By licence", "no licence"),
        ),
    ),
    Measure(
        id="pickle-share",
        version=1,
        title="Weights that come as pickles only",
        definition=(
            "Models whose weights come in files that need a pickle to be loaded, and in no other "
            "form; of the models that have weights. Formats are told by the ends of file names. "
            "State of an optimiser, arguments of a training and vocabularies are no weights."
        ),
        unit="models",
        numerator="models with pickles only",
        denominator="models with weights",
        unknown="models whose files were not read",
        sql=_FORMATS,
        parts=(
            Part("format", "By format, of all models whose file names are known"),
            Part("downloads", "By format, weighed by downloads"),
        ),
        note=(
            "A name is not a content: a file that ends in .bin may hold something else. The check "
            "of files reads what is inside."
        ),
    ),
)
