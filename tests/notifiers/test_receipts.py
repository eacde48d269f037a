"""Receipts in any order, twice, forged or lost: the message ends as the provider says it did.

How receipts are kept when they arrive is tested in tests/inbox.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from uuid import UUID

import pytest

from notifiers.receipts import apply_receipts
from tests.inbox.endpoint import running_inbox
from tests.notifiers.bench import Bench, wait_until

KEEP = """
insert into inbox.receipt (provider_id, reference, status, occurred_at, source, force)
values (%s, %s, %s, timestamptz '2026-03-01 10:00+00' + make_interval(secs => %s), 'callback',
    %s)
on conflict do nothing
"""
STATUSES = ("sending", "temporary-failure", "delivered")


def accepted(bench: Bench, count: int) -> list[UUID]:
    ids = bench.queue(count)
    bench.dispatch_until(lambda: bench.states() == {"ACCEPTED": count})
    return ids


def keep(bench: Bench, message_id: UUID, status: str, *, force: str = "kent") -> None:
    message = bench.message(message_id)
    second = STATUSES.index(status) if status in STATUSES else 0
    values = [message["provider_id"] or uuid.uuid4(), message["reference"], status, second, force]
    bench.run(KEEP, values)


def apply(bench: Bench) -> None:
    with bench.connect() as connection:
        apply_receipts(connection, overdue_seconds=60)


def test_receipts_in_every_order_and_twice_end_in_the_same_state(bench: Bench) -> None:
    """Invariant 8."""
    orders: list[Sequence[str]] = [*itertools.permutations(STATUSES)]
    orders += [[*order, *order] for order in orders]
    endings = set()
    for message_id, order in zip(accepted(bench, len(orders)), orders, strict=True):
        for status in order:
            keep(bench, message_id, status)
            apply(bench)
        message = bench.message(message_id)
        endings.add((message["state"], message["final_at"], message["state_reason"]))
    assert len(endings) == 1
    assert {ending[0] for ending in endings} == {"DELIVERED"}


def test_receipts_in_one_batch_end_as_receipts_one_by_one(bench: Bench) -> None:
    """Invariant 8."""
    (message_id,) = accepted(bench, 1)
    for status in ("delivered", "temporary-failure", "sending"):
        keep(bench, message_id, status)
    apply(bench)
    assert bench.history(message_id)[-2:] == ["ACCEPTED", "DELIVERED"]


def test_a_late_sending_does_not_undo_a_final_status(bench: Bench) -> None:
    """Invariants 6 and 8."""
    (message_id,) = accepted(bench, 1)
    for status in ("permanent-failure", "sending"):
        keep(bench, message_id, status)
        apply(bench)
    assert bench.state(message_id) == "PERMANENT"


@pytest.mark.parametrize("status", ["temporary-failure", "technical-failure"])
def test_a_failure_that_may_pass_is_not_sent_again(bench: Bench, status: str) -> None:
    """Point 9: the journey decides again, dispatch does not."""
    (message_id,) = accepted(bench, 1)
    keep(bench, message_id, status)
    bench.dispatch_until(lambda: bench.state(message_id) in ("TEMPORARY", "TECHNICAL"))
    assert bench.message(message_id)["attempts"] == 1


def test_a_receipt_proves_acceptance_before_the_answer_is_saved(bench: Bench) -> None:
    """A receipt may come first; whatever we believed, the provider has the message."""
    bench.accept_one()
    bench.standin.plan_fault("500-before-commit", next=1)
    (message_id,) = bench.queue(message_class="S")
    bench.dispatch_until(lambda: bench.state(message_id) == "HELD")
    keep(bench, message_id, "delivered")
    apply(bench)
    assert bench.history(message_id)[-3:] == ["HELD", "ACCEPTED", "DELIVERED"]


def test_a_receipt_for_a_queued_resend_stops_the_resend(bench: Bench) -> None:
    """Invariant 1: the first attempt came through after all."""
    (message_id,) = bench.queue()
    keep(bench, message_id, "sending")
    apply(bench)
    bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
    assert bench.copies() == {0: 1}


def test_a_receipt_with_an_unknown_reference_is_kept_and_changes_nothing(bench: Bench) -> None:
    (message_id,) = accepted(bench, 1)
    bench.run(KEEP, [uuid.uuid4(), "nobody-knows", "delivered", 0, "kent"])
    apply(bench)
    assert bench.state(message_id) == "ACCEPTED"
    assert bench.run("select applied_at from inbox.receipt") == [(None,)]
    bench.run("update inbox.receipt set received_wall = received_wall - interval '2 hours'")
    apply(bench)
    assert bench.run("select outcome from inbox.receipt") == [("unknown reference",)]


def test_one_forces_token_cannot_end_another_forces_message(bench: Bench) -> None:
    (message_id,) = accepted(bench, 1)
    keep(bench, message_id, "permanent-failure", force="essex")
    apply(bench)
    assert bench.state(message_id) == "ACCEPTED"


def test_callbacks_bring_every_message_to_its_end(bench: Bench) -> None:
    """Duplicated and disordered receipts included."""
    for fault in ("callback-duplicate", "callback-out-of-order"):
        bench.standin.plan_fault(fault, next=5)
    with running_inbox(bench.url, bench.callback_port):
        bench.queue(20)
        bench.dispatch_until(lambda: bench.states() == {"DELIVERED": 20})
    assert bench.copies() == {1: 20}


def test_polling_recovers_receipts_whose_callbacks_were_lost(bench: Bench) -> None:
    """The endpoint is down and the provider gives the callbacks up."""
    bench = bench.with_timers(receipt_overdue=0.2)
    bench.standin.plan_fault("callback-never", for_seconds=60)
    bench.queue(20)
    bench.dispatch_until(lambda: bench.states() == {"DELIVERED": 20})
    assert bench.run("select distinct source from inbox.receipt") == [("poll",)]


def test_a_number_that_failed_permanently_gets_nothing_more(bench: Bench) -> None:
    """Invariant 37."""
    bench = bench.with_timers(receipt_overdue=0.2)
    number = "+447700900700"
    bench.standin.post("outcomes", {"recipient": number, "status": "permanent-failure"})
    (first,) = bench.queue(prefix="first-", recipient=number)
    bench.dispatch_until(lambda: bench.state(first) == "PERMANENT")
    (second,) = bench.queue(prefix="second-", recipient=number)
    (changed,) = bench.queue(prefix="changed-", recipient="+447700900701")
    with bench.dispatching():
        wait_until(lambda: bench.state(second) == "SUPPRESSED")
        wait_until(lambda: bench.state(changed) == "DELIVERED")
