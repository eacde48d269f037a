"""From READY to INFLIGHT: claiming a batch, the last check, and the committed intent to post.

What happens after the post lives in `outcomes`; leases that ran out live in `leases`.
Each function is one transaction of its own, on an autocommit connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row, dict_row

from notifiers.provider import Outgoing

CLAIM = """
with quota as (
    select q.force, q.quota
    from unnest(%(forces)s::text[], %(quotas)s::int[]) as q (force, quota)
    where dispatch.is_here(%(token_hash)s) and not dispatch.is_stopped(q.force)
),
due as (
    select ready.message_id
    from quota
    cross join (values (true), (false)) as rank (is_time_bound)
    cross join lateral (
        select m.message_id
        from dispatch.message as m
        where m.force = quota.force
            and m.state = 'READY'
            and m.is_time_bound = rank.is_time_bound
            and m.due_at <= control.now()
            and coalesce(m.next_attempt_at, '-infinity') <= clock_timestamp()
        order by m.due_at
        limit quota.quota
        for update skip locked
    ) as ready
)
update dispatch.message as m
set state = 'LEASED',
    state_reason = null,
    epoch = m.epoch + 1,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
from due
where m.message_id = due.message_id
returning m.message_id, m.force, m.epoch, m.attempts, m.is_time_bound, m.reference, m.channel,
    m.recipient, m.notify_template_id, m.personalisation
"""

# Our own rules first: they also hold when the view is wrong or out of date.
LAST_CHECK = """
select
    m.message_id,
    case
        when m.expire_at <= control.now() then 'expire'
        when dispatch.is_opted_out(m.force, m.recipient, m.case_id) then 'suppress'
        when failed.is_known then 'suppress'
        else coalesce(checked.verdict, 'hold')
    end as verdict,
    case
        when m.expire_at <= control.now() then 'past its expiry'
        when dispatch.is_opted_out(m.force, m.recipient, m.case_id) then 'opted out'
        when failed.is_known then 'an earlier message to this contact point failed permanently'
        when checked.verdict is null then 'the last check does not know this message'
        else checked.reason
    end as reason,
    checked.not_before
from dispatch.message as m
cross join lateral (
    select exists (
        select 1 from dispatch.message as p
        where p.recipient = m.recipient and p.state = 'PERMANENT'
    ) as is_known
) as failed
left join journeys.message_recheck as checked on m.message_id = checked.message_id
where m.message_id = any(%(ids)s)
"""

# What came too late to send, the officer must tell in person.
CLOSE = """
with closed as (
    update dispatch.message as m
    set state = c.state,
        state_reason = coalesce(c.reason, 'no reason was given'),
        lease_until = null,
        final_at = case when c.state <> 'HELD' then control.now() end,
        held_owner = case when c.state = 'HELD' then %(owner)s end,
        held_due_at = case
            when c.state = 'HELD' then control.now() + make_interval(secs => %(held_due)s)
        end
    from unnest(%(ids)s::uuid[], %(epochs)s::int[], %(states)s::text[], %(reasons)s::text[])
        as c (message_id, epoch, state, reason)
    where m.message_id = c.message_id and m.epoch = c.epoch and m.state = 'LEASED'
    returning m.message_id, m.force, m.state
)
insert into dispatch.incident (kind, force, message_id, detail)
select 'expired', force, message_id, 'a message expired before it was sent: tell the officer'
from closed
where state = 'EXPIRED'
on conflict do nothing
"""

PUT_BACK = """
update dispatch.message as m
set state = 'READY',
    state_reason = c.reason,
    lease_until = null,
    not_before = greatest(m.not_before, c.not_before),
    next_attempt_at = case
        when c.is_waiting then clock_timestamp() + make_interval(secs => %(wait)s)
        else m.next_attempt_at
    end
