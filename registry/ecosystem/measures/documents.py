"""M6, M7, M8: documents that are missing, what scanners found, and who may change what."""

from registry.ecosystem.definitions import Earlier, Figure, Measure, Part

# The text behind the front matter. Cut first: a card has up to 2 MiB, and one sees early whether
# there are words.
_BODY = (
    "length(btrim(regexp_replace(left(k.text, 200000),"
    " '^\\s*---[ \\t]*\\r?\\n.*?\\n---[ \\t]*(\\r?\\n|$)', ''), E' \\t\\r\\n'))"
)

_UNDOCUMENTED = f"""
WITH top AS MATERIALIZED (
    SELECT a.*, row_number() OVER (ORDER BY a.downloads DESC, a.id) AS place
    FROM repo_at a ORDER BY a.downloads DESC, a.id LIMIT 1000
), seen AS MATERIALIZED (
    SELECT t.place, t.is_read, t.card_id IS NULL AS no_card,
        CASE WHEN k.id IS NULL THEN 0 ELSE {_BODY} END AS body
    FROM top t LEFT JOIN registry_card k ON k.id = t.card_id
), sizes AS (SELECT unnest(ARRAY[10, 100, 1000]) AS n), counted AS (
    SELECT z.n, count(*) FILTER (WHERE s.is_read) AS told,
        count(*) FILTER (WHERE s.is_read AND s.body = 0) AS without,
        count(*) FILTER (WHERE s.is_read AND s.no_card) AS no_card,
        count(*) FILTER (WHERE NOT s.is_read) AS unknown
    FROM sizes z LEFT JOIN seen s ON s.place <= z.n GROUP BY z.n
), length AS (
    SELECT q, percentile_disc(q / 100.0) WITHIN GROUP (ORDER BY s.body) AS n
    FROM seen s, unnest(ARRAY[10, 25, 50, 75, 90]) AS q WHERE s.is_read GROUP BY q
), everything AS (
    SELECT count(*) FILTER (WHERE is_read) AS told,
        count(*) FILTER (WHERE is_read AND card_id IS NULL) AS no_card,
        count(*) FILTER (WHERE NOT is_read) AS unknown FROM repo_at
)
SELECT '', '', without, told, unknown FROM counted WHERE n = 1000
UNION ALL SELECT 'top', 'top ' || to_char(n, 'FM9,999') || ': no card, or no words in it',
    without, told, unknown FROM counted
UNION ALL SELECT 'top', 'top ' || to_char(n, 'FM9,999') || ': no card at all', no_card, told,
    unknown FROM counted
UNION ALL SELECT 'top', 'all models: no card at all', no_card, told, unknown FROM everything
UNION ALL SELECT 'length', q || ' %% of the top 1,000 have at most', n, NULL, 0 FROM length
"""  # noqa: S608 - constants of this file

