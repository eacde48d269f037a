"""When the cases of a month are recorded: on days that lie some days apart, each with a reading.

The files say the month and no more. Which day a case gets is drawn in `story`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
# A call is answered within the day, or its journey falls silent, so calls come after the hour at
# which the pipeline reads, and it reads the next morning, when messages may go out.
OPENS = time(11, 30)
SPAN = timedelta(hours=12, minutes=20)
READ_AT = time(10, 0)


@dataclass(frozen=True)
class RecordingMonth:
    """The recording days of a month. A place in it is a number from 0 up to, not including, 1."""

    days: tuple[date, ...]

    @classmethod
    def of(cls, month: str, *, days_between: int) -> RecordingMonth:
        """The 1st of the month ("2024-01") and every `days_between`-th day from there."""
        first = date.fromisoformat(f"{month}-01")
        following = (first + timedelta(days=31)).replace(day=1)
        numbers = range(0, (following - first).days, days_between)
        return cls(tuple(first + timedelta(days=number) for number in numbers))

    def moment(self, place: float) -> datetime:
        """The moment at this place, to the second, in UTC."""
        scaled = place * len(self.days)
        index = min(int(scaled), len(self.days) - 1)
        span = timedelta(seconds=round(SPAN.total_seconds() * (scaled - index)))
        return self._opening(index) + span

    def place(self, moment: datetime) -> float:
        """Where a moment lies: the inverse of `moment`, and the nearest end if it lies outside."""
        openings = [self._opening(index) for index in range(len(self.days))]
        index = bisect_right(openings, moment) - 1
        if index < 0:
            return 0.0
        return (index + min((moment - openings[index]) / SPAN, 1.0)) / len(self.days)

    def readings(self) -> tuple[datetime, ...]:
        """When the pipeline reads: ten in the morning after each recording day, in UTC."""
        mornings = (day + timedelta(days=1) for day in self.days)
        return tuple(datetime.combine(day, READ_AT, LONDON).astimezone(UTC) for day in mornings)

    def _opening(self, index: int) -> datetime:
        return datetime.combine(self.days[index], OPENS, LONDON).astimezone(UTC)


def month_of(moment: datetime) -> str:
    """The month in which a moment lies in London, like "2024-01"."""
    return moment.astimezone(LONDON).strftime("%Y-%m")
