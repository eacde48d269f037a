"""Fixtures for the tests of the stand-in for Notify: one process for all, and more on demand.

The services they use live in `fixtures.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulation.notify.process import RunningStandin, start_standin
from simulation.notify.registry import KeyType, Service
from tests.simulation.notify.fixtures import make_client, make_service
from tests.simulation.notify.receiver import Receiver, running_receiver

FAST: dict[str, Any] = {
    "delivery_delay_ms": 40,
    "rate_limit_per_minute": 0,
    "permanent_failure_share": 0,
    "temporary_failure_share": 0,
    "callback_retry_seconds": 0.1,
    "callback_timeout_seconds": 0.5,
}
Clients = Callable[..., Any]
Starter = Callable[..., RunningStandin]


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """The web server that all services' callbacks go to."""
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="session")
def services(receiver: Receiver) -> dict[str, Service]:
    """The services of the shared stand-in by force."""
    guests = ("447700900500", "guest@example.org")
    made = [
        make_service("kent", receiver_url=receiver.url, guest_list=guests),
        make_service("essex", guest_list=guests, is_trial=True),
        make_service("norfolk", sms_daily_limit=2, email_daily_limit=1),
        make_service("suffolk", allows_international=True, prefixes_sms=False),
    ]
    return {service.force: service for service in made}


@pytest.fixture(scope="session")
def shared(
    services: dict[str, Service], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStandin]:
    """One quick stand-in for all tests that can share it."""
    folder = tmp_path_factory.mktemp("standin")
    running = start_standin(folder, list(services.values()), **FAST)
    yield running
    running.stop()


@pytest.fixture
def standin(shared: RunningStandin) -> RunningStandin:
    """The shared stand-in without messages or faults."""
    shared.post("reset")
    return shared


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Start more stand-ins in the test's own folder; they are killed afterwards."""
    started: list[RunningStandin] = []

    def starter(*services: Service, port: int | None = None, **settings: float) -> RunningStandin:
        running = start_standin(tmp_path, list(services), port=port, **(FAST | settings))
        started.append(running)
        return running

    yield starter
    for running in started:
        running.kill()


@pytest.fixture
def clients() -> Iterator[Clients]:
    """Official clients for a stand-in and a service; their sessions are closed afterwards."""
    made: list[Any] = []

    def client(
        standin: RunningStandin, service: Service, key_type: KeyType = "normal", timeout: float = 10
    ) -> Any:
        made.append(make_client(standin, service, key_type, timeout))
        return made[-1]

    yield client
    for each in made:
        each.request_session.close()


@pytest.fixture
def kent(standin: RunningStandin, services: dict[str, Service], clients: Clients) -> Any:
    """A client with a normal key of a service that has callbacks."""
    return clients(standin, services["kent"])


def read_page(standin: RunningStandin, query: str = "") -> str:
    """The page for people as HTML."""
    return requests.get(f"{standin.url}/{query}", timeout=10).text
