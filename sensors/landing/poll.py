"""One micro-batch look over a force: ask once whether anything moved, and read only what did.

It decides whether to read; how rows land is in `land` and `hot`, and how often to look is the
live run's choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sensors.errors import EmptyFeed
from sensors.feeds import Feed, Force
from sensors.landing.baseline import land_baseline
from sensors.landing.cursors import Cursor, advance, load_cursors, save_cursor
from sensors.landing.hot import land_hot
from sensors.landing.land import land_batch, new_batch, record
from sensors.landing.lock import landing_transaction, try_lock
from sensors.landing.reports import BatchReport
from sensors.landing.tables import Connection
from sensors.readers.protocol import Glance, Look, Reader


def poll_force(connection: Connection, reader: Reader, force: Force) -> list[BatchReport]:
    """Land what is new in all feeds of the force; return the batches that changed anything.

    The first look at a feed lands all of it as its baseline. All other feeds that moved are
    read from one state of the source and land in one transaction, parents first. Raises errors
    of `sensors.errors`, after which nothing of that look has landed and no cursor has moved; the
    caller freezes the force. Returns nothing while another session lands rows of this force.
    """
    cursors = load_cursors(connection, force.name)
    reports = [
        report
        for feed in force.feeds
        if not cursors.get(feed.name, Cursor()).baseline_done
        for report in land_baseline(connection, reader, feed)
    ]
    if reports:
        return reports
    glances = _glances(force, cursors)
    if glances and _moved(reader.look(glances), glances, cursors):
        return _read_moved(connection, reader, force)
    return []


def _read_moved(connection: Connection, reader: Reader, force: Force) -> list[BatchReport]:
    with landing_transaction(connection):
        if not try_lock(connection, force.name):
            return []
        # Another session may have moved the cursors before the lock was ours.
        cursors = load_cursors(connection, force.name)
        with reader.snapshot():
            glances = _glances(force, cursors)
            look = reader.look(glances)
            moved = _moved(look, glances, cursors)
            reports = [
                _land_moved(connection, reader, feed, (cursors[feed.name], look)) for feed in moved
            ]
    return [report for report in reports if report.new_versions or report.quarantined]


def _land_moved(
    connection: Connection, reader: Reader, feed: Feed, seen: tuple[Cursor, Look]
) -> BatchReport:
    cursor, look = seen
    _refuse_empty(feed, cursor, look)
    batch = new_batch(
        connection,
        feed,
        kind="poll" if feed.modified else "hot",
        is_baseline=False,
        is_trusted=cursor.accepts_implausible,
    )
    if feed.modified:
        extract = reader.read_since(feed, cursor.watermark or "-infinity")
        report = land_batch(connection, batch, extract)
    else:
        report = land_hot(connection, batch, reader)
    save_cursor(connection, feed, advance(connection, feed, look))
    if report.new_versions or report.quarantined:
        record(connection, report)
    return report


def _glances(force: Force, cursors: Mapping[str, Cursor]) -> list[Glance]:
    return [
        Glance(feed, cursors[feed.name].watermark)
        for feed in force.feeds
        if feed.name in cursors and (feed.modified or feed.hot)
    ]


def _moved(look: Look, glances: Sequence[Glance], cursors: Mapping[str, Cursor]) -> list[Feed]:
    return [
        glance.feed for glance in glances if _has_moved(look, glance, cursors[glance.feed.name])
    ]


def _has_moved(look: Look, glance: Glance, cursor: Cursor) -> bool:
    is_due = cursor.recheck_at is not None and look.source_now >= cursor.recheck_at
    return is_due or look.marks.get(glance.feed.name) != cursor.mark


def _refuse_empty(feed: Feed, cursor: Cursor, look: Look) -> None:
    is_empty = feed.modified is not None and look.marks[feed.name].startswith("|")
    was_empty = cursor.watermark is None
    if is_empty and not (was_empty or feed.may_be_empty or cursor.accepts_implausible):
        raise EmptyFeed(
            f"{feed.force}.{feed.name}: {feed.table} was not empty before and is now; nothing was "
            "landed. Ask the force whether it is being loaded again, then thaw it",
            feed=feed.name,
        )
