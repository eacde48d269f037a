"""How fast one force may send: below the provider's limit, and slower while nothing goes out.

Times come in by argument (time.monotonic seconds), so nothing here waits or reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Pace:
    """A token bucket of one second's worth, closed for a growing pause after each failure."""

    rate_per_minute: int | None
    first_back_off: float
    longest_back_off: float
    _tokens: float = 1
    _filled_at: float = 0
    _failures: int = 0
    _closed_until: float = 0

    def available(self, now: float, *, at_most: int) -> int:
        """How many messages may be posted at this moment."""
        if now < self._closed_until:
            return 0
        if self.rate_per_minute is None:
            return at_most
        per_second = self.rate_per_minute / 60
        self._tokens = min(max(per_second, 1), self._tokens + (now - self._filled_at) * per_second)
        self._filled_at = now
        return min(at_most, int(self._tokens))

    def took(self, count: int) -> None:
        self._tokens -= count

    def failed(self, now: float) -> None:
        """The provider took nothing (refused connection, 429): rest before the next message."""
        if now >= self._closed_until:
            self._failures += 1
            self._closed_until = now + self.back_off(self._failures)

    def succeeded(self) -> None:
        self._failures = 0
        self._closed_until = 0

    def back_off(self, failures: int) -> float:
        """Seconds to rest after so many failures in a row: doubling, with a ceiling."""
        return min(self.longest_back_off, self.first_back_off * 2.0 ** min(failures - 1, 16))
