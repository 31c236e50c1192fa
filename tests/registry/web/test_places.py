"""Authors, and look-ups of files by their SHA-256."""

import pytest

from registry.web.views.places import read_digest
from tests import factories

pytestmark = pytest.mark.django_db

DIGEST = "5b" * 32
ADDRESS = f"/hash/{DIGEST}"


def test_an_author_has_models_sums_and_the_newest_findings(read):
    one = factories.revision(factories.repo("alice/one", downloads=5))
    factories.finding(factories.claim(one))
    two = factories.revision(factories.repo("alice/two", downloads=9))
    again = factories.claim(two)
    factories.finding(again)
    factories.finding(again, verdict="overstated", summary="Less.")  # the newest answer counts
    factories.claim(two, metric="f1")
    factories.claim(two, problem="No number.")
    old = factories.revision(one.repo, sha="a" * 40)
    factories.claim(old)
    factories.claim(factories.revision(factories.repo("alice/hidden", is_private=True)))
    factories.repo("bob/other")
    page = read("/authors/alice")
    assert "3 claims of these models 2 measured 1 confirmed 1 overstated 1 not evaluated" in (
        page.text.replace("claims of these models 3", "3 claims of these models").replace(
            "measured 2", "2 measured"
        )
    )
    assert page.text.index("alice/two") < page.text.index("alice/one")
    assert "hidden" not in page.text
    assert "bob" not in page.text
    assert "measured 91.73 %" in page.text.partition("Newest findings")[2]


def test_an_author_of_nothing_public_is_not_there(client, read):
    factories.author("empty")
    factories.repo("carol/hidden", is_private=True)
    for name in ("nobody", "empty", "carol"):
        assert client.get(f"/authors/{name}").status_code == 404
    factories.repo("dave/gone", state="gone")
    assert "The hub has none of these models any more" in read("/authors/dave").text
    assert "Start at the first page" in read("/authors/dave?cursor=x", status=400).text


def test_pages_of_an_author_follow_each_other(read, monkeypatch):
    monkeypatch.setattr("registry.web.views.places.PAGE_SIZE", 2)
    for number in range(3):
        factories.repo(f"alice/{number}", downloads=number)
    page = read("/authors/alice")
    assert "alice/0" not in page.text
    further = next(link for link in page.links() if "cursor" in link)
    assert "alice/0" in read("/authors/alice" + further).text


def test_twenty_models_cost_as_many_queries_as_one(queries_of):
    def model():
        revision = factories.revision(factories.repo())
        factories.finding(factories.claim(revision))
        factories.file(revision)

    model()
    few = queries_of("/authors/alice"), queries_of(ADDRESS)
    for _ in range(19):
        model()
    assert (queries_of("/authors/alice"), queries_of(ADDRESS)) == few


def test_every_public_model_with_a_file_is_found(read):
    now = factories.revision(factories.repo("alice/net"))
    factories.file(now, "weights/model.bin", size=4_321)
    past = factories.revision(now.repo, sha="a" * 40)
    factories.file(past)
    factories.file(factories.revision(factories.repo("bob/gone", state="gone")))
    factories.file(factories.revision(factories.repo("carol/hidden", is_private=True)))
    factories.file(factories.revision(factories.repo("dave/other")), sha256="00" * 32)
    page = read(ADDRESS)
    for words in ("alice/net", "weights/model.bin", "4.22 KiB", "the newest", "an earlier one"):
        assert words in page.text
    assert "bob/gone" in page.text
    assert "no longer at the hub" in page.text
    assert "carol" not in page.text
    assert "dave" not in page.text
    assert f"/models/alice/net/@{past.sha}" in page.links()


def test_a_file_that_nobody_has_is_an_answer(read):
    factories.file(sha256="")
    page = read(f"/hash/{'0' * 64}")
    assert "No mirrored model contains this file" in page.text
    assert ("meta", {"name": "robots", "content": "noindex"}) in page.elements


@pytest.mark.parametrize(
    "written", [DIGEST.upper(), f"sha256:{DIGEST}", f"SHA256-{DIGEST.upper()}", f" {DIGEST} "]
)
def test_a_digest_is_read_as_people_write_it(client, written):
    answer = client.get("/hash", {"sha256": written})
    assert answer["Location"] == ADDRESS
    if written.strip() == written:
        assert client.get(f"/hash/{written}")["Location"] == ADDRESS


@pytest.mark.parametrize("written", ["x", "5b" * 31, "5g" * 32, "<script>", "５b" * 32])
def test_what_is_no_digest_is_said_to_be_none(read, written):
    assert read_digest(written) is None
    assert "A SHA-256 has 64 digits" in read(f"/hash?sha256={written}", status=400).text
    assert "A SHA-256 has 64 digits" in read(f"/hash/{written}", status=400).text


def test_a_page_of_files_leads_to_the_next(read, monkeypatch):
    monkeypatch.setattr("registry.web.views.places.PAGE_SIZE", 1)
    for name in ("a/first", "b/second"):
        factories.file(factories.revision(factories.repo(name)))
    page = read(ADDRESS)
    assert "a/first" not in page.text
    further = next(link for link in page.links() if "cursor" in link)
    assert "a/first" in read(ADDRESS + further).text
    assert "Start at the first page" in read(f"{ADDRESS}?cursor=x", status=400).text
