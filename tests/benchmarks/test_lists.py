"""The list pages' benchmark: its listings are what search would make."""

import pytest
from django.db import connection

from benchmarks import lists_fill
from registry.models import Listing
from registry.models.listings import StaleListing
from registry.search import refresh

COLUMNS = [field.attname for field in Listing._meta.concrete_fields]


@pytest.mark.django_db
def test_the_direct_fill_and_a_refresh_agree(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSAY_REAL_DATA", str(tmp_path))  # seeds that are made up
    monkeypatch.setattr(lists_fill, "settle", lambda _cursor: None)
    lists_fill.fill(3_000)
    filled = {row[0]: row for row in Listing.objects.values_list(*COLUMNS)}
    assert len(filled) == 3_000
    Listing.objects.all().delete()
    StaleListing.mark(filled)
    assert refresh() == 3_000
    made = {row[0]: row for row in Listing.objects.values_list(*COLUMNS)}
    assert made == filled
    keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
    with connection.cursor() as cursor:
        cursor.execute(keys, ["registry_listing"])
        assert cursor.fetchone() == (1,)
