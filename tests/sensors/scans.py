"""How often a table of ours was read as a whole, by the server's own count."""

from __future__ import annotations

from typing import Any

import psycopg


def whole_scans(connection: psycopg.Connection[Any], schema: str) -> dict[str, int]:
    """The number of sequential scans of each table so far, this session's included."""
    connection.execute("select pg_stat_force_next_flush()")
    rows = connection.execute(
        "select relname, seq_scan from pg_stat_user_tables where schemaname = %s", [schema]
    )
    return dict(rows.fetchall())
