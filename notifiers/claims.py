"""From READY to INFLIGHT and back: claiming a batch, and the committed intent to post.

The check in between lives in `last_check`, what happens after the post in `outcomes`, and leases
that ran out in `leases`. Each function is one transaction, on an autocommit connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from notifiers.provider import Outgoing

CLAIM = """
with quota as (
    select q.force, q.quota
    from unnest(%(forces)s::text[], %(quotas)s::int[]) as q (force, quota)
    where dispatch.is_here(%(token_hash)s) and not dispatch.is_stopped(q.force)
),
candidate as (
    select quota.force, rank.is_time_bound, ready.message_id
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
),
-- Time-bound messages first, and then the forces take turns.
due as (
    select message_id
    from candidate
    order by
        is_time_bound desc,
        row_number() over (partition by force, is_time_bound)
    limit %(at_most)s
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


@dataclass(frozen=True)
class Wait:
    """The last check wants to see the message again later (`not_before` in business time)."""

    reason: str | None
    not_before: datetime | None


def claim(
    connection: psycopg.Connection[Any],
    *,
    quotas: Mapping[str, int],
    at_most: int,
    token_hash: str,
    lease_seconds: float,
) -> list[Claimed]:
    """Lease up to `quotas[force]` due messages of each force, and `at_most` in all.

    Takes nothing from a stopped force, and nothing at all in a database that may not send.
    """
    with connection.cursor(row_factory=class_row(Claimed)) as cursor:
        parameters = {
            "forces": list(quotas),
            "quotas": list(quotas.values()),
            "at_most": at_most,
            "token_hash": token_hash,
            "lease": lease_seconds,
        }
        rows = cursor.execute(CLAIM, parameters).fetchall()
    return sorted(rows, key=lambda row: not row.is_time_bound)


def put_back(
    connection: psycopg.Connection[Any],
    waits: Sequence[tuple[Claimed, Wait | None]],
    *,
    wait_seconds: float = 30,
) -> None:
    """Return messages that were certainly not posted to READY; those with a `Wait` rest first."""
    if waits:
        parameters = {
            "ids": [claimed.message_id for claimed, _ in waits],
            "epochs": [claimed.epoch for claimed, _ in waits],
            "reasons": [wait.reason if wait else None for _, wait in waits],
            "not_before": [wait.not_before if wait else None for _, wait in waits],
            "waiting": [wait is not None for _, wait in waits],
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
