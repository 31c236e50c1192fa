"""`manage.py mirror`: what it prints, and with which status it ends."""

import json
import signal
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.hub import transport
from registry.models import Repo
from tests.registry.hub import stub_hub
from tests.registry.hub.stub_hub import StubHub

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(transport, "DELAYS_S", (0.0,))
    served = StubHub()
    yield served
    served.close()


def run(*arguments):
    out = StringIO()
    call_command("mirror", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_works(hub):
    hub.add("a/one")
    hub.add("a/two", files={"README.md": b"---\n[\n---\n"})
    printed = run("--hub", hub.url)
    assert "done" in printed
    assert "a/two, card:" in printed
    assert Repo.objects.count() == 2


def test_json_is_one_object(hub):
    for number in range(25):
        hub.add(f"a/n{number:02}", files={"README.md": b"---\n[\n---\n"})
    result = json.loads(run("--hub", hub.url, "--json"))
    counted = {name: result[name] for name in ("seen", "created", "changed", "unchanged", "failed")}
    assert counted == {"seen": 25, "created": 25, "changed": 0, "unchanged": 0, "failed": 0}
    assert (result["status"], result["reason"], result["hub"]) == ("done", "", hub.url)
    assert (result["problem_count"], len(result["problems"])) == (25, 20)
    assert set(result["problems"][0]) == {"repo", "stage", "reason"}


def test_what_is_gone_is_counted(hub):
    hub.add("a/one")
    hub.add("a/two")
    run("--hub", hub.url)
    del hub.repos["a/two"]
    assert json.loads(run("--hub", hub.url, "--json"))["gone"] == 1
    assert json.loads(run("--hub", hub.url, "--json"))["gone"] == 0


def test_limit_and_names(hub):
    for number in range(5):
        hub.add(f"a/n{number}")
    assert json.loads(run("--hub", hub.url, "--limit", "2", "--json"))["seen"] == 2
    named = run("--hub", hub.url, "--repo", "a/n3", "--repo", "a/n4", "--json")
    assert json.loads(named)["created"] == 2
    assert Repo.objects.count() == 4


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5"])
def test_a_limit_that_is_none_is_refused(hub, limit):
    with pytest.raises(CommandError):
        run("--hub", hub.url, f"--limit={limit}")


def test_a_stopped_pass_ends_with_status_one_and_says_why(hub, capsys):
    hub.spoil("/api/models", stub_hub.status(401))
    with pytest.raises(SystemExit) as ended:
        run("--hub", hub.url)
    assert ended.value.code == 1


def test_an_address_that_is_none_is_one_sentence():
    with pytest.raises(CommandError, match="not a plain http"):
        run("--hub", "nonsense")


def test_the_token_goes_to_the_configured_hub_only(hub, settings):
    hub.add("a/one")
    settings.ASSAY_HUB_TOKEN = "sesame"
    run("--hub", hub.url)
    assert not any("authorization" in headers for headers in hub.headers)
    settings.ASSAY_HUB = hub.url + "/"
    run("--hub", hub.url)
    assert hub.headers[-1]["authorization"] == "Bearer sesame"


def test_control_c_stops_at_once_and_the_next_pass_goes_on(hub, request):
    # A shell that started the tests in the background has them ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    hub.page = 1
    hub.add("a/one")
    hub.add("a/two")

    def interrupt(handler):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        handler.right()

    hub.spoil("a/two/refs", interrupt, times=1)
    with pytest.raises(KeyboardInterrupt):
        run("--hub", hub.url)
    result = json.loads(run("--hub", hub.url, "--json"))
    assert (result["status"], result["seen"]) == ("done", 2)
    assert Repo.objects.exclude(read_sha="").count() == 2
