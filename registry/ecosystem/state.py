"""The mirror as it was at a moment: today's tables with the later changes taken back.

``opened`` makes ``repo_at``, one row for each public model that existed then, in the session's own
temporary schema: a view over the tables where the moment is now, a table where it has passed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection


class NotKnown(Exception):  # noqa: N818 - reads as what it is
    """What was on that day is not known here; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day that is measured: its end, or now where it has not ended."""

    day: date
    until: datetime  # what is from then on does not count
    is_past: bool


def moment(day: date | None, at: datetime) -> Moment:
    """Return the moment of a day as seen at ``at``; None is now. Raises NotKnown."""
    today = at.astimezone(UTC).date()
    if day is None or day == today:
        return Moment(today, at, is_past=False)
    if day > today:
        raise NotKnown(f"{day} has not come yet.")
    return Moment(day, datetime.combine(day + timedelta(days=1), time(), UTC), is_past=True)


@contextmanager
def opened(of: Moment) -> Iterator[int]:
    """Make ``repo_at`` for a block; give the number of models whose state then is not known.

    Those existed already, but were read for the first time after they had been modified again.
    Raises NotKnown for a day before the first pass, unless nothing was modified in between.
    """
    if of.is_past:
        _refuse_unknown(of)
    with connection.cursor() as cursor:
        _drop(cursor)
        try:
            if of.is_past:
                cursor.execute(_PAST, {"until": of.until})
                cursor.execute("ANALYZE repo_then")
                cursor.execute(_KNOWN)
                cursor.execute("SELECT count(*) FROM repo_then WHERE NOT is_known")
                unseen = int(cursor.fetchone()[0])
            else:
                cursor.execute(_NOW)
                unseen = 0
            yield unseen
        finally:
            if not connection.needs_rollback and connection.connection is not None:
                _drop(cursor)


def first_pass() -> datetime | None:
    """Return when the mirror first saw anything; None where it has not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(started_at) FROM registry_sync WHERE seen > 0")
        found: datetime | None = cursor.fetchone()[0]
        return found


def _refuse_unknown(of: Moment) -> None:
    first = first_pass()
    if first is None:
        raise NotKnown(f"What was on {of.day} is not known: nothing has been mirrored yet.")
    if of.until > first:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MODIFIED_SINCE, {"until": of.until})
        if cursor.fetchone()[0]:
            raise NotKnown(
                f"What was on {of.day} is not known: the first pass of the mirror began on "
                f"{first:%Y-%m-%d}, and models were modified in between."
            )


def _drop(cursor: object) -> None:
    for kind, name in (("VIEW", "repo_at"), ("TABLE", "repo_then")):
        cursor.execute(  # type: ignore[attr-defined]
            f"DROP {kind} IF EXISTS pg_temp.{name}"
        )


# Without an index, once for each day before the first pass: such days are rare.
_MODIFIED_SINCE = """
SELECT EXISTS (SELECT 1 FROM registry_repo
    WHERE NOT is_private AND (hub_modified_at IS NULL OR hub_modified_at >= %(until)s)
        AND (hub_created_at IS NULL OR hub_created_at < %(until)s))
"""

# What belongs to the commit that was the head. Its files and the words of its card were read
# (``is_read``), or at least a listing told its front matter and the names of its files
# (``is_told``). Joins that a query does not use cost nothing: the
# planner removes them, both being unique.
_COLUMNS = """
    v.id AS revision_id, k.id AS card_id,
    COALESCE(v.has_tree OR k.text <> '', false) AS is_read,
    v.id IS NOT NULL AND (v.has_tree OR k.id IS NOT NULL
        OR EXISTS (SELECT 1 FROM registry_file f WHERE f.revision_id = v.id)) AS is_told
"""

_NOW = f"""
CREATE TEMPORARY VIEW repo_at AS
SELECT r.id, r.name, r.author_id, r.gate, r.pipeline_tag AS task, r.library, r.licence,
    r.tags::text[] AS tags, r.datasets::text[] AS datasets,
    COALESCE(NULLIF(r.model_type, ''), v.config->>'model_type', '') AS model_type,
    r.downloads, r.hub_created_at AS created_at, {_COLUMNS}
FROM registry_repo r
LEFT JOIN registry_revision v ON v.repo_id = r.id AND v.sha = r.head_sha
LEFT JOIN registry_card k ON k.revision_id = v.id
WHERE r.state = 'present' AND NOT r.is_private
"""  # noqa: S608 - constants of this file