from unnest(
    %(ids)s::uuid[], %(epochs)s::int[], %(reasons)s::text[],
    %(not_before)s::timestamptz[], %(waiting)s::bool[]
) as c (message_id, epoch, reason, not_before, is_waiting)
where m.message_id = c.message_id and m.epoch = c.epoch and m.state in ('LEASED', 'INFLIGHT')
"""

# The attempts of an intent whose commit was never confirmed to us, so that we did not post.
WITHDRAW = """
update dispatch.attempt as t
set finished_at = clock_timestamp(), outcome = 'too_late'
from unnest(%(ids)s::uuid[], %(epochs)s::int[]) as c (message_id, epoch)
where t.message_id = c.message_id and t.epoch = c.epoch and t.outcome is null
"""

# The switch, the opt-out and the environment are read again by the statement that commits us.
INTEND = """
with go as (
    update dispatch.message as m
    set state = 'INFLIGHT',
        state_reason = null,
        attempts = m.attempts + 1,
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
    from unnest(%(ids)s::uuid[], %(epochs)s::int[]) as c (message_id, epoch)
    where m.message_id = c.message_id
        and m.epoch = c.epoch
        and m.state = 'LEASED'
        and m.lease_until > clock_timestamp()
        and dispatch.is_here(%(token_hash)s)
        and not dispatch.is_stopped(m.force)
        and not dispatch.is_opted_out(m.force, m.recipient, m.case_id)
    returning m.message_id, m.attempts, m.epoch
)
insert into dispatch.attempt (message_id, attempt_no, epoch)
select message_id, attempts, epoch from go
returning message_id, attempt_no
"""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """One leased message: `epoch` is the fence that every later update must still match."""

    message_id: UUID
    force: str
    epoch: int
    attempts: int
    is_time_bound: bool
    reference: UUID
    channel: str
    recipient: str = field(repr=False)
    notify_template_id: UUID
    personalisation: Mapping[str, Any] = field(repr=False)

    def outgoing(self) -> Outgoing:
        return Outgoing(
            message_id=self.message_id,
            force=self.force,
            reference=self.reference,
            channel=self.channel,
            template_id=self.notify_template_id,
            recipient=self.recipient,
            personalisation=self.personalisation,
        )


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A leased message that ends, or waits for a person, without being posted."""

    claimed: Claimed
    state: str
    reason: str | None


def claim(
    connection: psycopg.Connection[Any],
    *,
    quotas: Mapping[str, int],
    token_hash: str,
    lease_seconds: float,
) -> list[Claimed]:
    """Lease up to `quotas[force]` due messages of each force, time-bound ones first.

    Takes nothing from a stopped force, and nothing at all in a database that may not send.
    """
    with connection.cursor(row_factory=class_row(Claimed)) as cursor:
        parameters = {
            "forces": list(quotas),
            "quotas": list(quotas.values()),
            "token_hash": token_hash,
            "lease": lease_seconds,
        }
        rows = cursor.execute(CLAIM, parameters).fetchall()
    return sorted(rows, key=lambda row: not row.is_time_bound)


def last_check(
    connection: psycopg.Connection[Any], claimed: Sequence[Claimed]
) -> dict[UUID, dict[str, Any]]:
    """The verdict on each message at this moment: message_id to {verdict, reason, not_before}."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(LAST_CHECK, {"ids": [c.message_id for c in claimed]})
        return {row["message_id"]: row for row in cursor}


def close(
    connection: psycopg.Connection[Any],
    closings: Sequence[Closing],
    *,
    owner: str,
    held_due_seconds: float,
) -> None:
    """Commit the end of leased messages, where the epoch still matches."""
    if closings:
        parameters = {
            "ids": [c.claimed.message_id for c in closings],
            "epochs": [c.claimed.epoch for c in closings],
            "states": [c.state for c in closings],
            "reasons": [c.reason for c in closings],
            "owner": owner,
            "held_due": held_due_seconds,
        }
        connection.execute(CLOSE, parameters)


def put_back(
    connection: psycopg.Connection[Any],
    verdicts: Sequence[tuple[Claimed, dict[str, Any] | None]],
    *,
    wait_seconds: float = 30,
) -> None:
    """Return messages that were certainly not posted to READY; `wait` verdicts rest first."""
    if verdicts:
        waiting = [verdict is not None for _, verdict in verdicts]
        parameters = {
            "ids": [c.message_id for c, _ in verdicts],
            "epochs": [c.epoch for c, _ in verdicts],
            "reasons": [v["reason"] if v else None for _, v in verdicts],
            "not_before": [v["not_before"] if v else None for _, v in verdicts],
            "waiting": waiting,
            "wait": wait_seconds,
        }
        with connection.transaction():
            connection.execute(WITHDRAW, parameters)
            connection.execute(PUT_BACK, parameters)


def intend(
    connection: psycopg.Connection[Any],
    claimed: Sequence[Claimed],
    *,
    token_hash: str,
    lease_seconds: float,
) -> dict[UUID, int]:
    """Commit INFLIGHT and the attempt; message_id to attempt number for those that may be posted.

    A message whose lease or epoch is gone, or that was stopped meanwhile, is not in the answer.
    """
    parameters = {
        "ids": [c.message_id for c in claimed],
        "epochs": [c.epoch for c in claimed],
        "token_hash": token_hash,
        "lease": lease_seconds,
    }
    return dict(connection.execute(INTEND, parameters).fetchall())
