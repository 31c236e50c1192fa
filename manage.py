#!/usr/bin/env python
"""Assay's command line."""

import os
import sys


def main() -> None:
    """Run a management command, with PostgreSQL and Valkey started where none is named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415
    from django.db import Error as DatabaseError  # noqa: PLC0415

    from registry import embedded, outages  # noqa: PLC0415

    try:
        if embedded.wanted_by(sys.argv):
            embedded.start()
            if embedded.tables_wanted_by(sys.argv):
                create_tables()
        execute_from_command_line(sys.argv)
    except embedded.EmbeddedError as error:
        sys.exit(f"assay: {error}")
    except DatabaseError as error:
        if not outages.is_outage(error):
            raise
        sys.exit(f"assay: The database does not answer: {outages.one_line(error)}")
    except KeyboardInterrupt:
        sys.exit(130)


def create_tables() -> None:
    """Bring the embedded database to this version, so that no command needs another one first."""
    import django  # noqa: PLC0415

    django.setup()
    from registry import tables  # noqa: PLC0415

    tables.migrate()


if __name__ == "__main__":
    main()