# An outcome for each scanner of each file that has one. What is neither known to be clean nor a
# finding is not clean.
_SCANNERS = """
WITH status AS MATERIALIZED (
    SELECT a.id, s.scanner, CASE
        WHEN s.status = 'safe' THEN 'clean'
        WHEN s.status IN ('unsafe', 'suspicious', 'caution') THEN 'finding'
        WHEN s.status IN ('unscanned', 'queued') OR s.status IS NULL THEN 'not scanned'
        ELSE 'scan failed' END AS outcome
    FROM repo_at a JOIN registry_file f ON f.revision_id = a.revision_id,
    LATERAL (
        SELECT x.scanner, f.security->x.scanner->>'status' AS status
        FROM unnest(ARRAY['avScan', 'pickleImportScan', 'protectAiScan', 'jFrogScan',
            'virusTotalScan']) AS x (scanner)
        WHERE jsonb_typeof(f.security->x.scanner) = 'object'
    ) s WHERE jsonb_typeof(f.security) = 'object'
), models AS MATERIALIZED (
    SELECT id, bool_or(outcome = 'finding') AS has_finding, bool_and(outcome = 'clean') AS is_clean
    FROM status GROUP BY id
), whole AS (
    SELECT count(*) FILTER (WHERE has_finding) AS found,
        count(*) FILTER (WHERE has_finding OR is_clean) AS told,
        (SELECT count(*) FROM repo_at) - count(*) FILTER (WHERE has_finding OR is_clean) AS unknown
    FROM models
), files AS (
    SELECT scanner, outcome, count(*) AS n FROM status GROUP BY scanner, outcome
), own AS (
    SELECT f.verdict, count(DISTINCT a.id) AS n FROM repo_at a
    JOIN registry_run u ON u.revision_id = a.revision_id AND u.check_id = 'files'
    JOIN registry_finding f ON f.run_id = u.id AND f.verdict IN ('pass', 'warn', 'fail')
    GROUP BY f.verdict
)
SELECT '', '', found, told, unknown FROM whole
UNION ALL (SELECT scanner, outcome, n, (SELECT sum(n) FROM files o WHERE o.scanner = files.scanner),
    0 FROM files ORDER BY scanner, outcome)
UNION ALL (SELECT 'assay', verdict, n, NULL, 0 FROM own ORDER BY verdict)
"""

MEASURES = (
    Measure(
        id="undocumented",
        version=1,
        number="M6",
        title="Popular, but not documented",
        definition=(
            "Of the 1,000 models with most downloads: those without a README.md, or with one that "
            "has no words beside its front matter."
        ),
        unit="models",
        numerator="popular models without a word",
        denominator="popular models whose files were read",
        unknown="popular models whose files were not read",
        sql=_UNDOCUMENTED,
        parts=(
            Part("top", "By popularity"),
            Part("length", "How long the text is, in characters"),
        ),
        earlier=Earlier(
            figures=(),
            method="By hand: SpanBERT/spanbert-large-cased, ninth by downloads, had no card.",
            weakness="One example, found by looking; no share was given.",
        ),
    ),
    Measure(
        id="scanner-findings",
        version=1,
        number="M7",
        title="What scanners found",
        definition=(
            "Models with a file in which at least one of the hub's scanners found something; of "
            "those that have a finding, or of which every scan that was listed says “safe”. Not "
            "scanned, queued and failed are none of the two."
        ),
        unit="models",
        numerator="models with a finding",
        denominator="models with a finding, and models with clean scans only",
        unknown="models that were not scanned, not in full, or whose status was not read",
        sql=_SCANNERS,
        parts=(
            Part("avScan", "Files by ClamAV"),
            Part("pickleImportScan", "Files by the scan of pickle imports"),
            Part("protectAiScan", "Files by Protect AI"),
            Part("jFrogScan", "Files by JFrog"),
            Part("virusTotalScan", "Files by VirusTotal"),
            Part("assay", "Models by Assay's own checks of risk"),
        ),
        has_past=False,
        note=(
            "A scanner finds what it looks for: ClamAV knows malware by its signature, the scan of "
            "pickle imports lists names. A clean scan means “nothing found”, never “safe”."
        ),
        earlier=Earlier(
            figures=(Figure(0, None),),
            method="Saved pages were searched for the badge of ClamAV.",
            weakness=(
                "The script looked for one title only, that of the EICAR test file: “none flagged” "
                "means that nobody had uploaded a test file, not that there was no malware."
            ),
        ),
    ),
    Measure(
        id="permissions",
        version=1,
        number="M8",
        title="Who may change a model",
        definition="Whether members of an organisation can be kept from changing all its models.",
        unit="",
        numerator="",
        denominator="",
        unknown="",
        sql="",
        note=(
            "Nothing in the metadata says it, so nothing is counted. The study read the Hub's "
            "documentation in August 2022: the role “write” of an organisation may change every "
            "model of it, which is more than a member needs. That documentation speaks of resource "
            "groups since; which organisations use them cannot be seen from outside."
        ),
    ),
)
