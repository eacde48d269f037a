"""What a misbehaving provider does to messages, counted at the provider.

The stand-in misbehaves as GOV.UK Notify can: an error answer may still send.
"""

from __future__ import annotations

import socket

import pytest

from tests.notifiers.bench import Bench, wait_until

LOST = ("500-before-commit", "timeout-before-commit", "reset-before-commit")
KEPT = ("500-after-commit", "timeout-after-commit", "reset-after-commit")


def held_or_accepted(bench: Bench) -> bool:
    return not bench.states().keys() & {"READY", "LEASED", "INFLIGHT", "UNKNOWN"}


def test_messages_kept_behind_an_error_are_found_and_not_sent_again(bench: Bench) -> None:
    """Invariants 1, 2 and 5: an error, a time-out and a reset after the provider committed."""
    bench.accept_one()
    for fault in KEPT:
        bench.standin.plan_fault(fault, next=1, seconds=2)
    ids = [bench.queue(prefix=f"{c}-", message_class=c)[0] for c in "SRT"]
    bench.dispatch_until(lambda: bench.states() == {"ACCEPTED": 4})
    for message_id in ids:
        assert bench.history(message_id)[2:] == ["INFLIGHT", "UNKNOWN", "ACCEPTED"]
    assert bench.copies() == {1: 4}


def test_routine_messages_that_are_proved_absent_are_sent_once_more(bench: Bench) -> None:
    """Invariants 1, 2 and 5: an error, a time-out and a reset before the provider committed."""
    bench.accept_one()
    for fault in LOST:
        bench.standin.plan_fault(fault, next=1, seconds=2)
    ids = bench.queue(3)
    bench.dispatch_until(lambda: bench.states() == {"ACCEPTED": 4})
    assert [bench.message(message_id)["resends"] for message_id in ids] == [1, 1, 1]
    assert bench.copies() == {1: 4}
    assert bench.run("select kind from dispatch.incident") == []


def test_a_resend_that_is_lost_as_well_is_held(bench: Bench) -> None:
    """Invariant 2: one resend, then a person."""
    bench.accept_one()
    bench.standin.plan_fault("500-before-commit", next=2)
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "HELD")
    assert bench.message(message_id)["attempts"] == 2
    assert bench.message(message_id)["held_owner"] == "victim care team"


def test_a_sensitive_message_that_is_proved_absent_waits_for_a_person(bench: Bench) -> None:
    """Class S is never sent again by itself."""
    bench.accept_one()
    bench.standin.plan_fault("500-before-commit", next=1)
    (message_id,) = bench.queue(message_class="S")
    bench.dispatch_until(lambda: bench.state(message_id) == "HELD")
    assert bench.message(message_id)["state_reason"] == "absent at the provider, and sensitive"
    assert bench.message(message_id)["held_due_at"] is not None
    assert bench.copies() == {1: 1, 0: 1}


def test_a_time_bound_message_is_sent_once_more_and_the_officer_is_told(bench: Bench) -> None:
    """Class T."""
    bench.accept_one()
    bench.standin.plan_fault("500-before-commit", next=1)
    (message_id,) = bench.queue(message_class="T")
    bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
    assert bench.run("select kind, message_id from dispatch.incident") == [
        ("time_bound_resent", message_id)
    ]


def test_a_message_that_appears_late_is_found_within_the_grace(bench: Bench) -> None:
    """Invariant 1: the grace is longer than the latest late commit."""
    bench.accept_one()
    bench.standin.plan_fault("late-commit", next=1, seconds=0.3)
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
    assert bench.copies() == {1: 2}


def test_a_message_that_appears_after_the_resend_raises_an_incident(bench: Bench) -> None:
    """Past the bound of the grace the double cannot be prevented, but it is noticed."""
    bench.accept_one()
    bench.standin.plan_fault("late-commit", next=1, seconds=2.5)
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
    wait_until(lambda: bench.copies() == {1: 1, 2: 1})
    bench = bench.with_timers(receipt_overdue=0.1)
    bench.run("update dispatch.message set poll_at = clock_timestamp()")
    doubled = "select message_id from dispatch.incident where kind = 'doubled'"
    bench.dispatch_until(lambda: bench.run(doubled) == [(message_id,)])


