"""Reading one repo in full: detail, files, branches, card, results. Runs in threads.

Each piece that cannot be had is a problem of that repo and leaves the others alone.
"""

from collections.abc import Iterable

from django.utils.timezone import now

from analysis import cards
from analysis.contract import Claim
from analysis.text import clean_json, clean_text
from registry.hub import records
from registry.hub.answers import Record, TreeEntry
from registry.hub.client import CARD, CARD_LIMIT, HubClient
from registry.hub.labels import Labels, labels
from registry.hub.names import shown
from registry.hub.problems import (
    BadName,
    Broken,
    GatedOrForbidden,
    HubProblem,
    Limited,
    Missing,
    TooLarge,
    Unauthorised,
    Unreachable,
)
from registry.hub.records import CardRow, Problem, Read, RevisionRow

RESULTS_FOLDER = ".eval_results/"
RESULTS_FILES = 50
RESULTS_LIMIT = 256 << 10  # bytes
MANY_FILES = 10_000  # the list inside a detail may be cut from here on; the tree is not
SHOWN_PROBLEMS = 5
REASON_LIMIT = 2_000

# What says nothing about one repo, but that the hub as a whole does not serve any more.
OUTAGE = (Unreachable, Limited)


class RepoReader:
    """Reads repos of one hub. Safe to share between threads."""

    def __init__(self, client: HubClient, *, file_security: bool = False) -> None:
        self._client = client
        self._file_security = file_security

    def named(self, name: str, revision: str = "main") -> Read:
        """Read a repo of which only the name is known."""
        began = now()
        try:
            record = self._client.detail(name, revision)
        except HubProblem as error:
            return _failed(name, None, str(error), error)
        read = self._whole(record)
        if read.row is not None:
            read.row.read_began = began
        return read

    def _whole(self, record: Record) -> Read:
        fault = records.name_fault(record.name)
        if fault:
            sentence = f"The name {shown(record.name)} {fault}."
            return _failed(record.name, None, sentence, BadName(sentence))
        if not record.sha:
            sentence = "The hub names no commit of it."
            return _failed(record.name, record, sentence, Broken(sentence))
        try:
            return _One(self._client, record, self._file_security).read()
        except _Vanished as error:
            return _failed(record.name, None, str(error), Missing(str(error), "repo"))


class _Vanished(Exception):  # noqa: N818 - what became of the repo
    """The repo is not there any more."""


