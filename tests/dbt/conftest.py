"""The dbt project built once, and a copy of that database for each test.

dbt keeps to one database name, so every copy has the same name and they follow one another.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from deploy.local.postgres import Server, create_database, drop_database
from orchestration.forces import all_forces
from orchestration.schema import apply_schema
from orchestration.transform import Transform
from sensors.landing.tables import prepare_landing
from tests.dbt.kent import MONDAY, Kent


@pytest.fixture(scope="session")
def built(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Transform]]:
    """The name for the copies, and a Transform for it; `<name>_built` is what they are made of."""
    name = f"test_dbt_{secrets.token_hex(4)}"
    url = create_database(server, name)
    apply_schema(url)
    with psycopg.connect(url) as connection:
        prepare_landing(connection, all_forces().values())
    transform = Transform(url, tmp_path_factory.mktemp("dbt"))
    transform.prepare()
    transform.load_seeds()
    transform.build_tables()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter database {} rename to {}").format(
                sql.Identifier(name), sql.Identifier(f"{name}_built")
            )
        )
    yield name, transform
    drop_database(server, f"{name}_built")


@pytest.fixture
def dbt_database_url(server: Server, built: tuple[str, Transform]) -> Iterator[str]:
    """A fresh copy of the built database."""
    name, _ = built
    yield create_database(server, name, template=f"{name}_built")
    drop_database(server, name)


@pytest.fixture
def kent(dbt_database_url: str, built: tuple[str, Transform]) -> Iterator[Kent]:
    """Kent with nothing landed, on a Monday morning in March."""
    with psycopg.connect(dbt_database_url, autocommit=True) as connection:
        kent = Kent(connection, built[1], all_forces()["kent"])
        kent.set_clock(MONDAY)
        yield kent
