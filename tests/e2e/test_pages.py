"""Every page in a real browser: light and dark, wide and narrow, with and without scripts."""

import gzip
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from registry.models import Embedding, Webhook
from registry.web.urls import urlpatterns
from tests import owners

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),  # one browser and one gallery for all of them
]

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# What colours and widths can change; the rest of axe's rules is asked once.
LOOK_RULES = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
LOOKS = [
    ("light", WIDE, True),
    ("dark", WIDE, True),
    ("light", NARROW, True),
    ("dark", NARROW, False),
    ("light", WIDE, False),
]
# For more states of a page that is looked at in all of them: every rule, colour and width once.
STATE_LOOKS = [LOOKS[0], LOOKS[1], LOOKS[3]]
WITHOUT_PAGE = {"health", "export-file", "scan-act", "run-act", "mark-act", "finding-picture"}
WITHOUT_PAGE |= {"embedding-act", "embedding-file", "theme", "webhook-act", "delivery-replay"}
WITHOUT_PAGE |= {"badge", "badge-pinned", "badge-by-number"}  # pictures
WITHOUT_PAGE |= {"search-feed", "repo-feed", "number-feed", "author-feed", "finding-feed"}
WITHOUT_PAGE |= {"suggest"}  # an answer for scripts
WITHOUT_PAGE |= {"opensearch", "robots", "sitemap", "sitemap-pages", "sitemap-part", "llms"}
WITHOUT_PAGE |= {"favicon", "security", "search-act"}
STAFF_PAGES = (
    *("scan-list", "scan-new", "scan-show", "scan-show-never", "scan-edit"),
    *("mark-list", "mark-show", "mark-show-own", "embedding-new"),
    *("check-ask", "repo-show", "run-show-running", "run-show-cancelled"),
    *("repo-list", "search-list", "search-list-removed"),
)
HTML_GZ, CSS_GZ, JS_GZ = 60_000, 20_000, 25_000


@contextmanager
def window(browser, scheme="light", size=WIDE, scripts=True, **options):
    """Open a page that notes whatever a page should not do."""
    context = browser.new_context(
        viewport=size, color_scheme=scheme, java_script_enabled=scripts, **options
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    yield page, complaints
    context.close()


def follow(page, target):
    """Click on what leads to another page, and wait until all of that page is there."""
    with page.expect_navigation():
        target.click()


def chosen(pages, look):
    """Return the pages for a look: all, or those that ASSAY_PAGES names, parted by commas.

    A state of a page, such as ``run-show-dead``, is looked at in fewer ways than the page itself,
    but for ASSAY_LONG.
    """
    names = [name for name in os.environ.get("ASSAY_PAGES", "").split(",") if name]
    if names:
        return [(name, pages[name]) for name in names]
    if look in STATE_LOOKS or os.environ.get("ASSAY_LONG"):
        return list(pages.items())
    of_addresses = {pattern.name for pattern in urlpatterns}
    return [(name, at) for name, at in pages.items() if name in of_addresses]


def picture(page, folder, name):
    """Keep a picture of a whole page, where somebody wants to look at them."""
    if folder:
        page.screenshot(path=folder / name, full_page=True)


def violations(page, rules=None):
    """Return what axe finds, at any level, with the first element that it found it on."""
    chosen = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = Axe().run(page, options=chosen | {"resultTypes": ["violations"]})
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]


@pytest.mark.parametrize(("scheme", "size", "scripts"), LOOKS)
def test_every_page_is_sound(browser, site, pages, screenshots, scheme, size, scripts):
    problems = []
    rules = None if (scheme, size) == LOOKS[0][:2] else LOOK_RULES
    ending = f"{size['width']}-{scheme}{'' if scripts else '-plain'}.png"
    with window(browser, scheme, size, scripts) as (page, complaints):
        page.on("request", lambda r: r.url.startswith(site) or complaints.append(r.url))
        for name, address in chosen(pages, (scheme, size, scripts)):
            answer = page.goto(site + address, wait_until="load")
            if answer.status != (404 if name == "not-found" else 200):
                problems.append((name, answer.status))
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                problems.append((name, "is wider than the window"))
            picture(page, screenshots, f"{name}-{ending}")
            found = violations(page, rules) if scripts else []
            problems += [(name, one) for one in [*complaints, *found]]
            complaints.clear()
    # Chromium itself notes a page that is not found.
    assert [one for one in problems if "404" not in str(one[1])] == []


