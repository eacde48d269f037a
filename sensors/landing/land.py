"""Landing one extract of one feed: copy, clean, append what is new, and count.

The caller holds the transaction and the force's lock, and moves the cursor in the same
transaction; `land` does all of it for an extract that stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sensors.canonical import row_hash
from sensors.feeds import Feed
from sensors.landing.cleaning import Cleaning, clean, quarantine_refused, unlimited_texts
from sensors.landing.cursors import load_cursor, save_cursor
from sensors.landing.intake import fill_intake
from sensors.landing.lock import landing_transaction, take_lock
from sensors.landing.reports import BatchReport, Kind
from sensors.landing.tables import Connection, intake_table, make_intake
from sensors.landing.versions import VANISHED_ROWS, append_new, refuse_vanished_values
from sensors.readers.extract import Extract


@dataclass(frozen=True)
class Batch:
    """What the rows of one landing have in common; `is_trusted` skips the check for a shift."""

    feed: Feed
    batch_id: int
    kind: Kind
    is_baseline: bool
    is_trusted: bool = False

    def report(self, read_rows: int, new_versions: int, quarantined: int) -> BatchReport:
        return BatchReport(
            force=self.feed.force,
            feed=self.feed.name,
            kind=self.kind,
            batch_id=self.batch_id,
            is_baseline=self.is_baseline,
            read_rows=read_rows,
            new_versions=new_versions,
            quarantined=quarantined,
        )


def land(
    connection: Connection,
    feed: Feed,
    extract: Extract,
    *,
    kind: Kind,
    is_complete: bool = False,
) -> BatchReport:
    """Land an extract in a transaction of its own, and leave the watermark where it is.

    `is_complete` says that with this extract the whole feed has been seen once: everything that
    lands until then is its baseline, in however many chunks it comes.
    """
    with landing_transaction(connection):
        take_lock(connection, feed.force)
        cursor = load_cursor(connection, feed)
        batch = new_batch(
            connection, feed, kind=kind, is_baseline=not cursor.baseline_done, is_trusted=True
        )
        report = land_batch(connection, batch, extract)
        record(connection, report)
        if is_complete and not cursor.baseline_done:
            save_cursor(connection, feed, {"baseline_done": True})
    return report


def new_batch(
    connection: Connection, feed: Feed, *, kind: Kind, is_baseline: bool, is_trusted: bool
) -> Batch:
    """A batch with the next number; its row is written by `record` if it did anything."""
    row = connection.execute(
        "select nextval(pg_get_serial_sequence('landing.batch', 'batch_id'))"
    ).fetchone()
    return Batch(feed, int(row[0]) if row else 0, kind, is_baseline, is_trusted)


def land_batch(
    connection: Connection, batch: Batch, extract: Extract, *, is_hot: bool = False
) -> BatchReport:
    """Copy, clean and append inside the caller's transaction; the intake stays until commit."""
    make_intake(connection, batch.feed)
    copied = fill_intake(connection, batch.feed, extract)
    report = append_intake(connection, batch, is_hot=is_hot)
    refused = quarantine_refused(connection, batch.feed, batch.batch_id, copied.refused)
    return replace(report, read_rows=copied.read_rows, quarantined=report.quarantined + refused)


def append_intake(connection: Connection, batch: Batch, *, is_hot: bool) -> BatchReport:
    """Clean the intake as it is and append its new versions."""
    feed = batch.feed
    cleaning = Cleaning(
        feed, batch.batch_id, intake_table(feed), row_hash(feed), texts=unlimited_texts(feed)
    )
    quarantined = clean(connection, cleaning)
    appended = append_new(
        connection, feed, batch.batch_id, is_baseline=batch.is_baseline, is_hot=is_hot
    )
    if appended >= VANISHED_ROWS and not (batch.is_baseline or batch.is_trusted):
        refuse_vanished_values(connection, feed, batch.batch_id)
    return batch.report(0, appended, quarantined)


def record(connection: Connection, report: BatchReport) -> None:
    """Write the batch's row, in the transaction that landed it."""
    connection.execute(
        "insert into landing.batch (batch_id, force, feed, kind, is_baseline, read_rows, "
        "new_versions, deleted_versions, quarantined) overriding system value "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            *(report.batch_id, report.force, report.feed, report.kind, report.is_baseline),
            *(report.read_rows, report.new_versions, report.deleted_versions),
            report.quarantined,
        ],
    )
