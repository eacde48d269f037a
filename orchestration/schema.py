"""Applies every room's tables to the product's database, in the order of their dependencies.

The SQL itself belongs to the rooms; running it again changes nothing.
"""

from __future__ import annotations

import psycopg

from orchestration.errors import OperatorError
from orchestration.settings import ROOT

SCHEMA_FILES = (
    "deploy/database/control.sql",
    "sensors/landing/schema.sql",
    "sensors/inbox/schema.sql",
    "notifiers/schema.sql",
)
OLDEST_POSTGRES = 160000


class DatabaseTooOld(OperatorError):
    """The server is older than the SQL of this project needs."""


def apply_schema(database_url: str) -> None:
    """Create what is missing; one writer at a time, all or nothing."""
    with psycopg.connect(database_url) as connection:
        if connection.info.server_version < OLDEST_POSTGRES:
            raise DatabaseTooOld(
                f"PostgreSQL {connection.info.server_version // 10000} is too old: "
                "Kept Informed needs 16 or newer (its SQL uses pg_input_is_valid)."
            )
        connection.execute("select pg_advisory_xact_lock(hashtext('kept schema'))")
        for name in SCHEMA_FILES:
            connection.execute((ROOT / name).read_bytes())
