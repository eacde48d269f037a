"""Queued messages that were overtaken by time: they end as EXPIRED, also while a force is stopped.

A message that is just being sent is checked for its expiry by the last check in `claims`.
"""

from __future__ import annotations

from typing import Any

import psycopg

EXPIRE = """
with gone as (
    update dispatch.message as m
    set state = 'EXPIRED',
        state_reason = 'past its expiry',
        final_at = control.now()
    from (
        select message_id
        from dispatch.message
        where state = 'READY' and expire_at <= control.now()
        order by expire_at
        limit 1000
        for update skip locked
    ) as due
    where m.message_id = due.message_id
    returning m.message_id, m.force
)
insert into dispatch.incident (kind, force, message_id, detail)
select 'expired', force, message_id, 'a message expired before it was sent: tell the officer'
from gone
on conflict do nothing
"""


def expire_overtaken(connection: psycopg.Connection[Any]) -> int:
    """End what is past its expiry and tell the officer; returns how many."""
    return connection.execute(EXPIRE).rowcount
