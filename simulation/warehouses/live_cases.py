"""Keeps the cases whose script goes on, and the last serial number, in the source's database.

They lie in the schema `simulation`, which no reader sees, and are written in the transaction of
the change they follow, so that a killed process resumes exactly there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import psycopg

from simulation.world.cases import Case, case_from_json, case_to_json
from simulation.world.lifecycle import due_at
from simulation.world.opening import World


class WorldMissingError(LookupError):
    """The database holds no generated world; build the warehouse first."""


def read_world(connection: psycopg.Connection, force: str) -> tuple[World, int]:
    """The world that was founded here, and the last serial number given."""
    row = connection.execute(
        "select seed, scale, last_serial from simulation.settings where force = %s", [force]
    ).fetchone()
    if row is None:
        raise WorldMissingError(
            f"The database of {force} holds no world: build the warehouse first"
        )
    return World(force, row[0], row[1]), row[2]


def keep_serial(connection: psycopg.Connection, force: str, serial: int) -> None:
    connection.execute(
        "update simulation.settings set last_serial = greatest(last_serial, %s) where force = %s",
        [serial, force],
    )


def keep_cases(connection: psycopg.Connection, cases: Iterable[Case]) -> None:
    """Store cases as they are now; those whose script has ended are forgotten."""
    live, ended = [], []
    for case in cases:
        at = due_at(case)
        if at is None:
            ended.append(case.serial)
        else:
            live.append((case.serial, at, case_to_json(case)))
    with connection.cursor() as cursor:
        if ended:
            cursor.execute("delete from simulation.live_case where serial = any(%s)", [ended])
        cursor.executemany(
            "insert into simulation.live_case (serial, due_at, body) values (%s, %s, %s) "
            "on conflict (serial) do update set due_at = excluded.due_at, body = excluded.body",
            live,
        )


def cases_due(connection: psycopg.Connection, before: datetime) -> list[Case]:
    """The cases with a step that is due before this moment, the longest due first."""
    rows = connection.execute(
        "select body from simulation.live_case where due_at < %s order by due_at, serial", [before]
    )
    return [case_from_json(body) for (body,) in rows]


def newest_cases(connection: psycopg.Connection, count: int) -> list[Case]:
    """Cases with something still to come, the last opened first."""
    rows = connection.execute(
        "select body from simulation.live_case order by serial desc limit %s", [count]
    )
    return [case_from_json(body) for (body,) in rows]
