"""The outcome rows of a file as outcomes of crimes: when each came, and under which code.

Identical rows stay rows of their own. Whether a row says anything new is for the pipeline to find.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulation.open_data.calendar import RecordingMonth, month_of
from simulation.world.calibration import Calibration, Weights


@dataclass(frozen=True)
class OutcomeRow:
    """A row of an outcomes file. `number` counts all rows read; `crime_id` may be missing."""

    number: int
    crime_id: str | None
    month: str
    outcome: str


@dataclass(frozen=True)
class Dated:
    """An outcome row with its Home Office code, when it came to be, and when it was entered."""

    row: OutcomeRow
    code: str
    outcome_at: datetime
    recorded_at: datetime


class Conclusions:
    """Dates and codes for the outcome rows of one force."""

    def __init__(self, calibration: Calibration, *, days_between: int) -> None:
        self._force = calibration.force
        self._days_between = days_between
        # When each crime's latest outcome row came: a row that is entered late may share its month.
        self._latest: dict[str, datetime] = {}
        self._codes = {
            text: Weights.of(codes)
            for text, codes in calibration.assumptions["outcome_codes"].items()
        }

    def date(
        self, rows: Sequence[OutcomeRow], file_month: str, crimed_at: dict[str, datetime]
    ) -> Iterator[Dated]:
        """Rows of one file with dates in their month, in file order for each crime.

        An outcome comes after its crime was recorded, if that was in the same month. A row of an
        earlier month than its file's was entered late.
        """
        groups: dict[tuple[str, str], list[OutcomeRow]] = defaultdict(list)
        for row in rows:
            groups[row.crime_id or f"none {row.number}", row.month].append(row)
        for (crime, month), group in groups.items():
            days = RecordingMonth.of(month, days_between=self._days_between)
            start = self._start(crime, month, days, crimed_at.get(crime))
            rng = random.Random(f"{self._force}|outcome|{crime}|{month}|{file_month}")
            outcomes_at = _in_order(rng, days, start, len(group))
            entered_at = outcomes_at
            if month != file_month:
                later = RecordingMonth.of(file_month, days_between=self._days_between)
                entered_at = _in_order(rng, later, 0.0, len(group))
            self._latest[crime] = outcomes_at[-1]
            for row, at, entered in zip(group, outcomes_at, entered_at, strict=True):
                yield Dated(row, self._code(crime, row.outcome), at, entered)

    def _start(
        self, crime: str, month: str, days: RecordingMonth, crimed_at: datetime | None
    ) -> float:
        """The place in the month that the next outcome of this crime must come after."""
        known = [at for at in (crimed_at, self._latest.get(crime)) if at is not None]
        places = [days.place(at) for at in known if month_of(at) == month]
        return max(places, default=0.0)

    def _code(self, crime: str, outcome: str) -> str:
        """One of the codes that these words stand for, always the same for the same crime."""
        return self._codes[outcome].draw(random.Random(f"{self._force}|code|{crime}|{outcome}"))


def _in_order(rng: random.Random, days: RecordingMonth, start: float, count: int) -> list[datetime]:
    """So many moments of the month after `start`, each later than the one before."""
    places = sorted(start + (1 - start) * rng.random() for _ in range(count))
    moments: list[datetime] = []
    earliest = days.moment(start)
    for place in places:
        earliest = max(days.moment(place), earliest + timedelta(seconds=1))
        moments.append(earliest)
    return moments
