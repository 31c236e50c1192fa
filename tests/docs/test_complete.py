"""Nothing is left out: checks, settings, commands, nouns of the API, pages."""

import json
import re

import pytest
from django.conf import settings
from django.core.management import get_commands

from analysis import catalog
from registry.web import contents, manual
from registry.web.urls import urlpatterns

ROOT = settings.BASE_DIR
# Read by a library, set for children, or an internal name: nothing that an operator sets.
NOT_FOR_OPERATORS = {
    "DJANGO_SETTINGS_MODULE": "chosen by manage.py",
    "PATH": "the system's own",
    "HOME": "set inside the sandbox",
    "TMPDIR": "set inside the sandbox",
    "HF_HOME": "set inside the sandbox",
}
# Addresses that docs/pages.md says otherwise.
NOT_IN_THE_TABLE = {
    "repo-by-number": "stands there as /models/-/<number>",
    "run-act": "buttons of the page of a run",
    "scan-act": "buttons of the page of a scan",
    "scan-edit": "a button of the page of a scan",
    "mark-act": "buttons of the page of a mark",
    "embedding-act": "buttons of the page of an embedding",
    "webhook-act": "buttons of the page of a webhook",
    "delivery-replay": "a button of the page of a webhook",
    "search-act": "buttons of the saved searches",
    "sitemap-pages": "a part of the sitemap",
    "sitemap-part": "a part of the sitemap",
    "embedding-file": "stands there as …/files/<path>",
    "badge-by-number": "a badge",
    "number-feed": "a feed by number",
}


def text(path):
    return (manual.ROOT / path).read_text()


def everything():
    return "\n".join(text(path) for path in contents.paths())


def test_every_check_has_its_method_with_limits_and_sources():
    for check in catalog.BUILT_IN:
        said = text(f"checks/{check.id}.md")
        heads = " ".join(re.findall(r"^##+ (.*)$", said, re.MULTILINE)).casefold()
        assert re.search(r"\blimits\b|what it does not say", heads), (check.id, heads)
        assert "sources" in heads, (check.id, heads)
        assert re.search(r"[=≤≥<>×]", said), check.id  # a formula


def variables():
    """Return the environment variables that the product reads, with one file of each."""
    found = {}
    read = re.compile(
        r'(?:environ\.get|environ\[|environ\.pop|getenv|environment\.\w+)\(?\s*"([A-Z][A-Z_]+)"'
        r'|"(ASSAY_[A-Z_]+)"'
    )
    for package in ("registry", "workers"):
        for file in (ROOT / package).rglob("*.py"):
            for named in read.finditer(file.read_text()):
                found[named[1] or named[2]] = file.name
    return found


def test_every_variable_is_described_for_operators():
    found = variables()
    assert {"ASSAY_HUB", "DATABASE_URL", "ASSAY_MARKED", "ASSAY_CGROUP"} <= set(found)
    assert set(NOT_FOR_OPERATORS) <= set(found)
    names = settings_names() | set(found)
    said = text("operations.md")
    missing = {
        name: found.get(name, "settings.py")
        for name in sorted(names - set(NOT_FOR_OPERATORS))
        if not re.search(rf"`{name}\b", said)
    }
    assert missing == {}


def settings_names():
    """Return the variables that the settings read."""
    source = (ROOT / "registry" / "settings.py").read_text()
    return set(re.findall(r'environment\.\w+\(\s*"(\w+)"', source))


def test_no_variable_is_described_that_nothing_reads():
    read = set(variables())
    elsewhere = {"ASSAY_TEST_HOME", "ASSAY_FAKETIME", "ASSAY_LONG"}  # of the tests
    elsewhere |= {
        "ASSAY_SERVER",
        "ASSAY_TOKEN",
    }  # of the command line
    told = set(re.findall(r"`(ASSAY_[A-Z_]+)", everything()))
    assert told - read - elsewhere == set()


def test_every_command_is_described():
    ours = [name for name, app in get_commands().items() if app == "registry"]
    assert len(ours) > 15
    said = everything()
    assert [name for name in ours if f"manage.py {name}" not in said] == []


def test_every_noun_of_the_api_is_described():
    paths = json.loads((manual.ROOT / "openapi.json").read_text())["paths"]
    said = text("api.md")
    missing = []
    for path in paths:
        parts = [part for part in path.removeprefix("/api/v1/").split("/") if part]
        words = [part for part in parts if not part.startswith("{")]
        missing += [(path, word) for word in words if not re.search(rf"/{word}\b", said)]
    assert missing == []


def test_every_page_is_described():
    table = text("pages.md").partition("\n\n|")[2].partition("\n\n")[0]
    shapes = {shape(address) for address in re.findall(r"`([/…][^`]*)`", table)}
    endings = {one for one in shapes if one.startswith("…")}
    missing = {}
    for pattern in urlpatterns:
        at = shape(f"/{pattern.pattern}")
        if at not in shapes and not any(at.endswith(end[1:]) for end in endings):
            missing[pattern.name] = at
    left_out = {name for name in missing if name not in NOT_IN_THE_TABLE}
    assert {name: missing[name] for name in left_out} == {}
    assert set(NOT_IN_THE_TABLE) <= {pattern.name for pattern in urlpatterns}


def shape(address):
    """Return an address with its variable parts alike."""
    return re.sub(r"<[^>]*>", "<>", address.partition("?")[0])


@pytest.mark.parametrize("image", ["web", "worker"])
def test_images_bring_the_documents(image):
    assert "COPY docs docs" in (ROOT / "docker" / f"{image}.Dockerfile").read_text()
