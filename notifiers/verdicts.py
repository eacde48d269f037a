"""The reconciler's verdicts on a message whose answer was lost, each one transaction.

How a verdict is reached lives in `reconciler`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from notifiers.crash import crash_point
from notifiers.outcomes import ACCEPT, DOUBLED, REMEMBER_ID

RESEND = """
update dispatch.message as m
set state = 'READY',
    state_reason = 'absent at the provider twice: the one resend',
    resends = m.resends + 1,
    next_attempt_at = null,
    unknown_at = null,
    absent_at = null,
    check_at = null
where m.message_id = %(id)s and m.epoch = %(epoch)s and m.state = 'UNKNOWN' and m.resends = 0
returning m.message_id
"""

TELL_OFFICER = """
insert into dispatch.incident (kind, force, message_id, detail)
select 'time_bound_resent', m.force, m.message_id,
    'a time-bound message was not taken the first time: tell the officer in the case now'
from dispatch.message as m
where m.message_id = %(id)s and m.is_time_bound
on conflict do nothing
"""

HOLD = """
update dispatch.message as m
set state = 'HELD',
    state_reason = %(reason)s,
    held_owner = %(owner)s,
    held_due_at = control.now() + make_interval(secs => %(due)s),
    check_at = null
where m.message_id = %(id)s and m.epoch = %(epoch)s and m.state = 'UNKNOWN'
"""

# The first proof of absence counts from when it was made; a look that proves nothing voids it.
LOOK_AGAIN = """
update dispatch.message as m
set absent_at = case when %(is_absent)s then coalesce(m.absent_at, clock_timestamp()) end,
    check_at = clock_timestamp() + make_interval(secs => %(after)s)
where m.message_id = %(id)s and m.epoch = %(epoch)s and m.state = 'UNKNOWN'
"""


def accept_found(
    connection: psycopg.Connection[Any],
    message_id: UUID,
    provider_ids: Sequence[UUID],
    *,
    overdue_seconds: float,
) -> None:
    """The provider has it: ACCEPTED, with an incident for every row beyond the first."""
    parameters = {
        "ids": [message_id] * len(provider_ids),
        "provider_ids": list(provider_ids),
        "overdue": overdue_seconds,
    }
    first = {"ids": [message_id], "provider_ids": list(provider_ids[:1])}
    with connection.transaction():
        connection.execute(ACCEPT, {**first, "overdue": overdue_seconds})
        connection.execute(REMEMBER_ID, first)
        connection.execute(DOUBLED, parameters)
        crash_point("before_decision_commit")


def resend(connection: psycopg.Connection[Any], message_id: UUID, *, epoch: int) -> None:
    """Proved absent: READY once more, and the officer is told if it was bound to a time."""
    parameters = {"id": message_id, "epoch": epoch}
    with connection.transaction():
        if connection.execute(RESEND, parameters).fetchone() is not None:
            connection.execute(TELL_OFFICER, parameters)
        crash_point("before_decision_commit")


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Why a person decides, who, and within how many seconds of business time."""

    reason: str
    owner: str
    due_seconds: float


def hold(connection: psycopg.Connection[Any], message_id: UUID, *, epoch: int, terms: Hold) -> None:
    """A person decides."""
    parameters = {
        "id": message_id,
        "epoch": epoch,
        "reason": terms.reason,
        "owner": terms.owner,
        "due": terms.due_seconds,
    }
    connection.execute(HOLD, parameters)


def look_again(
    connection: psycopg.Connection[Any],
    message_id: UUID,
    *,
    epoch: int,
    is_absent: bool,
    after_seconds: float,
) -> None:
    """Stay UNKNOWN and look again later, remembering a first proof of absence."""
    parameters = {
        "id": message_id,
        "epoch": epoch,
        "is_absent": is_absent,
        "after": after_seconds,
    }
    connection.execute(LOOK_AGAIN, parameters)
