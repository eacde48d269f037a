"""One street row as a case: its incident, its crime if it has a number, and who it happened to.

All of it follows from the row's own name, so that two readings of the same files tell the same.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from simulation.open_data.calendar import RecordingMonth
from simulation.open_data.victims import Happening, Part, draw_victims
from simulation.open_data.vocabulary import CRIME_TYPES, DOMESTIC_ABUSE
from simulation.warehouses.changes import Change
from simulation.world.calibration import Calibration
from simulation.world.calibration.tables import read_table
from simulation.world.entities import Crime, Incident, Involvement
from simulation.world.keys import crime_key, incident_key, row_key
from simulation.world.subjects import INCIDENT_TYPE_OF

# The end of a recording day is left to the steps that follow a call.
LAST_CALL = 0.9
UNKNOWN_AREA = "Not stated"


@dataclass(frozen=True)
class StreetRow:
    """A row of a street file. `name` tells it from all others; without a crime, `crime_id` is
    null."""

    serial: int
    name: str
    crime_id: str | None
    area: str | None
    crime_type: str


@dataclass(frozen=True)
class Told:
    """What is written for a street row, and the crime in it."""

    changes: tuple[Change, ...]
    crime: Crime | None


class CaseTeller:
    """Tells the cases of one force."""

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration
        self._classes: dict[str, list[str]] = read_table("home_office_classes")

    def tell(self, row: StreetRow, month: RecordingMonth) -> Told:
        """The row's case as it stands at the end of its recording day."""
        rng = random.Random(f"{self._calibration.force}|case|{row.name}")
        kind = CRIME_TYPES[row.crime_type]
        is_abuse = row.crime_id is not None and rng.random() < DOMESTIC_ABUSE.get(kind, 0)
        incident = self._incident(rng, row, month, is_abuse=is_abuse)
        crime = None
        if row.crime_id is not None:
            crime = self._crime(rng, kind, incident, is_abuse=is_abuse)
        happening = Happening(row.serial, kind, is_abuse, incident.created_at.date())
        parts = draw_victims(self._calibration, rng, happening)
        return Told(_changes(row.serial, incident, crime, parts), crime)

    def _incident(
        self, rng: random.Random, row: StreetRow, month: RecordingMonth, *, is_abuse: bool
    ) -> Incident:
        kind = CRIME_TYPES[row.crime_type]
        days = len(month.days)
        created_at = month.moment((rng.randrange(days) + rng.random() * LAST_CALL) / days)
        return Incident(
            key=incident_key(row.serial, created_at.year),
            created_at=created_at,
            incident_type="domestic_incident" if is_abuse else _incident_type(kind),
            area=row.area or UNKNOWN_AREA,
            source=self._calibration.weights("source").draw(rng),
            grade=self._calibration.weights("grade").draw(rng),
            graded_at=created_at + timedelta(seconds=rng.randrange(60, 240)),
            status="closed",
            closed_at=created_at + timedelta(seconds=rng.randrange(600, 3600)),
        )

    def _crime(self, rng: random.Random, kind: str, incident: Incident, *, is_abuse: bool) -> Crime:
        crimed_at = incident.closed_at or incident.created_at
        return Crime(
            key=crime_key(incident.key % 10_000_000, crimed_at.year, 0),
            incident=incident.key,
            crimed_at=crimed_at,
            occurred_at=incident.created_at - timedelta(seconds=rng.randrange(300, 86400)),
            crime_type=kind,
            home_office_class=rng.choice(self._classes[kind]),
            area=incident.area,
            is_domestic_abuse=is_abuse,
            status_at=crimed_at,
        )


def _incident_type(kind: str) -> str:
    if kind == "violence_and_sexual_offences":
        return "violence"
    return INCIDENT_TYPE_OF.get(kind, kind)


def _changes(
    serial: int, incident: Incident, crime: Crime | None, parts: tuple[Part, ...]
) -> tuple[Change, ...]:
    at = incident.closed_at or incident.created_at
    involvements = (
        Involvement(
            key=row_key(serial, index),
            person=part.person.key,
            incident=incident.key,
            crime=None if crime is None else crime.key,
            role=part.role,
            relationship=part.relationship,
            started_at=incident.created_at,
        )
        for index, part in enumerate(parts)
    )
    people = (part.person for part in parts)
    records = (*people, incident, *(() if crime is None else (crime,)), *involvements)
    return tuple(Change(record, at) for record in records)
