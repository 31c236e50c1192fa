"""What stands around the pages, in a browser."""

import pytest

from tests.e2e.test_pages import NARROW, follow, violations, window

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
]


def test_names_are_offered_while_one_types_and_chosen_by_keys(browser, site, screenshots):
    with window(browser) as (page, complaints):
        page.goto(f"{site}/about")
        field = page.get_by_role("combobox", name="Find a model")
        assert field.get_attribute("aria-expanded") == "false"
        field.press_sequentially("resnet20")
        options = page.get_by_role("option")
        options.first.wait_for()
        assert field.get_attribute("aria-expanded") == "true"
        if screenshots:
            page.screenshot(path=screenshots / "suggestions-1440.png")
        assert violations(page) == []
        page.keyboard.press("ArrowDown")
        first = field.get_attribute("aria-activedescendant")
        assert page.locator(f"#{first}").get_attribute("aria-selected") == "true"
        page.keyboard.press("ArrowUp")  # back to the field
        assert field.get_attribute("aria-activedescendant") is None
        page.keyboard.press("Escape")
        options.first.wait_for(state="hidden")
        assert field.input_value() == "resnet20"
        field.press_sequentially("-cifar")
        options.first.wait_for()
        with page.expect_navigation():
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        assert page.url == f"{site}/models/alice/resnet20-cifar10"
        page.get_by_label("Find a model").fill("resnet20")
        options.first.wait_for()
        with page.expect_navigation():
            page.keyboard.press("Enter")  # nothing chosen: the form
        assert page.url == f"{site}/models?q=resnet20"
        assert complaints == []


def test_suggestions_fit_a_telephone_and_a_click(browser, site, screenshots):
    with window(browser, "dark", NARROW) as (page, complaints):
        page.goto(site)
        page.get_by_label("Find a model").press_sequentially("cif")
        page.get_by_role("option").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        if screenshots:
            page.screenshot(path=screenshots / "suggestions-390-dark.png")
        assert violations(page) == []
        follow(page, page.get_by_role("option").first)
        assert "/models/" in page.url
        assert complaints == []


def test_a_search_is_saved_looked_at_removed_and_had_back_without_scripts(browser, site, staff):
    with window(browser, scripts=False) as (page, complaints):
        page.context.add_cookies([staff])
        page.goto(f"{site}/models?q=cifar10")
        follow(page, page.get_by_role("button", name="Save this search"))
        assert page.url == f"{site}/searches"
        follow(page, page.get_by_role("button", name="Look at has “cifar10”"))
        assert page.url == f"{site}/models?q=cifar10"
        page.goto(f"{site}/searches")
        page.locator("summary").first.click()
        page.get_by_label("New name of has “cifar10”").fill("Pictures")
        follow(page, page.get_by_role("button", name="Rename").first)
        assert page.get_by_role("link", name="Pictures").is_visible()
        page.locator("summary").first.click()
        follow(page, page.get_by_role("button", name="Remove Pictures"))
        assert page.get_by_role("link", name="Pictures").count() == 0
        follow(page, page.get_by_role("button", name="Undo"))
        assert page.get_by_role("link", name="Pictures").is_visible()
        assert complaints == []