def test_absence_in_an_outdated_look_up_proves_nothing(bench: Bench) -> None:
    """The look-up must show something that was accepted after the attempt."""
    bench.accept_one()
    bench = bench.with_timers(stale_look_up=3600)
    bench.standin.plan_fault("500-after-commit", next=1)
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "UNKNOWN")
    bench.run("update dispatch.message set accepted_wall = accepted_wall - interval '1 hour'")
    bench.standin.plan_fault("stale-get", next=8, seconds=60)
    with bench.dispatching():
        wait_until(lambda: bench.standin.get("faults")["faults"] == [])
        wait_until(lambda: bench.state(message_id) == "ACCEPTED")
    assert bench.history(message_id)[2:] == ["INFLIGHT", "UNKNOWN", "ACCEPTED"]


def test_without_a_message_that_must_be_found_nothing_is_proved_absent(bench: Bench) -> None:
    """The control look-up comes first; with no control the message waits, then is held."""
    bench = bench.with_timers(reconcile_patience=1.5)
    bench.standin.plan_fault("500-before-commit", next=1)
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "HELD")
    reason = bench.message(message_id)["state_reason"]
    assert reason == "the provider cannot be asked what became of it"


def test_a_provider_that_cannot_be_asked_leaves_the_message_to_a_person(bench: Bench) -> None:
    """Invariant 2."""
    bench.accept_one()
    bench = bench.with_timers(reconcile_patience=1)
    bench.standin.plan_fault("500-before-commit", next=1)
    bench.standin.plan_fault("get-500", for_seconds=30)
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "HELD")
    assert bench.copies() == {1: 1, 0: 1}


def test_an_attempt_older_than_the_providers_records_is_held(bench: Bench) -> None:
    """After six days absence proves nothing any more."""
    bench.accept_one()
    bench.standin.plan_fault("500-before-commit", next=1)
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "UNKNOWN")
    bench.run("update dispatch.attempt set intent_at = intent_at - interval '145 hours'")
    bench.dispatch_until(lambda: bench.state(message_id) == "HELD")


@pytest.mark.parametrize("fault", ["429", "daily-cap"])
def test_a_provider_that_is_too_busy_gets_the_message_later(bench: Bench, fault: str) -> None:
    """429 is certain: nothing was taken, so it is no resend."""
    bench.standin.plan_fault(fault, next=2)
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
    assert bench.message(message_id)["attempts"] == 3
    assert bench.message(message_id)["resends"] == 0
    assert bench.copies() == {1: 1}


def test_a_provider_that_is_down_costs_no_message_and_no_doubt(bench: Bench) -> None:
    """A refused connection is certain as well."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        away = bench.with_settings(provider_url=f"http://127.0.0.1:{unused.getsockname()[1]}")
        message_ids = away.queue(20, message_class="S")
        tried = "select count(*) > 3 from dispatch.attempt where outcome = 'not_sent'"
        away.dispatch_until(lambda: away.run(tried) == [(True,)])
    assert bench.states() == {"READY": 20}
    bench.dispatch_until(lambda: bench.states() == {"ACCEPTED": 20})
    assert "UNKNOWN" not in bench.history(message_ids[0])
    assert bench.copies() == {1: 20}


def test_a_name_that_cannot_be_resolved_is_a_provider_that_is_down(bench: Bench) -> None:
    away = bench.with_settings(provider_url="http://notify.invalid")
    (message_id,) = away.queue()
    tried = "select outcome from dispatch.attempt where finished_at is not null limit 1"
    away.dispatch_until(lambda: away.run(tried) == [("not_sent",)])
    assert bench.state(message_id) == "READY"


def test_a_rejected_key_stops_its_force_until_the_key_works_again(bench: Bench) -> None:
    """403 refuses the messages that met it; the rest of that force waits, others go on."""
    bench.standin.plan_fault("403", service="kent", for_seconds=1.5)
    bench.standin.plan_fault("get-500", service="kent", for_seconds=1.5)
    bench.queue(40)
    bench.queue(40, force="essex")
    paused = "select force from dispatch.pause"
    with bench.dispatching():
        wait_until(lambda: bench.run(paused) == [("kent",)])
        wait_until(lambda: held_or_accepted(bench))
    refused = bench.states()["REFUSED"]
    assert 1 <= refused <= bench.settings.senders
    assert bench.copies() == {0: refused, 1: 80 - refused}
    assert bench.run(paused) == []


def test_a_missing_placeholder_is_refused_with_a_clear_reason(bench: Bench) -> None:
    """Bad input: the provider's 400 becomes REFUSED and nothing is tried again."""
    (message_id,) = bench.queue(personalisation="{}")
    bench.dispatch_until(lambda: bench.state(message_id) == "REFUSED")
    assert bench.message(message_id)["state_reason"] == (
        "the provider answered 400: BadRequestError: Missing personalisation: crime_ref"
    )
    assert bench.message(message_id)["attempts"] == 1
    assert bench.copies() == {0: 1}
