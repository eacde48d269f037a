"""Naive local times land as they are, and a local modified column is followed over both nights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sensors.feeds import Feed, Force
from sensors.landing.cursors import advance
from sensors.landing.lock import landing_transaction
from sensors.landing.poll import poll_force
from sensors.landing.tables import intake_table, make_intake, prepare_landing
from sensors.readers.choose import open_reader
from sensors.readers.protocol import Look, Reader
from tests.sensors.sources import Source, declare, feed_yaml

Connection = psycopg.Connection[Any]
MakeReader = Callable[[Force], Reader]
COLUMNS = {"crime_id": "bigint", "log_time": "timestamp", "last_updated": "timestamp"}
EDGES = [
    "2027-03-28 01:30:00",  # never shown by a clock in London
    "2026-10-25 01:30:00",  # shown twice
    "2026-10-25 01:59:59.999999",
    "1900-01-01 00:00:00",
    "9999-12-31 23:59:59",
]


@pytest.fixture
def local(ours: Connection, source: Source, tmp_path: Path) -> Force:
    """A force whose modified column is naive local time."""
    source.run(
        "create table wide (crime_id int primary key, log_time timestamp, last_updated timestamp "
        "not null default (clock_timestamp() at time zone 'Europe/London'))"
    )
    feed = feed_yaml(
        "crimes", COLUMNS, table="wide", modified="last_updated", modified_is_local=True
    )
    force = declare(tmp_path, "essex", feed)
    prepare_landing(ours, [force])
    return force


@pytest.fixture
def local_reader(each_secret: str, local: Force) -> Iterator[Reader]:
    opened = open_reader(each_secret, local)
    yield opened
    opened.close()


def test_naive_local_times_land_unchanged_also_where_the_clocks_change(
    ours: Connection, local_reader: Reader, local: Force, source: Source
) -> None:
    source.run(
        "insert into wide (crime_id, log_time) select n, t::timestamp "
        "from unnest(%s::text[]) with ordinality as edge (t, n)",
        [EDGES],
    )
    poll_force(ours, local_reader, local)
    # Once as a bulk, once as a batch: the two go through different drivers.
    source.run("insert into wide (crime_id, log_time) select crime_id + 10, log_time from wide")
    poll_force(ours, local_reader, local)
    rows = ours.execute("select log_time::text from raw_essex.crimes order by crime_id")
    assert [text for (text,) in rows] == EDGES * 2


def test_a_local_modified_column_is_followed(
    ours: Connection, local_reader: Reader, local: Force, source: Source
) -> None:
    source.run("insert into wide (crime_id) values (1)")
    poll_force(ours, local_reader, local)
    source.run("insert into wide (crime_id) values (2)")
    [batch] = poll_force(ours, local_reader, local)
    assert batch.new_versions == 1


@pytest.mark.parametrize(
    ("source_now", "latest", "watermark", "is_settled"),
    [
        # Summer: the local clock is an hour ahead of UTC.
        ("2026-07-01 11:00:10", "2026-07-01 12:00:00", "2026-07-01 11:59:59.8", True),
        ("2026-07-01 11:00:00.1", "2026-07-01 12:00:00", "2026-07-01 11:59:59.8", False),
        # A row dated in the future holds the cursor at the source's clock.
        ("2026-07-01 11:00:00", "9999-12-31 00:00:00", "2026-07-01 11:59:59.8", True),
        # March: 01:00 UTC is 02:00 local.
        ("2027-03-28 01:00:01", "2027-03-28 00:59:59", "2027-03-28 00:59:58.8", True),
        # October: the first pass of 01:30 is followed, and so is the second one by going back.
        ("2026-10-25 00:30:00", "2026-10-25 01:29:59", "2026-10-25 01:29:58.8", True),
        ("2026-10-25 01:00:05", "2026-10-25 01:59:59", "2026-10-25 01:00:04.8", True),
        ("2026-10-25 02:00:05", "2026-10-25 02:00:01", "2026-10-25 02:00:00.8", True),
    ],
)
def test_the_watermark_is_the_lesser_of_latest_row_and_local_clock_less_the_lag(
    *,
    ours: Connection,
    local: Force,
    source_now: str,
    latest: str,
    watermark: str,
    is_settled: bool,
) -> None:
    [feed] = local.feeds
    moved = moved_cursor(ours, feed, latest, datetime.fromisoformat(source_now))
    assert moved["watermark"] == watermark
    assert (moved["recheck_at"] is None) is is_settled


def moved_cursor(
    connection: Connection, feed: Feed, latest: str, source_now: datetime
) -> dict[str, object]:
    """Where the cursor moves to when rows up to `latest` have been read at `source_now`."""
    look = Look(source_now.replace(tzinfo=UTC), {})
    with landing_transaction(connection):
        make_intake(connection, feed)
        table = intake_table(feed).as_string(connection)
        connection.execute(
            f"insert into {table} (crime_id, last_updated) values (1, %s), (2, '2020-01-01')",
            [latest],
        )
        return advance(connection, feed, look)
