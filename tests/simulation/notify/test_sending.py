"""What the API answers to a request to send."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from notifications_python_client.authentication import create_jwt_token
from notifications_python_client.errors import HTTPError

from simulation.notify.process import RunningStandin
from simulation.notify.registry import KeyType, Service
from tests.simulation.notify.conftest import Clients
from tests.simulation.notify.fixtures import (
    GREETING,
    LETTER,
    PLAIN,
    identifier,
    problems,
    send_text,
)


def test_an_accepted_text_comes_back_with_its_content(
    kent: Any, standin: RunningStandin, services: dict[str, Service]
) -> None:
    answer = kent.send_sms_notification(
        "07700900123", GREETING.id, {"name": "Zoë", "crime_ref": "46/12/26"}, reference="ref-1"
    )
    assert answer["reference"] == "ref-1"
    assert answer["content"] == {"body": "Hello Zoë, ref 46/12/26.", "from_number": "40604"}
    assert answer["uri"] == f"{standin.url}/v2/notifications/{answer['id']}"
    assert answer["template"]["id"] == GREETING.id
    assert answer["template"]["version"] == 1
    assert services["kent"].id in answer["template"]["uri"]


def test_an_accepted_email_comes_back_with_subject_and_body(kent: Any) -> None:
    values = {"name": "Zoë", "crime_ref": "46/12/26", "is_victim": "yes"}
    answer = kent.send_email_notification("zoe@example.org", LETTER.id, values)
    assert answer["content"]["subject"] == "About 46/12/26"
    assert "You are a victim." in answer["content"]["body"]


def test_the_handset_sees_the_prefix_and_the_api_does_not(
    kent: Any, standin: RunningStandin
) -> None:
    _, answer = send_text(kent, "“Łukasz”")
    assert answer["content"]["body"] == "“Łukasz”"
    shown = standin.get("messages")["messages"][0]
    assert shown["shown"] == 'Kent Police: "Lukasz"'
    assert shown["fragments"] == 1


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"phone_number": "0770"}, "ValidationError", "phone_number Not enough digits"),
        ({"phone_number": 7}, "ValidationError", "phone_number 7 is not of type string"),
        ({"template_id": "x"}, "ValidationError", "template_id is not a valid UUID"),
        ({"personalisation": [1]}, "ValidationError", "personalisation [1] is not of type object"),
        ({"reference": "r" * 1001}, "ValidationError", f"reference {'r' * 1001} is too long"),
        ({"sms_sender_id": "x"}, "ValidationError", "sms_sender_id is not a valid UUID"),
        ({"template_id": identifier("none")}, "BadRequestError", "Template not found"),
        (
            {"template_id": LETTER.id},
            "BadRequestError",
            "email template is not suitable for sms notification",
        ),
        (
            {"template_id": GREETING.id, "personalisation": {"name": None}},
            "BadRequestError",
            "Missing personalisation: name, crime ref",
        ),
        ({"personalisation": {"text": " "}}, "BadRequestError", "Your message is empty."),
        (
            {"personalisation": {"text": "a" * 919}},
            "BadRequestError",
            "Text messages cannot be longer than 918 characters. "
            "Your message is 919 characters long.",
        ),
        (
            {"phone_number": "+48512345678"},
            "BadRequestError",
            "Cannot send to international mobile numbers",
        ),
    ],
)
def test_a_request_that_cannot_be_sent_is_refused_and_not_stored(
    kent: Any, standin: RunningStandin, fields: dict[str, Any], error: str, message: str
) -> None:
    with pytest.raises(HTTPError) as refusal:
        send_text(kent, **fields)
    assert refusal.value.status_code == 400
    assert refusal.value.message == [{"error": error, "message": message}]
    assert standin.counts()["totals"]["rows"] == 0


def test_every_wrong_field_is_named(kent: Any) -> None:
    with pytest.raises(HTTPError) as refusal:
        kent.post("/v2/notifications/sms", data={"colour": "red", "reference": 3})
    assert [each["message"] for each in problems(refusal.value)] == [
        "phone_number is a required property",
        "template_id is a required property",
        "Additional properties are not allowed (colour was unexpected)",
        "reference 3 is not of type string",
    ]


def test_a_body_that_is_no_json_is_refused(kent: Any, standin: RunningStandin) -> None:
    answer = requests.post(
        f"{standin.url}/v2/notifications/sms",
        data=b"{",
        headers=kent.generate_headers(_token(kent)),
        timeout=10,
    )
    assert answer.json()["errors"][0]["message"] == "Invalid JSON supplied in POST data"


def test_918_characters_are_accepted_as_seven_fragments_with_the_prefix(
    kent: Any, standin: RunningStandin
) -> None:
    send_text(kent, "a" * 918)
    assert standin.get("messages")["messages"][0]["fragments"] == 7


@pytest.mark.parametrize(("length", "fragments"), [(160, 1), (161, 2)])
def test_the_second_fragment_starts_after_160_characters(
    standin: RunningStandin,
    services: dict[str, Service],
    clients: Clients,
    length: int,
    fragments: int,
) -> None:
    send_text(clients(standin, services["suffolk"]), "a" * length)
    assert standin.get("messages")["messages"][0]["fragments"] == fragments


def test_the_same_reference_may_be_sent_twice_and_is_stored_twice(
    kent: Any, standin: RunningStandin
) -> None:
    for _ in range(2):
        send_text(kent, reference="same")
    send_text(kent, reference="other")
    assert standin.references("kent") == {"same": 2, "other": 1}
    counts = standin.counts("kent")["forces"]["kent"]
    assert (counts["rows"], counts["distinct_references"]) == (3, 2)
    assert (counts["doubled_references"], counts["surplus_rows"]) == (1, 1)


@pytest.mark.parametrize("number", ["07700900000", "07700 900111", "+447700900222"])
def test_smoke_numbers_are_accepted_and_never_stored(
    kent: Any, standin: RunningStandin, number: str
) -> None:
    _, answer = send_text(kent, phone_number=number)
    assert answer["id"]
    assert standin.counts()["totals"]["rows"] == 0


def test_smoke_addresses_are_accepted_and_never_stored(kent: Any, standin: RunningStandin) -> None:
    values = {"name": "a", "crime_ref": "b", "is_victim": "no"}
    for suffix in ("", "-2", "-3"):
        address = f"simulate-delivered{suffix}@notifications.service.gov.uk"
        kent.send_email_notification(address, LETTER.id, values)
    assert standin.counts()["totals"]["rows"] == 0


@pytest.mark.parametrize(("force", "key_type"), [("kent", "team"), ("essex", "normal")])
def test_only_guests_may_be_written_to_with_a_team_key_or_in_trial_mode(
    standin: RunningStandin,
    services: dict[str, Service],
    clients: Clients,
    force: str,
    key_type: KeyType,
) -> None:
    reason = "team-only API key" if key_type == "team" else "trial mode"
    client = clients(standin, services[force], key_type)
    send_text(client, phone_number="07700900500")
    with pytest.raises(HTTPError, match=reason) as refusal:
        send_text(client)
    assert problems(refusal.value)[0]["error"] == "BadRequestError"


def test_a_schedule_is_checked_and_not_honoured(kent: Any) -> None:
    form = {
        "phone_number": "07700900123",
        "template_id": PLAIN.id,
        "personalisation": {"text": "a"},
    }
    with pytest.raises(HTTPError, match="can not be in the past"):
        kent.post("/v2/notifications/sms", data={**form, "scheduled_for": "2020-01-01T10:00"})


def test_a_sender_that_the_service_does_not_have_is_refused(
    kent: Any, services: dict[str, Service]
) -> None:
    sender = identifier("sender")
    with pytest.raises(HTTPError, match="does not exist in database") as refusal:
        send_text(kent, sms_sender_id=sender)
    assert services["kent"].id in problems(refusal.value)[0]["message"]


def _token(client: Any) -> str:
    make: Any = create_jwt_token
    return str(make(client.api_key, client.service_id))
