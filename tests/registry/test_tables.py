"""A database of another version, and one that does not take a migration."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from registry import tables
from registry.embedded import EmbeddedError
from registry.models import Repo

pytestmark = pytest.mark.django_db


def test_tables_of_this_version_are_left_alone():
    assert tables.migrate() == 0


def test_a_database_of_a_newer_version_is_refused_with_the_way_out():
    recorder = MigrationRecorder(connection)
    recorder.record_applied("registry", "9999_from_the_future")
    recorder.record_applied("another_app", "0001_initial")
    with pytest.raises(EmbeddedError, match=r"9999_from_the_future is not known here.*ASSAY_HOME"):
        tables.migrate()


def test_a_step_that_fails_is_one_sentence_and_changes_nothing():
    recorder = MigrationRecorder(connection)
    forgotten = [
        name for app, name in recorder.applied_migrations() if app == "registry" and name >= "0019"
    ]
    for name in forgotten:
        recorder.record_unapplied("registry", name)
    with pytest.raises(EmbeddedError, match="cannot be brought to this version") as caught:
        tables.migrate()
    assert "already exists" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not {("registry", name) for name in forgotten} & set(recorder.applied_migrations())
    assert not Repo.objects.exists()  # the connection can be used
