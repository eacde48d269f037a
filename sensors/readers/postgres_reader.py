"""The reader of a PostgreSQL warehouse, over whichever session the secret asks for.

It refuses a login that can write, checks a table's shape before each read, and gives every
failure its name. Statements are in `postgres_sql`, drivers behind `session.Session`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sensors.column_types import ColumnType, parse_type
from sensors.errors import LoginCanWrite, SensorError
from sensors.feeds import Column, Feed
from sensors.readers import postgres_sql
from sensors.readers.extract import Extract
from sensors.readers.extract import while_reading as wrapped
from sensors.readers.failures import classified, is_about_shape
from sensors.readers.protocol import Glance, Look
from sensors.readers.session import DriverFailure, Limits, Session
from sensors.readers.shape import check_shape

# What read_digests yields after the key columns.
DIGEST = Column("_hash", ColumnType("character varying", (64,)))


class PostgresReader:
    """A `protocol.Reader` of one force's warehouse; it connects on first use."""

    def __init__(self, session: Session, *, force: str, limits: Limits) -> None:
        self._session = session
        self._force = force
        self._limits = limits
        # The statement timeout now in force in the session, if that is sure.
        self._timeout: float | None = None

    def describe(self, feed: Feed) -> dict[str, ColumnType | str]:
        with self._naming("reading its columns", feed):
            found = self._opened().rows(postgres_sql.describe(feed))
        return {str(name): parse_type(str(spelling)) or str(spelling) for name, spelling in found}

    def source_now(self) -> datetime:
        return self.look([]).source_now

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._naming("beginning to read", None):
            self._opened().execute(postgres_sql.BEGIN_SNAPSHOT)
        try:
            yield
        finally:
            self._end_snapshot()

    def look(self, glances: Sequence[Glance]) -> Look:
        with self._naming("looking for changes", None):
            try:
                self._set_timeout(self._limits.statement)
                row = self._session.rows(postgres_sql.look(glances))[0]
            except DriverFailure as failure:
                self._name_shape(failure, glances)
                raise
        marks = zip(glances, row[1:], strict=True)
        return Look(
            source_now=datetime.fromisoformat(str(row[0])),
            marks={glance.feed.name: str(mark) for glance, mark in marks if mark is not None},
        )

    def read_since(self, feed: Feed, watermark: str) -> Extract:
        return self._read(feed, postgres_sql.rows_since(feed, watermark))

    def read_hot(self, feed: Feed) -> Extract:
        return self._read(feed, postgres_sql.rows_hot(feed))

    def read_keys(self, feed: Feed, keys: Sequence[Sequence[object]]) -> Extract:
        return self._read(feed, postgres_sql.rows_by_key(feed, keys))

    def read_all(self, feed: Feed) -> Extract:
        return self._read(feed, postgres_sql.rows_all(feed), is_bulk=True)

    def read_digests(self, feed: Feed) -> Extract:
        columns = (*feed.key_columns, DIGEST)
        return self._read(feed, postgres_sql.digests(feed), columns=columns, is_bulk=True)

    def count(self, feed: Feed) -> int:
        with self._naming("counting rows", feed):
            return int(str(self._opened().rows(postgres_sql.count(feed))[0][0]))

    def close(self) -> None:
        self._session.close()

    def _read(
        self,
        feed: Feed,
        query: str,
        *,
        columns: Sequence[Column] | None = None,
        is_bulk: bool = False,
    ) -> Extract:
        check_shape(feed, self.describe(feed))
        limit = self._limits.bulk if is_bulk else self._limits.statement
        with self._naming("reading rows", feed):
            self._set_timeout(limit)
            extract = self._session.stream(query, columns or feed.columns, is_bulk=is_bulk)
        return wrapped(extract, lambda: self._naming("reading rows", feed))

    def _opened(self) -> Session:
        if not self._session.is_open:
            self._session.open()
            self._session.execute(postgres_sql.session_sql(self._limits.statement))
            self._timeout = self._limits.statement
            self._refuse_writer()
        return self._session

    def _set_timeout(self, seconds: float) -> None:
        session = self._opened()
        if self._timeout != seconds:
            session.execute(postgres_sql.timeout_sql(seconds))
            self._timeout = seconds

    def _refuse_writer(self) -> None:
        finding = self._session.rows(postgres_sql.WRITABLE_SQL)[0][0]
        if finding is not None:
            self._session.close()
            raise LoginCanWrite(
                f"{self._force}: the login of its secret is refused because {finding}; "
                "give us a login that holds `select` on the feeds' tables and nothing else"
            )

    def _end_snapshot(self) -> None:
        if not self._session.is_open:
            return
        # A rollback takes settings back as well.
        self._timeout = None
        try:
            self._session.execute("rollback")
        except DriverFailure:
            # Nothing was to be kept, so a lost session costs a new connection and no more.
            self._session.close()

    def _name_shape(self, failure: DriverFailure, glances: Sequence[Glance]) -> None:
        """Raise the error that names feed and column, if the tables differ from the feeds."""
        if is_about_shape(failure.sqlstate):
            self._end_snapshot()
            for glance in glances:
                check_shape(glance.feed, self.describe(glance.feed))

    @contextmanager
    def _naming(self, doing: str, feed: Feed | None) -> Iterator[None]:
        """Give a driver's failure its place in our tree, and let go of a lost session."""
        try:
            yield
        except DriverFailure as failure:
            if failure.is_lost:
                self._session.close()
            raise self._classified(failure, doing, feed) from None

    def _classified(self, failure: DriverFailure, doing: str, feed: Feed | None) -> SensorError:
        name = feed.name if feed else None
        return classified(failure, force=self._force, feed=name, doing=doing)
