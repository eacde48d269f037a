"""What a driver must offer to the reader: statements, rows, streams, and one kind of failure.

A session knows nothing of feeds or forces; the reader says which force an error belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sensors.feeds import Column
from sensors.readers.extract import Extract


@dataclass(frozen=True)
class Limits:
    """How long a reader waits, in seconds; `bulk` is for first loads and sweeps."""

    connect: float = 5
    statement: float = 30
    bulk: float = 900


class DriverFailure(Exception):
    """A driver's error without the driver's words, which may quote values of a row."""

    def __init__(
        self, sqlstate: str | None, *, is_lost: bool = False, column: str | None = None
    ) -> None:
        super().__init__(sqlstate or "no SQLSTATE")
        self.column = column
        self.sqlstate = sqlstate
        self.is_lost = is_lost


class Session(Protocol):
    """One connection in autocommit mode; every method raises DriverFailure only."""

    @property
    def is_open(self) -> bool:
        """Whether a connection is there."""

    def open(self) -> None:
        """Connect."""

    def execute(self, statements: str) -> None:
        """Run statements that answer nothing."""

    def rows(self, query: str) -> list[Sequence[object]]:
        """All rows of a small answer."""

    def stream(self, query: str, columns: Sequence[Column], *, is_bulk: bool) -> Extract:
        """The answer to a query that yields exactly these columns in their declared types."""

    def close(self) -> None:
        """Disconnect, whatever state the connection is in."""
