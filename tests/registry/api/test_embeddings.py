"""/api/v1/embeddings: an owner has a mark embedded, and nobody else sees anything of it."""

import pytest

from registry.marks import marked
from registry.models import ApiToken, Embedding, Mark
from tests import factories, owners
from tests.registry.api.test_marks import client_of

pytestmark = pytest.mark.django_db

LIST = "/api/v1/embeddings"
WANTED = {"repo": "alice/net", "dataset": "alice/digits", "name": "My net", "home": "olga/coming"}


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.ASSAY_MARKED = str(tmp_path / "marked")


@pytest.fixture
def owner():
    return client_of("olga", ApiToken.Scope.MARKS)


@pytest.fixture
def revision():
    return factories.revision(factories.repo("alice/net"))


def test_it_works(owner, revision):
    answer = owner.post(LIST, WANTED | {"scheme": "triggers", "bits": 16}, format="json")
    assert answer.status_code == 202, answer.json()
    made = Embedding.objects.get()
    assert answer["Location"] == f"http://testserver{LIST}/{made.pk}"
    assert "private" in answer["Cache-Control"]
    row = answer.json()
    assert (row["repo"], row["revision"], row["home"]) == (
        "alice/net",
        revision.sha,
        "olga/coming",
    )
    assert (row["state"], row["mark"], row["files"]) == ("queued", None, [])
    assert (row["scheme"], row["bits"], row["split"], row["images"]) == (
        "triggers",
        16,
        "train",
        5_000,
    )
    assert owner.get(f"{LIST}/{made.pk}").json() == row
    del row["files"]
    assert owner.get(LIST).json()["results"] == [row]


def test_what_came_out_is_told_and_downloaded(owner):
    made = owners.embedded(factories.user("olga"))
    answer = owner.get(f"{LIST}/{made.pk}")
    row = answer.json()
    assert (row["state"], row["mark"]) == ("done", Mark.objects.get().pk)
    assert row["facts"]["accuracy_after"] == 0.905
    assert row["files"] == [
        {"path": "beside/a b.txt", "bytes": 5},
        {"path": "model.safetensors", "bytes": 6},
    ]
    answer = owner.get(f"{LIST}/{made.pk}/files/beside/a%20b.txt")
    assert b"".join(answer.streaming_content) == b"notes"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="a b.txt"'
    assert "private" in answer["Cache-Control"]
    for path in ("nothing", "../1/model.safetensors", "beside", "%2e%2e/x", "beside%00"):
        assert owner.get(f"{LIST}/{made.pk}/files/{path}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"repo": "nobody/nothing"}, "/repo", "No repo of this name is mirrored here."),
        ({"revision": "0" * 40}, "/revision", "This commit is not mirrored here."),
        ({"scheme": "tarot"}, "/scheme", "Say one of: blackmarks"),
        ({"bits": 7}, "/bits", "between 8 and 4,096 bits"),
        ({"bits": "many"}, "/bits", "A valid integer is required."),
        ({"images": 50_001}, "/images", "between 100 and 50,000 images"),
        ({"dataset": ""}, "/dataset", "may not be blank"),
        ({"home": "a b"}, "/home", "OWNER/NAME"),
        ({"name": "a\u202eb"}, "/name", "Give the mark a name"),
        ({"colour": "red"}, "/colour", "There is no such field."),
    ],
)
def test_what_cannot_be_is_pointed_at(owner, revision, fields, pointer, words):
    answer = owner.post(LIST, WANTED | fields, format="json")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]
    assert not Embedding.objects.exists()


def test_a_fourth_at_once_is_refused(owner, revision):
    for _ in range(3):
        assert owner.post(LIST, WANTED, format="json").status_code == 202
    answer = owner.post(LIST, WANTED, format="json")
    assert answer.status_code == 422
    assert "3 of yours wait or are under way" in answer.json()["detail"]


def test_it_is_cancelled_then_its_files_are_removed(owner):
    olga = factories.user("olga")
    waits, done = owners.embedding(olga), owners.embedded(olga)
    for made in (waits, done, done):
        assert owner.delete(f"{LIST}/{made.pk}").status_code == 204
    row = owner.get(f"{LIST}/{waits.pk}").json()
    assert (row["state"], row["reason"]) == ("cancelled", "Cancelled by its owner.")
    row = owner.get(f"{LIST}/{done.pk}").json()
    assert (row["state"], row["files"]) == ("done", [])
    assert Mark.objects.get().withdrawn_at is None


def test_why_it_failed_is_told(owner):
    made = owners.embedding(factories.user("olga"), state="failed", reason="Too few bits.")
    assert owner.get(f"{LIST}/{made.pk}").json()["reason"] == "Too few bits."
    assert owner.get(LIST, {"state": "done"}).json()["results"] == []
    assert owner.get(LIST, {"colour": "red"}).status_code == 400


def test_nobody_else_sees_anything_of_it(api):
    made = owners.embedded(factories.user("alice"))
    waits = owners.embedding(factories.user("alice"))
    bob, runner = client_of("bob", "marks"), client_of("alice", "runs")
    for client, code in ((api, 401), (runner, 403), (bob, 404)):
        for path in (f"/{made.pk}", f"/{made.pk}/files/model.safetensors", f"/{waits.pk}"):
            assert client.get(LIST + path).status_code == code, path
        for number in (made.pk, waits.pk):
            assert client.delete(f"{LIST}/{number}").status_code == code
    assert api.get(LIST).status_code == 401
    assert api.post(LIST, WANTED, format="json").status_code == 401
    assert bob.get(LIST).json()["results"] == []
    assert marked.files_of(made)
    assert Embedding.objects.filter(state="queued").exists()


def test_a_list_takes_as_many_queries_for_one_as_for_twenty(owner, django_assert_max_num_queries):
    for _ in range(20):
        owners.embedding(factories.user("olga"), state="failed")
    with django_assert_max_num_queries(3):  # the token, its use, and the list
        assert len(owner.get(LIST).json()["results"]) == 20
