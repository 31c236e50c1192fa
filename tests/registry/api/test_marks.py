"""/api/v1/marks: reading marks, registering one, looking for it."""

import io

import pytest
from rest_framework.test import APIClient

from analysis.watermarks.envelope import commitment
from registry import marks
from registry.models import ApiToken, Mark, MarkKeys, Run, Scan, ScanExecution
from tests import factories, owners

pytestmark = pytest.mark.django_db

LIST = "/api/v1/marks"


def client_of(name, *scopes):
    _, secret = factories.token(factories.user(name), scopes=list(scopes))
    return APIClient(headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def owner():
    """A client of somebody who may register marks."""
    return client_of("olga", ApiToken.Scope.MARKS)


def upload(client, data=None, **fields):
    file = io.BytesIO(owners.mark_keys() if data is None else data)
    file.name = "keys.safetensors"
    return client.post(LIST, {"keys": file, "name": "My net"} | fields, format="multipart")


def test_it_works(owner, api):
    data, home = owners.mark_keys(), factories.repo("olga/net")
    answer = upload(owner, data, home="olga/net")
    assert answer.status_code == 201, answer.json()
    mark = Mark.objects.get()
    assert answer["Location"] == f"http://testserver{LIST}/{mark.pk}"
    row = answer.json()
    assert row == api.get(LIST).json()["results"][0]
    assert (row["commitment"], row["owner"], row["home"]) == (commitment(data), "olga", "olga/net")
    assert (row["scheme"], row["classes"], row["keys"], row["shape"]) == (
        "triggers",
        10,
        16,
        [1, 8, 8],
    )
    assert (row["state"], row["withdrawn_at"]) == ("new", None)
    assert row["envelope"] == mark.envelope
    assert mark.home == home
    assert marks.open_sealed(mark) == data
    one = api.get(f"{LIST}/{mark.pk}")
    assert one.json() == row | {"matches": []}
    assert one["Cache-Control"] == "no-cache"


def test_a_model_that_is_not_published_yet_is_named(owner):
    row = upload(owner, home="olga/coming").json()
    assert row["home"] == "olga/coming"
    assert Mark.objects.get().home is None


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"data": b""}, "/keys", "no file of keys"),
        ({"data": b"x" * 2_000}, "/keys", "no file of keys"),
        ({"name": ""}, "/name", "may not be blank"),
        ({"name": "a\u202eb"}, "/name", "Give the mark a name"),
        ({"task": "tarot"}, "/task", "There is no task 'tarot'"),
        ({"home": "a b"}, "/home", "OWNER/NAME"),
        ({"colour": "red"}, "/colour", "There is no such field."),
        ({"keys": "no file"}, "/keys", "was not a file"),
    ],
)
def test_what_cannot_be_is_pointed_at(owner, fields, pointer, words):
    answer = upload(owner, **fields)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]
    assert not Mark.objects.exists()


def test_a_file_that_is_too_large_is_refused_and_lies_on_no_disk(owner, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "there is no such folder")
    settings.ASSAY_MARK_BYTES = 5 << 20  # more than Django keeps in memory by itself
    answer = upload(owner, b"x" * (9 << 20))
    assert answer.status_code == 400
    assert "Keys have at most 5,242,880 bytes here." in answer.json()["detail"]
    assert "no file of keys" in upload(owner, b"x" * (4 << 20)).json()["detail"]


def test_keys_are_registered_once(owner):
    data = owners.mark_keys()
    upload(owner, data)
    answer = upload(client_of("bob", ApiToken.Scope.MARKS), data)
    assert answer.status_code == 400
    assert "registered already: mark" in answer.json()["detail"]
    assert "by olga" in answer.json()["detail"]


def test_keys_are_not_json(owner):
    answer = owner.post(LIST, {"name": "x"}, format="json")
    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["", "/{}/verify", "/{}/scan", "/{}"])
def test_a_token_without_the_scope_does_nothing(api, path):
    mark = owners.mark(factories.user("alice"))
    address = LIST + path.format(mark.pk)
    for client, code in ((api, 401), (client_of("alice", ApiToken.Scope.RUNS), 403)):
        method = client.delete if path == "/{}" else client.post
        assert method(address).status_code == code
    assert (Run.objects.count(), Scan.objects.count(), Mark.objects.count()) == (0, 0, 1)
    assert MarkKeys.objects.exists()


def test_only_its_owner_withdraws_a_mark_or_scans_for_it(owner):
    mark = owners.mark(factories.user("alice"))
    for answer in (owner.delete(f"{LIST}/{mark.pk}"), owner.post(f"{LIST}/{mark.pk}/scan")):
        assert answer.status_code == 403
        assert "Only its owner" in answer.json()["detail"]
    assert MarkKeys.objects.exists()
    assert not Scan.objects.exists()


def test_a_mark_is_withdrawn(owner):
    mark = owners.mark(factories.user("olga"))
    owners.match(mark)
    assert owner.delete(f"{LIST}/{mark.pk}").status_code == 204
    assert owner.delete(f"{LIST}/{mark.pk}").status_code == 204
    row = owner.get(f"{LIST}/{mark.pk}").json()
    assert row["withdrawn_at"] is not None
    assert (row["commitment"], len(row["matches"])) == (mark.commitment, 1)
    assert not MarkKeys.objects.exists()
    answer = owner.post(f"{LIST}/{mark.pk}/verify", {"repo": "x"}, format="json")
    assert answer.status_code == 400  # no such repo


