"""How much a service may send."""

from __future__ import annotations

from typing import Any

import pytest
from notifications_python_client.errors import HTTPError

from simulation.notify.process import RunningStandin
from simulation.notify.registry import Service
from tests.simulation.notify.conftest import Clients, Starter
from tests.simulation.notify.fixtures import LETTER, make_service, problems, send_text


def test_requests_beyond_a_full_bucket_are_refused_for_that_type_of_key_only(
    start: Starter, clients: Clients
) -> None:
    service = make_service("kent")
    standin = start(service, rate_limit_per_minute=9)
    client = clients(standin, service)
    for _ in range(3):
        send_text(client)
    with pytest.raises(HTTPError) as refusal:
        send_text(client)
    message = "Exceeded rate limit for key type LIVE of 9 requests per 60 seconds"
    assert refusal.value.status_code == 429
    assert refusal.value.message == [{"error": "RateLimitError", "message": message}]
    send_text(clients(standin, service, "test"))
    assert standin.counts()["totals"]["rows"] == 4


def test_the_daily_limit_counts_each_channel_and_no_test_keys(
    standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> None:
    service = services["norfolk"]
    client = clients(standin, service)
    send_text(clients(standin, service, "test"))
    for _ in range(2):
        send_text(client)
    assert _daily_refusal(lambda: send_text(client)) == "Exceeded send limits (sms: 2) for today"
    values = {"name": "a", "crime_ref": "b", "is_victim": "no"}
    client.send_email_notification("zoe@example.org", LETTER.id, values)


def test_the_daily_limit_ends_at_midnight_of_the_stand_in(
    standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> None:
    client = clients(standin, services["norfolk"])
    for _ in range(2):
        send_text(client)
    _daily_refusal(lambda: send_text(client))
    standin.post("clock", {"offset_seconds": 86_400})
    try:
        send_text(client)
    finally:
        standin.post("clock", {"offset_seconds": 0})


def test_the_daily_limit_survives_a_restart(start: Starter, clients: Clients) -> None:
    service = make_service("norfolk", sms_daily_limit=1)
    first = start(service)
    send_text(clients(first, service))
    first.kill()
    second = start(service, port=first.port)
    _daily_refusal(lambda: send_text(clients(second, service)))


def _daily_refusal(send: Any) -> str:
    with pytest.raises(HTTPError) as refusal:
        send()
    assert refusal.value.status_code == 429
    assert problems(refusal.value)[0]["error"] == "TooManyRequestsError"
    return str(problems(refusal.value)[0]["message"])
