"""Which split a check without a claim measures on: the one that is asked for, or one of a claim."""

from analysis.contract import DataRequest, Subject, Unsupported
from analysis.matching import match


def split_of(subject: Subject, task_id: str) -> DataRequest:
    """Return the split that was asked for, else that of the first claim about the task.

    Raises Unsupported (missing dataset) where there is neither.
    """
    asked = {name: str(subject.asked.get(name) or "") for name in ("dataset", "config", "split")}
    if asked["dataset"]:
        return DataRequest(asked["dataset"], asked["config"], asked["split"] or "test")
    for claim in subject.claims:
        found = match(claim, subject.pipeline_tag)
        if found.task == task_id and found.dataset and not found.gaps:
            also = (found.written_as,) if found.written_as else ()
            return DataRequest(found.dataset, found.config, found.split, found.revision, also=also)
    raise Unsupported(
        "The model makes no claim that names a dataset for this; say which one to measure on.",
        "dataset",
    )
