"""Every declared type arrives exactly through each driver, in bulk and in a batch."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sensors.column_types import ColumnType
from sensors.errors import SourceBusy, UnknownSource
from sensors.feeds import Column, Force
from sensors.landing.land import land
from sensors.landing.poll import poll_force
from sensors.landing.sweep import sweep_force
from sensors.landing.tables import prepare_landing
from sensors.readers.choose import open_reader
from sensors.readers.session import DriverFailure
from tests.sensors.sources import Source, declare, feed_yaml, require_driver

Connection = psycopg.Connection[Any]
COLUMNS = {
    "id": "bigint",
    "small": "smallint",
    "whole": "integer",
    "any_number": "numeric",
    "money": "numeric(12,2)",
    "single": "real",
    "double": "double precision",
    "free": "text",
    "short": "varchar(20)",
    "fixed": "char(6)",
    "flag": "boolean",
    "day": "date",
    "naive": "timestamp",
    "aware": "timestamptz",
    "someone": "uuid",
    "seen_at": "timestamptz",
}
TABLE = (
    "create table kinds ("
    + ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    + "); alter table kinds alter seen_at set default clock_timestamp()"
)
VALUES = """
    (1, -32768, -2147483648, 123456789012345678901234567890.123456789, -1234567890.12, 0.1,
     0.1::float8 + 1e-16, 'Zoë "said", ''no''' || e'\\n\\\\N \\t' || '😀', 'é', 'ab', true,
     '2028-02-29', '2026-10-25 01:30:00.123456', '2026-07-01 12:00:00.654321+01',
     '6f0f3c1e-5b0c-5d0f-a2f7-c7c0a9b1d2e3'),
    (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
    (9223372036854775807, 32767, 2147483647, 0.10, 0.00, 1e-37, 1.7976931348623157e308, '', '',
     '', false, '1900-01-01', '9999-12-31 23:59:59', '1900-01-01 00:00:00+00',
     '00000000-0000-0000-0000-000000000000'),
    (4, 1, 1, 1e20, 1.5, 16777217, 1.0 / 3, repeat('łü', 6000), repeat('ż', 20), 'żżżżżż', true,
     '9999-12-31', '1900-01-01 00:00:00.000001', '9999-12-31 23:59:59.999999+00', null)
"""
PLAIN = [name for name in COLUMNS if name not in ("id", "seen_at")]


@pytest.fixture
def kinds(ours: Connection, source: Source, tmp_path: Path) -> Force:
    """A force with one feed that has a column of every type."""
    source.run(TABLE)
    feed = feed_yaml("kinds", COLUMNS, key=["id"], modified="seen_at")
    force = declare(tmp_path, "suffolk", feed)
    prepare_landing(ours, [force])
    return force


@pytest.mark.parametrize("longest", [20, 6000])
def test_every_type_arrives_exactly_in_bulk_and_in_a_batch_and_hashes_alike(
    ours: Connection, each_secret: str, kinds: Force, source: Source, longest: int
) -> None:
    # Longer texts take another way in bulk, because Arrow would need room for each of them.
    values = VALUES.replace("6000", str(longest // 2))
    insert = f"insert into kinds (id, {', '.join(PLAIN)}) values {values}"
    source.run(insert)
    reader = open_reader(each_secret, kinds)
    [first] = poll_force(ours, reader, kinds)
    source.run(
        insert.replace("(9223372036854775807,", "(9223372036854775806,")
        .replace("(1,", "(101,")
        .replace("(2,", "(102,")
        .replace("(4,", "(104,")
    )
    [second] = poll_force(ours, reader, kinds)
    assert (first.new_versions, second.new_versions) == (4, 4)
    texts = ", ".join(f"{name}::text" for name in ("id", *PLAIN))
    there = source.run(f"select {texts} from kinds order by id")
    here = ours.execute(f"select {texts} from raw_suffolk.kinds order by id".encode()).fetchall()
    assert here == there
    # The source hashes its rows itself; equal hashes mean that nothing changed on the way.
    [swept] = sweep_force(ours, reader, kinds)
    assert (swept.read_rows, swept.new_versions) == (8, 0)
    reader.close()


def test_a_change_of_driver_lands_nothing(ours: Connection, kinds: Force, source: Source) -> None:
    require_driver()
    source.run(f"insert into kinds (id, {', '.join(PLAIN)}) values {VALUES}")
    poll_force(ours, open_reader(source.odbc, kinds), kinds)
    source.run("update kinds set seen_at = clock_timestamp()")
    assert poll_force(ours, open_reader(source.url, kinds), kinds) == []


def test_a_value_of_another_type_than_declared_is_an_error_that_names_the_column() -> None:
    require_driver()
    from sensors.readers.odbc_types import exact_rows  # noqa: PLC0415

    columns = [Column("id", ColumnType("bigint")), Column("flag", ColumnType("boolean"))]
    assert exact_rows([(1, True), (None, None)], columns) == [(1, True), (None, None)]
    for row, named in (((1, "1"), "flag"), ((1.0, True), "id"), ((Decimal(1), True), "id")):
        with pytest.raises(DriverFailure) as raised:
            exact_rows([(1, True), row], columns)
        assert raised.value.column == named


def test_a_driver_that_is_not_installed_is_named_as_the_trouble(
    ours: Connection, kent: Force
) -> None:
    require_driver()
    reader = open_reader("Driver={No Such Driver};Server=127.0.0.1;Pwd=CANARY", kent)
    with pytest.raises(UnknownSource, match="could not be loaded") as raised:
        poll_force(ours, reader, kent)
    assert "CANARY" not in str(raised.value)


def test_a_text_that_outgrew_its_room_is_read_row_by_row_the_next_time(
    ours: Connection, kinds: Force, source: Source
) -> None:
    require_driver()
    reader = open_reader(source.odbc, kinds)
    source.run("insert into kinds (id, free) values (1, 'short')")
    [feed] = kinds.feeds
    extract = reader.read_all(feed)
    # It was measured above, and is read below.
    source.run("update kinds set free = repeat('long', 1000)")
    with pytest.raises(SourceBusy):
        land(ours, feed, extract, kind="sweep")
    report = land(ours, feed, reader.read_all(feed), kind="sweep")
    assert report.new_versions == 1
    reader.close()
