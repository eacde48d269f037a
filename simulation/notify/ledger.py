"""Reading back what was stored: pages of the API, counts for the judge, messages for people.

Writing lives in `store.py`.
"""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from dataclasses import dataclass

from simulation.notify.store import COLUMNS, Notification

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Filter:
    """Which messages to list; empty means any. `before` is the id of a message to start below."""

    service: str | None = None
    key_type: str | None = None
    channels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    reference: str | None = None
    recipient: str | None = None
    before: str | None = None
    stored_until: float | None = None
    created_since: float | None = None


@dataclass(frozen=True)
class ReceivedText:
    """One text message that somebody sent to a service."""

    id: str
    service: str
    user_number: str
    content: str
    created_at: float


class Ledger:
    """Queries on the store's connection; nothing is changed but received texts, which are added."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, service: str, notification_id: str, *, until: float) -> Notification | None:
        """One message of a service, unless it was stored after `until` (machine time)."""
        query = (
            f"select {COLUMNS} from notification where id = ? and service = ? and stored_at <= ?"
        )
        row = self._connection.execute(query, (notification_id, service, until)).fetchone()
        return Notification(*row) if row else None

    def page(self, wanted: Filter, *, size: int) -> list[Notification]:
        """The newest messages that fit, newest first."""
        where, values = _where(wanted)
        query = f"select {COLUMNS} from notification where {where} order by seq desc limit ?"
        return [Notification(*row) for row in self._connection.execute(query, (*values, size))]

    def counts(self, service: str) -> dict[str, object]:
        """Rows, rows by status and channel, distinct and doubled references of one service."""
        now = time.time()
        by_status = self._grouped("status", service, now)
        distinct, doubled, extra = self._connection.execute(
            "select count(*), coalesce(sum(n > 1), 0), coalesce(sum(n - 1), 0) from"
            " (select count(*) as n from notification where service = ? and stored_at <= ?"
            "  and reference is not null group by reference)",
            (service, now),
        ).fetchone()
        return {
            "rows": sum(by_status.values()),
            "by_status": by_status,
            "by_channel": self._grouped("channel", service, now),
            "distinct_references": distinct,
            "doubled_references": doubled,
            "surplus_rows": extra,
            "fragments": self._sum_of_fragments(service, now),
            "callbacks": self._callbacks(service),
        }

    def references(self, service: str) -> dict[str, int]:
        """How many rows each reference of a service has."""
        query = (
            "select reference, count(*) from notification where service = ? and stored_at <= ?"
            " and reference is not null group by reference"
        )
        return dict(self._connection.execute(query, (service, time.time())))

    def sent_today(self, now: float) -> dict[tuple[str, str], int]:
        """Messages of this UTC day by service and channel, without those of test keys."""
        midnight = now - now % SECONDS_A_DAY
        rows = self._connection.execute(
            "select service, channel, count(*) from notification"
            " where created_at >= ? and key_type <> 'test' group by service, channel",
            (midnight,),
        )
        return defaultdict(int, {(service, channel): n for service, channel, n in rows})

    def add_received_text(self, text: ReceivedText) -> None:
        """Store a text that somebody sent."""
        self._connection.execute(
            "insert into received_text (id, service, user_number, content, created_at)"
            " values (?, ?, ?, ?, ?)",
            (text.id, text.service, text.user_number, text.content, text.created_at),
        )

    def received_texts(
        self, service: str | None, *, size: int, older_than: str | None = None
    ) -> list[ReceivedText]:
        """The newest received texts, newest first."""
        rows = self._connection.execute(
            "select id, service, user_number, content, created_at from received_text"
            " where (?1 is null or service = ?1) and (?2 is null or seq <"
            "  (select seq from received_text where id = ?2)) order by seq desc limit ?3",
            (service, older_than, size),
        )
        return [ReceivedText(*row) for row in rows]

    def _grouped(self, column: str, service: str, now: float) -> dict[str, int]:
        query = (
            f"select {column}, count(*) from notification"
            f" where service = ? and stored_at <= ? group by {column} order by {column}"
        )
        return dict(self._connection.execute(query, (service, now)))

    def _callbacks(self, service: str) -> dict[str, int]:
        query = "select state, count(*) from callback where service = ? group by state"
        return dict(self._connection.execute(query, (service,)))

    def _sum_of_fragments(self, service: str, now: float) -> int:
        query = (
            "select coalesce(sum(fragments), 0) from notification"
            " where service = ? and stored_at <= ?"
        )
        return int(self._connection.execute(query, (service, now)).fetchone()[0])


def _where(wanted: Filter) -> tuple[str, list[object]]:
    until = time.time() if wanted.stored_until is None else wanted.stored_until
    clauses, values = ["stored_at <= ?"], [until]
    parts: list[object] = [*values]
    for clause, value in (
        ("service = ?", wanted.service),
        ("key_type = ?", wanted.key_type),
        ("reference = ?", wanted.reference),
        ("recipient_key = ?", wanted.recipient),
        ("created_at >= ?", wanted.created_since),
        ("seq < (select seq from notification where id = ?)", wanted.before),
    ):
        if value is not None:
            clauses.append(clause)
            parts.append(value)
    for column, allowed in (("channel", wanted.channels), ("status", wanted.statuses)):
        if allowed:
            clauses.append(f"{column} in ({', '.join('?' * len(allowed))})")
            parts += allowed
    return " and ".join(clauses), parts
