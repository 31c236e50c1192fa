"""The method of each check, out of docs/."""

import itertools
import re

import pytest

from analysis import catalog
from registry.web import manual
from registry.web.views.methods import address_of
from tests import factories

pytestmark = pytest.mark.django_db

CLAIM = catalog.entries()["claim"]


def test_every_check_has_a_method_whose_links_lead_somewhere(client):
    for check in catalog.BUILT_IN:
        answer = client.get(f"/checks/{check.id}")
        assert answer.status_code == 200
        text = answer.content.decode()
        levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", text.partition("<main")[2])]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        method = manual.render(f"checks/{check.id}.md", address_of)
        assert method
        for link in re.findall(r'href="([^"]*)"', method.html):
            if link.startswith("#"):
                assert link[1:] in ids
            elif link.startswith("/checks"):
                assert client.get(link.partition("#")[0]).status_code == 200
            else:
                assert link.startswith(("https://", "/docs/")), link


def test_facts_and_options_stand_above_the_method(read):
    page = read("/checks/adversarial")
    for words in ("cpu workers", "one commit a run", "Linf, L2, L1", "by its name"):
        assert words in page.text
    assert "one claim a run" in read("/checks/claim").text


def test_an_older_version_is_said_to_be_one(read, client):
    page = read(f"/checks/claim/v{CLAIM.version - 1}")
    assert (
        f"describes version {CLAIM.version}; your finding was measured with version " in page.text
    )
    assert "your finding" not in read(f"/checks/claim/v{CLAIM.version}").text
    for missing in ("nothing", "claim/v0", f"claim/v{CLAIM.version + 1}", "claim/vx"):
        assert client.get(f"/checks/{missing}").status_code == 404


def test_a_verdict_leads_to_the_version_that_gave_it(read):
    claim = factories.claim(factories.revision(factories.repo("alice/net")))
    run = factories.run(claim, status="done", check_version=CLAIM.version - 1)
    factories.finding(run)
    gone = factories.run(claim.revision, check_id="removed check", status="done")
    factories.finding(gone, verdict="pass")
    address = f"/checks/claim/v{CLAIM.version - 1}"
    assert address in read(f"/runs/{run.pk}").links()
    assert address in read("/models/alice/net").links()
    assert address in read("/runs").links()
    assert "/checks/claim" in read("/checks").links()


def test_markdown_is_made_safe_and_links_are_rewritten(tmp_path, monkeypatch):
    (tmp_path / "checks").mkdir()
    (tmp_path / "other.md").write_text("# Other")
    (tmp_path / "checks" / "x.md").write_text(
        "# Title `of` it\n\n## Part\n\n## Part\n\n# Late\n\n<script>alert(1)</script>\n\n"
        "[a](../other.md#b) [c](../../secret.py) [d](javascript:alert(1)) [e](https://x.example)\n\n"
        "| a | |\n|---|---|\n| 1 | 2 |\n"
    )
    monkeypatch.setattr(manual, "ROOT", tmp_path)
    found = manual.render("checks/x.md", lambda path: f"/docs/{path}")
    assert found
    assert found.title == "Title `of` it"
    assert [heading.id for heading in found.toc] == ["part", "part-2", "late"]
    assert "<script" not in found.html
    assert 'href="/docs/other.md#b"' in found.html
    assert "secret" not in found.html
    assert 'href="javascript' not in found.html
    assert '<th scope="col">a</th>\n<td></td>' in found.html
    assert 'aria-label="Table 1"' in found.html
    for path in ("checks/none.md", "../pyproject.toml", "checks/../../x.md", "/etc/passwd"):
        assert manual.render(path) is None
