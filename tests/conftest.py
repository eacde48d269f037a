"""Fixtures that every room's tests share: a real PostgreSQL and fresh databases in it.

Fixtures of one room live in that room's own conftest.
"""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.local.postgres import EmbeddedPostgres, Server, create_database, drop_database
from orchestration.settings import Settings
from orchestration.stack.databases import open_server

pytest_plugins = ["tests.requirement_report"]

ROOT = Path(__file__).resolve().parent.parent
TEST_CLUSTER = ROOT / ".kept" / "test-postgres"
CONTROL_SQL = ROOT / "deploy" / "database" / "control.sql"


@pytest.fixture(scope="session")
def server() -> Server:
    """The test cluster, shared by parallel workers, or the server that KEPT_SERVER_URL names."""
    settings = Settings()
    if settings.server_url is not None:
        return open_server(settings)
    TEST_CLUSTER.parent.mkdir(exist_ok=True)
    with (TEST_CLUSTER.parent / "test-postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return EmbeddedPostgres(TEST_CLUSTER).start()


@pytest.fixture
def database_url(server: Server) -> Iterator[str]:
    """A fresh database that holds the control schema and nothing else."""
    name = f"test_{secrets.token_hex(6)}"
    url = create_database(server, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CONTROL_SQL.read_text())
    yield url
    drop_database(server, name)
