"""After the post: what the provider's answers make of the messages, committed in batches.

Reading a single answer lives in `classification`; receipts, which come later, in `receipts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from notifiers.claims import Claimed
from notifiers.crash import crash_point
from notifiers.provider import Answer, Outcome

# Whatever the epoch: the provider has it, and that ends every other plan for the message.
ACCEPT = """
update dispatch.message as m
set state = 'ACCEPTED',
    state_reason = null,
    provider_id = a.provider_id,
    accepted_at = control.now(),
    accepted_wall = clock_timestamp(),
    poll_at = clock_timestamp() + make_interval(secs => %(overdue)s),
    lease_until = null,
    final_at = null,
    held_owner = null,
    held_due_at = null
from unnest(%(ids)s::uuid[], %(provider_ids)s::uuid[]) as a (message_id, provider_id)
where m.message_id = a.message_id
    and m.state in (
        'READY', 'LEASED', 'INFLIGHT', 'UNKNOWN', 'HELD', 'REFUSED', 'SUPPRESSED', 'EXPIRED'
    )
"""

DOUBLED = """
insert into dispatch.incident (kind, force, message_id, detail)
select 'doubled', m.force, m.message_id,
    'the provider holds more than one message with this reference: ' || a.provider_id
from unnest(%(ids)s::uuid[], %(provider_ids)s::uuid[]) as a (message_id, provider_id)
inner join dispatch.message as m on a.message_id = m.message_id
where m.provider_id <> a.provider_id
on conflict do nothing
"""

REMEMBER_ID = """
update dispatch.message as m
set provider_id = a.provider_id
from unnest(%(ids)s::uuid[], %(provider_ids)s::uuid[]) as a (message_id, provider_id)
where m.message_id = a.message_id and m.provider_id is null
"""

# Everything but an acceptance counts only for the attempt that it belongs to.
SETTLE = """
update dispatch.message as m
set state = s.state,
    state_reason = s.reason,
    lease_until = null,
    next_attempt_at = case
        when s.back_off is not null then clock_timestamp() + make_interval(secs => s.back_off)
        else m.next_attempt_at
    end,
    unknown_at = case when s.state = 'UNKNOWN' then clock_timestamp() end,
    absent_at = null,
    check_at = case
        when s.state = 'UNKNOWN' then clock_timestamp() + make_interval(secs => %(grace)s)
    end,
    final_at = case when s.state = 'REFUSED' then control.now() end
from unnest(
    %(ids)s::uuid[], %(epochs)s::int[], %(states)s::text[], %(reasons)s::text[],
    %(back_offs)s::float8[]
) as s (message_id, epoch, state, reason, back_off)
where m.message_id = s.message_id and m.epoch = s.epoch and m.state = 'INFLIGHT'
"""

FINISH_ATTEMPTS = """
update dispatch.attempt as t
set finished_at = clock_timestamp(),
    outcome = f.outcome,
    http_status = f.http_status,
    provider_id = f.provider_id
from unnest(
    %(ids)s::uuid[], %(numbers)s::int[], %(outcomes)s::text[], %(statuses)s::int[],
    %(provider_ids)s::uuid[]
) as f (message_id, attempt_no, outcome, http_status, provider_id)
where t.message_id = f.message_id and t.attempt_no = f.attempt_no
"""

# Every further message would be refused as well, so the force rests until the key works again.
PAUSE = """
insert into dispatch.pause (force, reason)
select distinct f.force, 'the provider rejects the key or our clock (403)'
from unnest(%(forces)s::text[]) as f (force)
on conflict (force) do nothing
"""

STATE_AFTER = {
    Outcome.NOT_SENT: "READY",
    Outcome.TOO_LATE: "READY",
    Outcome.REFUSED: "REFUSED",
    Outcome.UNKNOWN: "UNKNOWN",
}


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """One attempt and its answer; `back_off` in seconds when it may be tried again."""

    claimed: Claimed
    attempt_no: int
    answer: Answer
    back_off: float | None = None


def record(
    connection: psycopg.Connection[Any],
    attempted: Sequence[Attempted],
    *,
    grace_seconds: float,
    overdue_seconds: float,
) -> None:
    """Commit answers in one transaction. Doing it twice changes nothing the second time."""
    accepted = [a for a in attempted if a.answer.outcome is Outcome.ACCEPTED]
    others = [a for a in attempted if a.answer.outcome is not Outcome.ACCEPTED]
    with connection.transaction():
        _finish_attempts(connection, attempted)
        if accepted:
            _accept(connection, accepted, overdue_seconds=overdue_seconds)
        if others:
            _settle(connection, others, grace_seconds=grace_seconds)
        crash_point("before_outcome_commit")


def _accept(
    connection: psycopg.Connection[Any], accepted: Sequence[Attempted], *, overdue_seconds: float
) -> None:
    parameters = {
        "ids": [a.claimed.message_id for a in accepted],
        "provider_ids": [a.answer.provider_id for a in accepted],
        "overdue": overdue_seconds,
    }
    connection.execute(ACCEPT, parameters)
    connection.execute(REMEMBER_ID, parameters)
    connection.execute(DOUBLED, parameters)


def _settle(
    connection: psycopg.Connection[Any], others: Sequence[Attempted], *, grace_seconds: float
) -> None:
    parameters = {
        "ids": [a.claimed.message_id for a in others],
        "epochs": [a.claimed.epoch for a in others],
        "states": [STATE_AFTER[a.answer.outcome] for a in others],
        "reasons": [a.answer.reason for a in others],
        "back_offs": [a.back_off for a in others],
        "grace": grace_seconds,
    }
    connection.execute(SETTLE, parameters)
    rejected = [a.claimed.force for a in others if a.answer.is_key_rejected]
    if rejected:
        connection.execute(PAUSE, {"forces": rejected})


def _finish_attempts(connection: psycopg.Connection[Any], attempted: Sequence[Attempted]) -> None:
    parameters = {
        "ids": [a.claimed.message_id for a in attempted],
        "numbers": [a.attempt_no for a in attempted],
        "outcomes": [a.answer.outcome.value for a in attempted],
        "statuses": [a.answer.http_status for a in attempted],
        "provider_ids": [a.answer.provider_id for a in attempted],
    }
    connection.execute(FINISH_ATTEMPTS, parameters)
