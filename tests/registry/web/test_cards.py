"""Cards as safe HTML: what an author may not do to a reader, and what was read from the text."""

import time

import pytest

from analysis import cards as reading
from registry import cards
from registry.cards.rendering import MOST_LINE, MOST_TEXT, Mark, render
from registry.models import Claim, RenderedCard
from tests import factories
from tests.registry.web.conftest import Page

BASE = "https://hub.example/a/b/blob/c/"
MEGABYTE = 1_000_000
ALLOWED_SCHEMES = ("https://", "http://", "mailto:", "#card-", "claims?at=")
HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)" onclick="alert(2)">x</a>',
    "[x](javascript:alert(1)) [y](JaVaScRiPt&colon;alert(1)) [z](data:text/html,x)",
    "[x](vbscript:x) <a href='\x01javascript:alert(1)'>x</a>",
    "<style>body{display:none}</style><p style='position:fixed;inset:0'>over all</p>",
    "<svg onload=alert(1)><script>alert(1)</script><a xlink:href='javascript:1'>x</a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
    "<form action=/scans><input name=x><button formaction=//evil>go</button></form>",
    "<iframe src=//evil></iframe><object data=x></object><embed src=x>",
    "<meta http-equiv=refresh content='0;url=//evil'><base href=//evil><link href=x>",
    "<div class='state tone-good'>Confirmed</div><span class='skip'>x</span><mark>fake</mark>",
    "<textarea></textarea><script>alert(1)</script>",
    "</div></main></body><h1 id=content>ours</h1><nav>x</nav>",
    "<!--><img src=x onerror=alert(1)>-->",
    '![a](x"onerror=alert(1)) ![b](javascript:alert(1))',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "```html\n<script>alert(1)</script>\n```\n`<b onclick=x>`",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_comes_out(text):
    for written in (text, f"# Title\n\n{text}\n\n- {text}", f"<div>\n{text}\n\n{text}"):
        page = Page(render(written, base=BASE).html)
        for tag, attrs in page.elements:
            assert tag not in {"script", "style", "img", "svg", "form", "input", "iframe", "meta"}
            assert tag not in {
                "base",
                "link",
                "object",
                "button",
                "nav",
                "h1",
                "h2",
                "mark",
                "math",
            }
            assert not set(attrs) & {"style", "srcdoc", "action", "formaction", "src", "target"}
            assert not [name for name in attrs if name.startswith("on")]
            assert (attrs.get("id") or "card-").startswith("card-")
            assert all(one.startswith("hl-") for one in (attrs.get("class") or "").split())
            if tag == "a" and "href" in attrs:
                assert (attrs["href"] or "").startswith(ALLOWED_SCHEMES), attrs
                assert attrs["rel"] == "nofollow ugc noopener"


