"""Addresses of what stands around the pages: badges, feeds, suggestions, what crawlers read."""

from django.urls import URLPattern, path

from registry.web.views import around, badges, feeds, searches, suggestions

_BADGES = (
    ("-/<int:number>", "badge-by-number"),
    ("<repo:name>@<sha:sha>", "badge-pinned"),
    ("<repo:name>", "badge"),
)


def patterns() -> list[URLPattern]:
    """Return the addresses; the converters of `registry.web.urls` are registered by then."""
    return [
        path("models.atom", feeds.search_feed, name="search-feed"),
        path("models/-/<int:number>/feed.atom", feeds.repo_feed, name="number-feed"),
        path("models/<repo:name>/-/feed.atom", feeds.repo_feed, name="repo-feed"),
        path("authors/<str:name>/feed.atom", feeds.author_feed, name="author-feed"),
        path("findings.atom", feeds.finding_feed, name="finding-feed"),
        path("suggest", suggestions.suggest, name="suggest"),
        path("searches", searches.search_list, name="search-list"),
        path("searches/<int:number>/do/<slug:action>", searches.search_act, name="search-act"),
        path("opensearch.xml", around.opensearch, name="opensearch"),
        path("robots.txt", around.robots, name="robots"),
        path("sitemap.xml", around.sitemap, name="sitemap"),
        path("sitemap-pages.xml", around.sitemap_pages, name="sitemap-pages"),
        path("sitemap-<int:first>.xml", around.sitemap_part, name="sitemap-part"),
        path("llms.txt", around.llms, name="llms"),
        path("favicon.ico", around.favicon, name="favicon"),
        path(".well-known/security.txt", around.security, name="security"),
    ] + [
        path(f"badge/<slug:metric>/{of}.{form}", badges.badge, {"form": form}, name=name)
        for form in ("json", "svg")
        for of, name in _BADGES
    ]
