"""How much a service may send: requests a minute for each type of key, messages a day.

Both refuse with 429; a refused request stores nothing.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from simulation.notify.api_errors import daily_limit_reached, rate_limited
from simulation.notify.clock import Clock
from simulation.notify.registry import Channel, KeyType, Service

TRIAL_MESSAGES_A_DAY = 50


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


@dataclass
class RateLimit:
    """A token bucket for each service and key type; a limit of 0 switches it off.

    The bucket holds a third of the minute's requests, so 1,000 of 3,000.
    """

    per_minute: int
    monotonic: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)

    def check(self, service: Service, key_type: KeyType) -> None:
        """Take one token; raises ApiError 429 when there is none."""
        if self.per_minute <= 0:
            return
        now, capacity = self.monotonic(), max(1.0, self.per_minute / 3)
        bucket = self._buckets.setdefault((service.id, key_type), _Bucket(capacity, now))
        refill = (now - bucket.filled_at) * self.per_minute / 60
        bucket.tokens, bucket.filled_at = min(capacity, bucket.tokens + refill), now
        if bucket.tokens < 1:
            raise rate_limited(key_type=key_type, limit=self.per_minute)
        bucket.tokens -= 1

    def refill(self) -> None:
        """Fill every bucket."""
        self._buckets.clear()


@dataclass
class DailyLimit:
    """Messages stored today (UTC, the stand-in's clock) by service and channel."""

    clock: Clock
    _day: str = ""
    _sent: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def start(self, day: str, sent: dict[tuple[str, str], int]) -> None:
        """Take over what was counted before a restart."""
        self._day = day
        self._sent = defaultdict(int, sent)

    def check(self, service: Service, key_type: KeyType, channel: Channel) -> None:
        """Raises ApiError 429 when the day's messages are used up; test keys are not counted."""
        if key_type == "test":
            return
        self._turn_page()
        limit = service.sms_daily_limit if channel == "sms" else service.email_daily_limit
        limit = min(limit, TRIAL_MESSAGES_A_DAY) if service.is_trial else limit
        if self._sent[service.id, channel] >= limit:
            raise daily_limit_reached(channel=channel, limit=limit)

    def count(self, service: Service, key_type: KeyType, channel: Channel) -> None:
        """Count one stored message."""
        if key_type != "test":
            self._turn_page()
            self._sent[service.id, channel] += 1

    def _turn_page(self) -> None:
        today = self.clock.today()
        if today != self._day:
            self.start(today, {})
