"""Every text comes from strangers; none of it becomes markup."""

import pytest
from django.conf import settings
from django.urls import reverse

from registry.models import Repo, Run
from registry.web.parts import PARTS
from registry.web.templatetags.assay import visible
from tests import factories
from tests.e2e import gallery

pytestmark = pytest.mark.django_db

CORPUS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "</pre></textarea><svg/onload=alert(1)>",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "<!--<img src=x onerror=alert(1)>-->",
    "<a href='data:text/html,x'>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202egnp.exe\u2066\u200b",
]


@pytest.fixture
def addresses(monkeypatch):
    """Make a model all of whose texts are one of the corpus; return the pages that show it."""

    def build(text):
        monkeypatch.setattr(gallery, "HOSTILE", text)
        revision = gallery.hostile()
        own = [revision.repo_id]
        pages = ["/", "/models", "/runs", reverse("web:repo-by-number", args=own)]
        pages += [reverse("web:number-part", args=[*own, part]) for part in PARTS if part]
        return pages + [f"/runs/{run.pk}" for run in Run.objects.all()]

    return build


OUR_SCRIPTS = {"/static/assay/assay.js", "/static/assay/list.js"}


@pytest.mark.parametrize("text", CORPUS)
def test_no_page_takes_it_for_markup(read, addresses, text):
    for address in addresses(text):
        page = read(address)
        scripts = [attrs for tag, attrs in page.elements if tag == "script"]
        scripts = [one for one in scripts if one != {"type": "application/ld+json"}]
        assert {script.get("src") for script in scripts} <= OUR_SCRIPTS
        for tag, attrs in page.elements:
            assert tag not in {"iframe", "object", "style", "base"}
            assert tag != "img" or attrs["src"].startswith("/badge/")
            assert not [name for name in attrs if name.startswith("on") or name == "style"]
            for name in ("href", "src", "action"):
                value = attrs.get(name) or ""
                if (tag, attrs.get("rel")) == ("link", "canonical"):
                    value = value.removeprefix(settings.ASSAY_PUBLIC_URL)
                assert value.startswith(("/", "?", "#", "")), value
                assert not value.lower().startswith(("javascript:", "data:", "http:", "//"))
        assert "tests-only" not in page.text  # the secret key, had it been a template


def test_it_is_shown_as_it_stands(read, addresses):
    text = CORPUS[0]
    model = addresses(text)[3]
    assert read(model).text.count(text) >= 10


def test_search_words_come_back_as_text(read):
    page = read("/models?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&task=%22%3E%3Cb%3E")
    assert {attrs.get("src") for tag, attrs in page.elements if tag == "script"} <= OUR_SCRIPTS
    assert not [tag for tag, _ in page.elements if tag == "b"]


def test_letters_that_turn_text_round_are_shown_as_code_points():
    assert visible("a\u202egnp.exe") == "a[U+202E]gnp.exe"
    assert visible("a\u200bb\x1b[31m\x7f") == "a[U+200B]b[U+001B][31m[U+007F]"
    assert visible("naïve 名前 🙂\n\t") == "naïve 名前 🙂\n\t"


def test_names_of_every_length_and_kind_have_a_page(read):
    for name in ("x" * 200, "../../etc/passwd", "a b", "-", "a/@" + "0" * 40, "ａ／ｂ", "%2e%2e"):
        repo = factories.repo(name, author=None)
        factories.revision(repo)
        assert read(f"/models/-/{repo.pk}").text
    listed = read("/models?sort=name")
    for link in listed.links():
        if link.startswith("/models/"):
            read(link)
    assert Repo.objects.count() == 7
