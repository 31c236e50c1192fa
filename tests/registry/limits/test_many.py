"""A crowd that compares: every request is answered or refused in time, by a server that stays.

The server is the one of ``manage.py up``, in processes of its own. In short form there are 150
requests from 50 readers at once, under ASSAY_LONG 1,000.
"""

import http.client
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from django.conf import settings as project

from registry import ports, supervisor
from registry.children import Child, stop_all
from registry.limits import counters as counting
from tests import factories
from tests.registry.hub.budget_worker import database_url
from tests.registry.processes import until

IS_LONG = bool(os.environ.get("ASSAY_LONG"))
REQUESTS = 1_000 if IS_LONG else 150
READERS = 50
QUOTA = REQUESTS // 3
WITHIN_S = 60.0  # gunicorn gives up a worker that is silent for so long
NAMES = [f"crowd/net-{number}" for number in range(8)]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600 if IS_LONG else 120),
]


class Answer(NamedTuple):
    """What a reader saw of an answer."""

    status: int
    seconds: float
    is_whole: bool


class Crowd:
    """A web server, and readers of it."""

    def __init__(self, port: int, child: Child) -> None:
        self.port = port
        self.child = child

    def compare(self, number: int) -> Answer:
        """Compare one to six models."""
        names = [NAMES[(number + step) % len(NAMES)] for step in range(1 + number % 6)]
        begun = time.monotonic()
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WITHIN_S)
        try:
            web.request("GET", "/compare?" + "&".join(f"m={name}" for name in names))
            answer = web.getresponse()
            body = answer.read()
        finally:
            web.close()
        is_whole = b"</html>" in body and (answer.status != 200 or names[0].encode() in body)
        return Answer(answer.status, time.monotonic() - begun, is_whole)

    def all_at_once(self) -> list[Answer]:
        """Have all readers compare until all requests are made; say how long it took."""
        begun = time.monotonic()
        with ThreadPoolExecutor(READERS) as readers:
            answers = list(readers.map(self.compare, range(REQUESTS)))
        took = sorted(one.seconds for one in answers)
        if IS_LONG:
            p95 = took[int(len(took) * 0.95)]
            whole = time.monotonic() - begun
            codes = dict(Counter(one.status for one in answers))
            print(f"{codes} in {whole:.1f} s; p95 {p95:.2f} s, slowest {took[-1]:.2f} s")  # noqa: T201
        return answers


@pytest.fixture
def crowd(request, tmp_path) -> Iterator[Crowd]:
    """Models to compare, and a server whose limit of pages is the parameter."""
    for number, name in enumerate(NAMES):
        claim = factories.claim(factories.revision(factories.repo(name)))
        factories.finding(claim, value=0.9 + number / 100)
    server = counting._server(project.BROKER_URL)
    assert server is not None
    for key in server.scan_iter("assay:limit:*"):
        server.delete(key)
    with ports.listen("127.0.0.1", 0) as listener:
        more = {
            "DJANGO_SETTINGS_MODULE": "registry.settings",
            "DATABASE_URL": database_url(),
            "BROKER_URL": project.BROKER_URL,
            "ASSAY_LIMIT_PAGES": str(request.param),
        }
        env = supervisor.child_environment(tmp_path) | more
        child = Child(
            supervisor.web_task(listener.fileno()), env, project.BASE_DIR, tmp_path, lambda _: None
        )
        child.start()
        try:
            port = listener.getsockname()[1]
            assert until(lambda: ports.answers("127.0.0.1", port), 30), child.last_line
            yield Crowd(port, child)
        finally:
            stop_all([child], hurry=lambda: False)
            for key in server.scan_iter("assay:limit:*"):
                server.delete(key)
            server.close()


def held(crowd: Crowd, answers: list[Answer]) -> None:
    """See that each request was answered whole and in time, and that no worker was given up."""
    assert all(one.is_whole for one in answers)
    assert max(one.seconds for one in answers) < WITHIN_S
    assert crowd.child.process is not None
    assert crowd.child.process.poll() is None
    said = crowd.child.log_path().read_text()
    assert "WORKER TIMEOUT" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("crowd", [0], indirect=True)
def test_without_limits_every_comparison_is_answered(crowd):
    answers = crowd.all_at_once()
    assert Counter(one.status for one in answers) == {200: REQUESTS}
    held(crowd, answers)


@pytest.mark.parametrize("crowd", [QUOTA], indirect=True)
def test_with_limits_so_many_are_answered_and_the_others_refused(crowd):
    answers = crowd.all_at_once()
    assert Counter(one.status for one in answers) == {200: QUOTA, 429: REQUESTS - QUOTA}
    held(crowd, answers)
