"""How far each feed of a force has been read: loaded in one round trip, moved with the rows.

The arithmetic of a watermark is in `advance`; whether to read at all is decided by `poll`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import sql

from sensors.canonical import type_sql
from sensors.feeds import Feed
from sensors.landing.tables import Connection, intake_table
from sensors.readers.postgres_sql import OVERLAP_COUNTED
from sensors.readers.protocol import Look


@dataclass(frozen=True)
class Cursor:
    """One row of landing.cursor; the first field says whether the baseline is complete."""

    baseline_done: bool = False
    watermark: str | None = None
    mark: str | None = None
    recheck_at: datetime | None = None
    last_sweep_at: datetime | None = None
    accepts_implausible: bool = False


def load_cursors(connection: Connection, force: str) -> dict[str, Cursor]:
    """The cursors of a force by feed; a feed that was never read has none."""
    rows = connection.execute(
        "select feed, baseline_done, watermark, mark, recheck_at, last_sweep_at, "
        "accepts_implausible from landing.cursor where force = %s",
        [force],
    )
    return {feed: Cursor(*rest) for feed, *rest in rows}


def load_cursor(connection: Connection, feed: Feed) -> Cursor:
    """The feed's cursor, or a new one."""
    return load_cursors(connection, feed.force).get(feed.name, Cursor())


def save_cursor(connection: Connection, feed: Feed, changes: Mapping[str, object]) -> None:
    """Set these columns of the feed's cursor, in the transaction that landed its rows."""
    statement = sql.SQL(
        "insert into landing.cursor (force, feed, {columns}) values (%s, %s, {values}) "
        "on conflict (force, feed) do update set ({columns}) = row({values})"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, changes)),
        values=sql.SQL(", ").join(map(sql.Literal, changes.values())),
    )
    connection.execute(statement, [feed.force, feed.name])


def note_sweep(connection: Connection, feed: Feed) -> None:
    """Remember that all of the feed has just been compared, and end a person's acceptance."""
    connection.execute(
        "update landing.cursor set last_sweep_at = clock_timestamp(), "
        "accepts_implausible = false where force = %s and feed = %s",
        [feed.force, feed.name],
    )


def advance(connection: Connection, feed: Feed, look: Look) -> dict[str, object]:
    """Where the cursor stands after the intake has landed: min(latest seen, now) - lag.

    `now` is the source's clock, in the column's own convention. In the hour that local time
    repeats in October it goes back, and the watermark follows it, so that hour is read again.
    """
    mark = look.marks.get(feed.name)
    if feed.modified is None:
        return {"mark": mark}
    row = connection.execute(
        _watermark_sql(feed), {"now": look.source_now, "lag": timedelta(seconds=feed.lag_seconds)}
    ).fetchone()
    if row is None or row[0] is None:
        return {"mark": mark, "recheck_at": None}
    watermark, overlap, is_settled = row
    return {
        "watermark": watermark,
        # The look counted from the old watermark; the next one will count from the new.
        "mark": f"{mark.rsplit('|', 1)[0]}|{overlap}" if mark else None,
        "recheck_at": None if is_settled else look.source_now + timedelta(seconds=feed.lag_seconds),
    }


def _watermark_sql(feed: Feed) -> sql.Composed:
    now = sql.SQL("(%(now)s::timestamptz at time zone {})").format(sql.Literal(feed.timezone))
    return sql.SQL(
        """
        with seen as (
            select max({modified}) as latest,
                max({modified}) filter (where {modified} <= {now}) as settled
            from {intake}
        ),
        bounds as (
            select least(latest, {now}) - %(lag)s::interval as watermark,
                coalesce(settled < {now} - %(lag)s::interval, latest > {now}, true) as is_settled
            from seen where latest is not null
        )
        select watermark::{type}::text,
            (select count(*) from (
                select 1 from {intake} where {modified} >= watermark limit {limit}
            ) as overlap),
            is_settled
        from bounds
        """
    ).format(
        modified=sql.Identifier(feed.modified or ""),
        intake=intake_table(feed),
        now=now if feed.modified_is_local else sql.SQL("%(now)s::timestamptz"),
        type=type_sql(feed.column(feed.modified or "").type),
        limit=sql.Literal(OVERLAP_COUNTED),
    )
