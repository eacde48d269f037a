"""What the callback endpoint keeps, what it answers, and what it never lets in.

What a receipt does to a message is tested in tests/notifiers.
"""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.inbox.conftest import Inbox

KENT = "callback-token-kent"


def receipt(**changes: object) -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "reference": str(uuid.uuid4()),
        "to": "+447700900123",
        "status": "delivered",
        "created_at": "2026-03-02T10:00:00.000000Z",
        "sent_at": "2026-03-02T10:00:01.000000Z",
        "completed_at": "2026-03-02T10:00:04.000000Z",
        "notification_type": "sms",
        "template_id": str(uuid.uuid4()),
        "template_version": 1,
        **changes,
    }


def inbound(**changes: object) -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "source_number": "447700900123",
        "destination_number": "40604",
        "message": "STOP",
        "date_received": "2026-03-02T10:00:00.000000Z",
        **changes,
    }


def post(inbox: Inbox, path: str, body: object, *, token: str | None = KENT) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.post(
        f"{inbox.url}/callbacks/{path}", json=body, headers=headers, timeout=10
    ).status_code


def test_a_receipt_is_committed_when_it_is_answered_and_holds_no_recipient(inbox: Inbox) -> None:
    """Persist before 2xx; the recipient's number stays outside."""
    sent = receipt()
    assert post(inbox, "receipts", sent) == 204
    kept = "select reference, status, force, source, r::text from inbox.receipt as r"
    ((reference, status, force, source, everything),) = inbox.rows(kept)
    assert (reference, status, force, source) == (
        sent["reference"],
        "delivered",
        "kent",
        "callback",
    )
    assert "447700900123" not in everything


@pytest.mark.parametrize(("token", "answer"), [(None, 401), ("forged", 403), ("", 403)])
def test_a_forged_callback_leaves_nothing(inbox: Inbox, token: str | None, answer: int) -> None:
    """Invariant 8 needs receipts to come from the provider."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    for path, body in (("receipts", receipt()), ("texts", inbound())):
        url = f"{inbox.url}/callbacks/{path}"
        assert requests.post(url, json=body, headers=headers, timeout=10).status_code == answer
    assert inbox.rows("select 1 from inbox.receipt union select 1 from inbox.inbound_text") == []


def test_a_duplicate_is_answered_well_and_kept_once(inbox: Inbox) -> None:
    """Invariant 8."""
    sent, text = receipt(), inbound()
    assert [post(inbox, "receipts", sent) for _ in range(3)] == [204, 204, 204]
    assert [post(inbox, "texts", text) for _ in range(2)] == [204, 204]
    assert inbox.rows("select count(*) from inbox.receipt") == [(1,)]
    assert inbox.rows("select count(*) from inbox.inbound_text") == [(1,)]


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "nobody-knows"},
        {"reference": None},
        {"status": "a-new-status"},
        {"completed_at": None, "sent_at": None},
        {"completed_at": "soon"},
    ],
)
def test_what_is_strange_but_authentic_is_kept(inbox: Inbox, changes: dict[str, object]) -> None:
    """A 4xx would lose it for good."""
    assert post(inbox, "receipts", receipt(**changes)) == 204
    assert inbox.rows("select count(*) from inbox.receipt") == [(1,)]


@pytest.mark.parametrize(
    "body", [[], "text", {}, {"id": "no-uuid", "status": "delivered"}, receipt(status=None)]
)
def test_what_is_no_receipt_is_refused_without_an_echo(inbox: Inbox, body: object) -> None:
    headers = {"Authorization": f"Bearer {KENT}"}
    url = f"{inbox.url}/callbacks/receipts"
    answer = requests.post(url, json=body, headers=headers, timeout=10)
    assert answer.status_code == 400
    assert "no-uuid" not in answer.text


def test_a_body_that_is_too_long_is_refused(inbox: Inbox) -> None:
    assert post(inbox, "texts", inbound(message="x" * 100_000)) == 400


@pytest.mark.parametrize("message", ["NUL \x00 inside", "half a pair \ud800", "😀 ŵ Ł \u202e"])
def test_any_characters_in_a_text_are_kept(inbox: Inbox, message: str) -> None:
    """Bad input 21: a STOP with a bad character must not be lost."""
    assert post(inbox, "texts", inbound(message=message)) == 204
    assert inbox.rows("select count(*) from inbox.inbound_text") == [(1,)]


def test_many_callbacks_at_once_are_all_kept(inbox: Inbox) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post(inbox, "receipts", receipt()), range(200)))
    assert set(answers) == {204}
    assert inbox.rows("select count(*) from inbox.receipt") == [(200,)]


def test_a_database_that_is_away_makes_the_provider_try_again(inbox: Inbox) -> None:
    """Anything but 2xx, 429 or 5xx would make the provider give up."""
    assert post(inbox, "receipts", receipt()) == 204
    inbox.rows("alter table inbox.receipt rename to away")
    assert post(inbox, "receipts", receipt()) == 503
    inbox.rows("alter table inbox.away rename to receipt")
    inbox.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    answers = [post(inbox, "receipts", receipt()) for _ in range(2)]
    assert answers == [503, 204]
