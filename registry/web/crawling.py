"""What crawlers read: which addresses they may ask, and all models, in parts that are streamed.

A part is a range of numbers of models, so that no part changes its bounds when models come or go,
and its address is the first number of the range. Numbers have gaps; a part has fewer addresses
then. To find the parts that have any costs one look at the index for each.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.db import connection
from django.urls import reverse

from registry.models import Repo
from registry.visibility import public_repos
from registry.web.sent import public_url
from registry.web.templatetags.assay import repo_url

RANGE = 50_000  # numbers; a sitemap may have so many addresses
MOST_PARTS = 49_999  # of an index, beside the pages
BATCH = 2_000  # rows that are read at once
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

_PARTS = """
WITH RECURSIVE part (place) AS (
    (SELECT repo_id / %(range)s FROM registry_listing ORDER BY repo_id LIMIT 1)
    UNION ALL
    SELECT (SELECT l.repo_id / %(range)s FROM registry_listing l
        WHERE l.repo_id >= (part.place + 1) * %(range)s ORDER BY l.repo_id LIMIT 1)
    FROM part WHERE part.place IS NOT NULL
)
SELECT place * %(range)s FROM part WHERE place IS NOT NULL LIMIT %(most)s
"""
_PAGES = (
    *("home", "repo-list", "check-list", "measure-list", "export-list", "run-list"),
    *("change-list", "about", "problem-list", "doc-home"),
)

ROBOTS = """\
# Pages of models are for everybody. Lists with choices are not: they are without number.
# Everything at once: /exports, or /api/v1/.
User-agent: *
Disallow: /admin/
Disallow: /api/
Disallow: /suggest
Disallow: /searches
Disallow: /*?
Allow: /compare?m=
Disallow: /compare?*only=
Disallow: /compare?*format=
Disallow: /compare?*from=
Allow: /

"""


def robots() -> str:
    """Return what robots may do here."""
    return f"{ROBOTS}Sitemap: {public_url(reverse('web:sitemap'))}\n"


def parts() -> list[int]:
    """Return the first numbers of the ranges in which there are models."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, {"range": RANGE, "most": MOST_PARTS})
        return [first for (first,) in cursor.fetchall()]


def index() -> str:
    """Return the sitemap of the sitemaps."""
    addresses = [reverse("web:sitemap-pages")]
    addresses += [reverse("web:sitemap-part", args=[first]) for first in parts()]
    told = "".join(f"<sitemap><loc>{_outside(at)}</loc></sitemap>\n" for at in addresses)
    return f'{_HEAD}<sitemapindex xmlns="{_SPACE}">\n{told}</sitemapindex>\n'


def pages() -> str:
    """Return the sitemap of the pages that are no models."""
    told = "".join(f"<url><loc>{_outside(reverse(f'web:{name}'))}</loc></url>\n" for name in _PAGES)
    return f'{_HEAD}<urlset xmlns="{_SPACE}">\n{told}</urlset>\n'


def part(first: int) -> Iterator[str]:
    """Yield the sitemap of a range, a batch of rows at a time."""
    yield f'{_HEAD}<urlset xmlns="{_SPACE}">\n'
    after, last = first - 1, first + RANGE - 1
    while rows := _rows(after, last):
        yield "".join(map(_url, rows))
        after = rows[-1].pk
    yield "</urlset>\n"


def _rows(after: int, last: int) -> list[Repo]:
    found = public_repos().listed().filter(pk__gt=after, pk__lte=last)
    return list(found.only("name", "state", "hub_modified_at").order_by("pk")[:BATCH])


def _url(repo: Repo) -> str:
    at = repo.hub_modified_at
    changed = f"<lastmod>{at:%Y-%m-%d}</lastmod>" if at else ""
    return f"<url><loc>{_outside(repo_url(repo))}</loc>{changed}</url>\n"


def _outside(path: str) -> str:
    return escape(public_url(path))
