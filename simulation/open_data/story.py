"""Tells the files as a sequence of slices: what was entered in a warehouse between two readings.

How a slice is written is the warehouse's business, when it is read the replay's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from simulation.open_data.calendar import RecordingMonth
from simulation.open_data.cases import CaseTeller, StreetRow
from simulation.open_data.conclusions import Conclusions, Dated, OutcomeRow
from simulation.open_data.files import OpenData
from simulation.warehouses.changes import Change
from simulation.world.calibration import calibration_for
from simulation.world.entities import Crime, Outcome
from simulation.world.keys import crime_key
from simulation.world.scripts import CHARGED

STATUS_FOLLOWS = timedelta(seconds=1)


@dataclass(frozen=True)
class Slice:
    """Changes in the order of their entering, all before `read_at` (aware, UTC)."""

    month: str
    read_at: datetime
    changes: tuple[Change, ...]


class Story:
    """The life of a force as its files tell it. Go through `slices()` once, in order."""

    def __init__(self, data: OpenData, *, days_between: int) -> None:
        self._data = data
        self._days_between = days_between
        calibration = calibration_for(data.force)
        self._teller = CaseTeller(calibration)
        self._conclusions = Conclusions(calibration, days_between=days_between)
        self._street = _numbered(data.street)
        self._keys = _crime_keys(self._street)
        self._strangers = self._street.height
        self._crimes: dict[str, Crime] = {}
        self._outcomes = data.outcomes.with_row_index("number", offset=1)

    @property
    def begins_at(self) -> datetime:
        """A moment before anything happens."""
        first = RecordingMonth.of(self._data.months[0], days_between=self._days_between)
        return first.readings()[0] - timedelta(days=1)

    def slices(self) -> Iterator[Slice]:
        for month in self._data.months:
            days = RecordingMonth.of(month, days_between=self._days_between)
            changes = [*self._cases(month, days), *self._ends(month)]
            changes.sort(key=_entered_at)
            readings = days.readings()
            groups: list[list[Change]] = [[] for _ in readings]
            for change in changes:
                groups[bisect_left(readings, _entered_at(change))].append(change)
            for read_at, group in zip(readings, groups, strict=True):
                yield Slice(month, read_at, tuple(group))

    def _cases(self, month: str, days: RecordingMonth) -> Iterator[Change]:
        rows = self._street.filter(pl.col("file_month") == month)
        for serial, crime_id, area, crime_type in rows.select(
            "serial", "crime_id", "area", "crime_type"
        ).iter_rows():
            name = crime_id or f"{month} {serial}"
            told = self._teller.tell(StreetRow(serial, name, crime_id, area, crime_type), days)
            if crime_id is not None and told.crime is not None:
                self._crimes[crime_id] = told.crime
            yield from told.changes

    def _ends(self, month: str) -> Iterator[Change]:
        rows = self._outcomes.filter(pl.col("file_month") == month)
        listed = [
            OutcomeRow(*row)
            for row in rows.select("number", "crime_id", "month", "outcome").iter_rows()
        ]
        crimed_at = {crime: found.crimed_at for crime, found in self._crimes.items()}
        for dated in self._conclusions.date(listed, month, crimed_at):
            key = self._key(dated.row)
            number = dated.row.number
            outcome = Outcome(number, key, number, dated.code, dated.outcome_at)
            yield Change(outcome, dated.recorded_at)
            yield from self._status(dated)

    def _status(self, dated: Dated) -> Iterator[Change]:
        """An outcome closes the crime it belongs to, unless a later one already has."""
        crime = self._crimes.get(dated.row.crime_id or "")
        status = "charged" if dated.code in CHARGED else "closed"
        if crime is None or crime.status == status:
            return
        if crime.status_at is not None and crime.status_at > dated.outcome_at:
            return
        crime = replace(crime, status=status, status_at=dated.outcome_at)
        self._crimes[dated.row.crime_id or ""] = crime
        yield Change(crime, dated.recorded_at + STATUS_FOLLOWS)

    def _key(self, row: OutcomeRow) -> int:
        """The crime's key, also of a crime that no street file holds."""
        if row.crime_id is not None and row.crime_id in self._keys:
            return self._keys[row.crime_id]
        self._strangers += 1
        key = crime_key(self._strangers, int(row.month[:4]), 0)
        if row.crime_id is not None:
            self._keys[row.crime_id] = key
        return key


def _entered_at(change: Change) -> datetime:
    if change.recorded_at is None:
        raise ValueError("A change of a story needs the time at which it was entered")
    return change.recorded_at


def _numbered(street: pl.DataFrame) -> pl.DataFrame:
    """Each crime once, under the month that first names it; every row has a serial number."""
    is_first = pl.col("crime_id").is_null() | pl.col("crime_id").is_first_distinct()
    return street.filter(is_first).with_row_index("serial", offset=1)


def _crime_keys(street: pl.DataFrame) -> dict[str, int]:
    """All crimes' keys, because an outcome may come before its crime."""
    rows = street.filter(pl.col("crime_id").is_not_null())
    listed = rows.select("crime_id", "serial", "file_month").iter_rows()
    return {crime: crime_key(serial, int(month[:4]), 0) for crime, serial, month in listed}
