"""From a claim as its author wrote it to what must be run: task, dataset, config, split, metric.

Standard library only, so that pages can say what is missing before anything runs. Nothing is
guessed but from the tables here, each row of which has a source; what was filled in is listed, and
what is missing has a name and a sentence.
"""

from analysis.matching.known_datasets import Known, known_dataset
from analysis.matching.match import Gap, Match, match
from analysis.matching.task_names import resolve_task

__all__ = ["Gap", "Known", "Match", "known_dataset", "match", "resolve_task"]
