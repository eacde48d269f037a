"""The stand-in's idea of the time, which may run ahead of or behind the machine's.

Timers, tokens and rate limits use the machine's own clock, as the real API would see them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class Clock:
    """`now()` is what goes into `created_at`, `sent_at`, `completed_at` and the daily limit."""

    offset_seconds: float = 0.0

    def now(self) -> float:
        """Seconds since 1970 in the stand-in's time."""
        return time.time() + self.offset_seconds

    def today(self) -> str:
        """The UTC day that daily limits are counted for."""
        return datetime.fromtimestamp(self.now(), UTC).date().isoformat()


def as_text(moment: float | None) -> str | None:
    """A moment in the API's format: UTC with microseconds and a Z."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