@pytest.mark.parametrize(
    "piece",
    [
        ">",
        "> ",
        "[",
        "![",
        "*a **a ",
        "<div>",
        "<b><i>",
        "[a](",
        "|a",
        "`a``b",
        "[\n",
        "# a\n",
        "**_",
    ],
)
def test_a_megabyte_of_nesting_takes_no_long_time(piece):
    started = time.process_time()
    made = render(piece * (MEGABYTE // len(piece)), base=BASE)
    assert time.process_time() - started < 15  # two seconds where nothing else runs
    assert any(
        f"of {MEGABYTE // len(piece) * len(piece):,} characters" in one for one in made.notes
    )


def test_what_was_cut_is_said():
    assert render("x\n" * 10, base=BASE).notes == ()
    made = render("y" * (MOST_LINE + 1), base=BASE)
    assert "the rest is left out" in made.notes[0]
    assert len(render("word " * MOST_TEXT, base=BASE).html) < MOST_TEXT + 100


def test_headings_go_below_those_of_the_page_without_a_gap():
    made = render("### a\n# b\n###### c\n## d\n### e\n#### f\n##### g", base=BASE).html
    levels = [tag for tag, _ in Page(made).elements if tag.startswith("h")]
    assert levels == ["h3", "h3", "h4", "h4", "h5", "h6", "h6"]


def test_pictures_are_links_and_relative_links_lead_to_the_hub():
    made = render('![A cat](cat.png) [l](./LICENSE) [d](#deep) <h2 id="deep">D</h2>', base=BASE)
    links = {attrs.get("href") for tag, attrs in Page(made.html).elements if tag == "a"}
    assert links == {f"{BASE}cat.png", f"{BASE}LICENSE", "#card-deep"}
    assert "[Picture: A cat]" in Page(made.html).text
    assert made.notes == ("1 picture is a link here: nothing is loaded from elsewhere.",)
    assert 'id="card-deep"' in render('<h2 id="deep">D</h2>', base=BASE).html


def test_letters_that_turn_text_round_are_shown_however_they_are_written():
    html = render("a \u202egnp &#x202e;x &#8238; \u2066 <b title='\u202e'>t</b>", base=BASE).html
    assert not set(html) & set("\u202e\u2066")
    assert html.count("[U+202E]") == 4


def test_front_matter_is_not_shown_and_code_is_coloured():
    html = render("---\nlicense: mit\n---\n# T\n```python\ndef f(): pass\n```", base=BASE).html
    assert "license" not in html
    assert '<span class="hl-k">def</span>' in html


CARD = """---
license: mit
---
# Net

| Model | Dataset | Accuracy |
|---|---|---|
| net | CIFAR-10 | **91.7** |

- Accuracy: 0.93 on all
"""


def test_claims_are_marked_where_the_reader_of_cards_found_them():
    read = reading.claims(reading.read_card(CARD))
    places = [(one.place.line, one.value_text) for one in read.claims if one.place.line]
    assert (8, "91.7") in [(line, text.strip("*")) for line, text in places]
    made = render(CARD, base=BASE, marks=[Mark(5, 8, "91.7"), Mark(6, 10, "0.93"), Mark(7, 8, "7")])
    assert made.marked == (5, 6)
    assert '<mark>91.7</mark> <a href="claims?at=5#claim-5"' in made.html
    assert '<mark>0.93</mark> <a href="claims?at=6#claim-6"' in made.html
    assert made.html.count("<mark>") == 2


@pytest.mark.django_db
def test_the_page_of_a_card_says_what_could_be_read_from_it(read):
    revision = factories.revision(factories.repo("alice/net"))
    factories.card(revision, text=CARD, front_matter={"license": "mit", "datasets": ["cifar10"]})
    fields = {"source": Claim.Source.TABLE, "path": "", "value_text": "91.7"}
    claim = factories.claim(revision, line=8, **fields)
    factories.claim(revision, line=9, problem="“see paper” is no number.", **fields)
    page = read("/models/alice/net/-/card")
    for words in (
        *("Licence mit", "Datasets cifar10", "Not declared: Task, Library, Language"),
        *(
            "From tables in the text: 1 read, 1 could not be read",
            "1 is marked in the text",
            "is no number. line 9",
        ),
    ):
        assert words in page.text
    assert f"claims?at={claim.pk}#claim-{claim.pk}" in page.links()
    at = f"/models/alice/net/-/claims?at={claim.pk}"
    assert {"id": f"claim-{claim.pk}", "role": "row"} in [attrs for _, attrs in read(at).elements]


@pytest.mark.django_db
def test_a_card_is_rendered_once_and_again_when_it_or_the_renderer_changes(read, monkeypatch):
    revision = factories.revision(factories.repo("alice/net"))
    card = factories.card(revision, text="first")
    read("/models/alice/net/-/card")
    stored = RenderedCard.objects.get()
    RenderedCard.objects.update(html="<p>kept</p>")
    assert "kept" in read("/models/alice/net/-/card").text
    type(card).objects.update(text="second")
    assert "second" in read("/models/alice/net/-/card").text
    RenderedCard.objects.update(html="<p>kept</p>")
    monkeypatch.setattr("registry.cards.storing.VERSION", cards.VERSION + 1)
    assert "second" in read("/models/alice/net/-/card").text
    assert RenderedCard.objects.get().pk == stored.pk


@pytest.mark.django_db(transaction=True)  # foreign keys are looked at as a transaction ends
def test_a_card_whose_revision_goes_meanwhile_is_shown_all_the_same():
    revision = factories.revision(factories.repo("alice/net"))
    card = factories.card(revision, text="last words")
    number = revision.pk
    revision.delete()
    revision.pk = number
    assert "last words" in cards.rendered(revision, card).html


@pytest.mark.django_db
def test_a_card_that_is_not_stored_says_so(read, queries_of):
    revision = factories.revision(factories.repo("alice/net"))
    assert "No card is stored" in read("/models/alice/net/-/card").text
    card = factories.card(revision, text="")
    assert "The text of the card is not stored" in read("/models/alice/net/-/card").text
    type(card).objects.update(text="here")
    assert queries_of("/models/alice/net/-/card") <= 10
    one = queries_of("/models/alice/net/-/card")
    for number in range(20):
        factories.claim(revision, line=number + 1)
    queries_of("/models/alice/net/-/card")
    assert queries_of("/models/alice/net/-/card") == one
