"""The session with a source named by a URL: SQLAlchemy over psycopg, and COPY beneath it.

Bulk and batch alike travel as binary COPY, so that every type arrives exactly as it is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
import sqlalchemy
from psycopg.abc import Buffer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sensors.feeds import Column
from sensors.readers.extract import CopyBlocks
from sensors.readers.failures import refusal
from sensors.readers.postgres_sql import copy_out
from sensors.readers.session import DriverFailure, Limits

DRIVER = "postgresql+psycopg"


class SqlSession:
    """A `session.Session` over SQLAlchemy's psycopg dialect."""

    def __init__(self, url: str, limits: Limits) -> None:
        self._engine = sqlalchemy.create_engine(
            sqlalchemy.make_url(url).set(drivername=DRIVER),
            isolation_level="AUTOCOMMIT",
            poolclass=sqlalchemy.pool.NullPool,
            hide_parameters=True,
            use_native_hstore=False,
            connect_args={
                "connect_timeout": max(2, round(limits.connect)),
                "application_name": "kept informed",
                # COPY hands bytes on as they are, so the source must send them in our encoding.
                "client_encoding": "UTF8",
                "options": "-c default_transaction_read_only=on",
                "keepalives_idle": 30,
            },
        )
        self._connection: sqlalchemy.Connection | None = None

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def open(self) -> None:
        with self._driver_failures():
            connection = self._engine.connect()
        # Statements are sent as they are: a `%` in one is no placeholder.
        self._connection = connection.execution_options(no_parameters=True)

    def execute(self, statements: str) -> None:
        with self._driver_failures():
            self._driver().execute(statements.encode())

    def rows(self, query: str) -> list[Sequence[object]]:
        with self._driver_failures():
            return list(self._opened().exec_driver_sql(query))

    def stream(self, query: str, columns: Sequence[Column], *, is_bulk: bool) -> CopyBlocks:
        return CopyBlocks(self._copy(query))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _copy(self, query: str) -> Iterator[Buffer]:
        with (
            self._driver_failures(),
            self._driver().cursor() as cursor,
            cursor.copy(copy_out(query).encode()) as copy,
        ):
            yield from copy

    def _opened(self) -> sqlalchemy.Connection:
        if self._connection is None:
            raise DriverFailure(None, is_lost=True)
        return self._connection

    def _driver(self) -> psycopg.Connection:
        driver = self._opened().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the engine was made for psycopg")
        return driver

    @contextmanager
    def _driver_failures(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, SQLAlchemyError) as error:
            raise DriverFailure(_sqlstate(error), is_lost=self._is_lost()) from None

    def _is_lost(self) -> bool:
        return self._connection is None or self._connection.invalidated or self._driver().broken


def _sqlstate(error: Exception) -> str | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, psycopg.Error) and original.sqlstate:
        return original.sqlstate
    if isinstance(original, psycopg.DataError):
        return "22000"
    return refusal(str(original))
