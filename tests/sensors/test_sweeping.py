"""The reconciling sweep: equal mirrors, deletions after two misses, and the guard of a reload."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sensors.errors import EmptyFeed, ShrunkFeed, VanishedValues
from sensors.feeds import Force
from sensors.freeze import freeze_for, thaw
from sensors.landing.poll import poll_force
from sensors.landing.sweep import due_for_sweep, sweep_force
from sensors.readers.choose import open_reader
from sensors.readers.protocol import Reader
from tests.sensors.sources import Source, declare, feed_yaml

Connection = psycopg.Connection[Any]


def mirror(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("select key, hash from raw_kent._mirror_crimes").fetchall())


def deleted_keys(connection: Connection) -> list[str]:
    rows = connection.execute(
        "select _key from raw_kent.crimes where _op = 'deleted' order by _version"
    )
    return [key for (key,) in rows]


def test_after_a_sweep_the_mirror_holds_exactly_the_keys_and_hashes_of_the_source(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 60)
    poll_force(ours, each_reader, kent)
    before = mirror(ours)
    # Changed, added and touched behind the cursor, as a night job does with no modified time.
    source.run("update crimes set status = 'CLOSED' where crime_id <= 5")
    source.run(
        "insert into crimes (crime_id, amended_at) values (900, null), (901, '2020-01-01')".replace(
            "null", "'1900-01-01'"
        )
    )
    [report] = sweep_force(ours, each_reader, kent)
    assert (report.kind, report.read_rows, report.new_versions) == ("sweep", 62, 7)
    after = mirror(ours)
    assert set(after) == {str(n) for n in range(1, 61)} | {"900", "901"}
    assert {key for key in before if before[key] != after[key]} == {"1", "2", "3", "4", "5"}
    [again] = sweep_force(ours, each_reader, kent)
    assert (again.new_versions, again.deleted_versions, mirror(ours)) == (0, 0, after)


def test_an_unchanged_full_reload_lands_nothing(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 30)
    poll_force(ours, each_reader, kent)
    source.run("create table kept as table crimes; truncate crimes")
    source.run("insert into crimes select * from kept order by random()")
    assert poll_force(ours, each_reader, kent) == []
    [swept] = sweep_force(ours, each_reader, kent)
    assert (swept.new_versions, swept.deleted_versions) == (0, 0)


def test_a_row_is_deleted_only_after_two_complete_sweeps_have_missed_it(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 30)
    poll_force(ours, each_reader, kent)
    source.run("delete from crimes where crime_id = 7")
    [first] = sweep_force(ours, each_reader, kent)
    assert (first.deleted_versions, deleted_keys(ours)) == (0, [])
    [second] = sweep_force(ours, each_reader, kent)
    assert (second.deleted_versions, deleted_keys(ours)) == (1, ["7"])
    [third] = sweep_force(ours, each_reader, kent)
    assert third.deleted_versions == 0
    # The deleted version repeats what was last known, and a row that comes back is new again.
    source.add_crimes(7, 7)
    poll_force(ours, each_reader, kent)
    rows = ours.execute(
        "select _op, crime_ref from raw_kent.crimes where _key = '7' order by _version"
    ).fetchall()
    assert rows == [("present", "CR/7"), ("deleted", "CR/7"), ("present", "CR/7")]


def test_a_row_that_comes_back_between_two_sweeps_starts_from_no_miss(
    ours: Connection, reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 30)
    poll_force(ours, reader, kent)
    source.run("create table away as select * from crimes where crime_id = 7")
    for _ in range(2):
        source.run("delete from crimes where crime_id = 7")
        sweep_force(ours, reader, kent)
        source.run("insert into crimes select * from away")
        sweep_force(ours, reader, kent)
    assert deleted_keys(ours) == []


def test_a_sweep_that_breaks_off_counts_as_no_miss(
    ours: Connection, reader: Reader, kent: Force, source: Source, database_url: str
) -> None:
    source.add_crimes(1, 30)
    poll_force(ours, reader, kent)
    source.run("delete from crimes where crime_id = 7")
    sweep_force(ours, reader, kent)
    with psycopg.connect(database_url) as blocking:
        # Somebody else's lock makes our own transaction fail after it has compared everything.
        blocking.execute("lock table landing.cursor in access exclusive mode")
        ours.execute("set lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            sweep_force(ours, reader, kent)
        ours.execute("reset lock_timeout")
    assert deleted_keys(ours) == []


def test_a_half_loaded_warehouse_freezes_the_force_and_deletes_nothing(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 300)
    poll_force(ours, each_reader, kent)
    source.run("delete from crimes where crime_id > 150")
    for _ in range(3):
        with pytest.raises(ShrunkFeed, match=r"150 of 300 rows of crimes"):
            sweep_force(ours, each_reader, kent)
    assert deleted_keys(ours) == []
    assert len(mirror(ours)) == 300


def test_a_person_can_accept_that_a_feed_shrank(
    ours: Connection, reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 300)
    poll_force(ours, reader, kent)
    source.run("delete from crimes where crime_id > 250")
    with pytest.raises(ShrunkFeed) as raised:
        sweep_force(ours, reader, kent)
    freeze_for(ours, "kent", raised.value)
    thaw(ours, "kent", accepts_implausible=True)
    sweep_force(ours, reader, kent)
    with pytest.raises(ShrunkFeed):
        sweep_force(ours, reader, kent)


def test_an_emptied_table_freezes_the_force_at_the_next_look(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 20)
    poll_force(ours, each_reader, kent)
    source.run("truncate crimes")
    with pytest.raises(EmptyFeed, match=r"kent\.crimes: crimes was not empty before"):
        poll_force(ours, each_reader, kent)
    with pytest.raises(ShrunkFeed):
        sweep_force(ours, each_reader, kent)


def test_an_empty_table_is_no_baseline_unless_it_is_declared_so(
    ours: Connection, reader: Reader, kent: Force, source: Source, tmp_path: Path
) -> None:
    with pytest.raises(EmptyFeed, match="may_be_empty"):
        poll_force(ours, reader, kent)
    force = declare(tmp_path, "kent", feed_yaml(may_be_empty=True))
    [first] = poll_force(ours, reader, force)
    assert (first.new_versions, first.is_baseline) == (0, True)
    source.add_crimes(1, 2)
    [batch] = poll_force(ours, reader, force)
    assert (batch.new_versions, batch.is_baseline) == (2, False)


def test_a_column_that_loses_its_values_in_most_changed_rows_freezes_the_force(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 400)
    poll_force(ours, each_reader, kent)
    source.run("update crimes set loss = null, amended_at = clock_timestamp() where crime_id < 200")
    with pytest.raises(VanishedValues, match="column loss lost its value in 199 of 199 rows"):
        poll_force(ours, each_reader, kent)
    [(versions,)] = ours.execute("select count(*) from raw_kent.crimes").fetchall()
    assert versions == 400


def test_a_sweep_is_due_when_the_last_one_is_older_than_declared(
    ours: Connection, reader: Reader, source: Source, tmp_path: Path
) -> None:
    force = declare(tmp_path, "kent", feed_yaml(sweep_minutes=0.005))
    assert due_for_sweep(ours, force) == ()
    source.add_crimes(1, 2)
    poll_force(ours, reader, force)
    time.sleep(0.4)
    assert due_for_sweep(ours, force) == force.feeds
    sweep_force(ours, reader, force, feeds=due_for_sweep(ours, force))
    assert due_for_sweep(ours, force) == ()


def test_a_poll_that_lands_while_a_sweep_compares_is_neither_undone_nor_repeated(
    ours: Connection, reader: Reader, kent: Force, source: Source, database_url: str
) -> None:
    source.add_crimes(1, 30)
    poll_force(ours, reader, kent)
    # This session alone may land; the sweep compares meanwhile and then waits.
    ours.execute("select pg_advisory_lock(hashtextextended('landing:kent', 0))")
    with ThreadPoolExecutor(1) as thread, psycopg.connect(database_url, autocommit=True) as other:
        sweeping = open_reader(source.url, kent)
        future = thread.submit(sweep_force, other, sweeping, kent)
        wait_until_waiting(ours)
        source.run(
            "update crimes set status = 'NEW', amended_at = clock_timestamp() where crime_id = 5"
        )
        source.add_crimes(31, 31)
        [polled] = poll_force(ours, reader, kent)
        ours.execute("select pg_advisory_unlock(hashtextextended('landing:kent', 0))")
        [swept] = future.result(timeout=60)
        sweeping.close()
    assert (polled.new_versions, swept.read_rows, swept.new_versions) == (2, 30, 0)
    sweep_force(ours, reader, kent)
    assert set(mirror(ours)) == {str(n) for n in range(1, 32)}
    assert deleted_keys(ours) == []


def wait_until_waiting(connection: Connection) -> None:
    deadline = time.monotonic() + 60
    waiting = (
        b"select count(*) from pg_locks where locktype = 'advisory' and not granted "
        b"and database = (select oid from pg_database where datname = current_database())"
    )
    while connection.execute(waiting).fetchone() == (0,):
        assert time.monotonic() < deadline, "the sweep never came to wait for the lock"
        time.sleep(0.02)
