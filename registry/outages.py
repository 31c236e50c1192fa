"""Whether an error means that the database is away, rather than that a query was wrong."""

from django.db import InterfaceError, OperationalError, connection


def is_outage(error: BaseException | None) -> bool:
    """Say whether an error came about because this thread reaches no database.

    The same types of error tell of a query that took too long: then the connection is still there.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return connection.connection is None or bool(connection.connection.closed)


def one_line(error: BaseException) -> str:
    """Return what a driver says, without its line breaks and its last full stop."""
    return " ".join(str(error).split()).rstrip(".")