def test_every_address_of_a_page_has_been_looked_at(pages, own_pages):
    names = {pattern.name for pattern in urlpatterns}
    assert names - WITHOUT_PAGE - {"embedding-show"} <= {*pages, *own_pages}
    states = {f"embedding-show-{state}" for state in Embedding.State.values}
    states |= {f"webhook-show-{state}" for state in (*Webhook.State.values, "failing")}
    assert states <= set(own_pages)


def test_pages_keep_to_their_budgets(browser, site, pages):
    with window(browser) as (page, _):
        for name, address in pages.items():
            body = page.request.get(site + address).body()
            assert len(gzip.compress(body)) < HTML_GZ, name
    static = Path(settings.BASE_DIR) / "registry" / "web" / "static"
    for ending, most in (("css", CSS_GZ), ("js", JS_GZ)):  # all of it, though no page asks for all
        files = static.rglob(f"*.{ending}")
        assert sum(len(gzip.compress(file.read_bytes())) for file in files) < most, ending


@pytest.mark.parametrize("scripts", [True, False])
def test_a_chooser_finds_the_evidence_in_four_steps(browser, site, scripts):
    with window(browser, scripts=scripts) as (page, complaints):
        page.goto(site)
        page.get_by_label("Find a model").fill("cifar10")
        follow(page, page.get_by_role("button", name="Search"))
        follow(page, page.get_by_role("link", name="alice/resnet20-cifar10"))
        table = page.get_by_role("table", name="Claims of this revision")
        row = table.get_by_role("row").filter(has_text="Overstated")
        assert "95 %" in row.inner_text()
        assert "91.73 %" in row.inner_text()
        follow(page, row.get_by_role("link", name="Evidence"))
        assert page.get_by_role("heading", name="Evidence").is_visible()
        assert "manage.py replay" in page.inner_text("main")
        assert complaints == []


def test_filters_stand_in_the_address_and_go_away_by_a_click(browser, site):
    with window(browser, scripts=False) as (page, _):
        page.goto(f"{site}/models")
        facets = page.get_by_role("navigation", name="Narrow down")
        follow(page, facets.get_by_role("link", name="overstated"))
        page.get_by_label("Sort").select_option("name")
        follow(page, page.get_by_role("button", name="Apply"))
        assert "verdict=overstated" in page.url
        assert "sort=name" in page.url
        assert page.get_by_role("rowheader").count() == 1
        follow(page, page.get_by_role("link", name="a finding is overstated"))
        assert "verdict" not in page.url
        assert "sort=name" in page.url
        assert page.get_by_role("rowheader").count() > 1


def test_the_keyboard_reaches_the_content_first(browser, site):
    with window(browser) as (page, _):
        page.goto(f"{site}/models")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"


