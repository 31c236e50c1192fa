"""What goes wrong between a command and a server, said in sentences."""

import hashlib
from datetime import timedelta

import pytest
import typer

from assay_cli import following, verifying
from assay_cli.server import Server, checked
from assay_cli.terminal import clean
from assay_cli.trouble import Misused
from tests import factories
from tests.client import rows
from tests.client.conftest import Assay
from tests.client.scripted import Answer, answering, as_json, problem

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("client")]
EMPTY = as_json({"next": None, "previous": None, "results": []})


@pytest.fixture
def at(tmp_path):
    return lambda url, **env: Assay(
        ASSAY_SERVER=url, XDG_CONFIG_HOME=str(tmp_path), ASSAY_TOKEN="", **env
    )


def test_a_token_is_missing_expired_or_of_another_scope(site, assay, tmp_path, elsewhere):
    said = assay("verify", "dora/fresh", code=1).stderr
    assert "needs a token" in said
    assert "assay login" in said
    made = []

    def issue():
        made.append(factories.token(expires_at=factories.NOON - timedelta(days=1))[1])
        made.append(factories.token(scopes=["scans"])[1])

    elsewhere(issue).join()
    expired, other = (
        Assay(ASSAY_SERVER=site, XDG_CONFIG_HOME=str(tmp_path), ASSAY_TOKEN=one) for one in made
    )
    assert "expired" in expired("search", code=1).stderr
    said = other("verify", "dora/fresh", code=1).stderr
    assert "does not have the scope 'runs'" in said
    assert "manage.py token" in said


def test_nobody_is_there(at):
    said = at("http://127.0.0.1:9")("search", "x", code=1).stderr
    assert "http://127.0.0.1:9 cannot be reached" in said
    assert "--server" in said


def test_an_address_is_none():
    for address in ("ftp://x", "nowhere", "http://", ""):
        with pytest.raises(Misused):
            checked(address)
    assert checked("https://assay.example/api/v1/") == "https://assay.example"


def test_a_server_that_asks_to_wait_is_waited_for(at):
    busy = problem(429, "Too many requests.", Retry_After="0")
    with answering(busy, busy, EMPTY) as server:
        result = at(server.url)("search", "x")
    assert "asks to come again in 0 s" in result.stderr
    assert len(server.asked) == 3


def test_it_is_not_waited_for_for_ever(at):
    with answering(problem(429, "Too many requests.", Retry_After="3600")) as server:
        said = at(server.url)("search", "x", code=1).stderr
    assert "Too many requests." in said
    assert "in 3600 s" in said
    assert len(server.asked) == 1


def test_something_else_answers(at):
    page = (200, {"Content-Type": "text/html"}, b"<h1>Welcome</h1>")
    for answer in (page, as_json([1]), as_json({"results": 7}), (404, {}, b"nothing")):
        with answering(answer) as server:
            assert "as an Assay server" in at(server.url)("search", code=1).stderr
    with answering((500, {}, b"")) as server:
        assert "has a fault (500)" in at(server.url)("search", code=1).stderr
    with answering((302, {"Location": "https://else.example/"}, b"")) as server:
        assert "https://else.example/" in at(server.url)("search", code=1).stderr


def test_an_older_server_is_told_apart(at):
    with answering(problem(404, "The API has no such address; /api/v1/ lists them.")) as server:
        assert "too old" in at(server.url)("lookup", rows.DIGEST, code=1).stderr
        assert "is older than this" in at(server.url)("export", "list", code=1).stderr
    refused = problem(400, "There is no such parameter; there are: limit.")
    with answering(refused) as server:
        assert "may be older" in at(server.url)("search", code=1).stderr


def test_a_token_goes_to_its_own_server_only(at, site, secret, tmp_path):
    at(site)("login", input=secret)
    with answering(EMPTY) as server:
        at(server.url)("search")
        assert "authorization" not in server.asked[0][1]
    page = as_json(
        {"next": "http://evil.example/api/v1/repos?cursor=c", "results": [{"name": "a"}]}
    )
    with answering(page, EMPTY) as server:
        at(server.url)("search")
        assert "cursor=c" in server.asked[1][0]


def exported(server, **changed):
    digest = hashlib.sha256(rows.CONTENT).hexdigest()
    one = {"file": "a.gz", "bytes": len(rows.CONTENT), "sha256": digest, "url": f"{server.url}/a"}
    return as_json({"name": "one", "files": [one | changed]})


