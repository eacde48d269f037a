"""Writes records into a force's warehouse as that force stores them: insert, update, delete.

It uses the owner's login. Making the database is in `build`, reading it is the sensors' room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from simulation.warehouses.changes import Change
from simulation.warehouses.rows import Row, RowMaker, TableRows
from simulation.warehouses.schema import qualified
from simulation.world.entities import FEED_OF, Entity

Clock = Callable[[], datetime]
# Below this many rows a temporary table costs more than it saves.
FEW_ROWS = 200


class Warehouse:
    """One force's warehouse, open for writing. `clock` dates the changes (aware, UTC)."""

    def __init__(
        self, connection: psycopg.Connection, force: str, *, clock: Clock | None = None
    ) -> None:
        self.force = force
        self.clock: Clock = clock or (lambda: datetime.now(UTC))
        self.connection = connection
        self._rows = RowMaker(force)

    @classmethod
    def connect(cls, url: str, force: str, *, clock: Clock | None = None) -> Warehouse:
        """Open the warehouse at the writer's URL; each `apply` is a transaction of its own."""
        return cls(psycopg.connect(url, autocommit=True), force, clock=clock)

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[object]:
        """Everything applied inside is committed together."""
        return self.connection.transaction()

    def apply(self, changes: Iterable[Change]) -> int:
        """Insert or update these records in one transaction; return how many rows were written.

        Of several changes to one record the last one counts.
        """
        now = self.clock()
        listed = list(changes)
        with self.transaction():
            written = 0
            for table, rows in self._gather(listed, now):
                write = self._write_few if len(rows) < FEW_ROWS else self._write_many
                write(table, rows)
                written += len(rows)
            self._journal([change for change in listed if change.name], now)
        return written

    def delete(self, entities: Iterable[Entity]) -> int:
        """Delete these records' rows, if they are there; return how many rows went."""
        now, deleted = self.clock(), 0
        with self.transaction():
            for entity in entities:
                for table in self._rows.tables(entity):
                    deleted += self._delete(table, table.key(table.row(entity, now)))
        return deleted

    def source_key(self, entity: Entity) -> str:
        """The record's key as this source writes it."""
        return self._rows.source_key(entity, self.clock())

    def _gather(
        self, changes: Sequence[Change], now: datetime
    ) -> list[tuple[TableRows, list[Row]]]:
        """Rows by table; a later row replaces an earlier one with the same key."""
        gathered: dict[str, tuple[TableRows, dict[Row, Row]]] = {}
        for change in changes:
            for table in self._rows.tables(change.entity):
                row = table.row(change.entity, change.recorded_at or now)
                _, rows = gathered.setdefault(table.spec.name, (table, {}))
                rows[table.key(row)] = row
        return [(table, list(rows.values())) for table, rows in gathered.values()]

    def _write_few(self, table: TableRows, rows: list[Row]) -> None:
        cells = sql.SQL(", ").join([sql.Placeholder()] * len(table.makers))
        statement = sql.SQL("insert into {} values ({}) {}").format(
            qualified(table.spec.name), cells, _on_conflict(table)
        )
        with self.connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def _write_many(self, table: TableRows, rows: list[Row]) -> None:
        target, staged = qualified(table.spec.name), sql.Identifier("_incoming")
        with self.connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("create temporary table {} (like {}) on commit drop").format(staged, target)
            )
            with cursor.copy(sql.SQL("copy {} from stdin").format(staged)) as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(
                sql.SQL("insert into {} select * from {} {}").format(
                    target, staged, _on_conflict(table)
                )
            )
            cursor.execute(sql.SQL("drop table {}").format(staged))

    def _delete(self, table: TableRows, key: Row) -> int:
        matches = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in table.spec.key]
        statement = sql.SQL("delete from {} where {}").format(
            qualified(table.spec.name), sql.SQL(" and ").join(matches)
        )
        return self.connection.execute(statement, key).rowcount

    def _journal(self, changes: Sequence[Change], now: datetime) -> None:
        if not changes:
            return
        entries = [
            (
                self.force,
                FEED_OF[type(change.entity)],
                self._rows.source_key(change.entity, now),
                change.name,
            )
            for change in changes
        ]
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "insert into simulation.journal (force, feed, key, change) values (%s, %s, %s, %s)",
                entries,
            )


def _on_conflict(table: TableRows) -> sql.Composed:
    names = [column.name for column in table.spec.columns]
    settings = [
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name))
        for name in names
        if name not in table.spec.key
    ]
    return sql.SQL("on conflict ({}) do update set {}").format(
        sql.SQL(", ").join(map(sql.Identifier, table.spec.key)), sql.SQL(", ").join(settings)
    )
