"""Fixtures of the dispatch tests: one stand-in for all, and a fresh outbox for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from notifiers.environment import register_environment
from notifiers.settings import DispatcherSettings
from simulation.notify.process import RunningStandin, start_standin
from tests.inbox.endpoint import free_port
from tests.notifiers.bench import QUICK, RECHECK, ROOT, Bench, services


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


@pytest.fixture
def outbox_url(database_url: str) -> str:
    """A database with the outbox, the inbox and a re-check that lets everything pass."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for file in ("notifiers/schema.sql", "sensors/inbox/schema.sql"):
            connection.execute((ROOT / file).read_text())
        connection.execute(RECHECK)
    return database_url


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
