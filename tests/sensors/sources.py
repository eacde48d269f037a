"""A small force warehouse of the tests' own, with a login that may only read, and its YAML.

It is made by hand here and owes nothing to the simulated warehouses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from psycopg import sql

from deploy.local.postgres import Server, create_database, drop_database
from sensors.feeds import Force, load_force

PASSWORD = "only-reads"
ODBC_DRIVER = "PostgreSQL Unicode"
HOW_TO_GET_THE_DRIVER = "get it with: apt-get install unixodbc odbc-postgresql"

CRIMES_TABLE = """
    create table crimes (
        crime_id bigint,
        crime_ref text,
        status varchar(20),
        loss numeric(12, 2),
        risk double precision,
        is_domestic boolean,
        occurred_on date,
        officer uuid,
        created_at timestamp,
        amended_at timestamptz not null default clock_timestamp()
    );
    create index on crimes (amended_at);
    create index on crimes (crime_id);
"""
CRIMES_COLUMNS = {
    "crime_id": "bigint",
    "crime_ref": "text",
    "status": "varchar(20)",
    "loss": "numeric(12,2)",
    "risk": "double precision",
    "is_domestic": "boolean",
    "occurred_on": "date",
    "officer": "uuid",
    "created_at": "timestamp",
    "amended_at": "timestamptz",
}


def require_driver() -> None:
    """Skip the test where the real ODBC driver is missing, and say how to get it."""
    try:
        import pyodbc  # noqa: PLC0415

        drivers = pyodbc.drivers()
    except ImportError as error:
        pytest.skip(f"pyodbc cannot be loaded ({error}); {HOW_TO_GET_THE_DRIVER}")
    if ODBC_DRIVER not in drivers:
        pytest.skip(f"there is no ODBC driver {ODBC_DRIVER!r}; {HOW_TO_GET_THE_DRIVER}")


@dataclass(frozen=True)
class Source:
    """A source database: `run` changes it as its owner, `url` reads it."""

    owner_url: str
    login: str

    @property
    def url(self) -> str:
        parts = urlsplit(self.owner_url)
        return f"postgresql://{self.login}:{PASSWORD}@{parts.hostname}:{parts.port}{parts.path}"

    @property
    def odbc(self) -> str:
        parts = urlsplit(self.owner_url)
        return (
            f"Driver={{{ODBC_DRIVER}}};Server={parts.hostname};Port={parts.port};"
            f"Database={parts.path[1:]};Uid={self.login};Pwd={PASSWORD}"
        )

    def run(self, statement: str, parameters: list[Any] | None = None) -> list[Any]:
        """Run as the owner and commit; the login may then read every table there is."""
        with psycopg.connect(self.owner_url) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            rows = cursor.fetchall() if cursor.description else []
            grant = sql.SQL("grant select on all tables in schema public to {}")
            connection.execute(grant.format(sql.Identifier(self.login)))
        return rows

    def add_crimes(self, first: int, last: int, *, status: str = "OPEN") -> None:
        self.run(
            "insert into crimes select n, 'CR/' || n, %s, n * 1.25, n / 3.0, n %% 2 = 0, "
            "date '2026-01-01' + (n %% 300)::int, null, timestamp '2026-03-01 10:00' "
            "+ n * interval '1 minute', clock_timestamp() "
            "from generate_series(%s::bigint, %s::bigint) as n",
            [status, first, last],
        )


@contextmanager
def make_source(server: Server, *, tables: str = CRIMES_TABLE) -> Iterator[Source]:
    """A new source database with these tables; it and its login are gone afterwards."""
    name = f"src_{token_hex(6)}"
    source = Source(create_database(server, name), f"reads_{name}")
    with login_of(source, server):
        source.run(tables)
        yield source


@contextmanager
def login_of(source: Source, server: Server) -> Iterator[None]:
    """The login that may only read `source`; afterwards it is dropped, with its database."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create role {source.login} login password '{PASSWORD}'".encode())
        try:
            yield
        finally:
            drop_database(server, source.login.removeprefix("reads_"))
            connection.execute(f"drop role {source.login}".encode())


def feed_yaml(
    name: str = "crimes", columns: Mapping[str, str] = CRIMES_COLUMNS, **feed: Any
) -> dict[str, object]:
    """One table of a sources YAML; `feed` overrides what `config.meta.feed` says."""
    declared = {"table": name, "key": ["crime_id"], "modified": "amended_at", "lag_seconds": 0.2}
    declared |= feed
    return {
        "name": name,
        "description": "A feed of a test.",
        "config": {"meta": {"feed": declared}},
        "columns": [{"name": key, "data_type": kind} for key, kind in columns.items()],
    }


def write_force(folder: Path, force: str, *tables: dict[str, object]) -> Path:
    """The sources YAML of a force in its folder under `folder`."""
    path = folder / force / f"_{force}__sources.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    warehouse = {"secret": f"KEPT_SOURCE_{force.upper()}", "timezone": "Europe/London"}
    source = {
        "name": f"raw_{force}",
        "schema": f"raw_{force}",
        "config": {"meta": {"warehouse": warehouse}},
        "tables": list(tables),
    }
    path.write_text(yaml.safe_dump({"version": 2, "sources": [source]}, sort_keys=False))
    return path


def declare(folder: Path, force: str = "kent", *tables: dict[str, object]) -> Force:
    """The force as it is loaded from its YAML, with the crimes feed if none is given."""
    return load_force(write_force(folder, force, *(tables or [feed_yaml()])))
