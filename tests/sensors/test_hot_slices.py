"""Feeds without a modified column: the slice that is read often, and the rows that leave it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sensors.feeds import Force
from sensors.landing.poll import poll_force
from sensors.landing.sweep import sweep_force
from sensors.landing.tables import prepare_landing
from sensors.readers.choose import open_reader
from sensors.readers.protocol import Reader
from tests.sensors.scans import whole_scans
from tests.sensors.sources import Source, declare, feed_yaml

Connection = psycopg.Connection[Any]

COLUMNS = {"force_ref": "text", "part": "integer", "status": "text", "note": "text"}
TABLE = """
    create table logs (ref varchar(20), part smallint, state char(6), note text);
    create view incidents as select ref as force_ref, part, state::text as status, note from logs;
"""


@pytest.fixture
def norfolk(tmp_path: Path, ours: Connection, source: Source) -> Force:
    """A force whose only feed is a view with a key of two columns and no modified time."""
    source.run(TABLE)
    source.run(
        "insert into logs select 'NS/' || n || '/26', 1, case when n <= 3 then 'OPEN' else "
        "'CLOSED' end, 'n' || n from generate_series(1, 20) as n"
    )
    feed = feed_yaml(
        "incidents",
        COLUMNS,
        key=["force_ref", "part"],
        modified=None,
        hot="status <> 'CLOSED'",
    )
    force = declare(tmp_path, "norfolk", feed)
    prepare_landing(ours, [force])
    return force


@pytest.fixture
def norfolk_reader(each_secret: str, norfolk: Force) -> Iterator[Reader]:
    opened = open_reader(each_secret, norfolk)
    yield opened
    opened.close()


def latest(connection: Connection) -> list[Any]:
    return connection.execute(
        "select distinct on (_key) _key, trim(status), note from raw_norfolk.incidents "
        "order by _key, _version desc"
    ).fetchall()


def test_a_change_inside_the_slice_lands_and_an_unchanged_slice_does_not(
    ours: Connection, norfolk_reader: Reader, norfolk: Force, source: Source
) -> None:
    [first] = poll_force(ours, norfolk_reader, norfolk)
    assert first.new_versions == 20
    assert poll_force(ours, norfolk_reader, norfolk) == []
    source.run("update logs set note = 'arrived' where ref = 'NS/2/26'")
    source.run("insert into logs values ('NS/21/26', 1, 'OPEN', 'new')")
    [batch] = poll_force(ours, norfolk_reader, norfolk)
    assert (batch.kind, batch.new_versions) == ("hot", 2)
    assert ("NS/2/26|1", "OPEN", "arrived") in latest(ours)


def test_the_last_change_of_a_row_that_left_the_slice_lands_at_once(
    ours: Connection, norfolk_reader: Reader, norfolk: Force, source: Source
) -> None:
    poll_force(ours, norfolk_reader, norfolk)
    source.run("update logs set state = 'CLOSED', note = 'result 18' where ref = 'NS/1/26'")
    [batch] = poll_force(ours, norfolk_reader, norfolk)
    assert batch.new_versions == 1
    assert ("NS/1/26|1", "CLOSED", "result 18") in latest(ours)
    assert poll_force(ours, norfolk_reader, norfolk) == []


def test_a_change_outside_the_slice_waits_for_the_sweep(
    ours: Connection, norfolk_reader: Reader, norfolk: Force, source: Source
) -> None:
    poll_force(ours, norfolk_reader, norfolk)
    source.run("update logs set note = 'reviewed' where ref = 'NS/9/26'")
    assert poll_force(ours, norfolk_reader, norfolk) == []
    [swept] = sweep_force(ours, norfolk_reader, norfolk)
    assert swept.new_versions == 1
    assert ("NS/9/26|1", "CLOSED", "reviewed") in latest(ours)


def test_a_row_that_vanished_from_the_slice_is_not_taken_for_deleted_by_a_poll(
    ours: Connection, norfolk_reader: Reader, norfolk: Force, source: Source
) -> None:
    poll_force(ours, norfolk_reader, norfolk)
    source.run("delete from logs where ref = 'NS/1/26'")
    poll_force(ours, norfolk_reader, norfolk)
    [(deleted,)] = ours.execute(
        "select count(*) from raw_norfolk.incidents where _op = 'deleted'"
    ).fetchall()
    assert deleted == 0


def test_a_hot_look_scans_no_table_of_ours(
    ours: Connection, norfolk_reader: Reader, norfolk: Force, source: Source
) -> None:
    source.run(
        "insert into logs select 'NS/' || n || '/25', 1, 'CLOSED', 'n' "
        "from generate_series(1, 5000) as n"
    )
    poll_force(ours, norfolk_reader, norfolk)
    before = whole_scans(ours, "raw_norfolk")
    for number in (1, 2, 3):
        source.run(f"update logs set state = 'CLOSED' where ref = 'NS/{number}/26'")
        [batch] = poll_force(ours, norfolk_reader, norfolk)
        assert batch.new_versions == 1
    assert whole_scans(ours, "raw_norfolk") == before
