"""The last moment to say no: the verdict on leased messages, and the end of those it stops.

The rules about victims and cases are dbt's (journeys.message_recheck); ours come first here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from notifiers.claims import Claimed

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


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`verdict` is send, wait, suppress, hold or expire."""

    message_id: UUID
    verdict: str
    reason: str | None
    not_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A leased message that ends, or waits for a person, without being posted."""

    claimed: Claimed
    state: str
    reason: str | None


def last_check(
    connection: psycopg.Connection[Any], claimed: Sequence[Claimed]
) -> dict[UUID, Verdict]:
    """The verdict on each message at this moment, by message id."""
    with connection.cursor(row_factory=class_row(Verdict)) as cursor:
        cursor.execute(LAST_CHECK, {"ids": [c.message_id for c in claimed]})
        return {row.message_id: row for row in cursor}


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
