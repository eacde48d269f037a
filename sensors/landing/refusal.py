"""Rows that PostgreSQL cannot hold at all, so that they never reach a table of ours.

Rows that can be copied but must not land are found in `cleaning`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from sensors.errors import UnreadableValue
from sensors.feeds import Feed


@dataclass(frozen=True)
class Refused:
    """A row that could not even be copied: a hash instead of its key, and the reason."""

    key_hash: str
    reason: str
    detail: str


@contextmanager
def storing(feed: Feed) -> Iterator[None]:
    """Name the feed when our database refuses a value, without the words that quote it."""
    try:
        yield
    except psycopg.DataError as error:
        raise UnreadableValue(
            f"{feed.force}.{feed.name}: a value of {feed.table} could not be stored as its "
            f"declared type ({error.sqlstate or 'out of range'}); nothing was landed. Look for it "
            "in the source",
            feed=feed.name,
        ) from None


def fault_of(text: str) -> tuple[str, str] | None:
    """Reason and detail if PostgreSQL cannot store the text, else None."""
    if "\0" in text:
        return "nul_byte", "a text holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "not_utf8", "a text holds bytes that are not UTF-8, or a lone surrogate"
    return None


def hash_of_row(row: Sequence[object]) -> str:
    """What stands for a row in the quarantine when its key cannot be stored."""
    text = repr([None if value is None else str(value) for value in row])
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
