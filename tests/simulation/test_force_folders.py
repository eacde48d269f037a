"""Every force's folder: complete, true to its warehouse, and equal to the others in what it yields.

The tests discover the folders, so an eighth force is tested as soon as it has one.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta

import psycopg
import pytest

from simulation.warehouses import Change, Warehouse, WarehouseInfo
from simulation.world.entities import (
    FEEDS,
    Crime,
    Entity,
    Incident,
    Involvement,
    Officer,
    Outcome,
    Person,
    SuspectEvent,
)
from simulation.world.keys import crime_key, incident_key
from tests.simulation.conftest import NOW
from tests.simulation.staging_contract import (
    CODE_SETS,
    COLUMNS,
    FORCES,
    LANDED,
    code_map,
    type_of,
)
from tests.simulation.staging_sql import (
    STAGING,
    declaration,
    feeds_of,
    make_raw_table,
    staged_row,
    staging_query,
)

Warehouses = dict[str, WarehouseInfo]
INCIDENT = incident_key(900_001, 2026)
CRIME = crime_key(900_001, 2026, 0)
# A summer hour and whole seconds, which every force's systems can hold.
AT = NOW - timedelta(minutes=7)
RENAMED = {
    "mobile": "mobile_raw",
    "email": "email_raw",
    "event": "event_code",
    **{name: f"{name}_code" for name in ("area", "grade", "incident_type", "source", "status")},
    **{name: f"{name}_code" for name in ("crime_type", "outcome", "role", "relationship")},
    **{name: f"{name}_code" for name in ("language", "preferred_channel")},
}
CANONICAL: dict[str, Entity] = {
    "incidents": Incident(
        INCIDENT, AT, "burglary", "Medway", "online", "prompt", AT, AT, AT, "closed", AT
    ),
    "crimes": Crime(
        CRIME, INCIDENT, AT, AT, "burglary", "28E", "Medway", True, "charged", AT, 1999, AT
    ),
    "outcomes": Outcome(900, CRIME, 1, "1a", AT),
    "people": Person(
        *(901, "Łukasz", "O’Brien", date(1990, 2, 3), " 07700 900123", "a@example.com"),
        *("pl", True, False, True, "email", False),
    ),
    "involvements": Involvement(902, 901, INCIDENT, CRIME, "victim", "ex_partner", AT, AT),
    "officers": Officer(1999, "1999", "PC 1999 Siân Jones", "PC", "A Team", 1999, "o@example.org"),
    "suspect_events": SuspectEvent(903, CRIME, 901, "released_under_investigation", AT),
}


@pytest.mark.parametrize("force", FORCES)
def test_every_force_folder_is_complete(force: str) -> None:
    expected = {f"stg_{force}__{feed}.sql" for feed in FEEDS} | {
        f"_{force}__{kind}.yml" for kind in ("sources", "models", "seeds")
    }
    assert expected | {f"{force}_codes.csv"} <= {p.name for p in (STAGING / force).iterdir()}


@pytest.mark.parametrize("force", FORCES)
def test_the_declared_columns_are_those_of_the_source(warehouses: Warehouses, force: str) -> None:
    query = """
        select attribute.attname, format_type(attribute.atttypid, attribute.atttypmod)
        from pg_attribute as attribute
        where attribute.attrelid = %s::regclass and attribute.attnum > 0
    """
    with psycopg.connect(warehouses[force].reader_url) as reader:
        for feed, table in feeds_of(force).items():
            relation = declaration(table)["table"]
            actual: dict[str, str] = dict(reader.execute(query, [relation]).fetchall())
            declared = {
                column["name"]: reader.execute(
                    "select format_type(to_regtype(%s), null)", [column["data_type"]]
                ).fetchone()
                for column in table["columns"]
            }
            plain = {name: kind.partition("(")[0] for name, kind in actual.items()}
            assert set(declared) == set(actual), feed
            for name, kind in declared.items():
                assert kind is not None
                assert kind[0].partition(" with")[0] in actual[name] or kind[0] == plain[name]


@pytest.mark.parametrize("force", FORCES)
def test_staging_yields_the_same_columns_and_types_for_every_force(
    database_url: str, force: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as target:
        for feed, table in feeds_of(force).items():
            make_raw_table(target, force, table)
            target.execute(f"create view {feed} as {staging_query(force, feed)}")
            found = target.execute(
                "select attname, format_type(atttypid, null) from pg_attribute "
                "where attrelid = %s::regclass and attnum > 0 order by attnum",
                [feed],
            ).fetchall()
            own = {column: type_of(column) for column in COLUMNS[feed].split()}
            assert dict(found) == LANDED | own
            assert [name for name, _ in found][:8] == list(LANDED)


@pytest.mark.parametrize("force", FORCES)
def test_a_record_written_to_the_warehouse_comes_out_of_staging_as_it_was(
    warehouses: Warehouses, database_url: str, force: str
) -> None:
    with (
        Warehouse.connect(warehouses[force].writer_url, force) as warehouse,
        psycopg.connect(database_url, autocommit=True) as target,
    ):
        warehouse.apply(Change(entity, AT) for entity in CANONICAL.values())
        keys = {feed: warehouse.source_key(entity) for feed, entity in CANONICAL.items()}
        for feed, entity in CANONICAL.items():
            staged = staged_row(warehouse.connection, target, force, feed, keys[feed])
            assert in_our_words(force, feed, staged) == expected_row(feed, entity, keys), feed
        warehouse.delete(CANONICAL.values())


def in_our_words(force: str, feed: str, staged: dict[str, object]) -> dict[str, object]:
    """The entity's own columns with codes mapped; references and composite keys left out."""
    codes = code_map(force)
    own = {name: staged[name] for name in COLUMNS[feed].split()}
    for (coded, column), code_set in CODE_SETS.items():
        if coded == feed:
            own[column] = codes[code_set, str(own[column])]
    for unlike in ("incident_ref", "crime_ref", "outcome_key"):
        own.pop(unlike, None)
    return own


def expected_row(feed: str, entity: Entity, keys: dict[str, str]) -> dict[str, object]:
    """What staging should say of the record; keys are as this force writes them."""
    key_of = {"incident": "incidents", "crime": "crimes", "person": "people"}
    values: dict[str, object] = {}
    for name, value in asdict(entity).items():
        if name == "key":
            values[COLUMNS[feed].split()[0]] = keys[feed]
        elif name in key_of:
            values[f"{name}_key"] = keys[key_of[name]]
        elif name in {"officer", "supervisor"}:
            values[f"{name}_key"] = keys["officers"]
        else:
            renamed = name if (feed, name) == ("officers", "email") else RENAMED.get(name, name)
            values[renamed] = value
    return {name: value for name, value in values.items() if name not in {"line", "outcome_key"}}


def test_canonical_times_survive_both_sides_of_a_clock_change(database_url: str) -> None:
    with psycopg.connect(database_url) as target:
        for moment, expected in (
            ("2026-03-29 00:59", datetime.fromisoformat("2026-03-29T00:59+00:00")),
            ("2026-03-29 02:01", datetime.fromisoformat("2026-03-29T01:01+00:00")),
        ):
            row = target.execute(
                "select %s::timestamp at time zone 'Europe/London'", [moment]
            ).fetchone()
            assert row == (expected,)
