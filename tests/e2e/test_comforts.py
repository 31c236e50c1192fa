"""What scripts add: the list answers while one types, keys, colours. Nothing needs them."""

import pytest

from tests.e2e.test_pages import follow, window

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
]


def test_the_list_answers_while_one_types_and_the_address_keeps_it(browser, site):
    with window(browser) as (page, complaints):
        page.goto(f"{site}/models?sort=name")
        before = page.get_by_role("rowheader").count()
        page.get_by_label("Words").press_sequentially("resnet20")
        page.wait_for_url("**q=resnet20**")
        page.locator("#count", has_text="models").wait_for()
        assert 0 < page.get_by_role("rowheader").count() < before
        assert "sort=name" in page.url
        assert page.evaluate("document.activeElement.id") == "words"
        page.get_by_label("Words").fill("nothing-like-it")
        page.locator("#count", has_text="No model matches").wait_for()
        page.go_back()
        page.wait_for_url("**q=resnet20**")
        page.get_by_role("rowheader").first.wait_for()
        assert complaints == []


def test_what_the_page_says_of_its_search_follows_what_one_types(browser, site):
    """Its lasting address and its feed: in the head, for programs, and on the page."""
    links = {
        "link[rel=canonical]": "/models",
        "link[title='This search']": "/models.atom",
        "#found a[type='application/atom+xml']": "/models.atom",
    }

    def wait_for(page, query):
        for link, path in links.items():
            page.locator(f"{link}[href$='{path}?{query}']").wait_for(state="attached")
            assert page.locator(link).count() == 1
        assert page.locator("link[title='Newest findings']").get_attribute("href")[-5:] == ".atom"

    with window(browser) as (page, complaints):
        page.goto(f"{site}/models?q=alice")
        wait_for(page, "q=alice")
        page.get_by_label("Words").fill("resnet20")
        wait_for(page, "q=resnet20")
        page.get_by_label("Sort").select_option("name")
        wait_for(page, "q=resnet20&sort=name")
        page.go_back()
        wait_for(page, "q=resnet20")
        assert complaints == []


def test_keys_lead_where_the_help_says(browser, site):
    with window(browser) as (page, complaints):
        page.goto(f"{site}/about")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "find"
        page.keyboard.type("g?")  # in a field they are letters
        assert page.locator("#find").input_value() == "g?"
        page.keyboard.press("Tab")
        page.keyboard.press("?")
        help_ = page.get_by_role("dialog", name="Keys")
        assert "go to Models" in help_.inner_text()
        page.keyboard.press("Escape")
        help_.wait_for(state="detached")
        page.keyboard.press("g")
        with page.expect_navigation():
            page.keyboard.press("m")
        assert page.url == f"{site}/models"
        page.locator("[data-row]").first.focus()
        page.keyboard.press("j")
        focused = page.evaluate("document.activeElement.textContent")
        assert focused == page.locator("[data-row]").nth(1).inner_text()
        page.keyboard.press("Control+k")  # a browser's own
        assert page.evaluate("document.activeElement.textContent") == focused
        assert complaints == []


def test_keys_can_be_switched_off_and_stay_so(browser, site):
    with window(browser) as (page, _):
        page.goto(f"{site}/about")
        page.keyboard.press("?")
        page.get_by_label("Use these keys").uncheck()
        page.get_by_role("button", name="Close").click()
        page.reload()
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") != "find"
        page.get_by_role("button", name="Keys").click()
        page.get_by_label("Use these keys").check()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "find"


@pytest.mark.parametrize("scripts", [True, False])
def test_colours_are_chosen_and_kept(browser, site, scripts):
    ground = "getComputedStyle(document.body).backgroundColor"
    with window(browser, "light", scripts=scripts) as (page, complaints):
        page.goto(f"{site}/models?sort=name")
        light = page.evaluate(ground)
        page.get_by_role("button", name="Dark").click()
        page.wait_for_function(f"{ground} !== '{light}'")
        page.goto(f"{site}/about")
        assert page.evaluate(ground) != light
        assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
        page.get_by_role("button", name="System").click()
        page.wait_for_function(f"{ground} === '{light}'")
        assert complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_models_are_chosen_in_the_list_and_compared(browser, site, scripts):
    with window(browser, scripts=scripts, permissions=["clipboard-read", "clipboard-write"]) as (
        page,
        complaints,
    ):
        page.goto(f"{site}/models?sort=name")
        for name in ("alice/resnet20-cifar10", "bob/copy"):
            page.get_by_label(f"Compare {name}").check()
        if scripts:
            page.locator("h1").click()  # a key in a field is a letter
            page.evaluate("document.activeElement.blur()")
            with page.expect_navigation():
                page.keyboard.press("c")
        else:
            follow(page, page.get_by_role("button", name="Compare the chosen"))
        assert "m=alice%2Fresnet20-cifar10&m=bob%2Fcopy" in page.url
        assert page.get_by_role("columnheader").count() == 3
        page.get_by_label("Add a model").fill("alice/resnet20")
        follow(page, page.get_by_role("button", name="Add"))
        assert page.get_by_role("columnheader").count() == 4
        follow(page, page.get_by_role("link", name="Only differences"))
        assert "only=differences" in page.url
        follow(page, page.get_by_role("link", name="Remove alice/resnet20", exact=True))
        assert page.get_by_role("columnheader").count() == 3
        if scripts:
            page.get_by_role("link", name="Copy as Markdown").click()
            page.get_by_text("Copied", exact=True).wait_for()
            assert page.evaluate("navigator.clipboard.readText()").startswith("|  | alice/")
        assert complaints == []
