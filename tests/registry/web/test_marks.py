"""The pages of marks, and what a model's page says of them."""

import io

import pytest

from registry import marks
from registry.models import Mark, MarkKeys, Run, Scan
from tests import factories, owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    """A client of somebody who may register marks on pages."""
    client.force_login(factories.user("root", is_staff=True))
    return client


def form(data=None, **fields):
    file = io.BytesIO(owners.mark_keys() if data is None else data)
    file.name = "keys.safetensors"
    return {"keys": file, "name": "My net", "task": marks.TASK} | fields


def act(client, mark, action, **fields):
    return client.post(f"/marks/{mark.pk}/do/{action}", fields)


def test_it_works(read):
    mark = owners.mark(factories.user("alice"), home=factories.repo("alice/net"))
    page = read("/marks")
    for words in ("My network", "alice", "triggers", "alice/net", mark.commitment[:16]):
        assert words in page.text
    assert f"/marks/{mark.pk}" in page.links()
    page = read(f"/marks/{mark.pk}")
    for words in (mark.commitment, "16 keys, 10 classes", "Signed by this installation", "alice"):
        assert words in page.text
    assert "Never looked for" in page.text
    assert "as its owner says" in page.text


def test_an_empty_list_says_how_to_begin(read):
    page = read("/marks")
    assert "No marks yet" in page.text
    assert "Register the keys here before you publish the network" in page.text
    assert "Only staff register marks on pages." in page.text


def test_what_was_found_is_listed_hits_first(read):
    mark = owners.mark()
    copy = owners.match(mark, factories.revision(factories.repo("bob/copy")))
    owners.match(mark, factories.revision(factories.repo("carol/other")), p=0.4)
    late = factories.revision(factories.repo("dave/older"))
    owners.match(mark, late, p=1e-12, is_after=True)
    secret = factories.revision(factories.repo("erin/secret", is_private=True))
    owners.match(mark, secret)
    text = read(f"/marks/{mark.pk}").text
    places = [text.index(name) for name in ("bob/copy", "dave/older", "carol/other")]
    assert places == sorted(places)
    assert "The network carries the mark (p = 1e-09)." in text
    assert "No evidence of the mark (p = 0.4)." in text
    assert "Committed only after this network was public." in text
    assert "erin/secret" not in text
    assert "not marked" not in text
    assert f"/runs/{copy.run_id}" in read(f"/marks/{mark.pk}").links()


def test_a_list_takes_as_many_queries_for_one_as_for_twenty(queries_of):
    mark = owners.mark(home=factories.repo())
    owners.match(mark)
    lists, one = queries_of("/marks"), queries_of(f"/marks/{mark.pk}")
    for _ in range(19):
        owners.mark(home=factories.repo())
        owners.match(mark)
    assert (queries_of("/marks"), queries_of(f"/marks/{mark.pk}")) == (lists, one)


