"""The ordinary day and the reasons not to send: every message ends somewhere, with its reason.

Crashes live in `test_crashes`, misbehaving providers in `test_provider_faults`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from notifiers import claims
from notifiers.environment import Environment
from notifiers.last_check import Closing, close
from notifiers.leases import reap_leases
from notifiers.outcomes import Attempted, record
from notifiers.provider import Answer, Outcome
from tests.notifiers.bench import Bench, wait_until


def test_a_due_message_is_accepted_once_and_every_step_is_logged(bench: Bench) -> None:
    """Invariants 1, 2 and 4."""
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
    assert bench.history(message_id) == ["READY", "LEASED", "INFLIGHT", "ACCEPTED"]
    assert bench.copies() == {1: 1}
    assert bench.run("select attempt_no, outcome, http_status from dispatch.attempt") == [
        (1, "accepted", 201)
    ]


def test_time_bound_messages_overtake_the_queue(bench: Bench) -> None:
    bench = bench.with_settings(claim_batch=10, senders=1)
    bench.queue(30, prefix="routine-")
    (urgent,) = bench.queue(prefix="urgent-", message_class="T")
    bench.dispatch_until(lambda: bench.states() == {"ACCEPTED": 31})
    before = """
        select count(*) from dispatch.attempt
        where intent_at < (select intent_at from dispatch.attempt where message_id = %s)
    """
    assert bench.run(before, [urgent]) == [(0,)]


def test_a_message_is_not_sent_before_its_time_on_the_business_clock(bench: Bench) -> None:
    (message_id,) = bench.queue()
    bench.run("update dispatch.message set send_after = send_after + interval '2 hours'")
    with bench.dispatching():
        wait_until(lambda: bench.run("select beat > 3 from dispatch.environment") == [(True,)])
        assert bench.state(message_id) == "READY"
        bench.run("update control.clock set time_offset = '3 hours'")
        wait_until(lambda: bench.state(message_id) == "ACCEPTED")


@pytest.mark.parametrize(
    ("verdict", "state"), [("suppress", "SUPPRESSED"), ("hold", "HELD"), ("expire", "EXPIRED")]
)
def test_the_last_check_ends_a_message_with_its_reason(
    bench: Bench, verdict: str, state: str
) -> None:
    """Invariants 2 and 9."""
    (message_id,) = bench.queue()
    overrule = "insert into journeys.overruled values (%s, %s, 'case was transferred')"
    bench.run(overrule, [message_id, verdict])
    bench.dispatch_until(lambda: bench.state(message_id) == state)
    assert bench.message(message_id)["state_reason"] == "case was transferred"
    assert bench.copies() == {0: 1}


def test_the_last_check_can_make_a_message_wait(bench: Bench) -> None:
    (message_id,) = bench.queue()
    opens_at = datetime.now(UTC) + timedelta(hours=2)
    overrule = "insert into journeys.overruled values (%s, 'wait', 'window is shut', %s)"
    bench.run(overrule, [message_id, opens_at])
    bench.dispatch_until(lambda: bench.message(message_id)["not_before"] is not None)
    assert bench.state(message_id) == "READY"
    assert bench.message(message_id)["state_reason"] == "window is shut"
    assert datetime.fromisoformat(bench.message(message_id)["due_at"]) == opens_at


def test_a_message_that_the_last_check_does_not_know_is_held(bench: Bench) -> None:
    (message_id,) = bench.queue()
    bench.run(
        "create or replace view journeys.message_recheck as select m.message_id,"
        " coalesce(o.verdict, 'send') as verdict, o.reason, o.not_before from dispatch.message as m"
        " left join journeys.overruled as o on m.message_id = o.message_id where false"
    )
    bench.dispatch_until(lambda: bench.state(message_id) == "HELD")


def test_while_the_last_check_is_being_rebuilt_nothing_is_sent_and_nothing_lost(
    bench: Bench,
) -> None:
    """dbt may replace the view at any moment."""
    (message_id,) = bench.queue()
    bench.run("alter view journeys.message_recheck rename to rebuilt")
    with bench.dispatching():
        wait_until(lambda: "LEASED" in bench.history(message_id))
        wait_until(lambda: bench.state(message_id) == "READY")
        assert bench.copies() == {0: 1}
        bench.run("alter view journeys.rebuilt rename to message_recheck")
        wait_until(lambda: bench.state(message_id) == "ACCEPTED")


def test_a_message_past_its_expiry_is_not_sent_and_the_officer_is_told(bench: Bench) -> None:
    """Invariant 36."""
    (message_id,) = bench.queue(expire_at=datetime.now(UTC) - timedelta(minutes=1))
    bench.dispatch_until(lambda: bench.state(message_id) == "EXPIRED")
    wait_until(lambda: bench.run("select kind from dispatch.incident") == [("expired",)])
    assert bench.copies() == {0: 1}


def test_the_kill_switch_of_a_force_stops_that_force_only(bench: Bench) -> None:
    """Invariant 40."""
    bench.run("insert into dispatch.control (force, is_stopped) values ('kent', true)")
    (stopped,) = bench.queue()
    (free,) = bench.queue(force="essex")
    with bench.dispatching():
        wait_until(lambda: bench.state(free) == "ACCEPTED")
        assert bench.state(stopped) == "READY"
        bench.run("update dispatch.control set is_stopped = false")
        wait_until(lambda: bench.state(stopped) == "ACCEPTED")


def test_the_kill_switch_for_all_stops_messages_that_are_already_leased(bench: Bench) -> None:
    """Invariant 40: the statement that commits the intent reads the switch again."""
    bench.queue(5)
    with bench.connect() as connection:
        leased = claim(bench, connection)
        connection.execute("insert into dispatch.control (force, is_stopped) values ('*', true)")
        assert intend(bench, connection, leased) == {}
    with bench.dispatching():
        wait_until(lambda: bench.states() == {"READY": 5})
    assert bench.copies() == {0: 5}


def test_a_stale_epoch_changes_nothing(bench: Bench) -> None:
    """Invariant 7."""
    (message_id,) = bench.queue()
    with bench.connect() as connection:
        stale = claim(bench, connection)
        bench.run("update dispatch.message set lease_until = clock_timestamp() - interval '1 s'")
        reap_leases(connection, grace_seconds=60)
        fresh = claim(bench, connection)
        before = bench.message(message_id)
        assert intend(bench, connection, stale) == {}
        claims.put_back(connection, [(stale[0], None)])
        closing = Closing(claimed=stale[0], state="HELD", reason="stale")
        close(connection, [closing], owner="nobody", held_due_seconds=1)
        answer = Answer(outcome=Outcome.REFUSED, reason="stale")
        late = Attempted(claimed=stale[0], attempt_no=1, answer=answer)
        record(connection, [late], grace_seconds=1, overdue_seconds=1)
        assert bench.message(message_id) == before
        assert intend(bench, connection, fresh) == {message_id: 1}


def test_a_lease_that_ran_out_is_ready_again_but_an_intent_is_unknown(bench: Bench) -> None:
    """Never READY after the intent: the post may have happened."""
    leased_only, intended = bench.queue(2)
    with bench.connect() as connection:
        leased = claim(bench, connection)
        intend(bench, connection, [c for c in leased if c.message_id == intended])
        bench.run("update dispatch.message set lease_until = clock_timestamp() - interval '1 s'")
        assert reap_leases(connection, grace_seconds=60) == 2
    assert bench.state(leased_only) == "READY"
    assert bench.state(intended) == "UNKNOWN"


def test_an_acceptance_never_regresses_even_by_hand(bench: Bench) -> None:
    """Invariant 6: the database refuses."""
    (message_id,) = bench.queue()
    bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
    for state in ("READY", "INFLIGHT", "UNKNOWN", "HELD"):
        with pytest.raises(psycopg.errors.CheckViolation, match="ACCEPTED cannot become"):
            bench.run("update dispatch.message set state = %s, state_reason = 'x'", [state])


@pytest.mark.requirement("UJ-17")
def test_events_and_references_cannot_be_rewritten(bench: Bench) -> None:
    bench.queue()
    for statement in (
        "update dispatch.event set reason = 'nothing happened'",
        "delete from dispatch.event",
        "update dispatch.message set reference = gen_random_uuid()",
        "update dispatch.message set epoch = epoch - 1",
        "update dispatch.message set state = 'SUPPRESSED'",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            bench.run(statement)


def test_the_same_decision_twice_is_one_message(bench: Bench) -> None:
    """Invariant 3."""
    bench.queue(3)
    with pytest.raises(psycopg.errors.UniqueViolation):
        bench.queue(3)
    assert bench.states() == {"READY": 3}


def test_a_live_dispatcher_refuses_drama_numbers_and_example_addresses(bench: Bench) -> None:
    """Bad input 10."""
    bench = bench.with_settings(mode="live")
    (text,) = bench.queue(prefix="text-", recipient="+447700900123")
    (mail,) = bench.queue(prefix="mail-", channel="email", recipient="a@example.org")
    bench.dispatch_until(lambda: bench.states() == {"REFUSED": 2})
    assert bench.message(text)["state_reason"] == bench.message(mail)["state_reason"]
    assert bench.run("select count(*) from dispatch.attempt") == [(0,)]


def claim(bench: Bench, connection: psycopg.Connection[Any]) -> list[claims.Claimed]:
    token_hash = Environment(bench.settings.token_file).token_hash
    return claims.claim(
        connection, quotas={"kent": 100}, at_most=100, token_hash=token_hash, lease_seconds=1
    )


def intend(
    bench: Bench, connection: psycopg.Connection[Any], leased: list[claims.Claimed]
) -> dict[UUID, int]:
    token_hash = Environment(bench.settings.token_file).token_hash
    return claims.intend(connection, leased, token_hash=token_hash, lease_seconds=1)
