"""The demo's clock: ten o'clock on a working morning, whatever the hour outside.

Only the business clock moves. The live system never does this, and says so if asked to.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg
from govuk_bank_holidays.bank_holidays import BankHolidays

LONDON = ZoneInfo("Europe/London")
START = time(10, 0)


def working_morning(not_before: datetime) -> datetime:
    """The first ten o'clock on a working day in England at or after `not_before` (aware)."""
    calendar = BankHolidays(use_cached_holidays=True)
    day = not_before.astimezone(LONDON).date()
    while True:
        morning = datetime.combine(day, START, LONDON)
        if morning >= not_before and calendar.is_work_day(day, division=BankHolidays.ENGLAND_AND_WALES):
            return morning.astimezone(UTC)
        day += timedelta(days=1)


def set_clock(connection: psycopg.Connection, start: datetime) -> timedelta:
    """Make the business clock say `start` now, and return its offset from the real one."""
    row = connection.execute(
        """
        update control.clock set fixed_at = null, time_offset = %s - clock_timestamp()
        returning extract(epoch from time_offset)
        """,
        [start],
    ).fetchone()
    assert row is not None
    return timedelta(seconds=float(row[0]))


def latest_moment(connection: psycopg.Connection) -> datetime:
    """The latest business time the data speaks of: a clock must not run behind its own past."""
    row = connection.execute(
        "select greatest(clock_timestamp(), max(landed_at)) from landing.batch"
    ).fetchone()
    assert row is not None
    return datetime.fromisoformat(str(row[0])) if not isinstance(row[0], datetime) else row[0]
