"""Fills the listings of a benchmark directly: by composing what search makes of each part.

A name here is an owner, a seed's name and a suffix; the words and labels of each part are made once
by search's own functions, and PostgreSQL puts them together, millions in a minute or two. That it
comes to the same as `registry.search.refresh` is tested.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.backends.utils import CursorWrapper

from registry.search import indexes, words
from registry.search.facets import SIZES, Facts, labels

_SEED = """
CREATE TEMPORARY TABLE seed (n int PRIMARY KEY, owner text, base text, task text, library text,
    licence text, tags text[], languages text[], datasets text[], model_type text, folded text,
    tokens text[], head text, tail text, labels int[])
"""
_PART = """
CREATE TEMPORARY TABLE {name} (part text PRIMARY KEY, folded text, tokens text[], head text,
    tail text)
"""
_LABELS = """
INSERT INTO registry_label (facet, value, n)
SELECT facet, value, 0 FROM unnest(%(facets)s::text[], %(values)s::text[]) w (facet, value)
RETURNING facet, value, id
"""
_AUTHOR_LABELS = """
INSERT INTO registry_label (facet, value, n) SELECT 'author', part, 0 FROM owner
"""
_FOUND = """
CREATE TEMPORARY TABLE found AS
SELECT v.repo_id, l.id AS label, CASE WHEN f.verdict = 'overstated'
    THEN greatest(0, round(1000 * (0.917 - f.value))::int) ELSE -1 END AS gap
FROM registry_finding f JOIN registry_run u ON u.id = f.run_id
JOIN registry_revision v ON v.id = u.revision_id
JOIN registry_label l ON l.facet = 'verdict' AND l.value = f.verdict
"""


def _coarse(column: str) -> str:
    step = f"power(10, length(floor({column})::bigint::text) - 2)::bigint"
    whole = f"floor({column})::bigint"
    return f"CASE WHEN {column} < 100 THEN {whole} ELSE {whole} / {step} * {step} END"


# The first word of a part beside the last of the one before: as `words` joins neighbours.
_LISTINGS = f"""
INSERT INTO registry_listing (repo_id, folded, base, tokens, labels, downloads_key, likes_key,
    trending_key, parameters, gap, updated, created)
SELECT r.id, o.folded || '/' || s.folded || x.folded, s.folded || x.folded,
    array_to_tsvector(o.tokens || s.tokens || x.tokens || e.words
        || ARRAY(SELECT '^' || left(word, 3) FROM unnest(e.words) word WHERE length(word) >= 3)
        || ARRAY(SELECT '^' || left(word, 5) FROM unnest(e.words) word WHERE length(word) >= 5)),
    ARRAY(SELECT DISTINCT one FROM unnest(s.labels || y.id || ARRAY[
        (%(numbers)s::jsonb ->> ('gated ' || r.gate))::int,
        (%(numbers)s::jsonb ->> ('verified ' || CASE WHEN a.is_verified THEN 'yes' ELSE 'no' END))
            ::int,
        (%(numbers)s::jsonb ->> ('claims ' || CASE WHEN r.id %% 20 = 0 THEN 'yes' ELSE 'no' END))
            ::int,
        (%(numbers)s::jsonb ->> ('format ' || m.tag))::int,
        (%(sizes)s::int[])[1 + width_bucket(r.parameters, %(bounds)s::bigint[])], f.label]) one
        WHERE one IS NOT NULL ORDER BY one),
    {_coarse("r.downloads")}, {_coarse("r.likes")}, {_coarse("r.trending")},
    COALESCE(r.parameters, 0), COALESCE(f.gap, -1), r.hub_modified_at, r.hub_created_at
FROM draft d JOIN registry_repo r ON r.id = d.id JOIN seed s ON s.n = d.n
JOIN owner o ON o.part = d.owner JOIN suffix x ON x.part = d.suffix
JOIN registry_author a ON a.id = r.author_id
JOIN registry_label y ON y.facet = 'author' AND y.value = d.owner
LEFT JOIN found f ON f.repo_id = r.id
CROSS JOIN LATERAL (SELECT CASE WHEN d.w < 0.45 THEN 'safetensors' WHEN d.w < 0.6 THEN 'gguf'
    WHEN d.w < 0.65 THEN 'onnx' ELSE '' END AS tag) m
