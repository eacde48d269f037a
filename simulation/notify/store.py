"""Everything the stand-in must not forget: messages, callbacks, received texts, in SQLite.

A write is committed when the method returns, so a killed process loses nothing it has answered for.
Listing and counting for people lives in `ledger.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

_SCHEMA = Path(__file__).with_name("schema.sql")


@dataclass(frozen=True, slots=True)
class Notification:
    """One accepted message. Times ending in `_at` are seconds since 1970.

    `stored_at` and `next_at` are machine time; before `stored_at` the row is not there for anyone.
    """

    id: str
    service: str
    key_type: str
    channel: str
    recipient: str
    recipient_key: str
    reference: str | None
    template_id: str
    template_version: int
    subject: str | None
    body: str
    shown: str
    fragments: int
    status: str
    final_status: str
    created_at: float
    sent_at: float | None
    completed_at: float | None
    stored_at: float
    next_at: float | None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """The next state of one message; `next_at` is null when it will not change again."""

    status: str
    sent_at: float | None
    completed_at: float | None
    next_at: float | None
    id: str


@dataclass(frozen=True, slots=True)
class CallbackDraft:
    """A callback to be posted at `next_at` (machine time)."""

    service: str
    kind: str
    body: str
    next_at: float


@dataclass(frozen=True, slots=True)
class WaitingCallback:
    """A stored callback that has not been answered with 2xx, nor given up."""

    seq: int
    service: str
    kind: str
    body: str
    attempts: int


@dataclass(frozen=True, slots=True)
class CallbackResult:
    """What became of a posting; state is waiting, delivered, refused or exhausted."""

    attempts: int
    state: str
    next_at: float | None
    seq: int


COLUMNS = ", ".join(field.name for field in fields(Notification))
_INSERT = (
    f"insert into notification ({COLUMNS}) values ({', '.join('?' * len(fields(Notification)))})"
)


class Store:
    """One connection, used by the event loop's thread only."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("pragma journal_mode = wal")
        # Survives kill -9; only a power cut could lose the last commits.
        self.connection.execute("pragma synchronous = normal")
        self.connection.executescript(_SCHEMA.read_text(encoding="utf-8"))

    def insert(self, row: Notification) -> None:
        """Store one message, committed on return."""
        self.connection.execute(_INSERT, _values(row))

    def due(self, *, now: float, limit: int) -> list[Notification]:
        """Messages whose status changes now, oldest first."""
        query = f"select {COLUMNS} from notification where next_at <= ? order by next_at limit ?"
        return [Notification(*row) for row in self.connection.execute(query, (now, limit))]

    def apply(self, changes: Sequence[StatusChange], callbacks: Sequence[CallbackDraft]) -> None:
        """Change statuses and store the callbacks they cause, in one transaction."""
        self.connection.execute("begin immediate")
        self.connection.executemany(
            "update notification set status = ?, sent_at = ?, completed_at = ?, next_at = ?"
            " where id = ?",
            [astuple(change) for change in changes],
        )
        self.connection.executemany(
            "insert into callback (service, kind, body, next_at) values (?, ?, ?, ?)",
            [astuple(callback) for callback in callbacks],
        )
        self.connection.execute("commit")

    def due_callbacks(self, *, now: float, limit: int) -> list[WaitingCallback]:
        """Callbacks to post now; they stay due until `settle_callbacks` is told the result."""
        query = (
            "select seq, service, kind, body, attempts from callback"
            " where next_at <= ? order by next_at limit ?"
        )
        return [WaitingCallback(*row) for row in self.connection.execute(query, (now, limit))]

    def settle_callbacks(self, results: Sequence[CallbackResult]) -> None:
        """Record what became of postings."""
        self.connection.execute("begin immediate")
        self.connection.executemany(
            "update callback set attempts = ?, state = ?, next_at = ? where seq = ?",
            [astuple(result) for result in results],
        )
        self.connection.execute("commit")

    def fixed_outcomes(self) -> dict[str, str]:
        """Recipients whose final status was fixed through the admin surface."""
        return dict(self.connection.execute("select recipient_key, status from fixed_outcome"))

    def fix_outcome(self, recipient_key: str, status: str) -> None:
        """Let every later message to this recipient end in `status`."""
        self.connection.execute("replace into fixed_outcome values (?, ?)", (recipient_key, status))

    def reset(self) -> None:
        """Forget everything."""
        self.connection.execute("begin immediate")
        for table in ("notification", "callback", "received_text", "fixed_outcome"):
            self.connection.execute(f"delete from {table}")
        self.connection.execute("commit")

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self.connection.close()


def _values(row: Notification) -> tuple[object, ...]:
    """The column values in order; `dataclasses.astuple` copies deeply and is slow on this path."""
    return tuple(getattr(row, name) for name in Notification.__slots__)
