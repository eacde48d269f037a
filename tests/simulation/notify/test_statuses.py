"""What becomes of messages over time."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.notify.outcomes import Outcomes
from simulation.notify.process import RunningStandin
from simulation.notify.registry import Service
from tests.simulation.notify.conftest import Clients, Starter
from tests.simulation.notify.fixtures import eventually, make_service, send_text


def _status(client: Any, answer: dict[str, Any]) -> str:
    return str(client.get_notification_by_id(answer["id"])["status"])


def test_a_message_goes_from_created_by_sending_to_delivered(
    start: Starter, clients: Clients
) -> None:
    service = make_service("kent")
    client = clients(start(service, delivery_delay_ms=400), service)
    _, answer = send_text(client)
    seen = [_status(client, answer)]

    def is_delivered() -> bool:
        seen.append(_status(client, answer))
        return seen[-1] == "delivered"

    eventually(is_delivered)
    order = list(dict.fromkeys(seen))
    assert [each for each in order if each != "pending"] in (
        ["created", "sending", "delivered"],
        ["sending", "delivered"],
    )
    found = client.get_notification_by_id(answer["id"])
    assert found["created_at"] <= found["sent_at"] <= found["completed_at"]


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("07700900003", "temporary-failure"),
        ("07700900002", "permanent-failure"),
        ("07700900123", "delivered"),
    ],
)
def test_a_test_key_has_numbers_that_fail(
    standin: RunningStandin,
    services: dict[str, Service],
    clients: Clients,
    number: str,
    status: str,
) -> None:
    client = clients(standin, services["kent"], "test")
    _, answer = send_text(client, phone_number=number)
    eventually(lambda: _status(client, answer) == status)


def test_the_outcome_for_a_recipient_can_be_fixed(
    kent: Any, standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> None:
    standin.post("outcomes", {"recipient": "07700 900 400", "status": "technical-failure"})
    standin.post("outcomes", {"recipient": "07700 900 401", "status": "sending"})
    _, failing = send_text(kent, phone_number="07700900400")
    _, stuck = send_text(kent, phone_number="07700900401")
    eventually(lambda: _status(kent, failing) == "technical-failure")
    eventually(lambda: _status(kent, stuck) == "sending")
    abroad = clients(standin, services["suffolk"])
    _, answer = send_text(abroad, phone_number="+48512345678")
    eventually(lambda: _status(abroad, answer) == "sent")


def test_the_services_file_can_fix_outcomes_too(start: Starter, clients: Clients) -> None:
    service = make_service("kent", fixed_outcomes={"447700900400": "permanent-failure"})
    client = clients(start(service), service)
    _, answer = send_text(client, phone_number="07700900400")
    eventually(lambda: _status(client, answer) == "permanent-failure")


def test_the_seed_decides_which_messages_fail() -> None:
    service = make_service("kent")

    def statuses(seed: int) -> list[str]:
        outcomes = Outcomes(seed)
        return [
            outcomes.final_status(
                service, "normal", recipient=f"4477009{n:05d}", text="Hello", is_abroad=False
            )
            for n in range(10_000)
        ]

    first = statuses(1)
    assert first == statuses(1)
    assert first != statuses(2)
    assert 150 <= first.count("permanent-failure") <= 250
    assert 60 <= first.count("temporary-failure") <= 140
