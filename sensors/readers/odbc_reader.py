"""The session with a source named by an ODBC connection string: pyodbc, and arrow-odbc for bulk.

Drivers change types silently, so each value is taken by its declared type or refused; how is in
`odbc_types`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import arrow_odbc
import pyarrow as pa
import pyodbc

from sensors.feeds import Column
from sensors.readers.extract import ArrowBatches, Extract, Rows
from sensors.readers.failures import refusal
from sensors.readers.odbc_types import arrow_schema, exact_rows
from sensors.readers.postgres_sql import longest_text, numerics_as_text, session_sql
from sensors.readers.session import DriverFailure, Limits

# The PostgreSQL driver's settings: booleans as bits, and a bulk answer not held as a whole.
# Its own ReadOnly would refuse `begin` as well; the session is made read-only in the server.
DRIVER_OPTIONS = "BoolsAsChar=0"
BULK_OPTIONS = f"{DRIVER_OPTIONS};UseDeclareFetch=1;Fetch=1000"
ROWS_PER_CHUNK = 1000
ROWS_PER_BATCH = 5_000
BULK_BYTES = 64 * 1024 * 1024
# Arrow gives every text of a batch room for the longest one; beyond this, rows come one by one.
LONGEST_FOR_ARROW = 8192
# A declared length up to this is not worth asking the source what its longest text is.
ROOM_UNMEASURED = 1024
NOT_SUPPORTED = "0A000"
_LOST = ("08", "57P", "HY", "53", "58", "S1")


Chunk = Sequence[Sequence[object]]


class OdbcSession:
    """A `session.Session` over pyodbc; a bulk stream opens a connection of its own."""

    def __init__(self, connection_string: str, limits: Limits) -> None:
        self._string = connection_string.rstrip("; \n")
        self._limits = limits
        self._connection: pyodbc.Connection | None = None
        self._avoids_arrow = False

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def open(self) -> None:
        with _driver_failures():
            self._connection = self._connect(DRIVER_OPTIONS)
            product = self._connection.getinfo(pyodbc.SQL_DBMS_NAME)
        if product != "PostgreSQL":
            self.close()
            raise DriverFailure(NOT_SUPPORTED)

    def execute(self, statements: str) -> None:
        with _driver_failures():
            self._opened().execute(statements).close()

    def rows(self, query: str) -> list[Sequence[object]]:
        with _driver_failures():
            return list(self._opened().execute(query).fetchall())

    def stream(self, query: str, columns: Sequence[Column], *, is_bulk: bool) -> Extract:
        if is_bulk:
            longest = self._longest_text(query, columns)
            if longest <= LONGEST_FOR_ARROW and not self._avoids_arrow:
                return ArrowBatches(self._batches(query, columns, longest))
            return Rows(self._bulk_chunks(query, columns))
        return Rows(self._chunks(self._opened(), query, columns))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except pyodbc.Error:
                # It was lost already; there is nothing left to close.
                return

    def _connect(self, options: str) -> pyodbc.Connection:
        return pyodbc.connect(
            f"{self._string};{options}",
            autocommit=True,
            timeout=max(1, round(self._limits.connect)),
        )

    def _bulk_chunks(self, query: str, columns: Sequence[Column]) -> Iterator[Chunk]:
        with _driver_failures():
            connection = self._connect(BULK_OPTIONS)
            try:
                connection.execute(session_sql(self._limits.bulk)).close()
                yield from self._chunks(connection, query, columns)
            finally:
                connection.close()

    def _chunks(
        self, connection: pyodbc.Connection, query: str, columns: Sequence[Column]
    ) -> Iterator[Chunk]:
        with _driver_failures():
            cursor = connection.execute(query)
            while rows := cursor.fetchmany(ROWS_PER_CHUNK):
                yield exact_rows(rows, columns)

    def _batches(
        self, query: str, columns: Sequence[Column], longest: int
    ) -> Iterator[pa.RecordBatch]:
        with _driver_failures():
            connection = arrow_odbc.connect(
                f"{self._string};{BULK_OPTIONS}",
                login_timeout_sec=max(1, round(self._limits.connect)),
            )
            for statement in session_sql(self._limits.bulk).split("; "):
                connection.execute(statement)
            # Until it has worked: a value that does not fit is read row by row the next time.
            self._avoids_arrow = True
            yield from connection.read_arrow_batches(
                numerics_as_text(query, columns),
                batch_size=ROWS_PER_BATCH,
                max_bytes_per_batch=BULK_BYTES,
                max_text_size=max(64, longest),
                schema=arrow_schema(columns),
                fetch_concurrently=True,
            )
            self._avoids_arrow = False

    def _longest_text(self, query: str, columns: Sequence[Column]) -> int:
        sized = [
            column for column in columns if column.type.is_text or column.type.name == "numeric"
        ]
        known = [_room(column) for column in sized if 0 < _room(column) <= ROOM_UNMEASURED]
        measured = [column for column in sized if not 0 < _room(column) <= ROOM_UNMEASURED]
        if measured:
            # Texts may grow until they are read.
            known.append(2 * int(str(self.rows(longest_text(query, measured))[0][0])))
        return max(known, default=0)

    def _opened(self) -> pyodbc.Connection:
        if self._connection is None:
            raise DriverFailure(None, is_lost=True)
        return self._connection


def _room(column: Column) -> int:
    """The bytes that a value can take at most, or 0 if the type sets no limit."""
    return 4 * column.type.modifiers[0] if column.type.modifiers else 0


@contextmanager
def _driver_failures() -> Iterator[None]:
    try:
        yield
    except pyodbc.Error as error:
        state = str(error.args[0]) if error.args else None
        raise _failure(state, str(error)) from None
    except arrow_odbc.Error as error:
        words = str(error)
        match = re.search(r"State: (\w{5})", words)
        # Without a state it is a text that grew after it was measured: a clash in time.
        raise _failure(match.group(1) if match else "40001", words) from None


def _failure(state: str | None, words: str) -> DriverFailure:
    is_lost = state is None or state.startswith(_LOST)
    if is_lost:
        state = refusal(words) or (state if state and state[:2] in ("08", "57") else None)
    return DriverFailure(state, is_lost=is_lost)
