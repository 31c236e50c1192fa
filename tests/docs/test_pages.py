"""The documents as pages and as files."""

import itertools
import os
import re
from urllib.parse import unquote, urldefrag

import pytest
from django.urls import resolve

from registry.web import contents, doc_search, manual
from registry.web.views.documents import address_of

pytestmark = pytest.mark.django_db


def test_every_document_is_listed_once():
    there = {str(path.relative_to(manual.ROOT)) for path in manual.ROOT.rglob("*.md")}
    assert sorted(contents.paths()) == sorted(there)
    titles = [group.title for group in contents.groups()]
    assert titles == ["Start", "Concepts", "Checks", "Using it", "Running it", "Reference"]
    assert len({manual.title(path) for path in there} - {""}) == len(there)


def parts(text):
    """Return the links and the ids of a page."""
    return re.findall(r'href="([^"]*)"', text), re.findall(r'\bid="([^"]+)"', text)


def test_every_page_is_whole_and_its_links_lead_somewhere(client):
    pages = {address_of(path): client.get(address_of(path)) for path in contents.paths()}
    pages["/docs"] = client.get("/docs")
    ids = {}
    for address, answer in pages.items():
        assert answer.status_code == 200, address
        text = answer.content.decode()
        _, ids[address] = parts(text)
        assert len(ids[address]) == len(set(ids[address])), address
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", text.partition("<main")[2])]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), address
    for address, answer in pages.items():
        for link in parts(answer.content.decode().partition("<main")[2].partition("<footer")[0])[0]:
            at, place = urldefrag(link)
            if at.startswith("/docs") or not at:
                assert not place or place in ids[at or address], (address, link)
            elif at.startswith("/"):
                resolve(unquote(at))  # raises where there is no such page
            else:
                assert at.startswith(("https://", "http://127.0.0.1")), (address, link)


def test_no_table_is_cut_in_two(client):
    """An empty line ends a table, and what follows would stand there as bars and words."""
    for path in contents.paths():
        text = client.get(address_of(path)).content.decode()
        assert not re.search(r"<p>\s*\|", text), path


def test_addresses_break_behind_their_slashes(client):
    text = client.get("/docs/pages").content.decode()
    assert "<code>/<wbr>models/<wbr>&lt;repo&gt;/<wbr>-/<wbr>files</code>" in text


def test_pages_stand_in_their_order(client):
    text = " ".join(client.get("/docs/concepts").content.decode().split())
    assert '<a rel="prev" href="/docs/start">' in text
    assert '<a rel="next" href="/docs/claims">' in text
    assert 'href="/docs/concepts" aria-current="page"' in text
    first, last = (
        client.get(f"/docs/{name}").content.decode() for name in ("start", "dependencies")
    )
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last
    assert 'href="/checks/claim"' in client.get("/docs/checks/claim").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *(
            "nothing",
            "start.md",
            "../README",
            "%2e%2e/README",
            "..%2fREADME",
            "checks/../../README",
        ),
        *(
            "checks",
            "contents",
            "openapi.json",
            "START",
            "start/",
            "/etc/passwd",
            "%00",
            "a" * 3000,
        ),
    ],
)
def test_other_paths_are_not_found(client, path):
    assert client.get(f"/docs/{path}").status_code == 404


def test_words_are_found_where_they_stand(client):
    hits = doc_search.find("fencing overstated")
    assert hits == []
    (first, *_) = doc_search.find("start five minutes")
    assert (first.section.path, first.section.id) == ("start.md", "")
    ranked = [(hit.section.path, hit.section.id) for hit in doc_search.find("ASSAY_CONTACT")]
    assert ("operations.md", "seen-from-outside") in ranked
    begun = doc_search.find("toler")
    assert any("tolerance" in part for hit in begun for part in hit.parts[1::2])
    text = client.get("/docs?q=ASSAY_CONTACT").content.decode()
    assert "<mark>ASSAY_CONTACT</mark>" in text
    assert 'href="/docs/operations#seen-from-outside"' in text
    for asked in ("%3Cscript%3E", "%00", "(", "a" * 9_000, "+".join("w" * 500), "-"):
        answer = client.get(f"/docs?q={asked}")
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode().partition("<main")[2]


def test_a_document_that_was_written_again_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(manual, "ROOT", tmp_path)
    (tmp_path / "contents.toml").write_text('[[group]]\ntitle = "A"\npages = ["a.md"]\n')
    file = tmp_path / "a.md"
    file.write_text("# One\n\n```sh no-run: it <ends>\necho 'yes' # why\n```\n")
    found = manual.render("a.md")
    assert found
    assert "no-run" not in found.html
    assert '<span class="c"># why</span>' in found.html
    assert 'data-copies="code-block-1"' in found.html
    assert doc_search.find("yes")
    file.write_text("# Two\n\nNothing to copy. <b>x</b>\n")
    os.utime(file, ns=(1, 1))
    again = manual.render("a.md")
    assert again
    assert (again.title, manual.title("a.md")) == ("Two", "Two")
    assert "&lt;b&gt;" in again.html
    assert not doc_search.find("yes")


def test_nothing_is_asked_of_the_database(client, django_assert_num_queries):
    for address in ("/docs", "/docs?q=claim", "/docs/start"):
        with django_assert_num_queries(0):
            assert client.get(address).status_code == 200


def test_the_first_page_says_what_each_document_tells(client):
    listed = set(contents.paths())
    said = {path: contents.about(path) for path in listed}
    assert [path for path, words in said.items() if not words.endswith(".")] == []
    assert max(map(len, said.values())) <= 80
    page = client.get("/docs").content.decode()
    assert said["sandbox.md"].replace("'", "&#x27;") in page
