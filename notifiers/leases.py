"""Leases that ran out because their dispatcher died, hung or was cut off.

What becomes of UNKNOWN afterwards lives in `reconciler`.
"""

from __future__ import annotations

from typing import Any

import psycopg

# Never READY: the post may have happened.
LOSE_TRACK = """
with lost as (
    update dispatch.message as m
    set state = 'UNKNOWN',
        state_reason = 'the dispatcher stopped between intent and answer',
        unknown_at = clock_timestamp(),
        absent_at = null,
        check_at = clock_timestamp() + make_interval(secs => %(grace)s),
        lease_until = null
    where m.state = 'INFLIGHT' and m.lease_until < clock_timestamp()
    returning m.message_id, m.attempts
)
update dispatch.attempt as t
set outcome = 'unknown'
from lost
where t.message_id = lost.message_id and t.attempt_no = lost.attempts and t.outcome is null
"""

RELEASE = """
update dispatch.message as m
set state = 'READY', state_reason = 'the lease ran out before anything was posted',
    lease_until = null
where m.state = 'LEASED' and m.lease_until < clock_timestamp()
"""


def reap_leases(connection: psycopg.Connection[Any], *, grace_seconds: float) -> int:
    """LEASED becomes READY, INFLIGHT becomes UNKNOWN; returns how many leases had run out."""
    released = connection.execute(RELEASE).rowcount
    lost = connection.execute(LOSE_TRACK, {"grace": grace_seconds}).rowcount
    return released + lost
