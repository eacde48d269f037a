"""Fixtures that every room's tests share: a real PostgreSQL and fresh databases in it.

Fixtures of one room live in that room's own conftest.
"""

from __future__ import annotations

import fcntl
import secrets
import signal
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


def pytest_configure() -> None:
    """Let Ctrl-C mean what it means in a terminal, also for the processes that tests start.

    A shell that starts the tests in its background ignores it, and so would all of them.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
