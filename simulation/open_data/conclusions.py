"""The outcome rows of a file as outcomes of crimes: when each came, and under which code.

Identical rows stay rows of their own. Whether a row says anything new is for the pipeline to find.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
        # When each crime's latest row of a month came: one that is entered late may share it.
        self._latest: dict[tuple[str, str], datetime] = {}
        self._codes = {
            text: Weights.of(codes)
            for text, codes in calibration.assumptions["outcome_codes"].items()
        }

    def date(
        self, rows: Sequence[OutcomeRow], file_month: str, crimed_at: Mapping[str, datetime]
    ) -> Iterator[Dated]:
        """Rows of one file with their dates; those of one crime are entered in file order.

        An outcome comes after its crime was recorded, if that was in the same month. A row of an
        earlier month than its file's was entered late.
        """
        groups: dict[str, list[OutcomeRow]] = defaultdict(list)
        for row in rows:
            groups[row.crime_id or f"none {row.number}"].append(row)
        for crime, group in groups.items():
            rng = random.Random(f"{self._force}|outcome|{crime}|{file_month}")
            recorded = crimed_at.get(crime)
            entered = self._moments(rng, crime, file_month, recorded, len(group))
            for row, at in zip(group, entered, strict=True):
                outcome_at = at
                if row.month != file_month:
                    outcome_at = self._moments(rng, crime, row.month, recorded, 1)[0]
                self._latest[crime, row.month] = outcome_at
                yield Dated(row, self._code(crime, row.outcome), outcome_at, at)

    def _moments(
        self,
        rng: random.Random,
        crime: str,
        month: str,
        crimed_at: datetime | None,
        count: int,
    ) -> list[datetime]:
        """So many moments of the month, in order, after all that is known of the crime in it."""
        days = RecordingMonth.of(month, days_between=self._days_between)
        known = [at for at in (crimed_at, self._latest.get((crime, month))) if at is not None]
        earliest = max((at for at in known if month_of(at) == month), default=days.moment(0.0))
        start = days.place(earliest)
        moments: list[datetime] = []
        for place in sorted(start + (1 - start) * rng.random() for _ in range(count)):
            earliest = max(days.moment(place), earliest + timedelta(seconds=1))
            moments.append(earliest)
        return moments

    def _code(self, crime: str, outcome: str) -> str:
        """One of the codes that these words stand for, always the same for the same crime."""
        return self._codes[outcome].draw(random.Random(f"{self._force}|code|{crime}|{outcome}"))
