"""Reading back what was accepted."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from notifications_python_client.errors import HTTPError

from simulation.notify.process import RunningStandin
from simulation.notify.registry import Service
from tests.simulation.notify.conftest import Clients, Starter
from tests.simulation.notify.fixtures import (
    LETTER,
    eventually,
    identifier,
    make_service,
    send_text,
)


def test_a_message_is_found_by_its_id(kent: Any) -> None:
    reference, answer = send_text(kent, "Hello")
    found = kent.get_notification_by_id(answer["id"])
    assert found["reference"] == reference
    assert found["phone_number"] == "07700 900123"
    assert found["body"] == "Hello"
    assert found["type"] == "sms"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", found["created_at"])


def test_messages_are_found_by_reference_type_and_status(kent: Any) -> None:
    reference, _ = send_text(kent)
    values = {"name": "a", "crime_ref": "b", "is_victim": "no"}
    kent.send_email_notification("zoe@example.org", LETTER.id, values, reference=reference)
    eventually(lambda: len(_ids(kent, status="delivered")) == 2)
    assert len(_ids(kent, reference=reference)) == 2
    assert len(_ids(kent, reference=reference, template_type="email")) == 1
    assert _ids(kent, reference="another") == []
    assert _ids(kent, status="failed") == []


def test_a_list_holds_250_messages_and_links_to_older_ones(kent: Any) -> None:
    sent = [send_text(kent)[1]["id"] for _ in range(252)]
    first = kent.get_all_notifications()
    assert [each["id"] for each in first["notifications"]] == sent[:1:-1]
    assert f"older_than={sent[2]}" in first["links"]["next"]
    assert first["links"]["current"].endswith("/v2/notifications")
    assert [each["id"] for each in kent.get_all_notifications_iterator()] == sent[::-1]


def test_a_list_shows_only_messages_of_the_same_type_of_key(
    kent: Any, standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> None:
    tester = clients(standin, services["kent"], "test")
    reference, answer = send_text(tester)
    assert _ids(kent, reference=reference) == []
    assert _ids(tester, reference=reference) == [answer["id"]]
    assert kent.get_notification_by_id(answer["id"])["reference"] == reference


def test_messages_of_another_service_are_not_found(
    kent: Any, standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> None:
    _, answer = send_text(kent)
    other = clients(standin, services["suffolk"])
    with pytest.raises(HTTPError) as refusal:
        other.get_notification_by_id(answer["id"])
    assert refusal.value.status_code == 404
    assert refusal.value.message == [{"error": "NoResultFound", "message": "No result found"}]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"status": "lost"}, "status lost is not one of"),
        ({"template_type": "pigeon"}, "template_type pigeon is not one of"),
        ({"older_than": "x"}, "older_than is not a valid UUID"),
        ({"colour": "red"}, "Additional properties are not allowed"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    kent: Any, query: dict[str, str], message: str
) -> None:
    with pytest.raises(HTTPError, match=message) as refusal:
        kent.get("/v2/notifications", params=query)
    assert refusal.value.status_code == 400


def test_an_id_that_is_no_uuid_is_refused(kent: Any) -> None:
    with pytest.raises(HTTPError, match="is not a valid UUID"):
        kent.get_notification_by_id("x")


def test_messages_are_gone_after_the_retention(kent: Any, standin: RunningStandin) -> None:
    reference, answer = send_text(kent)
    standin.post("clock", {"offset_seconds": 8 * 86_400})
    try:
        assert _ids(kent, reference=reference) == []
        with pytest.raises(HTTPError, match="No result found"):
            kent.get_notification_by_id(answer["id"])
    finally:
        standin.post("clock", {"offset_seconds": 0})
    assert _ids(kent, reference=reference) == [answer["id"]]


def test_times_are_those_of_the_stand_ins_clock(start: Starter, clients: Clients) -> None:
    service = make_service("kent")
    standin = start(service, time_offset_seconds=-3600 * 24 * 365 * 20)
    client = clients(standin, service)
    _, answer = send_text(client)
    assert client.get_notification_by_id(answer["id"])["created_at"].startswith("200")


def test_unknown_paths_and_methods_are_answered_as_json(standin: RunningStandin) -> None:
    assert requests.get(f"{standin.url}/v2/nothing", timeout=10).status_code == 404
    answer = requests.delete(f"{standin.url}/v2/notifications", timeout=10)
    assert (answer.status_code, answer.json()["result"]) == (405, "error")


def test_received_texts_are_listed_newest_first(kent: Any, standin: RunningStandin) -> None:
    for content in ("STOP", "Thanks"):
        form: dict[str, object] = {"service": "kent", "phone_number": "07700900123"}
        standin.post("inbound-text", {**form, "content": content})
    texts = list(kent.get_received_texts_iterator())
    assert [each["content"] for each in texts] == ["Thanks", "STOP"]
    assert texts[0]["user_number"] == "447700900123"
    unknown = kent.get_received_texts(older_than=identifier("none"))
    assert unknown["received_text_messages"] == []


def _ids(client: Any, **query: str) -> list[str]:
    found = client.get_all_notifications(**query)["notifications"]
    return [each["id"] for each in found]