class _One:
    """One repo while it is read."""

    def __init__(self, client: HubClient, record: Record, file_security: bool) -> None:
        self._client = client
        self._record = record
        self._file_security = file_security
        self._read = Read(record.name)
        self._reasons: list[str] = []  # why the row is not all that it could be
        self._has_claims = True

    def read(self) -> Read:
        """Return the repo with its revision; raise _Vanished."""
        info, sha = self._record.info, self._record.sha
        files, has_tree = self._files()
        config, architecture, problem = records.config_of(info)
        if problem:
            self._keep("detail", problem)
        branches = self._refs() if has_tree else records.to_json({"branches": {"main": sha}})
        text = self._card_text(files)
        card = self._withheld() if text is None else cards.read_card(text)
        declared = cards.attributes(card) if card is not None else cards.Attributes()
        reading = cards.claims(card, CARD, self._record.name) if card else cards.Reading()
        sentences = [*reading.problems, *declared.problems]
        claims = [*reading.claims, *self._results(files)]
        said = labels(self._record.name, info, declared)
        self._read.revision = RevisionRow(
            sha=sha,
            config=config,
            architecture=architecture,
            parameters=records.parameters_of(info),
            has_tree=has_tree,
            files=files,
            card=None if card is None else self._card_row(text, card, sentences),
            has_claims=self._has_claims,
            claims=records.claim_columns(claims),
            edges=said.edges,
            security=records.security_of(info),
        )
        self._read.row = self._row(declared, said, branches)
        return self._read

    def _row(
        self, declared: cards.Attributes, said: Labels, branches: str | None
    ) -> records.RepoRow:
        row = records.repo_row(
            self._record,
            refs=branches,
            licence=said.licence,
            datasets=said.datasets,
            languages=said.languages,
            papers=said.papers,
            model_type=records.model_type_of(self._record.info),
            parameters=records.parameters_of(self._record.info),
            read_sha=None if self._read.again else self._record.sha,
            problem=clean_text(" ".join(_first(self._reasons)), REASON_LIMIT),
        )
        if row.pipeline_tag is None:
            row.pipeline_tag = clean_text(declared.pipeline_tag, 100)
        if row.library is None:
            row.library = clean_text(declared.library_name, 100)
        return row

    def _files(self) -> tuple[tuple[TreeEntry, ...], bool]:
        """Return the files, and whether their sizes and hashes are known."""
        listed, faults, sized = records.listed_files(self._record.info)
        if not sized or len(listed) >= MANY_FILES or self._file_security:
            try:
                tree = self._client.tree(
                    self._record.name, self._record.sha, with_security=self._file_security
                )
                listed, faults, sized = tree.entries, list(tree.faults), True
            except Missing as error:
                # A hub of records has no trees; one that had this repo a moment ago, and has it
                # no more, says so.
                if error.what == "repo":
                    raise _Vanished(_vanished(error)) from error
                sized = False
            except HubProblem as error:
                self._miss("tree", error)
                sized = False
        for reason in _first(fault.reason for fault in faults):
            self._keep("tree", reason)
        return listed, sized

    def _refs(self) -> str | None:
        try:
            return records.refs_json(self._client.refs(self._record.name))
        except Missing as error:
            if error.what == "repo":
                raise _Vanished(_vanished(error)) from error
            return None
        except HubProblem as error:
            self._miss("refs", error)
            return None

    def _card_text(self, files: Iterable[TreeEntry]) -> str | None:
        """Return the README, None where there is none or it cannot be had."""
        listed = next((file for file in files if file.path == CARD), None)
        if listed is None:
            return None
        name, sha = self._record.name, self._record.sha
        try:
            raw = self._client.listed_file(name, sha, listed, CARD_LIMIT)
        except HubProblem as error:
            self._refused("card", error)
            return None
        text = self._decoded(raw, "card", CARD)
        return None if cards.is_error_text(text) else text

    def _withheld(self) -> cards.Card | None:
        """Return what the detail says of a card whose text the hub keeps to itself."""
        front, index = self._record.info.get("cardData"), self._record.info.get("model-index")
        if self._has_claims or not isinstance(front, dict) or not front:
            return None
        results = {"model-index": index} if index and "model-index" not in front else {}
        return cards.Card(front=front | results, body="")

    def _card_row(
        self, text: str | None, card: cards.Card, problems: list[cards.Problem]
    ) -> CardRow:
        sentences = _first(_placed(problem) for problem in problems)
        if sentences:
            self._note("card" if card.problem else "claims", " ".join(sentences))
        return CardRow(
            text=None if text is None else clean_text(text, records.CARD_TEXT_LIMIT),
            front_matter=records.to_json(clean_json(dict(card.front))),
            has_front_matter=bool(card.front_source or text is None),
            problem=" ".join(sentences),
        )

    def _results(self, files: Iterable[TreeEntry]) -> list[Claim]:
        """Read the files of results; more than fifty are not read."""
        named = [
            file
            for file in files
            if file.path.startswith(RESULTS_FOLDER) and file.path.endswith((".yaml", ".yml"))
        ]
        if len(named) > RESULTS_FILES:
            self._note("claims", f"Only {RESULTS_FILES} of {len(named):,} result files were read.")
        claims: list[Claim] = []
        for file in named[:RESULTS_FILES]:
            path = file.path
            try:
                raw = self._client.listed_file(
                    self._record.name, self._record.sha, file, RESULTS_LIMIT
                )
            except HubProblem as error:
                self._refused("claims", error)
                continue
            reading = cards.eval_results(self._decoded(raw, "claims", path), path)
            claims += reading.claims
            if reading.problems:
                self._note("claims", " ".join(_first(_placed(p) for p in reading.problems)))
        return claims

    def _decoded(self, raw: bytes, stage: str, path: str) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self._note(stage, f"The file {shown(path)} is not UTF-8; what is not was replaced.")
            return raw.decode("utf-8", "replace")

    def _refused(self, stage: str, error: HubProblem) -> None:
        """Note a file that was not had. Asking again helps for some reasons and not for others."""
        if isinstance(error, Missing) and error.what == "repo":
            raise _Vanished(_vanished(error)) from error
        self._has_claims = False
        if isinstance(error, Missing | GatedOrForbidden | Unauthorised | TooLarge):
            self._note(stage, str(error))
        else:
            self._miss(stage, error)

    def _miss(self, stage: str, error: HubProblem) -> None:
        """Note a piece that the hub did not give this time."""
        self._keep(stage, str(error))
        self._read.again = True
        if isinstance(error, OUTAGE):
            self._read.error = error

    def _keep(self, stage: str, reason: str) -> None:
        """Note a reason that stands on the row; the next pass asks again while it does."""
        self._note(stage, reason)
        self._reasons.append(reason)

    def _note(self, stage: str, reason: str) -> None:
        self._read.problems.append(Problem(stage, clean_text(reason, REASON_LIMIT)))


def _failed(name: str, record: Record | None, reason: str, error: HubProblem) -> Read:
    """Return a repo of which nothing could be read but, where it was listed, its row."""
    reason = clean_text(reason, REASON_LIMIT)
    row = None
    if record is not None and not records.name_fault(record.name):
        row = records.repo_row(record, head_sha=None, modified_at=None, problem=reason)
    is_passing = not isinstance(error, Missing | BadName)
    problems = [Problem("detail", reason)]
    return Read(name, row, None, problems, failed=True, error=error, again=is_passing)


def _vanished(error: Missing) -> str:
    return f"The repo vanished between the list and its detail. {error}"


def _placed(problem: cards.Problem) -> str:
    place = problem.place
    where = f"{place.path}, line {place.line}" if place.path and place.line else place.path
    return f"{where}: {problem.sentence}" if where else problem.sentence


def _first(sentences: Iterable[str]) -> list[str]:
    """Return the first few sentences, and one that says how many more there are."""
    known = list(dict.fromkeys(sentences))
    more = len(known) - SHOWN_PROBLEMS
    return known[:SHOWN_PROBLEMS] + ([f"And {more:,} more of this kind."] if more > 0 else [])
