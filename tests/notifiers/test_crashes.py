"""Kill -9 at every step, frozen processes and two dispatchers: nothing lost, nothing doubled.

Messages are counted at the provider. The bound is what is listed here, not "exactly once".
"""

from __future__ import annotations

import os
import random
import signal
import time

from notifiers.dispatcher import run_dispatcher
from tests.notifiers.bench import Bench, wait_until
from tests.notifiers.naive import SCHEMA as NAIVE_SCHEMA
from tests.notifiers.naive import run_naive
from tests.notifiers.processes import Ambush, die_at, process

SENDING = (
    "after_claim",
    "after_last_check",
    "before_intent",
    "after_intent",
    "before_post",
    "after_post",
    "before_outcome_commit",
    "after_outcome_commit",
)
RECONCILING = (
    "after_control_look_up",
    "after_look_up",
    "before_decision_commit",
    "after_decision",
)
COUNT = 10


def is_settled(bench: Bench) -> bool:
    return not bench.states().keys() & {"READY", "LEASED", "INFLIGHT", "UNKNOWN"}


def test_a_kill_at_any_step_of_sending_neither_loses_nor_doubles_a_message(bench: Bench) -> None:
    """Invariants 1, 2, 4 and 5."""
    bench.accept_one()
    for point in SENDING:
        bench.queue(COUNT, prefix=f"{point}-R-")
        bench.queue(COUNT, prefix=f"{point}-T-", message_class="T")
        die_at(bench.settings, Ambush(point), protocol=run_dispatcher)
    bench.dispatch_until(lambda: is_settled(bench))
    expected = {f"{point}-{c}-": {1: COUNT} for point in SENDING for c in "RT"}
    assert bench.copies_by_batch() == {"control-": {1: 1}, **expected}
    assert bench.states() == {"ACCEPTED": 2 * COUNT * len(SENDING) + 1}
    assert one_open_attempt_at_a_time(bench)


def test_a_kill_while_sending_leaves_sensitive_messages_sent_once_or_held(bench: Bench) -> None:
    """Invariants 1 and 2."""
    bench.accept_one()
    for point in ("after_intent", "before_post", "after_post", "before_outcome_commit"):
        bench.queue(COUNT, prefix=f"{point}-", message_class="S")
        die_at(bench.settings, Ambush(point), protocol=run_dispatcher)
    bench.dispatch_until(lambda: is_settled(bench))
    copies, states = bench.copies(), bench.states()
    assert set(copies) == {0, 1}
    assert copies == {0: states["HELD"], 1: states["ACCEPTED"]}
    assert bench.run(
        "select count(*) from dispatch.message where state = 'HELD' and held_due_at is null"
    ) == [(0,)]


def test_a_kill_at_any_step_of_reconciling_neither_loses_nor_doubles(bench: Bench) -> None:
    """Invariants 1, 2 and 5."""
    bench.accept_one()
    bench.standin.plan_fault("500-before-commit", next=4)
    bench.standin.plan_fault("500-after-commit", next=4)
    bench.queue(8)
    bench.dispatch_until(lambda: bench.states()["UNKNOWN"] == 8)
    for point in RECONCILING:
        die_at(bench.settings, Ambush(point), protocol=run_dispatcher)
    bench.dispatch_until(lambda: is_settled(bench))
    assert bench.copies() == {1: 9}


def test_a_kill_while_receipts_and_texts_are_applied_loses_none_of_them(bench: Bench) -> None:
    """Invariant 8: they are applied again, and that changes nothing."""
    ids = bench.queue(5)
    bench.dispatch_until(lambda: bench.states() == {"ACCEPTED": 5})
    bench.run(
        "insert into inbox.receipt (provider_id, reference, status, source)"
        " select provider_id, reference::text, 'delivered', 'callback' from dispatch.message"
    )
    bench.run(
        "insert into inbox.inbound_text (provider_id, source_number, body, source)"
        " values (gen_random_uuid(), '447700900999', 'STOP', 'callback')"
    )
    for point in ("before_receipts_commit", "after_receipts_commit", "before_texts_commit"):
        die_at(bench.settings, Ambush(point), protocol=run_dispatcher)
    opted_out = "select contact_point from dispatch.opt_out"
    bench.dispatch_until(lambda: bench.run(opted_out) == [("+447700900999",)])
    assert bench.states() == {"DELIVERED": 5}
    assert bench.history(ids[0])[-2:] == ["ACCEPTED", "DELIVERED"]


