"""The transaction that everything lands in, and the lock that keeps a force to one writer.

Whoever holds the lock reads the source after taking it; otherwise an older state of a row could
be appended after a newer one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.pq import TransactionStatus

from sensors.canonical import settings_sql
from sensors.landing.tables import Connection

_SETTINGS = f"{settings_sql(local=True)}; set local client_min_messages = warning"


@contextmanager
def landing_transaction(connection: Connection) -> Iterator[None]:
    """One transaction of our own, in which values are written as text the canonical way.

    Raises ValueError if the connection is already inside a transaction, because rows, mirror
    and cursor would then commit whenever somebody else likes.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("landing needs a connection that is not inside a transaction")
    with connection.transaction():
        connection.execute(_SETTINGS.encode())
        yield


def take_lock(connection: Connection, force: str) -> None:
    """Wait until no other session lands rows of this force."""
    connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('landing:' || %s::text, 0))", [force]
    )


def try_lock(connection: Connection, force: str) -> bool:
    """Whether this session may land rows of this force now, without waiting."""
    row = connection.execute(
        "select pg_try_advisory_xact_lock(hashtextextended('landing:' || %s::text, 0))", [force]
    ).fetchone()
    return bool(row and row[0])
