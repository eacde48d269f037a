"""What the provider's callbacks should have told us but did not: receipts and received texts.

It writes the same inbox as the callbacks do; what follows from a receipt lives in `receipts`.
"""

from __future__ import annotations

from typing import Any

import psycopg

from notifiers.crash import crash_point
from notifiers.errors import ProviderUnreachable
from notifiers.provider import Providers
from notifiers.settings import DispatcherSettings

BATCH = 50

# The rests grow with the age of the message: 48 hours of silence need no look a minute.
TAKE = """
update dispatch.message as m
set poll_at = clock_timestamp() + greatest(
    make_interval(secs => %(overdue)s), (clock_timestamp() - m.accepted_wall) / 2
)
from (
    select message_id
    from dispatch.message
    where state = 'ACCEPTED' and poll_at <= clock_timestamp() and force = any(%(forces)s)
        and accepted_wall > clock_timestamp() - make_interval(secs => %(retention)s)
    order by poll_at
    limit %(batch)s
    for update skip locked
) as due
where m.message_id = due.message_id
returning m.force, m.reference
"""

KEEP_RECEIPT = """
insert into inbox.receipt (provider_id, reference, status, occurred_at, source, force)
values (%(provider_id)s, %(reference)s, %(status)s, %(occurred_at)s, 'poll', %(force)s)
on conflict (provider_id, status) do nothing
"""

KEEP_TEXT = """
insert into inbox.inbound_text (provider_id, force, source_number, body, sent_at, source)
values (%(provider_id)s, %(force)s, %(source_number)s, %(body)s, %(sent_at)s, 'poll')
on conflict (provider_id) do nothing
"""


class Poller:
    """Asks for overdue receipts, and for received texts of each force."""

    def __init__(self, settings: DispatcherSettings, providers: Providers) -> None:
        self._settings = settings
        self._timers = settings.timers
        self._providers = providers

    def poll_receipts(self, connection: psycopg.Connection[Any]) -> int:
        """Look up accepted messages whose receipt is overdue; returns how many."""
        parameters = {
            "overdue": self._timers.receipt_overdue,
            "forces": list(self._settings.api_keys),
            "retention": self._timers.provider_retention,
            "batch": BATCH,
        }
        taken = connection.execute(TAKE, parameters).fetchall()
        crash_point("after_poll_taken")
        silent: set[str] = set()
        for force, reference in taken:
            if force in silent:
                continue
            try:
                # By reference, not by id: that also shows a message the provider has twice.
                rows = self._providers(force).find(reference)
            except ProviderUnreachable:
                # The next look is already planned; more of them now would only wait in line.
                silent.add(force)
                continue
            for row in rows:
                connection.execute(KEEP_RECEIPT, {**vars(row), "force": force})
        return len(taken)

    def poll_texts(self, connection: psycopg.Connection[Any]) -> None:
        """Keep the newest received texts of every force that the callbacks did not bring."""
        for force in self._settings.api_keys:
            try:
                texts = self._providers(force).received_texts()
            except ProviderUnreachable:
                continue
            for text in texts:
                connection.execute(KEEP_TEXT, {**vars(text), "force": force})
