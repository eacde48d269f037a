"""Which landed batches still have to become facts and decisions, per force.

The bookkeeping is in the database, in the same place whoever asks: a run that dies leaves its
window open, and the next one does it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg

from orchestration.transform import Window


@dataclass(frozen=True)
class OpenWork:
    """Batches to do per force, and for each force the feeds that have new rows in them."""

    window: Window
    feeds_by_force: Mapping[str, Sequence[str]]
    new_versions: int

    @property
    def feeds(self) -> Sequence[str]:
        """All feeds with new rows, whichever force they are of."""
        return sorted({feed for feeds in self.feeds_by_force.values() for feed in feeds})

    def only(self, force: str) -> OpenWork:
        feeds = {force: self.feeds_by_force[force]}
        return OpenWork({force: self.window[force]}, feeds, self.new_versions)


def open_work(connection: psycopg.Connection, forces: Sequence[str]) -> OpenWork:
    """What has landed since the last finished transformation; frozen forces are left out."""
    rows = connection.execute(
        """
        select batch.force, coalesce(progress.done_batch, 0), max(batch.batch_id),
               array_agg(distinct batch.feed), sum(batch.new_versions)
        from landing.batch as batch
        left join control.transform_progress as progress on batch.force = progress.force
        left join control.force_state as state on batch.force = state.force
        where
            batch.force = any(%s)
            and batch.batch_id > coalesce(progress.done_batch, 0)
            and batch.new_versions + batch.deleted_versions > 0
            and (state.frozen_at is null or coalesce(state.is_transient, false))
        group by batch.force, progress.done_batch
        """,
        [list(forces)],
    ).fetchall()
    window = {force: (int(done), int(seen)) for force, done, seen, *_ in rows}
    feeds = {force: tuple(names) for force, _, _, names, _ in rows}
    _note_seen(connection, window)
    return OpenWork(window, feeds, sum(int(row[-1]) for row in rows))


def close_work(connection: psycopg.Connection, window: Window) -> None:
    """All models of these windows have committed."""
    with connection.transaction():
        for force, (_, seen) in window.items():
            connection.execute(
                "update control.transform_progress set done_batch = %s where force = %s",
                [seen, force],
            )


def refresh_statistics(connection: psycopg.Connection) -> None:
    """After a large batch the planner must not go on believing that the tables are small."""
    tables = connection.execute(
        """
        select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname in ('core', 'facts', 'journeys', 'dispatch') or schemaname ^@ 'raw_'
        """
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"analyze {table}".encode())


def _note_seen(connection: psycopg.Connection, window: Mapping[str, tuple[int, int]]) -> None:
    with connection.transaction():
        for force, (done, seen) in window.items():
            connection.execute(
                """
                insert into control.transform_progress (force, done_batch, seen_batch)
                values (%s, %s, %s)
                on conflict (force) do update set seen_batch = excluded.seen_batch
                """,
                [force, done, seen],
            )
