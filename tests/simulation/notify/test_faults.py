"""Misbehaving on demand, each way for itself."""

from __future__ import annotations

import time
from typing import Any
from urllib.error import HTTPError as AdminRefused

import pytest
from notifications_python_client.errors import HTTPError
from requests.exceptions import ConnectionError as Disconnected
from requests.exceptions import ReadTimeout

from simulation.notify.process import RunningStandin
from simulation.notify.registry import Service
from tests.simulation.notify.conftest import Clients
from tests.simulation.notify.fixtures import eventually, problems, send_text
from tests.simulation.notify.receiver import Receiver


def _rows(standin: RunningStandin) -> int:
    return int(standin.counts()["totals"]["rows"])


def _fails(client: Any, cause: type[Exception] | None = None) -> HTTPError:
    """The error a send meets; the official client wraps network errors."""
    with pytest.raises(HTTPError) as failure:
        send_text(client, reference="faulty")
    if cause:
        assert isinstance(failure.value.__cause__, cause)
    return failure.value


@pytest.mark.parametrize(("moment", "rows"), [("before", 0), ("after", 1)])
def test_a_500_may_or_may_not_have_stored_the_message(
    kent: Any, standin: RunningStandin, moment: str, rows: int
) -> None:
    standin.plan_fault(f"500-{moment}-commit", service="kent")
    error = _fails(kent)
    assert error.status_code == 500
    assert error.message == [{"error": "Exception", "message": "Internal server error"}]
    assert _rows(standin) == rows
    send_text(kent)
    assert _rows(standin) == rows + 1


@pytest.mark.parametrize(("moment", "rows"), [("before", 0), ("after", 1)])
def test_a_reset_connection_may_or_may_not_have_stored_the_message(
    kent: Any, standin: RunningStandin, moment: str, rows: int
) -> None:
    standin.plan_fault(f"reset-{moment}-commit", service="kent", next=1)
    _fails(kent, Disconnected)
    assert _rows(standin) == rows
    send_text(kent)


@pytest.mark.parametrize(("moment", "rows"), [("before", 0), ("after", 1)])
def test_a_hang_may_or_may_not_have_stored_the_message(
    standin: RunningStandin,
    services: dict[str, Service],
    clients: Clients,
    moment: str,
    rows: int,
) -> None:
    standin.plan_fault(f"timeout-{moment}-commit", service="kent", seconds=30)
    _fails(clients(standin, services["kent"], timeout=0.2), ReadTimeout)
    assert _rows(standin) == rows


def test_a_hang_ends_with_a_reset(kent: Any, standin: RunningStandin) -> None:
    standin.plan_fault("timeout-before-commit", seconds=0.1)
    _fails(kent, Disconnected)


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("403", 403, "AuthError"),
        ("429", 429, "RateLimitError"),
        ("daily-cap", 429, "TooManyRequestsError"),
    ],
)
def test_a_refusal_stores_nothing(
    kent: Any, standin: RunningStandin, kind: str, status: int, error: str
) -> None:
    standin.plan_fault(kind, next=2)
    for _ in range(2):
        failure = _fails(kent)
        assert (failure.status_code, problems(failure)[0]["error"]) == (status, error)
    assert _rows(standin) == 0
    send_text(kent)


@pytest.mark.parametrize(("answer", "cause"), [("500", None), ("reset", Disconnected)])
def test_a_late_commit_appears_after_the_error(
    kent: Any, standin: RunningStandin, answer: str, cause: type[Exception] | None
) -> None:
    standin.plan_fault("late-commit", seconds=0.6, answer=answer)
    _fails(kent, cause)
    assert _rows(standin) == 0
    assert kent.get_all_notifications(reference="faulty")["notifications"] == []
    eventually(lambda: kent.get_all_notifications(reference="faulty")["notifications"])
    eventually(lambda: _delivered(kent))


def test_a_row_behind_an_error_may_wait_in_created(kent: Any, standin: RunningStandin) -> None:
    standin.plan_fault("500-after-commit", requeue_seconds=3600)
    _fails(kent)
    send_text(kent, reference="later")
    eventually(lambda: _delivered(kent, "later"))
    [found] = kent.get_all_notifications(reference="faulty")["notifications"]
    assert found["status"] == "created"