def test_a_button_copies_the_commit(browser, site, pages):
    with window(browser, permissions=["clipboard-read", "clipboard-write"]) as (page, _):
        page.goto(site + pages["repo-show"])
        page.get_by_role("button", name="Copy the commit").click()
        page.get_by_text("Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert pages["revision-show"].endswith(copied)
        assert len(copied) == 40


def test_a_run_is_followed_only_on_demand(browser, site, pages):
    with window(browser, scripts=False) as (page, _):
        page.goto(site + pages["run-show-running"])
        page.get_by_role("link", name="Follow the run").click()
        page.get_by_role("link", name="Stop following").wait_for()
        with page.expect_navigation(timeout=15_000):
            pass  # the page comes again by itself
        page.get_by_role("link", name="Stop following").click()
        page.get_by_role("link", name="Follow the run").wait_for()


def test_a_printed_page_has_its_commit_and_no_controls(browser, site, pages):
    with window(browser) as (page, _):
        page.goto(site + pages["run-show"])
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation", name="Main").is_visible()
        assert not page.get_by_role("button").first.is_visible()
        assert pages["revision-show"].rpartition("@")[2] in page.inner_text("footer")


def test_a_scan_is_planned_saved_driven_and_removed_without_scripts(browser, site, staff):
    with window(browser, scripts=False) as (page, complaints):
        page.context.add_cookies([staff])
        page.goto(f"{site}/scans")
        follow(page, page.get_by_role("link", name="New scan"))
        page.get_by_label("Name", exact=True).fill("resnets")
        page.get_by_label("Models", exact=True).fill("/models?q=resnet20")
        page.get_by_label("Claimed metric").check()
        page.get_by_label("Schedule").fill("0 3 31 2 *")
        follow(page, page.get_by_role("button", name="Show the plan"))
        assert "never occurs" in page.inner_text("main")
        page.get_by_label("Schedule").fill("0 3 * * 1")
        follow(page, page.get_by_role("button", name="Show the plan"))
        assert "At 03:00, only on Monday, UTC" in page.inner_text("main")
        follow(page, page.get_by_role("button", name="Save"))
        follow(page, page.get_by_role("button", name="Run now"))
        assert "An execution begins." in page.inner_text("main")
        follow(page, page.get_by_role("button", name="Pause"))
        follow(page, page.get_by_role("button", name="Resume"))
        follow(page, page.get_by_role("button", name="Stop"))
        page.get_by_role("group").locator("summary").click()
        follow(page, page.get_by_role("button", name="Remove the scan"))
        assert page.url == f"{site}/scans"
        assert "resnets" not in page.inner_text("table")
        # Chromium itself notes a form that was refused.
        assert [one for one in complaints if "422" not in one] == []


def test_pages_of_staff_are_sound(browser, site, staff, pages, own_pages, screenshots):
    addresses = {name: pages[name] for name in STAFF_PAGES} | own_pages
    for size in (WIDE, NARROW):
        with window(browser, size=size) as (page, complaints):
            page.context.add_cookies([staff])
            for name, address in addresses.items():
                page.goto(site + address, wait_until="load")
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
                if name == "scan-edit":
                    follow(page, page.get_by_role("button", name="Show the plan"))
                picture(page, screenshots, f"{name}-staff-{size['width']}.png")
                assert violations(page) == [], name
                assert complaints == [], name


def test_a_run_is_asked_for_with_options_and_cancelled_without_scripts(browser, site, staff, pages):
    with window(browser, scripts=False) as (page, complaints):
        page.context.add_cookies([staff])
        page.goto(site + pages["repo-show"])
        check = page.get_by_role("listitem").filter(has_text="Brightness, measured")
        check.locator("summary").click()
        form = check.locator("form")
        form.get_by_label("Dataset").fill("cifar10")
        form.get_by_label("Budget").fill("a lot")
        form.get_by_role("button", name="Measure").click()
        assert "Say a number, or a fraction such as 8/255." in page.inner_text("main")
        page.get_by_label("Budget").fill("4/255")
        page.get_by_role("button", name="Measure").click()
        assert "eps 4/255" in page.inner_text("main")
        page.get_by_role("button", name="Cancel the run").click()
        assert "Cancelled by root." in page.inner_text("main")
        page.get_by_role("button", name="Measure again").click()
        assert "Waits for a worker" in page.inner_text("main")
        assert [one for one in complaints if "422" not in one] == []


def test_a_mark_is_registered_and_looked_for_without_scripts(browser, site, staff, tmp_path):
    file = tmp_path / "keys.safetensors"
    file.write_bytes(owners.mark_keys())
    with window(browser, scripts=False) as (page, complaints):
        page.context.add_cookies([staff])
        page.goto(f"{site}/marks")
        page.get_by_label("Name", exact=True).fill("My network")
        page.get_by_label("Keys", exact=True).set_input_files(__file__)
        follow(page, page.get_by_role("button", name="Register"))
        assert "The file is no file of keys." in page.inner_text("main")
        page.get_by_label("Keys", exact=True).set_input_files(file)
        follow(page, page.get_by_role("button", name="Register"))
        assert "Registered." in page.inner_text("main")
        assert "A worker looks at its keys" in page.inner_text("main")
        page.get_by_role("group").locator("summary").click()
        follow(page, page.get_by_role("button", name="Withdraw the mark"))
        assert "Its owner has withdrawn it." in page.inner_text("main")
        assert [one for one in complaints if "422" not in one] == []


def test_a_model_is_marked_for_its_owner_without_scripts(browser, site, staff, own_pages):
    with window(browser, scripts=False) as (page, complaints):
        page.context.add_cookies([staff])
        page.goto(site + own_pages["embedding-show-queued"])
        follow(page, page.get_by_role("button", name="Cancel"))
        assert "Cancelled by its owner." in page.inner_text("main")
        page.goto(f"{site}/marks")
        follow(page, page.get_by_role("link", name="Have a model marked"))
        page.get_by_label("Model", exact=True).fill("alice/resnet20-cifar10")
        page.get_by_label("Will be published as").fill("root/coming")
        page.get_by_label("Name of the mark").fill("My network")
        page.get_by_label("Dataset").fill("cifar10")
        page.get_by_label("Bits").fill("7")
        follow(page, page.get_by_role("button", name="Embed the mark"))
        assert "between 8 and 4,096 bits" in page.inner_text("main")
        page.get_by_label("Bits").fill("16")
        follow(page, page.get_by_role("button", name="Embed the mark"))
        assert "Waits for a worker." in page.inner_text("main")
        follow(page, page.get_by_role("link", name="Follow it"))
        page.get_by_role("link", name="Stop following").wait_for()
        page.goto(site + own_pages["embedding-show-done"])
        with page.expect_download() as taken:
            page.get_by_role("link", name="model.safetensors").click()
        assert Path(taken.value.path()).read_bytes() == b"marked"
        assert [one for one in complaints if "422" not in one] == []


def test_a_webhook_is_made_tested_and_removed_without_scripts(browser, site, staff):
    with window(browser, scripts=False) as (page, complaints):
        page.goto(f"{site}/webhooks")
        assert page.get_by_role("heading", name="How to get one").is_visible()
        page.context.add_cookies([staff])
        page.goto(f"{site}/webhooks")
        page.get_by_label("Address").fill("https://10.0.0.1/hook")
        page.get_by_label("A finding is stored").check()
        follow(page, page.get_by_role("button", name="Make"))
        assert "private network" in page.inner_text("main")
        page.get_by_label("Address").fill("https://example.org/new")
        follow(page, page.get_by_role("button", name="Make"))
        assert "whsec_" in page.inner_text("pre")
        follow(page, page.get_by_role("link", name="I have copied it"))
        follow(page, page.get_by_role("button", name="Send a test"))
        assert "webhook.test" in page.inner_text("table")
        follow(page, page.get_by_role("button", name="Replay"))
        assert "It is sent again." in page.inner_text("main")
        follow(page, page.get_by_role("button", name="Pause"))
        page.locator("summary").filter(has_text="Remove").click()
        follow(page, page.get_by_role("button", name="Remove the webhook"))
        assert "example.org/new" not in page.inner_text("main")
        assert [one for one in complaints if "422" not in one] == []


def test_pictures_are_seen_side_by_side_on_a_telephone(browser, site, pages):
    for size in (WIDE, NARROW):
        with window(browser, size=size, scripts=False) as (page, _):
            page.goto(site + pages["run-show-measured"])
            images = page.locator(".pictures img").all()
            boxes = [image.bounding_box() for image in images[:3]]
            assert len({round(box["y"]) for box in boxes}) == 1
            assert min(box["width"] for box in boxes) >= 90
            assert page.locator(".pictures img").first.evaluate("i => i.naturalWidth") == 28
