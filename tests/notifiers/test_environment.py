"""Only the database that was registered may send: not a clone, not a restored one, not a stranger.

What happens to messages after somebody registers a restored database is tested here as well.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest

from deploy.local.postgres import Server, create_database, drop_database
from notifiers import claims
from notifiers.dispatcher import run_dispatcher
from notifiers.environment import Environment, register_environment
from notifiers.errors import EnvironmentRefused
from tests.notifiers.bench import Bench, wait_until


@contextmanager
def cloned(server: Server, bench: Bench) -> Iterator[Bench]:
    """A copy of the test's database as it is now, with the same token file beside it."""
    name = f"clone_{secrets.token_hex(6)}"
    url = create_database(server, name, template=bench.url.rsplit("/", 1)[1])
    try:
        yield replace(bench, url=url, settings=replace(bench.settings, database_url=url))
    finally:
        drop_database(server, name)


def test_a_clone_of_the_database_sends_nothing(bench: Bench, server: Server) -> None:
    """Invariant 10."""
    bench.queue(3)
    with cloned(server, bench) as clone:
        with pytest.raises(EnvironmentRefused, match="a copy of the registered one"):
            run_dispatcher(clone.settings, threading.Event())
        assert clone.states() == {"READY": 3}
        assert bench.copies() == {0: 3}


def test_a_clone_that_a_dispatcher_is_tricked_into_claims_nothing(
    bench: Bench, server: Server
) -> None:
    """Invariant 10: the claim itself asks where it is."""
    bench.queue(3)
    token_hash = Environment(bench.settings.token_file).token_hash
    with cloned(server, bench) as clone, clone.connect() as connection:
        leased = claims.claim(
            connection, quotas={"kent": 9}, at_most=9, token_hash=token_hash, lease_seconds=1
        )
    assert leased == []


def test_a_database_that_went_back_in_time_sends_nothing(bench: Bench) -> None:
    """Invariant 10: a backup restored in place has the same identity but an older beat."""
    bench.accept_one()
    bench.queue(3)
    bench.run("update dispatch.environment set beat = beat - 1")
    with pytest.raises(EnvironmentRefused, match="older than our last work"):
        run_dispatcher(bench.settings, threading.Event())
    assert bench.copies() == {1: 1, 0: 3}


def test_a_database_that_goes_back_in_time_stops_the_running_dispatcher(bench: Bench) -> None:
    """Invariant 10."""
    (message_id,) = bench.queue()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_dispatcher, bench.settings, threading.Event())
        wait_until(lambda: bench.state(message_id) == "ACCEPTED")
        bench.run("update dispatch.environment set beat = -100")
        with pytest.raises(EnvironmentRefused, match="older than our last work"):
            running.result(timeout=20)


def test_a_database_moved_to_another_cluster_sends_nothing(bench: Bench) -> None:
    bench.queue(3)
    bench.run("update dispatch.environment set system_identifier = system_identifier + 1")
    with pytest.raises(EnvironmentRefused, match="a copy of the registered one"):
        run_dispatcher(bench.settings, threading.Event())


def test_a_database_that_was_never_registered_sends_nothing(bench: Bench) -> None:
    bench.queue(3)
    bench.run("delete from dispatch.environment")
    with pytest.raises(EnvironmentRefused, match="no database is registered"):
        run_dispatcher(bench.settings, threading.Event())


def test_without_the_token_file_nothing_is_sent(bench: Bench) -> None:
    bench.queue(3)
    bench.settings.token_file.unlink()
    with pytest.raises(EnvironmentRefused, match="no token file"):
        run_dispatcher(bench.settings, threading.Event())


def test_a_restored_database_that_somebody_registers_asks_the_provider_before_it_sends(
    bench: Bench, server: Server
) -> None:
    """Invariant 1: what was sent after the backup was taken is found, not sent again."""
    bench.accept_one()
    bench.queue(5, prefix="sent-after-backup-")
    with cloned(server, bench) as restored:
        bench.dispatch_until(lambda: bench.states() == {"ACCEPTED": 6})
        restored.queue(2, prefix="never-sent-")
        with psycopg.connect(restored.url, autocommit=True) as connection:
            register_environment(connection, restored.settings.token_file)
        assert restored.states() == {"ACCEPTED": 1, "UNKNOWN": 7}
        restored.dispatch_until(lambda: restored.states() == {"ACCEPTED": 8})
        assert restored.copies() == {1: 8}
