"""Which reader a force's secret asks for: a URL goes through SQLAlchemy, `Driver=…` through ODBC.

The form of the secret decides and nothing else, so a force changes driver by a new secret.
"""

from __future__ import annotations

import sqlalchemy
from sqlalchemy.exc import ArgumentError

from sensors.errors import UnknownSource
from sensors.feeds import Force
from sensors.readers.postgres_reader import PostgresReader
from sensors.readers.protocol import Reader
from sensors.readers.session import Limits, Session
from sensors.readers.sql_reader import SqlSession


def open_reader(secret: str, force: Force, *, limits: Limits | None = None) -> Reader:
    """A reader of this force's warehouse.

    Nothing is connected yet: the first use connects, and a use after a loss connects again.
    Raises UnknownSource for any other form, without repeating any part of the secret.
    """
    limits = limits or Limits()
    session = _session(secret, force.name, limits)
    return PostgresReader(session, force=force.name, limits=limits)


def _session(secret: str, force: str, limits: Limits) -> Session:
    if "://" in secret:
        return SqlSession(_postgres_url(secret, force), limits)
    if secret.lower().lstrip().startswith(("driver=", "dsn=")):
        # Both ODBC packages need the driver manager, which is not on every machine.
        from sensors.readers.odbc_reader import OdbcSession  # noqa: PLC0415

        return OdbcSession(secret, limits)
    raise UnknownSource(
        f"{force}: its secret is neither a URL (postgresql://…) nor an ODBC connection string "
        "(Driver=…;Server=…); set it again"
    )


def _postgres_url(secret: str, force: str) -> str:
    try:
        backend = sqlalchemy.make_url(secret).get_backend_name()
    except (ArgumentError, ValueError):
        backend = "unreadable"
    if backend not in ("postgresql", "postgres"):
        raise UnknownSource(
            f"{force}: its secret is a URL of kind {backend}; only postgresql:// is read, "
            "other products through an ODBC connection string"
        )
    return secret
