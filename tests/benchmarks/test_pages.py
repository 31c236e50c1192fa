"""The pages' benchmark: every page has a row, and every row is a page that is there."""

import pytest
from django.urls import resolve

from benchmarks import lists_fill, pages_fill, pages_kinds, pages_worker
from registry.search import counts
from registry.web.urls import urlpatterns


@pytest.mark.django_db
def test_every_page_is_measured(client, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSAY_REAL_DATA", str(tmp_path))  # seeds that are made up
    monkeypatch.setattr(lists_fill, "settle", lambda _cursor: None)
    pages_fill.fill(400)
    counts.recount()
    kinds = pages_kinds.kinds()
    names = {pattern.name for pattern in urlpatterns}
    assert names == set(kinds) | set(pages_kinds.WITHOUT_ROW)
    for name, addresses in kinds.items():
        assert addresses, name
        for address in addresses:
            assert resolve(address.partition("?")[0]).url_name == name
    found = pages_worker._page(client, kinds["repo-show"], 2, 0)
    assert found["statements"] > 3
    assert 0 < found["statements_ms"] < sum(found["times_ms"]) * 10
    assert found["bytes"] > 20_000
