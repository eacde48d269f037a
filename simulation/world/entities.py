"""The records of a police force in our own words: immutable values with whole-number keys.

How keys, codes and times look in one force's systems is a layout's business, not theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """A command and control log. Times are aware; what has not happened yet is None."""

    key: int
    created_at: datetime
    incident_type: str
    area: str
    source: str
    grade: str | None = None
    graded_at: datetime | None = None
    expected_arrival_at: datetime | None = None
    arrived_at: datetime | None = None
    status: str = "open"
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Crime:
    """A recorded crime, which came of an incident or was recorded directly."""

    key: int
    incident: int | None
    crimed_at: datetime
    occurred_at: datetime
    crime_type: str
    home_office_class: str
    area: str
    is_domestic_abuse: bool = False
    status: str = "under_investigation"
    status_at: datetime | None = None
    officer: int | None = None
    officer_assigned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome row of a crime; `line` counts within the crime. Identical rows do occur."""

    key: int
    crime: int
    line: int
    outcome: str
    outcome_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A human with the contact points and markers that the force holds, as typed by someone."""

    key: int
    given_name: str
    family_name: str
    date_of_birth: date | None
    mobile: str | None
    email: str | None
    language: str = "en"
    is_deceased: bool = False
    is_safe_contact_only: bool = False
    is_vulnerable: bool = False
    preferred_channel: str = "any"
    has_opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Involvement:
    """The role of a person in an incident, a crime, or both."""

    key: int
    person: int
    incident: int | None
    crime: int | None
    role: str
    relationship: str
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    """A police officer, with the key of the supervisor."""

    key: int
    collar_number: str
    display_name: str
    rank: str
    team: str
    supervisor: int | None
    email: str


@dataclass(frozen=True, slots=True)
class SuspectEvent:
    """Something that happened to a suspect of a crime: arrest, interview, bail, charge."""

    key: int
    crime: int
    person: int
    event: str
    event_at: datetime


Entity = Incident | Crime | Outcome | Person | Involvement | Officer | SuspectEvent

FEED_OF: dict[type[Entity], str] = {
    Incident: "incidents",
    Crime: "crimes",
    Outcome: "outcomes",
    Person: "people",
    Involvement: "involvements",
    Officer: "officers",
    SuspectEvent: "suspect_events",
}
FEEDS = tuple(FEED_OF.values())
