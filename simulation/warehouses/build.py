"""Builds a force's warehouse: database, schema, reader, and a generated history up to now.

What happens after `now` is played by `simulation.living`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from simulation.warehouses.changes import Change
from simulation.warehouses.codebook import codebook_for
from simulation.warehouses.history import play_history
from simulation.warehouses.layout import layout_for
from simulation.warehouses.schema import (
    SIMULATION_SCHEMA,
    grant_statements,
    lookup_statements,
    table_statements,
)
from simulation.warehouses.server import (
    DatabaseServer,
    database_exists,
    database_name,
    make_database,
    make_reader,
    reader_url,
)
from simulation.warehouses.warehouse import Warehouse
from simulation.world.officers import roster
from simulation.world.opening import World


@dataclass(frozen=True)
class WarehouseInfo:
    """Where a force's warehouse is: the reader's URL for sensors, the writer's for the living."""

    force: str
    database: str
    reader_url: str
    writer_url: str
    was_built: bool


def build_warehouse(
    server: DatabaseServer,
    force: str,
    *,
    seed: int,
    scale: float,
    history_days: int,
    now: datetime,
    database: str | None = None,
) -> WarehouseInfo:
    """Make the warehouse anew, with `history_days` of cases before `now` (aware).

    `scale` is the share of the force's real volumes. A history of 0 days leaves it empty but
    for the officers.
    """
    info = prepare_warehouse(server, force, database=database)
    world = World(force, seed, scale)
    with Warehouse.connect(info.writer_url, force) as warehouse:
        found(warehouse, world, at=now - timedelta(days=history_days))
        if history_days:
            play_history(warehouse, world, now - timedelta(days=history_days), now)
        warehouse.connection.execute("analyze")
    return info


def prepare_warehouse(
    server: DatabaseServer, force: str, *, database: str | None = None
) -> WarehouseInfo:
    """Make the empty warehouse: schema, lookups, reader, and nothing in the feeds."""
    layout, name = layout_for(force), database or database_name(force)
    writer_url = make_database(server, name)
    info = WarehouseInfo(force, name, make_reader(server, writer_url), writer_url, True)
    reader = info.reader_url.partition("://")[2].partition(":")[0]
    with psycopg.connect(writer_url) as connection:
        connection.execute("revoke all on schema public from public")
        connection.execute(SIMULATION_SCHEMA)
        for statement in (
            *table_statements(layout),
            *lookup_statements(layout, codebook_for(force)),
            *grant_statements(layout, reader),
        ):
            connection.execute(statement)
    return info


def describe_warehouse(
    server: DatabaseServer, force: str, *, database: str | None = None
) -> WarehouseInfo | None:
    """Where an existing warehouse is, or None if it was never built."""
    name = database or database_name(force)
    if not database_exists(server, name):
        return None
    url = server.url(name)
    return WarehouseInfo(force, name, reader_url(url), url, False)


def found(warehouse: Warehouse, world: World, *, at: datetime) -> None:
    """Enter the officers, and keep seed and scale for whoever plays on."""
    officers = roster(world.calibration, world.seed, world.roster_size)
    warehouse.apply(Change(officer, at) for officer in officers)
    warehouse.connection.execute(
        "insert into simulation.settings (force, seed, scale) values (%s, %s, %s)",
        [world.force, world.seed, world.scale],
    )
