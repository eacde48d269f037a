"""Landing the hot slice of a feed without a modified column, and the rows that just left it.

A row that left the slice is read once more by its key, because that is its last change; a row
that is not there any more is left to the sweep, which alone can tell a deletion.
"""

from __future__ import annotations

from dataclasses import replace

from psycopg import sql

from sensors.canonical import names
from sensors.feeds import Feed
from sensors.landing.intake import fill_intake
from sensors.landing.land import Batch, land_batch
from sensors.landing.reports import BatchReport
from sensors.landing.tables import Connection, intake_table, mirror_table, raw_table
from sensors.readers.protocol import Reader


def land_hot(connection: Connection, batch: Batch, reader: Reader) -> BatchReport:
    """Land the slice, then the rows that were in it at the last look and are not now."""
    feed = batch.feed
    report = land_batch(connection, batch, reader.read_hot(feed), is_hot=True)
    left = _keys_that_left(connection, feed)
    _mark_hot(connection, feed)
    if not left:
        return report
    connection.execute(sql.SQL("delete from {}").format(intake_table(feed)))
    last = land_batch(connection, batch, reader.read_keys(feed, left))
    return replace(
        report,
        read_rows=report.read_rows + last.read_rows,
        new_versions=report.new_versions + last.new_versions,
        quarantined=report.quarantined + last.quarantined,
    )


def note_hot_slice(connection: Connection, feed: Feed, reader: Reader) -> None:
    """After a baseline: which of its rows are in the slice."""
    connection.execute(sql.SQL("truncate {}").format(intake_table(feed)))
    extract = reader.read_hot(feed)
    # Only for the keys: a bulk read may be newer than this one, and must stay the last version.
    fill_intake(connection, feed, extract)
    _mark_hot(connection, feed)


def _keys_that_left(connection: Connection, feed: Feed) -> list[tuple[object, ...]]:
    """Typed keys; they are no longer hot from here on."""
    statement = sql.SQL(
        """
        with gone as (
            update {mirror} set is_hot = false
            where is_hot and key not in (select _key from {intake} where _key is not null)
            returning key
        )
        select {typed} from gone cross join lateral (
            select r.* from {raw} as r where r._key = gone.key order by r._version desc limit 1
        ) as last
        """
    ).format(**_parts(feed), typed=names(feed.key_columns))
    return connection.execute(statement).fetchall()


def _mark_hot(connection: Connection, feed: Feed) -> None:
    # The array keeps the planner to the mirror's primary key.
    statement = sql.SQL(
        "update {mirror} set is_hot = true "
        "where key = any(array(select _key from {intake})) and not is_hot"
    ).format(**_parts(feed))
    connection.execute(statement)


def _parts(feed: Feed) -> dict[str, sql.Composable]:
    return {
        "mirror": mirror_table(feed),
        "intake": intake_table(feed),
        "raw": raw_table(feed),
    }
