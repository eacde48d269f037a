"""What every reader of a force's warehouse can do, and the values it answers with.

The readers themselves live beside this module; which one is used follows from the secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sensors.column_types import ColumnType
from sensors.feeds import Feed
from sensors.readers.extract import Extract


@dataclass(frozen=True)
class Glance:
    """What to ask about one feed: `since` is its watermark, None before the first load."""

    feed: Feed
    since: str | None


@dataclass(frozen=True)
class Look:
    """One cheap look at a source: its clock, and per feed a mark that differs after a change.

    A feed with `modified` has the mark `latest|latest not in the future|rows since watermark`;
    a hot slice has `rows|fingerprint`; a feed with neither has no mark.
    """

    source_now: datetime
    marks: Mapping[str, str]


class Reader(Protocol):
    """A read-only session with one force's warehouse, opened on first use and again after a loss.

    Every method raises errors of `sensors.errors` only. An extract is read lazily: use it up
    before the next call.
    """

    def describe(self, feed: Feed) -> dict[str, ColumnType | str]:
        """The columns that are really there; a type no feed can hold is given as its name."""

    def source_now(self) -> datetime:
        """The source's own clock, in UTC."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Reads inside see one state of the source, so that no child comes before its parent."""

    def look(self, glances: Sequence[Glance]) -> Look:
        """Whether anything moved in any of these feeds, in one round trip."""

    def read_since(self, feed: Feed, watermark: str) -> Extract:
        """Rows modified at or after the watermark (text, in the column's own convention)."""

    def read_hot(self, feed: Feed) -> Extract:
        """All rows of the hot slice of a feed without a modified column."""

    def read_keys(self, feed: Feed, keys: Sequence[Sequence[object]]) -> Extract:
        """The rows with these keys (typed values in the order of `feed.key`)."""

    def read_all(self, feed: Feed) -> Extract:
        """All rows, for a first load."""

    def read_digests(self, feed: Feed) -> Extract:
        """Key columns and row hash of all rows, for a sweep."""

    def count(self, feed: Feed) -> int:
        """The number of rows now."""

    def close(self) -> None:
        """End the session; a later call opens a new one."""
