"""Fixtures of the dispatch tests: one stand-in and one database for all, emptied for each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.local.postgres import Server, create_database, drop_database
from notifiers.environment import register_environment
from notifiers.settings import DispatcherSettings
from simulation.notify.process import RunningStandin, start_standin
from tests.inbox.endpoint import free_port
from tests.notifiers.bench import QUICK, RECHECK, ROOT, Bench, services

# A database for each of a hundred tests would take longer than the tests.
EMPTY = """
truncate dispatch.message, dispatch.attempt, dispatch.event, dispatch.incident, dispatch.opt_out,
    dispatch.control, dispatch.pause, dispatch.environment, inbox.receipt, inbox.inbound_text
    restart identity;
update control.clock set time_offset = '0', fixed_at = null;
drop schema if exists journeys cascade;
drop schema if exists naive cascade;
"""


@pytest.fixture(scope="session")
def standin_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStandin]:
    folder = tmp_path_factory.mktemp("notify")
    port = free_port()
    (folder / "callback-port").write_text(str(port))
    running = start_standin(
        folder,
        services(f"http://127.0.0.1:{port}"),
        rate_limit_per_minute=1_000_000,
        delivery_delay_ms=20,
        permanent_failure_share=0,
        temporary_failure_share=0,
        callback_retry_seconds=0.3,
    )
    yield running
    running.stop()


@pytest.fixture
def standin(standin_process: RunningStandin) -> RunningStandin:
    standin_process.post("reset")
    return standin_process


@pytest.fixture(scope="session")
def outbox_database(server: Server) -> Iterator[str]:
    name = f"outbox_{secrets.token_hex(6)}"
    url = create_database(server, name)
    with psycopg.connect(url, autocommit=True) as connection:
        for file in ("deploy/database/control", "notifiers/schema", "sensors/inbox/schema"):
            connection.execute((ROOT / f"{file}.sql").read_text())
    yield url
    drop_database(server, name)


@pytest.fixture
def outbox_url(outbox_database: str) -> str:
    """An empty outbox and inbox, and a re-check that lets everything pass."""
    with psycopg.connect(outbox_database, autocommit=True) as connection:
        connection.execute(EMPTY)
        connection.execute(RECHECK)
    return outbox_database


@pytest.fixture
def bench(outbox_url: str, standin: RunningStandin, tmp_path: Path) -> Bench:
    token_file = tmp_path / "dispatch-token.json"
    with psycopg.connect(outbox_url, autocommit=True) as connection:
        register_environment(connection, token_file)
    settings = DispatcherSettings(
        database_url=outbox_url,
        provider_url=standin.url,
        api_keys={service.force: service.key("normal") for service in services()},
        token_file=token_file,
        mode="test",
        rate_per_minute=None,
        timers=QUICK,
    )
    return Bench(outbox_url, standin, tmp_path, settings)
