"""Writing to the inbox: callbacks that arrive together share one commit, and each waits for it.

What the rows mean lives in `payloads`; nothing here is read back.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from sensors.inbox.payloads import Row

LARGEST_BATCH = 200

KEEP_RECEIPT: LiteralString = """
insert into inbox.receipt (provider_id, reference, status, occurred_at, source, force)
values (%(provider_id)s, %(reference)s, %(status)s, %(occurred_at)s, 'callback', %(force)s)
on conflict (provider_id, status) do nothing
"""

KEEP_TEXT: LiteralString = """
insert into inbox.inbound_text (provider_id, force, source_number, body, sent_at, source)
values (%(provider_id)s, %(force)s, %(source_number)s, %(body)s, %(sent_at)s, 'callback')
on conflict (provider_id) do nothing
"""


class InboxUnavailable(RuntimeError):
    """The row could not be committed; the provider must send it again."""


@dataclass(frozen=True)
class _Waiting:
    statement: LiteralString
    row: Row
    committed: asyncio.Future[None]


class InboxWriter:
    """One task and one connection that write whatever is waiting, batch after batch."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def keep(self, statement: LiteralString, row: Row) -> None:
        """Return once the row is committed; raises `InboxUnavailable` when it is not."""
        waiting = _Waiting(statement, row, asyncio.get_running_loop().create_future())
        await self._queue.put(waiting)
        await waiting.committed

    async def run(self) -> None:
        """Write until cancelled."""
        try:
            while True:
                batch = [await self._queue.get()]
                while not self._queue.empty() and len(batch) < LARGEST_BATCH:
                    batch.append(self._queue.get_nowait())
                await self._write_or_split(batch)
        finally:
            if self._connection is not None:
                await self._connection.close()

    async def _write_or_split(self, batch: list[_Waiting]) -> None:
        try:
            await self._write(batch)
        except psycopg.OperationalError as error:
            await self._reconnect_later()
            _fail(batch, error)
        except psycopg.Error as error:
            # One poison row must not cost its neighbours their receipts.
            if len(batch) == 1:
                _fail(batch, error)
            else:
                for waiting in batch:
                    await self._write_or_split([waiting])
        else:
            for waiting in batch:
                if not waiting.committed.done():
                    waiting.committed.set_result(None)

    async def _write(self, batch: list[_Waiting]) -> None:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=3
            )
        async with self._connection.transaction(), self._connection.cursor() as cursor:
            for statement in (KEEP_RECEIPT, KEEP_TEXT):
                rows = [waiting.row for waiting in batch if waiting.statement == statement]
                if rows:
                    await cursor.executemany(statement, rows)

    async def _reconnect_later(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        self._connection = None


def _fail(batch: list[_Waiting], error: psycopg.Error) -> None:
    for waiting in batch:
        if not waiting.committed.done():
            kind = type(error).__name__
            waiting.committed.set_exception(InboxUnavailable(f"not committed ({kind})"))
