"""The generated warehouses: three families that really differ, read-only to their reader.

What their rows mean in our words is tested in `test_force_folders`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from deploy.local.postgres import Server
from simulation.warehouses import Change, Warehouse, WarehouseInfo, describe_warehouse
from simulation.warehouses.build import build_warehouse, prepare_warehouse
from simulation.warehouses.server import drop_warehouse
from simulation.world.calibration import FORCES
from simulation.world.entities import Crime, Outcome, Person
from tests.simulation.conftest import NOW
from tests.simulation.staging_sql import declaration, feeds_of
from tests.simulation.visible_columns import visible_columns

FAMILY = {
    "kent": "wide",
    "essex": "wide",
    "bedfordshire": "normalised",
    "hertfordshire": "normalised",
    "cambridgeshire": "normalised",
    "norfolk": "views",
    "suffolk": "views",
}
VIEWS = [force for force, family in FAMILY.items() if family == "views"]
Warehouses = dict[str, WarehouseInfo]


@pytest.fixture
def kent(server: Server) -> Iterator[Warehouse]:
    """An empty warehouse with a clock that stands still."""
    info = prepare_warehouse(server, "kent", database=f"src_kent_{time.time_ns()}")
    with Warehouse.connect(info.writer_url, "kent", clock=lambda: NOW) as warehouse:
        yield warehouse
    drop_warehouse(server, info.database)


def a_crime(key: int) -> Crime:
    return Crime(key, None, NOW, NOW - timedelta(hours=5), "burglary", "28E", "Medway")


def test_the_families_differ_in_keys_times_flags_and_codes(warehouses: Warehouses) -> None:
    key_types: dict[str, set[str]] = {family: set() for family in set(FAMILY.values())}
    time_types: dict[str, set[str]] = {family: set() for family in set(FAMILY.values())}
    for force, family in FAMILY.items():
        table = feeds_of(force)["crimes"]
        relation, key = declaration(table)["table"], declaration(table)["key"]
        for name, column, data_type in visible_columns(warehouses[force]):
            if name == relation and column in key:
                key_types[family].add(data_type)
            if name == relation and data_type.startswith("timestamp"):
                time_types[family].add(data_type)
    naive, aware = "timestamp without time zone", "timestamp with time zone"
    assert key_types == {"wide": {"integer"}, "normalised": {"bigint"}, "views": {"text"}}
    assert time_types == {"wide": {naive}, "normalised": {aware}, "views": {naive}}


def test_no_two_forces_use_the_same_tables_or_the_same_grades(warehouses: Warehouses) -> None:
    relations: list[str] = []
    grades: list[frozenset[str]] = []
    for force in FORCES:
        table = feeds_of(force)["incidents"]
        relations.append(declaration(table)["table"])
        column = next(c["name"] for c in table["columns"] if "grade" in c["description"])
        with psycopg.connect(warehouses[force].reader_url) as reader:
            rows = reader.execute(f"select distinct {column}::text from {relations[-1]}")
            grades.append(frozenset(row[0] for row in rows if row[0] is not None))
    assert len(set(relations)) == len(FORCES)
    assert len(set(grades)) == len(FORCES)


def test_many_types_of_column_occur_over_the_seven_forces(warehouses: Warehouses) -> None:
    types = {kind for info in warehouses.values() for _, _, kind in visible_columns(info)}
    assert types >= {
        *("smallint", "integer", "bigint", "numeric", "boolean", "date"),
        *("text", "character", "character varying"),
        *("timestamp without time zone", "timestamp with time zone"),
    }


def test_the_normalised_family_explains_its_codes_in_lookup_tables(warehouses: Warehouses) -> None:
    with psycopg.connect(warehouses["bedfordshire"].reader_url) as reader:
        found = reader.execute("select label from dw.lu_grade order by id").fetchall()
    assert [label for (label,) in found] == [
        *("Immediate", "Prompt", "Scheduled", "Appointment", "No Response")
    ]


@pytest.mark.parametrize("force", VIEWS)
def test_the_views_say_nothing_about_when_a_row_was_written(
    warehouses: Warehouses, force: str
) -> None:
    table = feeds_of(force)["people"]
    relation = declaration(table)["table"]
    assert all(declaration(feed)["modified"] is None for feed in feeds_of(force).values())
    person = Person(990, "Zoë", "O’Brien", None, "07700 900123", None)
    info = warehouses[force]
    with (
        Warehouse.connect(info.writer_url, force) as warehouse,
        psycopg.connect(info.reader_url, autocommit=True) as reader,
    ):
        warehouse.apply([Change(person, NOW)])
        before = reader.execute(f"select * from {relation}").fetchall()
        warehouse.apply([Change(person, NOW + timedelta(days=1))])
        after = reader.execute(f"select * from {relation}").fetchall()
    assert sorted(map(str, before)) == sorted(map(str, after))


@pytest.mark.parametrize("force", VIEWS)
def test_the_slice_polled_often_holds_a_part_of_the_rows_only(
    warehouses: Warehouses, force: str
) -> None:
    feed = declaration(feeds_of(force)["incidents"])
    with psycopg.connect(warehouses[force].reader_url) as reader:
        for table in feeds_of(force).values():
            settings = declaration(table)
            reader.execute(f"select 1 from {settings['table']} where {settings['hot']}")
        counts = reader.execute(
            f"select count(*) filter (where {feed['hot']}), count(*) from {feed['table']}"
        ).fetchone()
    assert counts is not None
    assert 0 <= counts[0] < counts[1]


def test_the_same_seed_builds_the_same_warehouse(server: Server) -> None:
    contents = []
    for name in ("src_twin_one", "src_twin_two"):
        info = build_warehouse(
            server, "suffolk", seed=4, scale=0.002, history_days=20, now=NOW, database=name
        )
        with psycopg.connect(info.reader_url) as reader:
            rows = reader.execute("select * from sfk_rpt.person_index order by 1").fetchall()
            rows += reader.execute("select * from sfk_rpt.crime_register order by 1").fetchall()
            contents.append(rows)
        drop_warehouse(server, name)
    assert contents[0] == contents[1]
    assert len(contents[0]) > 10


def test_applying_a_record_again_updates_its_row_and_its_modified_time(kent: Warehouse) -> None:
    kent.apply([Change(a_crime(1), NOW - timedelta(days=1))])
    kent.apply([Change(a_crime(1))])
    rows = kent.connection.execute("select crime_id, last_updated from athena.crime_wide")
    assert rows.fetchall() == [(1, datetime(2026, 6, 15, 11))]  # noqa: DTZ001 - naive local time


def test_a_batch_of_thousands_is_written_like_single_changes_and_the_last_one_wins(
    kent: Warehouse,
) -> None:
    crimes = [a_crime(key) for key in range(1, 3001)]
    kent.apply(Change(crime) for crime in (*crimes, *crimes))
    kent.apply([Change(a_crime(3000)), Change(a_crime(3001))])
    count = kent.connection.execute("select count(*) from athena.crime_wide").fetchone()
    assert count == (3001,)


def test_a_crime_may_have_several_outcome_rows_that_say_the_same(kent: Warehouse) -> None:
    rows = [Outcome(key, 7, key, "1", NOW) for key in (1, 2)]
    kent.apply(Change(row) for row in rows)
    found = kent.connection.execute(
        "select crime_id, outcome_desc, outcome_dt from athena.crime_outcome_wide"
    ).fetchall()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_a_deleted_record_is_gone_and_deleting_it_again_does_nothing(kent: Warehouse) -> None:
    kent.apply([Change(a_crime(1)), Change(a_crime(2))])
    assert kent.delete([a_crime(1)]) == 1
    assert kent.delete([a_crime(1)]) == 0
    assert kent.connection.execute("select crime_id from athena.crime_wide").fetchall() == [(2,)]


def test_only_named_changes_are_written_into_the_journal(kent: Warehouse) -> None:
    kent.apply([Change(a_crime(1)), Change(a_crime(2), name="crimed")])
    rows = kent.connection.execute("select force, feed, key, change from simulation.journal")
    assert rows.fetchall() == [("kent", "crimes", "2", "crimed")]


def test_a_code_the_force_does_not_know_is_written_as_it_is(kent: Warehouse) -> None:
    odd = Crime(5, None, NOW, NOW, "time_travel", "", "Medway")
    kent.apply([Change(odd)])
    rows = kent.connection.execute("select offence_group from athena.crime_wide").fetchall()
    assert rows == [("time_travel",)]


def test_a_warehouse_that_was_built_is_found_again_with_the_same_logins(
    server: Server, warehouses: Warehouses
) -> None:
    info = warehouses["essex"]
    again = describe_warehouse(server, "essex", database=info.database)
    assert again is not None
    assert (again.reader_url, again.writer_url) == (info.reader_url, info.writer_url)
    assert describe_warehouse(server, "essex", database="src_never_built") is None


def test_no_row_of_the_history_is_from_after_its_end(warehouses: Warehouses) -> None:
    with psycopg.connect(warehouses["hertfordshire"].reader_url) as reader:
        latest = reader.execute("select max(row_updated_utc) from rms.tbl_incident").fetchone()
    assert latest is not None
    assert NOW - timedelta(days=1) < latest[0].astimezone(UTC) < NOW
