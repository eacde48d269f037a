"""Lease and retry, the protocol most products use: what the harness must be able to catch.

It has its own table, the same crash points, the same provider, and no memory of what it tried.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg

from notifiers.crash import crash_point
from notifiers.govuk_notify import notify_providers
from notifiers.provider import Outcome, Outgoing
from notifiers.settings import DispatcherSettings
from tests.notifiers.bench import SMS_TEMPLATE

SCHEMA = """
create schema naive;
create table naive.message (
    message_id uuid primary key default gen_random_uuid(), batch text not null,
    reference uuid not null default gen_random_uuid(),
    state text not null default 'READY', lease_until timestamptz
);
"""

CLAIM = """
update naive.message as m
set state = 'LEASED', lease_until = clock_timestamp() + make_interval(secs => %s)
from (
    select message_id from naive.message
    where state = 'READY' or (state = 'LEASED' and lease_until < clock_timestamp())
    limit 8 for update skip locked
) as due
where m.message_id = due.message_id
returning m.message_id, m.reference
"""


def run_naive(settings: DispatcherSettings, stop: threading.Event) -> None:
    """Claim, post, mark as sent; whatever is not marked is sent again when its lease ends."""
    provider = notify_providers(settings)("kent")
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        while not stop.is_set():
            rows = connection.execute(CLAIM, [settings.timers.lease]).fetchall()
            crash_point("after_claim")
            sent = []
            for message_id, reference in rows:
                crash_point("before_post")
                answer = provider.send(
                    _outgoing(message_id, reference), deadline=time.monotonic() + 60
                )
                crash_point("after_post")
                if answer.outcome is Outcome.ACCEPTED:
                    sent.append(message_id)
            _mark(connection, sent)
            stop.wait(settings.timers.poll)


def _mark(connection: psycopg.Connection[Any], sent: list[Any]) -> None:
    with connection.transaction():
        connection.execute(
            "update naive.message set state = 'SENT' where message_id = any(%s)", [sent]
        )
        crash_point("before_outcome_commit")
    crash_point("after_outcome_commit")


def _outgoing(message_id: Any, reference: Any) -> Outgoing:
    return Outgoing(
        message_id=message_id,
        force="kent",
        reference=reference,
        channel="sms",
        template_id=SMS_TEMPLATE,
        recipient="+447700900123",
        personalisation={"crime_ref": "46/1/26"},
    )
