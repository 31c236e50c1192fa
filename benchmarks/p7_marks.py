"""P7: looking for 100 registered marks in a network costs at most twice the price of one mark.

Marks are BlackMarks of 32 keys and 32 controls; the network carries none of them. Both sides are
whole runs but for the download: the keys are opened, a sandbox that is warm already starts, loads
the network and answers, the judge comes to its finding. Of many marks a few keys each are asked
first, which is what makes them cheap; a network that answers slowly pays for each picture, so that
the ratio hangs on it: a small network of convolutions and a transformer are measured.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from analysis.checks.watermarks import WatermarksCheck
from analysis.contract import Case, Finding, Job, Subject
from analysis.marks import SecretMark
from analysis.watermarks.answer_keys import AnswerKeys
from analysis.watermarks.envelope import commitment
from analysis.watermarks.trial import Trial
from benchmarks.harness import Row, samples, seconds_of
from workers.sandbox.runner import Sandbox
from workers.sandbox.session import Session
from workers.trials import Rounds

TARGET = 2.0
_TARGET = "analysis.checks.watermarks:WatermarksCheck"
_MARKS, _BITS, _CLASSES, _SIDE = 100, 32, 10, 32
_SUBJECT = Subject("bench/network", "0" * 40, pipeline_tag="image-classification")


def rows(*, quick: bool) -> Iterator[Row]:
    """Two rows a network: 100 marks against one, and against 100 runs of one."""
    import torch
    from transformers.utils import logging as logs

    logging.disable(logging.WARNING)
    logs.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    marks = [_mark(number) for number in range(_MARKS)]
    for name, write in (("convolutions", _convolutions), ("transformer", _transformer)):
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
            home = Path(folder)
            write(home / "network")
            with Sandbox(home, device=device) as sandbox:
                look = partial(_look, sandbox, home, device)
                look(marks[:1])  # warm
                yield from _rows(name, look, marks, quick)


def _rows(
    name: str,
    look: Callable[[Sequence[SecretMark]], Finding],
    marks: Sequence[SecretMark],
    quick: bool,
) -> Iterator[Row]:
    turns = 3 if quick else 9
    one = samples(lambda: seconds_of(lambda: look(marks[:1])), turns)
    many = samples(lambda: seconds_of(lambda: look(marks)), turns)
    asked = [look(some).evidence["rounds"] for some in (marks[:1], marks)]
    details = {"pictures_of_one": asked[0], "pictures_of_all": asked[1], "bits": _BITS}
    ratio = many.median / one.median
    yield Row(
        "P7", f"{_MARKS} marks against one, {name}", many.median, one.median, "s", ratio,
        f"<= {TARGET:.0f}x", ratio <= TARGET, turns, many.spread, details,
    )  # fmt: skip
    some = marks[: 10 if quick else _MARKS]
    by_one = seconds_of(lambda: [look([mark]) for mark in some]) * len(marks) / len(some)
    yield Row(
        "P7", f"{_MARKS} marks against one by one, {name}", many.median, by_one, "s",
        many.median / by_one, "< 1x", many.median < by_one, turns, many.spread,
        details | {"runs_of_one": len(some)},
    )  # fmt: skip


def _look(sandbox: Sandbox, home: Path, device: str, marks: Sequence[SecretMark]) -> Finding:
    """Look for marks as a run does."""
    place = home / "network"
    files = {path.name: path for path in place.iterdir()}
    job = Job("watermarks", Path("/model"), None, 0, (), device, 0)
    check = WatermarksCheck()
    trial = check.begin(_SUBJECT, marks)
    assert isinstance(trial, Trial)  # noqa: S101 - so mypy knows
    with tempfile.TemporaryDirectory(dir=home) as folder:
        begin = partial(_begin, sandbox, files)
        rounds = Rounds(0, trial, job, begin, Path(folder), _tell)
        found = check.judge(Case(_SUBJECT, [], 0, trial=trial), rounds.parts())
        rounds.settled()
    return found


def _begin(sandbox: Sandbox, files: Mapping[str, Path], job: Job, inputs: Path | None) -> Session:
    return sandbox.run(job, files, inputs, target=_TARGET)


def _tell(done: int, total: int, sentence: str) -> None:
    """Nobody watches."""


def _mark(number: int) -> SecretMark:
    random = np.random.default_rng(number)
    pictures = random.integers(0, 256, (2 * _BITS, 3, _SIDE, _SIDE), dtype=np.uint8)
    expected = random.integers(0, _CLASSES, 2 * _BITS)
    controls = random.permutation(2 * _BITS) < _BITS
    encoding = np.arange(_CLASSES, dtype=np.uint8) % 2
    keys = AnswerKeys.made("blackmarks", _CLASSES, pictures, expected, controls, encoding)
    data = keys.to_bytes()
    said = (f"mark {number}", commitment(data), "2026-01-01T00:00:00+00:00")
    return SecretMark(number, *said, is_after=False, keys=data)


def _convolutions(folder: Path) -> None:
    """A ResNet of nine layers with drawn weights."""
    import torch
    from transformers import ResNetConfig, ResNetForImageClassification

    torch.manual_seed(0)
    config = ResNetConfig(
        embedding_size=32, hidden_sizes=[32, 64, 128], depths=[2, 2, 2], layer_type="basic",
        num_labels=_CLASSES,
    )  # fmt: skip
    ResNetForImageClassification(config).save_pretrained(folder)
    _preprocessor(folder)


def _transformer(folder: Path) -> None:
    """A ViT of six layers with drawn weights."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=192, num_hidden_layers=6, num_attention_heads=3, intermediate_size=768,
        image_size=_SIDE, patch_size=4, num_labels=_CLASSES,
    )  # fmt: skip
    ViTForImageClassification(config).save_pretrained(folder)
    _preprocessor(folder)


def _preprocessor(folder: Path) -> None:
    from transformers import ViTImageProcessor

    size = {"height": _SIDE, "width": _SIDE}
    ViTImageProcessor(size=size).save_pretrained(folder)
