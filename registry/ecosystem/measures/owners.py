"""M1, M2 and the names that strangers took: who stands behind a model."""

from registry.ecosystem.definitions import Earlier, Figure, Measure, Part

_VERIFIED = """
WITH owner AS MATERIALIZED (
    SELECT u.id, u.kind, u.is_verified, sum(a.downloads) AS downloads, count(*) AS models
    FROM repo_at a JOIN registry_author u ON u.id = a.author_id
    GROUP BY u.id, u.kind, u.is_verified
), told AS (SELECT * FROM owner WHERE kind = 'organisation' AND is_verified IS NOT NULL),
unknown AS (
    SELECT count(*) AS n, COALESCE(sum(models), 0) AS models,
        COALESCE(sum(downloads), 0) AS downloads
    FROM owner WHERE kind = 'unknown' OR (kind = 'organisation' AND is_verified IS NULL)
)
SELECT '', '', count(*) FILTER (WHERE is_verified), count(*), (SELECT n FROM unknown) FROM told
UNION ALL SELECT 'weight', 'organisations', count(*) FILTER (WHERE is_verified), count(*),
    (SELECT n FROM unknown) FROM told
UNION ALL SELECT 'weight', 'their models', COALESCE(sum(models) FILTER (WHERE is_verified), 0),
    COALESCE(sum(models), 0), (SELECT models FROM unknown) FROM told
UNION ALL SELECT 'weight', 'downloads of their models',
    COALESCE(sum(downloads) FILTER (WHERE is_verified), 0), COALESCE(sum(downloads), 0),
    (SELECT downloads FROM unknown) FROM told
UNION ALL SELECT 'kind', kind, count(*), (SELECT count(*) FROM owner), 0 FROM owner GROUP BY kind
"""

_SIGNED = """
WITH signed AS MATERIALIZED (
    SELECT c.repo_id, c.signature FROM registry_commit c JOIN repo_at a ON a.id = c.repo_id
    WHERE c.signature <> 'unknown' AND (c.committed_at IS NULL OR c.committed_at < %(until)s)
), repos AS MATERIALIZED (
    SELECT repo_id, bool_or(signature = 'verified') AS verified,
        bool_or(signature = 'unverified') AS unverified
    FROM signed GROUP BY repo_id
), unread AS (
    SELECT (SELECT count(*) FROM repo_at) - (SELECT count(*) FROM repos) AS n
)
SELECT '', '', count(*) FILTER (WHERE verified OR unverified), count(*), (SELECT n FROM unread)
    FROM repos
UNION ALL SELECT 'repo', 'a commit with a verified signature', count(*) FILTER (WHERE verified),
    count(*), (SELECT n FROM unread) FROM repos
UNION ALL SELECT 'repo', 'only signatures that nobody vouches for',
    count(*) FILTER (WHERE unverified AND NOT verified), count(*), (SELECT n FROM unread) FROM repos
UNION ALL SELECT 'repo', 'no signature at all',
    count(*) FILTER (WHERE NOT unverified AND NOT verified), count(*), (SELECT n FROM unread)
    FROM repos
UNION ALL (SELECT 'commit', x.signature, count(s.signature), (SELECT count(*) FROM signed), 0
    FROM unnest(ARRAY['verified', 'unverified', 'none']) AS x (signature)
    LEFT JOIN signed s ON s.signature = x.signature GROUP BY x.signature ORDER BY 2 DESC)
"""

_REUSED = """
WITH taken AS MATERIALIZED (
    SELECT DISTINCT c.repo_id FROM registry_change c
    WHERE c.what = 'took-name' AND c.at < %(until)s
), lost AS (
    SELECT count(DISTINCT repo_id) AS n FROM registry_change c
    JOIN registry_repo r ON r.id = c.repo_id AND NOT r.is_private
    WHERE c.what = 'replaced' AND c.at < %(until)s
), whole AS (SELECT count(*) AS n FROM repo_at), present AS MATERIALIZED (
    SELECT a.id, a.downloads, u.name AS author FROM taken t JOIN repo_at a ON a.id = t.repo_id
    LEFT JOIN registry_author u ON u.id = a.author_id
)
SELECT '', '', (SELECT count(*) FROM present), n, 0 FROM whole
UNION ALL SELECT 'event', 'models that carry a name which was another model''s',
    (SELECT count(*) FROM present), NULL, 0
UNION ALL SELECT 'event', 'models that lost their name to another one', n, NULL, 0 FROM lost
UNION ALL SELECT 'event', 'authors who own such a name', count(DISTINCT author), NULL, 0
    FROM present
UNION ALL SELECT 'event', 'downloads of the models under such names',
    COALESCE(sum(downloads), 0), NULL, 0 FROM present
UNION ALL (SELECT 'author', COALESCE(author, ''), count(*), NULL, 0 FROM present
    GROUP BY author ORDER BY 3 DESC, 2 LIMIT 20)
"""

MEASURES = (
    Measure(
        id="verified-organisations",
        version=1,
        number="M1",
        title="Verified organisations",
        definition=(
            "Organisations that own at least one model and carry the hub's mark of verification; "
            "of all organisations that own a model and of which the hub was asked."
        ),
        unit="organisations",
        numerator="organisations with the mark",
        denominator="organisations of which the hub was asked",
        unknown="owners of which it is not known whether they are an organisation, or marked",
        sql=_VERIFIED,
        parts=(Part("weight", "By what is weighed"), Part("kind", "Owners by kind")),
        has_past=False,
        note="The mirror keeps no history of the mark, so earlier days cannot be measured.",
        earlier=Earlier(
            figures=(Figure(199, 6_243),),
            method="The pages of organisations were read for the words “Verified organization”.",
            weakness="A page's wording is no interface. Here the hub's API is asked: isVerified.",
        ),
    ),
    Measure(
        id="signed-commits",
        version=1,
        number="M2",
        title="Signed commits",
        definition=(
            "Repositories with at least one commit that carries a signature, whether or not it "
            "can be verified; of those whose commits were looked at through git. The hub's API "
            "says nothing of signatures, so this is a sample of the models, with its interval."
        ),
        unit="models",
        numerator="models with a signed commit",
        denominator="models whose commits were looked at",
        unknown="models whose commits were not looked at",
        sql=_SIGNED,
        parts=(Part("repo", "By repository"), Part("commit", "By commit")),
        is_sample=True,
        note=(
            "The interval takes the models that were looked at for a random sample. Where they "
            "were chosen by downloads or on request they are none, and the interval is too narrow."
        ),
        earlier=Earlier(
            figures=(Figure(132, 63_182),),
            method="git log --pretty=%GK on 63,182 clones.",
            weakness=(
                "The id of a key was enough: a bad signature, an expired or unknown key counted as "
                "signed. Here verified, unverified and unsigned are three things."
            ),
            doubts="63,182 are clones; the study counts 62,467 models elsewhere.",
        ),
    ),
    Measure(
        id="name-reuse",
        version=1,
        title="Names that another model took",
        definition=(
            "Models under a name that belonged to another model before: the hub's id behind the "
            "name changed. Whoever downloads by name gets the new one without a word."
        ),
        unit="models",
        numerator="models that took a name over",
        denominator="models",
        unknown="none",
        sql=_REUSED,
        parts=(
            Part("event", "What was seen"),
            Part("author", "By author of the new model", "no author"),
        ),
        note="Seen only where the mirror knew the name before: a first pass finds none.",
    ),
)
