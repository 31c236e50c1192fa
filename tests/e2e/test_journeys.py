"""The ways of people from the first page to what they came for, with their clicks counted.

The people are those of the product's plan: who chooses a model, who keeps unsound ones out, who
studies the ecosystem, who owns a model. Nothing is typed into the address. A click is whatever
presses something: a link, a button, a box that is ticked; filling a field is none.
"""

import re

import pytest
from playwright.sync_api import Locator, Page

from registry.models import Run
from tests import owners
from tests.e2e.test_pages import window

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
]


class Person:
    """Somebody at a browser, whose clicks are counted."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.clicks = page, 0
        page.goto(site)

    def press(self, target: Locator) -> None:
        """Click on what stays on the page."""
        self.clicks += 1
        target.click()

    def follow(self, target: Locator) -> None:
        """Click on what leads to another page, and wait until all of it is there."""
        self.clicks += 1
        with self.page.expect_navigation():
            target.click()

    def link(self, name: str, *, within: Locator | None = None, exact: bool = False) -> Locator:
        """Return the link of this name."""
        return (within or self.page).get_by_role("link", name=name, exact=exact).first

    def button(self, name: str) -> Locator:
        """Return the button of this name."""
        return self.page.get_by_role("button", name=name, exact=True).first

    def fill(self, label: str, text: str) -> None:
        """Fill a field."""
        self.page.get_by_label(label, exact=True).first.fill(text)

    def reads(self, text: str) -> bool:
        """Say whether the page says so."""
        return text in self.page.inner_text("main")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_chooser_goes_from_a_search_to_a_pinned_snippet(browser, site, scripts):
    """Search and facets, shortlist, claimed beside measured, evidence, snippet."""
    with window(browser, scripts=scripts) as (page, complaints):
        one = Person(page, site)
        one.fill("Find a model", "resnet")
        one.follow(one.button("Search"))
        facets = page.get_by_role("navigation", name="Narrow down")
        one.follow(one.link("image-classification", within=facets))
        for name in ("alice/resnet20-cifar10", "alice/resnet20"):
            one.press(page.get_by_label(f"Compare {name}", exact=True))
        one.follow(one.button("Compare the chosen"))
        assert page.get_by_role("columnheader").count() == 3
        assert one.reads("claimed 95 %")
        one.follow(page.locator("td a.value").first)
        assert page.get_by_role("heading", name="Evidence").is_visible()
        one.follow(page.locator(".trail a").last)
        one.follow(one.link("Use", exact=True))
        assert page.locator("pre").first.inner_text().count("revision=") == 1
        assert re.search(r"[0-9a-f]{40}", page.locator("pre").first.inner_text())
        assert one.clicks == 8
        assert complaints == []


def test_a_guard_sees_what_fails_and_who_has_the_same_file(browser, site):
    """Until policies are there: what was refused, why, which file, who else has it, the exports."""
    with window(browser, scripts=False) as (page, complaints):
        one = Person(page, site)
        one.follow(one.link("Keep out what is unsound"))
        assert "verdict=fail" in page.url
        one.follow(page.get_by_role("rowheader").get_by_role("link").first)
        one.follow(one.link("Files", exact=True))
        one.follow(page.locator("a[href^='/hash/']").first)
        assert one.reads("model.safetensors")
        one.follow(one.link("Exports"))
        with page.expect_download() as taken:
            one.press(page.locator("a[href$='.parquet']").first)
        assert taken.value.suggested_filename.endswith(".parquet")
        assert one.clicks == 6
        assert complaints == []


def test_a_researcher_schedules_a_scan_and_downloads_what_moved(browser, site, staff):
    """Schedule a scan, see a measure over time, download Parquet."""
    with window(browser, scripts=False) as (page, complaints):
        page.context.add_cookies([staff])
        one = Person(page, site)
        one.follow(one.link("Scans"))
        one.follow(one.link("New scan"))
        one.fill("Name", "every night")
        one.fill("Models", "/models?q=resnet20")
        one.press(page.get_by_label("Claimed metric"))
        one.fill("Schedule", "0 3 * * *")
        one.follow(one.button("Show the plan"))
        assert one.reads("At 03:00")
        one.follow(one.button("Save"))
        assert one.reads("every night")
        one.follow(one.link("Ecosystem"))
        one.follow(page.locator("a[href='/ecosystem/claims']").first)
        assert page.locator("main svg").first.is_visible()
        one.follow(one.link("Exports"))
        with page.expect_download() as taken:
            one.press(page.locator("a[href$='.parquet']").first)
        assert taken.value.suggested_filename.endswith(".parquet")
        assert one.clicks == 9
        assert complaints == []


def test_an_owner_registers_a_mark_and_sees_where_it_was_found(browser, site, staff, tmp_path):
    """Register a watermark; find copies."""
    keys = tmp_path / "keys.safetensors"
    keys.write_bytes(owners.mark_keys())
    with window(browser, scripts=False) as (page, complaints):
        page.context.add_cookies([staff])
        one = Person(page, site)
        one.follow(one.link("Prove that a copy is yours"))
        one.fill("Name", "Of a journey")
        page.get_by_label("Keys", exact=True).set_input_files(keys)
        one.follow(one.button("Register"))
        assert one.reads("Registered.")
        assert one.clicks == 2
        one.follow(one.link("Marks"))
        one.follow(one.link("Disputed"))
        assert one.reads("bob/copy")
        assert one.reads("p = ")
        assert one.clicks == 4
        assert complaints == []


def test_an_owner_takes_a_badge_and_disputes_a_verdict_by_a_run_anew(browser, site, staff):
    """Get a badge; dispute a verdict by a run anew."""
    with window(browser, scripts=False) as (page, complaints):
        page.context.add_cookies([staff])
        one = Person(page, site)
        one.fill("Find a model", "alice/resnet20-cifar10")
        one.follow(one.button("Search"))
        one.follow(one.link("alice/resnet20-cifar10", exact=True))
        table = page.get_by_role("table", name="Claims of this revision")
        row = table.get_by_role("row").filter(has_text="Overstated").first
        one.follow(row.get_by_role("link", name="Evidence"))
        before = Run.objects.count()
        one.follow(one.button("Measure again"))
        assert Run.objects.count() == before + 1
        assert one.reads("Waits for a worker")
        one.follow(page.locator(".trail a").first)
        one.follow(one.link("Use", exact=True))
        assert "/badge/verdict/alice/resnet20-cifar10" in page.locator("#badge").inner_text()
        assert page.get_by_alt_text("The badge of this model").evaluate("i => i.naturalWidth") > 50
        assert one.clicks == 6
        assert complaints == []
