"""Delivery receipts from the inbox to the messages, in any order and any number of times.

How receipts come in lives in `sensors/inbox` (callbacks) and `polling` (those that got lost).
"""

from __future__ import annotations

from typing import Any

import psycopg

from notifiers.crash import crash_point
from notifiers.outcomes import ACCEPT, DOUBLED, REMEMBER_ID

BATCH = 500

# A receipt may come before its message can be found; it is tried again for an hour, then kept.
CHOOSE = """
select r.receipt_id, r.provider_id, r.status, coalesce(r.occurred_at, r.received_at) as at,
    m.message_id
from inbox.receipt as r
left join dispatch.message as m
    on m.reference = dispatch.as_uuid(r.reference) and (r.force is null or r.force = m.force)
where r.applied_at is null
    and (m.message_id is not null or r.received_wall < clock_timestamp() - interval '1 hour')
order by r.receipt_id
limit %s
for update of r skip locked
"""

# For one message in one batch only the strongest receipt counts, and only upwards.
FINISH = """
update dispatch.message as m
set state = f.state,
    state_reason = f.status,
    final_at = f.at,
    poll_at = null
from (
    select distinct on (r.message_id)
        r.message_id, r.status, r.at, s.state, s.strength
    from unnest(%(ids)s::uuid[], %(statuses)s::text[], %(times)s::timestamptz[])
        as r (message_id, status, at)
    inner join dispatch.provider_status as s on r.status = s.status
    order by r.message_id, s.strength desc, r.at
) as f
where m.message_id = f.message_id
    and f.strength > coalesce(
        (select s.strength from dispatch.provider_status as s where s.state = m.state), 0
    )
"""

MARK = """
update inbox.receipt as r
set applied_at = control.now(),
    outcome = a.outcome
from unnest(%(receipt_ids)s::bigint[], %(outcomes)s::text[]) as a (receipt_id, outcome)
where r.receipt_id = a.receipt_id
"""


def apply_receipts(connection: psycopg.Connection[Any], *, overdue_seconds: float) -> int:
    """Apply what is new in the inbox, in one transaction; returns how many receipts it took.

    A receipt of any status proves acceptance, whatever we believed. A final status is never
    replaced by a weaker one. A receipt with an unknown reference stays in the inbox.
    """
    with connection.transaction():
        rows = connection.execute(CHOOSE, [BATCH]).fetchall()
        if not rows:
            return 0
        known = [row for row in rows if row[4] is not None]
        parameters = {
            "ids": [row[4] for row in known],
            "provider_ids": [row[1] for row in known],
            "statuses": [row[2] for row in known],
            "times": [row[3] for row in known],
        }
        if known:
            connection.execute(ACCEPT, {**parameters, "overdue": overdue_seconds})
            connection.execute(REMEMBER_ID, parameters)
            connection.execute(DOUBLED, parameters)
            connection.execute(FINISH, parameters)
        outcomes = ["applied" if row[4] is not None else "unknown reference" for row in rows]
        marks = {"receipt_ids": [row[0] for row in rows], "outcomes": outcomes}
        connection.execute(MARK, marks)
        crash_point("before_receipts_commit")
    crash_point("after_receipts_commit")
    return len(rows)
