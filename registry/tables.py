"""The tables of the database, brought to the version of this code."""

import io

from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from registry.embedded import EmbeddedError
from registry.outages import one_line

LOCK = 0x_A55A_7001  # any number that nobody else takes in this database


def migrate() -> int:
    """Bring the database to this version and return how many migrations that took.

    Two at once wait for each other. Raises EmbeddedError with a sentence for people: where the
    database cannot be reached, was used by a newer Assay, or does not take a migration.
    """
    try:
        executor = MigrationExecutor(connection)
        refuse_newer(executor.loader)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return 0
        return migrate_alone()
    except OperationalError as error:
        raise EmbeddedError(f"The database cannot be used: {one_line(error)}") from error
    except DatabaseError as error:
        raise EmbeddedError(
            f"The database cannot be brought to this version of Assay: {one_line(error)}. "
            "The step that failed was undone; the data are as they were before it."
        ) from error


def refuse_newer(loader: MigrationLoader) -> None:
    """Raise EmbeddedError where the database has Assay's migrations that this code lacks.

    An older version would run against columns it does not know, and write rows without them.
    """
    known = set(loader.disk_migrations)
    for one in loader.disk_migrations.values():
        known.update(one.replaces)
    done = {place for place in loader.applied_migrations if place[0] == "registry"}
    strange = sorted(name for _, name in done - known)
    if strange:
        raise EmbeddedError(
            f"The database was used by another version of Assay: its migration {strange[-1]} is "
            "not known here. Start that version again, or give this one another ASSAY_HOME or "
            "DATABASE_URL."
        )


def migrate_alone() -> int:
    """Run the migrations under a lock of the database; return how many there were."""
    output = io.StringIO()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", interactive=False, stdout=output, no_color=True)
        finally:
            if connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return output.getvalue().count("... OK")
