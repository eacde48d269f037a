"""Receipts and received texts that Notify posts to a service."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from simulation.notify.process import RunningStandin
from simulation.notify.registry import Service
from tests.simulation.notify.conftest import Clients, Starter
from tests.simulation.notify.fixtures import eventually, make_service, send_text
from tests.simulation.notify.receiver import Receiver


def _callbacks(standin: RunningStandin) -> dict[str, int]:
    found: dict[str, int] = standin.counts("kent")["forces"]["kent"]["callbacks"]
    return found


def test_a_final_status_is_posted_with_the_bearer_token(kent: Any, receiver: Receiver) -> None:
    reference, answer = send_text(kent)
    eventually(lambda: receiver.about(reference))
    [posted] = receiver.about(reference)
    assert posted.path == "/kent/receipts"
    assert posted.authorization == "Bearer token-of-kent"
    assert posted.form["id"] == answer["id"]
    assert posted.form["to"] == "07700 900123"
    assert posted.form["status"] == "delivered"
    assert posted.form["notification_type"] == "sms"
    assert posted.form["completed_at"] >= posted.form["sent_at"] >= posted.form["created_at"]


@pytest.mark.parametrize("refusal", [500, 503, 429])
def test_a_receipt_is_posted_again_after_a_server_error(
    kent: Any, receiver: Receiver, standin: RunningStandin, refusal: int
) -> None:
    receiver.answers["again"] = [refusal, refusal]
    before = len(receiver.about("again"))
    send_text(kent, reference="again")
    eventually(lambda: _callbacks(standin).get("delivered"))
    attempts = receiver.about("again")[before:]
    assert len(attempts) == 3
    assert all(later.at - earlier.at >= 0.09 for earlier, later in pairwise(attempts))


def test_a_receipt_is_given_up_after_five_more_attempts(
    kent: Any, receiver: Receiver, standin: RunningStandin
) -> None:
    receiver.answers["never"] = [500] * 10
    send_text(kent, reference="never")
    eventually(lambda: _callbacks(standin) == {"exhausted": 1})
    assert len(receiver.about("never")) == 6


@pytest.mark.parametrize("refusal", [400, 401, 403, 404])
def test_a_receipt_is_lost_after_any_other_refusal(
    kent: Any, receiver: Receiver, standin: RunningStandin, refusal: int
) -> None:
    receiver.answers[f"lost-{refusal}"] = [refusal]
    send_text(kent, reference=f"lost-{refusal}")
    eventually(lambda: _callbacks(standin) == {"refused": 1})
    assert len(receiver.about(f"lost-{refusal}")) == 1


def test_a_receipt_waits_while_nobody_listens_even_across_a_restart(
    start: Starter, clients: Clients
) -> None:
    service = make_service("kent", receiver_url="http://127.0.0.1:9")
    first = start(service, callback_retry_seconds=600)
    send_text(clients(first, service))
    eventually(lambda: _callbacks(first) == {"waiting": 1})
    first.kill()
    assert _callbacks(start(service, port=first.port)).keys() <= {"waiting", "exhausted"}


def test_a_text_from_a_person_is_posted_to_the_service(
    standin: RunningStandin, receiver: Receiver
) -> None:
    form: dict[str, object] = {"service": "kent", "phone_number": "07700 900123"}
    sent = standin.post("inbound-text", {**form, "content": "STOP"})
    eventually(lambda: [each for each in receiver.posted if each.form["id"] == sent["id"]])
    [posted] = [each for each in receiver.posted if each.form["id"] == sent["id"]]
    assert posted.path == "/kent/texts"
    assert posted.form["source_number"] == "447700900123"
    assert posted.form["message"] == "STOP"
    assert posted.form["date_received"].endswith("Z")


def test_a_service_without_callbacks_gets_none(
    standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> None:
    client = clients(standin, services["suffolk"])
    _, answer = send_text(client)
    eventually(lambda: client.get_notification_by_id(answer["id"])["status"] == "delivered")
    assert standin.counts("suffolk")["forces"]["suffolk"]["callbacks"] == {}
