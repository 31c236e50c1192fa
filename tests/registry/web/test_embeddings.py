"""The pages on which an owner has a model marked."""

import re

import pytest
from django.urls import reverse

from registry.marks import marked
from registry.models import Embedding
from tests import factories, owners

pytestmark = pytest.mark.django_db

FORM = {
    "repo": "alice/net", "dataset": "alice/digits", "config": "", "split": "train",
    "images": "5000", "scheme": "triggers", "bits": "16", "name": "My net", "home": "root/coming",
}  # fmt: skip


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.ASSAY_MARKED = str(tmp_path / "marked")


@pytest.fixture
def root():
    return factories.user("root", is_staff=True)


@pytest.fixture
def staff(client, root):
    client.force_login(root)
    return client


def said(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_works(staff, read, root):
    assert "/embeddings/new" in read("/marks").links()
    page = said(staff, "/embeddings/new")
    for words in ('value="train"', 'value="5000"', 'value="32"', "blackmarks", "deepsigns"):
        assert words in page
    revision = factories.revision(factories.repo("alice/net"))
    answer = staff.post("/embeddings/new", FORM)
    made = Embedding.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/embeddings/{made.pk}")
    assert (made.owner, made.revision, made.scheme, made.bits) == (root, revision, "triggers", 16)
    page = read(f"/embeddings/{made.pk}")
    for words in ("Waits for a worker.", "My net", "alice/net", "root/coming", "triggers, 16 bits"):
        assert words in page.text
    assert f"/embeddings/{made.pk}" in read("/embeddings/new").links()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"repo": "nobody/nothing"}, "No commit of a model of this name is mirrored here."),
        ({"repo": "alice/words"}, "the task of this one is &#x27;translation&#x27;"),
        ({"bits": "7"}, "between 8 and 4,096 bits"),
        ({"bits": ""}, "This field is required."),
        ({"images": "99"}, "between 100 and 50,000 images"),
        ({"dataset": ""}, "This field is required."),
        ({"home": "a b"}, "OWNER/NAME."),
        ({"scheme": "tarot"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(staff, fields, words):
    factories.revision(factories.repo("alice/net"))
    factories.revision(factories.repo("alice/words", pipeline_tag="translation"))
    answer = staff.post("/embeddings/new", FORM | fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    (field,) = fields
    assert f'id="id_{field}_error">' in page
    assert words in page.split(f'id="id_{field}_error">')[1][:200]
    assert not Embedding.objects.exists()


def test_a_fourth_at_once_is_refused(staff):
    factories.revision(factories.repo("alice/net"))
    for _ in range(3):
        staff.post("/embeddings/new", FORM)
    assert (
        "3 of yours wait or are under way" in staff.post("/embeddings/new", FORM).content.decode()
    )


def test_progress_is_followed_on_demand(staff, root):
    made = owners.embedding(root)
    assert Embedding.take(made.pk)
    Embedding.objects.update(stage="embedding", progress=40, total=400, note="<b>Steps</b>")
    answer = staff.get(f"/embeddings/{made.pk}")
    page = answer.content.decode()
    assert "Embedding: 40 of 400. Attempt 1." in re.sub(r"<[^>]+>", "", page)
    assert "&lt;b&gt;Steps" in page
    assert "Refresh" not in answer.headers
    assert staff.get(f"/embeddings/{made.pk}?follow=1").headers["Refresh"] == "4"
    staff.post(f"/embeddings/{made.pk}/do/cancel")
    answer = staff.get(f"/embeddings/{made.pk}?follow=1")
    assert "Cancelled by its owner." in answer.content.decode()
    assert "Refresh" not in answer.headers
    again = staff.post(f"/embeddings/{made.pk}/do/cancel", follow=True)
    assert "It had ended already." in again.content.decode()


def test_what_came_out_is_shown_and_downloaded(staff, root, read):
    made = owners.embedded(root)
    page = read(f"/embeddings/{made.pk}")
    for words in (
        "Accuracy before 91.20 %", "Accuracy after 90.50 %",
        "300 images that it did not learn from",
        f"Its mark is registered: mark {made.mark_id}", "publish them as alice/coming",
    ):  # fmt: skip
        assert words in page.text
    address = reverse("web:embedding-file", args=[made.pk, "beside/a b.txt"])
    assert {address, f"/marks/{made.mark_id}"} <= set(page.links())
    answer = staff.get(address)
    assert b"".join(answer.streaming_content) == b"notes"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "private" in answer["Cache-Control"]
    assert staff.get(f"/embeddings/{made.pk}/files/nothing").status_code == 404
    staff.post(f"/embeddings/{made.pk}/do/remove")
    assert staff.get(address).status_code == 404
    assert "Its files were removed." in read(f"/embeddings/{made.pk}").text


def test_why_it_failed_is_shown(staff, root):
    made = owners.embedding(root, state="failed", reason="The mark <did> not take.")
    page = said(staff, f"/embeddings/{made.pk}")
    assert "The mark &lt;did&gt; not take." in page
    assert "No mark was registered" in page


def test_nobody_else_sees_or_changes_anything_of_it(client):
    done, waits = owners.embedded(factories.user("alice")), owners.embedding(factories.user("bob"))
    addresses = [f"/embeddings/{done.pk}", f"/embeddings/{waits.pk}"]
    addresses.append(f"/embeddings/{done.pk}/files/model.safetensors")
    acts = [(waits, "cancel"), (done, "remove")]
    other = factories.user("root", is_staff=True)
    for user, code in ((None, 302), (done.owner, 403), (other, 404)):
        if user:
            client.force_login(user)
        for address in addresses:
            assert client.get(address).status_code == code, address
        for made, act in acts:
            assert client.post(f"/embeddings/{made.pk}/do/{act}").status_code == code
        if code != 404:
            assert client.post("/embeddings/new", FORM).status_code == code
    assert "Asked for by you" not in said(client, "/embeddings/new")
    assert marked.files_of(done)
    assert Embedding.objects.filter(state="queued").exists()


def test_a_stranger_is_told_who_may(read):
    assert "Only staff have models marked on pages." in read("/embeddings/new").text


def test_a_list_takes_as_many_queries_for_one_as_for_twenty(staff, root, queries_of):
    owners.embedding(root, state="failed")
    one = queries_of("/embeddings/new")
    for _ in range(19):
        owners.embedding(root, state="failed")
    assert queries_of("/embeddings/new") == one
