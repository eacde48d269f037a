"""What became of UNKNOWN messages: ask the provider by reference, then accept, resend once or hold.

It never posts: a resend is a message that is READY again. No transaction is open while it asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from notifiers import verdicts
from notifiers.crash import crash_point
from notifiers.errors import ProviderUnreachable
from notifiers.provider import Provider, ProviderRow, Providers
from notifiers.settings import DispatcherSettings

BATCH = 50

# Taking a message moves its next look into the future: that is the reconciler's lease.
TAKE = """
update dispatch.message as m
set check_at = clock_timestamp() + make_interval(secs => %(lease)s)
from (
    select u.message_id, coalesce(last_attempt.intent_at, u.created_wall) as intent_at
    from dispatch.message as u
    cross join lateral (
        select max(t.intent_at) as intent_at
        from dispatch.attempt as t
        where t.message_id = u.message_id
    ) as last_attempt
    where u.state = 'UNKNOWN' and u.check_at <= clock_timestamp() and u.force = any(%(forces)s)
    order by u.check_at
    limit %(batch)s
    for update of u skip locked
) as due
where m.message_id = due.message_id
returning m.message_id, m.force, m.epoch, m.reference, m.message_class, m.resends, due.intent_at,
    m.absent_at <= clock_timestamp() - make_interval(secs => %(gap)s) as was_absent,
    due.intent_at < clock_timestamp() - make_interval(secs => %(retention)s) as is_too_old,
    m.unknown_at < clock_timestamp() - make_interval(secs => %(patience)s) as is_overdue,
    m.unknown_at < clock_timestamp() - make_interval(secs => %(stale)s) as has_outlived_lag
"""

# The newest: the later it was accepted, the fresher a look-up that shows it must be.
KNOWN_ACCEPTED = """
select reference, accepted_wall
from dispatch.message
where force = %s and provider_id is not null
    and accepted_wall > clock_timestamp() - make_interval(secs => %s)
order by accepted_wall desc
limit 1
"""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """One message without an answer, taken by this reconciler."""

    message_id: UUID
    force: str
    epoch: int
    reference: UUID
    message_class: str
    resends: int
    intent_at: datetime
    was_absent: bool | None
    is_too_old: bool
    is_overdue: bool
    has_outlived_lag: bool

    def is_covered_by(self, shown_at: datetime | None) -> bool:
        """Whether look-ups that show what was accepted at `shown_at` would show this one too."""
        return shown_at is not None and (shown_at > self.intent_at or self.has_outlived_lag)


class Reconciler:
    """`step` looks at one batch and returns how many messages it looked at."""

    def __init__(self, settings: DispatcherSettings, providers: Providers) -> None:
        self._settings = settings
        self._timers = settings.timers
        self._providers = providers

    def step(self, connection: psycopg.Connection[Any]) -> int:
        taken = self._take(connection)
        for force in sorted({message.force for message in taken}):
            mine = [message for message in taken if message.force == force]
            self._reconcile_force(connection, force, mine)
        return len(taken)

    def _take(self, connection: psycopg.Connection[Any]) -> list[Unknown]:
        timers = self._timers
        parameters = {
            "forces": list(self._settings.api_keys),
            "batch": BATCH,
            # Two reconcilers at one message do no harm: every verdict checks state and epoch.
            "lease": max(timers.absence_gap, timers.connect_timeout + timers.read_timeout),
            "gap": timers.absence_gap,
            "retention": timers.provider_retention,
            "patience": timers.reconcile_patience,
            "stale": timers.stale_look_up,
        }
        with connection.cursor(row_factory=class_row(Unknown)) as cursor:
            return cursor.execute(TAKE, parameters).fetchall()

    def _reconcile_force(
        self, connection: psycopg.Connection[Any], force: str, taken: Sequence[Unknown]
    ) -> None:
        provider = self._providers(force)
        shown_at = self._newest_shown(connection, force, provider)
        crash_point("after_control_look_up")
        is_silent = False
        for message in taken:
            # One time-out is enough: the others of this batch are asked about again later.
            rows = None if is_silent else self._find(provider, message)
            is_silent = rows is None
            crash_point("after_look_up")
            self._decide(connection, message, rows, shown_at=shown_at)
            crash_point("after_decision")

    def _newest_shown(
        self, connection: psycopg.Connection[Any], force: str, provider: Provider
    ) -> datetime | None:
        """When the newest message was accepted, if the provider shows it; absence counts only
        while the same key finds a message that is known to be there."""
        retention = self._timers.provider_retention
        known = connection.execute(KNOWN_ACCEPTED, [force, retention]).fetchone()
        if known is None:
            return None
        try:
            return known[1] if provider.find(known[0]) else None
        except ProviderUnreachable:
            return None

    def _find(self, provider: Provider, message: Unknown) -> Sequence[ProviderRow] | None:
        try:
            return provider.find(message.reference)
        except ProviderUnreachable:
            return None

    def _decide(
        self,
        connection: psycopg.Connection[Any],
        message: Unknown,
        rows: Sequence[ProviderRow] | None,
        *,
        shown_at: datetime | None,
    ) -> None:
        if rows:
            ids = [row.provider_id for row in rows]
            overdue = self._timers.receipt_overdue
            verdicts.accept_found(connection, message.message_id, ids, overdue_seconds=overdue)
        elif message.is_too_old:
            self._hold(connection, message, "the attempt is older than the provider's records")
        elif rows is None or not message.is_covered_by(shown_at):
            if message.is_overdue:
                self._hold(connection, message, "the provider cannot be asked what became of it")
            else:
                self._look_again(connection, message, is_absent=False)
        elif not message.was_absent:
            self._look_again(connection, message, is_absent=True)
        elif message.message_class == "S":
            self._hold(connection, message, "absent at the provider, and sensitive")
        elif message.resends > 0:
            self._hold(connection, message, "absent at the provider again after one resend")
        else:
            verdicts.resend(connection, message.message_id, epoch=message.epoch)

    def _hold(self, connection: psycopg.Connection[Any], message: Unknown, reason: str) -> None:
        terms = verdicts.Hold(
            reason=reason, owner=self._settings.held_owner, due_seconds=self._timers.held_due
        )
        verdicts.hold(connection, message.message_id, epoch=message.epoch, terms=terms)

    def _look_again(
        self, connection: psycopg.Connection[Any], message: Unknown, *, is_absent: bool
    ) -> None:
        verdicts.look_again(
            connection,
            message.message_id,
            epoch=message.epoch,
            is_absent=is_absent,
            after_seconds=self._timers.absence_gap,
        )