# Of each attribute the earliest change after the moment has the value that it had then. Counters
# are those of the last day up to the moment that has a point, else of the first day that has one.
_PAST = """
CREATE TEMPORARY TABLE repo_then AS
WITH later AS (
    SELECT DISTINCT ON (repo_id, kind) repo_id,
        CASE WHEN what IN ('gone', 'returned', 'replaced') THEN 'life' ELSE what END AS kind,
        CASE WHEN what IN ('gone', 'replaced') THEN '"present"'::jsonb
            WHEN what = 'returned' THEN '"gone"'::jsonb
            ELSE COALESCE(old, 'null'::jsonb) END AS old
    FROM registry_change WHERE at >= %(until)s
    ORDER BY repo_id, kind, at, id
), taken AS (
    SELECT repo_id, jsonb_object_agg(kind, old) AS was FROM later GROUP BY repo_id
), points AS (
    SELECT DISTINCT ON (s.repo_id) s.repo_id,
        s.downloads[GREATEST(1, (SELECT count(*) FROM unnest(s.days) d
            WHERE s.quarter + d < (%(until)s AT TIME ZONE 'UTC')))] AS downloads
    FROM registry_counterseries s WHERE cardinality(s.days) > 0
    ORDER BY s.repo_id, s.quarter + s.days[1] >= (%(until)s AT TIME ZONE 'UTC'),
        CASE WHEN s.quarter + s.days[1] < (%(until)s AT TIME ZONE 'UTC')
            THEN -(s.quarter - '2000-01-01'::date) ELSE s.quarter - '2000-01-01'::date END
), told AS (
    SELECT r.id,
        COALESCE(t.was->>'renamed', r.name) AS name,
        CASE WHEN t.was->>'author' IS NULL THEN r.author_id ELSE (SELECT a.id FROM registry_author a
            WHERE a.hub_id = r.hub_id AND a.name = t.was->>'author') END AS author_id,
        COALESCE(t.was->>'life', r.state) AS state,
        COALESCE(t.was->>'gate', r.gate) AS gate,
        COALESCE(t.was->>'private', 'false') = 'true' AS was_private,
        CASE WHEN t.was ? 'head' THEN COALESCE(t.was->>'head', '') ELSE r.head_sha END AS head_sha,
        CASE WHEN t.was ? 'task' THEN COALESCE(t.was->>'task', '') ELSE r.pipeline_tag END AS task,
        CASE WHEN t.was ? 'library' THEN COALESCE(t.was->>'library', '') ELSE r.library END
            AS library,
        CASE WHEN t.was ? 'licence' THEN COALESCE(t.was->>'licence', '') ELSE r.licence END
            AS licence,
        CASE WHEN t.was ? 'tags' THEN {tags} ELSE r.tags::text[] END AS tags,
        CASE WHEN t.was ? 'datasets' THEN {datasets} ELSE r.datasets::text[] END AS datasets,
        CASE WHEN t.was ? 'model-type' THEN COALESCE(t.was->>'model-type', '') ELSE r.model_type END
            AS model_type,
        COALESCE(p.downloads, r.downloads) AS downloads, r.hub_created_at AS created_at,
        CASE WHEN t.was->>'modified' ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'
            THEN (t.was->>'modified')::timestamptz ELSE r.hub_modified_at END AS modified_at,
        r.first_seen_at AS seen_at
    FROM registry_repo r
    LEFT JOIN taken t ON t.repo_id = r.id
    LEFT JOIN points p ON p.repo_id = r.id
    WHERE NOT r.is_private
)
SELECT told.*, COALESCE(seen_at < %(until)s, false) OR COALESCE(modified_at < %(until)s, false)
    AS is_known
FROM told
WHERE state = 'present' AND NOT was_private AND (created_at < %(until)s
    OR modified_at < %(until)s OR (created_at IS NULL AND seen_at < %(until)s))
""".format(  # noqa: S608 - constants of this file
    **{
        column: f"""CASE WHEN jsonb_typeof(t.was->'{column}') = 'array'
            THEN ARRAY(SELECT jsonb_array_elements_text(t.was->'{column}'))
            ELSE '{{}}'::text[] END"""
        for column in ("tags", "datasets")
    }
)

_KNOWN = f"""
CREATE TEMPORARY VIEW repo_at AS
SELECT r.id, r.name, r.author_id, r.gate, r.task, r.library, r.licence, r.tags, r.datasets,
    COALESCE(NULLIF(r.model_type, ''), v.config->>'model_type', '') AS model_type,
    r.downloads, r.created_at, {_COLUMNS}
FROM repo_then r
LEFT JOIN registry_revision v ON v.repo_id = r.id AND v.sha = r.head_sha
LEFT JOIN registry_card k ON k.revision_id = v.id
WHERE r.is_known
"""  # noqa: S608 - constants of this file