def test_kills_at_random_moments_neither_lose_nor_double(bench: Bench) -> None:
    """Invariants 1 and 2."""
    bench.accept_one()
    bench.queue(300)
    dice = random.Random(7)
    for _ in range(6):
        with process(bench.settings) as child:
            time.sleep(dice.uniform(0.05, 0.25))
            child.kill()
            child.join()
    bench.dispatch_until(lambda: is_settled(bench))
    assert bench.copies() == {1: 301}


def test_lease_and_retry_doubles_messages_in_the_same_harness(bench: Bench) -> None:
    """The harness can tell: without this failing protocol the tests above would prove nothing."""
    bench.run(NAIVE_SCHEMA)
    for point in ("after_post", "before_outcome_commit"):
        bench.run(
            "insert into naive.message (batch) select %s from generate_series(1, 10)", [point]
        )
        die_at(bench.settings, Ambush(point), protocol=run_naive)
    with process(bench.settings, protocol=run_naive):
        unsent = "select count(*) from naive.message where state <> 'SENT'"
        wait_until(lambda: bench.run(unsent) == [(0,)])
    assert bench.standin.counts("kent")["totals"]["doubled_references"] >= 2


def test_a_process_frozen_before_its_post_does_not_post_when_it_wakes(bench: Bench) -> None:
    """Invariants 1 and 7: SIGSTOP beyond the lease, the grace and the resend."""
    bench.accept_one()
    (message_id,) = bench.queue()
    with process(bench.settings, Ambush("before_post", action="freeze")) as frozen:
        wait_until(lambda: bench.state(message_id) == "INFLIGHT")
        bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
        os.kill(frozen.pid or 0, signal.SIGCONT)
        finished = "select count(*) from dispatch.attempt where outcome = 'too_late'"
        wait_until(lambda: bench.run(finished) == [(1,)])
    assert bench.copies() == {1: 2}
    assert bench.history(message_id)[-5:] == ["UNKNOWN", "READY", "LEASED", "INFLIGHT", "ACCEPTED"]


def test_a_process_frozen_after_its_post_finds_the_message_reconciled(bench: Bench) -> None:
    """Invariants 1, 6 and 7."""
    bench.accept_one()
    (message_id,) = bench.queue()
    with process(bench.settings, Ambush("after_post", action="freeze")) as frozen:
        wait_until(lambda: bench.state(message_id) == "INFLIGHT")
        bench.dispatch_until(lambda: bench.state(message_id) == "ACCEPTED")
        os.kill(frozen.pid or 0, signal.SIGCONT)
        accepted = "select count(*) from dispatch.attempt where outcome = 'accepted'"
        wait_until(lambda: bench.run(accepted) == [(2,)])
    assert bench.copies() == {1: 2}
    assert bench.state(message_id) == "ACCEPTED"


def test_two_dispatchers_at_once_send_each_message_once(bench: Bench) -> None:
    """Invariants 1 and 5."""
    bench.queue(200)
    bench.queue(100, force="essex", channel="email", recipient="someone@example.org")
    with process(bench.settings), process(bench.settings):
        wait_until(lambda: bench.states()["ACCEPTED"] == 300)
    assert bench.copies() == {1: 300}
    assert bench.run("select count(*) from dispatch.attempt") == [(300,)]


def one_open_attempt_at_a_time(bench: Bench) -> bool:
    """Every attempt was resolved before the next one of the same message was intended."""
    overlapping = """
        select count(*)
        from dispatch.attempt as earlier
        inner join dispatch.attempt as later
            on earlier.message_id = later.message_id and earlier.attempt_no < later.attempt_no
        where not exists (
            select 1 from dispatch.event as e
            where e.message_id = earlier.message_id and e.from_state in ('INFLIGHT', 'UNKNOWN')
                and e.to_state = 'READY' and e.wall between earlier.intent_at and later.intent_at
        )
    """
    return bench.run(overlapping) == [(0,)]
