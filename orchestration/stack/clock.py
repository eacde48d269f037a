"""Reads and moves the business clock of a local stack. A live system never moves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg


def set_clock(connection: psycopg.Connection[Any], start: datetime) -> timedelta:
    """Make the business clock say `start` now, and return its offset from the real one."""
    offset = _value(
        connection,
        """
        update control.clock set fixed_at = null, time_offset = %s - clock_timestamp()
        returning extract(epoch from time_offset)::float
        """,
        [start],
    )
    return timedelta(seconds=float(offset))


def latest_moment(connection: psycopg.Connection[Any]) -> datetime:
    """The latest business time the data speaks of: a clock must not run behind its own past."""
    latest = "select greatest(clock_timestamp(), max(landed_at)) from landing.batch"
    moment: datetime = _value(connection, latest, [])
    return moment


def _value(connection: psycopg.Connection[Any], query: LiteralString, values: list[Any]) -> Any:
    row = connection.execute(query, values).fetchone()
    if row is None:
        raise LookupError("control.clock has no row; apply the schema again")
    return row[0]