CROSS JOIN LATERAL (SELECT
    CASE WHEN o.tail <> '' AND s.head <> '' THEN ARRAY[o.tail || s.head] ELSE '{{}}' END
    || CASE WHEN s.tail <> '' AND x.head <> '' THEN ARRAY[s.tail || x.head] ELSE '{{}}' END
    || CASE WHEN m.tag <> '' AND m.tag NOT IN (s.library, s.task, s.licence, s.model_type)
        THEN ARRAY[m.tag] ELSE '{{}}' END AS words) e
ORDER BY r.id
"""  # noqa: S608 - columns


@contextmanager
def unconstrained(cursor: CursorWrapper, tables: Sequence[str]) -> Iterator[None]:
    """Fill these tables without checking foreign keys row by row; they are checked at the end."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [list(tables)],
    )
    keys = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, words_of_it in keys:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {words_of_it}")


def load_seeds(cursor: CursorWrapper, seeds: Sequence[tuple[Any, ...]]) -> None:
    """Make the table of seeds: with their words, and with labels that are written before."""
    facts = [_facts(seed) for seed in seeds]
    found = [{pair for pair in labels(one) if pair[0] not in {"gated", "claims"}} for one in facts]
    usual = {("gated", gate) for gate in ("open", "auto", "manual")}
    usual |= {(facet, answer) for facet in ("claims", "verified") for answer in ("yes", "no")}
    usual |= {("size", key) for _, key, _ in SIZES}
    usual |= {("format", name) for name in ("safetensors", "gguf", "onnx")}
    usual |= {("verdict", v) for v in ("confirmed", "overstated", "understated", "inconclusive")}
    pairs = sorted(usual.union(*found))
    cursor.execute(
        _LABELS, {"facets": [facet for facet, _ in pairs], "values": [value for _, value in pairs]}
    )
    numbers = {(facet, value): number for facet, value, number in cursor.fetchall()}
    cursor.execute(_SEED)
    with cursor.copy("COPY seed FROM STDIN") as copy:
        for n, (seed, one, pairs_of) in enumerate(zip(seeds, facts, found, strict=True)):
            folded, _, head, tail = _part(seed[1])
            said = (one.task, one.library, one.licence, one.architecture, *one.languages)
            tokens = words.with_beginnings(words.of_row(seed[1], one.tags, said))
            numbered = sorted(numbers[pair] for pair in pairs_of)
            copy.write_row((n, *seed, folded, tokens, head, tail, numbered))
    cursor.execute("ANALYZE seed")


def make_listings(cursor: CursorWrapper) -> None:
    """Fill the listings and their labels from the tables of seeds and drafts, then index them."""
    for name in ("owner", "suffix"):
        cursor.execute(_PART.format(name=name))
        cursor.execute(f"SELECT DISTINCT {name} FROM draft")  # noqa: S608
        parts = [part for (part,) in cursor.fetchall()]
        with cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for part in parts:
                copy.write_row((part, *_part(part)))
        cursor.execute(f"ANALYZE {name}")
    cursor.execute(_AUTHOR_LABELS)
    cursor.execute("ANALYZE registry_label")
    cursor.execute(_FOUND)
    indexes.drop()
    cursor.execute(_LISTINGS, _numbers(cursor))
    indexes.make()
    cursor.execute("DROP TABLE owner, suffix, found")


def _numbers(cursor: CursorWrapper) -> dict[str, Any]:
    cursor.execute(
        "SELECT jsonb_object_agg(facet || ' ' || value, id)::text FROM registry_label"
        " WHERE facet IN ('gated', 'verified', 'claims', 'format')"
    )
    numbers = (cursor.fetchone() or ("{}",))[0]
    cursor.execute("SELECT value, id FROM registry_label WHERE facet = 'size'")
    sizes = dict(cursor.fetchall())
    bounds = [bound for bound, _, _ in SIZES[:-1]]
    return {"numbers": numbers, "sizes": [sizes[key] for _, key, _ in SIZES], "bounds": bounds}


def _facts(seed: Iterable[Any]) -> Facts:
    _, _, task, library, licence, tags, languages, datasets, model_type = seed
    return Facts(
        task, library, licence, languages, datasets, model_type, 0, (), tags, "open", False
    )  # fmt: skip


def _part(text: str) -> tuple[str, list[str], str, str]:
    """Return a part folded, its words, the first where it begins with a digit, the last if letters.

    Words of different parts are joined as those of one part are.
    """
    found = words.words(text)
    head = found[0] if found and found[0][0].isdigit() else ""
    tail = found[-1] if found and found[-1].isalpha() else ""
    return words.fold(text), words.with_beginnings(words.of_row(text)), head, tail
