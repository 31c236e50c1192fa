"""All scorers together: the registry, the table of the docs, the forms."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from analysis import answers, scoring
from analysis.answers import Answers, Classes, Numbers
from analysis.catalog import KINDS, TASKS, metrics_of
from analysis.contract import Unsupported
from analysis.metrics import METRICS, Stated
from analysis.scoring import Form
from analysis.scoring.table import table

DOCS = Path(__file__).parents[3] / "docs/metrics.md"
CLASSES: dict[str, type[Answers]] = {name: getattr(answers, name) for name in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_names_are_those_that_the_modules_have(kind: str):
    for module, names in KINDS[kind].items():
        assert set(import_module(f"analysis.scoring.{module}").SCORERS) == set(names)
    assert scoring.measurable(CLASSES[kind]) <= set(METRICS)


@pytest.mark.parametrize("task", TASKS)
def test_the_metrics_of_a_task_are_those_of_its_answers(task: str):
    kinds = [CLASSES[kind] for kind in TASKS[task].answers]
    assert metrics_of(task) <= frozenset().union(*map(scoring.measurable, kinds))


def test_what_counts_samples_for_its_tolerance_is_a_mean_of_samples():
    """``mean_type`` of the registry, which the web process reads without numpy."""
    for metric in METRICS.values():
        if not metric.mean_type or metric.complement_of:
            continue
        args = {"k": 5} if metric.id.endswith("_at_k") else {}
        for kind in CLASSES.values():
            stated = Stated(metric, 0.5, 0.0, args=args)
            if not scoring.can_score(stated, kind):
                continue
            scorer = scoring.find(stated, kind)
            # A corpus of tokens has more of them than of sentences, and stays a share of units.
            assert scorer.form is Form.MEAN or (kind.__name__, metric.id) == ("Tags", "accuracy")
            assert scorer.bounds == (0, 1)


def test_a_metric_of_another_kind_is_unsupported():
    bleu = Stated(METRICS["bleu"], 0.3, 0.0)
    assert not scoring.can_score(bleu, Classes)
    with pytest.raises(Unsupported, match="BLEU cannot be computed") as caught:
        scoring.find(bleu, Numbers)
    assert caught.value.missing == "metric"


def test_the_docs_have_the_table():
    assert DOCS.read_text().endswith(table() + "\n")


def test_a_library_is_loaded_only_for_its_own_metric():
    program = (
        "import sys; from analysis import scoring; from analysis.answers import Texts;"
        "from analysis.metrics import METRICS, Stated;"
        "scoring.find(Stated(METRICS['exact_match'], 0.5, 0.0), Texts);"
        "print([m for m in ('nltk', 'sacrebleu', 'scipy', 'pycocotools') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=DOCS.parents[1],
    )
    assert done.stdout.strip() == "[]"