def test_a_mark_is_looked_for_in_a_model(owner):
    mark, revision = owners.mark(), factories.revision(factories.repo("bob/copy"))
    address = f"{LIST}/{mark.pk}/verify"
    answer = owner.post(address, {"repo": "bob/copy"}, format="json")
    assert answer.status_code == 202, answer.json()
    run = Run.objects.get()
    assert answer["Location"] == f"http://testserver/api/v1/runs/{run.pk}"
    assert (run.revision, run.check_id, run.requested_by) == (revision, "watermarks", "olga")
    assert answer.json()["options"] == {"marks": str(mark.pk)}
    Run.objects.update(status=Run.Status.DONE)
    assert owner.post(address, {"repo": "bob/copy"}, format="json").status_code == 200
    marks.withdraw(mark)
    answer = owner.post(address, {"repo": "bob/copy"}, format="json")
    assert (answer.status_code, answer.json()["title"]) == (422, "This cannot be done")
    assert "was withdrawn" in answer.json()["detail"]


def test_copies_are_looked_for_by_a_scan(owner):
    mark = owners.mark(factories.user("olga"))
    answer = owner.post(f"{LIST}/{mark.pk}/scan", {}, format="json")
    assert answer.status_code == 201, answer.json()
    scan = Scan.objects.get()
    assert answer["Location"] == f"http://testserver/api/v1/scans/{scan.pk}"
    assert (scan.selection, scan.max_runs) == ("task=image-classification", 1_000)
    assert scan.options == {"watermarks": {"marks": str(mark.pk)}}
    assert ScanExecution.objects.get().requested_by == "olga"
    assert owner.post(f"{LIST}/{mark.pk}/scan", {}, format="json").status_code == 200
    body = {"selection": "licenze=mit"}
    answer = owner.post(f"{LIST}/{mark.pk}/scan", body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/selection")


def test_filters(api):
    home = factories.repo("alice/net")
    one = owners.mark(factories.user("alice"), home=home)
    two = owners.mark(factories.user("bob"), home_name="bob/net", state=Mark.State.REFUSED)
    owners.mark(factories.user("bob"), home=factories.repo("bob/secret", is_private=True))
    for query, found in (
        ({"owner": "alice"}, [one.pk]),
        ({"home": "alice/net"}, [one.pk]),
        ({"home": "bob/net"}, [two.pk]),
        ({"home": "bob/secret"}, []),
        ({"commitment": two.commitment}, [two.pk]),
        ({"state": "refused"}, [two.pk]),
        ({"scheme": "uchida"}, []),
        ({"task": "audio-classification"}, []),
    ):
        assert [row["id"] for row in api.get(LIST, query).json()["results"]] == found, query
    assert "bob/secret" not in api.get(LIST).content.decode()
    assert api.get(LIST, {"scheme": "tarot"}).status_code == 400
    assert api.get(LIST, {"sealed": "x"}).status_code == 400


def test_matches_come_hits_first_and_by_p(api):
    mark = owners.mark()
    found = [
        owners.match(mark, p=0.5),
        owners.match(mark, p=1e-12, is_after=True),
        owners.match(mark, p=1e-5),
        owners.match(mark, p=1e-9),
    ]
    hidden = factories.revision(factories.repo("bob/secret", is_private=True))
    owners.match(mark, hidden, p=1e-20)
    again = owners.match(mark, found[0].revision, p=0.7)  # a newer answer
    owners.match()  # of another mark
    wanted = [found[3].run_id, found[2].run_id, found[1].run_id, again.run_id]
    assert [row["run"] for row in api.get(f"{LIST}/{mark.pk}").json()["matches"]] == wanted
    seen, address = [], f"{LIST}/{mark.pk}/matches?limit=3"
    while address:
        answer = api.get(address).json()
        seen += answer["results"]
        address = answer["next"]
    assert [row["run"] for row in seen] == wanted
    assert (seen[0]["p"], seen[0]["carries"], seen[0]["is_after"]) == (1e-9, True, False)
    assert seen[2]["is_after"] is True
    assert seen[0]["sentence"] == "The network carries the mark (p = 1e-09)."
    assert api.get(f"{LIST}/999999/matches").status_code == 404


def test_lists_take_as_many_queries_for_one_as_for_twenty(api, django_assert_max_num_queries):
    mark = owners.mark()
    for _ in range(20):
        owners.mark(factories.user("bob"), home=factories.repo())
        owners.match(mark)
    with django_assert_max_num_queries(1):
        assert len(api.get(LIST).json()["results"]) == 21
    with django_assert_max_num_queries(2):
        assert len(api.get(f"{LIST}/{mark.pk}").json()["matches"]) == 20
    with django_assert_max_num_queries(2):
        assert len(api.get(f"{LIST}/{mark.pk}/matches").json()["results"]) == 20