def test_an_export_goes_on_where_it_broke_off(at, tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "a.gz.part").write_bytes(rows.CONTENT[:4321])
    with answering(EMPTY) as server:
        server.answers = [exported(server), (200, {"Accept-Ranges": "bytes"}, rows.CONTENT)]
        at(server.url)("export", "get", "one", "--out", str(tmp_path))
    assert [headers.get("range") for _, headers in server.asked] == [None, "bytes=4321-"]
    assert (folder / "a.gz").read_bytes() == rows.CONTENT
    # A part of another file: found out by its digest, and begun anew.
    (folder / "a.gz").unlink()
    (folder / "a.gz.part").write_bytes(b"x" * 4321)
    with answering(EMPTY) as server:
        server.answers = [exported(server), (200, {"Accept-Ranges": "bytes"}, rows.CONTENT)]
        at(server.url)("export", "get", "one", "--out", str(tmp_path))
    assert (folder / "a.gz").read_bytes() == rows.CONTENT


def test_an_export_that_is_not_what_it_says_is_not_kept(at, tmp_path):
    for changed, said in (
        ({"sha256": "0" * 64}, "another SHA-256"),
        ({"bytes": 10}, "sends more"),
        ({"file": "../../a"}, "as an Assay server"),
        ({"url": "http://127.0.0.1:9/a"}, "broke off"),
    ):
        with answering(EMPTY) as server:
            server.answers = [exported(server, **changed), (200, {}, rows.CONTENT)]
            get = at(server.url)("export", "get", "one", "--out", str(tmp_path), code=1)
        assert said in get.stderr
    assert not list(tmp_path.rglob("a.gz"))
    assert not list(tmp_path.rglob("a"))


def run_row(status, **more):
    return {"id": 1, "status": status, "check": {"id": "claim"}, "claim": None, **more}


def test_a_run_is_followed_by_its_etag(at, monkeypatch):
    monkeypatch.setattr(following, "FIRST_WAIT_S", 0.01)
    unchanged: Answer = (304, {}, b"")
    none = problem(404, "The API has no such address; /api/v1/ lists them.")
    under_way = as_json(run_row("running", progress=1, total=2), ETag='"one"')
    answers = (none, under_way, unchanged, as_json(run_row("done")))
    with answering(*answers) as server, Server(server.url) as there:
        ended = following.to_their_end(there, [run_row("queued")])
    assert ended[0]["status"] == "done"
    sent = [headers.get("if-none-match") for _, headers in server.asked]
    assert sent == [None, None, '"one"', '"one"']


def test_a_run_is_followed_by_events_where_there_are_some(at):
    stream = (200, {"Content-Type": "text/event-stream"}, b"event: state\ndata: {}\n\n" * 2)
    rows_sent = [as_json(run_row("running")), as_json(run_row("done"))]
    with answering(stream, *rows_sent) as server, Server(server.url) as there:
        ended = following.to_their_end(there, [run_row("queued")])
    assert ended[0]["status"] == "done"
    assert [path for path, _ in server.asked] == ["/api/v1/runs/1/events"] + ["/api/v1/runs/1"] * 2


def test_who_stops_waiting_leaves_the_run(site, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    with (
        answering(as_json(run_row("running"))) as server,
        Server(server.url) as there,
        pytest.raises(typer.Exit) as left,
    ):
        verifying._waited(there, [run_row("running")])
    assert left.value.exit_code == 130
    said = capsys.readouterr().err
    assert "the server goes on measuring" in said
    assert "/runs/1" in said
    assert {path.rpartition("/")[2] for path, _ in server.asked} == {"events"}


def test_each_question_has_a_key_of_its_own(at, site):
    repo = as_json({"next": None, "results": [{"id": 1, "name": "a/b", "sha": "c" * 40}]})
    with answering(repo, as_json(run_row("queued"))) as server:
        at(server.url)("verify", "a/b", "--check", "pickles")
    keys = [headers.get("idempotency-key") for _, headers in server.asked]
    assert keys[0] is None
    assert len(keys[1] or "") == 36


def test_text_is_cut_and_its_control_letters_are_shown():
    assert clean("a\x9b1mb\nc") == "a<U+009B>1mb c"
    assert len(clean("x" * 10_000)) < 400
    assert clean(None) == ""
