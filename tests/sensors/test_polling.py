"""What a micro-batch look lands, what it leaves alone, and where it leaves the cursor."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sensors.feeds import Force
from sensors.landing.poll import poll_force
from sensors.landing.tables import prepare_landing
from sensors.readers.protocol import Reader
from tests.sensors.scans import whole_scans
from tests.sensors.sources import CRIMES_TABLE, Source, declare, feed_yaml

Connection = psycopg.Connection[Any]
MakeReader = Callable[[Force], Reader]


def versions(connection: Connection, table: str = "raw_kent.crimes") -> list[Any]:
    query = f"select _key, status, _is_baseline, _op from {table} order by _version"
    return connection.execute(query.encode()).fetchall()


def settle(connection: Connection, reader: Reader, force: Force) -> None:
    """Let the overlap pass, and look until nothing is read any more."""
    time.sleep(0.3)
    poll_force(connection, reader, force)


def test_the_first_look_lands_everything_as_baseline_and_the_next_lands_nothing(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 50)
    [first] = poll_force(ours, each_reader, kent)
    assert (first.read_rows, first.new_versions, first.is_baseline) == (50, 50, True)
    assert poll_force(ours, each_reader, kent) == []
    settle(ours, each_reader, kent)
    assert poll_force(ours, each_reader, kent) == []


def test_a_changed_row_lands_as_one_new_version_that_is_no_baseline(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 3)
    poll_force(ours, each_reader, kent)
    source.run(
        "update crimes set status = 'CLOSED', amended_at = clock_timestamp() where crime_id = 2"
    )
    [batch] = poll_force(ours, each_reader, kent)
    assert (batch.new_versions, batch.is_baseline, batch.kind) == (1, False, "poll")
    assert versions(ours)[3:] == [("2", "CLOSED", False, "present")]
    [landed] = ours.execute(
        "select force, feed, kind, new_versions from landing.batch where batch_id = %s",
        [batch.batch_id],
    ).fetchall()
    assert landed == ("kent", "crimes", "poll", 1)


def test_a_reload_that_only_sets_every_modified_time_to_now_lands_nothing(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 40)
    poll_force(ours, each_reader, kent)
    source.run("update crimes set amended_at = clock_timestamp()")
    assert poll_force(ours, each_reader, kent) == []
    source.run("update crimes set amended_at = clock_timestamp(), loss = null where crime_id = 4")
    [batch] = poll_force(ours, each_reader, kent)
    assert batch.new_versions == 1


def test_rows_with_one_modified_time_all_land_though_they_are_committed_apart(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 2)
    poll_force(ours, each_reader, kent)
    [(moment,)] = source.run("select clock_timestamp()")
    for number in range(101, 111):
        source.run("insert into crimes (crime_id, amended_at) values (%s, %s)", [number, moment])
        poll_force(ours, each_reader, kent)
    assert len(versions(ours)) == 12


def test_a_row_committed_late_behind_the_latest_time_is_landed_within_the_lag(
    ours: Connection, reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 1)
    poll_force(ours, reader, kent)
    with psycopg.connect(source.owner_url) as late:
        late.execute("insert into crimes (crime_id, amended_at) values (2, clock_timestamp())")
        source.add_crimes(3, 3)
        poll_force(ours, reader, kent)
        assert [row[0] for row in versions(ours)] == ["1", "3"]
    poll_force(ours, reader, kent)
    assert [row[0] for row in versions(ours)] == ["1", "3", "2"]


def test_a_modified_time_in_the_year_9999_does_not_stop_the_feed(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 2)
    source.run("update crimes set amended_at = '9999-12-31 23:59:59+00' where crime_id = 1")
    poll_force(ours, each_reader, kent)
    source.add_crimes(3, 3)
    [batch] = poll_force(ours, each_reader, kent)
    assert batch.new_versions == 1
    [(is_behind,)] = ours.execute(
        "select watermark::timestamptz < clock_timestamp() from landing.cursor"
    ).fetchall()
    assert is_behind


def test_the_cursor_stays_behind_the_latest_row_and_the_source_clock_by_the_lag(
    ours: Connection, reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 5)
    poll_force(ours, reader, kent)
    source.add_crimes(6, 9)
    poll_force(ours, reader, kent)
    [(watermark,)] = ours.execute("select watermark::timestamptz from landing.cursor").fetchall()
    [(bound,)] = source.run(
        "select least(max(amended_at), clock_timestamp()) - interval '0.2 s' from crimes"
    )
    assert watermark <= bound


def test_only_feeds_that_moved_are_landed_and_parents_come_first(
    ours: Connection, source: Source, make_reader: MakeReader, tmp_path: Path
) -> None:
    source.run(CRIMES_TABLE.replace("crimes", "people"))
    source.run(CRIMES_TABLE.replace("crimes", "outcomes"))
    force = declare(
        tmp_path, "essex", feed_yaml("outcomes"), feed_yaml("people"), feed_yaml("crimes")
    )
    prepare_landing(ours, [force])
    for table in ("people", "outcomes", "crimes"):
        source.run(f"insert into {table} (crime_id) values (1)")
    reader = make_reader(force)
    assert [batch.feed for batch in poll_force(ours, reader, force)] == [
        *("people", "crimes", "outcomes")
    ]
    settle(ours, reader, force)
    source.run(
        "insert into outcomes (crime_id) values (2); insert into people (crime_id) values (2)"
    )
    batches = poll_force(ours, reader, force)
    assert [batch.feed for batch in batches] == ["people", "outcomes"]
    assert batches[0].batch_id < batches[1].batch_id


def test_nothing_lands_while_another_session_lands_rows_of_the_force(
    ours: Connection, reader: Reader, kent: Force, source: Source, database_url: str
) -> None:
    source.add_crimes(1, 1)
    poll_force(ours, reader, kent)
    source.add_crimes(2, 2)
    with psycopg.connect(database_url) as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('landing:kent', 0))")
        assert poll_force(ours, reader, kent) == []
    assert len(poll_force(ours, reader, kent)) == 1


def test_landing_refuses_to_share_somebody_elses_transaction(
    reader: Reader, kent: Force, source: Source, ours: Connection
) -> None:
    source.add_crimes(1, 1)
    with ours.transaction(), pytest.raises(ValueError, match="not inside a transaction"):
        poll_force(ours, reader, kent)


def test_a_poll_looks_up_its_own_keys_and_scans_no_table_of_ours(
    ours: Connection, reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 5000)
    poll_force(ours, reader, kent)
    before = whole_scans(ours, "raw_kent")
    for number in range(1, 8):
        source.run(
            "update crimes set status = 'NEW', amended_at = clock_timestamp() where crime_id = %s",
            [number],
        )
        [batch] = poll_force(ours, reader, kent)
        assert batch.new_versions == 1
    assert whole_scans(ours, "raw_kent") == before
    # The count does count. Whole rows: a freshly vacuumed table is counted from its index alone.
    ours.execute("select count(row) from raw_kent.crimes as row")
    assert whole_scans(ours, "raw_kent")["crimes"] == before["crimes"] + 1
