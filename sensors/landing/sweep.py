"""The reconciling sweep: compare every key and hash with the mirror, and land what polls missed.

Comparing needs no lock, so polls go on meanwhile; whatever differs is then read again by its key
under the lock. Only here can a row be found deleted, and only after two complete sweeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from psycopg import sql

from sensors.canonical import key_text, type_sql
from sensors.column_types import ColumnType
from sensors.errors import ShrunkFeed
from sensors.feeds import Column, Feed, Force
from sensors.landing.cleaning import Cleaning, clean, quarantine_refused
from sensors.landing.cursors import Cursor, load_cursor, load_cursors, note_sweep
from sensors.landing.intake import copy_in, fill_intake
from sensors.landing.land import append_intake, new_batch, record
from sensors.landing.lock import landing_transaction, take_lock
from sensors.landing.refusal import storing
from sensors.landing.reports import BatchReport
from sensors.landing.tables import Connection, make_intake, mirror_table
from sensors.landing.versions import append_deleted
from sensors.readers.protocol import Reader

# A smaller loss is taken for deletions; a larger one is more likely a half-loaded warehouse.
SHRINK_SHARE = 0.05
SHRINK_ROWS = 10
KEYS_PER_READ = 5000
HASH = Column("_hash", ColumnType("text"))
DIGESTS = sql.Identifier("pg_temp", "sweep_digests")


def due_for_sweep(connection: Connection, force: Force) -> tuple[Feed, ...]:
    """The feeds whose last full comparison is older than they declare."""
    row = connection.execute("select clock_timestamp()").fetchone()
    cursors = load_cursors(connection, force.name)
    return tuple(
        feed
        for feed in force.feeds
        if row and _is_due(cursors.get(feed.name, Cursor()), feed, row[0])
    )


def sweep_force(
    connection: Connection, reader: Reader, force: Force, *, feeds: Sequence[Feed] | None = None
) -> list[BatchReport]:
    """Compare all feeds (or only these) with the source; one report and transaction per feed.

    A feed without a baseline is left to the next poll. Raises errors of `sensors.errors`, after
    which the feed concerned is as it was; the caller freezes the force.
    """
    done = load_cursors(connection, force.name)
    return [
        _sweep(connection, reader, feed)
        for feed in (force.feeds if feeds is None else feeds)
        if done.get(feed.name, Cursor()).baseline_done
    ]


def _sweep(connection: Connection, reader: Reader, feed: Feed) -> BatchReport:
    with landing_transaction(connection):
        _make_digests(connection, feed)
        columns = (*feed.key_columns, HASH)
        with storing(feed):
            read = copy_in(connection, DIGESTS, columns, reader.read_digests(feed)).read_rows
        connection.execute("analyze pg_temp.sweep_digests")
        take_lock(connection, feed.force)
        landed = _land_differences(connection, reader, feed)
        _count_misses(connection, feed)
        deleted = append_deleted(connection, feed, landed.batch_id)
        report = replace(landed, read_rows=read, deleted_versions=deleted)
        note_sweep(connection, feed)
        record(connection, report)
    return report


def _land_differences(connection: Connection, reader: Reader, feed: Feed) -> BatchReport:
    """Read the rows again whose hash the mirror does not hold, and append what is new in them."""
    is_accepted = load_cursor(connection, feed).accepts_implausible
    batch = new_batch(connection, feed, kind="sweep", is_baseline=False, is_trusted=is_accepted)
    # A repeated key is not absent; its rows are judged when they are read again.
    cleaning = Cleaning(
        feed, batch.batch_id, DIGESTS, sql.Identifier("_hash"), keeps_repetitions=True
    )
    refused = clean(connection, cleaning)
    if not is_accepted:
        _refuse_shrunk(connection, feed)
    make_intake(connection, feed)
    for keys in _chunks(_differing_keys(connection, feed)):
        copied = fill_intake(connection, feed, reader.read_keys(feed, keys))
        refused += quarantine_refused(connection, feed, batch.batch_id, copied.refused)
    landed = append_intake(connection, batch, is_hot=False)
    return replace(landed, quarantined=landed.quarantined + refused)


def _make_digests(connection: Connection, feed: Feed) -> None:
    key_columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), type_sql(column.type))
        for column in feed.key_columns
    )
    connection.execute(
        sql.SQL(
            "create temporary table sweep_digests ({columns}, _hash text, "
            "_key text generated always as ({key}) stored) on commit drop"
        ).format(columns=key_columns, key=key_text(feed))
    )


def _refuse_shrunk(connection: Connection, feed: Feed) -> None:
    row = connection.execute(
        sql.SQL(
            "select (select count(*) from {mirror}), (select count(*) from {mirror} as m "
            "where not exists (select from {digests} as d where d._key = m.key))"
        ).format(digests=DIGESTS, mirror=mirror_table(feed))
    ).fetchone()
    known, gone = row or (0, 0)
    is_empty = known > 0 and gone == known and not feed.may_be_empty
    if is_empty or gone > max(SHRINK_ROWS, known * SHRINK_SHARE):
        raise ShrunkFeed(
            f"{feed.force}.{feed.name}: {gone} of {known} rows of {feed.table} are not there any "
            "more; no deletion was landed. Ask the force whether it is being loaded again, then "
            "thaw it",
            feed=feed.name,
        )


def _differing_keys(connection: Connection, feed: Feed) -> list[tuple[object, ...]]:
    statement = sql.SQL(
        "select distinct {typed} from {digests} as d left join {mirror} as m on m.key = d._key "
        "where m.hash is distinct from d._hash"
    ).format(
        typed=sql.SQL(", ").join(
            sql.SQL("d.{}").format(sql.Identifier(column.name)) for column in feed.key_columns
        ),
        digests=DIGESTS,
        mirror=mirror_table(feed),
    )
    return connection.execute(statement).fetchall()


def _chunks(keys: Sequence[tuple[object, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
    for start in range(0, len(keys), KEYS_PER_READ):
        yield keys[start : start + KEYS_PER_READ]


def _count_misses(connection: Connection, feed: Feed) -> None:
    """One miss more for each key that is absent; none for one that came back."""
    # Two statements, because each can then be a join: one `case` would look up key by key.
    for misses, condition in (("0", "missing_sweeps > 0 and"), ("missing_sweeps + 1", "not")):
        connection.execute(
            sql.SQL(
                "update {mirror} as m set missing_sweeps = {misses} "
                "where {condition} exists (select from {digests} as d where d._key = m.key)"
            ).format(
                mirror=mirror_table(feed),
                digests=DIGESTS,
                misses=sql.SQL(misses),
                condition=sql.SQL(condition),
            )
        )


def _is_due(cursor: Cursor, feed: Feed, now: datetime) -> bool:
    if not cursor.baseline_done:
        return False
    last = cursor.last_sweep_at
    return last is None or now - last >= timedelta(minutes=feed.sweep_minutes)
