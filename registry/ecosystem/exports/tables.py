"""What goes out: the columns of each table, and which rows are public.

Nothing of a private repo goes out, no user but the owners of marks, no token, session, key or
setting; words out of the files of a gated repo do not, either. What is not named here is not
exported.
"""

from dataclasses import dataclass

SCHEMA_VERSION = 1  # goes up when a column goes, or changes its meaning or its type

KINDS = frozenset(
    {"int", "float", "bool", "text", "json", "time", "date", "texts", "ints", "floats"}
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the SQL that gives it, and its kind."""

    name: str
    sql: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table. ``fetch`` rows come at once: few where a row may be long."""

    name: str
    about: str
    source: str
    columns: tuple[Column, ...]
    fetch: int = 5_000

    @property
    def sql(self) -> str:
        """Return the query."""
        columns = ", ".join(f'{one.sql} AS "{one.name}"' for one in self.columns)
        return f"SELECT {columns} FROM {self.source}"  # noqa: S608 - constants of this file


def _columns(prefix: str, **kinds: str) -> tuple[Column, ...]:
    """Return columns that go out under their own name; each kind lists names."""
    found = []
    for kind, names in kinds.items():
        cast = {"json": "::text", "texts": "::text[]"}.get(kind, "")
        found += [Column(name, f"{prefix}.{name}{cast}", kind) for name in names.split()]
    return tuple(found)


_OF_REVISION = "JOIN registry_repo r ON r.id = v.repo_id AND NOT r.is_private"
# Who serves a hub may have put a password into its address.
_HUB = Column("hub", "regexp_replace(h.url, '//[^/@]*@', '//')", "text")
_OPEN = "r.gate = 'open'"


def _if_open(name: str, sql: str, kind: str) -> Column:
    return Column(name, f"CASE WHEN {_OPEN} THEN {sql} END", kind)


TABLES = (
    Table(
        "repos",
        "Models on a hub, also those that are gone. The attributes are those of the head.",
        "registry_repo r JOIN registry_hub h ON h.id = r.hub_id WHERE NOT r.is_private",
        (
            *_columns("r", int="id author_id"),
            _HUB,
            *_columns(
                "r",
                text="hub_key name state gate head_sha pipeline_tag library licence model_type "
                "read_sha problem",
                bool="is_disabled",
                int="parameters downloads likes",
                float="trending",
                texts="tags datasets languages papers",
                time="hub_created_at hub_modified_at first_seen_at synced_at read_at",
                json="refs",
            ),
        ),
        fetch=2_000,
    ),
    Table(
        "authors",
        "Owners of at least one public model.",
        "registry_author a JOIN registry_hub h ON h.id = a.hub_id WHERE EXISTS ("
        "SELECT 1 FROM registry_repo r WHERE r.author_id = a.id AND NOT r.is_private)",
        (
            *_columns("a", int="id"),
            _HUB,
            *_columns("a", text="name kind hub_key", bool="is_verified", time="checked_at"),
        ),
    ),
    Table(
        "revisions",
        "Commits of models; everything measured belongs to one.",
        f"registry_revision v {_OF_REVISION}",
        _columns(
            "v",
            int="id repo_id parameters",
            text="sha architecture",
            bool="has_tree",
            json="config security",
            time="seen_at",
        ),
        fetch=200,
    ),
    Table(
        "cards",
        "The README.md of a revision. Text and front matter are null where the model is gated.",
        f"registry_card k JOIN registry_revision v ON v.id = k.revision_id {_OF_REVISION}",
        (
            *_columns("k", int="id revision_id", bool="has_front_matter", text="problem"),
            _if_open("front_matter", "k.front_matter::text", "json"),
            _if_open("text", "k.text", "text"),
        ),
        fetch=16,
    ),
    Table(
        "files",
        "Paths of a revision.",
        f"registry_file f JOIN registry_revision v ON v.id = f.revision_id {_OF_REVISION}",
        _columns("f", int="id revision_id size", text="path sha256 git_oid", json="security"),
    ),
    Table(
        "claims",
        "What authors state. The raw words are null where the model is gated.",
        f"registry_claim c JOIN registry_revision v ON v.id = c.revision_id {_OF_REVISION}",
        (
            *_columns(
                "c",
                int="id revision_id line",
                text="key source file path task dataset dataset_name config split "
                "dataset_revision metric metric_name value_text problem",
                float="value",
                json="args",
            ),
            _if_open("raw", "c.raw", "text"),
        ),
        fetch=500,
    ),
    Table(
        "edges",
        "Lineage: child revision to parent.",
        "registry_edge e JOIN registry_revision v ON v.id = e.child_id "
        f"{_OF_REVISION} LEFT JOIN registry_repo p ON p.id = e.parent_id AND NOT p.is_private",
        (
            *_columns("e", int="id child_id"),
            Column("parent_id", "p.id", "int"),
            *_columns("e", text="parent_name relation basis"),
        ),
    ),
    Table(
        "commits",
        "Commits, with what is known of their signatures.",
        "registry_commit c JOIN registry_repo r ON r.id = c.repo_id AND NOT r.is_private",
        _columns(
            "c",
            int="id repo_id",
            text="sha title signature key",
            texts="authors",
            time="committed_at",
        ),
    ),
    Table(
        "runs",
        "Executions of checks. Who asked, and on which machine, stays here.",
        f"registry_run u JOIN registry_revision v ON v.id = u.revision_id {_OF_REVISION}",
        _columns(
            "u",
            int="id revision_id claim_id check_version attempt faults",
            text="check_id key dataset_sha status code reason",
            json="options",
            time="created_at started_at finished_at",
        ),
        fetch=1_000,
    ),
    Table(
        "findings",
        "What runs found, with evidence and the signed envelope.",
        "registry_finding f JOIN registry_run u ON u.id = f.run_id "
        f"JOIN registry_revision v ON v.id = u.revision_id {_OF_REVISION}",
        _columns(
            "f",
            int="id run_id n",
            text="verdict summary",
            float="value low high",
            json="evidence envelope",
            time="created_at",
        ),
        fetch=32,
    ),
    Table(
        "marks",
        "Marks of owners: commitments with their times. The keys, sealed or not, stay here.",
        "registry_mark m JOIN auth_user o ON o.id = m.owner_id "
        "LEFT JOIN registry_repo h ON h.id = m.home_id AND NOT h.is_private",
        (
            *_columns(
                "m",
                int="id classes keys",
                text="name scheme task commitment state",
                json="shape envelope",
                time="registered_at withdrawn_at",
            ),
            Column("owner", "o.username", "text"),
            Column("home_id", "h.id", "int"),
            Column(
                "home",
                "CASE WHEN m.home_id IS NULL OR h.id IS NOT NULL THEN m.home_name END",
                "text",
            ),
        ),
    ),
    Table(
        "mark_matches",
        "What runs found of marks, with p-values.",
        f"registry_markmatch f JOIN registry_revision v ON v.id = f.revision_id {_OF_REVISION}",
        _columns(
            "f",
            int="id mark_id run_id revision_id matches keys control_matches controls",
            float="p",
            bool="carries is_after",
            text="sentence",
            time="created_at",
        ),
    ),
    Table(
        "finding_pictures",
        "Pictures that go with findings: their digests, not their bytes.",
        "registry_findingpicture i JOIN registry_finding f ON f.id = i.finding_id "
        "JOIN registry_run u ON u.id = f.run_id "
        f"JOIN registry_revision v ON v.id = u.revision_id {_OF_REVISION}",
        _columns(
            "i", int="id finding_id place width height", text="name group title alt kind sha256"
        ),
    ),
    Table(
        "changes",
        "What a pass found otherwise than the one before. Words of gated models are null.",
        "registry_change c JOIN registry_repo r ON r.id = c.repo_id AND NOT r.is_private",
        (
            *_columns("c", int="id repo_id", time="at", text="what"),
            *(
                Column(
                    name,
                    f"CASE WHEN {_OPEN} OR c.what NOT IN ('card', 'claims') "
                    f"THEN c.{name}::text END",
                    "json",
                )
                for name in ("old", "new")
            ),
        ),
        fetch=500,
    ),
    Table(
        "counters",
        "Downloads, likes and trending over time: a row a quarter, its points as arrays.",
        "registry_counterseries s JOIN registry_repo r ON r.id = s.repo_id AND NOT r.is_private",
        _columns(
            "s", int="repo_id", date="quarter", ints="days downloads likes", floats="trending"
        ),
        fetch=1_000,
    ),
    Table(
        "measurements",
        "Measures of the ecosystem, as they were taken.",
        "registry_measurement m",
        _columns(
            "m",
            int="id version numerator denominator unknown unseen",
            text="measure",
            date="date",
            time="at",
            json="breakdown",
            float="seconds",
        ),
        fetch=100,
    ),
    Table(
        "scans",
        "Selections of models times checks, with budget and schedule. Whose they are stays here.",
        "registry_scan s WHERE s.state <> 'removed'",
        _columns(
            "s",
            int="id max_repos max_runs max_minutes max_bytes",
            text="name selection schedule state",
            texts="checks",
            json="options",
            time="created_at",
        ),
    ),
    Table(
        "scan_executions",
        "One time that a scan was carried out: counts and totals. Its runs are among the runs.",
        "registry_scanexecution x JOIN registry_scan s ON s.id = x.scan_id "
        "AND s.state <> 'removed'",
        _columns(
            "x",
            int="id scan_id",
            text="selection state reason",
            texts="checks",
            json="options counts totals",
            time="slot started_at finished_at",
        ),
        fetch=500,
    ),
)

CHANGES_OF_A_DAY = """
SELECT c.id, c.repo_id, regexp_replace(h.url, '//[^/@]*@', '//') AS hub, r.name AS repo, c.at,
    c.what,
    CASE WHEN r.gate = 'open' OR c.what NOT IN ('card', 'claims') THEN c.old END::text AS old,
    CASE WHEN r.gate = 'open' OR c.what NOT IN ('card', 'claims') THEN c.new END::text AS new
FROM registry_change c JOIN registry_repo r ON r.id = c.repo_id AND NOT r.is_private
JOIN registry_hub h ON h.id = r.hub_id
WHERE c.at >= %s AND c.at < %s ORDER BY c.id
"""