def test_while_it_is_down_nothing_answers_but_the_admin_surface(
    kent: Any, standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> None:
    standin.plan_fault("down", service="kent", for_seconds=0.5, answer="503")
    assert _fails(kent).status_code == 503
    send_text(clients(standin, services["suffolk"]))
    with pytest.raises(HTTPError):
        kent.get_all_templates()
    assert standin.get("faults")["faults"][0]["hits"] >= 2
    eventually(lambda: standin.get("faults")["faults"] == [])
    send_text(kent)


def test_while_it_is_down_for_everyone_connections_may_be_reset(
    kent: Any, standin: RunningStandin
) -> None:
    standin.plan_fault("down", for_seconds=60, answer="reset")
    _fails(kent, Disconnected)


def test_a_stale_list_does_not_show_new_messages(kent: Any, standin: RunningStandin) -> None:
    standin.plan_fault("stale-get", service="kent", for_seconds=60, seconds=0.5)
    reference, answer = send_text(kent)
    assert kent.get_all_notifications(reference=reference)["notifications"] == []
    with pytest.raises(HTTPError, match="No result found"):
        kent.get_notification_by_id(answer["id"])
    eventually(lambda: kent.get_all_notifications(reference=reference)["notifications"])


def test_reading_may_fail_while_sending_works(kent: Any, standin: RunningStandin) -> None:
    standin.plan_fault("get-500", service="kent", next=1)
    reference, _ = send_text(kent)
    with pytest.raises(HTTPError) as failure:
        kent.get_all_notifications(reference=reference)
    assert failure.value.status_code == 500
    assert kent.get_all_notifications(reference=reference)["notifications"]


def test_a_callback_may_come_twice(kent: Any, standin: RunningStandin, receiver: Receiver) -> None:
    standin.plan_fault("callback-duplicate")
    reference, _ = send_text(kent)
    eventually(lambda: len(receiver.about(reference)) == 2)
    first, second = receiver.about(reference)
    assert first.form == second.form


def test_a_callback_may_come_out_of_order(
    kent: Any, standin: RunningStandin, receiver: Receiver
) -> None:
    standin.plan_fault("callback-out-of-order")
    reference, _ = send_text(kent)
    eventually(lambda: len(receiver.about(reference)) == 2)
    assert [each.form["status"] for each in receiver.about(reference)] == ["delivered", "sending"]


def test_a_callback_may_come_late_or_never(
    kent: Any, standin: RunningStandin, receiver: Receiver
) -> None:
    standin.plan_fault("callback-never")
    never, _ = send_text(kent)
    eventually(lambda: _delivered(kent, never))
    standin.plan_fault("callback-late", seconds=0.5)
    late, _ = send_text(kent)
    eventually(lambda: _delivered(kent, late))
    delivered_at = time.monotonic()
    eventually(lambda: receiver.about(late))
    assert receiver.about(late)[0].at - delivered_at > 0.2
    assert receiver.about(never) == []


def test_a_fault_strikes_with_its_probability_and_only_its_service(
    kent: Any, standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> None:
    standin.plan_fault("429", service="kent", probability=0.5)
    failures = 0
    for _ in range(40):
        try:
            send_text(kent)
        except HTTPError:
            failures += 1
    assert 5 < failures < 35
    for _ in range(5):
        send_text(clients(standin, services["suffolk"]))


@pytest.mark.parametrize(
    "fault",
    [{"kind": "surprise"}, {"kind": "403", "colour": "red"}, {"kind": "403", "service": "wales"}],
)
def test_a_fault_that_makes_no_sense_is_refused(
    standin: RunningStandin, fault: dict[str, object]
) -> None:
    with pytest.raises(AdminRefused) as refusal:
        standin.post("faults", fault)
    refusal.value.close()
    assert refusal.value.code in {400, 404}


def _delivered(client: Any, reference: str = "faulty") -> bool:
    found = client.get_all_notifications(reference=reference)["notifications"]
    return [each["status"] for each in found] == ["delivered"]
