"""Rows that PostgreSQL cannot hold at all, so that they never reach a table of ours.

Rows that can be copied but must not land are found in `cleaning`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    """A row that could not even be copied: a hash instead of its key, and the reason."""

    key_hash: str
    reason: str
    detail: str


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
