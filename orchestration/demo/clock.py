"""The demo's clock: ten o'clock on a working morning, whatever the hour outside.

Only the business clock moves (see `orchestration.stack.clock`), and the demo says so.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays

LONDON = ZoneInfo("Europe/London")
START = time(10, 0)


def working_morning(not_before: datetime) -> datetime:
    """The first ten o'clock on a working day in England at or after `not_before` (aware)."""
    calendar = BankHolidays(use_cached_holidays=True)
    day = not_before.astimezone(LONDON).date()
    while True:
        morning = datetime.combine(day, START, LONDON)
        if morning >= not_before and calendar.is_work_day(
            day, division=BankHolidays.ENGLAND_AND_WALES
        ):
            return morning.astimezone(UTC)
        day += timedelta(days=1)
