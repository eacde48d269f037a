"""The first complete load of a feed: everything in it is baseline and messages nobody.

One transaction per feed. A load that breaks off leaves nothing, and the next look begins again.
"""

from __future__ import annotations

from sensors.errors import EmptyFeed
from sensors.feeds import Feed
from sensors.landing.cursors import advance, load_cursor, note_sweep, save_cursor
from sensors.landing.hot import note_hot_slice
from sensors.landing.land import land_batch, new_batch, record
from sensors.landing.lock import landing_transaction, take_lock
from sensors.landing.reports import BatchReport
from sensors.landing.tables import Connection
from sensors.readers.protocol import Glance, Reader


def land_baseline(connection: Connection, reader: Reader, feed: Feed) -> list[BatchReport]:
    """Land all rows of a feed that has no baseline yet; EmptyFeed if there are none.

    Returns nothing if another session has done it meanwhile.
    """
    with landing_transaction(connection):
        take_lock(connection, feed.force)
        cursor = load_cursor(connection, feed)
        if cursor.baseline_done:
            return []
        batch = new_batch(connection, feed, kind="sweep", is_baseline=True, is_trusted=True)
        with reader.snapshot():
            look = reader.look([Glance(feed, None)])
            report = land_batch(connection, batch, reader.read_all(feed))
            if report.read_rows == 0 and not (feed.may_be_empty or cursor.accepts_implausible):
                raise EmptyFeed(_empty(feed), feed=feed.name)
            changes = advance(connection, feed, look)
            if feed.hot:
                note_hot_slice(connection, feed, reader)
        save_cursor(connection, feed, {**changes, "baseline_done": True})
        note_sweep(connection, feed)
        record(connection, report)
    return [report]


def _empty(feed: Feed) -> str:
    return (
        f"{feed.force}.{feed.name}: {feed.table} is empty, so it is no baseline. If that is "
        "right, declare `may_be_empty: true` in the feed's declaration, then thaw the force"
    )
