"""Plays a period of a force's world into its warehouse at one go, leaving the last state of each.

Live changes, one by one and at a chosen speed, are `simulation.living`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice

from simulation.warehouses.changes import Change
from simulation.warehouses.live_cases import cases_due, keep_cases, keep_serial, read_world
from simulation.warehouses.warehouse import Warehouse
from simulation.world.arrivals import openings
from simulation.world.cases import Case
from simulation.world.entities import Entity
from simulation.world.lifecycle import play_until
from simulation.world.opening import World, open_case

CASES_AT_ONCE = 2000


def play_history(warehouse: Warehouse, world: World, start: datetime, end: datetime) -> int:
    """Play everything due before `end`, with the cases that open in [start, end).

    Rows carry the time of their last change as modified time. Returns the rows written. Each
    chunk of cases is one transaction.
    """
    connection = warehouse.connection
    _, last = read_world(connection, world.force)
    new = (
        open_case(world, serial, at)
        for serial, at in enumerate(openings(world, start, end), start=last + 1)
    )
    written = 0
    for cases in chain(_chunks(cases_due(connection, end)), _chunks(new)):
        written += _play(warehouse, cases, end)
    return written


def _play(warehouse: Warehouse, cases: list[Case], end: datetime) -> int:
    latest: dict[tuple[type[Entity], int], Change] = {}

    def record(entity: Entity, at: datetime) -> None:
        latest[type(entity), entity.key] = Change(entity, at)

    played = [play_until(case, end, record) for case in cases]
    with warehouse.transaction():
        written = warehouse.apply(latest.values())
        keep_cases(warehouse.connection, played)
        keep_serial(warehouse.connection, warehouse.force, max(case.serial for case in cases))
    return written


def _chunks(cases: Iterable[Case]) -> Iterator[list[Case]]:
    iterator = iter(cases)
    while chunk := list(islice(iterator, CASES_AT_ONCE)):
        yield chunk
