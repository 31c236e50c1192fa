"""The documentation as files: a browser opens them without a server."""

import io
from urllib.parse import urldefrag

import pytest
from django.core.management import call_command

from registry.web import contents
from tests.docs.test_pages import parts
from tests.e2e.test_pages import violations, window

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120), pytest.mark.xdist_group("browser")]


def test_files_open_without_a_server(tmp_path, browser):
    said = io.StringIO()
    call_command("docs", out=tmp_path / "site", stdout=said)
    assert "index.html" in said.getvalue()
    files = sorted((tmp_path / "site").rglob("*.html"))
    assert len(files) == len(list(contents.paths())) + 1
    ids = {file: set(parts(file.read_text())[1]) for file in files}
    for file in files:
        text = file.read_text()
        assert "<script" not in text
        assert "<form" not in text
        for link in parts(text)[0]:
            at, place = urldefrag(link)
            if at.startswith(("https://", "http://127.0.0.1")):
                continue
            target = (file.parent / at).resolve() if at else file
            assert target.is_file(), (file.name, link)
            assert not place or place in ids[target], (file.name, link)
    with window(browser) as (page, complaints):
        for file in files:
            page.goto(file.as_uri())
            assert page.evaluate("getComputedStyle(document.body).display") == "grid"
        page.goto(files[0].with_name("index.html").as_uri())
        page.get_by_role("link", name="Signs of a backdoor").click()
        page.get_by_role("link", name="Documentation").click()
        assert page.get_by_role("heading", name="Running it").is_visible()
        assert complaints == []
        assert violations(page) == []
