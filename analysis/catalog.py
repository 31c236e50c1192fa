"""Which checks and tasks there are: names only, so that the web lists them without torch."""

from dataclasses import dataclass
from importlib.metadata import entry_points

from analysis.contract import Queue


@dataclass(frozen=True, slots=True)
class Entry:
    """What may be known of a check without importing it. ``target`` is ``module:Class``."""

    id: str
    version: int
    title: str
    target: str
    queue: Queue
    needs_claim: bool
    about: str


BUILT_IN = (
    Entry(
        id="claim",
        version=1,
        title="Claimed metric, measured",
        target="analysis.checks.claim:ClaimCheck",
        queue=Queue.CPU,
        needs_claim=True,
        about="Runs the model on the split that the claim names and computes the metric.",
    ),
)

# What the check "claim" can measure today: task id -> module. One file a task.
TASKS = {
    "image-classification": "analysis.tasks.image_classification:ImageClassification",
    "sentence-similarity": "analysis.tasks.sentence_similarity:SentenceSimilarity",
}


def entries() -> dict[str, Entry]:
    """All checks by id: the built-in ones, then those of installed packages.

    Another package adds a check by an entry point in the group ``assay.checks`` whose object is an
    ``Entry``; a built-in id cannot be taken over.
    """
    found = {entry.id: entry for entry in BUILT_IN}
    for point in entry_points(group="assay.checks"):
        entry = point.load()
        if isinstance(entry, Entry):
            found.setdefault(entry.id, entry)
    return found