def test_a_mark_is_registered(staff):
    data = owners.mark_keys()
    answer = staff.post("/marks", form(data, home="alice/coming"))
    mark = Mark.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/marks/{mark.pk}")
    assert (mark.owner.get_username(), mark.home_name) == ("root", "alice/coming")
    assert marks.open_sealed(mark) == data
    assert "Registered." in staff.get(f"/marks/{mark.pk}").content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"data": b""}, "The file is no file of keys."),
        ({"data": b"GIF89a" * 90}, "The file is no file of keys."),
        ({"name": ""}, "This field is required."),
        ({"home": "a b"}, "OWNER/NAME"),
        ({"task": "translation"}, "a task with classes"),
        ({"task": "tarot"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(staff, fields, words):
    answer = staff.post("/marks", form(**fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Mark.objects.exists()


def test_uploads_lie_on_no_disk_and_end_at_their_limit(staff, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "there is no such folder")
    settings.ASSAY_MARK_BYTES = 5 << 20
    answer = staff.post("/marks", form(b"x" * (9 << 20)))
    assert "Keys have at most 5,242,880 bytes here." in answer.content.decode()


def test_strangers_and_users_change_nothing(client):
    mark, repo = owners.mark(), factories.revision().repo
    acts = [("verify", {"repo": repo.name}), ("scan", {"selection": "q=x"}), ("withdraw", {})]
    for _ in range(2):
        answers = [act(client, mark, action, **fields) for action, fields in acts]
        answers.append(client.post("/marks", form()))
        assert {answer.status_code for answer in answers} <= {302, 403}
        assert all("login" in a["Location"] for a in answers if a.status_code == 302)
        client.force_login(mark.owner)  # a user who is no staff
    assert (Mark.objects.count(), Run.objects.count(), Scan.objects.count()) == (1, 0, 0)
    assert MarkKeys.objects.exists()


def test_a_form_of_another_site_registers_nothing():
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user("root", is_staff=True))
    assert client.post("/marks", form()).status_code == 403
    assert not Mark.objects.exists()


def test_staff_look_for_a_mark_in_a_model(staff):
    mark, revision = owners.mark(), factories.revision(factories.repo("bob/copy"))
    answer = act(staff, mark, "verify", repo="bob/copy")
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}"
    assert (run.revision, run.options) == (revision, {"marks": str(mark.pk)})
    answer = act(staff, mark, "verify", repo="nobody/nothing")
    assert answer.status_code == 422
    assert "No commit of a model of this name is mirrored here." in answer.content.decode()
    marks.withdraw(mark)
    answer = staff.post(f"/marks/{mark.pk}/do/verify", {"repo": "bob/copy"}, follow=True)
    assert "was withdrawn by its owner" in answer.content.decode()


def test_staff_look_for_copies(staff):
    mark = owners.mark()
    answer = act(staff, mark, "scan", selection="/models?q=net", max_runs="5")
    scan = Scan.objects.get()
    assert answer["Location"] == f"/scans/{scan.pk}"
    assert (scan.selection, scan.max_runs) == ("q=net", 5)
    answer = act(staff, mark, "scan", selection="/models?licenze=mit")
    assert answer.status_code == 422
    assert "A search has no filter “licenze”" in answer.content.decode()


def test_only_its_owner_withdraws_a_mark(staff):
    foreign, own = owners.mark(), owners.mark(factories.user("root"))
    assert act(staff, foreign, "withdraw").status_code == 404
    assert "Withdraw" not in staff.get(f"/marks/{foreign.pk}").content.decode()
    assert "Withdraw" in staff.get(f"/marks/{own.pk}").content.decode()
    assert act(staff, own, "withdraw").status_code == 302
    assert "Its owner has withdrawn it." in staff.get(f"/marks/{own.pk}").content.decode()
    assert [keys.mark for keys in MarkKeys.objects.all()] == [foreign]


def test_a_model_says_which_marks_it_carries(read):
    revision = factories.revision(factories.repo("alice/net"))
    assert "No registered mark was looked for" in read("/models/alice/net/-/watermark").text
    mark = owners.mark(factories.user("alice"), home=revision.repo)
    assert f"mark {mark.pk} of alice" in read("/models/alice/net/-/watermark").text
    owners.match(mark, revision)
    other = owners.mark(factories.user("bob"))
    owners.match(other, revision, is_after=True)
    owners.match(owners.mark(), revision, p=0.4)
    assert "It carries 2 marks of owners." in read("/models/alice/net").text
    text = read("/models/alice/net/-/watermark").text
    for words in (
        *("1e\u22129 Carried Run", "Carried, committed later", "0.4 No evidence"),
        "2 owners claim this network. The earliest commitment is that of alice",
        "The network carries the mark (p = 1e-09).",
        "The commitment was made only after this network was public.",
        "1 other mark looked for: no evidence of it.",
        mark.commitment[:16],
    ):
        assert words in text


def test_lineage_says_what_was_measured(read):
    home = factories.revision(factories.repo("alice/net"))
    mark = owners.mark(home=home.repo)
    owners.match(mark, home)
    owners.match(mark, factories.revision(factories.repo("bob/copy")))
    assert "alice/net Relation unknown, measured" in read("/models/bob/copy/-/lineage").text
    assert "bob/copy Relation unknown, measured" in read("/models/alice/net/-/lineage").text


def test_a_mark_that_is_not_there(read):
    assert "There is no mark of this number." in read("/marks/99", status=404).text
