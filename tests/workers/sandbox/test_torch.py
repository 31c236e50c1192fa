"""With the real libraries imported: threads, seeds, versions, and a start that is warm."""

import pytest

from analysis.contract import JSON
from tests.workers.sandbox.conftest import HOSTILE, make_job
from workers.sandbox.outcomes import Died, Level, Reason, Report
from workers.sandbox.runner import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def warm(home):
    """A sandbox as a worker has it, with one thread for torch."""
    with Sandbox(home, code=HOSTILE, threads=1, min_level=Level.WATCHED) as sandbox:
        yield sandbox


def torch_says(sandbox: Sandbox, seed: int) -> tuple[dict[str, JSON], Report]:
    with sandbox.run(make_job(seed=seed), {}, target="hostile:Libraries") as session:
        (part,) = session.parts()
    return dict(part.values), session.report


def test_torch_is_there_seeded_deterministic_and_bounded(warm):
    first, report = torch_says(warm, seed=3)
    again, _ = torch_says(warm, seed=3)
    other, _ = torch_says(warm, seed=4)
    assert first == again
    assert first["random"] != other["random"]
    assert first["deterministic"] is True
    assert first["threads"] == report.threads == 1
    assert first["sum"] == 256.0**3
    assert {"python", "torch", "transformers", "numpy", "safetensors"} <= set(report.versions)


def test_the_greedy_network_is_stopped_with_torch_imported_too(warm):
    session = warm.run(make_job(), {}, target="hostile:Greedy")
    with session, pytest.raises(Died) as caught:
        list(session.parts())
    assert caught.value.reason is Reason.OUT_OF_MEMORY
    assert torch_says(warm, seed=3)
